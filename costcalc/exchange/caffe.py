"""Caffe's prototxt: messages in messages, of which the layers are rows.

Source: ``caffe.proto`` of Caffe, and of the forks that added layers to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from costcalc.exchange.flow import Flow, broken
from costcalc.exchange.maps import Value, kernel
from costcalc.exchange.named import Named, flatten, left_out, merge, passed, plain, run, unary
from costcalc.exchange.translation import Form, Refused, Translation
from costcalc.source.files import decoded, read_bytes

#: A field is a name, and a text or a message behind it.
_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|[,;]|(\w+)\s*:?\s*\{|(\w+)\s*:\s*("[^"\n]*"|'[^'\n]*'|[^\s{}#,;]+)|(\})"""
)
_DEEP = 20


class Message:
    """A message: its fields, in order."""

    def __init__(self, fields: list[tuple[str, Any]]) -> None:
        self.fields = fields

    def all(self, name: str) -> list[Any]:
        return [value for key, value in self.fields if key == name]

    def get(self, name: str, otherwise: Any = "") -> Any:
        return next(iter(self.all(name)), otherwise)

    def message(self, name: str) -> Message:
        found = self.get(name, None)
        return found if isinstance(found, Message) else Message([])

    def number(self, name: str, otherwise: int = 0) -> int:
        return (self.numbers(name) or [otherwise])[0]

    def numbers(self, name: str) -> list[int]:
        """:raises Refused: a field is no whole number."""
        found = self.all(name)
        if not all(isinstance(one, str) and re.fullmatch(r"-?\d{1,9}", one) for one in found):
            raise Refused(f"{name} that is no whole number")
        return [*map(int, found)]

    def flag(self, name: str, otherwise: bool) -> bool:
        return self.get(name, str(otherwise).lower()) in ("true", "1")

    def pair(self, name: str, otherwise: int, long: str = "") -> list[int]:
        """Rows and columns: ``name`` once or twice, or ``name_h`` and ``name_w``."""
        given = self.numbers(name)
        given = given or [self.number(f"{long or name}_{side}", otherwise) for side in "hw"]
        return [given[0], given[-1]]


def parsed(path: Path, text: str) -> Message:
    """The messages of a text.

    :raises CostcalcError: it is none, or nested too deeply.
    """
    open_, place = [Message([])], 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None or (found[4] and len(open_) == 1) or len(open_) > _DEEP:
            line = text.count("\n", 0, place) + 1
            raise broken(path, f"line {line} is none of a prototxt", "name: value, or name { … }")
        place = found.end()
        if found[1]:
            inner = Message([])
            open_[-1].fields.append((found[1], inner))
            open_.append(inner)
        elif found[2]:
            open_[-1].fields.append((found[2], found[3].strip("\"'")))
        elif found[4]:
            open_.pop()
    if len(open_) > 1:
        raise broken(path, "a prototxt that ends within a message", "a part of one?")
    return open_[0]


class Layer(Named):
    """A layer, with its parameters."""

    def __init__(self, flow: Flow, message: Message) -> None:
        kind = message.get("type")
        ends = message.all("bottom"), message.all("top")
        if not all(isinstance(one, str) for one in (kind, *ends[0], *ends[1])):
            kind, ends = "", ([], [])
        super().__init__(flow, kind.replace("_", "").lower(), message.get("name") or kind, *ends)
        self.message = message

    def given(self, name: str) -> Message:
        return self.message.message(f"{name}_param")


def conv(n: Layer) -> Value:
    given, x = n.given("convolution"), n.value()
    size, out = given.pair("kernel_size", 1, "kernel"), given.number("num_output")
    groups = x.form[2] if n.kind.endswith("depthwise") else given.number("group", 1)
    columns = kernel(size, out, groups, x.form[2])
    if n.kind == "deconvolution":
        columns = {"tconv": size, "out": out, "groups": groups}
    columns |= {"stride": given.pair("stride", 1), "padding": given.pair("pad", 0)}
    columns |= {"dilation": given.pair("dilation", 1), "bias": given.flag("bias_term", True)}
    return n.row(columns, x)


