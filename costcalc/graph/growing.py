"""Rounds whose channels grow by the same number, summed in closed form.

One trial round shows that it adds as many channels as the one before; a round at a symbolic index
proves it of all, and what it costs is summed over the index.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from costcalc.algebra.evaluation import evaluate, free_parameters
from costcalc.algebra.numbers import Number, is_number, whole
from costcalc.algebra.polynomial import parameter
from costcalc.algebra.sums import NoClosedForm, by_power, sum_over
from costcalc.errors import CostcalcError
from costcalc.graph.construction import Construction, Mark
from costcalc.graph.layers import FeatureMap, Layer, Requirement
from costcalc.graph.limits import TooLong
from costcalc.graph.rounds import Round, fold_alike, shapes
from costcalc.operators import Shape
from costcalc.source.nodes import Node

#: Rounds whose amounts are added one by one where they have no sum in closed form.
MAX_ADDED = 10_000

#: Repetitions in each other whose channels grow: each tries its rounds three times.
MAX_GROWING = 4


class Growing:
    """Sums the rounds of a network under construction."""

    def __init__(self, made: Construction) -> None:
        self.made = made
        self.indices = made.sharing.indices
        self.trials = 0  # rounds under way that show whether channels grow

    @contextmanager
    def _trial(self) -> Iterator[None]:
        self.trials += 1
        try:
            yield
        finally:
            self.trials -= 1

    def adds_again(
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

    def summed(
        self, start: Mark, count: Number, i: int, once: Round, x: FeatureMap, y: FeatureMap
    ) -> FeatureMap | None:
        """All rounds from ``i`` on at once, if each adds the same number of channels; else None.

        The round since ``start``, which gave ``y`` from ``x`` and is forgotten, gives the step; a
        round at a symbolic index proves it.
        """
        made = self.made
        alike = fold_alike(made, start, once, x, y, i)
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
        names, lent = shapes(made), made.sharing.state()
        index = parameter(name, whole=True, positive=False)
        wide = x.shape._replace(channels=x.shape.channels + index * step)
        wider = wide._replace(channels=x.shape.channels + (index + 1) * step)
        self.indices.append(name)
        try:
            with self._trial():
                y = once(i + index, made.enter(x)._replace(shape=wide))
        finally:
            self.indices.pop()
        left = shapes(made)
        settled = all(left.get(key) == shape for key, shape in names.items())
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
