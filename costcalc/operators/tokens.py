"""Maps as tokens: a map of N×1×C is N tokens of C channels, one of N×B×C is B groups of them.

Nothing is counted here: values only change places.
"""

from typing import Annotated

from costcalc.algebra.numbers import divide
from costcalc.operators.columns import Choice
from costcalc.operators.extents import FormField, To
from costcalc.operators.registry import Guard, Output, Shape, operator
from costcalc.operators.windows import WindowField


@operator("tokens")
def tokens(x: Shape) -> Output:
    """Tokens: H×W×C becomes (H·W)×1×C; costs nothing.

    Source: Dosovitskiy et al. 2020, "An image is worth 16x16 words", section 3.1.
    """
    return Output(Shape(x.area, 1, x.channels), {}, "tokens")


@operator("reshape")
def reshape(x: Shape, to: FormField) -> Output:
    """Reshape: to a size, ``{like: c3}``, or ``14x14x384``, of as many elements; costs nothing."""
    channels = x.channels if isinstance(to, To) or len(to) < 3 else to[2]
    y = Shape(to[0], to[1], channels)
    lost = y.area - x.area if channels == x.channels else y.elements - x.elements
    hint = "as many elements must leave as arrive"
    return Output(y, {}, "reshape", (Guard(lost, f"reshape of {x} to {y}", hint, "=="),))


@operator("transpose")
def transpose(x: Shape, what: Annotated[str, Choice("tokens", "sides")] = "tokens") -> Output:
    """Transpose: N×B×C becomes C×B×N, channels are tokens; ``sides``: W×H×C; costs nothing.

    Source: Tolstikhin et al. 2021, "MLP-Mixer", section 2.
    """
    height, width, channels = x
    y = Shape(width, height, channels) if what == "sides" else Shape(channels, width, height)
    return Output(y, {}, "transpose")


@operator("windows")
def windows(x: Shape, window: WindowField) -> Output:
    """Window partition: H×W×C becomes (k·k)×(H·W/(k·k))×C, tokens × windows; costs nothing.

    ``reshape`` goes back. Source: Liu et al. 2021, "Swin Transformer", section 3.2.
    """
    rows, columns = divide(x.height, window[0]), divide(x.width, window[1])
    guards = tuple(
        Guard(count, f"side {side} is not divisible by the window's {size}", "pad or resize first")
        for count, side, size in zip((rows, columns), x[:2], window, strict=True)
    )
    y = Shape(window[0] * window[1], rows * columns, x.channels)
    return Output(y, {}, "windows", guards)
