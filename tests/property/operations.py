"""What each operator gives and costs: the layers of the second calculator.

Written from the formulas that ``costcalc list operators`` and ``docs/spec-language.md`` state;
amounts are named as the tags of ``docs/conventions.md`` are.
"""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple

from arithmetic import FUNCTIONS, Nonexistent, divisible, evaluate, number, tokens

MOST = 10**9  # channels, and pixels of a side


class Map(NamedTuple):
    """A feature map. ``made_by``: a convolution alone, ``biased`` or ``plain``, into which a BN
    that comes next can be folded, since nothing else reads the map; then so many numbers of each
    channel, which others use too, are ``copied``. ``source``: the layer that gives it, or below 0
    an input."""

    height: int
    width: int
    channels: int
    made_by: str = ""
    copied: int = 0
    source: int = -1

    @property
    def elements(self) -> int:
        return self.height * self.width * self.channels

    def shared(self) -> Map:
        return self._replace(made_by="")


ELEMENTWISE = {
    "relu": "relu element",
    "relu6": "relu6 element",
    "hswish": "hswish element",
    "hsigmoid": "hsigmoid element",
    "sigmoid": "sigmoid element",
    "swish": "swish element",
    "leaky": "leaky relu element",
    "prelu": "prelu element",
    **{
        word: f"{word} element"
        for word in ("gelu", "elu", "selu", "tanh", "softplus", "mish", "hardtanh")
    },
}
#: Norms with a scale and a shift, as their rows and as their tags are called.
NORMS = {
    "bn": "bn",
    "layernorm": "layer norm",
    "groupnorm": "group norm",
    "instancenorm": "instance norm",
}
SPELLED = {
    **{"RE": "relu", "HS": "hswish", "silu": "swish", "hardswish": "hswish"},
    **{"hard_swish": "hswish", "hard_silu": "hswish", "hardsigmoid": "hsigmoid"},
    **{"hard_sigmoid": "hsigmoid", "leaky_relu": "leaky", "hard_tanh": "hardtanh"},
}


