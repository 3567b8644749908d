"""Writers of the rows that compute: convolutions, fully connected and recurrent layers, norms,
activations, pools, products."""

from __future__ import annotations

from functools import partial
from typing import Any

from costcalc.export.onnx.nodes import Nodes
from costcalc.export.rows import Arguments, Unsaid, Writer, padding, whole
from costcalc.graph.layers import Layer
from costcalc.operators.extents import To
from costcalc.operators.geometry import along, around


def windows(layer: Layer, said: Arguments) -> dict[str, list[int]]:
    """The attributes of a window."""
    (top, bottom), (left, right) = padding(layer, said)
    return {
        "kernel_shape": whole(*layer.kernel or ()),
        "strides": whole(*layer.stride or ()),
        "dilations": whole(*said.get("dilation", (1, 1))),
        "pads": [top, left, bottom, right],
    }


def kernels(m: Nodes, said: Arguments, *dims: int, inputs: int) -> str:
    """The kernels of a convolution: learned, constant, or with a gain for each output channel."""
    if said["fixed"]:
        return m.filled(1 / inputs, *dims)
    kernel = m.learned("weight", *dims, inputs=inputs)
    if not said["gain"]:
        return kernel
    return m.node("Mul", kernel, m.learned("gain", dims[0], *[1] * (len(dims) - 1)))


