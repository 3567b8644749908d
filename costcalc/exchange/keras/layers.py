"""What each Keras layer is in rows, by a table; what is not in it is refused, as a Lambda is."""

from __future__ import annotations

from functools import partial
from typing import Any

from costcalc.errors import visible
from costcalc.exchange.activations import FUNCTIONS, clip
from costcalc.exchange.keras.graph import ACTIVATIONS, Json, Layer, Reader, heads_of
from costcalc.exchange.maps import SIDES, Value, kernel
from costcalc.exchange.translation import Refused


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


# --- Elements -------------------------------------------------------------------------------------


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


LAYERS: dict[str, Reader] = {
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
    "Dense": dense,
    "BatchNormalization": partial(norm, row="bn"),
    "LayerNormalization": partial(norm, row="layernorm"),
    "GroupNormalization": partial(norm, row="groupnorm"),
    "RMSNormalization": partial(norm, row="rmsnorm"),
    "UnitNormalization": partial(norm, row="l2norm"),
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
}
