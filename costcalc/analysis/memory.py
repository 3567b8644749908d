"""Memory: the peak of a network's tensors, the step that holds it, and what is stored in flash."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from costcalc.algebra.numbers import constant
from costcalc.algebra.result import Json, Result, whole_or_text
from costcalc.conventions.shelf import DEFAULT, as_convention
from costcalc.errors import CostcalcError, did_you_mean
from costcalc.graph.build import build
from costcalc.graph.layers import Graph
from costcalc.graph.loading import Source, as_spec
from costcalc.hardware.arena import PLANNERS, Buffer, arena_bytes, of_operations
from costcalc.hardware.elements import Elements, Precision, Types, as_elements, packed
from costcalc.hardware.order import ORDERS, best_order, reordered
from costcalc.hardware.patches import Patches, as_grid, by_patches, stage
from costcalc.hardware.precision import types_of
from costcalc.hardware.rules import RULES, Rule, as_rule
from costcalc.hardware.tensors import Plan, plan, sizes_of, stairs
from costcalc.hardware.traffic import activations, intensity, kept, moved
from costcalc.language.parameters import Bound, given, texts_of
from costcalc.operators import Shape


class Live(NamedTuple):
    """A tensor that is live at a step, and its bytes."""

    tensor: str
    bytes: int


class Step(NamedTuple):
    """One layer as it runs: what is live, and what it moves; all in bytes."""

    name: str
    live_bytes: int
    read_bytes: int
    written_bytes: int
    weights_bytes: int
    mult_adds: int

    @property
    def traffic_bytes(self) -> int:
        return self.read_bytes + self.written_bytes + self.weights_bytes

    @property
    def intensity(self) -> Fraction | None:
        """Operations per byte; None where nothing moves."""
        return intensity(self.mult_adds, self.traffic_bytes)

    def to_dict(self) -> Json:
        ratio = self.intensity
        return {**self._asdict(), "intensity": None if ratio is None else whole_or_text(ratio)}


class Peak(NamedTuple):
    """The most bytes that are live at once, the first step that has them, and what they are."""

    bytes: int
    step: str
    live: tuple[Live, ...]


class Flash(NamedTuple):
    """What is stored, weights that several layers use once; in bytes."""

    weights_bytes: int
    biases_bytes: int

    @property
    def bytes(self) -> int:
        return sum(self)


@dataclass(frozen=True, repr=False)
class Memory(Result, says="spec peak_bytes flash_bytes parameters"):
    """The memory that a network needs at a binding, in bytes, under a rule.

    ``activations`` are elements: the outputs of convolutions and fully connected layers.
    ``live`` is what is live at each step. ``flash`` is what is stored: weights and biases, with
    every BN folded that can be.
    """

    spec: str
    parameters: Mapping[str, Bound]
    elements: Elements
    rule: Rule
    live: tuple[tuple[Live, ...], ...]
    arena: tuple[str, int] | None
    flash: Flash
    activations: int
    steps: tuple[Step, ...]
    order: str = "file"
    patches: Patches | None = None

    @cached_property
    def peak(self) -> Peak:
        most = max((step.live_bytes for step in self.steps), default=0)
        if not most:
            return Peak(0, "", ())
        i = [step.live_bytes for step in self.steps].index(most)
        return Peak(most, self.steps[i].name, self.live[i])

    @property
    def peak_bytes(self) -> int:
        return self.peak.bytes

    @property
    def flash_bytes(self) -> int:
        return self.flash.bytes

    @property
    def traffic_bytes(self) -> int:
        """All bytes that its layers move."""
        return sum(step.traffic_bytes for step in self.steps)

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc memory --format json``."""
        planned = self.arena
        return {
            "spec": self.spec,
            "parameters": texts_of(self.parameters),
            "elements": self.elements.to_dict(),
            "rule": self.rule.name,
            "order": self.order,
            "peak": {
                "bytes": self.peak_bytes,
                "step": self.peak.step,
                "live": [tensor._asdict() for tensor in self.peak.live],
            },
            "arena": None if planned is None else {"planner": planned[0], "bytes": planned[1]},
            "flash_bytes": self.flash_bytes,
            "weights_bytes": self.flash.weights_bytes,
            "activations": self.activations,
            "traffic_bytes": self.traffic_bytes,
            "layers": [step.to_dict() for step in self.steps],
            **({"patches": self.patches._asdict()} if self.patches else {}),
        }


