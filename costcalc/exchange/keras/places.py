"""Keras layers that move values and put them together, and those that leave them as they are."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from costcalc.errors import visible
from costcalc.exchange import parts
from costcalc.exchange.keras.graph import Layer, Reader, heads_of, map_of, sized
from costcalc.exchange.maps import Value, joined
from costcalc.exchange.translation import Refused, reshaping


def product(n: Layer) -> Value:
    """A product of two maps, each of whose columns and heads is by itself."""
    over = {"bnghc,bmghc->bnghm": "channels", "bnghm,bmghc->bnghc": "tokens"}.get(n.subscripts)
    values = [*map(n.flow.value, n.inputs)]
    if over is None or len(values) != 2:
        raise Refused("Einsum of other than tokens and heads")
    heads = [heads_of(x, one[1:]) for x, one in zip(values, sized(n.call), strict=True)]
    return n.flow.row({"matmul": None, "over": over, "heads": heads[0]}, *values, merges=True)


def merge(n: Layer, row: str, said: str = "") -> Any:
    """Of maps; of a map and a number, it hangs on the map."""
    numbers = [one for one in n.reads if isinstance(one, float)]
    if numbers:
        (number,) = numbers
        made = (lambda x: x + number) if row == "add" else (lambda x: x * number)
        return n.flow.function(n.inputs[0], made, "", f"{row} of a constant, left out")
    if said:
        n.flow.stands_in(f"{said}, said as {row}")
    return n.flow.row({row: None}, *n.values(), merges=True)


def concat(n: Layer) -> Value:
    values = n.values()
    axis = {None: 2, -1: 2, 3: 2, 1: 0, 2: 1}.get(n.axis)
    vector = all(value.form[:2] == (1, 1) for value in values)
    side = 2 if vector and n.axis == 1 else axis
    if side is None:
        raise Refused("Concatenate along no side and no channels")
    return n.flow.row(joined(side), *values, merges=True)


def scaled_sum(n: Layer) -> Value:
    """Inception-ResNet's: the first, plus the second times a number."""
    n.flow.stands_in("multiply of a constant, left out")
    return n.flow.row({"add": None}, *n.values(), merges=True)


def same(n: Layer) -> Any:
    return n.flow.passed(n.inputs[0])


def left_out(n: Layer) -> Value:
    """By constants; Normalization's statistics are no parameters."""
    n.flow.stands_in(f"{n.kind}, left out")
    return n.value()


def flatten(n: Layer) -> Value:
    x = n.value()
    return x if x.form[:2] == (1, 1) else n.row({"flatten": None}, x)


def reshape(n: Layer) -> Any:
    """What is a map in parts keeps its elements: who reads it says which map that is."""
    sizes = [*n.target_shape]
    if len(sizes) > 3 and n.sizes:
        return n.flow.passed(n.inputs[0])
    x = n.flow.value(n.inputs[0])
    if -1 in sizes:
        sizes[sizes.index(-1)] = math.prod(x.form) // abs(math.prod(sizes))
    return n.flow.reshaped(x, map_of(sizes))


def permute(n: Layer) -> Any:
    if len(n.dims) > 3 and n.sizes:
        return n.flow.passed(n.inputs[0])
    x = n.value()
    height, width, channels = x.form
    if n.dims == [2, 1] and width == 1:
        return n.flow.row(reshaping(x.form, (channels, 1, height)), x)
    if n.dims == [2, 1, 3]:
        return n.flow.row({"transpose": "sides"}, x)
    if n.dims == [3, 2, 1]:
        return n.flow.row({"transpose": None}, x)
    raise Refused("Permute of three dimensions")


def cut(n: Layer) -> Value:
    """Slices of a map, the same of all images."""
    x, sizes, places = n.value(), n.sizes, n.call["args"][1]
    kinds = [one["class_name"] if isinstance(one, dict) else "" for one in places]
    if set(kinds) != {"__slice__"} or any(places[0]["config"].values()):
        raise Refused("GetItem of other than slices of each image")
    for i, place in enumerate(places[1:]):
        start, stop, step = (place["config"][word] for word in ("start", "stop", "step"))
        sizes[i] = len(range(sizes[i])[start:stop:step])
    return parts.cut(n.flow, x, map_of(sizes))


def pad(n: Layer) -> Value:
    around = [(before, after) for before, after in n.pad_width]
    if len(around) != 4 or any(around[0]):
        raise Refused("Pad of other than the sides and channels of a map")
    return parts.padded(n.flow, n.value(), around[1:], n.mode)


def learned(n: Layer) -> Value:
    """Of code that ``export`` writes."""
    if n.made.get("registered_name") != "costcalc>Learned":
        raise Refused(f"layer {visible(n.kind)}")
    return n.row({"learned": [*map_of(n.config["sizes"])]})


def around(n: Layer, row: str) -> Value:
    """ZeroPadding and Cropping: a number, one for each side, or two for each."""
    given = n.padding if row == "zeropad" else n.cropping
    sides = given if isinstance(given, list) else [given] * 2
    if n.dimensions == 1:
        sides = [given, 0]
    by = [one for side in sides for one in (side if isinstance(side, list) else [side, side])]
    return n.row({row: by if row == "zeropad" else {"by": by}}, n.value())


def upsample(n: Layer) -> Value:
    if n.interpolation not in ("nearest", "bilinear", None):
        n.flow.stands_in(f"{n.interpolation} upsampling, said as bilinear")
    mode = "nearest" if n.interpolation in ("nearest", None) else "bilinear"
    size = {"resize": [n.height, n.width]} if n.height else {"upsample": n.pair("size")}
    return n.row({**size, "mode": mode}, n.value())


SAME = (
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout",
    "AlphaDropout", "ActivityRegularization", "Identity", "Masking",
)  # fmt: skip
PLACES: dict[str, Reader] = {
    **dict.fromkeys(SAME, same),
    **dict.fromkeys(("Rescaling", "Normalization"), left_out),
    **{f"ZeroPadding{n}D": partial(around, row="zeropad") for n in (1, 2)},
    **{f"Cropping{n}D": partial(around, row="crop") for n in (1, 2)},
    **{f"UpSampling{n}D": upsample for n in (1, 2)},
    "Resizing": upsample,
    "Learned": learned,
    "Add": partial(merge, row="add"),
    "Multiply": partial(merge, row="multiply"),
    "Subtract": partial(merge, row="add", said="Subtract"),
    "Average": partial(merge, row="add", said="Average"),
    "Maximum": partial(merge, row="add", said="Maximum"),
    "Minimum": partial(merge, row="add", said="Minimum"),
    "Concatenate": concat,
    "CustomScaleLayer": scaled_sum,
    "Flatten": flatten,
    "Reshape": reshape,
    "Permute": permute,
    "GetItem": cut,
    "Pad": pad,
    "Einsum": product,
}
