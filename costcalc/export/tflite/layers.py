"""Writers of the rows that compute: convolutions, fully connected layers, activations, pools, what
meets."""

from __future__ import annotations

import math
from functools import partial, reduce
from typing import Any

from costcalc.export.geometry import SIDES, Window, shares, transposed, window
from costcalc.export.rows import Row, Unsaid
from costcalc.export.tflite.nodes import Nodes, Writing
from costcalc.export.tflite.places import padded
from costcalc.operators.extents import To
from costcalc.operators.tags import Tag

#: TensorFlow's two ways to pad, by their numbers.
WAYS = {"same": 0, "valid": 1}


def options(of: Window, way: str) -> dict[str, Any]:
    """The fields of a window."""
    return {"Padding": WAYS[way], **dict(zip(("StrideH", "StrideW"), of.stride, strict=True))}


def slid(m: Nodes, row: Row[str], low: bool = False) -> tuple[str, dict[str, Any]]:
    """What a window slides over, and its fields: if TensorFlow has no word for what surrounds it,
    an operation of its own pads."""
    found = window(row)
    if way := found.named():
        return row.x, options(found, way)
    pads = [*(axis.around for axis in found.axes), (0, 0)]
    return padded(m, row.x, pads, low=low), options(found, "valid")


def weights(m: Nodes, row: Row[str], x: str, *dims: int, inputs: int) -> list[str]:
    """The kernels of sums of so many products, and the bias of what leaves."""
    if row.said.get("gain"):
        raise Unsaid("kernels with a gain")
    kernel = m.learned("weight", *dims, inputs=inputs)
    return [kernel, *([m.bias(x, kernel, row.leaving[2])] if row.said["bias"] else [])]


def conv(m: Nodes, row: Row[str]) -> str:
    """A depthwise one has the taps of all channels side by side."""
    x, fields = slid(m, row)
    arriving, out, groups = row.arriving[2], row.leaving[2], row.groups
    (rows, columns), (down, across) = window(row).kernel, row.numbers("dilation")
    fields |= {"DilationHFactor": down, "DilationWFactor": across}
    kind, dims = "CONV_2D", (out, rows, columns, arriving // groups)
    if row.layer.operator == "dwconv":
        kind, dims = "DEPTHWISE_CONV_2D", (1, rows, columns, out)
        fields["DepthMultiplier"] = out // arriving
    kernels = weights(m, row, x, *dims, inputs=rows * columns * arriving // groups)
    return m.node(kind, x, *kernels, **fields)


def transposed_conv(m: Nodes, row: Row[str]) -> str:
    """The way to pad is that of the convolution from what leaves to what arrives."""
    found = transposed(row)
    if (row.groups, *found.dilation) != (1, 1, 1):
        raise Unsaid("transposed convolutions with groups or a dilation")
    way = found.named()
    if not way:
        raise Unsaid("transposed convolutions padded otherwise than same or valid")
    dims = (row.leaving[2], *found.kernel, row.arriving[2])
    kernel, *bias = weights(m, row, row.x, *dims, inputs=math.prod(dims[1:]))
    size = m.integers(*m.dims())
    return m.node("TRANSPOSE_CONV", size, kernel, row.x, *bias, **options(found, way))


def fc(m: Nodes, row: Row[str]) -> str:
    """At each position: the sides stay."""
    arriving = row.arriving[2]
    kernels = weights(m, row, row.x, row.leaving[2], arriving, inputs=arriving)
    return m.node("FULLY_CONNECTED", row.x, *kernels, KeepNumDims=True)


def bn(m: Nodes, row: Row[str]) -> str:
    """In the convolution before it, which has a bias then; else a product and a sum."""
    if row.layer.terms.amount(Tag.BN_KEPT_ELEMENT):
        return by_one(m, row, by_one(m, row, row.x, "MUL"), "ADD", "shift")
    maker = m.maker(row.x)
    if maker is None:
        raise Unsaid("a norm that is folded away from its convolution")
    x, kernel, *bias = (tensor.name for tensor in maker.inputs)
    if not bias:
        maker.inputs.append(m.tensors[m.bias(x, kernel, row.leaving[2])])
    return row.x


def by_one(m: Nodes, row: Row[str], x: str, kind: str, role: str = "scale") -> str:
    """By what is learned for each channel, or for the layer."""
    each = row.said.get("per", "channel") == "channel"
    return m.node(kind, x, m.learned(role, row.leaving[2] if each else 1))


def scaled(kind: str, role: str) -> Writing:
    return lambda m, row: by_one(m, row, row.x, kind, role)


def prelu(m: Nodes, row: Row[str]) -> str:
    channels = row.leaving[2] if row.said["per"] == "channel" else 1
    return m.node("PRELU", row.x, m.learned("slope", 1, 1, channels))


def l2_norm(m: Nodes, row: Row[str]) -> str:
    made = m.node("L2_NORMALIZATION", row.x)
    return by_one(m, row, made, "MUL") if row.said["scale"] else made


def softmax(m: Nodes, row: Row[str]) -> str:
    if row.said["heads"] != 1:
        raise Unsaid("a softmax in parts")
    return m.node("SOFTMAX", row.x, Beta=1.0)


def plain(kind: str, **options: Any) -> Writing:
    return lambda m, row: m.node(kind, row.x, **options)


def clipped(kind: str, number: int) -> Writing:
    """An activation that the operation before it can apply, if nothing else reads what that
    gives."""
    return lambda m, row: row.x if m.fuse(row.x, number) else m.node(kind, row.x)


def hard_sigmoid(m: Nodes, row: Row[str]) -> str:
    moved = m.node("ADD", row.x, m.number(3))
    m.fuse(moved, 3)
    return m.node("MUL", moved, m.number(1 / 6))


def swish(m: Nodes, row: Row[str]) -> str:
    return m.node("MUL", row.x, m.node("LOGISTIC", row.x))


def pool(m: Nodes, row: Row[str], kind: str) -> str:
    kernel, x, mean = row.said["kernel"], row.x, kind == "AVERAGE_POOL_2D"
    if kernel in SIDES:
        axis = m.integers(1 + SIDES.index(kernel))
        return m.node("MEAN" if mean else "REDUCE_MAX", x, axis, KeepDims=True)
    if kernel is None or isinstance(kernel, To):
        down, across = shares(row)
        fields: dict[str, Any] = {"Padding": WAYS["valid"], "StrideH": down, "StrideW": across}
    else:
        if row.said.get("dilation", (1, 1)) != (1, 1):
            raise Unsaid("a pool with a dilation")
        down, across = window(row).kernel
        x, fields = slid(m, row, low=not mean)
    return m.node(kind, x, FilterHeight=down, FilterWidth=across, **fields)


def merged(m: Nodes, row: Row[str], kind: str) -> str:
    return reduce(partial(m.node, kind), row.inputs)


LAYERS: dict[str, Writing] = {
    "conv": conv,
    "dwconv": conv,
    "tconv": transposed_conv,
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
    "scale": scaled("MUL", "scale"),
    "shift": scaled("ADD", "shift"),
    "softmax": softmax,
    "maxpool": partial(pool, kind="MAX_POOL_2D"),
    "avgpool": partial(pool, kind="AVERAGE_POOL_2D"),
    "add": partial(merged, kind="ADD"),
    "multiply": partial(merged, kind="MUL"),
}
