"""Networks at bindings, and what they cost before any convention has spoken: one vector each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from costcalc.algebra.evaluation import evaluate
from costcalc.algebra.numbers import Number, constant, whole
from costcalc.algebra.sums import NoClosedForm, sum_over
from costcalc.analysis.existence import folded
from costcalc.errors import CostcalcError
from costcalc.graph.build import build
from costcalc.graph.depth import WEIGHTED, depths
from costcalc.graph.layers import Graph, Layer
from costcalc.graph.selection import Cannot, Target, select, units
from costcalc.language import Spec
from costcalc.language.parameters import Binding, numbers_of
from costcalc.operators.tags import Tag
from costcalc.papers.claims.claims import STATED
from costcalc.papers.claims.targets import load

#: A cost before weighing: tag → amount. Two amounts that are no tags are kept beside them.
Vector = Mapping[str, int]
CONV_OUTPUT = "conv output"  # elements that convolutions give
FC_OUTPUT = "fc output"
_CONVOLUTIONS = (Tag.CONV_MAC, Tag.TRANSPOSED_CONV_MAC)


def vector(layers: Sequence[Layer]) -> Vector:
    """The tagged terms of layers, added up tag by tag."""
    sums: defaultdict[str, Any] = defaultdict(int)
    for layer in layers:
        for tag in layer.terms:
            sums[tag] += layer.terms.amount(tag) * layer.times
        if any(tag in layer.terms for tag in _CONVOLUTIONS):
            sums[CONV_OUTPUT] += _outputs(layer)
        if Tag.FC_MAC in layer.terms:
            sums[FC_OUTPUT] += _outputs(layer)
    return sums


def _outputs(layer: Layer) -> Number:
    """The elements that a layer gives, in all its rounds.

    :raises NoClosedForm: they are no polynomial in the round.
    """
    elements: Number = layer.output.elements
    for index, count in layer.ranges:
        elements = sum_over(elements, index, count)
    return elements * layer.times


class Networks:
    """Loads each network once and builds each binding once."""

    def __init__(self) -> None:
        self._loaded: dict[str, Spec] = {}
        self._bindings: dict[object, Binding] = {}
        self._graphs: dict[object, Graph] = {}
        self._vectors: dict[object, Vector] = {}
        self._free: dict[object, Mapping[str, Number] | None] = {}

    def load(self, spec: str) -> Spec:
        """The network of that name; a claims file that names none was refused."""
        if spec not in self._loaded:
            self._loaded[spec] = load(spec)
        return self._loaded[spec]

    def bound(self, target: Target, values: Mapping[str, str]) -> Target:
        """The target with those of ``values`` bound that mean something to its network: what a
        page leaves open for some of its networks is not for others to choose."""
        parameters = self.load(target.spec).parameters
        at = dict(target.at)
        for name, value in values.items():
            with suppress(CostcalcError):
                if name in parameters:
                    parameters[name].bind(value)
                    at[name] = value
        return target._replace(at=at)

    def binding(self, spec: str, at: Mapping[str, str]) -> Binding:
        """What ``at`` binds, and the defaults of the other parameters.

        :raises Cannot: it is no binding of the network.
        """
        key = (spec, tuple(at.items()))
        if key not in self._bindings:
            try:
                self._bindings[key] = self.load(spec).binding(at)
            except CostcalcError as error:
                raise Cannot(error.problems[0].message) from None
        return self._bindings[key]

    def graph(self, spec: str, at: Mapping[str, str]) -> Graph:
        """The network at a binding; parameters that ``at`` lacks are at their defaults.

        :raises Cannot: the network does not exist there.
        """
        binding = self.binding(spec, at)
        key = (spec, tuple(binding.items()))
        if key not in self._graphs:
            try:
                self._graphs[key] = build(self.load(spec), binding)
            except CostcalcError as error:
                raise Cannot(error.problems[0].message) from None
        return self._graphs[key]

    def layers(self, target: Target) -> list[Layer]:
        """The layers that a target speaks of."""
        return _selected(self.graph(target.spec, target.at), target)

    def vector(self, target: Target) -> Vector:
        """The unweighed cost of a target.

        The number of classes is left free while a network is built, so that other class counts
        need no other build.
        """
        binding = self.binding(target.spec, target.at)
        key = _key(target, binding)
        if key not in self._vectors:
            forms = self._with_free_classes(target, binding) if "classes" in binding else None
            if forms is None:
                self._vectors[key] = vector(self.layers(target))
            else:
                numbers = numbers_of({"classes": binding["classes"]})
                costs = {tag: whole(evaluate(form, numbers)) for tag, form in forms.items()}
                self._vectors[key] = costs
        return self._vectors[key]

    def _with_free_classes(self, target: Target, binding: Binding) -> Mapping[str, Number] | None:
        """The vector as closed forms in the number of classes; None where that can't be. Of a whole
        network, what repeats is counted once, times its rounds."""
        free = {name: value for name, value in binding.items() if name != "classes"}
        key = _key(target, free)
        if key not in self._free:
            parts = bool(target.group or target.stages or target.until or target.items)
            try:
                graph = (build if parts else folded)(self.load(target.spec), free)
                self._free[key] = vector(_selected(graph, target))
            except (CostcalcError, NoClosedForm):
                self._free[key] = None
        return self._free[key]

    def structure(self, target: Target, metric: str) -> Fraction:
        """A figure that no convention changes, such as a depth, channels or the side of a map.

        :raises Cannot: anything else, such as a time, and layers that do not answer to the target.
        """
        if metric not in STATED:
            raise Cannot(f"{metric} is not counted off the architecture")
        graph = self.graph(target.spec, target.at)
        if metric == "input side":
            return Fraction(constant(graph.input.height))
        if target.items == "input":
            return Fraction(constant(graph.input.channels))
        if metric == "depth":
            depth = depths(graph)
            return Fraction(max(depth[i] for i in select(graph, target)))
        layers = _selected(graph, target)
        if metric == "count":
            return Fraction(len(units(layers)))
        if metric == "kinds":
            kinds = {(layer.operator, layer.kernel) for layer in layers}
            return Fraction(sum(operator in WEIGHTED for operator, _ in kinds))
        values = {_of_unit([layers[i] for i in unit.positions], metric) for unit in units(layers)}
        if len(values) != 1:
            what = "widths" if metric == "channels" else f"{metric}s"
            raise Cannot(f"the layers have {len(values)} different {what}")
        return Fraction(values.pop())


def _of_unit(layers: Sequence[Layer], metric: str) -> int:
    """The channels or the side that leave a unit, or the side of its kernel."""
    first, last = layers[0], layers[-1]
    if metric == "kernel":
        return whole(first.kernel[0]) if first.kernel else 1
    return whole(last.output.channels if metric == "channels" else last.output.height)


def _selected(graph: Graph, target: Target) -> list[Layer]:
    return [graph.layers[i] for i in select(graph, target)]


def _key(target: Target, binding: Binding) -> object:
    """What tells a target at a binding from every other, wherever it is named."""
    picked = (target.spec, target.group, target.stages, target.until, target.items)
    return picked, tuple(binding.items())
