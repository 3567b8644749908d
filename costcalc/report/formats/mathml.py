"""Closed forms as MathML, which browsers typeset: the signs and the order of
:mod:`costcalc.algebra.notation`."""

from __future__ import annotations

from fractions import Fraction
from html import escape

from costcalc.algebra.atoms import Atom, Monomial
from costcalc.algebra.notation import BRACKETS, atom_text, in_order
from costcalc.algebra.numbers import Number, constant
from costcalc.algebra.polynomial import Polynomial

#: Between factors: a product of letters needs no sign.
_UNSEEN, _SEEN = "<mo>&#8290;</mo>", "<mo>·</mo>"


def mathml(form: Number) -> str:
    """A formula as elements, one for each term, so that lines can end between them."""
    return " ".join(f"<math>{term}</math>" for term in _terms(form))


def _terms(form: Number) -> list[str]:
    """Terms with their signs."""
    if not isinstance(form, Polynomial):
        return [_number(constant(form))]
    terms: list[str] = []
    for monomial, c in form.sorted_terms():
        sign = "−" if c < 0 else "+" if terms else ""
        spaced = ' form="infix"' if terms else ""
        mark = f"<mo{spaced}>{sign}</mo>" if sign else ""
        terms.append(mark + _product(monomial, -c if c < 0 else c))
    return terms


def _number(number: int | Fraction) -> str:
    above, below = (f"<mn>{part}</mn>" for part in (abs(number.numerator), number.denominator))
    size = above if number.denominator == 1 else f"<mfrac>{above}{below}</mfrac>"
    return size if number >= 0 else f"<mo>−</mo>{size}"


def _product(monomial: Monomial, size: int | Fraction) -> str:
    text = _number(size) if size != 1 or not monomial else ""
    for atom, exponent in in_order(monomial):
        between = (_UNSEEN if len(atom_text(atom)) == 1 else _SEEN) if text else ""
        base = _atom(atom)
        text += between + (base if exponent == 1 else f"<msup>{base}<mn>{exponent}</mn></msup>")
    return text


def _atom(atom: Atom) -> str:
    """One element."""
    if atom.kind in ("parameter", "indicator") or atom.is_cut:
        return f"<mi>{escape(atom_text(atom))}</mi>"
    args = [f"<mrow>{''.join(_terms(arg))}</mrow>" for arg in atom.args]
    if atom.kind == "quotient":
        return f"<mfrac>{''.join(args)}</mfrac>"
    left, right = BRACKETS.get(atom.kind, ("(", ")"))
    name = "" if atom.kind in BRACKETS else f"<mi>{atom.kind}</mi>"
    inside = "<mo>,</mo>".join(args)
    return f"<mrow>{name}<mo>{left}</mo>{inside}<mo>{right}</mo></mrow>"
