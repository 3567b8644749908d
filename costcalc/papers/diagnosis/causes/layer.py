"""One layer is left out, or counted at a part or a multiple of its cost."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from costcalc.papers.claims.claims import Figure
from costcalc.papers.diagnosis.cause import Alternative, Cause, CostColumn, Value

PRIOR = Fraction(1, 8)
#: Where a layer may stand, and what its cost may be taken for.
PLACES = (("first layer", 0), ("second layer", 1), ("layer before the last", -2))
_FACTORS = (
    (Fraction(0), "is left out"),
    (Fraction(1, 2), "is counted at half its cost"),
    (Fraction(2), "is counted twice"),
    (Fraction(1, 4), "is counted at a quarter of its cost, as if its stride were doubled"),
    (Fraction(4), "is counted at four times its cost, as if its stride were missing"),
)


def _counts(column: CostColumn) -> Iterator[Alternative]:
    prior = PRIOR / (len(PLACES) * len(_FACTORS))
    for (where, position), (factor, what) in product(PLACES, _FACTORS):
        value = _value(column, position, factor)
        yield Alternative("one layer", f"the {where} {what}", prior, value, general=True)


def _value(column: CostColumn, position: int, factor: Fraction) -> Value:
    def value(figure: Figure) -> Fraction:
        return column.count(figure) + (factor - 1) * column.layer(figure, position)

    return value


CAUSE = Cause(counts=_counts)
