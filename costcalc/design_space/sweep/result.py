"""A finished sweep: the exact costs of one network as numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from costcalc.algebra.result import Result
from costcalc.analysis.costs import Measures, Names, as_measures
from costcalc.conventions.shelf import DEFAULT, Weighing
from costcalc.design_space.sweep.axes import Binding, Value, grid, points
from costcalc.design_space.sweep.blocks import compute
from costcalc.design_space.sweep.exact_array import Array
from costcalc.design_space.sweep.query import column_of
from costcalc.design_space.sweep.structure import Plan
from costcalc.errors import CostcalcError
from costcalc.graph.loading import Source, as_spec
from costcalc.hardware.elements import Precision
from costcalc.language import Spec
from costcalc.language.parameters import (
    Bound,
    Values,
    as_called,
    given,
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
