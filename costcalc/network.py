"""A network: a spec with everything that can be asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from costcalc.algebra.result import Result
from costcalc.analysis.count import Count, Survey, count_spec, survey_graph
from costcalc.conventions.shelf import DEFAULT, Convention, as_convention
from costcalc.errors import CostcalcError
from costcalc.graph.build import build
from costcalc.graph.loading import load_spec, loads_spec
from costcalc.language import Spec
from costcalc.language.parameters import Parameter

if TYPE_CHECKING:
    from costcalc.analysis.attribute import Attribution
    from costcalc.analysis.explain import Explanation
    from costcalc.analysis.formula import Formula
    from costcalc.analysis.table import Table
    from costcalc.design_space.sweep.result import Compiled, Sweep


@dataclass(frozen=True, repr=False)
class Network(Result, says="name parameters"):
    """A network that was read and checked. Made by :func:`load` or :func:`loads`."""

    spec: Spec

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Its parameters by name, with defaults, domains and meanings."""
        return dict(self.spec.parameters)

    def count(self, *, convention: str | Convention = DEFAULT, **values: Any) -> Count:
        """Its exact cost; parameters that are not given are at the spec's defaults.

        ``net.count(alpha="1/2", resolution=160)``; a resolution may be ``"224x160"`` (H × W).

        :raises CostcalcError: a bad value, or layers that do not fit together there.
        """
        return count_spec(self.spec, values, convention)

    def count_all(self, **values: Any) -> Survey:
        """Its cost under every shipped convention, with the difference to the default one.

        :raises CostcalcError: a bad value, or layers that do not fit together there.
        """
        return survey_graph(build(self.spec, self.spec.binding(values)))

    @overload
    def explain(
        self, *, to: str | Convention, from_: str | Convention = DEFAULT, **values: Any
    ) -> Explanation: ...

    @overload
    def explain(self, *, number: str, **values: Any) -> Attribution: ...

    @overload
    def explain(self, **values: Any) -> Explanation | Attribution: ...

    def explain(
        self,
        *,
        to: str | Convention | None = None,
        from_: str | Convention = DEFAULT,
        number: str | None = None,
        **values: Any,
    ) -> Explanation | Attribution:
        """Why two conventions differ, or which of them give a number that somebody was told.

        ``net.explain(to="ptflops-0.7.5")`` gives terms that add up to the difference exactly, by
        tag and by layer type. ``net.explain(number="589.0M")`` gives conventions and bindings, best
        first; the printed digits are the tolerance, and parameters that are not given are tried at
        their usual values.

        :raises CostcalcError: a bad value or convention, no number, or not one of ``to`` and
            ``number``.
        """
        bound = self.spec.bind(values)
        if number is not None and to is None:
            from costcalc.analysis.attribute import attribute, read_told  # not for `count`

            return attribute(self.spec, read_told(number), bound)
        if to is None or number is not None:
            raise CostcalcError("explain needs `to` or `number`", "one of them")
        from costcalc.analysis.explain import explain_graph

        graph = build(self.spec, {**self.spec.defaults(), **bound})
        return explain_graph(graph, as_convention(from_), as_convention(to))

    def formula(
        self, *, convention: str | Convention = DEFAULT, free: tuple[str, ...] = (), **values: Any
    ) -> Formula:
        """Closed forms in the parameters that are not given.

        Parameters that the spec holds stay at their default unless they are named in ``free``.

        :raises CostcalcError: a bad value, or a structure that free parameters leave open.
        """
        from costcalc.analysis.formula import formula_of  # not on the way of `count`

        bound = self.spec.bind(values)
        held = self.spec.held(bound, free)
        graph = build(self.spec, {**held, **bound}, unroll=False)
        freeable = tuple(n for n in held if not self.spec.parameters[n].choices)
        return formula_of(graph, as_convention(convention), freeable)

    def sweep(
        self,
        *,
        convention: str | Convention = DEFAULT,
        points: Sequence[Mapping[str, Any]] | None = None,
        skip: bool = False,
        **values: Any,
    ) -> Sweep:
        """The exact cost at all combinations of the given values, as numpy arrays.

        ``net.sweep(alpha=["1/4", "1/2"], resolution="128:224:32")``: a list, or a range as text,
        is an axis; a single value is fixed. With ``points``, a list of bindings instead of a
        grid. ``skip`` leaves out the points at which the network does not exist.

        :raises CostcalcError: a bad value or range, or a point at which the network does not exist.
        """
        from costcalc.design_space.sweep.result import sweep_spec  # needs numpy

        return sweep_spec(self.spec, as_convention(convention), values, points, skip)

    def compile(
        self,
        *,
        convention: str | Convention = DEFAULT,
        limits: Mapping[str, object] | None = None,
        free: tuple[str, ...] = (),
        **values: Any,
    ) -> Compiled:
        """The exact cost as a plain function of arrays.

        ``net.compile(classes=10)(alpha=(numerators, 1024), delta=deltas)``; see
        :class:`~costcalc.design_space.sweep.result.Compiled`. Parameters that the spec holds
        are arguments only if they are named in ``free``.

        :raises CostcalcError: a bad value, or no closed form in the parameters left free.
        """
        from costcalc.design_space.sweep.result import compile_spec  # needs numpy

        bound = self.spec.bind(values)
        return compile_spec(self.spec, as_convention(convention), bound, limits or {}, free)

    def show(self, **values: Any) -> Table:
        """Its layer table as the paper prints it: sides as numbers, other free parameters as
        symbols."""
        from costcalc.analysis.table import show_graph  # not on the way of `count`

        bound = self.spec.bind(values)
        height, width, _ = self.spec.input
        sides = {"resolution", "rho"} | height.names | width.names
        numbers = {
            p.name: p.default for p in self.spec.parameters.values() if p.held or p.name in sides
        }
        return show_graph(build(self.spec, {**numbers, **bound}, unroll=False))


def load(name_or_file: str | Path) -> Network:
    """A shipped network by name, or the one in a file.

    :raises CostcalcError: no such network, or a file with problems (all of them at once).
    """
    return Network(load_spec(name_or_file))


def loads(text: str, file: str = "<text>") -> Network:
    """The network in a YAML text; ``file`` is the name that problems give."""
    return Network(loads_spec(text, file))
