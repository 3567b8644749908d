"""Where planners put tensors."""

from __future__ import annotations

import random

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
