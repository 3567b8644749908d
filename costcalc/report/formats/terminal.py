"""The terminal: rich tables with share bars, and how they fit. The only module that imports rich.

Numbers and labels are never cut: half a number looks like another number. Text may be folded
between words. What does not fit goes in this order: bars, wide columns, shares; then the columns
are shown in blocks that repeat the labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import NamedTuple

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from costcalc.report.document import Cell, Column, Document, Grid, cell_text
from costcalc.report.formats import text as plain
from costcalc.report.formats.spelling import is_unicode

#: Characters of a share's bar: at most, and at least if there is one.
BAR = 8
SHORTEST_BAR = 4
#: Text is folded to this width before anything is left out, unless a word is longer.
FOLDED = 20
#: Characters between columns.
GAP = 2
#: Longer tables are printed as plain text, which takes milliseconds instead of seconds.
MAX_ROWS = 2000


class Fit(NamedTuple):
    """``blocks`` of column indices, shown one below the other; the ``widths`` of all columns;
    ``bar`` characters for shares; the ``hidden`` columns."""

    blocks: tuple[tuple[int, ...], ...]
    widths: tuple[int, ...]
    bar: int
    hidden: tuple[int, ...]


def show(document: Document, console: Console | None = None) -> None:
    console = console or Console(highlight=False)
    if any(len(grid.rows) > MAX_ROWS for grid in document.grids):
        console.out(plain.render(document), end="")
        return
    console.print(Text(document.heading, style="bold"))
    _show_pairs([(f"{name}:", value) for name, value in document.facts], "dim", console)
    hidden: dict[str, None] = {}
    for grid in document.grids:
        hidden |= dict.fromkeys(_show_grid(grid, console))
    if document.told:
        console.print()
    _show_pairs(document.told, "bold", console)
    if hidden:
        console.print()
        console.print(Text(f"hidden at this width: {', '.join(hidden)}", style="dim"))
    for part in document.parts:
        console.print()
        show(part, console)


def _show_pairs(pairs: Sequence[tuple[str, str]], style: str, console: Console) -> None:
    """Names and what they stand for, in two columns; one below the other where a word lacks the
    room."""
    names = max((cell_len(name) for name, _ in pairs), default=0)
    words = max((cell_len(word) for _, value in pairs for word in value.split()), default=0)
    room = console.width - names - GAP
    if room < words or room < min(FOLDED, console.width - GAP):
        for name, value in pairs:
            console.print(Text(name, style=style))
            console.print(Padding(Text(value), (0, 0, 0, GAP)))
        return
    table = Table.grid(padding=(0, GAP, 0, 0))
    table.add_column(style=style, width=names)
    table.add_column(overflow="fold")
    for name, value in pairs:
        table.add_row(Text(name), Text(value))
    if pairs:
        console.print(table)


def _show_grid(grid: Grid, console: Console) -> list[str]:
    """A grid in as many blocks as it needs; unfolded where no block fits, for the terminal to
    wrap. Returns what is hidden."""
    fitted = fit(grid, console.width, cell_len)
    if fitted is None:
        console.out("\n" + "\n".join(plain.table(grid)))
        return []
    if not is_unicode(console.file):
        fitted = fitted._replace(bar=0)  # no character for them
    for block in fitted.blocks:
        console.print()
        console.print(_table(grid, block, fitted))
    return [named(grid.columns, i) for i in fitted.hidden]


def _table(grid: Grid, block: tuple[int, ...], fitted: Fit) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, GAP - 1, 0, 0),  # the box puts a character between columns, too
        show_footer=grid.total is not None,
    )
    for i in block:
        column = grid.columns[i]
        table.add_column(
            Text(column.header),
            footer=Text(cell_text(grid.total[i]) if grid.total else ""),
            justify="left" if (column.bar and fitted.bar) or not column.numeric else "right",
            width=fitted.widths[i],
            overflow="fold",
        )
    for row in grid.rows:
        table.add_row(
            *(_cell(row[i], grid.columns[i], fitted.widths[i], fitted.bar) for i in block)
        )
    return table


def _cell(cell: Cell, column: Column, width: int, bar: int) -> Text:
    text = cell_text(cell)
    if not bar or not column.bar or not isinstance(cell, Fraction):
        return Text(text)
    full, part = divmod(int(cell * bar * 8 + Fraction(1, 2)), 8)  # eighths of a character
    drawn = "█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")
    return Text.assemble(text.rjust(width - bar - 1) + " ", (drawn, "cyan"))


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr, gone when it is done: ``step(what, done, total)`` moves it."""
    from rich.markup import escape  # only commands that take seconds need these
    from rich.progress import Progress

    # stdout may be a file by now, and is nobody's but the one's who writes to it
    console = Console(stderr=True)
    with Progress(console=console, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=None)

        def step(what: str, done: int, total: int) -> None:
            bar.update(task, description=escape(what), completed=done, total=total)

        yield step


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
    widths: dict[int, int] = {}
    for block in blocks:
        for i, share in _shared(block, full, least, width):
            widths[i] = min(share, widths.get(i, share))  # labels are in several blocks
    hidden = tuple(i for i in everything if i not in kept)
    return Fit(blocks, tuple([widths.get(i, least[i]) for i in everything]), bar, hidden)


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
        texts = [column.header, *(cell_text(row[i]) for row in grid.lines)]
        full.append(max(map(measure, texts)))
        if column.numeric or (i in labels and not column.label):
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
