"""Another network of the table, at the row's binding or grown to the depth that the row prints.

A table names its rows by depth, and a network of one family is easily counted for another's: both
are a ResNet-1001, one of basic blocks and one of bottlenecks.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from costcalc.graph.selection import Cannot, Target
from costcalc.papers.claims.claims import Figure
from costcalc.papers.diagnosis.cause import Alternative, Cause, CostColumn, Value

KIND = "other network"
PRIOR = Fraction(1, 4)


def _at_its_binding(column: CostColumn) -> Iterator[Alternative]:
    specs = sorted({target.spec for target in column.targets})
    for spec in specs:
        prior = PRIOR / max(len(specs) - 1, 1)
        value = column.network(spec)
        yield Alternative(KIND, f"the value of {spec}", prior, value, general=True)


class _Growth(NamedTuple):
    """A network whose depth is ``start + slope·n`` in a parameter that a row of the table binds."""

    target: Target
    parameter: str
    start: int
    slope: int


def _at_printed_depth(column: CostColumn) -> Iterator[Alternative]:
    """For each figure that nothing explains, the value of each other network in the column at the
    greatest depth that is not above the one its row prints."""
    left = [
        v.figure for v in column.wrong if not any(fit.explains(v.figure) for fit in column.fits)
    ]
    asked = [figure for figure in left if figure.row in column.depths]
    if not asked:
        return
    grown = list(_grown(column))
    for figure in asked:
        for growth in grown:
            n = (column.depths[figure.row] - growth.start) // growth.slope
            if n < 1 or growth.target.spec == figure.of[0].spec:
                continue
            layers = growth.start + growth.slope * n
            text = f"the value of {growth.target.spec} at {growth.parameter} = {n}, {layers} layers"
            target = growth.target._replace(at={**growth.target.at, growth.parameter: str(n)})
            value = _value(column, figure.row, target)
            yield Alternative(KIND, text, PRIOR / len(grown), value, general=True)


def _value(column: CostColumn, row: str, target: Target) -> Value:
    """The value of another target, for one row."""

    def value(figure: Figure) -> Fraction:
        if figure.row != row:
            raise Cannot
        return column.count(figure._replace(of=(target,)))

    return value


def _grown(column: CostColumn) -> Iterator[_Growth]:
    """The column's networks with the parameter that makes them deeper, each binding of the others
    once."""
    seen = set()
    for target in column.targets:
        for name, value in target.at.items():
            others = tuple(pair for pair in target.at.items() if pair[0] != name)
            if (target.spec, name, others) not in seen and value.isdigit():
                seen.add((target.spec, name, others))
                growth = _growth(column, target, name, int(value))
                if growth is not None:
                    yield growth


def _growth(column: CostColumn, target: Target, name: str, value: int) -> _Growth | None:
    """How depth follows a parameter: from two small networks, held against the row's own."""

    def depth(n: int) -> int:
        at = {**target.at, name: str(n)}
        return int(column.networks.structure(target._replace(at=at), "depth"))

    try:
        slope = depth(3) - depth(2)
        start = depth(2) - 2 * slope
        if slope < 1 or depth(value) != start + slope * value:
            return None
    except Cannot:
        return None
    return _Growth(target, name, start, slope)


AT_ITS_BINDING = Cause(counts=_at_its_binding)
AT_PRINTED_DEPTH = Cause(counts=_at_printed_depth)
