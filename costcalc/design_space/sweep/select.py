"""Choosing rows: budgets, the Pareto front, order. Rows are tuples, columns are found by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from costcalc.design_space.sweep.batch import Batch
from costcalc.design_space.sweep.query import Aim, Query, rank
from costcalc.errors import CostcalcError

Row = tuple[Any, ...]

#: Rows that are kept in memory to be compared with each other.
MAX_KEPT = 2_000_000


def within(rows: Iterable[Row], query: Query, columns: Sequence[str]) -> list[Row]:
    """The rows within all limits."""
    limits = [(columns.index(limit.column), limit) for limit in query.limits]
    return [row for row in rows if all(limit.allows(row[i]) for i, limit in limits)]


def kept(rows: list[Row], query: Query, columns: Sequence[str]) -> list[Row]:
    """The rows that may still be asked for when more are to come: the whole Pareto front, whose
    rows later ones may beat, or else the ``top`` ones in order.

    :raises CostcalcError: more rows to compare than are kept.
    """
    rows = front(rows, query.pareto, columns) if query.pareto else ordered(rows, query, columns)
    if len(rows) > MAX_KEPT:
        message = f"more than {MAX_KEPT:,} rows to compare"
        raise CostcalcError(message, "--top N or a tighter --budget keeps fewer")
    return rows


def ordered(rows: list[Row], query: Query, columns: Sequence[str]) -> list[Row]:
    """In order, if asked for; at most ``top`` rows."""
    if query.order is not None:
        key = _key(query.order, columns)
        known = [row for row in rows if row[columns.index(query.order.column)] is not None]
        unknown = [row for row in rows if row[columns.index(query.order.column)] is None]
        rows = sorted(known, key=key, reverse=query.order.largest) + unknown
    return rows if query.top is None else rows[: query.top]


def first(batches: Iterable[Batch], most: int) -> Iterator[Batch]:
    """The first rows of some batches; what comes after them is not computed."""
    for batch in batches:
        yield batch.start(most)
        most -= batch.length
        if most <= 0:
            return


def front(rows: list[Row], aims: Sequence[Aim], columns: Sequence[str]) -> list[Row]:
    """The rows that no other row beats: none is as good in both aims and better in one.

    By falling quality of the first aim; rows that are equal in both stay.
    """
    first, second = (_key(aim, columns) for aim in aims)
    signs = [-1 if aim.largest else 1 for aim in aims]
    places = [columns.index(aim.column) for aim in aims]
    known = [row for row in rows if None not in (row[places[0]], row[places[1]])]
    ordered = sorted(known, key=lambda row: (signs[0] * first(row), signs[1] * second(row)))
    kept: list[Row] = []
    best: Any = None  # (first, second) of the last row that was kept
    for row in ordered:
        here = (signs[0] * first(row), signs[1] * second(row))
        if best is None or here[1] < best[1] or here == best:
            kept.append(row)
            best = here
    return kept


def _key(aim: Aim, columns: Sequence[str]) -> Any:
    place = columns.index(aim.column)

    return lambda row: rank(row[place])
