"""The variables of closed forms, parameters and *rounded* parameters, and products of them.

A cost is a sum of products of channel counts and sides, and each of those is a parameter
expression that was rounded to a whole number: ``floor(32*alpha)``, ``ceil(resolution/32)``.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from fractions import Fraction

from costcalc.algebra.numbers import Number

#: Characters of an atom's text. A map that every round rounds twice doubles with each.
MAX_TEXT = 4000

#: Atoms with their exponents above 0, in order. () is 1.
Monomial = tuple[tuple["Atom", int], ...]


@dataclass(slots=True, eq=False, repr=False)
class Atom:
    """One variable of a polynomial. Two atoms are the same if their ``text`` is.

    A text beyond :data:`MAX_TEXT` is cut and ends in a digest of the whole: it names the atom, and
    is no arithmetic any more (``is_cut``). So is that of every atom around it.

    ``whole``: its value is always a whole number, and a multiple of ``multiple``. ``positive``: its
    value is always > 0. ``relation``: of an indicator, how ``args[0]`` stands to 0 where it is 1.
    ``exact``: what it is without roundings, once :mod:`costcalc.algebra.evaluation` worked it out.
    """

    kind: str
    text: str
    args: tuple[Number, ...]
    _: KW_ONLY
    whole: bool
    positive: bool
    multiple: int = 1
    relation: str = ""
    exact: Number | None = None

    def __post_init__(self) -> None:
        if len(self.text) > MAX_TEXT:
            from hashlib import sha256  # which takes long to load

            self.text = f"{self.text[:MAX_TEXT]}…{sha256(self.text.encode()).hexdigest()}"

    @property
    def is_cut(self) -> bool:
        return len(self.text) > MAX_TEXT

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.text == other.text

    def __lt__(self, other: Atom) -> bool:
        return self.text < other.text

    def __repr__(self) -> str:
        return f"Atom({self.text})"


def times(a: Monomial, b: Monomial) -> Monomial:
    """``a * b``; an indicator is its own square."""
    if not a:
        return b
    if not b:
        return a
    exponents = dict(a)
    for atom, exponent in b:
        exponents[atom] = 1 if atom.relation else exponents.get(atom, 0) + exponent
    return tuple(sorted(exponents.items()))


def over(a: Monomial, b: Monomial) -> Monomial | None:
    """``a / b``, which is not 1; None where it is no product of atoms."""
    exponents = dict(a)
    for atom, exponent in b:
        exponents[atom] = exponents.get(atom, 0) - exponent
    if min(exponents.values()) < 0:
        return None
    return tuple(sorted((atom, exponent) for atom, exponent in exponents.items() if exponent))


def plain(monomial: Monomial, size: int | Fraction) -> str:
    """A product with its coefficient, which is above 0, as Python's arithmetic."""
    factors = [a.text if e == 1 else f"{a.text}**{e}" for a, e in monomial]
    if size.numerator != 1 or not factors:
        factors.insert(0, str(size.numerator))
    return "*".join(factors) + (f"/{size.denominator}" if size.denominator != 1 else "")
