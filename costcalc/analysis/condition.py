"""What must hold of free parameters, as one condition: evaluated, as Python, and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.evaluation import free_parameters
from costcalc.algebra.notation import comparison, pretty
from costcalc.algebra.numbers import Number, is_number
from costcalc.algebra.polynomial import alone, terms_of
from costcalc.algebra.sums import Ranges, holds_in_every_round

#: What holds where a comparison does not.
NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


class Condition(NamedTuple):
    """``factor``·``value`` must be whole, or ``value`` must stand in ``relation`` to 0.

    ``layer`` is the first layer (or row of the spec) that needs it; ``ranges`` are the rounds in
    which it must hold (:mod:`costcalc.algebra.sums`).
    """

    value: Number
    factor: Fraction
    relation: str
    layer: str
    ranges: Ranges = ()

    def holds(self, binding: Mapping[str, int | Fraction]) -> bool:
        """Whether it holds at a binding that gives all its parameters; what divides by 0 does
        not."""
        value = self.value * self.factor
        try:
            return holds_in_every_round(value, self.relation, self.ranges, binding)
        except ZeroDivisionError:
            return False

    def names(self) -> set[str]:
        """The parameters that it hangs on, and the numbers of rounds."""
        forms = (self.value, *(count for _, count in self.ranges))
        return set[str]().union(*map(free_parameters, forms))

    def parameters(self) -> set[str]:
        """The parameters that it hangs on."""
        return self.names() - {index for index, _ in self.ranges}

    @property
    def python(self) -> str:
        """As plain Python arithmetic that is true or false."""
        if self.relation != "whole":
            return f"{self.value} {self.relation} 0"
        if is_number(self.value):
            return "False"  # a fraction is never whole
        n, d = self.factor.numerator, self.factor.denominator
        several = len(dict(terms_of(self.value))) > 1
        inner = f"({self.value})" if several else str(self.value)
        scaled = inner if n == 1 else f"{n}*{inner}"
        return f"{scaled} % {d} == 0"

    @property
    def text(self) -> str:
        """As a sentence: ``32α is whole``, ``Rρ is a multiple of 32``."""
        if self.relation != "whole":
            return comparison(self.value, self.relation)
        if is_number(self.value):
            return f"{pretty(self.value * self.factor)} is whole, which is never"
        n, d = self.factor.numerator, self.factor.denominator
        scaled = pretty(self.value * n)
        return f"{scaled} is whole" if d == 1 else f"{scaled} is a multiple of {d}"


def pinned(conditions: Sequence[Condition]) -> list[Condition]:
    """The conditions where one leaves a parameter one value, as ``R = 224`` and not ``R² = 50176``,
    and without those of that parameter alone which hold there."""
    kept = list(conditions)
    for one in conditions:
        if (found := _only_value(one)) is None:
            continue
        parameter, value = found
        names = one.parameters()
        at = dict.fromkeys(names, value)
        kept = [c for c in kept if c is not one and not (c.parameters() == names and c.holds(at))]
        kept.append(one._replace(value=parameter - value, factor=Fraction(1)))
    return kept


def _only_value(condition: Condition) -> tuple[Number, Fraction] | None:
    """The parameter, none of which is below 0, and its value, of ``a·x**k + c == 0``."""
    terms = dict(terms_of(condition.value))
    constant = terms.pop((), 0)
    match (condition.relation, condition.ranges, list(terms.items())):
        case ("==", (), [(((atom, exponent),), factor)]) if atom.kind == "parameter":
            power = Fraction(-constant) / factor
            above, below = (_root(n, exponent) for n in (power.numerator, power.denominator))
            return (alone(atom), Fraction(above, below)) if above and below else None
    return None


def _root(power: int, exponent: int) -> int:
    """The whole number with that power; 0 where there is none."""
    low, high = 1, 1 << max(power, 1).bit_length() // exponent + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if middle**exponent >= power else (middle + 1, high)
    return low if low**exponent == power else 0
