"""Closed forms at a binding, whole or partial, and with every rounding dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from costcalc.algebra import numbers
from costcalc.algebra.atoms import Atom
from costcalc.algebra.numbers import Number, constant
from costcalc.algebra.polynomial import Polynomial, alone, atoms_of

#: The kinds of atoms that round.
ROUNDINGS = ("floor", "ceil", "nearest", "divisible")


def exact(x: Number) -> Number:
    """``x`` with every rounding dropped."""
    return x.replace(_exact_atom) if isinstance(x, Polynomial) else x


def _exact_atom(atom: Atom) -> Number:
    """The value of an atom where rounding changes nothing."""
    if atom.kind == "parameter":
        return alone(atom)
    arguments = tuple(map(exact, atom.args))
    if atom.kind in ROUNDINGS:
        return arguments[0]
    return rebuild(atom, arguments)


def must_be_whole(atom: Atom) -> Number | None:
    """What has to be whole for :func:`exact` to hold at an atom, if anything."""
    if atom.kind in ROUNDINGS:
        return exact(atom.args[0]) * Fraction(1, atom.multiple)
    return None


def evaluate(x: Number, values: Mapping[str, Number]) -> Number:
    """``x`` at a binding (whole or partial). Free parameters that ``values`` lacks stay free."""

    def value(atom: Atom) -> Number:
        if atom.kind == "parameter":
            bound = values.get(atom.text)
            return alone(atom) if bound is None else bound
        return rebuild(atom, tuple(evaluate(arg, values) for arg in atom.args))

    return x.replace(value) if isinstance(x, Polynomial) else x


def value_at(x: Number, values: Mapping[str, Number]) -> int | Fraction:
    """``x`` at a binding of all its parameters."""
    return constant(evaluate(x, values))


def all_atoms(x: Number) -> Iterator[Atom]:
    """Every atom of ``x``, those inside rounding arguments too."""
    for atom in sorted(atoms_of(x)):  # in an order that does not hang on the hash seed
        yield atom
        for arg in atom.args:
            yield from all_atoms(arg)


def free_parameters(x: Number) -> set[str]:
    """The names of the parameters that ``x`` depends on."""
    return {atom.text for atom in all_atoms(x) if atom.kind == "parameter"}


def rebuild(atom: Atom, args: tuple[Number, ...]) -> Number:
    """The function that ``atom`` stands for, applied to other arguments."""
    if atom.kind == "quotient":
        return numbers.divide(*args)
    if atom.kind == "indicator":
        result = numbers.compare(atom.relation, args[0], 0)
        return int(result) if isinstance(result, bool) else result
    return numbers.FUNCTIONS[atom.kind](*args)
