"""Symbolic ratios: of networks, of some of their layers, of separable blocks to full ones.

``1/N + 1/K²`` is not assumed here: the cost of each block's own layers is divided by that of the
full convolution that the same operator code gives for the same input, stride and output.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import sympy

from costcalc.algebra.evaluation import evaluate, exact
from costcalc.algebra.numbers import Number, constant
from costcalc.algebra.result import Json, Result
from costcalc.algebra.symbolic import (
    Undecided,
    known_of,
    limit,
    plain,
    quotient,
    to_sympy,
    without_known,
)
from costcalc.conventions.shelf import DEFAULT, Convention, Weighing, as_convention
from costcalc.errors import CostcalcError, Place
from costcalc.graph.build import build
from costcalc.graph.layers import Graph, Layer
from costcalc.graph.loading import Source, as_spec, name_of_source
from costcalc.graph.selection import Cannot, Target, select, units
from costcalc.language.parameters import Bound, bind, given, numbers_of
from costcalc.operators.convolution import conv
from costcalc.operators.tags import Tag, Terms

#: Which layers ``--block`` takes apart pair by pair.
SEPARABLE = "separable"


class Limit(NamedTuple):
    """Where a ratio goes as one parameter becomes large or small.

    Where that depends on which of its polynomials a max is, ``value`` is None, and ``needs`` are
    the parameters that decide it.
    """

    parameter: str
    towards: str
    value: sympy.Expr | None
    needs: tuple[str, ...] = ()

    def to_dict(self) -> Json:
        return {
            "parameter": self.parameter,
            "towards": self.towards,
            "value": None if self.value is None else plain(self.value),
            **({"needs": list(self.needs)} if self.needs else {}),
        }


class Ratio(NamedTuple):
    """One metric of one thing against another: the ratio, exact in the free parameters."""

    metric: str
    expression: sympy.Expr
    limits: tuple[Limit, ...]

    def to_dict(self) -> Json:
        limits = [limit.to_dict() for limit in self.limits]
        return {"metric": self.metric, "ratio": plain(self.expression), "limits": limits}


class BlockRatio(NamedTuple):
    """A separable block against the full convolution that it stands for.

    ``as_printed``: whether the ratio is δ·(1/N + 1/K²), which is 1/N + 1/K² for δ = 1.
    """

    block: str
    kernel: int
    channels: Number
    ratio: sympy.Expr
    as_printed: bool

    def to_dict(self) -> Json:
        return {
            "block": self.block,
            "kernel": self.kernel,
            "channels": str(self.channels),
            "ratio": plain(self.ratio),
            "is 1/N + 1/K^2": self.as_printed,
        }


@dataclass(frozen=True, repr=False)
class Comparison(Result, says="of against convention bound"):
    """What ``costcalc ratio`` prints."""

    of: str
    against: str
    convention: str
    bound: Mapping[str, Bound]
    ratios: tuple[Ratio, ...]
    blocks: tuple[BlockRatio, ...] = ()

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc ratio``."""
        return {
            "of": self.of,
            "against": self.against,
            "convention": self.convention,
            "bound": {name: str(value) for name, value in self.bound.items()},
            "ratios": [ratio.to_dict() for ratio in self.ratios],
            "blocks": [block.to_dict() for block in self.blocks],
        }


