"""Large sweeps in chunks: numpy columns, with budgets and fronts applied to whole chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np

from costcalc.design_space.sweep.batch import Batch, Column
from costcalc.design_space.sweep.compute import chunks, compute
from costcalc.design_space.sweep.exact_array import INT
from costcalc.design_space.sweep.plan import Part
from costcalc.design_space.sweep.query import COSTS, PERCENT, Aim, Limit, Query, rank


def batches(part: Part, query: Query, progress: Callable[[int], None]) -> Iterator[Batch]:
    """The chunks of one network's sweep, without rows that the query surely drops."""
    for picks in chunks(part.plan):
        batch = _filtered(_batch(part, query, picks), query)
        progress(int(np.prod([len(some) for some in picks])))
        if batch.length:
            yield batch


def _batch(part: Part, query: Query, picks: tuple[Any, ...]) -> Batch:
    plan, base = part.plan, part.base
    block = compute(plan, picks, skip=query.skip)
    shape = tuple(map(len, picks))
    lines: Any = slice(None) if block.exists is None else block.exists.ravel()
    length = int(np.prod(shape)) if block.exists is None else int(lines.sum())
    columns = {"spec": Column(np.zeros(length, np.int8), (plan.spec.name,))}
    place = {n: i for i, axis in enumerate(plan.space.axes) for n in axis.columns}
    for name in query.parameters:
        if name not in place:
            value = (plan.space.fixed.get(name),)
            columns[name] = Column(np.zeros(length, np.int8), value)
            continue
        axis = place[name]
        along = [1] * len(shape)
        along[axis] = -1
        index = picks[axis].astype(np.int32).reshape(along)
        flat = np.broadcast_to(index, shape).ravel()[lines]
        columns[name] = Column(flat, plan.space.axes[axis].columns[name])
    under = compute(base, _base_picks(part, picks), skip=query.skip)
    if under.exists is not None:
        _refuse_without_baseline(part, picks, block.exists, _spread(under.exists, part, shape))
    for name, percent in zip(COSTS, PERCENT, strict=True):
        cost = getattr(block, name).ravel()[lines]
        below = _spread(getattr(under, name), part, shape).ravel()[lines]
        columns[name] = Column(np.ascontiguousarray(cost))
        columns[percent] = Column(_percent(cost, below))
    return Batch({name: columns[name] for name in query.columns}, length)


def _refuse_without_baseline(part: Part, picks: tuple[Any, ...], exists: Any, base: Any) -> None:
    """Tell why, where a row exists and the baseline that it refers to does not.

    :raises CostcalcError: there is such a row.
    """
    missing = np.argwhere(~base if exists is None else exists & ~base)
    if len(missing):
        axes = part.plan.space.axes
        at = [some[i] for some, i in zip(picks, missing[0].tolist(), strict=True)]
        values = {
            n: v[i] for axis, i in zip(axes, at, strict=True) for n, v in axis.columns.items()
        }
        part.base.at({n: v for n, v in values.items() if n in part.base.space.swept})


def _base_picks(part: Part, picks: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(some for some, kept in zip(picks, part.kept, strict=True) if kept is not None)


def _spread(cost: Any, part: Part, shape: tuple[int, ...]) -> Any:
    """A baseline's costs along the axes of the sweep."""
    missing = [axis for axis, kept in enumerate(part.kept) if kept is None]
    return np.broadcast_to(np.expand_dims(cost, missing), shape)


def _percent(cost: Any, base: Any) -> Any:
    """Hundredths of a percent, rounded half up, exactly; see batch.percent_of."""
    if not cost.size:
        return np.zeros(cost.shape, np.int64)
    if not base.all():
        flat = [
            (20000 * int(c) + int(b)) // (2 * int(b)) if b else None
            for c, b in zip(cost.flat, base.flat, strict=True)
        ]
        return np.array(flat, object).reshape(cost.shape)
    if 20000 * _largest(cost) + 2 * _largest(base) >= INT:
        cost, base = cost.astype(object), base.astype(object)
    result = (20000 * cost + base) // (2 * base)
    if result.dtype == object and _largest(result) < INT:
        result = result.astype(np.int64)
    return result


def _largest(x: Any) -> int:
    """The largest absolute value: a convention may count below 0."""
    return max(int(x.max()), -int(x.min()))


def _filtered(batch: Batch, query: Query) -> Batch:
    for limit in query.limits:
        batch = _kept(batch, _mask(batch.columns[limit.column], limit))
    if query.pareto and batch.length:
        batch = _kept(batch, _front(*(_keys(batch, aim) for aim in query.pareto)))
    elif query.order is not None and query.top is not None and batch.length > query.top:
        numbers = batch.columns[query.order.column].numbers
        if numbers.dtype != object or None not in numbers.tolist():  # a percent of nothing
            keys = _keys(batch, query.order)
            worst = np.partition(keys, query.top - 1)[query.top - 1]
            batch = _kept(batch, keys <= worst)
    return batch


def _kept(batch: Batch, mask: Any) -> Batch:
    if mask.all():
        return batch
    columns = {n: c._replace(numbers=c.numbers[mask]) for n, c in batch.columns.items()}
    return Batch(columns, int(mask.sum()))


def _mask(column: Column, limit: Limit) -> Any:
    if column.values is not None:
        return np.array([limit.allows(value) for value in column.values])[column.numbers]
    x, amount = column.numbers, Fraction(limit.amount)
    if limit.relation == "<=":
        return x <= floor(amount)
    if limit.relation == "<":
        return x < ceil(amount)
    if limit.relation == ">=":
        return x >= ceil(amount)
    if limit.relation == ">":
        return x > floor(amount)
    return (x == floor(amount)) & (amount.denominator == 1)


def _keys(batch: Batch, aim: Aim) -> Any:
    """Numbers in the order of the aim: the best is the smallest."""
    column = batch.columns[aim.column]
    keys = column.numbers
    if column.values is not None:
        ranks = [0 if value is None else rank(value) for value in column.values]
        places = {value: i for i, value in enumerate(sorted(set(ranks)))}
        keys = np.array([places[value] for value in ranks])[column.numbers]
    return -keys if aim.largest else keys


def _front(first: Any, second: Any) -> Any:
    """Where rows may be on the Pareto front; see select.front, which decides."""
    order = np.argsort(second, kind="stable")
    order = order[np.argsort(first[order], kind="stable")]
    best = np.minimum.accumulate(second[order])
    mask = np.zeros(len(first), bool)
    mask[order] = (
        second[order] <= best
    )  # rows equal to an earlier best may be beaten: decided later
    return mask
