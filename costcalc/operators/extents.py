"""The size that a map is brought to: written, or that of a named row's map, or in proportion."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from costcalc.algebra.numbers import Number
from costcalc.errors import did_you_mean
from costcalc.operators.columns import Kind, Value
from costcalc.operators.windows import Window
from costcalc.source.nodes import Mapping, Node, Text


class To(NamedTuple):
    """The sides that leave."""

    height: Number
    width: Number


class Like(NamedTuple):
    """The row whose map has the sides that leave: who knows the rows makes :class:`To` of it. Only
    its size is followed; no value of it is read."""

    row: str


class Extent(Kind):
    """A size: ``28x28``, a number for both sides, ``[rows, columns]``, or ``{like: c3}``.

    ``otherwise`` reads what is written without a word, where that is no size: of a pool its window.
    """

    describe = "28x28, a number for both sides, [rows, columns], or {like: a named row}"

    def __init__(self, otherwise: Kind | None = None) -> None:
        self.otherwise = otherwise
        self.describe = otherwise.describe if otherwise else self.describe

    def parse(self, node: Node) -> Value:
        if not isinstance(node, Mapping):
            return self.otherwise.parse(node) if self.otherwise else self.sides(node)
        words = list(node.values)
        if len(words) != 1 or words[0] not in ("to", "like"):
            listed = ", ".join(map(repr, words)) or "nothing"
            hint = did_you_mean(words[0], ("to", "like")) if len(words) == 1 else ""
            raise node.error(f"expected {self.describe}, got {listed}", hint)
        (said,) = node.values.values()
        return self.sides(said) if words == ["to"] else self.like(said)

    def sides(self, node: Node) -> Value:
        """The size as it is written."""
        value = _SIDES.parse(node)
        return value._replace(evaluate=lambda scope: To(*value.evaluate(scope)))

    def like(self, node: Node) -> Value:
        """The size of the named row's map."""
        if not isinstance(node, Text) or not node.text:
            raise node.error(f"expected the name of a row, got {node.got}")
        row = Like(node.text)
        return Value(lambda scope: row, frozenset(), node, True, follows=row.row)


_SIDES = Window()

#: What operators annotate their sizes with.
PoolField = Annotated[tuple[Number, Number] | To | None, Extent(Window(or_global=True))]
