"""Valid taps: how many of a window's taps lie inside the map and not in its padding.

A convolution is usually counted as if every output position met the whole kernel. XLA counts the
products that exist: at the edges some taps fall into the padding. Along one axis, tap ``j`` of the
kernel (at distance ``d·j`` from the window's beginning) is lost at

* ⌈(before − d·j) / s⌉ positions at the front, and
* ⌈(after − d·(k − 1 − j)) / s⌉ positions at the back,

where the first window begins ``before`` elements before the map and the last one ends ``after``
elements behind it (each bracket at least 0, and both together at most all positions).
"""

from __future__ import annotations

from typing import Any

from costcalc.algebra.numbers import Number, compare, is_number, maximum
from costcalc.errors import CostcalcError


def valid_taps(
    side: Number, positions: Number, kernel: Number, stride: Number, dilation: Number, padding: Any
) -> Number:
    """Pairs of a position and a tap inside the map, along one axis.

    ``padding`` is a word or (before, after), as the geometry of the window takes it.

    :raises CostcalcError: the kernel, stride or dilation is a free parameter.
    """
    if not (is_number(kernel) and is_number(stride) and is_number(dilation)):
        raise CostcalcError(
            "the taps of a window of free size that lie inside the map have no closed form",
            "give values to the parameters of kernels, strides and dilations",
        )
    kernel, stride, dilation = int(kernel), int(stride), int(dilation)
    window = (kernel, stride, dilation)
    reach = dilation * (kernel - 1)
    if padding == "same":
        short = positions * stride - side  # how far the strides overshoot the map: 0 … s − 1
    else:
        before, after = _explicit(padding, reach)
        short = side + before + after - reach - 1 - (positions - 1) * stride  # what is left over

    def edges(overshoot: int) -> tuple[int, int]:
        if padding != "same":
            return before, after - overshoot
        total = reach + 1 - stride + overshoot
        front = max(total, 0) // 2
        return front, total - front

    if is_number(short):
        lost = _lost(window, *edges(int(short)))
        return sum((_at_least_zero(positions - n, n) for n in lost), start=0)
    return _by_residue(positions, short, [_lost(window, *edges(r)) for r in range(stride)])


def transposed_taps(
    positions: Number, side: Number, kernel: Number, stride: Number, padding: Any
) -> Number:
    """Pairs of an input position and a tap that land inside the output, along one axis.

    :raises CostcalcError: the kernel or stride is a free parameter.
    """
    if padding == "same" and is_number(kernel) and is_number(stride):
        total = max(kernel - stride, 0)
        padding = (total // 2, kernel - stride - total // 2)
    # the output is the map, and every input position lays a window over it
    return valid_taps(side, positions, kernel, stride, 1, padding)


def _explicit(padding: Any, reach: int) -> tuple[int, int]:
    if padding == "valid":
        return 0, 0
    if padding == "half":
        return reach // 2, reach // 2
    before, after = padding
    return before, after


def _lost(window: tuple[int, int, int], before: int, after: int) -> list[int]:
    """For each tap, the positions at which it falls outside, were the map long enough."""
    kernel, stride, dilation = window
    lost = []
    for j in range(kernel):
        front = max(0, -((dilation * j - before) // stride))
        back = max(0, -((dilation * (kernel - 1 - j) - after) // stride))
        lost.append(front + back)
    return lost


def _by_residue(positions: Number, short: Number, lost: list[list[int]]) -> Number:
    """The sum over taps where a free side decides how far the strides overshoot."""
    reached = [compare(">=", short, r) for r in range(len(lost))]
    total: Number = 0
    for by_residue in zip(*lost, strict=True):
        gone: Number = by_residue[0]
        for r in range(1, len(by_residue)):
            gone = gone + reached[r] * (by_residue[r] - by_residue[r - 1])
        total = total + _at_least_zero(positions - gone, max(by_residue))
    return total


def _at_least_zero(count: Number, most_lost: int) -> Number:
    """A map has a position at least, so only a tap that loses two or more can lose them all."""
    return count if most_lost <= 1 else maximum(count, 0)
