"""Counting: a graph and a convention become exact numbers per layer and in total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.numbers import Number, constant
from costcalc.algebra.result import Json, Result, whole_or_text
from costcalc.analysis.costs import COSTS, MAIN, Measures, Names, as_measures, of_layers
from costcalc.conventions.convention import counting_notes
from costcalc.conventions.shelf import DEFAULT, Convention, Weighing
from costcalc.errors import CostcalcError
from costcalc.graph.build import build
from costcalc.graph.layers import Graph, grouping
from costcalc.graph.loading import Source, as_spec
from costcalc.hardware.elements import Precision
from costcalc.language import Spec
from costcalc.language.parameters import Bound, given, texts_of


class LayerCount(NamedTuple):
    """One layer's cost. Shapes are (height, width, channels); kernel and stride (rows, columns).

    ``inputs`` are the edges: the names of the layers that it reads, or of the network's inputs.
    ``row`` is the spec's row that it comes from, ``path`` its name as a part of that
    (``ir2/conv12``). ``weights`` is the path of the layer whose weights it uses; their parameters
    count there. ``costs`` has what was asked for besides Mult-Adds and parameters.
    """

    name: str
    type: str
    kernel: tuple[Number, Number] | None
    stride: tuple[Number, Number] | None
    groups: Number | None
    input: tuple[Number, ...]
    output: tuple[Number, ...]
    mult_adds: int
    params: int
    group: str
    inputs: tuple[str, ...] = ()
    row: str = ""
    path: str = ""
    weights: str = ""
    costs: Mapping[str, int] = {}

    def cost(self, name: str) -> int:
        """One of its costs."""
        return self.costs[name] if name in self.costs else int(getattr(self, name))

    def to_dict(self) -> Json:
        """As JSON gives it: ``group`` and ``weights`` only where there is one."""
        return {
            "name": self.name,
            "path": self.path,
            "row": self.row,
            "type": self.type,
            "kernel": None if self.kernel is None else list(self.kernel),
            "stride": None
            if self.stride is None
            else [whole_or_text(constant(s)) for s in self.stride],
            "groups": self.groups,
            "input": list(self.input),
            "output": list(self.output),
            "inputs": list(self.inputs),
            "mult_adds": self.mult_adds,
            "params": self.params,
            **self.costs,
            **({"group": self.group} if self.group else {}),
            **({"weights": self.weights} if self.weights else {}),
        }


class GroupCount(NamedTuple):
    """The cost of the layers that have something in common, with their shares of the totals.

    ``costs`` has what was asked for besides Mult-Adds and parameters, ``shares`` theirs.
    """

    name: str
    layers: int
    mult_adds: int
    params: int
    mult_adds_share: Fraction
    params_share: Fraction
    costs: Mapping[str, int] = {}
    shares: Mapping[str, Fraction] = {}

    def cost(self, name: str) -> int:
        """One of its costs."""
        return self.costs[name] if name in self.costs else int(getattr(self, name))

    def share(self, name: str) -> Fraction:
        """Its share of one of the costs."""
        own = self.shares.get(name)
        return getattr(self, f"{name}_share") if own is None else own

    def to_dict(self) -> Json:
        names = (*MAIN, *self.costs)
        return {
            "name": self.name,
            "layers": self.layers,
            **{name: self.cost(name) for name in names},
            **{f"{name}_share": str(self.share(name)) for name in names},
        }


@dataclass(frozen=True, repr=False)
class Count(Result, says="spec mult_adds params parameters convention"):
    """What a network costs at a binding, under a convention. All numbers are exact integers.

    ``unit`` says whether a Mult-Add counts as one MAC or in FLOPs; ``notes`` what may surprise, and
    what the convention leaves open for this network; ``rows`` are those of the spec, some perhaps
    without layers here; ``left_out`` what the convention does not count as parameters; ``inputs``
    are the network's. ``measures`` says what was asked for.
    """

    spec: str
    parameters: Mapping[str, Bound]
    convention: str
    unit: str
    layers: tuple[LayerCount, ...]
    notes: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    inputs: Mapping[str, tuple[Number, ...]] = field(default_factory=dict)
    measures: Measures | None = None

    @property
    def mult_adds(self) -> int:
        return sum(layer.mult_adds for layer in self.layers)

    @property
    def params(self) -> int:
        return sum(layer.params for layer in self.layers)

    @property
    def more(self) -> tuple[str, ...]:
        """The costs that were asked for besides Mult-Adds and parameters."""
        return () if self.measures is None else self.measures.more

    @property
    def costs(self) -> dict[str, int]:
        """All costs of the network by name."""
        return {name: self.total(name, self.layers) for name in (*MAIN, *self.more)}

    def total(self, name: str, layers: Iterable[LayerCount]) -> int:
        """One cost of some layers together."""
        return int(constant(COSTS[name].of_all(layer.cost(name) for layer in layers)))

    def by(self, key: str) -> tuple[GroupCount, ...]:
        """Costs by ``layer``, ``type``, ``stage`` (output size) or ``group``, as they appear; by
        ``row``, a line for each row of the spec.

        :raises CostcalcError: an unknown key.
        """
        names = grouping(key)
        groups: dict[str, list[LayerCount]]
        groups = {row: [] for row in (self.rows if key == "row" else ())}
        for layer in self.layers:
            groups.setdefault(names(layer), []).append(layer)
        totals = self.costs
        found = []
        for name, layers in groups.items():
            costs = {cost: self.total(cost, layers) for cost in totals}
            shares = {cost: Fraction(costs[cost], most or 1) for cost, most in totals.items()}
            (work, params), (of_work, of_params) = map(costs.pop, MAIN), map(shares.pop, MAIN)
            main = (work, params, of_work, of_params)
            found.append(GroupCount(name, len(layers), *main, costs, shares))
        return tuple(found)

    def to_dict(self, by: str = "layer") -> Json:
        """The JSON contract of ``costcalc count --format json``."""
        inputs = {name: list(size) for name, size in self.inputs.items()}
        data = {
            "spec": self.spec,
            "parameters": texts_of(self.parameters),
            "convention": self.convention,
            "unit": self.unit,
            **({} if self.measures is None else self.measures.to_dict()),
            "totals": self.costs,
            **({"inputs": inputs} if len(inputs) > 1 else {}),
            **({"notes": list(self.notes)} if self.notes else {}),
            "layers": [layer.to_dict() for layer in self.layers],
        }
        if by == "layer":
            return data
        return {**data, "by": by, "groups": [group.to_dict() for group in self.by(by)]}


def count(
    spec: Source,
    *,
    convention: Weighing = DEFAULT,
    cost: Names = (),
    elements: Precision = "int8",
    rule: str = "live",
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Count:
    """The exact cost of a network; parameters that are not given are at its defaults.

    ``count("mobilenet-v1", alpha="1/2", resolution=160)``; a resolution may be ``"224x160"``
    (H × W). ``cost`` names what is counted besides Mult-Adds and parameters
    (:data:`~costcalc.analysis.costs.COSTS`): ``"flash,peak"``; bytes are those of ``elements``, and
    a peak is that under a ``rule``, as in :func:`~costcalc.analysis.memory.memory`.
    What ``costcalc count`` does.

    :raises CostcalcError: a bad value, or layers that do not fit together there.
    """
    values = given(values, alpha, delta, rho, resolution, classes, **parameters)
    return count_spec(as_spec(spec), values, as_measures(convention, cost, elements, rule))


def count_spec(
    spec: Spec, values: Mapping[str, object], convention: Weighing | Measures = DEFAULT
) -> Count:
    """What a network costs; parameters that ``values`` lacks are at the spec's defaults.

    :raises CostcalcError: a bad value or convention, or layers that do not fit together there.
    """
    binding = spec.binding(values)
    measures = as_measures(convention)
    return count_graph(build(spec, binding), measures)


def count_graph(graph: Graph, asked: Convention | Measures) -> Count:
    """Every layer of a fully bound, unrolled graph under a convention.

    :raises CostcalcError: a weight makes a layer's count fractional.
    """
    layers, measures = [], as_measures(asked)
    convention, more = measures.convention, measures.more
    names = [*(layer.name for layer in graph.layers), *[*graph.inputs][::-1]]  # INPUT is the last
    for layer, (mult_adds, params, *others) in zip(
        graph.layers, of_layers(graph, measures), strict=True
    ):
        if not (isinstance(mult_adds, int) and isinstance(params, int)):
            own = (convention.name, f" for layer {layer.name}")
            mult_adds, params = whole(mult_adds, *own), whole(params, *own)
        layers.append(
            LayerCount(
                *(layer.name, layer.type, layer.kernel, layer.stride, layer.groups),
                *(tuple(layer.input), tuple(layer.output), mult_adds, params, layer.group),
                tuple([names[source] for source in layer.inputs]),
                layer.row,
                layer.path,
                "" if layer.weights is None else graph.layers[layer.weights].path,
                {name: int(constant(x)) for name, x in zip(more, others, strict=True)},
            )
        )
    return Count(
        graph.spec.name,
        graph.binding,
        convention.name,
        convention.unit,
        tuple(layers),
        (*graph.notes, *counting_notes(graph.layers, convention), *_timing_notes(graph, measures)),
        tuple([row.label for row in graph.spec.written.values()]),
        convention.left_out,
        {name: tuple(size) for name, size in graph.inputs.items()},
        measures,
    )


def _timing_notes(graph: Graph, measures: Measures) -> list[str]:
    """How long the network takes on the device, how much that is worth, and how it lies outside of
    what was measured."""
    if measures.times is None:
        return []
    found = measures.times.of(graph.layers)
    notes = [f"time: {found.milliseconds} ms by {measures.times.text}"]
    return notes + [f"time: outside of what was measured: {text}" for text in found.outside]


def whole(value: Number, who: str, where: str = "", whose: str = "its") -> int:
    """:raises CostcalcError: weights make a count fractional."""
    if isinstance(value, int):
        return value
    raise CostcalcError(f"{who} counts {value}{where}", f"{whose} weights must make whole counts")
