"""How the columns of a layer table are read: once into a :class:`Value`, evaluated in a scope."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple

from costcalc.algebra.expressions import Expression, ExpressionError, Scope, compile_expression
from costcalc.algebra.numbers import Number, is_number, is_whole
from costcalc.algebra.truth import can_be_number, shown, unquoted
from costcalc.errors import CostcalcError
from costcalc.source.nodes import Node, Text

#: No channel count and no side of a map may be larger.
MAX_EXTENT = 10**9


class Value(NamedTuple):
    """A parsed column: how to evaluate it, and the names that it uses."""

    evaluate: Callable[[Scope], Any]
    names: frozenset[str]
    node: Node
    constant: bool = False
    words: frozenset[str] = frozenset()  # quoted words, which must be choices of a parameter
    perhaps: frozenset[str] = frozenset()  # names that it uses if it is a number and not a word


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
        raise node.error(f"expected {what}, got {node.got}")
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
        raise CostcalcError(
            p if p.place.line else p._replace(place=node.place) for p in error.problems
        ) from None


def number(value: Any, node: Node, what: str) -> Number:
    """``value`` if it is a number or a closed form of one.

    :raises CostcalcError: it is a word, a window, or true or false.
    """
    value = unquoted(value)
    if not can_be_number(value):
        raise node.error(f"expected {what}, got {shown(value)}")
    return value


def positive_whole(value: Any, node: Node, what: str = "a positive whole number") -> Number:
    """``value`` if it is a positive whole number, or a closed form that may be one."""
    given = number(value, node, what)
    if is_number(given):
        if not is_whole(given) or given < 1:
            raise node.error(f"expected {what}, got {given}")
        if given > MAX_EXTENT:
            raise node.error(f"{given} is too large", f"at most {MAX_EXTENT:,}")
    return given


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