def conv(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    attributes = windows(layer, said)
    arriving, out, groups = whole(layer.input[2], layer.output[2], layer.groups or 1)
    taps = (arriving // groups, *attributes["kernel_shape"])
    kernel = kernels(m, said, out, *taps, inputs=taps[0] * taps[1] * taps[2])
    bias = [m.learned("bias", out)] if said["bias"] else []
    return m.node("Conv", *inputs, kernel, *bias, group=groups, **attributes)


def transposed(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    """``same`` gives sides times the stride, what is too much cut off as evenly as can be."""
    arriving, out, groups = whole(layer.input[2], layer.output[2], layer.groups or 1)
    kernel, stride = whole(*layer.kernel or ()), whole(*layer.stride or ())
    dilation, pads, extra = whole(*said["dilation"]), [], whole(*said["output_padding"])
    for axis in range(2):
        reach, padding = dilation[axis] * (kernel[axis] - 1), along(said["padding"], axis)
        over = reach + 1 - stride[axis]
        before = max(over, 0) // 2
        if padding == "same":
            pads.append([before, max(over, 0) - before])
            extra[axis] = max(-over, 0)
        else:
            pads.append(whole(*around(padding, reach)))
    (top, bottom), (left, right) = pads
    dims = (arriving, out // groups, *kernel)
    weights = kernels(m, said, *dims, inputs=arriving * kernel[0] * kernel[1])
    bias = [m.learned("bias", out)] if said["bias"] else []
    return m.node(
        *("ConvTranspose", *inputs, weights, *bias),
        group=groups,
        kernel_shape=kernel,
        strides=stride,
        dilations=dilation,
        pads=[top, left, bottom, right],
        output_padding=extra,
    )


def fc(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    arriving, out = whole(layer.input[2], layer.output[2])
    kernel = m.learned("weight", out, arriving, inputs=arriving)
    bias = [m.learned("bias", out)] if said["bias"] else []
    vector = m.node("Flatten", *inputs)
    return m.mapped(m.node("Gemm", vector, kernel, *bias, transB=1), layer)


def linear(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    arriving, out = whole(layer.input[2], layer.output[2])
    kernel = m.learned("weight", arriving, out, inputs=arriving)
    made = m.node("MatMul", m.turned(inputs[0], 0, 2, 3, 1), kernel)
    if said["bias"]:
        made = m.node("Add", made, m.learned("bias", out))
    return m.turned(made, 0, 3, 1, 2)


def recurrent(m: Nodes, layer: Layer, said: Arguments, inputs: list[str], gates: int) -> str:
    """Steps × batch × channels, as ONNX has them; it has two biases or none, so that of a layer
    with one stands beside zeros."""
    steps, batch, arriving = whole(*layer.input)
    (hidden,) = whole(said["hidden"])
    ways, biases = 1 + said["bidirectional"], int(said["biases"])
    x = m.turned(m.shaped(inputs[0], arriving, steps, batch), 1, 2, 0)
    kernels = [
        m.learned(role, ways, gates * hidden, of, inputs=of)
        for role, of in (("weight", arriving), ("recurrence", hidden))
    ]
    bias = [m.learned("bias", ways, biases * gates * hidden)] if biases else []
    if biases == 1:
        bias = [m.node("Concat", *bias, m.filled(0, ways, gates * hidden), axis=1)]
    name = {4: "LSTM", 3: "GRU", 1: "RNN"}[gates]
    attributes: dict[str, Any] = {"hidden_size": hidden}
    if ways == 2:
        attributes["direction"] = "bidirectional"
    if gates == 3:
        attributes["linear_before_reset"] = int(biases == 2)
    made = m.node(name, x, *kernels, *bias, **attributes)
    if said["last"]:
        last = f"{made}:last"
        m.nodes[-1].output[:] = ["", last]
        return m.mapped(m.turned(last, 0, 2, 1), layer)
    return m.mapped(m.turned(made, 1, 3, 0, 2), layer)


# --- Norms and activations ----------------------------------------------------------------------


def scaling(m: Nodes, layer: Layer, said: Arguments) -> tuple[str, str]:
    """γ and β, constant where they are not learned."""
    (channels,) = whole(layer.output[2])
    one, other = (
        m.learned(role, channels) if said[role] else m.filled(value, channels)
        for role, value in (("scale", 1.0), ("shift", 0.0))
    )
    return one, other


def batch_norm(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    (channels,) = whole(layer.output[2])
    statistics = (m.learned(role, channels) for role in ("mean", "variance"))
    return m.node("BatchNormalization", *inputs, *scaling(m, layer, said), *statistics)


def last_norm(m: Nodes, layer: Layer, said: Arguments, inputs: list[str], name: str) -> str:
    """A norm of the channels at each position, which ONNX has of the last dimension."""
    (channels,) = whole(layer.output[2])
    given = [m.learned("scale", channels) if said["scale"] else m.filled(1, channels)]
    if said.get("shift"):
        given.append(m.learned("shift", channels))
    made = m.node(name, m.turned(inputs[0], 0, 2, 3, 1), *given, axis=-1)
    return m.turned(made, 0, 3, 1, 2)


def instance_norm(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    return m.node("InstanceNormalization", *inputs, *scaling(m, layer, said))


def group_norm(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    (groups,) = whole(said["groups"])
    given = scaling(m, layer, said)
    return m.node("GroupNormalization", *inputs, *given, num_groups=groups)


def l2_norm(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    made = m.node("LpNormalization", *inputs, axis=1, p=2)
    if not said["scale"]:
        return made
    return m.node("Mul", made, m.learned("scale", *whole(layer.output[2]), 1, 1))


def local_norm(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    (size,) = whole(said["size"])
    return m.node("LRN", *inputs, size=size)


def per(m: Nodes, layer: Layer, said: Arguments, role: str) -> str:
    """What is learned for each channel, or for the layer."""
    dims = whole(layer.output[2]) if said["per"] == "channel" else [1]
    return m.learned(role, *dims, 1, 1)


def by_one(m: Nodes, layer: Layer, said: Arguments, inputs: list[str], name: str, role: str) -> str:
    return m.node(name, *inputs, per(m, layer, said, role))


def clipped(low: float, high: float) -> Writer[Nodes]:
    return lambda m, layer, said, inputs: m.node("Clip", *inputs, m.filled(low), m.filled(high))


def plain(name: str, **attributes: float) -> Writer[Nodes]:
    return lambda m, layer, said, inputs: m.node(name, *inputs, **attributes)


def swish(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    return m.node("Mul", *inputs, m.node("Sigmoid", *inputs))


def softmax(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    height, width, channels, heads = whole(*layer.output, said["heads"])
    if heads == 1:
        return m.node("Softmax", *inputs, axis=1)
    apart = m.shaped(inputs[0], heads, channels // heads, height, width)
    return m.mapped(m.node("Softmax", apart, axis=1), layer)


# --- Pools, and what meets ----------------------------------------------------------------------

_AXES = {"channels": 1, "height": 2, "width": 3}


def pool(m: Nodes, layer: Layer, said: Arguments, inputs: list[str], name: str) -> str:
    kernel, mean = said["kernel"], name == "AveragePool"
    if kernel is None:
        return m.node(f"Global{name}", *inputs)
    if isinstance(kernel, str):
        axes = m.integers(_AXES[kernel])
        return m.node("ReduceMean" if mean else "ReduceMax", *inputs, axes, keepdims=1)
    if isinstance(kernel, To):
        sides = list(zip(whole(*layer.input[:2]), whole(*kernel), strict=True))
        if any(side % to for side, to in sides):
            raise Unsaid("a pool to a size that does not divide the map")
        window = [side // to for side, to in sides]
        return m.node(name, *inputs, kernel_shape=window, strides=window)
    attributes: dict[str, Any] = windows(layer, said)
    if mean:
        del attributes["dilations"]
    return m.node(name, *inputs, ceil_mode=int(said["round"] == "up"), **attributes)


def merged(m: Nodes, layer: Layer, said: Arguments, inputs: list[str], name: str) -> str:
    """A sum or a product of two or more; ONNX spreads sides and channels of 1, too."""
    made, *others = inputs
    for other in others:
        made = m.node(name, made, other)
    return made if others else m.node("Identity", made)


def matmul(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    """Each group and head by itself: (groups, heads, tokens, channels)."""
    tokens, groups, _ = whole(*layer.output)
    arriving, leaving, heads = whole(layer.input[2], layer.output[2], said["heads"])
    first = m.shaped(inputs[0], heads, arriving // heads, tokens, groups)
    channels = arriving if said["over"] == "channels" else leaving
    second = m.shaped(inputs[1], heads, channels // heads, -1, groups)
    turns = (3, 0, 1, 2) if said["over"] == "channels" else (3, 0, 2, 1)
    made = m.node("MatMul", m.turned(first, 3, 0, 2, 1), m.turned(second, *turns))
    return m.mapped(m.turned(made, 1, 3, 2, 0), layer)


LAYERS: dict[str, Writer[Nodes]] = {
    "conv": conv,
    "dwconv": conv,
    "tconv": transposed,
    "fc": fc,
    "linear": linear,
    "lstm": partial(recurrent, gates=4),
    "gru": partial(recurrent, gates=3),
    "rnn": partial(recurrent, gates=1),
    "bn": batch_norm,
    "layernorm": partial(last_norm, name="LayerNormalization"),
    "rmsnorm": partial(last_norm, name="RMSNormalization"),
    "instancenorm": instance_norm,
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
    "add": partial(merged, name="Add"),
    "multiply": partial(merged, name="Mul"),
    "matmul": matmul,
}
