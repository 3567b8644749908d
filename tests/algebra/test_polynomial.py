"""Rounding functions on numbers, and their agreement with polynomials at every binding."""

import os
import pickle
import subprocess
import sys
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.algebra import numbers
from costcalc.algebra.evaluation import evaluate, exact
from costcalc.algebra.polynomial import is_positive, is_whole, parameter
from costcalc.errors import CostcalcError

R = parameter("resolution", whole=True)
ALPHA = parameter("alpha", whole=False)
RHO = parameter("rho", whole=False)

positive = st.fractions(min_value=Fraction(1, 64), max_value=64, max_denominator=64)
whole = st.integers(min_value=1, max_value=2000)


@pytest.mark.parametrize(
    ("x", "expected"),
    # tensorflow/models, research/slim/nets/mobilenet: _make_divisible(v, 8)
    [
        (1, 8),
        (8, 8),
        (11, 16),
        (12, 16),
        (18, 24),
        (19, 24),
        (20, 24),
        (33, 32),
        (36, 40),
        (44, 48),
    ],
)
def test_divisible_never_goes_more_than_ten_percent_down(x: int, expected: int) -> None:
    assert numbers.divisible(x, 8) == expected


@given(x=st.fractions(min_value=0, max_value=5000, max_denominator=100), by=st.integers(1, 32))
def test_divisible_is_a_multiple_near_x(x: Fraction, by: int) -> None:
    rounded = numbers.divisible(x, by)
    assert rounded % by == 0
    assert rounded >= by
    assert 10 * rounded >= 9 * x
    assert rounded <= x + by or rounded == by


def test_a_quotient_of_integers_is_never_a_float() -> None:
    assert numbers.divide(7, 2) == Fraction(7, 2)
    assert type(numbers.divide(6, 2)) is int


@given(alpha=positive, side=whole)
def test_what_all_values_have_in_common_stands_outside_the_largest(
    alpha: Fraction, side: int
) -> None:
    largest = numbers.maximum(ALPHA * R, R / 2)
    values = {"alpha": alpha, "resolution": side}
    assert evaluate(largest, values) == max(alpha * side, Fraction(side, 2))


