"""Types of numbers by row: which rows words mean, where maps lie, and what hangs on it."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import pytest

import costcalc as cc
from costcalc.errors import Undecided
from costcalc.graph.build import build
from costcalc.graph.selection import answering
from costcalc.hardware.elements import TYPES, as_elements
from costcalc.hardware.precision import types_of

MIXED = "w4a4; first, last: int8; dwconv: weights=int8"
COSTS = "bops,flash,features,traffic,traffic_unfused"


def test_bit_operations_are_those_of_each_row() -> None:
    """Σ Mult-Adds × bits of a weight × bits of an activation, as Baskin et al. 2021 (UNIQ, ACM
    TOCS 37) and van Baalen et al. 2020 (Bayesian Bits) count; first and last layer with 8 bits, as
    Zhou et al. 2016 (DoReFa-Net) leave them wider."""
    counted = cc.count("mobilenet-v1", cost="bops,flash", elements=MIXED)
    of = {layer.name: layer for layer in counted.layers}
    assert of["conv1"].costs["bops"] == 112 * 112 * 3 * 3 * 3 * 32 * 8 * 8
    assert of["dwconv2"].costs["bops"] == 112 * 112 * 3 * 3 * 32 * 8 * 4
    assert of["conv3"].costs["bops"] == 112 * 112 * 32 * 64 * 4 * 4
    assert of["fc29"].costs["bops"] == 1024 * 1000 * 8 * 8
    assert counted.costs["bops"] == sum(layer.costs["bops"] for layer in counted.layers)
    assert of["conv1"].costs["flash"] == 27 * 32 + 4 * 32
    assert of["conv3"].costs["flash"] == 32 * 64 // 2 + 4 * 64


NET = """
network: net
input: 8x8x2
layers:
- {conv: 3x3, out: 4, name: a, activation: relu}
- {conv: 3x3, out: 6, group: wide}
- {branch: [{conv: 1x1, out: 3, from: a, output: side}]}
- {avgpool: global}
- {fc: 10, bias: true}
"""


def test_a_map_lies_in_the_widest_type_in_which_it_is_read() -> None:
    """The input is what the first row reads, ``a`` is read by two, outputs are of their row."""
    net = cc.loads(NET)
    graph = build(net.spec, {})
    told = "w4a4; first: activations=int16; wide: int8; fc: activations=int2"
    maps = types_of(graph, as_elements(told)).maps
    assert [maps[source] for source in range(-1, 5)] == [
        "int16",
        "int8",
        "int4",
        "int4",
        "int2",
        "int2",
    ]
    found = net.memory(elements=told)
    a, b, side = 8 * 8 * 4, 8 * 8 * 6 // 2, 8 * 8 * 3 // 2
    assert [step.live_bytes for step in found.steps] == [
        2 * 8 * 8 * 2 + a,
        a + b,
        a + b + side,
        b + side + 6 * 2 // 8 + 1,
        side + 2 + 3,
    ]
    assert [(step.read_bytes, step.written_bytes) for step in found.steps] == [
        (2 * 8 * 8 * 2, a), (a, b), (a, side), (b, 2), (2, 3),
    ]  # fmt: skip


def test_an_input_that_nothing_reads_has_the_type_of_all() -> None:
    net = cc.loads(
        "inputs: {a: 8x8x4, b: 8x8x4}\nlayers:\n- {conv: 1x1, out: 8}\n- {branch: [{from: b}]}\n"
    )
    for told in ("w4a4", "w4a4; bn: int8"):
        assert net.count(cost="peak", elements=told).costs["peak"] == 8 * 8 * (4 + 4 + 8) // 2


def test_an_activation_of_its_own_takes_what_is_asked_of_it() -> None:
    """So a network costs as much whether its activations are rows or within others."""
    rows = "- relu\n- flatten\n"
    text = "network: net\ninput: 4x4x3\nlayers:\n- {{conv: 3x3, out: 5{}}}\n{}- {{fc: 10}}\n"
    told = "int8; fc: activations=int16"
    apart = cc.loads(text.format("", rows)).memory(elements=told)
    within = cc.loads(text.format(", activation: relu", "- flatten\n")).memory(elements=told)
    assert apart.peak.bytes == within.peak.bytes == 4 * 4 * 3 + 2 * 4 * 4 * 5
    assert apart.traffic_bytes == within.traffic_bytes


def test_nothing_is_written_over_what_is_narrower() -> None:
    net = cc.loads("""
