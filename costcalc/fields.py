"""The kinds of values that columns of a layer table can hold.

A kind parses a node once into a :class:`Value`; evaluating the value in a scope gives what the
operator receives. Operators name these kinds in their signatures, so that the schema of the YAML is
the signature of the function.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple

from costcalc.algebra import Number, is_number, is_whole
from costcalc.errors import CostcalcError, did_you_mean
from costcalc.expressions import Expression, ExpressionError, Scope, compile_expression
from costcalc.marked import List, Node, Text
from costcalc.values import can_be_number, is_truth, shown

#: No channel count and no side of a map may be larger.
MAX_EXTENT = 10**9


class Value(NamedTuple):
    """A parsed column: how to evaluate it, and the names that it uses."""

    evaluate: Callable[[Scope], Any]
    names: frozenset[str]
    node: Node
    constant: bool = False
    words: frozenset[str] = frozenset()  # quoted words, which must be choices of a parameter


class Kind(ABC):
    """How one kind of column is written and read."""

    describe = ""

    @abstractmethod
    def parse(self, node: Node) -> Value:
        """The column's value, ready to be evaluated.

        :raises CostcalcError: it is not written as ``describe`` says.
        """


def expression(node: Node, what: str) -> Expression:
    """The node's text as an expression.

    :raises CostcalcError: with the node's place.
    """
    if not isinstance(node, Text) or not node.text:
        got = f"a {node.kind}" if not isinstance(node, Text) else "nothing"
        raise node.error(f"expected {what}, got {got}")
    try:
        return compile_expression(node.text)
    except ExpressionError as error:
        raise node.error(str(error), error.hint) from None


def evaluated(expr: Expression, scope: Scope, node: Node) -> Any:
    """The value in a scope; errors get the node's place."""
    try:
        return expr(scope)
    except ExpressionError as error:
        raise node.error(str(error), error.hint) from None
    except CostcalcError as error:
        raise CostcalcError(p._replace(place=node.place) for p in error.problems) from None


def number(value: Any, node: Node, what: str) -> Number:
    """``value`` if it is a number or a closed form of one.

    :raises CostcalcError: it is a word, a window, or true or false.
    """
    if not can_be_number(value):
        raise node.error(f"expected {what}, got {shown(value)}")
    return value


def positive_whole(value: Any, node: Node, what: str = "a positive whole number") -> Number:
    """``value`` if it is a positive whole number, or a closed form that may be one."""
    value = number(value, node, what)
    if is_number(value):
        if not is_whole(value) or value < 1:
            raise node.error(f"expected {what}, got {value}")
        if value > MAX_EXTENT:
            raise node.error(f"{value} is too large", f"at most {MAX_EXTENT:,}")
    return value


class Whole(Kind):
    describe = "a positive whole number, or an expression"

    def parse(self, node: Node) -> Value:
        expr = expression(node, self.describe)
        if not expr.names:
            whole = positive_whole(evaluated(expr, {}, node), node)
            return Value(lambda scope: whole, expr.names, node, True)
        return Value(
            lambda scope: positive_whole(evaluated(expr, scope, node), node),
            expr.names,
            node,
            words=expr.words,
        )


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


class Window(Kind):
    """A kernel, stride or dilation, rows × columns: ``3x3``, ``1x7``, ``k`` or ``[k, 1]``."""

    describe = "3x3, 1x7, a number for both, or [rows, columns]"

    def __init__(self, or_global: bool = False) -> None:
        self.or_global = or_global
        if or_global:
            self.describe = "3x3, a number for both, or global"

    def parse(self, node: Node) -> Value:
        if self.or_global and isinstance(node, Text) and node.text == "global":
            return Value(lambda scope: None, frozenset(), node, True)
        if isinstance(node, List) and len(node.items) == 2:
            parts = [Whole().parse(item) for item in node.items]
        elif isinstance(node, Text):
            match = re.fullmatch(r"(\d+)\s*[x×]\s*(\d+)", node.text)
            if not match:
                return self.square(node)
            parts = [Whole().parse(Text(node.place, text)) for text in match.groups()]
        else:
            raise node.error(f"expected {self.describe}, got a {node.kind}")
        first, last = parts
        if first.constant and last.constant:
            pair = (first.evaluate({}), last.evaluate({}))
            return Value(lambda scope: pair, frozenset(), node, True)
        return Value(
            lambda scope: (first.evaluate(scope), last.evaluate(scope)),
            first.names | last.names,
            node,
        )

    def square(self, node: Text) -> Value:
        """One number for both; the name of a block's argument may hold rows × columns."""
        expr = expression(node, self.describe)

        def both(scope: Scope) -> Any:
            side = evaluated(expr, scope, node)
            if isinstance(side, tuple):
                return side
            side = positive_whole(side, node)
            return (side, side)

        if not expr.names:
            pair = both({})
            return Value(lambda scope: pair, frozenset(), node, True)
        return Value(both, expr.names, node, words=expr.words)


class Padding(Kind):
    """A word, a number, ``[rows, columns]`` or ``[top, bottom, left, right]``.

    Evaluates to one of the three words, or to ((top, bottom), (left, right)).
    """

    describe = "same, valid, half, a number, [rows, columns] or [top, bottom, left, right]"

    def parse(self, node: Node) -> Value:
        if isinstance(node, Text) and not re.match(r"\d", node.text):
            word = node.text
            if word not in ("same", "valid", "half"):
                raise node.error(f"unknown padding {word!r}", self.describe)
            return Value(lambda scope: word, frozenset(), node, True)
        items = node.items if isinstance(node, List) else [node]
        numbers = []
        for item in items:
            if not isinstance(item, Text) or not re.fullmatch(r"\d{1,6}", item.text):
                raise item.error("padding is written as whole numbers", self.describe)
            numbers.append(int(item.text))
        if len(numbers) == 1:
            numbers *= 4
        elif len(numbers) == 2:
            numbers = [numbers[0], numbers[0], numbers[1], numbers[1]]
        if len(numbers) != 4:
            raise node.error(f"{len(numbers)} padding numbers", self.describe)
        top, bottom, left, right = numbers
        return Value(lambda scope: ((top, bottom), (left, right)), frozenset(), node, True)


class Choice(Kind):
    """One of a few words. ``spellings`` are other ways to write some of them."""

    def __init__(self, *options: str, spellings: Mapping[str, str] | None = None) -> None:
        self.options = options
        self.spellings = spellings or {}
        self.describe = " or ".join(options)

    def parse(self, node: Node) -> Value:
        if not isinstance(node, Text):
            raise node.error(f"expected {self.describe}, got a {node.kind}")
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
            got = repr(node.text) if isinstance(node, Text) else f"a {node.kind}"
            raise node.error(f"expected true or false, got {got}")
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
