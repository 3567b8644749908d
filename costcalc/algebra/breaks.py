"""Where a closed form in one parameter steps: exact break points.

Between two neighbouring break points every rounded number inside is constant; at a break point it
may have either neighbour's value or, rarely, its own. A step function is therefore known from its
values at the break points and at one point between each two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from itertools import pairwise

from costcalc.algebra.atoms import Atom
from costcalc.algebra.evaluation import value_at
from costcalc.algebra.numbers import HALF, Number, ceil, floor, is_number
from costcalc.algebra.polynomial import atoms_of
from costcalc.errors import CostcalcError

#: Break points of one interval; a search narrows its interval first.
MAX_BREAKS = 20_000


def breaks(values: Iterable[Number], name: str, low: Fraction, high: Fraction) -> list[Fraction]:
    """The points in ``low < t < high`` at which one of the values may step, ascending.

    ``values`` have the parameter ``name`` free and no other; a whole number among them (a guard)
    that is not rounded steps where it becomes whole.

    :raises CostcalcError: too many, or a rounding of something that is not piecewise linear.
    """
    points: set[Fraction] = set()
    interval = _Interval(name, low, high)
    for value in values:
        points |= interval.of(value)
        if len(points) > MAX_BREAKS:
            raise CostcalcError(f"more than {MAX_BREAKS:,} steps of {name} to look at")
    return sorted(points)


def whole_points(value: Number, name: str, low: Fraction, high: Fraction) -> list[Fraction]:
    """The points in ``low < t < high`` at which ``value`` is whole."""
    inner = sorted(_Interval(name, low, high).of(value))
    return sorted(_hits(value, name, [low, *inner, high], Fraction(0), Fraction(1)))


class _Interval:
    """The break points inside an open interval; those of each atom are looked for once."""

    def __init__(self, name: str, low: Fraction, high: Fraction) -> None:
        self.name, self.low, self.high = name, low, high
        self.of_atom = cache(self._of_atom)

    def of(self, x: Number) -> set[Fraction]:
        return set[Fraction]().union(*map(self.of_atom, atoms_of(x)))

    def _of_atom(self, atom: Atom) -> set[Fraction]:
        """The break points of one atom: its arguments', and where it steps itself."""
        points = set[Fraction]().union(*map(self.of, atom.args))
        cells = [self.low, *sorted(points), self.high]
        own = (_hits(x, self.name, cells, start, step) for x, start, step in _levels(atom))
        return points.union(*own)


def _levels(atom: Atom) -> Iterator[tuple[Number, Fraction, Fraction | None]]:
    """(x, start, step): an atom steps where x is start + k·step; no step: where it is start."""
    zero, by = Fraction(0), Fraction(atom.multiple)
    match atom.kind:
        case "floor" | "ceil":
            yield atom.args[0], zero, Fraction(1)
        case "nearest" | "round":
            yield atom.args[0], HALF, Fraction(1)
        case "divisible":
            yield atom.args[0], by / 2, by
            # a result k·by below 0.9·x is raised: just above x = 10·k·by/9
            yield atom.args[0], zero, 10 * by / 9
        case "max" | "min":
            yield from ((atom.args[0] - other, zero, None) for other in atom.args[1:])
        case "indicator":
            yield atom.args[0], zero, None


def _hits(
    x: Number, name: str, cells: list[Fraction], start: Fraction, step: Fraction | None
) -> set[Fraction]:
    """t with x(t) = start + k·step, ``x`` linear inside each cell; no step: x(t) = start."""
    if is_number(x):
        return set()
    hits: set[Fraction] = set()
    for low, high in pairwise(cells):
        line = _line(x, name, low, high)
        if line is None:
            continue
        slope, offset = line
        ends = sorted((slope * low + offset - start, slope * high + offset - start))
        if step is None:
            numbers = range(0, 1) if ends[0] <= 0 <= ends[1] else range(0)
        else:
            numbers = range(ceil(ends[0] / step), floor(ends[1] / step) + 1)
        if len(numbers) > MAX_BREAKS:
            raise CostcalcError(f"more than {MAX_BREAKS:,} steps of {name} to look at")
        points = ((start + k * (step or 0) - offset) / slope for k in numbers)
        hits |= {t for t in points if cells[0] < t < cells[-1]}
    return hits


def _line(x: Number, name: str, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction] | None:
    """(slope, offset) of ``x`` inside an open cell; None where it is constant, or divides by 0, or
    the cell is empty."""
    width = high - low
    if not width:
        return None
    points = [low + width * Fraction(i, 5) for i in range(1, 5)]
    known = [_known(x, {name: t}) for t in points]
    values = [value for value in known if value is not None]
    if not values:
        return None
    differences = {b - a for a, b in pairwise(values)}
    if len(differences) > 1 or len(values) < len(points):
        raise CostcalcError(f"{x} is not linear in {name}", "--choices or --multiple")
    slope = differences.pop() * 5 / width
    if not slope:
        return None
    return slope, values[0] - slope * points[0]


def _known(x: Number, values: Mapping[str, Number]) -> Fraction | None:
    """The value at a binding; None where that divides by 0."""
    try:
        return Fraction(value_at(x, values))
    except ZeroDivisionError:
        return None
