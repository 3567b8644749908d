"""The network as its paper prints it: type / stride, filter shape, input size, with symbols."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from costcalc.algebra.evaluation import exact
from costcalc.algebra.notation import as_factors, pretty
from costcalc.algebra.numbers import is_number
from costcalc.algebra.result import Json, Result
from costcalc.analysis.domain import folded
from costcalc.graph.layers import Graph, Layer
from costcalc.graph.loading import Source, as_spec
from costcalc.language.parameters import Bound, given, value_text
from costcalc.operators import Shape


class ShownRow(NamedTuple):
    """One printed row; ``repeat`` is ``5 ×`` on a repetition's first row, ``⋮`` on its others.
    ``weights`` is the path of the layer whose weights it uses."""

    repeat: str
    type: str
    filter: str
    input: str
    group: str
    weights: str = ""


@dataclass(frozen=True, repr=False)
class Table(Result, says="spec parameters rounding"):
    """A network's layer table in printed form, with the shape that enters and those that leave."""

    spec: str
    title: str
    source: str
    parameters: Mapping[str, Bound]
    rounding: str
    rows: tuple[ShownRow, ...]
    outputs: Mapping[str, str]
    notes: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc show --format json``."""
        return {
            "spec": self.spec,
            "source": self.source,
            "rows": [row._asdict() for row in self.rows],
            **({"inputs": dict(self.inputs)} if len(self.inputs) > 1 else {}),
            "outputs": dict(self.outputs),
            **({"notes": list(self.notes)} if self.notes else {}),
        }


def show(
    spec: Source,
    *,
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Table:
    """Its layer table as the paper prints it, what ``costcalc show`` does: sides as numbers, other
    free parameters as symbols.

    :raises CostcalcError: a bad value, or a structure that free parameters leave open.
    """
    network = as_spec(spec)
    bound = network.bind(given(values, alpha, delta, rho, resolution, classes, **parameters))
    of_inputs = (side.names for size in network.inputs.values() for side in size[:2])
    sides = frozenset({"resolution", "rho"}).union(*of_inputs)
    numbers = {p.name: p.default for p in network.parameters.values() if p.held or p.name in sides}
    return show_graph(folded(network, {**numbers, **bound}))


def show_graph(graph: Graph) -> Table:
    """The printed table of a folded graph; roundings are left out, and the rule is named."""
    rows = []
    previous = 0
    for layer in graph.layers:
        repeat = ""
        times = layer.times if layer.times != 1 else layer.rounds
        if times != 1:
            began = layer.repetition != previous
            repeat = f"{as_factors(exact(times))} ×" if began else "⋮"
        previous = layer.repetition
        lender = "" if layer.weights is None else graph.layers[layer.weights].path
        shown = (_type(layer), _filter(layer), shape(layer.input), layer.group, lender)
        rows.append(ShownRow(repeat, *shown))
    spec = graph.spec
    outputs = {name: shape(given.shape) for name, given in graph.outputs.items()}
    if not outputs and graph.layers:
        outputs = {"output": shape(graph.layers[-1].output)}
    rounding = f"channels: {spec.channel_rule}, sides: {spec.side_rule}"
    return Table(
        spec.name,
        spec.title or spec.name,
        spec.source,
        graph.binding,
        rounding,
        tuple(rows),
        outputs,
        graph.notes,
        {name: shape(size) for name, size in graph.inputs.items()},
    )


_WORDS = {
    "conv": "Conv",
    "dwconv": "Conv dw",
    "tconv": "Conv transposed",
    "fc": "FC",
    **{"lstm": "LSTM", "gru": "GRU", "rnn": "RNN", "matmul": "Matrix product"},
    "maxpool": "Max pool",
    "avgpool": "Avg pool",
    "fmp": "Fractional max pool",
}


def _type(layer: Layer) -> str:
    word = _WORDS.get(layer.operator, layer.type.capitalize())
    if layer.stride is None:
        return word
    rows, columns = (value_text(s) if is_number(s) else pretty(s) for s in layer.stride)
    return f"{word} / s{rows}" + ("" if rows == columns else f"×{columns}")


def _filter(layer: Layer) -> str:
    arriving, leaving = exact(layer.input.channels), exact(layer.output.channels)
    if layer.operator in ("fc", "linear"):
        return f"{as_factors(arriving)}×{as_factors(leaving)}"
    if layer.kernel is None:
        return "global" if "global" in layer.type else ""
    kernel = "×".join(as_factors(side) for side in layer.kernel)
    if layer.operator == "dwconv":
        return f"{kernel}×{as_factors(leaving)} dw"
    if "conv" in layer.operator:
        groups = layer.groups if layer.groups is not None else 1
        grouped = "" if groups == 1 else f", {as_factors(exact(groups))} groups"
        return f"{kernel}×{as_factors(arriving)}×{as_factors(leaving)}{grouped}"
    return f"pool {kernel}"


def shape(x: Shape) -> str:
    """A shape as papers print it: ``112×112×32α``."""
    return "×".join(as_factors(exact(side)) for side in x)
