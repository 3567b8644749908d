"""Caffe's prototxt: messages in messages, of which the layers are rows.

Source: ``caffe.proto`` of Caffe, and of the forks that added layers to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from costcalc.exchange.flow import Flow, broken
from costcalc.exchange.maps import Value, kernel
from costcalc.exchange.messages import Message, parsed
from costcalc.exchange.named import Named, flatten, left_out, merge, passed, plain, run, unary
from costcalc.exchange.translation import Form, Refused, Translation
from costcalc.source.files import decoded, read_bytes


class Layer(Named):
    """A layer, with its parameters."""

    def __init__(self, flow: Flow, message: Message) -> None:
        kind = message.get("type")
        ends = message.all("bottom"), message.all("top")
        name = message.get("name") or kind
        if not all(isinstance(one, str) for one in (kind, name, *ends[0], *ends[1])):
            kind, name, ends = "", "", ([], [])
        super().__init__(flow, kind.replace("_", "").lower(), name, *ends)
        self.message = message

    @property
    def trains(self) -> bool:
        """Whether it is there for training alone."""
        rules = [one for one in self.message.all("include") if isinstance(one, Message)]
        return "TRAIN" in [rule.get("phase") for rule in rules]

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
        given.text("pool", "MAX")
    )
    if row is None:
        raise Refused("Pooling of a kind that is drawn by chance")
    if given.flag("global_pooling", False):
        return n.row({row: "global"}, n.value())
    up = given.text("round_mode", "CEIL") in ("CEIL", "0") and given.flag("ceil_mode", True)
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
    if given.text("norm_region", "ACROSS_CHANNELS") not in ("ACROSS_CHANNELS", "0"):
        n.flow.stands_in("LRN within channels, said as lrn")
    return n.row({"lrn": given.number("local_size", 5)}, n.value())


def normalize(n: Layer) -> Value:
    """SSD's: by the L2 norm, with a scale for each channel."""
    if n.message.message("norm_param").flag("channel_shared", True):
        raise Refused("Normalize with one scale for all channels")
    return n.row({"l2norm": None}, n.value())


def eltwise(n: Layer) -> Value:
    word = n.given("eltwise").text("operation", "SUM")
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


def interpolated(n: Layer) -> Value:
    """To a size, or to that of the second; or shrunk and then zoomed, from corner to corner."""
    x, given = n.value(), n.given("interp")
    shrink, zoom = given.number("shrink_factor", 1), given.number("zoom_factor", 1)
    sides = [(side - 1) // max(1, shrink) + 1 for side in x.form[:2]]
    sides = [side + (side - 1) * (zoom - 1) for side in sides]
    to = [given.number(name, side) for name, side in zip(("height", "width"), sides, strict=True)]
    if given.number("pad_beg") or given.number("pad_end"):
        raise Refused("Interp of a padded map")
    if len(n.inputs) > 1:
        to = [*n.value(1).form[:2]]
    return n.row({"resize": to, "mode": "bilinear"}, x)


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
    **{word: partial(plain, row=word) for word in ("elu", "selu", "softmax")},
    "bnll": partial(unary, row="softplus"),
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
    "interp": interpolated,
    **dict.fromkeys(("split", "dropout", "seludropout"), passed),
    **dict.fromkeys(("power", "absval", "log", "exp"), left_out),
}
#: What only measures, or ends, what is there: besides losses.
_ENDS = ("accuracy", "segaccuracy", "silence", "hdf5output")
#: Images of a data set, whose size no file says, with their labels behind them.
_DATA = ("data", "imagedata", "imagesegdata", "hdf5data", "windowdata", "memorydata", "dummydata")


def inputs(n: Layer, size: Form | None) -> list[Value]:
    """The inputs that a layer is, or that stand at the top of a net.

    :raises Refused: one has no size.
    """
    dims = n.message.numbers("input_dim")
    shapes = [dims[i : i + 4] for i in range(0, len(dims), 4)]
    given = n.given("input").all("shape") + n.message.all("input_shape")
    shapes += [shape.numbers("dim") for shape in given + n.given("dummy_data").all("shape")]
    shapes = shapes * len(n.outputs) if len(shapes) == 1 else shapes
    found = []
    for i, name in enumerate(n.outputs[:1] if n.kind in _DATA else n.outputs):
        shape = shapes[i] if i < len(shapes) else []
        channels, height, width = (*shape[1:], 1, 1, 1)[:3] if len(shape) > 1 else (0, 0, 0)
        own = size if size and len(shape) in (0, 4) else (height, width, channels)
        found.append(n.entered(name, own))
    return found


def deployed(layers: list[Layer]) -> list[Layer]:
    """Those that are there without training, and where the data are for training alone, these."""
    read = {key for one in layers for key in one.inputs}
    ends = [one for one in layers if one.kind in _ENDS or one.kind.rpartition("loss")[1]]
    left = {id(one) for one in ends if not read & {*one.outputs}}
    left |= {id(one) for one in layers if one.trains}
    kept = [one for one in layers if id(one) not in left]
    lacking = {key for one in kept for key in one.inputs}
    lacking -= {key for one in kept for key in one.outputs if key not in one.inputs}
    data = [one for one in layers if one.kind in _DATA and one.trains]
    return [one for one in data if lacking & {*one.outputs}] + kept


def read(path: Path, size: Form | None = None) -> Translation:
    """The rows of a Caffe network; ``size`` is another one of its input.

    :raises CostcalcError: the file is none, or damaged.
    """
    net, flow = parsed(path, decoded(path, read_bytes(path))), Flow(in_place=True)
    top = Layer(flow, Message([("type", "input"), *(("top", one) for one in net.all("input"))]))
    top.message = net
    flow.read("input", top.outputs, [], partial(inputs, top, size))
    readers = READERS | dict.fromkeys(("input", *_DATA), partial(inputs, size=size))
    messages = [*net.all("layer"), *net.all("layers")]
    if not all(isinstance(message, Message) for message in messages):
        raise broken(path, "a layer that is no message")
    if not messages and net.get("base_lr"):
        raise broken(path, "a solver of Caffe, which names the file of its network")
    layers = [Layer(flow, message) for message in messages]
    translation = run(flow, deployed(layers), lambda n: n.read_by(readers))
    translation.notes = "from a Caffe network"
    return translation
