"""Costs as numpy arrays: a finished sweep, and a network's cost as a function of arrays, numpy's or
any that follow its protocols.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from costcalc.algebra.evaluation import evaluate
from costcalc.algebra.numbers import Number, is_number, simplest
from costcalc.algebra.polynomial import is_positive, is_whole
from costcalc.algebra.result import Result
from costcalc.analysis.costs import Measures, Names, as_measures
from costcalc.conventions.shelf import DEFAULT, Weighing
from costcalc.design_space.sweep.axes import Binding, Value, grid, points
from costcalc.design_space.sweep.blocks import compute
from costcalc.design_space.sweep.exact_array import INT, Array, ExactArray, Numbers
from costcalc.design_space.sweep.query import column_of
from costcalc.design_space.sweep.structure import Costs, Plan, Structure
from costcalc.errors import CostcalcError, did_you_mean
from costcalc.graph.loading import Source, as_spec
from costcalc.hardware.elements import Precision
from costcalc.language import Spec
from costcalc.language.parameters import (
    Bound,
    Parameter,
    Values,
    as_called,
    by_name,
    given,
    text_of,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Sweep(Result, says="spec parameters size convention"):
    """Exact costs by name: ``sweep["mult_adds"]``, ``sweep["params"]``, ``sweep["alpha"]``.

    ``axes`` are the swept parameters in order, with their values. Over a grid, ``mult_adds`` and
    ``params`` have one dimension per axis; over points (``grid`` is False) all arrays have one
    entry per point. Costs are int64, or Python integers where int64 might not hold them; they may
    be read-only views. ``fixed`` is the binding of all other parameters; shapes are rounded as
    the spec says.
    """

    spec: str
    convention: str
    unit: str
    fixed: Binding
    axes: Mapping[str, tuple[Value, ...]]
    grid: bool
    mult_adds: Array
    params: Array
    others: Mapping[str, Array] = field(default_factory=dict)
    measures: Measures | None = None

    @property
    def costs(self) -> dict[str, Array]:
        """All costs by name: Mult-Adds, parameters, and what else was asked for."""
        return {"mult_adds": self.mult_adds, "params": self.params, **self.others}

    @property
    def parameters(self) -> tuple[str, ...]:
        """Those that are swept, in the order of the axes."""
        return tuple(self.axes)

    @property
    def size(self) -> int:
        """How many points there are."""
        return self.mult_adds.size

    def __getitem__(self, name: str) -> Array:
        """A cost, or the values of an axis (int64 where whole, otherwise exact objects)."""
        if name in self.costs:
            return self.costs[name]
        if name not in self.axes:
            known = ", ".join((*self.costs, *self.axes))
            raise CostcalcError(f"the sweep has no {name!r}", f"it has {known}")
        values = self.axes[name]
        if all(isinstance(value, int) for value in values):
            return np.array(values)
        array = np.empty(len(values), object)
        array[:] = values
        return array

    def arrays(self) -> dict[str, Array]:
        """All arrays by name: the axes, then the costs."""
        return {name: self[name] for name in (*self.axes, *self.costs)}

    def to_pandas(self) -> pd.DataFrame:
        """A DataFrame with one row per point (extra: ``pandas``).

        Fractions become the nearest double, pairs and words text; costs stay exact.
        """
        from costcalc.design_space.sweep.frames import of_arrays  # needs pandas

        return of_arrays(self.axes, self.costs, grid=self.grid)


@as_called
def sweep(
    spec: Source,
    *,
    convention: Weighing = DEFAULT,
    cost: Names = (),
    elements: Precision = "int8",
    rule: str = "live",
    points: Sequence[Mapping[str, Bound]] | None = None,
    skip: bool = False,
    values: Mapping[str, Values] | None = None,
    alpha: Values | None = None,
    delta: Values | None = None,
    rho: Values | None = None,
    resolution: Values | None = None,
    classes: Values | None = None,
    **parameters: Values | None,
) -> Sweep:
    """The exact cost at all combinations of the given values, as numpy arrays.

    ``net.sweep(alpha=["1/4", "1/2"], resolution="128:224:32")``: a list, or a range as text,
    is an axis; a single value is fixed. With ``points``, a list of bindings instead of a
    grid. ``skip`` leaves out the points at which the network does not exist. ``cost`` names arrays
    besides Mult-Adds and parameters, as in :func:`~costcalc.analysis.count.count`.

    :raises CostcalcError: a bad value or range, or a point at which the network does not exist.
    """
    values = given(values, alpha, delta, rho, resolution, classes, **parameters)
    return _swept(
        as_spec(spec), as_measures(convention, cost, elements, rule), values, points, skip
    )


def _swept(
    network: Spec,
    measures: Measures,
    values: Mapping[str, object],
    rows: Sequence[Mapping[str, object]] | None,
    skip: bool,
) -> Sweep:
    if rows is None:
        space = grid(network, values)
    elif values:
        raise CostcalcError("either points or axes", "put every parameter into the points")
    else:
        space = points(network, rows)
    block = compute(Plan(network, measures, space), skip=skip)
    axes = {column_of(name, measures.names): values for name, values in space.swept.items()}
    costs = [*block.costs]
    is_grid = rows is None and block.exists is None
    if block.exists is not None:
        where = np.argwhere(block.exists)
        axes = {
            column_of(name, measures.names): tuple(column[i] for i in where[:, k].tolist())
            for k, axis in enumerate(space.axes)
            for name, column in axis.columns.items()
        }
        costs = [cost[block.exists] for cost in costs]
    work, params, *rest = costs
    others = dict(zip(measures.more, rest, strict=True))
    said = (measures.convention.name, measures.convention.unit, space.fixed, axes, is_grid)
    return Sweep(network.name, *said, work, params, others, measures)


class Compiled(Result, says="spec parameters convention"):
    """``cost(alpha=(numerators, denominator), delta=…)`` → (mult_adds, params, …), exactly.

    An argument is a number, an array of whole numbers, or a pair (array of numerators, one whole
    denominator); arrays are broadcast together. Parameters not given are at the spec's defaults.

    numpy arrays are looked at: results are int64 where that provably holds them and Python
    integers otherwise, and a point at which the closed form does not hold raises an error. Arrays
    that can't be looked at yet (dask) need ``limits``, the largest value of each parameter; where
    a value is beyond its limit, or the closed form does not hold, both costs are −1.
    """

    def __init__(
        self,
        network: Spec,
        structure: Structure,
        limits: Mapping[str, int | Fraction],
        bound: set[str],
    ) -> None:
        self.spec = network.name
        self.convention = structure.measures.convention.name
        self.structure = structure
        self.limits = limits
        self._parameters = {name: p for name, p in network.parameters.items() if name not in bound}

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(self._parameters)

    def __call__(self, **arguments: Numbers) -> Costs[Array]:
        """The costs at every point.

        :raises CostcalcError: an unknown argument, values that are not exact or outside the
            domain, or a point at which the closed form does not hold.
        """
        arguments = by_name(arguments, self._parameters)
        for name in arguments:
            if name not in self._parameters:
                hint = did_you_mean(name, self._parameters)
                raise CostcalcError(f"the function has no argument {name!r}", hint)
        values: dict[str, Number] = {}
        inside: list[Numbers] = []
        for name, parameter in self._parameters.items():
            given = _unboxed(arguments.get(name, parameter.default))
            if isinstance(given, str) or is_number(given):
                values[name] = _single(parameter, given)
            else:
                values[name] = self._argument(name, given, inside)
        lazy = any(_is_lazy(v.numerator) for v in values.values() if isinstance(v, ExactArray))
        inside += self._holds(values, lazy)
        costs = [_result(evaluate(cost, values)) for cost in self.structure.costs]
        for mask in inside if lazy else ():
            costs = [np.where(mask, cost, -1) for cost in costs]
        return Costs(*costs, names=self.structure.costs.names)

    def _argument(self, name: str, given: Numbers, inside: list[Numbers]) -> ExactArray:
        """An array argument; for a lazy one, where it is in its limits goes to ``inside``."""
        parameter = self._parameters[name]
        is_pair = isinstance(given, tuple) and len(given) == 2
        above, below = map(_unboxed, given) if is_pair else (given, 1)
        if isinstance(above, (list, range)):
            above = np.array(above)
        is_count = isinstance(below, int) and not isinstance(below, bool) and below >= 1
        if not _is_whole(above) or not is_count:
            hint = "whole numbers, or a pair (whole numerators, one whole denominator)"
            raise parameter.refuse(f"{type(given).__name__} is not an exact argument", hint)
        if below > 1 and is_whole(parameter.free()):
            raise parameter.refuse("a pair can't be whole numbers", f"a {parameter.domain}")
        lowest = 1 if is_positive(parameter.free()) else 0
        if _is_lazy(above):
            if name not in self.limits:
                raise parameter.refuse("a lazy array needs its limit", f"limits={{{name!r}: …}}")
            bound = int(self.limits[name] * below // 1)
            inside += [above >= lowest, above <= bound]
            return ExactArray(above.astype(np.int64), bound, below)
        above = np.asarray(above)
        if above.size and above.min() < lowest:
            raise parameter.refuse(f"{above.min()} is outside its domain", f"a {parameter.domain}")
        bound = int(above.max()) if above.size else 0
        return ExactArray(above.astype(np.int64 if bound < INT else object), bound, below)

    def _holds(self, values: Mapping[str, Number], lazy: bool) -> list[Numbers]:
        """Where every condition of the closed form holds, for lazy arrays.

        :raises CostcalcError: one fails, and the arrays can be looked at.
        """
        masks = []
        for check in self.structure.checks:
            arrays = any(isinstance(values[name], ExactArray) for name in check.names)
            value = evaluate(check.value, values) if arrays else None
            if not isinstance(value, ExactArray):
                holds: Numbers = check.holds(values)
            else:
                holds = value.is_true(check.relation)
            if lazy and isinstance(value, ExactArray):
                masks.append(holds)
            elif not np.all(holds):
                failing = next(iter(np.argwhere(~np.asarray(holds)).tolist()))
                raise CostcalcError(
                    f"the closed form of {self.spec} does not hold at point {tuple(failing)}",
                    "sweep it instead: another structure, or no network",
                )
        return masks


def _unboxed(x: Numbers) -> Numbers:
    """numpy's whole scalars as Python's."""
    return int(x) if isinstance(x, np.integer) else x


def _single(parameter: Parameter, given: object) -> int | Fraction:
    """One exact value; a function of one side can't take two."""
    value = parameter.bind(given)
    if not is_number(value):
        message = f"{text_of(value)} is not one side"
        raise parameter.refuse(message, "compile(resolution=…) binds a pair")
    return value


