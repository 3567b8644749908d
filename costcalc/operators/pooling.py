"""Pooling: windows, global, and fractional."""

from costcalc.algebra.numbers import Number, divide, floor
from costcalc.operators.columns import RatioField, RoundingField
from costcalc.operators.geometry import Pair, output_sides, size
from costcalc.operators.registry import Output, Shape, operator
from costcalc.operators.tags import Amounts, Tag
from costcalc.operators.windows import PaddingField, PoolWindowField, WindowField


@operator("maxpool", codings=("module", "tuple", "functional"))
def max_pool(
    x: Shape,
    kernel: WindowField,
    stride: WindowField = (0, 0),
    padding: PaddingField = "valid",
    round: RoundingField = "down",
) -> Output:
    """Max pooling; no Mult-Adds, no parameters. The stride is the kernel unless it is given.

    ``round: up`` keeps a window that hangs over the edge (Caffe's rule). Tags: elements that
    arrive, that leave, and that the windows read (k·k per output).
    """
    stride = kernel if stride == (0, 0) else stride
    y = Shape(*output_sides(x, kernel, stride, (1, 1), padding, round == "up"), x.channels)
    terms: Amounts = {
        Tag.MAX_POOL_INPUT: x.elements,
        Tag.MAX_POOL_OUTPUT: y.elements,
        Tag.MAX_POOL_WINDOW: kernel[0] * kernel[1] * y.elements,
        Tag.MAX_POOL_SIDE: lambda: _side(kernel) * y.elements,
        Tag.MAX_POOL_STRIDE: lambda: stride[0] * stride[1] * y.elements,
    }
    return Output(y, terms, f"max pool {size(kernel)}", (), kernel, stride)


@operator("avgpool", codings=("module", "tuple", "functional"))
def average_pool(
    x: Shape,
    kernel: PoolWindowField,
    stride: WindowField = (0, 0),
    padding: PaddingField = "valid",
    round: RoundingField = "down",
) -> Output:
    """Average pooling, by a window or ``global``; no Mult-Adds, no parameters.

    Tags: elements that arrive, that leave, and that the windows read (k·k per output).
    """
    if kernel is None:
        y = Shape(1, 1, x.channels)
        ends: Amounts = {Tag.GLOBAL_POOL_INPUT: x.elements, Tag.GLOBAL_POOL_OUTPUT: x.channels}
        return Output(y, ends, "global average pool")
    pair: Pair = kernel
    stride = pair if stride == (0, 0) else stride
    y = Shape(*output_sides(x, pair, stride, (1, 1), padding, round == "up"), x.channels)
    terms: Amounts = {
        Tag.AVERAGE_POOL_INPUT: x.elements,
        Tag.AVERAGE_POOL_OUTPUT: y.elements,
        Tag.AVERAGE_POOL_WINDOW: pair[0] * pair[1] * y.elements,
        Tag.AVERAGE_POOL_SIDE: lambda: _side(pair) * y.elements,
        Tag.AVERAGE_POOL_STRIDE: lambda: stride[0] * stride[1] * y.elements,
    }
    return Output(y, terms, f"average pool {size(pair)}", (), pair, stride)


def _side(kernel: Pair) -> Number:
    """What a counter reads off a kernel that it takes for one number; two numbers it multiplies."""
    rows, columns = kernel
    return rows if rows == columns else rows * columns


@operator("fmp", codings=("module", "functional"))
def fractional_max_pool(x: Shape, ratio: RatioField) -> Output:
    """Fractional max pooling: each side becomes ⌊n / ratio⌋; no Mult-Adds, no parameters.

    Source: Graham 2014, "Fractional max-pooling"; the rounding is TensorFlow's.
    """
    y = Shape(floor(divide(x.height, ratio)), floor(divide(x.width, ratio)), x.channels)
    terms: Amounts = {Tag.FRACTIONAL_POOL_INPUT: x.elements, Tag.FRACTIONAL_POOL_OUTPUT: y.elements}
    return Output(y, terms, "fractional max pool")
