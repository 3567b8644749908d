"""Another convention than the rest of the column."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.operators.tags import Tag
from costcalc.papers.diagnosis.cause import Alternative, Cause, CostColumn
from costcalc.papers.verify.ways import all_ways

PRIOR = Fraction(1, 8)
#: Without these it is the classifier left out, a cause of its own.
_CLASSIFIER = (Tag.FC_MAC, Tag.FC_WEIGHT)


def _counts(column: CostColumn) -> Iterator[Alternative]:
    others = [
        way
        for way in all_ways(column.verdicts[0].figure.metric)
        if way is not column.way and any(tag in way.weights for tag in _CLASSIFIER)
    ]
    near = sum(way.deviations <= 1 for way in others)
    for way in others:
        prior = PRIOR / (near if way.deviations <= 1 else len(others))
        value = column.counted(way)
        yield Alternative("other convention", f"counted as {way.name}", prior, value)


CAUSE = Cause(counts=_counts)
