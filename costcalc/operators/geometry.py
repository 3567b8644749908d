"""Output sides of sliding windows: convolution and pooling share them.

Sources: Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning" (explicit
padding); the TensorFlow documentation of ``SAME`` and ``VALID``; Caffe's and PyTorch's rule for
pooling that rounds up (the last window must begin inside the input or its leading padding).
"""

from __future__ import annotations

from typing import Any

from costcalc.algebra.numbers import Number, ceil, divide, floor, is_number, minimum
from costcalc.operators.registry import Shape

Pair = tuple[Number, Number]


def output_side(
    side: Number, kernel: Number, stride: Number, dilation: Number, padding: Any, up: bool
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
    if padding == "half":
        before = after = floor(divide(reach, 2))
    else:
        before, after = (0, 0) if padding == "valid" else padding
    steps = divide(side + before + after - reach - 1, stride)
    if not up:
        return floor(steps) + 1
    rounded = ceil(steps) + 1
    if is_number(after) and is_number(stride) and is_number(reach) and after <= reach + 1 - stride:
        return rounded  # then the last window begins before the trailing padding
    return minimum(rounded, ceil(divide(side + before, stride)))


def output_sides(
    x: Shape, kernel: Pair, stride: Pair, dilation: Pair, padding: Any, up: bool = False
) -> Pair:
    """Height and width after a window of ``kernel`` rows × columns."""
    rows = columns = padding
    if isinstance(padding, tuple):
        rows, columns = padding
    return (
        output_side(x.height, kernel[0], stride[0], dilation[0], rows, up),
        output_side(x.width, kernel[1], stride[1], dilation[1], columns, up),
    )


def size(kernel: Pair) -> str:
    """A kernel as text: ``3x3``."""
    return f"{kernel[0]}x{kernel[1]}"
