"""Types of numbers by row: mixed precision.

The types of a row are those of its weights and biases and of the maps that it reads, as papers have
them ("first and last layer with 8 bits"). A map lies in memory once, in the widest type in which
it is read; what nothing reads, or the network gives, in that of the row that gives it. Views and
elementwise rows take what is asked of what they give, so that an activation of its own is as one
within its row. Weights that are used twice lie in the types of the row that has them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from costcalc.errors import Undecided
from costcalc.graph.layers import INPUT, Graph
from costcalc.graph.selection import answering
from costcalc.hardware.elements import TYPES, Elements, Types
from costcalc.hardware.tensors import ELEMENTWISE, VIEWS


def types_of(graph: Graph, told: Elements | Types) -> Types:
    """The types of each layer and of each map.

    :raises CostcalcError: a word for rows is none of this network.
    :raises Undecided: which rows it means, or how a map is read, hangs on what is free.
    """
    if isinstance(told, Types):
        return told
    layers, own = [told._replace(rows=())] * len(graph.layers), told.activations
    if not told.rows:
        first = -len(graph.inputs) - len(graph.junctions)
        return Types(tuple(layers), dict.fromkeys(range(first, len(layers)), own))
    for words, parts in told.rows:
        for i in answering(graph, words):
            layers[i] = layers[i].but(parts)
    for i, layer in enumerate(graph.layers):
        if layer.weights is not None:
            lender = layers[layer.weights]
            layers[i] = layers[i]._replace(weights=lender.weights, biases=lender.biases)
    inputs = dict.fromkeys(range(INPUT, INPUT - len(graph.inputs), -1), own)
    return Types(tuple(layers), inputs | _lying(graph, layers))


def _lying(graph: Graph, types: Sequence[Elements]) -> dict[int, str]:
    """The types in which maps lie, by what gives them, but inputs that nothing reads. No round
    reads what the last one gives, and a row that may not be there reads nothing for sure."""
    asked = defaultdict[int, set[str]](set)
    start = INPUT - len(graph.inputs)
    ways = {start - k: pair[:2] for k, pair in enumerate(graph.junctions)}
    sure = {k: pair[: 1 + (graph.junctions[start - k][2] is not None)] for k, pair in ways.items()}
    there = (layer for layer in graph.layers if layer.exists == 1 or not ways)
    reads = _behind({source for layer in there for source in layer.inputs}, sure)
    given = _behind({one.source for one in graph.outputs.values()}, ways)
    for source in given | {*range(len(types))} - reads:
        asked[source] |= {types[source].activations} if source >= 0 else set()
    known = -1
    while known < (known := sum(map(len, asked.values()))):  # until nothing more is asked
        for i in range(len(types) - 1, -1, -1):
            passes = graph.layers[i].operator in VIEWS | ELEMENTWISE
            for source in graph.layers[i].inputs:
                asked[source] |= asked[i] if passes else {types[i].activations}
        for junction, pair in ways.items():
            for source in pair:
                asked[source] |= asked[junction]
    open_ = bool(ways) or any(layer.exists != 1 for layer in graph.layers)
    if open_ and any(len(found) > 1 for found in asked.values()):
        message = "in which type a map lies hangs on what is free"
        raise Undecided(message, "bind the number of rounds, or more parameters")
    maps = {i: max(found, key=lambda t: (TYPES[t], t)) for i, found in asked.items() if found}
    for i, layer in enumerate(graph.layers):
        if layer.operator in VIEWS and layer.inputs:
            maps[i] = maps[layer.inputs[0]]
    return maps


def _behind(sources: set[int], ways: Mapping[int, tuple[int, ...]]) -> set[int]:
    """These, and what a junction among them may be."""
    found = set(sources)
    while new := {one for own in found & ways.keys() for one in ways[own]} - found:
        found |= new
    return found
