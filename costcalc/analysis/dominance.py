"""Which of two closed forms is never above the other, wherever some conditions hold.

What is proven is so: :class:`~costcalc.analysis.facts.Facts` says how, and here every rounding may
be anywhere between its ends besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations, product

from costcalc.algebra.atoms import Atom
from costcalc.algebra.evaluation import surely_not_negative
from costcalc.algebra.numbers import HALF, Number, is_number
from costcalc.algebra.polynomial import (
    Polynomial,
    alone,
    atoms_of,
    common_factor,
    denominator,
    terms_of,
)
from costcalc.analysis.condition import Condition
from costcalc.analysis.facts import Facts

#: Forms of which each two are held against a third together.
MAX_TOGETHER = 16

#: Atoms of a form that are written from either end on.
MAX_ATOMS = 8


class Dominance:
    """What conditions prove of pairs of forms, which are nowhere below 0."""

    def __init__(self, conditions: Iterable[Condition]) -> None:
        self.conditions = tuple(conditions)
        self.facts = Facts(self.conditions)

    def is_above(self, value: Number) -> bool:
        """Whether a value is proven not to be below 0."""
        if is_number(value):
            return value >= 0
        if self.facts.imply(Condition(value, Fraction(1), ">=", "")):
            return True
        known = self.facts.of(value)
        return self._is_above_between(known) or self._is_above_between(self._end(known, up=False))

    def _is_above_between(self, value: Number) -> bool:
        """The same, with every atom written from its lower or from its upper end on."""
        choices: list[list[tuple[Atom, Number]]] = []
        for atom in sorted(atoms_of(value)):
            low, high = self.facts.low_of(atom), self.facts.highs.get(atom)
            shifts = [] if low is None else [(atom, low + alone(atom))]
            shifts += [] if high is None else [(atom, high - alone(atom))]
            choices.append(shifts)
        ways = product(*choices) if len(choices) <= MAX_ATOMS else ()
        return (is_number(value) and value >= 0) or any(
            all(c >= 0 for _, c in terms_of(value.replace(dict(way))))
            for way in ways
            if isinstance(value, Polynomial)
        )

    def undominated(self, forms: Sequence[Number]) -> list[Number]:
        """Those that none of the others, nor two of them together, are proven to reach; first come
        those that are kept of two equal ones."""
        kept: list[Number] = []
        for form in forms:
            if not any(self.is_above(other - form) for other in kept):
                kept = [other for other in kept if not self.is_above(form - other)] + [form]
        for form in [*kept] if len(kept) <= MAX_TOGETHER else ():
            others = [other for other in kept if other is not form]
            if any(self._together(a, b, form) for a, b in combinations(others, 2)):
                kept.remove(form)
        return kept

    def _together(self, a: Number, b: Number, form: Number) -> bool:
        """Whether a mean of two is nowhere below a third, so that one of them is not."""
        over, under = a - form, b - form
        shares = set[Fraction]()
        below = dict(terms_of(under))
        for monomial, c in terms_of(over):
            d = below.get(monomial, 0)
            if c * d < 0:  # the share with which this product vanishes
                shares.add(Fraction(d) / (d - c))
        return any(self.is_above(over * share + under * (1 - share)) for share in sorted(shares))

    def _end(self, form: Number, *, up: bool) -> Number:
        """What a form is never above (``up``) or below, without roundings."""
        total: Number = 0
        for monomial, coefficient in terms_of(form):
            term: Number = coefficient
            rises = surely_not_negative(Polynomial({monomial: 1})) if monomial else True
            for atom, exponent in monomial:
                end = self._end_of_atom(atom, up=up == (coefficient > 0)) if rises else alone(atom)
                for _ in range(exponent):
                    term = term * end
            total = total + term
        return total

    def _end_of_atom(self, atom: Atom, *, up: bool) -> Number:
        inner = atom.args[0] if atom.args else 0
        match atom.kind:
            case "ceil" | "floor":
                whole = all(part.whole for part in atoms_of(inner))
                off = Fraction(denominator(inner) - 1, denominator(inner)) if whole else 1
                down = atom.kind == "floor"
                end = self._end(inner, up=up) + (off * (not down) if up else -off * down)
            case "nearest" | "round":
                end = self._end(inner, up=up) + (HALF if up else -HALF)
            case "divisible":  # never 10 % down, and less than one multiple up
                end = self._end(inner, up=up) + atom.multiple if up else inner * Fraction(9, 10)
                end = end if up else self._end(end, up=False)
            case _:
                return alone(atom)
        return end if up or self.facts.is_above(end) else 0


def without_factor(value: Number) -> Number:
    """``value`` divided by what is surely above 0 in all of its terms."""
    factor = tuple((a, e) for a, e in common_factor([value]) if a.positive) if value else ()
    return value / Polynomial({factor: 1}) if factor else value
