"""The costs of a sweep as numpy arrays: at all combinations of some indices per axis, in chunks of
bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import NamedTuple, TypeAlias

import numpy as np

from costcalc.design_space.sweep.axes import Axis, Binding, Value
from costcalc.design_space.sweep.checks import Check
from costcalc.design_space.sweep.exact_array import INT, Array, Mask, from_values
from costcalc.design_space.sweep.grid import Grid, Indices, Picks, below, symbols
from costcalc.design_space.sweep.structure import Costs, Plan, Structure
from costcalc.errors import CostcalcError, Undecided

#: Points of one chunk of a sweep that is streamed.
CHUNK = 2**20

#: The closed form where more parameters have these values.
Form: TypeAlias = Callable[[Binding], Structure]


class Block(NamedTuple):
    """``costs`` as arrays with one dimension per axis, views that repeat a value where an axis does
    not matter. ``exists`` says where the network does; None: everywhere.
    """

    costs: Costs[Array]
    exists: Mask | None = None

    @property
    def mult_adds(self) -> Array:
        return self.costs.mult_adds

    @property
    def params(self) -> Array:
        return self.costs.params

    def with_part(self, where: Picks, part: Block | None) -> Block:
        """The block, written over at some positions per axis; None: no network exists there."""
        here = np.ix_(*where)
        exists = self.exists
        assert exists is not None
        if part is None:
            exists[here] = False
            return self
        arrays = []
        for array, own in zip(self.costs, part.costs, strict=True):
            array = array.astype(object) if own.dtype == object else array
            array[here] = own
            arrays.append(array)
        if part.exists is not None:
            exists[here] &= part.exists
        return Block(Costs(*arrays, names=self.costs.names), exists)


def compute(plan: Plan, picks: Picks | None = None, *, skip: bool = False) -> Block:
    """The exact costs over the product of the picked indices (all of them by default).

    :raises CostcalcError: the network does not exist at some point, unless ``skip``.
    """
    if picks is None:
        picks = tuple(np.arange(axis.length) for axis in plan.space.axes)
    return (
        _over_outer(plan, picks, skip)
        if plan.outer
        else _region(plan, {}, plan.structure, picks, skip)
    )


def _region(plan: Plan, values: Binding, form: Form, picks: Picks, skip: bool) -> Block:
    """The costs where some parameters have one value each."""
    try:
        structure = form(values)
    except Undecided:
        return compute(plan.within(values), picks, skip=skip)
    return evaluate_block(plan, structure, picks, skip=skip)


def _over_outer(plan: Plan, picks: Picks, skip: bool) -> Block:
    """The loop over what no closed form leaves free."""
    axes = plan.space.axes
    shape = tuple(map(len, picks))
    names = plan.measures.names
    costs = Costs(*(np.zeros(shape, np.int64) for _ in names), names=names)
    block = Block(costs, np.ones(shape, bool))
    groups = [_groups(axis, some, plan.outer) for axis, some in zip(axes, picks, strict=True)]
    for chosen in product(*groups):
        values = {name: value for names, _ in chosen for name, value in names}
        where = tuple(positions for _, positions in chosen)

        part = _existing(plan, values, plan.structure, _picked(picks, where), skip)
        block = block.with_part(where, part)
    assert block.exists is not None
    return block._replace(exists=None) if block.exists.all() else block


def _groups(
    axis: Axis, indices: Indices, outer: tuple[str, ...]
) -> list[tuple[tuple[tuple[str, Value], ...], Indices]]:
    """Positions of the picked indices by the values of the outer parameters on this axis."""
    names = [name for name in axis.columns if name in outer]
    if not names:
        return [((), np.arange(len(indices)))]
    groups: dict[tuple[tuple[str, Value], ...], list[int]] = {}
    for position, index in enumerate(indices.tolist()):
        key = tuple((name, axis.columns[name][index]) for name in names)
        groups.setdefault(key, []).append(position)
    return [(key, np.array(positions)) for key, positions in groups.items()]


def _existing(plan: Plan, values: Binding, form: Form, picks: Picks, skip: bool) -> Block | None:
    """The costs where some parameters have one value each, or None where the network does not exist
    and such points are skipped.

    :raises CostcalcError: it does not exist, unless ``skip``; in the words of a count, with the
        first point.
    """
    try:
        return _region(plan, values, form, picks, skip)
    except CostcalcError:
        if skip:
            return None
        along = zip(plan.space.axes, picks, strict=True)
        first = {n: v[some[0]] for axis, some in along for n, v in axis.columns.items()}
        plan.refuse({**first, **values})
        plan.at({**first, **values})
        raise


def _picked(picks: Picks, where: Picks) -> Picks:
    return tuple(indices[at] for indices, at in zip(picks, where, strict=True))


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
    columns = symbols(plan.space.swept, plan.pairs)
    arrays = {symbol: from_values(values) for symbol, values in columns.items()}
    return all(below(cost, arrays, INT - 1) for cost in plan.structure({}).costs)


def evaluate_block(plan: Plan, structure: Structure, picks: Picks, *, skip: bool = False) -> Block:
    """The exact costs of a structure over the product of the picked indices.

    Where its conditions fail, the parameters concerned are bound and the network is built again.

    :raises CostcalcError: it does not exist there; with ``skip``, ``exists`` says so instead, and
        costs there have no meaning.
    """
    axes = plan.space.axes
    grid = Grid(structure, axes, picks)
    names = structure.costs.names
    block = Block(Costs(*map(grid.total, structure.costs), names=names))
    for check in structure.checks:
        fails = grid.fails(check)
        if fails is None:
            continue
        if block.exists is None:
            block = Block(
                Costs(*map(np.array, block.costs), names=names), np.ones(grid.shape, bool)
            )
            left = np.ones(grid.shape, bool)  # where no check has failed
        for values, where in _bindings(check, axes, picks, fails):
            here = np.ix_(*where)
            if not left[here].any():
                continue
            left[here] = False
            swept = {n: v for n, v in structure.bound.items() if n in plan.space.swept}
            bound = {**swept, **values}
            part = _existing(plan, bound, structure.narrowed, _picked(picks, where), skip)
            block = block.with_part(where, part)
    return block


def _bindings(
    check: Check, axes: Sequence[Axis], picks: Picks, fails: Mask
) -> Iterator[tuple[Binding, Picks]]:
    """Bindings of the check's parameters at which it fails, with their positions per axis."""
    names = check.parameters
    involved = [i for i, axis in enumerate(axes) if names & axis.columns.keys()]
    own = [(i, name) for i in involved for name in sorted(names & axes[i].columns.keys())]
    groups: dict[tuple[Value, ...], list[set[int]]] = {}
    for at in np.argwhere(fails).tolist():
        key = tuple(axes[i].columns[name][picks[i][at[i]]] for i, name in own)
        positions = groups.setdefault(key, [set() for _ in involved])
        for some, i in zip(positions, involved, strict=True):
            some.add(at[i])
    for key, positions in groups.items():
        where = [np.arange(len(some)) for some in picks]
        for some, i in zip(positions, involved, strict=True):
            where[i] = np.array(sorted(some))
        yield {name: value for (_, name), value in zip(own, key, strict=True)}, tuple(where)
