"""ONNX models of networks: checked, run, and read again, with the costs of the spec."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from conftest import Run
from exported import HEAD, ROWS, SMALL

import costcalc as cc
from costcalc.graph.build import build
from costcalc.operators import OPERATORS
from costcalc.operators.merging import MERGES

onnx = pytest.importorskip("onnx")
numpy = pytest.importorskip("numpy")

exporting = pytest.importorskip("costcalc.export.onnx.model")
WRITERS, model = exporting.WRITERS, exporting.model

#: Small, and with every kind of row between them.
SHIPPED = {
    **SMALL,
    "vit-b-16": {"resolution": 32, "L": 1},
    "yolov2": {"resolution": 64},
    "efficientnet-lite0": {"resolution": 64},
    "hrnet-w18": {"resolution": 64},
}
#: And what only ONNX has.
WRITTEN = ROWS | {
    "fractional": "- {fmp: 1.5}\n- {fmp: 1}\n",
    "table": "- {add: [[], [{learned: 8x12, params: 7}]]}\n",
}


NOISE = numpy.ones((6, 4, 3, 3), "float32")


def run_once(made: object) -> dict[str, tuple[int, ...]]:
    """The shapes of what a model gives, as ONNX's own implementation says."""
    from onnx.reference import ReferenceEvaluator

    session = ReferenceEvaluator(made)
    feeds = {
        one.name: numpy.zeros([d.dim_value for d in one.type.tensor_type.shape.dim], "float32")
        for one in made.graph.input
    }
    found = session.run(None, feeds)
    return {name: array.shape for name, array in zip(session.output_names, found, strict=True)}


def outputs(count: cc.Count) -> list[tuple[int, ...]]:
    """What the layers leave that nothing reads, batch and channels first."""
    read = {name for layer in count.layers for name in layer.inputs}
    sizes = [layer.output for layer in count.layers if layer.name not in read]
    return [(1, c) if (h, w) == (1, 1) else (1, c, h, w) for h, w, c in sizes]


def same(net: cc.Network, path: Path, **values: object) -> None:
    """Whether the spec and the model in a file have the same costs, by two conventions."""
    for convention in ("paper", "trainable"):
        ours, read = (
            n.count(convention=convention, **v) for n, v in ((net, values), (cc.load(path), {}))
        )
        assert (read.mult_adds, read.params) == (ours.mult_adds, ours.params), convention


@pytest.mark.parametrize("name", WRITTEN)
def test_every_row_runs_and_is_read_again(name: str, tmp_path: Path) -> None:
    net = cc.loads(HEAD + WRITTEN[name])
    net.export(tmp_path / "net.onnx")
    made = onnx.load(tmp_path / "net.onnx")
    onnx.checker.check_model(made, full_check=True)
    assert [*run_once(made).values()] == outputs(net.count())
    same(net, tmp_path / "net.onnx")


def test_every_operator_has_a_writer_and_a_row() -> None:
    assert {*OPERATORS, *MERGES} == {*WRITERS}
    said = " ".join(WRITTEN.values())
    assert [name for name in WRITERS if name not in said] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_network_is_read_again(name: str, tmp_path: Path) -> None:
    net = cc.load(name)
    net.export(tmp_path / "net.onnx", weights="zero", values=SHIPPED[name])
    onnx.checker.check_model(onnx.load(tmp_path / "net.onnx"), full_check=True)
    same(net, tmp_path / "net.onnx", values=SHIPPED[name])


def test_layers_keep_their_names_and_their_weights() -> None:
    spec = cc.loads(HEAD + "- {conv: 3x3, out: 6, name: stem, bias: true}\n- relu\n").spec
    made = model(build(spec, {}))
    assert [node.name for node in made.graph.node] == ["stem", "relu2", "relu2:output"]
    sizes = {tensor.name: tuple(tensor.dims) for tensor in made.graph.initializer}
    assert sizes == {"stem.weight": (6, 4, 3, 3), "stem.bias": (6,)}
    assert made == model(build(spec, {}))  # the same weights each time
    zero = model(build(spec, {}), "zero").graph.initializer
    assert not any(any(tensor.raw_data) for tensor in zero)


def test_a_gain_is_a_parameter_beside_the_kernel(tmp_path: Path) -> None:
    """Who reads the file must not take the kernel, multiplied, for all that is learned: a factor
    for each filter is a gain, and of what else it is multiplied by nobody knows."""
    net = cc.loads(HEAD + "- {conv: 3x3, out: 6, gain: true}\n")
    net.export(tmp_path / "net.onnx")
    made = onnx.load(tmp_path / "net.onnx")
    sizes = {tensor.name: tuple(tensor.dims) for tensor in made.graph.initializer}
    assert sizes == {"conv1.weight": (6, 4, 3, 3), "conv1.gain": (6, 1, 1, 1)}
    assert [*run_once(made).values()] == outputs(net.count())
    same(net, tmp_path / "net.onnx")
    gain = made.graph.initializer[1]
    gain.dims[:], gain.raw_data = [1, 1, 1, 1], gain.raw_data[:4]
    (tmp_path / "net.onnx").write_bytes(made.SerializeToString())
    (said,) = cc.load(tmp_path / "net.onnx").spec.remarks
    assert said == (
        "weights made with 'conv1.gain', a single number among the weights, left out; "
        "if it is learned, parameters are 1 more"
    )
    del made.graph.initializer[1]
    made.graph.initializer.append(onnx.numpy_helper.from_array(NOISE, "conv1.gain"))
    (tmp_path / "net.onnx").write_bytes(made.SerializeToString())
    with pytest.raises(cc.CostcalcError, match="weights made of parts or of several constants"):
        cc.load(tmp_path / "net.onnx")


