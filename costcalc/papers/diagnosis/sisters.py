"""Figures that were made from another table's: its printed figure, and what the two differ by.

Authors who have counted a network for ten classes get the table for a hundred by adding to the
figures that they have, with the digits and slips that those have. Such a pair of printed figures
fits if there is an exact value that prints as the one and, with what is added, as the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.printed import DIFFERS, Printed
from costcalc.papers.claims.claims import Figure
from costcalc.papers.diagnosis.fits import printed_of
from costcalc.papers.diagnosis.hypotheses import Alternative, Counter, without_classifier
from costcalc.papers.verify.verdicts import Verdict


def from_sisters(
    counter: Counter, verdicts: Sequence[Verdict], sisters: Sequence[Sequence[Verdict]]
) -> Iterator[Alternative]:
    """The figure that another table prints in the same row: with what the two counts differ by, or
    with the classifier. An earlier table may hand down its slips; a later one explains a figure
    only where it agrees with the count itself."""
    rows = {v.figure.row for v in verdicts if not v.figure.share}
    for sister in sisters:
        beside = {v.figure.row: v for v in sister if v.figure.row in rows and not v.figure.share}
        if len(beside) < 2:
            continue
        earlier = sister[0].figure.place < verdicts[0].figure.place
        table = f"the figure of {sister[0].figure.table}"
        if earlier:
            text = f"{table} plus what the counts differ by"
            yield _Pair(counter, beside, "difference").alternative(text, len(sisters), earlier)
            text = f"{table} plus the classifier"
            yield _Pair(counter, beside, "classifier here").alternative(text, len(sisters), earlier)
        else:
            text = f"{table} less its classifier"
            yield _Pair(counter, beside, "classifier there").alternative(
                text, len(sisters), earlier
            )


class _Pair(NamedTuple):
    """How the figures of a column and those ``beside`` them in another table hang together."""

    counter: Counter
    beside: Mapping[str, Verdict]
    by: str

    def alternative(self, text: str, sisters: int, earlier: bool) -> Alternative:
        return Alternative(
            "other table",
            text,
            3 * sisters,
            self.value,
            self.fits,
            lambda figure: not self.shows(figure) or (not earlier and self.also_differs(figure)),
        )

    def value(self, figure: Figure) -> Fraction | None:
        gap = self.gap(figure)
        if gap is None:
            return None
        printed = printed_of(self.beside[figure.row].figure)
        return printed.value * printed.scale + gap

    def fits(self, figure: Figure) -> bool:
        gap = self.gap(figure)
        if gap is None:
            return False
        here, there = printed_of(figure), printed_of(self.beside[figure.row].figure)
        low, high = _reach(here)
        lowest, highest = _reach(there)
        return max(low, lowest + gap) < min(high, highest + gap)

    def shows(self, figure: Figure) -> bool:
        value = self.value(figure)
        return value is not None and printed_of(figure).shows(value)

    def also_differs(self, figure: Figure) -> bool:
        return self.beside[figure.row].verdict == DIFFERS

    def gap(self, figure: Figure) -> Fraction | None:
        """What the figure here has more; None where that is not known, or nothing."""
        other = self.beside.get(figure.row)
        if other is None or figure.share:
            return None
        if self.by == "difference":
            here, there = self._count(figure), self._count(other.figure)
            found = None if here is None or there is None else here - there
        elif self.by == "classifier here":
            found = self._classifier(figure)
        else:
            found = self._classifier(other.figure)
            found = None if found is None else -found
        return found or None

    def _count(self, figure: Figure) -> Fraction | None:
        return self.counter.at({})(figure)

    def _classifier(self, figure: Figure) -> Fraction | None:
        whole = self._count(figure)
        bare = self.counter.counted(without_classifier(self.counter.way))(figure)
        return None if whole is None or bare is None else whole - bare


def _reach(printed: Printed) -> tuple[Fraction, Fraction]:
    """The exact values that print so, rounded or cut off."""
    step = printed.step * printed.scale
    value = printed.value * printed.scale
    return value - step / 2, value + step
