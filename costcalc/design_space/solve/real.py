"""The search over all positive numbers, interval by interval."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from costcalc.design_space.solve.found import (
    MAX_SCAN,
    Endless,
    Found,
    NotKnown,
    Over,
    Piece,
    smallest,
)
from costcalc.design_space.solve.steps import Cell, Steps
from costcalc.errors import CostcalcError
from costcalc.language.parameters import MAX_VALUE

#: Relative width of the interval in which a bisection hands over to exact break points.
NARROW = Fraction(1, 2**12)
#: Where costs are not proven to rise, the parts in which a range is looked at, from above.
PARTS = 64


def largest_real(steps: Steps, over: Over) -> Found:
    """The search over all positive real values.

    :raises Endless: the budgets hold at every value.
    :raises NotKnown: they hold far beyond all values that were seen to exist or not.
    """
    if not steps.proven:
        return _scanned(steps, over)
    if not over(steps.form_at(MAX_VALUE)):
        raise Endless(f"every {steps.name} keeps the budgets")

    def beyond(value: Fraction) -> bool:
        return over(steps.form_at(value)) or not steps.small_enough(value)

    low, high = Fraction(steps.lowest), Fraction(1)
    if beyond(low):
        return Found(None, first_real(steps))
    while not beyond(high):
        low, high = high, 2 * high
    while high - low > _near(low):
        middle = (low + high) / 2
        low, high = (low, middle) if beyond(middle) else (middle, high)
    return _descend(steps, over, low, high)


def _near(value: Fraction) -> Fraction:
    """A small width around a value."""
    return NARROW * (min(value, Fraction(1)) or 1)


def _descend(steps: Steps, over: Over, low: Fraction, high: Fraction) -> Found:
    """From an interval with the threshold inside, down to the last cell that exists and fits."""
    looked = 0
    width = high - low
    while looked <= MAX_SCAN:
        for cell in reversed(steps.cells(low, high)):
            looked += 1
            costs = steps.at(cell.inside)
            if costs is not None and not over(costs):
                best = piece_at(steps, cell)
                return Found(best, *after(steps, best))
        if low == 0 or not steps.large_enough(low):
            return Found(None, first_real(steps))
        # the two intervals share a point, which no open interval holds: overlap a little
        high = low + width / 2
        width *= 2
        low = max(Fraction(0), low - width)
    message = f"which {steps.name} is the largest within the budgets is not known"
    reason = f"the network does not exist in any of {looked:,} intervals above {low}"
    raise NotKnown(f"{message}: {reason}", "--choices or --multiple")


def _scanned(steps: Steps, over: Over) -> Found:
    """Where costs may fall: every cell far beyond the first value that is too large and the last
    usual one, and none beyond."""
    high = Fraction(1)
    while high < MAX_VALUE:
        costs = steps.at(high)
        if costs is not None and over(costs):
            break
        high *= 2
    usual = max(steps.usual, default=1)
    top = 4 * Fraction(max(usual, high) if high < MAX_VALUE else usual)
    above: Piece | None = None
    seen = []
    for i in range(PARTS, 0, -1):
        low, high = top * Fraction(i - 1, PARTS), top * Fraction(i, PARTS)
        for cell in reversed([*steps.cells(low, high), Cell(high, high)]):
            costs = steps.at(cell.inside)
            if costs is None or (above is not None and costs == above.costs):
                continue
            if not over(costs):
                best = piece_at(steps, cell)
                above = None if above is None else piece_at(steps, Cell(above.low, above.high))
                return Found(best, above, top)
            above = Piece(cell.low, cell.high, True, True, costs)
            seen.append(above)
    least = smallest(seen)
    found = None if least is None else piece_at(steps, Cell(least.low, least.high))
    return Found(None, found, top)


def piece_at(steps: Steps, cell: Cell) -> Piece:
    """The whole interval around a cell with the same shapes and costs."""
    same = steps.signature(cell.inside)
    low, low_closed = _edge(steps, cell, same, -1)
    high, high_closed = _edge(steps, cell, same, 1)
    return Piece(low, high, low_closed, high_closed, steps.at(cell.inside))


def _edge(steps: Steps, cell: Cell, same: Any, direction: int) -> tuple[Fraction, bool]:
    """How far values stay the same in one direction, and whether that end belongs to them."""
    width = max(cell.high - cell.low, _near(cell.high))
    while True:
        low, high = cell.low - width, cell.high + width
        cells = steps.cells(max(low, Fraction(0)), high)
        start = next(i for i, c in enumerate(cells) if c.low <= cell.inside <= c.high)
        if cell.low == cell.high:
            start = next((i for i, c in enumerate(cells) if c == cell), start)
        last = cells[start]
        ended = False
        for other in cells[start + direction :: direction] if start + direction >= 0 else ():
            if steps.signature(other.inside) != same:
                ended = True
                break
            last = other
        if ended or (direction < 0 and low <= 0):
            edge = last.low if direction < 0 else last.high
            return edge, last.low == last.high
        if high > 2 * MAX_VALUE:
            return high, False
        width *= 2


def after(steps: Steps, piece: Piece) -> tuple[Piece | None, Any]:
    """The next piece with other costs at which the network exists, where costs rise; without one,
    how far it was looked for (None: there is none)."""
    if steps.form_at(MAX_VALUE) == piece.costs:
        return None, None
    low = piece.high
    width = _near(low)
    seen = 0
    try:
        while low + width < 2 * MAX_VALUE and seen < MAX_SCAN:
            cells = steps.cells(max(low - width, Fraction(0)), low + width)
            for cell in cells:
                if cell.low < low or (cell.high == low and piece.high_closed):
                    continue
                seen += 1
                costs = steps.at(cell.inside)
                if costs is not None and costs != piece.costs:
                    return piece_at(steps, cell), None
            if not steps.small_enough(low + width):
                return None, None
            width *= 2
    except CostcalcError:  # more steps than are looked at
        pass
    return None, low + width


def first_real(steps: Steps) -> Piece | None:
    """The smallest network that exists, where costs rise."""
    high = Fraction(steps.lowest) * 2
    while high <= 2 * MAX_VALUE:
        for cell in steps.cells(Fraction(0), high):
            if steps.at(cell.inside) is not None:
                return piece_at(steps, cell)
        if not steps.small_enough(high):
            return None
        high *= 4
    return None
