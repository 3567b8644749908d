"""The cost of a network as a step function of one parameter."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from costcalc.algebra.breaks import breaks, whole_points
from costcalc.algebra.evaluation import evaluate, free_parameters
from costcalc.algebra.numbers import Number, is_number
from costcalc.analysis.count import count_spec
from costcalc.conventions.shelf import Convention
from costcalc.design_space.solve.rising import rises
from costcalc.design_space.sweep.structure import Check, Costs, Structure
from costcalc.errors import CostcalcError
from costcalc.language import Spec
from costcalc.language.parameters import MAX_VALUE, POSITIVE_INTEGER, POSITIVE_NUMBER, WHOLE_NUMBER

SMALLEST = Fraction(1, MAX_VALUE)
#: The smallest value of each domain.
STARTS: dict[str, int | Fraction] = {
    POSITIVE_NUMBER: SMALLEST,
    POSITIVE_INTEGER: 1,
    WHOLE_NUMBER: 0,
}


class Cell(NamedTuple):
    """A piece on which nothing steps: one point (``low == high``), or what is between two."""

    low: Fraction
    high: Fraction

    @property
    def inside(self) -> Fraction:
        return (self.low + self.high) / 2


class Steps:
    """``at(value)``: the exact costs at a value of ``name``, with all others bound.

    ``closed`` is False if there is no closed form; then only single values can be asked for.
    """

    def __init__(
        self, network: Spec, convention: Convention, name: str, bound: Mapping[str, Any]
    ) -> None:
        self.network = network
        self.convention = convention
        self.name = name
        self.parameter = network.parameters[name]
        self.start = STARTS[self.parameter.domain]
        self.bound = dict(bound)
        self._known: dict[Any, Costs | None] = {}
        try:
            self.structure: Structure | None = Structure(network, convention, bound, pairs=False)
        except CostcalcError:
            self.structure = None

    @property
    def usual(self) -> list[Any]:
        """The numbers that papers give the parameter, and its default."""
        values = [*map(self.parameter.bind, self.parameter.usual), self.parameter.default]
        return [value for value in values if is_number(value)]

    @property
    def closed(self) -> bool:
        return self.structure is not None

    def at(self, value: Any) -> Costs | None:
        """The exact costs; None where the network does not exist."""
        if value not in self._known:
            self._known[value] = self._at(value)
        return self._known[value]

    def _at(self, value: Any) -> Costs | None:
        try:
            if self.structure is not None and not isinstance(value, tuple):
                return self.structure.at({self.name: value})
            count = count_spec(self.network, {**self.bound, self.name: value}, self.convention)
        except CostcalcError:
            return None
        return Costs(count.mult_adds, count.params)

    def form_at(self, value: Any) -> Costs:
        """What the closed form gives, whether the network exists there or not."""
        assert self.structure is not None
        return Costs(*(evaluate(cost, {self.name: value}) for cost in self.structure.costs))

    @cached_property
    def values(self) -> list[Number]:
        """Every number of the network that may step: costs, shapes, conditions."""
        assert self.structure is not None
        found: dict[Number, None] = dict.fromkeys(self.structure.costs)
        for layer in self.structure.graph.layers:
            found |= dict.fromkeys((*layer.output, layer.times, layer.rounds))
        found |= dict.fromkeys(check.value for check in self.structure.checks)
        return [x for x in found if not is_number(x) and free_parameters(x) <= {self.name}]

    def signature(self, value: Any) -> tuple[Any, ...]:
        """Equal at two values if they give the same shapes and costs everywhere."""
        assert self.structure is not None
        layers = self.structure.graph.layers
        shapes = dict.fromkeys(side for layer in layers for side in (*layer.output, layer.times))
        known = [x for x in shapes if not is_number(x) and free_parameters(x) <= {self.name}]
        return (self.at(value), *(evaluate(x, {self.name: value}) for x in known))

    def cells(self, low: Fraction, high: Fraction) -> list[Cell]:
        """The pieces that cover ``low < t < high``, ascending."""
        assert self.structure is not None
        points = set(breaks(self.values, self.name, low, high))
        for check in self.structure.checks:
            if check.relation == "whole":
                points |= set(whole_points(check.value, self.name, low, high))
        edges = [low, *sorted(points), high]
        found = [Cell(low, edges[1])]
        for a, b in pairwise(edges[1:]):
            found += [Cell(a, a), Cell(a, b)]
        return found

    @cached_property
    def proven(self) -> bool:
        """Whether the closed form proves that no cost falls when the parameter grows: its terms
        rise, and no layer comes or goes with the parameter."""
        if self.structure is None:
            return False
        if not all(is_number(a.condition) for a in self.structure.graph.assumptions):
            return False
        return all(rises(cost, self.name, self.lowest) for cost in self.structure.costs)

    @cached_property
    def lowest(self) -> Any:
        """A value at or below the smallest at which the network may exist."""
        if self.large_enough(self.start):
            return self.start
        low, high = Fraction(self.start), Fraction(1)
        while not self.large_enough(high) and high < MAX_VALUE:
            low, high = high, 2 * high
        while high - low > SMALLEST:
            middle = (low + high) / 2
            low, high = (low, middle) if self.large_enough(middle) else (middle, high)
        return low

    def large_enough(self, value: Any) -> bool:
        """Whether all conditions hold that no smaller value meets where this one does not."""
        return all(check.holds({self.name: value}) for check in self._bounds[0])

    def small_enough(self, value: Any) -> bool:
        """Whether all conditions hold that no larger value meets where this one does not."""
        return all(check.holds({self.name: value}) for check in self._bounds[1])

    @property
    def others(self) -> tuple[Check, ...]:
        """The conditions that may hold here and fail there."""
        return self._bounds[2]

    @cached_property
    def _bounds(self) -> tuple[tuple[Check, ...], tuple[Check, ...], tuple[Check, ...]]:
        found: tuple[list[Check], list[Check], list[Check]] = ([], [], [])
        for check in self.structure.checks if self.structure is not None else ():
            kind = 2
            if check.relation == ">=" and rises(check.value, self.name, self.start):
                kind = 0
            elif check.relation == ">=" and rises(-check.value, self.name, self.start):
                kind = 1
            found[kind].append(check)
        return tuple(found[0]), tuple(found[1]), tuple(found[2])
