"""What a network says of each printed row of a layer table: a layer, a group of layers, a block.

A row may stand for one layer or for a run of them that repeats, for branches side by side, for the
group of layers that it names, for a block called with arguments, or for a layer inside one block
with free symbols.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from costcalc.algebra.evaluation import exact
from costcalc.algebra.numbers import Number
from costcalc.errors import CostcalcError, Place
from costcalc.graph.build import build
from costcalc.graph.depth import WEIGHTED, find_block
from costcalc.graph.layers import Graph, Layer
from costcalc.graph.selection import Cannot
from costcalc.language.model import NO_COLUMNS, Call, Operation, Spec
from costcalc.language.parameters import Binding, bind, numbers_of
from costcalc.operators import Shape
from costcalc.operators.columns import Value
from costcalc.operators.elementwise import ACTIVATIONS
from costcalc.operators.normalisation import NORMS
from costcalc.papers.claims.claims import ShapeRow, ShapeTable, labelled
from costcalc.papers.claims.operators import free_symbol
from costcalc.papers.layer_tables.cells import factors, read_words, spelled
from costcalc.papers.verify.cells import Facts, usual_classes
from costcalc.source.nodes import Text

#: Parameters that printed shapes may leave as symbols, and how they are spelled there.
SYMBOLS = {"alpha": "α", "delta": "δ", "classes": "classnum"}
#: Layers that have no row of their own in print: they belong to the row before.
SILENT = frozenset(
    (*NORMS.values(), *ACTIVATIONS, "flatten", "dropout", "shuffle", "add", "concat")
)
#: Arguments of a block that a table of its inside leaves open: any expansion, a stride that shows.
_ARGUMENTS = {"t": 6, "s": 2, "n": 1, "stride": 2}


class Miscount(Cannot):
    """Another number of rows is printed than the network has layers: a misprint of its own, and a
    reason why the cells can't be checked."""

    def __init__(self, printed: str, has: str, message: str) -> None:
        super().__init__(message)
        self.printed = printed
        self.has = has


def counted(printed: int, has: int, what: str = "layers") -> None:
    """Holds a number of printed rows against the network's.

    :raises Miscount: they are not the same.
    """
    if printed != has:
        message = f"{printed} rows are printed, the network has {has} {what}"
        raise Miscount(str(printed), str(has), message)


def row_facts(
    spec: Spec, table: ShapeTable, rows: tuple[ShapeRow, ...], choice: Mapping[str, str]
) -> list[Facts | None]:
    """What the network says of each row of the table, with its runs repeated as in ``rows``.

    :raises Cannot: it says nothing of such rows.
    :raises Miscount: they do not add up to what it has.
    """
    printed = [row.cells for row, _ in labelled(table.rows)]
    if table.block:
        return [*_inside_block(spec, table.block, printed, choice)]
    facts: Sequence[Facts | None]
    if "t" in table.columns:
        facts = _called_blocks(spec, len(printed))
    else:
        cells = " ".join(cell for row in printed for cell in row)
        free = [name for name, spelled in SYMBOLS.items() if spelled in cells]
        graph = build(spec, {k: v for k, v in spec.defaults().items() if k not in free})
        grouped = "group" in table.columns
        facts = [_group(graph, row, table) for row in printed] if grouped else _layers(graph, rows)
    classes = usual_classes(spec)
    return [known and known._replace(classes=classes) for known in facts]


def _layers(graph: Graph, rows: tuple[ShapeRow, ...]) -> list[Facts]:
    """The layer of each printed row; branches side by side have a row each, or one together."""
    try:
        return _each(graph, graph.layers, rows)
    except Miscount:
        with suppress(Miscount):
            return _each(graph, joined(graph), rows)
        raise


def _each(graph: Graph, known: Sequence[Layer], rows: tuple[ShapeRow, ...]) -> list[Facts]:
    """The facts of the layers in their order, one for each printed row."""
    layers = [layer for layer in known if layer.operator not in SILENT]
    if layers[-1:] and layers[-1].operator == "softmax" and not _names_softmax(rows[-1]):
        layers.pop()
    if any(cell.lower() == "image" for cell in rows[0].cells):  # the first row is the image itself
        return [_image(graph), *map(_exact_facts, align(layers, rows[1:]))]
    return [*map(_exact_facts, align(layers, rows))]


def _image(graph: Graph) -> Facts:
    return Facts(output=graph.input, operator="image")


