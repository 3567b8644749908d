"""TensorFlow Lite models of networks: read again, with the costs of the spec as it is deployed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from exported import HEAD, ROWS, SMALL

import costcalc as cc
from costcalc.graph.build import build
from costcalc.models.verifying import verify
from costcalc.operators import OPERATORS
from costcalc.operators.merging import MERGES

tflite = pytest.importorskip("tflite")

exporting = pytest.importorskip("costcalc.export.tflite.model")
WRITERS, model = exporting.WRITERS, exporting.model

#: Small, and with every kind of row between them.
SHIPPED = {
    **SMALL,
    "yolov4-tiny": {"resolution": 64},
    "retinanet-r50-fpn": {"resolution": 64},
    "efficientnet-b0": {"resolution": 64},
}
#: What there is no operation for, of which rows.
REFUSED = {
    "tconv": "transposed convolutions padded otherwise than same or valid: tconv1",
    "softmax": "a softmax in parts: softmax1",
    "activations": "gelu: gelu8; selu: selu10; softplus: softplus12; mish: mish13",
    "norms": "layernorm: layernorm2, layernorm3; groupnorm: groupnorm4; instancenorm: "
    "instancenorm5; rmsnorm: rmsnorm6; lrn: lrn7",
    "recurrent": "lstm: lstm2; gru: gru3; rnn: rnn4",
    "windows": "windows: windows1",
    "matmul": "matmul: matmul1/matmul4, matmul2/matmul6",
}
#: Rows beside those, for what stands in none that can be written.
MORE = {
    "valid tconv": "- {tconv: 2x2, out: 6, stride: 2, bias: true}\n",
    "tconv to an odd side": "- {tconv: 3x3, out: 6, stride: 2, padding: 1}\n"
    "- {tconv: 1x2, out: 5, stride: 3, padding: 0, output_padding: [1, 0]}\n",
    "activations": "- relu\n- relu6\n- hardtanh\n- hswish\n- hsigmoid\n- sigmoid\n- swish\n"
    "- leaky\n- elu\n- tanh\n- softmax\n",
    "views": "- tokens\n- {reshape: 8x12}\n- flatten\n- {fc: 3}\n",
    "norms": "- bn\n- {l2norm: , scale: false}\n- {l2norm: }\n",
    "fused": "- {dwconv: 3x3, norm: batch, activation: relu6}\n- bn\n- relu\n",
    "concat": "- {concat: [[], [sigmoid]]}\n",
}
WRITTEN = {
    **{k: v for k, v in ROWS.items() if k not in REFUSED},
    **{f"{k} +": v for k, v in MORE.items()},
}


def tensors(path: Path) -> Iterator[tuple[str, list[int], Any]]:
    """The name, the shape and the table of each tensor of a file."""
    made = tflite.Model.GetRootAs(path.read_bytes(), 0)
    graph = made.Subgraphs(0)
    for i in range(graph.TensorsLength()):
        tensor = graph.Tensors(i)
        yield tensor.Name().decode(), [*tensor.ShapeAsNumpy()], tensor


def kinds(path: Path) -> list[tuple[str, str]]:
    """The operations of a file, and the names of what they give."""
    made = tflite.Model.GetRootAs(path.read_bytes(), 0)
    graph, found = made.Subgraphs(0), []
    for i in range(graph.OperatorsLength()):
        node = graph.Operators(i)
        code = made.OperatorCodes(node.OpcodeIndex()).BuiltinCode()
        name = graph.Tensors(node.Outputs(0)).Name().decode()
        found.append((tflite.opcode2name(code), name))
    return found


def same(net: cc.Network, path: Path, **values: object) -> None:
    """Whether a spec whose norms are folded and the model in a file have the same costs; a
    convolution without a bias has one of zeros there."""
    ours = net.count(convention="deployed", **values)
    read = cc.load(path).count(convention="deployed")
    zeros = sum(shape[0] for name, shape, _ in tensors(path) if name.endswith(".zeros"))
    assert (read.mult_adds, read.params) == (ours.mult_adds, ours.params + zeros)


@pytest.mark.parametrize("name", WRITTEN)
def test_every_row_is_read_again(name: str, tmp_path: Path) -> None:
    net = cc.loads(HEAD + WRITTEN[name])
    net.export(tmp_path / "net.tflite")
    same(net, tmp_path / "net.tflite")


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_operation_is_refused_whole(name: str) -> None:
    with pytest.raises(cc.CostcalcError) as error:
        model(build(cc.loads(HEAD + ROWS[name]).spec, {}))
    hint = "leave these rows out, or say them otherwise"
    assert str(error.value) == f"not in TensorFlow Lite: {REFUSED[name]} ({hint})"


def test_every_operator_has_a_writer_and_a_row_or_is_refused() -> None:
    none = {*OPERATORS, *MERGES} - {*WRITERS}
    norms = {"groupnorm", "instancenorm", "layernorm", "lrn", "rmsnorm"}
    acts = {"gelu", "mish", "selu", "softplus"}
    assert none == {"fmp", "gru", "lstm", "matmul", "rnn", "windows"} | norms | acts
    said = " ".join(WRITTEN.values())
    assert [name for name in WRITERS if name not in said] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_network_is_read_again(name: str, tmp_path: Path) -> None:
    net, path = cc.load(name), tmp_path / "net.tflite"
    net.export(path, weights="zero", values=SHIPPED[name])
    same(net, path, values=SHIPPED[name])


def test_names_and_what_is_folded_and_fused(tmp_path: Path) -> None:
    """A norm is in the convolution, which has a bias for it, and ReLU is a field of that."""
    rows = "- {conv: 3x3, out: 6, name: stem, norm: batch, activation: relu}\n- {avgpool: global}\n"
    path = tmp_path / "net.tflite"
    cc.loads(HEAD + rows).export(path)
    assert kinds(path) == [("CONV_2D", "stem"), ("AVERAGE_POOL_2D", "avgpool2")]
    assert [(name, shape) for name, shape, _ in tensors(path)] == [
        ("input", [1, 8, 12, 4]),
        ("stem.weight", [6, 3, 3, 4]),
        ("stem.bias", [6]),
        ("stem", [1, 8, 12, 6]),
        ("avgpool2", [1, 1, 1, 6]),
    ]


@pytest.mark.parametrize(
    ("row", "made"),
    [
        ("{conv: 3x3, out: 6, stride: 2, padding: same}", ["CONV_2D"]),
        ("{conv: 3x3, out: 6, padding: half}", ["CONV_2D"]),
        ("{conv: 3x3, out: 6, stride: 2, padding: half}", ["PAD", "CONV_2D"]),  # 1 before, not 0
        ("{conv: 3x3, out: 6, stride: 2, padding: valid}", ["CONV_2D"]),
        ("{maxpool: 3x3, stride: 2, padding: half}", ["PADV2", "MAX_POOL_2D"]),
        ("{maxpool: 3x3, stride: 2, round: up}", ["MAX_POOL_2D"]),  # ⌈8 / 2⌉, as same has it
        ("{maxpool: 2x2, stride: 3, padding: valid}", ["MAX_POOL_2D"]),
    ],
)
def test_padding_is_one_of_tensorflows_where_it_can_be(
    row: str, made: list[str], tmp_path: Path
) -> None:
    path, net = tmp_path / "net.tflite", cc.loads(f"{HEAD}- {row}\n")
    net.export(path)
    assert [kind for kind, _ in kinds(path)] == made
    assert cc.load(path).count().layers[-1].output == net.count().layers[-1].output


def test_weights_are_symmetric_and_biases_fit_their_sums(tmp_path: Path) -> None:
    """As TensorFlow Lite's specification of quantisation asks: the scale of a bias is that of the
    products."""
    path = tmp_path / "net.tflite"
    cc.loads(HEAD + "- {conv: 1x1, out: 6, bias: true, name: a}\n- sigmoid\n").export(path)
    coded = {}
    for name, _, tensor in tensors(path):
        found = tensor.Quantization()
        coded[name] = (found.Scale(0), found.ZeroPoint(0), tensor.Type())
    int8, int32 = tflite.TensorType.INT8, tflite.TensorType.INT32
    scale = coded["a.weight"][0]
    assert coded["a.weight"][1:] == (0, int8)
    assert coded["a.bias"] == (pytest.approx(scale / 16, rel=1e-6), 0, int32)
    assert coded["input"] == coded["a"] == (1 / 16, 0, int8)
    assert coded["sigmoid2"] == (1 / 256, -128, int8)


def test_weights_are_the_same_each_time_or_zero() -> None:
    graph = build(cc.loads(HEAD + "- {conv: 3x3, out: 6}\n").spec, {})
    assert model(graph) == model(graph) != model(graph, "zero")


def test_a_convolution_without_a_bias_has_one_of_zeros(tmp_path: Path) -> None:
    """Kernels of TensorFlow Lite read one."""
    path, net = tmp_path / "net.tflite", cc.loads(HEAD + "- {conv: 3x3, out: 6}\n- softmax\n")
    net.export(path)
    assert net.count(convention="deployed").params == 3 * 3 * 4 * 6
    assert cc.load(path).count(convention="deployed").params == 3 * 3 * 4 * 6 + 6
    assert verify(net, path, "net.tflite", {}).lines == (
        "net is net.tflite, with biases of zeros left out: 1 layer, "
        f"{8 * 12 * 9 * 4 * 6:,} Mult-Adds",
        "1 layer with a bias of zeros in the model only: 216 parameters in the spec, 222 in the "
        "model (convention trainable)",
    )


def test_more_weights_than_a_file_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = pytest.importorskip("costcalc.export.rows")
    monkeypatch.setattr(rows, "MAX_BYTES", 3 * 3 * 4 * 6 + 6 * 4 - 1)
    graph = build(cc.loads(HEAD + "- {conv: 3x3, out: 6, bias: true}\n").spec, {})
    with pytest.raises(cc.CostcalcError) as error:
        model(graph)
    told = "more weights than a file of TensorFlow Lite holds (a smaller network)"
    assert str(error.value) == told


def test_outputs_have_the_names_that_the_network_gives_them(tmp_path: Path) -> None:
    rows = "- {conv: 1x1, out: 6, output: deep}\n- {conv: 1x1, out: 2, output: last}\n"
    path = tmp_path / "net.tflite"
    cc.loads(HEAD + rows).export(path)
    assert [name for _, name in kinds(path)] == ["deep", "last"]


def test_the_command(run: Run, tmp_path: Path) -> None:
    words = ("mobilenet-v1", "--alpha", "0.25", "--resolution", "32", "--classes", "10")
    made = run("export", *words, "-o", "net.tflite", cwd=tmp_path)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
    net = cc.load("mobilenet-v1")
    same(net, tmp_path / "net.tflite", alpha=Fraction(1, 4), resolution=32, classes=10)
    held = run("verify", words[0], "net.tflite", *words[1:], cwd=tmp_path)
    assert held.returncode == 0
    assert held.stdout.splitlines()[1].startswith("27 norms of the spec folded into convolutions")
