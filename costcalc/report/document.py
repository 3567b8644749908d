"""What every output format receives: headings, tables, notes. No format knows what it prints."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from costcalc.algebra.amounts import digits
from costcalc.algebra.notation import pretty
from costcalc.algebra.numbers import Number

if TYPE_CHECKING:
    from costcalc.report.drawing import Lines


class Column(NamedTuple):
    """``numeric`` columns are right-aligned; ``bar`` draws shares; ``wide`` ones are left out where
    a terminal lacks the room; ``label`` ones say what a row is (else the first does). ``key``
    names a column in CSV where its header depends on what is counted."""

    header: str
    numeric: bool = False
    bar: bool = False
    wide: bool = False
    label: bool = False
    key: str = ""


def texts(*headers: str, wide: bool = False) -> tuple[Column, ...]:
    return tuple(Column(header, wide=wide) for header in headers)


def numbers(*headers: str, wide: bool = False) -> tuple[Column, ...]:
    return tuple(Column(header, numeric=True, wide=wide) for header in headers)


def said(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Names with what is said of each; those of which nothing is are left out."""
    return tuple((name, text) for name, text in pairs if text)


#: From so many times on, a ratio in percent is harder to read than the times.
MANY = 10


class Signed(int):
    """A whole number that shows its sign: a difference."""


#: Text, a whole number, a share of a total, or nothing.
Cell = str | int | Fraction | None


class Grid(NamedTuple):
    """A table; ``total`` is its last line, set apart."""

    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    total: tuple[Cell, ...] | None = None

    @property
    def lines(self) -> list[tuple[Cell, ...]]:
        """The rows, and the total if there is one."""
        return [*self.rows, *([self.total] if self.total else [])]

    def without_empty(self, *headers: str) -> Grid:
        """The same without those of these columns that say nothing."""
        left = [
            i
            for i, column in enumerate(self.columns)
            if column.header not in headers or any(row[i] for row in self.rows)
        ]
        rows = [tuple([row[i] for i in left]) for row in self.lines]
        total = rows.pop() if self.total else None
        return Grid(tuple([self.columns[i] for i in left]), rows, total)


class Document(NamedTuple):
    """``heading`` names the network; ``facts`` say binding, convention and whatever else a number
    needs to be understood; ``lines`` are sentences. ``forms`` are formulas, which HTML typesets,
    and ``pictures`` what it draws; ``parts`` are documents within this one."""

    heading: str
    facts: tuple[tuple[str, str], ...] = ()
    grids: tuple[Grid, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    forms: tuple[tuple[str, Number], ...] = ()
    pictures: tuple[Lines, ...] = ()
    parts: tuple[Document, ...] = ()

    @property
    def told(self) -> tuple[tuple[str, str], ...]:
        """The formulas as text, and the lines."""
        return (*((name, pretty(form)) for name, form in self.forms), *self.lines)


def percent(share: Fraction, places: int = 2) -> str:
    """``94.86 %``, rounded half up, exactly; in whole numbers, as tables have many."""
    one, of = 10**places, share.denominator
    parts = (200 * one * abs(share.numerator) + of) // (2 * of)
    return f"{'-' if share.numerator < 0 else ''}{parts // one}.{parts % one:0{places}} %"


def times(ratio: Fraction) -> str:
    """``12.5 ×``, ``214 ×``, rounded half up, exactly."""
    return f"{digits(ratio, Fraction(1, 10 if ratio < 100 else 1), grouped=True)} ×"


def cell_text(cell: Cell) -> str:
    """A cell for reading; csv has its own."""
    if cell is None:
        return ""
    if isinstance(cell, Fraction):
        return percent(cell) if cell < MANY else times(cell)
    if isinstance(cell, Signed):
        return f"{cell:+,}" if cell else "0"
    return f"{cell:,}" if isinstance(cell, int) else cell
