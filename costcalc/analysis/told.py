"""A number that somebody was told: ``589.0M``, ``1.15 GFLOPs``, ``4.2 M params``."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.amounts import DIFFERS, FIGURE, SCALES, Printed, judge, printed
from costcalc.errors import CostcalcError

EXACT = "exact"
_TOLD = re.compile(
    rf"(?P<number>{FIGURE})\s*(?P<scale>[KMGBT]?)\s*"
    r"(?P<what>|flops?|macs?|madds?|mult-adds?|params?|parameters)",
    re.IGNORECASE,
)


class Told(NamedTuple):
    """The number as it was written. ``metric`` is "mult_adds", "params", or "" where none is said.

    MACs and FLOPs are not told apart: what one tool calls FLOPs another calls MACs.
    """

    text: str
    printed: Printed
    metric: str

    def verdict(self, value: Fraction) -> str:
        """``exact``, ``rounds`` or ``truncates``; ``differs`` beyond the printed digits."""
        if value == self.printed.value * self.printed.scale:
            return EXACT
        return judge(self.printed, value)

    def fits(self, value: Fraction) -> bool:
        return self.verdict(value) != DIFFERS

    def distance(self, value: Fraction) -> Fraction:
        """How far a value is from the number, as a share of the number."""
        told = self.printed.value * self.printed.scale
        return abs(value - told) / told


def read_told(text: str) -> Told:
    """The number in a text. The printed digits are its tolerance.

    :raises CostcalcError: it is not one number, or it is 0.
    """
    match = _TOLD.fullmatch(text.strip().replace(" ", " "))
    if match is None:
        hint = "such as 589.0M, 1.15G, 568,740,352 or 4.2M params"
        raise CostcalcError(f"{text!r} is not a number to explain", hint)
    scale = match["scale"].upper()
    figure = printed(match["number"], Fraction(SCALES[scale] if scale else 1))
    if not figure.value:
        raise CostcalcError("0 needs no explanation", "the number that you were told")
    what = match["what"].lower()
    metric = "" if not what else "params" if what.startswith("param") else "mult_adds"
    return Told(text, figure, metric)
