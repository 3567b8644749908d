"""Random rows, each as a network of its own, held against the PyTorch layer that it stands for.

Run as ``python tests/oracle/random_rows.py --rows 60 --seed 1``: so many rows of each operator,
each at several bindings of its sides and channels; with ``--counters 6`` so many of them under
every convention whose tool is installed; with ``--record`` the figures go into docs/oracles.md.
"""

from __future__ import annotations

import argparse
import datetime
import random
import re
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import torch
import yaml
from built import Builder
from counters import COUNTERS, OLD, installed, quiet
from pieces import MODULES
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from zoo import Products

import costcalc as cc
from costcalc.operators import OPERATORS

PAGE = Path(__file__).parents[2] / "docs" / "oracles.md"
BEGIN, END = "<!-- rows: begin -->", "<!-- rows: end -->"


class Row(NamedTuple):
    """A row as its spec has it, and what to try it at. ``bare``: it is no layer of its own in
    PyTorch, or padded beside it, so that no counter is asked."""

    text: str
    bindings: list[dict[str, int]]
    length: bool = False
    bare: bool = False

    @property
    def spec(self) -> str:
        names = sorted(self.bindings[0])
        known = "".join(
            f"  {name}: {{default: {self.bindings[0][name]}, meaning: m}}\n" for name in names
        )
        sides = "length: n" if self.length else "height: h, width: w"
        block = re.search("attention|condconv", self.text)
        head = f"include: {block[0]}\n" if block else ""
        return (
            f"network: row\n{head}parameters:\n{known}input: {{{sides}, channels: c}}\n"
            f"layers:\n- {self.text}\n"
        )


