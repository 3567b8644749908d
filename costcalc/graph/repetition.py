"""Repetition: one round after the other, or folded into one round times a count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

from costcalc.algebra.evaluation import evaluate, free_parameters
from costcalc.algebra.notation import pretty
from costcalc.algebra.numbers import Number, is_number, whole
from costcalc.algebra.polynomial import parameter
from costcalc.algebra.sums import NoClosedForm, by_power, sum_over
from costcalc.errors import CostcalcError, Undecided
from costcalc.graph.construction import Construction, Mark
from costcalc.graph.layers import FeatureMap, Layer, Requirement
from costcalc.graph.limits import MAX_STEPS, TooLong, too_often
from costcalc.graph.terms import FOLDING
from costcalc.operators import Shape
from costcalc.operators.columns import Whole
from costcalc.source.nodes import Node

#: Rounds after which the shapes of a folded repetition must have settled.
MAX_SETTLING = 4

#: Rounds whose amounts are added one by one where they have no sum in closed form.
MAX_ADDED = 10_000

#: Repetitions in each other whose channels grow: each tries its rounds three times.
MAX_GROWING = 4

#: One round: its number (a polynomial while a sum is sought) and the map that arrives.
Round = Callable[[Number, FeatureMap | None], FeatureMap | None]


class Repeater:
    """Repeats rounds of a network under construction."""

    def __init__(self, made: Construction, unroll: bool, sampled: int = 0) -> None:
        self.made = made
        self.unroll = unroll
        self.sampled = sampled
        self.indices = made.sharing.indices
        self.trials = 0  # rounds under way that show whether channels grow

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
            hint = f"give a value to {', '.join(sorted(free_parameters(count)))}"
            problems = node.error(f"the rounds are {pretty(count)}, a number is needed", hint)
            raise Undecided(problems.problems)
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
            before, start = self._state(x), made.mark()
            x = once(i, x)
            if i and made.found.doubt(start.problems):
                made.found.sure = False
            if x is None:
                return None
            settled = self._state(x) == before and not (first_differs and i == 0)
            starts = [*starts, start] if settled else []
            if len(starts) == self.sampled and self._reads_the_last(starts):
                first, next_ = starts[0], [*starts, made.mark()][1]
                rounds = count - (i + 1 - self.sampled)
                made.position = first.position + (next_.position - first.position) * rounds
                made.steps = first.steps + (next_.steps - first.steps) * rounds
                made.require_rounds(count, i + 1, node)
                return x
        hint = f"give a value to {', '.join(sorted(free_parameters(count)))}"
        raise Undecided(node.error("the rounds are not alike", hint).problems)

    def _reads_the_last(self, starts: list[Mark]) -> bool:
        """Whether each round reads what it and the one before gave, or what was before all."""
        made, before = self.made, starts[0].layers

        def ages(source: int) -> Iterator[int]:
            if source > made.entrance:
                yield source
                return
            junction = made.junctions[made.entrance - source]
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
            before, start = self._state(x), made.mark()
            y = once(i, made.enter(x))
            # a count that is free may end before a round in which something is wrong
            if i > 0 and not is_number(count) and made.found.doubt(start.problems):
                made.found.sure = False
            if y is not None and not (first_differs and i == 0):
                if self._state(y) == before and not numbered:
                    if self._folds_alike(start, once, x, y):
                        return self._fold(start, count, i, node, y)
                elif self._adds_again(count, node, i + 1, once, x, y, numbered):
                    grown = self._grown(start, count, i, once, x, y)
                    if grown is not None:
                        made.require_rounds(count, i, node)
                        return grown
                    y = once(i, made.enter(x))
            x = y
        if is_number(count):
            return self._settling(whole(count), node, once, x)
        made.found.sure = False
        if numbered:
            hint = f"give a value to {', '.join(sorted(free_parameters(count)))}"
            raise node.error("what hangs on the number of the round has no closed form", hint)
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
        settled = False
        for i in range(MAX_SETTLING + 1, count):
            if x is None:
                return None
            before, start = self._state(x), self.made.mark()
            y = once(i, self.made.enter(x) if settled else x)
            same = y is not None and self._state(y) == before
            if settled and same and y is not None and self._folds_alike(start, once, x, y):
                return self._fold(start, count, i, node, y)
            settled, x = same, y
        return x

    def _state(self, x: FeatureMap | None) -> tuple[object, ...]:
        """What must be the same before and after a round that is one of several alike."""
        return (x and x.shape, self._names(), self.made.sharing.state())

    def _names(self) -> dict[str, Shape | None]:
        return {name: x and x.shape for name, x in self.made.named.items()}

    def _folds_alike(
        self, began: Mark, once: Round, x: FeatureMap, y: FeatureMap, i: int = -1
    ) -> bool:
        """Whether a round, which ``began`` there and gave ``y`` from ``x``, folds the same BNs when
        ``y`` arrives.

        What a map absorbs may hang on rows that exist at some bindings only; then rounds are tried.
        """
        made = self.made
        if x.usually != y.usually:
            return False
        if x.absorbs == y.absorbs or not any(
            layer.operator == "bn" for layer in made.layers[began.layers :]
        ):
            return True
        start = made.mark()
        kept = []
        for arriving in (x, x._replace(absorbs=y.absorbs)):
            once(i, arriving)
            terms = (layer.terms for layer in made.layers[start.layers :])
            kept.append([[one.amount(tag) for tag in FOLDING] for one in terms])
            made.restore(start)
        return kept[:1] == kept[1:]

    @contextmanager
    def _trial(self) -> Iterator[None]:
        self.trials += 1
        try:
            yield
        finally:
            self.trials -= 1

    def _adds_again(
        self,
        count: Number,
        node: Node,
        i: int,
        once: Round,
        x: FeatureMap,
        y: FeatureMap,
        numbered: bool,
    ) -> bool:
        """Whether round ``i`` adds as many channels as the one before, which gave ``y`` from ``x``.
        None are as many where rounds are ``numbered``: they may differ otherwise."""
        step = y.shape.channels - x.shape.channels
        if y.shape[:2] != x.shape[:2] or (step == 0 and not numbered):
            return False
        if self.trials == MAX_GROWING:
            if is_number(count):
                return False
            message = f"channels grow in more than {MAX_GROWING} repetitions in each other"
            raise TooLong(node.error(message, "bind the count").problems)
        start = self.made.mark()
        with self._trial():
            z = once(i, self.made.enter(y))
        self.made.restore(start)
        return z is not None and z.shape == y.shape._replace(channels=y.shape.channels + step)

    def _grown(
        self, start: Mark, count: Number, i: int, once: Round, x: FeatureMap, y: FeatureMap
    ) -> FeatureMap | None:
        """All rounds from ``i`` on at once, if each adds the same number of channels; else None.

        The round since ``start``, which gave ``y`` from ``x`` and is forgotten, gives the step; a
        round at a symbolic index proves it.
        """
        made = self.made
        alike = self._folds_alike(start, once, x, y, i)
        made.restore(start)
        step = y.shape.channels - x.shape.channels
        if not alike:
            return None
        name = f"#{len(self.indices)}"  # no parameter can be called so
        count = count - i
        last_round = self._proven(start, name, i, once, x, step)
        if last_round is None or not self._sum(start, name, count):
            made.restore(start)
            return None
        last = {name: count - 1}
        for key, given in made.named.items():
            if key not in start.named and given is not None:
                shape = Shape(*(evaluate(side, last) for side in given.shape))
                made.named[key] = given._replace(shape=shape)
        made.sharing.at(last, start.lent)
        end = x.shape._replace(channels=x.shape.channels + count * step)
        return last_round._replace(shape=end)

    def _proven(
        self, start: Mark, name: str, i: int, once: Round, x: FeatureMap, step: Number
    ) -> FeatureMap | None:
        """What the round of the number ``name``, counted from ``i`` on, gives, if it too adds
        ``step`` channels, and leaves all names that it found as they were."""
        made = self.made
        names, lent = self._names(), made.sharing.state()
        index = parameter(name, whole=True, positive=False)
        wide = x.shape._replace(channels=x.shape.channels + index * step)
        wider = wide._replace(channels=x.shape.channels + (index + 1) * step)
        self.indices.append(name)
        try:
            with self._trial():
                y = once(i + index, made.enter(x)._replace(shape=wide))
        finally:
            self.indices.pop()
        settled = all(self._names().get(key) == shape for key, shape in names.items())
        # what can't be told of all rounds at once can be told of each
        told = len(made.found.problems) == start.problems
        learned = made.sharing.state()
        settled &= all(learned[key] == of_row for key, of_row in lent.items())
        if y is None or y.shape != wider or not settled or not told:
            return None
        made.leave(start, y)
        return y

    def _sum(self, start: Mark, name: str, count: Number) -> bool:
        """Sums what came since ``start`` over all rounds; False where that has no closed form."""
        made = self.made
        made.repetitions += 1
        try:
            passed = made.position - start.position, made.steps - start.steps
            position, steps = (sum_over(rows, name, count) for rows in passed)
            made.position, made.steps = start.position + position, start.steps + steps
            made.layers[start.layers :] = [
                _summed(layer, name, count, made.repetitions)
                for layer in made.layers[start.layers :]
            ]
            made.requirements[start.requirements :] = [
                _in_every_round(needed, name, count)
                for needed in made.requirements[start.requirements :]
            ]
        except NoClosedForm:
            return False
        assumed = made.assumptions[start.assumptions :]
        return not any(name in free_parameters(a.condition) for a in assumed)


def _summed(layer: Layer, index: str, count: Number, repetition: int) -> Layer:
    """A layer at a symbolic index, summed over all rounds."""

    def asked_for(amount: Number) -> Number:
        """The sum of what few conventions weigh: that it has no closed form is told here only."""
        amount = amount * layer.times
        try:
            return sum_over(amount, index, count)
        except NoClosedForm:
            if not is_number(count) or count > MAX_ADDED:
                message = f"what is counted in {layer.name} has no closed form over its rounds"
                hint = f"bind their number, to {MAX_ADDED:,} at most, or another convention"
                raise CostcalcError(message, hint) from None
            rounds = (evaluate(amount, {index: i}) for i in range(whole(count)))
            return sum(rounds, start=0)

    def summed(amount: Number) -> Number:
        return sum_over(amount * layer.times, index, count)

    for value in (*(guard.value for guard in layer.guards), *layer.output, layer.exists):
        by_power(value, index)  # a condition can't be told either where this has no form
    return layer._replace(
        terms=layer.terms.map(summed, then=asked_for),
        moved=layer.moved_by(asked_for),
        times=1,
        rounds=layer.times * count,
        repetitions=((repetition, count), *layer.repetitions),
        ranges=(*layer.ranges, (index, count)),
    )


def _in_every_round(needed: Requirement, index: str, count: Number) -> Requirement:
    by_power(needed.value, index)
    by_power(needed.exists, index)
    return needed._replace(ranges=(*needed.ranges, (index, count)))
