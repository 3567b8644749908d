"""Between which values of one parameter a network exists, the others being bound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import count, islice
from typing import NamedTuple

from costcalc.algebra.breaks import breaks
from costcalc.algebra.evaluation import evaluate, value_at
from costcalc.algebra.numbers import ceil, compare, floor, is_number
from costcalc.algebra.polynomial import atoms_of
from costcalc.algebra.result import Json
from costcalc.analysis.condition import Condition
from costcalc.errors import CostcalcError
from costcalc.language.parameters import POSITIVE_NUMBER, WHOLE_NUMBER, Parameter

#: Beyond every value at which a closed form changes from one polynomial to another.
FAR = Fraction(2**20)
#: How many whole numbers are looked at from an end on for the first at which a network exists.
MAX_TRIED = 10_000


class End(NamedTuple):
    """The last value at which a network exists, or what such values come near (a limit).

    ``value`` is None where they have no end.
    """

    value: Fraction | None
    is_limit: bool

    def to_dict(self) -> Json:
        return {"value": None if self.value is None else str(self.value), "is_limit": self.is_limit}


def ends(
    conditions: Sequence[Condition], parameter: Parameter, rest: Mapping[str, int | Fraction]
) -> tuple[End, End]:
    """The lowest and the highest value of a parameter at which conditions hold.

    ``rest`` binds the other parameters; at some value they do hold. In between are all values at
    which they do, and others perhaps.
    """
    name = parameter.name
    needed = [c._replace(value=evaluate(c.value, rest)) for c in conditions]
    bounds = [c for c in needed if c.relation != "whole"]
    stops = [stop for stop in _stops(bounds, name) if all(c.holds({name: stop[0]}) for c in bounds)]
    if parameter.domain != WHOLE_NUMBER:
        stops = [stop for stop in stops if stop[0]]
    (_, low, _), (_, _, high) = stops[0], stops[-1]
    lattice = _lattice([c for c in needed if c.relation == "whole"], parameter)
    if lattice is None:
        return low, high

    def holds(value: int | Fraction) -> bool:
        whole = parameter.domain == POSITIVE_NUMBER or Fraction(value).denominator == 1
        inside = value > 0 or (value == 0 and parameter.domain == WHOLE_NUMBER)
        return whole and inside and all(c.holds({name: value}) for c in needed)

    return _reached(low, ceil, 1, lattice, holds), _reached(high, floor, -1, lattice, holds)


#: A value, and what the values around it at which the same bounds hold end in.
_Stop = tuple[Fraction, End, End]


def _stops(bounds: Sequence[Condition], name: str) -> Iterator[_Stop]:
    """Where a bound may turn, and one value in each gap, ascending from 0 on."""
    turns = sorted({Fraction(0)}.union(*(_turns(c, name) for c in bounds)))
    for turn, following in zip(turns, [*turns[1:], None], strict=True):
        yield turn, End(turn, is_limit=False), End(turn, is_limit=False)
        inside = turn + 1 if following is None else (turn + following) / 2
        yield inside, End(turn, is_limit=True), End(following, is_limit=True)


def _turns(bound: Condition, name: str) -> set[Fraction]:
    """The values at which a bound may begin or cease to hold."""
    if is_number(bound.value):
        return set()
    if all(atom.kind == "parameter" for atom in atoms_of(bound.value)):
        from costcalc.algebra.symbolic import positive_roots  # needs sympy

        return {
            Fraction(str(root.evalf(40))) if not root.is_Rational else Fraction(root.p, root.q)
            for root in positive_roots(bound.value, name)
        }
    try:
        return set(breaks([compare(bound.relation, bound.value, 0)], name, Fraction(0), FAR))
    except CostcalcError:
        return set()  # of something that is not piecewise linear


def _lattice(wholes: Sequence[Condition], parameter: Parameter) -> tuple[Fraction, Fraction] | None:
    """(slope, offset) of what must be whole and is so most seldom: slope·value + offset."""
    lines = [] if parameter.domain == POSITIVE_NUMBER else [(Fraction(1), Fraction(0))]
    for condition in wholes:
        value = condition.value * condition.factor
        offset, *others = (Fraction(value_at(value, {parameter.name: i})) for i in range(3))
        slope = others[0] - offset
        if slope and others[1] - others[0] == slope and not any(a.args for a in atoms_of(value)):
            lines.append((slope, offset))
    return min(lines, key=lambda line: abs(line[0]), default=None)


def _reached(
    end: End,
    whole: Callable[[Fraction], int],
    step: int,
    lattice: tuple[Fraction, Fraction],
    holds: Callable[[int | Fraction], bool],
) -> End:
    """The first value from an end on at which everything holds; the end where none is found."""
    if end.value is None:
        return end
    slope, offset = lattice
    if slope < 0:
        slope, offset = -slope, -offset
    first = whole(slope * end.value + offset)
    for numerator in islice(count(first, step), MAX_TRIED):
        value = (numerator - offset) / slope
        if holds(value):
            return End(value, is_limit=False)
    return end
