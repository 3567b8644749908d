"""Rows that write where they read: what a plan of all tensors says, layer by layer."""

from __future__ import annotations

import pytest

import costcalc as cc
from costcalc.graph.build import build
from costcalc.hardware.in_place import in_place
from costcalc.hardware.rules import RULES
from costcalc.hardware.tensors import plan


@pytest.mark.parametrize("name", cc.spec_names())
def test_it_is_what_the_plan_of_all_tensors_says(name: str) -> None:
    spec = cc.load(name).spec
    graph = build(spec, spec.defaults())
    planned = plan(graph, RULES["live"])
    assert in_place(graph) == tuple(
        bool(layer.inputs) and planned.of[i] == planned.of[layer.inputs[0]]
        for i, layer in enumerate(graph.layers)
    )


@pytest.mark.parametrize("z", [1, 2, 3])
def test_a_second_round_that_may_not_be_there_keeps_no_map(z: int) -> None:
    """Of one round, PReLU writes where it reads; the next round would read what it overwrote."""
    net = cc.loads(
        "network: net\nparameters: {alpha: 1/2, z: {default: 1, meaning: more, "
        "domain: whole number}}\ninput: 12x12x3\nlayers:\n"
        '- repeat: "max(1, z - 1)"\n  layers:\n'
        "  - branch: [{prelu: , when: alpha > 1}, {conv: 1, out: 6}]\n"
    )
    conv, prelu = 12 * 12 * (3 + 6) + 3 * 6 + 4 * 0, 3
    moved = 2 * 12 * 12 * 3 if z > 2 else 0  # PReLU reads and writes a map of its own
    rounds = max(1, z - 1)
    count = net.count(alpha="3/2", z=z, cost="traffic")
    assert count.costs["traffic"] == rounds * (conv + prelu + moved)
    swept = net.sweep(alpha=["1/2", "3/2"], z=[z], cost="traffic")
    assert swept.costs["traffic"].ravel().tolist()[1] == count.costs["traffic"]
