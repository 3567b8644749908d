"""Peaks, flash, traffic: held against figures that others printed, and against sets of tensors."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest

import costcalc as cc
from costcalc.analysis.memory import memory_of
from costcalc.graph.build import build
from costcalc.graph.layers import INPUT
from costcalc.hardware.elements import NAMED
from costcalc.hardware.rules import RULES
from costcalc.hardware.tensors import VIEWS, plan
from costcalc.hardware.traffic import moved

KIB = 1024


def steps(text: str, **options: Any) -> dict[str, int]:
    """What is live at each layer of a network."""
    found = cc.loads(text).memory(**options)
    return {step.name.rpartition("/")[2]: step.live_bytes for step in found.steps}


def test_mobilenet_v2_needs_1470_kib_and_1372_with_depthwise_in_place() -> None:
    """1372 KiB: Lin et al. 2021 (MCUNetV2), arXiv:2110.15352, Figure 2."""
    plain = cc.memory("mobilenet-v2")
    assert plain.peak.bytes == 112 * 112 * 96 + 56 * 56 * 96 == 1470 * KIB
    assert [live.tensor for live in plain.peak.live] == [
        "bottleneck2/expansion",
        "bottleneck2/dwconv5",
    ]
    inside = cc.memory("mobilenet-v2", rule="depthwise in place")
    assert inside.peak.bytes == 112 * 112 * (16 + 96) == 1372 * KIB
    assert inside.arena is None
    held = cc.memory("mobilenet-v2", rule="residual held")
    assert held.peak.bytes == 1470 * KIB


@pytest.mark.parametrize(("alpha", "bytes"), [("1/4", 301_056), ("1/2", 602_112), (1, 1_204_224)])
def test_mobilenet_v1_peaks_at_its_first_pointwise_convolution(alpha: Any, bytes: int) -> None:
    found = cc.memory("mobilenet-v1", alpha=alpha)
    width = Fraction(alpha)
    assert found.peak.bytes == 112 * 112 * (32 + 64) * width == 24 * width * 224**2 == bytes
    assert found.peak.step == "conv3"


@pytest.mark.parametrize(
    ("alpha", "classes", "kib"),
    [
        ("1/4", 1000, "467.33"),
        ("1/2", 1000, "1314.00"),
        (1, 1000, "4157.09"),
        ("1/4", 5, "214.69"),
        ("1/2", 5, "812.61"),
    ],
)
def test_flash_is_what_st_prints(alpha: Any, classes: int, kib: str) -> None:
    """ST's model zoo, MobileNetV1 at 224 px, int8, "Weights Flash" in KiB."""
    found = cc.memory("mobilenet-v1", alpha=alpha, classes=classes)
    assert f"{found.flash.bytes / KIB:.2f}" == kib
    net = cc.load("mobilenet-v1")
    convolutions = net.count(alpha=alpha, classes=classes, convention="weights").params
    channels = net.count(alpha=alpha, classes=classes, convention="deployed").params - convolutions
    assert found.flash.bytes == convolutions + 4 * channels


@pytest.mark.parametrize(
    ("name", "values", "millions"),
    [
        ("mobilenet-v1", {}, "5.04"),
        ("mobilenet-v2", {"alpha": "1/2"}, "3.64"),
        ("mobilenet-v2", {}, "6.68"),
        ("mobilenet-v2", {"alpha": "1.4"}, "9.57"),
        ("vgg-16", {}, "13.56"),
    ],
)
def test_activations_are_what_timm_prints(name: str, values: Any, millions: str) -> None:
    """timm's table of results, "activations" in millions."""
    assert f"{cc.memory(name, **values).activations / 1e6:.2f}" == millions


#: Side and channels of what the pairs of MobileNetV1 read, their stride, and what they give.
PAIRS = (
    *((112, 32, 1, 64), (112, 64, 2, 128), (56, 128, 1, 128), (56, 128, 2, 256)),
    *((28, 256, 1, 256), (28, 256, 2, 512), *5 * [(14, 512, 1, 512)], (14, 512, 2, 1024)),
    (7, 1024, 1, 1024),
)


