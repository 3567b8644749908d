"""Darknet's configurations: sections in order, each of which reads the one before it.

Source: Darknet and AlexeyAB's fork of it, ``src/parser.c`` and the layers that it makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from costcalc.errors import visible
from costcalc.exchange.flow import ASKED, Flow, broken
from costcalc.exchange.maps import Value, kernel
from costcalc.exchange.translation import Form, Refused, Translation
from costcalc.source.files import decoded, read_bytes

#: Rows, by Darknet's words; the first is none.
_ACTIVATIONS = {
    "linear": "", "leaky": "leaky", "relu": "relu", "relu6": "relu6", "logistic": "sigmoid",
    "mish": "mish", "swish": "swish", "elu": "elu", "selu": "selu", "tanh": "tanh", "gelu": "gelu",
    "hardtan": "hardtanh",
}  # fmt: skip
#: Said by another row: a slope of 1/10 below 0, of 11/10 above.
_NEARLY = {"ramp": "leaky"}
#: Options with which a layer is another one, by sections; each is 0 or "none" where it is not.
_OTHERS = {
    "convolutional": ("antialiasing", "coordconv", "cbn"),
    "maxpool": ("antialiasing", "maxpool_depth"),
    "shortcut": ("weights_type",),
}
#: Sections that read another besides the one before, and the row in which both meet.
_MEETINGS = {"shortcut": "add", "scale_channels": "multiply", "sam": "multiply"}


class Section:
    """One section: its options, and the map that arrives."""

    def __init__(self, flow: Flow, index: int, kind: str) -> None:
        self.flow, self.index, self.kind = flow, index, kind
        self.options: dict[str, str] = {}

    def number(self, name: str, otherwise: int = 0) -> int:
        """:raises Refused: the option is no whole number."""
        text = self.options.get(name, str(otherwise))
        if not re.fullmatch(r"[+-]?\d{1,9}", text):
            raise Refused(f"{name}={visible(text)}: a whole number is needed")
        return int(text)

    def numbers(self, name: str) -> list[int]:
        found = re.split(r"\s*,\s*", self.options.get(name, "").strip().rstrip(","))
        if not all(re.fullmatch(r"[+-]?\d{1,9}", one) for one in found):
            raise Refused(f"{name}: whole numbers are needed")
        return [*map(int, found)]

    @property
    def x(self) -> Value:
        return self.flow.value(self.index - 1)

    def at(self, index: int) -> int:
        """The place of a section that another names: from its own, or from the first on."""
        place = self.index + index if index < 0 else index
        if not 0 <= place < self.index:
            raise Refused("a section that is not before it is read")
        return place

    def read_from(self) -> list[int]:
        if self.kind == "route":
            return [self.at(i) for i in self.numbers("layers")]
        beside = self.numbers("from") if self.kind in _MEETINGS else []
        return [self.index - 1, *map(self.at, beside)]

    def activated(self, value: Value, otherwise: str) -> Value:
        word = self.options.get("activation", otherwise)
        if word in _NEARLY:
            self.flow.stands_in(f"{word}, said as {_NEARLY[word]}")
        word = _NEARLY.get(word, word)
        if word not in _ACTIVATIONS:
            raise Refused(f"activation {visible(word)}")
        row = _ACTIVATIONS[word]
        return self.flow.row({row: None}, value) if row else value

    @property
    def strides(self) -> list[int]:
        both = self.number("stride", 1)
        return [self.number("stride_y", both), self.number("stride_x", both)]

    def learned(self, columns: dict[str, Any], x: Value) -> Value:
        """A row whose weights are its section's own, or those of the one that it shares."""
        shared = "share_index" in self.options
        key = (next(iter(columns)), self.at(self.number("share_index")) if shared else self.index)
        if key not in self.flow.known:
            self.flow.constant(key, ())
        return self.flow.row(columns, x, weights=(key,))

    def layer(self, columns: dict[str, Any], x: Value, otherwise: str) -> Value:
        """A row that is learned, with a BN or a bias, and its activation."""
        normed = bool(self.number("batch_normalize"))
        value = self.learned(columns | {"bias": not normed}, x)
        if normed:
            value = self.learned({"bn": None}, value)
        return self.activated(value, otherwise)

    def rows(self) -> Value:
        """What the section gives.

        :raises Refused: it has no row.
        """
        if self.kind not in READERS:
            raise Refused(f"section {visible(self.kind)}")
        for name in _OTHERS.get(self.kind, ()):
            if (said := self.options.get(name, "0")) not in ("0", "none"):
                raise Refused(f"{name}={visible(said)}")
        self.flow.given(self.read_from())
        return READERS[self.kind](self)


def convolutional(n: Section) -> Value:
    """What is padded is dilated, too."""
    size, x = n.number("size", 1), n.x
    pad = size // 2 if n.number("pad") else n.number("padding")
    dilation = n.number("dilation", 1) if size > 1 else 1
    columns = kernel([size, size], n.number("filters", 1), n.number("groups", 1), x.form[2])
    columns |= {"stride": n.strides, "padding": pad * dilation, "dilation": dilation}
    return n.layer(columns, x, "logistic")


def connected(n: Section) -> Value:
    x = n.x
    flat = x if x.form[:2] == (1, 1) else n.flow.row({"flatten": None}, x)
    return n.layer({"fc": n.number("output", 1)}, flat, "logistic")


