"""Writers of the rows that compute: convolutions, fully connected and recurrent layers, norms,
activations, pools, products."""

from __future__ import annotations

from functools import partial, reduce
from typing import Any

from costcalc.export.geometry import Window, rounds_up, shares, transposed, window
from costcalc.export.onnx.nodes import AXES, Nodes, Writing
from costcalc.export.rows import Row, Unsaid
from costcalc.operators.extents import To


def columns(of: Window) -> dict[str, Any]:
    """The attributes of a window."""
    return {
        "kernel_shape": of.kernel,
        "strides": of.stride,
        "dilations": of.dilation,
        "pads": [*of.before, *of.after],
    }


def bias(m: Nodes, row: Row[str]) -> list[str]:
    return [m.learned("bias", row.leaving[2])] if row.said["bias"] else []


def kernels(m: Nodes, row: Row[str], *dims: int, inputs: int) -> str:
    """The kernels of a convolution: learned, constant, or with a gain for each output channel."""
    if row.said["fixed"]:
        return m.filled(1 / inputs, *dims)
    kernel = m.learned("weight", *dims, inputs=inputs)
    if not row.said["gain"]:
        return kernel
    place = int(row.layer.operator == "tconv")
    if place and row.groups > 1:
        raise Unsaid("a gain of a transposed convolution in groups, which share it")
    factor = [1] * len(dims)
    factor[place] = row.leaving[2]
    return m.node("Mul", kernel, m.learned("gain", *factor))


