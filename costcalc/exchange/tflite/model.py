"""What each operation of a TensorFlow Lite file is in rows, by a table; BN is in the weights."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costcalc.exchange import activations, meetings, parts
from costcalc.exchange.flow import Key, broken
from costcalc.exchange.maps import Value, channels_last, kernel
from costcalc.exchange.operation import FREE, prelu, same, unary
from costcalc.exchange.translation import Form, Refused, Translation

if TYPE_CHECKING:
    from costcalc.exchange.tflite.graph import Node, Reader

_PADDINGS = ("same", "valid")


def read(path: Path, size: Form | None = None) -> Translation:
    """The rows of a TensorFlow Lite model; its sizes are in the file.

    :raises CostcalcError: the file is none, or damaged.
    """
    from costcalc.exchange.tflite.graph import File

    try:
        translation = File(path, path.read_bytes()).run(READERS)
    except (struct.error, IndexError, TypeError, AttributeError, OverflowError):
        raise broken(path, "a TensorFlow Lite model that is damaged, or a part of one") from None
    translation.notes = "from a TensorFlow Lite model"
    return translation


# --- Layers --------------------------------------------------------------------------------------


def window(options: Any, dilated: bool = False) -> dict[str, Any]:
    columns: dict[str, Any] = {"stride": [options.StrideH(), options.StrideW()]}
    columns["padding"] = _PADDINGS[options.Padding()]
    if dilated:
        columns["dilation"] = [options.DilationHFactor(), options.DilationWFactor()]
    return columns


def weights(n: Node, weight: int, bias: int) -> list[Key]:
    """What the row that is written next learns. Its bias may be zeros, which converters write where
    there is none."""
    if n.has(bias) and not n.file.raw(n.inputs[bias]).strip(b"\0"):
        n.flow.translation.zeros.add(len(n.flow.translation.rows))
    return [n.inputs[i] for i in (weight, bias) if n.has(i)]


def conv(n: Node) -> Value:
    options, x = n.options("Conv2DOptions"), n.map()
    out, rows, columns, inputs = n.shape(1)
    row = kernel([rows, columns], out, x.form[2] // inputs, x.form[2])
    row |= window(options, True) | {"bias": n.has(2)}
    value = n.flow.row(row, x, form=channels_last(n.out), weights=weights(n, 1, 2))
    return n.fused(value, options.FusedActivationFunction())


def depthwise(n: Node) -> Value:
    options, x = n.options("DepthwiseConv2DOptions"), n.map()
    _, rows, columns, out = n.shape(1)
    row = {"dwconv": [rows, columns], "multiplier": out // x.form[2], "bias": n.has(2)}
    row |= window(options, True)
    value = n.flow.row(row, x, form=channels_last(n.out), weights=weights(n, 1, 2))
    return n.fused(value, options.FusedActivationFunction())


def transposed(n: Node) -> Value:
    options = n.options("TransposeConvOptions")
    n.settings(0)
    (out, rows, columns, _), x, form = n.shape(1), n.map(2), channels_last(n.out)
    row: dict[str, Any] = {"tconv": [rows, columns], "out": out, "bias": n.has(3)}
    row |= window(options)
    sizes = [*zip(x.form[:2], row["stride"], (rows, columns), form[:2], strict=True)]
    over = [(side - 1) * stride + kernel - to for side, stride, kernel, to in sizes]
    usual = row["padding"] == "same" and all(to == side * stride for side, stride, _, to in sizes)
    if any(over) and not usual:  # what leaves is given, and need not be the side times the stride
        row["padding"] = [max(part, 0) for more in over for part in (more // 2, more - more // 2)]
        row["output_padding"] = [max(-more, 0) for more in over]
    value = n.flow.row(row, x, form=form, weights=weights(n, 1, 3))
    return n.fused(value, options.FusedActivationFunction())


def transposed_bias(n: Node) -> Value:
    """MediaPipe's transposed convolution with a bias; its window is told by its sizes."""
    out, rows, columns, _ = n.shape(1)
    x, form = n.map(), channels_last(n.out)
    stride = [form[i] // x.form[i] for i in (0, 1)]
    row = {"tconv": [rows, columns], "stride": stride, "padding": "same", "out": out, "bias": True}
    return n.flow.row(row, x, form=form, weights=weights(n, 1, 2))


def dense(n: Node) -> Value:
    options, flow = n.options("FullyConnectedOptions"), n.flow
    out, inputs = n.shape(1)
    if flow.is_map(n.inputs[1]):
        raise Refused("FULLY_CONNECTED by what is computed")
    size = flow.size(n.inputs[0]) // inputs
    x = flow.value(n.inputs[0], (size, 1, inputs))
    row = {"fc" if size == 1 else "linear": out, "bias": n.has(2)}
    value = flow.row(row, x, form=(size, 1, out), weights=weights(n, 1, 2))
    return n.fused(value, options.FusedActivationFunction())


def pool(n: Node, row: str) -> Value:
    options = n.options("Pool2DOptions")
    columns = {row: [options.FilterHeight(), options.FilterWidth()], **window(options)}
    value = n.flow.row(columns, n.map(), form=channels_last(n.out))
    return n.fused(value, options.FusedActivationFunction())


def reduce(n: Node, row: str, said: str = "") -> Value:
    return parts.reduced(n.flow, n.inputs[0], n.numbers(1), row, said)


def normalised(n: Node, row: str, **columns: Any) -> Value:
    x = n.map()
    return n.flow.row({row: None, **columns}, x, form=x.form)


def lrn(n: Node) -> Value:
    x = n.map()
    size = 2 * n.options("LocalResponseNormalizationOptions").Radius() + 1
    return n.flow.row({"lrn": size}, x, form=x.form)


def lstm(n: Node) -> Value:
    """A sequence, in and out; TensorFlow has one bias for each gate and value."""
    options = n.options("UnidirectionalSequenceLSTMOptions")
    if any(n.has(i) for i in (*range(9, 12), 16, 17)):
        raise Refused("an LSTM with peepholes or a projection")
    steps, batch, inputs = n.shape(0)
    if not options.TimeMajor():
        steps, batch = batch, steps
    n.settings(18, 19)
    hidden = n.out[-1]
    x = n.flow.value(n.inputs[0], (steps, batch, inputs))
    learned = [n.inputs[i] for i in (*range(1, 9), *range(12, 16)) if n.has(i)]
    row = {"lstm": hidden, "biases": 1}
    return n.flow.row(row, x, form=(steps, batch, hidden), weights=learned)


# --- Elements and places -------------------------------------------------------------------------


def merge(n: Node, word: str, options: str = "") -> Any:
    found = meetings.merge(n.flow, n.inputs[0], n.inputs[1], n.out, word)
    number = n.options(options).FusedActivationFunction() if options else 0
    if not number:
        return found
    value = found if isinstance(found, Value) else n.flow.settled(found)
    return n.fused(value, number)


def concat(n: Node) -> Value:
    options = n.options("ConcatenationOptions")
    value = meetings.concat(n.flow, n.inputs, options.Axis())
    return n.fused(value, options.FusedActivationFunction())


def pad(n: Node, mode: str) -> Value:
    numbers = n.numbers(1)
    n.settings(2)
    around = [*zip(numbers[::2], numbers[1::2], strict=True)]
    return parts.pad(n.flow, n.inputs[0], around, mode)


def resize(n: Node, mode: str) -> Value:
    n.settings(1)
    return parts.resized(n.flow, n.inputs[0], n.out, mode)


def cut(n: Node) -> Value:
    """SLICE, and STRIDED_SLICE, which may leave dimensions of one out."""
    out = n.out
    n.settings(1, 2, 3)
    if n.kind == "STRIDED_SLICE":
        options = n.options("StridedSliceOptions")
        gone, sizes = options.ShrinkAxisMask(), iter(out)
        if options.NewAxisMask() or options.EllipsisMask():
            raise Refused("STRIDED_SLICE with new or omitted dimensions")
        out = tuple(1 if gone >> d & 1 else next(sizes) for d in range(len(n.shape(0))))
    return parts.part(n.flow, n.inputs[0], out)


def split(n: Node) -> list[Value]:
    """SPLIT begins with the dimension, SPLIT_V with what is split."""
    data = 1 if n.kind == "SPLIT" else 0
    n.settings(0, 1, 2)
    return parts.parts(n.flow, n.inputs[data], [n.flow.shapes[key] for key in n.outputs])


def product(n: Node) -> Value:
    return meetings.product(n.flow, n.inputs[0], n.inputs[1], n.out)


def softmax(n: Node, said: str = "") -> Value:
    return meetings.softmax(n.flow, n.inputs[0], -1, said)


def shuffled(n: Node, row: str, options: str) -> Value:
    block = n.options(options).BlockSize()
    return n.flow.row({row: block}, n.map(), form=channels_last(n.out))


_UNARY: dict[str, tuple[Callable[[float], float], str]] = {
    "RELU": (lambda x: max(x, 0.0), "relu"),
    "RELU6": (lambda x: activations.clip(x, 0, 6), "relu6"),
    "RELU_N1_TO_1": (lambda x: activations.clip(x, -1, 1), "hardtanh"),
    "LOGISTIC": (activations.sigmoid, "sigmoid"),
    "TANH": (math.tanh, "tanh"),
    "HARD_SWISH": (lambda x: x * activations.clip(x + 3, 0, 6) / 6, "hswish"),
    **{word.upper(): (function, "") for word, function in FREE.items()},
    "RSQRT": (lambda x: 1 / math.sqrt(x), ""),
    "SQUARE": (lambda x: x * x, ""),
}
_ROWS = {"LEAKY_RELU": "leaky", "ELU": "elu", "GELU": "gelu"}
#: Nothing is done that costs anything, and nothing is learned.
SAME = (
    "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "QUANTIZE", "DEQUANTIZE", "DENSIFY", "CAST",
)  # fmt: skip
READERS: dict[str, Reader] = {
    **{word: partial(unary, function=f, row=row) for word, (f, row) in _UNARY.items()},
    **{word: partial(normalised, row=row) for word, row in _ROWS.items()},
    **dict.fromkeys(SAME, same),
    **{w: partial(merge, word=w.lower(), options=f"{w.title()}Options") for w in ("ADD", "SUB")},
    **{w: partial(merge, word=w.lower(), options=f"{w.title()}Options") for w in ("MUL", "DIV")},
    "MAXIMUM": partial(merge, word="max"),
    "MINIMUM": partial(merge, word="min"),
    **{word: partial(merge, word=word.lower()) for word in ("POW", "SQUARED_DIFFERENCE")},
    "CONV_2D": conv,
    "DEPTHWISE_CONV_2D": depthwise,
    "TRANSPOSE_CONV": transposed,
    "Convolution2DTransposeBias": transposed_bias,
    "FULLY_CONNECTED": dense,
    "AVERAGE_POOL_2D": partial(pool, row="avgpool"),
    "MAX_POOL_2D": partial(pool, row="maxpool"),
    "MEAN": partial(reduce, row="avgpool"),
    "REDUCE_MAX": partial(reduce, row="maxpool"),
    "REDUCE_MIN": partial(reduce, row="maxpool", said="REDUCE_MIN"),
    "SUM": partial(reduce, row="avgpool", said="SUM"),
    "PRELU": prelu,
    "L2_NORMALIZATION": partial(normalised, row="l2norm", scale=False),
    "LOCAL_RESPONSE_NORMALIZATION": lrn,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": lstm,
    "SOFTMAX": softmax,
    "LOG_SOFTMAX": partial(softmax, said="LOG_SOFTMAX"),
    "CONCATENATION": concat,
    "PAD": partial(pad, mode="constant"),
    "PADV2": partial(pad, mode="constant"),
    "MIRROR_PAD": partial(pad, mode="reflect"),
    "RESIZE_BILINEAR": partial(resize, mode="bilinear"),
    "RESIZE_NEAREST_NEIGHBOR": partial(resize, mode="nearest"),
    "SLICE": cut,
    "STRIDED_SLICE": cut,
    "SPLIT": split,
    "SPLIT_V": split,
    "DEPTH_TO_SPACE": partial(shuffled, row="depth_to_space", options="DepthToSpaceOptions"),
    "SPACE_TO_DEPTH": partial(shuffled, row="space_to_depth", options="SpaceToDepthOptions"),
    "BATCH_MATMUL": product,
}
