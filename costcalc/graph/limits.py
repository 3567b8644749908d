"""How large a network may be: what counting refuses, every verb refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from costcalc.algebra.numbers import Number, is_number
from costcalc.algebra.sums import Ranges
from costcalc.errors import CostcalcError, Place, Problem, Undecided
from costcalc.graph.layers import Graph
from costcalc.language.model import Branch, Call, Merge, Repeat, Residual, Row, Spec
from costcalc.operators.columns import MAX_EXTENT, Value
from costcalc.source.nodes import Node

#: Rows that one network may run through, repetitions included.
MAX_STEPS = 500_000


class TooLong(Undecided):
    """Running on would take too long: no further problem is looked for."""


def too_long(place: Place) -> Problem:
    return Problem(
        f"more than {MAX_STEPS:,} rows, repetitions included", "fewer repetitions", place
    )


def too_often(rounds: int | Fraction, node: Node) -> CostcalcError:
    return node.error(f"{rounds} repetitions", f"at most {MAX_STEPS:,}")


class Rows:
    """How many rows a network surely runs through, from the counts alone: nested repetitions are
    multiplied before they are walked.

    A row under a condition is one, and a count that is free, or hangs on what only the walk knows,
    is one round. ``scope`` has the parameters.
    """

    def __init__(self, spec: Spec, scope: Mapping[str, Any]) -> None:
        self.spec = spec
        self.scope = scope
        self.of_blocks: dict[str, int] = {}

    def fewest(self, rows: tuple[Row, ...], shadowed: frozenset[str] = frozenset()) -> int:
        """``shadowed`` are the arguments of the block that the rows are in.

        :raises CostcalcError: more than there may be.
        """
        total = 0
        for row in rows:
            total += 1 + (self._inside(row, shadowed) if row.columns.when is None else 0)
            if total > MAX_STEPS:
                raise CostcalcError(too_long(row.place))
        return total

    def _inside(self, row: Row, shadowed: frozenset[str]) -> int:
        match row:
            case Repeat():
                rounds = self._rounds(row.times, shadowed)
                return rounds * self.fewest(row.body, shadowed | {row.number})
            case Call():
                rounds = 1 if row.times is None else self._rounds(row.times, shadowed)
                if row.block not in self.of_blocks:
                    block = self.spec.blocks[row.block]
                    self.of_blocks[row.block] = self.fewest(
                        block.body, frozenset((*block.takes, *block.lets))
                    )
                return len(row.calls) * rounds * self.of_blocks[row.block]
            case Merge():
                return sum(self.fewest(branch, shadowed) for branch in row.branches)
            case Residual() | Branch():
                return self.fewest(row.body, shadowed)
        return 0

    def _rounds(self, times: Value, shadowed: frozenset[str]) -> int:
        if times.names & shadowed or not times.names <= self.scope.keys():
            return 1
        try:
            rounds = times.evaluate(self.scope)
        except CostcalcError:  # the walk says what is wrong, if it gets there
            return 1
        if is_number(rounds) and rounds > MAX_STEPS:
            raise too_often(rounds, times.node)
        return int(rounds) if is_number(rounds) else 1


class Limit(NamedTuple):
    """``value`` must not be below 0 where ``exists`` is 1, in all rounds of ``ranges``."""

    value: Number
    layer: str
    ranges: Ranges = ()
    exists: Number = 1


def limits(graph: Graph) -> Iterator[Limit]:
    """What a folded graph must keep at a binding beside its conditions, each once."""
    yield Limit(MAX_STEPS - graph.steps, "the network")
    found: dict[tuple[Number, Ranges, Number], Limit] = {}

    def add(value: Number, layer: str, ranges: Ranges, exists: Number) -> None:
        if not is_number(value):
            limit = Limit(MAX_EXTENT - value, layer, ranges, exists)
            found.setdefault((value, ranges, exists), limit)

    for name, shape in graph.inputs.items():
        for side in shape:
            add(side, name, (), 1)
    for layer in graph.layers:
        spread = (layer.kernel or ()) + (layer.stride or ())
        for side in (*layer.output, *spread, layer.groups or 1):
            add(side, layer.name, layer.ranges, layer.exists)
    for needed in graph.requirements:
        if needed.relation == ">=" and not needed.of_form:
            add(needed.value + 1, needed.where, needed.ranges, needed.exists)
    yield from found.values()
