"""How a table fits a terminal: what is left out, what is folded, what goes into a second block.

Numbers and labels are never cut: half a number looks like another number. Text may be folded
between words. What does not fit goes in this order: bars, wide columns, shares; then the columns
are shown in blocks that repeat the labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from costcalc.report.document import Column, Grid, cell_text

#: Characters of a share's bar: at most, and at least if there is one.
BAR = 8
SHORTEST_BAR = 4
#: Text is folded to this width before anything is left out, unless a word is longer.
FOLDED = 20
#: Characters between columns.
GAP = 2


class Fit(NamedTuple):
    """``blocks`` of column indices, shown one below the other; the ``widths`` of all columns;
    ``bar`` characters for shares; the ``hidden`` columns."""

    blocks: tuple[tuple[int, ...], ...]
    widths: tuple[int, ...]
    bar: int
    hidden: tuple[int, ...]


def fit(grid: Grid, width: int, measure: Callable[[str], int]) -> Fit | None:
    """The columns of a grid on a terminal of that width; None if a label and one number need more.

    ``measure`` says how many characters of the terminal a text takes.
    """
    full, least = _widths(grid, measure)
    columns = grid.columns
    everything = tuple(range(len(columns)))
    without_wide = tuple(i for i in everything if not columns[i].wide)
    without_shares = tuple(i for i in without_wide if not columns[i].bar)
    for kept in (everything, without_wide, without_shares):
        spare = width - _taken(least, kept)
        if kept and spare >= 0:
            shares = sum(columns[i].bar for i in kept)
            bar = min(BAR, spare // shares - 1) if shares else 0
            bar = bar if bar >= SHORTEST_BAR else 0
            least = [w + (bar + 1 if bar and columns[i].bar else 0) for i, w in enumerate(least)]
            full = [max(pair) for pair in zip(full, least, strict=True)]
            break
    else:
        kept, bar = without_shares or without_wide or everything, 0
    blocks = tuple(_blocks(columns, kept, least, width))
    if any(_taken(least, block) > width for block in blocks):
        return None
    widths = list(least)
    for block in blocks:
        for i, share in _shared(block, full, least, width):
            widths[i] = share
    return Fit(blocks, tuple(widths), bar, tuple(i for i in everything if i not in kept))


def named(columns: Sequence[Column], i: int) -> str:
    """A column's header; one that several columns have is told apart by the column before it."""
    header = columns[i].header
    if sum(column.header == header for column in columns) == 1:
        return header
    before = next((c.header for c in reversed(columns[:i]) if c.header != header), "")
    return f"{header} of {before}"


def _widths(grid: Grid, measure: Callable[[str], int]) -> tuple[list[int], list[int]]:
    """Of every column: what it takes unfolded, and the least that breaks no word."""
    full, least = [], []
    labels = _labels(grid.columns, tuple(range(len(grid.columns))))
    for i, column in enumerate(grid.columns):
        rows = [*grid.rows, *([grid.total] if grid.total else [])]
        texts = [column.header, *(cell_text(row[i]) for row in rows)]
        full.append(max(map(measure, texts)))
        if column.numeric or i in labels:
            least.append(full[i])
        else:
            word = max((measure(word) for text in texts for word in text.split()), default=0)
            least.append(min(full[i], max(word, FOLDED)))
    return full, least


def _labels(columns: tuple[Column, ...], kept: tuple[int, ...]) -> tuple[int, ...]:
    """The columns that say what a row is: those marked so, or else the first."""
    return tuple(i for i in kept if columns[i].label) or kept[:1]


def _taken(widths: list[int], block: tuple[int, ...]) -> int:
    return sum(widths[i] for i in block) + GAP * (len(block) - 1)


def _blocks(
    columns: tuple[Column, ...], kept: tuple[int, ...], widths: list[int], width: int
) -> Iterator[tuple[int, ...]]:
    """As many columns side by side as there is room for, with the labels in front."""
    if _taken(widths, kept) <= width:
        yield kept
        return
    labels = _labels(columns, kept)
    block = labels
    for i in kept:
        if i in labels:
            continue
        if block != labels and _taken(widths, (*block, i)) > width:
            yield block
            block = labels
        block = (*block, i)
    yield block


def _shared(
    block: tuple[int, ...], full: list[int], least: list[int], width: int
) -> list[tuple[int, int]]:
    """The widths in a block: what is spare goes to folded text, the same limit for all."""
    limit = max(full)
    while True:
        shares = [(i, max(least[i], min(full[i], limit))) for i in block]
        if limit <= 0 or sum(share for _, share in shares) + GAP * (len(block) - 1) <= width:
            return shares
        limit -= 1