def memory(
    spec: Source,
    *,
    elements: Precision = "int8",
    rule: str = "live",
    in_place: str = "",
    order: str = "file",
    patches: str = "",
    until: str = "",
    planner: str = "tflm",
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Memory:
    """The memory that a network needs: what ``costcalc memory`` does.

    ``elements`` names a precision or the type of each part
    (:func:`~costcalc.hardware.elements.as_elements`), ``rule`` what lies in memory
    (:data:`~costcalc.hardware.rules.RULES`), ``in_place`` what writes where it reads besides
    (``"add,dwconv"``), ``order`` how the layers run (:data:`~costcalc.hardware.order.ORDERS`),
    ``planner`` where tensors are put in the arena (:data:`~costcalc.hardware.arena.PLANNERS`),
    which is planned under the rule ``live`` only. ``patches``, such as ``"4x4"``, says in how many
    rows and columns the layers ``until`` one of that name run (:mod:`~costcalc.hardware.patches`).

    :raises CostcalcError: a bad value, an unknown name, or layers that do not fit together there.
    """
    _known(order, ORDERS, "order")
    _known(planner, PLANNERS, "planner")
    network = as_spec(spec)
    values = given(values, alpha, delta, rho, resolution, classes, **parameters)
    graph = build(network, network.binding(values))
    said, told = as_rule(rule, in_place), as_elements(elements)
    run = _in_best_order if order == "best" else memory_of
    found = run(graph, told, said, planner)
    return _patched(found, graph, patches, until) if patches or until else found


def _known(name: str, names: Collection[str], what: str) -> None:
    if name not in names:
        raise CostcalcError(f"no {what} is called {name!r}", did_you_mean(name, names))


def _in_best_order(graph: Graph, elements: Elements, rule: Rule, planner: str) -> Memory:
    """The memory in an order of the least peak."""
    if rule.held:
        message = f"the rule {rule.name} has no best order"
        raise CostcalcError(message, "what is live hangs on the order under another rule only")
    types = types_of(graph, elements)
    steps, proven = best_order(graph, rule, types)
    own = types.reordered(steps)
    found = memory_of(reordered(graph, steps), elements, rule, planner, own)
    return replace(found, order="best" if proven else "best found")


def memory_of(
    graph: Graph, elements: Elements, rule: Rule, planner: str, types: Types | None = None
) -> Memory:
    """The memory of a fully bound, unrolled graph."""
    types = types_of(graph, types or elements)
    planned, counted = plan(graph, rule, types), as_convention(DEFAULT)
    sizes = dict(zip(planned.tensors, sizes_of(planned), strict=True))
    live = [
        tuple(Live(tensor.name, sizes[tensor]) for tensor in tensors)
        for tensors in stairs(graph, planned, rule)
    ]
    each = zip(graph.layers, live, moved(graph, types, fused=True), strict=True)
    steps = (
        Step(
            *(layer.path, sum(tensor.bytes for tensor in tensors)),
            *(int(constant(x)) for x in (*own, counted.work(layer.terms))),
        )
        for layer, tensors, own in each
    )
    return Memory(
        *(graph.spec.name, graph.binding, elements, rule, tuple(live)),
        _arena(graph, planned, types, planner) if rule is RULES["live"] else None,
        _flash(graph, types),
        sum(int(constant(activations(layer))) for layer in graph.layers),
        tuple(steps),
    )


def _arena(graph: Graph, planned: Plan, types: Types, planner: str) -> tuple[str, int]:
    def bytes_of(source: int, x: Shape) -> int:
        return packed(types.maps[source], int(constant(x.elements)))

    whole = frozenset(source for source, type_ in types.maps.items() if type_.startswith("int"))
    buffers = of_operations(graph, bytes_of, whole)
    if planner == "none":
        sizes = zip(sizes_of(planned), planned.tensors, strict=True)
        buffers = [Buffer(size, t.first, t.last) for size, t in sizes]
    return planner, arena_bytes(buffers, planner)


def _patched(found: Memory, graph: Graph, patches: str, until: str) -> Memory:
    """The same with the layers up to one patch by patch; the weights are read for each."""
    if not patches or not until:
        raise CostcalcError("patches and until belong together", "--patches 4x4 --until NAME")
    if found.order != "file":
        raise CostcalcError("patches run in the order of the file", "leave --order out")
    grid, last = as_grid(patches), stage(graph, until)
    ran = by_patches(graph, types_of(graph, found.elements), found.rule, grid, last)
    steps, live = [*found.steps], [*found.live]
    for i, own in enumerate(ran):
        step, whole = steps[i], int(constant(graph.layers[i].output.elements))
        moves = step.read_bytes or step.written_bytes  # else it is in place
        steps[i] = Step(
            *(step.name, own.live_bytes),
            *((own.read_bytes, own.written_bytes) if moves else (0, 0)),
            step.weights_bytes * grid[0] * grid[1],
            step.mult_adds * own.given // whole,
        )
        live[i] = tuple(Live(*tensor) for tensor in own.live)
    stage_bytes = max(own.live_bytes for own in ran)
    work, once = (sum(step.mult_adds for step in many[: last + 1]) for many in (steps, found.steps))
    said = Patches(grid, graph.layers[last].path, stage_bytes, work, work - once)
    return replace(found, steps=tuple(steps), live=tuple(live), arena=None, patches=said)


def _flash(graph: Graph, types: Types) -> Flash:
    weights, biases = 0, 0
    for layer, own in zip(graph.layers, types.layers, strict=True):
        parameters = kept(layer)
        weights += packed(own.weights, int(constant(parameters.weights)))
        biases += packed(own.biases, int(constant(parameters.biases)))
    return Flash(weights, biases)