def conv(m: Nodes, row: Row[str]) -> str:
    slid, groups = window(row), row.groups
    taps = (row.arriving[2] // groups, *slid.kernel)
    kernel = kernels(m, row, row.leaving[2], *taps, inputs=taps[0] * taps[1] * taps[2])
    return m.node("Conv", row.x, kernel, *bias(m, row), group=groups, **columns(slid))


def transposed_conv(m: Nodes, row: Row[str]) -> str:
    slid, groups, arriving = transposed(row), row.groups, row.arriving[2]
    inputs, dims = arriving * slid.kernel[0] * slid.kernel[1], (arriving, row.leaving[2] // groups)
    given = kernels(m, row, *dims, *slid.kernel, inputs=inputs), *bias(m, row)
    extra = {"output_padding": slid.extra}
    return m.node("ConvTranspose", row.x, *given, group=groups, **columns(slid), **extra)


def fc(m: Nodes, row: Row[str]) -> str:
    arriving, out = row.arriving[2], row.leaving[2]
    kernel = m.learned("weight", out, arriving, inputs=arriving)
    given = kernel, *bias(m, row)
    return m.mapped(m.node("Gemm", m.node("Flatten", row.x), *given, transB=1))


def linear(m: Nodes, row: Row[str]) -> str:
    arriving, out = row.arriving[2], row.leaving[2]
    kernel = m.learned("weight", arriving, out, inputs=arriving)
    made = m.node("MatMul", m.turned(row.x, 0, 2, 3, 1), kernel)
    if row.said["bias"]:
        made = m.node("Add", made, *bias(m, row))
    return m.turned(made, 0, 3, 1, 2)


def recurrent(m: Nodes, row: Row[str], gates: int) -> str:
    """Steps × batch × channels, as ONNX has them; it has two biases or none, so that of a layer
    with one stands beside zeros."""
    (steps, batch, arriving), hidden = row.arriving, row.number("hidden")
    ways, biases = 1 + row.said["bidirectional"], int(row.said["biases"])
    x = m.turned(m.shaped(row.x, arriving, steps, batch), 1, 2, 0)
    given = [
        m.learned(role, ways, gates * hidden, of, inputs=of)
        for role, of in (("weight", arriving), ("recurrence", hidden))
    ]
    if biases:
        given.append(m.learned("bias", ways, biases * gates * hidden))
    if biases == 1:
        given[2] = m.node("Concat", given[2], m.filled(0, ways, gates * hidden), axis=1)
    options: dict[str, Any] = {"hidden_size": hidden}
    if ways == 2:
        options["direction"] = "bidirectional"
    if gates == 3:
        options["linear_before_reset"] = int(biases == 2)
    made = m.node({4: "LSTM", 3: "GRU", 1: "RNN"}[gates], x, *given, **options)
    if not row.said["last"]:
        return m.mapped(m.turned(made, 1, 3, 0, 2))
    last = f"{made}:last"
    m.nodes[-1].output[:] = ["", last]
    return m.mapped(m.turned(last, 0, 2, 1))


# --- Norms and activations ----------------------------------------------------------------------


def norm(m: Nodes, row: Row[str], name: str, *statistics: str, **options: float) -> str:
    """γ and β, constant where they are not learned, and what besides is kept of each channel."""
    channels = row.leaving[2]
    scaling = [
        m.learned(role, channels) if row.said[role] else m.filled(value, channels)
        for role, value in (("scale", 1.0), ("shift", 0.0))
    ]
    kept = [m.learned(role, channels) for role in statistics]
    return m.node(name, row.x, *scaling, *kept, **options)


def group_norm(m: Nodes, row: Row[str]) -> str:
    return norm(m, row, "GroupNormalization", num_groups=row.number("groups"))


def last_norm(m: Nodes, row: Row[str], name: str) -> str:
    """A norm of the channels at each position, which ONNX has of the last dimension."""
    channels = row.leaving[2]
    given = [m.learned("scale", channels) if row.said["scale"] else m.filled(1, channels)]
    if row.said.get("shift"):
        given.append(m.learned("shift", channels))
    return m.turned(m.node(name, m.turned(row.x, 0, 2, 3, 1), *given, axis=-1), 0, 3, 1, 2)


def l2_norm(m: Nodes, row: Row[str]) -> str:
    made = m.node("LpNormalization", row.x, axis=1, p=2)
    if not row.said["scale"]:
        return made
    return m.node("Mul", made, m.learned("scale", row.leaving[2], 1, 1))


def local_norm(m: Nodes, row: Row[str]) -> str:
    return m.node("LRN", row.x, size=row.number("size"))


def by_one(m: Nodes, row: Row[str], name: str, role: str) -> str:
    """By what is learned for each channel, or for the layer."""
    each = row.leaving[2] if row.said["per"] == "channel" else 1
    return m.node(name, row.x, m.learned(role, each, 1, 1))


def clipped(low: float, high: float) -> Writing:
    return lambda m, row: m.node("Clip", row.x, m.filled(low), m.filled(high))


def plain(name: str, **attributes: float) -> Writing:
    return lambda m, row: m.node(name, row.x, **attributes)


def swish(m: Nodes, row: Row[str]) -> str:
    return m.node("Mul", row.x, m.node("Sigmoid", row.x))


def softmax(m: Nodes, row: Row[str]) -> str:
    (height, width, channels), heads = row.leaving, row.number("heads")
    if heads == 1:
        return m.node("Softmax", row.x, axis=1)
    apart = m.shaped(row.x, heads, channels // heads, height, width)
    return m.mapped(m.node("Softmax", apart, axis=1))


# --- Pools, and what meets ----------------------------------------------------------------------


def pool(m: Nodes, row: Row[str], name: str) -> str:
    kernel, mean = row.said["kernel"], name == "AveragePool"
    if kernel is None:
        return m.node(f"Global{name}", row.x)
    if isinstance(kernel, str):
        axes = m.integers(AXES[kernel])
        return m.node("ReduceMean" if mean else "ReduceMax", row.x, axes, keepdims=1)
    if isinstance(kernel, To):
        size = shares(row)
        return m.node(name, row.x, kernel_shape=size, strides=size)
    attributes = columns(window(row))
    if mean:
        del attributes["dilations"]
    return m.node(name, row.x, ceil_mode=int(rounds_up(row)), **attributes)


def fractional(m: Nodes, row: Row[str]) -> str:
    """The maxima of 2x2 that stand as evenly as can be; papers draw where they stand."""
    sides = [*zip(row.arriving, row.leaving, strict=True)][:2]
    made = m.node("MaxPool", row.x, kernel_shape=[1 + (to < side) for side, to in sides])
    for axis, (side, to) in enumerate(sides, 2):
        made = m.node("Gather", made, m.integers(*(i * side // to for i in range(to))), axis=axis)
    return made


def merged(m: Nodes, row: Row[str], name: str) -> str:
    """A sum or a product of two or more; ONNX spreads sides and channels of 1, too."""
    if len(row.inputs) == 1:
        return m.node("Identity", row.x)
    return reduce(partial(m.node, name), row.inputs)


def matmul(m: Nodes, row: Row[str]) -> str:
    """Each group and head by itself: (groups, heads, tokens, channels)."""
    (tokens, groups, leaving), arriving = row.leaving, row.arriving[2]
    heads, over = row.number("heads"), row.said["over"]
    first = m.shaped(row.x, heads, arriving // heads, tokens, groups)
    channels = arriving if over == "channels" else leaving
    second = m.shaped(row.inputs[1], heads, channels // heads, -1, groups)
    turns = (3, 0, 1, 2) if over == "channels" else (3, 0, 2, 1)
    made = m.node("MatMul", m.turned(first, 3, 0, 2, 1), m.turned(second, *turns))
    return m.mapped(m.turned(made, 1, 3, 2, 0))


LAYERS: dict[str, Writing] = {
    "conv": conv,
    "dwconv": conv,
    "tconv": transposed_conv,
    "fc": fc,
    "linear": linear,
    "lstm": partial(recurrent, gates=4),
    "gru": partial(recurrent, gates=3),
    "rnn": partial(recurrent, gates=1),
    "bn": lambda m, row: norm(m, row, "BatchNormalization", "mean", "variance"),
    "layernorm": partial(last_norm, name="LayerNormalization"),
    "rmsnorm": partial(last_norm, name="RMSNormalization"),
    "instancenorm": partial(norm, name="InstanceNormalization"),
    "groupnorm": group_norm,
    "l2norm": l2_norm,
    "lrn": local_norm,
    "relu": plain("Relu"),
    "relu6": clipped(0, 6),
    "hardtanh": clipped(-1, 1),
    "hswish": plain("HardSwish"),
    "hsigmoid": plain("HardSigmoid", alpha=1 / 6, beta=0.5),
    "sigmoid": plain("Sigmoid"),
    "swish": swish,
    "leaky": plain("LeakyRelu", alpha=0.1),
    "gelu": plain("Gelu"),
    "elu": plain("Elu"),
    "selu": plain("Selu"),
    "tanh": plain("Tanh"),
    "softplus": plain("Softplus"),
    "mish": plain("Mish"),
    "prelu": partial(by_one, name="PRelu", role="slope"),
    "scale": partial(by_one, name="Mul", role="factor"),
    "shift": partial(by_one, name="Add", role="summand"),
    "softmax": softmax,
    "maxpool": partial(pool, name="MaxPool"),
    "avgpool": partial(pool, name="AveragePool"),
    "fmp": fractional,
    "add": partial(merged, name="Add"),
    "multiply": partial(merged, name="Mul"),
    "matmul": matmul,
}
