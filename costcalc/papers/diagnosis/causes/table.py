"""Figures that were made from another table's: its printed figure, and what the two differ by.

Authors who have counted a network for ten classes get the table for a hundred by adding to the
figures that they have, with the digits and slips that those have; or that of a network with one
layer more. Such a pair of printed figures
fits if there is an exact value that prints as the one and, with what is added, as the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.amounts import Printed
from costcalc.graph.selection import Cannot
from costcalc.papers.claims.claims import Figure
from costcalc.papers.diagnosis.cause import Alternative, Cause, CostColumn, printed_of
from costcalc.papers.diagnosis.causes.classifier import without_classifier
from costcalc.papers.diagnosis.causes.layer import PLACES
from costcalc.papers.verify.verdicts import Verdict

PRIOR = Fraction(1, 4)

#: What a figure has more than the one of the same row in the other table.
Gap = Callable[[CostColumn, Figure, Figure], Fraction]


def _counts(column: CostColumn) -> Iterator[Alternative]:
    """An earlier table may hand down its slips; a later one explains a figure only where it agrees
    with the count itself."""
    rows = {v.figure.row for v in column.verdicts if not v.figure.share}
    for sister in column.sisters:
        beside = {v.figure.row: v for v in sister if v.figure.row in rows and not v.figure.share}
        if len(beside) < 2:
            continue
        earlier = sister[0].figure.place < column.verdicts[0].figure.place
        for said, gap, tried in _EARLIER if earlier else _LATER:
            text = f"the figure of {sister[0].figure.table} {said}"
            pair = _Pair(column, beside, gap, earlier)
            prior = PRIOR / (tried * len(column.sisters))
            yield Alternative("other table", text, prior, pair.value, pair.fits, pair.begs)


def _difference(column: CostColumn, here: Figure, there: Figure) -> Fraction:
    return column.count(here) - column.count(there)


def _classifier(column: CostColumn, figure: Figure) -> Fraction:
    return column.count(figure) - column.counted(without_classifier(column.way))(figure)


def _layer(place: int, sign: int) -> Gap:
    """The cost of one layer of the other table's network."""
    return lambda column, here, there: sign * column.layer(there, place)


#: What is said of a gap, the gap, and how many of its kind are tried.
_LAYERS: tuple[tuple[str, Gap, int], ...] = tuple(
    (said.format(where), _layer(place, sign), 2 * len(PLACES))
    for where, place in PLACES
    for said, sign in (("plus its {} once more", 1), ("less its {}", -1))
)
_EARLIER: tuple[tuple[str, Gap, int], ...] = (
    ("plus what the counts differ by", _difference, 3),
    ("plus the classifier", lambda column, here, there: _classifier(column, here), 3),
    *_LAYERS,
)
_LATER: tuple[tuple[str, Gap, int], ...] = (
    ("less its classifier", lambda column, here, there: -_classifier(column, there), 3),
)


class _Pair(NamedTuple):
    """How the figures of a column and those ``beside`` them in another table hang together."""

    column: CostColumn
    beside: Mapping[str, Verdict]
    gap: Gap
    earlier: bool

    def value(self, figure: Figure) -> Fraction:
        more = self.more(figure)
        there = printed_of(self.beside[figure.row].figure)
        return there.value * there.scale + more

    def fits(self, figure: Figure) -> bool:
        try:
            more = self.more(figure)
        except Cannot:
            return False
        low, high = _reach(printed_of(figure))
        lowest, highest = _reach(printed_of(self.beside[figure.row].figure))
        return max(low, lowest + more) < min(high, highest + more)

    def begs(self, figure: Figure) -> bool:
        """Whether the digits beside do not give these, or need an explanation themselves; asked
        where they fit."""
        if not printed_of(figure).shows(self.value(figure)):
            return True
        return not self.earlier and self.beside[figure.row].differs

    def more(self, figure: Figure) -> Fraction:
        """What the figure here has more.

        :raises Cannot: that is not known, or nothing.
        """
        if figure.row not in self.beside or figure.share:
            raise Cannot
        more = self.gap(self.column, figure, self.beside[figure.row].figure)
        if not more:
            raise Cannot
        return more


def _reach(printed: Printed) -> tuple[Fraction, Fraction]:
    """The exact values that print so, rounded or cut off."""
    step = printed.step * printed.scale
    value = printed.value * printed.scale
    return value - step / 2, value + step


CAUSE = Cause(counts=_counts)