def test_traffic_of_mobilenet_v1_in_fp32_is_a_published_list_and_biases() -> None:
    """Twenty rows, those that differ, of a list of bytes per layer that was published, among them
    2,211,200, 3,212,416, 4,825,088 (the most) and 4,104,096. It has no biases: 4 more a channel."""
    found = cc.memory("mobilenet-v1", elements="fp32").steps
    rows = [(224**2 * 3 + 112**2 * 32 + 27 * 32, 32)]
    for side, width, stride, out in PAIRS:
        small = side // stride
        rows += [(side**2 * width + small**2 * width + 9 * width, width)]
        rows += [(small**2 * (width + out) + width * out, out)]
    rows += [(1024 + 1000 + 1024 * 1000, 1000)]
    weighted = [step for step in found if step.weights_bytes]
    assert [step.traffic_bytes for step in weighted] == [4 * (row + out) for row, out in rows]
    printed = [4 * row for row, _ in rows]
    assert len({*rows}) == 20
    assert (*printed[:3], printed[-1]) == (2_211_200, 3_212_416, 4_825_088, 4_104_096)
    assert max(printed) == printed[2]


def test_an_arena_may_be_larger_than_the_peak() -> None:
    """MobileNetV1 0.25 at 96 px, of three colours: nowhere is there a gap for the second map."""
    found = cc.memory("mobilenet-v1", alpha="1/4", resolution=96)
    assert found.peak.bytes == 48 * 48 * (8 + 16) == 55_296
    assert found.arena == ("tflm", 48 * 48 * (16 + 8 + 8))


def test_unfused_traffic_of_vgg_16_is_what_was_measured() -> None:
    """0.623 GiB read (weights included) and 0.107 written, in fp32."""
    spec = cc.load("vgg-16").spec
    graph = build(spec, spec.defaults())
    every = [*moved(graph, NAMED["fp32"], fused=False)]
    assert f"{sum(m.read_bytes + m.weights_bytes for m in every) / 2**30:.3f}" == "0.623"
    assert f"{sum(m.written_bytes for m in every) / 2**30:.3f}" == "0.107"


@pytest.mark.parametrize(
    ("name", "read", "written", "gates"),
    [
        ("mnasnet-b1", "61.1658", "42.1895", ()),
        ("mnasnet-a1", "67.4524", "50.712", (72, 120, 120, 480, 672, 672, 960, 960)),
    ],
)
def test_unfused_traffic_of_mnasnets_is_what_caffe2_counts(
    name: str, read: str, written: str, gates: tuple[int, ...]
) -> None:
    """gen-efficientnet-pytorch at commit 1d123b3, ``BENCHMARK.md``, "Optimized" (BN folded), in MB:
    feature memory read, which has the parameters in it, and written. Caffe2 knows no bytes of
    average pooling and of the sigmoids of squeeze and excitation."""
    spec = cc.load(name).spec
    graph = build(spec, spec.defaults())
    every = [*zip(graph.layers, moved(graph, NAMED["fp32"], fused=False), strict=True)]
    known = [m for layer, m in every if layer.operator != "avgpool"]
    sigmoids = 4 * sum(gates)
    found = (
        sum(m.read_bytes + m.weights_bytes for m in known) - sigmoids,
        sum(m.written_bytes for m in known) - sigmoids,
    )
    assert tuple(f"{bytes / 1e6:.6g}" for bytes in found) == (read, written)


