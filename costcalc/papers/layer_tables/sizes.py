"""What the printed sizes of a layer table decide: strides and paddings, the channels that leave,
how many rows a repetition has, the ratio of fractional poolings; and where they contradict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from operator import gt
from typing import NamedTuple

from costcalc.algebra.amounts import digits, read_printed
from costcalc.operators.geometry import output_side
from costcalc.papers.layer_tables.blocks import BLOCKS
from costcalc.papers.layer_tables.steps import Size, Step, amount
from costcalc.source.nodes import Text
from costcalc.source.record import Problems

Sides = tuple[int, int]
#: What has a window and a stride, and what only passes sides on.
_WINDOWED = ("conv", "dwconv", "maxpool", "avgpool")
_POINTS = ("fc", "softmax")
_MOST = 8  # no stride is larger
NOT_PRINTED = "not printed"


class Settled(NamedTuple):
    """The steps with their sizes, each run of them with its mark; and, where fractional poolings
    need another ratio than is printed, that one."""

    steps: list[Step]
    ratio: Fraction | None = None


def settle(steps: Sequence[Step], problems: Problems) -> Settled:
    """The steps with what the sizes decide; contradictions are noted."""
    steps = _entered(list(steps))
    settled: list[Step] = []
    at = steps[0].input
    for i, step in enumerate(steps):
        following = steps[i + 1].input if i + 1 < len(steps) else None
        with problems.collected():
            if at is None:
                raise step.cell.error("the table does not print the size that arrives here")
            step = _arrived(step, at)
            step, at = _passed(step, step.output or following)
            settled.append(step)
            continue
        at = step.output or following  # what comes next is read all the same
    if problems.found:
        return Settled(settled)
    ratio = None
    with problems.collected():
        ratio = _ratio(settled)
        settled = _runs(settled)
    return Settled(settled, ratio)


def _entered(steps: list[Step]) -> list[Step]:
    """The steps without the image, whose size is the first one's input; where none is printed it
    follows from the first output."""
    first, *rest = steps
    if first.operator == "image":
        size = first.output or first.input
        return [rest[0]._replace(input=size), *rest[1:]] if rest and size else rest
    stride = first.stride or "1"
    if first.input is None and first.output is not None and stride.isdecimal():
        height, width = (side * int(stride) for side in first.output.sides)
        channels = first.arriving.text if first.arriving else "3"
        note = f"{height}×{width}×{channels}: {NOT_PRINTED}"
        size = Size(first.output.cell, (height, width), channels)
        first = first._replace(input=size, notes=(*first.notes, note))
    return [first, *rest]


def _arrived(step: Step, at: Size) -> Step:
    """The step with the size that arrives, ``at``.

    :raises CostcalcError: another one is printed.
    """
    printed = step.input or at
    channels = at.channels or printed.channels
    notes = step.notes
    if not channels:
        channels, notes = "3", (*notes, f"3 channels: {NOT_PRINTED}")
    for said in (Text(printed.cell.place, printed.channels), step.arriving):
        if said and said.text and amount(said.text, said) != amount(channels, printed.cell):
            message = f"{said.text} channels, but {channels} leave the layer above"
            raise said.error(message, "one of them is misprinted")
    return step._replace(input=Size(printed.cell, printed.sides, channels), notes=notes)


def _passed(step: Step, following: Size | None) -> tuple[Step, Size | None]:
    """The step with its stride, padding and channels, and the size that leaves it; ``following`` is
    what is printed of that."""
    at = step.at
    if step.operator == "image":
        raise step.cell.error("the image is no layer", "in the first row")
    if step.operator in _WINDOWED:
        step, sides = _slid(step, at.sides, following)
    elif step.operator in BLOCKS:
        stride, sides = _stride(step, at.sides, (), following)
        step = step._replace(stride=str(stride))
    elif step.operator == "fmp":
        if following is None:
            raise step.cell.error("no size is printed that leaves the pooling")
        sides = following.sides
    else:
        sides = (1, 1) if step.operator in ("flatten", *_POINTS) else at.sides
    channels = _leaving(step, at, following)
    if step.operator in ("conv", "fc", *BLOCKS) and not step.width:
        channels = channels or ("classes" if step.operator == "fc" else "")
        if not channels:
            raise step.cell.error("nothing says how many channels leave", "in its cell, or a size")
        step = step._replace(width=channels)
    cell = following.cell if following else at.cell
    return step, Size(cell, sides, channels)


def _leaving(step: Step, at: Size, following: Size | None) -> str:
    """The channels that leave; nothing where it can't be told."""
    printed = following.channels if following else ""
    if step.operator == "flatten":
        height, width = at.sides
        return printed or f"{height}*{width}*({at.channels})"
    if step.operator in ("conv", "dwconv", "fc", *BLOCKS):
        own = at.channels if step.operator == "dwconv" else printed
        return step.width or own
    return at.channels


def _slid(step: Step, sides: Sides, following: Size | None) -> tuple[Step, Sides]:
    """A step with a window, and the sides that leave it."""
    pool = step.operator.endswith("pool")
    usual, kernel = ("valid", (2, 2)) if pool else ("same", (3, 3))
    last = following is None or following.sides == (1, 1)
    # whether an average pooling may be of the whole map
    spans = step.window == sides or (not step.window and step.stride in ("", "1"))
    if step.operator == "avgpool" and (step.whole_map or (last and spans)):
        said = "printed {}×{}".format(*step.window) if step.window else NOT_PRINTED
        notes = step.notes if step.whole_map else (*step.notes, f"global: {said}")
        return step._replace(whole_map=True, notes=notes), (1, 1)
    notes = step.notes
    if not step.window:
        notes = (*notes, "{}x{}: ".format(*kernel) + NOT_PRINTED)
        step = step._replace(window=kernel)
    if step.operator == "avgpool" and any(map(gt, step.window, sides)):
        raise step.cell.error(f"{step.cell.text!r} is larger than {sides[0]}×{sides[1]} before it")
    stride, after = _stride(step, sides, step.window, following)
    if following is None and (pool or not step.stride) and sides != (1, 1):
        notes = (*notes, f"stride {stride}, padding: {NOT_PRINTED}")
        after = _made(sides, step.window, stride, usual)
    if _made(sides, step.window, stride, usual) != after:
        other = "same" if pool else "valid"
        step = step._replace(further={**step.further, "padding": other})
    return step._replace(stride=str(stride), notes=notes), after


