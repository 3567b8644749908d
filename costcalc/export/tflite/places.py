"""Writers of the rows that only move values, or bring learned ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from costcalc.export.rows import Arguments, Pair, Unsaid, Writer, whole
from costcalc.export.tflite.nodes import Nodes
from costcalc.graph.layers import Layer
from costcalc.operators.extents import To


def view(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    """As many values, in another form."""
    return m.shaped(inputs[0], *m.dims(layer))


def concat(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    """Of maps whose numbers mean the same."""
    axis = ("", "height", "width", "channels").index(said["along"])
    first = m.tensors[inputs[0]].quantised
    alike = [
        m.node("QUANTIZE", x, dims=m.tensors[x].dims) if m.tensors[x].quantised != first else x
        for x in inputs
    ]
    return m.node("CONCATENATION", *alike, Axis=axis)


def turned(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    places = (0, 2, 1, 3) if said["what"] == "sides" else (0, 3, 2, 1)
    return m.node("TRANSPOSE", *inputs, m.integers(*places))


def shuffle(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    height, width, channels, groups = whole(*layer.input, said["groups"])
    apart, turned = (1, height * width, groups, channels // groups), m.integers(0, 1, 3, 2)
    made = m.shaped(inputs[0], *apart)
    made = m.node("TRANSPOSE", made, turned, dims=(*apart[:2], apart[3], apart[2]))
    return m.shaped(made, *m.dims(layer))


def blocks(m: Nodes, layer: Layer, said: Arguments, inputs: list[str], kind: str) -> str:
    rows, columns = whole(*said["block"])
    if rows != columns:
        raise Unsaid("blocks that are not square")
    return m.node(kind, *inputs, BlockSize=rows)


def resized(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    kind = "RESIZE_NEAREST_NEIGHBOR" if said["mode"] == "nearest" else "RESIZE_BILINEAR"
    return m.node(kind, *inputs, m.integers(*m.dims(layer)[1:3]))


def crop(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    """To a size: from the middle; the first channels."""
    sides, dims, to = whole(*layer.input[:2]), m.dims(layer), said.get("to")
    if m.tensors[inputs[0]].dims == dims:
        return inputs[0]
    if to is None or isinstance(to, To):
        starts = [(side - left) // 2 for side, left in zip(sides, dims[1:3], strict=True)]
    else:
        starts = [whole(*pair)[0] for pair in to]
    return m.node("SLICE", *inputs, m.integers(0, *starts, 0), m.integers(*dims))


def subsample(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    steps = m.integers(1, *whole(*said["stride"]), 1)
    ends = m.integers(1, *whole(*layer.input))
    return m.node("STRIDED_SLICE", *inputs, m.integers(0, 0, 0, 0), ends, steps)


def padded(
    m: Nodes, x: str, pads: Sequence[Pair], more: int = 0, *, low: bool = False, kind: str = "PAD"
) -> str:
    """Sides, and channels at the end, of zeros, or of the lowest number that there is."""
    (_, height, width, channels), (rows, columns) = m.tensors[x].dims, pads
    dims = (1, height + sum(rows), width + sum(columns), channels + more)
    around = m.integers(0, 0, *rows, *columns, 0, more, dims=(4, 2))
    if low:
        return m.node("PADV2", x, around, m.lowest(x), dims=dims)
    return m.node(kind, x, around, dims=dims)


def pad(m: Nodes, layer: Layer, said: Arguments, inputs: list[str], kind: str = "PAD") -> str:
    """To a size: as evenly as can be."""
    around, pads = said.get("padding"), list[Pair]()
    pairs = zip(m.dims(layer)[1:], whole(*layer.input), strict=True)
    lacking = [large - small for large, small in pairs]
    for axis in range(2):
        before = lacking[axis] // 2
        if around is not None and not isinstance(around, To):
            before = whole(*around[axis])[0]
        pads.append((before, lacking[axis] - before))
    return padded(m, inputs[0], pads, lacking[2], kind=kind) if any(lacking) else inputs[0]


def learned(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    count: Any = said["params"]
    if count is not None and count != layer.output.elements:
        raise Unsaid("a map that is constant, or read out of another")
    return m.learned("weight", *m.dims(layer))


PLACES: dict[str, Writer[Nodes]] = {
    **dict.fromkeys(("dropout", "flatten", "tokens", "reshape"), view),
    "concat": concat,
    "transpose": turned,
    "shuffle": shuffle,
    "space_to_depth": partial(blocks, kind="SPACE_TO_DEPTH"),
    "depth_to_space": partial(blocks, kind="DEPTH_TO_SPACE"),
    "upsample": resized,
    "resize": resized,
    "crop": crop,
    "select": crop,
    "subsample": subsample,
    "zeropad": pad,
    "padchannels": pad,
    "reflectpad": partial(pad, kind="MIRROR_PAD"),
    "learned": learned,
}
