"""Traffic and flash: the bytes that each layer moves, and those that a network's weights take."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from costcalc.algebra.numbers import constant
from costcalc.conventions.convention import Convention
from costcalc.conventions.shelf import as_convention
from costcalc.graph.depth import WEIGHTED
from costcalc.graph.layers import Graph
from costcalc.hardware.elements import Elements
from costcalc.hardware.tensors import Plan
from costcalc.operators import Shape
from costcalc.operators.tags import Tag, Terms

#: Operators whose outputs are a network's *activations* (Radosavovic et al. 2020).
ACTIVATED = frozenset(WEIGHTED)

#: Parameters that are added to sums of products.
BIASES = frozenset({Tag.CONV_BIAS, Tag.FC_BIAS, Tag.BN_FOLDED_BIAS, Tag.RECURRENT_BIAS})


class Stored(NamedTuple):
    """Parameters that are kept, with every BN folded into the convolution before it."""

    weights: int
    biases: int

    def bytes(self, elements: Elements) -> int:
        return elements.bytes("weights", self.weights) + elements.bytes("biases", self.biases)


@cache
def _kept() -> tuple[Convention, Convention]:
    """What the convention ``deployed`` counts, apart: weights, and biases."""
    deployed = as_convention("deployed")
    weights = {tag: 0 if tag in BIASES else weight for tag, weight in deployed.params.items()}
    biases = {tag: weight if tag in BIASES else 0 for tag, weight in deployed.params.items()}
    return replace(deployed, params=weights), replace(deployed, params=biases)


def stored(terms: Terms) -> Stored:
    """The parameters of a layer that a converter keeps."""
    return Stored(*(int(constant(kept.parameters(terms))) for kept in _kept()))


class Moved(NamedTuple):
    """What one layer moves, each byte once: the maps that it reads and writes, its weights and
    biases."""

    read_bytes: int
    written_bytes: int
    weights_bytes: int

    @property
    def bytes(self) -> int:
        return self.read_bytes + self.written_bytes + self.weights_bytes


def used(graph: Graph, step: int) -> Stored:
    """The parameters that a layer reads: as many as the layer has whose weights it uses. What it
    has of its own replaces some of these."""
    layer = graph.layers[step]
    own = stored(layer.terms)
    if layer.weights is None:
        return own
    lent = stored(graph.layers[layer.weights].terms)
    return Stored(max(own.weights, lent.weights), max(own.biases, lent.biases))


def moved(graph: Graph, step: int, plan: Plan, elements: Elements, *, fused: bool) -> Moved:
    """The bytes of a layer. ``fused``: what writes into the tensor that it reads, and the
    normalisation and activation of a row, move nothing of their own."""

    def size(shape: Shape) -> int:
        return elements.bytes("activations", int(constant(shape.elements)))

    layer, weights = graph.layers[step], used(graph, step).bytes(elements)
    if not layer.inputs:  # a map that is learned
        return Moved(0, 0, weights)
    own = plan.of[step] != plan.of[layer.inputs[0]]
    if fused and not own:
        return Moved(0, 0, weights)
    again = 0 if fused else size(layer.output) * sum(word not in ("bn",) for word in layer.fused)
    read = sum(size(tensor.shape) for tensor in plan.read(layer))
    return Moved(read + again, size(layer.output) + again, weights)


def intensity(mult_adds: int, traffic: int) -> Fraction | None:
    """Operations for each byte moved, two to a Mult-Add; None where nothing moves."""
    return Fraction(2 * mult_adds, traffic) if traffic else None