@pytest.mark.parametrize("name", cc.spec_names())
def test_what_is_live_is_what_will_be_read(name: str) -> None:
    """Another route: before a layer runs, there is what was made and is still read, or given back;
    a row that writes in place leaves one of two maps. What is learned lies with the weights."""
    spec = cc.load(name).spec
    graph = build(spec, spec.defaults())
    found = memory_of(graph, NAMED["int8"], RULES["live"], "none")
    planned = plan(graph, RULES["live"])
    needed = {given.source for given in graph.outputs.values()}
    needed |= set(range(len(graph.layers))) - {s for layer in graph.layers for s in layer.inputs}
    sizes = {INPUT - k: shape.elements for k, shape in enumerate(graph.inputs.values())}
    sizes |= {
        i: layer.output.elements if layer.inputs else 0 for i, layer in enumerate(graph.layers)
    }
    for i, (layer, step) in reversed([*enumerate(zip(graph.layers, found.steps, strict=True))]):
        needed |= {i, *layer.inputs}
        live = {planned.of[source]: sizes[source] for source in needed if source <= i}
        assert step.live_bytes == sum(live.values()), step.name
        needed.discard(i)
    readers = Counter(source for layer in graph.layers for source in set(layer.inputs))
    for i, layer in enumerate(graph.layers):
        if layer.inputs and planned.of[i] == planned.of[layer.inputs[0]]:
            assert layer.output.elements == layer.input.elements
            assert layer.operator in VIEWS or readers[layer.inputs[0]] == 1


CONV = "{conv: 1x1, out: 8, activation: none}"


def test_rows_that_work_in_place_make_no_tensor() -> None:
    text = f"input: 4x4x8\nlayers: [{CONV}, bn, relu, {CONV}]\n"
    assert steps(text) == {"conv1": 256, "bn2": 128, "relu3": 128, "conv4": 256}


def test_what_others_still_read_is_not_written_over() -> None:
    """The shortcut needs what the ReLU reads, so that the ReLU has a tensor of its own."""
    text = f"input: 4x4x8\nlayers: [{CONV}, {{residual: [relu, {CONV}]}}]\n"
    assert steps(text) == {"conv1": 256, "relu2": 256, "conv3": 384, "add4": 384}


def test_a_view_of_what_others_read_is_not_written_over_either() -> None:
    text = (
        "input: 4x4x8\nlayers: [{conv: 1x1, out: 8, activation: none, name: x}, flatten, relu, "
        "{fc: 10}, {branch: [{maxpool: 2, from: x}]}]\n"
    )
    assert steps(text)["relu3"] == 2 * 128


def test_a_map_that_the_network_gives_lives_to_the_end() -> None:
    named = f"input: 4x4x8\nlayers: [{{conv: 1x1, out: 8, output: c1}}, {CONV}, {CONV}, {CONV}]\n"
    assert steps(named) == {"conv1": 256, "conv2": 256, "conv3": 384, "conv4": 384}
    unread = f"input: 4x4x8\nlayers: [{{branch: [{CONV}]}}, {CONV}, {CONV}]\n"
    assert steps(unread) == {"conv1": 256, "conv2": 384, "conv3": 384}


def test_a_depthwise_convolution_in_place_needs_room_for_each_channel() -> None:
    rows = f"input: 4x4x8\nlayers: [{CONV}, {{dwconv: 3x3, multiplier: 2}}, {CONV}]\n"
    assert steps(rows, rule="depthwise in place")["dwconv2"] == 128 + 256
    rows = f"input: 4x4x8\nlayers: [{CONV}, {{dwconv: 3x3}}, {CONV}]\n"
    assert steps(rows, rule="depthwise in place")["dwconv2"] == 128
    wide = f"input: 4x4x8\nlayers: [{CONV}, {{dwconv: 1x1, padding: 1}}, {CONV}]\n"
    assert steps(wide, rule="depthwise in place")["dwconv2"] == 128 + 6 * 6 * 8
    both = f"input: 4x4x8\nlayers: [{CONV}, {{residual: [{{dwconv: 3x3}}]}}]\n"
    assert steps(both, rule="depthwise in place")["dwconv2"] == 2 * 128


def test_what_waits_for_an_addition_is_held_beside_a_depthwise_convolution_only() -> None:
    rows = f"input: 4x4x8\nlayers: [{CONV}, {{residual: [{CONV}, {{dwconv: 3x3}}, {CONV}]}}]\n"
    assert steps(rows) == {"conv1": 256, "conv2": 256, "dwconv3": 384, "conv4": 384, "add5": 384}
    held = steps(rows, rule="residual held")
    assert held == {"conv1": 256, "conv2": 256, "dwconv3": 384, "conv4": 256, "add5": 384}


