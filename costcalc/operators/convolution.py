"""Convolutions: standard and grouped, depthwise, transposed.

In the notation of Howard et al. 2017 (MobileNets, section 3): a D_K × D_K kernel, M input channels,
N output channels and a D_F × D_F output map.
"""

from functools import partial
from math import prod

from costcalc.algebra.numbers import Number, ceil, compare, divide, floor, maximum
from costcalc.operators.coded import FIXED, stated
from costcalc.operators.columns import ChannelsField, ExtraField, FlagField, WholeField
from costcalc.operators.geometry import (
    Pair,
    along,
    around,
    output_side,
    output_sides,
    size,
    transposed_taps,
    valid_taps,
)
from costcalc.operators.registry import Guard, Output, Shape, operator, share
from costcalc.operators.tags import Amounts, Tag, Terms
from costcalc.operators.windows import PaddingField, Surrounding, WindowField


@operator("conv", normalised=True, codings=("module", "functional", "linear"))
def conv(
    x: Shape,
    kernel: WindowField,
    out: ChannelsField,
    stride: WindowField = (1, 1),
    padding: PaddingField = "same",
    dilation: WindowField = (1, 1),
    groups: WholeField = 1,
    bias: FlagField = False,
    fixed: FlagField = False,
    gain: FlagField = False,
) -> Output:
    """Convolution: D_K·D_K·(M/groups)·N·D_F·D_F Mult-Adds, D_K·D_K·(M/groups)·N weights.

    Source: Howard et al. 2017, section 3.1; groups: Krizhevsky et al. 2012.
    """
    inputs, guards = _shares(x, out, groups)
    height, width = output_sides(x, kernel, stride, dilation, padding)
    y = Shape(height, width, out)
    terms = _terms(inputs * out, x, y, (kernel, stride, dilation), padding, bias)
    grouped = "" if groups == 1 else "group "
    name = f"{grouped}conv {size(kernel)}"
    return _kernels(Output(y, terms, name, guards, kernel, stride, groups), fixed, gain)


@operator("dwconv", normalised=True, codings=("module", "functional"))
def depthwise_conv(
    x: Shape,
    kernel: WindowField,
    stride: WindowField = (1, 1),
    multiplier: WholeField = 1,
    padding: PaddingField = "same",
    dilation: WindowField = (1, 1),
    bias: FlagField = False,
    fixed: FlagField = False,
    gain: FlagField = False,
) -> Output:
    """Depthwise convolution: D_K·D_K·(M·δ)·D_F·D_F Mult-Adds, D_K·D_K·(M·δ) weights.

    One filter per input channel, or δ of them (``multiplier``); M·δ channels leave.
    Source: Howard et al. 2017, section 3.1; Chen and Su 2018, equations 1 and 3.
    """
    out = x.channels * multiplier
    height, width = output_sides(x, kernel, stride, dilation, padding)
    y = Shape(height, width, out)
    terms = _terms(out, x, y, (kernel, stride, dilation), padding, bias)
    name = f"depthwise {size(kernel)}"
    return _kernels(Output(y, terms, name, (), kernel, stride, x.channels), fixed, gain)


@operator("tconv", normalised=True, codings=("module", "functional"))
def transposed_conv(
    x: Shape,
    kernel: WindowField,
    out: ChannelsField,
    stride: WindowField = (1, 1),
    padding: PaddingField = "same",
    output_padding: ExtraField = (0, 0),
    dilation: WindowField = (1, 1),
    groups: WholeField = 1,
    bias: FlagField = False,
    fixed: FlagField = False,
    gain: FlagField = False,
) -> Output:
    """Transposed convolution: D_K·D_K·(M/groups)·N per *input* position; as many weights.

    Sides: n·s with ``same``; (n − 1)·s + d·(k − 1) + 1 − before − after + output padding otherwise.
    Source: Dumoulin and Visin 2016, section 4.
    """
    inputs, shared = _shares(x, out, groups)
    window = (kernel, stride, dilation)
    sides, guards = _transposed_sides(x, window, padding, output_padding)
    y = Shape(*sides, out)
    weights = kernel[0] * kernel[1] * inputs * out
    terms: Amounts = {Tag.TRANSPOSED_CONV_MAC: x.area * weights, Tag.CONV_WEIGHT: weights}
    terms.update(_bias(bias, y))
    terms.update(_transposed_terms(inputs * out, x, y, window, padding, groups))
    if bias:
        terms[Tag.TRANSPOSED_CONV_BIAS_ADD] = y.elements
        terms[Tag.TRANSPOSED_CONV_FORWARD_BIAS_ADD] = lambda: (
            _forward_area(x, window, padding) * divide(out, groups)
        )
    name = f"transposed conv {size(kernel)}"
    found = Output(y, terms, name, (*shared, *guards), kernel, stride, groups)
    return _kernels(found, fixed, gain)


