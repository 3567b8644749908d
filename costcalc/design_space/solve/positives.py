"""The largest value within budgets among all positive numbers, interval by interval.

Where the closed form proves that costs rise, bisection narrows the place down; otherwise the
intervals up to a top are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.design_space.solve.search import MAX_BUILT, Over, not_known
from costcalc.design_space.solve.steps import Cell, Exact, Piece, Steps, narrowed
from costcalc.design_space.sweep.query import rank
from costcalc.design_space.sweep.structure import Costs
from costcalc.errors import CostcalcError
from costcalc.language.parameters import MAX_VALUE

#: Relative width of the interval in which a bisection hands over to exact break points.
NARROW = Fraction(1, 2**12)
#: Where costs are not proven to rise, the parts in which a range is looked at, from above.
PARTS = 64


class Positives:
    """All positive numbers."""

    limit = MAX_VALUE

    def __init__(self, steps: Steps) -> None:
        self.steps = steps

    def fitting(self, over: Over) -> Piece | None:
        """The last interval that exists and fits."""
        steps = self.steps

        def beyond(value: Fraction) -> bool:
            return over(steps.form_at(value)) or not steps.small_enough(value)

        low = Fraction(steps.lowest)
        if beyond(low):
            return None
        low, high = narrowed(beyond, low, _near)
        looked, width = 0, high - low
        while looked <= MAX_BUILT:
            for cell in reversed(steps.cells(low, high)):
                looked += 1
                costs = steps.at(cell.inside)
                if costs is not None and not over(costs):
                    return self._piece(cell)
            if low == 0 or not steps.large_enough(low):
                return None
            # the two intervals share a point, which no open interval holds: overlap a little
            high = low + width / 2
            width *= 2
            low = max(Fraction(0), low - width)
        reason = f"the network does not exist in any of {looked:,} intervals above {low}"
        raise not_known(steps, reason)

    def smallest(self) -> Piece | None:
        """The smallest network that exists."""
        high = Fraction(self.steps.lowest) * 2
        while high <= 2 * MAX_VALUE:
            for cell in self.steps.cells(Fraction(0), high):
                if self.steps.at(cell.inside) is not None:
                    return self._piece(cell)
            if not self.steps.small_enough(high):
                return None
            high *= 4
        return None

    def after(self, best: Piece) -> tuple[Piece | None, Exact | None]:
        """The next interval with other costs at which the network exists; without one, how far it
        was looked for (None: there is none)."""
        steps, low = self.steps, Fraction(rank(best.high))
        if steps.form_at(MAX_VALUE) == best.costs:
            return None, None
        width = _near(low)
        seen = 0
        try:
            while low + width < 2 * MAX_VALUE:
                for cell in steps.cells(max(low - width, Fraction(0)), low + width):
                    if cell.low < low or (cell.high == low and best.high_closed):
                        continue
                    if seen == MAX_BUILT:  # without a closed form there, each is a graph
                        return None, cell.low
                    seen += 1
                    if steps.at(cell.inside) not in (None, best.costs):
                        return self._piece(cell), None
                if not steps.small_enough(low + width):
                    return None, None
                width *= 2
        except CostcalcError:  # more steps than are looked at
            pass
        return None, low + width

    def top(self, over: Over) -> Exact:
        """How far values are looked at."""
        high = Fraction(1)
        while high < MAX_VALUE:
            costs = self.steps.at(high)
            if costs is not None and over(costs):
                break
            high *= 2
        usual = max(self.steps.usual, default=1)
        return 4 * Fraction(max(usual, high) if high < MAX_VALUE else usual)

    def falling(self, top: Exact) -> Iterator[Piece]:
        """The cells that exist up to the top, from above; of those with the same costs that follow
        each other, the first."""
        above: Costs[int] | None = None
        for i in range(PARTS, 0, -1):
            low, high = top * Fraction(i - 1, PARTS), top * Fraction(i, PARTS)
            for cell in reversed([*self.steps.cells(low, high), Cell(high, high)]):
                costs = self.steps.at(cell.inside)
                if costs is not None and costs != above:
                    above = costs
                    yield Piece(cell.low, cell.high, True, True, costs)

    def around(self, piece: Piece) -> Piece:
        """The whole interval with the same shapes and costs."""
        return self._piece(Cell(Fraction(rank(piece.low)), Fraction(rank(piece.high))))

    step = around

    def _piece(self, cell: Cell) -> Piece:
        """The whole interval around a cell with the same shapes and costs."""
        low, low_closed = self._edge(cell, -1)
        high, high_closed = self._edge(cell, 1)
        costs = self.steps.at(cell.inside)
        assert costs is not None
        return Piece(low, high, low_closed, high_closed, costs)

    def _edge(self, cell: Cell, direction: int) -> tuple[Fraction, bool]:
        """How far values stay the same in one direction, and whether that end belongs to them."""
        same = self.steps.signature(cell.inside)
        width = max(cell.high - cell.low, _near(cell.high))
        while True:
            low, high = cell.low - width, cell.high + width
            cells = self.steps.cells(max(low, Fraction(0)), high)
            start = next(i for i, c in enumerate(cells) if c.low <= cell.inside <= c.high)
            if cell.low == cell.high:
                start = next((i for i, c in enumerate(cells) if c == cell), start)
            last = cells[start]
            ended = False
            for other in cells[start + direction :: direction] if start + direction >= 0 else ():
                if self.steps.signature(other.inside) != same:
                    ended = True
                    break
                last = other
            if ended or (direction < 0 and low <= 0):
                return last.low if direction < 0 else last.high, last.low == last.high
            if high > 2 * MAX_VALUE:
                return high, False
            width *= 2


def _near(value: Fraction) -> Fraction:
    """A small width around a value."""
    return NARROW * (min(value, Fraction(1)) or 1)
