"""Inputs that are not square, with one side free."""

from __future__ import annotations

import pytest
from conftest import spec

import costcalc as cc

ROWS = "- {conv: 3x3, stride: 2, out: 8α}\n- {dwconv: 3x3}\n"


def network(side: str, parameter: str) -> cc.Network:
    return cc.loads(
        spec(
            ROWS,
            f"parameters: {{alpha: 1, {parameter}}}\nchannels: floor\n"
            f"input: {{height: {side}, width: 10, channels: 1}}\n",
        ),
        "net.yaml",
    )


def test_show_gives_a_free_side_the_number_that_it_has_at_the_default() -> None:
    net = network("frames", "frames: {default: 49, meaning: frames}")
    table = net.show()
    assert [row.input for row in table.rows] == ["49×10×1", "25×5×8α"]
    assert table.parameters == {"frames": 49}
    assert [row.input for row in net.show(frames=98).rows] == ["98×10×1", "49×5×8α"]


def test_a_pair_of_sides_needs_two_sides_that_hang_on_it() -> None:
    net = network("resolution", "resolution: 49")
    assert net.count(resolution=98).layers[0].output == (49, 5, 8)
    with pytest.raises(cc.CostcalcError) as caught:
        net.count(resolution="49x12")
    assert str(caught.value) == (
        "net.yaml:4:36: input.width: the width of the input does not hang on resolution "
        "[at resolution = 49x12] (one number instead of HxW)"
    )
    with pytest.raises(cc.CostcalcError) as caught:
        cc.loads(spec(ROWS), "net.yaml").count(alpha=1, resolution="2x3")
    assert "net has no parameter" in str(caught.value)
