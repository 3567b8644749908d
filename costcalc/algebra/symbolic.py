"""Polynomials as sympy expressions, and their roots. Imported when one is asked for, since sympy
takes its time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from operator import truediv

import sympy
from sympy.printing.printer import Printer
from sympy.printing.str import StrPrinter

from costcalc.algebra import numbers
from costcalc.algebra.atoms import Atom
from costcalc.algebra.evaluation import all_atoms
from costcalc.algebra.numbers import Number, is_number
from costcalc.algebra.polynomial import Polynomial, atoms_of


class divisible(sympy.Function):
    """``divisible(x, 8)`` of MobileNet V2 as a sympy function; a number for a rational x."""

    nargs = 2
    _imp_ = staticmethod(numbers.divisible)  # what lambdify calls

    @classmethod
    def eval(cls, x: sympy.Expr, by: sympy.Expr) -> sympy.Integer | None:
        if x.is_Rational and by.is_Integer:
            return sympy.Integer(numbers.divisible(Fraction(int(x.p), int(x.q)), int(by)))
        return None

    def _latex(self, printer: Printer, exp: str | None = None) -> str:
        x, by = self.args
        text = rf"\operatorname{{divisible}}_{{{by}}}\left({printer._print(x)}\right)"
        return text if exp is None else rf"{text}^{{{exp}}}"


def to_sympy(x: Number) -> sympy.Expr:
    """An exact sympy expression: a sum of products of symbols and of their roundings.

    The symbols are plain, ``Symbol("alpha")``, as users write them: to sympy one with assumptions
    is another one, which ``subs``, ``diff`` and ``solve`` then do not find, without a word.
    """
    if is_number(x):
        return sympy.Rational(x.numerator, x.denominator)
    assert isinstance(x, Polynomial)
    return sympy.Add(
        *(
            sympy.Mul(
                sympy.Rational(c.numerator, c.denominator),
                *(_atom(atom) ** exponent for atom, exponent in monomial),
            )
            for monomial, c in x.terms.items()
        )
    )


_QUARTER = sympy.Rational(1, 4)
_FUNCTIONS = {
    "floor": sympy.floor,
    "ceil": sympy.ceiling,
    "max": sympy.Max,
    "min": sympy.Min,
    "divisible": divisible,
    "quotient": truediv,
    "nearest": lambda x: sympy.floor(x + sympy.Rational(1, 2)),
    "round": lambda x: sympy.floor(x / 2 + _QUARTER) + sympy.ceiling(x / 2 - _QUARTER),
}


@cache
def _atom(atom: Atom) -> sympy.Expr:
    if atom.kind == "parameter":
        return sympy.Symbol(atom.text)
    if atom.kind == "indicator":
        condition = sympy.Rel(to_sympy(atom.args[0]), 0, atom.relation)
        return sympy.Piecewise((1, condition), (0, True))
    return _FUNCTIONS[atom.kind](*map(to_sympy, atom.args))


def known_of(*forms: Number) -> dict[sympy.Symbol, sympy.Symbol]:
    """For each parameter's plain symbol one that says what all its values are: whole, above 0."""
    return {
        sympy.Symbol(a.text): sympy.Symbol(
            a.text, integer=a.whole or None, positive=a.positive or None
        )
        for form in forms
        for a in all_atoms(form)
        if a.kind == "parameter"
    }


def without_known(expression: sympy.Expr) -> sympy.Expr:
    """The expression with plain symbols."""
    return expression.xreplace({s: sympy.Symbol(s.name) for s in expression.free_symbols})


LATEX_SYMBOLS = {"alpha": r"\alpha", "delta": r"\delta", "rho": r"\rho", "resolution": "R"}


def to_latex(x: Number) -> str:
    """The LaTeX of a closed form, in the papers' symbols."""
    return latex_of(to_sympy(x))


def latex_of(expression: sympy.Expr) -> str:
    """The LaTeX of an expression, in the papers' symbols."""
    names = {
        s: LATEX_SYMBOLS.get(s.name, s.name if len(s.name) == 1 else rf"\mathrm{{{s.name}}}")
        for s in expression.free_symbols
    }
    text: str = sympy.latex(expression, symbol_names=names)
    return text


#: What a polynomial in the parameters can't hold: one polynomial or another, as values decide.
DECIDED = (sympy.Max, sympy.Min, sympy.Piecewise)


class Undecided(Exception):
    """Which of its polynomials a max, min or condition is depends on other parameters, too."""

    def __init__(self, expression: sympy.Expr) -> None:
        super().__init__(str(expression))
        self.expression = expression


def quotient(top: sympy.Expr, bottom: sympy.Expr) -> sympy.Expr:
    """``top / bottom`` in lowest terms: in factors, or with a sum over the denominator taken apart
    where that takes fewer signs, as in ``1/N + 1/K**2``. Max, min and conditions are symbols."""
    ratio, functions = opaque(top / bottom)
    product = sympy.factor(sympy.cancel(ratio))
    shortest = min(
        (product, *_taken_apart(product)), key=lambda form: len(_SIGN.findall(plain(form)))
    )
    return shortest.xreplace({s: f for f, s in functions.items()})