def test_element_sizes_are_those_of_each_part() -> None:
    text = "input: 4x4x8\nlayers: [{conv: 1x1, out: 8, norm: batch}]\n"
    net = cc.loads(text)
    (int8,), (fp32,), (mixed,) = (
        net.memory(elements=said).steps
        for said in ("int8", "fp32", "weights=int4, activations=int16, biases=int64")
    )
    assert int8[1:-1] == (256, 128, 128, 8 * 8 + 4 * 8)
    assert fp32[1:-1] == (4 * 256, 4 * 128, 4 * 128, 4 * 8 * 8 + 4 * 8)
    assert mixed[1:-1] == (2 * 256, 2 * 128, 2 * 128, 8 * 8 // 2 + 8 * 8)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"elements": "int9"}, "no element sizes are called 'int9' (did you mean 'int8'?)"),
        (
            {"elements": "weight=int8"},
            "elements: 'weight' is no part that is left (did you mean 'weights'?)",
        ),
        (
            {"elements": "weights=int8,weights=int8"},
            "elements: 'weights' is no part that is left (each part once)",
        ),
        (
            {"elements": "weights=in8"},
            "elements: 'in8' is no type of number (did you mean 'int8'?)",
        ),
        ({"rule": "lives"}, "no rule is called 'lives' (did you mean 'live'?)"),
        ({"in_place": "ad"}, "'ad' can't be in place (did you mean 'add'?)"),
        ({"order": "bets"}, "no order is called 'bets' (did you mean 'best'?)"),
        ({"planner": "best"}, "no planner is called 'best' (known: none, tflm)"),
    ],
)
def test_what_is_not_known_is_refused(options: Any, message: str) -> None:
    with pytest.raises(cc.CostcalcError) as caught:
        cc.memory("mobilenet-v1", **options)
    assert str(caught.value) == message


def test_json_says_what_the_table_does(run: Any) -> None:
    data = json.loads(run("memory", "mobilenet-v1", "-a", "1/4", "--format", "json").stdout)
    assert data["elements"] == {"weights": 1, "activations": 1, "biases": 4}
    assert (data["rule"], data["order"]) == ("live", "file")
    assert data["peak"] == {
        "bytes": 301_056,
        "step": "conv3",
        "live": [{"tensor": "dwconv2", "bytes": 100_352}, {"tensor": "conv3", "bytes": 200_704}],
    }
    # conv3 lies at 0, dwconv2 behind it; conv1 lives with that and with the input, which leave no
    # gap that is large enough, so that it lies behind both
    assert data["arena"] == {"planner": "tflm", "bytes": 112 * 112 * (16 + 8 + 8)}
    assert data["layers"][0] == {
        "name": "conv1",
        "live_bytes": 224 * 224 * 3 + 112 * 112 * 8,
        "read_bytes": 224 * 224 * 3,
        "written_bytes": 112 * 112 * 8,
        "weights_bytes": 27 * 8 + 4 * 8,
        "mult_adds": 112 * 112 * 27 * 8,
        "intensity": str(
            Fraction(2 * 112 * 112 * 27 * 8, 224 * 224 * 3 + 112 * 112 * 8 + 27 * 8 + 4 * 8)
        ),
    }
    assert data["traffic_bytes"] == sum(
        layer["read_bytes"] + layer["written_bytes"] + layer["weights_bytes"]
        for layer in data["layers"]
    )


def test_weights_that_are_used_twice_are_stored_once_and_read_twice() -> None:
    net = cc.loads("""
input: 8x8x16
layers:
- {conv: 3x3, out: 16, norm: batch, name: a}
- {conv: 3x3, out: 16, norm: batch, weights: a}
- {conv: 3x3, out: 16, norm: batch, weights: {a, own: norm}}
""")
    found = net.memory()
    weights, biases = 3 * 3 * 16 * 16, 4 * 16
    # folded, a BN of its own scales a copy of the weights
    assert found.flash == (2 * weights, 2 * biases)
    assert [step.weights_bytes for step in found.steps] == 3 * [weights + biases]


