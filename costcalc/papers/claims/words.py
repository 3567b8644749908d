"""What words allow: the interval that ``two thirds``, ``8 to 9`` or ``more than 1.7`` stands for.

Words have no digits that could be cut off, so they only round. A share 1/n is held against what one
whole is divided by (n - 1/2 … n + 1/2), k/n is counted in n-ths, any other number by the last digit
that is written; a range gets half a unit of the last digit of each bound. One number that is only
*about* right may be off by a tenth of itself, too: ``about one-eighth`` is 1/8.8 as well.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.amounts import UNITS, read_printed
from costcalc.source.nodes import List, Node
from costcalc.source.record import text

#: Hedges that make a figure a bound: the exact value is on its one side.
AT_LEAST = ("more than", "over", "above", "at least", "超过")
AT_MOST = ("less than", "under", "below", "at most", "up to", "不到")
#: Hedges that change nothing: the figure is one that the value rounds to.
ROUNDED = ("just", "only")
#: Hedges that leave a word a tenth of itself to spare.
NEAR = (
    *("about", "almost", "approximately", "around", "near", "nearly", "roughly"),
    *("接近", "近", "近乎", "约"),
)
HEDGES = (*AT_LEAST, *AT_MOST, *ROUNDED, *NEAR)

_HALF = Fraction(1, 2)
_WRITTEN = re.compile(r"-?\d{1,30}(\.\d{1,30})?|-?\d{1,30}/0*[1-9]\d{0,29}")


class Allowed(NamedTuple):
    """The pure numbers that a figure in words allows, its ends included unless ``strict``; None is
    no end."""

    low: Fraction | None
    high: Fraction | None
    strict: bool = False

    def holds(self, value: Fraction) -> bool:
        outside = self.outside(value)
        return outside < 0 or (outside == 0 and not self.strict)

    def outside(self, value: Fraction) -> Fraction:
        """How far a value lies outside; negative inside."""
        gaps = [self.low - value] if self.low is not None else []
        return max(gaps + ([value - self.high] if self.high is not None else []))


#: What ``less`` and ``more`` leave of one quantity over the other.
COMPARED = {
    "less": Allowed(None, Fraction(1), strict=True),
    "more": Allowed(Fraction(1), None, strict=True),
}


def read_means(node: Node) -> tuple[str, ...]:
    """``means: 2/3``, or ``[8, 9]`` for a range, as written."""
    listed = node.items if isinstance(node, List) else [node]
    words = tuple(text(item, "a number") for item in listed)
    for item, word in zip(listed, words, strict=True):
        if not _WRITTEN.fullmatch(word):
            raise item.error(f"{word!r} is not a number", "such as 8, 0.5 or 2/3")
    if len(words) not in (1, 2) or list(map(Fraction, words)) != sorted(map(Fraction, words)):
        raise node.error("means is one number, or a range of two", "1/8, or [8, 9]")
    return words


def allowed(written: tuple[str, ...], unit: str, hedge: str) -> Allowed:
    """What the words allow. They are in the printed unit: ``100-600 M`` means ``[100, 600]``."""
    scale = UNITS[unit]
    first, last = Fraction(written[0]) * scale, Fraction(written[-1]) * scale
    if hedge in AT_LEAST:
        return Allowed(first, None)
    if hedge in AT_MOST:
        return Allowed(None, last)
    if len(written) == 1:
        low, high = _rounding(written[0])
        spare = abs(first) / 10 if hedge in NEAR else 0
        return Allowed(min(low * scale, first - spare), max(high * scale, first + spare))
    return Allowed(first - _step(written[0]) * scale / 2, last + _step(written[1]) * scale / 2)


def bound(printed: str, unit: str, hedge: str) -> tuple[str, ...]:
    """What a printed number means under a hedge that makes it a bound; nothing under any other."""
    if hedge not in (*AT_LEAST, *AT_MOST) or read_printed(printed, unit) is None:
        return ()
    return (printed.replace(",", ""),)


def _step(written: str) -> Fraction:
    """One unit of the last digit; thirds for two thirds."""
    if "/" in written:
        return Fraction(1, Fraction(written).denominator)
    return Fraction(1, 10 ** len(written.partition(".")[2]))


def _rounding(written: str) -> tuple[Fraction, Fraction]:
    meant = Fraction(written)
    if "/" in written and meant.numerator == 1 < meant.denominator:
        whole = meant.denominator
        return 1 / (whole + _HALF), 1 / (whole - _HALF)
    return meant - _step(written) / 2, meant + _step(written) / 2