network: net
input: 8x8x4
layers:
- {dwconv: 3x3}
- {dwconv: 3x3}
- {conv: 1x1, out: 4}
""")
    x = 8 * 8 * 4
    for told, peak in (("int8", x), ("int8; conv: activations=int16", 3 * x)):
        found = net.memory(elements=told, rule="depthwise in place")
        assert max(step.live_bytes for step in found.steps[:2]) == peak


def test_weights_that_are_used_twice_are_of_one_type() -> None:
    net = cc.loads("""
network: net
input: 8x8x4
layers:
- {conv: 3x3, out: 4, name: a}
- {conv: 3x3, out: 4, weights: a}
""")
    found = net.count(cost="bops,flash", elements="int8; a: weights=int4; last: int16")
    work = 8 * 8 * 9 * 4 * 4
    assert [layer.costs["bops"] for layer in found.layers] == [work * 4 * 8, work * 4 * 16]
    assert found.costs["flash"] == 9 * 4 * 4 // 2


def test_words_for_rows() -> None:
    net = cc.load("mobilenet-v2")
    graph = build(net.spec, net.spec.defaults())
    paths = [layer.path for layer in graph.layers]

    def meant(words: str) -> list[str]:
        return [paths[i] for i in sorted(answering(graph, words))]

    assert meant("first") == ["conv1"] and meant("last") == [paths[-2]]
    assert meant("bottleneck1") == ["bottleneck1/dwconv2", "bottleneck1/conv3"]
    assert len(meant("expansion")) == 16 == len([p for p in paths if "/expansion" in p])
    assert meant("bottleneck2/expansion") == ["bottleneck2/expansion", "bottleneck2/expansion_7"]
    assert meant("bottleneck2/expansion_7, conv1") == ["conv1", "bottleneck2/expansion_7"]
    assert len(meant("dwconv")) == 17 and len(meant("conv 3x3")) == 1
    assert meant("conv 5x5") == [] == meant("matmul")


def test_the_first_row_is_the_first_also_where_others_are_called_so() -> None:
    graph = build(cc.load("yolov4-tiny").spec, cc.load("yolov4-tiny").spec.defaults())
    assert answering(graph, "first") == {0}
    (within,) = answering(graph, "csp1/first")
    assert graph.layers[within].path == "csp1/first"


SOMETIMES = """
network: net
parameters: {k: {default: 4, meaning: width}}
input: 3x3x1
layers:
- {conv: 1x1, out: 1}
- {ROW, when: k > 4}
- {conv: 1x1, out: k}
"""


@pytest.mark.parametrize(
    ("row", "cost", "told", "without", "more"),
    [
        # constant kernels are stored where the row is there
        ("dwconv: 3x3, fixed: true", "flash", "int8", 1, 9),
        # and so it is with what a row reads: 9 numbers of 4 bits, from each of two maps
        (
            "add: [[], {conv: 1x1, out: 1}]",
            "traffic_unfused",
            "w4a4",
            (5 + 5 + 1) + 5,
            (5 + 5 + 1) + (5 + 5 + 5),
        ),
    ],
)
def test_a_row_that_is_not_there_stores_and_reads_nothing(
    row: str, cost: str, told: str, without: int, more: int
) -> None:
    net = cc.loads(SOMETIMES.replace("ROW", row))
    bits = 4 if told == "w4a4" else 8
    end = {
        k: ceil(k * bits / 8) + (ceil(9 * k * bits / 8) if "traffic" in cost else 0) for k in (4, 8)
    }
    right = [without + end[4], without + more + end[8]]
    assert [net.count(k=k, cost=cost, elements=told).costs[cost] for k in (4, 8)] == right
    assert [int(n) for n in net.sweep(k=[4, 8], cost=cost, elements=told)[cost]] == right
    form = net.formula(cost=cost, elements=told)
    assert [form.at(k=k, rounded=True)[2] for k in (4, 8)] == right


def test_maps_of_less_than_a_byte_that_are_one_of_two_are_swept_one_by_one() -> None:
    row = "conv: 1x1, out: 1"
    text = SOMETIMES.replace("ROW", row).replace(
        "- {conv: 1x1, out: k}", "- {add: [[], {conv: 1x1, out: 1}]}\n- {conv: 1x1, out: k}"
    )
    net = cc.loads(text)
    cost, told = "traffic_unfused", "w4a4"
    with pytest.raises(Undecided, match=r"what .* reads of each type hangs on what is free"):
        net.formula(cost=cost, elements=told)
    counted = [net.count(k=k, cost=cost, elements=told).costs[cost] for k in (4, 8)]
    assert [int(n) for n in net.sweep(k=[4, 8], cost=cost, elements=told)[cost]] == counted


ROUNDS = """
parameters: {n: {default: 3, meaning: depth}}
input: 8x8x4
layers:
- repeat: n
  layers: [{conv: 3x3, out: 4}]
