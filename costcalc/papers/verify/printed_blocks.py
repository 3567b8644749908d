"""Layer tables whose rows are blocks: called with arguments, or taken apart with free symbols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from costcalc.algebra.evaluation import exact
from costcalc.algebra.numbers import Number
from costcalc.errors import CostcalcError, Place
from costcalc.graph.build import Layer, build
from costcalc.graph.depth import WEIGHTED, find_block
from costcalc.graph.selection import Cannot
from costcalc.language.model import NO_COLUMNS, Call, Operation, Spec
from costcalc.operators import Shape
from costcalc.operators.columns import Value
from costcalc.papers.claims.operators import free_symbol
from costcalc.papers.verify.cells import Facts, factors, usual_classes
from costcalc.papers.verify.rows import counted
from costcalc.source.nodes import Text

#: Arguments of a block that a table of its inside leaves open: any expansion, a stride that shows.
_ARGUMENTS = {"t": 6, "s": 2, "n": 1, "stride": 2}


def called_blocks(spec: Spec, count: int) -> list[Facts | None]:
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
        _called(row, binding, arrival.map.shape)
        if isinstance(row, Call)
        else _applied(spec, binding, graph.layers[arrival.layer])
        for row, arrival in rows
    ]


def _called(row: Call, binding: Mapping[str, Any], x: Shape) -> Facts:
    """A row that calls a block."""
    scope = {**binding, "in": x.channels}
    arguments = {name: _plain(value.evaluate(scope)) for name, value in row.arguments.items()}
    return Facts(x, None, row.block, arguments=arguments)


def _applied(spec: Spec, binding: Mapping[str, Any], layer: Layer) -> Facts:
    """A row that is one operator, among rows of blocks."""
    stride = (layer.stride or (1, 1))[0]
    return Facts(
        layer.input,
        layer.output,
        layer.operator,
        layer.kernel or layer.input[:2],
        (stride, stride),
        None,
        {"n": 1, "s": stride, "c": layer.output.channels},
        {},
        {"k": binding.get("classes", 1)},  # how such tables name the number of classes
        usual_classes(spec),
    )


def _plain(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) else value


def block_facts(
    spec: Spec, name: str, cells: Sequence[Sequence[str]], choice: dict[str, Any]
) -> list[Facts | None]:
    """The layers on the main way through one block, at free height, width and channels.

    ``cells`` are the printed rows; the first input and the last output name the symbols.
    """
    block = find_block(spec, name)
    if block is None:
        raise Cannot(f"{spec.name} has no block {name!r}")
    inside, outside = factors(cells[0][0])[-1], factors(cells[-1][-1])[-1]
    symbols: dict[str, Number] = {
        n: free_symbol(n) for n in ("h", "w", "alpha", inside, _spelled(outside))
    }
    symbols |= {n: v for n, v in _ARGUMENTS.items() if n in spec.blocks[block].takes}
    symbols.setdefault("s", 2)
    place = Place(spec.file)
    arguments = {
        argument: _constant(_ARGUMENTS.get(argument, symbols[_spelled(outside)]), place)
        for argument in spec.blocks[block].takes
    }
    call = Call(place, NO_COLUMNS, block, arguments, {}, None)
    height, width, channels = (_constant(symbols[name], place) for name in ("h", "w", inside))
    alone = spec._replace(
        layers=(call,),
        input=(height, width, channels),
    )
    binding = {n: v for n, v in {**spec.defaults(), **choice}.items() if n != "alpha"}
    try:
        graph = build(alone, binding)
    except CostcalcError as error:
        raise Cannot(error.problems[0].message) from None
    weighted = [layer for layer in graph.layers if layer.operator in WEIGHTED]
    if len(weighted) not in (len(cells), len(cells) + 1):  # one more: a shortcut
        raise Cannot(f"{len(cells)} rows are printed, the block has {len(weighted)} layers")
    return [
        Facts(
            Shape(*map(exact, layer.input)),
            Shape(*map(exact, layer.output)),
            layer.operator,
            layer.kernel,
            layer.stride,
            symbols=symbols,
        )
        for layer in weighted[: len(cells)]
    ]


def _spelled(name: str) -> str:
    return name.replace("’", "_out").replace("'", "_out")


def _constant(value: Any, place: Place) -> Value:
    return Value(lambda scope: value, frozenset(), Text(place, str(value)), True)
