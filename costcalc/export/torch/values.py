"""Values in a forward pass, and the order of their dimensions.

Convolutions want (batch, channels, height, width), and layers of tokens the channels last. A value
stays as the layer left it until one wants it otherwise.
"""

from __future__ import annotations

from typing import NamedTuple

from costcalc.export.geometry import SIDES
from costcalc.export.python import cuts
from costcalc.operators import Shape

#: (batch, channels, height, width); (batch, height, width, channels); (batch, height, channels),
#: where the width is 1; (batch, channels) of one position; and by heads (batch, heads, height,
#: channels / heads), with the width behind the batch if it is not 1.
MAPS, LAST, TOKENS, VECTOR, HEADS = "maps", "last", "tokens", "vector", "heads"
#: Which dimension is the height, the width and the channels.
AXES = {MAPS: (2, 3, 1), LAST: (1, 2, 3), TOKENS: (1, 0, 2), VECTOR: (0, 0, 1)}
#: What makes one of the other.
TURNS = {
    (TOKENS, MAPS): ".transpose(1, 2).unsqueeze(3)",
    (LAST, MAPS): ".permute(0, 3, 1, 2)",
    (VECTOR, MAPS): "[:, :, None, None]",
    (MAPS, LAST): ".permute(0, 2, 3, 1)",
    (TOKENS, LAST): ".unsqueeze(2)",
    (VECTOR, LAST): "[:, None, None]",
    (HEADS, LAST): ".permute(0, 3, 1, 2, 4).flatten(3)",
    (MAPS, TOKENS): ".flatten(2).transpose(1, 2)",
    (LAST, TOKENS): ".squeeze(2)",
    (VECTOR, TOKENS): "[:, None]",
    (HEADS, TOKENS): ".transpose(1, 2).flatten(2)",
}


class Value(NamedTuple):
    """An expression, the map that it is, and how its dimensions lie."""

    text: str
    shape: Shape
    form: str = MAPS
    heads: int = 1
    alone: bool = False  # a parameter: of one, whatever the batch

    def of(self, text: str, form: str = "") -> Value:
        """The same map by another expression."""
        return self._replace(text=text, form=form or self.form)

    def then(self, text: str, form: str = "") -> Value:
        """The value with something behind it."""
        apart = text and any([*cuts(self.text, f" {sign} ")] for sign in "+*@")
        return self.of(f"({self.text}){text}" if apart else f"{self.text}{text}", form)

    def axis(self, side: str) -> int:
        """The dimension of a side or of the channels."""
        return AXES[self.form][SIDES.index(side)]

    @property
    def last(self) -> Value:
        """The channels last: tokens, where the map is of one column."""
        if self.form not in (HEADS, MAPS):
            return self
        form = TOKENS if self.shape.width == 1 else LAST
        return self.then(TURNS[self.form, form], form)

    @property
    def maps(self) -> Value:
        return self.as_(MAPS)

    @property
    def sides(self) -> Value:
        """The channels last, whatever the width."""
        return self.as_(LAST)

    @property
    def vector(self) -> Value:
        """(batch, channels): all values of a map in a row, as they lie."""
        x = self.whole
        flat = x if x.form == VECTOR else x.then(".flatten(1)", VECTOR)
        return flat._replace(shape=Shape(1, 1, x.shape.elements))

    @property
    def whole(self) -> Value:
        """Not by heads."""
        return self.last if self.form == HEADS else self

    def as_(self, form: str) -> Value:
        """In that order of dimensions."""
        x = self.whole
        return x if x.form == form else x.then(TURNS[x.form, form], form)

    def by_heads(self, heads: int) -> Value:
        """Each head apart."""
        if self.form == HEADS and self.heads == heads:
            return self
        if self.shape.width == 1:
            x, behind = self.as_(TOKENS), f".unflatten(2, ({heads}, -1)).transpose(1, 2)"
        else:
            x, behind = self.as_(LAST), f".unflatten(3, ({heads}, -1)).permute(0, 2, 3, 1, 4)"
        return x.then(behind, HEADS)._replace(heads=heads)


def alike(values: list[Value]) -> list[Value]:
    """Values as the first of these wants it that one of them has."""
    forms = {value.form for value in values if not value.alone} or {values[0].form}
    if forms == {HEADS} and len({value.heads for value in values}) == 1:
        return values
    if forms == {VECTOR}:
        return [value.vector for value in values]
    column = values[0].shape.width == 1
    form = MAPS if MAPS in forms else TOKENS if column and LAST not in forms else LAST
    return [value.as_(form) for value in values]
