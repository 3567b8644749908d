"""A closed form taken apart by axes.

An atom hangs on some axes only: ``floor(32*alpha)`` on that of alpha. Axes that meet in one atom
form a *component*; every term of the polynomial is a coefficient times one monomial per component,
and each of these is a small table over its component's axes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.atoms import Atom, Monomial
from costcalc.algebra.evaluation import free_parameters
from costcalc.algebra.numbers import Number, constant
from costcalc.algebra.polynomial import Polynomial, alone, atoms_of


class Factors(NamedTuple):
    """Σ coefficient · Π monomial. ``components`` are the axes of each, ascending; a key of
    ``terms`` has one monomial per component, () standing for 1."""

    components: tuple[tuple[int, ...], ...]
    terms: Mapping[tuple[Monomial, ...], int | Fraction]


def factors(x: Number, axis_of: Mapping[str, int]) -> Factors:
    """``x`` by components of the axes that its symbols run along."""
    if not isinstance(x, Polynomial):
        return Factors((), {(): constant(x)} if x else {})
    axes = {atom: _axes(atom, axis_of) for atom in atoms_of(x)}
    components = _components(axes.values())
    place = {axis: i for i, component in enumerate(components) for axis in component}
    terms: dict[tuple[Monomial, ...], int | Fraction] = {}
    for monomial, coefficient in x.terms.items():
        parts: list[list[tuple[Atom, int]]] = [[] for _ in components]
        for atom, exponent in monomial:
            parts[place[next(iter(axes[atom]))]].append((atom, exponent))
        terms[tuple(map(tuple, parts))] = coefficient
    return Factors(components, terms)


def _axes(atom: Atom, axis_of: Mapping[str, int]) -> frozenset[int]:
    names = free_parameters(alone(atom))
    return frozenset(axis_of[name] for name in names)


def _components(groups: Iterable[frozenset[int]]) -> tuple[tuple[int, ...], ...]:
    """Sets of axes, merged where they overlap, in ascending order."""
    merged: list[set[int]] = []
    for group in set(groups):
        joined = set(group)
        apart = []
        for other in merged:
            if other & joined:
                joined |= other
            else:
                apart.append(other)
        merged = [*apart, joined]
    return tuple(sorted(tuple(sorted(component)) for component in merged))
