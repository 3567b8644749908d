"""Writers of the rows that only move values, or bring learned ones."""

from __future__ import annotations

from functools import partial

from costcalc.algebra.numbers import constant
from costcalc.export.rows import Unsaid, whole
from costcalc.export.torch.code import Arguments, Code, Writing, leaving, number, pair
from costcalc.export.torch.values import (
    HEADS,
    LAST,
    MAPS,
    TOKENS,
    VECTOR,
    Value,
    alike,
    as_last,
    as_maps,
    as_sides,
    as_vector,
)
from costcalc.graph.layers import Layer
from costcalc.operators.extents import To


def same(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    return m.module(inputs[0], "nn.Dropout()")


def flatten(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    return as_vector(inputs[0])


def tokens(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    x = as_maps(inputs[0]) if inputs[0].form == MAPS else as_sides(inputs[0])
    behind = ".flatten(2).transpose(1, 2)" if x.form == MAPS else ".flatten(1, 2)"
    return leaving(x.then(behind, TOKENS), layer)


def reshape(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    height, width, channels = (number("size", side) for side in whole(*layer.output))
    x = as_last(inputs[0])
    if x.form == TOKENS and x.shape.channels == layer.output.channels:
        made = x.then(f".transpose(1, 2).unflatten(2, ({height}, {width}))", MAPS)
    else:
        made = x.then(f".reshape(-1, {height}, {width}, {channels})", LAST)
    return leaving(made, layer)


def windows(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    """(batch, rows of a window x columns, windows, channels)."""
    rows, columns = whole(*said["window"])
    apart = f".unflatten(2, (-1, {columns})).unflatten(1, (-1, {rows}))"
    made = as_sides(inputs[0]).then(f"{apart}.permute(0, 2, 4, 1, 3, 5)", LAST)
    return leaving(made.then(".flatten(3, 4).flatten(1, 2)"), layer)


def transpose(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    x = as_last(inputs[0]) if inputs[0].form == HEADS else inputs[0]
    if x.form == VECTOR:
        x = as_sides(x)
    if said["what"] == "sides":
        x = as_maps(x)
        return leaving(x.then(".transpose(2, 3)"), layer)
    return leaving(x.then(f".transpose({x.axis('height')}, {x.axis('channels')})"), layer)


def concat(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    """A parameter is of one, and is spread over the batch."""
    along = said["along"]
    values = alike(inputs)
    if values[0].form == HEADS:
        values = [as_last(value) for value in values]
    if values[0].form == VECTOR and along != "channels":
        values = [as_maps(value) for value in values]
    if values[0].form == TOKENS and along == "width":
        values = [as_sides(value) for value in values]
    batch = next((value.text for value in values if not value.alone), "")
    texts = [
        f"{value.text}.expand({batch}.shape[0]{', -1' * (2 + (value.form != TOKENS))})"
        if value.alone and batch
        else value.text
        for value in values
    ]
    dim = values[0].axis(along)
    made = values[0]._replace(text=f"torch.cat([{', '.join(texts)}], {dim})", alone=not batch)
    return leaving(made, layer)


def blocks(m: Code, layer: Layer, said: Arguments, inputs: list[Value], name: str) -> Value:
    rows, columns = whole(*said["block"])
    if rows != columns:
        raise Unsaid("blocks that are not square")
    return leaving(m.module(as_maps(inputs[0]), f"nn.{name}({rows})"), layer)


def shuffle(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    (groups,) = whole(said["groups"])
    return m.module(as_maps(inputs[0]), f"nn.ChannelShuffle({number('groups', groups)})")


def resized(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    """By factors where the row says these, and PyTorch comes to the same sides: counters tell them
    from a size."""
    x, to = as_maps(inputs[0]), said.get("factor", said.get("to"))
    sides, left = whole(*layer.input[:2]), whole(*layer.output[:2])
    given = f"size={number('size', tuple(left))}"
    if not isinstance(to, To):
        factors = [int(f) if f == int(f) else float(f) for f in map(constant, to)]
        if [int(side * f) for side, f in zip(sides, factors, strict=True)] == left:
            given = f"scale_factor={number('scale', pair(factors))}"
    given += f', mode="{said["mode"]}"'
    if layer.coded == "functional":
        return leaving(x._replace(text=f"F.interpolate({x.text}, {given})"), layer)
    return leaving(m.module(x, f"nn.Upsample({given})"), layer)


def cut(layer: Layer, x: Value, **parts: str) -> Value:
    """A part of a value: slices by what they are along."""
    where = {x.axis(what): part for what, part in parts.items()}
    places = [where.get(dim, ":") for dim in range(1, max(where) + 1)]
    return leaving(x.then(f"[:, {', '.join(places)}]"), layer)


def crop(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    """To a size: from the middle; of one column, the first rows."""
    to, parts, x = said["to"], {}, as_last(inputs[0]) if inputs[0].form == HEADS else inputs[0]
    for axis, what in enumerate(("height", "width")):
        side, left = whole(layer.input[axis], layer.output[axis])
        if side != left:
            start = (side - left) // 2 if isinstance(to, To) else whole(to[axis][0])[0]
            start = 0 if x.form == TOKENS and isinstance(to, To) else start
            first, end = number("start", start), number("end", start + left)
            parts[what] = f"{first}:{end}" if start else f":{end}"
    return cut(layer, x, **parts) if parts else x


def subsample(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    rows, columns = whole(*said["stride"])
    return cut(layer, as_maps(inputs[0]), height=f"::{rows}", width=f"::{columns}")


def select(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    x = as_last(inputs[0]) if inputs[0].form == HEADS else inputs[0]
    return cut(layer, x, channels=f":{number('channels', whole(layer.output[2])[0])}")


def padded(m: Code, layer: Layer, said: Arguments, inputs: list[Value], name: str) -> Value:
    """To a size: as evenly as can be."""
    around, pads = said["padding"], []
    for axis in range(2):
        (lacking,) = whole(layer.output[axis] - layer.input[axis])
        before = lacking // 2
        pads.append([before, lacking - before] if isinstance(around, To) else whole(*around[axis]))
    (top, bottom), (left, right) = pads
    pad = number("pad", f"({left}, {right}, {top}, {bottom})")
    return leaving(m.module(as_maps(inputs[0]), f"nn.{name}({pad})"), layer)


def more_channels(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    x, more = as_maps(inputs[0]), whole(layer.output[2] - layer.input[2])[0]
    pad = f"(0, 0, 0, 0, 0, {number('more', more)})"
    return leaving(x._replace(text=f"F.pad({x.text}, {pad})"), layer)


def learned(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    height, width, channels = whole(*layer.output)
    count = said["params"]
    form = TOKENS if width == 1 else MAPS
    dims = (height, channels) if form == TOKENS else (channels, height, width)
    made = f"torch.zeros(1, {', '.join(number('size', dim) for dim in dims)})"
    if count == 0:
        text = m.constant("map", made)
    elif count is not None and count != layer.output.elements:
        raise Unsaid("a learned map that is read out of another")
    else:
        text = m.parameter("map", made)
    return Value(text, layer.output, form, alone=True)


PLACES: dict[str, Writing] = {
    "flatten": flatten,
    "tokens": tokens,
    "reshape": reshape,
    "windows": windows,
    "dropout": same,
    "concat": concat,
    "transpose": transpose,
    "shuffle": shuffle,
    "space_to_depth": partial(blocks, name="PixelUnshuffle"),
    "depth_to_space": partial(blocks, name="PixelShuffle"),
    "upsample": resized,
    "resize": resized,
    "crop": crop,
    "subsample": subsample,
    "select": select,
    "zeropad": partial(padded, name="ZeroPad2d"),
    "reflectpad": partial(padded, name="ReflectionPad2d"),
    "padchannels": more_channels,
    "learned": learned,
}
