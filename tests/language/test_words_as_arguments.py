"""Blocks take words without quotes: the names of rows, and words that rows hold."""

from __future__ import annotations

import pytest

import costcalc as cc
from costcalc.errors import CostcalcError
from costcalc.graph.build import build

#: A level of U-Net's decoder, as ``Up`` of milesial/Pytorch-UNet: the skip is an argument.
UNET = """network: unet
input: 64x64x3
blocks:
  up:
    takes: [c, skip]
    layers:
    - {tconv: 2x2, out: c, stride: 2}
    - concat: [[{from: skip}], []]
layers:
- {conv: 3x3, out: 16, name: x1}
- {maxpool: 2x2}
- {conv: 3x3, out: 32}
- {up: [16, x1]}
"""
WORK = 64 * 64 * 27 * 16 + 32 * 32 * 144 * 32 + 32 * 32 * 32 * 16 * 4


@pytest.mark.parametrize("call", ["[16, x1]", '[16, "x1"]', "{skip: x1, c: 16}"])
def test_a_block_takes_the_name_of_a_row(call: str) -> None:
    net = cc.loads(UNET.replace("[16, x1]", call))
    assert net.count().mult_adds == WORK == 8_585_216
    assert net.formula().total.mult_adds == WORK
    graph = build(net.spec, {})
    assert graph.layers[-1].inputs == (0, 3)
    assert graph.layers[-1].output == (64, 64, 32)


def test_it_is_handed_on_and_followed_in_size() -> None:
    net = cc.loads(
        "network: fpn\nparameters: {resolution: 64}\ninput: {side: resolution, channels: 3}\n"
        "blocks:\n"
        "  to: {takes: [like], layers: [{resize: {like: like}}, {conv: 1x1, out: 4}]}\n"
        "  merge: {takes: {skip: c1}, layers: [{to: skip}, {add: [[{from: skip}], []]}]}\n"
        "layers:\n- {conv: 3x3, out: 4, stride: 2, name: c1}\n"
        "- {conv: 3x3, out: 4, stride: 2, name: c2}\n- {conv: 3x3, out: 4, stride: 2}\n"
        "- {merge: c2}\n- {merge: }\n"
    )
    for side in (64, 63, 35):
        first = -(-side // 2)
        second = -(-first // 2)
        third = -(-second // 2)
        work = 27 * 4 * first**2 + 36 * 4 * (second**2 + third**2) + 16 * (second**2 + first**2)
        assert net.count(resolution=side).mult_adds == work
        assert net.formula().at(resolution=side, rounded=True)[0] == work


BNECK = (
    "network: net\nparameters: {relu6: {default: 3, meaning: kernel}}\ninput: 8x8x4\n"
    "blocks:\n  bneck:\n    takes: {nl: relu, mode: 'plain', k: 1}\n    layers:\n"
    "    - {conv: k, out: 8, activation: nl}\n"
    "    - {conv: 1x1, out: 8, when: mode == 'wide'}\n"
    "layers:\n"
)


def test_words_that_rows_hold_need_no_quotes() -> None:
    net = cc.loads(BNECK + "- {bneck: {nl: HS, mode: wide, k: relu6}}\n- {bneck: }\n")
    assert [[*layer.fused] for layer in build(net.spec, net.spec.defaults()).layers] == [
        ["hswish"],
        [],
        ["relu"],
    ]
    # what has a meaning keeps it: relu6 is a parameter here
    assert net.count().params == 3 * 3 * 4 * 8 + 8 * 8 + 8 * 8


MISTAKES = {
    "no row": (
        UNET.replace("x1]", "x2]"),
        "13:13: layers[3].up[1]: undefined name 'x2' "
        "(known: alpha, classes, delta, resolution, rho, x1)",
    ),
    "no row, quoted": (
        UNET.replace("x1]", '"x2"]'),
        "8:17: blocks.up.layers[1].concat[0][0]: no row is named 'x2' [in layers[3] → up, line 13] "
        "(known: input, x1)",
    ),
    "a row that comes later": (
        UNET.replace("x1]", "x2]") + "- {conv: 1x1, out: 8, name: x2}\n",
        "8:17: blocks.up.layers[1].concat[0][0]: 'x2' is named only further down "
        "[in layers[3] → up, line 13] (name it before it is used)",
    ),
    "a number": (
        UNET.replace("x1]", "16]"),
        "8:17: blocks.up.layers[1].concat[0][0]: no row is named 'skip' "
        "[in layers[3] → up, line 13] (known: input, x1)",
    ),
    "a word misspelt": (
        BNECK + "- {bneck: {nl: hswsh, k: relu6}}\n",
        "11:16: layers[0].bneck.nl: undefined name 'hswsh' (did you mean 'hswish'?)",
    ),
    "a word for a number": (
        BNECK + "- {bneck: {k: relu, nl: none}}\n- {conv: relu6, out: 3}\n",
        "8:14: blocks.bneck.layers[0].conv: expected a positive whole number, got 'relu' "
        "[in layers[0] → bneck, line 11]",
    ),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(text: str, message: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        cc.loads(text).count()
    assert str(caught.value.problems[0]) == f"<text>:{message}"


@pytest.mark.parametrize("word", ["in", "true", "false"])
def test_words_that_name_no_row(word: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        cc.loads(f"input: 8x8x3\nlayers:\n- {{conv: 1x1, out: 8, name: {word}}}\n")
    assert caught.value.problems[0].message == f"{word!r} is reserved"


def test_a_row_of_the_name_of_a_number_is_found_as_before() -> None:
    net = cc.loads(
        "network: net\ninput: 8x8x3\n"
        "blocks: {b: {takes: [c], layers: [{conv: 1x1, out: c}, {add: [[{from: c}], []]}]}}\n"
        "layers: [{conv: 1x1, out: 4, name: c}, {b: 4}]\n"
    )
    assert build(net.spec, {}).layers[-1].inputs == (0, 1)
