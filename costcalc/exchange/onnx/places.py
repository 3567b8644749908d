"""What each ONNX operation that is no layer is in rows, by a table: functions of each element, and
what only moves values.

Source: the ONNX operator specification.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from costcalc.exchange import activations, meetings, parts
from costcalc.exchange.maps import Value, channels_first
from costcalc.exchange.operation import FREE, prelu, same, unary
from costcalc.exchange.translation import Refused

if TYPE_CHECKING:
    from costcalc.exchange.onnx.graph import Node, Reader

# --- Element by element --------------------------------------------------------------------------


def activation(n: Node, row: str) -> Value:
    x = n.flow.value(n.inputs[0])
    return n.flow.row({row: None}, x, form=x.form)


def clip(n: Node) -> Any:
    low, high = n.constant(1, "min", -math.inf), n.constant(2, "max", math.inf)
    low, high = -math.inf if low is None else low, math.inf if high is None else high
    return unary(n, lambda x: activations.clip(x, low, high), "hardtanh")


def hard_sigmoid(n: Node) -> Any:
    alpha, beta = n.get("alpha", 0.2), n.get("beta", 0.5)
    return unary(n, lambda x: activations.clip(alpha * x + beta, 0, 1), "hsigmoid")


def merge(n: Node, word: str, a: int = 0, b: int = 1) -> Any:
    return meetings.merge(n.flow, n.inputs[a], n.inputs[b], n.out, word)


def sums(n: Node, word: str = "add") -> Any:
    """Of any number of tensors, of one shape."""
    if len(n.inputs) == 1:
        return n.flow.value(n.inputs[0])
    if len(n.inputs) == 2:
        return merge(n, word)
    first = n.flow.value(n.inputs[0])
    values = [n.flow.value(key, first.form) for key in n.inputs]
    return n.flow.row({"add": None}, *values, form=first.form, merges=True)


# --- Places --------------------------------------------------------------------------------------


def concat(n: Node) -> Value:
    return meetings.concat(n.flow, n.inputs, n.get("axis"))


def split(n: Node) -> list[Value]:
    n.settings(1)
    return parts.parts(n.flow, n.inputs[0], [n.flow.shapes[key] for key in n.outputs])


def cut(n: Node) -> Value:
    n.settings(*range(1, len(n.inputs)))
    return parts.part(n.flow, n.inputs[0], n.out)


def gather(n: Node) -> Value:
    """Those places of one dimension that a constant names."""
    if not n.flow.is_map(n.inputs[0]):
        raise Refused("an embedding, or a table that is looked up")
    n.constant(1)
    dim = n.get("axis", 0) % len(n.shape(0))
    out = [*n.shape(0)]
    out[dim] = n.flow.size(n.inputs[1])
    if out[dim] > n.shape(0)[dim]:
        raise Refused("Gather of more than there is")
    return parts.part(n.flow, n.inputs[0], tuple(out))


def pad(n: Node) -> Value:
    pads, dims = n.constant(1, "pads"), n.constant(3)
    n.settings(2)
    rank = len(n.shape(0))
    around = [(0, 0)] * rank
    for i, dim in enumerate(dims or range(rank)):
        around[dim] = (pads[i], pads[i + len(pads) // 2])
    return parts.pad(n.flow, n.inputs[0], around, n.get("mode", "constant"))


def resize(n: Node) -> Value:
    n.settings(1, 2, 3)
    mode = n.get("mode", "nearest")
    return parts.resized(n.flow, n.inputs[0], n.out, "bilinear" if mode == "linear" else mode)


def shuffled(n: Node, row: str) -> Value:
    x = n.flow.value(n.inputs[0], channels_first(n.shape(0)))
    return n.flow.row({row: n.get("blocksize")}, x, form=channels_first(n.out))


def softmax(n: Node, said: str = "") -> Value:
    last = -1 if n.graph.opsets.get("", 13) > 12 else 1
    return meetings.softmax(n.flow, n.inputs[0], n.get("axis", last), said)


_UNARY: dict[str, tuple[Callable[[float], float], str]] = {
    "Relu": (lambda x: max(x, 0.0), "relu"),
    "Sigmoid": (activations.sigmoid, "sigmoid"),
    "Tanh": (math.tanh, "tanh"),
    "Softplus": (activations.softplus, "softplus"),
    "HardSwish": (lambda x: x * activations.clip(x + 3, 0, 6) / 6, "hswish"),
    **{word.title(): (function, "") for word, function in FREE.items()},
    "Erf": (math.erf, ""),
    "Reciprocal": (lambda x: 1 / x, ""),
    "Softsign": (lambda x: x / (1 + abs(x)), ""),
}
_ROWS = {
    "LeakyRelu": "leaky", "Elu": "elu", "Selu": "selu", "Gelu": "gelu", "Mish": "mish",
    "com.microsoft.Gelu": "gelu", "com.microsoft.QuickGelu": "swish", "Swish": "swish",
}  # fmt: skip
#: Nothing is done that costs anything, and nothing is learned.
SAME = (
    "Identity", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Cast",
    "Expand", "QuantizeLinear", "DequantizeLinear",
)  # fmt: skip
PLACES: dict[str, Reader] = {
    **{word: partial(unary, function=f, row=row) for word, (f, row) in _UNARY.items()},
    **{word: partial(activation, row=row) for word, row in _ROWS.items()},
    **dict.fromkeys(SAME, same),
    **{w: partial(merge, word=w.lower()) for w in ("Add", "Sub", "Mul", "Div", "Pow")},
    "Sum": sums,
    "Max": partial(sums, word="max"),
    "Min": partial(sums, word="min"),
    "Clip": clip,
    "HardSigmoid": hard_sigmoid,
    "PRelu": prelu,
    "Softmax": softmax,
    "LogSoftmax": partial(softmax, said="LogSoftmax"),
    "Concat": concat,
    "Split": split,
    "Slice": cut,
    "Gather": gather,
    "Pad": pad,
    "Resize": resize,
    "Upsample": resize,
    "DepthToSpace": partial(shuffled, row="depth_to_space"),
    "SpaceToDepth": partial(shuffled, row="space_to_depth"),
}
