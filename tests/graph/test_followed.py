"""Networks whose maps follow a size, at any side: known networks, edges, and closed forms."""

from __future__ import annotations

import pytest
from conftest import spec

import costcalc as cc
from costcalc.graph.build import build

RESOLUTION = "input: {side: resolution, channels: 3}\n"

ALEXNET = """defaults: {bias: true, activation: relu}
input: {side: resolution, channels: 3}
layers:
- {conv: 11x11, out: 64, stride: 4, padding: 2}
- {maxpool: 3x3, stride: 2}
- {conv: 5x5, out: 192, padding: 2}
- {maxpool: 3x3, stride: 2}
- {conv: 3x3, out: 384, padding: 1}
- {conv: 3x3, out: 256, padding: 1}
- {conv: 3x3, out: 256, padding: 1}
- {maxpool: 3x3, stride: 2}
- {avgpool: {to: 6x6}}
- flatten
- {fc: 4096, activation: relu}
- {fc: 4096, activation: relu}
- {fc: 1000}
"""


def test_alexnet_at_other_sides() -> None:
    """torchvision's: 714,188,480 at 224, and the classifier is the same at any other side."""
    net = cc.loads(ALEXNET)
    for side, mult_adds in ((224, 714_188_480), (256, 927_124_160)):
        count = net.count(resolution=side, convention="trainable")
        assert (count.mult_adds, count.params) == (mult_adds, 61_100_840)
    formula = net.formula()
    assert formula.at(rounded=True, resolution=256)[0] == 927_124_160
    assert formula.exact_when == ("(resolution + 1) % 16 == 0", "resolution - 63 >= 0")


FPN = """defaults: {padding: same}
layers:
- {conv: 3x3, out: 64, stride: 16, name: c4}
- {conv: 3x3, out: 64, stride: 2}
- {resize: {like: c4}}
- add: [[], [{from: c4}]]
"""


