"""Rows that write where they read: what a plan of all tensors says, layer by layer."""

from __future__ import annotations

import pytest

import costcalc as cc
from costcalc.graph.build import build
from costcalc.hardware.in_place import in_place
from costcalc.hardware.tensors import RULES, plan


@pytest.mark.parametrize("name", cc.spec_names())
def test_it_is_what_the_plan_of_all_tensors_says(name: str) -> None:
    spec = cc.load(name).spec
    graph = build(spec, spec.defaults())
    planned = plan(graph, RULES["live"])
    assert in_place(graph) == tuple(
        bool(layer.inputs) and planned.of[i] == planned.of[layer.inputs[0]]
        for i, layer in enumerate(graph.layers)
    )
