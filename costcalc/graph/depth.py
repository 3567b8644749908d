"""Depth: how many layers with weights lie on the longest way from the input to each layer.

Convolutions and fully connected layers count one each, as papers count them; a 1×1 convolution on a
shortcut lies beside the longer body and so does not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from costcalc.graph.build import Graph, Layer
from costcalc.language.model import (
    Block,
    Branch,
    Call,
    Merge,
    Operation,
    Reference,
    Repeat,
    Residual,
    Row,
    Spec,
)

#: Operators that papers call a layer.
WEIGHTED = ("conv", "dwconv", "tconv", "fc")


def depths(graph: Graph) -> tuple[int, ...]:
    """The depth at each layer of an unrolled graph, in its order."""
    walk = _Walk(graph)
    walk.rows(graph.spec.layers, 0, dict(walk.base))
    return tuple(walk.found)


class _Walk:
    """Runs through the rows of the spec and takes the graph's layers as they come: both are in
    the same order, and a row that a condition left out has no layer."""

    def __init__(self, graph: Graph) -> None:
        self.layers = graph.layers
        self.blocks = graph.spec.blocks
        self.base: dict[str, Any] = dict(graph.binding)
        self.found: list[int] = []
        self.named: dict[str, int] = {}

    @property
    def next(self) -> Layer | None:
        return self.layers[len(self.found)] if len(self.found) < len(self.layers) else None

    def rows(self, rows: tuple[Row, ...], depth: int, scope: dict[str, Any]) -> int:
        for row in rows:
            if row.columns.origin:
                depth = self.named[row.columns.origin]
            depth = self.row(row, depth, scope)
            if row.columns.name:
                self.named[row.columns.name] = depth
        return depth

    def row(self, row: Row, depth: int, scope: dict[str, Any]) -> int:
        layer = self.next
        if layer is None or isinstance(row, Reference):
            return depth
        scope["in"] = layer.input.channels
        if isinstance(row, Operation):
            if layer.place != row.place:
                return depth
            return self.take(depth + (layer.operator in WEIGHTED))
        if row.columns.when is not None and row.columns.when.evaluate(scope) is False:
            return depth
        if isinstance(row, Repeat):
            for _ in range(row.times.evaluate(scope)):
                depth = self.rows(row.body, depth, dict(scope))
            return depth
        if isinstance(row, Call):
            return self.call(row, depth, scope)
        if isinstance(row, Merge):
            longest = max(self.rows(branch, depth, dict(scope)) for branch in row.branches)
            return self.merged(row, longest)
        if isinstance(row, Residual):
            return self.merged(row, self.rows(row.body, depth, dict(scope)))
        assert isinstance(row, Branch)
        self.rows(row.body, depth, dict(scope))
        return depth

    def call(self, row: Call, depth: int, scope: dict[str, Any]) -> int:
        block = self.blocks[row.block]
        for i in range(1 if row.times is None else row.times.evaluate(scope)):
            layer = self.next
            outer = {**scope, "in": layer.input.channels} if layer else scope
            inner = dict(self.base)
            for name, default in block.takes.items():
                value = row.first.get(name) if i == 0 else None
                value = value or row.arguments.get(name) or default
                assert value is not None
                inner[name] = value.evaluate(outer)
            depth = self.rows(block.body, depth, inner)
        return depth

    def merged(self, row: Row, depth: int) -> int:
        layer = self.next
        return self.take(depth) if layer is not None and layer.place == row.place else depth

    def take(self, depth: int) -> int:
        self.found.append(depth)
        return depth


def block_depth(graph: Graph, name: str) -> int | None:
    """The layers with weights on the longest way through the block ``name``; None without it."""
    found = find_block(graph.spec, name)
    blocks = graph.spec.blocks
    return None if found is None else _longest(blocks[found].body, blocks)


def find_block(spec: Spec, name: str) -> str | None:
    """The block of that name, else the first whose name begins or ends with that word:
    ``residual`` finds ``residual_block`` or ``inverted_residual``."""
    if name in spec.blocks:
        return name
    words = f"_{name}_"
    ends = (n for n in spec.blocks if f"_{n}_".startswith(words) or f"_{n}_".endswith(words))
    return next(ends, None)


def _longest(rows: tuple[Row, ...], blocks: Mapping[str, Block]) -> int:
    total = 0
    for row in rows:
        if isinstance(row, Operation):
            total += row.operator.name in WEIGHTED
        elif isinstance(row, Merge):
            total += max(_longest(branch, blocks) for branch in row.branches)
        elif isinstance(row, Residual | Repeat):
            total += _longest(row.body, blocks)
        elif isinstance(row, Call):
            total += _longest(blocks[row.block].body, blocks)
    return total
