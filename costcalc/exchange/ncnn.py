"""ncnn's .param files: a line for each layer, its options by number, sizes of what it gives.

Source: ncnn, "operation param weight table" and "param and model file structure" of its wiki.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from costcalc.exchange import activations, maps
from costcalc.exchange.flow import Flow, broken
from costcalc.exchange.maps import Value, kernel
from costcalc.exchange.named import Named, flatten, left_out, merge, passed, plain, run, unary
from costcalc.exchange.translation import Form, Refused, Translation
from costcalc.source.files import plain_text, read_bytes

_MAGIC = "7767517"
#: How large what a layer gives is: dimensions, width, height, channels, for each output.
_HINT = 30
#: Fused behind a layer, by their number.
_FUSED = ("", "relu", "leaky", "hardtanh", "sigmoid", "mish", "hswish")
#: What stands for a padding that the layer works out: an odd one behind, or before.
_UPPER, _LOWER = -233, -234


class Layer(Named):
    """One line: its options, and what it reads and gives."""

    def __init__(self, flow: Flow, words: list[str]) -> None:
        reads, gives = int(words[2]), int(words[3])
        ends = words[4 : 4 + reads + gives]
        super().__init__(flow, words[0], words[1], ends[:reads], ends[reads:])
        self.options: dict[int, list[float]] = {}
        for word in words[4 + reads + gives :]:
            key, _, value = word.partition("=")
            numbers = [float(one) for one in value.split(",")] if _is_number(value) else []
            place = -23300 - int(key)
            self.options[place if place >= 0 else int(key)] = numbers[1:] if place >= 0 else numbers

    def get(self, key: int, otherwise: int = 0) -> int:
        return int(self.options.get(key, [otherwise])[0])

    def pair(self, key: int, otherwise: int = 1) -> list[int]:
        """Rows and columns; the rows stand ten further on, if they are others."""
        columns = self.get(key, otherwise)
        return [self.get(key + 10, columns), columns]

    def fused(self, value: Value) -> Value:
        number = self.get(9)
        if not 0 <= number < len(_FUSED):
            raise Refused(f"a fused activation of kind {number}")
        return self.row({_FUSED[number]: None}, value) if number else value

    def hinted(self, made: Any) -> Any:
        """:raises Refused: what was made has other elements than the file says."""
        hint: list[int] = [int(one) for one in self.options.get(_HINT, [])]
        sides = hint[1 : min(hint[0], 3) + 1] if hint else []
        said = isinstance(made, Value) and len(self.outputs) == 1 and min(sides, default=0) > 0
        if said and math.prod(sides) != math.prod(made.form):
            raise Refused(f"{self.kind} that gives other sizes than the file says")
        return made


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[-+.\deE,]+", text))


def around(n: Layer, size: list[int], stride: list[int], dilation: list[int]) -> list[int]:
    """[top, bottom, left, right] of a convolution's padding."""
    first = n.get(4)
    if first not in (_UPPER, _LOWER):
        up = n.get(14, first)
        return [up, n.get(16, up), first, n.get(15, first)]
    return maps.around(n.value().form, size, stride, dilation, first == _UPPER)


def conv(n: Layer, groups: int) -> Value:
    x, size, stride, dilation = n.value(), n.pair(1), n.pair(3), n.pair(2)
    out, groups = n.get(0), n.get(groups, 1) if groups else 1
    columns = kernel(size, out, groups, x.form[2])
    columns |= {"stride": stride, "padding": around(n, size, stride, dilation)}
    columns |= {"dilation": dilation, "bias": bool(n.get(5))}
    if n.get(6) != size[0] * size[1] * x.form[2] // groups * out:
        raise Refused(f"{n.kind} of another number of weights than the file says")
    return n.fused(n.row(columns, x))


