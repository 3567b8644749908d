"""Calls of a block whose arguments papers print as lists, one element for each stage."""

from __future__ import annotations

import pytest

import costcalc as cc
from costcalc.errors import CostcalcError

#: RegNetX-200MF (Radosavovic et al. 2020): d = [1, 1, 4, 7], w = [24, 56, 152, 368], g = 8.
REGNET = """network: regnetx-200mf
input: {side: resolution, channels: 3}
defaults: {norm: batch}
blocks:
  xblock:
    takes: [w, s]
    layers:
    - add:
      - - {conv: 1x1, out: w}
        - {conv: 3x3, out: w, stride: s, groups: w/8}
        - {conv: 1x1, out: w}
      - {conv: 1x1, out: w, stride: s, when: s != 1 or in != w}
    - relu
  stage:
    takes: [d, w]
    layers: [{xblock: {w: w, s: 1}, repeat: d, first: {s: 2}}]
layers:
- {conv: 3x3, out: 32, stride: 2}
STAGES
- {avgpool: global}
- {fc: classes, bias: true}
"""
LISTS = "- {stage: {d: [1, 1, 4, 7], w: [24, 56, 152, 368]}, each: [d, w]}"
LINES = "\n".join(
    f"- {{stage: [{d}, {w}]}}" for d, w in zip((1, 1, 4, 7), (24, 56, 152, 368), strict=True)
)


@pytest.mark.parametrize("stages", [LISTS, LINES])
def test_a_call_for_each_element(stages: str) -> None:
    net = cc.loads(REGNET.replace("STAGES", stages))
    # timm's regnetx_002 at 224
    assert net.count().mult_adds == 199_039_872
    assert net.count(convention="trainable").params == 2_684_792
    form = net.formula()
    for resolution in (64, 224, 225):
        count = net.count(resolution=resolution, classes=10)
        found = form.at(resolution=resolution, classes=10, rounded=True)
        assert found == (count.mult_adds, count.params)


def net(call: str) -> cc.Network:
    return cc.loads(
        "network: net\nparameters: {n: {default: 2, meaning: m}}\ninput: 8x8x4\n"
        "blocks: {b: {takes: {c: , k: 1}, layers: [{conv: k, out: c}]}}\n"
        f"layers:\n- {call}\n"
    )


def test_columns_are_of_the_row_and_repetitions_of_each_call() -> None:
    found = net("{b: {c: [8, n], k: [3x1, 1]}, each: [c, k], repeat: n, first: {k: 2}, name: x}")
    # 2x2 first, 3x1 or 1x1 then
    params = 4 * 4 * 8 + 3 * 8 * 8 + 4 * 8 * 2 + 2 * 2
    assert found.count().params == params
    assert found.formula().at(n=2, rounded=True)[1] == params
    (row,) = {layer.row for layer in found.count().layers}
    assert row == "x: b(c=[8, n], k=[3x1, 1], repeat=n, k=2)"


def test_without_it_a_list_is_a_window() -> None:
    assert net("{b: {c: n, k: [3, 1]}}").count().params == 3 * 4 * 2


MISTAKES = {
    "of two lengths": (
        "{b: {c: [8, n], k: [1]}, each: [c, k]}",
        "6:38: layers[0].each[1]: there are 2 of c and 1 of k (as many of each)",
    ),
    "no list": (
        "{b: {c: 8, k: n}, each: [c]}",
        "6:11: layers[0].b.c: expected a list, with one c for each, got '8'",
    ),
    "not given": (
        "{b: {c: [8, n]}, each: [c, k]}",
        "6:30: layers[0].each[1]: no list of 'k' (known: c)",
    ),
    "empty": (
        "{b: {c: [], k: n}, each: [c]}",
        "6:3: layers[0]: b needs its argument 'c' (it takes c, k)",
    ),
}


@pytest.mark.parametrize(("call", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(call: str, message: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        net(call)
    assert f"<text>:{message}" in [str(problem) for problem in caught.value.problems]
