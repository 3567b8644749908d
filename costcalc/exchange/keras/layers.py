"""What each Keras layer is in rows, by a table; what is not in it is refused, as a Lambda is."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from costcalc.errors import visible
from costcalc.exchange import parts
from costcalc.exchange.activations import FUNCTIONS, clip
from costcalc.exchange.keras.graph import ACTIVATIONS, Json, Layer, Reader, map_of, sized
from costcalc.exchange.maps import SIDES, Value, joined, kernel
from costcalc.exchange.translation import Refused, reshaping


def window(n: Layer, size: str, stride: str) -> Json:
    sides, dilation = n.pair(size), n.pair("dilation_rate")
    padding: Any = n.padding
    if padding not in ("same", "valid", "causal"):
        raise Refused(f"padding={visible(str(padding))}: same, valid or causal is needed")
    if padding == "causal":
        padding = [dilation[0] * (sides[0] - 1), 0, 0, 0]
    return {"stride": n.pair(stride), "padding": padding, "dilation": dilation}


def conv(n: Layer) -> Value:
    x, groups = n.value(), n.number("groups", 1)
    columns = kernel(n.pair("kernel_size"), n.number("filters", 0), groups, x.form[2])
    columns |= window(n, "kernel_size", "strides") | {"bias": n.use_bias}
    return n.activated(n.row(columns, x))


def depthwise(n: Layer) -> Value:
    columns = {"dwconv": n.pair("kernel_size"), "multiplier": n.number("depth_multiplier", 1)}
    columns |= window(n, "kernel_size", "strides") | {"bias": n.use_bias}
    return n.activated(n.row(columns, n.value()))


def separable(n: Layer) -> Value:
    columns = {"dwconv": n.pair("kernel_size"), "multiplier": n.number("depth_multiplier", 1)}
    x = n.row(columns | window(n, "kernel_size", "strides") | {"bias": False}, n.value())
    columns = {"conv": [1, 1], "out": n.filters, "bias": n.use_bias}
    return n.activated(n.row(columns, x, part=1))


def transposed(n: Layer) -> Value:
    """Where strides are larger than the kernel, ``valid`` gives whole strides."""
    if n.output_padding:
        raise Refused("a transposed convolution with an output padding")
    columns = {"tconv": n.pair("kernel_size"), "out": n.filters, "bias": n.use_bias}
    columns |= window(n, "kernel_size", "strides")
    if n.padding == "valid":
        triples = zip(columns["stride"], columns["dilation"], columns["tconv"], strict=True)
        columns["output_padding"] = [max(s - d * (k - 1) - 1, 0) for s, d, k in triples]
    return n.activated(n.row(columns, n.value()))


def dense(n: Layer) -> Value:
    x = n.value()
    verb = "fc" if x.form[:2] == (1, 1) else "linear"
    return n.activated(n.row({verb: n.number("units", 0), "bias": n.use_bias}, x))


def pool(n: Layer, row: str) -> Value:
    columns = {row: n.pair("pool_size"), **window(n, "pool_size", "strides")}
    del columns["dilation"]
    if not n.strides:
        columns["stride"] = columns[row]
    return n.row(columns, n.value())


def global_pool(n: Layer, row: str) -> Value:
    return n.row({row: "global"}, n.value())


def to_size(n: Layer, row: str) -> Value:
    return n.row({row: {"to": n.pair("output_size")}}, n.value())


def over_side(n: Layer, row: str) -> Value:
    """The mean or the maximum over one of three dimensions, which stays."""
    axis, x = n.axis, n.value()
    if not isinstance(axis, int) or len(n.sizes) != 3 or not n.keepdims:
        raise Refused(f"{n.kind} over other than one side that stays")
    return n.row({row: {"over": SIDES[axis % 4 - 1]}}, x)


def norm(n: Layer, row: str) -> Value:
    axis, x = n.axis, n.value()
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if axis not in (None, -1, 3) and not (axis in (1, 2) and x.form[:axis] == (1, 1)[:axis]):
        raise Refused(f"{n.kind} over other than the channels")
    columns: Json = {row: n.groups if row == "groupnorm" else None}
    if n.groups == -1:
        columns = {"instancenorm": None}
    if row == "l2norm":
        columns["scale"] = False
    if row == "layernorm" and n.rms_scaling:
        columns = {"rmsnorm": None}
    elif n.center is False:
        columns["shift"] = False
    return n.row(columns | ({"scale": False} if n.scale is False else {}), x)


def recurrent(n: Layer, row: str) -> Value:
    both, given = n.kind == "Bidirectional", n.config
    if both:
        if n.merge_mode not in ("concat", None):
            raise Refused("two directions that are not put together")
        given = n.config["layer"]["config"]
        row = {"LSTM": "lstm", "GRU": "gru"}.get(n.config["layer"]["class_name"], "")
    if not row or given.get("return_state"):
        raise Refused(f"{n.kind} of other than a sequence")
    biases = (2 if row == "gru" and given.get("reset_after", True) else 1) * given["use_bias"]
    last = not given.get("return_sequences")
    columns = {row: given["units"], "biases": biases, "bidirectional": both, "last": last}
    return n.row(columns, n.value())


# --- Elements and places -------------------------------------------------------------------------


def activation(n: Layer) -> Any:
    word = n.activation if isinstance(n.activation, str) else "linear"
    word = ACTIVATIONS.get(word, word)
    if word not in FUNCTIONS:
        return n.activated(n.value())
    return n.flow.function(n.inputs[0], FUNCTIONS[word], word)


def relu(n: Layer) -> Any:
    """Clipped at the top, or with a slope below 0."""
    top, slope = n.max_value, n.negative_slope or 0
    if n.threshold or (slope and top is not None):
        raise Refused("a ReLU with a threshold, or a top and a slope")
    high = float("inf") if top is None else float(top)
    row = "leaky" if slope else {None: "relu", 6: "relu6"}.get(top, "hardtanh")

    def cut(x: float) -> float:
        return max(x, slope * x) if slope else clip(x, 0, high)

    return n.flow.function(n.inputs[0], cut, row)


def prelu(n: Layer) -> Value:
    x = n.value()
    if n.shared_axes == [1, 2, 3]:
        return n.row({"prelu": "layer"}, x)
    if n.shared_axes != [1, 2] and x.form[:2] != (1, 1):
        raise Refused("PReLU with a slope for every position")
    return n.row({"prelu": None}, x)


def softmax(n: Layer) -> Value:
    """Over the channels, or over those of each head."""
    x, sizes = n.flow.value(n.inputs[0]), n.sizes
    if n.axis not in (None, -1, len(sizes)):
        raise Refused("Softmax over other than the channels")
    return n.flow.row({"softmax": heads_of(x, sizes) if len(sizes) > 3 else None}, x)


def heads_of(x: Value, sizes: list[int]) -> int:
    """How many parts the channels of a map are in.

    :raises Refused: the tensor is not a map whose channels are in parts.
    """
    if len(sizes) != 4 or x.form != (*sizes[:2], sizes[2] * sizes[3]):
        raise Refused("a map of three sides")
    return sizes[2]


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
LAYERS: dict[str, Reader] = {
    **dict.fromkeys(SAME, same),
    **dict.fromkeys(("Rescaling", "Normalization"), left_out),
    **{f"Conv{n}D": conv for n in (1, 2)},
    **{f"DepthwiseConv{n}D": depthwise for n in (1, 2)},
    **{f"SeparableConv{n}D": separable for n in (1, 2)},
    **{f"Conv{n}DTranspose": transposed for n in (1, 2)},
    **{f"MaxPooling{n}D": partial(pool, row="maxpool") for n in (1, 2)},
    **{f"AveragePooling{n}D": partial(pool, row="avgpool") for n in (1, 2)},
    **{f"GlobalMaxPooling{n}D": partial(global_pool, row="maxpool") for n in (1, 2)},
    **{f"GlobalAveragePooling{n}D": partial(global_pool, row="avgpool") for n in (1, 2)},
    **{f"AdaptiveMaxPooling{n}D": partial(to_size, row="maxpool") for n in (1, 2)},
    **{f"AdaptiveAveragePooling{n}D": partial(to_size, row="avgpool") for n in (1, 2)},
    "Mean": partial(over_side, row="avgpool"),
    "Max": partial(over_side, row="maxpool"),
    **{f"ZeroPadding{n}D": partial(around, row="zeropad") for n in (1, 2)},
    **{f"Cropping{n}D": partial(around, row="crop") for n in (1, 2)},
    **{f"UpSampling{n}D": upsample for n in (1, 2)},
    "Resizing": upsample,
    "Dense": dense,
    "BatchNormalization": partial(norm, row="bn"),
    "LayerNormalization": partial(norm, row="layernorm"),
    "GroupNormalization": partial(norm, row="groupnorm"),
    "RMSNormalization": partial(norm, row="rmsnorm"),
    "UnitNormalization": partial(norm, row="l2norm"),
    "Learned": learned,
    "LayerScale": lambda n: n.row({"scale": None}, n.value()),
    "LSTM": partial(recurrent, row="lstm"),
    "GRU": partial(recurrent, row="gru"),
    "SimpleRNN": partial(recurrent, row="rnn"),
    "Bidirectional": partial(recurrent, row=""),
    "Activation": activation,
    "ReLU": relu,
    "LeakyReLU": lambda n: n.activated(n.value(), "leaky_relu"),
    "ELU": lambda n: n.activated(n.value(), "elu"),
    "Softmax": softmax,
    "PReLU": prelu,
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
