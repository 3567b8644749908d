"""Tensors: which maps of a network lie in memory, and from which step to which.

A step is a layer, in the order of the file. A tensor lives from the step that writes it to the last
that reads it; the network's inputs live from the first step on, and its outputs to the last. A
layer's inputs and its output are live together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from costcalc.algebra.evaluation import surely_not_negative
from costcalc.algebra.numbers import Number, compare, constant, divide
from costcalc.algebra.polynomial import Polynomial
from costcalc.graph.layers import INPUT, Graph, Layer
from costcalc.hardware.elements import TYPES, Types, packed
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
    """A map in memory: the layer that begins it, the steps at which it lives, who reads it, all
    ``sources`` that lie in it, and the type of its numbers; ``kept`` are outputs of the network.

    What is written into the place of another lives from the next step on.
    """

    name: str
    shape: Shape
    first: int
    last: int
    readers: tuple[int, ...]
    sources: tuple[int, ...]
    kept: bool
    type: str


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


def plan(graph: Graph, rule: Rule, types: Types | None = None, decide: Decide = bool) -> Plan:
    """The tensors of an unrolled graph without junctions, and what free parameters leave open
    decided; without ``types`` all are alike."""
    return _Planner(graph, rule, types, decide).planned()


class _Planner:
    """Which sources are ``given`` in each tensor, and the tensor ``of`` each source; tensors of
    which the source, the name and the shape are ``made``, some of them ``inside`` of another."""

    def __init__(self, graph: Graph, rule: Rule, types: Types | None, decide: Decide) -> None:
        self.graph, self.rule, self.decide = graph, rule, decide
        self.maps = defaultdict(lambda: "int8") if types is None else types.maps
        entered = {INPUT - k: named for k, named in enumerate(graph.inputs.items())}
        self.readers: dict[int, list[int]] = {s: [] for s in (*entered, *range(len(graph.layers)))}
        for step, layer in enumerate(graph.layers):
            for source in dict.fromkeys(layer.inputs):
                self.readers[source].append(step)
        self.outputs = {given.source for given in graph.outputs.values()}
        self.outputs |= {source for source, read in self.readers.items() if not read}
        self.made = [(source, *tensor) for source, tensor in entered.items()]
        self.given = [[source] for source in entered]
        self.of = {source: place for place, source in enumerate(entered)}
        self.inside = set[int]()

    def planned(self) -> Plan:
        for step, layer in enumerate(self.graph.layers):
            into = (
                source
                for source in layer.inputs
                if self.writes_into(layer, step, source)
                if layer.operator in VIEWS or self.is_free(source, step)
            )
            source = next(into, None)
            self.of[step] = len(self.given) if source is None else self.of[source]
            if source is None:
                self.given.append([])
                self.made.append((step, layer.path, layer.output if layer.inputs else NOTHING))
                if self.lies_inside(layer, step):
                    self.inside.add(self.of[step])
            self.given[self.of[step]].append(step)
        return Plan(tuple(map(self.tensor, range(len(self.made)))), self.of)

    def tensor(self, place: int) -> Tensor:
        source, name, shape = self.made[place]
        sources = self.given[place]
        read = sorted({r for s in sources for r in self.readers[s]})
        kept = not self.outputs.isdisjoint(sources)
        last = max([*sources, *read, len(self.graph.layers) - 1 if kept else 0])
        first = source + 1 if place in self.inside else max(source, 0)
        type_ = self.maps[source]
        return Tensor(name, shape, first, last, tuple(read), tuple(sources), kept, type_)

    def is_free(self, source: int, step: int) -> bool:
        """Whether nothing else needs the tensor that a layer reads."""
        sources = self.given[self.of[source]]
        others = {r for s in sources for r in self.readers[s]} - {*sources, step}
        return not others and self.outputs.isdisjoint(sources)

    def writes_into(self, layer: Layer, step: int, source: int) -> bool:
        """Whether a layer writes no tensor of its own where nothing else needs a map of these that
        it reads."""
        if layer.operator in VIEWS:
            return True
        if layer.operator in MERGING:
            x = self.made[self.of[source]][2] if source < 0 else self.graph.layers[source].output
            asked = layer.operator in self.rule.in_place and self.maps[step] == self.maps[source]
            pairs = zip(x, layer.output, strict=True)
            return asked and all(self.decide(compare("==", *pair)) for pair in pairs)
        return layer.operator in ELEMENTWISE and layer.input == layer.output

    def lies_inside(self, layer: Layer, step: int) -> bool:
        """Whether each channel that leaves is written where the one that it is made of was."""
        if layer.operator not in self.rule.in_place or layer.operator not in CHANNELWISE:
            return False
        y, x, source = layer.output, layer.input, layer.inputs[0]
        narrow = TYPES[self.maps[step]] <= TYPES[self.maps[source]]
        alike = self.decide(compare("==", divide(y.channels, x.channels), 1))
        within = all(map(_surely_within, y[:2], x[:2]))
        fits = narrow and alike and (within or self.decide(compare("<=", y.area, x.area)))
        return fits and self.is_free(source, step)


def sizes_of(planned: Plan) -> list[int]:
    """The bytes of each tensor of a fully bound network."""
    return [packed(t.type, int(constant(t.shape.elements))) for t in planned.tensors]


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


def _surely_within(side: Number, other: Number) -> bool:
    """Whether a side is at most another, ⌈R/4⌉ than ⌈R/2⌉: both are rounded alike."""
    below, above = (x.single() if isinstance(x, Polynomial) else None for x in (side, other))
    if below is None or above is None or below.kind not in ("floor", "ceil"):
        return surely_not_negative(other - side)
    rounded = above.args[0] if above.kind == below.kind else other
    return surely_not_negative(rounded - below.args[0])
