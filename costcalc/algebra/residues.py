"""Congruences of polynomials in whole numbers, decided by their residues.

That n(n + 1)/2 is whole, or that kn/8 is wherever (3kn + 2k)/16 and k/4 are: a polynomial with
whole coefficients repeats itself modulo every number, and prime powers are independent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

from costcalc.algebra.atoms import Atom
from costcalc.algebra.numbers import Number
from costcalc.algebra.polynomial import atoms_of, denominator, terms_of

#: Residues that are tried for one prime.
MAX_RESIDUES = 4096


def follows(value: Number, known: Sequence[Number]) -> bool:
    """Whether ``value`` is whole wherever all that is ``known`` is; False where that would take
    too many residues. All atoms have whole values, which are taken to be independent."""
    return all(_follows_modulo(value, known, p) for p in prime_powers(denominator(value)))


def _follows_modulo(value: Number, known: Sequence[Number], p: int) -> bool:
    """Whether no ``p`` is left below ``value`` wherever none is left below what is known."""
    forms, atoms = [value], atoms_of(value)
    moduli = [prime_powers(denominator(value))[p]]
    others = list(known)
    while max(moduli) ** len(atoms) <= MAX_RESIDUES:
        # what has an atom in common with these, and so on
        near = [k for k in others if atoms & atoms_of(k) and denominator(k) % p == 0]
        if not near:
            break
        forms += near
        moduli += [prime_powers(denominator(k))[p] for k in near]
        atoms = atoms.union(*map(atoms_of, near))
        others = [k for k in others if k not in near]
    else:
        return False
    scaled = [form * denominator(form) for form in forms]
    for residues in product(range(max(moduli)), repeat=len(atoms)):
        point = dict(zip(atoms, residues, strict=True))
        rests = (_at(form, point) % modulus for form, modulus in zip(scaled, moduli, strict=True))
        if next(rests) and not any(rests):
            return False
    return True


def _at(form: Number, point: Mapping[Atom, int]) -> int:
    return sum(
        int(coefficient) * prod(point[atom] ** exponent for atom, exponent in monomial)
        for monomial, coefficient in terms_of(form)
    )


def prime_powers(number: int) -> dict[int, int]:
    """The primes of a number with their powers in it: 12 → {2: 4, 3: 3}."""
    powers: dict[int, int] = {}
    p = 2
    while number > 1:
        if p * p > number:
            p = number
        while number % p == 0:
            number, powers[p] = number // p, powers.get(p, 1) * p
        p += 1
    return powers
