"""Closed forms as data that a page evaluates: a table of nodes, each form in it once.

A node is a constant (a whole number, or text where a browser's numbers could not hold it:
``"7/20"``), a symbol (``["x", "alpha"]``), a function of earlier nodes (``["floor", 3]``; an
indicator is named by its relation to 0: ``[">=", 3]``), or a sum: a list of products, each a
coefficient and the nodes that it is multiplied with (``[[1024, 5, 5], [-1]]`` is 1024·x₅² − 1).
Nothing in it is a program.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from costcalc.algebra.atoms import Atom
from costcalc.algebra.numbers import Number, constant
from costcalc.algebra.polynomial import Polynomial

#: Whole numbers beyond it are text: a browser reads them as floats.
MAX_SAFE: int = 2**53 - 1


def plain(number: int | Fraction) -> int | str:
    """A number as JSON that loses nothing."""
    small = number.denominator == 1 and -MAX_SAFE <= number <= MAX_SAFE
    return number.numerator if small else str(number)


class Nodes:
    """The table; every node stands after those that it is made of."""

    def __init__(self) -> None:
        self.table: list[Any] = []
        self._known: dict[object, int] = {}

    def add(self, form: Number) -> int:
        """The index of a form."""
        if not isinstance(form, Polynomial):
            number = constant(form)
            return self._node(number, plain(number))
        if form in self._known:
            return self._known[form]
        for atom in form.inside_out():
            self._atom(atom)
        single = form.single()
        if single is not None:
            return self._known[single]
        terms = [
            [plain(c), *(self._known[atom] for atom, exponent in m for _ in range(exponent))]
            for m, c in form.sorted_terms()
        ]
        return self._node(form, terms)

    def _atom(self, atom: Atom) -> None:
        """Adds an atom; those in its arguments are there."""
        if atom in self._known:
            return
        if atom.kind == "parameter":
            node: list[Any] = ["x", atom.text]
        else:
            kind = atom.relation if atom.kind == "indicator" else atom.kind
            node = [kind, *map(self.add, atom.args)]
        self._node(atom, node)

    def _node(self, key: object, node: object) -> int:
        if key not in self._known:
            self._known[key] = len(self.table)
            self.table.append(node)
        return self._known[key]
