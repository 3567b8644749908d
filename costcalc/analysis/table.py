"""The network as its paper prints it: type / stride, filter shape, input size, with symbols."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from costcalc.algebra.evaluation import exact
from costcalc.algebra.notation import as_factors, pretty
from costcalc.algebra.numbers import Number, is_number
from costcalc.algebra.result import Json, Result
from costcalc.analysis.existence import folded
from costcalc.analysis.further import Rows, classifier, further, usual
from costcalc.graph.layers import Graph, Layer
from costcalc.graph.loading import Source, as_spec
from costcalc.language.parameters import Bound, given, value_text
from costcalc.operators import Shape


class ShownRow(NamedTuple):
    """One printed row; ``repeat`` is ``5 ×`` on a repetition's first row, ``⋮`` on its others, and
    ``⋮ 2 ×`` where one begins in another. ``name`` is the path of the layer, and ``weights`` that
    of the one whose weights it uses; ``origin`` and ``further`` are of
    :mod:`costcalc.analysis.further`."""

    repeat: str
    type: str
    filter: str
    input: str
    group: str
    weights: str = ""
    origin: str = ""
    further: str = ""
    name: str = ""


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
    defaults: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc show --format json``."""
        return {
            "spec": self.spec,
            "source": self.source,
            "rows": [row._asdict() for row in self.rows],
            "defaults": dict(self.defaults),
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
    shown = Rows(graph)
    factor = shown.factor
    said = shown.defaults()
    last = classifier([(one.operator, "×".join(map(str, one.input[:2]))) for one in shown.layers])
    rows = []
    began: set[int] = set()
    for i, (layer, origin) in enumerate(zip(shown.layers, shown.origins(), strict=True)):
        lender = "" if layer.weights is None else graph.layers[layer.weights].path
        more = further(layer, usual(layer.operator, i == last, said))
        told = "; ".join(f"{name}: {text}" for name, text in more.items())
        printed = (_type(layer), _filter(layer, factor), _shape(layer.input, factor))
        own = (layer.group, lender, origin, told, layer.path)
        rows.append(ShownRow(_repeat(layer, began), *printed, *own))
    spec = graph.spec
    outputs = {name: _shape(given.shape, factor) for name, given in graph.outputs.items()}
    if not outputs and graph.layers:
        outputs = {"output": _shape(graph.layers[-1].output, factor)}
    rounding = f"channels: {spec.channel_rule}, sides: {spec.side_rule}"
    return Table(
        spec.name,
        spec.title or spec.name,
        spec.source,
        graph.binding,
        rounding,
        tuple(rows),
        outputs,
        (*graph.notes, *shown.notes()),
        {name: _shape(size, factor) for name, size in graph.inputs.items()},
        said,
    )


def _repeat(layer: Layer, began: set[int]) -> str:
    """The marks of the repetitions that a layer is a part of, the outermost first."""
    marks = []
    for number, count in layer.repetitions:
        if count != 1:
            marks.append("⋮" if number in began else f"{as_factors(exact(count))} ×")
        began.add(number)
    return " ".join(marks)


#: What types are called, where it is not as the operator or as :attr:`Layer.type`.
WORDS = {
    "conv": "Conv",
    "dwconv": "Conv dw",
    "tconv": "Conv transposed",
    "fc": "FC",
    **{"lstm": "LSTM", "gru": "GRU", "rnn": "RNN", "matmul": "Matrix product"},
    "maxpool": "Max pool",
    "avgpool": "Avg pool",
    "fmp": "Fractional max pool",
    **{
        "bn": "Batch norm",
        "shuffle": "Channel shuffle",
        "resize": "Resize",
        "upsample": "Upsample",
        "lrn": "LRN",
    },
}


def _type(layer: Layer) -> str:
    word = WORDS.get(layer.operator, layer.type.capitalize())
    if layer.stride is None:
        return word
    rows, columns = (value_text(s) if is_number(s) else pretty(s) for s in layer.stride)
    return f"{word} / s{rows}" + ("" if rows == columns else f"×{columns}")


def _filter(layer: Layer, factor: Callable[[Number], str]) -> str:
    arriving, leaving = layer.input.channels, layer.output.channels
    if layer.operator in ("fc", "linear"):
        return f"{factor(arriving)}×{factor(leaving)}"
    if layer.kernel is None:
        return "global" if "global" in layer.type else ""
    kernel = "×".join(map(as_factors, layer.kernel))
    if layer.operator == "dwconv":
        return f"{kernel}×{factor(leaving)} dw"
    if "conv" in layer.operator:
        groups = layer.groups if layer.groups is not None else 1
        grouped = "" if groups == 1 else f", {factor(groups)} groups"
        return f"{kernel}×{factor(arriving)}×{factor(leaving)}{grouped}"
    return f"pool {kernel}"


def _shape(x: Shape, factor: Callable[[Number], str]) -> str:
    """A shape as papers print it: ``112×112×32α``."""
    return "×".join(map(factor, x))
