"""Arrays of exact rational numbers: the third algebra, beside numbers and polynomials.

``evaluate(cost, {"alpha": ExactArray(…)})`` runs a closed form over a whole axis. Every value
carries a bound that its absolute value cannot exceed; before an operation could leave int64 its
operands become Python integers, so nothing wraps. Only operators and numpy's dispatched functions
are used: any array that follows the array protocols (``__array_ufunc__``, ``__array_function__``)
can be inside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm
from operator import add, mul
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from costcalc.algebra.numbers import RELATIONS, Form, Number, constant, is_number

#: Whole numbers below INT fit int64. float64 holds those up to 4·FLOAT, and between 2·FLOAT and
#: 4·FLOAT nothing but whole numbers: 3·FLOAT plus or minus less than FLOAT.
INT = 2**63
FLOAT = 2**51

#: An array of int64, or of Python integers.
Array: TypeAlias = NDArray[Any]
Mask: TypeAlias = NDArray[np.bool_]
#: A whole number or an array of them: numpy's, or any that follows its protocols.
Numbers: TypeAlias = Any


class ExactArray(Form):
    """``numerator / denominator`` elementwise, denominator > 0, |numerator| ≤ ``bound``.

    The denominator is an ``int``, or an array with its own ``denominator_bound``.
    """

    __slots__ = ("bound", "denominator", "denominator_bound", "numerator")

    def __init__(
        self, numerator: Numbers, bound: int, denominator: Numbers = 1, denominator_bound: int = 0
    ) -> None:
        self.numerator = numerator
        self.bound = bound
        self.denominator = denominator
        self.denominator_bound = denominator_bound or denominator

    # -- arithmetic ---------------------------------------------------------------------------

    def __add__(self, other: Number) -> ExactArray:
        a, b = self, _array(other)
        if isinstance(a.denominator, int) and isinstance(b.denominator, int):
            common = lcm(a.denominator, b.denominator)
            left, right = (_times(x, common // x.denominator) for x in (a, b))
            return ExactArray(*_applied(add, left, right), common)
        left, right = _times(a, b.denominator_only()), _times(b, a.denominator_only())
        below = _times(a.denominator_only(), b.denominator_only())
        return ExactArray(*_applied(add, left, right), below.numerator, below.bound)

    __radd__ = __add__

    def __mul__(self, other: Number) -> ExactArray:
        other = _array(other)
        above = _times(self, other)
        if isinstance(self.denominator, int) and isinstance(other.denominator, int):
            below = self.denominator * other.denominator
            return ExactArray(above.numerator, above.bound, below)
        under = _times(self.denominator_only(), other.denominator_only())
        return ExactArray(above.numerator, above.bound, under.numerator, under.bound)

    __rmul__ = __mul__

    def __neg__(self) -> ExactArray:
        return self * -1

    def __sub__(self, other: Number) -> ExactArray:
        return self + -_array(other)

    def __rsub__(self, other: Number) -> ExactArray:
        return -self + _array(other)

    def __pow__(self, exponent: int) -> ExactArray:
        result = self
        for _ in range(exponent - 1):
            result = result * self
        return result

    def __truediv__(self, other: Number) -> ExactArray:
        other = Fraction(1, other) if is_number(other) else _array(other).inverse()
        return self * other

    def __rtruediv__(self, other: Number) -> ExactArray:
        return self.inverse() * _array(other)

    def inverse(self) -> ExactArray:
        """1 / self, and 1 where that is 0: who divides asks apart whether something is."""
        above, below = self.denominator, self.numerator
        if not isinstance(below, (int, np.ndarray)) or not np.all(below > 0):
            above, below = np.where(below < 0, -above, above), np.where(below == 0, 1, abs(below))
        return ExactArray(above, self.denominator_bound, below, max(self.bound, 1))

    # -- rounding: what evaluation.rebuild asks of a number -------------------------------------

    def __floor__(self) -> ExactArray:
        if isinstance(self.denominator, int) and self.denominator == 1:
            return self
        smallest = self.denominator if isinstance(self.denominator, int) else 1
        return ExactArray(self._divisible() // self.denominator, -(-self.bound // smallest))

    def __ceil__(self) -> ExactArray:
        return -((-self).__floor__())

    def __round__(self) -> ExactArray:
        half, quarter = self * Fraction(1, 2), Fraction(1, 4)
        return (half + quarter).__floor__() + (half - quarter).__ceil__()

    def nearest(self) -> ExactArray:
        return (self + Fraction(1, 2)).__floor__()

    def divisible(self, by: int) -> ExactArray:
        """See :func:`costcalc.algebra.numbers.divisible`."""
        steps = (self * Fraction(1, by)).nearest() * by
        rounded = ExactArray.extreme("max", (steps, by))
        low = (rounded * 10 - self * 9).compare_to_zero("<")
        return rounded + low * by

    @staticmethod
    def extreme(kind: str, values: tuple[Number, ...]) -> ExactArray:
        """The elementwise largest (``max``) or smallest of some values."""
        choose = np.maximum if kind == "max" else np.minimum
        first, *rest = map(_array, values)
        result = first
        for value in rest:
            if isinstance(result.denominator, int) and isinstance(value.denominator, int):
                common = lcm(result.denominator, value.denominator)
                a, b = (_times(x, common // x.denominator) for x in (result, value))
                bound = max(a.bound, b.bound)
                sides = (a.numerator, b.numerator)
                if all(isinstance(side, int) for side in sides):  # not for numpy: of any size
                    chosen = (max if kind == "max" else min)(sides)
                else:
                    chosen = choose(*(map(_python, sides) if bound >= INT else sides))
                result = ExactArray(chosen, bound, common)
            else:  # value where the difference has its sign, else result
                larger = (value - result).compare_to_zero(">" if kind == "max" else "<")
                result = result + (value - result) * larger
        return result

    def compare_to_zero(self, relation: str) -> ExactArray:
        """1 where ``self relation 0``, else 0."""
        return ExactArray(self.is_true(relation) * 1, 1)

    def is_true(self, relation: str) -> Numbers:
        """Where ``self relation 0`` holds (or, for ``whole``, where it is whole): bools."""
        if relation == "whole":
            return self._divisible() % self.denominator == 0
        return RELATIONS[relation](self.numerator, 0)

    # -- parts ----------------------------------------------------------------------------------

    def _divisible(self) -> Numbers:
        """The numerator, as integers that may be divided by the denominator."""
        return _python(self.numerator) if self.denominator_bound >= INT else self.numerator

    def denominator_only(self) -> ExactArray:
        return ExactArray(self.denominator, self.denominator_bound)


def from_values(values: Sequence[int | Fraction], shape: tuple[int, ...] = (-1,)) -> ExactArray:
    """Some numbers, one axis by default."""
    below = lcm(*{value.denominator for value in values})
    above = [value.numerator * (below // value.denominator) for value in values]
    bound = max(max(above), -min(above))
    array = np.array(above, dtype=np.int64 if bound < INT else object)
    return ExactArray(array.reshape(shape), bound, below)


def _array(x: Number) -> ExactArray:
    if isinstance(x, ExactArray):
        return x
    number = constant(x)
    return ExactArray(number.numerator, abs(number.numerator), number.denominator)


def _times(a: ExactArray, b: ExactArray | int) -> ExactArray:
    """The product of the numerators."""
    if isinstance(b, int):
        if b == 1:
            return a
        b = ExactArray(b, abs(b))
    return ExactArray(*_applied(mul, a, b))


def _applied(
    what: Callable[[Numbers, Numbers], Numbers], a: ExactArray, b: ExactArray
) -> tuple[Numbers, int]:
    """The sum or product of the numerators, with its bound."""
    if what(a.bound, b.bound) >= INT:
        a, b = tightened(a), tightened(b)
    bound = what(a.bound, b.bound)
    left, right = a.numerator, b.numerator
    if max(bound, a.bound, b.bound) >= INT:  # 0 times what is large is 0
        left, right = _python(left), _python(right)
    return what(left, right), bound


def tightened(x: ExactArray) -> ExactArray:
    """``x`` with the bound that its values have, where they can be looked at."""
    if not isinstance(x.numerator, np.ndarray) or not x.numerator.size:
        return x
    bound = max(int(x.numerator.max()), -int(x.numerator.min()))
    numerator = x.numerator
    if numerator.dtype == object and bound < INT:
        numerator = numerator.astype(np.int64)
    return ExactArray(numerator, bound, x.denominator, x.denominator_bound)


def _python(x: Numbers) -> Numbers:
    """As Python integers, which have no limit."""
    return x if isinstance(x, int) else x.astype(object)
