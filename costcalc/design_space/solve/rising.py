"""Whether a closed form in one parameter can fall: what a search by bisection rests on."""

from __future__ import annotations

from typing import Any

from costcalc.algebra.atoms import Atom
from costcalc.algebra.evaluation import value_at
from costcalc.algebra.numbers import Number
from costcalc.algebra.polynomial import Polynomial, alone


def rises(x: Number, name: str, start: Any) -> bool:
    """Whether ``x`` surely does not fall while ``name`` grows from ``start``.

    Every term must be a positive multiple of numbers that do not fall. In a product they must not
    be below 0 either, which they are not if they are not at the start.
    """
    if not isinstance(x, Polynomial):
        return True
    for monomial, coefficient in x.terms.items():
        if not monomial:
            continue
        if coefficient < 0 or not all(_atom_rises(atom, name, start) for atom, _ in monomial):
            return False
        if sum(exponent for _, exponent in monomial) > 1:
            singles = (alone(atom) for atom, _ in monomial)
            if any(value_at(single, {name: start}) < 0 for single in singles):
                return False
    return True


def _atom_rises(atom: Atom, name: str, start: Any) -> bool:
    if atom.kind == "parameter":
        return True
    if atom.kind == "divisible":
        return rises(atom.args[0], name, start)
    known = atom.kind in ("floor", "ceil", "nearest", "max", "min")
    return known and all(rises(arg, name, start) for arg in atom.args)
