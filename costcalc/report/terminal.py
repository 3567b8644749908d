"""The terminal: rich tables with share bars. The only module that imports rich."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from costcalc.report import text as plain
from costcalc.report.document import Cell, Column, Document, Grid, cell_text, percent

#: Longer tables are printed as plain text, which takes milliseconds instead of seconds.
MAX_ROWS = 2000
NARROW = 110
BAR = 8


def show(document: Document) -> None:
    """Print the document to the terminal."""
    console = Console(highlight=False)
    if any(len(grid.rows) > MAX_ROWS for grid in document.grids):
        console.out(plain.render(document), end="")
        return
    console.print(Text(document.heading, style="bold"))
    for name, value in document.facts:
        console.print(Text.assemble((f"{name}: ", "dim"), value))
    for grid in document.grids:
        console.print(_table(grid, console.width < NARROW))
    if document.lines:
        console.print()
    width = max((len(name) for name, _ in document.lines), default=0)
    for name, value in document.lines:
        console.print(Text.assemble((f"{name.ljust(width)}  ", "bold"), value))


def _table(grid: Grid, narrow: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=grid.total is not None)
    kept = [i for i, column in enumerate(grid.columns) if not (narrow and column.wide)]
    for i in kept:
        column = grid.columns[i]
        footer = cell_text(grid.total[i]) if grid.total else ""
        table.add_column(
            column.header,
            footer=footer,
            justify="left" if column.bar or not column.numeric else "right",
            no_wrap=column.numeric,
            overflow="fold",
        )
    for row in grid.rows:
        table.add_row(*(_cell(row[i], grid.columns[i]) for i in kept))
    return table


def _cell(cell: Cell, column: Column) -> Text:
    if not column.bar or not isinstance(cell, Fraction):
        return Text(cell_text(cell))
    return Text.assemble((percent(cell, 1).rjust(7) + " ", ""), (_bar(cell), "cyan"))


def _bar(share: Fraction) -> str:
    """A bar in eighths of a character."""
    eighths = int(share * BAR * 8 + Fraction(1, 2))
    full, part = divmod(eighths, 8)
    return "█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr, gone when it is done: ``step(what, done, total)`` moves it."""
    from rich.progress import Progress  # only commands that take seconds need it

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def step(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield step
