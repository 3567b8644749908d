"""Writers of the rows that only move values, or bring learned ones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from costcalc.export.geometry import SIDES, Pair, added, block, is_learned, kept
from costcalc.export.rows import Row, Unsaid
from costcalc.export.tflite.nodes import Nodes, Writing


def view(m: Nodes, row: Row[str]) -> str:
    """As many values, in another form."""
    return m.shaped(row.x, *m.dims())


def concat(m: Nodes, row: Row[str]) -> str:
    """Of maps whose numbers mean the same."""
    first = m.tensors[row.x].quantised
    alike = [
        m.node("QUANTIZE", x, dims=m.tensors[x].dims) if m.tensors[x].quantised != first else x
        for x in row.inputs
    ]
    return m.node("CONCATENATION", *alike, Axis=1 + SIDES.index(row.said["along"]))


def turned(m: Nodes, row: Row[str]) -> str:
    places = (0, 2, 1, 3) if row.said["what"] == "sides" else (0, 3, 2, 1)
    return m.node("TRANSPOSE", row.x, m.integers(*places))


def shuffle(m: Nodes, row: Row[str]) -> str:
    (height, width, channels), groups = row.arriving, row.number("groups")
    apart, turned = (1, height * width, groups, channels // groups), m.integers(0, 1, 3, 2)
    made = m.shaped(row.x, *apart)
    made = m.node("TRANSPOSE", made, turned, dims=(*apart[:2], apart[3], apart[2]))
    return m.shaped(made, *m.dims())


def blocks(m: Nodes, row: Row[str], kind: str) -> str:
    return m.node(kind, row.x, BlockSize=block(row))


def resized(m: Nodes, row: Row[str]) -> str:
    kind = "RESIZE_NEAREST_NEIGHBOR" if row.said["mode"] == "nearest" else "RESIZE_BILINEAR"
    return m.node(kind, row.x, m.integers(*row.leaving[:2]))


def cut(m: Nodes, row: Row[str]) -> str:
    """A part of a map."""
    parts, dims = kept(row), m.dims()
    starts = 0, *(part.start for part in parts)
    if row.layer.operator == "subsample":
        ends, steps = (1, *(part.stop for part in parts)), (1, *(part.step for part in parts))
        return m.node("STRIDED_SLICE", row.x, *(m.integers(*one) for one in (starts, ends, steps)))
    if m.tensors[row.x].dims == dims:
        return row.x
    return m.node("SLICE", row.x, m.integers(*starts), m.integers(*dims))


def padded(m: Nodes, x: str, pads: Sequence[Pair], *, low: bool = False, kind: str = "PAD") -> str:
    """Rows, columns and channels of zeros, or of the lowest number that there is."""
    dims = (1, *(side + sum(pair) for side, pair in zip(m.tensors[x].dims[1:], pads, strict=True)))
    around = m.integers(0, 0, *(number for pair in pads for number in pair), dims=(4, 2))
    if low:
        return m.node("PADV2", x, around, m.lowest(x), dims=dims)
    return m.node(kind, x, around, dims=dims)


def pad(m: Nodes, row: Row[str], kind: str = "PAD") -> str:
    pads = added(row)
    return padded(m, row.x, pads, kind=kind) if any(map(any, pads)) else row.x


def learned(m: Nodes, row: Row[str]) -> str:
    if not is_learned(row):
        raise Unsaid("a map that is constant")
    return m.learned("weight", *m.dims())


PLACES: dict[str, Writing] = {
    **dict.fromkeys(("dropout", "flatten", "tokens", "reshape"), view),
    "concat": concat,
    "transpose": turned,
    "shuffle": shuffle,
    "space_to_depth": partial(blocks, kind="SPACE_TO_DEPTH"),
    "depth_to_space": partial(blocks, kind="DEPTH_TO_SPACE"),
    **dict.fromkeys(("upsample", "resize"), resized),
    **dict.fromkeys(("crop", "select", "subsample"), cut),
    **dict.fromkeys(("zeropad", "padchannels"), pad),
    "reflectpad": partial(pad, kind="MIRROR_PAD"),
    "learned": learned,
}
