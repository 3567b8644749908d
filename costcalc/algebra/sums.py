"""Sums over a repeat whose body grows with its index, in closed form."""

from __future__ import annotations

from functools import cache
from math import comb

from costcalc.algebra.numbers import Number, divide
from costcalc.algebra.polynomial import Atom, Monomial, Polynomial, free_parameters, parameter


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
        rest: list[tuple[Atom, int]] = []
        for atom, exponent in monomial:
            if atom.text == index:
                power = exponent
            elif any(index in free_parameters(arg) for arg in atom.args):
                raise NoClosedForm(f"{atom.text} depends on the index of the repetition")
            else:
                rest.append((atom, exponent))
        kept: Monomial = tuple(rest)
        term: Number = Polynomial({kept: coefficient}) if kept else coefficient
        powers[power] = powers.get(power, 0) + term
    return powers


def sum_over(x: Number, index: str, count: Number) -> Number:
    """Σ ``x`` for index = 0, 1, …, count − 1.

    :raises NoClosedForm: the index stands inside a rounding.
    """
    total: Number = 0
    n = parameter(_COUNT, whole=True)
    for power, coefficient in by_power(x, index).items():
        total = total + coefficient * _substitute(_power_sum(power, n), count)
    return total


_COUNT = "count of repetitions"


@cache
def _power_sum(power: int, n: Polynomial) -> Number:
    """Σ i**power for i = 0 … n − 1, from the telescoping sum of (i + 1)**(p + 1) − i**(p + 1)."""
    rest = n ** (power + 1)
    for lower in range(power):
        rest = rest - comb(power + 1, lower) * _power_sum(lower, n)
    return divide(rest, power + 1)


def _substitute(x: Number, count: Number) -> Number:
    return x.replace(lambda atom: count) if isinstance(x, Polynomial) else x
