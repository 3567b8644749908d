"""One layer is left out, or counted at a part or a multiple of its cost."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from costcalc.algebra.numbers import is_number
from costcalc.papers.claims.claims import Figure
from costcalc.papers.diagnosis.alternatives import Alternative, Counter, Value
from costcalc.papers.diagnosis.cause import Cause, CostColumn
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
        value = _value(column.counter, position, factor)
        yield Alternative("one layer", f"the {where} {what}", prior, value, general=True)


def _value(counter: Counter, position: int, factor: Fraction) -> Value:
    def value(figure: Figure) -> Fraction | None:
        if not figure.of or figure.share:
            return None
        cost = _with_one_scaled(counter.layers(figure), position, factor)
        return None if cost is None else Fraction(counter.way.total(cost))

    return value


def _with_one_scaled(costs: list[Vector], position: int, factor: Fraction) -> Vector | None:
    """The layers' costs added up, one times a factor; None where that is no whole number."""
    if len(costs) < 3:
        return None
    total: dict[str, int] = {}
    for i, cost in enumerate(costs):
        for key, amount in cost.items():
            scaled = amount * (factor if i == position % len(costs) else 1)
            if is_number(scaled) and Fraction(scaled).denominator != 1:
                return None
            total[key] = total.get(key, 0) + int(scaled)
    return total


CAUSE = Cause(counts=_counts)