#: A number, a name, or what stands between them.
_SIGN = re.compile(r"\w+|\*\*|[^\s\w]")


def _taken_apart(product: sympy.Expr) -> Iterator[sympy.Expr]:
    """A product with one of its sums divided term by term: by the denominator, the other factors
    before it, or with those multiplied in."""
    above, below = sympy.fraction(product)
    for factor in sympy.Mul.make_args(above):
        if factor.is_Add:
            rest = above / factor
            for before, inside in ((rest, 1 / below), (1, rest / below)):
                yield before * sympy.Add(*(sympy.cancel(term * inside) for term in factor.args))


def opaque(expression: sympy.Expr) -> tuple[sympy.Expr, dict[sympy.Expr, sympy.Symbol]]:
    """The expression with a symbol for every max, min and condition, and these symbols."""
    functions = {f: sympy.Symbol(plain(f)) for f in expression.atoms(*DECIDED)}
    return expression.xreplace(functions), functions


def limit(expression: sympy.Expr, symbol: sympy.Symbol, towards: str) -> sympy.Expr | None:
    """What a quotient of polynomials becomes for ``large`` or ``small`` values of a parameter.

    For large ones its leading terms; for small ones its value at 0, None if that is 0 or infinite.

    :raises Undecided: other parameters decide what a max, min or condition is.
    """
    ratio, functions = opaque(decided(expression, symbol, towards))
    top, bottom = sympy.fraction(sympy.cancel(ratio))
    if towards == "large":
        above, below = sympy.Poly(top, symbol), sympy.Poly(bottom, symbol)
        power = above.degree() - below.degree()
        value = sympy.factor(above.LC() / below.LC()) * symbol**power
    else:
        value = sympy.factor((top / bottom).subs(symbol, 0))
    if value.is_finite is False or value == 0:
        return None
    return value.xreplace({s: f for f, s in functions.items()})


def decided(expression: sympy.Expr, symbol: sympy.Symbol, towards: str) -> sympy.Expr:
    """What max, min and conditions are for ``large`` or ``small`` values of a parameter.

    :raises Undecided: other parameters decide.
    """
    choices = {
        f: _decision(f, symbol, towards)
        for f in expression.atoms(*DECIDED)
        if symbol in f.free_symbols
    }
    return expression.xreplace(choices)


def _decision(function: sympy.Expr, symbol: sympy.Symbol, towards: str) -> sympy.Expr:
    def sign(difference: sympy.Expr) -> int:
        """The sign of a polynomial of the parameter in the end."""
        difference = sympy.expand(decided(difference, symbol, towards))
        if difference == 0:
            return 0
        if difference.atoms(*DECIDED) or not difference.is_polynomial(symbol):
            raise Undecided(function)
        polynomial = sympy.Poly(difference, symbol)
        weight = polynomial.LC() if towards == "large" else polynomial.EC()
        if not (weight.is_positive or weight.is_negative):
            raise Undecided(function)
        return 1 if weight.is_positive else -1

    if isinstance(function, sympy.Piecewise):  # an indicator: 1 where a condition holds
        condition = function.args[0].cond
        return sympy.Integer(bool(condition.func(sign(condition.lhs - condition.rhs), 0)))
    wanted = 1 if isinstance(function, sympy.Max) else -1
    for candidate in function.args:
        try:
            if all(sign(candidate - other) * wanted >= 0 for other in function.args):
                return decided(candidate, symbol, towards)
        except Undecided:
            continue  # another one may pass all others
    raise Undecided(function)


class _Plain(StrPrinter):
    def __init__(self, brackets: str) -> None:
        super().__init__()
        self.brackets = brackets

    def _print_Max(self, function: sympy.Expr) -> str:
        name = type(function).__name__.lower()
        return f"{name}({', '.join(self._print(arg) for arg in function.args)})"

    _print_Min = _print_Max

    def _print_Pow(self, power: sympy.Pow, rational: bool = False) -> str:
        if power.exp.is_Integer and power.exp < -1:  # 1/K**2 and not K**(-2)
            return f"1/{self._print(power.base**-power.exp)}"
        text: str = super()._print_Pow(power, rational)
        return text

    def _print_Piecewise(self, function: sympy.Piecewise) -> str:
        condition = function.args[0].cond
        left, right = self._print(condition.lhs), self._print(condition.rhs)
        return self.brackets.format(f"{left} {condition.rel_op} {right}")


def plain(expression: sympy.Expr, brackets: str = "({})") -> str:
    """Plain Python arithmetic, as closed forms are written; ``brackets`` go around conditions."""
    text: str = _Plain(brackets).doprint(expression)
    return text


#: Degrees up to which a root is written with square roots.
CLOSED_DEGREE = 2


def positive_roots(form: Number, name: str) -> list[sympy.Expr]:
    """The roots above 0 of ``form = 0``, ascending, each once: exact sympy numbers.

    Rational or with square roots up to degree 2, otherwise isolated algebraic numbers
    (``CRootOf``). None for what is not a polynomial in ``name``, and for 0 itself.
    """
    if {atom.text for atom in atoms_of(form)} != {name}:
        return []
    polynomial = sympy.Poly(to_sympy(form), sympy.Symbol(name))
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
