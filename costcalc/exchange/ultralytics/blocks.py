"""Modules of Ultralytics' YAML that are made of others: those of YOLOv9, of ghosts, and attention.

Source: the modules of Ultralytics' YOLOv8 to YOLO12.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial

from costcalc.exchange.maps import Value
from costcalc.exchange.ultralytics.modules import USUAL, Module, attended, c3, pooled


def ghost(m: Module, x: Value, out: int, k: int = 1, s: int = 1, act: str = USUAL) -> Value:
    """Half of the channels are made of the other half, by 5 x 5 of each."""
    half = out // 2
    x = m.conv(x, half, k, s, act=act)
    return m.merged("concat", x, m.conv(x, half, 5, groups=half, act=act))


def module_c3ghost(m: Module) -> Value:
    """Bottlenecks of two ghosts, whatever the shortcut says."""
    m.get(1, True)

    def inner(x: Value, width: int) -> Value:
        made = ghost(m, ghost(m, x, width // 2), width, act="")
        return m.merged("add", made, x)

    return c3(m, m.x, m.out, m.repeats, inner, Fraction(1, 2))


def repeated(m: Module, x: Value, out: int, n: int) -> Value:
    """Two 3 x 3 kernels of which the first is the sum of one and a 1 x 1, between two halves."""

    def inner(y: Value, width: int) -> Value:
        both = m.conv(y, width, 3, act=""), m.conv(y, width, act="", pad=0)
        made = m.flow.row({"swish": None}, m.merged("add", *both))
        return m.merged("add", y, m.conv(made, width, 3))

    return m.conv(c3(m, x, out, n, inner, Fraction(1, 2)), out, 3)


def elan(m: Module, layers: bool) -> Value:
    """Halves, what is made of the second, and what is made of that."""
    whole, inner = m.conv(m.x, m.get(1, 0)), m.get(2, 0)
    parts = [m.half(whole, m.get(1, 0) // 2) for _ in range(2)]
    for _ in range(2):
        x = parts[-1]
        parts.append(repeated(m, x, inner, m.get(3, 1)) if layers else m.conv(x, inner, 3))
    return m.conv(m.merged("concat", *parts), m.out)


def module_sppelan(m: Module) -> Value:
    parts = [m.conv(m.x, m.get(1, 0))]
    for _ in range(3):
        parts.append(pooled(m, parts[-1], m.get(2, 5)))
    return m.conv(m.merged("concat", *parts), m.out)


def down(m: Module, halves: bool) -> Value:
    """A mean of 2 x 2 at every place, and every second of it: all, or one half by maxima."""
    x, out = m.flow.row({"avgpool": [2, 2], "stride": 1, "padding": "valid"}, m.x), m.out
    if not halves:
        return m.conv(x, out, 3, 2)
    width = x.form[2] // 2
    first, second = m.half(x, width), m.half(x, width)
    second = m.flow.row({"maxpool": [3, 3], "stride": 2, "padding": 1}, second)
    return m.merged("concat", m.conv(first, out // 2, 3, 2), m.conv(second, out // 2, pad=0))


def module_c2(m: Module) -> Value:
    """One half goes on, and the other waits."""
    width = m.out // 2
    whole = m.conv(m.x, 2 * width)
    made, other = m.half(whole, width), m.half(whole, width)
    for _ in range(m.repeats):
        made = m.around((3, 3), m.get(1, True))(made, width)
    return m.conv(m.merged("concat", made, other), m.out)


def module_resnet(m: Module) -> Value:
    """The stem of a ResNet, or a stage of it: convolutions of 1 x 1, 3 x 3 and 1 x 1."""
    out, x, stride, n = m.get(1, 0), m.x, m.get(2, 1), m.get(4, 1)
    if m.get(3, False):
        columns = {"maxpool": [3, 3], "stride": 2, "padding": 1}
        return m.flow.row(columns, m.conv(x, out, 7, 2))
    for _ in range(n):
        made = m.conv(m.conv(m.conv(x, out), out, 3, stride), 4 * out, act="")
        other = (stride, x.form[2]) != (1, 4 * out)
        beside = m.conv(x, 4 * out, 1, stride, act="") if other else x
        x, stride = m.flow.row({"relu": None}, m.merged("add", made, beside)), 1
    return x


def module_c2psa(m: Module) -> Value:
    out, x = m.out, m.x
    width = out // 2
    whole = m.conv(x, 2 * width)
    made = m.half(whole, width)
    for _ in range(m.repeats):
        made = attended(m, made)
    return m.conv(m.merged("concat", m.half(whole, width), made), out)


def of_areas(m: Module, x: Value, areas: int, ratio: Fraction) -> Value:
    """Attention within areas of the map, in heads of 32 channels, with a 7 x 7 kernel of each of
    the values, and two dense layers behind it, each with what arrives added."""
    height, width, dim = x.form
    tokens, heads = (height * width // areas, areas), dim // 32
    packed = m.conv(x, 3 * dim, act="")
    query, key, value = (m.half(packed, dim) for _ in range(3))
    query, key, mixed = (m.flow.reshaped(one, (*tokens, dim)) for one in (query, key, value))
    columns = {"matmul": None, "over": "channels", "heads": heads}
    scores = m.flow.row({"softmax": heads}, m.flow.row(columns, query, key, merges=True))
    made = m.flow.row({**columns, "over": "tokens"}, scores, mixed, merges=True)
    made = m.flow.reshaped(made, x.form)
    placed = m.conv(value, dim, 7, groups=dim, act="")
    x = m.merged("add", x, m.conv(m.merged("add", made, placed), dim, act=""))
    return m.merged("add", x, m.conv(m.conv(x, int(dim * ratio)), dim, act=""))


def module_a2c2f(m: Module) -> Value:
    """In the larger scales, what arrives is added to a learned part of what is made."""
    attends, areas, large = m.get(1, True), m.get(2, 1), m.net.scale in ("l", "x")
    ratio = Fraction(6, 5) if large else Fraction(2)
    parts = [m.conv(m.x, m.out // 2)]
    for _ in range(m.repeats):
        x = parts[-1]
        if attends:
            x = of_areas(m, of_areas(m, x, areas, ratio), areas, ratio)
        else:
            x = c3(m, x, x.form[2], 2, m.around((3, 3)), Fraction(1, 2))
        parts.append(x)
    made = m.conv(m.merged("concat", *parts), m.out)
    return m.merged("add", m.x, m.flow.row({"scale": None}, made)) if attends and large else made


def module_scdown(m: Module) -> Value:
    k, s, out = m.get(1, 3), m.get(2, 2), m.out
    return m.conv(m.conv(m.x, out), out, k, s, groups=out, act="")


def module_ghost(m: Module) -> Value:
    return ghost(m, m.x, m.out, m.get(1, 1), m.get(2, 1))


BLOCKS: dict[str, Callable[[Module], Value]] = {
    "GhostConv": module_ghost,
    "C3Ghost": module_c3ghost,
    "ADown": partial(down, halves=True),
    "AConv": partial(down, halves=False),
    "SPPELAN": module_sppelan,
    "RepNCSPELAN4": partial(elan, layers=True),
    "ELAN1": partial(elan, layers=False),
    "SCDown": module_scdown,
    "C2": module_c2,
    "ResNetLayer": module_resnet,
    **dict.fromkeys(("PSA", "C2PSA"), module_c2psa),
    "A2C2f": module_a2c2f,
}
