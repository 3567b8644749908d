"""How branches meet: addition, concatenation, multiplication."""

from collections.abc import Callable, Sequence

from costcalc.algebra.numbers import Number, compare, maximum
from costcalc.operators.registry import Guard, Mismatch, Output, Shape
from costcalc.operators.tags import Amounts, Tag


def surely_differ(a: Number, b: Number) -> bool:
    """Whether two sides or channel counts differ at every admissible binding."""
    return compare("!=", a, b) is True


def add(shapes: Sequence[Shape]) -> Output:
    """Elementwise sum: one addition per element and further branch.

    Source: He et al. 2015 (residual learning).
    """
    first = shapes[0]
    for other in shapes[1:]:
        if any(surely_differ(a, b) for a, b in zip(first, other, strict=True)):
            raise Mismatch(f"add of {first} and {other}", "all branches must have one shape", first)
    terms: Amounts = {Tag.ADD: (len(shapes) - 1) * first.elements}
    return Output(first, terms, "add", _meet(shapes))


def multiply(shapes: Sequence[Shape]) -> Output:
    """Elementwise product; a 1×1 map is spread over the sides, as in squeeze-and-excite.

    Source: Hu et al. 2017, "Squeeze-and-excitation networks".
    """
    wide = [s for s in shapes if s[:2] != (1, 1)] or shapes[:1]
    height, width = (maximum(*dict.fromkeys(s[axis] for s in wide)) for axis in (0, 1))
    full = Shape(height, width, wide[0].channels)
    guards: list[Guard] = []
    for other in shapes:
        apart = any(map(surely_differ, full[:2], other[:2]))
        if surely_differ(full.channels, other.channels) or (apart and _is_wide(other)):
            hint = "equal channels, and equal sides or 1x1"
            raise Mismatch(f"multiply of {full} and {other}", hint, full)
        guards += _spread(full, other)
    terms: Amounts = {Tag.MULTIPLY: (len(shapes) - 1) * full.elements}
    return Output(full, terms, "multiply", tuple(guards))


def _is_wide(shape: Shape) -> bool:
    """Whether a map is surely not 1×1."""
    return any(surely_differ(side, 1) for side in shape[:2])


def _spread(full: Shape, other: Shape) -> tuple[Guard, ...]:
    """Guards for a factor that meets the full map, or is 1×1, at some bindings only."""
    channels = _meet([full, full._replace(channels=other.channels)])
    if other[:2] in (full[:2], (1, 1)):
        return channels
    # 0 where both sides are equal, or both sides of the factor are 1
    apart = (full.height - other.height) ** 2 + (full.width - other.width) ** 2
    wide = (other.height - 1) ** 2 + (other.width - 1) ** 2
    return (Guard(apart * wide, f"{full} and {other} do not meet", relation="=="), *channels)


def concat(shapes: Sequence[Shape]) -> Output:
    """Concatenation along the channels: they add up; costs nothing.

    Source: Szegedy et al. 2014; Huang et al. 2016 (DenseNet).
    """
    first = shapes[0]
    y = Shape(first.height, first.width, sum(s.channels for s in shapes))
    for other in shapes[1:]:
        if surely_differ(first.height, other.height) or surely_differ(first.width, other.width):
            raise Mismatch(
                f"concat of {first} and {other}", "all branches must have equal sides", y
            )
    return Output(y, {}, "concat", _meet([s._replace(channels=0) for s in shapes]))


def _meet(shapes: Sequence[Shape]) -> tuple[Guard, ...]:
    """Guards for sides or channels that are equal at some bindings only."""
    first = shapes[0]
    return tuple(
        Guard(a - b, f"{first} and {other} do not meet", relation="==")
        for other in shapes[1:]
        for a, b in zip(first, other, strict=True)
        if a != b
    )


MERGES: dict[str, Callable[[Sequence[Shape]], Output]] = {
    "add": add,
    "concat": concat,
    "multiply": multiply,
}