def pool(n: Layer) -> Value:
    given = n.given("pooling")
    row = {"MAX": "maxpool", "0": "maxpool", "AVE": "avgpool", "1": "avgpool"}.get(
        given.get("pool", "MAX")
    )
    if row is None:
        raise Refused("Pooling of a kind that is drawn by chance")
    if given.flag("global_pooling", False):
        return n.row({row: "global"}, n.value())
    up = given.get("round_mode", "CEIL") in ("CEIL", "0") and given.flag("ceil_mode", True)
    columns: dict[str, Any] = {row: given.pair("kernel_size", 1, "kernel")}
    columns |= {"stride": given.pair("stride", 1), "padding": given.pair("pad", 0)}
    return n.row(columns | ({"round": "up"} if up else {}), n.value())


def dense(n: Layer) -> Value:
    given = n.given("inner_product")
    if given.number("axis", 1) != 1:
        raise Refused("InnerProduct of other than a vector")
    return n.row(
        {"fc": given.number("num_output"), "bias": given.flag("bias_term", True)}, flatten(n)
    )


def batch_norm(n: Layer) -> Value:
    """Caffe's learns nothing, a Scale behind it does; that of forks does it itself."""
    own = n.kind == "bn"
    return n.row({"bn": None} | ({} if own else {"scale": False, "shift": False}), n.value())


def scale(n: Layer) -> Value:
    """A scale and a shift, which are the BN's where they stand behind one; or of two maps."""
    given, x = n.given("scale"), n.value()
    if len(n.inputs) > 1:
        return merge(n, "multiply")
    if given.number("axis", 1) != 1 or given.number("num_axes", 1) != 1:
        raise Refused("Scale over other than the channels")
    row, shift = n.flow.translation.rows[x.row], given.flag("bias_term", False)
    if row.columns.get("scale") is False and n.inputs == n.outputs:
        columns: dict[str, Any] = {"bn": None} if shift else {"bn": None, "shift": False}
        n.flow.translation.rows[x.row] = row._replace(columns=columns)
        return x
    x = n.row({"scale": None}, x)
    return n.row({"shift": None}, x) if shift else x


def relu(n: Layer) -> Any:
    slope = n.given("relu").get("negative_slope", "0")
    return unary(n, "relu") if not slope.strip("0.") else plain(n, "leaky")


def lrn(n: Layer) -> Value:
    given = n.given("lrn")
    if given.get("norm_region", "ACROSS_CHANNELS") not in ("ACROSS_CHANNELS", "0"):
        n.flow.stands_in("LRN within channels, said as lrn")
    return n.row({"lrn": given.number("local_size", 5)}, n.value())


def normalize(n: Layer) -> Value:
    """SSD's: by the L2 norm, with a scale for each channel."""
    if n.message.message("norm_param").flag("channel_shared", True):
        raise Refused("Normalize with one scale for all channels")
    return n.row({"l2norm": None}, n.value())


def eltwise(n: Layer) -> Value:
    word = n.given("eltwise").get("operation", "SUM")
    said = "max of two maps" if word in ("MAX", "2") else ""
    return merge(n, "multiply" if word in ("PROD", "0") else "add", said)


def axpy(n: Layer) -> Value:
    """The first for each channel of the second, plus the third."""
    made = n.row({"multiply": None}, n.value(0), n.value(1), merges=True)
    return n.row({"add": None}, made, n.value(2), merges=True)


def concat(n: Layer) -> Value:
    given = n.given("concat")
    if given.number("axis", given.number("concat_dim", 1)) != 1:
        raise Refused("Concat along other than the channels")
    return merge(n, "concat") if len(n.inputs) > 1 else n.value()


