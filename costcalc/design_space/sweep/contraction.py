"""A closed form over a whole grid: taken apart by axes, and put together exactly at BLAS speed.

An atom hangs on some axes only: ``floor(32*alpha)`` on that of alpha. Axes that meet in one atom
form a *component*; every term of the polynomial is a coefficient times one monomial per component,
and each of these is a small table over its component's axes.

``Σ c · T₁[i] · T₂[j] · …`` for all i, j, … is a product of two matrices: the components are split
into two sides, the terms that share the right side's monomial are one column. The sum of all
|terms| at the largest table values bounds every partial sum; below 2⁵¹ the product runs in float64
(each product and partial sum is then a whole number that float64 holds), below 2⁶³ in int64, else
in Python integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import chain, combinations
from math import lcm, prod
from typing import NamedTuple, TypeAlias

import numpy as np

from costcalc.algebra.atoms import Atom, Monomial
from costcalc.algebra.evaluation import free_parameters
from costcalc.algebra.numbers import Number, constant
from costcalc.algebra.polynomial import Polynomial, alone, atoms_of
from costcalc.design_space.sweep.exact_array import FLOAT, INT, Array, Numbers

#: Multiplications of one block: below it BLAS stays on one thread, and the block in the cache.
BLOCK = 2**18

Key: TypeAlias = tuple[Monomial, ...]
Terms: TypeAlias = Mapping[Key, int]


class Column(NamedTuple):
    """One monomial's values over its component: whole numbers over one ``denominator``."""

    values: Array
    bound: int
    denominator: int


Table: TypeAlias = Mapping[Monomial, Column]


def factors(
    x: Number, axis_of: Mapping[str, int]
) -> tuple[tuple[tuple[int, ...], ...], Mapping[Key, int | Fraction]]:
    """``x`` by components of the axes that its symbols run along: the axes of each component,
    ascending, and the terms; their keys have one monomial per component, () standing for 1."""
    if not isinstance(x, Polynomial):
        return (), {(): constant(x)} if x else {}
    axes = {
        atom: frozenset(axis_of[name] for name in free_parameters(alone(atom)))
        for atom in atoms_of(x)
    }
    components = _components(axes.values())
    place = {axis: i for i, component in enumerate(components) for axis in component}
    terms: dict[Key, int | Fraction] = {}
    for monomial, coefficient in x.terms.items():
        parts: list[list[tuple[Atom, int]]] = [[] for _ in components]
        for atom, exponent in monomial:
            parts[place[next(iter(axes[atom]))]].append((atom, exponent))
        terms[tuple(map(tuple, parts))] = coefficient
    return components, terms


def _components(groups: Iterable[frozenset[int]]) -> tuple[tuple[int, ...], ...]:
    """Sets of axes, merged where they overlap, in ascending order."""
    merged: list[frozenset[int]] = []
    for group in set(groups):
        joined = group.union(*(other for other in merged if other & group))
        merged = [*(other for other in merged if not other & group), joined]
    return tuple(sorted(tuple(sorted(component)) for component in merged))


def contract(
    terms: Mapping[Key, int | Fraction],
    tables: tuple[Table, ...],
    shape: tuple[int, ...],
) -> Array:
    """The sum at every combination, an array of ``shape`` with one dimension per table.

    int64 where the bound proves that it fits, otherwise Python integers.
    """
    scaled: dict[Key, Fraction] = {}
    for key, coefficient in terms.items():
        below = prod(table[m].denominator for m, table in zip(key, tables, strict=True))
        scaled[key] = Fraction(coefficient) / below
    denominator = lcm(*(c.denominator for c in scaled.values()))
    whole = {key: int(c * denominator) for key, c in scaled.items()}
    bound = sum(
        abs(c) * prod(max(1, table[m].bound) for m, table in zip(key, tables, strict=True))
        for key, c in whole.items()
    )
    kind = np.dtype(np.int64 if bound < INT else object)
    tables = tuple(
        {m: column._replace(values=column.values.astype(kind)) for m, column in table.items()}
        for table in tables
    )
    result = np.zeros(shape, kind)
    if whole:
        right = _right_side(whole, shape)
        if right and len(right) < len(shape):
            result = _product(whole, tables, shape, right, bound)
        else:
            result += _tensor(whole, tables)
    if denominator > 1:
        result //= denominator
    return result


