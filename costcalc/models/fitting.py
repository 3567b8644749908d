"""Numbers of several networks as one expression in their parameters, the simplest one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from costcalc.errors import CostcalcError, Place
from costcalc.exchange.structure import Item
from costcalc.exchange.unifying import Unifier, kind, proportion, times
from costcalc.graph.rounding import apply_rule
from costcalc.language.model import Rule
from costcalc.source.nodes import Node

#: How α·C becomes whole, the rule that says least first.
RULES = (
    Rule("exact"), Rule("floor"), Rule("nearest"), Rule("ceil"), Rule("divisible", 8),
    Rule("divisible", 4), Rule("divisible", 16), Rule("divisible", 2), Rule("divisible", 8, 16),
    Rule("divisible", 32),
)  # fmt: skip
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

    def fit(self, column: str, values: dict[int, Any], items: dict[int, Item]) -> Any:
        """The value that all have, an expression in a parameter, or the channels that arrive.

        :raises Unfit: there is none.
        """
        numbers = [*values.values()]
        if all(value == numbers[0] for value in numbers):
            return numbers[0]
        if all(type(value) is int for value in numbers):
            for text in self.candidates(kind(column), numbers):
                return text
            ratio = proportion(values, {i: item.arriving[2] for i, item in items.items()})
            if ratio:
                return times(ratio, "in")
        where = f"{items[0].verb}{f' of {items[0].place}' if items[0].place else ''}"
        listed, at = ", ".join(map(str, numbers)), "; ".join(map(str, self.points))
        raise Unfit(f"{column!r} of {where} is {listed} at {at}")

    def argument(self, word: str, values: dict[int, Any]) -> str:
        raise Unfit(f"{word!r} hangs on the parameters")

    def candidates(self, word: str, values: Sequence[int]) -> Iterator[str]:
        """The expressions in one parameter that give all values, the simplest first. Channels are
        rounded by the rule, counts of rounds by any, and a line gives what is not rounded."""
        channels, exact = word in ("w", "c", "e"), self.rule.name == "exact"
        for name in self.points[0].values:
            given = [point.values[name] for point in self.points]
            if len({*given}) == 1:
                continue
            ratio, *others = {Fraction(value) / at for value, at in zip(values, given, strict=True)}
            if not others:
                yield times(ratio, name)
            for least in (False, True) if channels else ():
                found = fitting(self.rule, given, values, least)
                if len(found) > 1:
                    guess = "where several channel counts fit, the roundest one is written"
                    self.guesses[guess] = None
                if found:
                    yield self.said(
                        f"{found[0]}*max(1, {name})" if least else times(Fraction(found[0]), name)
                    )
            for rule in ("ceil", "nearest", "floor") if word == "n" else ():
                for number in fitting(Rule(rule), given, values, False):
                    yield f"{rule}({times(Fraction(number), name)})"
            if exact or word not in ("w", "c"):
                yield from self.line(name, given, values)

    def said(self, inner: str) -> str:
        """An expression as the network rounds it."""
        rule = self.rule
        if not self.explicit:
            return inner
        numbers = [str(number) for number in (rule.multiple, rule.least) if number]
        return f"{rule.name}({', '.join([inner, *(numbers if rule.name == 'divisible' else [])])})"

    def line(self, name: str, given: Sequence[Fraction], values: Sequence[int]) -> Iterator[str]:
        """A line: ``(L - 4)/6``, ``16 + 2*k``."""
        (x, u), *others = {*zip(given, map(Fraction, values), strict=True)}
        y, v = others[-1]
        slope = (v - u) / (y - x) if y != x else Fraction(0)
        shift = u - slope * x
        fits = all(slope * at + shift == value for at, value in zip(given, values, strict=True))
        parts = (*slope.as_integer_ratio(), *shift.as_integer_ratio())
        if not fits or max(map(abs, parts)) > _LARGEST or slope <= 0:
            return
        if len(others) == 1:
            self.guesses[f"a line in {name} through two points always fits"] = None
        over = slope.denominator if (shift * slope.denominator).denominator == 1 else 1
        text = f"{times(slope * over, name)} {'-' if shift < 0 else '+'} {abs(shift * over)}"
        yield f"({text})/{over}" if over > 1 else text


def fitting(rule: Rule, given: Sequence[Fraction], values: Sequence[int], least: bool) -> list[int]:
    """All whole numbers that a rule makes of the values, at those of a parameter (``least``: never
    below 1); the roundest first, and of these the nearest."""
    scales = [max(Fraction(1), at) if least else at for at in given]
    scale, value = max(zip(scales, values, strict=True))
    middle, reach = value / scale, 2 * max(rule.multiple, 1) / scale
    numbers = range(max(1, int(middle - reach)), int(middle + reach) + 2)
    found = [n for n in numbers if [_applied(rule, n * one) for one in scales] == [*values]]
    return sorted(found, key=lambda number: (-(number & -number), abs(number - middle)))


def _applied(rule: Rule, value: Fraction) -> Any:
    try:
        return apply_rule(rule, value, _NOWHERE, "channels")
    except CostcalcError:
        return None
