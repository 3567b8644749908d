"""Workloads of simulators: their loops make the Mult-Adds of the network."""

from __future__ import annotations

from math import prod
from pathlib import Path

import pytest
import yaml
from conftest import Run

import costcalc as cc
from costcalc.export.workloads import scale_sim, zigzag
from costcalc.graph.build import build
from costcalc.graph.layers import Graph
from costcalc.source.kinds import KINDS

TEXT = """network: net
defaults: {norm: batch, activation: relu, bias: false, padding: same}
input: 9x9x4
layers:
- {conv: 3x3, out: 8, stride: 2, name: stemDP}
- residual: [{dwconv: 3x3}]
- {conv: 1x1, out: 6, groups: 2}
- {maxpool: 3x3, stride: 2}
- {tconv: 2x2, out: 5, stride: 2}
- tokens
- {matmul: [[], []], over: channels}
- {avgpool: global}
- {fc: 3}
"""


def graph(text: str = TEXT) -> Graph:
    return build(cc.loads(text).spec, {})


def test_a_topology_has_a_row_for_each_layer_with_mult_adds() -> None:
    """A map reaches as far as the windows do; two groups are two rows."""
    made = scale_sim(graph()).splitlines()
    assert made == [
        "Layer name,IFMAP Height,IFMAP Width,Filter Height,Filter Width,"
        "Channels,Num Filter,Strides,",
        f"stemdp,{4 * 2 + 3},{4 * 2 + 3},3,3,4,8,2,",
        f"residual1/dwconv2_DP,{4 + 3},{4 + 3},3,3,8,1,1,",
        "conv4_1,5,5,1,1,4,3,1,",
        "conv4_2,5,5,1,1,4,3,1,",
        f"tconv6,2,2,1,1,6,{5 * 2 * 2},1,",
        f"matmul1/matmul8,{4 * 4},1,1,1,5,{4 * 4},1,",
        "fc10,1,1,1,1,16,3,1,",
    ]


def test_a_workload_has_the_loops_of_each_layer_and_where_its_maps_come_from() -> None:
    made = yaml.safe_load(zigzag(graph()))
    assert [(one["name"], one["loop_sizes"], one["operand_source"]) for one in made] == [
        ("stemDP", [1, 1, 8, 4, 5, 5, 3, 3], {"W": 0, "I": 0}),
        ("residual1/dwconv2", [1, 8, 1, 1, 5, 5, 3, 3], {"W": 1, "I": 0}),
        ("conv4", [1, 2, 3, 4, 5, 5, 1, 1], {"W": 2, "I": 1}),
        ("tconv6", [1, 1, 5 * 2 * 2, 6, 2, 2, 1, 1], {"W": 3, "I": 2}),
        ("matmul1/matmul8", [1, 1, 16, 5, 16, 1, 1, 1], {"W": 3, "I": 3}),
        ("fc10", [1, 1, 3, 16, 1, 1, 1, 1], {"W": 5, "I": 4}),
    ]
    assert made[0]["dimension_relations"] == ["ix=2*ox+1*fx", "iy=2*oy+1*fy"]
    assert sum(prod(one["loop_sizes"]) for one in made) == cc.loads(TEXT).count().mult_adds


@pytest.mark.parametrize("name", ["mobilenet-v2", "vit-b-16", "unet", "shufflenet-v2"])
def test_a_shipped_network_has_its_mult_adds(name: str) -> None:
    spec = cc.load(name).spec
    made = yaml.safe_load(zigzag(build(spec, spec.defaults())))
    assert sum(prod(one["loop_sizes"]) for one in made) == cc.count(name).mult_adds


def test_the_command_says_what_is_left_out(run: Run, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(TEXT)
    left = (
        "left out, without Mult-Adds: add (1), avgpool (1), bn (4), maxpool (1), relu (4), "
        "tokens (1)\n"
    )
    made = run("export", "net.yaml", "-o", "net.csv", cwd=tmp_path)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", left)
    made = run("export", "net.yaml", "-o", "work.yaml", "--format", "zigzag", cwd=tmp_path)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", left)
    assert (tmp_path / "net.csv").read_text() == scale_sim(graph())
    assert (tmp_path / "work.yaml").read_text().startswith(f"# {left}- id: 0\n")


def test_what_the_loops_do_not_say_is_refused_whole(run: Run, tmp_path: Path) -> None:
    rows = "- {conv: 3x3, out: 4, dilation: 2}\n- {conv: 3x3, out: 4, stride: 2x1}\n- {gru: 4}\n"
    (tmp_path / "net.yaml").write_text(f"input: 9x9x4\nlayers:\n{rows}")
    made = run("export", "net.yaml", "-o", "net.csv", cwd=tmp_path)
    assert made.stderr == (
        "not in a topology of SCALE-Sim: a dilation: conv1; another stride along the rows than "
        "along the columns: conv2; a recurrent layer: gru3 "
        "(leave these rows out, or say them otherwise)\n"
    )
    made = run("export", "net.yaml", "-o", "x.yaml", "--format", "zigzag", cwd=tmp_path)
    assert made.stderr == (
        "not in a workload of ZigZag: a recurrent layer: gru3 "
        "(leave these rows out, or say them otherwise)\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["net.yaml"]


def test_every_format_is_listed(run: Run) -> None:
    rows = run("list", "formats", "--format", "csv").stdout.splitlines()[1:]
    assert [row for row in rows if ",written," in row] == [
        "onnx,an ONNX model,.onnx,written,onnx,",
        "tflite,a TensorFlow Lite model,.tflite,written,tflite,",
        "torch,a PyTorch module,.py,written,,",
        "keras,Keras code,by --format keras,written,,",
        "scale-sim,a topology of SCALE-Sim,.csv,written,,",
        "zigzag,a workload of ZigZag,by --format zigzag,written,,",
    ]
    read = [kind for kind in KINDS if kind.reader]
    assert [row.split(",")[1] for row in rows[:-6]] == [kind.what for kind in read]
