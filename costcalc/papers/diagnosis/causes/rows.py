"""The figure of another row or table; or one that was made from another table's.

Authors who have counted a network for ten classes get the table for a hundred by adding to the
figures that they have, with the digits and slips that those have; or that of a network with one
layer more. Such a pair of printed figures fits if there is an exact value that prints as the one
and, with what is added, as the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from costcalc.graph.selection import Cannot
from costcalc.papers.claims.claims import Figure
from costcalc.papers.diagnosis.cause import Alternative, CostColumn, printed_of, same_target
from costcalc.papers.diagnosis.causes.counting import PLACES, without_classifier
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

ROW_PRIOR = Fraction(1)
TABLE_PRIOR = Fraction(1, 4)


def other_rows(column: CostColumn, verdict: Verdict) -> Iterator[Hypothesis]:
    """The figure of another row of this column."""
    printed = printed_of(verdict.figure)

    def distance(value: Fraction) -> Fraction:
        return abs(value / printed.scale - printed.value)

    assert isinstance(verdict.computed, Fraction)
    others = [v for v in column.verdicts if not _same_subject(v, verdict)]
    for other in others:
        value = other.computed
        if not isinstance(value, Fraction):
            continue
        same = other.figure.printed == verdict.figure.printed
        if printed.shows(value) or (same and distance(value) < distance(verdict.computed)):
            text = f"the figure of row {other.figure.row}"
            evidence = f"it prints {other.figure.printed}"
            predicts = f"row {other.figure.row} should print {other.should_be}"
            yield Hypothesis("other row", text, evidence, predicts, float(ROW_PRIOR / len(others)))


def same_row_elsewhere(column: CostColumn, verdict: Verdict) -> Iterator[Hypothesis]:
    """The figure of this row in another table."""
    own = (verdict.figure.row, verdict.figure.printed)
    for other in (v for sister in column.sisters for v in sister):
        same = (other.figure.row, other.figure.printed) == own
        if same and not other.figure.repeats and not _same_subject(other, verdict):
            text = f"the figure of the same row in {other.figure.table}"
            evidence = f"it is {other.figure.printed}"
            predicts = f"{other.figure.table} agrees" if not other.differs else ""
            weight = float(ROW_PRIOR / (2 * len(column.sisters)))
            yield Hypothesis("other row", text, evidence, predicts, weight)


def _same_subject(a: Verdict, b: Verdict) -> bool:
    """Whether two figures are of the same network at the same binding."""
    return same_target(a.figure.of[0], b.figure.of[0])


# -- made from another table ----------------------------------------------------------------------

#: What a figure has more than the one of the same row in the other table.
Gap = Callable[[CostColumn, Figure, Figure], Fraction]


def other_tables(column: CostColumn) -> Iterator[Alternative]:
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
            prior = TABLE_PRIOR / (tried * len(column.sisters))
            yield Alternative("other table", text, prior, pair.value, pair.fits, pair.begs)


def _difference(column: CostColumn, here: Figure, there: Figure) -> Fraction:
    return column.count(here) - column.count(there)


def _classifier(column: CostColumn, figure: Figure) -> Fraction:
    return column.count(figure) - column.counted(without_classifier(column.way), figure)


def _layer(place: int, sign: int) -> Gap:
    """The cost of one layer of the other table's network."""
    return lambda column, here, there: sign * column.layer(place, there)


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
        low, high = _reach(figure)
        lowest, highest = _reach(self.beside[figure.row].figure)
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


def _reach(figure: Figure) -> tuple[Fraction, Fraction]:
    """The exact values that print so, rounded or cut off."""
    printed = printed_of(figure)
    step, value = printed.step * printed.scale, printed.value * printed.scale
    return value - step / 2, value + step
