"""Pooling: by windows, of the whole map, over one side, to a size, and fractional."""

from costcalc.algebra.numbers import Number, compare, divide, floor
from costcalc.operators.columns import RatioField, RoundingField
from costcalc.operators.extents import PoolField, To
from costcalc.operators.geometry import Pair, output_sides, size
from costcalc.operators.registry import Output, Shape, operator
from costcalc.operators.tags import Amounts, Tag
from costcalc.operators.windows import PaddingField, Surrounding, WindowField


@operator("maxpool", codings=("module", "tuple", "functional"))
def max_pool(
    x: Shape,
    kernel: PoolField,
    stride: WindowField = (0, 0),
    padding: PaddingField = "valid",
    dilation: WindowField = (1, 1),
    round: RoundingField = "down",
) -> Output:
    """Max pooling, by a window, ``global``, or ``{to: 7x7}``; no Mult-Adds, no parameters.

    The stride is the kernel unless it is given. ``round: up`` keeps a window that hangs over the
    edge (Caffe's rule). Tags: elements that arrive, that leave, and that the windows read (k·k per
    output).
    """
    if not isinstance(kernel, tuple) or isinstance(kernel, To):
        return _sized(x, kernel, "max")
    return _slid(x, "max", (kernel, stride, dilation), padding, round == "up")


@operator("avgpool", codings=("module", "tuple", "functional"))
def average_pool(
    x: Shape,
    kernel: PoolField,
    stride: WindowField = (0, 0),
    padding: PaddingField = "valid",
    round: RoundingField = "down",
) -> Output:
    """Average pooling, by a window, ``global``, or ``{to: 7x7}``; no Mult-Adds, no parameters.

    Tags: elements that arrive, that leave, and that the windows read (k·k per output).
    """
    if not isinstance(kernel, tuple) or isinstance(kernel, To):
        return _sized(x, kernel, "average")
    return _slid(x, "average", (kernel, stride, (1, 1)), padding, round == "up")


def _slid(
    x: Shape, kind: str, window: tuple[Pair, Pair, Pair], padding: Surrounding, up: bool
) -> Output:
    """Pooling by a window of a kernel, a stride and a dilation."""
    kernel, stride, dilation = window
    stride = kernel if stride == (0, 0) else stride
    y = Shape(*output_sides(x, kernel, stride, dilation, padding, up), x.channels)
    terms: Amounts = {
        Tag(f"{kind} pool input"): x.elements,
        Tag(f"{kind} pool output"): y.elements,
        Tag(f"{kind} pool window"): kernel[0] * kernel[1] * y.elements,
        Tag(f"{kind} pool side"): lambda: _side(kernel) * y.elements,
        Tag(f"{kind} pool stride"): lambda: stride[0] * stride[1] * y.elements,
    }
    return Output(y, terms, f"{kind} pool {size(kernel)}", (), kernel, stride)


def _sized(x: Shape, to: To | str | None, kind: str) -> Output:
    """Pooling of the whole map, or over the channels or one side, of which 1 is left, or to a size,
    where position i of m reads ⌊i·n/m⌋ … ⌈(i + 1)·n/m⌉ − 1.

    Sources: PyTorch, ``adaptive_avg_pool2d``; Woo et al. 2018, "CBAM", section 3.
    """
    if isinstance(to, str):
        name, y = "mean" if kind == "average" else "max", x._replace(**{to: 1})
        terms: Amounts = {Tag(f"{name} input"): x.elements}
        if kind == "average":
            terms[Tag.MEAN_OUTPUT] = y.elements
        return Output(y, terms, f"{name} over {to}")
    if to is None:
        name = "global max pool" if kind == "max" else "global pool"
        ends: Amounts = {Tag(f"{name} input"): x.elements, Tag(f"{name} output"): x.channels}
        return Output(Shape(1, 1, x.channels), ends, f"global {kind} pool")
    y = Shape(*to, x.channels)
    name = f"adaptive {kind} pool"
    terms = {
        Tag(f"{name} input"): x.elements,
        Tag(f"{name} output"): y.elements,
        Tag(f"{name} ratio"): lambda: _ratio(x[0], to[0]) * _ratio(x[1], to[1]) * y.elements,
        Tag(f"{name} whole"): lambda: x.elements * y.area,
    }
    if kind == "average":
        terms[Tag.ADAPTIVE_AVERAGE_POOL_WINDOW] = lambda: (
            _quotient(x[0], to[0]) * _quotient(x[1], to[1]) * y.elements
        )
    return Output(y, terms, name)


def _quotient(side: Number, to: Number) -> Number:
    """A window, taken to be as large as those that fit in."""
    return floor(divide(side, to))


def _ratio(side: Number, to: Number) -> Number:
    """A window as torch-scan takes it: n/m where that is whole, else 1 + n mod m."""
    rest = side - to * _quotient(side, to)
    fits = compare("==", rest, 0)
    return fits * _quotient(side, to) + (1 - fits) * (rest + 1)


def _side(kernel: Pair) -> Number:
    """What a counter reads off a kernel that it takes for one number; two numbers it multiplies."""
    rows, columns = kernel
    square = compare("==", rows, columns)
    return rows * (square + (1 - square) * columns)


@operator("fmp", codings=("module", "functional"))
def fractional_max_pool(x: Shape, ratio: RatioField) -> Output:
    """Fractional max pooling: each side becomes ⌊n / ratio⌋; no Mult-Adds, no parameters.

    Source: Graham 2014, "Fractional max-pooling"; the rounding is TensorFlow's.
    """
    y = Shape(floor(divide(x.height, ratio)), floor(divide(x.width, ratio)), x.channels)
    terms: Amounts = {Tag.FRACTIONAL_POOL_INPUT: x.elements, Tag.FRACTIONAL_POOL_OUTPUT: y.elements}
    return Output(y, terms, "fractional max pool", (), None, (ratio, ratio))