def _names_softmax(row: ShapeRow) -> bool:
    """Whether the softmax has a row of its own; it may share the classifier's, or have none."""
    try:
        return any("softmax" in read_words(c.partition("/")[0]).operators for c in row.cells)
    except Cannot:
        return False


def _group(graph: Graph, cells: Sequence[str], table: ShapeTable) -> Facts | None:
    """A printed row that names a group of layers: what leaves it, and how many blocks it has."""
    spec, name = graph.spec, cells[0].replace(" ", "-").lower()
    members = [layer for layer in graph.layers if layer.group.lower() == name]
    if name == "image":
        return _image(graph)
    if not members:
        return None
    counts = {}
    for column, at in table.at.items():
        scope = spec.scope({**spec.defaults(), **bind(spec.parameters, at, spec.name)})
        calls = [r for r in spec.layers if isinstance(r, Call) and r.columns.group.lower() == name]
        counts[column] = sum(
            len(r.calls) * (int(r.times.evaluate(scope)) if r.times else 1) for r in calls
        )
    first, last = _exact_facts(members[0]), _exact_facts(members[-1])
    return first._replace(output=last.output, stride=None, counts=counts)


def joined(graph: Graph) -> list[Layer]:
    """The layers, where such as take one map, give what is alike and meet in one merge are one:
    the row of a table that says ``DWConv`` for all kernels of a pyramid. It has no kernel of its
    own where theirs differ."""
    layers = dict(enumerate(graph.layers))
    for merge in graph.layers:
        ends = [_weighted_above(graph, source) for source in merge.inputs]
        branches = {end: graph.layers[end] for end in ends if end is not None}
        alike = {(b.operator, b.inputs, b.stride, b.output) for b in branches.values()}
        if None not in ends and len(branches) > 1 and len(alike) == 1:
            kernels = {layers.pop(end).kernel for end in branches}
            kernel = kernels.pop() if len(kernels) == 1 else None
            layers[min(branches)] = branches[min(branches)]._replace(kernel=kernel)
    return [layers[i] for i in sorted(layers)]


def _weighted_above(graph: Graph, source: int) -> int | None:
    """The layer with weights that a map comes from, if nothing but silent ones lie between."""
    while source >= 0:
        layer = graph.layers[source]
        if layer.operator in WEIGHTED:
            return source
        if len(layer.inputs) != 1:
            return None
        (source,) = layer.inputs
    return None


def align(layers: Sequence[Layer], rows: Sequence[ShapeRow]) -> list[Layer]:
    """The layer of each printed row; a run that repeats is taken once.

    A run whose count is illegible takes as many layers as are alike.

    :raises Miscount: the rows do not add up to the layers.
    """
    kept: list[Layer] = []
    short = None
    at = 0
    for i, row in enumerate(rows, 1):
        if not row.rows:
            kept += layers[at : at + 1]
            at += 1
            continue
        run = layers[at : at + len(row.rows)]
        kept += run
        alike = _alike(layers, at, run)
        if row.times is not None and alike < row.times and short is None:
            short = (f"{row.times} × row {i}", f"{alike} × row {i}")
        at += len(row.rows) * (alike if row.times is None else row.times)
    counted(at, len(layers))
    if short is not None:
        raise Miscount(*short, f"{short[0]} is printed, the network has {short[1]}")
    return kept


def _alike(layers: Sequence[Layer], at: int, run: Sequence[Layer]) -> int:
    """How often the run stands in succession."""
    times = 0
    size = len(run)
    while run and [*map(_bare, layers[at : at + size])] == [*map(_bare, run)]:
        at += size
        times += 1
    return times


def _bare(layer: Layer) -> object:
    return (layer.operator, layer.kernel, layer.stride, layer.input, layer.output)


def other_counts(
    rows: tuple[ShapeRow, ...], error: Miscount
) -> Iterator[tuple[str, tuple[ShapeRow, ...]]]:
    """The rows with one run repeated so often that they add up, and that change in words."""
    if not (error.printed.isdecimal() and error.has.isdecimal()):
        return
    missing = int(error.has) - int(error.printed)
    for i, row in enumerate(rows):
        if not row.rows or row.times is None or missing % len(row.rows):
            continue
        times = row.times + missing // len(row.rows)
        if times >= 1:
            changed = (*rows[:i], row._replace(times=times), *rows[i + 1 :])
            yield f"row {i + 1} is repeated {times} times, not {row.times}", changed


