"""Symbolic ratios: of networks, of some of their layers, of separable blocks to full ones.

``1/N + 1/K²`` is not assumed here: the cost of each block's own layers is divided by that of the
full convolution that the same operator code gives for the same input, stride and output.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

import sympy

from costcalc.algebra.evaluation import evaluate, exact, free_parameters, value_at
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
from costcalc.analysis.existence import folded
from costcalc.conventions.shelf import DEFAULT, Convention, Weighing, as_convention
from costcalc.errors import CostcalcError, Place
from costcalc.graph.layers import Graph, Layer
from costcalc.graph.loading import Named, Source, named_at
from costcalc.graph.selection import Cannot, Target, select, units
from costcalc.language import Spec
from costcalc.language.parameters import Bound, bind, given, numbers_of, value_text
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
    """One metric of one thing against another: the ratio, exact in the free parameters, and its
    ``value`` at their defaults: None where one is no number, and of a network to itself there."""

    metric: str
    expression: sympy.Expr
    limits: tuple[Limit, ...]
    value: Fraction | None = None

    def to_dict(self) -> Json:
        return {
            "metric": self.metric,
            "ratio": plain(self.expression),
            "limits": [limit.to_dict() for limit in self.limits],
            "value": _text(self.value),
        }


class BlockRatio(NamedTuple):
    """A separable block against the full convolution that it stands for.

    ``as_printed``: whether the ratio is δ·(1/N + 1/K²), which is 1/N + 1/K² for δ = 1.
    """

    block: str
    kernel: int
    channels: Number
    ratio: sympy.Expr
    as_printed: bool
    value: Fraction | None = None

    def to_dict(self) -> Json:
        return {
            "block": self.block,
            "kernel": self.kernel,
            "channels": str(self.channels),
            "ratio": plain(self.ratio),
            "is 1/N + 1/K^2": self.as_printed,
            "value": _text(self.value),
        }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


@dataclass(frozen=True, repr=False)
class Comparison(Result, says="of against convention bound"):
    """What ``costcalc ratio`` prints. ``bound`` holds on both sides; what one of them has for
    itself stands in its name. ``defaults`` are where the values are."""

    of: str
    against: str
    convention: str
    bound: Mapping[str, Bound]
    ratios: tuple[Ratio, ...]
    blocks: tuple[BlockRatio, ...] = ()
    defaults: Mapping[str, int | Fraction] = field(default_factory=dict)

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc ratio``."""
        return {
            "of": self.of,
            "against": self.against,
            "convention": self.convention,
            "bound": {name: str(value) for name, value in self.bound.items()},
            "defaults": {name: str(value) for name, value in self.defaults.items()},
            "ratios": [ratio.to_dict() for ratio in self.ratios],
            "blocks": [block.to_dict() for block in self.blocks],
        }


