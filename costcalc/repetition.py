"""Repetition: one round after the other, or folded into one round times a count."""

from __future__ import annotations

from collections.abc import Callable

from costcalc.algebra import Number, is_number
from costcalc.fields import Whole
from costcalc.layers import Layer
from costcalc.ledger import Later, Terms
from costcalc.marked import Node
from costcalc.operators import Shape
from costcalc.polynomial import evaluate, parameter
from costcalc.recorder import Recorder
from costcalc.series import NoClosedForm, by_power, sum_over

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
        self.depth = 0

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
            for i in range(count):
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
            before = (x, dict(self.named))
            start = len(self.layers)
            x = once(i, x)
            if not (first_differs and i == 0) and (x, self.named) == before:
                self.multiply(start, count - i)
                self.require_rounds(count - i, node)
                return x
        if is_number(count):
            for i in range(MAX_SETTLING + 1, count):
                x = once(i, x)
            return x
        hint = "a free count needs shapes that settle, or channels that grow by the same amount"
        raise node.error("the shapes keep changing from round to round", f"{hint}; bind the count")

    def grow(self, count: Number, once: Round, x: Shape) -> Shape | None:
        """All ``count`` rounds at once, if each adds the same number of channels; else None.

        One trial round gives the step; a round at a symbolic index proves it.
        """
        saved = self.mark()
        y = once(-1, x)
        self.restore(saved)
        if y is None or y[:2] != x[:2] or y.channels == x.channels:
            return None
        step = y.channels - x.channels
        name = "ijklmn"[min(self.depth, 5)] + "_"
        index = parameter(name, whole=True, positive=False)
        before = dict(self.named)
        self.depth += 1
        try:
            y = once(index, x._replace(channels=x.channels + index * step))
        finally:
            self.depth -= 1
        settled = all(self.named.get(key) == shape for key, shape in before.items())
        expected = x.channels + (index + 1) * step
        if y is None or y.channels != expected or y[:2] != x[:2] or not settled:
            self.restore(saved)
            return None
        self.repetitions += 1
        try:
            self.layers[saved.layers :] = [
                _summed(layer, name, count, self.repetitions)
                for layer in self.layers[saved.layers :]
            ]
        except NoClosedForm:
            self.restore(saved)
            return None
        last = {name: count - 1}
        for key, shape in self.named.items():
            if key not in before and shape is not None:
                self.named[key] = Shape(*(evaluate(side, last) for side in shape))
        return x._replace(channels=x.channels + count * step)


def _summed(layer: Layer, index: str, count: Number, repetition: int) -> Layer:
    """A layer at a symbolic index, summed over all rounds."""

    def summed(value: Number) -> Number:
        return sum_over(value * layer.times, index, count)

    terms: Terms = {
        tag: value.map(summed) if isinstance(value, Later) else summed(value)
        for tag, value in layer.terms.items()
    }
    guards = tuple(
        guard._replace(value=coefficient)
        for guard in layer.guards
        for coefficient in by_power(guard.value, index).values()
    )
    return layer._replace(
        terms=terms,
        guards=guards,
        times=1,
        rounds=layer.times * count,
        repetition=layer.repetition or repetition,
    )
