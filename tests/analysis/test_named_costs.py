"""Costs beside Mult-Adds and parameters: figures that others printed, and one formula for all."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from typing import Any

import pytest

import costcalc as cc
from costcalc.analysis.costs import COSTS, MAIN
from costcalc.analysis.growth import growth_of
from costcalc.report.views.formulas import latex, python_module

#: How costs are asked for that hang on a device.
ASKED = {"time": "time on stm32h747i-disco"}
MORE = tuple(ASKED.get(name, name) for name in COSTS if name not in MAIN)
LINEAR = tuple(name for name in MORE if not COSTS[name.split()[0]].is_largest)
MIB = 2**20


def costs(name: str, cost: str, **options: Any) -> int:
    return cc.count(name, cost=cost, **options).costs[cost]


def test_activations_are_what_pycls_prints() -> None:
    """Radosavovic et al. 2020; pycls, model zoo of CIFAR-10: ResNet-56, "acts" 544,778."""
    found = costs("cifar-resnet-v2", "activations", n=9)
    blocks = sum((18 + 1 * (stage > 0)) * side**2 * width for stage, side, width in STAGES)
    assert found == 544_778 == 32**2 * 16 + blocks + 10


STAGES = ((0, 32, 16), (1, 16, 32), (2, 8, 64))


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
    assert f"{costs(name, 'activations', **values) / 1e6:.2f}" == millions


@pytest.mark.parametrize(
    ("name", "printed", "elements"),
    [
        # each convolution and its BN, then pooling, fc and softmax
        ("mobilenet-v1", 38, 2 * 5_042_688 + 1024 + 1000 + 1000),
        # convolutions, five poolings, three fc and softmax
        ("vgg-16", 58, 13_547_520 + 1_530_368 + 4096 + 4096 + 1000 + 1000),
    ],
)
def test_features_are_what_convnet_burden_prints(name: str, printed: int, elements: int) -> None:
    """Albanie's convnet-burden, "feature memory" in MB, fp32."""
    found = costs(name, "features", elements="fp32")
    assert found == 4 * elements
    assert round(found / MIB) == printed


@pytest.mark.parametrize(
    ("name", "values", "printed"),
    [
        ("squeezenet-1.1", {}, 17),
        ("resnet-18", {}, 23),
        ("resnet-50", {"strided": "first"}, 103),
        ("resnext-50", {}, 132),
        ("inception-v3", {}, 89),
        ("densenet-121", {}, 126),
        ("densenet-169", {}, 152),
        ("densenet-201", {}, 196),
    ],
)
def test_features_of_other_networks_are_what_convnet_burden_prints(
    name: str, values: Any, printed: int
) -> None:
    """The table of its README at commit 9c7f31b; its ResNet-50 is Caffe's."""
    assert round(costs(name, "features", elements="fp32", **values) / MIB) == printed


def test_features_are_fewer_where_one_layer_scales_and_adds() -> None:
    """convnet-burden prints 103 MB for Caffe's SE-ResNet-50, as for ResNet-50: one layer there
    (``Axpy``) scales a map and adds the shortcut, here two rows, with a map each."""
    found = cc.count("se-resnet-50", cost="features", elements="fp32", strided="first")
    scaled = sum(row.costs["features"] for row in found.layers if row.type == "multiply")
    shapes = ((56, 256, 3), (28, 512, 4), (14, 1024, 6), (7, 2048, 3))
    assert scaled == 4 * sum(side**2 * width * blocks for side, width, blocks in shapes)
    assert round(found.costs["features"] / MIB) == 124
    assert round((found.costs["features"] - scaled) / MIB) == 103


@pytest.mark.parametrize(
    ("alpha", "classes", "kib"),
    [("1/4", 1000, "467.33"), ("1/2", 1000, "1314.00"), (1, 1000, "4157.09"), ("1/4", 5, "214.69")],
)
def test_flash_is_what_st_prints(alpha: Any, classes: int, kib: str) -> None:
    """ST's model zoo, MobileNetV1 at 224 px, int8, "Weights Flash" in KiB."""
    assert f"{costs('mobilenet-v1', 'flash', alpha=alpha, classes=classes) / 1024:.2f}" == kib
    form = cc.formula("mobilenet-v1", cost="flash")
    assert f"{form.at(alpha=alpha, classes=classes)[2] / 1024:.2f}" == kib


def test_unfused_traffic_of_vgg_16_is_what_was_measured() -> None:
    """0.623 GiB read, 0.107 written, in fp32; 0.729 in all, cut off."""
    found = costs("vgg-16", "traffic_unfused", elements="fp32")
    assert 1000 * found // 2**30 == 729


