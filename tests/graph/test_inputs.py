"""Networks with several inputs: edges tell them apart, closed forms hang on each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run, spec

import costcalc as cc
from costcalc.graph.build import build
from costcalc.graph.depth import depths
from costcalc.graph.layers import INPUT

#: Koch et al. 2015, "Siamese Neural Networks for One-shot Image Recognition", Figure 4.
SIAMESE = """network: siamese
inputs: {left: 105x105x1, right: 105x105x1}
defaults: {activation: relu, bias: true, padding: valid}
blocks:
  twin:
    layers:
    - {conv: 10x10, out: 64}
    - {maxpool: 2}
    - {conv: 7x7, out: 128}
    - {maxpool: 2}
    - {conv: 4x4, out: 128}
    - {maxpool: 2}
    - {conv: 4x4, out: 256}
    - flatten
    - {fc: 4096, activation: sigmoid}
layers:
- {twin: , name: twin}
- add: [[], [{twin: , from: right, weights: twin}]]
- {fc: 1, activation: sigmoid}
"""

STATE = """network: state
parameters: {resolution: 32}
inputs: {image: {side: resolution, channels: 3}, state: 1x1x7}
layers:
- {conv: 3x3, out: 8, stride: 2}
- {avgpool: global}
- concat: [[], [{fc: 16, from: state}]]
- {fc: 4}
"""

TWO = "inputs: {a: 8x8x3, b: 8x8x3}\n"


def test_a_siamese_network() -> None:
    """38,951,745 is what Keras prints of it in total."""
    net = cc.loads(SIAMESE)
    twin = 96**2 * 100 * 64 + 42**2 * 49 * 64 * 128 + 18**2 * 16 * 128**2 + 6**2 * 16 * 128 * 256
    twin += 6 * 6 * 256 * 4096
    count = net.count(convention="keras")
    assert count.mult_adds == 2 * twin + 4096
    assert count.params == 38_951_745
    assert [layer.inputs for layer in count.layers if layer.type == "conv 10x10"] == [
        ("left",),
        ("right",),
    ]
    graph = build(net.spec, {})
    assert max(depths(graph)) == 6  # four convolutions, and two fully connected layers


def test_an_image_and_a_vector() -> None:
    net = cc.loads(STATE)
    rest = 7 * 16 + (8 + 16) * 4
    for resolution, height, width in ((32, 32, 32), ("64x32", 64, 32)):
        right = (height // 2) * (width // 2) * 27 * 8 + rest
        assert net.count(resolution=resolution).mult_adds == right
        assert list(net.sweep(resolution=[resolution]).mult_adds) == [right]
    formula = net.formula()
    assert formula.exact_when == ("resolution % 2 == 0",)
    assert formula.at(rounded=True, resolution=33)[0] == 17 * 17 * 27 * 8 + rest
    assert int(net.compile()(resolution=64)[0]) == 32 * 32 * 27 * 8 + rest


def test_the_closed_form_says_where_two_inputs_meet() -> None:
    net = cc.loads(
        spec(
            "- {conv: 1, out: 4}\n- add: [[], [{conv: 1, out: 4, from: small}]]\n",
            "parameters: {resolution: 8, z: {default: 8, meaning: side}}\n"
            "inputs: {large: {side: resolution, channels: 3}, small: {side: z, channels: 3}}\n",
        )
    )
    assert net.count().mult_adds == 2 * 64 * 12
    with pytest.raises(cc.CostcalcError, match="add of 8x8x4 and 4x4x4"):
        net.count(z=4)
    assert net.formula().exact_when == ("resolution - z == 0",)
    found = net.sweep(resolution=[4, 8], z=[4, 8], skip=True)
    assert list(found.mult_adds) == [2 * 16 * 12, 2 * 64 * 12]


def test_junctions_come_below_all_inputs() -> None:
    rows = "- {repeat: n, layers: [{conv: 1, out: 3}, {add: [[], [{relu: , from: b}]]}]}\n"
    head = f"parameters: {{n: {{default: 2, meaning: depth}}}}\n{TWO}"
    graph = build(cc.loads(spec(rows, head)).spec, {}, unroll=False)
    assert [layer.inputs for layer in graph.layers] == [(INPUT - 2,), (INPUT - 1,), (0, 1)]
    assert graph.junctions == ((INPUT, 2, None),)
    assert graph.input == graph.inputs["a"]


def test_a_single_input_can_be_gone_back_to() -> None:
    net = cc.loads(spec("- relu\n- add: [[], [{from: input}]]\n"))
    assert net.count().layers[1].inputs == ("relu1", "input")


def test_sizes_follow_an_input() -> None:
    rows = "- {maxpool: 2}\n- {resize: {like: b}}\n- concat: [[], [{from: b}]]\n"
    assert cc.loads(spec(rows, TWO)).count().layers[2].output == (8, 8, 6)


def test_no_layer_is_called_as_an_input_is() -> None:
    rows = "- {conv: 1, out: 3}\n- add: [[], [{from: b}]]\n"
    count = cc.loads(spec(rows, "inputs: {conv1: 8x8x3, b: 8x8x3}\n")).count()
    assert [(layer.name, layer.inputs) for layer in count.layers] == [
        ("conv1_", ("conv1",)),
        ("add2", ("conv1_", "b")),
    ]


@pytest.mark.parametrize(
    ("head", "rows", "message"),
    [
        (TWO, "[relu]", "2:20: inputs: input 'b' is never used ({from: b} takes it)"),
        (
            TWO,
            "[{relu: , from: b}]",
            "2:10: inputs: input 'a' is never used ({from: a} takes it)",
        ),
        (
            TWO,
            "[relu, {resize: {like: b}}]",
            "2:20: inputs: input 'b' is never used ({from: b} takes it)",
        ),
        (
            "inputs: [8x8x3, 8x8x3]\n",
            "[relu]",
            "2:9: inputs: expected inputs by name, got a list "
            "(inputs: {left: 105x105x1, right: 105x105x1})",
        ),
        (
            "inputs: {}\n",
            "[relu]",
            "2:9: inputs: no inputs (inputs: {left: 105x105x1, right: 105x105x1})",
        ),
        (
            f"input: 8x8x3\n{TWO}",
            "[relu]",
            "3:9: inputs: inputs beside input (all of them in inputs)",
        ),
        (
            TWO,
            "[{relu: , name: b}, {from: b}]",
            "3:25: layers[0].name: 'b' is an input (another name)",
        ),
        (
            TWO,
            "[{relu: , from: c}]",
            "3:25: layers[0].from: no row is named 'c' (known: a, b)",
        ),
        (
            "inputs: {a: 8x8x3, b: 8x8}\n",
            "[relu, {from: b}]",
            "2:23: inputs.b: '8x8' is not a size (of a sequence: {length: 8, channels: 8})",
        ),
    ],
)
def test_messages(head: str, rows: str, message: str) -> None:
    with pytest.raises(cc.CostcalcError) as error:
        cc.loads(f"network: net\n{head}layers: {rows}\n")
    assert str(error.value) == f"<text>:{message}"


def test_a_pair_of_sides_must_reach_something() -> None:
    text = STATE.replace("side: resolution", "height: resolution, width: 32")
    with pytest.raises(cc.CostcalcError) as error:
        cc.loads(text).count(resolution="64x32")
    assert str(error.value) == (
        "<text>:3:45: inputs.image.width: the width of input 'image' does not hang on resolution "
        "[at resolution = 64x32] (one number instead of HxW)"
    )


def test_what_is_printed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(STATE)
    assert "\ntakes: image 32×32×3, state 1×1×7\n" in run("show", str(file)).stdout
    show = json.loads(run("show", str(file), "--format", "json").stdout)
    assert show["inputs"] == {"image": "32×32×3", "state": "1×1×7"}
    count = json.loads(run("count", str(file), "--format", "json", "-r", "64x32").stdout)
    assert count["inputs"] == {"image": [64, 32, 3], "state": [1, 1, 7]}
    assert count["layers"][2]["inputs"] == ["state"]
