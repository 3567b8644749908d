"""What each layer of ncnn is in rows, by a table; what is not in it is refused."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from costcalc.exchange import activations, maps, meetings, parts
from costcalc.exchange.flow import Flow
from costcalc.exchange.maps import Sizes, Value, kernel
from costcalc.exchange.named import flatten, left_out, merge, passed, plain, run, unary
from costcalc.exchange.ncnn.graph import LOWER, UPPER, Layer, lines
from costcalc.exchange.translation import Form, Refused, Translation


def around(n: Layer, size: list[int], stride: list[int], dilation: list[int]) -> list[int]:
    """[top, bottom, left, right] of a convolution's padding."""
    first = n.get(4)
    if first not in (UPPER, LOWER):
        up = n.get(14, first)
        return [up, n.get(16, up), first, n.get(15, first)]
    return maps.around(n.value().form, size, stride, dilation, first == UPPER)


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
    """Of all that arrives; of rows and columns, of each row that has as many columns."""
    rows = len(n.shape) == 3 and n.get(2) == n.get(0) * n.shape[2]
    x = n.tokens() if rows else flatten(n)
    if n.get(2) != n.get(0) * x.form[2]:
        raise Refused("InnerProduct of another number of weights than the file says")
    verb = "fc" if x.form[:2] == (1, 1) else "linear"
    made = n.fused(n.row({verb: n.get(0), "bias": bool(n.get(1))}, x))
    return n.gave(made, (*n.shape[:2], n.get(0))) if rows else made


def norm(n: Layer, row: str) -> Value:
    x = n.tokens() if row == "layernorm" else n.value()
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
    if not n.number(0, 0.0):
        return unary(n, "relu")
    return n.row({"leaky": None}, n.value())


def clip(n: Layer) -> Any:
    low, high = (n.number(i, math.inf * (2 * i - 1)) for i in (0, 1))
    return n.flow.function(n.inputs[0], partial(activations.clip, low=low, high=high), "hardtanh")


def eltwise(n: Layer) -> Value:
    kind = n.get(0)
    return merge(n, "add" if kind else "multiply", "max of two maps" if kind == 2 else "")


def binary(n: Layer) -> Any:
    kind = n.get(0)
    if kind not in range(4):
        raise Refused(f"BinaryOp of kind {kind}")
    row, word = "add" if kind < 2 else "multiply", ("add", "sub", "mul", "div")[kind]
    if not n.get(1) and not all(map(n.flow.is_map, n.inputs)):
        out = max((n.flow.shapes[key] for key in n.inputs), key=math.prod)
        return meetings.merge(n.flow, n.inputs[0], n.inputs[1], out, word)
    if not n.get(1):
        return merge(n, row)
    number = n.number(2, 0.0)

    def made(x: float) -> float:
        return (x + number, x - number, x * number, x / number)[kind]

    return n.flow.function(n.inputs[0], made, "", f"{row} of a constant, left out")


def concat(n: Layer) -> Any:
    dim, sizes = n.dim(0), [*n.shape]
    sizes[dim] = sum(n.flow.shapes[key][dim] for key in n.inputs)
    return n.gave(meetings.concat(n.flow, n.inputs, dim), tuple(sizes))


def cut(n: Layer) -> Any:
    """Slice: parts, of equal size where it is -233; the last may be what is left."""
    dim, sizes = n.dim(1), n.all(0)
    if len(sizes) != len(n.outputs):
        raise Refused("Slice into other parts than are given")
    left, outs = n.shape[dim], list[Sizes]()
    for i, size in enumerate(sizes):
        own = left // (len(sizes) - i) if size == -233 else size
        left -= own
        outs.append((*n.shape[:dim], own, *n.shape[dim + 1 :]))
        if own < 1 or left < 0:
            raise Refused("Slice of more than there is")
    return n.gave(parts.parts(n.flow, n.inputs[0], outs), *outs)


def crop(n: Layer) -> Any:
    """From places to others along dimensions; or to columns, rows and channels."""
    sizes, dims = [*n.shape], len(n.shape) - 1
    if len(n.inputs) > 1:
        raise Refused("Crop to the size of another map")
    places = [i % dims + 1 for i in n.all(11) or range(dims)]
    for start, end, place in zip(n.all(9), n.all(10), places, strict=False):
        first, last = (i + sizes[place] if i < 0 else i for i in (start, end))
        sizes[place] = min(last, sizes[place]) - first
    for i in range(0 if n.all(9) else dims):
        said = n.get(3 + i, -233)
        sizes[-1 - i] = sizes[-1 - i] - n.get(i) if said == -233 else said
    if min(sizes) < 1 or any(map(operator.gt, sizes, n.shape)):
        raise Refused("Crop of more than there is")
    return n.gave(parts.part(n.flow, n.inputs[0], tuple(sizes)), tuple(sizes))