- {conv: 1x1, out: 4, name: end}
"""


def test_what_hangs_on_the_round_needs_their_number() -> None:
    net = cc.loads(ROUNDS)
    work, end = 8 * 8 * 9 * 4 * 4, 8 * 8 * 4 * 4
    form = net.formula(cost="bops", elements="int8; end: weights=int4")
    assert form.at(n=5)[2] == 5 * work * 8 * 8 + end * 4 * 8
    for words in ("first", "conv2"):
        told = f"int8; {words}: w4a4"
        with pytest.raises(cc.CostcalcError) as caught:
            net.formula(cost="bops", elements=told)
        assert str(caught.value) == (
            f"which row {words!r} is hangs on what is free, or on the round "
            "(bind the number of rounds, or more parameters)"
        )
        assert (
            net.formula(cost="bops", elements=told, n=5).at()[2]
            == 4 * work * 64 + work * 16 + end * 64
        )
    swept = net.sweep(n=[1, 2, 5], cost="bops", elements="int8; first: w4a4")["bops"]
    assert [int(x) for x in swept] == [
        (n - 1) * work * 64 + work * 16 + end * 64 for n in (1, 2, 5)
    ]
    with pytest.raises(cc.CostcalcError) as caught:
        cc.peak_formula(net, elements="int8; end: w4a4")
    assert str(caught.value) == (
        "which rows have which types hangs on the number of rounds (bind it)"
    )


def test_which_row_has_a_window_may_hang_on_what_is_free() -> None:
    net = cc.loads(
        "parameters: {k: {default: 3, meaning: window}}\ninput: 8x8x4\n"
        "layers:\n- {conv: k, out: 4}\n"
    )
    with pytest.raises(Undecided, match="which row 'conv 1x1' is hangs on what is free"):
        net.formula(cost="bops", elements="w4a4; conv 1x1: int8")
    swept = net.sweep(k=[1, 3], cost="bops", elements="w4a4; conv 1x1: int8")["bops"]
    work = 8 * 8 * 4 * 4
    assert [int(n) for n in swept] == [work * 8 * 8, work * 9 * 4 * 4]


@pytest.mark.parametrize("name", cc.spec_names()[::7])
def test_closed_forms_are_what_is_counted(name: str) -> None:
    net, draw = cc.load(name), random.Random(name)
    bound = {"N": 2} if name.startswith("nasnet") else {}
    try:
        form = net.formula(cost=COSTS, elements=MIXED, **bound)
    except cc.CostcalcError as error:
        assert "bind" in str(error) or "give a value" in str(error)
        return
    for _ in range(12):
        values = {
            p.name: Fraction(draw.randint(1, 12), 8) * p.default
            if p.domain == "positive number"
            else max(1, p.default + draw.randint(-1, 2))
            for p in form.free
        }
        try:
            found = net.count(cost=COSTS, elements=MIXED, **bound, **values)
        except cc.CostcalcError:
            continue
        if form.exists(values):
            assert form.at(rounded=True, **values) == tuple(found.costs.values()), values
            graph = build(net.spec, net.spec.binding({**bound, **values}))
            types = types_of(graph, as_elements(MIXED)).layers
            bits = [(TYPES[own.weights], TYPES[own.activations]) for own in types]
            if not any(layer.operator == "matmul" for layer in graph.layers):
                each = zip(found.layers, bits, strict=True)
                assert found.costs["bops"] == sum(x.mult_adds * w * a for x, (w, a) in each)
            return


def test_a_peak_in_closed_form_has_the_types_of_its_rows() -> None:
    form = cc.peak_formula("mobilenet-v1", elements=MIXED, delta=1, rho=1, classes=1000)
    for alpha, resolution in (("1/4", 224), (1, 160), ("3/8", 96)):
        values = {"alpha": alpha, "resolution": resolution}
        assert form.at(**values) == cc.memory("mobilenet-v1", elements=MIXED, **values).peak_bytes
        budget = {"peak": cc.memory("mobilenet-v1", elements=MIXED, **values).peak_bytes}
        found = cc.sweep(
            "mobilenet-v1", {k: [v] for k, v in values.items()}, cost="peak", elements=MIXED
        )
        assert [row["peak"] for row in found.rows()] == [*budget.values()]


def test_the_best_order_keeps_the_types_of_its_rows() -> None:
    """The last row of the file is the first of the best order, and stays the last of the file."""
    net = cc.loads("""