def _transposed_terms(
    slices: Number,
    x: Shape,
    y: Shape,
    window: tuple[Pair, Pair, Pair],
    padding: Surrounding,
    groups: Number,
) -> Amounts:
    """What only some counters make of a transposed convolution; ``slices`` and ``window`` as in
    :func:`_terms`."""
    kernel, stride, dilation = window
    rows, columns = kernel

    def valid() -> Number:
        taps = (
            transposed_taps(x[i], y[i], kernel[i], stride[i], dilation[i], along(padding, i))
            for i in (0, 1)
        )
        return prod(taps) * slices

    return {
        Tag.TRANSPOSED_CONV_VALID_MAC: valid,
        Tag.TRANSPOSED_CONV_OUTPUT_MAC: lambda: y.area * rows * columns * slices,
        Tag.TRANSPOSED_CONV_MIXED_MAC: lambda: (
            y.elements * rows * columns * _mixed(x.channels, y.channels, groups)
        ),
        Tag.TRANSPOSED_CONV_FILTER_MAC: lambda: (
            y.elements * rows * columns * divide(y.channels, groups)
        ),
        Tag.TRANSPOSED_CONV_TWICE_GROUPED_MAC: lambda: (
            x.elements * rows * columns * floor(divide(y.channels, groups * groups))
        ),
        Tag.TRANSPOSED_CONV_INPUT: lambda: x.elements,
        Tag.TRANSPOSED_CONV_LAYER: 1,
    }


def _mixed(inputs: Number, out: Number, groups: Number) -> Number:
    """What a counter that tells kernels of both kinds of convolution apart by the channels that
    leave takes for the channels that a filter reads: as many as arrive leave, and it is right."""
    alike = 1 if groups == 1 else compare("==", inputs, out)
    return alike * divide(inputs, groups) + (1 - alike) * inputs


def _shares(x: Shape, out: Number, groups: Number) -> tuple[Number, tuple[Guard, Guard]]:
    """The input channels of a group, and that the groups are alike."""
    inputs, divides_in = share(x.channels, groups, "input channels")
    _, divides_out = share(out, groups, "output channels")
    return inputs, (divides_in, divides_out)


def _terms(
    slices: Number,
    x: Shape,
    y: Shape,
    window: tuple[Pair, Pair, Pair],
    padding: Surrounding,
    bias: bool,
) -> Amounts:
    """What a convolution is counted by. ``slices`` are its kernels of one input and one output
    channel; ``window`` is kernel, stride and dilation."""
    rows, columns = window[0]
    weights = rows * columns * slices
    terms: Amounts = {Tag.CONV_MAC: y.area * weights, Tag.CONV_WEIGHT: weights}
    terms.update(_bias(bias, y))
    # not a closure, whose cells the garbage collector would look at for every layer
    terms[Tag.CONV_VALID_MAC] = partial(_valid, slices, x, y, window, padding)
    if not bias:
        terms[Tag.CONV_SLICE] = slices
    return terms


def _valid(
    slices: Number, x: Shape, y: Shape, window: tuple[Pair, Pair, Pair], padding: Surrounding
) -> Number:
    kernel, stride, dilation = window
    rows, columns = (
        valid_taps(x[i], y[i], kernel[i], stride[i], dilation[i], along(padding, i)) for i in (0, 1)
    )
    return rows * columns * slices


def _kernels(layer: Output, fixed: bool, gain: bool) -> Output:
    """The convolution with kernels that are constants, which only a function call takes, or with a
    learned factor for each channel that leaves (weight standardisation, weight normalisation)."""
    if not (fixed or gain):
        return layer
    terms = Terms(layer.terms)
    if fixed:
        del terms[Tag.CONV_WEIGHT]
        terms = stated(terms, FIXED)
    if gain:
        terms[Tag.LEARNED_WEIGHT] = layer.shape.channels
    return layer._replace(terms=terms, type=f"fixed {layer.type}" if fixed else layer.type)


def _bias(bias: bool, y: Shape) -> Amounts:
    return {Tag.CONV_BIAS: y.channels, Tag.CONV_BIAS_ADD: y.elements} if bias else {}


def _forward_area(x: Shape, window: tuple[Pair, Pair, Pair], padding: Surrounding) -> Number:
    """The positions of an ordinary convolution of that window, padded by what the transposed one
    cuts off before its map; with ``same`` as PyTorch cuts, more before than after."""

    def side(axis: int) -> Number:
        kernel, stride, dilation = (pair[axis] for pair in window)
        reach = dilation * (kernel - 1)
        before, _ = around(along(padding, axis), reach)
        if padding == "same":
            before = maximum(0, ceil(divide(reach + 1 - stride, 2)))
        return output_side(x[axis], kernel, stride, dilation, (before, before), False)

    return side(0) * side(1)


def _transposed_sides(
    x: Shape, window: tuple[Pair, Pair, Pair], padding: Surrounding, more: Pair
) -> tuple[Pair, tuple[Guard, ...]]:
    """The sides of the output, and what ``more`` (the output padding) must be."""
    same = padding == "same"
    guards: tuple[Guard, ...] = ()
    for axis, extra in enumerate(more):
        if extra != 0:
            most = 0 if same else maximum(window[1][axis], window[2][axis]) - 1
            hint = f"at most {most}, less than the stride or the dilation"
            hint = "padding: same gives n·s; say half, valid or a number" if same else hint
            guards += (Guard(most - extra, f"an output padding of {extra}", hint, ">="),)
    if same:
        return (x.height * window[1][0], x.width * window[1][1]), guards

    def side(axis: int) -> Number:
        kernel, stride, dilation = (pair[axis] for pair in window)
        reach = dilation * (kernel - 1)
        before, after = around(along(padding, axis), reach)
        return (x[axis] - 1) * stride + reach + 1 - before - after + more[axis]

    return (side(0), side(1)), guards
