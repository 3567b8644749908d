"""The costs of a plan over index ranges: the loop over what no closed form leaves free."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from costcalc.design_space.sweep.axes import Axis
from costcalc.design_space.sweep.blocks import Block, Picks, below, evaluate_block
from costcalc.design_space.sweep.exact_array import INT, from_values
from costcalc.design_space.sweep.plan import Plan
from costcalc.design_space.sweep.structure import spread
from costcalc.errors import CostcalcError, Undecided

#: Points of one chunk of a sweep that is streamed.
CHUNK = 2**20


def compute(plan: Plan, picks: Picks | None = None, *, skip: bool = False) -> Block:
    """The exact costs over the product of the picked indices (all of them by default).

    :raises CostcalcError: the network does not exist at some point, unless ``skip``.
    """
    axes = plan.space.axes
    if picks is None:
        picks = tuple(np.arange(axis.length) for axis in axes)
    try:
        if not plan.outer:
            return evaluate_block(plan.structure({}), axes, picks, skip=skip)
        return _over_outer(plan, picks, skip)
    except Undecided:
        plan.widen()
        return _over_outer(plan, picks, skip)


def _over_outer(plan: Plan, picks: Picks, skip: bool) -> Block:
    axes = plan.space.axes
    shape = tuple(map(len, picks))
    costs: list[Any] = [np.zeros(shape, np.int64), np.zeros(shape, np.int64)]
    exists = np.ones(shape, bool)
    groups = [_groups(axis, some, plan.outer) for axis, some in zip(axes, picks, strict=True)]
    for chosen in product(*groups):
        values = {name: value for names, _ in chosen for name, value in names}
        where = tuple(positions for _, positions in chosen)
        here = np.ix_(*where)
        some = tuple(indices[at] for indices, at in zip(picks, where, strict=True))
        try:
            block = evaluate_block(plan.structure(values), axes, some, skip=skip)
        except Undecided:
            raise
        except CostcalcError:
            if not skip:
                raise
            exists[here] = False
            continue
        for i, cost in enumerate(block[:2]):
            if cost.dtype == object:
                costs[i] = costs[i].astype(object)
            costs[i][here] = cost
        if block.exists is not None:
            exists[here] = block.exists
    return Block(costs[0], costs[1], None if exists.all() else exists)


def _groups(
    axis: Axis, indices: Any, outer: tuple[str, ...]
) -> list[tuple[tuple[tuple[str, Any], ...], Any]]:
    """Positions of the picked indices by the values of the outer parameters on this axis."""
    names = [name for name in axis.columns if name in outer]
    if not names:
        return [((), np.arange(len(indices)))]
    groups: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    for position, index in enumerate(indices.tolist()):
        key = tuple((name, axis.columns[name][index]) for name in names)
        groups.setdefault(key, []).append(position)
    return [(key, np.array(positions)) for key, positions in groups.items()]


def chunks(plan: Plan, size: int = CHUNK) -> Iterator[Picks]:
    """Index ranges that cover the space in row-major order, at most ``size`` points each."""
    shape = plan.space.shape
    whole = [np.arange(length) for length in shape]
    split = len(shape) - 1
    inner = 1  # points of one index of the axis that is split
    while split > 0 and inner * shape[split] < size:
        inner *= shape[split]
        split -= 1
    if split < 0:
        yield ()
        return
    step = max(1, size // inner)
    for outer in product(*map(range, shape[:split])):
        fixed = [np.array([i]) for i in outer]
        for start in range(0, shape[split], step):
            yield (*fixed, whole[split][start : start + step], *whole[split + 1 :])


def fits_int64(plan: Plan) -> bool:
    """Whether the values of the axes alone prove that every cost of the sweep fits int64."""
    if plan.outer:
        return False
    arrays = {}
    for name, values in spread_columns(plan).items():
        arrays[name] = from_values(values)
    structure = plan.structure({})
    return all(below(cost, arrays, INT - 1) for cost in structure.costs)


def spread_columns(plan: Plan) -> dict[str, tuple[Any, ...]]:
    """The values by symbol."""
    columns: dict[str, tuple[Any, ...]] = {}
    for name, values in plan.space.swept.items():
        split = [spread({name: value}, plan.pairs) for value in values]
        columns |= {symbol: tuple(s[symbol] for s in split) for symbol in split[0]}
    return columns
