"""Numbers as people write them: amounts such as ``1.7M``, exact, and printed figures such as
``569 M``, whose digits are their tolerance."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import NamedTuple

from costcalc.algebra.expressions import exact_number
from costcalc.algebra.numbers import simplest
from costcalc.errors import CostcalcError, ExpressionError

SCALES = {"K": 10**3, "M": 10**6, "G": 10**9, "B": 10**9, "T": 10**12}
#: What one unit of a printed figure is worth.
UNITS = {
    "": Fraction(1),
    **{unit: Fraction(SCALES[unit]) for unit in "KMB"},
    "%": Fraction(1, 100),
    "ms": Fraction(1, 1000),
}

ROUNDS = "rounds"
TRUNCATES = "truncates"
DIFFERS = "differs"
UNCHECKED = "unchecked"
VERDICTS = (ROUNDS, TRUNCATES, DIFFERS, UNCHECKED)

#: A number without its sign, in groups of three digits or without.
FIGURE = r"(\d{1,3}(,\d{3})+(\.\d+)?|\d{1,30}(\.\d{1,30})?)"
#: A power of ten behind it.
POWER = r"(e\+?(?P<power>\d{1,2}))?"
_AMOUNT = re.compile(
    rf"(?P<number>[-−]?({FIGURE}|[\d.]+)){POWER}(?P<below>/[\d.]+)?(?P<scale>[KMGBT]?)", re.I
)
_FIGURE = re.compile(f"-?{FIGURE}", re.ASCII)
#: Thin, no-break and narrow no-break space, which group digits in print.
_SPACES = re.compile(r"(?<=[0-9])[\u2009\u00a0\u202f](?=[0-9])")


def amount(text: str | int | Fraction) -> int | Fraction:
    """``"1.7M"``, ``"1.7m"``, ``"1.7e6"`` and ``"1,700,000"`` are 1,700,000, exactly. Units: K, M,
    G (or B), T, in either case, since nobody counts in thousandths; a plain number has none.

    :raises CostcalcError: not a number, or a float.
    """
    if isinstance(text, str):
        # not arithmetic: 1+1M reads as 1,000,001
        match = _AMOUNT.fullmatch(_SPACES.sub("", text).replace("_", "").replace(" ", ""))
        if match:
            scale: int = 10 ** int(match["power"] or 0) * SCALES.get(match["scale"].upper(), 1)
            try:
                number = exact_number(match["number"].replace(",", "") + (match["below"] or ""))
                return simplest(number * scale)
            except ExpressionError:
                pass
    elif isinstance(text, (int, Fraction)) and not isinstance(text, bool):
        return simplest(text)
    raise CostcalcError(f"{text!r} is not an amount", "such as 6M, 1.7M or 569000000")


#: Units of bytes; K, M and G alone are those of :func:`amount`.
BYTES: dict[str, int] = {
    **{f"{prefix}B": 1000**i for i, prefix in enumerate(("", "K", "M", "G", "T"))},
    **{f"{prefix}IB": 1024**i for i, prefix in enumerate("KMGT", 1)},
}


def byte_amount(text: str | int | Fraction) -> int | Fraction:
    """``"256KiB"`` is 262,144 and ``"256kB"`` 256,000, exactly; without a unit of bytes, an
    :func:`amount`.

    :raises CostcalcError: it is none of these.
    """
    match = re.fullmatch(r"(.*?)\s*([KMGT]?I?B)", text, re.I) if isinstance(text, str) else None
    try:
        if match and match[2].upper() in BYTES:
            return simplest(amount(match[1]) * BYTES[match[2].upper()])
        return amount(text)
    except CostcalcError:
        raise CostcalcError(
            f"{text!r} is no amount of bytes", "such as 256KiB, 1MB or 60000"
        ) from None


#: Units of time in femtoseconds, in which times are costs.
SECONDS = {"s": 10**15, "ms": 10**12, "us": 10**9, "µs": 10**9, "ns": 10**6, "fs": 1}


def time_amount(text: str | int | Fraction) -> int | Fraction:
    """``"100ms"`` in femtoseconds, exactly; a number without a unit is of these.

    :raises CostcalcError: it is neither.
    """
    match = re.fullmatch(r"(.*?)\s*([munµ]?s|fs)", text) if isinstance(text, str) else None
    try:
        return simplest(amount(match[1]) * SECONDS[match[2]]) if match else amount(text)
    except CostcalcError:
        raise CostcalcError(f"{text!r} is no time", "such as 100ms, 1.5s or 250us") from None


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


class Printed(NamedTuple):
    """A figure as it stands on the page. ``value`` and ``step`` (one unit of the last printed
    digit) are in the printed unit; ``scale`` says what that unit is worth."""

    text: str
    value: Fraction
    step: Fraction
    scale: Fraction

    @property
    def decimals(self) -> int:
        return len(str(self.step.denominator)) - 1

    def shows(self, value: Fraction) -> bool:
        """Whether ``value`` (a pure number), rounded or cut off, is what is printed."""
        return any(agreement(self, value))

    def write(self, value: Fraction, mode: str = ROUNDS) -> str:
        """``value`` (a pure number) with as many decimals as this figure has."""
        return digits(value / self.scale, self.step, mode, grouped="," in self.text)


def plain(text: str) -> str:
    """A printed number with the signs of a keyboard, as copied pages have them otherwise: blanks
    around it, a minus sign, spaces that group digits. Any other text is left as it is.

    >>> plain("\u221241\u2009000 ")
    '-41,000'
    """
    typed = _SPACES.sub(",", text.strip()).replace("\N{MINUS SIGN}", "-")
    return typed if _FIGURE.fullmatch(typed) else text


@lru_cache(4096)  # a diagnosis asks for each figure of a page a hundred times
def read_printed(text: str, unit: str = "") -> Printed | None:
    """The printed text as an exact value; None where it is not one number (``8 to 9``, ``half``).

    >>> read_printed("2,840", "M").value
    Fraction(2840, 1)
    """
    return printed(text, UNITS[unit]) if _FIGURE.fullmatch(text) else None


def printed(text: str, scale: Fraction) -> Printed:
    """The digits of a figure, in units worth ``scale``."""
    plain = text.replace(",", "")
    decimals = len(plain.partition(".")[2])
    return Printed(text, Fraction(plain), Fraction(1, 10**decimals), scale)


def rounded(value: Fraction, step: Fraction) -> Fraction:
    """``value`` at the nearest multiple of ``step``; a half goes away from zero."""
    return truncated(value + (-step if value < 0 else step) / 2, step)


def truncated(value: Fraction, step: Fraction) -> Fraction:
    """``value`` with the digits below ``step`` cut off."""
    size = floor(abs(value) / step) * step
    return -size if value < 0 else size


def digits(value: Fraction, step: Fraction, mode: str = ROUNDS, *, grouped: bool = False) -> str:
    """``value`` written to the decimals of ``step``, rounded or truncated."""
    exact = rounded(value, step) if mode == ROUNDS else truncated(value, step)
    decimals = len(str(step.denominator)) - 1
    whole, rest = divmod(int(abs(exact) * 10**decimals), 10**decimals)
    text = f"{whole:,}" if grouped else str(whole)
    return ("-" if exact < 0 else "") + text + (f".{rest:0{decimals}d}" if decimals else "")


def agreement(printed: Printed, value: Fraction) -> tuple[bool, bool]:
    """Whether the exact ``value`` (a pure number), rounded, is what is printed, and whether it is
    so cut off. An exact half goes away from zero or to the even digit."""
    exact, shown, step = value / printed.scale, printed.value, printed.step
    if not shown - step < exact < shown + step:
        return False, False  # quickly, for most of what is tried
    gap = abs(exact) - abs(shown)
    cut = truncated(exact, step) == shown
    if abs(gap) == step / 2:
        return gap < 0 or (shown / step) % 2 == 0, cut
    return abs(exact - shown) < step / 2, cut


def judge(printed: Printed, value: Fraction) -> str:
    """``rounds``, ``truncates`` or ``differs`` for the exact ``value`` (a pure number)."""
    rounds, cut = agreement(printed, value)
    return ROUNDS if rounds else TRUNCATES if cut else DIFFERS


class Difference(NamedTuple):
    """Printed minus computed: in units of the last printed digit, and as a share of computed."""

    steps: Fraction
    share: Fraction | None


def difference(printed: Printed, value: Fraction) -> Difference:
    """How far the printed figure is from the exact value."""
    exact = value / printed.scale
    gap = printed.value - exact
    return Difference(gap / printed.step, gap / exact if exact else None)


def counted(number: int, noun: str) -> str:
    """``1 layer``, ``50 layers``."""
    return f"{number} {noun}{'s' if number != 1 else ''}"