def test_bit_operations_are_mult_adds_times_the_bits_of_both_factors() -> None:
    net = cc.loads("""
input: 4x4x8
layers:
- {conv: 3x3, out: 16, bias: true}
- tokens
- {matmul: [[], []], over: channels}
""")
    conv, product = 4 * 4 * 9 * 8 * 16, 16 * 16 * 16
    found = net.count(cost="bops", elements="weights=int4,activations=int16")
    assert found.costs["mult_adds"] == conv + product
    assert found.costs["bops"] == conv * 4 * 16 + product * 16 * 16
    assert (
        net.count(cost="bops", convention="fvcore-0.1.5").costs["bops"]
        == 64 * net.count(convention="fvcore-0.1.5").mult_adds
    )


@pytest.mark.parametrize("name", cc.spec_names())
def test_closed_forms_are_what_is_counted(name: str) -> None:
    """At three random bindings of each network, all costs; parameters that its form can't leave
    free are bound."""
    net, draw = cc.load(name), random.Random(name)
    bound: dict[str, Any] = {}
    try:
        form = net.formula(cost=LINEAR, elements="fp16")
    except cc.CostcalcError as error:
        assert name in ("nasnet-a-cifar", "nasnet-a-mobile"), error
        bound = {"N": draw.randint(1, 3)}
        form = net.formula(cost=LINEAR, elements="fp16", **bound)
    met = 0
    for _ in range(12):
        values = {p.name: _drawn(p, draw) for p in form.free}
        try:
            found = net.count(cost=LINEAR, elements="fp16", **bound, **values)
        except cc.CostcalcError:
            continue
        if form.exists(values):
            assert form.at(rounded=True, **values) == tuple(found.costs.values()), values
            met += 1
        if met == 3:
            break
    assert met or not form.free


def _drawn(parameter: Any, draw: random.Random) -> Any:
    default = parameter.default
    if parameter.domain == "positive number":
        return Fraction(draw.randint(1, 12), 8) * default
    if parameter.name == "resolution":
        return default + draw.choice([-32, 0, 0, 1, 32])
    return max(1, default + draw.randint(-1, 2))


@pytest.mark.parametrize("name", ["mobilenet-v2", "cifar-densenet-bc", "vit-b-16"])
def test_flash_and_activations_are_those_of_memory(name: str) -> None:
    counted, memory = cc.count(name, cost=MORE).costs, cc.memory(name)
    assert counted["flash"] == memory.flash_bytes
    assert counted["traffic"] == memory.traffic_bytes
    assert counted["activations"] == memory.activations


ODD = """
parameters: {alpha: {default: 1, meaning: width}}
channels: floor
input: 4x4x3
layers:
- {conv: 1x1, out: 5*alpha, activation: none}
- {conv: 1x1, out: 3, activation: none}
"""


def test_numbers_of_less_than_a_byte_are_packed_in_each_tensor_apart() -> None:
    net = cc.loads(ODD)
    elements = "weights=int4,activations=int4,biases=int4"
    found = net.count(cost="flash,traffic", elements=elements)
    assert [layer.costs["flash"] for layer in found.layers] == [8, 8]  # ⌈15/2⌉ each
    assert found.layers[0].costs["traffic"] == 16 * 3 // 2 + 16 * 5 // 2 + 8
    form = net.formula(cost="flash", elements=elements)
    assert str(form.total.others["flash"]) == "2*(-(-3*(5*alpha//1)//2))"
    assert form.exact_when == ("5*alpha % 2 == 0",)
    assert form.at(rounded=True, alpha="3/5")[2] == 2 * 5  # ⌈9/2⌉ each
    with pytest.raises(cc.CostcalcError) as caught:
        form.at(alpha=1)
    assert "is exact only where" in str(caught.value)


def test_what_hangs_on_the_round_is_refused_with_the_way_to_mend_it() -> None:
    grown = cc.load("cifar-densenet-bc")
    with pytest.raises(cc.CostcalcError) as caught:
        grown.formula(cost="flash", elements="int4")
    assert str(caught.value) == (
        "weights of type int4 have no closed form over the rounds of bn9 "
        "(bind the number of rounds)"
    )
    found = grown.formula(cost="flash", elements="int4", L=22)
    counted = grown.count(cost="flash", elements="int4", L=22, k=13)
    assert found.at(rounded=True, k=13)[2] == counted.costs["flash"]


ROUNDS = """
parameters: {n: {default: 3, meaning: depth}}
input: 4x4x8
layers:
- {conv: 3x3, out: 8, activation: none, name: x}
- repeat: n
  layers:
  - relu
  - {conv: 3x3, out: 8, activation: none}
"""


def test_a_row_that_writes_in_place_moves_nothing() -> None:
    net = cc.loads(ROUNDS)
    conv, bias = 3 * 3 * 8 * 8, 0
    form = net.formula(cost="traffic")
    assert form.at(rounded=True, n=5)[2] == 6 * (2 * 4 * 4 * 8 + conv + bias)
    relus = net.formula(cost="traffic_unfused").at(n=5)[2] - form.at(n=5)[2]
    assert relus == 5 * 2 * 4 * 4 * 8


