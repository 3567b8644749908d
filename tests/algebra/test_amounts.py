"""Printed figures: exact values, and verdicts that the printed digits decide."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.algebra.amounts import (
    DIFFERS,
    ROUNDS,
    TRUNCATES,
    agreement,
    amount,
    difference,
    digits,
    judge,
    read_printed,
)
from costcalc.errors import CostcalcError


@pytest.mark.parametrize(
    ("text", "unit", "value", "step"),
    [
        ("569", "M", 569, 1),
        ("11.58", "M", Fraction(1158, 100), Fraction(1, 100)),
        ("12.0", "M", 12, Fraction(1, 10)),
        ("2,840", "M", 2840, 1),
        ("0.060", "M", Fraction(6, 100), Fraction(1, 1000)),
    ],
)
def test_printed_text_is_exact(text: str, unit: str, value: Fraction, step: Fraction) -> None:
    printed = read_printed(text, unit)
    assert printed is not None
    assert (printed.value, printed.step, printed.scale) == (value, step, 10**6)


@pytest.mark.parametrize("text", ["8 to 9", "half", "10-140", "1e3", "", "2,84", "?"])
def test_what_is_no_single_number_is_not_read_as_one(text: str) -> None:
    assert read_printed(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30,000,000", 30 * 10**6),
        ("30 000 000", 30 * 10**6),
        ("30\u202f000\u202f000", 30 * 10**6),
        ("30_000_000", 30 * 10**6),
        ("30e6", 30 * 10**6),
        ("30E+6", 30 * 10**6),
        ("1.7e6", 17 * 10**5),
        ("30m", 30 * 10**6),
        ("30M", 30 * 10**6),
        ("30k", 30 * 10**3),
        ("30K", 30 * 10**3),
        ("0.3G", 3 * 10**8),
        ("0.3b", 3 * 10**8),
        ("1,234.5k", 1234500),
        (".5M", 5 * 10**5),
        ("1/3M", Fraction(10**6, 3)),
        ("0.1e1", 1),
    ],
)
def test_an_amount_is_exact_however_it_is_written(text: str, value: int | Fraction) -> None:
    assert amount(text) == value


@pytest.mark.parametrize("text", ["30,0000", "1,7M", "30e6.5", "3e-6", "e6", "30MM", "1.2.3M", ""])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        amount(text)
    assert str(caught.value) == f"{text!r} is not an amount (such as 6M, 1.7M or 569000000)"


@pytest.mark.parametrize(
    ("text", "mult_adds", "verdict"),
    [
        # MobileNet V1 costs 568,740,352: 569 rounds, 568 is cut off
        ("569", 568_740_352, ROUNDS),
        ("568", 568_740_352, TRUNCATES),
        ("570", 568_740_352, DIFFERS),
        ("567", 568_740_352, DIFFERS),
        # an exact half may go to the even digit too
        ("0.12", 125_000, ROUNDS),
        ("0.13", 125_000, ROUNDS),
        ("0.13", 135_000, TRUNCATES),
        ("0.14", 135_000, ROUNDS),
    ],
)
def test_verdicts(text: str, mult_adds: int, verdict: str) -> None:
    printed = read_printed(text, "M")
    assert printed is not None
    assert judge(printed, Fraction(mult_adds)) == verdict


def test_a_difference_is_signed_in_digits_and_as_a_share() -> None:
    printed = read_printed("11.58", "M")
    assert printed is not None
    gap = difference(printed, Fraction(11_600_000))
    assert gap.steps == -2
    assert gap.share == Fraction(-2, 1160)


@given(st.fractions(min_value=0, max_value=10**6), st.integers(0, 6))
def test_what_is_written_from_a_value_always_agrees(value: Fraction, decimals: int) -> None:
    step = Fraction(1, 10**decimals)
    for mode, verdicts in ((ROUNDS, {ROUNDS}), (TRUNCATES, {ROUNDS, TRUNCATES})):
        printed = read_printed(digits(value, step, mode))
        assert printed is not None
        assert judge(printed, value) in verdicts


@pytest.mark.parametrize(
    ("text", "mult_adds", "rounds", "cut"),
    [
        ("569", 568_740_352, True, False),
        ("568", 568_740_352, False, True),
        ("41", 41_029_440, True, True),
        ("0.12", 125_000, True, True),
        ("0.13", 125_000, True, False),
        ("0.13", 135_000, False, True),
        ("-41", -41_500_000, False, True),
        ("-42", -41_500_000, True, False),
        ("0", -400_000, True, True),
        ("570", 568_740_352, False, False),
    ],
)
def test_a_figure_may_be_rounded_and_cut_off_alike(
    text: str, mult_adds: int, rounds: bool, cut: bool
) -> None:
    printed = read_printed(text, "M")
    assert printed is not None
    assert agreement(printed, Fraction(mult_adds)) == (rounds, cut)


@given(st.fractions(-50, 50, max_denominator=40), st.integers(-400, 400), st.integers(0, 1))
def test_agreement_is_that_of_the_written_digits(value: Fraction, shown: int, n: int) -> None:
    step = Fraction(1, 10**n)
    printed = read_printed(digits(shown * step, step))
    assert printed is not None
    up, down = (digits(value, step, mode).removeprefix("-") for mode in (ROUNDS, TRUNCATES))
    rounds, cut = agreement(printed, value)
    sign = printed.value * value >= 0
    if printed.text.removeprefix("-") == up and (sign or not printed.value):
        assert rounds
    assert cut == (printed.text.removeprefix("-") == down and (sign or not printed.value))
