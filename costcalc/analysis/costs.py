"""Costs: what can be asked of a network by name, each with its unit and with what it hangs on.

A cost is a number, or a closed form, of each layer with all its rounds. The network's is their sum,
or, of one that ``is_largest``, their largest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from costcalc.algebra.amounts import amount, byte_amount, time_amount
from costcalc.algebra.numbers import Number, maximum
from costcalc.algebra.result import Json
from costcalc.conventions.convention import Convention
from costcalc.conventions.shelf import Weighing, as_convention
from costcalc.errors import CostcalcError, Undecided, did_you_mean
from costcalc.graph.build import build
from costcalc.graph.layers import Graph, Layer
from costcalc.hardware.elements import TYPES, Elements, Precision, as_elements
from costcalc.hardware.rules import RULES, Rule, as_rule
from costcalc.operators.tags import Terms

if TYPE_CHECKING:
    from costcalc.timing.times import Times

#: What is asked of every network.
MAIN = ("mult_adds", "params")


#: What is no cost, since it is known at a binding only: what to ask for instead.
PLANNED = {"arena": "`costcalc memory` plans it at a binding; `peak` is the least that it takes"}


class Cost(NamedTuple):
    """``hangs_on``: the convention, the sizes of elements, the rule of memory, the device. ``unit``
    is empty where the convention says it."""

    name: str
    unit: str
    meaning: str
    hangs_on: tuple[str, ...]
    is_largest: bool = False

    @property
    def label(self) -> str:
        """``traffic unfused bytes``."""
        name = self.name.replace("_", " ").replace("bops", "BOPs")
        return f"{name} {self.unit}" if self.unit in ("bytes", "fs") else name

    def of_all(self, parts: Iterable[Number]) -> Number:
        """The cost of some layers together."""
        if self.is_largest:
            from costcalc.hardware.maximum import highest  # not on the way of `count`

            return maximum(0, *highest(parts))
        return sum(parts, start=0)


COSTS = {
    cost.name: cost
    for cost in (
        Cost("mult_adds", "", "Mult-Adds, or FLOPs", ("convention",)),
        Cost("params", "", "parameters", ("convention",)),
        Cost("activations", "elements", "outputs of convolutions and fc", ()),
        Cost("features", "bytes", "outputs that are kept, ReLU in place", ("elements",)),
        Cost("flash", "bytes", "weights and biases, BN folded", ("elements",)),
        Cost("traffic", "bytes", "maps and weights that layers move, once each", ("elements",)),
        Cost(
            "traffic_unfused", "bytes", "the same, activations moved once more", ("elements",)
        ),
        Cost("bops", "bit operations", "Mult-Adds × bits × bits", ("convention", "elements")),
        Cost("time", "fs", "by a fit to measured times: time on DEVICE", ("device",)),
        Cost("peak", "bytes", "what is live at once", ("elements", "rule"), is_largest=True),
    )
}  # fmt: skip

#: Names of costs: text with commas between them, or a sequence.
Names: TypeAlias = "str | Sequence[str]"


class Measures(NamedTuple):
    """The costs that are asked for, in order, and what they hang on; ``times`` are a device's."""

    convention: Convention
    names: tuple[str, ...] = MAIN
    elements: Elements = Elements()
    rule: Rule = RULES["live"]
    times: Times | None = None

    @property
    def more(self) -> tuple[str, ...]:
        """Those that are asked for besides Mult-Adds and parameters."""
        return self.names[len(MAIN) :]

    @property
    def in_elements(self) -> bool:
        """Whether one of them hangs on the sizes of elements."""
        return any("elements" in COSTS[name].hangs_on for name in self.names)

    def also(self, names: Iterable[str]) -> Measures:
        """The same, and these.

        :raises CostcalcError: a time on no device.
        """
        every = tuple(dict.fromkeys((*self.names, *names)))
        if "time" in every and self.times is None:
            raise no_device()
        return self._replace(names=every)

    def to_dict(self) -> Json:
        """What JSON says besides the convention; nothing where nothing more is asked for."""
        sizes: Json = {"elements": self.elements.to_dict()} if self.in_elements else {}
        if "peak" in self.names:
            sizes["rule"] = self.rule.name
        units = {"units": {name: COSTS[name].unit for name in self.more}} if self.more else {}
        by = {} if self.times is None else {"times": self.times.to_dict()}
        return {**sizes, **by, **units}


def as_measures(
    weighing: Weighing | Measures,
    cost: Names = (),
    elements: Precision = "int8",
    rule: str = "live",
) -> Measures:
    """What is asked for: ``cost`` names what is, besides Mult-Adds and parameters.

    :raises CostcalcError: an unknown convention, cost, precision, rule or device.
    """
    if isinstance(weighing, Measures):
        return weighing
    names, times = cost.split(",") if isinstance(cost, str) else [*cost], None
    for i, name in enumerate(names):
        words = name.split(maxsplit=2)
        if words[:1] == ["time"]:
            times, names[i] = _on(words), "time"
    own = (as_elements(elements), as_rule(rule), times)
    found = Measures(as_convention(weighing), MAIN, *own)
    return found.also(named(name) for name in names if name)


