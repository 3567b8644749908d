"""The arena: where tensors lie in one block of memory, and how large that must be.

A peak says how many bytes are live at once; a planner that never moves a tensor may need more,
since gaps remain. Fragmentation has no polynomial, so an arena is a number at a binding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Buffer(NamedTuple):
    """A tensor as planners see it: its bytes, and the steps at which it lives."""

    bytes: int
    first: int
    last: int


def none(buffers: Sequence[Buffer]) -> tuple[int, ...]:
    """Every tensor has a place of its own."""
    offsets, end = [], 0
    for buffer in buffers:
        offsets.append(end)
        end += buffer.bytes
    return tuple(offsets)


def greedy_by_size(buffers: Sequence[Buffer], alignment: int = 16) -> tuple[int, ...]:
    """The largest first, of equal ones the last; each into the first gap that fits beside those
    that live at the same time.

    Source: TensorFlow Lite Micro, ``greedy_memory_planner``; sizes are rounded up to 16 bytes.
    """
    sizes = [-(-buffer.bytes // alignment) * alignment for buffer in buffers]
    offsets: dict[int, int] = {}
    for i in sorted(range(len(buffers)), key=lambda i: (-sizes[i], -i)):
        beside = sorted(
            (offsets[j], offsets[j] + sizes[j])
            for j in offsets
            if buffers[j].first <= buffers[i].last and buffers[i].first <= buffers[j].last
        )
        offset = 0
        for start, end in beside:
            if start - offset >= sizes[i]:
                break
            offset = max(offset, end)
        offsets[i] = offset
    return tuple(offsets[i] for i in range(len(buffers)))


def arena_bytes(buffers: Sequence[Buffer], planner: str) -> int:
    """The highest end of all tensors where a planner puts them."""
    offsets, unit = PLANNERS[planner](buffers), 16 if planner == "tflm" else 1
    ends = (o + -(-b.bytes // unit) * unit for o, b in zip(offsets, buffers, strict=True))
    return max(ends, default=0)


PLANNERS: dict[str, Callable[[Sequence[Buffer]], tuple[int, ...]]] = {
    "tflm": greedy_by_size,
    "none": none,
}