class Draw:
    """Draws rows. ``unit`` is what the channels are mostly a multiple of."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.unit = 1
        self.free: dict[str, Callable[[], int]] = {}
        self.length = self.bare = False

    def one(self, *values: Any) -> Any:
        return self.random.choice(values)

    def chance(self, of: int) -> bool:
        return self.random.randrange(of) == 0

    def up_to(self, most: int) -> int:
        return self.random.randint(1, most)

    def channels(self) -> int:
        return self.up_to(20) if self.chance(6) else self.unit * self.up_to(5)

    def row(self, verb: str, length: bool) -> Row:
        """A row of an operator, with three bindings of the sides, the channels and what leaves."""
        self.unit, self.length, self.bare = 1, length, False
        self.free = {"c": self.channels}
        if length:
            self.free["n"] = lambda: self.up_to(40)
        else:
            self.free |= dict.fromkeys(("h", "w"), lambda: self.up_to(14))
        text = ROWS[verb](self, verb)
        if not re.search(r"\bm\b", text):
            self.free.pop("m", None)
        bindings = [{name: draw() for name, draw in self.free.items()} for _ in range(3)]
        return Row(text, bindings, length, self.bare)

    def out(self) -> str:
        """The channels that leave: a parameter of their own, or by those that arrive."""
        if self.chance(3):
            return str(self.one("c", "2*c", self.unit * self.up_to(4)))
        self.free["m"] = self.channels
        return "m"

    # -- columns -----------------------------------------------------------------------------------

    def window(self, *sides: int) -> str:
        """One number of these, or one for each side."""
        first = self.one(*sides)
        both = f"{first}x{self.one(*sides)}"
        return str(first) if self.length or self.chance(2) else both

    def stride(self) -> str:
        return f", stride: {self.window(1, 2, 2, 3, 4)}" if self.chance(2) else ""

    def dilation(self) -> str:
        return f", dilation: {self.window(1, 2, 3)}" if self.chance(4) else ""

    def flag(self, name: str, of: int = 2) -> str:
        return f", {name}: {self.one('true', 'false')}" if self.chance(of) else ""

    def coded(self, verb: str) -> str:
        """How it is coded, where counters tell that apart."""
        codings = OPERATORS[verb].codings if verb in OPERATORS else ("functional",)
        return self.one("", ", coded: functional") if "functional" in codings else ""

    def numbers(self, most: int) -> str:
        """Padding in numbers: one, one for each side, or one for each end."""
        ends = 2 if self.length else 4
        given = [self.random.randint(0, most) for _ in range(ends)]
        kind = self.up_to(3)
        if kind == 1:
            return str(given[0])
        if kind == 2 and not self.length:
            return f"[{given[0]}, {given[1]}]"
        self.bare = True
        return f"[{', '.join(map(str, given))}]"

    def fused(self) -> str:
        """A norm and an activation in the row."""
        text = ""
        if self.chance(4):
            norm = self.one("batch", "layer", "rms", "instance", "{group: 1}", "lrn")
            norm = "batch" if self.length else norm
            norm = self.one(norm, "{batch, scale: false, shift: false}", "{batch, scale: false}")
            text += f", norm: {'batch' if self.length else norm}"
        if self.chance(4):
            text += f", activation: {self.one(*MODULES, 'prelu', '{prelu: layer}')}"
        return text


def _conv(draw: Draw, verb: str) -> str:
    groups = draw.one(1, 1, 1, 2, 3, 4)
    draw.unit = groups
    sides = (1, 2, 3, 4, 5, 7)
    same = draw.chance(3)
    text = f"conv: {draw.window(*(sides[::2] if draw.length and same else sides))}"
    text += f", out: {draw.out()}{draw.stride()}{draw.dilation()}"
    text += f", groups: {groups}" if groups > 1 else ""
    text += f", padding: {draw.one('half', 'valid', draw.numbers(3))}" if not same else ""
    draw.bare |= same
    return _kernels(draw, text)


def _kernels(draw: Draw, text: str) -> str:
    """What every convolution may have."""
    text += draw.flag("bias")
    if draw.chance(5):
        what = draw.one("fixed", "gain") if "padding" in text else "gain"
        what = "fixed" if "tconv" in text and "groups" in text else what  # PyTorch's is of a group
        draw.bare |= what == "gain" or draw.length
        text += f", {what}: true" if not draw.length else ""
    return f"{{{text}{draw.fused()}}}"


def _dwconv(draw: Draw, verb: str) -> str:
    text = f"dwconv: {draw.window(1, 3, 5, 7)}{draw.stride()}{draw.dilation()}"
    if draw.chance(2):
        text += f", padding: {draw.one('half', 'valid', draw.numbers(3))}"
    if draw.chance(3):
        draw.free["m"] = lambda: draw.up_to(3)
        text += f", multiplier: {draw.one('m', 2)}"
    return _kernels(draw, text)


def _tconv(draw: Draw, verb: str) -> str:
    groups = draw.one(1, 1, 2, 3)
    draw.unit = groups
    text = f"tconv: {draw.window(1, 2, 3, 4, 5)}, out: {draw.out()}{draw.stride()}{draw.dilation()}"
    text += f", groups: {groups}" if groups > 1 else ""
    text += f", padding: {draw.one('half', 'valid', draw.numbers(2))}"
    if "half" in text and "4" in text + "2":  # an even window is not cut in half
        text = text.replace("half", "1")
    if draw.chance(3):
        text += f", output_padding: {draw.one(1, 1, 2) if draw.length else draw.one('[0, 1]', 1)}"
    return _kernels(draw, text)


def _pool(draw: Draw, verb: str) -> str:
    kind = draw.up_to(6)
    if kind == 1:
        return f"{{{verb}: global{draw.coded(verb)}}}"
    if kind == 2:
        to = draw.up_to(9) if draw.length else f"{draw.up_to(9)}x{draw.up_to(9)}"
        return f"{{{verb}: {{to: {to}}}}}"
    if kind == 3 and not draw.length:
        return f"{{{verb}: {{over: {draw.one('channels', 'height', 'width')}}}}}"
    text = f"{verb}: {draw.window(2, 3, 4, 5)}{draw.stride()}"
    if verb == "maxpool":
        text += draw.dilation()
    if draw.chance(2):
        numbers = draw.one(0, 1)  # PyTorch pads by at most half a window
        asymmetric = f"[{numbers}, 0]" if draw.length else f"[{numbers}, 0, 1, {numbers}]"
        said = draw.one("valid", "half", numbers, asymmetric, *(() if draw.length else ("same",)))
        draw.bare |= said in ("same", asymmetric)
        text += f", padding: {said}"
    elif draw.chance(2):
        text += f", round: {draw.one('up', 'down')}"
    return f"{{{text}}}"


def _fmp(draw: Draw, verb: str) -> str:
    return f"{{fmp: {draw.one('3/2', '8/5', '2', '4/3')}}}"


def _dense(draw: Draw, verb: str) -> str:
    text = f"{verb}: {draw.out()}{draw.flag('bias')}"
    text += f", activation: {draw.one(*MODULES, 'prelu')}" if draw.chance(3) else ""
    if verb == "fc" and draw.chance(3):
        draw.bare = True
        return f"flatten\n- {{{text}}}"
    return f"{{{text}}}" if verb == "linear" else f"{{avgpool: global}}\n- {{{text}}}"


def _norm(draw: Draw, verb: str) -> str:
    coded = draw.coded(verb)
    value = verb
    if verb == "groupnorm":
        draw.unit = draw.one(1, 2, 3, 4, 8)
        value = f"groupnorm: {draw.one(draw.unit, 'c' if draw.unit == 1 else draw.unit)}"
    if verb == "instancenorm":  # of one value PyTorch takes none
        draw.free["h"] = lambda: 1 + draw.up_to(13)
    if verb == "lrn":
        return f"{{lrn: {draw.up_to(7)}{coded}}}"
    text = draw.flag("scale", 2) if not draw.length else ""
    draw.bare |= verb == "l2norm" and "false" not in text
    if verb not in ("rmsnorm", "l2norm") and not draw.length:
        text += draw.flag("shift", 2)
    return f"{{{value}{text}{coded}}}"


def _activation(draw: Draw, verb: str) -> str:
    value = f"prelu: {draw.one('layer', 'channel')}" if verb == "prelu" else verb
    return f"{{{value}{draw.coded(verb)}}}"


def _learned(draw: Draw, verb: str) -> str:
    if verb != "learned":
        return f"{{{verb}: {draw.one('channel', 'layer')}}}"
    kind = draw.up_to(3)
    if kind == 1:
        return "{add: [[], learned]}"
    if kind == 2:
        draw.free["m"] = lambda: draw.up_to(9)
        return "{concat: [{learned: [h, w, m]}, []]}"
    return f"{{concat: [[], {{learned: {draw.up_to(4)}x{draw.up_to(9)}x6}}]}}"


def _sides(draw: Draw, verb: str) -> str:
    """What makes a map larger or smaller."""
    draw.bare |= verb in ("zeropad", "crop", "subsample")
    if verb == "crop":
        if draw.chance(2):
            return f"{{crop: {{by: {draw.numbers(4)}}}}}"
        return f"{{crop: {draw.up_to(9)}x{draw.up_to(9)}}}"
    if verb == "subsample":
        return f"{{subsample: {draw.window(1, 2, 3, 5)}}}"
    if verb in ("zeropad", "reflectpad"):
        return f"{{{verb}: {draw.numbers(4)}}}"
    mode = f", mode: {draw.one('nearest', 'bilinear')}" if draw.chance(2) else ""
    coded = draw.coded(verb)
    if verb == "upsample":
        return f"{{upsample: {draw.up_to(4)}{mode}{coded}}}"
    if draw.chance(2):
        return f"{{resize: {{by: {draw.one('3/2', '1/2', '5/4', '2', '3/4')}}}{mode}{coded}}}"
    to = draw.up_to(19) if draw.length else f"{draw.up_to(19)}x{draw.up_to(19)}"
    return f"{{resize: {to}{mode}{coded}}}"


def _places(draw: Draw, verb: str) -> str:
    """What moves values, or takes some of the channels."""
    draw.bare = verb not in ("tokens", "transpose", "depth_to_space", "dropout", "softmax")
    if verb in ("tokens", "flatten", "dropout"):
        return verb
    if verb == "transpose":
        return str(draw.one("transpose", "{transpose: sides}"))
    if verb in ("space_to_depth", "depth_to_space"):
        block = draw.one(1, 2, 2, 3)
        draw.unit = block * block if verb == "depth_to_space" else 1
        if verb == "space_to_depth":
            draw.free |= dict.fromkeys(
                ("h", "w"), lambda: draw.up_to(14) if draw.chance(5) else block * draw.up_to(5)
            )
        return f"{{{verb}: {block}}}"
    if verb == "windows":
        rows, columns = draw.up_to(4), draw.up_to(4)
        draw.free["h"] = lambda: draw.up_to(14) if draw.chance(5) else rows * draw.up_to(4)
        draw.free["w"] = lambda: draw.up_to(14) if draw.chance(5) else columns * draw.up_to(4)
        return f"{{windows: {rows}x{columns}}}"
    if verb == "reshape":
        size = ("[w, h]", "[h*w, 1]", "[1, w, h*c]", "[w, c, h]", "[2*h, w, c]", "[7, 1, c]")
        return f"{{reshape: {draw.one(*size)}}}"
    if verb == "shuffle":
        draw.unit = draw.one(1, 2, 3, 4)
        return f"{{shuffle: {draw.unit}}}"
    if verb == "softmax":
        heads = draw.one(1, 1, 2, 3)
        draw.unit = heads
        coded = draw.coded(verb)
        return f"{{softmax: {heads}{coded}}}"
    draw.unit = 4 if verb == "select" else 1
    draw.free["m"] = lambda: draw.up_to(20)
    return f"{{{verb}: m}}"


def _recurrent(draw: Draw, verb: str) -> str:
    draw.free["m"] = lambda: draw.up_to(12)
    text = f"{verb}: m, biases: {draw.one(2, 2, 0)}"
    return f"{{{text}{draw.flag('bidirectional')}{draw.flag('last')}}}"


def _branch(draw: Draw, out: str) -> str:
    return str(draw.one("[]", f"{{conv: 1x1, out: {out}}}", f"[relu, {{conv: 1x1, out: {out}}}]"))


def _merge(draw: Draw, verb: str) -> str:
    if verb == "matmul":
        heads = draw.one(1, 1, 2, 3, 4)
        draw.unit = heads
        if draw.chance(3):
            return "{matmul: [transpose, []], over: tokens}"
        if draw.chance(2):
            other = draw.one("[]", "{linear: c}", "{subsample: 2x1}")
            return f"{{matmul: [[], {other}], over: channels, heads: {heads}}}"
        scores = f"{{matmul: [[], []], over: channels, heads: {heads}}}"
        linear = f"{{linear: {heads * draw.up_to(4)}}}"
        weights = f"[{scores}, {{softmax: {heads}}}]"
        return f"{{matmul: [{weights}, {linear}], over: tokens, heads: {heads}}}"
    if verb == "concat":
        along = draw.one("channels", "height", "width")
        other = draw.one("[]", "{conv: 1x1, out: c}", f"{{conv: 1x1, out: {draw.up_to(9)}}}")
        if along != "channels" and draw.chance(2):
            other = f"{{avgpool: {{over: {along}}}}}"
        return f"{{concat: [[], {other}, {_branch(draw, 'c')}], along: {along}}}"
    spread = ("{avgpool: global}", "{maxpool: {over: channels}}", "{avgpool: {over: height}}")
    others = [_branch(draw, "c"), draw.one(*spread, "[]", f"{{conv: 1x1, out: {draw.up_to(5)}}}")]
    draw.random.shuffle(others)
    coded = draw.coded(verb)
    return f"{{{verb}: [{', '.join(others)}]{coded}}}"


def _attention(draw: Draw, verb: str) -> str:
    heads = draw.one(1, 2, 3, 4, 6)
    draw.unit, draw.bare = heads, True
    if verb == "attention":
        return f"{{attention: {heads}}}"
    groups = draw.one(*(g for g in range(1, heads + 1) if heads % g == 0))
    return f"{{grouped_attention: {{heads: {heads}, groups: {groups}}}}}"


def _condconv(draw: Draw, verb: str) -> str:
    draw.unit, draw.bare = draw.one(1, 1, 2, 3), True
    draw.free["m"] = draw.channels
    own = f"k: {draw.one(1, 3, 5)}, c: m, n: {draw.up_to(8)}, s: {draw.one(1, 2)}, g: {draw.unit}"
    return f"{{condconv: {{{own}}}}}"


#: Blocks that are shipped, and that PyTorch or timm has as layers.
BLOCKS = ("attention", "grouped_attention", "condconv")
#: What draws the row of an operator, or of a block.
ROWS: dict[str, Callable[[Draw, str], str]] = {
    **{"conv": _conv, "dwconv": _dwconv, "tconv": _tconv, "fmp": _fmp},
    **dict.fromkeys(("maxpool", "avgpool"), _pool),
    **dict.fromkeys(("fc", "linear"), _dense),
    **dict.fromkeys(
        ("bn", "layernorm", "groupnorm", "instancenorm", "rmsnorm", "lrn", "l2norm"), _norm
    ),
    **dict.fromkeys((*MODULES, "prelu"), _activation),
    **dict.fromkeys(("scale", "shift", "learned"), _learned),
    **dict.fromkeys(("upsample", "resize", "crop", "subsample", "zeropad", "reflectpad"), _sides),
    **dict.fromkeys(
        (
            *("tokens", "flatten", "dropout", "transpose", "space_to_depth", "depth_to_space"),
            *("windows", "reshape", "shuffle", "softmax", "padchannels", "select"),
        ),
        _places,
    ),
    **dict.fromkeys(("lstm", "gru", "rnn"), _recurrent),
    **dict.fromkeys(("add", "multiply", "concat", "matmul"), _merge),
    **dict.fromkeys(BLOCKS[:2], _attention),
    "condconv": _condconv,
}
#: Those that PyTorch has for sequences, too.
OF_LENGTH = ("conv", "dwconv", "tconv", "maxpool", "avgpool", "bn", "upsample", "resize", "fc")
OF_LENGTH += ("reflectpad", "lstm", "gru", "rnn", "linear", "layernorm", "softmax", "relu")


class Told(NamedTuple):
    """What a layer gives and costs."""

    shape: tuple[int, ...]
    mult_adds: int
    params: int


class Attention(nn.Module):
    """PyTorch's own attention, each column of a map by itself."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.layer = nn.MultiheadAttention(channels, heads)

    def forward(self, x: Tensor) -> Tensor:
        tokens = x[0].permute(1, 2, 0)
        y, _ = self.layer(tokens, tokens, tokens)
        return y.permute(2, 0, 1)[None]