def pool(n: Section, row: str) -> Value:
    size = n.number("size", n.number("stride", 1))
    around = n.number("padding", size - 1)
    sides = [around // 2, around - around // 2] * 2
    return n.flow.row({row: [size, size], "stride": n.strides, "padding": sides}, n.x)


def avgpool(n: Section) -> Value:
    return n.flow.row({"avgpool": "global"}, n.x)


def route(n: Section) -> Value:
    """One map, or several concatenated; of ``groups`` parts of the channels one."""
    values = [n.flow.value(i) for i in n.read_from()]
    groups = n.number("groups", 1)
    if groups > 1:
        values = [n.flow.row({"select": value.form[2] // groups}, value) for value in values]
    if len(values) == 1:
        return values[0]
    return n.flow.row({"concat": None}, *values, merges=True)


def met(n: Section) -> Value:
    """Two maps, of which one may be spread over the other."""
    values = [n.flow.value(i) for i in n.read_from()]
    return n.activated(n.flow.row({_MEETINGS[n.kind]: None}, *values, merges=True), "linear")


def shortcut(n: Section) -> Value:
    """A sum; of a map of another size those places and channels that both have."""
    first, *others = n.read_from()
    if len(others) > 1:
        return met(n)
    x, other = n.flow.value(first), n.flow.value(others[0])
    stride = [max(1, other.form[i] // x.form[i]) for i in (0, 1)]
    if x.form != other.form:
        n.flow.stands_in("a sum with what both maps have, said of the whole map")
    if stride != [1, 1]:
        other = n.flow.row({"subsample": stride}, other)
    if other.form[2] != x.form[2]:
        row = "select" if other.form[2] > x.form[2] else "padchannels"
        other = n.flow.row({row: x.form[2]}, other)
    if other.form != x.form:
        raise Refused("a sum of maps of which neither is a multiple")
    return n.activated(n.flow.row({"add": None}, x, other, merges=True), "linear")


def batchnorm(n: Section) -> Value:
    return n.learned({"bn": None}, n.x)


def lrn(n: Section) -> Value:
    return n.flow.row({"lrn": n.number("size", 5)}, n.x)


def shuffled(n: Section) -> Value:
    row = "depth_to_space" if n.number("reverse") else "space_to_depth"
    return n.flow.row({row: n.number("stride", 1)}, n.x)


def upsample(n: Section) -> Value:
    return n.flow.row({"upsample": n.number("stride", 2)}, n.x)


def crop(n: Section) -> Value:
    return n.flow.row({"crop": [n.number("crop_height", 1), n.number("crop_width", 1)]}, n.x)


def softmax(n: Section) -> Value:
    return n.flow.row({"softmax": None}, n.x)


def activation(n: Section) -> Value:
    return n.activated(n.x, "linear")


def same(n: Section, said: bool) -> Value:
    if said:
        n.flow.stands_in(f"{n.kind}, left out")
    return n.x


READERS: dict[str, Callable[[Section], Value]] = {
    "convolutional": convolutional,
    "connected": connected,
    "maxpool": partial(pool, row="maxpool"),
    "local_avgpool": partial(pool, row="avgpool"),
    "avgpool": avgpool,
    "route": route,
    "shortcut": shortcut,
    **dict.fromkeys(("scale_channels", "sam"), met),
    **dict.fromkeys(("reorg", "reorg3d"), shuffled),
    "batchnorm": batchnorm,
    "normalization": lrn,
    "upsample": upsample,
    "crop": crop,
    "softmax": softmax,
    "activation": activation,
    **dict.fromkeys(("dropout", "cost", "empty", "silence"), partial(same, said=False)),
    **dict.fromkeys(
        ("yolo", "gaussian_yolo", "region", "detection", "contrastive"), partial(same, said=True)
    ),
}
_SHORT = {
    "conv": "convolutional", "conn": "connected", "max": "maxpool", "avg": "avgpool",
    "soft": "softmax", "network": "net", "local_avg": "local_avgpool", "lrn": "normalization",
}  # fmt: skip


def sections(path: Path, flow: Flow) -> list[Section]:
    """The sections of a file.

    :raises CostcalcError: a line is none of a configuration.
    """
    found: list[Section] = []
    for number, line in enumerate(decoded(path, read_bytes(path)).splitlines(), 1):
        text = line.strip()
        if not text or text[0] in "#;":
            continue
        if header := re.fullmatch(r"\[(\w+)\]", text):
            word = header[1].lower()
            found.append(Section(flow, len(found) - 1, _SHORT.get(word, word)))
        elif "=" in text and found:
            name, _, value = text.partition("=")
            found[-1].options.setdefault(name.strip(), value.partition("#")[0].strip())
        else:
            raise broken(
                path, f"line {number} is no section and no option", "[section], or key=value"
            )
    return found


def read(path: Path, size: Form | None = None) -> Translation:
    """The rows of a Darknet network; ``size`` is another one of its input.

    :raises CostcalcError: the file is none.
    """
    flow = Flow()
    head, *layers = sections(path, flow) or [Section(flow, 0, "")]
    if head.kind != "net":
        raise broken(path, "a Darknet network begins with [net]")
    try:
        form = size or (head.number("height"), head.number("width"), head.number("channels"))
        if not any(form):
            form = (1, 1, head.number("inputs"))
    except Refused as refused:
        raise broken(path, str(refused)) from None
    if min(form) < 1:
        raise broken(path, "the network has no size of its input", ASKED)
    flow.known[-1] = Value(flow.translation.row({}, form=form, name="input"), form)
    for layer in layers:
        flow.read(f"{layer.kind}{layer.index}", [layer.index], [], layer.rows)
    translation = flow.finished([len(layers) - 1])
    translation.notes = "from a Darknet configuration"
    return translation
