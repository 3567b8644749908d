"""A sheet of networks for the archive: all that is asked of a network in a review, answered once at
one binding, with what makes it again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import chain
from pathlib import Path
from shlex import join
from typing import NamedTuple

from costcalc.algebra.result import Json, Result
from costcalc.analysis.closed_form import Formula
from costcalc.analysis.costs import as_measures
from costcalc.analysis.count import Count, count
from costcalc.analysis.formula import formula
from costcalc.analysis.memory import Memory, memory
from costcalc.analysis.survey import Survey, count_all
from costcalc.analysis.table import Table, show
from costcalc.conventions.shelf import DEFAULT, Convention, Weighing, as_convention
from costcalc.design_space.comparison import Comparison
from costcalc.design_space.comparison import Entry as Compared
from costcalc.design_space.networks import labels, together
from costcalc.design_space.sweep.run import Run, sweep
from costcalc.errors import CostcalcError
from costcalc.graph.loading import Named, Source, named_at, several
from costcalc.hardware.elements import Elements, Precision, as_elements
from costcalc.language import Spec, library
from costcalc.language.parameters import (
    POSITIVE_NUMBER,
    Binding,
    Bound,
    Parameter,
    given,
    texts_of,
    value_text,
)
from costcalc.papers.published import published
from costcalc.papers.verify.verdicts import Verdict
from costcalc.version import VERSION

#: Parameters along which costs are drawn, at most.
DRAWN = 3


class Entry(NamedTuple):
    """One network. ``refused`` says why there is no formula of it; ``curves`` are small sweeps,
    each along one parameter; ``printed`` is what papers print of it, once."""

    label: str
    spec: Spec
    counted: Count
    survey: Survey
    table: Table
    formula: Formula | None
    refused: str
    curves: tuple[Run, ...]
    memory: Memory
    printed: tuple[Verdict, ...]

    @property
    def files(self) -> dict[str, str]:
        """The SHA-256 of the network's file, and of those that its blocks are from; nothing of a
        network that is no file."""
        rows = (row for block in self.spec.blocks.values() for row in block.body)
        files = {Path(file): None for file in (self.spec.file, *(row.place.file for row in rows))}
        return {p.name: sha256(p.read_bytes()).hexdigest() for p in files if p.is_file()}

    def to_dict(self) -> Json:
        return {
            "name": self.label,
            "files": dict(self.files),
            "count": self.counted.to_dict(),
            "conventions": self.survey.to_dict()["conventions"],
            "formula": None if self.formula is None else self.formula.to_dict("total"),
            "memory": self.memory.to_dict(),
            "printed": [verdict.to_dict() for verdict in self.printed],
        }


@dataclass(frozen=True, repr=False)
class Sheet(Result, says="networks convention"):
    """Networks as ``costcalc report`` writes them; ``command`` makes the same sheet again.
    ``comparison`` is that of several."""

    command: str
    convention: str
    entries: tuple[Entry, ...]
    comparison: Comparison | None

    @property
    def networks(self) -> tuple[str, ...]:
        return tuple(entry.label for entry in self.entries)

    @property
    def html(self) -> str:
        """A page that needs nothing else and runs nothing, to be kept or printed."""
        return Result.view(self, "page")

    @property
    def markdown(self) -> str:
        """The same as Markdown, without pictures."""
        return Result.view(self, "markdown")

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc report --format json``."""
        compared = {} if self.comparison is None else {"comparison": self.comparison.to_dict()}
        networks = [entry.to_dict() for entry in self.entries]
        return {"command": self.command, "version": VERSION, "networks": networks, **compared}


