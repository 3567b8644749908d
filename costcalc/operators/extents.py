"""The size that a map is brought to: written, or that of a named row's map, or in proportion."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dict
from copy import copy
from functools import cached_property
from typing import Annotated, Any, NamedTuple, Self

from costcalc.algebra.expressions import Scope
from costcalc.algebra.numbers import Number
from costcalc.errors import did_you_mean
from costcalc.operators.columns import Both, Choice, Kind, Scale, Value, Whole
from costcalc.operators.windows import (
    THREE_SIDES,
    Padding,
    Surrounding,
    Window,
    is_global,
    rows_x_columns,
)
from costcalc.source.nodes import List, Mapping, Node, Text

Pair = tuple[Number, Number]


class To(NamedTuple):
    """The sides that leave."""

    height: Number
    width: Number


class Like(NamedTuple):
    """The row whose map has the sides that leave: who knows the rows makes :class:`To` of it. Only
    its size is followed; no value of it is read."""

    row: str


_SIDES = Window()


def like(row: Callable[[Scope], str], scope: Scope) -> Like:
    """The size of the row whose name ``row`` gives."""
    return Like(row(scope))


class Extent(Kind):
    """A size: ``28x28``, a number for both sides, ``[rows, columns]``, or ``{like: c3}``.

    ``otherwise`` reads what is written without a word, where that is no size: of a pool its window.
    ``more`` are other words, and what reads what stands behind them; that is no :class:`To`.
    """

    describe = "28x28, a number for both sides, [rows, columns], {like: a named row} or {by: …}"

    def __init__(self, otherwise: Kind | None = None, **more: Kind) -> None:
        self.otherwise = otherwise
        self.more: Dict[str, Kind] = more
        self.written = _SIDES  # how a size is written
        self.words = ("to", "like", *more)
        self.describe = otherwise.describe if otherwise else self.describe

    @cached_property
    def of_length(self) -> Self:
        kind = copy(self)
        kind.written = self.written.of_length
        kind.otherwise = self.otherwise and self.otherwise.of_length
        kind.more = {word: other.of_length for word, other in self.more.items()}
        return kind

    def asks(self, value: Any) -> Kind:
        other = self.otherwise or next(iter(self.more.values()))
        return self if isinstance(value, To) else other

    def parse(self, node: Node) -> Value:
        if not isinstance(node, Mapping):
            return self.otherwise.parse(node) if self.otherwise else self.sides(node)
        words = list(node.values)
        if len(words) != 1 or words[0] not in self.words:
            listed = ", ".join(map(repr, words)) or "nothing"
            hint = did_you_mean(words[0], self.words) if len(words) == 1 else ""
            raise node.error(f"expected {self.describe}, got {listed}", hint)
        ((word, said),) = node.values.items()
        if word in self.more:
            return self.more[word].parse(said)
        return self.sides(said) if word == "to" else self.like(said)

    def windowless(self, node: Node) -> str:
        """What a pool is that has no window to slide, as it is written."""
        if self.otherwise is None or not (is_global(node) or isinstance(node, Mapping)):
            return ""
        return "a global pool" if is_global(node) else "a pool without a window"

    def sides(self, node: Node) -> Value:
        """The size as it is written."""
        value = self.written.parse(node)
        return value._replace(evaluate=lambda scope: To(*value.evaluate(scope)))

    def like(self, node: Node) -> Value:
        """The size of the named row's map."""
        if not isinstance(node, Text) or not node.text:
            raise node.error(f"expected the name of a row, got {node.got}")
        row = Like(node.text)
        return Value(lambda scope: row, frozenset(), node, True, follows=row.row)


class Form(Extent):
    """A size, or a size and channels: ``14x14``, ``14x14x384``, ``[n, 1, c]``, ``{like: c3}``."""

    describe = "14x14, 14x14x384, [rows, columns], [rows, columns, channels] or {like: a named row}"

    def asks(self, value: Any) -> Kind:
        return self

    def parse(self, node: Node) -> Value:
        three = THREE_SIDES.fullmatch(node.text) if isinstance(node, Text) else None
        parts = [Text(node.place, side) for side in three.groups()] if three else []
        items = node.items if isinstance(node, List) else parts
        if len(items) == 2 or rows_x_columns(node):  # of tokens a map may be made
            return type(self)().sides(node)
        if len(items) != 3:
            return super().parse(node)
        values = [Whole().parse(item) for item in items]
        return Value(
            lambda scope: tuple(value.evaluate(scope) for value in values),
            frozenset[str]().union(*(value.names for value in values)),
            node,
            all(value.constant for value in values),
        )


#: What operators annotate their sizes with.
PoolField = Annotated[
    Pair | To | str | None,
    Extent(Window(or_global=True), over=Choice("channels", "height", "width")),
]
ZeroPadField = Annotated[To | Surrounding, Extent(Padding())]
FormField = Annotated[To | tuple[Number, ...], Form()]
ResizeField = Annotated[To | Pair, Extent(by=Both(Scale(), 1))]
CropField = Annotated[To | Surrounding, Extent(by=Padding())]
