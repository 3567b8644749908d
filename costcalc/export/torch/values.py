"""Values in a forward pass, and the order of their dimensions.

Convolutions want (batch, channels, height, width), and layers of tokens the channels last. A value
stays as the layer left it until one wants it otherwise.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from costcalc.operators import Shape

#: (batch, channels, height, width); (batch, height, width, channels); (batch, height, channels),
#: where the width is 1; (batch, channels) of one position; and by heads (batch, heads, height,
#: channels / heads), with the width behind the batch if it is not 1.
MAPS, LAST, TOKENS, VECTOR, HEADS = "maps", "last", "tokens", "vector", "heads"
#: Which dimension is the height, the width and the channels.
AXES = {MAPS: (2, 3, 1), LAST: (1, 2, 3), TOKENS: (1, None, 2), VECTOR: (None, None, 1)}


class Value(NamedTuple):
    """An expression, the map that it is, and how its dimensions lie."""

    text: str
    shape: Shape
    form: str = MAPS
    heads: int = 1
    alone: bool = False  # a parameter: of one, whatever the batch

    def then(self, text: str, form: str = "", shape: Shape | None = None) -> Value:
        """The value with something behind it."""
        apart = any(sign in re.sub(r"\(.*\)", "", self.text) for sign in "+*@") if text else False
        own = f"({self.text})" if apart else self.text
        made = self._replace(text=f"{own}{text}", form=form or self.form)
        return made if shape is None else made._replace(shape=shape)

    def axis(self, what: str) -> int:
        """The dimension of a side or of the channels."""
        found = AXES[self.form][("height", "width", "channels").index(what)]
        assert found is not None
        return found


def as_maps(x: Value) -> Value:
    """(batch, channels, height, width)."""
    x = as_last(x) if x.form == HEADS else x
    behind = {TOKENS: ".transpose(1, 2).unsqueeze(3)", LAST: ".permute(0, 3, 1, 2)"}
    return x.then({**behind, VECTOR: "[:, :, None, None]", MAPS: ""}[x.form], MAPS)


def as_last(x: Value) -> Value:
    """The channels last: tokens, where the map is of one column."""
    if x.form == HEADS and x.shape.width == 1:
        return x.then(".transpose(1, 2).flatten(2)", TOKENS)
    if x.form == HEADS:
        return x.then(".permute(0, 3, 1, 2, 4).flatten(3)", LAST)
    if x.form == MAPS and x.shape.width == 1:
        return x.then(".flatten(2).transpose(1, 2)", TOKENS)
    return x.then(".permute(0, 2, 3, 1)", LAST) if x.form == MAPS else x


def as_sides(x: Value) -> Value:
    """(batch, height, width, channels), whatever the width."""
    x = as_last(x)
    behind = {TOKENS: ".unsqueeze(2)", VECTOR: "[:, None, None]", LAST: ""}
    return x.then(behind[x.form], LAST)


def as_vector(x: Value) -> Value:
    """(batch, channels): all values of a map in a row, as they lie."""
    x = as_last(x) if x.form == HEADS else x
    height, width, channels = x.shape
    return x.then("" if x.form == VECTOR else ".flatten(1)", VECTOR)._replace(
        shape=Shape(1, 1, height * width * channels)
    )


def as_tokens(x: Value) -> Value:
    """A map of one column as (batch, height, channels)."""
    x = as_last(x)
    return x.then({LAST: ".squeeze(2)", VECTOR: "[:, None]", TOKENS: ""}[x.form], TOKENS)


def by_heads(x: Value, heads: int) -> Value:
    """Each head apart."""
    if x.form == HEADS and x.heads == heads:
        return x
    x = as_last(x)
    if x.shape.width == 1:
        x = as_tokens(x)
        behind = f".unflatten(2, ({heads}, -1)).transpose(1, 2)"
    else:
        behind = f".unflatten(3, ({heads}, -1)).permute(0, 2, 3, 1, 4)"
    return x.then(behind, HEADS)._replace(heads=heads)


def alike(values: list[Value]) -> list[Value]:
    """Values as the first of these wants it that one of them has."""
    forms = {value.form for value in values if not value.alone} or {values[0].form}
    if forms == {HEADS} and len({value.heads for value in values}) == 1:
        return values
    if MAPS in forms:
        return [as_maps(value) for value in values]
    if LAST in forms or (HEADS in forms and values[0].shape.width != 1):
        return [as_sides(value) for value in values]
    if TOKENS in forms or HEADS in forms:
        return [as_tokens(value) for value in values]
    return values
