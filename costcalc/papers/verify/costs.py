"""Networks at bindings, and what they cost before any convention has spoken: one vector each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from costcalc.algebra.evaluation import evaluate
from costcalc.algebra.numbers import Number, constant, whole
from costcalc.errors import CostcalcError
from costcalc.graph.build import Graph, Layer, build
from costcalc.graph.depth import depths
from costcalc.graph.selection import Cannot, Target, select, units
from costcalc.language import Spec
from costcalc.language.parameters import numbers_of
from costcalc.operators.tags import Tag
from costcalc.papers.claims.claims import STRUCTURAL
from costcalc.papers.claims.targets import load

#: A cost before weighing: tag → amount. Two amounts that are no tags are kept beside them.
Vector = Mapping[str, int]
CONV_OUTPUT = "conv output"  # elements that convolutions give
FC_OUTPUT = "fc output"
_CONVOLUTIONS = (Tag.CONV_MAC, Tag.TRANSPOSED_CONV_MAC)


def vector(layers: Sequence[Layer]) -> Vector:
    """The tagged terms of layers, added up tag by tag."""
    sums: dict[str, Any] = {}
    for layer in layers:
        for tag in layer.terms:
            sums[tag] = sums.get(tag, 0) + layer.terms.amount(tag) * layer.times
        if any(tag in layer.terms for tag in _CONVOLUTIONS):
            sums[CONV_OUTPUT] = sums.get(CONV_OUTPUT, 0) + layer.output.elements
        if Tag.FC_MAC in layer.terms:
            sums[FC_OUTPUT] = sums.get(FC_OUTPUT, 0) + layer.output.elements
    return sums


class Networks:
    """Loads each network once and builds each binding once."""

    def __init__(self) -> None:
        self._loaded: dict[str, Spec | str] = {}
        self._graphs: dict[object, Graph | str] = {}
        self._vectors: dict[object, Vector] = {}
        self._free: dict[object, Mapping[str, Number] | None] = {}
        self._depths: dict[object, tuple[int, ...]] = {}

    def load(self, spec: str) -> Spec:
        """The network of that name.

        :raises Cannot: there is none, or its file has problems.
        """
        if spec not in self._loaded:
            try:
                self._loaded[spec] = load(spec)
            except CostcalcError as error:
                self._loaded[spec] = error.problems[0].message
        loaded = self._loaded[spec]
        if isinstance(loaded, str):
            raise Cannot(loaded)
        return loaded

    def has(self, spec: str, parameter: str) -> bool:
        """Whether the network has the parameter. False where there is no such network."""
        try:
            return parameter in self.load(spec).parameters
        except Cannot:
            return False

    def accepted(self, spec: str, values: Mapping[str, str]) -> dict[str, str]:
        """Those of ``values`` that mean something to the network: what a page leaves open for
        some of its networks is not for others to choose."""
        try:
            parameters = self.load(spec).parameters
        except Cannot:
            return {}
        accepted = {}
        for name, value in values.items():
            with suppress(CostcalcError):
                if name in parameters:
                    parameters[name].bind(value)
                    accepted[name] = value
        return accepted

    def graph(self, spec: str, at: Mapping[str, str]) -> Graph:
        """The network at a binding; parameters that ``at`` lacks are at their defaults.

        :raises Cannot: the network does not exist there.
        """
        key = (spec, tuple(sorted(at.items())))
        if key not in self._graphs:
            loaded = self.load(spec)
            try:
                binding = loaded.binding(at)
                self._graphs[key] = build(loaded, binding)
            except CostcalcError as error:
                self._graphs[key] = error.problems[0].message
        graph = self._graphs[key]
        if isinstance(graph, str):
            raise Cannot(graph)
        return graph

    def layers(self, target: Target, extra: Mapping[str, str]) -> list[Layer]:
        """The layers that a target speaks of, at its binding and the ``extra`` one."""
        graph = self.graph(target.spec, {**target.at, **extra})
        return [graph.layers[i] for i in select(graph, target)]

    def vector(self, target: Target, extra: Mapping[str, str] | None = None) -> Vector:
        """The unweighed cost of a target.

        The number of classes is left free while a network is built, so that other class counts
        need no other build.
        """
        at = {**target.at, **(extra or {})}
        picked = (target.spec, target.group, target.stages, target.until, target.items)
        key = (picked, tuple(sorted(at.items())))
        if key not in self._vectors:
            parameter = self.load(target.spec).parameters.get("classes")
            classes = at.pop("classes", None)
            free = (picked, tuple(sorted(at.items())))
            if free not in self._free:
                self._free[free] = self._with_free_classes(target._replace(at=at))
            forms = self._free[free]
            if forms is None or parameter is None:
                bound = at if classes is None else {**at, "classes": classes}
                self._vectors[key] = vector(self.layers(target._replace(at=bound), {}))
            else:
                value = parameter.bind(classes or parameter.default)
                bound_to = numbers_of({"classes": value})
                own = {k: whole(evaluate(v, bound_to)) for k, v in forms.items()}
                self._vectors[key] = own
        return self._vectors[key]

    def _with_free_classes(self, target: Target) -> Mapping[str, Number] | None:
        """The vector as closed forms in the number of classes; None where that can't be."""
        loaded = self.load(target.spec)
        if "classes" not in loaded.parameters:
            return None
        try:
            binding = loaded.binding(target.at)
            del binding["classes"]
            graph = build(loaded, binding)
            return vector([graph.layers[i] for i in select(graph, target)])
        except CostcalcError:
            return None

    def structure(self, target: Target, metric: str, extra: Mapping[str, str]) -> Fraction:
        """A figure that no convention changes: depth, channels, count, input side.

        :raises Cannot: anything else, such as a time, and layers that do not answer to the target.
        """
        if metric not in STRUCTURAL:
            raise Cannot(f"{metric} is not counted off the architecture")
        graph = self.graph(target.spec, {**target.at, **extra})
        if metric == "input side":
            return Fraction(constant(graph.input.height))
        if target.items == "input":
            return Fraction(constant(graph.input.channels))
        chosen = select(graph, target)
        layers = [graph.layers[i] for i in chosen]
        if metric == "channels":
            widths = {unit_output(layers, unit.positions) for unit in units(layers)}
            if len(widths) != 1:
                raise Cannot(f"the layers have {len(widths)} different widths")
            return Fraction(widths.pop())
        if metric == "count":
            return Fraction(len(units(layers)))
        return Fraction(max(self._depth(graph)[i] for i in chosen))

    def _depth(self, graph: Graph) -> tuple[int, ...]:
        key = id(graph)  # graphs are kept, so no id is used twice
        if key not in self._depths:
            self._depths[key] = depths(graph)
        return self._depths[key]


def unit_output(layers: Sequence[Layer], positions: tuple[int, ...]) -> int:
    """The channels that leave a unit."""
    return whole(layers[positions[-1]].output.channels)
