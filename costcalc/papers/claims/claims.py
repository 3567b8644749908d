"""What a claims file says: a paper's printed figures, each with what it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeVar

from costcalc.errors import Place
from costcalc.graph.selection import Target
from costcalc.papers.claims.words import Allowed

#: Metrics that conventions weigh, and those that are counted off the architecture.
COSTS = ("mult_adds", "params")
STRUCTURAL = ("depth", "channels", "count", "input side")
#: What a text may state besides: sides of maps and kernels, and how many kinds of layers there are.
STATED = (*STRUCTURAL, "output side", "kernel", "kinds")
#: The table that figures in sentences stand in.
TEXT = "text"
#: The number of rows of a layer table, a figure of its own.
ROWS = "rows"
#: The metric of a cell of a layer table.
SHAPE = "shape"
T = TypeVar("T")
K = TypeVar("K")
KINDS = ("value", "ratio", "factor", "reduction", "reduction %", "increase %", "less", "more")


class Figure(NamedTuple):
    """One printed figure, as text, with its place on the page and what it is about.

    ``of`` are the targets it holds for; ``against`` the one it is compared with; ``open`` the
    parameters that the page leaves open, ``each`` those at all of whose values it holds. ``means``
    is what a word or a range stands for, as a pure number, and ``allows`` the values that it leaves
    (:mod:`costcalc.papers.claims.words`).
    ``repeats`` and ``restored`` refer to the same figure elsewhere; ``expect`` is the note of a
    known misprint; ``assumed`` what decides the figure where the page does not; ``info`` what else
    the row prints (accuracy).
    """

    paper: str
    table: str
    row: str
    metric: str
    unit: str
    printed: str
    place: Place
    kind: str = "value"
    of: tuple[Target, ...] = ()
    against: Target | None = None
    open: Mapping[str, tuple[str, ...]] = {}
    each: Mapping[str, tuple[str, ...]] = {}
    means: tuple[Fraction, ...] = ()
    allows: Allowed | None = None
    hedge: str = ""
    over: str = ""
    share: bool = False
    repeats: str = ""
    restored: str = ""
    unchecked: str = ""
    expect: str = ""
    assumed: str = ""
    note: str = ""
    text: str = ""
    info: Mapping[str, str] = {}

    @property
    def key(self) -> tuple[str, str, str]:
        """The printed column that the figure stands in."""
        return (self.paper, self.table, self.metric)

    @property
    def id(self) -> tuple[str, str, str, str]:
        """What tells it from every other figure."""
        return (self.paper, self.table, self.row, self.metric)


class ShapeTable(NamedTuple):
    """A layer table with printed sizes and filters.

    ``at`` says which binding a column stands for (``Net-29``: n = 3); ``expect`` holds the notes
    of known misprints by column and row (``row 14.1`` is the first of a run that is row 14; ``net,
    row 3`` that row read as one of several networks), and under ``rows`` that of a wrong number of
    rows.
    """

    name: str
    specs: tuple[str, ...]
    block: str
    columns: tuple[str, ...]
    rows: tuple[ShapeRow, ...]
    at: Mapping[str, Mapping[str, str]]
    expect: Mapping[str, Mapping[str, str]]
    repeats: str
    place: Place


class ShapeRow(NamedTuple):
    """One printed row, or a run of ``rows`` repeated ``times`` times (None: illegible)."""

    cells: tuple[str, ...]
    place: Place
    times: int | None = 1
    rows: tuple[ShapeRow, ...] = ()


class FormulaClaim(NamedTuple):
    """A printed formula, of one operator or of two against each other."""

    paper: str
    label: str
    title: str
    metrics: tuple[str, ...]
    printed: str
    equals: str
    approximately: str
    of: Target
    against: Target | None
    repeats: str
    expect: str
    note: str
    place: Place


class TableInfo(NamedTuple):
    """What a table is called and says about its columns."""

    name: str
    title: str
    headings: Mapping[str, str]
    note: str


class Paper(NamedTuple):
    """One claims file. ``name`` is the file's stem; ``tables`` are those of costs and of layers."""

    name: str
    title: str
    authors: str
    year: str
    file: str
    tables: tuple[TableInfo, ...]
    figures: tuple[Figure, ...]
    shapes: tuple[ShapeTable, ...]
    formulas: tuple[FormulaClaim, ...]


def grouped(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """What has one key together, in the order in which the keys come."""
    found: dict[K, list[T]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def labelled(rows: tuple[ShapeRow, ...], prefix: str = "") -> Iterator[tuple[ShapeRow, str]]:
    """Printed rows with their labels; a run of rows once, as it is printed."""
    for i, row in enumerate(rows, 1):
        if row.rows:
            yield from labelled(row.rows, f"{prefix}{i}.")
        else:
            yield row, f"row {prefix}{i}"
