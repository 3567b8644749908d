"""What each module that Ultralytics' YAML names is in rows, by a table.

Source: the modules of Ultralytics' YOLOv8 and YOLO11.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from math import ceil, gcd
from typing import Any

from costcalc.errors import visible
from costcalc.exchange.flow import Flow
from costcalc.exchange.maps import Value, kernel
from costcalc.exchange.translation import Refused

#: The activation behind a convolution, where a module says none.
USUAL = "usual"
#: Rows of activations that a file may name for all.
_ACTIVATIONS = {
    "SiLU": "swish", "ReLU": "relu", "ReLU6": "relu6", "LeakyReLU": "leaky", "GELU": "gelu",
    "Hardswish": "hswish", "Mish": "mish",
}  # fmt: skip
#: What a module makes again and again of a map, of a width.
Inner = Callable[[Value, int], Value]


def fraction(value: Any) -> Fraction:
    return Fraction(str(value))


class Scaled:
    """What a file says of all its modules: its classes, and the scale of widths and depths."""

    def __init__(self, flow: Flow, values: dict[str, Any], scale: str) -> None:
        self.flow, self.scale = flow, scale
        self.classes = int(values["nc"])
        self.points: list[int] = values.get("kpt_shape") or [17, 3]
        act = str(values.get("activation", "nn.SiLU()"))
        said = re.fullmatch(r"(?:torch\.)?nn\.(\w+)\([^()]*\)", act)
        if said is None or said[1] not in _ACTIVATIONS:
            raise Refused(f"activation {visible(act)}")
        self.act = _ACTIVATIONS[said[1]]
        rows = values["backbone"] + values["head"]
        self.legacy = all(row[2] not in ("C3k2", "A2C2f") for row in rows)
        usual = [values.get("depth_multiple", 1), values.get("width_multiple", 1), 10**9]
        depth, width, most = values["scales"][scale] if scale else usual
        self.depth, self.width, self.most = fraction(depth), fraction(width), int(most)

    def scaled(self, channels: int) -> int:
        return ceil(min(channels, self.most) * self.width / 8) * 8


class Module:
    """One row: its module and arguments, and the maps that arrive."""

    def __init__(
        self, net: Scaled, name: str, repeats: int, given: list[Any], maps: list[Value]
    ) -> None:
        self.net, self.flow, self.name = net, net.flow, name
        self.repeats, self.given, self.maps = repeats, given, maps
        self.read = {0}  # which arguments were

    @property
    def x(self) -> Value:
        return self.maps[0]

    def get(self, index: int, otherwise: Any) -> Any:
        self.read.add(index)
        return self.given[index] if index < len(self.given) else otherwise

    @property
    def out(self) -> int:
        """The channels that leave, scaled: a multiple of 8, unless they are the classes."""
        out = self.given[0]
        if not isinstance(out, int):
            raise Refused(f"{visible(self.name)} without a number of channels")
        return out if out == self.net.classes else self.net.scaled(out)

    def conv(
        self,
        x: Value,
        out: int,
        k: int = 1,
        s: int = 1,
        groups: int = 1,
        act: str = USUAL,
        pad: int | None = None,
    ) -> Value:
        """A convolution, BN, and an activation: SiLU, if the file says no other."""
        act = self.net.act if act == USUAL else act
        columns = kernel([k, k], out, groups, x.form[2])
        columns |= {"stride": s, "padding": k // 2 if pad is None else pad, "bias": False}
        value = self.flow.row({"bn": None}, self.flow.row(columns, x))
        return self.flow.row({act: None}, value) if act else value

    def around(self, sizes: Sequence[int], shortcut: bool = True) -> Inner:
        """Bottlenecks of a width."""
        return lambda x, width: bottleneck(self, x, width, shortcut, sizes, Fraction(1))

    def plain(self, x: Value, out: int) -> Value:
        return self.flow.row({"conv": [1, 1], "out": out, "bias": True}, x)

    def merged(self, row: str, *values: Value) -> Value:
        return self.flow.row({row: None}, *values, merges=True)

    def half(self, x: Value, out: int) -> Value:
        return self.flow.row({"select": out}, x)


def bottleneck(
    m: Module,
    x: Value,
    out: int,
    shortcut: bool,
    sizes: Sequence[int],
    e: Fraction,
    groups: int = 1,
) -> Value:
    made = m.conv(x, int(out * e), sizes[0])
    made = m.conv(made, out, sizes[1], groups=groups)
    return m.merged("add", x, made) if shortcut and x.form[2] == out else made


def c2f(m: Module, e: Fraction, inner: Inner) -> Value:
    """The last of two halves goes on, and all that comes of it is put together."""
    width = int(m.out * e)
    whole = m.conv(m.x, 2 * width)
    parts = [m.half(whole, width), m.half(whole, width)]
    for _ in range(m.repeats):
        parts.append(inner(parts[-1], width))
    return m.conv(m.merged("concat", *parts), m.out)


def c3(m: Module, x: Value, out: int, n: int, inner: Inner, e: Fraction) -> Value:
    width = int(out * e)
    made = m.conv(x, width)
    for _ in range(n):
        made = inner(made, width)
    return m.conv(m.merged("concat", made, m.conv(x, width)), out)


def module_c2f(m: Module) -> Value:
    def inner(x: Value, width: int) -> Value:
        return bottleneck(m, x, width, m.get(1, False), (3, 3), Fraction(1), m.get(2, 1))

    return c2f(m, fraction(m.get(3, "0.5")), inner)


def module_c3k2(m: Module) -> Value:
    """In the larger scales, the bottlenecks are modules of three convolutions."""
    deep = m.get(1, False) or m.net.scale in ("m", "l", "x")
    attends = m.get(3, False)

    def inner(x: Value, width: int) -> Value:
        if attends:
            return attended(m, bottleneck(m, x, width, True, (3, 3), Fraction(1, 2)))
        if deep:
            return c3(m, x, width, 2, m.around((3, 3)), Fraction(1, 2))
        return bottleneck(m, x, width, True, (3, 3), Fraction(1, 2))

    return c2f(m, fraction(m.get(2, "0.5")), inner)


def attended(m: Module, x: Value) -> Value:
    """Attention of all positions, with a depthwise convolution of the values, and two dense layers
    behind it, each with what arrives added."""
    height, width, dim = x.form
    heads, tokens = max(dim // 64, 1), (height * width, 1)
    keys = dim // heads // 2 * heads
    packed = m.conv(x, dim + 2 * keys, act="")
    query, key = (m.flow.reshaped(m.half(packed, keys), (*tokens, keys)) for _ in range(2))
    values = m.half(packed, dim)
    columns = {"matmul": None, "over": "channels", "heads": heads}
    scores = m.flow.row(columns, query, key, merges=True)
    scores = m.flow.row({"softmax": heads}, scores)
    columns["over"] = "tokens"
    made = m.flow.row(columns, scores, m.flow.reshaped(values, (*tokens, dim)), merges=True)
    placed = m.conv(values, dim, 3, groups=dim, act="")
    made = m.conv(m.merged("add", m.flow.reshaped(made, x.form), placed), dim, act="")
    x = m.merged("add", x, made)
    return m.merged("add", x, m.conv(m.conv(x, 2 * dim), dim, act=""))


def pooled(m: Module, x: Value, k: int) -> Value:
    return m.flow.row({"maxpool": [k, k], "stride": 1, "padding": k // 2}, x)


def pyramid(m: Module, fast: bool) -> Value:
    """Maxima of growing windows; one after another where it is fast."""
    x = m.conv(m.x, m.x.form[2] // 2, act="" if fast else USUAL)
    sizes = [m.get(1, 5)] * m.get(2, 3) if fast else m.get(1, [5, 9, 13])
    parts = [x]
    for k in sizes:
        parts.append(pooled(m, parts[-1] if fast else x, k))
    made = m.conv(m.merged("concat", *parts), m.out)
    shortcut = fast and m.get(3, False) and m.x.form == made.form
    return m.merged("add", made, m.x) if shortcut else made


def concat(m: Module) -> Value:
    if m.get(0, 1) != 1:
        raise Refused("Concat of other than the channels")
    return m.merged("concat", *m.maps)


def upsample(m: Module) -> Value:
    mode = "nearest" if m.get(2, "nearest") == "nearest" else "bilinear"
    if m.get(0, None) is not None:
        raise Refused("nn.Upsample to a size")
    return m.flow.row({"upsample": m.get(1, 1), "mode": mode}, m.x)


def transposed(m: Module) -> Value:
    k, s, p = m.get(1, 1), m.get(2, 1), m.get(3, 0)
    columns = {"tconv": [k, k], "out": m.out, "stride": s, "padding": p, "bias": True}
    return m.flow.row(columns, m.x)


def detect(m: Module) -> Value:
    """Boxes, 16 values for each side, and classes, of every map. What decodes them is left out: of
    its 16 constants none is learned."""
    classes, first = m.net.classes, m.maps[0].form[2]
    boxes, scores = max(16, first // 4, 64), max(first, min(classes, 100))
    for x in m.maps:
        box = m.plain(m.conv(m.conv(x, boxes, 3), boxes, 3), 4 * 16)
        if m.net.legacy:
            score = m.conv(m.conv(x, scores, 3), scores, 3)
        else:
            score = m.conv(m.conv(x, x.form[2], 3, groups=x.form[2]), scores)
            score = m.conv(m.conv(score, scores, 3, groups=scores), scores)
        made = m.merged("concat", box, m.plain(score, classes))
    m.flow.stands_in("decoding of what is found, left out")
    return made


def beside(m: Module, more: int) -> Value:
    """What is found of every map, and ``more`` values of each."""
    detect(m)
    width = max(m.maps[0].form[2] // 4, more)
    for x in m.maps:
        made = m.plain(m.conv(m.conv(x, width, 3), width, 3), more)
    return made


def segment(m: Module) -> Value:
    """Masks are sums of those that the first map gives, at twice its sides."""
    width, masks = m.net.scaled(m.get(2, 256)), m.get(1, 32)
    beside(m, masks)
    x = m.conv(m.maps[0], width, 3)
    x = m.flow.row({"tconv": [2, 2], "out": width, "stride": 2, "padding": 0, "bias": True}, x)
    return m.conv(m.conv(x, width, 3), masks)


def classify(m: Module) -> Value:
    x = m.conv(m.x, 1280, m.get(1, 1), m.get(2, 1))
    x = m.flow.row({"avgpool": "global"}, x)
    return m.flow.row({"fc": m.net.classes, "bias": True}, x)


MODULES: dict[str, Callable[[Module], Value]] = {
    "Conv": lambda m: m.conv(m.x, m.out, m.get(1, 1), m.get(2, 1), m.get(4, 1), pad=m.get(3, None)),
    "DWConv": lambda m: m.conv(m.x, m.out, m.get(1, 1), m.get(2, 1), gcd(m.x.form[2], m.out)),
    "C2f": module_c2f,
    "C3": lambda m: c3(
        m, m.x, m.out, m.repeats, m.around((1, 3), m.get(1, True)), fraction(m.get(3, "0.5"))
    ),
    "C3k2": module_c3k2,
    "SPPF": partial(pyramid, fast=True),
    "SPP": partial(pyramid, fast=False),
    "Concat": concat,
    "Bottleneck": lambda m: bottleneck(
        m, m.x, m.out, m.get(1, True), (3, 3), Fraction(1, 2), m.get(2, 1)
    ),
    "Detect": detect,
    "Pose": lambda m: beside(m, m.net.points[m.get(1, 0) and 0] * m.net.points[1]),
    "OBB": lambda m: beside(m, m.get(1, 1)),
    "Segment": segment,
    "Classify": classify,
    "nn.Upsample": upsample,
    "nn.MaxPool2d": lambda m: m.flow.row(
        {"maxpool": m.given[0], "stride": m.get(1, m.given[0]), "padding": m.get(2, 0)}, m.x
    ),
    "nn.ZeroPad2d": lambda m: m.flow.row({"zeropad": [m.given[0][i] for i in (2, 3, 0, 1)]}, m.x),
    "nn.ConvTranspose2d": transposed,
    "nn.Identity": lambda m: m.x,
}
#: Those that repeat what is in them; the others come several times.
REPEAT = ("C2", "C2f", "C3", "C3k2", "C2PSA", "C3Ghost", "A2C2f")