def ratio(
    spec: Source,
    *,
    against: Source = "",
    block: str = "",
    convention: Weighing = DEFAULT,
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Comparison:
    """The ratio of a network's cost to another's, or to its own at the defaults.

    ``block`` keeps the layers of one group or operator (``conv 1x1``, ``Stage2``); ``separable``
    without ``against`` compares each separable block with its full convolution. What is given is
    bound on both sides; all else stays free.

    :raises CostcalcError: a bad value, no such layers, or a side that costs nothing.
    """
    way, name = as_convention(convention), name_of_source(spec)
    values = given(values, alpha, delta, rho, resolution, classes, **parameters)
    graph = _graph(spec, values, as_spec(against).parameters if against else ())
    if block == SEPARABLE and not against:
        of, other = f"{name}, separable blocks", "the full convolutions"
        return Comparison(of, other, way.name, graph.binding, (), tuple(separable_blocks(graph)))
    top = _costs(graph, block, way)
    if against:
        bottom = _costs(_graph(against, values, graph.spec.parameters), block, way)
        other = name_of_source(against)
    else:
        defaults = {n: v for n, v in graph.spec.defaults().items() if n not in graph.binding}
        bottom = {metric: evaluate(cost, numbers_of(defaults)) for metric, cost in top.items()}
        other = f"{name} at the defaults"
    ratios = tuple(_ratio(metric, cost, bottom[metric], other) for metric, cost in top.items())
    of = f"{name}, {block}" if block else name
    return Comparison(of, other, way.name, graph.binding, ratios)


def _ratio(metric: str, above: Number, below: Number, other: str) -> Ratio:
    if below == 0:
        raise CostcalcError(f"{other} has no {metric} to compare with")
    expression = quotient(to_sympy(above), to_sympy(below))
    known = expression.xreplace(known_of(above, below))
    return Ratio(metric, expression, tuple(limits(known)))


def _graph(spec: Source, values: Mapping[str, object], other: Collection[str] = ()) -> Graph:
    """The folded graph; what is not bound is free. ``other`` may hold parameters that only the
    other network has."""
    loaded = as_spec(spec)
    own = {n: v for n, v in values.items() if n in loaded.parameters or n not in other}
    bound = bind(loaded.parameters, own, name_of_source(spec))
    held = {
        p.name: p.default
        for p in loaded.parameters.values()
        if (p.held or p.choices) and p.name not in bound
    }
    return build(loaded, {**held, **bound}, unroll=False)


def _costs(graph: Graph, block: str, way: Convention) -> dict[str, Number]:
    layers = list(graph.layers)
    if block:
        try:
            chosen = select(graph, Target(Place(), graph.spec.name, group=block))
        except Cannot as error:
            raise CostcalcError(str(error), "a group or operator of the network") from None
        layers = [layers[i] for i in chosen]
    return {
        metric: sum((exact(weighed(layer.terms) * layer.times) for layer in layers), start=0)
        for metric, weighed in (("mult_adds", way.work), ("params", way.parameters))
    }


def limits(expression: sympy.Expr) -> Iterator[Limit]:
    """How the ratio behaves for large values of each free parameter, by its leading terms; and for
    small ones where the parameter need not be whole. Its symbols say what is known of them."""
    for symbol in sorted(expression.free_symbols, key=str):
        for towards in ("large",) if symbol.is_integer else ("large", "small"):
            try:
                value = limit(expression, symbol, towards)
            except Undecided as error:
                others = error.expression.free_symbols - {symbol}
                yield Limit(str(symbol), towards, None, tuple(sorted(map(str, others))))
                continue
            if value is not None:
                yield Limit(str(symbol), towards, without_known(value))


def separable_blocks(graph: Graph) -> list[BlockRatio]:
    """Every separable block of a network against the full convolution with its stride and output.

    :raises CostcalcError: the network has none.
    """
    blocks = [
        _block(*(graph.layers[i] for i in unit.positions))
        for unit in units(graph.layers)
        if unit.name == SEPARABLE
    ]
    if not blocks:
        raise CostcalcError(f"{graph.spec.name} has no separable blocks", _inseparable(graph))
    return blocks


def _inseparable(graph: Graph) -> str:
    """Why no depthwise convolution has a 1×1 one directly behind it."""
    for source, layer in enumerate(graph.layers):
        if layer.operator == "dwconv":
            readers = [reader.path for reader in graph.layers if source in reader.inputs]
            behind = " and ".join(readers) or "nothing"
            return f"{layer.path} goes to {behind}, not straight to a 1x1 convolution"
    return "it has no depthwise convolution"


def _block(first: Layer, last: Layer) -> BlockRatio:
    assert first.kernel is not None and first.stride is not None
    channels = last.output.channels
    full = conv(first.input, first.kernel, channels, stride=first.stride)
    own = exact(first.terms.amount(Tag.CONV_MAC) + last.terms.amount(Tag.CONV_MAC))
    value = quotient(to_sympy(own), to_sympy(exact(Terms(full.terms).amount(Tag.CONV_MAC))))
    n = to_sympy(exact(channels))
    k = to_sympy(first.kernel[0] * first.kernel[1])
    delta = to_sympy(exact(first.output.channels)) / to_sympy(exact(first.input.channels))
    printed = bool(quotient(value - delta * (1 / n + 1 / k), sympy.Integer(1)) == 0)
    name = f"{first.name} + {last.name}"
    return BlockRatio(name, int(constant(first.kernel[0])), exact(channels), value, printed)
