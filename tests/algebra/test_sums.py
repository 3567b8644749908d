"""Sums over the rounds of a repetition, and which rounds a condition has to be looked at in."""

from __future__ import annotations

from fractions import Fraction

import pytest

from costcalc.algebra import numbers
from costcalc.algebra.numbers import Number, compare
from costcalc.algebra.polynomial import parameter
from costcalc.algebra.sums import (
    NoClosedForm,
    by_power,
    for_every_round,
    holds_in_every_round,
    stands,
    sum_over,
    surely_stands,
)

ROUND = parameter("i", whole=True, positive=False)
OUTER = parameter("j", whole=True, positive=False)
C = parameter("c", whole=True)
N = parameter("n", whole=True)
ALPHA = parameter("alpha", whole=False)


def test_a_number_has_no_power_of_the_index() -> None:
    assert by_power(7, "i") == {0: 7}


def test_powers_of_the_index_with_all_that_stands_beside_them() -> None:
    half = numbers.floor(C / 2)
    x = 3 * ROUND * ROUND + C * ROUND + half * ROUND + 5 * C + 11
    assert by_power(x, "i") == {2: 3, 1: C + half, 0: 5 * C + 11}


@pytest.mark.parametrize(
    "x",
    [
        numbers.floor(ROUND / 2),
        numbers.maximum(C, ROUND),  # in the second argument too
        C * numbers.ceil((ROUND + C) / 3) + 1,
    ],
)
def test_an_index_inside_a_rounding_has_no_power(x: Number) -> None:
    with pytest.raises(NoClosedForm, match="depends on the index of the repetition"):
        by_power(x, "i")


def test_sums_over_rounds_are_those_of_the_rounds_added_up() -> None:
    assert sum_over(7, "i", 4) == 7 + 7 + 7 + 7
    assert sum_over(ROUND, "i", 5) == 0 + 1 + 2 + 3 + 4
    assert sum_over(2 * ROUND**3 + ROUND, "i", 4) == 2 * (1 + 8 + 27) + (1 + 2 + 3)
    assert sum_over(C * ROUND**2 + C, "i", 4) == C * (1 + 4 + 9) + 4 * C
    assert sum_over(C * ROUND, "i", N) == C * (N**2 - N) / 2
    assert sum_over(ROUND**2, "i", N) == N * (N - 1) * (2 * N - 1) / 6


@pytest.mark.parametrize(
    ("value", "relation", "holds"),
    [
        (3, "whole", True),
        (Fraction(3, 2), "whole", False),
        (0, ">=", True),
        (-1, ">=", False),
        (0, ">", False),
        (0, "==", True),
        (Fraction(1, 2), "==", False),
    ],
)
def test_how_a_number_stands(value: Number, relation: str, holds: bool) -> None:
    assert stands(value, relation) is surely_stands(value, relation) is holds


@pytest.mark.parametrize(
    ("value", "relation", "surely"),
    [
        (2 * C, "whole", True),
        (C / 2, "whole", False),
        (C, ">", True),
        (C - 1, ">", False),  # above 0 at c = 2 and not at 1
        (-1 * C, ">=", False),
    ],
)
def test_how_a_form_surely_stands(value: Number, relation: str, surely: bool) -> None:
    assert surely_stands(value, relation) is surely


SQUARE = (ROUND - 3) * (ROUND - 3) * C


@pytest.mark.parametrize(
    ("value", "relation", "count", "needed"),
    [
        (C / 2, "whole", 5, [C / 2]),
        (C - 2, ">", N, [C - 2]),
        # whole, or 0, at two rounds of a straight line and at three of a square
        (C * ROUND / 2 + 1, "whole", 9, [1, C / 2 + 1]),
        (C * ROUND / 2 + 1, "whole", 1, [1]),
        (ROUND * ROUND / 3, "whole", 9, [0, Fraction(1, 3), Fraction(4, 3)]),
        (ROUND * ROUND / 3, "whole", 2, [0, Fraction(1, 3)]),
        (SQUARE, "==", 9, [9 * C, 4 * C, C]),
        # as many rounds as there are: every coefficient
        (C * ROUND / 2 + ALPHA, "whole", N, [ALPHA, C / 2]),
        (C * ROUND / 2, "whole", N, [0, C / 2]),
        # a straight line at both its ends
        (C - 2 * ROUND, ">=", 9, [C, C - 2 * 8]),
        (C - 2 * ROUND, ">", N, [C, C - 2 * (N - 1)]),
        # what falls, at both its ends too: a limit less what grows with the square of the round
        (C - 2 * ROUND * ROUND - ROUND, ">=", 9, [C, C - 2 * 8 * 8 - 8]),
        (C - ROUND * ROUND, ">", N, [C, C - (N - 1) * (N - 1)]),
        # what bends: no coefficient below 0
        (C - ROUND + ROUND * ROUND, ">=", 9, [C, -1, 1]),
    ],
)
def test_what_is_needed_for_every_round(
    value: Number, relation: str, count: Number, needed: list[Number]
) -> None:
    found = [one for one, _ in for_every_round(value, relation, (("i", count),))]
    assert sorted(map(str, found)) == sorted(map(str, needed))


