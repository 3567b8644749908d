"""Some rows of a sweep, by column, as writers take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from costcalc.design_space.sweep.query import PERCENT
from costcalc.language.parameters import value_text


class Column(NamedTuple):
    """Whole numbers, or, with ``values``, positions in them. A list or a numpy array."""

    numbers: Any
    values: Sequence[Any] | None = None

    def listed(self) -> list[Any]:
        """The column's values as Python objects."""
        numbers = self.numbers if isinstance(self.numbers, list) else self.numbers.tolist()
        return numbers if self.values is None else [self.values[i] for i in numbers]

    def texts(self) -> list[str]:
        """The values as exact text."""
        numbers = self.numbers if isinstance(self.numbers, list) else self.numbers.tolist()
        if self.values is None:
            return list(map(str, numbers))
        words = ["" if value is None else value_text(value) for value in self.values]
        return [words[i] for i in numbers]


class Batch(NamedTuple):
    """Columns of equal length, by name."""

    columns: Mapping[str, Column]
    length: int

    def texts(self, name: str) -> list[str]:
        """A column as text; percents with two places."""
        if name in PERCENT:
            return [percent_text(n) for n in self.columns[name].listed()]
        return self.columns[name].texts()

    def start(self, most: int) -> Batch:
        """The first ``most`` rows."""
        if self.length <= most:
            return self
        columns = {n: c._replace(numbers=c.numbers[:most]) for n, c in self.columns.items()}
        return Batch(columns, most)

    def rows(self) -> list[tuple[Any, ...]]:
        """The rows as tuples, in the columns' order."""
        return list(zip(*(column.listed() for column in self.columns.values()), strict=True))


def batch_of(rows: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> Batch:
    """Rows as columns."""
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    made = {}
    for name, values in zip(columns, by_column, strict=True):
        made[name] = Column(list(range(len(rows))), values)
        if name in ("mult_adds", "params"):
            made[name] = Column(list(values))
    return Batch(made, len(rows))


def percent_of(value: int, base: int) -> int | None:
    """``value`` in hundredths of a percent of ``base``, rounded half up; None of nothing."""
    return (20000 * value + base) // (2 * base) if base else None


def percent_text(hundredths: int | None) -> str:
    """``46.66``, ``-0.10``."""
    if hundredths is None:
        return ""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole}.{rest:02d}"
