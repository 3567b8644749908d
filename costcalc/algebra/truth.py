"""What an expression can evaluate to: numbers, words, windows (rows, columns), and truth values.

A truth value is what comparisons give and conditions take. Where all parameters are bound, it is a
``bool``. Where free ones decide, it is an indicator, a polynomial that is 0 or 1 at every binding;
:class:`Truth` marks it. Python computes with both as with numbers, but who writes ``8*(s == 2)`` or
``64 if n else 32`` means something else than what that gives, so expressions tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeGuard

from costcalc.algebra.numbers import Number
from costcalc.algebra.polynomial import Polynomial


class Truth(Polynomial):
    """An indicator: arithmetic with it gives plain polynomials, :func:`conjunction` a truth."""

    __slots__ = ()


#: A condition's value.
TruthValue: TypeAlias = bool | Truth


def is_truth(value: object) -> TypeGuard[TruthValue]:
    return isinstance(value, (bool, Truth))


def truth(indicator: Any) -> TruthValue:
    """A bool or a 0/1 polynomial as a truth value."""
    return Truth(indicator.terms) if isinstance(indicator, Polynomial) else bool(indicator)


def conjunction(a: TruthValue, b: TruthValue) -> TruthValue:
    if isinstance(a, bool):
        return b if a else False
    if isinstance(b, bool):
        return a if b else False
    return truth(a * b)


def negation(a: TruthValue) -> TruthValue:
    return not a if isinstance(a, bool) else truth(1 - a)


def disjunction(a: TruthValue, b: TruthValue) -> TruthValue:
    return negation(conjunction(negation(a), negation(b)))


def same(a: TruthValue, b: TruthValue) -> TruthValue:
    """Whether both hold, or neither does."""
    return disjunction(conjunction(a, b), conjunction(negation(a), negation(b)))


class Quoted(str):
    """A quoted word that reads as arithmetic; ``number`` evaluates it where a number is needed."""

    def __new__(cls, word: str, number: Callable[[], Any]) -> Quoted:
        made = super().__new__(cls, word)
        made.number = number
        return made

    number: Callable[[], Any]


def unquoted(value: Any) -> Any:
    """The value where a number is needed."""
    return value.number() if isinstance(value, Quoted) else value


def can_be_number(value: object) -> TypeGuard[Number]:
    """Whether a value is a number or a closed form of one."""
    return not isinstance(value, (bool, Truth, str, tuple))


def shown(value: object) -> str:
    """A value as specs write it: ``3x3``, ``true``, ``'word'``."""
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, str) else str(value)


def pair(value: Any) -> tuple[Number, Number] | None:
    """Rows and columns of a window; one number is both."""
    if isinstance(value, tuple):
        return value
    return (value, value) if can_be_number(value) else None
