"""Fully connected layers and what usually surrounds them."""

from costcalc.algebra.numbers import compare
from costcalc.operators.columns import FlagField, WholeField
from costcalc.operators.registry import Guard, Mismatch, Output, Shape, operator
from costcalc.operators.tags import Amounts, Tag


@operator("fc", codings=("module", "functional"))
def fully_connected(x: Shape, out: WholeField, bias: FlagField = False) -> Output:
    """Fully connected: M·N Mult-Adds, M·N weights, on a 1×1 map.

    The width must be whole as written: the rule for channels does not apply to classes.
    Source: Howard et al. 2017, Table 1 (FC / s1, 1024 × 1000).
    """
    y = Shape(1, 1, out)
    message = f"fc on a {x.height}x{x.width} map"
    if any(compare("!=", side, 1) is True for side in x[:2]):
        raise Mismatch(message, "pool or flatten first", y)
    guards = tuple(Guard(side - 1, message, relation="==") for side in x[:2] if side != 1)
    weights = x.channels * out
    terms: Amounts = {Tag.FC_MAC: weights, Tag.FC_WEIGHT: weights}
    terms.update({Tag.FC_BIAS: out, Tag.FC_BIAS_ADD: out} if bias else {Tag.FC_OUTPUT: out})
    return Output(y, terms, "fc", guards)


@operator("softmax", codings=("module", "functional", "loss"))
def softmax(x: Shape) -> Output:
    """Softmax over the channels: one element per value; no Mult-Adds, no parameters."""
    terms: Amounts = {Tag.SOFTMAX: x.elements, Tag.SOFTMAX_ROW: lambda: x.area}
    return Output(x, terms, "softmax")


@operator("dropout")
def dropout(x: Shape) -> Output:
    """Dropout: nothing at inference time."""
    return Output(x, {}, "dropout")


@operator("flatten")
def flatten(x: Shape) -> Output:
    """Flatten: H×W×C becomes 1×1×(H·W·C); costs nothing."""
    return Output(Shape(1, 1, x.elements), {}, "flatten")