def _right_side(terms: Terms, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The components whose tables make the right matrix: the split that multiplies least."""
    dimensions = range(len(shape))

    def cost(right: tuple[int, ...]) -> float:
        columns = len({tuple(key[i] for i in right) for key in terms})
        rows = prod(shape[i] for i in dimensions if i not in right)
        width = prod(shape[i] for i in right)
        narrow = 1 + 64 / max(width, 1)  # short rows keep BLAS from its speed
        return rows * width * (columns + 4) * narrow + 8 * len(terms) * (rows + width)

    splits = (combinations(dimensions, count) for count in dimensions[1:])
    return min(chain.from_iterable(splits), key=cost, default=())


def _product(
    terms: Terms,
    tables: tuple[Table, ...],
    shape: tuple[int, ...],
    right: tuple[int, ...],
    bound: int,
) -> Array:
    """The contraction as one matrix product, in blocks that stay in the cache."""
    left = tuple(i for i in range(len(shape)) if i not in right)
    columns: dict[Key, dict[Key, int]] = {}
    for key, coefficient in terms.items():
        group = columns.setdefault(tuple(key[i] for i in right), {})
        group[tuple(key[i] for i in left)] = coefficient
    left_shape, right_shape = (tuple(shape[i] for i in side) for side in (left, right))
    rows, width, depth = prod(left_shape), prod(right_shape), len(columns)
    kind = np.dtype(np.int64 if bound < INT else object)
    a, b = np.empty((rows, depth), kind), np.empty((depth, width), kind)
    for k, (monomials, group) in enumerate(columns.items()):
        a[:, k] = np.broadcast_to(_tensor(group, [tables[i] for i in left]), left_shape).ravel()
        one = _tensor({monomials: 1}, [tables[i] for i in right])
        b[k] = np.broadcast_to(one, right_shape).ravel()
    result = _float_product(a, b) if bound < FLOAT else np.matmul(a, b)
    order = np.argsort((*left, *right))
    return result.reshape(*left_shape, *right_shape).transpose(order)


def _float_product(a: Array, b: Array) -> Array:
    """The int64 product of whole matrices, whose |terms| sum up to less than 2⁵¹ per value.

    An additional column makes every value v the double 3·2⁵¹ + v, which lies between 2⁵² and 2⁵³
    for negative v too. The bits of these doubles count up by one with each whole number, so v is
    the difference of the bits: converting costs no more than a subtraction, made while the block
    is in the cache.
    """
    a = np.hstack([a, np.full((len(a), 1), 3 * FLOAT)]).astype(np.float64)
    b = np.vstack([b, np.ones((1, b.shape[1]), b.dtype)]).astype(np.float64)
    offset = np.float64(3 * FLOAT).view(np.int64)
    rows, depth = a.shape
    width = b.shape[1]
    result = np.empty((rows, width), np.int64)
    doubles = result.view(np.float64)
    step_columns = min(width, BLOCK // depth)
    step_rows = max(1, BLOCK // (depth * step_columns))
    for j in range(0, width, step_columns):
        columns = slice(j, j + step_columns)
        part = np.ascontiguousarray(b[:, columns])
        for i in range(0, rows, step_rows):
            some = slice(i, i + step_rows)
            np.matmul(a[some], part, out=doubles[some, columns])
            np.subtract(result[some, columns], offset, out=result[some, columns])
    return result


def _tensor(terms: Terms, tables: Sequence[Table]) -> Numbers:
    """The sum over the tables' grid, elementwise; one dimension per table, or fewer where the
    last ones are constant."""
    if not tables:
        return sum(terms.values())
    *others, table = tables
    groups: dict[Monomial, dict[Key, int]] = {}
    for key, coefficient in terms.items():
        groups.setdefault(key[-1], {})[key[:-1]] = coefficient
    total: Numbers = 0
    for monomial, group in groups.items():
        inner = _tensor(group, others)
        values = table[monomial].values
        total = total + (inner[..., None] * values if others else inner * values)
    return total