def report(
    *names: Source | Sequence[Source],
    values: Mapping[str, Bound] | None = None,
    convention: Weighing = DEFAULT,
    elements: Precision = "int8",
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Sheet:
    """A sheet of some networks: what ``costcalc report`` writes. ``values`` bind all networks that
    have the parameter; a name may carry its own: ``mobilenet-v1@alpha=0.5``. ``elements`` are those
    of :func:`~costcalc.analysis.memory.memory`.

    :raises CostcalcError: no network, one twice, a bad value, or layers that do not fit together.
    """
    asked = given(values, alpha, delta, rho, resolution, classes, **parameters)
    counted, sizes = as_convention(convention), as_elements(elements)
    bound = together([named_at(name) for name in chain(*map(several, names))], asked)
    named = labels(network for network, _ in bound)
    called = [_called(name, own) for name, (_, own) in zip(named, bound, strict=True)]
    if again := next((label for label in called if called.count(label) > 1), ""):
        raise CostcalcError(f"{again} is named twice", "a report has each network once")
    shipped = {network.given for network, _ in bound} & {*library.spec_names()}
    printed = {
        name: tuple(verdict for verdict in verdicts if not verdict.figure.repeats)
        for name, verdicts in published(shipped).items()
    }
    entries = tuple(
        _entry(label, network.spec, own, counted, sizes, printed.get(network.given, ()))
        for label, (network, own) in zip(called, bound, strict=True)
    )
    compared = tuple(Compared(entry.label, entry.counted) for entry in entries)
    comparison = Comparison(compared, as_measures(counted), None) if compared[1:] else None
    return Sheet(_command(bound, convention, elements), counted.name, entries, comparison)


def _command(
    bound: Sequence[tuple[Named, Binding]], convention: Weighing, elements: Precision
) -> str:
    """What makes the sheet again; a convention that is no text is called by its name."""
    words = ["costcalc", "report", *(_called(network.given, own) for network, own in bound)]
    by = convention.name if isinstance(convention, Convention) else str(convention)
    told = elements if isinstance(elements, str) else _typed(elements)
    words += ["--convention", by] if by != DEFAULT else []
    words += ["--elements", told] if as_elements(elements) != Elements() else []
    return join(words)


def _called(name: str, binding: Binding) -> str:
    """``mobilenet-v1@alpha=0.5``, as a command takes it."""
    said = ",".join(f"{parameter}={value_text(value)}" for parameter, value in binding.items())
    return f"{name}@{said}" if said else name


def _typed(elements: Elements) -> str:
    """``weights=int4, activations=int8, biases=int32; first: weights=int8``."""
    return re.sub(r"(\w+) (\w+)", r"\1=\2", elements.text)


def _entry(
    label: str,
    spec: Spec,
    binding: Binding,
    convention: Convention,
    elements: Elements,
    printed: tuple[Verdict, ...],
) -> Entry:
    words = {name: value for name, value in binding.items() if spec.parameters[name].choices}
    form, refused = None, ""
    try:
        form, table = formula(spec, convention=convention, values=words), show(spec, values=binding)
    except CostcalcError as error:  # no closed form: then no symbols in the table, either
        refused, table = str(error), show(spec, values=spec.binding(binding))
    return Entry(
        label,
        spec,
        count(spec, convention=convention, values=binding),
        count_all(spec, values=binding),
        table,
        form,
        refused,
        tuple(_curves(spec, binding, convention)),
        memory(spec, elements=elements, values=binding),
        printed,
    )


def _curves(spec: Spec, binding: Binding, convention: Convention) -> Iterator[Run]:
    """The costs along the first parameters that can be drawn, all others as they are bound."""
    held = texts_of(binding)
    along = {name: values for name, p in spec.parameters.items() if (values := _values(p))}
    for name in [*along][:DRAWN]:
        run = sweep(spec, {**held, name: along[name]}, convention=convention, skip=True)
        if len(run.rows()) > 1:
            yield run


def _values(parameter: Parameter) -> tuple[str, ...]:
    """Those that are usual; else, of a multiplier, quarters of the default."""
    if parameter.usual[1:] or parameter.domain != POSITIVE_NUMBER:
        return parameter.usual[1:] and parameter.usual
    if not isinstance(parameter.default, int | Fraction):
        return ()
    return tuple(str(Fraction(k, 4) * parameter.default) for k in range(1, 5))
