"""Writers of the rows that only move values, or bring learned ones."""

from __future__ import annotations

from collections.abc import Callable

from costcalc.algebra.numbers import constant
from costcalc.export.geometry import SIDES, added, block, is_learned, kept
from costcalc.export.rows import Row
from costcalc.export.torch.code import Code, Writing, number, pair
from costcalc.export.torch.layers import pads_of
from costcalc.export.torch.values import AXES, HEADS, LAST, MAPS, TOKENS, VECTOR, Value, alike
from costcalc.operators import Shape
from costcalc.operators.extents import To


def by_module(name: str, columns: Callable[[Row[Value]], object]) -> Writing:
    """A module of a map, and what it takes of the row."""
    return lambda m, row: m.module(row.x.maps, f"nn.{name}({columns(row)})")


def put_around(row: Row[Value]) -> str:
    return pads_of(added(row)[:2])


def tokens(m: Code, row: Row[Value]) -> Value:
    if row.x.form == MAPS:
        return row.x.then(".flatten(2).transpose(1, 2)", TOKENS)
    return row.x.sides.then(".flatten(1, 2)", TOKENS)


def reshape(m: Code, row: Row[Value]) -> Value:
    x, (height, width, channels) = row.x.last, (number("size", n) for n in row.leaving)
    if x.form == TOKENS and row.arriving[2] == row.leaving[2]:
        return x.then(f".transpose(1, 2).unflatten(2, ({height}, {width}))", MAPS)
    return x.then(f".reshape(-1, {height}, {width}, {channels})", LAST)


def windows(m: Code, row: Row[Value]) -> Value:
    """(batch, rows of a window x columns, windows, channels)."""
    rows, columns = row.numbers("window")
    apart = f".unflatten(2, (-1, {columns})).unflatten(1, (-1, {rows}))"
    return row.x.sides.then(f"{apart}.permute(0, 2, 4, 1, 3, 5).flatten(3, 4).flatten(1, 2)")


def transpose(m: Code, row: Row[Value]) -> Value:
    if row.said["what"] == "sides":
        return row.x.maps.then(".transpose(2, 3)")
    x = row.x.whole
    x = x.sides if x.form == VECTOR else x
    return x.then(f".transpose({x.axis('height')}, {x.axis('channels')})")


def concat(m: Code, row: Row[Value]) -> Value:
    """A parameter is of one, and is spread over the batch."""
    along, values = row.said["along"], alike(row.inputs)
    if values[0].form == HEADS:
        values = [value.last for value in values]
    if values[0].form == VECTOR and along != "channels":
        values = [value.maps for value in values]
    if values[0].form == TOKENS and along == "width":
        values = [value.sides for value in values]
    batch = next((value.text for value in values if not value.alone), "")
    others = ", -1" * (len({*AXES[values[0].form]} - {0}))
    texts = [
        f"{value.text}.expand({batch}.shape[0]{others})" if value.alone and batch else value.text
        for value in values
    ]
    made = values[0].of(f"torch.cat([{', '.join(texts)}], {values[0].axis(along)})")
    return made._replace(alone=not batch)


def size_of(row: Row[Value]) -> str:
    return number("size", tuple(row.leaving[:2]))


def fractional(row: Row[Value]) -> str:
    """Windows of two by two, and of one along a side that stays as it is."""
    pairs = zip(row.arriving[:2], row.leaving[:2], strict=True)
    kernel = number("kernel_size", pair([1 + (side > to) for side, to in pairs]))
    return f"{kernel}, output_size={size_of(row)}"


def resized(m: Code, row: Row[Value]) -> Value:
    """By factors where the row says these, and PyTorch comes to the same sides: counters tell them
    from a size."""
    to, sides, left = row.said.get("factor", row.said.get("to")), row.arriving[:2], row.leaving[:2]
    columns = f"size={size_of(row)}"
    if not isinstance(to, To):
        factors = [int(f) if f == int(f) else float(f) for f in map(constant, to)]
        if [int(side * f) for side, f in zip(sides, factors, strict=True)] == left:
            columns = f"scale_factor={number('scale', pair(factors))}"
    columns += f', mode="{row.said["mode"]}"'
    return m.applied(row, row.x.maps, "nn.Upsample", "F.interpolate", columns)


def cut(m: Code, row: Row[Value]) -> Value:
    """A part of a map; to a size, of tokens the first."""
    x = row.x.whole
    x = x.maps if row.layer.operator == "subsample" else x
    first, where = x.form == TOKENS and isinstance(row.said.get("to"), To), {}
    for side, part, whole in zip(SIDES, kept(row), row.arriving, strict=True):
        if part.step > 1:
            where[x.axis(side)] = f"::{part.step}"
        elif part.stop - part.start < whole:
            start = 0 if first else part.start
            end = number("end", start + part.stop - part.start)
            where[x.axis(side)] = f"{number('start', start) if start else ''}:{end}"
    if not where:
        return x
    places = [where.get(dim, ":") for dim in range(1, max(where) + 1)]
    return x.then(f"[:, {', '.join(places)}]")


def more_channels(m: Code, row: Row[Value]) -> Value:
    x, more = row.x.maps, number("more", added(row)[2][1])
    return x.of(f"F.pad({x.text}, (0, 0, 0, 0, 0, {more}))")


def learned(m: Code, row: Row[Value]) -> Value:
    height, width, channels = row.leaving
    form = TOKENS if width == 1 else MAPS
    dims = (height, channels) if form == TOKENS else (channels, height, width)
    made = f"torch.zeros(1, {', '.join(number('size', dim) for dim in dims)})"
    text = m.tensor("map", made, is_learned(row))
    return Value(text, Shape(*row.leaving), form, alone=True)


PLACES: dict[str, Writing] = {
    "dropout": lambda m, row: m.module(row.x, "nn.Dropout()"),
    "flatten": lambda m, row: row.x.vector,
    "tokens": tokens,
    "reshape": reshape,
    "windows": windows,
    "concat": concat,
    "transpose": transpose,
    "shuffle": by_module("ChannelShuffle", lambda row: number("groups", row.number("groups"))),
    "space_to_depth": by_module("PixelUnshuffle", block),
    "depth_to_space": by_module("PixelShuffle", block),
    "zeropad": by_module("ZeroPad2d", put_around),
    "reflectpad": by_module("ReflectionPad2d", put_around),
    "fmp": by_module("FractionalMaxPool2d", fractional),
    **dict.fromkeys(("upsample", "resize"), resized),
    **dict.fromkeys(("crop", "subsample", "select"), cut),
    "padchannels": more_channels,
    "learned": learned,
}
