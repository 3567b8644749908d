"""Writers of the rows that compute: convolutions, fully connected layers, activations, pools, what
meets."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from costcalc.export.rows import Arguments, Pair, Unsaid, Writer, padding, whole
from costcalc.export.tflite.nodes import Nodes
from costcalc.export.tflite.places import padded
from costcalc.graph.layers import Layer
from costcalc.operators.extents import To
from costcalc.operators.geometry import along, around
from costcalc.operators.tags import Tag

#: TensorFlow's two ways to pad, by their numbers.
SAME, VALID = 0, 1


def ways(large: int, small: int, stride: int, before: int, lacking: int) -> set[int]:
    """The ways to pad by which a window meets a ``large`` side ``small`` times, and lacks so many
    places, so many of them before the side."""
    found = {VALID} if before == 0 and lacking <= 0 else set[int]()
    same = small == -(-large // stride) and before == max(lacking, 0) // 2
    return found | ({SAME} if same else set())


def window(m: Nodes, layer: Layer, said: Arguments, x: str, low: bool = False) -> tuple[str, int]:
    """What a window slides over, and the way to pad it: if it is neither of the two, an operation
    of its own pads."""
    pads, fits = list[Pair](), {SAME, VALID}
    for axis, (before, _) in enumerate(padding(layer, said)):
        kernel, stride = whole((layer.kernel or ())[axis], (layer.stride or ())[axis])
        (dilation,) = whole(said.get("dilation", (1, 1))[axis])
        side, to = whole(layer.input[axis], layer.output[axis])
        lacking = (to - 1) * stride + dilation * (kernel - 1) + 1 - side
        pads.append((before, max(lacking - before, 0)))
        fits &= ways(side, to, stride, before, lacking)
    return (x, min(fits)) if fits else (padded(m, x, pads, low=low), VALID)


def strides(layer: Layer) -> dict[str, Any]:
    return dict(zip(("StrideH", "StrideW"), whole(*layer.stride or ()), strict=True))


def weights(m: Nodes, layer: Layer, said: Arguments, x: str, *dims: int, inputs: int) -> list[str]:
    """The kernels of sums of so many products, and the bias of what leaves."""
    if said.get("gain"):
        raise Unsaid("kernels with a gain")
    kernel = m.learned("weight", *dims, inputs=inputs)
    return [kernel, *([m.bias(x, kernel, *whole(layer.output[2]))] if said["bias"] else [])]


def conv(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    """A depthwise one has the taps of all channels side by side."""
    x, way = window(m, layer, said, inputs[0])
    arriving, out, groups = whole(layer.input[2], layer.output[2], layer.groups or 1)
    (rows, columns), (down, across) = whole(*layer.kernel or ()), whole(*said["dilation"])
    options = {"Padding": way, **strides(layer)}
    options |= {"DilationHFactor": down, "DilationWFactor": across}
    kind, dims = "CONV_2D", (out, rows, columns, arriving // groups)
    if layer.operator == "dwconv":
        kind, dims = "DEPTHWISE_CONV_2D", (1, rows, columns, out)
        options["DepthMultiplier"] = out // arriving
    kernels = weights(m, layer, said, x, *dims, inputs=rows * columns * arriving // groups)
    return m.node(kind, x, *kernels, **options)


def transposed(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    """The way to pad is that of the convolution from what leaves to what arrives."""
    arriving, out, fits = *whole(layer.input[2], layer.output[2]), {SAME, VALID}
    kernel, stride = whole(*layer.kernel or ()), whole(*layer.stride or ())
    if whole(layer.groups or 1, *said["dilation"]) != [1, 1, 1]:
        raise Unsaid("transposed convolutions with groups or a dilation")
    for axis in range(2):
        side, to = whole(layer.input[axis], layer.output[axis])
        over, way = (side - 1) * stride[axis] + kernel[axis] - to, along(said["padding"], axis)
        before = max(over, 0) // 2 if way == "same" else whole(*around(way, kernel[axis] - 1))[0]
        fits &= ways(to, side, stride[axis], before, over)
    if not fits:
        raise Unsaid("transposed convolutions padded otherwise than same or valid")
    dims = (out, *kernel, arriving)
    kernels = weights(m, layer, said, inputs[0], *dims, inputs=math.prod(dims) // out)
    size = m.integers(*m.dims(layer))
    options = {"Padding": min(fits), **strides(layer)}
    return m.node("TRANSPOSE_CONV", size, kernels[0], *inputs, *kernels[1:], **options)


def fc(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    """At each position: the sides stay."""
    arriving, out = whole(layer.input[2], layer.output[2])
    kernels = weights(m, layer, said, inputs[0], out, arriving, inputs=arriving)
    return m.node("FULLY_CONNECTED", *inputs, *kernels, KeepNumDims=True)


def bn(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    """In the convolution before it, which has a bias then; else a product and a sum."""
    if layer.terms.amount(Tag.BN_KEPT_ELEMENT):
        return by_one(m, layer, said, [by_one(m, layer, said, inputs, "MUL")], "ADD", "shift")
    maker = m.maker(inputs[0])
    if maker is None:
        raise Unsaid("a norm that is folded away from its convolution")
    x, kernel, *bias = (tensor.name for tensor in maker.inputs)
    if not bias:
        maker.inputs.append(m.tensors[m.bias(x, kernel, *whole(layer.output[2]))])
    return inputs[0]


def by_one(
    m: Nodes, layer: Layer, said: Arguments, inputs: list[str], kind: str, role: str = "scale"
) -> str:
    """By what is learned for each channel, or for the layer."""
    each = said.get("per", "channel") == "channel"
    return m.node(kind, *inputs, m.learned(role, *(whole(layer.output[2]) if each else [1])))


def prelu(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    channels = whole(layer.output[2]) if said["per"] == "channel" else [1]
    return m.node("PRELU", *inputs, m.learned("slope", 1, 1, *channels))


def l2_norm(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    made = m.node("L2_NORMALIZATION", *inputs)
    return by_one(m, layer, said, [made], "MUL") if said["scale"] else made


def softmax(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    if said["heads"] != 1:
        raise Unsaid("a softmax in parts")
    return m.node("SOFTMAX", *inputs, Beta=1.0)


def plain(kind: str, **options: Any) -> Writer[Nodes]:
    return lambda m, layer, said, inputs: m.node(kind, *inputs, **options)


def clipped(kind: str, number: int) -> Writer[Nodes]:
    """An activation that the operation before it can apply, if nothing else reads what that
    gives."""

    def written(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
        return inputs[0] if m.fuse(inputs[0], number) else m.node(kind, *inputs)

    return written


def hard_sigmoid(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    moved = m.node("ADD", *inputs, m.number(3))
    m.fuse(moved, 3)
    return m.node("MUL", moved, m.number(1 / 6))


def swish(m: Nodes, layer: Layer, said: Arguments, inputs: list[str]) -> str:
    return m.node("MUL", *inputs, m.node("LOGISTIC", *inputs))


def pool(m: Nodes, layer: Layer, said: Arguments, inputs: list[str], kind: str) -> str:
    kernel, x, mean = said["kernel"], inputs[0], kind == "AVERAGE_POOL_2D"
    if kernel in ("height", "width", "channels"):
        axis = ("", "height", "width", "channels").index(kernel)
        return m.node("MEAN" if mean else "REDUCE_MAX", x, m.integers(axis), KeepDims=True)
    if kernel is None or isinstance(kernel, To):
        sides, leaving = whole(*layer.input[:2]), whole(*layer.output[:2])
        if any(side % to for side, to in zip(sides, leaving, strict=True)):
            raise Unsaid("a pool to a size that does not divide the map")
        down, across = (side // to for side, to in zip(sides, leaving, strict=True))
        options: dict[str, Any] = {"Padding": VALID, "StrideH": down, "StrideW": across}
    else:
        if whole(*said.get("dilation", (1, 1))) != [1, 1]:
            raise Unsaid("a pool with a dilation")
        down, across = whole(*layer.kernel or ())
        x, way = window(m, layer, said, x, low=not mean)
        options = {"Padding": way, **strides(layer)}
    return m.node(kind, x, FilterHeight=down, FilterWidth=across, **options)


def merged(m: Nodes, layer: Layer, said: Arguments, inputs: list[str], kind: str) -> str:
    made, *others = inputs
    for other in others:
        made = m.node(kind, made, other)
    return made


LAYERS: dict[str, Writer[Nodes]] = {
    "conv": conv,
    "dwconv": conv,
    "tconv": transposed,
    "fc": fc,
    "linear": fc,
    "bn": bn,
    "l2norm": l2_norm,
    "relu": clipped("RELU", 1),
    "hardtanh": clipped("RELU_N1_TO_1", 2),
    "relu6": clipped("RELU6", 3),
    "hswish": plain("HARD_SWISH"),
    "hsigmoid": hard_sigmoid,
    "sigmoid": plain("LOGISTIC"),
    "swish": swish,
    "leaky": plain("LEAKY_RELU", Alpha=0.1),
    "elu": plain("ELU"),
    "tanh": plain("TANH"),
    "prelu": prelu,
    "scale": partial(by_one, kind="MUL"),
    "shift": partial(by_one, kind="ADD", role="shift"),
    "softmax": softmax,
    "maxpool": partial(pool, kind="MAX_POOL_2D"),
    "avgpool": partial(pool, kind="AVERAGE_POOL_2D"),
    "add": partial(merged, kind="ADD"),
    "multiply": partial(merged, kind="MUL"),
}
