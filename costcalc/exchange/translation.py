"""What a foreign model becomes: flat rows that name what they read, or why there are none.

Every reader of a format fills a :class:`Translation`; what makes a readable spec of it knows no
format.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

#: A map: height, width, channels.
Form = tuple[int, int, int]


class Refused(Exception):
    """There is no row for this."""


class OpenSides(Exception):
    """A file leaves the sides of its images open, which have so many ``channels``."""

    def __init__(self, message: str, channels: int) -> None:
        super().__init__(message)
        self.channels = channels


class Row(NamedTuple):
    """A row to be: its columns as the language has them, the rows that it reads (by their place),
    the map that it leaves, whether it merges what it reads, and what the model calls it."""

    columns: dict[str, Any]
    inputs: tuple[int, ...]
    form: Form
    merges: bool = False
    name: str = ""


@dataclass
class Translation:
    """The rows of a model, and what stands in the way of a spec.

    Rows that read nothing, and have no columns, are inputs. ``weights`` among the columns is the
    place of the row that lends them. ``refusals`` are reasons, each with how
    often it was met and its places; ``stand_ins`` are rows that say less than the network
    does, and operations without a row that were left out: neither changes Mult-Adds, and what may
    change parameters says so. ``sides`` are those at which a model was read that leaves its own
    open, and that has the same rows at all of them, each with the maps that these leave there.
    """

    rows: list[Row] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[str]] = field(default_factory=dict)
    stand_ins: Counter[str] = field(default_factory=Counter)
    notes: str = ""  # what made the model, as far as its file says
    types: dict[str, str] = field(default_factory=dict)  # classes of modules, by path
    sides: dict[int, list[Form]] = field(default_factory=dict)
    zeros: set[int] = field(default_factory=set)  # rows whose bias is zeros in the file

    def row(
        self,
        columns: dict[str, Any],
        *inputs: int,
        form: Form,
        merges: bool = False,
        name: str = "",
    ) -> int:
        """Add a row that reads the given ones; its place."""
        self.rows.append(Row(columns, inputs, form, merges, name))
        return len(self.rows) - 1

    def refuse(self, reason: str, place: str = "") -> None:
        """Note something that has no row, and what the model calls the place."""
        self.refusals[reason] += 1
        if place:
            self.places.setdefault(reason, []).append(place)


def remarks(translation: Translation) -> tuple[str, ...]:
    """What is free, or said by another row, each with how often that comes; what may change
    parameters first."""
    found = sorted(translation.stand_ins, key=lambda what: ("parameters" not in what, what))
    counts = [translation.stand_ins[what] for what in found]
    return tuple(
        f"{what} ({count} times)" if count > 1 else what
        for what, count in zip(found, counts, strict=True)
    )


def reshaping(old: Form, new: Form) -> dict[str, Any]:
    """The row that makes one map of another of as many elements."""
    height, width, channels = old
    known: dict[Form, dict[str, Any]] = {
        (width, height, channels): {"transpose": "sides"},
        (channels, width, height): {"transpose": None},
        (height * width, 1, channels): {"tokens": None},
        (1, 1, math.prod(old)): {"flatten": None},
    }
    return known.get(new, {"reshape": [*new]})
