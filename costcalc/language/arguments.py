"""The arguments of blocks: what a block takes, and what a call gives."""

from __future__ import annotations

from costcalc.algebra.expressions import ExpressionError, Scope, compile_expression
from costcalc.algebra.truth import Quoted
from costcalc.operators.columns import Value, evaluated, expression
from costcalc.operators.fields import Flag
from costcalc.operators.windows import Window, rows_x_columns
from costcalc.source.nodes import List, Mapping, Node, Text
from costcalc.source.record import Problems, items, name


def read_argument(node: Node) -> Value:
    """An argument of a block: an expression, a window such as 3x3, or a word."""
    if isinstance(node, Text) and node.quoted:
        return _quoted(node)
    if isinstance(node, List) or rows_x_columns(node):
        return Window().parse(node)
    if isinstance(node, Text) and node.text in ("true", "false"):
        return Flag().parse(node)
    expr = expression(node, "an argument")
    return Value(lambda scope: evaluated(expr, scope, node), expr.names, node, words=expr.words)


def read_takes(node: Node | None, problems: Problems) -> dict[str, Value | None]:
    """``takes: [t, c, s]`` or ``takes: {t: 6, c: , s: 1}`` with defaults."""
    if node is None:
        return {}
    if isinstance(node, Mapping):
        return {
            name(node.keys[key], "an argument"): read_argument(value)
            if not (isinstance(value, Text) and not value.text)
            else None
            for key, value in node.values.items()
        }
    found: dict[str, Value | None] = {}
    for item in items(node, "a list of arguments"):
        argument = name(item, "an argument")
        if argument in found:
            problems.add(item, f"argument {argument!r} twice", "another name for one of them")
        found[argument] = None
    return found


def _quoted(node: Text) -> Value:
    """A word. YAML makes people quote what has a comma, so it may be arithmetic: the block that
    takes it knows whether it needs a word or a number."""
    word = node.text
    try:
        expr = None if word.isidentifier() else compile_expression(word)
    except ExpressionError:
        expr = None
    if expr is None:
        return Value(lambda scope: word, frozenset(), node, True)

    def evaluate(scope: Scope) -> Quoted:
        return Quoted(word, lambda: evaluated(expr, scope, node))

    return Value(evaluate, frozenset(), node, perhaps=expr.names)
