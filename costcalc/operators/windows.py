"""Windows and what surrounds them: kernels, strides, dilations, padding."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeAlias

from costcalc.algebra.expressions import Scope
from costcalc.algebra.numbers import Number
from costcalc.operators.columns import Kind, Value, Whole, evaluated, expression, positive_whole
from costcalc.source.nodes import List, Node, Text

_ROWS_X_COLUMNS = re.compile(r"([0-9]+)\s*[xX×]\s*([0-9]+)")
_COUNT = re.compile(r"0|[1-9][0-9]{0,5}")
_PRODUCT = re.compile(r"(\w+)\s*([*·⋅×])\s*(\w+)|(\w+)(?:²|\*\*2)")


class Window(Kind):
    """A kernel, stride or dilation, rows × columns: ``3x3``, ``1x7``, ``k`` or ``[k, 1]``."""

    describe = "3x3, 1x7, a number for both, or [rows, columns]"

    def __init__(self, or_global: bool = False) -> None:
        self.or_global = or_global
        if or_global:
            self.describe = "3x3, a number for both, or global"

    def parse(self, node: Node) -> Value:
        if is_global(node):
            if self.or_global:
                return Value(lambda scope: None, frozenset(), node, True)
            message = f"expected {self.describe}, got 'global'"
            raise node.error(message, "only avgpool can be global")
        if isinstance(node, List) and len(node.items) == 2:
            parts = [Whole().parse(item) for item in node.items]
        elif isinstance(node, Text):
            sides = rows_x_columns(node)
            if not sides:
                return self.square(node)
            if any(not int(side) for side in sides):
                raise node.error(f"expected {self.describe}, got {node.text!r}", "at least 1x1")
            parts = [Whole().parse(Text(node.place, side)) for side in sides]
        else:
            raise node.error(f"expected {self.describe}, got {node.got}")
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
        _refuse_product(node)

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


def is_global(node: Node) -> bool:
    """Whether the window is the whole map, as in ``avgpool: global``."""
    return isinstance(node, Text) and node.text == "global"


def rows_x_columns(node: Node) -> tuple[str, str] | None:
    """The two sides of a text such as ``3x3``."""
    match = _ROWS_X_COLUMNS.fullmatch(node.text) if isinstance(node, Text) else None
    return (match[1], match[2]) if match else None


def _refuse_product(node: Text) -> None:
    """``3*3``, ``k×k`` and ``3²`` mean rows x columns, but would be a window of 9 x 9."""
    match = _PRODUCT.fullmatch(node.text)
    if not match:
        return
    rows, columns = (match[1], match[3]) if match[1] else (match[4], match[4])
    digits = rows.isdigit() and columns.isdigit()
    if digits or rows == columns or match[2] == "×":  # 2*s is a number
        hint = f"write {rows}x{columns}" if digits else f"write [{rows}, {columns}]"
        raise node.error(f"{node.text!r} is a product, not rows x columns", hint)


#: ``same``, ``valid`` or ``half``, or ((top, bottom), (left, right)).
Surrounding: TypeAlias = str | tuple[tuple[int, int], tuple[int, int]]


class Padding(Kind):
    """A word, a number, ``[rows, columns]`` or ``[top, bottom, left, right]``.

    Evaluates to one of the three words, or to ((top, bottom), (left, right)).
    """

    describe = "same, valid, half, a number, [rows, columns] or [top, bottom, left, right]"

    def parse(self, node: Node) -> Value:
        if isinstance(node, Text) and not node.text[:1].isdigit():
            word = node.text
            if not word:
                raise node.error(f"expected {self.describe}, got nothing")
            if word not in ("same", "valid", "half"):
                raise node.error(f"unknown padding {word!r}", self.describe)
            return Value(lambda scope: word, frozenset(), node, True)
        items = node.items if isinstance(node, List) else [node]
        numbers = []
        for item in items:
            if not isinstance(item, Text) or not _COUNT.fullmatch(item.text):
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


#: What operators annotate their windows and paddings with.
WindowField = Annotated[tuple[Number, Number], Window()]
PoolWindowField = Annotated[tuple[Number, Number] | None, Window(or_global=True)]
PaddingField = Annotated[Surrounding, Padding()]