def test_the_first_round_may_not_write_over_what_others_read() -> None:
    """The first round leaves x as it is, which is read once more; later ones write in place."""
    net = cc.loads(f"{ROUNDS}- {{branch: [{{maxpool: 2, from: x}}]}}\n")
    form = net.formula(cost="traffic")
    for n in (1, 2, 5):
        plain = (n + 1) * (2 * 4 * 4 * 8 + 3 * 3 * 8 * 8) + 4 * 4 * 8 + 2 * 2 * 8
        assert form.at(n=n)[2] == plain + 2 * 4 * 4 * 8
        assert net.count(cost="traffic", n=n).costs["traffic"] == plain + 2 * 4 * 4 * 8


def test_a_row_that_writes_in_place_at_some_bindings_only_is_undecided() -> None:
    """With one round nothing reads what enters the cell once more; with several the second does."""
    net = cc.load("nasnet-a-cifar")
    with pytest.raises(cc.CostcalcError) as caught:
        net.formula(cost="traffic")
    assert str(caught.value) == (
        "whether normal1/relu50 writes where it reads hangs on what is free "
        "(bind the number of rounds, or more parameters)"
    )
    assert (
        net.formula(cost="traffic", N=2).at(F=48)[2]
        == (net.count(cost="traffic", N=2, F=48).costs["traffic"])
    )


def test_what_was_asked_for_stands_in_every_output(run: Any) -> None:
    words = ("--cost", "flash,traffic-unfused", "--elements", "fp16")
    sizes = "weights fp16, activations fp16, biases fp16"
    table = run("count", "vgg-16", *words).stdout
    assert f"elements: {sizes}" in table
    assert "flash bytes" in table and "traffic unfused bytes" in table
    data = json.loads(run("count", "vgg-16", *words, "--by", "type", "--format", "json").stdout)
    plain = json.loads(run("count", "vgg-16", "--by", "type", "--format", "json").stdout)
    assert data["elements"] == {"weights": 2, "activations": 2, "biases": 2}
    assert data["units"] == {"flash": "bytes", "traffic_unfused": "bytes"}
    assert data["totals"]["flash"] == 2 * (138_344_128 + 13_416)
    assert sum(layer["flash"] for layer in data["layers"]) == data["totals"]["flash"]
    group = data["groups"][0]
    assert group["flash_share"] == str(Fraction(group["flash"], data["totals"]["flash"]))
    # and nothing else is another than before
    assert plain.keys() == data.keys() - {"elements", "units"}
    assert plain["totals"].keys() == {"mult_adds", "params"}
    assert plain["layers"][0].keys() == data["layers"][0].keys() - {"flash", "traffic_unfused"}
    csv = run("count", "vgg-16", *words, "--format", "csv").stdout.splitlines()
    assert csv[0].endswith(",flash,traffic_unfused,path")
    form = run("formula", "vgg-16", *words).stdout
    assert f"elements: {sizes}" in form and "flash bytes" in form
    data = json.loads(run("formula", "vgg-16", *words, "--format", "json").stdout)
    assert data["flash"] == cc.formula("vgg-16", cost="flash", elements="fp16").to_dict()["flash"]
    assert data["elements"] == {"weights": 2, "activations": 2, "biases": 2}
    growth = run("formula", "vgg-16", *words, "--growth").stdout
    assert f"elements: {sizes}" in growth and "share of flash bytes" in growth


def test_generated_python_and_latex_have_all_costs() -> None:
    form = cc.formula("mobilenet-v1", cost="flash,peak", delta=1)
    text = python_module(form, "total", True)
    assert "Elements: weights int8, activations int8, biases int32." in text
    scope: dict[str, Any] = {}
    exec(text, scope)
    assert scope["flash"](alpha="1/4") == 478_544 == costs("mobilenet-v1", "flash", alpha="1/4")
    assert r"\text{flash bytes} &= " in latex(form, "total", False)
    assert "% elements weights int8, activations int8, biases int32" in latex(form, "total", False)
    assert {one.cost for one in growth_of(form).elasticities} == {*form.costs}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cost": "flsh"}, "no cost is called 'flsh' (did you mean 'flash'?)"),
        (
            {"cost": "arena"},
            "no cost is called 'arena' "
            "(`costcalc memory` plans it at a binding; `peak` is the least that it takes)",
        ),
        ({"cost": "flash,"}, None),
        ({"cost": "flash", "elements": "int9"}, "no element sizes are called 'int9'"),
    ],
)
def test_what_is_not_known_is_refused(options: Any, message: str | None) -> None:
    if message is None:
        assert cc.count("vgg-16", **options).more == ("flash",)
        return
    with pytest.raises(cc.CostcalcError) as caught:
        cc.count("vgg-16", **options)
    assert str(caught.value).startswith(message)


def test_all_conventions_are_about_mult_adds(run: Any) -> None:
    told = run("count", "vgg-16", "--convention", "all", "--cost", "flash")
    assert (told.returncode, told.stderr) == (
        2,
        "--convention all is about Mult-Adds and parameters (leave --cost out)\n",
    )
