"""What is compared with what: a shipped spec at a binding, and a network somebody else wrote.

Nothing here needs torch or Keras; an ``Oracle`` imports what it needs when its network is made.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import costcalc as cc

SPECS = Path(__file__).parents[2] / "specs"
Pair = tuple[int, int]


class Row(NamedTuple):
    """One layer that costs something, said in a way that both sides can."""

    kind: str
    kernel: Pair
    stride: Pair
    groups: int
    in_channels: int
    output: tuple[int, int, int]
    macs: int
    weights: int


class Totals(NamedTuple):
    """Mult-Adds, trainable parameters, parameters with the moving statistics of BN."""

    macs: int
    trainable: int
    with_statistics: int


@dataclass(frozen=True)
class Measured:
    """What ``measure.py`` saw of a network."""

    layers: Sequence[Any]
    trainable: int
    with_statistics: int
    model: Any

    def rows(self) -> list[Row]:
        """Its layers, in the order in which they run."""
        return [
            _row(x.kernel, x.stride, x.groups, x.input, x.output, x.macs, x.weights)
            for x in self.layers
        ]

    def totals(self) -> Totals:
        """Its totals."""
        return Totals(sum(x.macs for x in self.layers), self.trainable, self.with_statistics)


@dataclass(frozen=True)
class Oracle:
    """A network of ``library``; ``make`` builds and measures it at a height and width."""

    library: str
    network: str
    make: Callable[[Pair], Measured]

    def __str__(self) -> str:
        return f"{self.library} {self.network}"

    @property
    def family(self) -> str:
        """The network without its arguments."""
        return self.network.split("(")[0].strip()


@dataclass(frozen=True)
class Departure:
    """How an implementation differs from the spec, and the reading under which they agree.

    The reading is other ``values``, ``edits`` of the spec's text (pattern, replacement), or
    arithmetic on the implementation's layers (``corrected``).
    """

    note: str
    values: Mapping[str, Any] = field(default_factory=dict)
    edits: tuple[tuple[str, str], ...] = ()
    corrected: Callable[[Measured], Measured] = lambda measured: measured


FLOORS = Departure(
    "Keras pads stride-2 depthwise layers below and on the right only: ⌊n/2⌋ of odd n",
    edits=((r"\{dwconv: 3x3, +stride: 2,", "{dwconv: 3x3, stride: 2, padding: [0, 1, 0, 1],"),),
)

#: Why layers are compared in any order.
GRAPH_ORDER = "Keras lists a graph by depth"
SHORTCUT_FIRST = "the shortcut runs before the block"


@dataclass(frozen=True)
class Case:
    """One comparison, at several ``sizes``.

    ``any_order`` says why layers are compared as a multiset. With ``first``, only that many layers
    are compared, and no totals: the rest is another network.
    """

    spec: str
    values: Mapping[str, Any]
    oracle: Oracle
    sizes: tuple[Pair, ...]
    any_order: str = ""
    departs: Departure | None = None
    first: int | None = None

    @property
    def binding(self) -> str:
        """The values as text."""
        return " ".join(f"{name}={value}" for name, value in self.values.items()) or "defaults"

    def as_shipped(self, size: Pair) -> tuple[list[Row], Totals]:
        """The spec's layers and totals."""
        return self._counted(cc.load(self.spec), size, self.values)

    def as_read(self, size: Pair) -> tuple[list[Row], Totals]:
        """The same under the reading of the departure."""
        if self.departs is None:
            return self.as_shipped(size)
        file = SPECS / f"{self.spec}.yaml"
        text = file.read_text(encoding="utf-8")
        for pattern, replacement in self.departs.edits:
            text, found = re.subn(pattern, replacement, text)
            assert found, f"{file.name} has nothing like {pattern!r}"
        return self._counted(
            cc.loads(text, file.name), size, {**self.values, **self.departs.values}
        )

    def measured(self, size: Pair) -> Measured:
        """The implementation's layers."""
        return self.oracle.make(size)

    def arranged(self, rows: list[Row]) -> list[Row] | Counter[Row]:
        """The rows that are compared: a list, or a multiset."""
        rows = rows[: self.first]
        return Counter(rows) if self.any_order else rows

    def _counted(
        self, network: cc.Network, size: Pair, values: Mapping[str, Any]
    ) -> tuple[list[Row], Totals]:
        bound = {**values, "resolution": f"{size[0]}x{size[1]}"}
        count = network.count(**bound)
        rows = [
            _row(x.kernel, x.stride, x.groups, x.input, x.output, x.mult_adds, x.params)
            for x in count.layers
            if x.mult_adds
        ]
        params = [network.count(convention=name, **bound).params for name in ("trainable", "keras")]
        return rows, Totals(count.mult_adds, *params)


def _row(
    kernel: Pair | None,
    stride: Pair | None,
    groups: int | None,
    given: tuple[int, int, int],
    made: tuple[int, int, int],
    macs: int,
    weights: int,
) -> Row:
    """A fully connected layer is a 1×1 convolution of a 1×1 map: implementations have both."""
    groups = groups or 1
    kind = "depthwise" if groups > 1 and groups == given[2] else "conv"
    return Row(kind, kernel or (1, 1), stride or (1, 1), groups, given[2], made, macs, weights)