@pytest.mark.parametrize(
    ("value", "relation", "count", "where"),
    [
        (C - ROUND, ">=", N, [1, 1]),  # what may hold is asked in any case
        (-ROUND, ">=", N - 1, [1, 1]),
        (-ROUND - C, ">=", N, [1, 1]),  # n rounds are at least one
        (-ROUND - C, ">=", N - 1, [compare(">", N - 1, 0), 1]),
        (ROUND + Fraction(1, 2), "whole", 1, [1]),  # in the only round
        (ROUND / 2, "whole", N, [1, compare(">", N - 1, 0)]),  # by 1/2 of a second round
    ],
)
def test_what_surely_fails_is_asked_where_there_are_rounds(
    value: Number, relation: str, count: Number, where: list[Number]
) -> None:
    found = [there for _, there in for_every_round(value, relation, (("i", count),))]
    assert found == where


def test_what_is_needed_for_every_round_of_nested_repetitions() -> None:
    ranges = (("i", OUTER + 1), ("j", 4))  # the inner one has more rounds each time
    # at i = 0 whatever j is, and at i = j for j = 0 and 3
    assert [one for one, _ in for_every_round(C - ROUND, ">=", ranges)] == [C, C, C - 3]


def test_above_0_has_no_form_for_what_bends() -> None:
    with pytest.raises(NoClosedForm, match="a bound that is not a straight line"):
        next(for_every_round(SQUARE, ">", (("i", 9),)))


BENT = ROUND * (ROUND - 1) * (ROUND - 2)  # 0 in the first three rounds


@pytest.mark.parametrize(
    ("value", "relation", "rounds", "holds"),
    [
        (BENT, "==", 3, True),
        (BENT, "==", 4, False),
        (BENT / 7, "whole", 3, True),  # 6/7 in the fourth
        (BENT / 7, "whole", 4, False),
        (BENT / 6, "whole", 10**9, True),  # a binomial coefficient
        (ROUND / 2, "whole", 1, True),
        (ROUND / 2, "whole", 2, False),
        (C / 3, "whole", 2, True),
        (C / 4, "whole", 2, False),
        (C / 4, "whole", 0, True),  # no round, no condition
        (10**9 - 1 - ROUND, ">=", 10**9, True),
        (10**9 - 1 - ROUND, ">=", 10**9 + 1, False),
        (10**9 - 1 - ROUND, ">", 10**9, False),
        (ROUND - 1, ">=", 10**9, False),  # in the first
        (ROUND, ">=", 1, True),
        ((ROUND - 3) ** 2 - 1, ">=", 9, False),  # -1 in the fourth, and above 0 at both ends
        ((ROUND - 3) ** 2, ">=", 9, True),
        ((ROUND - 3) ** 2, ">", 9, False),
    ],
)
def test_what_holds_in_every_round(value: Number, relation: str, rounds: int, holds: bool) -> None:
    assert holds_in_every_round(value, relation, (("i", N),), {"n": rounds, "c": 6}) is holds


@pytest.mark.parametrize(("rounds", "holds"), [(3, True), (4, False)])
def test_what_holds_in_every_round_of_nested_repetitions(rounds: int, holds: bool) -> None:
    ranges = (("i", OUTER), ("j", rounds))  # i is below j, and j below the rounds
    assert holds_in_every_round(1 - ROUND, ">=", ranges, {}) is holds


def test_a_binding_can_take_the_index_out_of_a_rounding() -> None:
    value = numbers.floor(C * ROUND / 2) - 4
    assert holds_in_every_round(value, ">=", (("i", 3),), {"c": 2}) is False
    assert holds_in_every_round(value + 4, ">=", (("i", 3),), {"c": 2}) is True
    with pytest.raises(NoClosedForm):
        holds_in_every_round(value, ">=", (("i", 3),), {"c": 3})


def test_a_round_number_is_not_that_of_the_binding() -> None:
    assert holds_in_every_round(1 - ROUND, ">=", (("i", 3),), {"i": 0}) is False
