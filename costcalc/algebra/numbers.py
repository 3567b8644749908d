"""The arithmetic that operators are written in: ``+ - *`` and the functions below.

An operator given whole numbers counts; given polynomials
(:class:`~costcalc.algebra.polynomial.Polynomial`) the same code yields the closed form. No float is
ever made: a quotient of two integers is an exact ``Fraction``, and a ``Fraction`` that is whole
becomes an ``int``.
"""

from __future__ import annotations

import math
import operator
from abc import abstractmethod
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias, overload

if TYPE_CHECKING:
    from typing_extensions import TypeIs


class Form:
    """What stands in for a number: a closed form, or an array of numbers.

    Not an ``ABC``, whose ``isinstance`` is several times as slow.
    """

    __slots__ = ()

    @abstractmethod
    def __add__(self, other: Number) -> Number: ...
    @abstractmethod
    def __radd__(self, other: Number) -> Number: ...
    @abstractmethod
    def __sub__(self, other: Number) -> Number: ...
    @abstractmethod
    def __rsub__(self, other: Number) -> Number: ...
    @abstractmethod
    def __mul__(self, other: Number) -> Number: ...
    @abstractmethod
    def __rmul__(self, other: Number) -> Number: ...
    @abstractmethod
    def __truediv__(self, other: Number) -> Number: ...
    @abstractmethod
    def __rtruediv__(self, other: Number) -> Number: ...
    @abstractmethod
    def __pow__(self, exponent: int) -> Number: ...
    @abstractmethod
    def __neg__(self) -> Number: ...
    @abstractmethod
    def __floor__(self) -> Number: ...
    @abstractmethod
    def __ceil__(self) -> Number: ...
    @abstractmethod
    def __round__(self) -> Number:
        """The nearest whole number; a half goes to the even one, as Python's does."""

    @abstractmethod
    def nearest(self) -> Number:
        """See :func:`nearest`."""

    @abstractmethod
    def divisible(self, by: int) -> Number:
        """See :func:`divisible`."""

    @abstractmethod
    def compare_to_zero(self, relation: str) -> Number:
        """``self relation 0``: a bool where it is known, else 1 or 0."""

    @staticmethod
    @abstractmethod
    def extreme(kind: str, values: tuple[Number, ...]) -> Number:
        """The largest (``kind="max"``) or smallest of values of which one is a form."""


Number: TypeAlias = int | Fraction | Form

RELATIONS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

HALF = Fraction(1, 2)


@overload
def simplest(x: int | Fraction) -> int | Fraction: ...
@overload
def simplest(x: Number) -> Number: ...
def simplest(x: Number) -> Number:
    """``x`` as an ``int`` where it is whole."""
    if type(x) is Fraction and x.denominator == 1:
        return x.numerator
    return x


def is_number(x: object) -> TypeIs[int | Fraction]:
    """Whether ``x`` is a plain number, with no parameter left in it."""
    return isinstance(x, (int, Fraction))


def constant(x: Number) -> int | Fraction:
    """:raises TypeError: a parameter is left in it."""
    if is_number(x):
        return x
    raise TypeError(f"{x} is not a number")


def whole(x: Number) -> int:
    """:raises TypeError: it is not a whole number."""
    if isinstance(x, int):
        return x
    raise TypeError(f"{x} is not a whole number")


def is_whole(x: object) -> bool:
    return type(x) is int or (isinstance(x, Fraction) and x.denominator == 1)


def divide(a: Number, b: Number) -> Number:
    """``a / b``, exactly."""
    if type(a) is int and type(b) is int:
        quotient, rest = divmod(a, b)
        return Fraction(a, b) if rest else quotient
    if isinstance(a, int):
        a = Fraction(a)
    return simplest(a / b)


@overload
def floor(x: int | Fraction) -> int: ...
@overload
def floor(x: Number) -> Number: ...
def floor(x: Number) -> Number:
    """The largest whole number that is not above ``x``."""
    return x if type(x) is int else math.floor(x)


@overload
def ceil(x: int | Fraction) -> int: ...
@overload
def ceil(x: Number) -> Number: ...
def ceil(x: Number) -> Number:
    """The smallest whole number that is not below ``x``."""
    return x if type(x) is int else math.ceil(x)


def nearest(x: Number) -> Number:
    """The nearest whole number; a half goes up."""
    return x.nearest() if isinstance(x, Form) else math.floor(x + HALF)


def divisible(x: Number, by: int) -> Number:
    """``x`` as a multiple of ``by``: the nearest, never below ``by``, never more than 10 % down.

    The rule by which MobileNet V2 and V3 make channel counts (Sandler et al. 2018, reference code
    ``_make_divisible``): a half goes up, and a result below 0.9·x is raised by ``by``.
    """
    if isinstance(x, Form):
        return x.divisible(by)
    rounded = max(by, math.floor(Fraction(x) / by + HALF) * by)
    return rounded + by if 10 * rounded < 9 * x else rounded


def maximum(*values: Number) -> Number:
    """The largest of the values."""
    return _extreme("max", values)


def minimum(*values: Number) -> Number:
    """The smallest of the values."""
    return _extreme("min", values)


#: The functions of the language that closed forms can hold, by name.
FUNCTIONS: dict[str, Callable[..., Number]] = {
    "floor": floor,
    "ceil": ceil,
    "nearest": nearest,
    "round": round,
    "divisible": divisible,
    "max": maximum,
    "min": minimum,
}


def _extreme(kind: str, values: tuple[Number, ...]) -> Number:
    numbers = [value for value in values if is_number(value)]
    if len(numbers) == len(values):
        return max(numbers) if kind == "max" else min(numbers)
    form = next(value for value in values if isinstance(value, Form))
    return form.extreme(kind, values)


def compare(relation: str, a: Number, b: Number) -> bool | Number:
    """``a relation b`` as a bool, or as a 0/1 indicator where free parameters decide."""
    difference = a - b
    if isinstance(difference, Form):
        return difference.compare_to_zero(relation)
    return bool(RELATIONS[relation](difference, 0))