def _stride(
    step: Step, sides: Sides, window: Sequence[int], following: Size | None
) -> tuple[int, Sides]:
    """The stride of a step, as printed or as the sizes have it, and the sides that leave.

    :raises CostcalcError: none gives them, or another one than is printed.
    """
    printed = step.stride
    if printed and not (printed.isdecimal() and 0 < int(printed) <= _MOST):
        raise step.cell.error(f"{printed!r} is no stride", f"1 to {_MOST}")
    if following is None:  # it is the last
        usual = window[0] if step.operator.endswith("pool") else 1
        stride = int(printed or usual)
        return stride, (-(-sides[0] // stride), -(-sides[1] // stride))
    fitting = [
        s
        for s in range(1, _MOST + 1)
        if following.sides in (_made(sides, window, s, "same"), _made(sides, window, s, "valid"))
    ]
    if printed and int(printed) in fitting:
        return int(printed), following.sides
    if not printed and fitting:
        return fitting[0], following.sides
    before, after = (f"{height}×{width}" for height, width in (sides, following.sides))
    if not fitting:
        raise following.cell.error(
            f"{after} is printed after {step.cell.text!r}, which gets {before}"
        )
    made = "{}×{}".format(*_made(sides, window, int(printed), "same"))
    place = f"{following.cell.place.line}:{following.cell.place.column}"
    raise step.cell.error(
        f"{step.cell.text!r} makes {made} of {before}, but {after} is printed after it at {place}",
        f"stride {fitting[0]} gives {after}: mend the stride or the sizes",
    )


def _made(sides: Sides, window: Sequence[int], stride: int, padding: str) -> Sides:
    """The sides that leave a window, or with ``same`` any window."""
    if padding == "same":
        return -(-sides[0] // stride), -(-sides[1] // stride)
    if not window or sides[0] < window[0] or sides[1] < window[1]:
        return (0, 0)
    height, width = (
        output_side(side, kernel, stride, 1, "valid", False)
        for side, kernel in zip(sides, window, strict=True)
    )
    assert isinstance(height, int) and isinstance(width, int)
    return height, width


# -- fractional pooling ---------------------------------------------------------------------------


def _ratio(steps: Sequence[Step]) -> Fraction | None:
    """The ratio that gives all printed sizes, where the printed one does not: of those that are
    printed so, rounded, the middle one, to one more digit.

    :raises CostcalcError: none does.
    """
    poolings = [step for step in steps if step.operator == "fmp"]
    if not poolings:
        return None
    printed = read_printed(poolings[0].stride)
    other = next((step for step in poolings if step.stride != poolings[0].stride), None)
    if printed is None or other is not None:
        cell = (other or poolings[0]).cell
        raise cell.error("no ratio of the pooling is printed", "FMP / s1.4, the same in each row")
    low, high = printed.value - printed.step / 2, printed.value + printed.step / 2
    exact = True
    for step, after in pairwise(steps):
        if step.operator == "fmp":
            for side, left in zip(step.at.sides, after.at.sides, strict=True):
                over, most = Fraction(side, left + 1), Fraction(side, left)
                exact = exact and over < printed.value <= most
                low, high = max(low, over), min(high, most)
                if low >= high:
                    message = f"no ratio printed as {printed.text} makes {left} of {side} here"
                    raise step.cell.error(f"{message} and the sizes above", "mend the sizes")
    finer = printed.step / 10
    return None if exact else Fraction(digits((low + high) / 2, finer))


# -- repetitions ----------------------------------------------------------------------------------


def _runs(steps: list[Step]) -> list[Step]:
    """The steps, each with the mark of its repetition: a mark that stands at one row alone holds
    down to where the size is again that of its first row.

    :raises CostcalcError: where that is nowhere, or in several places.
    """
    steps = list(steps)
    rows = Counter(id(step.run) for step in steps)
    for i, step in enumerate(steps):
        run = step.run
        if run is None or rows[id(run)] > 1:
            continue
        ends = list(_closing(steps, i))
        beside = steps[i + 1].run if i + 1 < len(steps) else None
        twice = beside is not None and beside.text == run.text
        if len(ends) != 1 or twice:
            found = " or ".join(str(end - i) for end in ends)
            said = f"may be of {found} rows" if ends else "ends nowhere by the sizes"
            said = "may be of one row or of both" if twice else said
            hint = "write ⋮ beside its further rows, or \\multirow{2}{*}{5 ×}"
            raise run.error(f"{run.text!r} {said}", hint)
        rows[id(run)] = ends[0] - i
        for j in range(i, ends[0]):
            steps[j] = steps[j]._replace(run=run)
    return steps


def _closing(steps: Sequence[Step], start: int) -> Iterator[int]:
    """Where a repetition that begins at ``start`` may end, by the sizes."""
    first = steps[start].at
    for end, step in enumerate(steps[start + 1 :], start + 1):
        same = amount(first.channels, first.cell) == amount(step.at.channels, step.at.cell)
        if same and first.sides == step.at.sides:
            yield end
        if step.run is not None:
            return
