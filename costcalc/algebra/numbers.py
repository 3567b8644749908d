"""The arithmetic that operators are written in: ``+ - *`` and the functions below.

An operator given whole numbers counts; given polynomials
(:class:`~costcalc.algebra.polynomial.Polynomial`) the same code yields the closed form. No float is
ever made: a quotient of two integers is an exact ``Fraction``, and a ``Fraction`` that is whole
becomes an ``int``.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

#: ``int``, ``Fraction`` or ``Polynomial``. The three share their operators, not a base class.
Number = Any

HALF = Fraction(1, 2)


def simplest(x: Number) -> Number:
    """``x`` as an ``int`` where it is whole."""
    if type(x) is Fraction and x.denominator == 1:
        return x.numerator
    return x


def is_number(x: object) -> bool:
    """Whether ``x`` is a plain number, with no parameter left in it."""
    return isinstance(x, (int, Fraction))


def is_whole(x: object) -> bool:
    return type(x) is int or (isinstance(x, Fraction) and x.denominator == 1)


def divide(a: Number, b: Number) -> Number:
    """``a / b``, exactly."""
    if type(a) is int and type(b) is int:
        quotient, rest = divmod(a, b)
        return Fraction(a, b) if rest else quotient
    return simplest(a / b)


def floor(x: Number) -> Number:
    """The largest whole number that is not above ``x``."""
    return x if type(x) is int else math.floor(x)


def ceil(x: Number) -> Number:
    """The smallest whole number that is not below ``x``."""
    return x if type(x) is int else math.ceil(x)


def nearest(x: Number) -> Number:
    """The nearest whole number; a half goes up."""
    if is_number(x):
        return math.floor(x + HALF)
    return x.nearest()


def divisible(x: Number, by: int) -> Number:
    """``x`` as a multiple of ``by``: the nearest, never below ``by``, never more than 10 % down.

    The rule by which MobileNet V2 and V3 make channel counts (Sandler et al. 2018, reference code
    ``_make_divisible``): a half goes up, and a result below 0.9·x is raised by ``by``.
    """
    if not is_number(x):
        return x.divisible(by)
    rounded = max(by, math.floor(Fraction(x) / by + HALF) * by)
    return rounded + by if 10 * rounded < 9 * x else rounded


def maximum(*values: Number) -> Number:
    """The largest of the values."""
    return _extreme("max", values)


def minimum(*values: Number) -> Number:
    """The smallest of the values."""
    return _extreme("min", values)


def _extreme(kind: str, values: tuple[Number, ...]) -> Number:
    for value in values:
        if not is_number(value):
            return type(value).extreme(kind, values)
    return max(values) if kind == "max" else min(values)


def equal(a: Number, b: Number) -> bool | Number:
    """Whether ``a == b``; where that hangs on free parameters, an indicator that is 0 or 1."""
    return compare("==", a, b)


def compare(relation: str, a: Number, b: Number) -> bool | Number:
    """``a relation b`` as a bool, or as a 0/1 indicator where free parameters decide."""
    difference = a - b
    if not is_number(difference):
        return difference.compare_to_zero(relation)
    if relation == "==":
        return bool(difference == 0)
    if relation == "!=":
        return bool(difference != 0)
    if relation == "<":
        return bool(difference < 0)
    if relation == "<=":
        return bool(difference <= 0)
    if relation == ">":
        return bool(difference > 0)
    return bool(difference >= 0)
