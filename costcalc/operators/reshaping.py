"""Operators that only move values: shuffle, space-to-depth, resizing, padding, cropping."""

from costcalc.algebra.numbers import Number, ceil, compare, divide, floor, is_whole
from costcalc.operators.columns import InterpolationField, WholeField
from costcalc.operators.extents import CropField, ResizeField, To, ZeroPadField
from costcalc.operators.registry import Guard, Mismatch, Output, Shape, operator, share
from costcalc.operators.tags import Amounts, Tag
from costcalc.operators.windows import FactorField, PaddingField, Surrounding, WindowField

Pair = tuple[Number, Number]


@operator("shuffle")
def channel_shuffle(x: Shape, groups: WholeField) -> Output:
    """Channel shuffle: permutes the channels of ``groups`` groups; costs nothing.

    Source: Zhang et al. 2017, "ShuffleNet", section 3.1.
    """
    _, divides = share(x.channels, groups, "channels")
    return Output(x, {}, "channel shuffle", (divides,), groups=groups)


@operator("space_to_depth")
def space_to_depth(x: Shape, block: WindowField) -> Output:
    """Space-to-depth (reorg): b×b neighbours become channels, H/b × W/b × b²·C; costs nothing.

    Source: Redmon and Farhadi 2016, "YOLO9000", passthrough layer.
    """
    height, width = divide(x.height, block[0]), divide(x.width, block[1])
    hint = "the block must divide both sides"
    guards = tuple(
        Guard(side, f"side {whole} is not divisible by the block {own}", hint)
        for side, whole, own in zip((height, width), x[:2], block, strict=True)
    )
    y = Shape(height, width, x.channels * block[0] * block[1])
    return Output(y, {}, "space to depth", guards)


@operator("depth_to_space")
def depth_to_space(x: Shape, block: WindowField) -> Output:
    """Depth-to-space (pixel shuffle): b² channels become b×b neighbours, b·H × b·W × C/b².

    Source: Shi et al. 2016, "Real-time single image super-resolution", section 3.2.
    """
    rows, columns = block
    channels = divide(x.channels, rows * columns)
    message = f"{x.channels} channels are not divisible by {rows * columns}"
    said = rows if rows == columns else f"{rows}x{columns}"
    hint = f"a block of {said} takes {rows}·{columns} for each that leaves"
    guard = Guard(channels, message, hint)
    y = Shape(x.height * rows, x.width * columns, channels)
    return Output(y, {Tag.DEPTH_TO_SPACE: x.elements}, "depth to space", (guard,))


@operator("upsample", codings=("module", "functional"))
def upsample(x: Shape, factor: FactorField, mode: InterpolationField = "nearest") -> Output:
    """Upsampling, nearest or bilinear: sides times ``factor``; no Mult-Adds, no parameters."""
    return _resized(x, factor, "upsample", mode)


@operator("resize", codings=("module", "functional"))
def resize(x: Shape, to: ResizeField, mode: InterpolationField = "nearest") -> Output:
    """Resizing, nearest or bilinear, to a size or ``{by: 3/2}``; no Mult-Adds, no parameters.

    Sides are ⌊n·f⌋. Source: PyTorch, ``torch.nn.functional.interpolate``.
    """
    return _resized(x, to, "resize", mode)


def _resized(x: Shape, to: To | Pair, name: str, mode: str) -> Output:
    """Interpolation to a size, or by the factors of the two sides."""
    kind = "upsample" if mode == "nearest" else "bilinear upsample"
    if isinstance(to, To):
        y = Shape(*to, x.channels)
        terms: Amounts = {
            Tag(f"{kind} position"): lambda: y.area,
            Tag(f"{kind} sized element"): lambda: y.elements,
        }
    else:
        y = Shape(floor(x.height * to[0]), floor(x.width * to[1]), x.channels)
        terms = {Tag(f"{kind} input"): lambda: x.elements}
        if not (is_whole(to[0]) and is_whole(to[1])):
            terms[Tag(f"{kind} cut element")] = lambda: (
                floor(x.elements * to[0] * to[1]) - y.elements
            )
    return Output(
        y,
        {Tag(f"{kind} element"): y.elements, **terms},
        name if mode == "nearest" else f"{name} {mode}",
    )


@operator("crop")
def crop(x: Shape, to: CropField) -> Output:
    """Cropping to a size, or of ``{by: [top, bottom, left, right]}``; costs nothing.

    Source: Ronneberger et al. 2015, "U-Net", section 2.
    """
    if isinstance(to, To):
        return Output(Shape(*to, x.channels), {}, "crop", _within(to, x, "crop", x))
    (top, bottom), (left, right) = _numbers(to, "crop", x)
    return Output(Shape(x.height - top - bottom, x.width - left - right, x.channels), {}, "crop")


def _within(small: To | Shape, large: To | Shape, name: str, x: Shape) -> tuple[Guard, Guard]:
    """Guards that no side of the first is larger than that of the second."""
    to = small if isinstance(small, To) else large
    message = f"{name} to {to[0]}x{to[1]} of {x}"
    hint = "a crop only takes away" if name == "crop" else "it only adds"
    rows, columns = (Guard(large[i] - small[i], message, hint, ">=") for i in (0, 1))
    return rows, columns


@operator("subsample")
def subsample(x: Shape, stride: WindowField) -> Output:
    """Every stride-th row and column, from the first on: ⌈n / s⌉; costs nothing.

    Source: He et al. 2015, section 3.3 (identity shortcuts with a stride of 2).
    """
    y = Shape(ceil(divide(x.height, stride[0])), ceil(divide(x.width, stride[1])), x.channels)
    return Output(y, {}, "subsample", stride=stride)


@operator("zeropad")
def zero_pad(x: Shape, padding: ZeroPadField) -> Output:
    """Zero-padding of the sides, [top, bottom, left, right], or to a size; costs nothing."""
    if isinstance(padding, To):
        y = Shape(*padding, x.channels)
        return Output(y, {}, "zero pad", _within(x, padding, "zeropad", x))
    (top, bottom), (left, right) = _numbers(padding, "zeropad", x)
    y = Shape(x.height + top + bottom, x.width + left + right, x.channels)
    return Output(y, {}, "zero pad")


@operator("reflectpad")
def reflect_pad(x: Shape, padding: PaddingField) -> Output:
    """Padding of the sides by their reflection, [top, bottom, left, right]; costs nothing.

    A side reflects fewer elements than it has. Source: PyTorch, ``nn.ReflectionPad2d``.
    """
    around = _numbers(padding, "reflectpad", x)
    y = Shape(x.height + sum(around[0]), x.width + sum(around[1]), x.channels)
    guards = tuple(
        Guard(
            side - more - 1, f"reflectpad of {more} on a side of {side}", "less than the side", ">="
        )
        for side, pair in zip(x[:2], around, strict=True)
        for more in dict.fromkeys(pair)
    )
    return Output(y, {}, "reflect pad", guards)


def _numbers(padding: Surrounding, name: str, x: Shape) -> tuple[Pair, Pair]:
    """((top, bottom), (left, right)) of rows that take no word.

    :raises Mismatch: it is a word.
    """
    if isinstance(padding, tuple):
        return padding
    raise Mismatch(f"{name} takes numbers, not {padding!r}", "such as 1 or [0, 1, 0, 1]", x)


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