def constant(n: Layer) -> None:
    """Columns, rows and channels of numbers that are learned."""
    sizes = [size for size in (n.get(2), n.get(1), n.get(0)) if size]
    n.flow.constant(n.outputs[0], (1, *sizes))


def reduced(n: Layer) -> Any:
    """A mean, a sum or a maximum over all dimensions, or some."""
    rows = {0: ("avgpool", "a sum"), 3: ("avgpool", ""), 4: ("maxpool", "")}
    if n.get(0) not in rows:
        raise Refused(f"Reduction of kind {n.get(0)}")
    count = len(n.shape) - 1
    dims = [*range(1, count + 1)] if n.get(1, 1) else [i % count + 1 for i in n.all(3)]
    made = parts.reduced(n.flow, n.inputs[0], dims, *rows[n.get(0)])
    sizes = [1 if i in dims else size for i, size in enumerate(n.shape)]
    if not n.get(4):
        sizes = [size for i, size in enumerate(sizes) if i not in dims]
    return n.gave(made, tuple(sizes) if len(sizes) > 1 else (1, 1))


def reshape(n: Layer) -> Any:
    """Columns, rows, channels, as far as they are given; 0 is what arrives, and -1 what is left."""
    count = max((i for i in range(3) if n.get(i, -233) != -233), default=0) + 1
    said = [n.get(i) for i in reversed(range(count))]
    sizes = [size or before for size, before in zip(said[::-1], n.shape[:0:-1], strict=False)]
    sizes = (sizes + said[::-1][len(sizes) :])[::-1]
    known, whole = abs(math.prod(sizes)), math.prod(n.shape)
    sizes = [whole // max(1, known) if size == -1 else size for size in sizes]
    if math.prod(sizes) != whole or min(sizes) < 1 or 11 in n.options:
        raise Refused("Reshape to other elements")
    return n.gave(n.flow.passed(n.inputs[0]), (1, *sizes))


def permute(n: Layer) -> Any:
    """Columns, rows and channels in another order."""
    orders = ("whc", "hwc", "wch", "cwh", "hcw", "chw") if len(n.shape) > 3 else ("wh", "hw")
    if not 0 <= n.get(0) < len(orders):
        raise Refused(f"Permute of kind {n.get(0)}")
    sizes = dict(zip("whc", n.shape[:0:-1], strict=False))
    return n.gave(n.flow.passed(n.inputs[0]), (1, *(sizes[one] for one in orders[n.get(0)][::-1])))


def softmax(n: Layer) -> Value:
    return meetings.softmax(n.flow, n.inputs[0], n.dim(0))


def pad(n: Layer) -> Value:
    x, sides, channels = n.value(), [n.get(i) for i in range(4)], n.get(7) + n.get(8)
    x = n.row({"zeropad": sides}, x) if any(sides) else x
    return n.row({"padchannels": x.form[2] + channels}, x) if channels else x


def interpolated(n: Layer) -> Value:
    """To a size, or by whole factors."""
    x, by = n.value(), [n.number(i, 1.0) for i in (1, 2)]
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
    "SELU": partial(plain, row="selu"),
    "PReLU": lambda n: n.row({"prelu": "layer" if n.get(0) == 1 else None}, n.value()),
    "LRN": lambda n: n.row({"lrn": n.get(1, 5)}, n.value()),
    "Eltwise": eltwise,
    "BinaryOp": binary,
    "Concat": concat,
    "Crop": crop,
    "MemoryData": constant,
    "Reduction": reduced,
    "Reshape": reshape,
    "Permute": permute,
    "Softmax": softmax,
    "Split": passed,
    "Slice": cut,
    "Flatten": flatten,
    "Padding": pad,
    "Interp": interpolated,
    "ShuffleChannel": lambda n: n.row({"shuffle": n.get(0, 1)}, n.value()),
    **dict.fromkeys(("Dropout", "Noop"), passed),
    **dict.fromkeys(("YoloDetectionOutput", "Yolov3DetectionOutput"), left_out),
}


#: What they give has one dimension, where its sides are 1.
_FLAT = ("Pooling", "InnerProduct", "Flatten")


def rows(n: Layer, size: Form | None) -> Any:
    """What a layer gives, and the rows for it.

    :raises Refused: there are none.
    """
    if n.kind == "Input":
        given = n.entered(n.name, size or (n.get(1), n.get(0), n.get(2)))
        return n.gave(given, (1, given.form[2], *given.form[:2]))
    made = n.sized(n.read_by(READERS), n.kind in _FLAT)
    return made if size else n.hinted(made)


def read(path: Path, size: Form | None = None) -> Translation:
    """The rows of an ncnn model; ``size`` is another one of its input.

    :raises CostcalcError: the file is none, or damaged.
    """
    flow = Flow()
    translation = run(flow, lines(path, flow), partial(rows, size=size))
    translation.notes = "from an ncnn model"
    return translation