def test_a_pyramid_at_300_px_is_resized_to_the_row_that_it_meets() -> None:
    right = 19 * 19 * 27 * 64 + 10 * 10 * 576 * 64
    assert cc.loads(f"input: 300x300x3\n{FPN}").count().mult_adds == right == 4_310_208
    formula = cc.loads(RESOLUTION + FPN).formula()
    assert formula.exact_when == ("resolution % 32 == 0",)
    for side in (1, 31, 32, 300, 301):
        large, small = -(-side // 16), -(-side // 32)
        expected = large**2 * 27 * 64 + small**2 * 576 * 64
        assert formula.at(rounded=True, resolution=side)[0] == expected


def test_where_a_map_of_one_pixel_meets_a_larger_one_it_is_spread() -> None:
    """2·⌈R/32⌉ and ⌈R/16⌉ meet in a multiple of 32 less than 16; and where the second is 1."""
    net = cc.loads(RESOLUTION + FPN.replace("resize: {like: c4}", "upsample: 2"))
    formula = net.formula()
    assert formula.exact_when == ("resolution % 32 == 0",)
    texts = [c.python for c in formula.domain(rounded=True)]
    assert texts == ["-(-(-resolution//16)) + 2*(-(-resolution//32)) == 0"]
    works = {16: (1, 1), 17: (2, 1), 32: (2, 1), 33: None, 48: None, 300: None, 320: (20, 10)}
    for side, sides in works.items():
        if sides is None:
            with pytest.raises(cc.CostcalcError, match="add of"):
                net.count(resolution=side)
            continue
        large, small = sides
        assert net.count(resolution=side).mult_adds == large**2 * 1728 + small**2 * 36864
    sides = list(works)
    swept = net.sweep(resolution=sides, skip=True)
    right = [net.count(resolution=s).mult_adds for s in sides if works[s]]
    assert list(swept.mult_adds.flat) == right


CBAM = """
blocks:
  cbam:
    takes: [c, r]
    layers:
    - multiply:
      - []
      - - add:
          - [{avgpool: global}, {conv: 1x1, out: c/r, activation: relu}, {conv: 1x1, out: c}]
          - [{maxpool: global}, {conv: 1x1, out: c/r, activation: relu}, {conv: 1x1, out: c}]
        - sigmoid
    - multiply:
      - []
      - - concat: [[{maxpool: {over: channels}}], [{avgpool: {over: channels}}]]
        - {conv: 7x7, out: 1, activation: sigmoid}
"""


def test_attention_over_channels_and_over_positions() -> None:
    net = cc.loads(spec("- {conv: 3x3, out: 64}\n- {cbam: [64, 16]}\n", f"{CBAM}input: 9x7x3\n"))
    count = net.count()
    expected = 9 * 7 * (27 * 64) + 2 * (64 * 4 + 4 * 64) + 9 * 7 * (49 * 2 * 1)
    assert count.mult_adds == expected
    assert count.layers[-1].output == (9, 7, 64)


def unet(skip: str, padding: str) -> cc.Network:
    """U-Net of Ronneberger et al. 2015 with 1 input channel and 2 classes or, with padding, that of
    milesial/Pytorch-UNet with 3 and BN. ``skip`` is how the two maps are brought together."""
    down = "".join(f"- {{double: {64 * 2**i}, name: x{i}}}\n- {{maxpool: 2x2}}\n" for i in range(4))
    up = "".join(
        f"- {{tconv: 2x2, out: {64 * 2**i}, stride: 2, bias: true, norm: none}}\n"
        + skip.format(name=f"x{i}")
        + f"- {{double: {64 * 2**i}}}\n"
        for i in (3, 2, 1, 0)
    )
    batch = padding == "same"
    return cc.loads(
        f"defaults: {{padding: {padding}, norm: {'batch' if batch else 'none'}, "
        f"bias: {str(not batch).lower()}}}\n"
        f"input: {{side: resolution, channels: {3 if batch else 1}}}\n"
        "blocks: {double: {takes: [c], layers: [{conv: 3x3, out: c}, {conv: 3x3, out: c}]}}\n"
        f"layers:\n{down}- {{double: 1024}}\n{up}"
        "- {conv: 1x1, out: 2, bias: true, norm: none}\n"
    )


PADDED = "- {{zeropad: {{like: {name}}}}}\n- concat: [[{{from: {name}}}], []]\n"
CROPPED = "- {{name: up}}\n- concat: [[{{from: {name}}}, {{crop: {{like: up}}}}], [{{from: up}}]]\n"


def test_u_net_with_padding_at_any_side() -> None:
    net = unet(PADDED, "same")
    for side, mult_adds in ((512, 192_686_325_760), (572, 238_837_101_568)):
        assert net.count(resolution=side).mult_adds == mult_adds
    assert net.count(convention="trainable").params == 31_037_698
    formula = net.formula()
    assert formula.exact_when == ("resolution % 16 == 0",)
    assert formula.at(rounded=True, resolution=572)[0] == 238_837_101_568
    # the upsampled map is never larger than the one that it meets
    assert [c.python for c in formula.domain(rounded=True)] == ["resolution - 16 >= 0"]


def test_u_net_without_padding_crops_what_it_keeps() -> None:
    net = unet(CROPPED, "valid")
    count = net.count(resolution=572, convention="trainable")
    assert (count.mult_adds, count.params) == (150_428_424_448, 31_030_658)
    assert count.layers[-1].output == (388, 388, 2)
    formula = net.formula()
    for side in (188, 572, 575, 700):
        assert formula.at(rounded=True, resolution=side)[0] == net.count(resolution=side).mult_adds
    with pytest.raises(cc.CostcalcError, match="does not exist at this binding"):
        formula.at(rounded=True, resolution=150)


def test_a_size_is_followed_in_blocks_and_through_repetitions() -> None:
    head = (
        "parameters: {n: {default: 3, meaning: rounds}}\ninput: 16x16x4\n"
        "blocks: {up: {takes: [c], layers: [{conv: 1x1, out: c}, {resize: {like: wide}}]}}\n"
    )
    rows = (
        "- {conv: 3x3, out: 8, name: wide}\n"
        "- repeat: n\n  layers:\n"
        "  - {maxpool: 2x2}\n  - {conv: 3x3, out: 8, name: inner}\n  - {up: 8}\n"
        "  - {crop: {like: inner}}\n  - {resize: {like: wide}}\n"
    )
    net = cc.loads(spec(rows, head))
    first, each = 16 * 16 * 9 * 4 * 8, 8 * 8 * (9 * 8 * 8 + 8 * 8)
    assert str(net.formula().total.mult_adds) == f"{each}*n + {first}"
    for n in (1, 2, 5):
        assert net.count(n=n).mult_adds == first + n * each


def test_a_size_that_is_followed_is_no_edge() -> None:
    text = spec("- {conv: 3x3, out: 8, name: c}\n- {maxpool: 2x2}\n- {avgpool: {like: c}}\n")
    own = cc.loads(text).spec
    assert [layer.inputs for layer in build(own, {}).layers] == [(-1,), (0,), (1,)]
