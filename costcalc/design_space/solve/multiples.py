"""Searches over whole numbers and over the multiples of a unit."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple

from costcalc.algebra.breaks import breaks, whole_points
from costcalc.algebra.numbers import simplest
from costcalc.design_space.solve.found import (
    MAX_SCAN,
    Endless,
    Found,
    NotKnown,
    Over,
    Piece,
    single,
    smallest,
)
from costcalc.design_space.solve.steps import Steps
from costcalc.design_space.sweep.structure import Check, Costs
from costcalc.errors import CostcalcError
from costcalc.language.parameters import MAX_VALUE


class Multiples(NamedTuple):
    """``i * unit`` for i = first … last."""

    steps: Steps
    unit: Any
    first: int
    last: int

    def value(self, i: int) -> Any:
        return simplest(i * self.unit)

    def at(self, i: int) -> Costs | None:
        return self.steps.at(self.value(i))

    def form(self, i: int) -> Costs:
        return self.steps.form_at(self.value(i))


def largest_multiple(steps: Steps, over: Over, unit: Any) -> Found:
    """The search over all multiples of ``unit`` that the parameter may have.

    :raises Endless: the budgets hold at every value.
    :raises NotKnown: they hold far beyond all values that were seen to exist or not.
    """
    multiples = Multiples(steps, unit, 0 if steps.start == 0 else 1, int(MAX_VALUE // unit))
    return _bisected(multiples, over) if steps.proven else _scanned(multiples, over)


def _bisected(multiples: Multiples, over: Over) -> Found:
    """Where costs are proven to rise."""
    steps, last = multiples.steps, multiples.last
    if not over(multiples.form(last)):
        raise Endless(f"every {steps.name} keeps the budgets")
    start = max(multiples.first, ceil(steps.lowest / multiples.unit))
    multiples = multiples._replace(first=start)

    def beyond(i: int) -> bool:
        return over(multiples.form(i)) or not steps.small_enough(multiples.value(i))

    i = _existing(multiples, _first(beyond, start, last) - 1, -1)
    if i is None:
        try:
            found = _existing(multiples, start, 1)
        except NotKnown:  # that nothing fits is known
            found = None
        return Found(None, None if found is None else _piece(multiples, found))
    best = _run(multiples, i)
    other = _first(lambda j: multiples.form(j) != best.costs, i, last + 1)
    if other > last:
        return Found(best, None)
    try:
        above = _existing(multiples, other, 1)
    except NotKnown:
        return Found(best, None, multiples.value(other))
    return Found(best, None if above is None else _piece(multiples, above))


def _first(true: Callable[[int], bool], low: int, high: int) -> int:
    """The first number in ``low … high - 1`` from which on ``true`` is; ``high``: none."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if true(middle) else (middle + 1, high)
    return low


def _existing(multiples: Multiples, i: int, direction: int) -> int | None:
    """The nearest multiple from the ``i``-th on at which the network exists; None: none.

    :raises NotKnown: none of very many, and there may be more.
    """
    steps = multiples.steps
    enough = steps.large_enough if direction < 0 else steps.small_enough
    for _ in range(MAX_SCAN):
        if not multiples.first <= i <= multiples.last or not enough(multiples.value(i)):
            return None
        if multiples.at(i) is not None:
            return i
        i = _jump(multiples, i, direction)
    message = f"which {steps.name} is the largest within the budgets is not known"
    reason = f"the network exists at none of {MAX_SCAN:,} values around {multiples.value(i)}"
    raise NotKnown(f"{message}: {reason}", "--choices or --multiple")


def _jump(multiples: Multiples, i: int, direction: int) -> int:
    """The next multiple at which what must be whole can be."""
    nearest = i + direction
    for check in multiples.steps.others:
        name = multiples.steps.name
        if check.relation == "whole" and not check.holds({name: multiples.value(i)}):
            point = _whole_point(multiples, check, Fraction(multiples.value(i)), direction)
            if point is not None:
                here = point / multiples.unit
                nearest = min(nearest, floor(here)) if direction < 0 else max(nearest, ceil(here))
    return nearest


def _whole_point(
    multiples: Multiples, check: Check, start: Fraction, direction: int
) -> Fraction | None:
    """The nearest value on one side at which a number may be whole: it is, or its steps change.
    The last value there is, if that is nowhere; None: not known."""
    name = multiples.steps.name
    end = Fraction(0 if direction < 0 else multiples.value(multiples.last))
    width = Fraction(multiples.unit)
    while True:
        far = start + direction * width
        far = max(far, end) if direction < 0 else min(far, end)
        try:
            low, high = min(start, far), max(start, far)
            points = whole_points(check.value, name, low, high)
            points += breaks([check.value], name, low, high)
        except CostcalcError:  # not linear, or too many: one by one
            return None
        if points:
            nearest = max(points) if direction < 0 else min(points)
            # the start may end a step that is whole throughout
            return None if check.holds({name: (start + nearest) / 2}) else nearest
        if far == end:
            return end
        width *= 4


def _piece(multiples: Multiples, i: int) -> Piece:
    return single(multiples.value(i), multiples.at(i))


def _run(multiples: Multiples, i: int) -> Piece:
    """The multiples up to the ``i``-th with its costs."""
    steps, costs = multiples.steps, multiples.at(i)

    def same(j: int) -> bool:
        return multiples.form(j) == costs and steps.large_enough(multiples.value(j))

    low = _first(same, multiples.first, i)
    if steps.others:  # these may fail in between
        j = i
        while j > low and i - j < MAX_SCAN and multiples.at(j - 1) == costs:
            j -= 1
        if i - j == MAX_SCAN:
            raise NotKnown(f"more than {MAX_SCAN:,} values cost the same", "--choices")
        low = j
    return Piece(multiples.value(low), multiples.value(i), True, True, costs)


def _scanned(multiples: Multiples, over: Over) -> Found:
    """Where costs may fall: all multiples far beyond the first that is too large and the last
    usual one, and none beyond."""
    steps, unit = multiples.steps, multiples.unit
    usual = [floor(value / unit) for value in steps.usual]
    far = max(usual, default=1)
    i = 1
    while i <= multiples.last:
        costs = multiples.at(i)
        if costs is not None:
            far = max(far, i)
            if over(costs):
                break
        i *= 2
    last = min(4 * far, multiples.last, MAX_SCAN)
    # beyond a cut-off, papers' values are the likeliest
    single_ones = {k for k, value in zip(usual, steps.usual, strict=True) if k * unit == value}
    looked = sorted({*range(multiples.first, last + 1), *single_ones}, reverse=True)
    searched = multiples.value(last)
    above: Piece | None = None
    seen = []
    for i in looked:
        costs = multiples.at(i)
        if costs is None:
            continue
        piece = _piece(multiples, i)
        if not over(costs):
            while i > multiples.first and multiples.at(i - 1) == costs:
                i -= 1
            best = piece._replace(low=multiples.value(i))
            return Found(best, above, searched)
        above = piece
        seen.append(piece)
    return Found(None, smallest(seen), searched)
