"""What a spec says, parsed and frozen. :mod:`costcalc.spec.parser` makes it from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from costcalc.errors import Place
from costcalc.fields import Value
from costcalc.operators import Operator
from costcalc.parameters import Parameter


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that every kind of row may have."""

    name: str = ""  # other rows can take this row's output
    origin: str = ""  # `from`: the named row whose output this row takes
    group: str = ""
    output: str = ""  # the name of the network output that this row is
    when: Value | None = None  # the row exists only where this holds
    printed: tuple[Value, ...] = ()  # `input`: the size that the paper prints (H, W, C)


NO_COLUMNS = Columns()


@dataclass(frozen=True, slots=True)
class Row:
    place: Place
    columns: Columns


@dataclass(frozen=True, slots=True)
class Operation(Row):
    """One operator; ``norm`` and ``activation`` follow it where it is a convolution."""

    operator: Operator
    fields: Mapping[str, Value]
    norm: str = "none"
    activation: str = "none"


@dataclass(frozen=True, slots=True)
class Reference(Row):
    """Gives a name to what arrives, or goes back to a name (``from``)."""


@dataclass(frozen=True, slots=True)
class Repeat(Row):
    count: Value
    body: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Call(Row):
    """A block, ``count`` times; ``first`` holds arguments of the first time only."""

    block: str
    arguments: Mapping[str, Value]
    first: Mapping[str, Value]
    count: Value | None


@dataclass(frozen=True, slots=True)
class Merge(Row):
    """Branches of what arrives, merged by add, concat or multiply."""

    kind: str
    branches: tuple[tuple[Row, ...], ...]


@dataclass(frozen=True, slots=True)
class Residual(Row):
    """``body`` plus what arrived; the addition exists only where ``shortcut`` holds."""

    body: tuple[Row, ...]
    shortcut: Value | None


@dataclass(frozen=True, slots=True)
class Branch(Row):
    """Rows beside the trunk: what follows continues from where the branch began."""

    body: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows with arguments, written once."""

    name: str
    takes: Mapping[str, Value | None]  # name → default
    body: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """How α·C becomes a channel count, or ρ·R a side."""

    name: str  # exact, floor, ceil, nearest, divisible
    multiple: int = 1

    def __str__(self) -> str:
        return f"divisible({self.multiple})" if self.name == "divisible" else self.name


@dataclass(frozen=True, slots=True)
class Spec:
    """A network as its file says it."""

    name: str
    title: str
    source: str
    notes: str
    file: str
    parameters: Mapping[str, Parameter]
    channel_rule: Rule
    side_rule: Rule
    input: tuple[Value, Value, Value]  # height, width, channels
    layers: tuple[Row, ...]
    blocks: Mapping[str, Block] = field(default_factory=dict)
    has_printed_sizes: bool = False

    def defaults(self) -> dict[str, Any]:
        return {name: p.default for name, p in self.parameters.items()}
