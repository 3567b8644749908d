"""What a page knows: networks as closed forms of tagged amounts, and the conventions that weigh
them. All numbers are exact; :mod:`costcalc.explorer.nodes` says how they are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from costcalc.algebra.evaluation import exact, free_parameters
from costcalc.algebra.numbers import Number
from costcalc.algebra.result import Json
from costcalc.algebra.sums import NoClosedForm, by_power
from costcalc.analysis.closed_form import Formula
from costcalc.analysis.condition import Condition
from costcalc.conventions.convention import Convention
from costcalc.errors import Undecided
from costcalc.explorer.nodes import Nodes, plain
from costcalc.explorer.pieces import Piece, pieces
from costcalc.explorer.stairs import stairs
from costcalc.graph.layers import Graph, Layer
from costcalc.language import Spec
from costcalc.language.parameters import Binding, Parameter, texts_of, value_text


class Start(NamedTuple):
    """A network as a page first shows it: its label there, the name or file that the command line
    takes, and values that are no defaults."""

    label: str
    given: str
    spec: Spec
    binding: Binding


def page_data(starts: Iterable[Start], conventions: Mapping[str, Convention], chosen: str) -> Json:
    """Everything that a page shows, as JSON; ``chosen`` is the convention that it starts with."""
    tags: dict[str, int] = {}
    weighed = [_convention(convention, tags) for convention in conventions.values()]
    networks = [_network(start, conventions[chosen], tags) for start in starts]
    return {
        "tags": [*tags],
        "conventions": weighed,
        "convention": chosen,
        "networks": networks,
    }


def _convention(convention: Convention, tags: dict[str, int]) -> Json:
    """Its weights by the numbers of the tags, which it adds."""
    weights = {
        cost: [[tags.setdefault(str(tag), len(tags)), plain(weight)] for tag, weight in of.items()]
        for cost, of in (("mult_adds", convention.mult_adds), ("params", convention.params))
    }
    return {
        "name": convention.name,
        "meaning": convention.meaning,
        "unit": convention.unit,
        "left_out": list(convention.left_out),
        **weights,
    }


def _network(start: Start, convention: Convention, tags: Mapping[str, int]) -> Json:
    spec, nodes = start.spec, Nodes()
    made = [_piece(piece, nodes, tags) for piece in pieces(spec, convention)]
    return {
        "name": start.label,
        "given": start.given,
        "title": spec.title or spec.name,
        "source": spec.source,
        "parameters": [_parameter(p) for p in spec.parameters.values()],
        "start": {name: value_text(value) for name, value in start.binding.items()},
        "pieces": made,
        "nodes": nodes.table,
    }


def _parameter(parameter: Parameter) -> Json:
    return {
        "name": parameter.name,
        "symbol": parameter.symbol,
        "meaning": parameter.meaning,
        "domain": parameter.domain,
        "default": value_text(parameter.default),
        "usual": [value_text(parameter.bind(text)) for text in parameter.usual],
        "choices": [*parameter.choices],
    }


def _piece(piece: Piece, nodes: Nodes, tags: Mapping[str, int]) -> Json:
    data: Json = {"bound": texts_of(piece.bound)}
    if piece.graph is None or piece.formula is None:
        return {**data, "refused": piece.refused}
    layers = [_layer(layer, nodes, tags) for layer in piece.graph.layers]
    return {
        **data,
        **({"square": True} if piece.square else {}),
        "needs": [*_needs(piece.formula, nodes)],
        "inputs": {name: [*map(nodes.add, size)] for name, size in piece.graph.inputs.items()},
        "layers": layers,
        "exact": _polynomials(piece.graph, nodes, tags),
        "junctions": _junctions(piece.graph, nodes),
        "stairs": [*stairs(piece.graph, nodes)],
    }


def _polynomials(graph: Graph, nodes: Nodes, tags: Mapping[str, int]) -> list[list[int]]:
    """Tags, and the sums of their amounts with every rounding dropped: what papers print."""
    sums: dict[str, Number] = {}
    for layer in graph.layers:
        for tag in layer.terms:
            with suppress(Undecided):
                amount = exact(layer.terms.amount(tag) * layer.times) if tag in tags else 0
                sums[tag] = sums.get(tag, 0) + amount
    return [[tags[tag], nodes.add(form)] for tag, form in sums.items() if tag in tags]


def _needs(formula: Formula, nodes: Nodes) -> Iterator[Json]:
    """What must hold, in an order in which nothing divides by what may still be 0. Where what is
    ``of`` the form does not hold, the network may exist, as another one than this form's."""
    for condition in formula.undivided:
        yield _condition(condition, nodes, "form")
    for assumed in formula.assumptions:
        value = assumed.condition - int(assumed.holds)
        text = f"the network is built as at {assumed.place.path}"
        yield {"of": "form", "value": nodes.add(value), "relation": "==", "layer": "", "text": text}
    for condition, exists in formula.needs(rounded=True):
        yield _condition(condition, nodes, "network" if exists else "form")
    for condition in formula.limits:
        yield _condition(condition, nodes, "network")


