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


MAP = 8 * 8 * 16
CONV = MAP + 16 * 16 + MAP  # what it reads, its kernels, what it gives
#: By rows: what they move unfused, where k is 1, 2 and 3.
READ_OTHERWISE = {
    "- {learned: , when: k > 1}\n- softmax\n": [2 * MAP] * 3,  # learned: a parameter, not a map
    "- {learned: }\n- {repeat: k, layers: [relu]}\n": [2 * k * MAP for k in (1, 2, 3)],
    "- {conv: 1x1, out: 16, name: m}\n- {repeat: k, layers: [{add: [[], [{from: m}]]}]}\n": [
        CONV + 2 * MAP + (k - 1) * 3 * MAP
        for k in (1, 2, 3)  # the first round adds m to itself
    ],
    "- {conv: 1x1, out: 16, name: m}\n- {conv: 1x1, out: 16, when: k > 1}\n"
    "- add: [[], [{from: m}]]\n": [CONV + 2 * MAP, *[2 * CONV + 3 * MAP] * 2],
}


@pytest.mark.parametrize("rows", READ_OTHERWISE)
@pytest.mark.parametrize("cost", ["traffic", "traffic_unfused"])
def test_what_is_read_in_some_rounds_only_is_told_at_each_binding(rows: str, cost: str) -> None:
    net = cc.loads(
        "network: net\nparameters: {k: {default: 2, meaning: more, domain: whole number}}\n"
        f"input: 8x8x16\nlayers:\n{rows}"
    )
    counted = [net.count(values={"k": k}, cost=cost).costs[cost] for k in (1, 2, 3)]
    if cost == "traffic_unfused":
        assert counted == READ_OTHERWISE[rows]
    assert net.sweep(values={"k": [1, 2, 3]}, cost=cost).costs[cost].tolist() == counted
    with pytest.raises(cc.CostcalcError, match="hangs on what is free") as refused:
        net.formula(cost=cost)
    assert "bind the number of rounds, or more parameters" in str(refused.value)


def test_a_map_of_a_repetition_inside_is_one_of_the_round() -> None:
    """What the rounds inside gave is written over in every round outside, and no longer read."""
    net = cc.loads(
        "network: net\nparameters: {n: {default: 3, meaning: depth}}\ninput: 12x12x16\nlayers:\n"
        '- {repeat: "max(1, n - 1)", layers: [{repeat: 2, layers: [{from: input}, {shift: }]}, '
        "hardtanh]}\n"
    )
    shifts = 2 * (12 * 12 * 16 + 16 + 12 * 12 * 16)  # hardtanh writes where it reads
    rounds = [1, 1, 2, 3]
    counted = [net.count(values={"n": n}, cost="traffic").costs["traffic"] for n in (1, 2, 3, 4)]
    assert counted == [shifts * more for more in rounds]
    assert (
        net.sweep(values={"n": [1, 2, 3, 4]}, cost="traffic").costs["traffic"].tolist() == counted
    )


def test_a_map_behind_a_view_is_needed_where_others_read_it() -> None:
    """The first round may not write over what a view shows of a map that is read once more."""
    net = cc.loads(
        "parameters: {resolution: 12}\ninputs: {a: {side: resolution, channels: 16}, b: 8x8x3}\n"
        "layers:\n- flatten\n- {repeat: 3, layers: [{prelu: }]}\n- {branch: [{relu: , from: a}]}\n"
        "- {branch: [{from: b}]}\n"
    )
    x = 12 * 12 * 16
    moved = (x + x + x) + 2 * x + 2 * x  # the slopes and both maps, slopes alone, the last row
    assert net.count(cost="traffic").costs["traffic"] == moved
    assert net.formula(cost="traffic").at(resolution=12)[2] == moved
    assert net.sweep(resolution=[12], cost="traffic").costs["traffic"].tolist() == [moved]
