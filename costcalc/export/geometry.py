"""What rows do to the sides and channels of a map, in whole numbers: windows and what surrounds
them, what is added, cut out and gathered. A target says the same in its own words.

A pair is of the rows, then the columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from costcalc.algebra.numbers import Number
from costcalc.export.rows import Row, Unsaid, whole
from costcalc.operators.extents import To
from costcalc.operators.geometry import along, around

Pair = tuple[int, int]
#: The dimensions of a map, as shapes have them.
SIDES = ("height", "width", "channels")


class Axis(NamedTuple):
    """A window along one side: ``side`` values of the map and what is ``before`` and ``after`` it,
    on which it stands ``to`` times."""

    side: int
    to: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int

    @property
    def reach(self) -> int:
        """From the first tap to the last."""
        return self.dilation * (self.kernel - 1)

    @property
    def lacking(self) -> int:
        """What the windows reach over the map, before it and after it; below 0, what they leave."""
        return (self.to - 1) * self.stride + self.reach + 1 - self.side

    @property
    def around(self) -> Pair:
        """What must stand there before the map and after it, so that no window reaches over it."""
        return self.before, max(self.lacking - self.before, 0)


class Window(NamedTuple):
    """A sliding window, by pairs; ``extra`` is what is added to what a transposed one gives."""

    sides: Pair
    to: Pair
    kernel: Pair
    stride: Pair
    dilation: Pair
    before: Pair
    after: Pair
    extra: Pair = (0, 0)

    @property
    def axes(self) -> Iterator[Axis]:
        return map(Axis, *self[:7])

    def named(self) -> str:
        """TensorFlow's word for what surrounds it: ``same`` (the odd one behind) where that holds,
        or ``valid``, or none."""
        axes = [*self.axes]
        if all(
            one.to == -(-one.side // one.stride) and one.before == max(one.lacking, 0) // 2
            for one in axes
        ):
            return "same"
        return "valid" if all(one.before == 0 and one.lacking <= 0 for one in axes) else ""


def _pair(values: Any) -> Pair:
    first, second = whole(*values)
    return first, second


def _of(row: Row[Any]) -> Window:
    """The window, as if nothing surrounded it."""
    layer, none = row.layer, (0, 0)
    sides = (_pair(layer.input[:2]), _pair(layer.output[:2]))
    kernel, stride = _pair(layer.kernel), _pair(layer.stride)
    return Window(*sides, kernel, stride, _pair(row.said.get("dilation", (1, 1))), none, none)


def window(row: Row[Any]) -> Window:
    """That of a convolution or a pool. ``same`` puts the odd one last (TensorFlow)."""
    found, pads = _of(row), list[Any]()
    for i, axis in enumerate(found.axes):
        words, lacking = along(row.said["padding"], i), max(axis.lacking, 0)
        same = (lacking // 2, lacking - lacking // 2)
        pads.append(same if words == "same" else around(words, axis.reach))
    return found._replace(before=_pair(p[0] for p in pads), after=_pair(p[1] for p in pads))


def rounds_up(row: Row[Any]) -> bool:
    """Whether the last window of a pool may hang over the edge; below ``same`` none does."""
    return bool(row.said["round"] == "up" and row.said["padding"] != "same")


def transposed(row: Row[Any]) -> Window:
    """That of a transposed convolution: it slides over what leaves, of which ``before`` and
    ``after`` are cut off. ``same`` gives sides times the stride."""
    found, pads, extra = _of(row), list[Any](), row.numbers("output_padding")
    found = found._replace(sides=found.to, to=found.sides)
    for i, axis in enumerate(found.axes):
        words, over = along(row.said["padding"], i), axis.reach + 1 - axis.stride
        if words == "same":
            extra[i] = max(-over, 0)
            pads.append((max(over, 0) // 2, max(over, 0) - max(over, 0) // 2))
        else:
            pads.append(around(words, axis.reach))
    before, after = _pair(p[0] for p in pads), _pair(p[1] for p in pads)
    return found._replace(before=before, after=after, extra=_pair(extra))


def shares(row: Row[Any]) -> list[int]:
    """The window of a pool of the whole map, or to a size.

    :raises Unsaid: it takes more than one.
    """
    sides, left = row.arriving[:2], row.leaving[:2]
    if any(side % to for side, to in zip(sides, left, strict=True)):
        raise Unsaid("a pool to a size that does not divide the map")
    return [side // to for side, to in zip(sides, left, strict=True)]


def block(row: Row[Any]) -> int:
    """The side of a block whose values become channels, or come of them.

    :raises Unsaid: it has two.
    """
    rows, columns = row.numbers("block")
    if rows != columns:
        raise Unsaid("blocks that are not square")
    return rows


def added(row: Row[Any]) -> tuple[Pair, Pair, Pair]:
    """What is put before and after the rows, the columns and the channels: to a size, as evenly as
    can be, and channels behind."""
    around_it = row.said.get("padding")
    lacking = [large - small for large, small in zip(row.leaving, row.arriving, strict=True)]
    if isinstance(around_it, tuple) and not isinstance(around_it, To):
        rows, columns = map(_pair, around_it)
    else:
        rows, columns = ((more // 2, more - more // 2) for more in lacking[:2])
    return rows, columns, (0, lacking[2])


def kept(row: Row[Any]) -> tuple[slice, slice, slice]:
    """What is cut out of the rows, the columns and the channels: of a size the middle, the first
    channels, or one in each stride."""
    to, steps = row.said.get("to", To(0, 0)), [*_pair(row.said.get("stride", (1, 1))), 1]
    sides, left = row.arriving, row.leaving
    starts = [(a - b) // 2 if "to" in row.said else 0 for a, b in zip(sides, left, strict=True)]
    if not isinstance(to, To):
        starts[:2] = [_pair(pair)[0] for pair in to]
    starts[2] = 0
    rows, columns, channels = (
        slice(start, min(start + to * step, side), step)
        for start, to, step, side in zip(starts, left, steps, sides, strict=True)
    )
    return rows, columns, channels


def is_learned(row: Row[Any]) -> bool:
    """Whether a map that comes from nowhere is learned, or constant.

    :raises Unsaid: there are fewer values than it has.
    """
    count: Number | None = row.said["params"]
    if count and count != row.layer.output.elements:
        raise Unsaid("a learned map that is read out of another")
    return count != 0
