"""Tensors: which maps of a network lie in memory, and from which step to which.

A step is a layer, in the order of the file. A tensor lives from the step that writes it to the last
that reads it; the network's inputs live from the first step on, and its outputs to the last. A
layer's inputs and its output are live together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from costcalc.algebra.evaluation import surely_not_negative
from costcalc.algebra.numbers import Number, compare, constant, divide
from costcalc.algebra.polynomial import Polynomial
from costcalc.graph.layers import INPUT, Graph, Layer
from costcalc.hardware.elements import Elements
from costcalc.hardware.rules import CHANNELWISE, MERGING, Rule
from costcalc.operators import Shape
from costcalc.operators.elementwise import ACTIVATIONS

#: Rows that only say how a map is seen: they never make a tensor.
VIEWS = frozenset({"dropout", "flatten", "reshape", "tokens"})

#: Rows that write each element where they read it, if nothing else reads that.
ELEMENTWISE = frozenset({*ACTIVATIONS, "bn", "scale", "shift"})

#: The place in memory of a map that is learned: it is read where the weights lie.
NOTHING = Shape(0, 0, 0)


class Tensor(NamedTuple):
    """A map in memory: the layer that begins it, the steps at which it lives, who reads it, and all
    ``sources`` that lie in it; ``kept`` are outputs of the network.

    What is written into the place of another lives from the next step on.
    """

    name: str
    shape: Shape
    first: int
    last: int
    readers: tuple[int, ...]
    sources: tuple[int, ...]
    kept: bool


class Plan(NamedTuple):
    """The tensors of a network in the order in which they are written, its inputs first; ``of`` is
    the place in it of what each source gives."""

    tensors: tuple[Tensor, ...]
    of: dict[int, int]

    def read(self, layer: Layer) -> list[Tensor]:
        """What a layer reads, each tensor once."""
        return [self.tensors[i] for i in dict.fromkeys(self.of[source] for source in layer.inputs)]


#: What is so, where a comparison of numbers or of closed forms says it.
Decide = Callable[[bool | Number], bool]


def plan(graph: Graph, rule: Rule, decide: Decide = bool) -> Plan:
    """The tensors of an unrolled graph without junctions, and what free parameters leave open
    decided."""
    entered = {INPUT - k: (name, shape) for k, (name, shape) in enumerate(graph.inputs.items())}
    readers = _readers(graph, entered)
    outputs = _outputs(graph, readers)
    made = [(source, *tensor) for source, tensor in entered.items()]
    given = [[source] for source in entered]  # the sources that lie in each tensor
    of, inside = {source: place for place, source in enumerate(entered)}, set[int]()

    def is_free(place: int, step: int) -> bool:
        """Whether nothing else needs what lies there."""
        sources = given[place]
        others = {r for s in sources for r in readers[s]} - {*sources, step}
        return not others and outputs.isdisjoint(sources)

    for step, layer in enumerate(graph.layers):
        shapes = [entered[s][1] if s < 0 else graph.layers[s].output for s in layer.inputs]
        into = (
            of[source]
            for source, x in zip(layer.inputs, shapes, strict=True)
            if _writes_into(layer, x, rule, decide)
            if layer.operator in VIEWS or is_free(of[source], step)
        )
        place = next(into, len(given))
        if place == len(given):
            given.append([])
            made.append((step, layer.path, layer.output if layer.inputs else NOTHING))
            fits = layer.operator in rule.in_place and _fits_channelwise(layer, decide)
            if fits and is_free(of[layer.inputs[0]], step):
                inside.add(place)
        given[place].append(step)
        of[step] = place
    lives = (_life(given[i], readers, outputs, len(graph.layers)) for i in range(len(made)))
    tensors = (
        Tensor(name, shape, source + 1 if place in inside else max(source, 0), *life)
        for place, ((source, name, shape), life) in enumerate(zip(made, lives, strict=True))
    )
    return Plan(tuple(tensors), of)


def sizes_of(planned: Plan, elements: Elements) -> list[int]:
    """The bytes of each tensor of a fully bound network."""
    counts = (int(constant(tensor.shape.elements)) for tensor in planned.tensors)
    return [elements.bytes("activations", count) for count in counts]


def stairs(graph: Graph, planned: Plan, rule: Rule) -> Iterator[list[Tensor]]:
    """What counts at each step, in the order in which it was written."""
    begun: dict[int, list[Tensor]] = {}
    for tensor in planned.tensors:
        begun.setdefault(tensor.first, []).append(tensor)
    place = {tensor: i for i, tensor in enumerate(planned.tensors)}
    live: list[Tensor] = []
    for step, layer in enumerate(graph.layers):
        live = [t for t in live if t.last >= step] + begun.get(step, [])
        if not rule.held:
            yield live
            continue
        used = {*planned.read(layer), planned.tensors[planned.of[step]]}
        if layer.operator == "dwconv":
            used |= {t for t in live if _is_added(t, step, graph)}
        yield sorted((t for t in used if t.first <= step), key=place.__getitem__)


def _is_added(tensor: Tensor, step: int, graph: Graph) -> bool:
    return any(r > step and graph.layers[r].operator == "add" for r in tensor.readers)


def _readers(graph: Graph, entered: Iterable[int]) -> dict[int, list[int]]:
    """The layers that read what each source gives, in their order."""
    readers: dict[int, list[int]] = {source: [] for source in (*entered, *range(len(graph.layers)))}
    for step, layer in enumerate(graph.layers):
        for source in dict.fromkeys(layer.inputs):
            readers[source].append(step)
    return readers


def _outputs(graph: Graph, readers: Mapping[int, list[int]]) -> set[int]:
    """The sources of what the network gives: what it names so, and what nothing reads."""
    named = {given.source for given in graph.outputs.values()}
    return named | {source for source, read in readers.items() if not read}


def _life(
    sources: list[int], readers: Mapping[int, list[int]], outputs: set[int], steps: int
) -> tuple[int, tuple[int, ...], tuple[int, ...], bool]:
    """The last step at which a tensor lives, all that read it, and what else is said of it."""
    read, kept = sorted({r for s in sources for r in readers[s]}), bool(outputs & {*sources})
    last = max([*sources, *read, steps - 1 if kept else 0])
    return last, tuple(read), tuple(sources), kept


def _writes_into(layer: Layer, x: Shape, rule: Rule, decide: Decide) -> bool:
    """Whether a layer writes no tensor of its own where nothing else needs a map that it reads."""
    if layer.operator in VIEWS:
        return True
    if layer.operator in MERGING:
        asked = layer.operator in rule.in_place
        pairs = zip(x, layer.output, strict=True)
        return asked and all(decide(compare("==", *pair)) for pair in pairs)
    return layer.operator in ELEMENTWISE and layer.input == layer.output


def _fits_channelwise(layer: Layer, decide: Decide) -> bool:
    """Whether each channel that leaves fits where the one that it is made of was."""
    y, x = layer.output, layer.input
    if layer.operator not in CHANNELWISE:
        return False
    alike = decide(compare("==", divide(y.channels, x.channels), 1))
    within = all(map(_surely_within, y[:2], x[:2]))
    return alike and (within or decide(compare("<=", y.area, x.area)))


def _surely_within(side: Number, other: Number) -> bool:
    """Whether a side is at most another, ⌈R/4⌉ than ⌈R/2⌉: both are rounded alike."""
    below, above = (x.single() if isinstance(x, Polynomial) else None for x in (side, other))
    if below is None or above is None or below.kind not in ("floor", "ceil"):
        return surely_not_negative(other - side)
    rounded = above.args[0] if above.kind == below.kind else other
    return surely_not_negative(rounded - below.args[0])
