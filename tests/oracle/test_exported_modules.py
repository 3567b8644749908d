"""The modules that ``costcalc export`` writes, run under PyTorch: their shapes, what is read back,
and what counters give for them."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from counters import COUNTERS, installed, quiet
from exported import HEAD, ROWS
from torch import Tensor, nn

import costcalc as cc
from costcalc.export.torch.module import module
from costcalc.graph.build import build
from costcalc.graph.layers import Graph

pytestmark = pytest.mark.oracle
#: What PyTorch has no word for.
REFUSED = {"swin-t": "a learned map that is read out of another"}
#: Beside the rows that every target has.
MORE = {
    "gain": "- {dwconv: 3x3, multiplier: 2, gain: true}\n"
    "- {tconv: 3x3, out: 6, stride: 2, padding: 1, gain: true}\n",
    "fixed": "- {dwconv: 3x3, multiplier: 2, fixed: true}\n"
    "- {tconv: 3x3, out: 6, stride: 2, padding: 1, groups: 2, fixed: true}\n",
}
#: Tools that see every function, so that they need not be told how rows are coded.
TOOLS = ("fvcore-0.1.5", "torch-flopcounter")


def exported(graph: Graph, device: str = "meta") -> nn.Module:
    """The module; on the meta device without numbers."""
    names: dict[str, Any] = {}
    exec(module(graph), names)
    with torch.device(device):
        made: nn.Module = names["Net"]()
    return made.eval()


def size(x: Tensor) -> tuple[int, ...]:
    """A result of a batch of two as height, width and channels."""
    batch, *sides = x.shape
    assert batch == 2
    if len(sides) == 3:
        return sides[1], sides[2], sides[0]
    return (1, 1, *sides) if len(sides) == 1 else (sides[0], 1, sides[1])


def same(net: cc.Network) -> None:
    """Whether a spec's module leaves the maps that it says, and has its costs."""
    graph = build(net.spec, net.spec.defaults())
    made = exported(graph)
    inputs = [torch.zeros(2, c, h, w, device="meta") for h, w, c in graph.inputs.values()]
    with torch.no_grad():
        found = made(*inputs)
    read = {source for layer in graph.layers for source in layer.inputs}
    read -= {output.source for output in graph.outputs.values()}
    ends = [layer.output for i, layer in enumerate(graph.layers) if i not in read]
    assert [size(x) for x in (found if isinstance(found, tuple) else (found,))] == ends
    back = cc.from_torch(made, [x[:1] for x in inputs])
    for convention in ("paper", "trainable"):
        ours, theirs = net.count(convention=convention), back.count(convention=convention)
        assert (theirs.mult_adds, theirs.params) == (ours.mult_adds, ours.params), convention


@pytest.mark.parametrize("name", cc.spec_names())
def test_a_shipped_network_runs_and_is_read_again(name: str) -> None:
    if name in REFUSED:
        with pytest.raises(cc.CostcalcError, match=REFUSED[name]):
            same(cc.load(name))
    else:
        same(cc.load(name))


@pytest.mark.parametrize("rows", [*ROWS.values(), *MORE.values()], ids=[*ROWS, *MORE])
def test_a_row_runs_and_is_read_again(rows: str) -> None:
    same(cc.loads(HEAD + rows))


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("name", [name for name in cc.spec_names() if name not in REFUSED])
def test_counters_give_what_their_convention_says(name: str, tool: str) -> None:
    if not installed(tool):
        pytest.skip(f"{COUNTERS[tool][0]} is not installed")
    net = cc.load(name)
    count = net.count(convention=tool)
    if any("fractional" in note for note in count.notes):
        pytest.skip("the tool does not know fractional pools")
    graph = build(net.spec, net.spec.defaults())
    ((height, width, channels),) = graph.inputs.values()
    device = "cpu" if tool.startswith("fvcore") else "meta"  # what traces needs numbers
    image = torch.zeros(1, channels, height, width, device=device)
    with quiet(), torch.no_grad():
        given = COUNTERS[tool][1](exported(graph, device), image)
    assert given == count.mult_adds
