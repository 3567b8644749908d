"""Another network of the table, grown to the depth that the row prints.

A table names its rows by depth, and a network of one family is easily counted for another's: both
are a ResNet-1001, one of basic blocks and one of bottlenecks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from costcalc.graph.selection import Cannot, Target
from costcalc.papers.claims.claims import Figure
from costcalc.papers.diagnosis.hypotheses import Alternative, Counter
from costcalc.papers.verify.costs import Networks
from costcalc.papers.verify.search import subject


class _Growth(NamedTuple):
    """A network whose depth is ``start + slope·n`` in a parameter that a row of the table binds."""

    target: Target
    parameter: str
    start: int
    slope: int


def at_printed_depth(
    counter: Counter, column: Sequence[Figure], asked: Sequence[Figure], depths: Mapping[str, int]
) -> Iterator[Alternative]:
    """For each figure ``asked``, the value of each other network in the column at the greatest
    depth that is not above the one its row prints (``depths``, by row)."""
    asked = [figure for figure in asked if figure.row in depths and figure.of]
    if not asked:
        return
    grown = list(_grown(counter.networks, column))
    for figure in asked:
        for growth in grown:
            n = (depths[figure.row] - growth.start) // growth.slope
            if n < 1 or growth.target.spec == figure.of[0].spec:
                continue
            layers = growth.start + growth.slope * n
            text = f"the value of {growth.target.spec} at {growth.parameter} = {n}, {layers} layers"
            at = {**growth.target.at, growth.parameter: str(n)}
            value = _value(counter, figure.row, growth.target._replace(at=at))
            yield Alternative("other network", text, len(grown), value)


def _value(counter: Counter, row: str, target: Target) -> Callable[[Figure], Fraction | None]:
    """The value of another target, for one row."""

    def value(figure: Figure) -> Fraction | None:
        if figure.row != row:
            return None
        try:
            found = subject(counter.networks, figure._replace(of=(target,)), counter.binding)
        except Cannot:
            return None
        return found.value(counter.way)

    return value


def _grown(networks: Networks, column: Sequence[Figure]) -> Iterator[_Growth]:
    """The column's networks with the parameter that makes them deeper, each binding of the others
    once."""
    seen = set()
    for target in (figure.of[0] for figure in column if figure.of):
        for name, value in target.at.items():
            others = tuple(pair for pair in target.at.items() if pair[0] != name)
            if (target.spec, name, others) not in seen and value.isdigit():
                seen.add((target.spec, name, others))
                growth = _growth(networks, target, name, int(value))
                if growth is not None:
                    yield growth


def _growth(networks: Networks, target: Target, name: str, value: int) -> _Growth | None:
    """How depth follows a parameter: from two small networks, held against the row's own."""

    def depth(n: int) -> int:
        at = {**target.at, name: str(n)}
        return int(networks.structure(target._replace(at=at), "depth", {}))

    try:
        slope = depth(3) - depth(2)
        start = depth(2) - 2 * slope
        if slope < 1 or depth(value) != start + slope * value:
            return None
    except Cannot:
        return None
    return _Growth(target, name, start, slope)
