"""A finished sweep: named numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from costcalc.algebra.result import Result
from costcalc.conventions.shelf import Convention
from costcalc.design_space.sweep.axes import Binding, Value, grid, points
from costcalc.design_space.sweep.blocks import compute
from costcalc.design_space.sweep.exact_array import Array
from costcalc.design_space.sweep.query import COSTS
from costcalc.design_space.sweep.structure import Plan
from costcalc.errors import CostcalcError
from costcalc.language import Spec
from costcalc.language.parameters import value_text

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Sweep(Result):
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

    def __getitem__(self, name: str) -> Array:
        """A cost, or the values of an axis (int64 where whole, otherwise exact objects)."""
        if name in COSTS:
            return self.mult_adds if name == "mult_adds" else self.params
        if name not in self.axes:
            known = ", ".join((*COSTS, *self.axes))
            raise CostcalcError(f"the sweep has no {name!r}", f"it has {known}")
        values = self.axes[name]
        if all(isinstance(value, int) for value in values):
            return np.array(values)
        array = np.empty(len(values), object)
        array[:] = values
        return array

    def arrays(self) -> dict[str, Array]:
        """All arrays by name: the axes, then the costs."""
        return {name: self[name] for name in (*self.axes, *COSTS)}

    def to_pandas(self) -> pd.DataFrame:
        """A DataFrame with one row per point (extra: ``pandas``).

        Fractions become the nearest double, pairs and words text; costs stay exact.
        """
        try:
            import pandas as pd
        except ImportError:
            hint = "pip install costcalc[pandas]"
            raise CostcalcError("to_pandas needs pandas", hint) from None
        shape = self.mult_adds.shape
        columns = {}
        for i, (name, values) in enumerate(self.axes.items()):
            plain = np.array([_plain(value) for value in values])
            if self.grid:
                along = [-1 if k == i else 1 for k in range(len(shape))]
                plain = np.broadcast_to(plain.reshape(along), shape).ravel()
            columns[name] = plain
        return pd.DataFrame(columns | {name: self[name].ravel() for name in COSTS})


def _plain(value: Value) -> int | float | str:
    if isinstance(value, Fraction):
        return float(value)
    return value_text(value) if isinstance(value, tuple) else value


def sweep_spec(
    network: Spec,
    convention: Convention,
    values: Mapping[str, object],
    rows: Sequence[Mapping[str, object]] | None,
    skip: bool,
) -> Sweep:
    """What :meth:`costcalc.Network.sweep` does."""
    if rows is None:
        space = grid(network, values)
    elif values:
        raise CostcalcError("either points or axes", "put every parameter into the points")
    else:
        space = points(network, rows)
    block = compute(Plan(network, convention, space), skip=skip)
    axes, costs = dict(space.swept), [block.mult_adds, block.params]
    is_grid = rows is None and block.exists is None
    if block.exists is not None:
        where = np.argwhere(block.exists)
        axes = {
            name: tuple(column[i] for i in where[:, k].tolist())
            for k, axis in enumerate(space.axes)
            for name, column in axis.columns.items()
        }
        costs = [cost[block.exists] for cost in costs]
    return Sweep(network.name, convention.name, convention.unit, space.fixed, axes, is_grid, *costs)
