"""What is whole since other things are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from costcalc.algebra.atoms import Monomial, over
from costcalc.algebra.numbers import Number, floor, is_number
from costcalc.algebra.polynomial import Polynomial, atoms_of, constant_term, terms_of
from costcalc.algebra.polynomial import is_whole as surely_whole
from costcalc.algebra.residues import follows
from costcalc.algebra.sums import stands


def is_whole(value: Number, known: Sequence[Number]) -> bool:
    """Whether ``value`` is proven to be whole where all that is ``known`` to be is."""
    value = without_whole_part(value)
    rests = (value - one * q for one, q in shared(value, known) if stands(q, "whole"))
    return _follows(value, known) or any(_follows(without_whole_part(r), known) for r in rests)


def _follows(value: Number, known: Sequence[Number]) -> bool:
    """The same, by residues, or part by part."""
    if is_number(value):
        return stands(value, "whole")
    if not all(atom.whole for atom in atoms_of(value)):
        return all(_is_whole_extreme(m, c, known) for m, c in terms_of(value))
    return follows(value, [one for one in known if all(atom.whole for atom in atoms_of(one))])


def _is_whole_extreme(
    monomial: Monomial, coefficient: int | Fraction, known: Sequence[Number]
) -> bool:
    """Whether a multiple of max(1/2, s) is whole since that of 1/2 and that of s are."""
    if all(atom.whole for atom, _ in monomial):
        return _follows(Polynomial({monomial: coefficient}) if monomial else coefficient, known)
    match [(a, e) for a, e in monomial if not a.whole]:
        case [(atom, 1)] if atom.kind in ("max", "min"):
            rest = over(monomial, ((atom, 1),))
            factor = Polynomial({rest: coefficient}) if rest else coefficient
            return all(_follows(arg * factor, known) for arg in atom.args)
    return False


def shared(value: Number, known: Iterable[Number]) -> Iterator[tuple[Number, int | Fraction]]:
    """What is known, with the multiples of it that leave one of the products of ``value`` out."""
    own = {monomial: c for monomial, c in terms_of(value) if monomial}
    for one in known:
        for monomial, coefficient in terms_of(one):
            if monomial in own:
                yield one, Fraction(own[monomial]) / coefficient


def without_whole_part(value: Number) -> Number:
    """``value`` less what is whole at every binding: it is whole where this is."""
    constant = constant_term(value)
    terms = [Polynomial({m: c}) for m, c in terms_of(value) if m]
    return sum((t for t in terms if not surely_whole(t)), start=constant - floor(constant))
