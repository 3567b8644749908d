"""Operators that only move values: shuffle, space-to-depth, sub- and upsampling, padding."""

from costcalc.algebra.numbers import ceil, compare, divide
from costcalc.operators.columns import InterpolationField, WholeField
from costcalc.operators.registry import Guard, Mismatch, Output, Shape, operator, share
from costcalc.operators.tags import Amounts, Tag
from costcalc.operators.windows import FactorField, PaddingField, WindowField


@operator("shuffle")
def channel_shuffle(x: Shape, groups: WholeField) -> Output:
    """Channel shuffle: permutes the channels of ``groups`` groups; costs nothing.

    Source: Zhang et al. 2017, "ShuffleNet", section 3.1.
    """
    _, divides = share(x.channels, groups, "channels")
    return Output(x, {}, "channel shuffle", (divides,), groups=groups)


@operator("space_to_depth")
def space_to_depth(x: Shape, block: WholeField) -> Output:
    """Space-to-depth (reorg): b×b neighbours become channels, H/b × W/b × b²·C; costs nothing.

    Source: Redmon and Farhadi 2016, "YOLO9000", passthrough layer.
    """
    height, width = divide(x.height, block), divide(x.width, block)
    hint = "the block must divide both sides"
    guards = tuple(
        Guard(side, f"side {whole} is not divisible by the block {block}", hint)
        for side, whole in ((height, x.height), (width, x.width))
    )
    return Output(Shape(height, width, x.channels * block * block), {}, "space to depth", guards)


@operator("upsample", codings=("module", "functional"))
def upsample(x: Shape, factor: FactorField, mode: InterpolationField = "nearest") -> Output:
    """Upsampling, nearest or bilinear: sides times ``factor``; no Mult-Adds, no parameters."""
    y = Shape(x.height * factor[0], x.width * factor[1], x.channels)
    nearest = mode == "nearest"
    tag = Tag.UPSAMPLE if nearest else Tag.BILINEAR_UPSAMPLE
    arrives = Tag.UPSAMPLE_INPUT if nearest else Tag.BILINEAR_UPSAMPLE_INPUT
    terms: Amounts = {tag: y.elements, arrives: lambda: x.elements}
    return Output(y, terms, "upsample" if nearest else "upsample bilinear")


@operator("subsample")
def subsample(x: Shape, stride: WindowField) -> Output:
    """Every stride-th row and column, from the first on: ⌈n / s⌉; costs nothing.

    Source: He et al. 2015, section 3.3 (identity shortcuts with a stride of 2).
    """
    y = Shape(ceil(divide(x.height, stride[0])), ceil(divide(x.width, stride[1])), x.channels)
    return Output(y, {}, "subsample", stride=stride)


@operator("zeropad")
def zero_pad(x: Shape, padding: PaddingField) -> Output:
    """Zero-padding of the sides, [top, bottom, left, right]; costs nothing."""
    if not isinstance(padding, tuple):
        raise Mismatch(f"zeropad takes numbers, not {padding!r}", "such as 1 or [0, 1, 0, 1]", x)
    (top, bottom), (left, right) = padding
    y = Shape(x.height + top + bottom, x.width + left + right, x.channels)
    return Output(y, {}, "zero pad")


@operator("padchannels")
def pad_channels(x: Shape, out: WholeField) -> Output:
    """Zero channels are appended until ``out`` channels leave; costs nothing.

    Source: He et al. 2015, section 4.2 (option A, parameter-free shortcuts).
    """
    y = Shape(x.height, x.width, out)
    message, hint = f"padchannels to {out} of {x.channels} channels", "it can only add"
    if compare("<", out, x.channels) is True:
        raise Mismatch(message, hint, y)
    return Output(y, {}, "pad channels", (Guard(out - x.channels, message, hint, ">="),))


@operator("select")
def select(x: Shape, out: WholeField) -> Output:
    """Index: ``out`` of the arriving channels leave, in any order; costs nothing.

    Source: Huang et al. 2017, "CondenseNet", figure 1 (right) and section 3.1.
    """
    y = Shape(x.height, x.width, out)
    message, hint = f"select {out} of {x.channels} channels", "there are no more"
    if compare(">", out, x.channels) is True:
        raise Mismatch(message, hint, y)
    return Output(y, {}, "select", (Guard(x.channels - out, message, hint, ">="),))