def cut(n: Layer) -> list[Value]:
    given, x = n.given("slice"), n.value()
    if given.number("axis", given.number("slice_dim", 1)) != 1:
        raise Refused("Slice of other than the channels")
    count = len(n.outputs)
    points = given.numbers("slice_point")
    points = points or [x.form[2] * i // count for i in range(1, count)]
    ends = zip([0, *points], [*points, x.form[2]], strict=True)
    return [n.row({"select": end - start}, x) for start, end in ends]


def cropped(n: Layer) -> Value:
    """To the sides of the second."""
    if n.given("crop").number("axis", 2) != 2:
        raise Refused("Crop of other than the sides")
    return n.row({"crop": [*n.value(1).form[:2]]}, n.value())


def reshape(n: Layer) -> Value:
    """0 is what arrives, and -1 what is left; the batch first, then channels."""
    x, dims = n.value(), n.given("reshape").message("shape").numbers("dim")[1:]
    old = (x.form[2], x.form[0], x.form[1])
    dims = [size or before for size, before in zip(dims, old, strict=False)] + [*dims[3:]]
    rest = math.prod(x.form) // max(1, abs(math.prod(dims)))
    channels, height, width = ([rest if size == -1 else size for size in dims] + [1, 1, 1])[:3]
    return n.flow.reshaped(x, (height, width, channels))


READERS: dict[str, Callable[[Layer], Any]] = {
    **dict.fromkeys(
        ("convolution", "convolutiondepthwise", "depthwiseconvolution", "deconvolution"), conv
    ),
    "pooling": pool,
    "innerproduct": dense,
    **dict.fromkeys(("batchnorm", "bn"), batch_norm),
    "scale": scale,
    "bias": partial(plain, row="shift"),
    "relu": relu,
    **{word: partial(unary, row=word) for word in ("relu6", "sigmoid", "tanh", "swish", "mish")},
    **{word: partial(plain, row=word) for word in ("elu", "softmax")},
    "prelu": lambda n: n.row(
        {"prelu": "layer" if n.given("prelu").flag("channel_shared", False) else None}, n.value()
    ),
    "lrn": lrn,
    "normalize": normalize,
    "eltwise": eltwise,
    "axpy": axpy,
    "concat": concat,
    "slice": cut,
    "crop": cropped,
    "shufflechannel": lambda n: n.row(
        {"shuffle": n.given("shuffle_channel").number("group", 1)}, n.value()
    ),
    "flatten": flatten,
    "reshape": reshape,
    **dict.fromkeys(("split", "dropout"), passed),
    **dict.fromkeys(("power", "absval", "log", "exp"), left_out),
}
#: What only measures, or ends, what is there.
_ENDS = ("accuracy", "softmaxwithloss", "softmaxloss", "silence", "euclideanloss")


def inputs(n: Layer, size: Form | None) -> list[Value]:
    """The inputs that a layer is, or that stand at the top of a net.

    :raises Refused: one has no size.
    """
    dims = n.message.numbers("input_dim")
    shapes = [dims[i : i + 4] for i in range(0, len(dims), 4)]
    given = n.message.message("input_param").all("shape") + n.message.all("input_shape")
    shapes += [shape.numbers("dim") for shape in given]
    shapes = shapes * len(n.outputs) if len(shapes) == 1 else shapes
    found = []
    for i, name in enumerate(n.outputs):
        shape = shapes[i] if i < len(shapes) else []
        channels, height, width = (*shape[1:], 1, 1, 1)[:3] if len(shape) > 1 else (0, 0, 0)
        own = size if size and len(shape) in (0, 4) else (height, width, channels)
        found.append(n.entered(name, own))
    return found


def read(path: Path, size: Form | None = None) -> Translation:
    """The rows of a Caffe network; ``size`` is another one of its input.

    :raises CostcalcError: the file is none, or damaged.
    """
    net, flow = parsed(path, decoded(path, read_bytes(path))), Flow()
    top = Layer(flow, Message([("type", "input"), *(("top", one) for one in net.all("input"))]))
    top.message = net
    flow.read("input", top.outputs, [], partial(inputs, top, size))
    readers, layers = READERS | {"input": partial(inputs, size=size)}, []
    for message in (*net.all("layer"), *net.all("layers")):
        if not isinstance(message, Message):
            raise broken(path, "a layer that is no message")
        phases = [one.get("phase") for one in message.all("include") if isinstance(one, Message)]
        layer = Layer(flow, message)
        if "TRAIN" not in phases and layer.kind not in _ENDS:
            layers.append(layer)
    translation = run(flow, layers, lambda n: n.read_by(readers))
    translation.notes = "from a Caffe network"
    return translation