def _called_blocks(spec: Spec, count: int) -> list[Facts]:
    """One fact per printed row of a table of blocks: input, operator, and the arguments."""
    binding = spec.defaults()
    graph = build(spec, binding)
    arrivals = zip(spec.layers, graph.arrivals, strict=True)
    rows = [(row, arrival) for row, arrival in arrivals if isinstance(row, Call | Operation)]
    last, _ = rows[-1]
    if isinstance(last, Operation) and last.operator.name == "softmax" and count < len(rows):
        rows.pop()  # tables of blocks end with the classifier
    counted(count, len(rows), "rows")
    return [
        _called(row, spec.scope(binding), arrival.map.shape)
        if isinstance(row, Call)
        else _applied(binding, graph.layers[arrival.layer])
        for row, arrival in rows
    ]


def _called(row: Call, known: Mapping[str, Any], x: Shape) -> Facts:
    """A row that calls a block."""
    scope = {**known, "in": x.channels}
    values = {name: value.evaluate(scope) for name, value in row.arguments.items()}
    arguments = {name: v[0] if isinstance(v, tuple) else v for name, v in values.items()}
    return Facts(x, None, row.block, arguments=arguments)


def _applied(binding: Binding, layer: Layer) -> Facts:
    """A row that is one operator, among rows of blocks."""
    stride = (layer.stride or (1, 1))[0]
    return Facts(
        *(layer.input, layer.output, layer.operator, layer.kernel or layer.input[:2]),
        (stride, stride),
        arguments={"n": 1, "s": stride, "c": layer.output.channels},
        symbols={"k": numbers_of(binding).get("classes", 1)},  # what such tables call the classes
    )


def _inside_block(
    spec: Spec, name: str, cells: Sequence[Sequence[str]], choice: Mapping[str, str]
) -> Iterator[Facts]:
    """The layers on the main way through one block, at free height, width and channels.

    ``cells`` are the printed rows; the first input and the last output name the symbols.
    """
    block = find_block(spec, name)
    if block is None:
        raise Cannot(f"{spec.name} has no block {name!r}")
    ends = factors(cells[0][0])[-1], spelled(factors(cells[-1][-1])[-1])
    symbols: dict[str, Number] = {n: free_symbol(n) for n in ("h", "w", "alpha", *ends)}
    symbols |= {n: v for n, v in _ARGUMENTS.items() if n in spec.blocks[block].takes}
    symbols.setdefault("s", 2)
    graph = _built_alone(spec, block, [symbols[name] for name in ("h", "w", *ends)], choice)
    counts = []
    for layers in (graph.layers, joined(graph)):
        weighted = [layer for layer in layers if layer.operator in WEIGHTED]
        if len(weighted) in (len(cells), len(cells) + 1):  # one more: a shortcut
            facts = map(_exact_facts, weighted[: len(cells)])
            return (known._replace(symbols=symbols) for known in facts)
        counts.append(len(weighted))
    raise Cannot(f"{len(cells)} rows are printed, the block has {counts[0]} layers")


def _built_alone(
    spec: Spec, block: str, sides: Sequence[Number], choice: Mapping[str, str]
) -> Graph:
    """A network of one block; ``sides`` are its input's, and the channels that leave it."""
    place = Place(spec.file)
    height, width, inside, outside = (_constant(side, place) for side in sides)
    arguments = {
        name: _constant(_ARGUMENTS[name], place) if name in _ARGUMENTS else outside
        for name in spec.blocks[block].takes
    }
    call = Call(place, NO_COLUMNS, block, arguments, {}, None)
    binding = {n: v for n, v in {**spec.defaults(), **choice}.items() if n != "alpha"}
    try:
        inputs = {"input": (height, width, inside)}
        return build(spec._replace(layers=(call,), inputs=inputs), binding)
    except CostcalcError as error:
        raise Cannot(error.problems[0].message) from None


def _exact_facts(layer: Layer) -> Facts:
    """What every row that stands for a layer may say."""
    arrives, leaves = (Shape(*map(exact, shape)) for shape in (layer.input, layer.output))
    return Facts(arrives, leaves, layer.operator, layer.kernel, layer.stride)


def _constant(value: Number, place: Place) -> Value:
    return Value(lambda scope: value, frozenset(), Text(place, str(value)), True)
