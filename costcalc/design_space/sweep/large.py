"""Large sweeps in chunks: numpy columns, with budgets and fronts applied to whole chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil, floor, prod

import numpy as np

from costcalc.algebra.numbers import RELATIONS
from costcalc.design_space.sweep.blocks import Block, chunks, compute
from costcalc.design_space.sweep.exact_array import INT, Array, Mask
from costcalc.design_space.sweep.grid import Picks
from costcalc.design_space.sweep.query import (
    Aim,
    Batch,
    Column,
    Limit,
    Query,
    hundredths,
    percent_of,
    rank,
)
from costcalc.design_space.sweep.structure import Costs, Part, of_baseline


def batches(part: Part, query: Query, progress: Callable[[int], None]) -> Iterator[Batch]:
    """The chunks of one network's sweep, without rows that the query surely drops."""
    for picks in chunks(part.plan):
        batch = _filtered(_batch(part, query, picks), query)
        progress(prod(map(len, picks)))
        if batch.length:
            yield batch


def _batch(part: Part, query: Query, picks: Picks) -> Batch:
    block = compute(part.plan, picks, skip=query.skip)
    shape = tuple(map(len, picks))
    lines = slice(None) if block.exists is None else np.flatnonzero(block.exists)
    length = prod(shape) if isinstance(lines, slice) else len(lines)
    fixed = part.plan.space.fixed
    always = np.zeros(length, np.int8)
    columns = {query.column_of(n): Column(always, (fixed.get(n),)) for n in query.parameters}
    columns["spec"] = Column(always, (part.label,))
    for i, axis in enumerate(part.plan.space.axes):
        others = tuple(k for k in range(len(shape)) if k != i)
        index = np.expand_dims(picks[i].astype(np.int32), others)
        flat = np.broadcast_to(index, shape).ravel()[lines]
        columns |= {query.column_of(name): Column(flat, v) for name, v in axis.columns.items()}
    with of_baseline():
        base = _baseline(part, query, picks, block)
    pairs = zip(block.costs, base, strict=True)
    for name, percent, both in zip(query.costs, query.percents, pairs, strict=True):
        cost, below = (array.ravel()[lines] for array in both)
        columns[name] = Column(np.ascontiguousarray(cost))
        columns[percent] = Column(_percent(cost, below))
    return Batch({name: columns[name] for name in query.columns}, length)


def _baseline(part: Part, query: Query, picks: Picks, block: Block) -> Costs[Array]:
    """The baseline's costs along the axes of the sweep.

    :raises CostcalcError: a row exists, and the baseline that it refers to does not.
    """
    axes, swept = part.plan.space.axes, part.base.space.swept
    missing = tuple(i for i, axis in enumerate(axes) if swept.keys().isdisjoint(axis.columns))
    kept = tuple(some for i, some in enumerate(picks) if i not in missing)
    shape = tuple(map(len, picks))

    def spread(array: Array) -> Array:
        return np.broadcast_to(np.expand_dims(array, missing), shape)

    base = compute(part.base, kept, skip=query.skip)
    if base.exists is not None:
        lost = ~spread(base.exists)
        lost = lost if block.exists is None else block.exists & lost
        for where in np.argwhere(lost)[:1].tolist():
            at = [some[i] for some, i in zip(picks, where, strict=True)]
            along = zip(axes, at, strict=True)
            values = {n: v[i] for axis, i in along for n, v in axis.columns.items()}
            part.base.at({n: v for n, v in values.items() if n in swept})
    return Costs(*map(spread, base.costs), names=query.costs)


def _percent(cost: Array, base: Array) -> Array:
    """Hundredths of a percent of each, None of nothing, exactly."""
    if not cost.size:
        return np.zeros(cost.shape, np.int64)
    if not base.all():
        flat = [percent_of(int(c), int(b)) for c, b in zip(cost.flat, base.flat, strict=True)]
        return np.array(flat, object).reshape(cost.shape)
    if 20000 * _largest(cost) + 2 * _largest(base) >= INT:
        cost, base = cost.astype(object), base.astype(object)
    percent = hundredths(cost, base)
    is_wide = percent.dtype == object and _largest(percent) >= INT
    return percent if is_wide else percent.astype(np.int64, copy=False)


def _largest(x: Array) -> int:
    """The largest absolute value: a convention may count below 0."""
    return max(int(x.max()), -int(x.min()))


def _filtered(batch: Batch, query: Query) -> Batch:
    for limit in query.limits:
        batch = _kept(batch, _mask(batch.columns[limit.column], limit))
    if query.pareto and batch.length:
        keys = [_keys(batch.columns[aim.column], aim) for aim in query.pareto]
        batch = _kept(batch, _front(*keys))
    elif query.order is not None and query.top is not None and batch.length > query.top:
        column = batch.columns[query.order.column]
        numbers = np.asarray(column.numbers)
        if numbers.dtype != object or None not in numbers.tolist():  # a percent of nothing
            order = _keys(column, query.order)
            worst = np.partition(order, query.top - 1)[query.top - 1]
            batch = _kept(batch, order <= worst)
    return batch


def _kept(batch: Batch, mask: Mask) -> Batch:
    if mask.all():
        return batch
    columns = {n: c._replace(numbers=np.asarray(c.numbers)[mask]) for n, c in batch.columns.items()}
    return Batch(columns, int(mask.sum()))


def _mask(column: Column, limit: Limit) -> Mask:
    """Where a column keeps a limit."""
    numbers, amount = np.asarray(column.numbers), limit.amount
    if column.values is not None:
        return np.array([limit.allows(value) for value in column.values], bool).take(numbers)
    if limit.relation == "==" and amount.denominator > 1:
        return np.zeros(len(numbers), bool)
    edge = floor(amount) if limit.relation in ("<=", ">") else ceil(amount)  # whole, as costs are
    return np.asarray(RELATIONS[limit.relation](numbers, edge), bool)


def _keys(column: Column, aim: Aim) -> Array:
    """Numbers in the order of the aim: the best is the smallest."""
    keys = np.asarray(column.numbers)
    if column.values is not None:
        ranks = [0 if value is None else rank(value) for value in column.values]
        places = {value: i for i, value in enumerate(sorted(set(ranks)))}
        keys = np.array([places[value] for value in ranks])[keys]
    return -keys if aim.largest else keys


def _front(first: Array, second: Array) -> Mask:
    """Where rows may be on the Pareto front; see query.front, which decides."""
    order = np.argsort(second, kind="stable")
    order = order[np.argsort(first[order], kind="stable")]
    best = np.minimum.accumulate(second[order])
    mask = np.zeros(len(first), bool)
    # rows equal to an earlier best may be beaten: decided later
    mask[order] = second[order] <= best
    return mask
