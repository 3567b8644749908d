"""The cost of a network as a step function of one parameter."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from costcalc.algebra import Number, is_number
from costcalc.conventions import Convention
from costcalc.errors import CostcalcError
from costcalc.polynomial import Polynomial, evaluate, free_parameters
from costcalc.solving.breaks import breaks, whole_points
from costcalc.sweeping.structure import Costs, Structure

if TYPE_CHECKING:
    from costcalc.network import Network


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
        self, network: Network, convention: Convention, name: str, bound: Mapping[str, Any]
    ) -> None:
        self.network = network
        self.convention = convention
        self.name = name
        self.bound = dict(bound)
        self._known: dict[Any, Costs | None] = {}
        try:
            self.structure: Structure | None = Structure(
                network.spec, convention, bound, pairs=False
            )
        except CostcalcError:
            self.structure = None

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
            count = self.network.count(
                convention=self.convention, **{**self.bound, self.name: value}
            )
        except CostcalcError:
            return None
        return Costs(count.mult_adds, count.params)

    def form_at(self, value: Any) -> Costs | None:
        """The costs where the network exists; elsewhere what the closed form gives."""
        found = self.at(value)
        if found is None and self.structure is not None:
            return Costs(*(evaluate(c, {self.name: value}) for c in self.structure.costs))
        return found

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
    def rises(self) -> bool:
        """Whether the closed form proves that no cost falls when the parameter grows."""
        return self.structure is not None and all(map(_rises, self.structure.costs))


def _rises(x: Number) -> bool:
    """Whether every term is a positive multiple of rising numbers; a constant does not matter."""
    if not isinstance(x, Polynomial):
        return True
    for monomial, coefficient in x.terms.items():
        if monomial and (coefficient < 0 or not all(_atom_rises(a) for a, _ in monomial)):
            return False
    return True


def _atom_rises(atom: Any) -> bool:
    if atom.kind == "parameter":
        return True
    if atom.kind == "divisible":
        return _rises(atom.args[0])
    return atom.kind in ("floor", "ceil", "nearest", "max", "min") and all(map(_rises, atom.args))
