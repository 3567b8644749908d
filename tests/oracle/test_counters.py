"""The counters themselves, run on networks that are built from the layer tables.

What is not installed is skipped. ``OLD_COUNTERS`` names a folder with ``ptflops-0.6.9`` and
``thop-0.0.31``, each made by ``pip install --no-deps --target``; each runs in its own process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from counters import COUNTERS, OLD, counted, installed, profiled, quiet
from measure import torchvision_models

import costcalc as cc

pytestmark = pytest.mark.oracle
HERE = Path(__file__).resolve().parent
EVERY = str(HERE / "every_operator.yaml")
FUNCTIONAL = str(HERE / "every_operator_functional.yaml")
#: Rows that every tool meets on its own, as modules and as function calls.
ROWS = (
    *("gelu", "elu", "selu", "tanh", "softplus", "mish", "hardtanh", "prelu", "{prelu: layer}"),
    *(
        "{" + norm + without + "}"
        for norm in ("bn", "layernorm", "groupnorm: 4", "instancenorm")
        for without in ("", ", scale: false", ", shift: false", ", scale: false, shift: false")
    ),
    *("rmsnorm", "{rmsnorm, scale: false}", "lrn", "{lrn: 4}", "{l2norm, scale: false}"),
    *("{avgpool: {to: 4x3}}", "{avgpool: {to: 3x5}}", "{avgpool: {to: 1}}", "{avgpool: {to: 9x7}}"),
    *("{maxpool: {to: 4x3}}", "{maxpool: {to: 3x5}}", "{maxpool: global}"),
    *("{upsample: 3}", "{resize: 7x9}", "{resize: 9x4, mode: bilinear}", "{resize: {by: 5/4}}"),
    *("{resize: {by: 3/2}, mode: bilinear}", "{resize: {by: 1/2}}", "{depth_to_space: 2}"),
    *("{maxpool: 2x2, stride: 1, dilation: 2}", "{maxpool: 2x2, dilation: 3, padding: half}"),
    "{tconv: 1x1, out: 4, padding: half, groups: 2}",
    "{tconv: 3x3, out: 8, stride: 2, padding: 1, output_padding: 1, groups: 2, bias: true}",
    "{tconv: 2x4, out: 8, stride: 3x2, padding: [1, 0], output_padding: [2, 1], dilation: 1x2}",
    "{tconv: 3x2, out: 4, padding: half, dilation: 2, output_padding: 1, bias: true}",
    *("{avgpool: {over: channels}}", "{avgpool: {over: height}}"),
    *("{maxpool: {over: channels}}", "{maxpool: {over: width}}"),
    "{add: [[], [{avgpool: global}]]}",
    "{add: [[{maxpool: {over: channels}}], [{avgpool: {over: width}}], []]}",
    "{multiply: [[{avgpool: {over: channels}}, sigmoid], []]}",
    *("{linear: 12}", "{linear: 12, bias: true, activation: gelu}", "tokens", "{windows: 3x5}"),
    *("transpose", "{transpose: sides}", "{reshape: 10x3}", "{reshape: 3x4x20}"),
    "{concat: [[], {conv: 1x1, out: 8}], along: height}",
    "{matmul: [[], {linear: 8}], over: channels, heads: 2}",
    "{matmul: [transpose, []], over: tokens}",
    *("{lstm: 6}", "{lstm: 5, biases: 0, last: true}", "{gru: 6}", "{gru: 5, biases: 0}"),
    *("{rnn: 6}", "{rnn: 5, biases: 0}", "{gru: 5, bidirectional: true, last: true}"),
    "{lstm: 5, bidirectional: true}",
    "{matmul: [[{linear: 12}, {softmax: 2}], {linear: 10}], over: tokens, heads: 2}",
    *("scale", "{scale: layer}", "shift", "{shift: layer}"),
    "{add: [[], {learned: 6x5x8}]}",
    "{concat: [{learned: }, []]}",
    "{dwconv: 3x3, padding: half, stride: 2, fixed: true}",
    "{conv: 3x3, out: 12, padding: 1, groups: 2, bias: true, dilation: 2, fixed: true}",
    "{tconv: 4x4, out: 8, stride: 2, padding: 1, groups: 4, bias: true, fixed: true}",
    *("{crop: 3x4}", "{crop: {by: [1, 0, 2, 1]}}", "{reflectpad: [1, 2, 3, 0]}"),
)
CODINGS = ("module", "functional")
SPECS = [
    *("mobilenet-v1", "mobilenet-v2", "mobilenet-v3-large", "mobilenet-v3-small"),
    *("resnet-18", "fd-mobilenet"),
    EVERY,
    FUNCTIONAL,
]

#: Networks that torchvision has. Its VGG pools its 7×7 map to 7×7 once more, which tools count.
TORCHVISION = {
    "resnet-18": "resnet18",
    "resnet-50": "resnet50",
    "mobilenet-v2": "mobilenet_v2",
    "mobilenet-v3-small": "mobilenet_v3_small",
    "mobilenet-v3-large": "mobilenet_v3_large",
}


def own(convention: str, spec: str) -> int:
    return cc.load(spec).count(convention=convention).mult_adds


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: Path(spec).stem)
@pytest.mark.parametrize("convention", [name for name in COUNTERS if name not in OLD])
def test_the_tool_gives_what_its_convention_says(convention: str, spec: str) -> None:
    if not installed(convention):
        pytest.skip(f"{COUNTERS[convention][0]} is not installed")
    assert own(convention, spec) == counted(convention, spec)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: Path(spec).stem)
@pytest.mark.parametrize("convention", OLD)
def test_old_versions_in_a_process_of_their_own(convention: str, spec: str) -> None:
    assert [own(convention, spec)] == old(convention, spec)


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("convention", [name for name in COUNTERS if name not in OLD])
def test_rows_one_by_one(convention: str, coding: str, tmp_path: Path) -> None:
    if not installed(convention):
        pytest.skip(f"{COUNTERS[convention][0]} is not installed")
    specs = one_by_one(convention, coding, tmp_path)
    ours = {row: own(convention, path) for row, path in specs.items()}
    assert ours == {row: counted(convention, path) for row, path in specs.items()}


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("convention", OLD)
def test_rows_one_by_one_in_old_versions(convention: str, coding: str, tmp_path: Path) -> None:
    specs = one_by_one(convention, coding, tmp_path)
    ours = {row: own(convention, path) for row, path in specs.items()}
    assert ours == dict(zip(specs, old(convention, *specs.values()), strict=True))


def one_by_one(convention: str, coding: str, folder: Path) -> dict[str, str]:
    """A spec for each row whose cost the convention says that it knows."""
    specs = {}
    for row in ROWS:
        if "lrn" in row and convention.startswith("onnx"):
            continue  # what PyTorch exports of it is an error there
        path = folder / f"{len(specs)}.yaml"
        head = f"network: one\ninput: 6x5x8\ndefaults: {{coded: {coding}}}\nlayers:\n"
        path.write_text(f"{head}- {{conv: 1x1, out: 8}}\n- {row}\n- sigmoid\n")
        if not cc.load(str(path)).count(convention=convention).notes:
            specs[row] = str(path)
    return specs


@pytest.mark.parametrize("convention", [name for name in COUNTERS if name not in OLD])
def test_a_module_that_is_called_twice(convention: str, tmp_path: Path) -> None:
    """Its work counts each time."""
    if not installed(convention):
        pytest.skip(f"{COUNTERS[convention][0]} is not installed")
    path = tmp_path / "twice.yaml"
    row = "conv: 3x3, out: 8, padding: 1, bias: true"
    path.write_text(
        f"input: 6x5x8\nlayers:\n- {{{row}, name: a}}\n- relu\n- {{{row}, weights: a}}\n"
    )
    conv = torch.nn.Conv2d(8, 8, 3, padding=1)
    model = torch.nn.Sequential(conv, torch.nn.ReLU(), conv).eval()
    with quiet(), torch.no_grad():
        given = COUNTERS[convention][1](model, torch.zeros(1, 8, 6, 5))
    assert own(convention, str(path)) == given


@pytest.mark.parametrize(
    ("op", "attributes", "row"),
    [("LRN", {"size": 5}, "lrn"), ("LRN", {"size": 4}, "{lrn: 4}"), ("Gelu", {}, "")],
)
def test_nodes_that_pytorch_does_not_export(
    op: str, attributes: dict[str, int], row: str, tmp_path: Path
) -> None:
    if not installed("onnx-tool-bn"):
        pytest.skip("onnx_tool is not installed")
    from onnx import TensorProto, helper

    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 8, 6, 5]) for n in "xy")
    graph = helper.make_graph([helper.make_node(op, ["x"], ["y"], **attributes)], "one", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    path = tmp_path / "one.yaml"
    path.write_text(f"network: one\ninput: 6x5x8\nlayers:\n- {row or 'gelu'}\n")
    quirk = 6 * 5 * 8 * (34 - 7) if not row else 0  # one node, which PyTorch writes as five
    with quiet():
        assert profiled(model) == own("onnx-tool-bn", str(path)) + quirk


def old(convention: str, *specs: str) -> list[int]:
    """What an old version gives, in a process of its own."""
    folder = Path(os.environ.get("OLD_COUNTERS", "")) / convention
    if "OLD_COUNTERS" not in os.environ or not folder.is_dir():
        pytest.skip("OLD_COUNTERS names no folder with it")
    result = subprocess.run(
        [sys.executable, str(HERE / "counters.py"), convention, *specs],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])},
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    return [int(line) for line in result.stdout.splitlines()[-len(specs) :]]


@pytest.mark.parametrize("spec", TORCHVISION)
@pytest.mark.parametrize("convention", [name for name in COUNTERS if name not in OLD])
def test_torchvision_s_own_networks_without_a_note(convention: str, spec: str) -> None:
    if not installed(convention):
        pytest.skip(f"{COUNTERS[convention][0]} is not installed")
    try:
        make = getattr(torchvision_models(), TORCHVISION[spec])
    except ImportError:
        pytest.skip("torchvision is not installed")
    with quiet(), torch.no_grad():
        total = COUNTERS[convention][1](make().eval(), torch.zeros(1, 3, 224, 224))
    count = cc.load(spec).count(convention=convention)
    assert (count.mult_adds, count.notes) == (total, ())


def test_a_wrong_convention_would_be_seen() -> None:
    if not installed("fvcore-0.1.5"):
        pytest.skip("fvcore is not installed")
    assert own("thop-0.1.1", EVERY) != counted("fvcore-0.1.5", EVERY)
