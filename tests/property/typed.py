"""What layers of the second calculator store and move, in types of numbers by row.

A row's types are those of its weights and biases and of the maps that it reads; a map lies in the
widest in which it is read (docs/memory.md).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from arithmetic import Nonexistent
from operations import ELEMENTWISE, Map

WEIGHTED = ("conv", "dwconv", "tconv", "fc", "linear", "lstm", "gru", "rnn")
VIEWS = ("dropout", "flatten", "reshape", "tokens")
PASSING = (*VIEWS, *ELEMENTWISE, "bn", "scale", "shift")
BIASES = ("conv bias", "fc bias", "recurrent bias", "bn folded bias")
WEIGHTS = ("conv weight", "fc weight", "recurrent weight", "learned weight", "prelu weight")
WEIGHTS += ("layer norm affine", "group norm affine", "instance norm affine", "bn kept affine")
WEIGHTS += ("rms norm scale", "l2 norm scale")
WORK = ("conv mac", "transposed conv mac", "fc mac", "lstm mac", "gru mac", "rnn mac")

#: Bits of weights, activations and biases, by the words for them.
TYPES = {
    "int8": {"weights": 8, "activations": 8, "biases": 32},
    "int16": {"weights": 8, "activations": 16, "biases": 64},
    "fp16": {"weights": 16, "activations": 16, "biases": 16},
    "w4a4": {"weights": 4, "activations": 4},
    "w2a8": {"weights": 2, "activations": 8},
    "activations=int3": {"activations": 3},
    "biases=int16": {"biases": 16},
}


class Layer(NamedTuple):
    """One layer: the maps that it reads with their elements, what it gives, how many activations
    and norms follow in it, and its amounts by tag."""

    words: tuple[str, ...]
    reads: dict[int, int]
    gives: int
    following: int
    amounts: Counter[str]


class Typed(NamedTuple):
    flash: int
    traffic_unfused: int
    bops: int


def layer(words: Sequence[str], maps: Sequence[Map], y: Map, following: int, amounts: Any) -> Layer:
    """A layer that gives ``y`` from ``maps``."""
    reads = {one.source: one.elements for one in maps}
    return Layer(tuple(words), reads, y.elements, following, amounts)


def typed(layers: Sequence[Layer], told: str) -> Typed:
    """The bytes and bit operations of a network.

    :raises Nonexistent: ``first`` and ``last`` of no layers with weights.
    """
    types = _types(layers, told)
    maps = _maps(layers, [own["activations"] for own in types])
    flash = traffic = bops = 0
    for i, (one, own) in enumerate(zip(layers, types, strict=True)):
        work, of_maps = _sum(one.amounts, WORK), one.amounts["matmul mac"]
        bops += work * own["weights"] * own["activations"] + of_maps * own["activations"] ** 2
        stored = _bytes(_sum(one.amounts, WEIGHTS), own["weights"])
        stored += _bytes(_sum(one.amounts, BIASES), own["biases"])
        flash += stored
        read = [
            (source, n) for source, n in one.reads.items() if source < 0 or layers[source].reads
        ]
        moved = sum(_bytes(n, maps[source]) for source, n in read)
        written = _bytes(one.gives, maps[i]) if one.reads else 0
        traffic += moved + written * (1 + 2 * one.following) + stored
    return Typed(flash, traffic, bops)


def _types(layers: Sequence[Layer], told: str) -> list[dict[str, int]]:
    base, *others = told.split("; ")
    types = [{**TYPES["int8"], **TYPES[base]} for _ in layers]
    weighted = [i for i, one in enumerate(layers) if one.words[0] in WEIGHTED]
    for word, name in (said.split(": ") for said in others):
        meant = [i for i, one in enumerate(layers) if word in one.words]
        if word in ("first", "last"):
            if not weighted:
                raise Nonexistent("no rows called so")
            meant = [weighted[0 if word == "first" else -1]]
        for i in meant:
            types[i] |= TYPES[name]
    return types


def _maps(layers: Sequence[Layer], own: Sequence[int]) -> Mapping[int, int]:
    """The bits in which each map lies."""
    asked = defaultdict[int, set[int]](set)
    for i in range(len(layers) - 1, -1, -1):
        asked[i] = asked[i] or {own[i]}  # nothing reads it
        for source in layers[i].reads:
            asked[source] |= asked[i] if layers[i].words[0] in PASSING else {own[i]}
    bits = {source: max(found) for source, found in asked.items()}
    for i, one in enumerate(layers):
        if one.words[0] in VIEWS and one.reads:
            bits[i] = bits[next(iter(one.reads))]
    return bits


def _sum(amounts: Counter[str], tags: Sequence[str]) -> int:
    return sum(amounts[tag] for tag in tags)


def _bytes(numbers: int, bits: int) -> int:
    return -(-numbers * bits // 8)
