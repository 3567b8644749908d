"""Sweeps as pandas data frames (extra: ``pandas``). The only module that imports pandas.

Fractions become the nearest double, pairs and words text, percents doubles of two places; costs
stay exact, int64 or Python integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import numpy as np

from costcalc.design_space.sweep.axes import Value
from costcalc.design_space.sweep.exact_array import Array
from costcalc.design_space.sweep.query import PERCENT, Batch, Column, shown
from costcalc.errors import CostcalcError
from costcalc.language.parameters import value_text

try:
    import pandas as pd
except ImportError:
    raise CostcalcError("to_pandas needs pandas", "pip install 'costcalc[pandas]'") from None


def of_arrays(
    axes: Mapping[str, Sequence[Value]], costs: Mapping[str, Array], *, grid: bool
) -> pd.DataFrame:
    """One row per point: of a ``grid`` that the axes span, or of columns side by side."""
    shape = next(iter(costs.values())).shape
    columns = {}
    for i, (name, values) in enumerate(axes.items()):
        plain = np.array(_plain(values))
        if grid:
            along = [-1 if k == i else 1 for k in range(len(shape))]
            plain = np.broadcast_to(plain.reshape(along), shape).ravel()
        columns[name] = plain
    return pd.DataFrame(columns | {name: cost.ravel() for name, cost in costs.items()})


def of_batches(names: Sequence[str], batches: Iterable[Batch]) -> pd.DataFrame:
    """One row per row of the batches."""
    parts = [pd.DataFrame({n: _series(n, batch.columns[n]) for n in names}) for batch in batches]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)


def _series(name: str, column: Column) -> pd.Series:
    if name in PERCENT:
        return pd.Series([shown(name, value) for value in column.listed()], dtype=float)
    if column.values is None:
        return pd.Series(column.numbers)
    return pd.Series(_plain(column.values)).iloc[column.numbers].reset_index(drop=True)


def _plain(values: Sequence[Value | None]) -> list[int | float | str | None]:
    """Numbers, or all text where one value is."""
    words = any(isinstance(value, str | tuple) for value in values)
    return [None if value is None else _cell(value, words) for value in values]


def _cell(value: Value, words: bool) -> int | float | str:
    if words or isinstance(value, str | tuple):
        return value_text(value)
    return float(value) if isinstance(value, Fraction) else value
