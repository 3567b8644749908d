"""Searches on a step function: the last piece within budgets, its neighbours, the first of all."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from costcalc.errors import CostcalcError
from costcalc.parameters import MAX_VALUE
from costcalc.solving.steps import Cell, Steps
from costcalc.sweeping.structure import Costs

#: Width of the interval in which a bisection hands over to exact break points.
NARROW = Fraction(1, 2**12)
#: Values looked at one by one where no proof shortens the search.
MAX_SCAN = 20_000
#: Where a search for the largest real value ends.
LARGEST = 2**20
SMALLEST = Fraction(1, 2**20)

Over = Callable[[Costs], bool]


class Piece(NamedTuple):
    """An interval of values with the same shapes and costs; ``costs`` None: no such network.

    Ends that are not ``closed`` do not belong to it. A piece of whole values holds low … high.
    """

    low: Any
    high: Any
    low_closed: bool
    high_closed: bool
    costs: Costs | None


class Found(NamedTuple):
    """The largest piece within the budgets (None: nothing fits), the next one that exists, and how
    far the search went where nothing proves that costs rise (None: proven)."""

    best: Piece | None
    next: Piece | None
    searched: Any = None


class Endless(CostcalcError):
    """No value is too large for the budgets."""


def largest_real(steps: Steps, over: Over) -> Found:
    """The search over all positive real values.

    :raises Endless: the budgets hold at every value.
    """

    def beyond(value: Fraction) -> bool:
        costs = steps.form_at(value)
        return costs is not None and over(costs)

    high = Fraction(1)
    while not beyond(high):
        high *= 2
        if high > LARGEST:
            raise Endless(f"every {steps.name} keeps the budgets")
    if not steps.rises:
        return _scanned(steps, over, high * 4)
    low = high / 2
    while beyond(low):
        low /= 2
        if low < SMALLEST:
            return Found(None, first_real(steps))
    while high - low > NARROW * max(low, NARROW):
        middle = (low + high) / 2
        low, high = (low, middle) if beyond(middle) else (middle, high)
    return _descend(steps, over, low, high)


def _descend(steps: Steps, over: Over, low: Fraction, high: Fraction) -> Found:
    """From an interval with the threshold inside, down to the last cell that exists and fits."""
    looked = 0
    width = high - low
    while True:
        for cell in reversed(steps.cells(low, high)):
            looked += 1
            costs = steps.at(cell.inside)
            if costs is not None and not over(costs):
                best = piece_at(steps, cell)
                return Found(best, after(steps, best))
        if low == 0 or looked > MAX_SCAN:
            return Found(None, first_real(steps))
        # the two intervals share a point, which no open interval holds: overlap a little
        high = low + width / 2
        width *= 2
        low = max(Fraction(0), low - width)


def _scanned(steps: Steps, over: Over, high: Fraction) -> Found:
    """Every cell up to ``high``, where costs may fall: the largest that fits."""
    for cell in reversed(steps.cells(Fraction(0), high)):
        costs = steps.at(cell.inside)
        if costs is not None and not over(costs):
            best = piece_at(steps, cell)
            return Found(best, after(steps, best), high)
    return Found(None, first_real(steps), high)


def piece_at(steps: Steps, cell: Cell) -> Piece:
    """The whole interval around a cell with the same shapes and costs."""
    same = steps.signature(cell.inside)
    low, low_closed = _edge(steps, cell, same, -1)
    high, high_closed = _edge(steps, cell, same, 1)
    return Piece(low, high, low_closed, high_closed, steps.at(cell.inside))


def _edge(steps: Steps, cell: Cell, same: Any, direction: int) -> tuple[Fraction, bool]:
    """How far values stay the same in one direction, and whether that end belongs to them."""
    width = max(cell.high - cell.low, NARROW)
    while True:
        low, high = cell.low - width, cell.high + width
        cells = steps.cells(max(low, Fraction(0)), high)
        start = next(i for i, c in enumerate(cells) if c.low <= cell.inside <= c.high)
        if cell.low == cell.high:
            start = next(i for i, c in enumerate(cells) if c == cell)
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
        if high > 2 * LARGEST:
            return high, False
        width *= 2


def after(steps: Steps, piece: Piece) -> Piece | None:
    """The next piece with other costs at which the network exists."""
    low = piece.high
    width = NARROW
    seen = 0
    while low + width < 2 * LARGEST and seen < MAX_SCAN:
        cells = steps.cells(max(low - width, Fraction(0)), low + width)
        for cell in cells:
            if cell.low < low or (cell.high == low and piece.high_closed):
                continue
            seen += 1
            costs = steps.at(cell.inside)
            if costs is not None and costs != piece.costs:
                return piece_at(steps, cell)
        width *= 2
    return None


def first_real(steps: Steps) -> Piece | None:
    """The smallest network that exists."""
    high = Fraction(1, 64)
    while high <= LARGEST:
        for cell in steps.cells(Fraction(0), high):
            if steps.at(cell.inside) is not None:
                return piece_at(steps, cell)
        high *= 4
    return None


def largest_listed(steps: Steps, over: Over, value_of: Callable[[int], Any], last: int) -> Found:
    """The search over ``value_of(1)``, ``value_of(2)``, … (rising); at most ``last`` of them.

    :raises Endless: the budgets hold at every value.
    """

    def beyond(i: int) -> bool:
        costs = steps.form_at(value_of(i))
        return costs is not None and over(costs)

    high = 1
    while high < last and not beyond(high):
        high = min(2 * high, last)
    if not beyond(high):
        if high >= last == MAX_VALUE:
            raise Endless(f"every {steps.name} keeps the budgets")
        low = high
    elif steps.rises:
        low = 0
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if beyond(middle) else (middle, high)
    else:
        low = min(4 * high, last, MAX_SCAN)
    searched = None if steps.rises else value_of(max(low, 1))
    for i in range(low, max(0, low - MAX_SCAN), -1):
        costs = steps.at(value_of(i))
        if costs is not None and not over(costs):
            best = _run(steps, value_of, i, costs)
            return Found(best, _next_listed(steps, value_of, i, last), searched)
    return Found(None, _next_listed(steps, value_of, 0, last), searched)


def _next_listed(steps: Steps, value_of: Callable[[int], Any], i: int, last: int) -> Piece | None:
    """The next value with other costs at which the network exists."""
    costs = steps.at(value_of(i)) if i else None
    for j in range(i + 1, min(last, i + MAX_SCAN) + 1):
        found = steps.at(value_of(j))
        if found is not None and found != costs:
            return Piece(value_of(j), value_of(j), True, True, found)
    return None


def _run(steps: Steps, value_of: Callable[[int], Any], i: int, costs: Costs) -> Piece:
    """The values up to the ``i``-th with its costs."""
    j = i
    while j > 1 and i - j < MAX_SCAN and steps.at(value_of(j - 1)) == costs:
        j -= 1
    return Piece(value_of(j), value_of(i), True, True, costs)