@given(n=whole, first=st.integers(1, 7), second=st.integers(1, 7))
def test_nested_ceilings_merge(n: int, first: int, second: int) -> None:
    nested = numbers.ceil(numbers.divide(numbers.ceil(numbers.divide(R, first)), second))
    merged = numbers.ceil(numbers.divide(R, first * second))
    assert nested == merged
    assert evaluate(nested, {"resolution": n}) == -(-n // (first * second))


@given(n=whole, k=st.integers(1, 12), s=st.integers(1, 6), p=st.integers(0, 6))
def test_window_positions_as_polynomial_and_as_number(n: int, k: int, s: int, p: int) -> None:
    def positions(side: Any) -> Any:
        return numbers.floor(numbers.divide(side + 2 * p - k, s)) + 1

    assert evaluate(positions(R), {"resolution": n}) == (n + 2 * p - k) // s + 1


def test_padding_by_half_the_kernel_is_the_ceiling() -> None:
    # 7×7 stride 2 padding 3, 3×3 stride 2 padding 1 and SAME stride 2 give one and the same side
    same = numbers.ceil(numbers.divide(R, 2))
    for kernel, padding in ((7, 3), (3, 1), (5, 2)):
        assert numbers.floor(numbers.divide(R + 2 * padding - kernel, 2)) + 1 == same


@given(a=positive, rho=positive, n=whole)
def test_a_polynomial_evaluates_like_the_arithmetic_it_came_from(
    a: Fraction, rho: Fraction, n: int
) -> None:
    def cost(alpha: Fraction, r: Any, side: Any) -> Any:
        channels = numbers.floor(32 * alpha)
        wide = numbers.divisible(24 * alpha, 8) + numbers.nearest(alpha * 3)
        pixels = numbers.ceil(numbers.divide(numbers.floor(r * side), 2))
        return pixels * pixels * channels * wide + 7 * numbers.maximum(1, alpha) - pixels

    symbolic = cost(ALPHA, RHO, R)
    assert evaluate(symbolic, {"alpha": a, "rho": rho, "resolution": n}) == cost(a, rho, n)
    partly = evaluate(symbolic, {"alpha": a})
    assert evaluate(partly, {"rho": rho, "resolution": n}) == cost(a, rho, n)


@given(a=positive, rho=positive, n=whole)
def test_the_printed_text_is_python_with_the_same_value(a: Fraction, rho: Fraction, n: int) -> None:
    x = numbers.floor(32 * ALPHA) * numbers.ceil(numbers.divide(numbers.floor(RHO * R), 3)) ** 2
    x = x + numbers.nearest(ALPHA * 5) - numbers.divide(R, 7)
    values = {"alpha": a, "rho": rho, "resolution": Fraction(n)}
    assert eval(str(x), {}, values) == evaluate(x, values)


def test_exact_drops_every_rounding() -> None:
    channels, side = numbers.floor(32 * ALPHA), numbers.ceil(numbers.divide(R, 32))
    assert str(exact(channels * side * side)) == "alpha*resolution**2/32"
    assert str(exact(numbers.divisible(24 * ALPHA, 8) + numbers.nearest(ALPHA))) == "25*alpha"


def test_what_is_known_of_a_value() -> None:
    assert is_whole(R * R + 3)
    assert not is_whole(R * Fraction(1, 2))
    assert not is_whole(ALPHA)
    assert is_whole(numbers.floor(ALPHA))
    assert is_positive(ALPHA * R)
    assert not is_positive(ALPHA - 1)
    # 6 × a multiple of 8 is a multiple of 8 already: MobileNet V2's expansion is not rounded twice
    width = numbers.divisible(24 * ALPHA, 8)
    assert numbers.divisible(6 * width, 8) == 6 * width


def test_equality_of_rounded_widths_is_decided_only_where_rounding_is_dropped() -> None:
    a, b = numbers.divisible(64 * ALPHA, 8), numbers.divisible(96 * ALPHA, 8)
    indicator = numbers.compare("==", a, b)
    assert not isinstance(indicator, bool)
    assert exact(indicator) == 0
    assert evaluate(indicator, {"alpha": Fraction(1, 12)}) == 1  # 5.3 → 8 and 8 → 8
    assert evaluate(indicator, {"alpha": 1}) == 0
    assert numbers.compare("==", a, a) is True
    assert numbers.compare("==", R, R + 1) is False


def test_division_by_a_polynomial() -> None:
    assert numbers.divide(ALPHA * R * 6, ALPHA * 2) == 3 * R
    assert numbers.divide((ALPHA + R) * 6, ALPHA + R) == 6
    quotient = numbers.divide(R, ALPHA)
    assert evaluate(quotient, {"resolution": 3, "alpha": Fraction(1, 2)}) == 6


def test_a_polynomial_that_would_grow_without_bound_is_refused() -> None:
    x = sum((parameter(f"p{i}", whole=True) for i in range(40)), start=1)
    with pytest.raises(CostcalcError) as caught:
        for _ in range(12):
            x = x * x
    assert str(caught.value) == "the closed form has too many terms (bind a parameter)"


def test_in_another_process_a_form_has_the_hash_of_its_equals() -> None:
    """A hash is kept; that of a text is another one in every process."""
    form = numbers.floor(ALPHA * 32) + 1
    hash(form)
    script = "import pickle, sys; x = pickle.load(sys.stdin.buffer); print(x, x + 1 - 1 in {x})"
    for seed in ("1", "2"):
        made = subprocess.run(
            [sys.executable, "-c", script],
            input=pickle.dumps(form),
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        assert made.stdout.decode() == f"{form} True\n", made.stderr.decode()
