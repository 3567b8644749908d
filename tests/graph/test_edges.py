"""Edges: what each layer reads, and what follows from it, by routes that know nothing of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import spec

import costcalc as cc
from costcalc.algebra.evaluation import evaluate
from costcalc.graph.build import build
from costcalc.graph.depth import WEIGHTED, depths
from costcalc.graph.layers import INPUT, Graph, Layer
from costcalc.language.model import (
    Branch,
    Call,
    Merge,
    Operation,
    Reference,
    Repeat,
    Residual,
    Row,
    with_lets,
)
from costcalc.operators.tags import Tag

SPECS = cc.spec_names()


def unrolled(name: str) -> Graph:
    own = cc.load(name).spec
    return build(own, own.defaults())


def graph(layers: str, head: str = "input: 8x8x4\n", **at: Any) -> Graph:
    own = cc.loads(spec(layers, head)).spec
    return build(own, own.binding(at))


def edges(made: Graph) -> dict[str, list[str]]:
    """What each layer reads, by name."""
    names = [*(layer.name for layer in made.layers), "input"]
    return {layer.name: [names[i] for i in layer.inputs] for layer in made.layers}


@pytest.mark.parametrize("name", SPECS)
def test_what_arrives_is_what_the_first_input_gives(name: str) -> None:
    made = unrolled(name)
    assert made.layers and not made.junctions
    for i, layer in enumerate(made.layers):
        if layer.operator == "learned":
            assert not layer.inputs
            continue
        assert layer.inputs and all(INPUT <= source < i for source in layer.inputs)
        source = layer.inputs[0]
        assert layer.input == (made.input if source == INPUT else made.layers[source].output)


@pytest.mark.parametrize("name", [n for n in SPECS if not n.startswith(("ssd", "retinanet"))])
def test_every_layer_is_read_or_leaves(name: str) -> None:
    """What nobody reads is an output of the network, or its last layer. (The heads of SSD
    and RetinaNet are branches that end.)"""
    made = unrolled(name)
    read = {source for layer in made.layers for source in layer.inputs}
    ends = [layer for i, layer in enumerate(made.layers) if i not in read]
    leave = {made.layers[-1].output, *(one.shape for one in made.outputs.values())}
    assert {layer.output for layer in ends} <= leave


def test_branches_are_read_in_their_order() -> None:
    rows = """
- {conv: 3x3, out: 4, name: stem}
- concat:
  - [{conv: 1x1, out: 2, name: left}]
  - []
  - [{dwconv: 3x3, name: right}, {relu: }]
- {from: stem}
- residual: [{conv: 3x3, out: 4, name: body}]
- {branch: [{maxpool: 2x2, name: side, output: aux}]}
- {fc: 10, when: in == 3}
- {conv: 1x1, out: 8, name: last}
"""
    assert edges(graph(rows)) == {
        "stem": ["input"],
        "left": ["stem"],
        "right": ["stem"],
        "relu4": ["right"],
        "concat5": ["left", "stem", "relu4"],
        "body": ["stem"],
        "add7": ["body", "stem"],
        "side": ["add7"],
        "last": ["add7"],
    }


# -- junctions -------------------------------------------------------------------------------------


def folded(layers: str, head: str, *free: str) -> Graph:
    own = cc.loads(spec(layers, head)).spec
    binding = {name: value for name, value in own.defaults().items() if name not in free}
    return build(own, binding, unroll=False)


FREE = "parameters: {n: {default: 3, meaning: depth}}\ninput: 8x8x4\n"


def test_a_repetition_reads_what_the_round_before_gave() -> None:
    made = folded(
        "- relu\n- repeat: n\n  layers:\n  - residual: [{conv: 3x3, out: 4}]\n", FREE, "n"
    )
    relu, conv, add = range(3)
    entrance = INPUT - 1
    assert [layer.operator for layer in made.layers] == ["relu", "conv", "add"]
    assert [layer.inputs for layer in made.layers] == [(INPUT,), (entrance,), (conv, entrance)]
    assert made.junctions == ((relu, add, None),)


def test_a_repetition_whose_channels_grow_reads_what_the_round_before_gave() -> None:
    rows = "- relu\n- repeat: n\n  layers:\n  - {conv: 3x3, out: in + 2, activation: relu}\n"
    made = folded(rows, FREE, "n")
    assert [layer.inputs for layer in made.layers] == [(INPUT,), (INPUT - 1,)]
    assert made.junctions == ((0, 1, None),)
    assert evaluate(made.layers[1].input.channels, {"#0": 5}) == 4 + 5 * 2


def test_a_name_that_every_round_gives_anew_is_read_from_the_round_before() -> None:
    rows = """