class Operations:
    """One method per operator, named like it: the row and what arrives give what leaves."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        inputs = (spec.get("inputs") or {"input": spec.get("input")}).values()
        self.length = any(isinstance(given, dict) and "length" in given for given in inputs)
        self.names: dict[str, Map] = {}
        self.terms: Counter[str] = Counter()

    def ruled(self, what: str, value: Any, settled: bool = False) -> int:
        """α·C as channels, ρ·R as a side, by the rule of the network."""
        value, rule = number(value), "exact" if settled else self.spec.get(what, "exact")
        rule, *given = re.findall(r"\w+", rule)
        least = int(given.pop()) if "min" in given else None
        if rule == "divisible":
            value = divisible(value, int(given[0]), least)
        elif rule != "exact":
            value = max(FUNCTIONS[rule](value), least or FUNCTIONS[rule](value))
        return _extent(value)

    def whole(self, text: Any, scope: dict[str, Any]) -> int:
        return _extent(number(evaluate(text, scope)))

    def window(self, text: Any, scope: dict[str, Any]) -> tuple[int, int]:
        sides = text if isinstance(text, list) else re.findall(r"\d+", str(text))
        if isinstance(text, list) or re.fullmatch(r"\d+x\d+", str(text)):
            return self.whole(sides[0], scope), self.whole(sides[1], scope)
        value = evaluate(text, scope)
        if isinstance(value, tuple):
            if self.length and value[1] != 1:
                raise Nonexistent("two sides of a length")
            return value[0], value[1]
        return _extent(number(value)), 1 if self.length else _extent(number(value))

    def out(self, verb: str, row: dict[str, Any], scope: dict[str, Any]) -> int:
        """The channels that a row gives itself."""
        if verb not in ("conv", "tconv"):
            return self.whole(row[verb], scope)
        words = tokens(row["out"])
        called = words[0] in FUNCTIONS and words[0] not in ("max", "min")
        closing, depth = 0, 0
        for i, word in enumerate(words):  # whether the first call ends where the text ends
            depth += (word == "(") - (word == ")")
            if word == ")" and not depth:
                closing = i
                break
        settled = called and closing == len(words) - 1
        return self.ruled("channels", evaluate(row["out"], scope), settled)

    # -- operators ---------------------------------------------------------------------------------

    def setting(self, row: dict[str, Any], column: str, otherwise: Any) -> Any:
        """What a convolution's column says, or the spec's defaults."""
        return row.get(column, self.spec.get("defaults", {}).get(column, otherwise))

    def finished(self, row: dict[str, Any], y: Map, scope: dict[str, Any], made_by: str) -> Map:
        """A convolution's norm and activation."""
        norm, own = self.applied("norm", row, scope)
        if norm == "batch":
            self.normalised(own, y, made_by)
        elif norm != "none":
            verb = norm if norm == "lrn" else f"{norm}norm"
            self.norm(verb, {**own, verb: own.get(norm)}, y, {**scope, "in": y.channels})
        word, own = self.applied("activation", row, scope)
        if word != "none":
            self.activate(word, y, own.get(word) or "channel")
        return y._replace(made_by="" if norm != "none" or word != "none" else made_by)

    def applied(
        self, column: str, row: dict[str, Any], scope: dict[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        """The word for what follows, with what its own row would hold."""
        given = self.setting(row, column, "none")
        own = given if isinstance(given, dict) else {given: None}
        word = next(iter(own))
        word = scope.get(word, word) if column in row else word
        return SPELLED.get(word, word), own

    def norm(self, verb: str, row: dict[str, Any], y: Map, scope: dict[str, Any]) -> None:
        """A norm's scale and shift, and the work that hangs on whether it has them."""
        if verb == "groupnorm" and y.channels % self.whole(row[verb], scope):
            raise Nonexistent("groups of channels")
        if verb == "lrn":
            size = self.whole(row.get(verb) or 5, scope)
            self.terms["local response norm element"] += y.elements
            self.terms["local response norm window"] += size * y.elements
            self.terms["local response norm padding"] += (size - 1) * y.height * y.width
            self.terms["local response norm position"] += y.height * y.width
            return
        scale, shift = row.get("scale", True), row.get("shift", True)
        kind = NORMS.get(verb, "rms norm")
        self.terms[f"{kind} element"] += y.elements
        self.terms[f"{kind} channel"] += y.channels
        if verb == "rmsnorm":
            self.terms["rms norm scale" if scale else "rms norm left out"] += y.channels
            return
        self.terms[f"{kind} affine"] += (scale + shift) * y.channels
        self.terms[f"{kind} left out"] += (2 - scale - shift) * y.channels
        self.terms[f"{kind} unscaled element"] += 0 if scale else y.elements
        self.terms[f"{kind} plain element"] += 0 if scale or shift else y.elements
        self.terms[f"{kind} row"] += y.height * y.width if verb == "layernorm" else 0

    def normalised(self, row: dict[str, Any], y: Map, made_by: str) -> None:
        self.norm("bn", row, y, {})
        self.terms["bn statistics"] += 2 * y.channels
        self.terms["bn kept element"] += 0 if made_by else y.elements
        self.terms["bn kept affine"] += 0 if made_by else 2 * y.channels
        self.terms["bn folded bias add"] += y.elements if made_by == "plain" else 0
        self.terms["bn folded bias"] += y.channels if made_by == "plain" else 0

    def activate(self, word: str, y: Map, per: str = "channel") -> None:
        self.terms[ELEMENTWISE[word]] += y.elements
        if word == "prelu":
            slopes = 1 if per == "layer" else y.channels
            self.terms["prelu weight"] += slopes
            self.terms["prelu channel"] += slopes

    def biased(self, row: dict[str, Any], y: Map) -> bool:
        bias = bool(self.setting(row, "bias", False))
        self.terms["conv bias"] += y.channels * bias
        self.terms["conv bias add"] += y.elements * bias
        return bias

    def conv(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        kernel = self.window(row["conv"], scope)
        groups, out = self.whole(row.get("groups", 1), scope), self.out("conv", row, scope)
        if x.channels % groups or out % groups:
            raise Nonexistent(f"{groups} groups")
        return self.convolved(row, x, scope, kernel, out, x.channels // groups * out)

    def dwconv(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        out = x.channels * self.whole(self.setting(row, "multiplier", 1), scope)
        return self.convolved(row, x, scope, self.window(row["dwconv"], scope), out, out)

    def convolved(
        self,
        row: dict[str, Any],
        x: Map,
        scope: dict[str, Any],
        kernel: tuple[int, int],
        out: int,
        slices: int,
    ) -> Map:
        stride = self.window(row.get("stride", 1), scope)
        dilation = self.window(row.get("dilation", 1), scope)
        padding = self.setting(row, "padding", "same")
        sides, taps = [], 1
        for i in (0, 1):
            reach = dilation[i] * (kernel[i] - 1)
            side, before = positions(x[i], reach, stride[i], self.around(padding, i, scope))
            sides.append(_extent(side))
            taps *= sum(
                _inside(x[i], side, stride[i], dilation[i] * j - before) for j in range(kernel[i])
            )
        y = _map(*sides, out)
        weights = kernel[0] * kernel[1] * slices
        bias = self.biased(row, y)
        self.terms["learned weight"] += out if row.get("gain") else 0
        if row.get("coded") == "linear":
            self.connected(x.channels, out, bias)
            self.terms["conv bias"] -= out * bias
            self.terms["conv bias add"] -= out * bias
        else:
            self.terms["conv mac"] += y.height * y.width * weights
            self.terms["conv weight"] += 0 if row.get("fixed") else weights
            self.terms["conv valid mac"] += taps * slices
            self.terms["conv slice"] += 0 if bias else slices
        return self.finished(row, y, scope, "biased" if bias else "plain")

    def tconv(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        kernel, stride = (self.window(row.get(key, 1), scope) for key in ("tconv", "stride"))
        groups, out = self.whole(row.get("groups", 1), scope), self.out("tconv", row, scope)
        if x.channels % groups or out % groups:
            raise Nonexistent(f"{groups} groups")
        dilation = self.window(row.get("dilation", 1), scope)
        more = self.extra(row.get("output_padding", 0), scope)
        padding, sides, taps, forward = self.setting(row, "padding", "same"), [], 1, 1
        for i in (0, 1):
            around = self.around(padding, i, scope)
            wide = dilation[i] * (kernel[i] - 1) + 1  # what the window spans
            if more[i] and (around == "same" or more[i] >= max(stride[i], dilation[i])):
                raise Nonexistent("output padding")
            if around == "same":
                over = max(wide - stride[i], 0)
                side, before, cut = x[i] * stride[i], over // 2, over - over // 2
            else:
                before, after = _numbers(around, wide - 1)
                side = (x[i] - 1) * stride[i] + wide - before - after + more[i]
                cut = before
            # an ordinary convolution of that window, padded on both sides by what is cut off
            forward *= (x[i] + 2 * cut - wide) // stride[i] + 1
            sides.append(_extent(side))
            # what position p of the map adds to lies at p·s + d·j − before
            offsets = (dilation[i] * j - before for j in range(kernel[i]))
            taps *= sum(_inside(side, x[i], stride[i], offset) for offset in offsets)
        y = _map(*sides, out)
        slices = x.channels // groups * out
        weights = kernel[0] * kernel[1] * slices
        self.terms["transposed conv mac"] += x.height * x.width * weights
        self.terms["transposed conv valid mac"] += taps * slices
        self.terms["transposed conv output mac"] += y.height * y.width * weights
        read = x.channels if x.channels != out else x.channels // groups
        self.terms["transposed conv mixed mac"] += y.elements * kernel[0] * kernel[1] * read
        per_element = kernel[0] * kernel[1] * (out // groups)
        self.terms["transposed conv filter mac"] += y.elements * per_element
        self.terms["transposed conv input"] += x.elements
        self.terms["transposed conv layer"] += 1
        self.terms["conv weight"] += 0 if row.get("fixed") else weights
        self.terms["learned weight"] += out if row.get("gain") else 0
        twice = x.elements * kernel[0] * kernel[1] * (out // groups**2)
        self.terms["transposed conv twice grouped mac"] += twice
        if self.biased(row, y):
            self.terms["transposed conv bias add"] += y.elements
            self.terms["transposed conv forward bias add"] += forward * (out // groups)
        return self.finished(row, y, scope, "")

    def extra(self, said: Any, scope: dict[str, Any]) -> list[int]:
        """More rows and columns, none or several."""
        both = said if isinstance(said, list) else [said, 0 if self.length else said]
        found = [number(evaluate(one, scope)) for one in both]
        if any(value != floor(value) or not 0 <= value <= MOST for value in found):
            raise Nonexistent(f"{found} more")
        return [int(value) for value in found]

    def connected(self, inputs: int, out: int, bias: bool) -> None:
        self.terms["fc mac"] += inputs * out
        self.terms["fc weight"] += inputs * out
        for tag in ("fc bias", "fc bias add") if bias else ("fc output",):
            self.terms[tag] += out

    def fc(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        if x[:2] != (1, 1):
            raise Nonexistent("fc on a map")
        return self.linear({**row, "linear": row["fc"]}, x, scope)

    def linear(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        y = _map(x.height, x.width, self.whole(row["linear"], scope))
        positions, bias = x.height * x.width, bool(self.setting(row, "bias", False))
        self.terms["fc mac"] += positions * x.channels * y.channels
        self.terms["fc repeated mac"] += (positions - 1) * x.channels * y.channels
        self.terms["fc weight"] += x.channels * y.channels
        self.terms["fc bias"] += y.channels * bias
        self.terms["fc bias add"] += y.elements * bias
        self.terms["fc bias repeated add"] += (positions - 1) * y.channels * bias
        self.terms["fc output"] += y.channels * (not bias)
        word, own = self.applied("activation", {"activation": "none", **row}, scope)
        if word != "none":
            self.activate(word, y, own.get(word) or "channel")
        return y

    def tokens(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        return _map(x.height * x.width, 1, x.channels)

    def reshape(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        said = row["reshape"]
        text = [*re.findall(r"\d+", said)] if isinstance(said, str) and "x" in said else said
        if isinstance(text, list) and len(text) == 3:
            y = _map(*(self.whole(side, scope) for side in text))
        else:
            y = _map(*self.size(said, scope), x.channels)
        if y.elements != x.elements:
            raise Nonexistent("another number of elements")
        return y

    def transpose(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        height, width, channels = x[:3]
        sides = row["transpose"] == "sides"
        return _map(width, height, channels) if sides else _map(channels, width, height)

    def windows(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        rows, columns = self.window(row["windows"], scope)
        if x.height % rows or x.width % columns:
            raise Nonexistent("windows that do not divide")
        area = rows * columns
        return _map(area, x.height * x.width // area, x.channels)

    def maxpool(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        return self.pooled("max", row, x, scope)

    def avgpool(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        return self.pooled("average", row, x, scope)

    def size(self, said: Any, scope: dict[str, Any]) -> tuple[int, int]:
        """A size: as written, or that of a named row's map."""
        if isinstance(said, dict) and "like" in said:
            if said["like"] not in self.names:
                raise Nonexistent("named further down")
            return self.names[said["like"]][:2]
        return self.window(said["to"] if isinstance(said, dict) else said, scope)

    def pooled(self, kind: str, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        said = row["maxpool" if kind == "max" else "avgpool"]
        if said == "global":
            name = "global max pool" if kind == "max" else "global pool"
            self.terms[f"{name} input"] += x.elements
            self.terms[f"{name} output"] += x.channels
            return Map(1, 1, x.channels)
        if isinstance(said, dict) and "over" in said:
            y = x.shared()._replace(**{said["over"]: 1})
            self.terms["max input" if kind == "max" else "mean input"] += x.elements
            self.terms["mean output"] += y.elements if kind == "average" else 0
            return y
        if isinstance(said, dict):
            return self.adapted(f"adaptive {kind} pool", x, self.size(said, scope))
        kernel = self.window(said, scope)
        stride = self.window(row["stride"], scope) if "stride" in row else kernel
        up = row.get("round", "down") == "up"
        padding = row.get("padding", "valid")
        dilation = self.window(row.get("dilation", 1), scope)
        sides = []
        for i in (0, 1):
            reach, around = dilation[i] * (kernel[i] - 1), self.around(padding, i, scope)
            sides.append(positions(x[i], reach, stride[i], around, up)[0])
        y = _map(*map(_extent, sides), x.channels)
        self.terms[f"{kind} pool input"] += x.elements
        self.terms[f"{kind} pool output"] += y.elements
        area = kernel[0] * kernel[1]
        self.terms[f"{kind} pool window"] += area * y.elements
        side = kernel[0] if kernel[0] == kernel[1] else area
        self.terms[f"{kind} pool side"] += side * y.elements
        self.terms[f"{kind} pool stride"] += stride[0] * stride[1] * y.elements
        return y

    def adapted(self, name: str, x: Map, to: tuple[int, int]) -> Map:
        y = _map(*to, x.channels)
        self.terms[f"{name} input"] += x.elements
        self.terms[f"{name} output"] += y.elements
        self.terms[f"{name} whole"] += x.elements * to[0] * to[1]
        quotients = [divmod(x[i], to[i]) for i in (0, 1)]
        ratios = [rest + 1 if rest else whole for whole, rest in quotients]
        self.terms[f"{name} ratio"] += y.elements * ratios[0] * ratios[1]
        if "average" in name:
            self.terms[f"{name} window"] += y.elements * quotients[0][0] * quotients[1][0]
        return y

    def fmp(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        ratio = number(evaluate(row["fmp"], scope))
        if ratio < 1:
            raise Nonexistent("a ratio below 1")
        y = _map(*(_extent(floor(x[i] / ratio)) for i in (0, 1)), x.channels)
        self.terms["fractional pool input"] += x.elements
        self.terms["fractional pool output"] += y.elements
        return y

    def activated(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        word = next(iter(row))
        self.activate(SPELLED.get(word, word), x, row[word] or "channel")
        return x.shared()

    def bn(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        self.normalised(row, x, x.made_by)
        self.terms["bn folded copy"] += x.copied * x.channels if x.made_by else 0
        return x.shared()

    def layernorm(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        self.norm(next(iter(row)), row, x, scope)
        return x.shared()

    groupnorm = instancenorm = rmsnorm = lrn = layernorm

    def l2norm(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        self.terms["l2 norm element"] += x.elements
        self.terms["l2 norm scale"] += x.channels if row.get("scale", True) else 0
        return x.shared()

    def scale(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        verb = next(iter(row))
        self.terms["multiply element" if verb == "scale" else "add element"] += x.elements
        self.terms["learned weight"] += 1 if row[verb] == "layer" else x.channels
        return x.shared()

    shift = scale

    def learned(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        said = row["learned"]
        if isinstance(said, str):
            said = said.split("x")
        y = _map(*(self.whole(one, scope) for one in said)) if said else x.shared()
        if "params" in row:
            self.terms["learned weight"] += self.extra(row["params"], scope)[0]
        else:
            self.terms["learned weight"] += y.elements
        return y

    def softmax(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        heads = self.whole(row.get("softmax") or 1, scope)
        if x.channels % heads:
            raise Nonexistent("heads of a softmax")
        self.terms["softmax element"] += x.elements
        self.terms["softmax row"] += x.height * x.width * heads
        return x.shared()

    def dropout(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        return x.shared()

    def flatten(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        return _map(1, 1, x.elements)

    def shuffle(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        if x.channels % self.whole(row["shuffle"], scope):
            raise Nonexistent("shuffled groups")
        return x.shared()

    def space_to_depth(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        rows, columns = self.window(row["space_to_depth"], scope)
        if x.height % rows or x.width % columns:
            raise Nonexistent("a block that does not divide")
        return _map(x.height // rows, x.width // columns, x.channels * rows * columns)

    def depth_to_space(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        rows, columns = self.window(row["depth_to_space"], scope)
        if x.channels % (rows * columns):
            raise Nonexistent("a block that does not divide the channels")
        self.terms["depth to space element"] += x.elements
        return _map(x.height * rows, x.width * columns, x.channels // (rows * columns))

    def upsample(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        return self.scaled(row, x, self.window(row["upsample"], scope))

    def resize(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        said = row["resize"]
        if isinstance(said, dict) and "by" in said:
            by = said["by"]
            both = by if isinstance(by, list) else [by, 1 if self.length else by]
            factors = [number(evaluate(factor, scope)) for factor in both]
            if min(factors) <= 0:
                raise Nonexistent("a factor that is not above 0")
            return self.scaled(row, x, (factors[0], factors[1]))
        y = _map(*self.size(said, scope), x.channels)
        kind = "bilinear upsample" if row.get("mode") == "bilinear" else "upsample"
        self.terms[f"{kind} element"] += y.elements
        self.terms[f"{kind} sized element"] += y.elements
        self.terms[f"{kind} position"] += y.height * y.width
        return y

    def scaled(self, row: dict[str, Any], x: Map, factors: tuple[Any, Any]) -> Map:
        y = _map(floor(x.height * factors[0]), floor(x.width * factors[1]), x.channels)
        kind = "bilinear upsample" if row.get("mode") == "bilinear" else "upsample"
        self.terms[f"{kind} element"] += y.elements
        self.terms[f"{kind} input"] += x.elements
        whole = floor(x.elements * factors[0] * factors[1])
        self.terms[f"{kind} cut element"] += whole - y.elements
        return y

    def crop(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        said = row["crop"]
        if isinstance(said, dict) and "by" in said:
            less = [sum(self.around(said["by"], i, scope)) for i in (0, 1)]
            return _map(x.height - less[0], x.width - less[1], x.channels)
        y = _map(*self.size(said, scope), x.channels)
        if y.height > x.height or y.width > x.width:
            raise Nonexistent("a crop that adds")
        return y

    def subsample(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        rows, columns = self.window(row["subsample"], scope)
        return _map(-(-x.height // rows), -(-x.width // columns), x.channels)

    def zeropad(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        if isinstance(row["zeropad"], dict):
            y = _map(*self.size(row["zeropad"], scope), x.channels)
            if y.height < x.height or y.width < x.width:
                raise Nonexistent("a padding that takes away")
            return y
        more = [sum(self.around(row["zeropad"], i, scope)) for i in (0, 1)]
        return _map(x.height + more[0], x.width + more[1], x.channels)

    def reflectpad(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        more = [self.around(row["reflectpad"], i, scope) for i in (0, 1)]
        if any(max(more[i]) >= x[i] for i in (0, 1)):
            raise Nonexistent("a reflection of more than there is")
        return _map(x.height + sum(more[0]), x.width + sum(more[1]), x.channels)

    def around(self, padding: Any, axis: int, scope: dict[str, Any]) -> Any:
        """What goes around one axis: a word, or (before, after)."""
        if isinstance(padding, str) and padding in ("same", "valid", "half"):
            return padding
        listed = list(padding) if isinstance(padding, list) else [padding]
        if self.length:
            worded = evaluate(listed[0], scope) in ("same", "valid", "half")
            listed = [listed[0], listed[-1]] + [listed[0] if worded else 0] * 2
        elif len(listed) < 4:
            listed = [listed[0]] * 2 + [listed[-1]] * 2
        values = [evaluate(text, scope) for text in listed[2 * axis : 2 * axis + 2]]
        if values[0] in ("same", "valid", "half"):
            return values[0]
        before, after = map(number, values)
        if any(value != floor(value) or not 0 <= value <= MOST for value in (before, after)):
            raise Nonexistent(f"padding of {before} and {after}")
        return int(before), int(after)

    def padchannels(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        out = self.whole(row["padchannels"], scope)
        if out < x.channels:
            raise Nonexistent("only more channels")
        return _map(x.height, x.width, out)

    def select(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        out = self.whole(row["select"], scope)
        if out > x.channels:
            raise Nonexistent("no more channels")
        return _map(x.height, x.width, out)

    def lstm(self, row: dict[str, Any], x: Map, scope: dict[str, Any]) -> Map:
        word = next(iter(row))
        hidden, gates = self.whole(row[word], scope), {"lstm": 4, "gru": 3, "rnn": 1}[word]
        ways, steps = 1 + bool(row.get("bidirectional")), x.height * x.width
        biases = int(row.get("biases", 2))
        for _ in range(ways):
            self.terms[f"{word} mac"] += steps * gates * (x.channels * hidden + hidden**2)
            self.terms[f"{word} bias add"] += steps * gates * hidden * biases
            self.terms[f"{word} element"] += steps * hidden
            self.terms["recurrent weight"] += gates * hidden * (x.channels + hidden)
            self.terms["recurrent bias"] += gates * hidden * biases
        self.terms[f"{word} hidden"] += steps * hidden
        return _map(1 if row.get("last") else x.height, x.width, ways * hidden)

    gru = rnn = lstm

    def matmul(self, row: dict[str, Any], maps: list[Map], scope: dict[str, Any]) -> Map:
        """Head by head: rows of N tokens, columns that are contracted."""
        (a, b), heads = maps, self.whole(row.get("heads", 1), scope)
        if a.width != b.width or b.channels % heads or a.channels % heads:
            raise Nonexistent(f"matmul of {a} and {b}")
        per, own = a.channels // heads, b.channels // heads
        met, other = (own, b.height) if row["over"] == "channels" else (b.height, own)
        if per != met:
            raise Nonexistent(f"matmul of {a} and {b}")
        self.terms["matmul mac"] += a.width * heads * a.height * met * other
        return _map(a.height, a.width, heads * other)

    def merged(self, kind: str, maps: list[Map], row: dict[str, Any] | None = None) -> Map:
        full, along = maps[0], (row or {}).get("along", "channels")
        if kind == "concat":
            if len({y._replace(**{along: 1})[:3] for y in maps}) > 1:
                raise Nonexistent(f"{kind} of {maps}")
            return _map(*full._replace(**{along: sum(getattr(y, along) for y in maps)})[:3])
        met = [max(extents) for extents in zip(*(y[:3] for y in maps), strict=True)]
        if any(side not in (1, wide) for y in maps for side, wide in zip(y[:3], met, strict=True)):
            raise Nonexistent(f"{kind} of {maps}")
        y = _map(*met)
        self.terms[f"{kind} element"] += (len(maps) - 1) * y.elements
        return y


def _extent(value: Any) -> int:
    if value != floor(value) or not 1 <= value <= MOST:
        raise Nonexistent(f"no whole number of channels or pixels from 1 to {MOST}")
    return int(value)


def _map(height: int, width: int, channels: int) -> Map:
    return Map(_extent(height), _extent(width), _extent(channels))


def _numbers(around: Any, reach: int) -> tuple[int, int]:
    if isinstance(around, tuple):
        return around
    return (reach // 2, reach // 2) if around == "half" else (0, 0)


def positions(side: int, reach: int, stride: int, around: Any, up: bool = False) -> tuple[int, int]:
    """How many windows there are along one side, and how far before it the first begins."""
    if around == "same":
        count = -(-side // stride)
        return count, max((count - 1) * stride + reach + 1 - side, 0) // 2
    before, after = _numbers(around, reach)
    steps = Fraction(side + before + after - reach - 1, stride)
    count = (ceil(steps) if up else floor(steps)) + 1
    while up and count and (count - 1) * stride >= side + before:
        count -= 1
    return count, before


def _inside(side: int, count: int, stride: int, offset: int) -> int:
    """How many of ``p·stride + offset``, for p below ``count``, lie on the side."""
    first = max(0, -(offset // stride))
    last = min(count - 1, (side - 1 - offset) // stride)
    return max(0, last - first + 1)
