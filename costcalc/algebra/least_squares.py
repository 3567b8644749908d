"""Least squares with coefficients that are not negative, exactly: rationals in, rationals out.

For a handful of columns the optimum is found by trying which of them have a coefficient at all
(Lawson and Hanson 1974 search the same sets, in floats): there the normal equations hold, and of
every other column the gradient is not negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

Row = Sequence[Fraction]


def non_negative(rows: Sequence[Row], values: Row) -> tuple[Fraction, ...]:
    """The x ≥ 0 with the least Σ (row · x − value)²; of columns that depend on each other, the
    first that will do.

    >>> non_negative([(Fraction(1), Fraction(2)), (Fraction(3), Fraction(1))], [Fraction(5)] * 2)
    (Fraction(1, 1), Fraction(2, 1))
    """
    columns = list(zip(*rows, strict=True))
    moments = [[_dot(a, b) for b in columns] for a in columns]
    against = [_dot(column, values) for column in columns]
    count = len(columns)
    for size in range(count, -1, -1):
        for chosen in combinations(range(count), size):
            part = solved(
                [[moments[i][j] for j in chosen] for i in chosen], [against[i] for i in chosen]
            )
            if part is None or any(x < 0 for x in part):
                continue
            found = dict(zip(chosen, part, strict=True))
            x = tuple(found.get(j, Fraction(0)) for j in range(count))
            if all(_dot(moments[i], x) >= against[i] for i in range(count) if i not in found):
                return x
    raise AssertionError("a convex problem has an optimum")


def _dot(a: Row, b: Row) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), start=Fraction(0))


def solved(matrix: Sequence[Row], values: Row) -> list[Fraction] | None:
    """The solution of a square system; None if it has none, or many."""
    rows = [[*row, value] for row, value in zip(matrix, values, strict=True)]
    for i in range(len(rows)):
        pivot = next((k for k in range(i, len(rows)) if rows[k][i]), None)
        if pivot is None:
            return None
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for k in range(len(rows)):
            if k != i and rows[k][i]:
                rows[k] = [x - rows[k][i] * y for x, y in zip(rows[k], rows[i], strict=True)]
    return [row[-1] for row in rows]
