"""The layers that a target speaks of: a group, a stage, the first down to a size, the last one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.numbers import constant, is_number
from costcalc.errors import CostcalcError, Place, Undecided, did_you_mean
from costcalc.graph.depth import WEIGHTED
from costcalc.graph.layers import Graph, Layer
from costcalc.language.model import Branch, Merge, Repeat, Residual, Row
from costcalc.operators import OPERATORS
from costcalc.operators.merging import MERGES


class Target(NamedTuple):
    """What a figure is about: a network, some of its layers, one ``layer`` on its own, or what the
    ``row`` of a printed table has.

    ``at`` binds parameters (exact text). ``group`` picks layers by group, operator (``conv``,
    ``conv 1x1``) or unit (``separable``); ``stages`` by output size; ``until`` those down to a
    share of the input side; ``items`` the first, the last or a range of what is left. Several
    groups are ``conv 1x1 + fc``.
    """

    place: Place
    spec: str = ""
    at: Mapping[str, str] = {}
    group: str = ""
    stages: tuple[str, ...] = ()
    until: Fraction | None = None
    items: str = ""
    block: str = ""
    layer: Mapping[str, str] = {}
    row: str = ""


class Unit(NamedTuple):
    """A layer with weights on its own, or a depthwise convolution and the 1×1 that follows it.

    ``name`` is ``separable`` or the operator; ``positions`` index the graph's layers.
    """

    name: str
    positions: tuple[int, ...]


class Cannot(Exception):
    """A figure that can't be computed; the message becomes the reason why it is unchecked."""


def units(layers: Sequence[Layer]) -> list[Unit]:
    """The layers with weights, each depthwise convolution joined with its pointwise one."""
    weighted = [i for i, layer in enumerate(layers) if layer.operator in WEIGHTED]
    found: list[Unit] = []
    for i in weighted:
        layer = layers[i]
        last = found[-1] if found else None
        if (
            last is not None
            and last.name == "dwconv"
            and layer.operator == "conv"
            and layer.kernel == (1, 1)
            and layers[last.positions[0]].output == layer.input
        ):
            found[-1] = Unit("separable", (*last.positions, i))
        else:
            found.append(Unit(layer.operator, (i,)))
    return found


def select(graph: Graph, target: Target) -> list[int]:
    """The positions of the layers that the target speaks of.

    :raises Cannot: nothing in the network answers to it.
    """
    chosen = list(range(len(graph.layers)))
    layers = graph.layers
    if target.until is not None:
        side = constant(graph.input.height) * target.until
        end = next((i for i in chosen if constant(layers[i].output.height) <= side), None)
        if end is None:
            raise Cannot(f"{target.spec} never gets down to {target.until} of its input side")
        chosen = chosen[: end + 1]
    if target.stages:
        sizes = {stage.replace("×", "x").replace(" ", "") for stage in target.stages}
        chosen = [i for i in chosen if f"{layers[i].output[0]}x{layers[i].output[1]}" in sizes]
    if target.group:
        groups = (_grouped(layers, chosen, group) for group in target.group.split(" + "))
        chosen = sorted({i for group in groups for i in group})
    if target.items and target.items != "input":
        chosen = _items(layers, chosen, target)
    if not chosen:
        raise Cannot(f"{target.spec} has no layers in {_said(target)}")
    return chosen


def answering(graph: Graph, words: str) -> set[int]:
    """The layers that some words mean, with commas between them: ``first`` and ``last`` of those
    with weights, an operator, with its window (``conv 1x1``) or without, a group, or a row or a
    layer by name, all rounds and calls of a row.

    :raises CostcalcError: the network has no such rows.
    :raises Undecided: which they are hangs on what is free, or differs between rounds.
    """
    found, spec = set[int](), graph.spec
    bodies = (spec.layers, *(block.body for block in spec.blocks.values()))
    groups = {group for rows in bodies for group in _groups(rows) if group}
    for word in map(str.strip, words.split(",")):
        own = {i for i in range(len(graph.layers)) if word in _answers(graph, i)}
        numbered = {i for i, x in enumerate(graph.layers) if word in (x.name, x.path)} - own
        operator, _, window = word.partition(" ")
        alike = [x.times == 1 == x.rounds and x.exists == 1 for x in graph.layers]
        kernels = [x.kernel or () for x in graph.layers if window and x.operator == operator]
        open_ = not all(is_number(side) for kernel in kernels for side in kernel)
        if open_ or ((numbered or word in ("first", "last")) and not all(alike)):
            message = f"which row {word!r} is hangs on what is free, or on the round"
            raise Undecided(message, "bind the number of rounds, or more parameters")
        if word in ("first", "last"):
            weighted = [i for i, x in enumerate(graph.layers) if x.operator in WEIGHTED]
            numbered = {*(weighted[:1] if word == "first" else weighted[-1:])}
            own = set()  # rows that are called so are meant with their block: `csp1/first`
        known = word in (*spec.names, *groups) or operator in OPERATORS or operator in MERGES
        if not (own or numbered or known):
            others = [layer.path for layer in graph.layers]
            hint = did_you_mean(word, ["first", "last", *groups, *spec.names, *others])
            raise CostcalcError(f"{spec.name} has no rows called {word!r}", hint)
        found |= own | numbered
    return found


def _answers(graph: Graph, i: int) -> Iterator[str]:
    """The words for a layer, as one of its row in any round."""
    layer = graph.layers[i]
    yield layer.operator
    if layer.kernel:
        yield f"{layer.operator} {layer.kernel[0]}x{layer.kernel[1]}"
    yield from (word for word in (layer.group, layer.within) if word)
    name = layer.name
    if name not in graph.spec.names:
        name = re.sub(r"_(\d+|\(.*\))_*$", "", name)
    if name in graph.spec.names:
        yield name
        yield f"{layer.within}/{name}"


def _groups(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        yield row.columns.group
        if isinstance(row, Merge):
            yield from _groups(one for branch in row.branches for one in branch)
        elif isinstance(row, Repeat | Residual | Branch):
            yield from _groups(row.body)


def _said(target: Target) -> str:
    parts = (target.group, ", ".join(target.stages), target.items)
    return " of ".join(part for part in parts if part) or "all"


def _grouped(layers: Sequence[Layer], chosen: list[int], group: str) -> list[int]:
    """By the spec's own group, else by operator and kernel, else by unit."""
    by_group = [i for i in chosen if layers[i].group == group]
    if by_group:
        return by_group
    operator, _, kernel = group.partition(" ")
    if kernel:
        sides = re.fullmatch(r"(\d+)[x×](\d+)", kernel)
        size = (int(sides[1]), int(sides[2])) if sides else None
        return [i for i in chosen if layers[i].operator == operator and layers[i].kernel == size]
    inside = [unit for unit in units([layers[i] for i in chosen]) if unit.name == operator]
    return [chosen[p] for unit in inside for p in unit.positions]


def _items(layers: Sequence[Layer], chosen: list[int], target: Target) -> list[int]:
    found = units([layers[i] for i in chosen])
    match = re.fullmatch(r"(\d+) to (\d+)", target.items)
    if target.items == "last":
        found = found[-1:]
    elif target.items == "first":
        found = found[:1]
    elif match:
        found = found[int(match[1]) - 1 : int(match[2])]
    else:
        raise Cannot(f"items {target.items!r} are neither first, last, input nor `1 to 5`")
    return [chosen[p] for unit in found for p in unit.positions]
