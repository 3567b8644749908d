"""Polynomials as sympy expressions. The only module that imports sympy, and only when asked."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import sympy

from costcalc import algebra
from costcalc.algebra import Number, is_number
from costcalc.polynomial import Atom, Polynomial


class divisible(sympy.Function):  # type: ignore[misc]
    """``divisible(x, 8)`` of MobileNet V2 as a sympy function; a number for a rational x."""

    nargs = 2

    @classmethod
    def eval(cls, x: Any, by: Any) -> Any:
        if x.is_Rational and by.is_Integer:
            return sympy.Integer(algebra.divisible(Fraction(int(x.p), int(x.q)), int(by)))
        return None

    def _latex(self, printer: Any, exp: Any = None) -> str:
        x, by = self.args
        text = rf"\operatorname{{divisible}}_{{{by}}}\left({printer._print(x)}\right)"
        return text if exp is None else rf"{text}^{{{exp}}}"


@cache
def symbol(name: str, whole: bool, positive: bool) -> sympy.Symbol:
    """One sympy symbol per parameter: equal names with unequal assumptions differ in sympy."""
    return sympy.Symbol(name, integer=True if whole else None, positive=True if positive else None)


def to_sympy(x: Number) -> sympy.Expr:
    """An exact sympy expression: a sum of products of symbols and of their roundings."""
    if is_number(x):
        return sympy.Rational(x.numerator, x.denominator)
    assert isinstance(x, Polynomial)
    return sympy.Add(
        *(
            sympy.Mul(
                sympy.Rational(Fraction(c).numerator, Fraction(c).denominator),
                *(_atom(atom) ** exponent for atom, exponent in monomial),
            )
            for monomial, c in x.terms.items()
        )
    )


@cache
def _atom(atom: Atom) -> sympy.Expr:
    if atom.kind == "parameter":
        return symbol(atom.text, atom.whole, atom.positive)
    if atom.kind == "indicator":
        relation = {"==": sympy.Eq, "!=": sympy.Ne}.get(atom.args[1])
        left = to_sympy(atom.args[0])
        condition = relation(left, 0) if relation else sympy.Rel(left, 0, atom.args[1])
        return sympy.Piecewise((1, condition), (0, True))
    args = [to_sympy(arg) for arg in atom.args]
    if atom.kind == "nearest":
        return sympy.floor(args[0] + sympy.Rational(1, 2))
    if atom.kind == "quotient":
        return args[0] / args[1]
    functions = {
        "floor": sympy.floor,
        "ceil": sympy.ceiling,
        "max": sympy.Max,
        "min": sympy.Min,
        "divisible": divisible,
    }
    return functions[atom.kind](*args)


LATEX_SYMBOLS = {"alpha": r"\alpha", "delta": r"\delta", "rho": r"\rho", "resolution": "R"}


def to_latex(x: Number) -> str:
    """The LaTeX of a closed form, in the papers' symbols."""
    expression = to_sympy(x)
    names = {
        s: LATEX_SYMBOLS.get(s.name, s.name if len(s.name) == 1 else rf"\mathrm{{{s.name}}}")
        for s in expression.free_symbols
    }
    text: str = sympy.latex(expression, symbol_names=names)
    return text
