"""The kinds of values that columns of a layer table can hold.

A kind parses a node once into a :class:`Value`; evaluating the value in a scope gives what the
operator receives. Operators name these kinds in their signatures, so that the schema of the YAML is
the signature of the function.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from costcalc.algebra.expressions import Scope
from costcalc.algebra.numbers import Number, is_number
from costcalc.algebra.truth import is_truth
from costcalc.errors import did_you_mean
from costcalc.operators.columns import MAX_EXTENT, Kind, Value, Whole, evaluated, expression, number
from costcalc.operators.windows import Padding, Window
from costcalc.source.nodes import Node, Text

__all__ = [
    "MAX_EXTENT",
    "Channels",
    "ChannelsField",
    "Choice",
    "Condition",
    "Flag",
    "FlagField",
    "InterpolationField",
    "Kind",
    "Padding",
    "PaddingField",
    "PoolWindowField",
    "Ratio",
    "RatioField",
    "RoundingField",
    "Value",
    "Whole",
    "WholeField",
    "Window",
    "WindowField",
]


class Channels(Kind):
    """A channel count. The network's ``channels`` rule makes α·C whole, unless a rounding
    function such as ``floor(…)`` or ``whole(…)`` already did. Evaluates to (value, settled)."""

    describe = "a channel count; the network's rule makes it whole"

    def parse(self, node: Node) -> Value:
        expr = expression(node, "a channel count")
        return Value(
            lambda scope: (evaluated(expr, scope, node), expr.settled),
            expr.names,
            node,
            words=expr.words,
        )


class Ratio(Kind):
    describe = "a number of at least 1, such as 1.44"

    def parse(self, node: Node) -> Value:
        expr = expression(node, self.describe)

        def evaluate(scope: Scope) -> Any:
            value = number(evaluated(expr, scope, node), node, self.describe)
            if is_number(value) and value < 1:
                raise node.error(f"expected {self.describe}, got {value}")
            return value

        return Value(evaluate, expr.names, node)


class Choice(Kind):
    """One of a few words. ``spellings`` are other ways to write some of them."""

    def __init__(self, *options: str, spellings: Mapping[str, str] | None = None) -> None:
        self.options = options
        self.spellings = spellings or {}
        self.describe = " or ".join(options)

    def parse(self, node: Node) -> Value:
        if not isinstance(node, Text) or not node.text:
            raise node.error(f"expected {self.describe}, got {node.got}")
        word = self.word(node.text, node)
        return Value(lambda scope: word, frozenset(), node, True)

    def named(self, argument: str, node: Node) -> Value:
        """The word that a block's ``argument`` holds."""
        return Value(lambda scope: self.word(scope[argument], node), frozenset({argument}), node)

    def word(self, written: Any, node: Node) -> str:
        word = self.spellings.get(written, written)
        if word not in self.options:
            hint = did_you_mean(written, self.options) if isinstance(written, str) else ""
            got = repr(written) if isinstance(written, str) else written
            raise node.error(f"expected {self.describe}, got {got}", hint)
        return str(word)


class Flag(Kind):
    describe = "true or false"

    def parse(self, node: Node) -> Value:
        if not isinstance(node, Text) or node.text not in ("true", "false"):
            raise node.error(f"expected true or false, got {node.got}")
        flag = node.text == "true"
        return Value(lambda scope: flag, frozenset(), node, True)


class Condition(Kind):
    """A comparison such as ``s == 1 and in == out``: a bool, or a 0/1 indicator when symbolic."""

    describe = "a condition such as s == 1 and in == out"

    def parse(self, node: Node) -> Value:
        if isinstance(node, Text) and node.text in ("true", "false"):
            return Flag().parse(node)
        expr = expression(node, self.describe)

        def evaluate(scope: Scope) -> Any:
            value = evaluated(expr, scope, node)
            if not is_truth(value):
                raise node.error(f"expected {self.describe}, got {expr.text!r}")
            return value

        return Value(evaluate, expr.names, node, words=expr.words)


# The annotations that operators use.
WindowField = Annotated[tuple[Number, Number], Window()]
PoolWindowField = Annotated[tuple[Number, Number] | None, Window(or_global=True)]
WholeField = Annotated[Number, Whole()]
ChannelsField = Annotated[Number, Channels()]
PaddingField = Annotated[Any, Padding()]
RatioField = Annotated[Number, Ratio()]
FlagField = Annotated[bool, Flag()]
RoundingField = Annotated[str, Choice("up", "down")]
InterpolationField = Annotated[str, Choice("nearest", "bilinear")]
