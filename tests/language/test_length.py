"""Sequences: an input with a length, where windows, strides and paddings are of it alone."""

from __future__ import annotations

import pytest

import costcalc as cc
from costcalc import CostcalcError

M5 = """
network: m5
input: {length: LENGTH, channels: 1}
defaults: {norm: batch, activation: relu, bias: true, padding: valid}
blocks:
  stage: {takes: [k, c, s], layers: [{conv: k, stride: s, out: c}, {maxpool: 4}]}
layers:
- {stage: [80, 32, 16], name: first}
- {stage: [3, 32, 1]}
- {stage: [3, 64, 1]}
- {stage: [3, 64, 1]}
- {avgpool: global}
- {fc: 35, bias: true}
"""


def net(rows: str, head: str = "input: {length: 100, channels: 8}") -> cc.Network:
    return cc.loads(f"network: net\n{head}\nlayers:\n{rows}\n")


def test_m5_of_the_tutorial_on_audio() -> None:
    """Totals of PyTorch's own model at 8,000 samples, counted by hooks."""
    count = cc.loads(M5.replace("LENGTH", "8000")).count(convention="trainable")
    assert (count.mult_adds, count.params) == (1_880_256, 26_915)
    pools = [layer for layer in count.layers if layer.type == "max pool 4x1"]
    assert [layer.output[0] for layer in pools] == [124, 30, 7, 1]
    free = cc.loads(M5.replace("LENGTH", "resolution"))
    assert free.formula().at(rounded=True, resolution=8000)[0] == 1_880_256
    with pytest.raises(CostcalcError, match="the width of the input does not hang on resolution"):
        free.count(resolution="8000x2")


@pytest.mark.parametrize(
    ("row", "gives", "macs"),
    [
        ("{conv: 3, out: 4}", (100, 1, 4), 100 * 3 * 8 * 4),
        ("{conv: 3x1, out: 4}", (100, 1, 4), 100 * 3 * 8 * 4),
        ("{conv: [3, 1], out: 4}", (100, 1, 4), 100 * 3 * 8 * 4),
        ("{conv: 3, out: 4, stride: 2, dilation: 2, padding: 1}", (49, 1, 4), 49 * 3 * 8 * 4),
        ("{conv: 3, out: 4, padding: [2, 0]}", (100, 1, 4), 100 * 3 * 8 * 4),  # causal
        ("{dwconv: 5, padding: half}", (100, 1, 8), 100 * 5 * 8),
        ("{tconv: 4, out: 6, stride: 2, padding: 1}", (200, 1, 6), 100 * 4 * 8 * 6),
        (
            "{tconv: 3, out: 6, stride: 2, padding: 1, output_padding: 1}",
            (200, 1, 6),
            100 * 3 * 8 * 6,
        ),
        ("{maxpool: 4}", (25, 1, 8), 0),
        ("{avgpool: 3, stride: 2, padding: 1}", (50, 1, 8), 0),
        ("{avgpool: {to: 7}}", (7, 1, 8), 0),
        ("{upsample: 2}", (200, 1, 8), 0),
        ("{resize: 128}", (128, 1, 8), 0),
        ("{resize: {by: 3/2}}", (150, 1, 8), 0),
        ("{crop: {by: [1, 2]}}", (97, 1, 8), 0),
        ("{crop: 64}", (64, 1, 8), 0),
        ("{zeropad: [3, 0]}", (103, 1, 8), 0),
        ("{zeropad: {to: 128}}", (128, 1, 8), 0),
        ("{reflectpad: 3}", (106, 1, 8), 0),
        ("{subsample: 3}", (34, 1, 8), 0),
        ("{space_to_depth: 2}", (50, 1, 16), 0),
        ("{depth_to_space: 4}", (400, 1, 2), 0),
        ("{windows: 10}", (10, 10, 8), 0),
        ("{reshape: 10x10}", (10, 10, 8), 0),
        ("{avgpool: {over: height}}", (1, 1, 8), 0),
        ("{linear: 5}", (100, 1, 5), 100 * 8 * 5),
    ],
)
def test_one_number_is_of_the_length(row: str, gives: tuple[int, ...], macs: int) -> None:
    count = net(f"- {row}").count()
    assert (tuple(count.layers[0].output), count.mult_adds) == (gives, macs)


@pytest.mark.parametrize("convention", cc.all_conventions())
def test_it_is_counted_as_a_map_of_one_column(convention: str) -> None:
    own = "- {conv: 3, out: 4, padding: 1, norm: batch, activation: relu}\n- {maxpool: 2}"
    two = "- {conv: 3x1, out: 4, padding: [1, 0], norm: batch, activation: relu}\n- {maxpool: 2x1}"
    counts = [
        net(rows, head).count(convention=convention)
        for rows, head in ((own, "input: {length: 100, channels: 8}"), (two, "input: 100x1x8"))
    ]
    assert counts[0].mult_adds == counts[1].mult_adds
    assert counts[0].params == counts[1].params


def test_a_sequence_and_a_vector() -> None:
    rows = "- {conv: 3, out: 4}\n- {avgpool: global}\n- concat: [[], [{fc: 6, from: state}]]"
    head = "inputs: {heard: {length: 100, channels: 8}, state: 1x1x7}"
    assert net(rows, head).count().mult_adds == 100 * 3 * 8 * 4 + 7 * 6


def test_defaults_arguments_and_printed_sizes() -> None:
    head = "input: {length: 100, channels: 8}\ndefaults: {padding: 1}\n"
    block = "blocks: {b: {takes: [k], layers: [{conv: k, out: 4}]}}"
    network = net("- {b: 3, name: x, input: 100x8}\n- {b: 3x1, input: 100x1x4}", head + block)
    assert network.count().mult_adds == 100 * 3 * 8 * 4 + 100 * 3 * 4 * 4
    with pytest.raises(CostcalcError) as caught:
        net("- {b: 3x3}", head + block).count()
    assert "3x3 is two sides of a length [in layers[0] → b, line 6] (write 3)" in str(caught.value)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{conv: 3x3, out: 4}", "'3x3' is two sides of a length (write 3)"),
        ("{maxpool: 2x2}", "'2x2' is two sides of a length (write 2)"),
        (
            "{zeropad: [1, 1, 1, 1]}",
            "4 padding numbers (same, valid, half, a number or [before, after])",
        ),
    ],
)
def test_two_sides_of_a_length_are_a_slip(row: str, problem: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        net(f"- {row}")
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("head", "problem"),
    [
        (
            "input: {length: 100, width: 3, channels: 8}",
            "width beside length, which is the only side (either length, or height and width)",
        ),
        (
            "inputs: {a: {length: 100, channels: 8}, b: {side: 8, channels: 3}}",
            "'b' beside an input that has a length",
        ),
        ("input: {length: 100}", "the input needs channels ({length: 8000, channels: 1})"),
        ("input: 100x8", "'100x8' is not a size (of a sequence: {length: 100, channels: 8})"),
        ("input: 16x112x112x3", "'16x112x112x3' is not a size (maps have two sides, height and"),
    ],
)
def test_inputs_that_are_none(head: str, problem: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        net("- relu", head)
    assert problem in str(caught.value)
