"""Traffic and flash: the bytes that each layer moves, and those that a network's weights take.

All of it is arithmetic on numbers or on closed forms; what is said of a folded layer is said of all
its rounds. Numbers of less than a byte are packed in each tensor apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from costcalc.algebra.numbers import Number, divide
from costcalc.conventions.convention import Convention
from costcalc.conventions.shelf import as_convention
from costcalc.errors import Undecided
from costcalc.graph.depth import WEIGHTED
from costcalc.graph.layers import READ, WRITTEN, Graph, Layer
from costcalc.hardware.elements import TYPES, Elements
from costcalc.hardware.in_place import in_place
from costcalc.hardware.tensors import ELEMENTWISE, VIEWS
from costcalc.operators.tags import Tag, Terms

#: Operators whose outputs are a network's *activations* (Radosavovic et al. 2020).
ACTIVATED = frozenset(WEIGHTED)

#: Rows that keep nothing of what they write: views, and activations, which write where they read.
_NOT_KEPT = VIEWS | ELEMENTWISE - {"bn", "scale", "shift"}

#: Parameters that are added to sums of products.
BIASES = frozenset({Tag.CONV_BIAS, Tag.FC_BIAS, Tag.BN_FOLDED_BIAS, Tag.RECURRENT_BIAS})


class Stored(NamedTuple):
    """Parameters that are kept, with every BN folded into the convolution before it."""

    weights: Number
    biases: Number


@cache
def _kept() -> tuple[Convention, Convention]:
    """What the convention ``deployed`` counts, apart: weights, and biases."""
    deployed = as_convention("deployed")
    weights = {tag: 0 if tag in BIASES else weight for tag, weight in deployed.params.items()}
    biases = {tag: weight if tag in BIASES else 0 for tag, weight in deployed.params.items()}
    return replace(deployed, params=weights), replace(deployed, params=biases)


def stored(terms: Terms) -> Stored:
    """The parameters of a layer that a converter keeps."""
    return Stored(*(kept.parameters(terms) for kept in _kept()))


def kept(layer: Layer) -> Stored:
    """What a layer has stored: its parameters, and kernels that are constants, which are none.

    :raises Undecided: such kernels in rounds that grow.
    """
    own = stored(layer.terms)
    if not layer.arguments.get("fixed") or layer.kernel is None or layer.groups is None:
        return own
    if layer.rounds != 1:
        message = f"the constant kernels of {layer.name} have no closed form over its rounds"
        raise Undecided(message, "bind the number of rounds")
    rows, columns = layer.kernel
    slices = layer.output.channels * divide(layer.input.channels, layer.groups)
    return own._replace(weights=own.weights + rows * columns * slices)


def used(layer: Layer) -> Stored:
    """What a layer reads: what it has stored, and the parameters of the layer whose weights it
    uses; of these it reads its copy where it has one."""
    own, lent = kept(layer), stored(layer.moved())
    copy = layer.terms.amount(Tag.BN_FOLDED_COPY) if layer.weights is not None else 0
    return Stored(own.weights + lent.weights - copy, own.biases + lent.biases)


def size(layer: Layer, elements: Elements, part: str, amount: Number) -> Number:
    """The bytes of an amount of a layer.

    :raises Undecided: rounds that grow, whose bytes would have to be made whole one by one.
    """
    type_ = getattr(elements, part)
    if TYPES[type_] % 8 and layer.rounds != 1:
        message = f"{part} of type {type_} have no closed form over the rounds of {layer.name}"
        raise Undecided(message, "bind the number of rounds")
    return elements.bytes(part, amount)


def flash(layer: Layer, elements: Elements, parameters: Stored) -> Number:
    """The bytes of some parameters of a layer."""
    pairs = zip(("weights", "biases"), parameters, strict=True)
    return sum((size(layer, elements, part, amount) for part, amount in pairs), start=0)


class Moved(NamedTuple):
    """What one layer moves, each byte once: the maps that it reads and writes, its weights and
    biases."""

    read_bytes: Number
    written_bytes: Number
    weights_bytes: Number


def moved(graph: Graph, elements: Elements, *, fused: bool) -> Iterator[Moved]:
    """The bytes of each layer. ``fused``: what writes into the tensor that it reads, and the
    normalisation and activation of a row, move nothing of their own.

    :raises Undecided: what hangs on rounds or parameters that are free.
    """
    places = in_place(graph) if fused else (False,) * len(graph.layers)
    for layer, inside in zip(graph.layers, places, strict=True):
        weights = flash(layer, elements, used(layer))
        maps = (layer.moved().amount(key) for key in (READ, WRITTEN))
        read, written = (size(layer, elements, "activations", x) for x in maps)
        if inside:
            read, written = 0, 0
        elif not fused:
            again = written * sum(word != "bn" for word in layer.fused)
            read, written = read + again, written + again
        yield Moved(read, written, weights)


def activations(layer: Layer) -> Number:
    """The elements that convolutions and fully connected layers give."""
    return layer.moved().amount(WRITTEN) if layer.operator in ACTIVATED else 0


def features(layer: Layer, elements: Elements) -> Number:
    """The bytes of all outputs that are kept: that of a normalisation is one of its own, an
    activation has none (Albanie, convnet-burden)."""
    outputs = sum(word not in _NOT_KEPT for word in (layer.operator, *layer.fused))
    return outputs * size(layer, elements, "activations", layer.moved().amount(WRITTEN))


def intensity(mult_adds: int, traffic: int) -> Fraction | None:
    """Operations for each byte moved, two to a Mult-Add; None where nothing moves."""
    return Fraction(2 * mult_adds, traffic) if traffic else None
