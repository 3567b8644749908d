"""Maps as tokens: dense layers at every position, and what makes tokens of a map and back."""

from __future__ import annotations

import pytest

import costcalc as cc
from costcalc import CostcalcError

MIXER = """
network: mixer
input: {side: resolution, channels: 3}
parameters: {patch: {default: 16, meaning: side of a patch, held: true}}
layers:
- {conv: "patch", stride: "patch", padding: valid, out: 512, bias: true, name: patches}
- tokens
- repeat: 8
  layers:
  - residual:
    - layernorm
    - transpose
    - {linear: 256, bias: true, activation: gelu}
    - {linear: 196, bias: true}
    - transpose
  - residual: [layernorm, {linear: 2048, bias: true, activation: gelu}, {linear: 512, bias: true}]
- layernorm
- {reshape: {like: patches}}
- {avgpool: global}
- {fc: classes, bias: true}
"""


def net(rows: str, head: str = "input: 14x14x96") -> cc.Network:
    return cc.loads(f"network: net\n{head}\nlayers:\n{rows}\n")


def shape(rows: str, head: str = "input: 14x14x96") -> str:
    return "x".join(map(str, net(rows, head).count().layers[-1].output))


def test_the_mixer_of_its_paper() -> None:
    """Mixer-S/16, Tolstikhin et al. 2021, Table 1: 18 M parameters, here to the last one."""
    count = cc.loads(MIXER).count(convention="trainable")
    mlp = 2 * 196 * 256 * 512 + 2 * 196 * 512 * 2048
    assert count.mult_adds == 196 * 16 * 16 * 3 * 512 + 8 * mlp + 512 * 1000
    layer = 2 * 512 + 2 * 196 * 256 + 256 + 196 + 2 * 512 + 2 * 512 * 2048 + 2048 + 512
    ends = 16 * 16 * 3 * 512 + 512 + 2 * 512 + 512 * 1000 + 1000
    assert count.params == ends + 8 * layer == 18_528_264


def test_linear_equals_a_1x1_convolution_and_on_a_1x1_map_fc() -> None:
    for convention in ("paper", "trainable", "keras", "fvcore-0.1.5", "thop-0.1.1"):
        counts = [
            net(f"- {{{verb}, bias: true}}").count(convention=convention)
            for verb in ("linear: 32", "conv: 1x1, out: 32")
        ]
        assert len({(count.mult_adds, count.params) for count in counts}) == 1, convention
    for convention in cc.all_conventions():
        one = [
            net(f"- {{{verb}: 32, bias: true}}", "input: 1x1x96").count(convention=convention)
            for verb in ("linear", "fc")
        ]
        assert one[0].mult_adds == one[1].mult_adds, convention


@pytest.mark.parametrize(
    ("convention", "expected"),
    [
        ("torchinfo-1.8.0", 96 * 32 + 32),  # the weights once, as if it were a batch
        ("ptflops-0.6.9", 196 * 96 * 32 + 32),  # its bias once
        ("ptflops-0.7.5", 196 * 96 * 32 + 196 * 32),
        ("imgclsmob-flops", 2 * 96 * 32),
        ("condensenet", 96 * 32 + 32),
    ],
)
def test_counters_that_take_positions_for_a_batch(convention: str, expected: int) -> None:
    assert net("- {linear: 32, bias: true}").count(convention=convention).mult_adds == expected


