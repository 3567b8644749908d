"""What a picture shows, as words and numbers: formats draw it, and none knows of what it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

#: A logarithmic axis helps when the largest value is so many times the smallest.
WIDE = 20


class Scale(NamedTuple):
    """An axis: what it says, whether it is logarithmic, and the swept values that it names (none:
    amounts, at round ones). ``limits`` are budgets on it."""

    label: str
    logarithmic: bool
    ticks: tuple[tuple[float, str], ...]
    limits: tuple[tuple[float, str], ...]


class Lines(NamedTuple):
    """Points (x, y, and what the point is called) in lines by label, the highest first; those of
    the labels that are ``scattered`` are not joined."""

    x: Scale
    y: Scale
    lines: dict[str, list[tuple[float, float, str]]]
    scattered: tuple[str, ...] = ()


class Map(NamedTuple):
    """A cost at every pair of two parameters' values, by rows of the second; None: no such row.
    The values stand at 0, 1, …"""

    label: str
    x: Scale
    y: Scale
    cells: list[list[float | None]]


class Picture(NamedTuple):
    """Panels side by side. ``said`` is what all of them have in common."""

    title: str
    said: tuple[str, ...]
    panels: tuple[Lines | Map, ...]
    points: int


def stairs(steps: Sequence[tuple[int, str]]) -> list[tuple[float, float, str]]:
    """The outline of named amounts, the first of which stands at 1; it begins and ends at 0."""
    ends = [(0.5, 0.0, ""), (len(steps) + 0.5, 0.0, "")]
    sides = [
        (i + side, float(height), name)
        for i, (height, name) in enumerate(steps, 1)
        for side in (-0.5, 0.5)
    ]
    return [ends[0], *sides, ends[1]]
