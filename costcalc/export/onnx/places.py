"""Writers of the rows that only move values, or bring learned ones."""

from __future__ import annotations

from functools import partial
from typing import Any

from costcalc.export.onnx.nodes import Nodes
from costcalc.export.rows import Arguments, Unsaid, Writer, whole
from costcalc.graph.layers import Layer
from costcalc.operators.extents import To


def mapped(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    """As many values, in another form."""
    return m.mapped(inputs[0], layer)


def same(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    return m.node("Identity", *inputs)


def concat(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    axis = {"channels": 1, "height": 2, "width": 3}[said["along"]]
    return m.node("Concat", *inputs, axis=axis)


def transpose(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    return m.turned(inputs[0], *((0, 1, 3, 2) if said["what"] == "sides" else (0, 2, 1, 3)))


def shuffle(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    height, width, channels, groups = whole(*layer.input, said["groups"])
    apart = m.shaped(inputs[0], groups, channels // groups, height, width)
    return m.mapped(m.turned(apart, 1, 0, 2, 3), layer)


def blocks(m: Nodes, layer: Layer, said: Arguments, inputs: list[str], name: str) -> str:
    rows, columns = whole(*said["block"])
    if rows != columns:
        raise Unsaid("blocks that are not square")
    return m.node(name, *inputs, blocksize=rows)


def resized(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    height, width, channels = whole(*layer.output)
    sizes = m.integers(1, channels, height, width)
    mode = "nearest" if said["mode"] == "nearest" else "linear"
    return m.node("Resize", *inputs, "", "", sizes, mode=mode)


def sliced(m: Nodes, name: str, axis: int, start: int, end: int, step: int = 1) -> str:
    """A part of one dimension."""
    return m.node("Slice", name, *(m.integers(n) for n in (start, end, axis, step)))


def crop(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    """To a size: from the middle."""
    made, to = inputs[0], said["to"]
    for axis in range(2):
        side, left = whole(layer.input[axis], layer.output[axis])
        start = (side - left) // 2 if isinstance(to, To) else whole(to[axis][0])[0]
        made = sliced(m, made, axis + 2, start, start + left)
    return made


def subsample(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    made = inputs[0]
    for axis, stride in enumerate(whole(*said["stride"])):
        (side,) = whole(layer.input[axis])
        made = sliced(m, made, axis + 2, 0, side, stride)
    return made


def select(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    (channels,) = whole(layer.output[2])
    return sliced(m, inputs[0], 1, 0, channels)


def padded(m: Nodes, layer: Layer, said: Arguments, inputs: list[str], mode: str) -> str:
    """To a size: as evenly as can be."""
    around, pads = said["padding"], []
    for axis in range(2):
        lacking = whole(layer.output[axis] - layer.input[axis])[0]
        before = lacking // 2
        pads.append([before, lacking - before] if isinstance(around, To) else whole(*around[axis]))
    (top, bottom), (left, right) = pads
    return m.node("Pad", *inputs, m.integers(0, 0, top, left, 0, 0, bottom, right), mode=mode)


def more_channels(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    more = whole(layer.output[2] - layer.input[2])[0]
    return m.node("Pad", *inputs, m.integers(0, 0, 0, 0, 0, more, 0, 0))


def learned(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    height, width, channels = whole(*layer.output)
    count: Any = said["params"]
    if count == 0:
        return m.filled(0, 1, channels, height, width)
    if count is not None and count != layer.output.elements:
        raise Unsaid("a learned map that is read out of another")
    return m.node("Identity", m.learned("weight", 1, channels, height, width))


PLACES: dict[str, Writer[Nodes]] = {
    **dict.fromkeys(("flatten", "tokens", "reshape", "windows"), mapped),
    "dropout": lambda m, layer, said, inputs: m.node("Dropout", *inputs),
    "concat": concat,
    "transpose": transpose,
    "shuffle": shuffle,
    "space_to_depth": partial(blocks, name="SpaceToDepth"),
    "depth_to_space": partial(blocks, name="DepthToSpace"),
    "upsample": resized,
    "resize": resized,
    "crop": crop,
    "subsample": subsample,
    "select": select,
    "zeropad": partial(padded, mode="constant"),
    "reflectpad": partial(padded, mode="reflect"),
    "padchannels": more_channels,
    "learned": learned,
}
