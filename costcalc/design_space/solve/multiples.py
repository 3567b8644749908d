"""The largest value within budgets among the multiples of a unit.

Where the closed form proves that costs rise, halving narrows the place down; otherwise values are
looked at one by one, up to a top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import takewhile
from math import ceil, floor

from costcalc.algebra.numbers import simplest
from costcalc.design_space.solve.search import MAX_BUILT, MAX_SCAN, NotKnown, Over, not_known
from costcalc.design_space.solve.steps import Exact, Piece, Steps
from costcalc.design_space.sweep.query import rank
from costcalc.design_space.sweep.structure import Costs
from costcalc.language.parameters import MAX_VALUE


class Multiples:
    """``i * unit`` for i = first … last."""

    def __init__(self, steps: Steps, unit: Exact) -> None:
        self.steps = steps
        self.unit = unit
        self.last = int(MAX_VALUE // unit)
        self.limit = self.value(self.last)
        self.first = 0 if steps.start == 0 else 1
        #: Below the first: where the network may exist, but not in its closed form.
        self.below: list[int] = []
        if steps.proven:
            start, self.first = self.first, max(self.first, ceil(steps.lowest / unit))
            before = takewhile(self._without_form, range(self.first - 1, start - 1, -1))
            self.below = [i for i in before if self.at(i) is not None]

    def value(self, i: int) -> Exact:
        return simplest(i * self.unit)

    def _without_form(self, i: int) -> bool:
        return self.steps.too_small_for_form(self.value(i))

    def index(self, value: Exact) -> int:
        """Of the last multiple up to a value."""
        return floor(value / Fraction(self.unit))

    def at(self, i: int) -> Costs[int] | None:
        return self.steps.at(self.value(i))

    def form(self, i: int) -> Costs[Exact]:
        return self.steps.form_at(self.value(i))

    def piece(self, low: int, high: int) -> Piece:
        """The multiples from one to another, which cost the same."""
        costs = self.at(high)
        assert costs is not None
        return Piece(self.value(low), self.value(high), True, True, costs)

    def fitting(self, over: Over) -> Piece | None:
        """The last that exists and fits, with those before it that cost the same."""
        steps = self.steps

        def beyond(i: int) -> bool:
            return over(self.form(i)) or not steps.small_enough(self.value(i))

        i = self._existing(_first(beyond, self.first, self.last) - 1, -1)
        if i is None:
            fits = (j for j in self.below if (costs := self.at(j)) and not over(costs))
            return next((self.piece(self._same_below(j), j) for j in fits), None)
        costs = self.at(i)

        def same(j: int) -> bool:
            return self.form(j) == costs and steps.large_enough(self.value(j))

        of_form = self.form(i) == costs
        low = _first(same, self.first, i) if of_form else self.first
        if steps.others or not of_form:  # these may fail, or others cost the same, in between
            low = self._start(i, max(low, i - MAX_SCAN))
            if i - low == MAX_SCAN:
                raise NotKnown(f"more than {MAX_SCAN:,} values cost the same", "--choices")
        return self.piece(self._same_below(low) if low == self.first else low, i)

    def _same_below(self, i: int) -> int:
        """The lowest of those before the ``i``-th that have no closed form and cost the same."""
        while i - 1 in self.below and self.at(i - 1) == self.at(i):
            i -= 1
        return i

    def smallest(self) -> Piece | None:
        """The smallest network; None, too, where none of very many values exists: that nothing
        fits is known."""
        if self.below:
            return self.piece(self.below[-1], self.below[-1])
        try:
            i = self._existing(self.first, 1)
        except NotKnown:
            return None
        return None if i is None else self.piece(i, i)

    def after(self, best: Piece) -> tuple[Piece | None, Exact | None]:
        """The next value with other costs at which the network exists; without one, how far it was
        looked for (None: there is none)."""
        i = self.index(rank(best.high))
        for j in reversed(self.below):
            if j > i and self.at(j) != best.costs:
                return self.piece(j, j), None
        i = max(i + 1, self.first)  # its own costs may be none of the form
        other = _first(lambda j: self.form(j) != best.costs, i, self.last + 1)
        if other > self.last:
            return None, None
        try:
            above = self._existing(other, 1)
        except NotKnown:
            return None, self.value(other)
        return None if above is None else self.piece(above, above), None

    def _existing(self, i: int, direction: int) -> int | None:
        """The nearest multiple from the ``i``-th on at which the network exists; None: none.

        :raises NotKnown: none of very many, and there may be more.
        """
        enough = self.steps.large_enough if direction < 0 else self.steps.small_enough
        for _ in range(MAX_BUILT):
            if not self.first <= i <= self.last or not enough(self.value(i)):
                return None
            if self.at(i) is not None:
                return i
            i = self._jump(i, direction)
        reason = f"the network exists at none of {MAX_BUILT:,} values around {self.value(i)}"
        raise not_known(self.steps, reason)

    def _jump(self, i: int, direction: int) -> int:
        """The next multiple at which what must be whole can be."""
        nearest = i + direction
        for check in self.steps.others:
            if check.relation == "whole" and not check.holds({self.steps.name: self.value(i)}):
                end = Fraction(0 if direction < 0 else self.limit)
                start, unit = Fraction(self.value(i)), Fraction(self.unit)
                point = self.steps.whole_point(check, start, end, unit)
                if point is not None and direction < 0:
                    nearest = min(nearest, floor(point / self.unit))
                elif point is not None:
                    nearest = max(nearest, ceil(point / self.unit))
        return nearest

    def top(self, over: Over) -> Exact:
        """How far values are looked at."""
        most = MAX_BUILT if self.steps.structure is None else MAX_SCAN
        far = max(map(self.index, self.steps.usual), default=1)
        i = 1
        while i <= self.last and 4 * far < most:
            costs = self.at(i)
            if costs is not None:
                far = max(far, i)
                if over(costs):
                    break
            i *= 2
        return self.value(min(4 * far, self.last, most))

    def falling(self, top: Exact) -> Iterator[Piece]:
        """The values that exist up to the top, from above, and first papers' values beyond it: past
        a cut-off these are the likeliest."""
        usual = {i for v in self.steps.usual if self.value(i := self.index(v)) == v}
        looked = {*range(self.first, self.index(top) + 1), *usual}
        for i in sorted(looked, reverse=True):
            if self.at(i) is not None:
                yield self.piece(i, i)

    def around(self, piece: Piece) -> Piece:
        """The values up to one that cost the same."""
        i = self.index(rank(piece.high))
        return self.piece(self._start(i, self.first), i)

    def step(self, piece: Piece) -> Piece:
        return piece

    def _start(self, i: int, low: int) -> int:
        """From where on, at the lowest, all cost what the ``i``-th does."""
        costs = self.at(i)
        while i > low and self.at(i - 1) == costs:
            i -= 1
        return i


def _first(true: Callable[[int], bool], low: int, high: int) -> int:
    """The first number in ``low … high - 1`` from which on ``true`` is; ``high``: none."""
    while low < high:  # the library's bisection ends at 2⁶³
        middle = (low + high) // 2
        low, high = (low, middle) if true(middle) else (middle + 1, high)
    return low