def _is_whole(array: Numbers) -> bool:
    """Whether an array holds whole numbers only: converting would cut off others unseen."""
    kind = getattr(getattr(array, "dtype", None), "kind", "")
    if kind != "O":
        return kind in ("i", "u")
    return isinstance(array, np.ndarray) and all(
        isinstance(x, (int, np.integer)) and not isinstance(x, bool) for x in array.flat
    )


def _is_lazy(array: Numbers) -> bool:
    """Whether the values can't be looked at without computing them: everything but numpy's."""
    return not isinstance(array, (np.ndarray, int))


def _result(cost: Number) -> Numbers:
    if not isinstance(cost, ExactArray):
        return simplest(cost)
    if isinstance(cost.denominator, int) and cost.denominator == 1:
        return cost.numerator
    # without a rest: costs are whole where the network exists
    return cost.numerator // cost.denominator


def compile(
    spec: Source,
    *,
    convention: Weighing = DEFAULT,
    cost: Names = (),
    elements: Precision = "int8",
    rule: str = "live",
    limits: Mapping[str, Bound] | None = None,
    free: tuple[str, ...] = (),
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Compiled:
    """The exact cost as a plain function of arrays.

    ``net.compile(classes=10)(alpha=(numerators, 1024), delta=deltas)``; see :class:`Compiled`.
    Parameters that the spec holds are arguments only if they are named in ``free``.

    :raises CostcalcError: a bad value, or no closed form in the parameters left free.
    """
    network = as_spec(spec)
    bound = network.bind(given(values, alpha, delta, rho, resolution, classes, **parameters))
    measures = as_measures(convention, cost, elements, rule)
    fixed = {**network.held(bound, free), **bound}
    known = network.parameters
    most = {}
    for name, limit in by_name(limits or {}, known).items():
        if name not in known:
            raise CostcalcError(f"no parameter {name!r} to limit", did_you_mean(name, known))
        most[name] = _single(known[name], limit)
    return Compiled(network, Structure(network, measures, fixed, pairs=False), most, set(fixed))
