"""What follows from conditions: never too much, and all that the module says it proves."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costcalc.algebra import numbers
from costcalc.algebra.expressions import compile_expression
from costcalc.algebra.polynomial import parameter
from costcalc.analysis.condition import Condition
from costcalc.analysis.facts import Facts

#: n, k, m and R are positive and whole, z is whole and may be 0, a and b are above 0.
SCOPE: dict[str, Any] = {
    **{name: parameter(name, whole=True) for name in ("n", "k", "m", "R")},
    "z": parameter("z", whole=True, positive=False),
    **{name: parameter(name, whole=False) for name in ("a", "b")},
}
RELATIONS = ("==", "!=", ">=", "<=", ">", "<")
CASES = " + ".join(f"(2 if n == {i} else k)" for i in range(1, 5))


def condition(text: str) -> Condition:
    """``n/4 whole``, ``3*n >= k + 1``."""
    if text.endswith(" whole"):
        return Condition(number(text.removesuffix(" whole")), Fraction(1), "whole", "")
    relation = max(RELATIONS, key=lambda relation: text.rfind(f" {relation} "))
    left, _, right = text.rpartition(f" {relation} ")
    return Condition(number(left) - number(right), Fraction(1), relation, "")


def number(text: str) -> numbers.Number:
    return compile_expression(text.strip()).number(SCOPE)


def implied(known: str, conclusion: str) -> bool:
    facts = Facts([condition(text) for text in known.split(";") if text.strip()])
    return facts.imply(condition(conclusion))


@pytest.mark.parametrize(
    ("known", "right", "wrong"),
    [
        # domains
        ("", "n >= 1", "n >= 2"),
        ("", "z >= 0", "z >= 1"),
        ("", "a > 0", "a >= 1/100"),
        ("", "z > -1", "z > 0"),
        ("", "n*k whole", "n/2 whole"),
        ("", "3*n + k >= 4", "3*n + k >= 5"),
        ("", "n != 0", "n != 1"),
        ("", "-n < 0", "-n < -1"),
        ("", "-n <= -1", "-n <= -2"),
        ("", "floor(4*a) >= 0", "floor(4*a) >= 1"),
        ("", "ceil(n/4) + nearest(k/2) >= 2", "ceil(n/4) + nearest(k/2) >= 3"),
        ("", "max(1, a) >= 1", "min(1, a) >= 1"),
        ("", "divisible(3*a, 8) >= 8", "divisible(3*a, 8) >= 9"),
        # roundings between their ends
        ("", "floor(n/8) >= 2*floor(n/16)", "floor(n/8) >= 2*floor(n/16) + 1"),
        ("", "2*ceil(n/16) >= ceil(n/8)", "2*ceil(n/16) > ceil(n/8)"),
        ("", "3*floor(a) <= floor(3*a)", "3*floor(a) >= floor(3*a)"),
        ("", "ceil(a) - floor(a) <= 1", "ceil(a) - floor(a) <= 0"),
        ("", "floor(a + b) >= floor(a) + floor(b)", "floor(a + b) > floor(a) + floor(b)"),
        # one parameter's bounds
        ("n >= 5", "n >= 4", "n >= 6"),
        ("n > 5", "n >= 6", "n >= 7"),
        ("2*n >= 5", "n >= 3", "n >= 4"),
        ("2*n <= 5", "n <= 2", "n <= 1"),
        ("n < 5", "n <= 4", "n <= 3"),
        ("n >= 3; n >= 5; n >= 4", "n >= 5", "n >= 6"),
        ("n <= 5; n <= 3; n <= 4", "n <= 3", "n <= 2"),
        ("a >= 2/3", "3*a >= 2", "3*a >= 3"),
        ("a <= 2/3", "3*a <= 2", "3*a < 2"),
        ("a > 2", "2*a >= 4", "a > 5/2"),
        ("z >= 2", "z > 1", "z > 2"),
        ("n >= 5", "n != 4", "n != 5"),
        ("n <= 5", "n != 6", "n != 5"),
        ("n >= 3; k <= 4", "n >= k - 1", "n >= k"),
        ("a/2 <= 1", "a <= 2", "a <= 1"),
        ("n >= 2; k >= 3", "n*k >= 6", "n*k >= 7"),
        # other bounds
        ("n*a >= 32", "2*n*a >= 64", "2*n*a >= 65"),
        ("n + k >= 5", "2*n + 3*k >= 11", "2*n + 3*k >= 12"),
        ("n - k >= 3", "n >= 4", "n >= 5"),
        ("a*b > 1", "2*a*b + n >= 3", "2*a*b + n >= 4"),
        ("2*n + 2*k >= 5", "n + k >= 3", "n + k >= 4"),
        # wholeness of one product
        ("32*a whole", "64*a*n whole", "16*a whole"),
        ("32*a whole", "32*a >= 1", "32*a >= 2"),
        ("32*a whole", "max(1, 64*a) whole", "max(1, 16*a) whole"),
        ("32*a whole", "floor(32*a) - 32*a == 0", "floor(16*a) - 16*a == 0"),
        ("R*a/32 whole", "R*a >= 32", "R*a >= 33"),
        ("R*a/32 whole", "R*a*b*R*a/b/64 whole", "R*a/64 whole"),
        ("32*a + 32*b whole", "32*a + 32*b >= 1", "32*a + 32*b >= 2"),
        ("n/32 whole", "n*a > 0", "n*a > 1"),
        ("max(a - 5, -3) whole", "max(a - 5, -3) >= -3", "max(a - 5, -3) >= 0"),
        ("a whole; b whole", "a*b >= 1", "a*b >= 2"),
        ("a + 1/2 whole", "2*a whole", "a whole"),
        ("a + 1/2 whole", "a >= 1/2", "a >= 1"),
        ("a - 1/3 whole", "a >= 1/3", "a >= 1"),
        ("1/3 - a whole", "a >= 1/3", "a >= 1"),
        ("k == 1", "n*k >= 1", "n/(k - 1) >= 1"),  # which divides by 0
        ("n/32 whole", "n >= 32", "n >= 33"),
        ("n/32 whole", "n/8 whole", "n/64 whole"),
        ("z/4 whole", "z >= 0", "z >= 1"),
        ("z/4 whole; z >= 1", "z >= 4", "z >= 5"),
        ("(n + 2)/6 whole", "n >= 4", "n >= 5"),
        ("(n + 2)/6 whole", "(n + 8)/3 whole", "n/3 whole"),
        ("3*n/4 whole", "n/4 whole", "n/8 whole"),
        ("(3*n + 1)/4 whole", "(n + 3)/4 whole", "n/2 whole"),
        ("n/5 whole; (n + 1)/3 whole", "(n - 5)/15 whole", "n/10 whole"),
        ("n/5 whole; n <= 7", "n <= 5", "n <= 4"),
        ("n/4 whole; k/6 whole", "n*k >= 24", "n*k >= 25"),
        ("n/4 whole; k/6 whole", "n*k/24 whole", "n*k/48 whole"),
        # congruences
        ("", "n*(n + 1)/2 whole", "n*(n + 1)/4 whole"),
        ("", "n*(n + 1)*(n + 2)/6 whole", "n*(n + 1)*(n + 2)/12 whole"),
        ("k/4 whole; (3*k*n + 2*k)/16 whole", "(k*n + 2*k)/16 whole", "(k*n + 2*k)/32 whole"),
        ("n*k/8 whole; (n + 2)/6 whole", "(n*k + 8*k)/24 whole", "(n*k + 8*k)/48 whole"),
        ("n*n/8 whole", "n/4 whole", "n/8 whole"),
        ("n*k/2 whole; (k + m)/2 whole", "n*(m + k)*k/4 whole", "n*m/4 whole"),
        ("(a + b)/2 whole", "(3*a + 3*b)/2 + n whole", "(a + b)/4 whole"),
        ("(a + b)/2 whole", "-(a + b)/2 whole", "a whole"),
        # equalities
        ("R == 32", "R/16 whole", "R/64 whole"),
        ("R == 32", "R >= 32", "R >= 33"),
        ("R == 32; R*a/64 whole", "a/2 whole", "a/4 whole"),
        ("n == 2*k", "n/2 whole", "k/2 whole"),
        ("n == 2*k - 3", "k >= 2", "k >= 3"),
        ("2*n == 3*k", "k/2 whole", "n/2 whole"),
        ("a == n/4", "4*a whole", "2*a whole"),
        ("n == k", "n - k == 0", "n - 2*k == 0"),
        # extremes that are settled
        ("a whole", "24*max(1/2, a) - 24*a == 0", "max(3/2, a) - a == 0"),
        ("a >= 3", "max(a, 2) - a == 0", "max(a, 4) - a == 0"),
        ("a >= 3", "min(a, 2) == 2", "min(a, 4) == 4"),
        ("n <= 3", "max(n, 5) == 5", "max(n, 2) == 2"),
        ("", "4*max(1/2, n/4) whole", "4*max(1/3, n/4) whole"),
        ("", "8*k*max(1/2, n/4) whole", "2*k*max(1/2, n/4) whole"),
        ("k*n/4 whole", "k*n*max(1/2, m/4) whole", "k*n*max(1/2, m/8) whole"),
        # conditions inside; more than four are not tried
        ("", f"{CASES} >= 4", f"{CASES} + (2 if n == 5 else k) >= 5"),
        ("n >= 5", "(1 if n > 4 else 0) == 1", "(1 if n > 5 else 0) == 1"),
        ("n <= 4", "(1 if n > 4 else 0) == 0", "(1 if n > 3 else 0) == 0"),
        ("", "(8 if n == 3 else 12)/4 whole", "(8 if n == 3 else 12)/8 whole"),
        ("", "(2 if n == 3 else k) >= 1", "(2 if n == 3 else k) >= 2"),
    ],
)
def test_what_follows_and_what_does_not(known: str, right: str, wrong: str) -> None:
    assert implied(known, right)
    assert not implied(known, wrong)


def test_a_fraction_is_never_whole() -> None:
    never = Condition(Fraction(3), Fraction(1, 2), "whole", "")
    assert (never.text, never.python) == ("3/2 is whole, which is never", "False")
    assert not never.holds({})


@st.composite
def lines(draw: st.DrawFn) -> str:
    """A condition on n alone."""
    n = f"{draw(st.sampled_from((1, 1, 2, 3, 5)))}*n + {draw(st.integers(-9, 9))}"
    if draw(st.booleans()):
        return f"({n})/{draw(st.sampled_from((2, 3, 4, 6, 8)))} whole"
    return f"n {draw(st.sampled_from(('>=', '<=', '>', '<', '==')))} {draw(st.integers(1, 12))}"


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(known=st.lists(lines(), max_size=3), conclusion=lines())
def test_nothing_is_missed_of_one_whole_parameter(known: list[str], conclusion: str) -> None:
    given_, asked = [condition(text) for text in known], condition(conclusion)
    points = [{"n": n} for n in range(1, 200)]
    inside = [at for at in points if all(c.holds(at) for c in given_)]
    if inside:  # contradictions are not attempted
        assert Facts(given_).imply(asked) is all(asked.holds(at) for at in inside)


PARTS = (
    *("n", "k", "z", "a", "n*k", "n*n", "n*a", "n*k/2", "max(1, a)", "max(1/2, a)", "max(n, k)"),
    *("min(n, k)", "floor(4*a)", "ceil(n/4)", "nearest(k/2)", "round(k/2)", "divisible(4*n, 8)"),
    *("(2 if n == 3 else k)", "(n if k > 2 else 3)"),
)


@st.composite
def forms(draw: st.DrawFn) -> str:
    """A condition on several parameters."""
    parts = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=2))
    factors = [draw(st.sampled_from(("1", "2", "-1", "1/2", "3/2"))) for _ in parts]
    value = " + ".join(f"{factor}*{part}" for factor, part in zip(factors, parts, strict=True))
    value += f" + {draw(st.sampled_from((0, 0, 1, 2, -1, -2, -3, -5, -8)))}"
    if draw(st.booleans()):
        return f"({value})*{draw(st.sampled_from(('1', '1/2', '1/4', '1/3', '3/4')))} whole"
    return f"{value} {draw(st.sampled_from(RELATIONS))} 0"


_CHOICE = random.Random(1).choice
RATIOS = [Fraction(i, j) for j in (1, 2, 3, 4, 8) for i in range(1, 2 * j + 2)]
POINTS = [
    {"n": _CHOICE(range(1, 14)), "k": _CHOICE(range(1, 10)), "z": i % 4, "a": _CHOICE(RATIOS)}
    for i in range(300)
]


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(known=st.lists(forms(), max_size=3), conclusion=forms())
def test_what_is_said_to_follow_does(known: list[str], conclusion: str) -> None:
    given_, asked = [condition(text) for text in known], condition(conclusion)
    if Facts(given_).imply(asked):
        for at in POINTS:
            assert asked.holds(at) or not all(c.holds(at) for c in given_)