def test_every_input_lives_from_the_first_step_to_its_last_reader() -> None:
    net = cc.loads("""
inputs: {left: 8x8x4, right: 4x4x4}
layers:
- {conv: 1x1, out: 2, stride: 2}
- concat: [[], {from: right}]
- {conv: 1x1, out: 1}
""")
    left, right, half = 8 * 8 * 4, 4 * 4 * 4, 4 * 4 * 2
    assert [step.live_bytes for step in net.memory().steps] == [
        left + right + half,
        right + half + 4 * 4 * (2 + 4),
        4 * 4 * (2 + 4) + 4 * 4,
    ]


def test_a_map_that_is_learned_lies_with_the_weights() -> None:
    net = cc.loads("input: 4x4x8\nlayers: [{add: [[], learned]}, scale]\n")
    found = net.memory()
    assert [step.live_bytes for step in found.steps] == [128, 256, 128]
    assert [step.weights_bytes for step in found.steps] == [128, 0, 8]
    assert found.flash == (128 + 8, 0)


def test_biases_of_recurrent_layers_are_as_wide_as_others() -> None:
    found = cc.loads("input: {length: 8, channels: 3}\nlayers: [{lstm: 5}]\n").memory()
    assert found.flash == (4 * 5 * (3 + 5), 4 * 2 * 4 * 5)


def test_own_choice_of_what_is_in_place() -> None:
    rows = f"input: 4x4x8\nlayers: [{CONV}, {{residual: [{CONV}]}}, {{maxpool: 2}}, {CONV}]\n"
    plain = {"conv1": 256, "conv2": 256, "add3": 384, "maxpool4": 128 + 32, "conv5": 64}
    assert steps(rows) == plain
    assert steps(rows, in_place="add") == {**plain, "add3": 256}
    assert steps(rows, in_place="maxpool, add") == {**plain, "add3": 256, "maxpool4": 128}
    found = cc.loads(rows).memory(in_place="maxpool,add")
    assert found.rule.name == "live, add and maxpool in place"
    assert found.arena is None
    assert found.traffic_bytes == cc.loads(rows).memory().traffic_bytes
    # a map that something else needs is not written over, and none that is larger
    both = (
        f"input: 4x4x8\nlayers: [{CONV}, {{residual: [{{maxpool: 3, stride: 1, padding: 1}}]}}]\n"
    )
    assert steps(both, in_place="maxpool")["maxpool2"] == 256
    assert cc.memory("mobilenet-v2", in_place="dwconv").peak.bytes == 1372 * KIB


def test_the_staircase_is_drawn(run: Any, tmp_path: Any) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / "stairs.svg"
    found = run("memory", "mobilenet-v2", "--plot", str(picture))
    assert found.stderr == f"{picture}: a picture of 65 steps\n"
    text = picture.read_text()
    assert "1,505,280 bytes (1470 KiB) at bottleneck2/dwconv5" in text
    assert run("memory", "mobilenet-v2", "--plot", str(picture)).returncode == 2


def test_constant_kernels_are_stored_though_they_are_no_parameters() -> None:
    """A blur before each stride, and a group convolution: 3·3 numbers for each slice."""
    net = cc.loads("""
parameters: {c: {default: 8, meaning: width}}
input: 8x8x4
layers:
- {conv: 3x3, out: c, groups: 2, fixed: true, activation: none}
- {dwconv: 3x3, stride: 2, fixed: true, activation: none}
- {conv: 1x1, out: 2, activation: none, norm: none}
""")
    found = net.memory()
    kernels = [3 * 3 * 2 * 8, 3 * 3 * 8, 8 * 2]
    assert [step.weights_bytes for step in found.steps] == kernels
    assert found.flash == (sum(kernels), 0)
    assert net.count().params == 8 * 2
    wide = net.memory(c=6).flash_bytes
    assert wide == 3 * 3 * 2 * 6 + 3 * 3 * 6 + 6 * 2
    assert net.formula(cost="flash").to_dict()["flash"] == f"{9 * 2 + 9 + 2}*c"