class Grouped(nn.Module):
    """Grouped queries, as PyTorch's product of attention takes them."""

    def __init__(self, channels: int, heads: int, groups: int) -> None:
        super().__init__()
        if channels % heads:
            raise ValueError("heads of unequal width")
        self.heads, self.groups = heads, groups
        self.query, self.leaves = nn.Linear(channels, channels), nn.Linear(channels, channels)
        shared = channels * groups // heads
        self.key, self.value = nn.Linear(channels, shared), nn.Linear(channels, shared)

    def forward(self, x: Tensor) -> Tensor:
        tokens = x[0].permute(2, 1, 0)  # each column by itself
        parts = (self.query, self.heads), (self.key, self.groups), (self.value, self.groups)
        q, k, v = (
            layer(tokens).unflatten(2, (heads, -1)).transpose(1, 2) for layer, heads in parts
        )
        y = scaled_dot_product_attention(q, k, v, enable_gqa=True)
        return self.leaves(y.transpose(1, 2).flatten(2)).permute(2, 1, 0)[None]


class Mixture(nn.Module):
    """timm's convolution with a kernel for each image, and what mixes it."""

    def __init__(self, channels: int, k: int, c: int, n: int, s: int, g: int) -> None:
        super().__init__()
        from timm.layers import CondConv2d

        if channels % g or c % g:
            raise ValueError("groups of unequal width")
        self.routing = nn.Linear(channels, n)
        self.layer = CondConv2d(channels, c, k, s, k // 2, groups=g, num_experts=n)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layer(x, torch.sigmoid(self.routing(x.mean((2, 3)))))
        return y


def built(row: Row, binding: dict[str, int]) -> tuple[nn.Module, Tensor]:
    """The layer, and what enters it.

    :raises RuntimeError, ValueError, AssertionError, IndexError: PyTorch refuses it.
    """
    if any(f"{block}:" in row.text for block in BLOCKS):
        x = torch.zeros(1, binding["c"], binding["h"], binding["w"])
        own = {**binding, **yaml.safe_load(row.text)}
        if "condconv" in own:
            given = own["condconv"]
            return Mixture(binding["c"], **{**given, "c": binding["m"]}).eval(), x
        if "attention" in own:
            return Attention(binding["c"], own["attention"]).eval(), x
        return Grouped(binding["c"], **own["grouped_attention"]).eval(), x
    return Builder(cc.loads(row.spec).spec, binding).build()


def theirs(row: Row, binding: dict[str, int]) -> Told | None:
    """What PyTorch runs; None where it refuses, or nothing is left of the map."""
    try:
        with torch.no_grad():
            model, x = built(row, binding)
            with torch.backends.mkldnn.flags(enabled=False), Products() as products:
                y = model(x)
    except REFUSED:
        return None
    if not y.numel():
        return None
    _, channels, height, width = (*y.shape, 1, 1)[:4]
    macs = sum(product.mult_adds for product in products.found)
    return Told((height, width, channels), macs, sum(p.numel() for p in model.parameters()))


REFUSED = (RuntimeError, ValueError, AssertionError, IndexError, ZeroDivisionError)


def counted(network: cc.Network, binding: dict[str, int]) -> Told | None:
    try:
        count = network.count(convention="trainable", **binding)
    except cc.CostcalcError:
        return None
    shape = tuple(int(str(side)) for side in count.layers[-1].output)
    return Told(shape, count.mult_adds, count.params)


def form(formula: cc.Formula | None, rounded: bool, binding: dict[str, int]) -> Any:
    """A closed form's Mult-Adds and parameters; None where there is no network, and no more than a
    text where the form is not that of the network there."""
    if formula is None:
        return None
    try:
        return tuple(formula.at(rounded=rounded, **{n: binding[n] for n in formula.parameters}))
    except cc.CostcalcError as error:
        return None if "does not exist" in str(error) else str(error)


def compared(row: Row, seen: Counter[str]) -> Iterator[str]:
    """What differs at the bindings of a row; ``seen`` counts what was compared."""
    network = cc.loads(row.spec)
    seen["rows"] += 1
    try:
        formula = network.formula(convention="trainable")
    except cc.CostcalcError:  # there is no such network
        formula = None
    for binding in row.bindings:
        right = theirs(row, binding)
        got = counted(network, binding)
        seen["bindings"] += 1
        seen["refused by both"] += right is got is None
        if got != right:
            yield f"{row.spec}{binding}: {got}, PyTorch {right}"
        for rounded in (True, False):
            closed = form(formula, rounded, binding)
            seen["polynomial holds"] += isinstance(closed, tuple) and not rounded
            if isinstance(closed, str) or (closed is None and not (right and rounded)):
                continue
            if right is None or closed != right[1:]:
                yield f"{row.spec}{binding}, {rounded=}: {closed}, PyTorch {right}"


def by_counters(row: Row, tools: list[str], seen: Counter[str]) -> Iterator[str]:
    """What differs under the conventions of these tools, between two layers, as they stand in
    networks: what a convention says that it leaves open is not asked."""
    text = row.spec.replace("layers:\n", "layers:\n- {conv: 1x1, out: c}\n") + "- sigmoid\n"
    network = cc.loads(text)
    (binding, *_) = row.bindings
    for tool in tools:
        try:
            count = network.count(convention=tool, **binding)
            model, x = Builder(network.spec, binding).build()
        except (cc.CostcalcError, *REFUSED):
            return
        if count.notes or (tool.startswith("onnx") and "lrn" in row.text):
            seen["left open"] += 1  # what PyTorch exports of an LRN is an error there
            continue
        with quiet(), torch.no_grad():
            given = COUNTERS[tool][1](model, x)
        seen["counters"] += 1
        if given != count.mult_adds:
            yield f"{text}{binding}, {tool}: {count.mult_adds}, the tool {given}"


def asked(verb: str, rows: int, seed: int, counters: int = 0) -> tuple[Counter[str], list[str]]:
    """So many rows of an operator: how much was compared, and what differs."""
    seen, wrong = Counter[str](), list[str]()
    tools = [tool for tool in COUNTERS if tool not in OLD and installed(tool)]
    draw = Draw(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for i in range(rows):
            row = draw.row(verb, verb in OF_LENGTH and i % 4 == 3)
            wrong += compared(row, seen)
            if seen["asked"] < counters and not (row.bare or row.length):
                seen["asked"] += 1
                wrong += by_counters(row, tools, seen)
    return seen, wrong


def record(found: dict[str, Counter[str]], seed: int) -> None:
    """Write the figures into the page."""
    columns = ("rows", "bindings", "refused by both", "polynomial holds", "counters")
    total = sum(found.values(), Counter[str]())
    lines = [
        BEGIN,
        f"Run on {datetime.date.today().isoformat()} with torch {version('torch')}, seed {seed}: "
        f"{total['rows']:,} rows at {total['bindings']:,} bindings, "
        f"{total['counters']:,} counts by the tools; different: {total['wrong']}.",
        "",
        "| operator | rows | bindings | refused by both | polynomial holds | counts by tools |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {verb} | {' | '.join(f'{seen[column]:,}' for column in columns)} |"
            for verb, seen in found.items()
        ),
        END,
    ]
    text = PAGE.read_text(encoding="utf-8")
    text, times = re.subn(f"{BEGIN}.*?{END}", lambda _: "\n".join(lines), text, flags=re.DOTALL)
    if not times:
        raise SystemExit(f"{PAGE} has no {BEGIN} … {END}")
    PAGE.write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--counters", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("verbs", nargs="*")
    said = parser.parse_args(arguments)
    found = {}
    for verb in said.verbs or ROWS:
        seen, wrong = asked(verb, said.rows, said.seed, said.counters)
        seen["wrong"] = len(wrong)
        found[verb] = seen
        print(verb, dict(seen), flush=True)
        told: dict[str, str] = {}
        for message in wrong:
            told.setdefault(
                message.split("{default")[-1].split("\n", 1)[1].split("}\n{")[0], message
            )
        for message in list(told.values())[:5]:
            print(message.split("layers:\n")[1], flush=True)
    if said.record:
        record(found, said.seed)


if __name__ == "__main__":
    main(sys.argv[1:])
