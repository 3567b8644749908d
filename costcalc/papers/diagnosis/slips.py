"""Slips of the hand: how right digits become wrong ones on the page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from costcalc.algebra.printed import Printed


class Slip(NamedTuple):
    """Printed digits that came out wrong: ``text`` says how, ``short`` only ``1.64 for 1.69``."""

    kind: str
    text: str
    choices: int
    short: str


def slips(printed: Printed, right: str) -> Iterator[Slip]:
    """How ``right`` may have become the printed text by a slip of the hand."""
    wrong = printed.text.replace(",", "")
    said = f"{printed.text} for {right}"
    right = right.replace(",", "")
    if wrong == right:
        return
    if len(wrong) == len(right):
        places = [i for i, (a, b) in enumerate(zip(wrong, right, strict=True)) if a != b]
        if len(places) == 2 and _swapped(wrong, right, places):
            digits = [i for i, c in enumerate(right) if c.isdigit()]
            near = abs(digits.index(places[0]) - digits.index(places[1])) == 1
            count = len(digits) - 1 if near else len(list(combinations(digits, 2)))
            text = f"two digits are swapped: {said}"
            yield Slip("swapped digits", text, max(count, 1), said)
        if len(places) == 1 and wrong[places[0]].isdigit() and right[places[0]].isdigit():
            count = 9 * sum(c.isdigit() for c in right)
            text = f"one digit is wrong: {said}"
            if places[0] == len(right) - 1:
                text = f"only the last digit differs: {said}"
                text += ", as any small difference in counting would show"
            yield Slip("replaced digit", text, count, said)
    if wrong.replace(".", "").strip("0") == right.replace(".", "").strip("0"):
        yield Slip("moved point", f"the decimal point moved: {said}", 4, said)


def _swapped(a: str, b: str, places: list[int]) -> bool:
    i, j = places
    return a[i] == b[j] and a[j] == b[i] and a[i].isdigit() and a[j].isdigit()