def _on(words: list[str]) -> Times:
    """The times of ``time on DEVICE``.

    :raises CostcalcError: no device is named, or it has none.
    """
    from costcalc.timing.times import times_of  # not on the way of `count`

    if words[1:2] != ["on"] or len(words) < 3:
        raise no_device()
    return times_of(words[2])


def no_device() -> CostcalcError:
    """That a time is asked for, and no device is named."""
    hint = "time on FILE: a device that `costcalc calibrate` wrote, or that ships with times"
    return CostcalcError("a time is that on a device", hint)


def named(name: str) -> str:
    """A cost by its name, or as people write it: ``traffic, unfused`` is ``traffic unfused``.

    :raises CostcalcError: there is none of that name.
    """
    known = "_".join(name.lower().replace("-", " ").replace("_", " ").split())
    if known not in COSTS:
        hint = PLANNED.get(known) or did_you_mean(known, COSTS)
        raise CostcalcError(f"no cost is called {name.strip()!r}", hint)
    return known


def cost_amount(name: str, text: str | int | Fraction) -> int | Fraction:
    """So much of a cost, as people write it: ``6M``, ``256KiB`` of one in bytes, ``100ms``.

    :raises CostcalcError: it is no amount of it.
    """
    return {"bytes": byte_amount, "fs": time_amount}.get(COSTS[name].unit, amount)(text)


def of_layers(graph: Graph, measures: Measures) -> Iterator[tuple[Number, ...]]:
    """The costs of each layer, in the order of their names.

    :raises Undecided: one has no closed form in the parameters that are free.
    """
    weigh = measures.convention
    if not measures.more:
        for layer in graph.layers:
            work, params = weigh.work(layer.terms), weigh.parameters(layer.terms)
            yield (work, params) if layer.times == 1 else (work * layer.times, params * layer.times)
        return
    yield from zip(*(_column(name, graph, measures) for name in measures.names), strict=True)


def costed(graph: Graph, measures: Measures) -> tuple[Graph, list[tuple[Number, ...]]]:
    """A folded graph with the costs of its layers; where one of them is not the same in all rounds,
    the graph with every round written out.

    :raises Undecided: a cost has no closed form in the parameters that are free.
    """
    try:
        return graph, [*of_layers(graph, measures)]
    except Undecided as undecided:
        try:
            unrolled = build(graph.spec, graph.binding) if measures.more else graph
            return unrolled, [*of_layers(unrolled, measures)]
        except Undecided:
            raise undecided from None


def _column(name: str, graph: Graph, measures: Measures) -> Iterator[Number]:
    """One cost of each layer."""
    from costcalc.hardware import traffic  # not on the way of `count`

    weigh, elements = measures.convention, measures.elements
    if name == "peak":
        from costcalc.hardware.maximum import staircase

        if any(layer.times != 1 for layer in graph.layers) or any(
            junction.condition is None for junction in graph.junctions
        ):
            message = f"the peak of {graph.spec.name} has no closed form over rounds"
            raise Undecided(message, "bind their number")
        yield from staircase(graph, elements, measures.rule)
        return
    each: Iterator[Number]
    by_name: dict[str, Callable[[Layer], Number]] = {
        "mult_adds": lambda layer: weigh.work(layer.terms),
        "params": lambda layer: weigh.parameters(layer.terms),
        "activations": traffic.activations,
        "time": lambda layer: _time(layer, measures),
    }
    if name.startswith("traffic"):
        fused = name == "traffic"
        each = (sum(one, start=0) for one in traffic.moved(graph, elements, fused=fused))
    elif name in by_name:
        each = map(by_name[name], graph.layers)
    else:
        each = _typed(name, graph, measures)
    for cost, layer in zip(each, graph.layers, strict=True):
        yield cost * layer.times


def _typed(name: str, graph: Graph, measures: Measures) -> Iterator[Number]:
    """A cost of one round of each layer that hangs on the types of its numbers."""
    from costcalc.hardware import traffic
    from costcalc.hardware.precision import types_of

    types = types_of(graph, measures.elements)
    for i, (layer, own) in enumerate(zip(graph.layers, types.layers, strict=True)):
        if name == "features":
            yield traffic.features(layer, types.maps[i])
        elif name == "flash":
            yield traffic.flash(layer, own, traffic.kept(layer))
        else:
            yield _bit_operations(layer.terms, measures.convention, own)


def _time(layer: Layer, measures: Measures) -> Number:
    """The femtoseconds of one round of a layer."""
    from costcalc.timing.fit import amounts

    assert measures.times is not None
    taken = amounts(layer)
    each = measures.times.femtoseconds.items()
    return sum((fs * taken[name] for name, fs in each if name in taken), start=0)


def _bit_operations(terms: Terms, convention: Convention, types: Elements) -> Number:
    """Mult-Adds times the bits of both factors; of two maps, both are activations."""
    weights, activations = TYPES[types.weights], TYPES[types.activations]
    of_maps = Terms((key, terms[key]) for key in terms if key.startswith("matmul"))
    both = convention.work(of_maps)
    return (
        convention.work(terms) - both
    ) * weights * activations + both * activations * activations