@pytest.mark.parametrize(
    ("rows", "gives"),
    [
        ("- tokens", "196x1x96"),
        ("- {name: x}\n- tokens\n- {linear: 8}\n- {reshape: {like: x}}", "14x14x8"),
        ("- {reshape: 7x28}", "7x28x96"),
        ("- {reshape: 4x49x96}", "4x49x96"),
        ("- {reshape: [2, 7, 1344]}", "2x7x1344"),
        ("- tokens\n- transpose", "96x1x196"),
        ("- {crop: 14x7}\n- {transpose: sides}", "7x14x96"),
        ("- {windows: 7x7}", "49x4x96"),
        ("- {windows: 7x2}\n- {reshape: 14}", "14x14x96"),
        ("- {concat: [[], {crop: 3x14}], along: height}", "17x14x96"),
        ("- {concat: [[], {crop: 14x3}, []], along: width}", "14x31x96"),
        ("- {concat: [[], {conv: 1x1, out: 4}], along: channels}", "14x14x100"),
    ],
)
def test_shapes(rows: str, gives: str) -> None:
    assert shape(rows) == gives


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (
            "- {reshape: 7x7}",
            "layers[0]: reshape of 14x14x96 to 7x7x96 (as many elements must leave as arrive)",
        ),
        (
            "- {windows: 7x4}",
            "layers[0]: side 14 is not divisible by the window's 4 (pad or resize first)",
        ),
        (
            "- {concat: [[], {crop: 14x3}], along: height}",
            "layers[0]: concat of 14x14x96 and 14x3x96"
            " (all branches must have equal channels and widths)",
        ),
        ("- {add: [[], []], along: height}", "unknown key 'along' for add"),
        (
            "- {concat: [[], []], along: depth}",
            "expected channels, height or width, got 'depth'",
        ),
    ],
)
def test_what_does_not_fit(rows: str, problem: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        net(rows).count()
    assert problem in str(caught.value)


def test_a_closed_form_exists_where_the_reshape_does() -> None:
    network = net("- {reshape: 14x14}\n- {linear: 8}", "input: {side: resolution, channels: 3}")
    formula = network.formula()
    assert formula.at(resolution=14) == (14 * 14 * 3 * 8, 3 * 8)
    with pytest.raises(CostcalcError):
        formula.at(resolution=15)
    windows = net("- {windows: 7}\n- {linear: 8}", "input: {side: resolution, channels: 3}")
    assert windows.formula().exact_when == ("resolution % 7 == 0",)


ATTENTION = (
    "include: attention\ninput: {height: n, width: 1, channels: c}\nparameters:\n"
    + "".join(
        f"  {name}: {{default: {value}, meaning: {name}}}\n"
        for name, value in {"n": 300, "c": 448, "h": 8}.items()
    )
)


def test_attention_of_a_public_question() -> None:
    """Four dense layers, N·N scores and N·N values: facebookresearch/fvcore issue 153."""
    network = net("- {attention: h}", ATTENTION)
    count = network.count(convention="trainable")
    assert count.mult_adds == 4 * 300 * 448**2 + 2 * 300**2 * 448 == 321_484_800
    assert count.params == 4 * (448**2 + 448) == 804_608
    shapes = ["x".join(map(str, layer.output)) for layer in count.layers]
    assert shapes == ["300x1x448", "300x1x448", *["300x1x2400"] * 2, *["300x1x448"] * 3]
    formula = network.formula()
    assert str(formula.total.mult_adds) == "4*c**2*n + 2*c*n**2"
    assert formula.at(n=7, c=64, h=8) == (4 * 7 * 64**2 + 2 * 7**2 * 64, 4 * 64**2)
    with pytest.raises(CostcalcError):
        formula.at(n=7, c=64, h=7)  # 64 channels are not those of 7 heads
    with pytest.raises(CostcalcError):
        network.count(n=7, c=64, h=7)


@pytest.mark.parametrize("groups", [1, 2, 8])
def test_heads_that_share_keys_and_values(groups: int) -> None:
    """8 heads of 56 channels: keys and values of so many groups, products of all heads."""
    network = net(
        f"- {{grouped_attention: {{heads: 8, groups: {groups}}}}}", ATTENTION.rsplit("  h:", 1)[0]
    )
    dense, shared = 448**2, 448 * 56 * groups
    count = network.count(convention="trainable")
    assert count.mult_adds == 300 * (2 * dense + 2 * shared) + 2 * 300**2 * 448
    assert count.params == 2 * (dense + 448) + 2 * (shared + 56 * groups)
    formula = network.formula(convention="trainable")
    assert formula.at(n=300, c=448) == (count.mult_adds, count.params)


def test_a_kernel_that_is_made() -> None:
    """4 kernels of 3·3·16·64 weights, and the routing; a mixture is made once, not per position."""
    network = net(
        "- {condconv: {k: 3, c: 64, n: e, g: 2}}",
        """
include: condconv
parameters: {e: {default: 4, meaning: kernels}}
input: {side: resolution, channels: 32}
defaults: {norm: batch, activation: relu}
""",
    )
    kernel = 3 * 3 * 16 * 64
    count = network.count(convention="trainable", resolution=14)
    assert count.mult_adds == 14 * 14 * kernel + 4 * kernel + 32 * 4
    assert count.params == 4 * kernel + (32 + 1) * 4 + 2 * 64
    assert network.count(resolution=14).params == 4 * kernel + 32 * 4
    assert str(network.formula().total.mult_adds) == f"{kernel}*resolution**2 + {kernel + 32}*e"


def test_vit_b_16_of_torchvision() -> None:
    """Its weights.meta: 86,567,656 parameters, of which 198·768 are tensors; 17.564 G MACs."""
    rows = """
- {conv: 16x16, stride: 16, padding: valid, out: 768, bias: true}
- tokens
- {concat: [[{crop: 1x1}], []], along: height}
- repeat: 12
  layers:
  - residual: [layernorm, {attention: 12}]
  - residual: [layernorm, {linear: 3072, bias: true, activation: gelu}, {linear: 768, bias: true}]
- layernorm
- {crop: 1x1}
- {fc: classes, bias: true}
"""
    network = net(rows, "include: attention\ninput: {side: resolution, channels: 3}")
    count = network.count(convention="trainable")
    layer = 197 * (4 * 768**2 + 2 * 768 * 3072) + 2 * 197**2 * 768
    assert count.mult_adds == 196 * 16 * 16 * 3 * 768 + 12 * layer + 768 * 1000 == 17_563_828_224
    assert count.params + 198 * 768 == 86_567_656
    assert network.formula(convention="trainable").at(resolution=224, classes=1000) == (
        count.mult_adds,
        count.params,
    )


def test_attention_of_other_widths() -> None:
    """Windows of 7x7: 49 scores per token and head; keys of a map that is half as long."""
    windows = net("- {windows: 7}\n- {attention: {heads: 3, dim: 48, channels: 32}}",
        "include: attention\ninput: 14x14x96")  # fmt: skip
    dense = 196 * (3 * 96 * 48 + 48 * 32)
    assert windows.count().mult_adds == dense + 2 * 4 * 49 * 49 * 48
    cross = net(
        "- branch: [{crop: 98x1, name: keys}]\n"
        "- {matmul: [{linear: 8}, {linear: 8, from: keys}], over: channels}",
        "input: 196x1x96",
    )
    assert cross.count().mult_adds == (196 + 98) * 96 * 8 + 196 * 98 * 8


@pytest.mark.parametrize(
    ("rows", "gives", "macs"),
    [
        ("- {matmul: [[], {crop: 5x3}], over: channels, heads: 2}", "7x3x10", 7 * 3 * 5 * 8),
        ("- {matmul: [{linear: 10}, {crop: 5x3}], over: tokens, heads: 2}", "7x3x8",
         7 * 3 * 8 * 10 + 7 * 3 * 5 * 8),
        ("- {matmul: [transpose, []], over: tokens}", "8x3x8", 8 * 3 * 7 * 8),
    ],
)  # fmt: skip
def test_products(rows: str, gives: str, macs: int) -> None:
    count = net(rows, "input: 7x3x8").count()
    assert (shape(rows, "input: 7x3x8"), count.mult_adds) == (gives, macs)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (
            "- {matmul: [[], {linear: 4}], over: channels}",
            "layers[0]: matmul over channels of 7x3x8 and 7x3x4"
            " (equal channels, and equal widths)",
        ),
        (
            "- {matmul: [[], []], over: tokens}",
            "layers[0]: matmul over tokens of 7x3x8 and 7x3x8"
            " (7 channels in the first, and equal widths)",
        ),
        (
            "- {matmul: [[], []], over: channels, heads: 3}",
            "layers[0]: 8 channels are not divisible by 3 heads (heads must divide the channels)",
        ),
        ("- {softmax: 3}", "8 channels are not divisible by 3 heads (heads must divide the"),
        ("- {matmul: [[], []]}", "matmul needs 'over' (over: channels or tokens)"),
        ("- {matmul: [[], [], []], over: channels}", "matmul of 3 branches (it takes two)"),
        ("- {matmul: [[]], over: channels}", "matmul needs at least two branches"),
        ("- {mha: 8}", "unknown operator 'mha' (here it is a block, attention: 8 heads,"
         " after include: attention)"),
    ],
)  # fmt: skip
def test_products_that_do_not_fit(rows: str, problem: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        net(rows, "input: 7x3x8").count()
    assert problem in str(caught.value)


def test_hooks_see_no_product() -> None:
    rows = "- {matmul: [[], []], over: channels, coded: CODED}"
    counted = {
        (tool, coded): net(rows.replace("CODED", coded), "input: 7x3x8")
        .count(convention=tool)
        .mult_adds
        for tool in ("ptflops-0.7.5", "thop-0.1.1", "calflops-flops", "deepspeed-flops")
        for coded in ("operator", "functional")
    }
    macs = 7 * 3 * 7 * 8
    assert [counted["ptflops-0.7.5", way] for way in ("operator", "functional")] == [0, macs]
    assert [counted["calflops-flops", way] for way in ("operator", "functional")] == [0, 2 * macs]
    assert {counted["thop-0.1.1", way] for way in ("operator", "functional")} == {0}
    assert {counted["deepspeed-flops", way] for way in ("operator", "functional")} == {2 * macs}
