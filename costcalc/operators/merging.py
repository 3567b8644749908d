"""How branches meet: addition, concatenation, multiplication, products of matrices."""

from collections.abc import Callable, Sequence
from typing import Annotated

from costcalc.algebra.numbers import Number, compare, is_number
from costcalc.operators.columns import Choice, WholeField
from costcalc.operators.registry import Guard, Mismatch, Output, Shape, fields_of, share
from costcalc.operators.tags import Tag


def surely_differ(a: Number, b: Number) -> bool:
    """Whether two sides or channel counts differ at every admissible binding."""
    return compare("!=", a, b) is True


def add(shapes: Sequence[Shape]) -> Output:
    """Elementwise sum: one addition per element and further branch; sides and channels of 1 spread.

    Source: He et al. 2015 (residual learning).
    """
    return _elementwise("add", Tag.ADD, shapes)


def multiply(shapes: Sequence[Shape]) -> Output:
    """Elementwise product; sides and channels of 1 spread, as in squeeze-and-excite.

    Sources: Hu et al. 2017, "Squeeze-and-excitation networks"; Woo et al. 2018, "CBAM".
    """
    return _elementwise("multiply", Tag.MULTIPLY, shapes)


def shortcut(y: Shape, x: Shape) -> Output:
    """What a body gives, plus what arrived at it: of one shape, since one that spreads is a slip.

    Source: He et al. 2015 (residual learning).
    """
    if any(map(surely_differ, y, x)):
        raise Mismatch(f"add of {y} and {x}", "all branches must have one shape", y)
    return Output(y, {Tag.ADD: y.elements}, "add", _meet([y, x]))


def _elementwise(kind: str, tag: Tag, shapes: Sequence[Shape]) -> Output:
    """One operation per element and further branch, of the shape to which all are spread.

    :raises Mismatch: two sides, or channels, surely differ and neither is 1.
    """
    full, guards = shapes[0], list[Guard]()
    for other in shapes[1:]:
        if full[:2] == (1, 1):  # told of, and gone on with, is the map over which it is spread
            full, other = other, full
        message = f"{kind} of {full} and {other}"
        extents = []
        for a, b in zip(full, other, strict=True):
            extent, needed = _spread(a, b, message)
            extents.append(extent)
            guards += needed
        if any(is_number(g.value) and g.value != 0 for g in guards):
            raise Mismatch(message, _HINT, full)
        full = Shape(*extents)
    return Output(full, {tag: (len(shapes) - 1) * full.elements}, kind, tuple(guards))


_HINT = "all branches must have one shape, or 1 where it is spread"


def _spread(a: Number, b: Number, message: str) -> tuple[Number, list[Guard]]:
    """What two sides or channel counts are together: equal, or one of them is 1 and spread."""
    if a == b or b == 1:
        return a, []
    if a == 1:
        return b, []
    none = compare("!=", a, 1) * compare("!=", b, 1)
    if surely_differ(a, b):  # so one of them is 1, and the other their product
        return a * b, [Guard(none, message, _HINT, "==")]
    meet = Guard(a - b, message, _HINT, "==")
    if none == 1:
        return a, [meet]
    # where one is 1 and the other is not, the network is not that of the closed form
    return a, [meet._replace(value=(a - b) * none), meet._replace(of_form=True)]


def concat(
    shapes: Sequence[Shape],
    along: Annotated[str, Choice("channels", "height", "width")] = "channels",
) -> Output:
    """Concatenation, along the channels or a side: they add up; costs nothing.

    Source: Szegedy et al. 2014; Huang et al. 2016 (DenseNet).
    """
    first = shapes[0]
    y = first._replace(**{along: sum(getattr(s, along) for s in shapes)})
    equal = [s._replace(**{along: 0}) for s in shapes]
    for other, one in zip(shapes[1:], equal[1:], strict=True):
        if any(map(surely_differ, equal[0], one)):
            others = "sides" if along == "channels" else f"channels and {_OTHER[along]}s"
            hint = f"all branches must have equal {others}"
            raise Mismatch(f"concat of {first} and {other}", hint, y)
    return Output(y, {}, "concat", _meet(equal))


_OTHER = {"height": "width", "width": "height"}


def _meet(shapes: Sequence[Shape]) -> tuple[Guard, ...]:
    """Guards for sides or channels that are equal at some bindings only."""
    first = shapes[0]
    return tuple(
        Guard(a - b, f"{first} and {other} do not meet", relation="==")
        for other in shapes[1:]
        for a, b in zip(first, other, strict=True)
        if a != b
    )


def matmul(
    shapes: Sequence[Shape],
    over: Annotated[str, Choice("channels", "tokens")],
    heads: WholeField = 1,
) -> Output:
    """Matrix product of two maps of tokens, over channels or tokens: N·M·B·C Mult-Adds.

    Over their channels N×B×C and M×B×C give N×B×(h·M); over the second's tokens N×B×(h·M) and
    M×B×C give N×B×C. Each of h heads has its share of the channels; each of the B groups is alone.
    Source: Vaswani et al. 2017, "Attention is all you need", section 3.2.
    """
    a, b = shapes
    scores = heads * b.height
    contracted = b.channels if over == "channels" else scores
    _, divides = share(b.channels, heads, "channels", "heads")
    y = a._replace(channels=scores if over == "channels" else b.channels)
    message = f"matmul over {over} of {a} and {b}"
    hint = "equal channels" if over == "channels" else f"{contracted} channels in the first"
    hint = f"{hint}, and equal widths"
    if surely_differ(a.channels, contracted) or surely_differ(a.width, b.width):
        raise Mismatch(message, hint, y)
    guards = [
        Guard(gap, message, hint, "==")
        for gap in (a.channels - contracted, a.width - b.width)
        if gap != 0
    ]
    macs = a.area * b.height * b.channels
    return Output(y, {Tag.MATMUL_MAC: macs}, "matmul", (divides, *guards))


MERGES: dict[str, Callable[..., Output]] = {
    "add": add,
    "concat": concat,
    "multiply": multiply,
    "matmul": matmul,
}
#: The columns of each.
FIELDS = {name: fields_of(merge) for name, merge in MERGES.items()}
