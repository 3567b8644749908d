"""Networks side by side: totals and sums, with differences and ratios to the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, product
from typing import Any, NamedTuple

from costcalc.algebra.amounts import amount_text
from costcalc.algebra.result import Json, Result
from costcalc.analysis.costs import COSTS, Measures, Names, as_measures, cost_amount
from costcalc.analysis.count import Count, count_spec
from costcalc.conventions.shelf import Convention, Weighing
from costcalc.design_space.networks import labels, shared, shipped, usual
from costcalc.design_space.solve.solution import Solution, solve
from costcalc.design_space.solve.steps import Exact
from costcalc.design_space.sweep.axes import grid
from costcalc.errors import CostcalcError
from costcalc.graph.loading import Named, Source, named_at, several
from costcalc.hardware.elements import Precision
from costcalc.language import Spec
from costcalc.language.parameters import Values, given, name_of, value_text

#: Bindings of one network; a sweep takes any number.
MAX_ENTRIES = 1000
#: What costs are compared by, unless something else is asked for.
GROUPINGS = ("type", "stage")


@dataclass(frozen=True)
class Entry:
    """One network of a comparison. ``solved`` says how a parameter was found, else it is None."""

    label: str
    count: Count
    solved: Solution | None = None


class Line(NamedTuple):
    """One row: the costs of each network (None: it has no such layers)."""

    name: str
    values: tuple[int | None, ...]

    @property
    def differences(self) -> tuple[int | None, ...]:
        """Of all but the first from the first."""
        first = self.values[0] or 0
        return tuple((value or 0) - first for value in self.values[1:])

    @property
    def ratios(self) -> tuple[Fraction | None, ...]:
        """Of all but the first to the first; None where that has nothing."""
        first = self.values[0]
        return tuple(Fraction(v or 0, first) if first else None for v in self.values[1:])


@dataclass(frozen=True, repr=False)
class Comparison(Result, says="entries convention"):
    """Counts under one convention. ``equal`` is what was made equal, and to how much, or None;
    ``usual`` names the parameters whose usual values were taken."""

    entries: tuple[Entry, ...]
    measures: Measures
    equal: tuple[str, Exact] | None
    usual: tuple[str, ...] = ()

    @property
    def convention(self) -> Convention:
        return self.measures.convention

    @property
    def costs(self) -> tuple[str, ...]:
        """The names of the costs: Mult-Adds, parameters, and what else was asked for."""
        return self.measures.names

    def totals(self) -> tuple[Line, ...]:
        """A line for each cost."""
        every = [entry.count.costs for entry in self.entries]
        return tuple(Line(cost, tuple(own[cost] for own in every)) for cost in self.costs)

    def by(self, key: str, cost: str) -> tuple[Line, ...]:
        """One cost by any key of :meth:`Count.by`, in the order of the networks' rows.

        :raises CostcalcError: an unknown key.
        """
        tables = [{g.name: g.cost(cost) for g in e.count.by(key)} for e in self.entries]
        names = list(dict.fromkeys(name for table in tables for name in table))
        if key == "stage":  # from large maps to small ones, whichever network has them
            names.sort(key=_area, reverse=True)
        lines = (Line(name, tuple(table.get(name) for table in tables)) for name in names)
        return tuple(line for line in lines if any(line.values))

    def lines(self, keys: Sequence[str] = GROUPINGS) -> list[tuple[str, str, str, Line]]:
        """All lines, each with what it is summed up by, its name and its cost."""
        lines = [("total", "total", line.name, line) for line in self.totals()]
        for key in keys:
            for cost in self.costs:
                lines += [(key, line.name, cost, line) for line in self.by(key, cost)]
        return lines

    def to_dict(self, keys: Sequence[str] = GROUPINGS) -> Json:
        """The JSON contract of ``costcalc compare --format json``; ratios are exact fractions."""
        return {
            "networks": [
                {
                    "name": entry.label,
                    "spec": entry.count.spec,
                    "parameters": {n: value_text(v) for n, v in entry.count.parameters.items()},
                    "notes": list(entry.count.notes),
                }
                for entry in self.entries
            ],
            "convention": self.convention.name,
            "unit": self.convention.unit,
            **self.measures.to_dict(),
            "lines": [
                {
                    "by": by,
                    "name": name,
                    "cost": cost,
                    "values": list(line.values),
                    "differences": list(line.differences),
                    "ratios": [None if r is None else str(r) for r in line.ratios],
                }
                for by, name, cost, line in self.lines(keys)
            ],
        }


def _area(stage: str) -> int:
    height, _, width = stage.partition("x")
    return int(height) * int(width)


class _Asked(NamedTuple):
    """A network, and its bindings, each with what is said of it after the name."""

    network: Named
    bindings: Sequence[tuple[str, Mapping[str, Any]]]


def compare(
    *names: Source | Sequence[Source],
    values: Mapping[str, Values] | None = None,
    convention: Weighing = "paper",
    cost: Names = (),
    elements: Precision = "int8",
    rule: str = "live",
    at_equal: str = "",
    parameter: str = "alpha",
    alpha: Values | None = None,
    delta: Values | None = None,
    rho: Values | None = None,
    resolution: Values | None = None,
    classes: Values | None = None,
    **parameters: Values | None,
) -> Comparison:
    """What ``costcalc compare`` does, of names or lists of names. A name may carry its binding:
    ``ehm-mobilenet@alpha=0.5,delta=2``; ``values`` (or keywords) bind all networks that have the
    parameter. Of several values, and of ``"usual"``, each makes an entry; without ``names``, all
    shipped networks are compared that have usual values of what is asked for.

    ``at_equal="mult_adds"`` gives every network but the first the largest ``parameter`` at which it
    costs no more than the first; ``"mult_adds=140M"`` gives it to all of them. ``cost`` names what
    is compared besides, as in :func:`~costcalc.analysis.count.count`; ``at_equal`` may name any.

    :raises CostcalcError: fewer than two networks, a bad name or binding, or no value that fits.
    """
    asked = given(values, alpha, delta, rho, resolution, classes, **parameters)
    equal = _equal(at_equal)
    measures = as_measures(convention, cost, elements, rule).also(equal[:1])
    taken = [named_at(name) for name in chain(*map(several, names))] or [
        (network, {}) for network in shipped(asked)
    ]
    asked = shared(asked, taken)
    read = [_asked(network, own, asked) for network, own in taken]
    _refuse_few(read, parameter if at_equal else "")
    entries, found = _entries(read, measures, equal, parameter)
    return Comparison(entries, measures, found, usual(asked))


def _equal(at_equal: str) -> tuple[str, ...]:
    """The cost that is to be made equal, and how much it is to be, as text; or the cost alone.

    :raises CostcalcError: no such cost.
    """
    cost, sign, text = at_equal.partition("=")
    if at_equal and cost not in COSTS:
        raise CostcalcError(f"can't make {cost!r} equal", "mult_adds or params, or mult_adds=140M")
    return (cost, text) if sign else (cost,) if at_equal else ()


def _entries(
    read: Sequence[_Asked], measures: Measures, equal: tuple[str, ...], parameter: str
) -> tuple[tuple[Entry, ...], tuple[str, Exact] | None]:
    """The networks counted; and what was made equal, and to how much.

    :raises CostcalcError: as :func:`compare`.
    """
    cost, *texts = equal or ("",)
    entries: list[Entry] = []
    most = cost_amount(cost, texts[0]) if texts else None
    names_of = labels(network for network, _ in read)
    for name, (network, bindings) in zip(names_of, read, strict=True):
        for text, binding in bindings:
            label = name + text
            if cost and (texts or entries):
                most = entries[0].count.costs[cost] if most is None else most
                found = _solved(label, network.spec, binding, measures, (cost, most), parameter)
            else:
                found = Entry(label, count_spec(network.spec, binding, measures))
            entries.append(found)
    return tuple(entries), None if most is None else (cost, most)


def _solved(
    label: str,
    network: Spec,
    binding: Mapping[str, Any],
    measures: Measures,
    budget: tuple[str, Exact],
    parameter: str,
) -> Entry:
    """A network at the largest value of a parameter within the budget.

    :raises CostcalcError: there is none.
    """
    parameter = name_of(parameter, network.parameters)
    rest = {name: value for name, value in binding.items() if name != parameter}
    cost, most = budget
    solution = solve(network, parameter, budget={cost: most}, convention=measures, values=rest)
    if solution.value is None:
        reason = "costs too much at every" if not solution.unbounded else "costs less at every"
        if solution.searched is not None:
            reason = f"costs too much up to {solution.searched}, as far as was searched, at every"
        hint = f"{cost} at most {amount_text(most)}"
        raise CostcalcError(f"{label} {reason} {parameter}", hint)
    bound = {**rest, parameter: solution.value}
    return Entry(label, count_spec(network, bound, measures), solution)


def _refuse_few(read: Sequence[_Asked], found: str) -> None:
    """:raises CostcalcError: there is nothing to compare, or several values of what is found."""
    if sum(len(bindings) for _, bindings in read) < 2:
        raise CostcalcError("one network has nothing to be compared with", "compare A B")
    for _, bindings in read:
        if len({binding.get(found) for _, binding in bindings}) > 1:
            raise CostcalcError(f"{found} has several values, and --at-equal finds it", "one value")


def _asked(network: Named, own: Mapping[str, str], given: Mapping[str, object]) -> _Asked:
    """A network at all combinations of the values that it is asked at; its ``own`` come first.

    :raises CostcalcError: a bad value.
    """
    spec = network.spec
    asked = {name: value for name, value in given.items() if name in spec.parameters} | dict(own)
    space = grid(spec, asked)
    if space.size > MAX_ENTRIES:
        raise CostcalcError(f"{space.size:,} bindings side by side", "`costcalc sweep` takes more")
    fixed = {name: space.fixed[name] for name in asked if name in space.fixed}
    said = {name: text for name, text in own.items() if name in space.fixed}
    bindings = []
    for some in product(*(list(axis.bindings()) for axis in space.axes)):
        point = {name: value for part in some for name, value in part.items()}
        texts = said | {name: value_text(value) for name, value in point.items()}
        label = ",".join(f"{name}={text}" for name, text in texts.items())
        bindings.append((f"@{label}" if label else "", {**fixed, **point}))
    return _Asked(network, bindings)
