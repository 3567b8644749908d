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
from costcalc.graph.layers import INPUT, READ, WRITTEN, Graph, Layer
from costcalc.hardware.elements import TYPES, Elements, Types, packed
from costcalc.hardware.in_place import in_place, told_apart
from costcalc.hardware.precision import types_of
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
    return own._replace(weights=own.weights + rows * columns * slices * layer.exists)


def used(layer: Layer) -> Stored:
    """What a layer reads: what it has stored, and the parameters of the layer whose weights it
    uses; of these it reads its copy where it has one."""
    own, lent = kept(layer), stored(layer.moved())
    copy = layer.terms.amount(Tag.BN_FOLDED_COPY) if layer.weights is not None else 0
    return Stored(own.weights + lent.weights - copy, own.biases + lent.biases)


def size(layer: Layer, type_: str, amount: Number, part: str = "activations") -> Number:
    """The bytes of an amount of a layer, of one part of its numbers.

    :raises Undecided: rounds that grow, whose bytes would have to be made whole one by one.
    """
    if TYPES[type_] % 8 and layer.rounds != 1:
        message = f"{part} of type {type_} have no closed form over the rounds of {layer.name}"
        raise Undecided(message, "bind the number of rounds")
    return packed(type_, amount)


def flash(layer: Layer, types: Elements, parameters: Stored) -> Number:
    """The bytes of some parameters of a layer that has these types."""
    weights, biases = parameters
    stored = size(layer, types.weights, weights, "weights")
    return stored + size(layer, types.biases, biases, "biases")


class Moved(NamedTuple):
    """What one layer moves, each byte once: the maps that it reads and writes, its weights and
    biases."""

    read_bytes: Number
    written_bytes: Number
    weights_bytes: Number


def moved(graph: Graph, told: Elements | Types, *, fused: bool) -> Iterator[Moved]:
    """The bytes of each layer. ``fused``: what writes into the tensor that it reads, and the
    normalisation and activation of a row, move nothing of their own.

    :raises Undecided: what hangs on rounds or parameters that are free.
    """
    types = types_of(graph, told)
    told_apart(graph)
    places = in_place(graph) if fused else (False,) * len(graph.layers)
    for i, (layer, inside) in enumerate(zip(graph.layers, places, strict=True)):
        weights = flash(layer, types.layers[i], used(layer))
        read: Number = 0
        written: Number = 0
        if layer.inputs and not inside:
            read = _read(graph, layer, types)
            written = size(layer, types.maps[i], layer.moved().amount(WRITTEN))
        if not fused:
            again = written * sum(word != "bn" for word in layer.fused)
            read, written = read + again, written + again
        yield Moved(read, written, weights)


def _read(graph: Graph, layer: Layer, types: Types) -> Number:
    """The bytes of the maps that a layer reads, each once; those that are learned lie with it."""
    sources = [s for s in dict.fromkeys(layer.inputs) if s < 0 or graph.layers[s].inputs]
    read, alike = layer.moved().amount(READ), {types.maps[source] for source in sources}
    if len(alike) == 1 and (len(sources) == 1 or not TYPES[min(alike)] % 8):
        return size(layer, alike.pop(), read)
    named = {INPUT - k: x for k, x in enumerate(graph.inputs.values())}
    total: Number = 0
    for source in sources[:-1]:  # the last one is what is left
        x = graph.layers[source].output if source >= 0 else named.get(source)
        if x is None or layer.rounds != 1:
            message = f"what {layer.path} reads of each type hangs on what is free"
            raise Undecided(message, "bind the number of rounds, or more parameters")
        part = x.elements * layer.exists
        read, total = read - part, total + size(layer, types.maps[source], part)
    return total + size(layer, types.maps[sources[-1]], read) if sources else total


def activations(layer: Layer) -> Number:
    """The elements that convolutions and fully connected layers give."""
    return layer.moved().amount(WRITTEN) if layer.operator in ACTIVATED else 0


def features(layer: Layer, type_: str) -> Number:
    """The bytes of all outputs that are kept, of one type: that of a normalisation is one of its
    own, an activation has none (Albanie, convnet-burden)."""
    outputs = sum(word not in _NOT_KEPT for word in (layer.operator, *layer.fused))
    return outputs * size(layer, type_, layer.moved().amount(WRITTEN))


def intensity(mult_adds: int, traffic: int) -> Fraction | None:
    """Operations for each byte moved, two to a Mult-Add; None where nothing moves."""
    return Fraction(2 * mult_adds, traffic) if traffic else None