network: net
input: 8x8x8
layers:
- add:
  - [{conv: 1x1, out: 64}, {conv: 1x1, out: 1}]
  - [{conv: 1x1, out: 32}, {conv: 1x1, out: 1, name: end}]
""")
    told = "int8; last: activations=int16"
    steps = net.memory(order="best", elements=told).steps
    assert sorted(s.read_bytes for s in steps) == sorted(
        s.read_bytes for s in net.memory(elements=told).steps
    )


def test_patches_have_the_types_of_their_rows() -> None:
    net = cc.load("mobilenet-v2")
    whole = net.memory(elements=MIXED)
    parts = net.memory(elements=MIXED, patches="1x1", until="bottleneck3/conv13")
    assert [s._replace(live_bytes=0) for s in parts.steps] == [
        s._replace(live_bytes=0) for s in whole.steps
    ]


def test_in_a_file_and_on_the_command_line(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "mixed.yaml"
    file.write_text("all: w4a4\nfirst, last: int8\ndwconv: weights=int8   # few\n")
    assert as_elements(str(file)) == as_elements(MIXED)
    said = (
        "elements: weights int4, activations int4, biases int32; "
        "first, last: weights int8, activations int8, biases int32; dwconv: weights int8"
    )
    commands = {
        "count": ["--cost", "bops"], "formula": ["--cost", "bops"], "memory": [],
        "sweep": ["-a", "1/4,1", "--cost", "bops"], "compare": ["mobilenet-v2", "--cost", "bops"],
        "roofline": ["--device", "nucleo-f446re"],
    }  # fmt: skip
    for verb, words in commands.items():
        if verb != "roofline":
            assert said in run(verb, "mobilenet-v1", *words, "--elements", MIXED).stdout, verb
        told = run(verb, "mobilenet-v1", *words, "--elements", str(file), "--format", "json")
        if verb == "roofline":
            assert told.stderr.startswith("no peak rate of nucleo-f446re is known for int4")
            continue
        sizes = json.loads(told.stdout)["elements"]
        assert sizes == {
            "weights": "1/2", "activations": "1/2", "biases": 4,
            "rows": {
                "first, last": {"weights": 1, "activations": 1, "biases": 4},
                "dwconv": {"weights": 1},
            },
        }  # fmt: skip


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("w4a4; frist: int8", "mobilenet-v1 has no rows called 'frist' (did you mean 'first'?)"),
        ("w4a4; int8", "elements: 'int8' names no rows (first, last: int8)"),
        ("w4a4; : int8", "elements: ': int8' names no rows (first, last: int8)"),
        ("w4a9", "elements: 'int9' is no type of number (did you mean 'int8'?)"),
        (
            "w4a4; first: weights=int8,wieghts=int8",
            "elements: 'wieghts' is no part that is left (did you mean 'weights'?)",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(told: str, message: str) -> None:
    with pytest.raises(cc.CostcalcError) as caught:
        cc.count("mobilenet-v1", cost="bops", elements=told)
    assert str(caught.value) == message


def test_what_is_wrong_in_a_file_is_said_at_its_place(tmp_path: Path) -> None:
    file = tmp_path / "mixed.yaml"
    file.write_text("all: w4a4\nfirst: int9\n")
    with pytest.raises(cc.CostcalcError) as caught:
        as_elements(str(file))
    assert str(caught.value).startswith(f"{file}:2:8: first: no element sizes are called 'int9'")


def test_which_type_a_map_has_may_hang_on_what_is_free() -> None:
    """``x`` is read with 8 bits where the row below exists, else with 4."""
    net = cc.loads("""
