"""Part of a sweep as numpy arrays: the costs at all combinations of some indices per axis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm, prod
from typing import Any, NamedTuple

import numpy as np

from costcalc.algebra.atoms import Atom, Monomial
from costcalc.algebra.evaluation import evaluate, free_parameters
from costcalc.algebra.numbers import Number, constant, is_number
from costcalc.algebra.polynomial import alone, constant_term
from costcalc.design_space.sweep.axes import Axis
from costcalc.design_space.sweep.contraction import Column, contract
from costcalc.design_space.sweep.exact_array import INT, ExactArray, from_values, tightened
from costcalc.design_space.sweep.factors import factors
from costcalc.design_space.sweep.structure import Check, Structure, spread
from costcalc.errors import CostcalcError, Undecided

#: Indices taken from one axis, ascending.
Picks = tuple[np.ndarray[Any, Any], ...]


class Block(NamedTuple):
    """``mult_adds`` and ``params`` as arrays with one dimension per axis, views that repeat a
    value where an axis does not matter. ``exists`` says where the network does; None: everywhere.
    """

    mult_adds: Any
    params: Any
    exists: Any = None


def evaluate_block(
    structure: Structure, axes: Sequence[Axis], picks: Picks, *, skip: bool = False
) -> Block:
    """The exact costs of a structure over the product of the picked indices.

    Where its conditions fail, the parameters concerned are bound and the network is built again.

    :raises CostcalcError: it does not exist there; with ``skip``, ``exists`` says so instead, and
        costs there have no meaning.
    """
    grid = _Grid(structure, axes, picks)
    result = Block(grid.total(structure.costs.mult_adds), grid.total(structure.costs.params))
    shape = tuple(map(len, picks))
    for check in structure.checks:
        fails = grid.fails(check)
        if fails is None:
            continue
        if result.exists is None:
            mult_adds, params = np.array(result.mult_adds), np.array(result.params)
            result = Block(mult_adds, params, np.ones(shape, bool))
        for values, where in _bindings(check, axes, picks, fails):
            result = _patched(result, structure, values, axes, picks, where, skip)
    return result


def _patched(
    result: Block,
    structure: Structure,
    values: Mapping[str, Any],
    axes: Sequence[Axis],
    picks: Picks,
    where: tuple[np.ndarray[Any, Any], ...],
    skip: bool,
) -> Block:
    """``result`` with the costs of another structure at the positions ``where``."""
    here = np.ix_(*where)
    try:
        inner = structure.narrowed(values)
    except Undecided:
        raise
    except CostcalcError:
        if not skip:
            raise
        result.exists[here] = False
        return result
    some = tuple(indices[at] for indices, at in zip(picks, where, strict=True))
    part = evaluate_block(inner, axes, some, skip=skip)
    mult_adds, params = result.mult_adds, result.params
    if part.mult_adds.dtype == object:
        mult_adds = mult_adds.astype(object)
    if part.params.dtype == object:
        params = params.astype(object)
    mult_adds[here] = part.mult_adds
    params[here] = part.params
    if part.exists is not None:
        result.exists[here] &= part.exists
    return Block(mult_adds, params, result.exists)


def _bindings(
    check: Check, axes: Sequence[Axis], picks: Picks, fails: Any
) -> Iterator[tuple[dict[str, Any], tuple[np.ndarray[Any, Any], ...]]]:
    """Bindings of the check's parameters at which it fails, with their positions per axis."""
    names = check.parameters
    involved = [i for i, axis in enumerate(axes) if names & axis.columns.keys()]
    everywhere = [np.arange(len(some)) for some in picks]
    groups: dict[tuple[Any, ...], list[set[int]]] = {}
    own = [sorted(names & axes[i].columns.keys()) for i in involved]
    for combination in np.argwhere(fails):
        key = tuple(
            axes[i].columns[name][picks[i][combination[i]]]
            for i, some in zip(involved, own, strict=True)
            for name in some
        )
        positions = groups.setdefault(key, [set() for _ in involved])
        for place, i in enumerate(involved):
            positions[place].add(int(combination[i]))
    flat = [name for some in own for name in some]
    for key, positions in groups.items():
        where = list(everywhere)
        for place, i in enumerate(involved):
            where[i] = np.array(sorted(positions[place]))
        yield dict(zip(flat, key, strict=True)), tuple(where)