- {relu: , name: kept}
- repeat: n
  layers:
  - {dwconv: 3x3}
  - add: [[], [{from: kept}]]
  - {relu: , name: kept}
"""
    made = folded(rows, FREE, "n")
    first, dwconv, add, last = range(4)
    ahead, named = INPUT - 1, INPUT - 2
    assert {made.layers[add].inputs} == {(dwconv, ahead)} or made.layers[add].inputs == (
        dwconv,
        named,
    )
    assert set(made.junctions) == {(first, last, None)}


def test_a_row_that_exists_at_some_widths_only_is_a_junction() -> None:
    head = "parameters: {alpha: 1}\nchannels: floor\ninput: 8x8x4\n"
    rows = """
- {conv: 1x1, out: 8α}
- {conv: 3x3, out: 8, when: in != out}
- {relu: }
"""
    made = folded(rows, head, "alpha")
    (junction,) = made.junctions
    assert (junction.first, junction.other) == (1, 0)
    assert made.layers[2].inputs == (INPUT - 1,)
    assert junction.condition is not None
    assert [evaluate(junction.condition, {"alpha": a}) for a in (1, 2)] == [0, 1]


@pytest.mark.parametrize("name", SPECS)
def test_folded_edges_are_those_of_the_unrolled_graph(name: str) -> None:
    """What a folded layer reads in its first round is a layer of the unrolled graph that gives the
    same shape."""
    own = cc.load(name).spec
    made = build(own, own.defaults(), unroll=False)
    zero = {f"#{i}": 0 for i in range(4)}

    def first(source: int) -> int:
        while source < INPUT:
            source = made.junctions[INPUT - 1 - source].first
        return source

    for layer in (one for one in made.layers if one.operator != "learned"):  # reads nothing
        source = first(layer.inputs[0])
        given = made.input if source == INPUT else made.layers[source].output
        last = {index: count - 1 for index, count in ranges(made, source, layer)}
        arriving = [evaluate(side, zero) for side in layer.input]
        assert arriving == [evaluate(evaluate(side, last), zero) for side in given]


def ranges(made: Graph, source: int, layer: Layer) -> Iterator[tuple[str, Any]]:
    """The rounds of a growing repetition that are over where ``layer`` reads its last round."""
    if source != INPUT:
        for index, count in made.layers[source].ranges:
            if (index, count) not in layer.ranges:
                yield index, count


# -- depth -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SPECS)
def test_depth_is_what_a_walk_through_the_rows_gives(name: str) -> None:
    made = unrolled(name)
    walk = Walk(made)
    walk.rows(made.spec.layers, 0, dict(walk.base))
    assert depths(made) == tuple(walk.found)


class Walk:
    """The longest way by the language alone: runs through the rows,
    and takes the graph's layers as they come. Both are in the same order, and a row that a
    condition left out has no layer."""

    def __init__(self, graph: Graph) -> None:
        self.layers = graph.layers
        self.blocks = graph.spec.blocks
        self.base: dict[str, Any] = dict(graph.binding)
        self.found: list[int] = []
        self.named: dict[str, int] = {}

    @property
    def next(self) -> Layer | None:
        return self.layers[len(self.found)] if len(self.found) < len(self.layers) else None

    def rows(self, rows: tuple[Row, ...], depth: int, scope: dict[str, Any]) -> int:
        for row in rows:
            when = row.columns.when
            if isinstance(row, Reference) and when is not None and not when.evaluate(scope):
                continue
            if row.columns.origin:
                depth = self.named[row.columns.origin.evaluate(scope)]
            depth = self.row(row, depth, scope)
            if row.columns.name:
                self.named[row.columns.name] = depth
        return depth

    def row(self, row: Row, depth: int, scope: dict[str, Any]) -> int:
        layer = self.next
        if layer is None or isinstance(row, Reference):
            return depth
        scope["in"] = layer.input.channels
        if isinstance(row, Operation):
            if layer.place != row.place:
                return depth
            before = 0 if layer.operator == "learned" else depth
            return self.take(before + (layer.operator in WEIGHTED))
        if row.columns.when is not None and row.columns.when.evaluate(scope) is False:
            return depth
        if isinstance(row, Repeat):
            for i in range(row.times.evaluate(scope)):
                depth = self.rows(row.body, depth, {**scope, row.number: i + 1})
            return depth
        if isinstance(row, Call):
            return self.call(row, depth, scope)
        if isinstance(row, Merge):
            longest = max(self.rows(branch, depth, dict(scope)) for branch in row.branches)
            return self.merged(row, longest)
        if isinstance(row, Residual):
            return self.merged(row, self.rows(row.body, depth, dict(scope)))
        assert isinstance(row, Branch)
        self.rows(row.body, depth, dict(scope))
        return depth

    def call(self, row: Call, depth: int, scope: dict[str, Any]) -> int:
        block = self.blocks[row.block]
        for i in range(1 if row.times is None else row.times.evaluate(scope)):
            layer = self.next
            outer = {**scope, row.number: i + 1}
            if layer:
                outer["in"] = layer.input.channels
            inner = dict(self.base)
            for name, default in block.takes.items():
                value = row.first.get(name) if i == 0 else None
                value = value or row.arguments.get(name) or default
                assert value is not None
                inner[name] = value.evaluate(outer)
            arriving = {"in": outer["in"]} if "in" in outer else {}
            depth = self.rows(block.body, depth, with_lets(block.lets, {**inner, **arriving}))
        return depth

    def merged(self, row: Row, depth: int) -> int:
        layer = self.next
        return self.take(depth) if layer is not None and layer.place == row.place else depth

    def take(self, depth: int) -> int:
        self.found.append(depth)
        return depth


# -- folding ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SPECS)
def test_a_bn_is_kept_unless_it_alone_reads_a_bare_convolution(name: str) -> None:
    made = unrolled(name)
    readers: dict[int, int] = {}
    for layer in made.layers:
        for source in layer.inputs:
            readers[source] = readers.get(source, 0) + 1
    for layer in made.layers:
        if layer.operator != "bn":
            continue
        (source,) = layer.inputs
        before = made.layers[source] if source != INPUT else None
        absorbs = (
            before is not None
            and before.operator in ("conv", "dwconv")
            and not before.fused
            and readers[source] == 1
        )
        assert (Tag.BN_KEPT_ELEMENT in layer.terms) is not absorbs
        added = absorbs and before is not None and Tag.CONV_BIAS not in before.terms
        assert (Tag.BN_FOLDED_BIAS_ADD in layer.terms) is added


WIDE = "parameters: {alpha: 1}\nchannels: floor\ninput: 8x8x4\n"


@pytest.mark.parametrize(
    "rows",
    [
        # the shortcut reads the convolution where it exists, and then the sum is normalised
        "- {conv: 1x1, out: 8}\n- {residual: [{conv: 1x1, out: 8α}], when: in == out}\n- bn\n",
        # the convolution before the BN exists at some widths only
        "- {conv: 1x1, out: 8α, activation: relu}\n- {conv: 1x1, out: 8, when: in != out}\n- bn\n",
        "- {conv: 1x1, out: 8α}\n- {conv: 1x1, out: 8, bias: true, when: in != out}\n- bn\n",
    ],
)
@pytest.mark.parametrize("convention", ["onnx-tool-folded", "onnx-tool-bn"])
def test_a_closed_form_folds_what_count_folds(rows: str, convention: str) -> None:
    net = cc.loads(spec(rows, WIDE))
    form = net.formula(convention=convention)
    for alpha in ("1/2", "1", "2"):
        count = net.count(convention=convention, alpha=alpha)
        assert form.at(alpha=alpha, rounded=True) == (count.mult_adds, count.params)


@pytest.mark.parametrize("n", [2, 3, 5])
@pytest.mark.parametrize("k", [3, 4])
def test_a_round_that_folds_otherwise_than_those_after_it_stands_apart(n: int, k: int) -> None:
    """Without the activation at its end, every round but the first folds its BN."""
    head = """parameters:
  n: {default: 3, meaning: rounds}
  k: {default: 3, meaning: kind}
input: 8x8x4
"""
    rows = "- relu\n- repeat: n\n  layers: [bn, {conv: 1x1, out: 4}, {relu: , when: k == 4}]\n"
    net = cc.loads(spec(rows, head))
    form = net.formula(convention="onnx-tool-folded")
    count = net.count(convention="onnx-tool-folded", n=n, k=k)
    assert form.at(n=n, k=k, rounded=True) == (count.mult_adds, count.params)


def test_what_a_row_applies_besides_is_told() -> None:
    made = graph("- {conv: 1x1, out: 4, norm: batch, activation: relu6}\n- {conv: 1x1, out: 4}\n")
    assert [[*layer.fused] for layer in made.layers] == [["bn", "relu6"], []]


def test_what_arrives_at_each_row_of_the_table() -> None:
    rows = """
- {conv: 3x3, stride: 2, out: 8}
- repeat: 2
  layers: [{relu: }]
- {fc: 5, when: in == 1}
"""
    made = graph(rows)
    assert [(a.layer, a.map.shape, a.map.source) for a in made.arrivals] == [
        (0, (8, 8, 4), INPUT),
        (1, (4, 4, 8), 0),
        (3, (4, 4, 8), 2),
    ]
