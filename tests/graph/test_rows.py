"""Rows as they are written: names, labels, and what they cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run, spec

import costcalc as cc
from costcalc.algebra.evaluation import evaluate
from costcalc.language import library

BLOCKS = """input: 8x8x4
parameters:
  w: {default: 1, meaning: width, domain: positive number}
  n: {default: 2, meaning: rounds}
blocks:
  se:
    takes: [r]
    layers:
    - multiply:
      - [{avgpool: global}, {conv: 1x1, out: in/r}, {conv: 1x1, out: in*r}]
      - []
  ir:
    takes: {c: , s: 1}
    layers: [{dwconv: 3x3, stride: s}, {se: 2}, {conv: 1x1, out: c}]
"""
ROWS = """- {conv: 3x3, out: 8*w, group: stem, name: first}
- {ir: {c: 8*w}, repeat: n}
- {ir: [8*w, 2]}
- {ir: {c: 8*w}, repeat: n}
- repeat: n
  layers: [{ir: [8*w]}, relu]
- residual: [{conv: 1x1, out: 8*w}]
- relu
- {from: first}
"""


@pytest.fixture(scope="module")
def net() -> cc.Network:
    return cc.loads(spec(ROWS, BLOCKS))


def test_a_line_for_each_written_row(net: cc.Network) -> None:
    """With 8 channels ``ir`` is dw 9·8, squeeze 8·4 and 4·8 on 1×1, and project 8·8."""

    def ir(h: int) -> int:
        return h * h * 8 * 9 + 8 * 4 + 4 * 8 + h * h * 8 * 8

    assert [(row.name, row.layers, row.mult_adds) for row in net.count().by("row")] == [
        ("first: conv(3x3, out=8*w)", 1, 8 * 8 * 9 * 4 * 8),
        ("ir(c=8*w, repeat=n)", 2 * 6, 2 * ir(8)),
        ("ir(8*w, 2)", 6, ir(4)),
        ("ir(c=8*w, repeat=n) #2", 2 * 6, 2 * ir(4)),
        ("repeat(n, ir, relu)", 2 * 7, 2 * ir(4)),
        ("residual(conv)", 2, 4 * 4 * 8 * 8),
        ("relu", 1, 0),
        ("from(first)", 0, 0),
    ]


def test_layers_have_the_path_of_their_row(net: cc.Network) -> None:
    count = net.count()
    assert [layer.path for layer in count.layers][:4] == [
        "first",
        "ir1/dwconv2",
        "ir1/avgpool3",
        "ir1/conv4",
    ]
    assert [layer.path for layer in count.layers][-3:] == [
        "residual1/conv46",
        "residual1/add47",
        "relu48",
    ]
    assert count.to_dict()["layers"][1]["name"] == "dwconv2"  # the names of the contract stay
    assert count.to_dict()["layers"][1]["path"] == "ir1/dwconv2"
    assert count.to_dict()["layers"][1]["row"] == "ir(c=8*w, repeat=n)"


def test_closed_forms_by_row(net: cc.Network) -> None:
    rows = net.formula(n=2).by("row")
    count = net.count(w=3, n=2)
    assert len(rows) == 7  # a row without layers has no form
    for row, counted in zip(rows, count.by("row"), strict=False):
        assert (row.name, evaluate(row.mult_adds, {"w": 3})) == (counted.name, counted.mult_adds)


@pytest.mark.parametrize("name", library.spec_names())
def test_rows_of_shipped_networks_add_up(name: str) -> None:
    network = cc.load(name)
    count = network.count()
    rows = count.by("row")
    assert len(rows) == len(network.spec.layers)  # all labels differ
    assert sum(row.mult_adds for row in rows) == count.mult_adds
    assert sum(row.params for row in rows) == count.params
    assert sum(row.layers for row in rows) == len(count.layers)
    names = [layer.name for layer in count.layers]
    assert len(set(names)) == len(names)


def test_a_name_that_ends_in_a_digit() -> None:
    head = "input: 8x8x4\nblocks: {s2: {layers: [{conv: 1x1, out: 4}]}}\n"
    count = cc.loads(spec("- s2\n- s2\n- {s2: , name: end}", head)).count()
    assert [layer.path for layer in count.layers] == ["s2_1/conv1", "s2_2/conv2", "end/conv3"]


def test_a_given_name_is_not_taken_by_another_layer() -> None:
    """The second layer would be called relu2, and is given to the first; the second round of the
    repetition would be called relu2_4."""
    rows = "- {relu: , name: relu2}\n- relu\n- {repeat: 2, layers: [{relu: , name: a}]}\n"
    count = cc.loads(spec(rows + "- {from: relu2, name: a_4}")).count()
    assert [layer.name for layer in count.layers] == ["relu2", "relu2_", "a", "a_4_"]
    assert [layer.inputs for layer in count.layers] == [("input",), ("relu2",), ("relu2_",), ("a",)]


def test_count_by_row_on_the_command_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(spec(ROWS, BLOCKS))
    told = run("count", "net.yaml", "--by", "row", "--set", "n=1", "-f", "csv", cwd=tmp_path)
    assert told.stdout.splitlines()[:3] == [
        "row,layers,mult_adds,mult_adds_share,params,params_share",
        '"first: conv(3x3, out=8*w)",1,18432,0.527473,288,0.250000',
        '"ir(c=8*w, repeat=n)",6,8768,0.250916,200,0.173611',
    ]
    layers = run("count", "net.yaml", "-f", "csv", cwd=tmp_path).stdout.splitlines()
    assert layers[0].endswith(",params_share,path")
    assert layers[2].startswith("dwconv2,") and layers[2].endswith(",ir1/dwconv2")
    assert run("count", "net.yaml", cwd=tmp_path).stdout.splitlines()[6].startswith("ir1/dwconv2 ")


def test_compare_by_row(run: Run, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(spec(ROWS, BLOCKS))
    told = run("compare", "net.yaml", "net.yaml@w=2", "--by", "row", "-f", "json", cwd=tmp_path)
    lines = json.loads(told.stdout)["lines"]
    assert {line["by"] for line in lines} == {"total", "row"}
    first = next(line for line in lines if line["name"] == "first: conv(3x3, out=8*w)")
    assert first["values"] == [64 * 9 * 4 * 8, 64 * 9 * 4 * 16]


def test_a_network_without_parameters_beside_another(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("network: a\ninput: 8x8x4\nlayers: [relu]\n")
    (tmp_path / "b.yaml").write_text("network: b\ninput: 8x8x4\nlayers: [relu, relu]\n")
    told = run("compare", "a.yaml", "b.yaml", cwd=tmp_path)
    assert told.stdout.splitlines()[1:3] == ["A: a, no parameters", "B: b, no parameters"]


def test_a_label_is_one_line() -> None:
    count = cc.loads(spec('- {conv: 1x1, out: "8 +\\n\\t8"}\n')).count()
    assert [(row.name, row.params) for row in count.by("row")] == [("conv(1x1, out=8 + 8)", 3 * 16)]
