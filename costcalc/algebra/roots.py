"""Algebraic roots of closed forms in one parameter. Needs sympy."""

from __future__ import annotations

from fractions import Fraction

import sympy

from costcalc.algebra.numbers import Number
from costcalc.algebra.polynomial import atoms_of
from costcalc.algebra.symbolic import to_sympy

#: Degrees up to which a root is written with square roots.
CLOSED_DEGREE = 2


def positive_roots(form: Number, name: str) -> list[sympy.Expr]:
    """The roots above 0 of ``form = 0``, ascending, each once: exact sympy numbers.

    Rational or with square roots up to degree 2, otherwise isolated algebraic numbers
    (``CRootOf``). None for what is not a polynomial in ``name``, and for 0 itself.
    """
    if {atom.text for atom in atoms_of(form)} != {name}:
        return []
    (symbol,) = to_sympy(form).free_symbols
    plain = sympy.Symbol(name)  # without assumptions, which would hide roots
    polynomial = sympy.Poly(to_sympy(form).subs(symbol, plain), plain)
    roots: set[sympy.Expr] = set()
    for factor, _ in polynomial.factor_list()[1]:
        closed = factor.degree() <= CLOSED_DEGREE
        roots.update(sympy.roots(factor, multiple=True) if closed else factor.real_roots())
    above = [root for root in roots if root.is_real and root > 0]
    return sorted(above, key=lambda root: root.evalf(50))


def positive_root(form: Number, most: int | Fraction, name: str) -> sympy.Expr | None:
    """The largest root above 0 of ``form = most``; None if there is none."""
    roots = positive_roots(form - most, name)
    return roots[-1] if roots else None


def root_text(root: sympy.Expr) -> str:
    """``1/8``, ``33/1024 ≈ 0.032226563``, ``√2/2 ≈ 0.70710678``; above degree 2 ``≈ 0.5034``."""
    if root.is_Rational and root.q <= 32:
        return str(root)
    number = f"≈ {sympy.N(root, 8)}"
    if root.has(sympy.CRootOf):
        return number
    text = str(sympy.radsimp(sympy.together(root))).replace("sqrt", "√").replace("*", "·")
    return f"{text} {number}"
