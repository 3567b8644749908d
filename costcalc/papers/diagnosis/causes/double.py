"""The double of a count, or half of it: a multiply-accumulate is one operation, or two."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.papers.diagnosis.alternatives import Alternative, Value, changed
from costcalc.papers.diagnosis.cause import Cause, CostColumn

PRIOR = Fraction(1)


def _counts(column: CostColumn) -> Iterator[Alternative]:
    for text, factor in (("twice the count", Fraction(2)), ("half the count", Fraction(1, 2))):
        value = _scaled(column.counter.count, factor)
        yield Alternative("double or half", text, PRIOR / 2, value, general=True)


def _scaled(count: Value, factor: Fraction) -> Value:
    return changed(count, lambda value, printed: value * factor)


CAUSE = Cause(counts=_counts)