def ratio(
    spec: Source,
    against: Source = "",
    *,
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
    bound on both sides, and what a name carries (``ehm-mobilenet@delta=2``) on its own; all else
    stays free.

    :raises CostcalcError: a bad value, no such layers, or a side that costs nothing.
    """
    way = as_convention(convention)
    asked = given(values, alpha, delta, rho, resolution, classes, **parameters)
    network, own = named_at(spec)
    other, others = named_at(against) if against else (network, {})
    top = bottom = _side(network, own, asked, other.spec)
    if against or own:
        bottom = _side(other, others, asked, network.spec)
    if block == SEPARABLE and not against:
        return _separable(top, way)
    return _compared(top, bottom, block, way, at_defaults=not against)


class Side(NamedTuple):
    """A network at a binding, of which ``own`` is what its name carries; all else is free."""

    given: str
    own: Mapping[str, str]
    graph: Graph

    def label(self, shared: Mapping[str, Bound]) -> str:
        """The name, with what is bound here and not ``shared``."""
        apart = {n: v for n, v in self.graph.binding.items() if n not in shared}
        binding = ",".join(f"{name}={value_text(value)}" for name, value in apart.items())
        return f"{self.given}@{binding}" if binding else self.given


def _side(network: Named, own: Mapping[str, str], asked: Mapping[str, object], other: Spec) -> Side:
    """A network folded; ``asked`` may name parameters that only the ``other`` one has."""
    spec = network.spec
    values = {n: v for n, v in asked.items() if n in spec.parameters or n not in other.parameters}
    bound = bind(spec.parameters, {**values, **own}, network.given)
    return Side(network.given, own, folded(spec, {**spec.held(bound), **bound}))


def _compared(
    top: Side, bottom: Side, block: str, way: Convention, at_defaults: bool
) -> Comparison:
    """All costs of one side against those of the other, or against those at its defaults."""
    ours, theirs = top.graph.binding, bottom.graph.binding
    shared = {
        name: value
        for name, value in {**ours, **theirs}.items()
        if name not in {*top.own, *bottom.own} and theirs.get(name, value) == ours.get(name, value)
    }
    above, below = _costs(top.graph, block, way), _costs(bottom.graph, block, way)
    of, other = top.label(shared), bottom.label(shared)
    if at_defaults:
        rest = {n: v for n, v in bottom.graph.spec.defaults().items() if n not in theirs}
        below = {metric: evaluate(cost, numbers_of(rest)) for metric, cost in below.items()}
        other = f"{other} at the defaults"
    costs = (*above.values(), *below.values())
    specs = () if top is bottom else (top.graph.spec, bottom.graph.spec)  # of itself it is 1
    point = _defaults(costs, *specs)
    ratios = tuple(_ratio(m, cost, below[m], other, point) for m, cost in above.items())
    of = f"{of}, {block}" if block else of
    used = _used(point, [ratio.expression for ratio in ratios])
    return Comparison(of, other, way.name, shared, ratios, defaults=used)


def _defaults(costs: Iterable[Number], *specs: Spec) -> dict[str, int | Fraction]:
    """The defaults of all that the costs depend on, those of the first network first."""
    free = set().union(*map(free_parameters, costs))
    values = {name: value for spec in reversed(specs) for name, value in spec.defaults().items()}
    return numbers_of({name: value for name, value in values.items() if name in free})


def _used(
    point: Mapping[str, int | Fraction], forms: Sequence[sympy.Expr]
) -> dict[str, int | Fraction]:
    """What of a point the ratios depend on."""
    names = {symbol.name for form in forms for symbol in form.free_symbols}
    return {name: value for name, value in point.items() if name in names}


def _value(above: Number, below: Number, point: Mapping[str, int | Fraction]) -> Fraction | None:
    """The ratio there; None where a default is no number, or nothing is below."""
    if not free_parameters(above) | free_parameters(below) <= point.keys():
        return None
    divisor = value_at(below, point)
    return Fraction(value_at(above, point)) / divisor if divisor else None


def _ratio(
    metric: str, above: Number, below: Number, other: str, point: Mapping[str, int | Fraction]
) -> Ratio:
    if below == 0:
        raise CostcalcError(f"{other} has no {metric} to compare with")
    expression = quotient(to_sympy(above), to_sympy(below))
    known = expression.xreplace(known_of(above, below))
    return Ratio(metric, expression, tuple(limits(known)), _value(above, below, point))


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


def _separable(side: Side, way: Convention) -> Comparison:
    """Every separable block of a network against the full convolution with its stride and output.

    :raises CostcalcError: the network has none.
    """
    layers = side.graph.layers
    found = [unit.positions for unit in units(layers) if unit.name == SEPARABLE]
    pairs = [(layers[first], layers[last]) for first, last in found]
    name = side.graph.spec.name
    if not pairs:
        raise CostcalcError(f"{name} has no separable blocks", _inseparable(side.graph))
    costs = [_pair(first, last) for first, last in pairs]
    point = _defaults(chain(*costs), side.graph.spec)
    blocks = tuple(_block(*pair, cost, point) for pair, cost in zip(pairs, costs, strict=True))
    shared = {n: value for n, value in side.graph.binding.items() if n not in side.own}
    of = f"{side.label(shared)}, separable blocks"
    used = _used(point, [block.ratio for block in blocks])
    return Comparison(of, "the full convolutions", way.name, shared, (), blocks, used)


def _inseparable(graph: Graph) -> str:
    """Why no depthwise convolution has a 1×1 one directly behind it."""
    for source, layer in enumerate(graph.layers):
        if layer.operator == "dwconv":
            readers = [reader.path for reader in graph.layers if source in reader.inputs]
            behind = " and ".join(readers) or "nothing"
            return f"{layer.path} goes to {behind}, not straight to a 1x1 convolution"
    return "it has no depthwise convolution"


def _pair(first: Layer, last: Layer) -> tuple[Number, Number]:
    """The Mult-Adds of a separable block, and of the full convolution."""
    assert first.kernel is not None and first.stride is not None
    full = conv(first.input, first.kernel, last.output.channels, stride=first.stride)
    own = first.terms.amount(Tag.CONV_MAC) + last.terms.amount(Tag.CONV_MAC)
    return exact(own), exact(Terms(full.terms).amount(Tag.CONV_MAC))


def _block(
    first: Layer,
    last: Layer,
    costs: tuple[Number, Number],
    point: Mapping[str, int | Fraction],
) -> BlockRatio:
    own, full = costs
    assert first.kernel is not None
    channels = exact(last.output.channels)
    ratio = quotient(to_sympy(own), to_sympy(full))
    n = to_sympy(channels)
    k = to_sympy(first.kernel[0] * first.kernel[1])
    delta = to_sympy(exact(first.output.channels)) / to_sympy(exact(first.input.channels))
    printed = bool(quotient(ratio - delta * (1 / n + 1 / k), sympy.Integer(1)) == 0)
    name, kernel = f"{first.name} + {last.name}", int(constant(first.kernel[0]))
    return BlockRatio(name, kernel, channels, ratio, printed, _value(own, full, point))
