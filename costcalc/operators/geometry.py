"""Sliding windows, which convolution and pooling share: output sides, and the taps that count.

Sources of sides: Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning"
(explicit padding); the TensorFlow documentation of ``SAME`` and ``VALID``; Caffe's and PyTorch's
rule for pooling that rounds up (the last window must begin inside the input or its leading
padding).

A convolution is usually counted as if every output position met the whole kernel. XLA counts the
products that exist: at the edges some taps fall into the padding. Along one axis, tap ``j`` of the
kernel (at distance ``d·j`` from the window's beginning) is lost at

* ⌈(before − d·j) / s⌉ positions at the front, and
* ⌈(after − d·(k − 1 − j)) / s⌉ positions at the back,

where the first window begins ``before`` elements before the map and the last one ends ``after``
elements behind it (each bracket at least 0, and both together at most all positions).
"""

from __future__ import annotations

from typing import TypeAlias

from costcalc.algebra.numbers import (
    Number,
    ceil,
    compare,
    divide,
    floor,
    is_number,
    maximum,
    minimum,
    whole,
)
from costcalc.errors import Undecided
from costcalc.operators.registry import Shape
from costcalc.operators.windows import Surrounding

Pair = tuple[Number, Number]
#: A word, or what goes before and after the map along one axis.
Along: TypeAlias = str | Pair


def output_side(
    side: Number, kernel: Number, stride: Number, dilation: Number, padding: Along, up: bool
) -> Number:
    """Positions of a window along one side.

    * ``same``: ⌈n / s⌉, whatever the kernel
    * ``valid`` or explicit (before, after): ⌊(n + before + after − d·(k − 1) − 1) / s⌋ + 1
    * ``half``: explicit, d·(k − 1)/2 rounded down on both sides, as PyTorch models pad
    * rounding up takes ⌈·⌉ instead, but no window may begin in the trailing padding
    """
    reach = dilation * (kernel - 1)
    if padding == "same":
        return ceil(divide(side, stride))
    before, after = around(padding, reach)
    steps = divide(side + before + after - reach - 1, stride)
    if not up:
        return floor(steps) + 1
    rounded, begun = ceil(steps) + 1, ceil(divide(side + before, stride))
    if is_number(after) and is_number(stride) and is_number(reach):
        # up to there the last window begins before the trailing padding, whatever the side
        return rounded if after <= reach + 1 - stride else begun
    return minimum(rounded, begun)


def output_sides(
    x: Shape, kernel: Pair, stride: Pair, dilation: Pair, padding: Surrounding, up: bool = False
) -> Pair:
    """Height and width after a window of ``kernel`` rows × columns."""
    rows, columns = (padding, padding) if isinstance(padding, str) else padding
    return (
        output_side(x.height, kernel[0], stride[0], dilation[0], rows, up),
        output_side(x.width, kernel[1], stride[1], dilation[1], columns, up),
    )


def along(padding: Surrounding, axis: int) -> Along:
    """The padding of the rows (axis 0) or of the columns (1)."""
    return padding[axis] if isinstance(padding, tuple) else padding


def around(padding: Along, reach: Number) -> Pair:
    """What goes before and after the map along one axis, unless that hangs on the map (``same``).
    ``reach`` is d·(k − 1)."""
    if isinstance(padding, tuple):
        return padding
    half = floor(divide(reach, 2)) if padding == "half" else 0
    return half, half


def size(kernel: Pair) -> str:
    """A kernel as text: ``3x3``."""
    return f"{kernel[0]}x{kernel[1]}"


def valid_taps(
    side: Number,
    positions: Number,
    kernel: Number,
    stride: Number,
    dilation: Number,
    padding: Along,
) -> Number:
    """Pairs of a position and a tap inside the map, along one axis.

    ``padding`` is a word or (before, after), as the geometry of the window takes it.

    :raises Undecided: the kernel, stride, dilation or padding is a free parameter.
    """
    if not all(map(is_number, (kernel, stride, dilation, *around(padding, 0)))):
        message = "the taps of a window of free size that lie inside the map have no closed form"
        hint = "give values to the parameters of kernels, strides, dilations and paddings"
        raise Undecided(message, hint)
    kernel, stride, dilation = window = whole(kernel), whole(stride), whole(dilation)
    reach = dilation * (kernel - 1)
    if padding == "same":
        short = positions * stride - side  # how far the strides overshoot the map: 0 … s − 1
    else:
        before, after = map(whole, around(padding, reach))
        short = side + before + after - reach - 1 - (positions - 1) * stride  # what is left over

    def edges(overshoot: int) -> tuple[int, int]:
        if padding != "same":
            return before, after - overshoot
        total = reach + 1 - stride + overshoot
        front = max(total, 0) // 2
        return front, total - front

    if is_number(short):
        before, after = edges(int(short))
        if is_number(positions) and positions < kernel:
            return _by_position(whole(side), whole(positions), window, before)
        lost = _lost(window, before, after)
        return sum((_at_least_zero(positions - n, n) for n in lost), start=0)
    return _by_residue(positions, short, [_lost(window, *edges(r)) for r in range(stride)])


def transposed_taps(
    positions: Number,
    side: Number,
    kernel: Number,
    stride: Number,
    dilation: Number,
    padding: Along,
) -> Number:
    """Pairs of an input position and a tap that land inside the output, along one axis.

    :raises Undecided: as :func:`valid_taps`.
    """
    over = dilation * (kernel - 1) + 1 - stride
    if padding == "same" and isinstance(over, int):
        before = max(over, 0) // 2
        padding = (before, over - before)
    # the output is the map, and every input position lays a window over it
    return valid_taps(side, positions, kernel, stride, dilation, padding)


def _lost(window: tuple[int, int, int], before: int, after: int) -> list[int]:
    """For each tap, the positions at which it falls outside, were the map long enough."""
    kernel, stride, dilation = window
    lost = []
    for j in range(kernel):
        front = max(0, -((dilation * j - before) // stride))
        back = max(0, -((dilation * (kernel - 1 - j) - after) // stride))
        lost.append(front + back)
    return lost


def _by_position(side: int, positions: int, window: tuple[int, int, int], before: int) -> int:
    """The same where there are fewer positions than taps: for each, the taps inside the map."""
    kernel, stride, dilation = window
    total = 0
    for start in range(-before, positions * stride - before, stride):
        first = max(0, -(start // dilation))
        last = min(kernel - 1, (side - 1 - start) // dilation)
        total += max(0, last - first + 1)
    return total


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
