"""The double of a count, or half of it: a multiply-accumulate is one operation, or two."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.papers.diagnosis.cause import Alternative, Cause, CostColumn, changed

PRIOR = Fraction(1)


def _counts(column: CostColumn) -> Iterator[Alternative]:
    for text, scaled in (
        ("twice the count", lambda value, printed: value * 2),
        ("half the count", lambda value, printed: value / 2),
    ):
        value = changed(column.count, scaled)
        yield Alternative("double or half", text, PRIOR / 2, value, general=True)


CAUSE = Cause(counts=_counts)
