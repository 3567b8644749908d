"""One operator on its own, as a text speaks of it: its cost from the operators' own code.

The operators run on shapes whose sides and channels are numbers or free symbols, so a printed
formula is held against what ``costcalc count`` itself computes, not against a second formula.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from costcalc.algebra.evaluation import exact
from costcalc.algebra.expressions import compile_expression
from costcalc.algebra.numbers import Number
from costcalc.algebra.polynomial import parameter
from costcalc.errors import ExpressionError
from costcalc.graph.selection import Cannot
from costcalc.operators import Shape
from costcalc.operators.convolution import conv, depthwise_conv
from costcalc.operators.merging import MERGES
from costcalc.operators.tags import Amounts, Tag, Terms
from costcalc.papers.claims.claims import COSTS

#: The kernel of a pyramid's m-th branch; sums over the branches run over it.
BRANCH_KERNEL = "k_m"
#: Width and resolution multipliers: the symbols that need not be whole.
MULTIPLIERS = ("alpha", "rho")
#: The symbols of one separable pair of a network: its channels and the side of its map.
PAIR = ("M", "N", "D_F", "D")
WORK = (Tag.CONV_MAC, Tag.TRANSPOSED_CONV_MAC, Tag.FC_MAC, Tag.ADD)
WEIGHTS = (Tag.CONV_WEIGHT, Tag.FC_WEIGHT)


class Part(NamedTuple):
    """The terms of one operator, ``times`` times; or, ``summed``, once for each branch."""

    terms: Amounts
    times: Number = 1
    summed: bool = False

    def cost(self, metric: str) -> Number:
        tags = WORK if metric == "mult_adds" else WEIGHTS
        terms = Terms(self.terms)
        # formulas in a text know no rounding: a side stays rho·D_F
        return sum((exact(terms.amount(tag)) for tag in tags), start=0)


class Single(NamedTuple):
    """What one operator costs, part by part, with the channels that leave and its layers."""

    parts: tuple[Part, ...]
    channels: Number
    depth: int
    branches: Number = 0

    def costs_nothing(self, metric: str) -> bool:
        """Whether it has none of a cost, such as the parameters of an addition."""
        return metric in COSTS and all(part.cost(metric) == 0 for part in self.parts)

    def cost(self, metric: str) -> Number:
        """Its Mult-Adds or parameters, for an operator without a symbolic number of branches.

        :raises Cannot: it is a pyramid; its sums stay sums
            (:mod:`costcalc.papers.verify.formulas`).
        """
        if metric == "channels":
            return self.channels
        if metric == "depth":
            return self.depth
        if metric not in COSTS:
            raise Cannot(f"one operator has no {metric}")
        if any(part.summed for part in self.parts):
            raise Cannot("a pyramid's cost is a sum over its kernels")
        return sum((part.times * part.cost(metric) for part in self.parts), start=0)


def free_symbol(name: str) -> Number:
    """A symbol of a printed formula; only width and resolution multipliers need not be whole."""
    return parameter(name, whole=name not in MULTIPLIERS)


def names_in(layer: Mapping[str, str]) -> set[str]:
    """The symbols that an operator's description uses."""
    sizes = [compile_expression(text) for key, text in layer.items() if key != "layer"]
    return {name for size in sizes for name in size.names}


def output_names(layer: Mapping[str, str]) -> list[str]:
    """The symbols of an operator's output channels that are whole: not the multipliers on them."""
    names = compile_expression(layer.get("out", "N")).names
    return sorted(name for name in names if name not in MULTIPLIERS)


def single(layer: Mapping[str, str], scope: Mapping[str, Number] | None = None) -> Single:
    """The operator that ``layer`` describes; symbols that ``scope`` lacks stay free.

    :raises Cannot: a description that makes no sense.
    """
    scope = scope or {}

    def value(key: str, otherwise: Number) -> Number:
        if key not in layer:
            return otherwise
        try:
            expression = compile_expression(layer[key])
            known = {name: scope.get(name, free_symbol(name)) for name in expression.names}
            return expression.number(known)
        except ExpressionError as error:
            raise Cannot(f"{layer[key]!r}: {error}") from None

    x = Shape(value("map", 1), 1, value("in", free_symbol("M")))
    out = value("out", free_symbol("N"))
    kind = layer["layer"]
    side = value("kernel", free_symbol("k")) if kind != "pointwise" else 1
    kernel = (side, side)
    if kind in ("standard", "pointwise"):
        return Single((Part(conv(x, kernel, out).terms),), out, 1)
    if kind in ("depthwise", "separable"):
        y = depthwise_conv(x, kernel, multiplier=value("multiplier", 1))
        if kind == "depthwise":
            return Single((Part(y.terms),), y.shape.channels, 1)
        mixed = conv(y.shape, (1, 1), out)
        return Single((Part(y.terms), Part(mixed.terms)), out, 2)
    return _branched(kind, x, out, value("kernels", value("branches", free_symbol("M"))))


def _branched(kind: str, x: Shape, out: Number, count: Number) -> Single:
    """``count`` branches: equal ones that are merged, or those of a pyramid."""
    if kind in ("add", "concat"):
        return _merged(kind, x, count)
    k = free_symbol(BRANCH_KERNEL)
    branch = depthwise_conv(x, (k, k))
    spread = Part(branch.terms, summed=True)
    if kind == "pyramid":
        return Single((spread,), x.channels, 1, count)
    merged = _merged(kind.removeprefix("pyramid-"), branch.shape, count)
    mixed = conv(branch.shape._replace(channels=merged.channels), (1, 1), out)
    return Single((spread, *merged.parts, Part(mixed.terms)), out, 2, count)


def _merged(kind: str, x: Shape, count: Number) -> Single:
    """``count`` equal branches: each one after the first costs one more merge of two."""
    output = MERGES[kind]([x, x])
    channels = x.channels if kind == "add" else count * x.channels
    return Single((Part(output.terms, count - 1),), channels, 0)
