"""Numbers of several networks as one expression in their parameters, the simplest one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from costcalc.errors import CostcalcError, Place
from costcalc.exchange.structure import Item
from costcalc.exchange.unifying import Expression, Unifier, proportion
from costcalc.graph.rounding import apply_rule
from costcalc.language.model import Rule
from costcalc.source.nodes import Node

#: How α·C becomes whole, the rule that says least first.
RULES = (
    Rule("exact"), Rule("floor"), Rule("nearest"), Rule("ceil"), Rule("divisible", 8),
    Rule("divisible", 4), Rule("divisible", 16), Rule("divisible", 2), Rule("divisible", 8, 16),
    Rule("divisible", 32),
)  # fmt: skip
#: The columns of channels that a rule makes whole; blocks are given them by these letters.
_ROUNDED = ("out", "c", "w")
_COUNTED = ("repeat", "n")
_NOWHERE = Node(Place())
_LARGEST = 64  # of the numbers in a line through two points


class Unfit(Exception):
    """No expression gives a number of all networks."""


class Point(NamedTuple):
    """Where a network stands: the values of its parameters, as they are given and as numbers."""

    texts: Mapping[str, str]
    values: Mapping[str, Fraction]

    def __str__(self) -> str:
        return ", ".join(f"{name} = {text}" for name, text in self.texts.items())


class Family(Unifier):
    """Makes one template of several networks, of which each is a unit, in their parameters.

    ``explicit`` writes the rule into every number, for networks that round before they multiply.
    """

    def __init__(
        self, networks: Sequence[list[Item]], points: Sequence[Point], rule: Rule, explicit: bool
    ) -> None:
        super().__init__(networks)
        self.points, self.rule, self.explicit = points, rule, explicit
        self.guesses: dict[str, None] = {}

    def fit(self, column: str, values: list[Any], items: list[Item | None]) -> Any:
        """The value that all have, an expression in a parameter, or the channels that arrive.

        :raises Unfit: there is none.
        """
        if all(value == values[0] for value in values):
            return values[0]
        numbers = [value for value in values if type(value) is int]
        if len(numbers) == len(values):
            found = self.expression(column, numbers)
            if found:
                return found
            ratio = proportion(values, [item and item.arriving[2] for item in items], items)
            if ratio:
                return str(Expression(ratio, "in"))
        first = next(item for item in items if item is not None)
        listed = ", ".join(map(str, values))
        where = f"{first.verb}{f' of {first.place}' if first.place else ''}"
        raise Unfit(f"{column!r} of {where} is {listed} at {'; '.join(map(str, self.points))}")

    def argument(self, column: str, values: list[Any]) -> str:
        raise Unfit(f"{column!r} hangs on the parameters")

    def expression(self, column: str, values: Sequence[int]) -> str:
        """The simplest expression in one parameter that gives all values; '' if there is none."""
        for name, given in self.varying():
            for text in self.candidates(column, name, given, values):
                return text
        return ""

    def varying(self) -> Iterator[tuple[str, list[Fraction]]]:
        """The parameters that the networks differ in."""
        for name in self.points[0].values:
            given = [point.values[name] for point in self.points]
            if len(set(given)) > 1:
                yield name, given

    def candidates(
        self, column: str, name: str, given: Sequence[Fraction], values: Sequence[int]
    ) -> Iterator[str]:
        ratios = {Fraction(value) / at for value, at in zip(values, given, strict=True)}
        if len(ratios) == 1:
            yield term(ratios.pop(), name)
        if column in _ROUNDED and self.rule.name != "exact":
            for least in (False, True):
                found = self.rounded(given, values, least)
                if found:
                    inner = f"{found}*max(1, {name})" if least else term(Fraction(found), name)
                    yield self.said(inner)
        if column in _COUNTED:
            for rule in ("ceil", "nearest", "floor"):
                for number in fitting(Rule(rule), given, values, False):
                    yield f"{rule}({term(Fraction(number), name)})"
        if column not in _ROUNDED or self.rule.name == "exact":
            yield from self.line(name, given, values)
        if column in _ROUNDED and self.rule.name == "exact":
            base = min(values)
            if [base * max(Fraction(1), at) for at in given] == [*values]:
                yield f"{base}*max(1, {name})"

    def rounded(self, given: Sequence[Fraction], values: Sequence[int], least: bool) -> int:
        """The number of channels that the rule and a parameter make of all values; 0 is none."""
        found = fitting(self.rule, given, values, least)
        if len(found) > 1:
            self.guesses["where several channel counts fit, the roundest one is written"] = None
        return found[0] if found else 0

    def said(self, inner: str) -> str:
        """An expression as the network rounds it."""
        if not self.explicit:
            return inner
        rule = self.rule
        if rule.name != "divisible":
            return f"{rule.name}({inner})"
        least = f", {rule.least}" if rule.least else ""
        return f"divisible({inner}, {rule.multiple}{least})"

    def line(self, name: str, given: Sequence[Fraction], values: Sequence[int]) -> Iterator[str]:
        """A line: ``(L - 4)/6``, ``16 + 2*k``."""
        (x, u), *others = dict(zip(given, map(Fraction, values), strict=True)).items()
        y, v = others[-1]
        slope = (v - u) / (y - x)
        shift = u - slope * x
        fits = all(slope * at + shift == value for at, value in zip(given, values, strict=True))
        parts = (slope.numerator, slope.denominator, shift.numerator, shift.denominator)
        if not fits or max(map(abs, parts)) > _LARGEST or slope <= 0:
            return
        if len(others) == 1:
            self.guesses[f"a line in {name} through two points always fits"] = None
        over = slope.denominator
        if over > 1 and (shift * over).denominator == 1:
            yield f"({term(slope * over, name)} {sign(shift * over)})/{over}"
        else:
            yield f"{term(slope, name)} {sign(shift)}"


def term(ratio: Fraction, name: str) -> str:
    """``32*alpha``, ``alpha/2``."""
    return str(Expression(ratio, name))


def sign(number: Fraction) -> str:
    """A number that is added: ``+ 4``."""
    return f"{'-' if number < 0 else '+'} {abs(number)}"


def fitting(rule: Rule, given: Sequence[Fraction], values: Sequence[int], least: bool) -> list[int]:
    """All whole numbers that a rule makes of the values, at those of a parameter (``least``: never
    below 1); the roundest first, and of these the nearest."""
    at, value = max(zip(given, values, strict=True))
    scale = max(Fraction(1), at) if least else at
    middle, reach = value / scale, 2 * max(rule.multiple, 1) / scale
    found = []
    for number in range(max(1, int(middle - reach)), int(middle + reach) + 2):
        made = [_applied(rule, number * (max(Fraction(1), one) if least else one)) for one in given]
        if made == [*values]:
            found.append(number)
    return sorted(found, key=lambda number: (-(number & -number), abs(number - middle)))


def _applied(rule: Rule, value: Fraction) -> Any:
    try:
        return apply_rule(rule, value, _NOWHERE, "channels")
    except CostcalcError:
        return None
