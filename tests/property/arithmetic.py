"""Expressions of specs, worked out in fractions: the arithmetic of the second calculator."""

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil, floor
from typing import Any


class Nonexistent(Exception):
    """There is no such network at the binding."""


_TOKEN = re.compile(r"""\s*([0-9.]+|\w+|"[^"]*"|'[^']*'|//|\*\*|[=!<>]=|.)""")
_LETTERS = {"α": "alpha", "δ": "delta", "ρ": "rho"}
_COMPARE = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def tokens(text: Any) -> list[str]:
    """The words of an expression, in Python's spelling: ``32α`` is ``32 * alpha``."""
    text = re.sub(r"(?<=[\w)])(?=[αδρ])", "*", str(text)).replace("·", "*").replace("×", "*")
    for letter, name in _LETTERS.items():
        text = text.replace(letter, name)
    return _TOKEN.findall(text.strip())


def divisible(x: Any, by: Any, least: Any = None) -> Any:
    """The nearest multiple, half up, at least ``by``; one more where more than 10 % are lost."""
    if x <= 0 and least is None:
        raise Nonexistent(f"{x} made divisible")
    found = max(least or by, floor(Fraction(x) / by + Fraction(1, 2)) * by)
    return found + by if found < Fraction(9, 10) * x else found


def half_even(x: Any) -> int:
    """The nearest whole number; of two as near, the even one."""
    return min((floor(x), ceil(x)), key=lambda whole: (abs(whole - x), whole % 2))


FUNCTIONS: dict[str, Any] = {
    "floor": floor,
    "ceil": ceil,
    "nearest": lambda x: floor(x + Fraction(1, 2)),
    "round": half_even,
    "divisible": divisible,
    "whole": lambda x: x,
    "max": max,
    "min": min,
}


class _Reading:
    """One expression, read from the loosest operator to the tightest, and worked out meanwhile."""

    def __init__(self, text: Any, scope: dict[str, Any]) -> None:
        self.left, self.scope = tokens(text), scope

    def take(self, *expected: str) -> str:
        if self.left and self.left[0] in expected:
            return self.left.pop(0)
        return ""

    def choice(self) -> Any:
        value = self.some()
        if not self.take("if"):
            return value
        test = self.some()
        assert self.take("else")
        otherwise = self.choice()
        return value if test else otherwise

    def some(self) -> Any:
        value = self.all()
        while self.take("or"):
            other = self.all()
            value = value or other
        return value

    def all(self) -> Any:
        value = self.negated()
        while self.take("and"):
            other = self.negated()
            value = value and other
        return value

    def negated(self) -> Any:
        return not self.negated() if self.take("not") else self.compared()

    def compared(self) -> Any:
        value, holds = self.sum(), None
        while relation := self.take(*_COMPARE):
            other = self.sum()
            a, b = value, other
            if isinstance(a, tuple) != isinstance(b, tuple):  # a number is a window of equal sides
                a, b = (side if isinstance(side, tuple) else (side, side) for side in (a, b))
            if isinstance(a, tuple | str) and relation not in ("==", "!="):
                raise Nonexistent(f"{a} {relation} {b}")
            if isinstance(a, str) != isinstance(b, str):
                raise Nonexistent(f"{a} {relation} {b}")
            holds = holds is not False and _COMPARE[relation](a, b)
            value = other
        return value if holds is None else holds

    def sum(self) -> Any:
        value = self.product()
        while sign := self.take("+", "-"):
            other = number(self.product())
            value = number(value) + (other if sign == "+" else -other)
        return value

    def product(self) -> Any:
        value = self.signed()
        while sign := self.take("*", "/", "//"):
            other = number(self.signed())
            if sign == "*":
                value = number(value) * other
                continue
            if other == 0:
                raise Nonexistent("division by 0")
            value = number(value) / other if sign == "/" else floor(number(value) / other)
        return value

    def signed(self) -> Any:
        if self.take("-"):
            return -number(self.signed())
        value = self.single()
        if not self.take("**"):
            return value
        power = number(self.single())
        if power.denominator != 1:
            raise Nonexistent(f"to the power {power}")
        return number(value) ** int(power)

    def single(self) -> Any:
        token = self.left.pop(0)
        if token == "(":
            value = self.choice()
            assert self.take(")")
            return value
        if token[0] in "'\"":
            return token[1:-1]
        if token[0].isdigit():
            return Fraction(token)
        if token in FUNCTIONS:
            values = []
            while self.take("(", ","):
                values.append(number(self.choice()))
            assert self.take(")")
            return FUNCTIONS[token](*values)
        if isinstance(self.scope[token], Nonexistent):
            raise self.scope[token]
        return self.scope[token]


def number(value: Any) -> Fraction:
    if isinstance(value, str | tuple | bool):
        raise Nonexistent(f"{value!r} is no number")
    return Fraction(value)


def evaluate(text: Any, scope: dict[str, Any]) -> Any:
    """A fraction, a truth value, a word, or the two sides of a window."""
    reading = _Reading(text, scope)
    value = reading.choice()
    assert not reading.left, text
    return value
