"""Keras code of networks, as text; the oracles run it."""

from __future__ import annotations

import ast
import builtins
from pathlib import Path

import pytest
from conftest import Run, process
from exported import HEAD, ROWS

import costcalc as cc
from costcalc.export.keras.layers import WRITERS
from costcalc.export.keras.module import module
from costcalc.graph.build import build
from costcalc.operators import OPERATORS
from costcalc.operators.merging import MERGES

#: Rows of which a part has no layer of Keras, and what is said of that.
REFUSED = {
    "conv": "a dilation with a stride, or of a pool: conv1",
    "norms": "lrn: lrn7",
    "recurrent": "LSTM with two biases, or over several columns: lstm2",
}
SMALL = """network: small
parameters: {alpha: {default: 1, meaning: width}}
defaults: {norm: batch, activation: relu6, bias: false, padding: same}
input: {side: 32, channels: 3}
blocks:
  ir:
    takes: [t]
    layers:
    - residual: [{conv: 1x1, out: t*in}, {dwconv: 3x3}, {conv: 1x1, out: in/t, activation: none}]
layers:
- {conv: 3x3, out: 16*alpha, stride: 2, name: stem}
- {ir: 6}
- {conv: 5x5, out: 24, stride: 2, padding: half, bias: true, norm: none, activation: hswish}
- {avgpool: global}
- {fc: 10, bias: true}
- softmax
"""
WRITTEN = '''"""small at alpha = 1/2.

The input is 32x32x3, channels last.
"""

import keras
from keras import layers


def network():
    inputs = keras.Input((32, 32, 3), name="input")

    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="stem")(inputs)
    x = layers.BatchNormalization(name="stem_bn")(x)
    stem = layers.ReLU(6.0, name="stem_relu6")(x)

    x = layers.Conv2D(48, 1, use_bias=False, name="ir1_conv2")(stem)
    x = layers.BatchNormalization(name="ir1_conv2_bn")(x)
    x = layers.ReLU(6.0, name="ir1_conv2_relu6")(x)
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="ir1_dwconv3")(x)
    x = layers.BatchNormalization(name="ir1_dwconv3_bn")(x)
    x = layers.ReLU(6.0, name="ir1_dwconv3_relu6")(x)
    x = layers.Conv2D(8, 1, use_bias=False, name="ir1_conv4")(x)
    x = layers.BatchNormalization(name="ir1_conv4_bn")(x)
    x = layers.Add(name="ir1_add5")([x, stem])

    x = layers.ZeroPadding2D(((2, 1), (2, 1)), name="conv6_pad")(x)
    x = layers.Conv2D(24, 5, strides=2, name="conv6")(x)
    x = layers.Activation("hard_silu", name="conv6_hswish")(x)
    x = layers.GlobalAveragePooling2D(name="avgpool7")(x)
    x = layers.Dense(10, name="fc8")(x)
    softmax9 = layers.Softmax(name="softmax9")(x)

    return keras.Model(inputs, softmax9, name="small")
'''


def code(text: str, **values: object) -> str:
    spec = cc.loads(text).spec
    return module(build(spec, spec.binding(values)))


def body(rows: str) -> list[str]:
    """The statements of the function, but for the first and the last."""
    return code(HEAD + rows).partition("def network():\n")[2].replace("    ", "").split("\n")[2:-3]


def test_a_layer_is_a_statement(tmp_path: Path) -> None:
    assert code(SMALL, alpha="1/2") == WRITTEN
    (tmp_path / "small.yaml").write_text(SMALL)
    words = ("--alpha", "0.5", "-o", "small.py", "--format", "keras")
    made = process("export", "small.yaml", *words, cwd=tmp_path)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
    assert (tmp_path / "small.py").read_text() == WRITTEN


@pytest.mark.parametrize("name", [name for name in ROWS if name not in REFUSED])
def test_every_row_is_python_that_imports_keras_alone(name: str) -> None:
    text = code(HEAD + ROWS[name])
    tree = ast.parse(text)
    imported = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]
    assert imported in (["keras", "layers"], ["keras", "layers", "ops"])
    assert all(f"{word}." in text.partition("import layers")[2] for word in imported)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert names & {*dir(builtins)} <= {"super", "tuple", "float"}
    assert max(map(len, text.splitlines())) <= 99


