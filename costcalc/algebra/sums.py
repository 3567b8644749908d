"""Repetitions in closed form: sums over their rounds, and conditions that hold in every round.

Layers of a repetition are kept once, with the number of the round, its index, as a symbol.
``ranges`` say how many rounds there are: pairs (index, count), the innermost repetition first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from math import comb

from costcalc.algebra.atoms import Monomial
from costcalc.algebra.evaluation import evaluate, free_parameters, surely_not_negative, value_at
from costcalc.algebra.numbers import Number, compare, divide, is_number, whole
from costcalc.algebra.numbers import is_whole as is_whole_number
from costcalc.algebra.polynomial import Polynomial, is_whole, parameter

Ranges = tuple[tuple[str, Number], ...]


class NoClosedForm(Exception):
    """The index stands inside a rounding, so the sum has no polynomial form."""


def by_power(x: Number, index: str) -> dict[int, Number]:
    """``x`` as a polynomial in ``index``: power → coefficient.

    :raises NoClosedForm: the index stands inside a rounding.
    """
    powers: dict[int, Number] = {}
    if not isinstance(x, Polynomial):
        return {0: x}
    for monomial, coefficient in x.terms.items():
        power = 0
        rest: Monomial = ()
        for atom, exponent in monomial:
            if atom.text == index:
                power = exponent
            elif any(index in free_parameters(arg) for arg in atom.args):
                raise NoClosedForm(f"{atom.text} depends on the index of the repetition")
            else:
                rest += ((atom, exponent),)
        term = Polynomial({rest: coefficient}) if rest else coefficient
        powers[power] = powers.get(power, 0) + term
    return powers


def sum_over(x: Number, index: str, count: Number) -> Number:
    """Σ ``x`` for index = 0, 1, …, count − 1.

    :raises NoClosedForm: the index stands inside a rounding.
    """
    total: Number = 0
    for power, coefficient in by_power(x, index).items():
        total = total + coefficient * evaluate(_power_sum(power), {_COUNT: count})
    return total


_COUNT = "count of repetitions"


@cache
def _power_sum(power: int) -> Number:
    """Σ i**power for i = 0 … n − 1, from the telescoping sum of (i + 1)**(p + 1) − i**(p + 1)."""
    rest = parameter(_COUNT, whole=True) ** (power + 1)
    for lower in range(power):
        rest = rest - comb(power + 1, lower) * _power_sum(lower)
    return divide(rest, power + 1)


def stands(value: Number, relation: str) -> bool:
    """Whether a number is whole (``relation="whole"``), or stands in ``relation`` to 0."""
    return is_whole_number(value) if relation == "whole" else bool(compare(relation, value, 0))


def surely_stands(value: Number, relation: str) -> bool:
    """Whether it stands so at every admissible binding."""
    if is_number(value):
        return stands(value, relation)
    return is_whole(value) if relation == "whole" else value.compare_to_zero(relation) is True


def surely_fails(value: Number, relation: str) -> bool:
    """Whether it stands so at no binding."""
    if is_number(value):
        return not stands(value, relation)
    return relation != "whole" and value.compare_to_zero(relation) is False


def for_every_round(
    value: Number, relation: str, ranges: Ranges
) -> Iterator[tuple[Number, Number]]:
    """Values without round numbers such that, if each stands in ``relation``, ``value`` does so in
    every round; sufficient: where one does not stand, ``value`` may all the same.

    Each comes with where it is asked, as an indicator: what surely fails, where there are rounds.
    """
    values: list[tuple[Number, tuple[Number, ...]]] = [(value, ())]
    for index, count in ranges:
        values = [
            (needed, (*asked, count - later))
            for one, asked in values
            for later, needed in _over(one, relation, index, count)
        ]
    indices = {index for index, _ in ranges}
    for one, asked in values:
        there: Number = 1
        for rounds in asked if surely_fails(one, relation) else ():
            if not indices & free_parameters(rounds):  # the rounds may differ from round to round
                there = there * compare(">", rounds, 0)
        yield one, there


def _over(value: Number, relation: str, index: str, count: Number) -> list[tuple[bool, Number]]:
    """What is needed in all rounds, each with whether only a second round asks for it."""
    powers = by_power(value, index)
    degree = max(powers)
    first = powers.pop(0, 0)
    if not powers:
        return [(False, first)]
    later = [(True, power) for power in powers.values()]
    if relation not in (">=", ">"):
        if is_number(count):  # whole, or 0, at degree + 1 numbers in a row: then everywhere
            rounds = range(min(whole(count), degree + 1))
            return [(i > 0, evaluate(value, {index: i})) for i in rounds]
        return [(False, first), *later]
    if set(powers) == {1}:  # a straight line is above 0 where both its ends are
        return [(False, first), (True, first + powers[1] * (count - 1))]
    if all(surely_not_negative(-power) for power in powers.values()):  # it falls
        return [(False, first), (True, evaluate(value, {index: count - 1}))]
    if relation == ">":
        raise NoClosedForm("a bound that is not a straight line")
    return [(False, first), *later]


def holds_in_every_round(
    value: Number, relation: str, ranges: Ranges, binding: Mapping[str, Number]
) -> bool:
    """Whether it does, exactly, at a binding of all parameters."""
    return all(
        stands(evaluate(value, point), relation)
        for point in _points(value, relation, ranges, binding)
    )


def _points(
    value: Number, relation: str, ranges: Ranges, binding: Mapping[str, Number]
) -> Iterator[Mapping[str, Number]]:
    """The rounds to look at, outermost repetition first: a polynomial of degree d that is whole, or
    0, at d + 1 numbers in a row is so everywhere; a straight line has its least value at an end."""
    if not ranges:
        yield binding
        return
    *inner, (index, count) = ranges
    rounds = int(value_at(count, binding))
    others = {name: bound for name, bound in binding.items() if name != index}
    degree = max(by_power(evaluate(value, others), index))
    if relation not in (">=", ">"):
        looked = range(min(rounds, degree + 1))
    elif degree <= 1:
        looked = range(0, rounds, max(rounds - 1, 1))
    else:
        looked = range(rounds)
    for i in looked:
        yield from _points(value, relation, tuple(inner), {**binding, index: i})