def _condition(condition: Condition, nodes: Nodes, of: str) -> Json:
    value = condition.value * condition.factor
    ranges = [[i, nodes.add(count), _degree(value, i)] for i, count in condition.ranges]
    return {
        "of": of,
        "value": nodes.add(value),
        "relation": condition.relation,
        "layer": condition.layer,
        "text": condition.text,
        **({"ranges": ranges} if ranges else {}),
    }


def _degree(value: Number, index: str) -> int | None:
    """In the number of a round; None where that stands in a rounding: each round must be asked."""
    try:
        return max(by_power(value, index))
    except NoClosedForm:
        return None


def _layer(layer: Layer, nodes: Nodes, tags: Mapping[str, int]) -> Json:
    """A layer; ``terms`` are tags and amounts, of one application, by turns; ``unknown`` tags have
    an amount that no closed form gives."""
    terms: list[int] = []
    unknown: list[int] = []
    for tag in layer.terms:
        if tag not in tags:  # nobody weighs it
            continue
        try:
            terms += [tags[tag], nodes.add(layer.terms.amount(tag))]
        except Undecided:
            unknown.append(tags[tag])
    sides: Json = {
        name: [*map(nodes.add, pair)]
        for name, pair in (("kernel", layer.kernel), ("stride", layer.stride))
        if pair is not None
    }
    once = {"times": layer.times, "rounds": layer.rounds, "exists": layer.exists}
    repetition = {"repetition": layer.repetition} if layer.repetition else {}
    said = {"row": layer.row, "group": layer.group, "within": layer.within}
    return {
        "name": layer.name,
        "type": layer.type,
        **{name: text for name, text in said.items() if text},
        **sides,
        **({} if layer.groups is None else {"groups": nodes.add(layer.groups)}),
        "in": [*map(nodes.add, layer.input)],
        "out": [*map(nodes.add, layer.output)],
        "inputs": list(layer.inputs),
        **{name: nodes.add(number) for name, number in once.items() if number != 1},
        **_ranges(layer, nodes),
        **repetition,
        "terms": terms,
        **({"unknown": unknown} if unknown else {}),
    }


def _ranges(layer: Layer, nodes: Nodes) -> Json:
    """The numbers of the rounds that its shape hangs on, with how many there are."""
    shape = (*layer.input, *layer.output, *(() if layer.groups is None else (layer.groups,)))
    names = {name for side in shape for name in free_parameters(side)}
    ranges = [[index, nodes.add(count)] for index, count in layer.ranges if index in names]
    return {"ranges": ranges} if ranges else {}


def _junctions(graph: Graph, nodes: Nodes) -> list[list[int | None]]:
    """Sources that are one of two, the first as ``-1`` less the number of inputs."""
    return [
        [one.first, one.other, None if one.condition is None else nodes.add(one.condition)]
        for one in graph.junctions
    ]
