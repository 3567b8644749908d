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
    conditions: Sequence[Condition], parameter: Parameter, binding: Mapping[str, int | Fraction]
) -> tuple[End, End]:
    """The lowest and the highest value of a parameter at which conditions hold.

    They hold at ``binding``, from which the other parameters have their values. In between are all
    values at which they do, and others perhaps; of a bound that is not piecewise linear, nor a
    polynomial, only what lies next to that binding is known.
    """
    name = parameter.name
    rest = {other: value for other, value in binding.items() if other != name}
    needed = [c._replace(value=evaluate(c.value, rest)) for c in conditions]
    bounds = [c for c in needed if c.relation != "whole"]
    stops = [
        stop
        for stop in _stops(bounds, name, Fraction(binding[name]))
        if _hold(bounds, name, stop[0]) and (stop[0] or parameter.domain == WHOLE_NUMBER)
    ]
    (_, low, _), (_, _, high) = stops[0], stops[-1]
    lattice = _lattice([c for c in needed if c.relation == "whole"], parameter)
    if lattice is None:
        return low, high

    def holds(value: int | Fraction) -> bool:
        whole = parameter.domain == POSITIVE_NUMBER or Fraction(value).denominator == 1
        inside = value > 0 or (value == 0 and parameter.domain == WHOLE_NUMBER)
        return whole and inside and _hold(needed, name, value)

    return _reached(low, ceil, 1, lattice, holds), _reached(high, floor, -1, lattice, holds)


def _hold(conditions: Sequence[Condition], name: str, value: int | Fraction) -> bool:
    try:
        return all(condition.holds({name: value}) for condition in conditions)
    except ZeroDivisionError:
        return False  # it divides by what is 0 there


#: A value, and what the values around it at which the same bounds hold end in.
_Stop = tuple[Fraction, End, End]


def _stops(bounds: Sequence[Condition], name: str, known: Fraction) -> Iterator[_Stop]:
    """Where a bound may turn, and one value in each gap, ascending from 0 on."""
    turns = sorted({Fraction(0), known}.union(*(_turns(c, name) for c in bounds)))
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
    for far in (FAR, FAR / 1024):  # what has too many steps turns early, if it does
        try:
            return set(breaks([compare(bound.relation, bound.value, 0)], name, Fraction(0), far))
        except CostcalcError:
            continue  # of something that is not piecewise linear
    return set()


def _lattice(wholes: Sequence[Condition], parameter: Parameter) -> tuple[Fraction, Fraction] | None:
    """(slope, offset) of what must be whole and is so most seldom: slope·value + offset."""
    lines = [] if parameter.domain == POSITIVE_NUMBER else [(Fraction(1), Fraction(0))]
    for condition in wholes:
        value = condition.value * condition.factor
        if any(atom.args for atom in atoms_of(value)):
            continue
        offset, *others = (Fraction(value_at(value, {parameter.name: i})) for i in range(3))
        slope = others[0] - offset
        if slope and others[1] - others[0] == slope:
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
