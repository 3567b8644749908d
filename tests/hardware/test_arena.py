"""Where planners put tensors."""

from __future__ import annotations

import random

import pytest

import costcalc as cc
from costcalc.hardware.arena import Buffer, arena_bytes, greedy_by_size, none


def test_the_largest_comes_first_and_others_into_the_gaps_beside_it() -> None:
    buffers = [Buffer(100, 0, 1), Buffer(300, 1, 2), Buffer(200, 2, 3), Buffer(50, 3, 4)]
    # 300 at 0; 200 lives with it: at 304; 100 does too, but not with 200: at 304; 50 with 200: at 0
    assert greedy_by_size(buffers) == (304, 0, 304, 0)
    assert arena_bytes(buffers, "tflm") == 304 + 208
    assert none(buffers) == (0, 100, 400, 600)
    assert arena_bytes(buffers, "none") == 650


def test_of_equal_ones_the_later_comes_first() -> None:
    assert greedy_by_size([Buffer(16, 0, 1), Buffer(16, 0, 1), Buffer(16, 1, 1)]) == (32, 16, 0)


def test_a_gap_that_is_large_enough_is_taken() -> None:
    """64 and 48 live apart from 32 in the middle; 16 fits below it, where 64 was."""
    buffers = [Buffer(64, 0, 1), Buffer(48, 0, 3), Buffer(32, 1, 3), Buffer(16, 2, 3)]
    offsets = greedy_by_size(buffers)
    assert offsets == (0, 64, 112, 0)


def test_no_two_that_live_together_overlap() -> None:
    source = random.Random(7)
    for _ in range(300):
        buffers = []
        for _ in range(source.randint(1, 12)):
            first = source.randint(0, 9)
            buffers.append(Buffer(source.randint(1, 200), first, first + source.randint(0, 4)))
        for plan in (greedy_by_size, none):
            placed = list(zip(plan(buffers), buffers, strict=True))
            for i, (a, one) in enumerate(placed):
                for b, other in placed[:i]:
                    together = one.first <= other.last and other.first <= one.last
                    apart = a + one.bytes <= b or b + other.bytes <= a
                    assert apart or not together
        live = max(sum(b.bytes for b in buffers if b.first <= t <= b.last) for t in range(14))
        assert arena_bytes(buffers, "tflm") >= live


MAP, SMALL = 16 * 16 * 8, 8 * 8 * 8


@pytest.mark.parametrize(
    ("word", "maps"),
    [
        *((word, 1) for word in ("relu", "relu6", "hardtanh")),  # fused, in TensorFlow Lite
        *((word, 2) for word in ("prelu", "leaky", "hswish", "sigmoid", "tanh", "gelu")),
        ("hsigmoid", 2),  # x + 3 cut at 0 and 6, then / 6
        ("swish", 3),  # x·sigmoid(x) reads what the sigmoid did
    ],
)
@pytest.mark.parametrize("own", [True, False], ids=["row", "fused"])
def test_what_tensorflow_lite_does_not_fuse_is_written_beside(
    word: str, maps: int, own: bool
) -> None:
    """``relu`` is a fused activation of its file format, ``PRELU`` an operation."""
    first = (
        f"- {{conv: 3x3, out: 8}}\n- {word}"
        if own
        else f"- {{conv: 3x3, out: 8, activation: {word}}}"
    )
    net = cc.loads(f"""
network: net
input: 16x16x4
layers:
{first}
- {{conv: 3x3, stride: 2, out: 8}}
""")
    most = max(16 * 16 * 4 + MAP, maps * MAP, MAP + SMALL)
    assert net.memory().arena == ("tflm", most)
    assert net.memory(planner="none").arena == ("none", 16 * 16 * 4 + MAP + SMALL)


def test_a_swish_makes_an_arena_larger_than_the_peak() -> None:
    """EfficientNet-B0: the first expansion, its sigmoid and their product."""
    found = cc.memory("efficientnet-b0")
    assert found.peak_bytes == 112 * 112 * 96 + 56 * 56 * 96
    assert found.arena == ("tflm", 3 * 112 * 112 * 96)


@pytest.mark.parametrize(
    ("rows", "maps"),
    [
        ("- {conv: 3x3, out: 8}\n- bn\n- relu", 1),  # folded, and fused
        ("- {conv: 3x3, out: 8}\n- {maxpool: 3x3, stride: 1, padding: same}\n- bn\n- relu", 2),
        ("- {conv: 3x3, out: 8, name: a}\n- relu\n- branch: [{from: a}, tanh]", 3),
        ("- {conv: 3x3, out: 8}\n- dropout\n- {reshape: 32x8x8}\n- {reshape: 16x16x8}", 2),
        ("- {conv: 3x3, out: 8}\n- add: [[], learned]", 2),
        ("- {conv: 3x3, out: 8}\n- {select: 8}\n- {padchannels: 8}", 1),  # nothing to do
    ],
)
def test_what_is_fused_or_folded_only_where_nothing_else_reads_it(rows: str, maps: int) -> None:
    net = cc.loads(f"network: net\ninput: 16x16x1\nlayers:\n{rows}\n- {{avgpool: global}}\n")
    assert net.memory().arena == ("tflm", max(16 * 16 + MAP, maps * MAP))


def test_an_activation_is_fused_into_a_scale_and_not_into_a_concatenation() -> None:
    """``MUL`` has a field for it that kernels read, ``CONCATENATION`` one that they refuse."""
    head = "network: net\ninput: 16x16x1\nlayers:\n- {conv: 3x3, out: 8, name: a}\n"
    end = "- relu\n- {avgpool: global}\n"
    scaled = cc.loads(f"{head}- scale\n{end}- {{multiply: [[], [{{from: a}}]]}}\n")
    assert scaled.memory().arena == ("tflm", MAP + 16 + MAP)  # with the pool's 8 bytes
    joined = cc.loads(f"{head}- {{concat: [[], []]}}\n{end}")
    assert joined.memory().arena == ("tflm", 2 * MAP + 2 * MAP)


@pytest.mark.parametrize(("elements", "sums"), [("int8", 4), ("int16", 2 * 4), ("fp32", 0)])
def test_a_transposed_convolution_adds_up_beside_what_it_gives(elements: str, sums: int) -> None:
    """int32 sums of int8, int64 of int16: ``transpose_conv.cc`` of TensorFlow Lite Micro."""
    net = cc.loads("network: net\ninput: 8x8x4\nlayers:\n- {tconv: 2x2, stride: 2, out: 8}\n")
    size = {"int8": 1, "int16": 2, "fp32": 4}[elements]
    maps = (8 * 8 * 4 + 16 * 16 * 8) * size
    assert net.memory(elements=elements).arena == ("tflm", maps + 16 * 16 * 8 * sums)
