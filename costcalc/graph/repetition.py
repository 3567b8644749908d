"""Repetition: one round after the other, or folded into one round times a count."""

from __future__ import annotations

from collections.abc import Callable

from costcalc.algebra.numbers import Number, is_number, whole
from costcalc.algebra.polynomial import evaluate, free_parameters, parameter
from costcalc.algebra.sums import NoClosedForm, by_power, sum_over
from costcalc.graph.construction import Recorder
from costcalc.graph.layers import Layer, Requirement
from costcalc.graph.terms import Bare
from costcalc.operators import Shape
from costcalc.operators.fields import Whole
from costcalc.operators.tags import Later, Terms
from costcalc.source.nodes import Node

#: Rows that one network may run through, repetitions included.
MAX_STEPS = 500_000
#: Rounds after which the shapes of a folded repetition must have settled.
MAX_SETTLING = 4

#: One round: its number (a polynomial while a sum is sought) and the shape that arrives.
Round = Callable[[Number, Shape | None], Shape | None]


class Repeater(Recorder):
    """A recorder that can repeat what is recorded."""

    def __init__(self, unroll: bool) -> None:
        super().__init__()
        self.unroll = unroll
        self.indices: list[str] = []  # the numbers of rounds that stand for all rounds

    def repeat(
        self,
        count: Number,
        node: Node,
        once: Round,
        x: Shape | None,
        *,
        first_differs: bool = False,
    ) -> Shape | None:
        """``once(i, shape)`` for i = 0 … count − 1."""
        if is_number(count) and count > MAX_STEPS and self.unroll:
            raise node.error(f"{count} repetitions", f"at most {MAX_STEPS:,}")
        if self.unroll:
            for i in range(whole(count)):
                x = once(i, x)
                if x is None:
                    return None
            return x
        self.require(Whole(), count, node)
        for i in range(MAX_SETTLING + 1):
            if is_number(count) and i == count:
                return x
            if x is None:
                return None
            grown = None if first_differs and i == 0 else self.grow(count - i, once, x)
            if grown is not None:
                self.require_rounds(count - i, node)
                return grown
            before = (x, dict(self.named), self.folds(x))
            start = self.mark()
            x = once(i, x)
            after = (x, self.named, self.folds(x))
            if not (first_differs and i == 0) and after == before:
                self.multiply(start, count - i)
                self.require_rounds(count - i, node)
                return x
        if is_number(count):
            for i in range(MAX_SETTLING + 1, whole(count)):
                x = once(i, x)
            return x
        self.undecided = True
        hint = "a free count needs shapes that settle, or channels that grow by the same amount"
        raise node.error("the shapes keep changing from round to round", f"{hint}; bind the count")

    def folds(self, x: Shape | None) -> bool | None:
        """Whether a BN that comes next is folded into what gave ``x``: its ``bias``; None if not.

        A round in which that is otherwise than in the next is not one of several alike.
        """
        return self.bare.bias if self.bare is not None and self.bare.shape is x else None

    def grow(self, count: Number, once: Round, x: Shape) -> Shape | None:
        """All ``count`` rounds at once, if each adds the same number of channels; else None.

        One trial round gives the step; a round at a symbolic index proves it.
        """
        saved = self.mark()
        folds = self.folds(x)
        y = once(-1, x)
        alike = self.folds(y) == folds
        self.restore(saved)
        if y is None or y[:2] != x[:2] or y.channels == x.channels or not alike:
            return None
        step = y.channels - x.channels
        name = f"#{len(self.indices)}"  # no parameter can be called so
        index = parameter(name, whole=True, positive=False)
        before = dict(self.named)
        arriving = x._replace(channels=x.channels + index * step)
        self.bare = None if folds is None else Bare(arriving, folds)
        self.indices.append(name)
        try:
            y = once(index, arriving)
        finally:
            self.indices.pop()
        settled = all(self.named.get(key) == shape for key, shape in before.items())
        expected = x.channels + (index + 1) * step
        if y is None or y.channels != expected or y[:2] != x[:2] or not settled:
            self.restore(saved)
            return None
        self.repetitions += 1
        self.position = saved.position + (self.position - saved.position) * count
        try:
            self.layers[saved.layers :] = [
                _summed(layer, name, count, self.repetitions)
                for layer in self.layers[saved.layers :]
            ]
            self.requirements[saved.requirements :] = [
                _in_every_round(needed, name, count)
                for needed in self.requirements[saved.requirements :]
            ]
        except NoClosedForm:
            self.restore(saved)
            return None
        if any(name in free_parameters(a.condition) for a in self.assumptions[saved.assumptions :]):
            self.restore(saved)
            return None
        last = {name: count - 1}
        for key, shape in self.named.items():
            if key not in before and shape is not None:
                self.named[key] = Shape(*(evaluate(side, last) for side in shape))
        end = x._replace(channels=x.channels + count * step)
        self.bare = None if folds is None else Bare(end, folds)
        return end


def _summed(layer: Layer, index: str, count: Number, repetition: int) -> Layer:
    """A layer at a symbolic index, summed over all rounds."""

    def summed(value: Number) -> Number:
        return sum_over(value * layer.times, index, count)

    terms: Terms = {
        tag: value.map(summed) if isinstance(value, Later) else summed(value)
        for tag, value in layer.terms.items()
    }
    for value in (*(guard.value for guard in layer.guards), *layer.output, layer.exists):
        by_power(value, index)  # a condition can't be told either where this has no form
    return layer._replace(
        terms=terms,
        times=1,
        rounds=layer.times * count,
        repetition=layer.repetition or repetition,
        ranges=(*layer.ranges, (index, count)),
    )


def _in_every_round(needed: Requirement, index: str, count: Number) -> Requirement:
    by_power(needed.value, index)
    by_power(needed.exists, index)
    return needed._replace(ranges=(*needed.ranges, (index, count)))
