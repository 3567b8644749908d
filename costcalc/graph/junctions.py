"""Edges that are one of two: what a round of many, or a row that may not be there, leaves open."""

from __future__ import annotations

from collections.abc import Sequence

from costcalc.algebra.numbers import Number
from costcalc.graph.layers import INPUT, FeatureMap, Junction, Layer


class Junctions:
    """The junctions of a growing network; the source of the first is ``entrance``, and each that
    follows is one less."""

    def __init__(self, inputs: int) -> None:
        self.entrance = INPUT - inputs
        self.noted: list[Junction] = []
        self.same: dict[int, int] = {}  # those that turned out to be one source

    def join(self, first: int, other: int, condition: Number | None = None) -> int:
        """The source that is ``first`` or ``other`` (:class:`Junction`)."""
        self.noted.append(Junction(first, other, condition))
        return self.entrance + 1 - len(self.noted)

    def at(self, source: int) -> Junction | None:
        """The junction that a source is; None where it is a layer or an input."""
        return self.noted[self.entrance - source] if source <= self.entrance else None

    def enter(self, x: FeatureMap) -> FeatureMap:
        """What arrives at a round that stands for many: it may come from the round before."""
        return x._replace(source=self.join(x.source, x.source))

    def leave(self, start: int, given: Sequence[FeatureMap | None]) -> None:
        """Later rounds get what a round gave, of each junction from ``start`` on, in turn."""
        for i, leaving in enumerate(given, start):
            if leaving is not None:
                self.noted[i] = self.noted[i]._replace(other=leaving.source)

    def followed(self, source: int) -> int:
        """The source that it turned out to be."""
        while source in self.same:
            source = self.same[source]
        return source

    def settle(self, layers: list[Layer]) -> tuple[tuple[Layer, ...], tuple[Junction, ...]]:
        """The layers, and the junctions that are left: one whose two sources are one is none."""
        if not self.noted:
            return tuple(layers), ()
        while self._single():
            pass
        left = [k for k in range(len(self.noted)) if self.entrance - k not in self.same]
        final = {self.entrance - k: self.entrance - i for i, k in enumerate(left)}

        def settled(source: int) -> int:
            source = self.followed(source)
            return final.get(source, source)

        follow = (
            layer._replace(inputs=tuple(map(settled, layer.inputs)))
            if min(layer.inputs, default=INPUT) <= self.entrance
            else layer
            for layer in layers
        )
        junctions = (
            j._replace(first=settled(j.first), other=settled(j.other))
            for j in (self.noted[k] for k in left)
        )
        return tuple(follow), tuple(junctions)

    def _single(self) -> bool:
        """Note those whose two sources are one; whether there were any."""
        known = len(self.same)
        for k, junction in enumerate(self.noted):
            own = self.entrance - k
            first, other = self.followed(junction.first), self.followed(junction.other)
            if own not in self.same and other in (first, own):
                self.same[own] = first
        return len(self.same) > known
