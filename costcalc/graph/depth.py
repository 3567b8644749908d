"""Depth: how many layers with weights lie on the longest way from the input to each layer.

Convolutions, fully connected and recurrent layers count one each, as papers count them; a 1×1
convolution on a shortcut lies beside the longer body and so does not count, nor does a kernel that
is fixed.
"""

from __future__ import annotations

from collections.abc import Mapping

from costcalc.graph.layers import INPUT, Graph
from costcalc.language.model import Block, Call, Merge, Operation, Repeat, Residual, Row, Spec

#: Operators that papers call a layer.
WEIGHTED = ("conv", "dwconv", "tconv", "fc", "linear", "lstm", "gru", "rnn")


def depths(graph: Graph) -> tuple[int, ...]:
    """The depth at each layer of an unrolled graph, in its order."""
    depth = {INPUT - k: 0 for k in range(len(graph.inputs))}
    for i, layer in enumerate(graph.layers):
        above = max(map(depth.__getitem__, layer.inputs), default=0)
        depth[i] = above + (layer.operator in WEIGHTED and not layer.type.startswith("fixed "))
    return tuple(depth[i] for i in range(len(graph.layers)))


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
            fixed = "fixed" in row.fields and row.fields["fixed"].evaluate({})
            total += row.operator.name in WEIGHTED and not fixed
        elif isinstance(row, Merge):
            total += max(_longest(branch, blocks) for branch in row.branches)
        elif isinstance(row, Residual | Repeat):
            total += _longest(row.body, blocks)
        elif isinstance(row, Call):
            total += _longest(blocks[row.block].body, blocks)
    return total
