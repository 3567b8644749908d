"""What an expression can evaluate to: numbers, words, windows (rows, columns), and truth values.

A truth value is what comparisons give and conditions take. Where all parameters are bound, it is a
``bool``. Where free ones decide, it is an indicator, a polynomial that is 0 or 1 at every binding;
:class:`Truth` marks it. Python computes with both as with numbers, but who writes ``8*(s == 2)`` or
``64 if n else 32`` means something else than what that gives, so expressions tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TypeAlias, TypeGuard

from costcalc.algebra import numbers
from costcalc.algebra.evaluation import free_parameters
from costcalc.algebra.numbers import Number
from costcalc.algebra.polynomial import Polynomial

Value: TypeAlias = Number | str | tuple[Number, Number]


class Refused(Exception):
    """What an expression must not do, and a hint."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what, hint)
        self.what = what
        self.hint = hint


class Truth(Polynomial):
    """An indicator: arithmetic with it gives plain polynomials, :func:`conjunction` a truth."""

    __slots__ = ()


#: A condition's value.
TruthValue: TypeAlias = bool | Truth


def is_truth(value: object) -> TypeGuard[TruthValue]:
    return isinstance(value, (bool, Truth))


def truth(indicator: Number) -> TruthValue:
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


class Quoted(str):
    """A quoted word that reads as arithmetic; ``number`` evaluates it where a number is needed."""

    number: Callable[[], Value]

    def __new__(cls, word: str, number: Callable[[], Value]) -> Quoted:
        made = super().__new__(cls, word)
        made.number = number
        return made


def unquoted(value: Value) -> Value:
    """The value where a number is needed."""
    return value.number() if isinstance(value, Quoted) else value


def can_be_number(value: object) -> TypeGuard[Number]:
    """Whether a value is a number or a closed form of one."""
    return not isinstance(value, (bool, Truth, str, tuple))


def as_number(value: Value) -> Number:
    """:raises Refused: it is a word, a window or a truth value."""
    value = unquoted(value)
    if not can_be_number(value):
        raise Refused(f"{shown(value)} is not a number")
    return value


def as_truth(value: Value) -> TruthValue:
    """:raises Refused: it is a number, a word or a window."""
    if not is_truth(value):
        raise Refused(f"{shown(value)} is neither true nor false", "compare it, as in s == 1")
    return value


def shown(value: object) -> str:
    """A value as specs write it: ``3x3``, ``true``, ``'word'``."""
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, str) else str(value)


def compare(relation: str, a: Value, b: Value) -> TruthValue:
    """:raises Refused: the two are of different kinds, or have an order that only numbers have."""
    a, b = _alike(a, b)
    if can_be_number(a) and can_be_number(b):
        return truth(numbers.compare(relation, a, b))
    same = _same(a, b)
    if same is None:
        raise Refused(f"{shown(a)} {relation} {shown(b)} compares unlike things")
    if relation not in ("==", "!="):
        hint = "only numbers are larger or smaller"
        raise Refused(f"{shown(a)} {relation} {shown(b)} has no meaning", hint)
    return same if relation == "==" else negation(same)


def choose(condition: TruthValue, then: Value, otherwise: Value) -> Value:
    """``then if condition else otherwise``, in closed form where free parameters decide.

    :raises Refused: there is none, as of one word or another.
    """
    if isinstance(condition, bool):
        return then if condition else otherwise
    if type(then) is type(otherwise) and then == otherwise:
        return then
    then, otherwise = _alike(then, otherwise)
    if is_truth(then) and is_truth(otherwise):
        return disjunction(
            conjunction(condition, then), conjunction(negation(condition), otherwise)
        )
    if can_be_number(then) and can_be_number(otherwise):
        return condition * then + (1 - condition) * otherwise
    hint = f"give a value to {', '.join(sorted(free_parameters(condition)))}"
    which = f"which of {shown(then)} and {shown(otherwise)} is meant depends on {condition}"
    raise Refused(which, hint)


def _alike(a: Value, b: Value) -> tuple[Value, Value]:
    """Both, as numbers unless both are words."""
    return (a, b) if isinstance(a, str) and isinstance(b, str) else (unquoted(a), unquoted(b))


def _same(a: Value, b: Value) -> TruthValue | None:
    """Whether two values that are not both numbers are equal; None where they are unlike."""
    if isinstance(a, str) and isinstance(b, str):
        return a == b
    if is_truth(a) and is_truth(b):  # both hold, or neither does
        return disjunction(conjunction(a, b), conjunction(negation(a), negation(b)))
    one, other = _pair(a), _pair(b)
    if one is None or other is None:
        return None
    return reduce(conjunction, map(compare, ("==", "=="), one, other))


def _pair(value: Value) -> tuple[Number, Number] | None:
    """Rows and columns of a window; one number is both."""
    if isinstance(value, tuple):
        return value
    return (value, value) if can_be_number(value) else None
