"""Workloads of simulators of accelerators: the loops of each layer that has Mult-Adds.

SCALE-Sim's topology (a row of a CSV file per layer; ``load_arrays_conv`` of its topology_utils.py
reads it) has neither paddings nor edges, so that a map stands there as large as its windows reach.
ZigZag's workload (docs/source/workload.rst) has an equation for each layer, and where its maps come
from. Neither has what has no Mult-Adds, or has it otherwise: pools and additions are left out.
"""

from __future__ import annotations

from collections import Counter
from math import prod
from typing import NamedTuple

from costcalc.algebra.numbers import constant
from costcalc.export.rows import Refusals, Unsaid, whole
from costcalc.graph.layers import Graph, Layer
from costcalc.operators.tags import Tag

#: Multiply-accumulates that can be said.
_MACS = (Tag.CONV_MAC, Tag.TRANSPOSED_CONV_MAC, Tag.FC_MAC, Tag.MATMUL_MAC)
_OTHERS = (Tag.LSTM_MAC, Tag.GRU_MAC, Tag.RNN_MAC)
_HEAD = (
    "Layer name,IFMAP Height,IFMAP Width,Filter Height,Filter Width,Channels,Num Filter,Strides,"
)


class Loops(NamedTuple):
    """A layer's: groups, output channels and input channels of each, rows and columns that leave,
    and those of the kernel; then what the windows move by."""

    groups: int
    out: int
    channels: int
    rows: int
    columns: int
    kernel_rows: int = 1
    kernel_columns: int = 1
    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)

    @property
    def macs(self) -> int:
        return prod(self[:7])


def loops(layer: Layer) -> Loops | None:
    """Those of a layer; None if it has no Mult-Adds.

    :raises Unsaid: it has others than these loops make.
    """
    if any(layer.terms.amount(tag) for tag in _OTHERS):
        raise Unsaid("a recurrent layer")
    macs = sum(constant(layer.terms.amount(tag)) for tag in _MACS)
    if not macs:
        return None
    found = _loops(layer)
    if found.macs != macs:
        raise Unsaid(f"{layer.operator} of another amount of Mult-Adds than its loops")
    return found


def _loops(layer: Layer) -> Loops:
    (height, width, channels), (rows, columns, out) = whole(*layer.input), whole(*layer.output)
    if layer.operator == "matmul":
        (heads,) = whole(layer.arguments.get("heads", 1))
        return Loops(heads * columns, out // heads, channels // heads, rows, 1)
    (groups,) = whole(layer.groups or 1)
    if layer.operator == "tconv":  # every position that arrives meets the whole kernel
        kernel = prod(whole(*layer.kernel or ()))
        return Loops(groups, out // groups * kernel, channels // groups, height, width)
    if layer.kernel is None:
        return Loops(1, out, channels, rows, columns)
    kernel_rows, kernel_columns = whole(*layer.kernel)
    down, across = whole(*layer.stride or (1, 1))
    dilation = whole(*layer.arguments.get("dilation", (1, 1)))
    return Loops(
        *(groups, out // groups, channels // groups, rows, columns, kernel_rows, kernel_columns),
        *((down, across), (dilation[0], dilation[1])),
    )


def _all(graph: Graph, called: str, *, dilated: bool) -> dict[int, Loops]:
    """Those of all layers that have Mult-Adds.

    :raises CostcalcError: what can't be said, all of it.
    """
    found, refusals = dict[int, Loops](), Refusals(called)
    for i, layer in enumerate(graph.layers):
        with refusals.of(layer):
            if one := loops(layer):
                if not dilated and one.dilation != (1, 1):
                    raise Unsaid("a dilation")
                if not dilated and one.stride[0] != one.stride[1]:
                    raise Unsaid("another stride along the rows than along the columns")
                found[i] = one
    refusals.raise_if_any()
    return found


def left_out(graph: Graph) -> str:
    """What a workload has not, and how often: it has no Mult-Adds of its own."""
    count: Counter[str] = Counter()
    for layer in graph.layers:
        own = [] if loops(layer) else [layer.operator]
        count.update([*own, *layer.fused])
    return ", ".join(f"{name} ({times})" for name, times in sorted(count.items()))


def scale_sim(graph: Graph) -> str:
    """A topology. A depthwise layer has ``DP`` in its name, and is then run channel by channel;
    other groups are a row each.

    :raises CostcalcError: what can't be said.
    """
    lines = [_HEAD]
    for i, one in _all(graph, "a topology of SCALE-Sim", dilated=False).items():
        name = graph.layers[i].path.replace("DP", "dp")
        rows = (one.rows - 1) * one.stride[0] + one.kernel_rows
        columns = (one.columns - 1) * one.stride[1] + one.kernel_columns
        depthwise = one.groups > 1 and one.channels == 1
        channels = one.groups if depthwise else one.channels
        sizes = (rows, columns, one.kernel_rows, one.kernel_columns, channels, one.out)
        parted = one.groups > 1 and not depthwise
        for group in range(one.groups if parted else 1):
            called = f"{name}_DP" if depthwise else f"{name}_{group + 1}" if parted else name
            lines.append(",".join(map(str, (called, *sizes, one.stride[0]))) + ",")
    return "\n".join([*lines, ""])


def zigzag(graph: Graph) -> str:
    """A workload: one entry for each layer with Mult-Adds. What comes from a layer that is left out
    comes from the first before it that is not.

    :raises CostcalcError: what can't be said.
    """
    found = _all(graph, "a workload of ZigZag", dilated=True)

    def source(layer: int, own: int) -> int:
        while layer >= 0 and layer not in found:
            inputs = graph.layers[layer].inputs
            layer = inputs[0] if inputs else -1
        return [*found].index(layer) if layer >= 0 else own

    lines = [f"# left out, without Mult-Adds: {left_out(graph)}"]
    for own, (i, one) in enumerate(found.items()):
        layer = graph.layers[i]
        second = source(layer.inputs[1], own) if layer.operator == "matmul" else own
        (down, across), (reach, wide) = one.stride, one.dilation
        lines += [
            f"- id: {own}",
            f'  name: "{layer.path}"',
            f"  operator_type: {'Conv' if layer.kernel else 'Gemm'}",
            "  equation: O[b][g][k][oy][ox]+=W[g][k][c][fy][fx]*I[b][g][c][iy][ix]",
            f"  dimension_relations: [ix={across}*ox+{wide}*fx, iy={down}*oy+{reach}*fy]",
            "  loop_dims: [B, G, K, C, OY, OX, FY, FX]",
            f"  loop_sizes: [1, {', '.join(map(str, one[:7]))}]",
            "  operand_precision: {W: 8, I: 8, O: 16, O_final: 8}",
            f"  operand_source: {{W: {second}, I: {source(layer.inputs[0], own)}}}",
        ]
    return "\n".join([*lines, ""])
