"""Windows and what surrounds them: kernels, strides, dilations, padding."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeAlias

from costcalc.algebra.expressions import Scope
from costcalc.algebra.numbers import Number
from costcalc.errors import CostcalcError
from costcalc.operators.columns import (
    Kind,
    Value,
    Whole,
    evaluated,
    expression,
    whole_number,
)
from costcalc.source.nodes import List, Node, Text

_ROWS_X_COLUMNS = re.compile(r"([0-9]+)\s*[xX×]\s*([0-9]+)")
_OTHERWISE = re.compile(r"\(?\s*([0-9]+)\s*(?:by|,|;|\s)\s*([0-9]+)\s*\)?")
THREE_SIDES = re.compile(r"([0-9]+)\s*[xX×]\s*([0-9]+)\s*[xX×]\s*([0-9]+)")
#: Larger pairs are hardly factors.
MAX_FACTOR = 4
_PRODUCT = re.compile(r"(\w+)\s*([*·⋅×])\s*(\w+)|(\w+)(?:²|\*\*2)")


class Window(Kind):
    """A kernel, stride or dilation, rows × columns: ``3x3``, ``1x7``, ``k`` or ``[k, 1]``."""

    describe = "3x3, 1x7, a number for both, or [rows, columns]"

    def __init__(self, or_global: bool = False) -> None:
        self.or_global = or_global
        if or_global:
            self.describe = "3x3, a number for both, global, or {to: 7x7}"

    def parse(self, node: Node) -> Value:
        if is_global(node):
            if self.or_global:
                return Value(lambda scope: None, frozenset(), node, True)
            message = f"expected {self.describe}, got 'global'"
            raise node.error(message, "only maxpool and avgpool can be global")
        if isinstance(node, List) and len(node.items) == 2:
            parts = [Whole().parse(item) for item in node.items]
        elif isinstance(node, Text):
            sides = rows_x_columns(node)
            if not sides:
                return self.square(node)
            if self.along and sides[1] != "1":
                raise node.error(f"{node.text!r} is two sides of a length", f"write {sides[0]}")
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
        try:
            expr = expression(node, self.describe)
        except CostcalcError:
            _refuse_sides(node)
            raise
        _refuse_product(node)

        def both(scope: Scope) -> Any:
            side = evaluated(expr, scope, node)
            if isinstance(side, tuple):
                if self.along and side[1] != 1:
                    said = f"{side[0]}x{side[1]}"
                    raise node.error(f"{said} is two sides of a length", f"write {side[0]}")
                return side
            side = whole_number(side, node)
            return (side, 1 if self.along else side)

        if not expr.names:
            pair = both({})
            return Value(lambda scope: pair, frozenset(), node, True)
        return Value(both, expr.names, node, words=expr.words)


class Factor(Window):
    """What sides are multiplied by: ``2``, ``2x1`` or ``[2, 2]``. A pair such as ``28x28`` is asked
    about, for elsewhere that is the size that leaves."""

    describe = "a number for both sides, or [rows, columns]"

    def parse(self, node: Node) -> Value:
        sides = rows_x_columns(node)
        if sides and min(map(int, sides)) > MAX_FACTOR:
            rows, columns = sides
            same = f"{rows} or " if rows == columns else ""
            message = f"{rows}x{columns} looks like a size, and upsample takes a factor"
            raise node.error(message, f"if it is meant: {same}[{rows}, {columns}]")
        return super().parse(node)


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


def _refuse_sides(node: Text) -> None:
    """``3by3`` and ``(3, 3)`` are two sides, written otherwise; ``3x3x3`` are three."""
    match = _OTHERWISE.fullmatch(node.text)
    if match:
        raise node.error(f"{node.text!r} is not rows x columns", f"write {match[1]}x{match[2]}")
    if THREE_SIDES.fullmatch(node.text):
        raise node.error(f"{node.text!r} is three sides", "maps have two, height and width")


#: ``same``, ``valid`` or ``half``, or ((top, bottom), (left, right)).
Surrounding: TypeAlias = str | tuple[tuple[Number, Number], tuple[Number, Number]]
_WORDS = ("same", "valid", "half")


class Padding(Kind):
    """A word, a number, ``[rows, columns]`` or ``[top, bottom, left, right]``; numbers may be
    expressions.

    Evaluates to one of the three words, or to ((top, bottom), (left, right)).
    """

    describe = "same, valid, half, a number, [rows, columns] or [top, bottom, left, right]"
    least = (">=", 0)

    def parse(self, node: Node) -> Value:
        if isinstance(node, Text) and node.text in _WORDS:
            word = node.text
            return Value(lambda scope: word, frozenset(), node, True)
        if isinstance(node, Text) and node.text.isidentifier():
            from costcalc.operators.foreign import plain  # a name, or on the way to an error

            if plain(node.text) in _WORDS:
                hint = f"did you mean {plain(node.text)!r}?"
                raise node.error(f"unknown padding {node.text!r}", hint)
        items = node.items if isinstance(node, List) else [node]
        if len(items) not in ((1, 2) if self.along else (1, 2, 4)):
            hint = "same, valid, half, a number or [before, after]" if self.along else self.describe
            raise node.error(f"{len(items)} padding numbers", hint)
        parts = [expression(item, self.describe) for item in items]
        names = frozenset[str]().union(*(part.names for part in parts))

        def evaluate(scope: Scope) -> Any:
            found = [evaluated(part, scope, item) for part, item in zip(parts, items, strict=True)]
            if len(found) == 1 and isinstance(found[0], str) and found[0] in _WORDS:
                return str(found[0])  # the name of a block's argument may hold a word
            what = "padding of whole numbers"
            numbers = [
                whole_number(value, item, what, 0) for value, item in zip(found, items, strict=True)
            ]
            if self.along:
                return (numbers[0], numbers[-1]), (0, 0)
            if len(numbers) < 4:  # the first for the rows, the last for the columns
                numbers = [numbers[0]] * 2 + [numbers[-1]] * 2
            return tuple(numbers[:2]), tuple(numbers[2:])

        if names:
            return Value(evaluate, names, node)
        around = evaluate({})
        return Value(lambda scope: around, names, node, True)


#: What operators annotate their windows and paddings with.
WindowField = Annotated[tuple[Number, Number], Window()]
FactorField = Annotated[tuple[Number, Number], Factor()]
PaddingField = Annotated[Surrounding, Padding()]