def transposed(n: Layer, groups: int) -> Value:
    x, size = n.value(), n.pair(1)
    columns = {"tconv": size, "out": n.get(0), "stride": n.pair(3), "dilation": n.pair(2)}
    columns |= {
        "padding": around(n, size, [1, 1], [1, 1]),
        "output_padding": [n.get(19), n.get(18)],
    }
    columns |= {"groups": n.get(groups, 1) if groups else 1, "bias": bool(n.get(5))}
    if n.get(20) or n.get(21):
        raise Refused(f"{n.kind} to a size")
    return n.fused(n.row(columns, x))


def pool(n: Layer) -> Value:
    x, word, stride, size = n.value(), ("maxpool", "avgpool")[n.get(0)], n.pair(2), n.pair(1)
    if n.get(4):
        return n.row({word: "global"}, x)
    if n.get(7):
        return n.row({word: {"to": [n.get(18, n.get(8)), n.get(8)]}}, x)
    mode = n.get(5)
    if mode > 1:
        n.options[4] = [-231.0 - mode]
    first = n.get(3)
    up = n.get(13, first)
    sides = [up, n.get(15, up), first, n.get(14, first)]
    columns: dict[str, Any] = {word: size, "stride": stride, "padding": sides}
    if mode > 1:
        columns["padding"] = "same"
    elif mode == 0:
        columns["round"] = "up"
    return n.row(columns, x)


def dense(n: Layer) -> Value:
    x = n.value()
    flat = x if n.get(2) == n.get(0) * x.form[2] else flatten(n)
    if n.get(2) != n.get(0) * flat.form[2]:
        raise Refused("InnerProduct of another number of weights than the file says")
    verb = "fc" if flat.form[:2] == (1, 1) else "linear"
    return n.fused(n.row({verb: n.get(0), "bias": bool(n.get(1))}, flat))


def norm(n: Layer, row: str) -> Value:
    x = n.value()
    columns: dict[str, Any] = {row: None}
    if row == "layernorm" and not n.get(2, 1):
        columns |= {"scale": False, "shift": False}
    if n.get(0) != x.form[2]:
        raise Refused(f"{n.kind} over other than the channels")
    return n.row(columns, x)


def scale(n: Layer) -> Value:
    if len(n.inputs) > 1:
        return merge(n, "multiply")
    x = n.row({"scale": None}, n.value())
    return n.row({"shift": None}, x) if n.get(1) else x


def relu(n: Layer) -> Any:
    slope = n.options.get(0, [0.0])[0]
    if not slope:
        return unary(n, "relu")
    return n.row({"leaky": None}, n.value())


def clip(n: Layer) -> Any:
    low, high = (n.options.get(i, [math.inf * (2 * i - 1)])[0] for i in (0, 1))
    return n.flow.function(n.inputs[0], partial(activations.clip, low=low, high=high), "hardtanh")


def prelu(n: Layer) -> Value:
    return n.row({"prelu": "layer" if n.get(0) == 1 else None}, n.value())


def lrn(n: Layer) -> Value:
    return n.row({"lrn": n.get(1, 5)}, n.value())


def eltwise(n: Layer) -> Value:
    kind = n.get(0)
    return merge(n, "add" if kind else "multiply", "max of two maps" if kind == 2 else "")


def binary(n: Layer) -> Any:
    kind = n.get(0)
    if kind not in range(4):
        raise Refused(f"BinaryOp of kind {kind}")
    row = "add" if kind < 2 else "multiply"
    if not n.get(1):
        return merge(n, row)
    number = n.options.get(2, [0.0])[0]

    def made(x: float) -> float:
        return (x + number, x - number, x * number, x / number)[kind]

    return n.flow.function(n.inputs[0], made, "", f"{row} of a constant, left out")


def concat(n: Layer) -> Value:
    values = [*map(n.flow.value, n.inputs)]
    flat = all(value.form[:2] == (1, 1) for value in values)
    side = 2 if flat else {0: 2, 1: 0, 2: 1}.get(n.get(0), 2)
    return n.row(maps.joined(side), *values, merges=True)


