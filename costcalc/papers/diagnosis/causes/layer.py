"""One layer is left out, or counted at a part or a multiple of its cost."""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from costcalc.graph.selection import Cannot
from costcalc.papers.claims.claims import Figure
from costcalc.papers.diagnosis.cause import Alternative, Cause, CostColumn, Value
from costcalc.papers.verify.costs import Vector

PRIOR = Fraction(1, 8)
#: Where a layer may stand, and what its cost may be taken for.
_PLACES = (("first layer", 0), ("second layer", 1), ("layer before the last", -2))
_FACTORS = (
    (Fraction(0), "is left out"),
    (Fraction(1, 2), "is counted at half its cost"),
    (Fraction(2), "is counted twice"),
    (Fraction(1, 4), "is counted at a quarter of its cost, as if its stride were doubled"),
    (Fraction(4), "is counted at four times its cost, as if its stride were missing"),
)


def _counts(column: CostColumn) -> Iterator[Alternative]:
    prior = PRIOR / (len(_PLACES) * len(_FACTORS))
    for (where, position), (factor, what) in product(_PLACES, _FACTORS):
        value = _value(column, position, factor)
        yield Alternative("one layer", f"the {where} {what}", prior, value, general=True)


def _value(column: CostColumn, position: int, factor: Fraction) -> Value:
    def value(figure: Figure) -> Fraction:
        if figure.share:
            raise Cannot
        return Fraction(column.way.total(_one_scaled(column.layers(figure), position, factor)))

    return value


def _one_scaled(costs: list[Vector], position: int, factor: Fraction) -> Vector:
    """The layers' costs added up, one times a factor.

    :raises Cannot: that is no whole number, or there are too few layers.
    """
    if len(costs) < 3:
        raise Cannot
    place = position % len(costs)
    scaled = {key: amount * factor for key, amount in costs[place].items()}
    if any(amount.denominator != 1 for amount in scaled.values()):
        raise Cannot
    total = Counts({key: int(amount) for key, amount in scaled.items()})
    for cost in (*costs[:place], *costs[place + 1 :]):
        total.update(cost)
    return total


CAUSE = Cause(counts=_counts)