parameters: {n: {default: 1, meaning: which}}
network: net
input: 8x8x4
layers:
- {conv: 3x3, out: 4}
- {conv: 1x1, out: 4, group: wide, when: n > 1}
- {conv: 3x3, out: 4}
""")
    told = "w4a4; wide: int8"
    with pytest.raises(Undecided, match="in which type a map lies hangs on what is free"):
        net.formula(cost="traffic", elements=told)
    aside = cc.loads("""
parameters: {n: {default: 1, meaning: which}}
input: 8x8x4
layers:
- {conv: 3x3, out: 4}
- {branch: [{conv: 1x1, out: 4, group: wide}], when: n > 1}
- {conv: 3x3, out: 4}
""")
    with pytest.raises(Undecided, match="in which type a map lies hangs on what is free"):
        aside.formula(cost="traffic", elements=told)
    rounds = cc.loads("""
parameters: {n: {default: 3, meaning: depth}}
network: net
input: 8x8x4
layers:
- {repeat: n, layers: [{conv: 1x1, out: 4, group: wide}, {conv: 1x1, out: 4}]}
- {conv: 1x1, out: 4}
""")  # what a round gives is read with 8 bits by the next one, and with 4 after the last
    with pytest.raises(Undecided, match="in which type a map lies hangs on what is free"):
        rounds.formula(cost="traffic", elements=told)
    x = 8 * 8 * 4
    moved = 3 * (x + x // 2) + 2 * (x // 2 + x) + 4 * (x // 2) + 3 * (16 + 16 // 2) + 16 // 2
    assert rounds.count(cost="traffic", elements=told, n=3).costs["traffic"] == moved
    assert rounds.sweep(n=[3], cost="traffic", elements=told)["traffic"] == [moved]
    last = cc.loads(
        "parameters: {n: {default: 1, meaning: which}}\ninput: 8x8x4\nlayers:\n"
        "- {conv: 1x1, out: 4}\n- {rmsnorm: , when: n > 1}\n"
    )  # what the network gives is either of two
    form = last.formula(cost="traffic_unfused", elements="w4a4; bn: int8")
    for n, more in ((1, 0), (2, x // 2 + x // 2 + 2)):
        assert form.at(n=n, rounded=True)[2] == x // 2 + x // 2 + 8 + more
    for n, peak in ((1, x), (2, x + x // 2)):
        counted = net.count(cost="peak", elements=told, n=n).costs["peak"]
        assert net.memory(elements=told, n=n).peak_bytes == counted == peak
        assert cc.peak_formula(net, elements=told).at(n=n) == peak


def test_what_leaves_the_network_has_the_type_of_its_row() -> None:
    """Also where a round, or a row that is not there, would read it in another type."""
    asked: dict[str, str] = {"elements": "int16; conv: activations=int3", "cost": "features"}
    rounds = cc.loads("""
input: {side: resolution, channels: 4}
layers:
- {repeat: 2, layers: [{select: in}, {conv: 1x1, out: 4}]}
""")
    found = rounds.sweep(resolution=[6, 9], **asked)["features"].tolist()
    assert found == [rounds.count(resolution=r, **asked).costs["features"] for r in (6, 9)]
    row = cc.loads("""
parameters: {n: {default: 2, meaning: depth}}
input: {side: resolution, channels: 4}
layers:
- {conv: 1x1, out: 4}
- {shuffle: 2, when: n >= 3}
""")
    found = row.sweep(n=[2, 3], resolution=[9], **asked)["features"].tolist()
    assert found == [[row.count(n=n, resolution=9, **asked).costs["features"]] for n in (2, 3)]


def test_rounds_of_what_passes_types_on_leave_the_type_of_their_row() -> None:
    """Nothing but the end of the network asks for a type: that was a traceback in sweeps."""
    asked: dict[str, str] = {"elements": "int16; conv: activations=int3", "cost": "features"}
    net = cc.loads("""
input: {side: resolution, channels: 3}
layers:
- {conv: 3x3, out: 4}
- layernorm
- {repeat: 3, layers: [hardswish]}
""")
    found = net.sweep(resolution=[4, 6], **asked)["features"].tolist()
    assert found == [net.count(resolution=r, **asked).costs["features"] for r in (4, 6)]
