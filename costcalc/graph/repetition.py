"""Repetition: one round after the other, or folded into one round times a count."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from costcalc.algebra.evaluation import free_parameters
from costcalc.algebra.notation import pretty
from costcalc.algebra.numbers import Number, is_number, whole
from costcalc.errors import Undecided
from costcalc.graph.construction import Construction, Mark
from costcalc.graph.growing import Growing
from costcalc.graph.layers import FeatureMap
from costcalc.graph.limits import MAX_STEPS, too_often
from costcalc.graph.rounds import Round, fold_alike, state
from costcalc.operators.columns import Whole
from costcalc.source.nodes import Node

#: Rounds after which the shapes of a folded repetition must have settled.
MAX_SETTLING = 4


class Repeater:
    """Repeats rounds of a network under construction."""

    def __init__(self, made: Construction, unroll: bool, sampled: int = 0) -> None:
        self.made = made
        self.unroll = unroll
        self.sampled = sampled
        self.growing = Growing(made)

    def repeat(
        self,
        count: Number,
        node: Node,
        once: Round,
        x: FeatureMap | None,
        *,
        first_differs: bool = False,
        numbered: bool = False,
    ) -> FeatureMap | None:
        """``once(i, x)`` for i = 0 … count − 1; where rounds are ``numbered``, it hangs on i."""
        if is_number(count) and count > MAX_STEPS:
            raise too_often(count, node)
        if not (self.unroll or (numbered and is_number(count))):
            return self._folded(count, node, once, x, first_differs, numbered)
        if not is_number(count) and self.sampled and not numbered:
            return self._sampled(count, node, once, x, first_differs)
        if not is_number(count):
            message = f"the rounds are {pretty(count)}, a number is needed"
            raise Undecided(node.error(message, _bind(count)).problems)
        for i in range(whole(count)):
            x = once(i, x)
            if x is None:
                return None
        return x

    def _sampled(
        self, count: Number, node: Node, once: Round, x: FeatureMap | None, first_differs: bool
    ) -> FeatureMap | None:
        """Of a free number of rounds those that differ, and some that are alike, written out.

        :raises Undecided: the rounds keep changing, or one reads what others than the last gave.
        """
        made = self.made
        made.require(Whole(), count, node)
        starts: list[Mark] = []  # of the rounds that are alike
        for i in range(MAX_SETTLING + self.sampled):
            before, start = state(made, x), made.mark()
            x = once(i, x)
            if i and made.found.doubt(start.problems):
                made.found.sure = False
            if x is None:
                return None
            settled = state(made, x) == before and not (first_differs and i == 0)
            starts = [*starts, start] if settled else []
            if len(starts) == self.sampled and self._reads_the_last(starts):
                first, next_ = starts[0], [*starts, made.mark()][1]
                rounds = count - (i + 1 - self.sampled)
                made.position = first.position + (next_.position - first.position) * rounds
                made.steps = first.steps + (next_.steps - first.steps) * rounds
                made.require_rounds(count, i + 1, node)
                return x
        raise Undecided(node.error("the rounds are not alike", _bind(count)).problems)

    def _reads_the_last(self, starts: list[Mark]) -> bool:
        """Whether each round reads what it and the one before gave, or what was before all."""
        made, before = self.made, starts[0].layers

        def ages(source: int) -> Iterator[int]:
            junction = made.junctions.at(source)
            if junction is None:
                yield source
                return
            yield from (*ages(junction.first), *ages(junction.other))

        return all(
            age < before or age >= last.layers
            for last, start in pairwise(starts)
            for layer in made.layers[start.layers :]
            for source in layer.inputs
            for age in ages(source)
        )

    def _folded(
        self,
        count: Number,
        node: Node,
        once: Round,
        x: FeatureMap | None,
        first_differs: bool,
        numbered: bool,
    ) -> FeatureMap | None:
        made = self.made
        made.require(Whole(), count, node)
        for i in range(MAX_SETTLING + 1):
            if x is None or (is_number(count) and i == count):
                return x
            before, start = state(made, x), made.mark()
            y = once(i, made.enter(x))
            # a count that is free may end before a round in which something is wrong
            if i > 0 and not is_number(count) and made.found.doubt(start.problems):
                made.found.sure = False
            if y is not None and not (first_differs and i == 0):
                if state(made, y) == before and not numbered:
                    if fold_alike(made, start, once, x, y):
                        return self._fold(start, count, i, node, y)
                elif self.growing.adds_again(count, node, i + 1, once, x, y, numbered):
                    grown = self.growing.summed(start, count, i, once, x, y)
                    if grown is not None:
                        made.require_rounds(count, i, node)
                        return grown
                    y = once(i, made.enter(x))
            x = y
        if is_number(count):
            return self._settling(whole(count), node, once, x)
        made.found.sure = False
        if numbered:
            message = "what hangs on the number of the round has no closed form"
            raise node.error(message, _bind(count))
        hint = "a free count needs shapes that settle, or channels that grow by the same amount"
        raise node.error("the shapes keep changing from round to round", f"{hint}; bind the count")

    def _fold(self, start: Mark, count: Number, i: int, node: Node, y: FeatureMap) -> FeatureMap:
        """The round since ``start``, the ``i``-th, stands for all that are left."""
        self.made.leave(start, y)
        self.made.multiply(start, count - i)
        self.made.require_rounds(count, i, node)
        return y

    def _settling(
        self, count: int, node: Node, once: Round, x: FeatureMap | None
    ) -> FeatureMap | None:
        """The rounds that are left of many, one by one, until one changes nothing any more."""
        made, settled = self.made, False
        for i in range(MAX_SETTLING + 1, count):
            if x is None:
                return None
            before, start = state(made, x), made.mark()
            y = once(i, made.enter(x) if settled else x)
            same = y is not None and state(made, y) == before
            if settled and same and y is not None and fold_alike(made, start, once, x, y):
                return self._fold(start, count, i, node, y)
            settled, x = same, y
        return x


def _bind(count: Number) -> str:
    """What mends a number of rounds that is free."""
    return f"give a value to {', '.join(sorted(free_parameters(count)))}"
