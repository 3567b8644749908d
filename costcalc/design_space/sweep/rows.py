"""Rows of a sweep: as tuples, of which budgets, a Pareto front and an order choose, and by column,
as writers take them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from costcalc.design_space.sweep.axes import Value
from costcalc.design_space.sweep.query import PERCENT, Aim, Query, rank
from costcalc.errors import CostcalcError
from costcalc.language.parameters import value_text

if TYPE_CHECKING:
    from costcalc.design_space.sweep.exact_array import Array

Row: TypeAlias = tuple[Value | None, ...]
Whole = TypeVar("Whole", int, "Array")

#: Rows that are kept in memory to be compared with each other.
MAX_KEPT = 2_000_000


class Column(NamedTuple):
    """Whole numbers (a percent of nothing is None), or, with ``values``, positions in them."""

    numbers: Sequence[int] | Array
    values: Sequence[Value | None] | None = None

    def listed(self) -> Sequence[Value | None]:
        """The column's values as Python objects."""
        numbers = self.numbers if isinstance(self.numbers, Sequence) else self.numbers.tolist()
        return numbers if self.values is None else [self.values[i] for i in numbers]


class Batch(NamedTuple):
    """Columns of equal length, by name."""

    columns: Mapping[str, Column]
    length: int

    def texts(self, name: str) -> list[str]:
        """A column as exact text; percents with two places."""
        numbers, values = self.columns[name]
        listed = numbers if isinstance(numbers, Sequence) else numbers.tolist()
        if values is None:
            return list(map(percent_text if name in PERCENT else str, listed))
        words = [cell_text(name, value) for value in values]
        return [words[i] for i in listed]

    def start(self, most: int) -> Batch:
        """The first ``most`` rows."""
        if self.length <= most:
            return self
        columns = {n: c._replace(numbers=c.numbers[:most]) for n, c in self.columns.items()}
        return Batch(columns, most)

    def rows(self) -> list[Row]:
        """The rows as tuples, in the columns' order."""
        return list(zip(*(column.listed() for column in self.columns.values()), strict=True))


def batch_of(rows: Sequence[Row], columns: Sequence[str]) -> Batch:
    """Rows as columns."""
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    made = (Column(range(len(rows)), values) for values in by_column)
    return Batch(dict(zip(columns, made, strict=True)), len(rows))


def first(batches: Iterable[Batch], most: int) -> Iterator[Batch]:
    """The first rows of some batches; what comes after them is not computed."""
    for batch in batches:
        yield batch.start(most)
        most -= batch.length
        if most <= 0:
            return


def within(rows: Iterable[Row], query: Query) -> list[Row]:
    """The rows within all limits."""
    limits = [(query.columns.index(limit.column), limit) for limit in query.limits]
    return [row for row in rows if all(limit.allows(row[i]) for i, limit in limits)]


def kept(rows: list[Row], query: Query) -> list[Row]:
    """The rows that may still be asked for when more are to come: the whole Pareto front, whose
    rows later ones may beat, or else the ``top`` ones in order.

    :raises CostcalcError: more rows to compare than are kept.
    """
    rows = front(rows, query.pareto, query.columns) if query.pareto else ordered(rows, query)
    if len(rows) > MAX_KEPT:
        message = f"more than {MAX_KEPT:,} rows to compare"
        raise CostcalcError(message, "--top N or a tighter --budget keeps fewer")
    return rows


def ordered(rows: list[Row], query: Query) -> list[Row]:
    """In order, if asked for; at most ``top`` rows."""
    if query.order is not None:
        place = query.columns.index(query.order.column)
        known = [row for row in rows if row[place] is not None]
        unknown = [row for row in rows if row[place] is None]
        largest = query.order.largest
        rows = sorted(known, key=lambda row: rank(row[place]), reverse=largest) + unknown
    return rows if query.top is None else rows[: query.top]


def front(rows: list[Row], aims: Sequence[Aim], columns: Sequence[str]) -> list[Row]:
    """The rows that no other row beats: none is as good in both aims and better in one.

    By falling quality of the first aim; rows that are equal in both stay.
    """
    first, second = (_badness(aim, columns) for aim in aims)
    places = [columns.index(aim.column) for aim in aims]
    known = [row for row in rows if all(row[place] is not None for place in places)]
    front: list[Row] = []
    best: tuple[int | Fraction, int | Fraction] | None = None  # of the last row that was kept
    for row in sorted(known, key=lambda row: (first(row), second(row))):
        here = (first(row), second(row))
        if best is None or here[1] < best[1] or here == best:
            front.append(row)
            best = here
    return front


def _badness(aim: Aim, columns: Sequence[str]) -> Callable[[Row], int | Fraction]:
    """What is smallest in the row that is best for an aim."""
    place, sign = columns.index(aim.column), -1 if aim.largest else 1

    return lambda row: sign * rank(row[place])


def hundredths(value: Whole, base: Whole) -> Whole:
    """``value`` in hundredths of a percent of ``base``, rounded half up. Arrays must have room for
    20,000 times their numbers."""
    percent: Whole = (20000 * value + base) // (2 * base)
    return percent


def percent_of(value: int, base: int) -> int | None:
    """The same for numbers; None of nothing."""
    return hundredths(value, base) if base else None


def cell_text(column: str, value: Value | None) -> str:
    """A value in a column as exact text; percents with two places."""
    if column in PERCENT and isinstance(value, int):
        return percent_text(value)
    return "" if value is None else value_text(value)


def percent_text(hundredths: int | None) -> str:
    """``46.66``, ``-0.10``."""
    if hundredths is None:
        return ""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole}.{rest:02d}"
