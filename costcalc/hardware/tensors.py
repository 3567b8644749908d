"""Tensors: which maps of a network lie in memory, and from which step to which.

A step is a layer, in the order of the file. A tensor lives from the step that writes it to the last
that reads it; the network's inputs live from the first step on, and its outputs to the last. A
layer's inputs and its output are live together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from costcalc.algebra.numbers import Number, compare, divide
from costcalc.algebra.polynomial import Polynomial, surely_not_negative
from costcalc.errors import CostcalcError, did_you_mean
from costcalc.graph.layers import INPUT, Graph, Layer
from costcalc.operators import Shape

#: Rows that only say how a map is seen: they never make a tensor.
VIEWS = frozenset({"dropout", "flatten", "reshape", "tokens"})

#: Rows that write each element where they read it, if nothing else reads that.
ELEMENTWISE = frozenset(
    {
        "bn",
        "elu",
        "gelu",
        "hardtanh",
        "hsigmoid",
        "hswish",
        "leaky",
        "mish",
        "prelu",
        "relu",
        "relu6",
        "scale",
        "selu",
        "shift",
        "sigmoid",
        "softplus",
        "swish",
        "tanh",
    }
)


#: The place in memory of a map that is learned: it is read where the weights lie.
NOTHING = Shape(0, 0, 0)


class Rule(NamedTuple):
    """What lies in memory at a step. ``in_place``: a depthwise convolution writes each channel into
    what it read for it; ``held``: what waits for an addition counts while a depthwise convolution
    runs, and at no other step."""

    name: str
    meaning: str
    in_place: bool = False
    held: bool = False


RULES = {
    rule.name: rule
    for rule in (
        Rule("live", "every tensor from the layer that writes it to its last reader"),
        Rule(
            "depthwise in place",
            "as live, but a depthwise convolution writes each channel where it read it (MCUNetV2)",
            in_place=True,
        ),
        Rule(
            "residual held",
            "a layer's inputs and output; what waits for an addition only beside a depthwise "
            "convolution, as mcunet counts",
            held=True,
        ),
    )
}


def as_rule(name: str) -> Rule:
    """:raises CostcalcError: no rule is called so."""
    if name not in RULES:
        raise CostcalcError(f"no rule is called {name!r}", did_you_mean(name, RULES))
    return RULES[name]


class Tensor(NamedTuple):
    """A map in memory: the layer that writes it, the steps at which it lives, and who reads it.

    What is written into the place of another lives from the next step on.
    """

    name: str
    shape: Shape
    first: int
    last: int
    readers: tuple[int, ...] = ()


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
    for step, layer in enumerate(graph.layers):
        place = of[layer.inputs[0]] if layer.inputs else len(given)
        sources = given[place] if layer.inputs else []
        others = {r for s in sources for r in readers[s]} - {*sources, step}
        free = not others and outputs.isdisjoint(sources)
        if layer.inputs and _stays(layer, free):
            given[place].append(step)
        else:
            place = len(given)
            given.append([step])
            made.append((step, layer.path, layer.output if layer.inputs else NOTHING))
            if rule.in_place and free and _fits_channelwise(layer, decide):
                inside.add(place)
        of[step] = place
    lives = (_life(given[i], readers, outputs, len(graph.layers)) for i in range(len(made)))
    tensors = (
        Tensor(name, shape, source + 1 if place in inside else max(source, 0), *life)
        for place, ((source, name, shape), life) in enumerate(zip(made, lives, strict=True))
    )
    return Plan(tuple(tensors), of)


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
        yield sorted(used, key=place.__getitem__)


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
) -> tuple[int, tuple[int, ...]]:
    """The last step at which a tensor lives, and all that read it."""
    read = sorted({r for s in sources for r in readers[s]})
    end = [steps - 1] if outputs.intersection(sources) else []
    return max([*sources, *read, *end]), tuple(read)


def _stays(layer: Layer, free: bool) -> bool:
    """Whether a layer writes no tensor of its own; ``free``: nothing else reads what it does."""
    alike = layer.operator in ELEMENTWISE and layer.input == layer.output
    return layer.operator in VIEWS or (free and alike)


def _fits_channelwise(layer: Layer, decide: Decide) -> bool:
    """Whether each channel that leaves fits where the one that it is made of was."""
    y, x = layer.output, layer.input
    if layer.operator != "dwconv":
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
