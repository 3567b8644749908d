"""Exact least squares with coefficients that are not negative."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from costcalc.algebra.least_squares import non_negative, solved


def rationals(rows: list[list[int]]) -> list[list[Fraction]]:
    return [list(map(Fraction, row)) for row in rows]


def test_what_is_exact_comes_out_exactly() -> None:
    rows = rationals([[1, 0, 7], [2, 5, 1], [3, 1, 4], [1, 1, 1]])
    x = (Fraction(2, 3), Fraction(0), Fraction(5, 7))
    values = [sum((a * b for a, b in zip(row, x, strict=True)), start=Fraction(0)) for row in rows]
    assert non_negative(rows, values) == x


def test_a_coefficient_that_would_be_negative_is_nothing() -> None:
    """Without the bound it were (2, -1); with it, (1·3 + 1·3 + 1·0) / 3 of the first alone."""
    rows = rationals([[1, 0], [1, 1], [1, 2]])
    assert non_negative(rows, [Fraction(2), Fraction(1), Fraction(0)]) == (1, 0)


def test_of_columns_that_depend_on_each_other_one_is_used() -> None:
    rows = rationals([[1, 2, 0], [2, 4, 0], [3, 6, 0]])
    assert non_negative(rows, [Fraction(v) for v in (5, 10, 15)]) == (5, 0, 0)
    assert solved(rationals([[1, 2], [2, 4]]), [Fraction(1), Fraction(2)]) is None


@pytest.mark.parametrize("seed", range(20))
def test_nothing_near_is_better(seed: int) -> None:
    """The optimum of a convex problem: no step along an axis, or between two, gains."""
    draw = random.Random(seed)
    count = draw.randint(1, 4)
    rows = rationals([[draw.randint(-3, 9) for _ in range(count)] for _ in range(count + 3)])
    values = [Fraction(draw.randint(-9, 9)) for _ in rows]
    x = non_negative(rows, values)

    def off(at: list[Fraction]) -> Fraction:
        fits = (sum(a * b for a, b in zip(row, at, strict=True)) for row in rows)
        return sum(((fit - v) ** 2 for fit, v in zip(fits, values, strict=True)), start=Fraction(0))

    best = off(list(x))
    assert min(x) >= 0
    step = Fraction(1, 10**6)
    for i in range(count):
        for j in range(count):
            for di in (-step, step):
                for dj in (-step, 0, step):
                    at = list(x)
                    at[i] += di
                    at[j] += dj
                    assert min(at) < 0 or off(at) >= best
