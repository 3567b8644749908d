"""Writers of the rows that only move values, or bring learned ones."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from costcalc.export.geometry import SIDES, added, block, is_learned, kept
from costcalc.export.onnx.nodes import AXES, Nodes, Writing
from costcalc.export.rows import Row


def mapped(m: Nodes, row: Row[str]) -> str:
    """As many values, in another form."""
    return m.mapped(row.x)


def concat(m: Nodes, row: Row[str]) -> str:
    return m.node("Concat", *row.inputs, axis=AXES[row.said["along"]])


def transpose(m: Nodes, row: Row[str]) -> str:
    return m.turned(row.x, *((0, 1, 3, 2) if row.said["what"] == "sides" else (0, 2, 1, 3)))


def shuffle(m: Nodes, row: Row[str]) -> str:
    (height, width, channels), groups = row.arriving, row.number("groups")
    apart = m.shaped(row.x, groups, channels // groups, height, width)
    return m.mapped(m.turned(apart, 1, 0, 2, 3))


def blocks(m: Nodes, row: Row[str], name: str) -> str:
    return m.node(name, row.x, blocksize=block(row))


def resized(m: Nodes, row: Row[str]) -> str:
    height, width, channels = row.leaving
    mode = "nearest" if row.said["mode"] == "nearest" else "linear"
    sizes = m.integers(1, channels, height, width)
    return m.node("Resize", row.x, "", "", sizes, mode=mode)


def cut(m: Nodes, row: Row[str]) -> str:
    """A part of a map."""
    parts = [
        (s.start, s.stop, AXES[side], s.step) for side, s in zip(SIDES, kept(row), strict=True)
    ]
    return m.node("Slice", row.x, *(m.integers(*numbers) for numbers in zip(*parts, strict=True)))


def padded(m: Nodes, row: Row[str], mode: str = "constant") -> str:
    rows, columns, channels = added(row)
    before, behind = zip(channels, rows, columns, strict=True)
    return m.node("Pad", row.x, m.integers(0, *before, 0, *behind), mode=mode)


def learned(m: Nodes, row: Row[str]) -> str:
    height, width, channels = row.leaving
    dims = 1, channels, height, width
    size, count = math.prod(dims), row.said["params"]
    if count and count < size:  # a table: a row does not say which of it stands where
        places = np.arange(size).reshape(dims) % count
        return m.node("Gather", m.learned("weight", count), m.constant(places))
    if not is_learned(row):
        return m.filled(0, *dims)
    return m.node("Identity", m.learned("weight", *dims))


PLACES: dict[str, Writing] = {
    **dict.fromkeys(("flatten", "tokens", "reshape", "windows"), mapped),
    "dropout": lambda m, row: m.node("Dropout", row.x),
    "concat": concat,
    "transpose": transpose,
    "shuffle": shuffle,
    "space_to_depth": partial(blocks, name="SpaceToDepth"),
    "depth_to_space": partial(blocks, name="DepthToSpace"),
    **dict.fromkeys(("upsample", "resize"), resized),
    **dict.fromkeys(("crop", "subsample", "select"), cut),
    **dict.fromkeys(("zeropad", "padchannels"), padded),
    "reflectpad": partial(padded, mode="reflect"),
    "learned": learned,
}