def cut(n: Layer) -> list[Value]:
    """Slice: parts of the channels, of equal size where it is -233."""
    x, sizes = n.value(), [*map(int, n.options.get(0, []))]
    if n.get(1) or len(sizes) != len(n.outputs):
        raise Refused("Slice of other than the channels")
    left = x.form[2]
    found = []
    for i, size in enumerate(sizes):
        own = left // (len(sizes) - i) if size == -233 else size
        left -= own
        found.append(n.row({"select": own}, x))
    return found


def pad(n: Layer) -> Value:
    x, sides, channels = n.value(), [n.get(i) for i in range(4)], n.get(7) + n.get(8)
    x = n.row({"zeropad": sides}, x) if any(sides) else x
    return n.row({"padchannels": x.form[2] + channels}, x) if channels else x


def interpolated(n: Layer) -> Value:
    """To a size, or by whole factors."""
    x, by = n.value(), [n.options.get(i, [1.0])[0] for i in (1, 2)]
    to = (
        [n.get(3), n.get(4)] if n.get(3) else [int(s * f) for s, f in zip(x.form, by, strict=False)]
    )
    return n.row({"resize": to, "mode": "nearest" if n.get(0) == 1 else "bilinear"}, x)


READERS: dict[str, Callable[[Layer], Any]] = {
    "Convolution": partial(conv, groups=0),
    "ConvolutionDepthWise": partial(conv, groups=7),
    "Deconvolution": partial(transposed, groups=0),
    "DeconvolutionDepthWise": partial(transposed, groups=7),
    "InnerProduct": dense,
    "Pooling": pool,
    "BatchNorm": partial(norm, row="bn"),
    "LayerNorm": partial(norm, row="layernorm"),
    "Scale": scale,
    "ReLU": relu,
    "Clip": clip,
    **{"Sigmoid": partial(unary, row="sigmoid"), "TanH": partial(unary, row="tanh")},
    **{"HardSwish": partial(unary, row="hswish"), "HardSigmoid": partial(unary, row="hsigmoid")},
    **{"Swish": partial(unary, row="swish"), "Mish": partial(unary, row="mish")},
    **{"GELU": partial(plain, row="gelu"), "ELU": partial(plain, row="elu")},
    **{"Softmax": partial(plain, row="softmax"), "SELU": partial(plain, row="selu")},
    "PReLU": prelu,
    "LRN": lrn,
    "Eltwise": eltwise,
    "BinaryOp": binary,
    "Concat": concat,
    "Split": passed,
    "Slice": cut,
    "Flatten": flatten,
    "Padding": pad,
    "Interp": interpolated,
    "ShuffleChannel": lambda n: n.row({"shuffle": n.get(0, 1)}, n.value()),
    **dict.fromkeys(("Dropout", "Noop"), passed),
    **dict.fromkeys(("YoloDetectionOutput", "Yolov3DetectionOutput"), left_out),
}


def rows(n: Layer, size: Form | None) -> Any:
    """What a layer gives, and the rows for it.

    :raises Refused: there are none.
    """
    if n.kind == "Input":
        return n.entered(n.name, size or (n.get(1), n.get(0), n.get(2)))
    made = n.read_by(READERS)
    return made if size else n.hinted(made)


def read(path: Path, size: Form | None = None) -> Translation:
    """The rows of an ncnn model; ``size`` is another one of its input.

    :raises CostcalcError: the file is none, or damaged.
    """
    lines = plain_text(path, read_bytes(path)).splitlines()
    if not lines or lines[0].strip() != _MAGIC:
        raise broken(path, f"an ncnn model begins with {_MAGIC}")
    flow, layers = Flow(), list[Layer]()
    for number, line in enumerate(lines[1:], 2):
        words = line.split()
        try:
            if number == 2:
                count = int(words[0])
            elif words and len(layers) < count:
                layers.append(Layer(flow, words))
        except (ValueError, OverflowError, IndexError):
            raise broken(path, f"line {number} is no layer") from None
    if not lines[1:] or len(layers) < count:
        raise broken(path, "the file has fewer layers than it says", "a part of one?")
    translation = run(flow, layers, partial(rows, size=size))
    translation.notes = "from an ncnn model"
    return translation
