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
from costcalc.algebra.sums import by_power
from costcalc.errors import ExpressionError
from costcalc.graph.selection import Cannot
from costcalc.operators import Shape
from costcalc.operators.convolution import conv, depthwise_conv
from costcalc.operators.merging import MERGES
from costcalc.operators.registry import Output
from costcalc.operators.tags import Amounts, Tag, Terms
from costcalc.papers.claims.claims import COSTS

#: The kernel of a pyramid's m-th branch; sums over the branches run over it.
BRANCH_KERNEL = "k_m"
KERNEL_SUM = f"Σ({BRANCH_KERNEL}"
#: Width and resolution multipliers: the symbols that need not be whole.
MULTIPLIERS = ("alpha", "rho")
#: The symbols of one separable pair of a network: its channels and the side of its map.
PAIR = ("M", "N", "D_F", "D")
WORK = (Tag.CONV_MAC, Tag.TRANSPOSED_CONV_MAC, Tag.FC_MAC, Tag.ADD)
WEIGHTS = (Tag.CONV_WEIGHT, Tag.FC_WEIGHT)


class Single(NamedTuple):
    """What one operator costs, with the channels that leave and its layers; ``branches`` are those
    of a pyramid, whose costs have sums over their kernels (:func:`kernel_sum`)."""

    mult_adds: Number
    params: Number
    channels: Number
    depth: int
    branches: Number = 0

    def cost(self, metric: str) -> Number:
        """One of these.

        :raises Cannot: an operator has no such thing.
        """
        if metric not in (*COSTS, "channels", "depth"):
            raise Cannot(f"one operator has no {metric}")
        amount: Number = getattr(self, metric)
        return amount


def cost_of(terms: Amounts) -> tuple[Number, Number]:
    """The Mult-Adds and parameters of terms."""
    known = Terms(terms)
    # formulas in a text know no rounding: a side stays rho·D_F
    work, weights = (
        sum((exact(known.amount(tag)) for tag in tags if tag in known), start=0)
        for tags in (WORK, WEIGHTS)
    )
    return work, weights


def kernel_sum(power: int, first: str, last: str) -> str:
    """What Σ k_m ** power over m = first … last is called, a symbol of its own."""
    return f"{KERNEL_SUM}{'' if power == 1 else f'^{power}'}, m={first}…{last})"


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
        return _one(conv(x, kernel, out), 1)
    if kind in ("depthwise", "separable"):
        y = depthwise_conv(x, kernel, multiplier=value("multiplier", 1))
        first = _one(y, 1)
        return first if kind == "depthwise" else _then(first, _one(conv(y.shape, (1, 1), out), 1))
    return _branched(kind, x, out, value("kernels", value("branches", free_symbol("M"))))


def _branched(kind: str, x: Shape, out: Number, count: Number) -> Single:
    """``count`` branches: equal ones that are merged, or those of a pyramid."""
    if kind in ("add", "concat"):
        return _merged(kind, x, count)
    kernel = free_symbol(BRANCH_KERNEL)
    branch = depthwise_conv(x, (kernel, kernel))

    def summed(cost: Number) -> Number:
        powers = by_power(cost, BRANCH_KERNEL).items()
        sums = ((free_symbol(kernel_sum(p, "1", str(count))) if p else count, c) for p, c in powers)
        return sum((total * coefficient for total, coefficient in sums), start=0)

    work, weights = cost_of(branch.terms)
    spread = Single(summed(work), summed(weights), x.channels, 1, count)
    if kind == "pyramid":
        return spread
    merged = _merged(kind.removeprefix("pyramid-"), branch.shape, count)
    mixed = branch.shape._replace(channels=merged.channels)
    return _then(_then(spread, merged), _one(conv(mixed, (1, 1), out), 1))


def _one(output: Output, depth: int, times: Number = 1) -> Single:
    """An operator by what it gives, ``times`` times."""
    work, weights = cost_of(output.terms)
    return Single(times * work, times * weights, output.shape.channels, depth)


def _then(first: Single, then: Single) -> Single:
    """Two, the one after the other."""
    costs = (first.mult_adds + then.mult_adds, first.params + then.params)
    return Single(*costs, then.channels, first.depth + then.depth, first.branches)


def _merged(kind: str, x: Shape, count: Number) -> Single:
    """``count`` equal branches: each one after the first costs one more merge of two."""
    channels = x.channels if kind == "add" else count * x.channels
    return _one(MERGES[kind]([x, x]), 0, count - 1)._replace(channels=channels)
