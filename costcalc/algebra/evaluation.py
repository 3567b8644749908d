"""Closed forms at a binding, whole or partial; with every rounding dropped; at every binding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from costcalc.algebra import numbers
from costcalc.algebra.atoms import Atom
from costcalc.algebra.numbers import Number, constant
from costcalc.algebra.polynomial import Polynomial, alone, is_positive, terms_of

#: The kinds of atoms that round.
ROUNDINGS = ("floor", "ceil", "nearest", "round", "divisible")


def rewritten(x: Number, value: Callable[[Atom, dict[Atom, Number]], Number]) -> Number:
    """``x`` with every atom replaced by its ``value``, which gets the atom and the values of those
    inside: once for each atom, however often it stands in others."""
    if not isinstance(x, Polynomial):
        return x
    known: dict[Atom, Number] = {}
    for atom in x.inside_out():
        known[atom] = value(atom, known)
    return x.replace(known)


def arguments(atom: Atom, known: Mapping[Atom, Number]) -> tuple[Number, ...]:
    """The arguments of an atom, with the values of the atoms inside."""
    return tuple([a.replace(known) if isinstance(a, Polynomial) else a for a in atom.args])


def exact(x: Number) -> Number:
    """``x`` with every rounding dropped."""
    return rewritten(x, _exact_atom)


def _exact_atom(atom: Atom, known: dict[Atom, Number]) -> Number:
    """The value of an atom where rounding changes nothing, worked out once."""
    if atom.kind == "parameter":
        return alone(atom)
    if atom.exact is None:
        args = arguments(atom, known)
        atom.exact = args[0] if atom.kind in ROUNDINGS else rebuild(atom, args)
    return atom.exact


def must_be_whole(atom: Atom) -> Number | None:
    """What has to be whole for :func:`exact` to hold at an atom, if anything."""
    if atom.kind in ROUNDINGS:
        return exact(atom.args[0]) * Fraction(1, atom.multiple)
    return None


def evaluate(x: Number, values: Mapping[str, Number]) -> Number:
    """``x`` at a binding (whole or partial). Free parameters that ``values`` lacks stay free."""

    def value(atom: Atom, known: dict[Atom, Number]) -> Number:
        if atom.kind == "parameter":
            bound = values.get(atom.text)
            return alone(atom) if bound is None else bound
        return rebuild(atom, arguments(atom, known))

    return rewritten(x, value)


def value_at(x: Number, values: Mapping[str, Number]) -> int | Fraction:
    """``x`` at a binding of all its parameters."""
    return constant(evaluate(x, values))


def all_atoms(x: Number) -> Iterator[Atom]:
    """Every atom of ``x``, each once, before those in its arguments."""
    return reversed(x.inside_out() if isinstance(x, Polynomial) else ())


def divisors(x: Number) -> list[Number]:
    """What ``x`` divides by that may be 0, those inside others before these."""
    atoms = x.inside_out() if isinstance(x, Polynomial) else ()
    below = (atom.args[1] for atom in atoms if atom.kind == "quotient")
    return [divisor for divisor in below if not is_positive(divisor)]


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


def surely_not_negative(x: Number) -> bool:
    """Whether no term of ``x`` is below 0 whatever its free parameters are, which never are."""

    def rises(atom: Atom) -> bool:
        rounded = atom.kind in ROUNDINGS
        known = atom.positive or atom.kind in ("parameter", "indicator")
        return known or (rounded and surely_not_negative(atom.args[0]))

    return all(c >= 0 and all(rises(atom) for atom, _ in m) for m, c in terms_of(x))