class _Grid:
    """A structure's symbols as arrays, each along its axis."""

    def __init__(self, structure: Structure, axes: Sequence[Axis], picks: Picks) -> None:
        self.shape = tuple(map(len, picks))
        self.axis_of: dict[str, int] = {}
        self.arrays: dict[str, ExactArray] = {}
        free = {n for check in structure.checks for n in check.names}
        for cost in structure.costs:
            free |= free_parameters(cost)
        for i, axis in enumerate(axes):
            picked = {n: [v[at] for at in picks[i].tolist()] for n, v in axis.columns.items()}
            columns = _columns(picked, structure.pairs)
            for symbol, values in columns.items():
                if symbol in free:
                    self.axis_of[symbol] = i
                    self.arrays[symbol] = _along(from_values(values), i, len(axes))

    def total(self, cost: Number) -> Any:
        """A cost over the whole grid."""
        components, terms = factors(cost, self.axis_of)
        shape = tuple(prod(self.shape[axis] for axis in component) for component in components)
        tables: list[dict[Monomial, Column]] = [{} for _ in components]
        values: dict[Atom, Number] = {}
        for key in terms:
            for monomial, component, table in zip(key, components, tables, strict=True):
                if monomial not in table:
                    table[monomial] = self.column(monomial, component, values)
        array = contract(terms, tuple(tables), shape)
        # one dimension per axis of the components, then the grid's own order
        order = [axis for component in components for axis in component]
        array = array.reshape([self.shape[axis] for axis in order])
        array = array.transpose(np.argsort(order)) if order else array
        missing = [axis for axis in range(len(self.shape)) if axis not in order]
        return np.broadcast_to(np.expand_dims(array, missing), self.shape)

    def column(
        self, monomial: Monomial, component: tuple[int, ...], values: dict[Atom, Number]
    ) -> Column:
        """A monomial over the axes of its component, flat."""
        size = tuple(self.shape[axis] for axis in component)
        product_: Number = 1
        for atom, exponent in monomial:
            if atom not in values:
                single = alone(atom)
                values[atom] = evaluate(single, self.arrays)
            for _ in range(exponent):
                product_ = values[atom] * product_
        if not isinstance(product_, ExactArray):
            product_ = int(constant(product_))
            return Column(np.full(size, product_).ravel(), abs(product_), 1)
        x = _over_one_denominator(tightened(product_))
        flat = np.broadcast_to(_drop(x.numerator, component, len(self.shape)), size).ravel()
        return Column(flat, x.bound, x.denominator)

    def fails(self, check: Check) -> Any:
        """Where a check fails, with one dimension per axis; None if nowhere."""
        if check.relation == ">=" and self.surely(check):
            return None
        value = evaluate(check.value, self.arrays)
        if not isinstance(value, ExactArray):
            return None if check.holds({}) else np.ones([1] * len(self.shape), bool)
        fails = ~np.asarray(value.is_true(check.relation))
        return fails if fails.any() else None

    def surely(self, check: Check) -> bool:
        """Whether the bounds of the axes alone show that an upper limit holds."""
        constant = constant_term(check.value)
        rest = constant - check.value  # value = constant - rest ≥ 0
        if constant <= 1 or is_number(rest):
            return False
        return below(rest, self.arrays, constant)


def below(x: Number, arrays: Mapping[str, ExactArray], limit: int | Fraction) -> bool:
    """Whether the bounds of the symbols alone show that |x| ≤ limit; False if they don't."""
    if is_number(x):
        return -limit <= x <= limit
    # plain ones, which nobody can look at to tighten a bound
    edges = {symbol: ExactArray(1, a.bound, a.denominator) for symbol, a in arrays.items()}
    largest = evaluate(x, edges)
    if not isinstance(largest, ExactArray) or not isinstance(largest.denominator, int):
        return False
    return bool(largest.bound <= limit * largest.denominator)


def _columns(picked: Mapping[str, list[Any]], pairs: bool) -> dict[str, list[Any]]:
    """Values by symbol; words (choices) have none."""
    columns: dict[str, list[Any]] = {}
    for name, values in picked.items():
        if pairs and name == "resolution":
            split = [spread({name: value}, pairs) for value in values]
            columns |= {symbol: [s[symbol] for s in split] for symbol in split[0]}
        elif not isinstance(values[0], str):
            columns[name] = values
    return columns


def _along(x: ExactArray, axis: int, dimensions: int) -> ExactArray:
    shape = [1] * dimensions
    shape[axis] = -1
    return ExactArray(x.numerator.reshape(shape), x.bound, x.denominator)


def _drop(x: Any, component: tuple[int, ...], dimensions: int) -> Any:
    """Without the axes outside the component, along which ``x`` has length 1."""
    return np.squeeze(x, tuple(i for i in range(dimensions) if i not in component))


def _over_one_denominator(x: ExactArray) -> ExactArray:
    """The same values with a denominator that is one number."""
    if isinstance(x.denominator, int):
        return x
    above, below = np.broadcast_arrays(x.numerator, x.denominator)
    if (above % below == 0).all():
        return tightened(ExactArray(above // below, x.bound))
    values = [Fraction(int(a), int(b)) for a, b in zip(above.flat, below.flat, strict=True)]
    common = lcm(*{v.denominator for v in values})
    whole = [v.numerator * (common // v.denominator) for v in values]
    bound = max(map(abs, whole))
    array = np.array(whole, dtype=np.int64 if bound < INT else object)
    return ExactArray(array.reshape(above.shape), bound, common)
