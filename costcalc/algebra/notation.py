"""Polynomials as papers print them: ``10752·R²α²δρ² + 1024·α·classes``, ``⌊32α⌋``."""

from __future__ import annotations

from fractions import Fraction

from costcalc.algebra.atoms import Atom, Monomial
from costcalc.algebra.numbers import Number, is_number
from costcalc.algebra.polynomial import Polynomial, constant_term, denominator

#: How papers print the parameters that every spec may have.
SYMBOLS = {"alpha": "α", "delta": "δ", "rho": "ρ", "resolution": "R"}
#: What these letters stand for where nothing else is called so.
LETTERS = {letter: name for name, letter in SYMBOLS.items()}

_ROUNDS = "ijlm"
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
#: What stands around a rounding.
BRACKETS = {"floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}


def pretty(x: Number) -> str:
    """``x`` for reading: Greek letters, superscripts, brackets for rounding."""
    return x.written(_term, "−") if isinstance(x, Polynomial) else str(x)


def _term(monomial: Monomial, size: int | Fraction) -> str:
    factors = _powers(monomial)
    letters = "".join(f for f in factors if _is_letter(f))
    words = [f for f in factors if not _is_letter(f)]
    parts = [letters, *words] if letters else words
    if not parts:
        return str(size)
    if size == 1:
        return "·".join(parts)
    joined = "·".join(parts)
    if size.numerator == 1:
        return f"{joined}/{size.denominator}"
    simple = len(parts) == 1 and size.denominator == 1 and letters and len(monomial) == 1
    return f"{size}{joined}" if simple and monomial[0][1] == 1 else f"{size}·{joined}"


def in_order(monomial: Monomial) -> list[tuple[Atom, int]]:
    """Atoms with their exponents as they are printed: letters before words."""
    return sorted(monomial, key=lambda factor: _order(_power(*factor)))


def _powers(monomial: Monomial) -> list[str]:
    """The texts of its factors in that order, each written once: what nests would be written twice
    as often at each depth."""
    return sorted((_power(*factor) for factor in monomial), key=_order)


def _power(atom: Atom, exponent: int) -> str:
    text = atom_text(atom)
    return text if exponent == 1 else text + str(exponent).translate(_SUPERSCRIPTS)


_SIGNS = {">=": "≥", "<=": "≤", "==": "=", "!=": "≠"}
#: What a comparison becomes when both its sides change their signs.
_TURNED = {">=": "<=", "<=": ">=", ">": "<", "<": ">"}


def comparison(x: Number, relation: str) -> str:
    """``x relation 0`` with the constant on the right: ``L ≥ 10``, ``16k ≠ 16``, ``R ≤ 63``."""
    if isinstance(x, Polynomial) and x.sorted_terms()[0][1] < 0:
        x, relation = -x, _TURNED.get(relation, relation)
    constant = constant_term(x)
    return f"{pretty(x - constant)} {_SIGNS.get(relation, relation)} {pretty(-constant)}"


def atom_text(atom: Atom) -> str:
    """One atom: ``α``, ``⌊32α⌋``, ``divisible(24α, 8)``, ``max(1, α)``; ``max(…)`` of a cut one."""
    if atom.text.startswith("#"):  # the number of a round, that of the innermost last
        return _ROUNDS[int(atom.text[1:]) % len(_ROUNDS)]
    if atom.kind == "parameter":
        return SYMBOLS.get(atom.text, atom.text.rstrip("_"))
    if atom.is_cut:
        left, right = BRACKETS.get(atom.kind, (f"{atom.kind}(", ")"))
        return f"{left}…{right}"
    if atom.kind in BRACKETS:
        left, right = BRACKETS[atom.kind]
        return f"{left}{pretty(atom.args[0])}{right}"
    if atom.kind == "indicator":
        return f"[{comparison(atom.args[0], atom.relation)}]"
    if atom.kind == "quotient":
        return f"(({pretty(atom.args[0])})/({pretty(atom.args[1])}))"
    return f"{atom.kind}({', '.join(map(pretty, atom.args))})"


def _is_letter(factor: str) -> bool:
    return factor[0].isalpha() and not any(c.isalpha() for c in factor[1:])


def _order(factor: str) -> tuple[bool, str]:
    return (not _is_letter(factor), factor)


def as_factors(x: Number) -> str:
    """A channel count as a table cell prints it: ``32α``, ``(32α×δ)``, ``(24 + 12i)``."""
    if is_number(x):
        return str(x)
    assert isinstance(x, Polynomial)
    if len(x.terms) > 1:
        below = denominator(x)
        whole = f"({pretty(x * below)})"
        return f"({whole}/{below})" if below > 1 else whole
    ((monomial, coefficient),) = x.terms.items()
    factors = _powers(monomial)
    above, below = coefficient.numerator, coefficient.denominator
    if above != 1:
        factors[0] = f"{above}{'' if factors[0][0].isalpha() else '×'}{factors[0]}"
    if below != 1:
        factors[-1] += f"/{below}"
    return factors[0] if len(factors) == 1 else f"({'×'.join(factors)})"
