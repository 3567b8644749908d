"""The first layers patch by patch: less memory for more work.

The output of a stage is cut into a grid. For each patch of it, the layers run on the part of their
maps that the patch hangs on, which is wider than a cell of the grid wherever a window reaches over
its edge (the halo), and ends at the edges of the map. The whole output is kept while patches are
written into it; of all else only one patch is live at a time, also of the input, which is read
piece by piece. Source: Lin et al. 2021 (MCUNetV2), section 3.1 and Figure 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import add
from typing import NamedTuple

from costcalc.algebra.numbers import constant
from costcalc.errors import CostcalcError, did_you_mean
from costcalc.graph.layers import INPUT, Graph, Layer
from costcalc.hardware.elements import Types, packed
from costcalc.hardware.rules import MERGING, Rule
from costcalc.hardware.tensors import ELEMENTWISE, plan, sizes_of, stairs
from costcalc.operators import Shape
from costcalc.operators.geometry import along, around

#: Rows whose output at a place hangs on that place alone.
POINTWISE = ELEMENTWISE.union(("dropout", "shuffle", "select", "padchannels", *MERGING))
#: Rows that slide a window.
SLIDING = ("avgpool", "conv", "dwconv", "maxpool")

#: Where a part of a map begins and ends along each axis.
Box = tuple[tuple[int, int], tuple[int, int]]
NOWHERE: Box = ((0, 0), (0, 0))


class Patches(NamedTuple):
    """What the layers up to ``until`` need patch by patch: bytes at once, and Mult-Adds of all
    patches, of which the halo has ``extra``."""

    grid: tuple[int, int]
    until: str
    bytes: int
    mult_adds: int
    extra: int


class Ran(NamedTuple):
    """A layer of the stage: what is live in the patch that needs most, the whole output first, and
    the elements that it gives and the bytes that it reads and writes in all patches."""

    live: tuple[tuple[str, int], ...]
    given: int = 0
    read_bytes: int = 0
    written_bytes: int = 0

    @property
    def live_bytes(self) -> int:
        return sum(size for _, size in self.live)


def stage(graph: Graph, until: str) -> int:
    """The last layer of the stage that ends in a layer or a row of that name.

    :raises CostcalcError: there is none, or something before it is needed behind it.
    """
    named = [i for i, x in enumerate(graph.layers) if until in (x.path, x.name, x.within)]
    if not named:
        names = [layer.path for layer in graph.layers]
        raise CostcalcError(f"no layer is called {until!r}", did_you_mean(until, names))
    last = named[-1]
    for layer in graph.layers[last + 1 :]:
        for source in layer.inputs:
            if source < last:
                name = "the input" if source < 0 else graph.layers[source].path
                message = f"{name} is needed by {layer.path}, behind {graph.layers[last].path}"
                raise CostcalcError(message, "--until where only one map goes on")
    for name, given in graph.outputs.items():
        if given.source < last:
            message = f"output {name!r} of the network is given before {graph.layers[last].path}"
            raise CostcalcError(message, "--until a layer before it")
    return last


def as_grid(text: str) -> tuple[int, int]:
    """``4x4``: rows and columns.

    :raises CostcalcError: it is no grid.
    """
    rows, _, columns = text.lower().replace("×", "x").partition("x")
    if not (rows.strip().isdecimal() and columns.strip().isdecimal() and int(rows) * int(columns)):
        raise CostcalcError(f"{text!r} is no grid of patches", "ROWSxCOLUMNS, such as 4x4")
    return int(rows), int(columns)


def by_patches(
    graph: Graph, types: Types, rule: Rule, grid: tuple[int, int], last: int
) -> list[Ran]:
    """The layers of a stage, each with what its patches need and give.

    :raises CostcalcError: a layer needs its whole map, or there are more patches than places.
    """
    y = graph.layers[last].output
    sides = tuple(int(constant(side)) for side in y[:2])
    if any(parts > side for parts, side in zip(grid, sides, strict=True)):
        message = f"{grid[0]}x{grid[1]} patches of a map of {sides[0]}x{sides[1]}"
        raise CostcalcError(message, "at most one for each place")
    whole = graph.layers[last].path, packed(types.maps[last], int(constant(y.elements)))
    ran = [Ran((whole,))] * (last + 1)
    for rows in _cells(sides[0], grid[0]):
        for columns in _cells(sides[1], grid[1]):
            patch, read = _patch(graph, types, last, (rows, columns))
            planned = plan(patch, rule, types)
            sizes = dict(zip(planned.tensors, sizes_of(planned), strict=True))
            del sizes[planned.tensors[planned.of[last]]]  # it lies in the whole output
            for i, tensors in enumerate(stairs(patch, planned, rule)):
                live = (whole, *((t.name, sizes[t]) for t in tensors if t in sizes))
                given = int(constant(patch.layers[i].output.elements))
                live = max(ran[i].live, live, key=lambda each: sum(size for _, size in each))
                amounts = given, read[i], packed(types.maps[i], given)
                ran[i] = Ran(live, *map(add, ran[i][1:], amounts))
    return ran


def _cells(side: int, parts: int) -> Iterator[tuple[int, int]]:
    yield from ((i * side // parts, (i + 1) * side // parts) for i in range(parts))


def _patch(graph: Graph, types: Types, last: int, box: Box) -> tuple[Graph, list[int]]:
    """The stage as a network of its own, with the parts of the maps that a patch hangs on; and the
    bytes that each layer reads, of each map once."""
    boxes, read = {last: box}, [0] * (last + 1)
    for i in range(last, -1, -1):
        layer = graph.layers[i]
        if i not in boxes:
            message = f"{layer.path} does not lead to {graph.layers[last].path}"
            raise CostcalcError(message, "--until where all that comes before is needed")
        for source in dict.fromkeys(layer.inputs):
            x = graph.layers[source].output if source >= 0 else layer.input
            own = _read(layer, boxes[i], x)
            boxes[source] = _around(boxes[source], own) if source in boxes else own
            read[i] += packed(types.maps[source], int(constant(_cut(x, own).elements)))

    layers = tuple(
        layer._replace(
            input=_cut(layer.input, boxes[layer.inputs[0]]) if layer.inputs else layer.input,
            output=_cut(layer.output, boxes[i]),
        )
        for i, layer in enumerate(graph.layers[: last + 1])
    )
    named = enumerate(graph.inputs.items())
    inputs = {name: _cut(x, boxes.get(INPUT - k, NOWHERE)) for k, (name, x) in named}
    return graph._replace(inputs=inputs, layers=layers, outputs={}), read


def _cut(x: Shape, box: Box) -> Shape:
    """So much of a map."""
    (top, bottom), (left, right) = box
    return Shape(bottom - top, right - left, x.channels)


def _around(a: Box, b: Box) -> Box:
    """The least part that has both."""
    rows, columns = ((min(x[0], y[0]), max(x[1], y[1])) for x, y in zip(a, b, strict=True))
    return rows, columns


def _read(layer: Layer, box: Box, x: Shape) -> Box:
    """The part of a map that a layer reads for a part of its output.

    :raises CostcalcError: it is no part that hangs on that.
    """
    kernel = layer.arguments.get("kernel")
    joins = layer.operator == "concat" and not layer.arguments
    if (layer.operator in POINTWISE or joins) and x[:2] == layer.output[:2]:
        return box
    if layer.operator not in SLIDING or layer.kernel is None or not isinstance(kernel, tuple):
        message = f"{layer.path} needs its whole map: it can't run patch by patch"
        raise CostcalcError(message, "--until a layer before it")
    rows, columns = (_window(layer, axis, *box[axis]) for axis in (0, 1))
    return rows, columns


def _window(layer: Layer, axis: int, begin: int, end: int) -> tuple[int, int]:
    """What windows at the places from ``begin`` to ``end`` read along one axis."""
    assert layer.kernel is not None and layer.stride is not None
    kernel, stride = (int(constant(pair[axis])) for pair in (layer.kernel, layer.stride))
    side, places = (int(constant(x[axis])) for x in (layer.input, layer.output))
    dilation = int(constant(layer.arguments.get("dilation", (1, 1))[axis]))
    reach = dilation * (kernel - 1)
    default = "same" if "conv" in layer.operator else "valid"
    padding = along(layer.arguments.get("padding", default), axis)
    if padding == "same":
        before = max((places - 1) * stride + reach + 1 - side, 0) // 2
    else:
        before = int(constant(around(padding, reach)[0]))
    met = []
    for start in range(begin * stride - before, end * stride - before, stride):
        first = max(0, -(start // dilation))  # the taps inside of the map
        last = min(kernel - 1, (side - 1 - start) // dilation)
        if first <= last:
            met += [start + dilation * first, start + dilation * last]
    return (min(met), max(met) + 1) if met else (0, 0)
