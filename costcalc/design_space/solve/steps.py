"""The cost of a network as a step function of one parameter."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from costcalc.algebra.atoms import Atom
from costcalc.algebra.breaks import breaks, whole_points
from costcalc.algebra.evaluation import ROUNDINGS, free_parameters, value_at
from costcalc.algebra.numbers import Number, is_number
from costcalc.algebra.polynomial import Polynomial, alone
from costcalc.algebra.result import Json
from costcalc.analysis.costs import Measures, as_measures
from costcalc.conventions.shelf import Convention
from costcalc.design_space.sweep.axes import Binding, Value
from costcalc.design_space.sweep.checks import Check
from costcalc.design_space.sweep.structure import Costs, Structure
from costcalc.errors import CostcalcError
from costcalc.language import Spec
from costcalc.language.parameters import (
    MAX_VALUE,
    POSITIVE_INTEGER,
    POSITIVE_NUMBER,
    WHOLE_NUMBER,
    value_text,
)

Exact: TypeAlias = int | Fraction

SMALLEST = Fraction(1, MAX_VALUE)
#: The smallest value of each domain.
STARTS: dict[str, Exact] = {POSITIVE_NUMBER: SMALLEST, POSITIVE_INTEGER: 1, WHOLE_NUMBER: 0}


class Cell(NamedTuple):
    """A piece on which nothing steps: one point (``low == high``), or what is between two."""

    low: Fraction
    high: Fraction

    @property
    def inside(self) -> Fraction:
        return (self.low + self.high) / 2


class Piece(NamedTuple):
    """An interval of values with the same shapes and costs.

    Ends that are not ``closed`` do not belong to it. A piece of whole values holds low … high.
    """

    low: Value
    high: Value
    low_closed: bool
    high_closed: bool
    costs: Costs[int]

    def to_dict(self) -> Json:
        return {
            "low": value_text(self.low),
            "high": value_text(self.high),
            "low_closed": self.low_closed,
            "high_closed": self.high_closed,
            **self.costs.to_dict(),
        }


class Steps:
    """``at(value)``: the exact costs at a value of ``name``, with all others bound.

    ``structure`` is None if there is no closed form; then only single values can be asked for.
    """

    def __init__(
        self, network: Spec, asked: Convention | Measures, name: str, bound: Binding
    ) -> None:
        self.network = network
        self.measures = as_measures(asked)
        self.name = name
        self.parameter = network.parameters[name]
        self.start = STARTS[self.parameter.domain]
        self.bound = bound
        self._known: dict[Value, Costs[int] | None] = {}
        try:
            self.structure: Structure | None = Structure(network, asked, bound, pairs=False)
        except CostcalcError:
            self.structure = None

    @property
    def usual(self) -> list[Exact]:
        """The numbers that papers give the parameter, and its default."""
        values = [*map(self.parameter.bind, self.parameter.usual), self.parameter.default]
        return [value for value in values if is_number(value)]

    @property
    def form(self) -> Structure:
        assert self.structure is not None
        return self.structure

    def at(self, value: Value) -> Costs[int] | None:
        """The exact costs; None where the network does not exist."""
        if value not in self._known:
            self._known[value] = self._at(value)
        return self._known[value]

    def _at(self, value: Value) -> Costs[int] | None:
        try:
            if self.structure is not None and not isinstance(value, tuple):
                return self.structure.at({self.name: value})
            bound = {**self.bound, self.name: value}  # folded still: there may be many rounds
            return Structure(self.network, self.measures, bound, pairs=False).at({})
        except CostcalcError:
            return None

    def form_at(self, value: Exact) -> Costs[Exact]:
        """What the closed form gives, whether the network exists there or not."""
        costs = (value_at(cost, {self.name: value}) for cost in self.form.costs)
        return Costs(*costs, names=self.measures.names)

    @cached_property
    def values(self) -> list[Number]:
        """Every number of the network that may step: costs, shapes, conditions."""
        layers = self.form.graph.layers
        sizes = [x for layer in layers for x in (*layer.output, layer.times, layer.rounds)]
        return self._free([*self.form.costs, *sizes, *(c.value for c in self.form.checks)])

    def _free(self, numbers: list[Number]) -> list[Number]:
        """Those that hang on the parameter alone, each once."""
        own = {self.name}
        return [x for x in dict.fromkeys(numbers) if not is_number(x) and free_parameters(x) <= own]

    @cached_property
    def _shapes(self) -> list[Number]:
        layers = self.form.graph.layers
        return self._free([side for layer in layers for side in (*layer.output, layer.times)])

    def signature(self, value: Exact) -> tuple[object, ...]:
        """Equal at two values if they give the same shapes and costs everywhere."""
        costs = self.at(value)
        shapes = self._shapes if costs is not None else []
        return (costs, *(value_at(x, {self.name: value}) for x in shapes))

    def cells(self, low: Fraction, high: Fraction) -> list[Cell]:
        """The pieces that cover ``low < t < high``, ascending."""
        points = set(breaks(self.values, self.name, low, high))
        for check in self.form.checks:
            if check.relation == "whole":
                points |= set(whole_points(check.value, self.name, low, high))
        edges = [low, *sorted(points), high]
        cells = [Cell(low, edges[1])]
        for a, b in pairwise(edges[1:]):
            cells += [Cell(a, a), Cell(a, b)]
        return cells

    def whole_point(
        self, check: Check, start: Fraction, end: Fraction, width: Fraction
    ) -> Fraction | None:
        """The nearest value towards the end at which a number may be whole: it is, or its steps
        change. The end, if that is nowhere; None: not known. Looks ``width`` ahead at first."""
        down = end < start
        while True:
            far = max(start - width, end) if down else min(start + width, end)
            try:
                low, high = min(start, far), max(start, far)
                points = whole_points(check.value, self.name, low, high)
                points += breaks([check.value], self.name, low, high)
            except CostcalcError:  # not linear, or too many: one by one
                return None
            if points:
                nearest = max(points) if down else min(points)
                # the start may end a step that is whole throughout
                return None if check.holds({self.name: (start + nearest) / 2}) else nearest
            if far == end:
                return end
            width *= 4

    @cached_property
    def proven(self) -> bool:
        """Whether the closed form proves that no cost falls when the parameter grows: its terms
        rise, and no layer comes or goes with the parameter."""
        if self.structure is None:
            return False
        if not all(is_number(a.condition) for a in self.structure.graph.assumptions):
            return False
        if self.parameter.domain == POSITIVE_NUMBER and any(c.of_form for c in self.form.checks):
            return False
        return all(rises(cost, self.name, self.lowest) for cost in self.structure.costs)

    @cached_property
    def lowest(self) -> Exact:
        """A value at or below the smallest at which the network may exist."""
        if self.large_enough(self.start):
            return self.start
        low, _ = narrowed(self.large_enough, Fraction(self.start), lambda low: SMALLEST)
        return low

    def large_enough(self, value: Exact) -> bool:
        """Whether all conditions hold that no smaller value meets where this one does not."""
        return all(check.holds({self.name: value}) for check in self._bounds[0])

    def too_small_for_form(self, value: Exact) -> bool:
        """Whether the network may exist at a value at which its closed form does not hold yet."""
        missed = [check for check in self._bounds[0] if not check.holds({self.name: value})]
        return bool(missed) and all(check.of_form for check in missed)

    def small_enough(self, value: Exact) -> bool:
        """Whether all conditions hold that no larger value meets where this one does not."""
        return all(check.holds({self.name: value}) for check in self._bounds[1])

    @property
    def others(self) -> tuple[Check, ...]:
        """The conditions that may hold here and fail there."""
        return self._bounds[2]

    @cached_property
    def _bounds(self) -> tuple[tuple[Check, ...], tuple[Check, ...], tuple[Check, ...]]:
        kinds: tuple[list[Check], list[Check], list[Check]] = ([], [], [])
        for check in self.structure.checks if self.structure is not None else ():
            kind = 2
            if check.relation == ">=" and rises(check.value, self.name, self.start):
                kind = 0
            elif check.relation == ">=" and rises(-check.value, self.name, self.start):
                kind = 1
            kinds[kind].append(check)
        return tuple(kinds[0]), tuple(kinds[1]), tuple(kinds[2])


def narrowed(
    true: Callable[[Fraction], bool], low: Fraction, width: Callable[[Fraction], Fraction]
) -> tuple[Fraction, Fraction]:
    """An interval (low, high), at most ``width(low)`` wide, from whose inside on something is
    true that is not at the given ``low``."""
    high = Fraction(1)
    while not true(high) and high < MAX_VALUE:
        low, high = high, 2 * high
    while high - low > width(low):
        middle = (low + high) / 2
        low, high = (low, middle) if true(middle) else (middle, high)
    return low, high


def rises(x: Number, name: str, start: int | Fraction) -> bool:
    """Whether ``x`` surely does not fall while ``name`` grows from ``start``.

    Every term must be a positive multiple of numbers that do not fall. In a product they must not
    be below 0 either, which they are not if they are not at the start.
    """
    if not isinstance(x, Polynomial):
        return True
    for monomial, coefficient in x.terms.items():
        if not monomial:
            continue
        if coefficient < 0 or not all(_atom_rises(atom, name, start) for atom, _ in monomial):
            return False
        if sum(exponent for _, exponent in monomial) > 1:
            singles = (alone(atom) for atom, _ in monomial)
            if any(value_at(single, {name: start}) < 0 for single in singles):
                return False
    return True


def _atom_rises(atom: Atom, name: str, start: int | Fraction) -> bool:
    if atom.kind == "parameter":
        return True
    known = atom.kind in (*ROUNDINGS, "max", "min")
    return known and all(rises(arg, name, start) for arg in atom.args)
