"""The terminal: rich tables with share bars. The only module that imports rich."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from costcalc.report.document import Cell, Column, Document, Grid, cell_text
from costcalc.report.formats import text as plain
from costcalc.report.formats.fitting import FOLDED, GAP, Fit, fit, named
from costcalc.report.formats.spelling import is_unicode

#: Longer tables are printed as plain text, which takes milliseconds instead of seconds.
MAX_ROWS = 2000


def show(document: Document, console: Console | None = None) -> None:
    """Print the document to the terminal."""
    console = console or Console(highlight=False)
    if any(len(grid.rows) > MAX_ROWS for grid in document.grids):
        console.out(plain.render(document), end="")
        return
    console.print(Text(document.heading, style="bold"))
    _show_pairs([(f"{name}:", value) for name, value in document.facts], "dim", console)
    hidden: dict[str, None] = {}
    for grid in document.grids:
        hidden |= dict.fromkeys(_show_grid(grid, console))
    if document.lines:
        console.print()
    _show_pairs(document.lines, "bold", console)
    if hidden:
        console.print()
        console.print(Text(f"hidden at this width: {', '.join(hidden)}", style="dim"))


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
    return Text.assemble(text.rjust(width - bar - 1) + " ", (_bar(cell, bar), "cyan"))


def _bar(share: Fraction, length: int) -> str:
    """A bar in eighths of a character."""
    eighths = int(share * length * 8 + Fraction(1, 2))
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
