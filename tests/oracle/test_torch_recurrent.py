"""Recurrent layers of PyTorch as rows: what PyTorch multiplies, and the parameters it has."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import costcalc as cc

pytestmark = pytest.mark.oracle


class Net(nn.Module):
    """A recurrent layer of 20 values over 7 steps of 12: what it gives at each, or is left with."""

    def __init__(self, kind: str, left: bool, **given: Any) -> None:
        super().__init__()
        self.layer = getattr(nn, kind)(12, 20, **given)
        self.left = left

    def forward(self, x: Tensor) -> Tensor:
        given, state = self.layer(x if self.layer.batch_first else x.transpose(0, 1))
        state = state[0] if isinstance(state, tuple) else state
        return state[-1] if self.left else given


@pytest.mark.parametrize("options", [*product((1, 3), *[(False, True)] * 4)])
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_products_and_parameters_are_those_of_torch(kind: str, options: tuple[int, ...]) -> None:
    """Which oneDNN does in one, so that it is turned off to count."""
    *words, left = options
    names = ("num_layers", "bidirectional", "batch_first", "bias")
    net = Net(kind, bool(left), **dict(zip(names, words, strict=True))).eval()
    x = torch.zeros(1, 7, 12)
    with torch.backends.mkldnn.flags(enabled=False), FlopCounterMode(display=False) as ran:
        net(x)
    count = cc.from_torch(net, x).count(convention="trainable")
    assert 2 * count.mult_adds == ran.get_total_flops()
    assert count.params == sum(parameter.numel() for parameter in net.parameters())


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_a_program_is_its_module(kind: str, tmp_path: Path) -> None:
    net, x = Net(kind, True, num_layers=2, bidirectional=True, batch_first=True).eval(), (7, 12)
    program = torch.export.export(net, (torch.zeros(1, *x),))
    torch.export.save(program, tmp_path / "net.pt2")
    ours = cc.from_torch(net, "7x12").count(convention="trainable")
    for network in (cc.from_torch(program, "7x12"), cc.load(tmp_path / "net.pt2")):
        given = network.count(convention="trainable")
        assert (given.mult_adds, given.params) == (ours.mult_adds, ours.params)


class Begun(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer, self.state = nn.GRU(12, 20), nn.Parameter(torch.zeros(1, 7, 20))

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x, self.state)[0]


class Cell(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.LSTMCell(12, 20)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x[0])[0]


@pytest.mark.parametrize(
    ("net", "reason"),
    [
        (Net("LSTM", False, proj_size=5), "lstm with projections (layer)"),
        (Begun(), "gru that begins with a state that is learned or computed (layer)"),
        (Cell(), "operator lstm_cell (layer)"),
    ],
)
def test_what_no_row_says_is_refused(net: nn.Module, reason: str) -> None:
    with pytest.raises(cc.CostcalcError) as error:
        cc.from_torch(net, "7x12")
    assert str(error.value) == f"{type(net).__name__}: not translated: {reason}"
