"""Rows that are there at some bindings only: their layers are counted where their condition holds.

A condition on free parameters leaves both ways open where the rows that follow get the same shape
either way; otherwise it is decided where nothing is rounded, and the decision is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from costcalc.algebra.evaluation import evaluate, exact, free_parameters
from costcalc.algebra.numbers import Number, compare, is_number
from costcalc.errors import CostcalcError, Place
from costcalc.graph.construction import Construction, Mark
from costcalc.graph.layers import Assumption, FeatureMap
from costcalc.operators import Mismatch, Shape
from costcalc.source.nodes import Node


class Presence:
    """Decides on rows of a network under construction; ``usual`` are numbers for the free
    parameters."""

    def __init__(self, made: Construction, usual: Mapping[str, Any]) -> None:
        self.made = made
        self.usual = usual

    def under(
        self,
        condition: Number,
        when: Node,
        place: Place,
        x: FeatureMap,
        arriving: FeatureMap | None,
        built: Callable[[], FeatureMap | None],
    ) -> FeatureMap | None:
        """What a row gives that is ``built`` from ``x`` where a condition on free parameters holds;
        elsewhere ``arriving`` goes on.

        :raises CostcalcError: it hangs on the parameters whether the row exists.
        """
        made = self.made
        start = made.mark()
        try:
            y = built()
        except (CostcalcError, Mismatch):
            made.found.sure = False
            raise
        finally:
            made.found.doubt(start.problems)  # the row may be left out
        same = arriving is not None and arriving.shape == x.shape
        if same and y is not None and _same_either_way(condition, x.shape, y.shape):
            assert arriving is not None
            self.scale(condition, start)
            return self.either(condition, y, arriving)
        if self._decided(condition, when, place):
            return y
        assumed = made.assumptions[-1]
        made.restore(start)
        made.assumptions.append(assumed)
        return arriving

    def scale(self, condition: Number, start: Mark) -> None:
        """What was built since ``start`` is there where a condition on free parameters holds."""
        usual = evaluate(condition, self.usual)
        self.made.scale(start, condition, there=not is_number(usual) or bool(usual))

    def either(self, condition: Number, y: FeatureMap, otherwise: FeatureMap) -> FeatureMap:
        """``y`` where a condition on free parameters holds, with the same shape as ``otherwise``,
        or one that differs only where it holds."""
        absorbs = y.absorbs
        if absorbs != otherwise.absorbs:
            pairs = zip(absorbs, otherwise.absorbs, strict=True)
            folded, bias, copied = (condition * a + (1 - condition) * b for a, b in pairs)
            absorbs = (folded, bias, copied)
        source = self.made.junctions.join(y.source, otherwise.source, condition)
        return FeatureMap(y.shape, source, absorbs, y.usually)

    def _decided(self, condition: Number, when: Node, place: Place) -> bool:
        """A condition on free parameters, decided where nothing is rounded, and remembered."""
        ideal = exact(condition)
        self.made.found.sure = False  # it may be decided otherwise
        if not is_number(ideal):
            names = ", ".join(sorted(free_parameters(ideal)))
            message = f"whether this row exists depends on {ideal}"
            raise when.error(message, f"give a value to {names}")
        self.made.assumptions.append(Assumption(condition, bool(ideal), place))
        return bool(ideal)


def _same_either_way(condition: Number, x: Shape, y: Shape) -> bool:
    """Whether ``y`` leaves also where the row is left out and ``x`` goes on."""
    if y == x:
        return True  # the shape is kept
    # or the row exists exactly where it changes the channels
    return y[:2] == x[:2] and bool(condition == compare("!=", x.channels, y.channels))