def test_a_gain_of_a_transposed_convolution_has_its_output_channels(tmp_path: Path) -> None:
    net = cc.loads(HEAD + "- {tconv: 3x3, out: 6, stride: 2, padding: 1, gain: true}\n")
    net.export(tmp_path / "net.onnx")
    made = onnx.load(tmp_path / "net.onnx")
    sizes = {tensor.name: tuple(tensor.dims) for tensor in made.graph.initializer}
    assert sizes == {"tconv1.weight": (4, 6, 3, 3), "tconv1.gain": (1, 6, 1, 1)}
    assert [*run_once(made).values()] == outputs(net.count())
    same(net, tmp_path / "net.onnx")


@pytest.mark.parametrize("norm", ["bn: ", "instancenorm: ", "groupnorm: 2"])
def test_what_a_norm_does_not_learn_is_no_parameter_again(norm: str, tmp_path: Path) -> None:
    net = cc.loads(HEAD + f"- {{{norm}, scale: false}}\n- {{{norm}, shift: false}}\n")
    net.export(tmp_path / "net.onnx")
    same(net, tmp_path / "net.onnx")
    assert cc.load(tmp_path / "net.onnx").spec.remarks == (
        "a scale of 1 in every channel of a norm, no parameters",
        "a shift of 0 in every channel of a norm, no parameters",
    )


def test_what_is_learned_for_a_layer_is_one_number() -> None:
    spec = cc.loads(HEAD + "- {scale: layer}\n- {shift: layer}\n").spec
    sizes = [tuple(tensor.dims) for tensor in model(build(spec, {})).graph.initializer]
    assert sizes == [(1, 1, 1), (1, 1, 1)]


def test_weights_that_several_layers_use_stand_once() -> None:
    spec = cc.loads(HEAD + ROWS["shared weights"]).spec
    made = model(build(spec, {}))
    assert sorted(tensor.name for tensor in made.graph.initializer) == sorted(
        ["first.weight"]
        + [f"{o}.{r}" for o in ("first", "conv2") for r in ("mean", "scale", "shift", "variance")]
    )


@pytest.mark.parametrize("part", ["bias", "activation"])
def test_a_part_that_is_not_shared_stands_beside_what_is(part: str) -> None:
    """A bias of its own was that of the row whose kernels are used: as many parameters fewer."""
    row = "conv: 3x3, out: 4, bias: true, activation: prelu"
    spec = cc.loads(
        f"{HEAD}- {{{row}, name: first}}\n- {{{row}, weights: {{first, own: {part}}}}}\n"
    ).spec
    role = {"bias": "bias", "activation": "slope"}[part]
    made = sorted(tensor.name for tensor in model(build(spec, {})).graph.initializer)
    assert made == sorted(["first.weight", "first.bias", "first.slope", f"conv2.{role}"])


def test_a_kernel_that_is_constant_is_no_initializer() -> None:
    spec = cc.loads(HEAD + "- {dwconv: 3x3, fixed: true}\n").spec
    assert not model(build(spec, {})).graph.initializer


def test_what_onnx_does_not_have_is_refused_whole(run: Run, tmp_path: Path) -> None:
    rows = "- {depth_to_space: [1, 2]}\n- {avgpool: {to: 3x3}}\n- {avgpool: {to: 2x2}}\n"
    (tmp_path / "net.yaml").write_text(HEAD + rows)
    made = run("export", "net.yaml", "-o", "net.onnx", cwd=tmp_path)
    assert (made.returncode, made.stdout) == (2, "")
    assert made.stderr == (
        "not in ONNX: blocks that are not square: depth_to_space1; a pool to a "
        "size that does not divide the map: avgpool2, avgpool3 "
        "(leave these rows out, or say them otherwise)\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["net.yaml"]


def test_the_command(run: Run, tmp_path: Path) -> None:
    words = ("mobilenet-v1", "--alpha", "0.25", "--resolution", "32", "--classes", "10")
    made = run("export", *words, "-o", "net.onnx", cwd=tmp_path)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
    net = cc.load("mobilenet-v1")
    same(net, tmp_path / "net.onnx", alpha=Fraction(1, 4), resolution=32, classes=10)
    again = run("export", *words, "-o", "net.onnx", cwd=tmp_path)
    assert again.stderr == "net.onnx exists (--force overwrites it)\n"
    other = run("export", *words, "-o", "net.h5", cwd=tmp_path)
    assert other.stderr == "net.h5 has no known ending (.onnx, .tflite, .py, .csv, or --format)\n"
    none = run("export", *words, "-o", "net", cwd=tmp_path)
    assert none.stderr == "net has no known ending (.onnx, .tflite, .py, .csv, or --format)\n"
