"""Conditions inside a repetition that was summed up: they must hold in every round.

Layers of such a repetition are kept once, with the number of the round as a symbol. ``ranges`` say
how many rounds there are: pairs (symbol, count), the innermost repetition first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from costcalc.algebra.numbers import Number, compare, is_number, is_whole
from costcalc.algebra.polynomial import evaluate, value_at
from costcalc.algebra.polynomial import is_whole as surely_whole
from costcalc.algebra.sums import NoClosedForm, by_power

Ranges = tuple[tuple[str, Number], ...]


def stands(value: Number, relation: str) -> bool:
    """Whether a number is whole (``relation="whole"``), or stands in ``relation`` to 0."""
    return is_whole(value) if relation == "whole" else bool(compare(relation, value, 0))


def for_every_round(value: Number, relation: str, ranges: Ranges) -> list[Number]:
    """Values without round numbers such that, if each stands in ``relation``, ``value`` does so in
    every round. Sufficient; where one does not stand, ``value`` may all the same."""
    values = [value]
    for index, count in ranges:
        values = [found for one in values for found in _over(one, relation, index, count)]
    return values


def _over(value: Number, relation: str, index: str, count: Number) -> list[Number]:
    powers = by_power(value, index)
    degree = max(powers, default=0)
    first = powers.pop(0, 0)
    if not powers:
        return [first]
    if relation not in (">=", ">"):
        if is_number(count):  # whole, or 0, at degree + 1 numbers in a row: then everywhere
            return [evaluate(value, {index: i}) for i in range(min(int(count), degree + 1))]
        return [first, *powers.values()]
    if set(powers) == {1}:  # a straight line is above 0 where both its ends are
        return [first, first + powers[1] * (count - 1)]
    if relation == ">":
        raise NoClosedForm("a bound that is not a straight line")
    return [first, *powers.values()]


def holds_in_every_round(
    value: Number, relation: str, ranges: Ranges, binding: Mapping[str, Any]
) -> bool:
    """Whether it does, exactly, at a binding of all parameters."""
    return all(
        stands(evaluate(value, point), relation)
        for point in _points(value, relation, ranges, binding)
    )


def _points(
    value: Number, relation: str, ranges: Ranges, binding: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    """The rounds to look at, outermost repetition first: a polynomial of degree d that is whole, or
    0, at d + 1 numbers in a row is so everywhere; a straight line has its least value at an end."""
    if not ranges:
        yield binding
        return
    *inner, (index, count) = ranges
    rounds = int(value_at(count, binding))
    others = {name: found for name, found in binding.items() if name != index}
    degree = max(by_power(evaluate(value, others), index), default=0)
    if relation not in (">=", ">"):
        looked = list(range(min(rounds, degree + 1)))
    elif degree <= 1:
        looked = sorted({0, rounds - 1}) if rounds else []
    else:
        looked = list(range(rounds))
    for i in looked:
        yield from _points(value, relation, tuple(inner), {**binding, index: i})


def surely_stands(value: Number, relation: str) -> bool:
    """Whether it stands so at every admissible binding."""
    if is_number(value):
        return stands(value, relation)
    if relation == "whole":
        return surely_whole(value)
    return value.compare_to_zero(relation) is True
