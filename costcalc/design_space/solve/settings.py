"""Several parameters at once: the largest settings of a grid within budgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from costcalc.algebra.result import Json, Result
from costcalc.analysis.costs import Measures, Names, as_measures
from costcalc.conventions.shelf import Convention, Weighing
from costcalc.design_space.solve.solution import Budget, read_budgets
from costcalc.design_space.solve.steps import Exact
from costcalc.design_space.sweep.axes import Axis, Binding, Space, Value, axis_values
from costcalc.design_space.sweep.query import rank
from costcalc.design_space.sweep.structure import Costs, Plan
from costcalc.errors import CostcalcError
from costcalc.graph.loading import Source, as_spec
from costcalc.hardware.elements import Precision
from costcalc.language import Spec
from costcalc.language.parameters import USUAL, Values, by_name, given, lacks, name_of, value_text

#: Settings of one grid: one byte of memory each.
MAX_SETTINGS = 10**8


class Setting(NamedTuple):
    """Values of the parameters, in their order, and what the network costs there."""

    values: tuple[Value, ...]
    costs: Costs[int]


@dataclass(frozen=True, repr=False)
class Settings(Result, says="spec parameters budgets bound"):
    """The settings of a grid within ``budgets`` that no other one of these beats: none is larger in
    one parameter and smaller in no other.

    ``values`` has the grid: values of each parameter, rising. Of its ``tried`` settings, which were
    all counted, ``existing`` have a network, and ``fitting`` ones of these keep the budgets.
    """

    spec: str
    measures: Measures
    bound: Binding
    budgets: Mapping[str, Exact]
    values: Mapping[str, tuple[Value, ...]]
    best: tuple[Setting, ...]
    existing: int
    fitting: int

    @property
    def convention(self) -> Convention:
        return self.measures.convention

    @property
    def parameters(self) -> tuple[str, ...]:
        """Those that are solved for."""
        return tuple(self.values)

    @property
    def tried(self) -> int:
        """How many settings the grid has."""
        return prod(map(len, self.values.values()))

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc solve --for A,B --format json``."""
        return {
            "spec": self.spec,
            "for": list(self.parameters),
            "parameters": {name: value_text(value) for name, value in self.bound.items()},
            "convention": self.convention.name,
            "unit": self.convention.unit,
            **self.measures.to_dict(),
            "budgets": {name: value_text(most) for name, most in self.budgets.items()},
            "values": {n: [value_text(v) for v in values] for n, values in self.values.items()},
            "tried": self.tried,
            "existing": self.existing,
            "fitting": self.fitting,
            "best": [
                {
                    **{n: value_text(v) for n, v in zip(self.parameters, values, strict=True)},
                    **costs.to_dict(),
                }
                for values, costs in self.best
            ],
        }


def solve_grid(
    spec: Source,
    names: str | Sequence[str],
    *,
    budget: Budget = "",
    mult_adds: str | Exact | None = None,
    params: str | Exact | None = None,
    convention: Weighing = "paper",
    cost: Names = (),
    elements: Precision = "int8",
    rule: str = "live",
    values: Mapping[str, Values] | None = None,
    alpha: Values | None = None,
    delta: Values | None = None,
    rho: Values | None = None,
    resolution: Values | None = None,
    classes: Values | None = None,
    **parameters: Values | None,
) -> Settings:
    """The largest settings of several parameters within all budgets: what ``costcalc solve --for
    alpha,resolution`` does.

    ``names`` are the parameters, each at the values that it is given, as of a sweep, or at those
    that the spec calls usual. Budgets are as in
    :func:`~costcalc.design_space.solve.solution.solve`.

    :raises CostcalcError: a bad parameter, value or budget, or more settings than are tried.
    """
    network = as_spec(spec)
    own = given(values, alpha, delta, rho, resolution, classes, **parameters)
    own = by_name(own, network.parameters)
    budgets = read_budgets(budget, {"mult_adds": mult_adds, "params": params})
    measures = as_measures(convention, cost, elements, rule).also(budgets)
    listed = names.split(",") if isinstance(names, str) else names
    asked = [name_of(name.strip(), network.parameters) for name in listed]
    space = _space(network, asked, own)
    if space.size > MAX_SETTINGS:
        raise CostcalcError(f"{space.size:,} settings", f"at most {MAX_SETTINGS:,}")
    from costcalc.design_space.sweep.fitting import fitting, highest  # needs numpy

    plan = Plan(network, measures, space)
    existing, fits = fitting(plan, budgets)
    places = highest(fits)
    best = []
    for place in places:
        at = {n: v[i] for (n, v), i in zip(space.swept.items(), place, strict=True)}
        best.append(Setting(tuple(at.values()), plan.at(at)))
    found = (tuple(best), existing, int(fits.sum()))
    return Settings(network.name, measures, space.fixed, budgets, space.swept, *found)


def _space(network: Spec, asked: Sequence[str], own: Mapping[str, object]) -> Space:
    """The grid of the parameters that are asked for, values rising.

    :raises CostcalcError: a parameter without an order or values, or one that is given twice.
    """
    axes = []
    for name in asked:
        if name not in network.parameters:
            raise CostcalcError(lacks(network.name, name, network.parameters))
        if asked.count(name) > 1:
            raise CostcalcError(f"{name} is asked for twice", "every parameter once")
        parameter = network.parameters[name]
        if parameter.choices:
            raise CostcalcError(f"{name} is a word", "compare the networks of its choices")
        if name not in own and not parameter.usual_values:
            message = f"{network.name} states no usual values of {parameter.symbol}"
            raise CostcalcError(message, f"give some: --set {name}=…")
        found = axis_values(parameter, own.get(name, USUAL))
        if any(isinstance(value, tuple) for value in found):
            raise CostcalcError(f"{name}: sides of two lengths have no order", "one side")
        axes.append(Axis({name: tuple(sorted(found, key=rank))}))
    rest = {name: value for name, value in own.items() if name not in asked}
    fixed = {n: v for n, v in network.binding(rest).items() if n not in asked}
    return Space(tuple(axes), fixed)
