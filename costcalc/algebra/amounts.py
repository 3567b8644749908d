"""Amounts as people write them: ``6M``, ``1.7M``, ``569M``, ``1.2G``. Exact."""

from __future__ import annotations

import re
from fractions import Fraction

from costcalc.algebra.expressions import ExpressionError, exact_number
from costcalc.errors import CostcalcError

UNITS = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}


_NUMBER = re.compile(r"[-−]?[\d.]+(/[\d.]+)?")


def amount(text: str | int | Fraction) -> int | Fraction:
    """``"1.7M"`` is 1,700,000. Units: k, M, G (or B), T; a plain number has none.

    :raises CostcalcError: not a number, or a float.
    """
    if isinstance(text, str):
        number = text.strip().replace("_", "").replace(" ", "")
        unit = UNITS.get(number[-1:], 1)
        plain = number[:-1] if unit > 1 else number
        if _NUMBER.fullmatch(plain):  # not arithmetic: 1+1M reads as 1,000,001
            try:
                found = exact_number(plain) * unit
                return int(found) if found.denominator == 1 else found
            except ExpressionError:
                pass
    elif isinstance(text, (int, Fraction)) and not isinstance(text, bool):
        return int(text) if text.denominator == 1 else text
    raise CostcalcError(f"{text!r} is not an amount", "such as 6M, 1.7M or 569000000")


def amount_text(value: int | Fraction, sign: str = "") -> str:
    """An exact amount for reading: ``40,000,000``, ``1,000,000.5``, ``1/3``; with the sign ``+``,
    ``+6``."""
    above, below = value.numerator, value.denominator
    shown = format(above, f"{sign},")
    if below == 1:
        return shown
    scaled = abs(Fraction(value)) * 10**12
    if scaled.denominator > 1:  # no decimal of twelve places is exact
        return f"{shown}/{below:,}"
    whole, rest = divmod(int(scaled), 10**12)
    before = "-" if above < 0 else sign
    return f"{before}{whole:,}.{rest:012d}".rstrip("0")
