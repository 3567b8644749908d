"""Arrays of exact numbers give what Fractions give, whatever the sizes."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.algebra import numbers
from costcalc.design_space.sweep.exact_array import ExactArray, from_values

exact_numbers = st.one_of(
    st.integers(1, 2**70),
    st.fractions(Fraction(1, 50), 100, max_denominator=64),
    st.integers(1, 100),
)
columns = st.lists(st.tuples(exact_numbers, exact_numbers), min_size=1, max_size=5)


def listed(x: ExactArray) -> list[Fraction]:
    above, below = np.broadcast_arrays(x.numerator, x.denominator)
    return [Fraction(int(a), int(b)) for a, b in zip(above.flat, below.flat, strict=True)]


OPERATIONS: dict[str, Any] = {
    "sum": lambda a, b: a + b * 3 + Fraction(1, 7),
    "difference": lambda a, b: 5 - (a - b),
    "product": lambda a, b: a * b * a,
    "quotient": lambda a, b: numbers.divide(a, b) + numbers.divide(7, b),
    "floor": lambda a, b: (
        numbers.floor(a * Fraction(3, 7) - b) + numbers.floor(numbers.divide(a, b))
    ),
    "ceil": lambda a, b: numbers.ceil(a * Fraction(3, 7) - b),
    "nearest": lambda a, b: numbers.nearest(a * Fraction(1, 2)) + numbers.nearest(b),
    "round": lambda a, b: round(a * Fraction(1, 2)) + round(b),
    "divisible": lambda a, b: numbers.divisible(a * Fraction(5, 4), 8) + numbers.divisible(b, 3),
    "max": lambda a, b: numbers.maximum(a, b, Fraction(9, 2)),
    "min of quotients": lambda a, b: numbers.minimum(numbers.divide(a, b), b, 3),
}


@pytest.mark.parametrize("name", OPERATIONS)
@given(rows=columns)
def test_operations(name: str, rows: list[tuple[Any, Any]]) -> None:
    operation = OPERATIONS[name]
    a, b = (from_values(column) for column in zip(*rows, strict=True))
    result = operation(a, b)
    assert listed(result) == [operation(x, y) for x, y in rows]
    assert all(abs(int(n)) <= result.bound for n in np.ravel(result.numerator))


@pytest.mark.parametrize("relation", ["==", "!=", "<", "<=", ">", ">="])
@given(rows=columns)
def test_comparisons(relation: str, rows: list[tuple[Any, Any]]) -> None:
    a, b = (from_values(column) for column in zip(*rows, strict=True))
    found = (a - b).compare_to_zero(relation)
    assert listed(found) == [numbers.compare(relation, x, y) for x, y in rows]


@given(st.lists(exact_numbers, min_size=1, max_size=5))
def test_whole(values: list[Any]) -> None:
    found = from_values(values).is_true("whole")
    assert list(found) == [Fraction(v).denominator == 1 for v in values]


def test_nothing_wraps() -> None:
    big = from_values([2**62, 3])
    assert listed(big + big) == [2**63, 6]
    assert listed(big * big) == [2**124, 9]
    assert listed(big * 2 - big) == [2**62, 3]
    zeros = from_values([0, 0])  # whose product with anything fits, and its factor need not
    assert listed(zeros * 10**30) == listed(zeros * from_values([10**30, 1])) == [0, 0]


@given(columns)
def test_quotients_of_any_sign(rows: list[tuple[Any, Any]]) -> None:
    rows = [(x, y - 50) for x, y in rows]
    a, b = (from_values(column) for column in zip(*rows, strict=True))
    found = listed(numbers.divide(a, b))
    assert [value for value, (_, y) in zip(found, rows, strict=True) if y] == [
        Fraction(x) / y for x, y in rows if y
    ]


def test_what_is_divided_by_0_keeps_its_numerator() -> None:
    assert listed(numbers.divide(from_values([3, 8]), from_values([1, 2]) - 1)) == [3, 8]


def test_axes_broadcast() -> None:
    a = ExactArray(np.array([[1], [2]]), 2)
    b = ExactArray(np.array([[10, 20]]), 20)
    assert math.floor(a * b).numerator.tolist() == [[10, 20], [20, 40]]


def test_denominators_beyond_int64() -> None:
    small = from_values([1, 2, 3]) * Fraction(3, 10**19)
    assert listed(numbers.ceil(small)) == [1, 1, 1]
    assert listed(numbers.floor(-small)) == [-1, -1, -1]
    assert not small.is_true("whole").any()


@pytest.mark.parametrize("kind", ["max", "min"])
def test_extremes_of_numbers_of_any_size(kind: str) -> None:
    values = (10**30, 7, Fraction(10**31, 3))
    chosen = (max if kind == "max" else min)(values)
    assert listed(ExactArray.extreme(kind, values)) == [chosen]
    column = from_values([1, 10**29])
    expected = [max(1, 10**30), 10**30] if kind == "max" else [1, 10**29]
    assert listed(ExactArray.extreme(kind, (column, 10**30))) == expected