@pytest.mark.parametrize("name", REFUSED)
def test_what_keras_does_not_have_is_refused(name: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(HEAD + ROWS[name])
    made = run("export", "net.yaml", "-o", "net.py", "--format", "keras", cwd=tmp_path)
    said = f"not in Keras: {REFUSED[name]} (leave these rows out, or say them otherwise)\n"
    assert (made.returncode, made.stdout, made.stderr) == (2, "", said)
    assert [path.name for path in tmp_path.iterdir()] == ["net.yaml"]


def test_all_that_is_refused_is_said_at_once(run: Run, tmp_path: Path) -> None:
    rows = (
        "- {avgpool: 3x3, round: up, stride: 2}\n"
        "- {conv: 3x3, out: 4, gain: true}\n- {dwconv: 3x3, fixed: true}\n- {fmp: 1.5}\n"
        "- {tconv: 3x3, out: 4, groups: 2}\n- {fmp: 1.5}\n"
        "- {tconv: 3x3, out: 4, output_padding: 1, stride: 2, padding: valid}\n"
        "- {maxpool: 2x2, dilation: 2}\n- {rmsnorm, scale: false}\n"
        "- {add: [[], [{learned: 1x1x4, params: 2}]]}\n"
        "- {add: [[], [{learned: 1x1x4, params: 0}]]}\n"
        "- {conv: 1x1, out: 4, name: lender, bias: true}\n"
        "- {conv: 1x1, out: 4, bias: true, weights: {lender, own: bias}}\n"
    )
    (tmp_path / "net.yaml").write_text(HEAD + rows)
    made = run("export", "net.yaml", "-o", "net.py", "--format", "keras", cwd=tmp_path)
    assert made.stderr == (
        "not in Keras: a mean that rounds up: avgpool1; kernels that are constant, or have a gain: "
        "conv2, dwconv3; fmp: fmp4, fmp6; transposed convolutions with groups, or with a dilation "
        "and a stride: tconv5; transposed convolutions that give more than their kernels reach: "
        "tconv7; a dilation with a stride, or of a pool: maxpool8; rmsnorm without a scale: "
        "rmsnorm9; a learned map that is read out of another: add1/learned10; a map that is "
        "constant: add2/learned12; weights that another row has otherwise: conv15 "
        "(leave these rows out, or say them otherwise)\n"
    )


def test_every_operator_has_a_writer_or_is_refused_by_name() -> None:
    assert {*OPERATORS, *MERGES} - {*WRITERS} == {"fmp", "lrn"}
    assert {*WRITERS} <= {*OPERATORS, *MERGES}


def test_names_are_names_of_python_that_nothing_else_has() -> None:
    rows = (
        "- {conv: 1x1, out: 8, name: class}\n- {conv: 1x1, out: 8, name: layers}\n"
        "- {conv: 1x1, out: 8, name: head-1}\n- {conv: 1x1, out: 8, name: head_1}\n"
        "- {relu: , name: pad}\n- {add: [[], {from: class}], name: x}\n- {padchannels: 9}\n"
    )
    assert body(rows) == [
        'class_ = layers.Conv2D(8, 1, use_bias=False, name="class_")(inputs)',
        'x = layers.Conv2D(8, 1, use_bias=False, name="layers_")(class_)',
        'x = layers.Conv2D(8, 1, use_bias=False, name="head_1")(x)',
        'x = layers.Conv2D(8, 1, use_bias=False, name="head_1_2")(x)',
        'x = layers.ReLU(name="pad_")(x)',
        "",
        'x = layers.Add(name="x_x")([x, class_])',
        "",
        'padchannels7 = layers.Identity(name="padchannels7")(',
        "ops.pad(x, ((0, 0), (0, 0), (0, 0), (0, 1)))",
        ")",
    ]


def test_weights_that_several_rows_use_are_one_layer() -> None:
    assert body(ROWS["shared weights"]) == [
        'first_layer = layers.Conv2D(4, 3, padding="same", use_bias=False, name="first")',
        "x = first_layer(inputs)",
        'first_bn_layer = layers.BatchNormalization(name="first_bn")',
        "x = first_bn_layer(x)",
        "x = first_layer(x)",
        'x = layers.BatchNormalization(name="conv2_bn")(x)',
        "x = first_layer(x)",
        "conv3 = first_bn_layer(x)",
    ]


def test_what_leaves_by_name_is_a_dictionary_and_one_position_is_a_vector() -> None:
    rows = (
        "- {conv: 1x1, out: 8, output: map}\n- {avgpool: global}\n- {conv: 1x1, out: 5}\n- relu\n"
    )
    assert code(HEAD + rows).splitlines()[-7:] == [
        '    conv1 = layers.Conv2D(8, 1, use_bias=False, name="conv1")(inputs)',
        '    x = layers.GlobalAveragePooling2D(keepdims=True, name="avgpool2")(conv1)',
        '    x = layers.Conv2D(5, 1, use_bias=False, name="conv3")(x)',
        '    x = layers.Flatten(name="conv3_flatten")(x)',
        '    relu4 = layers.ReLU(name="relu4")(x)',
        "",
        '    return keras.Model(inputs, {"map": conv1, "relu4": relu4}, name="net")',
    ]
