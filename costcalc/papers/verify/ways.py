"""Ways to count: the shipped conventions, and a small family generated from the ledger's tags.

A way is a weight per tag. *Deviations* say how far it is from plain counting (multiply-accumulates
and weights of convolutions and fully connected layers): one for each thing counted otherwise, and
one for a shipped convention, since those are known to be in use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from itertools import product
from typing import NamedTuple

from costcalc.algebra.numbers import simplest
from costcalc.conventions.shelf import DEFAULT, all_conventions
from costcalc.operators.elementwise import ACTIVATIONS
from costcalc.operators.tags import Tag
from costcalc.papers.verify.costs import CONV_OUTPUT, FC_OUTPUT, Vector


class Way(NamedTuple):
    """One way to count a metric; ``shipped`` ones are conventions that are known to be in use."""

    name: str
    weights: Mapping[str, int | Fraction]
    deviations: int
    shipped: bool = False

    def total(self, cost: Vector) -> int | Fraction:
        return sum(weight * cost[key] for key, weight in self.weights.items() if key in cost)


#: One thing that may be counted otherwise: what it is called, and the weights that it adds.
_Axis = tuple[tuple[str, Mapping[str, int | Fraction]], ...]

_ACTIVATIONS = tuple(ACTIVATIONS.values())


def _pools(what: str) -> dict[str, int | Fraction]:
    return {tag: 1 for tag in Tag if " pool " in tag and tag.endswith(what)}


#: What the windows read; a global pool has one window, its input.
_WINDOWS = _pools("window") | {Tag.GLOBAL_POOL_INPUT: 1}

_WORK: tuple[_Axis, ...] = (
    (("", {}), ("bias adds", {Tag.CONV_BIAS_ADD: 1, Tag.FC_BIAS_ADD: 1})),
    (
        ("", {}),
        ("BN 1 per element", {Tag.BN_ELEMENT: 1}),
        ("BN 2 per element", {Tag.BN_ELEMENT: 2}),
    ),
    (("", {}), ("activations 1 per element", dict.fromkeys(_ACTIVATIONS, 1))),
    (
        ("", {}),
        ("pooling inputs", _pools("input")),
        ("pooling outputs", _pools("output")),
        ("pooling windows", _WINDOWS),
    ),
    (("", {}), ("elementwise adds", {Tag.ADD: 1, Tag.MULTIPLY: 1})),
    (
        ("", {}),
        ("one add per output", {CONV_OUTPUT: 1, FC_OUTPUT: 1}),
        ("one add less per output", {CONV_OUTPUT: -1, FC_OUTPUT: -1}),
    ),
)
_RECURRENT = ("lstm ", "gru ", "rnn ")
#: Those of a convention that counts no more than multiply-accumulates, without the classifier's.
_PRODUCTS = (
    *(Tag.CONV_MAC, Tag.TRANSPOSED_CONV_MAC, Tag.MATMUL_MAC),
    *(Tag.LSTM_MAC, Tag.GRU_MAC, Tag.RNN_MAC),
)
_PARAMETERS: tuple[_Axis, ...] = (
    (("", {Tag.FC_WEIGHT: 1}), ("without FC", {})),
    (("", {}), ("biases", {Tag.CONV_BIAS: 1, Tag.FC_BIAS: 1})),
    (
        ("", {}),
        ("BN 2 per channel", {Tag.BN_AFFINE: 1}),
        # folded, or without scales and statistics; without scales, as in TensorFlow's slim
        ("BN 1 per channel", {Tag.BN_AFFINE: Fraction(1, 2)}),
        ("BN 3 per channel", {Tag.BN_AFFINE: Fraction(1, 2), Tag.BN_STATISTICS: 1}),
        ("BN 4 per channel", {Tag.BN_AFFINE: 1, Tag.BN_STATISTICS: 1}),
    ),
)


@cache
def all_ways(metric: str) -> tuple[Way, ...]:
    """Every way to count a metric, plain counting first; equal weights only once, where recurrent
    layers tell nothing apart, which the networks of papers hardly have."""
    distinct: dict[tuple[tuple[str, int | Fraction], ...], Way] = {}
    for way in (*_shipped(metric), *_generated(metric)):
        told = {key: w for key, w in way.weights.items() if not key.startswith(_RECURRENT)}
        distinct.setdefault(tuple(sorted(told.items())), way)
    return tuple(sorted(distinct.values(), key=lambda way: way.deviations))


@cache
def weighed(metric: str) -> frozenset[str]:
    """What any way to count the metric gives a weight to."""
    return frozenset(key for way in all_ways(metric) for key in way.weights)


def _shipped(metric: str) -> Iterator[Way]:
    conventions = all_conventions()
    for name in (DEFAULT, *(name for name in conventions if name != DEFAULT)):
        convention = conventions[name]
        weights = convention.mult_adds if metric == "mult_adds" else convention.params
        deployed = Tag.BN_FOLDED_BIAS in weights  # papers print networks as they are trained
        if not deployed and all(isinstance(weight, int) for weight in weights.values()):
            whole = {str(tag): int(weight) for tag, weight in weights.items()}
            yield Way(name, whole, int(name != DEFAULT), shipped=True)
            if metric == "mult_adds" and convention.unit == "FLOP":
                halves = {tag: simplest(Fraction(weight, 2)) for tag, weight in whole.items()}
                yield Way(f"half of {name}", halves, 3)  # which few print: it must explain more


def _generated(metric: str) -> Iterator[Way]:
    if metric == "params":
        learned = (Tag.CONV_WEIGHT, Tag.RECURRENT_WEIGHT, Tag.PRELU_WEIGHT)
        for choice in product(*_PARAMETERS):
            yield _way("weights", 1, dict.fromkeys(learned, 1), choice)
        return
    for scale in (1, 2):
        plain: dict[str, int | Fraction] = dict.fromkeys(_PRODUCTS, scale)
        classifier: _Axis = (("", {Tag.FC_MAC: scale}), ("without FC", {}))
        base = "MACs" if scale == 1 else "2 × MACs"
        for choice in product(classifier, *_WORK):
            yield _way(base, scale, plain, choice)


def _way(base: str, scale: int, plain: Mapping[str, int | Fraction], choice: _Axis) -> Way:
    weights: dict[str, int | Fraction] = dict(plain)
    names = [base]
    for name, added in choice:
        weights |= added
        names += [name] if name else []
    return Way(", ".join(names), weights, len(names) - 1 + (scale != 1))
