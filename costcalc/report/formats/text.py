"""Text: aligned columns for pipes, GitHub Markdown, CSV. No colour, nothing in the way of grep."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from csv import writer
from fractions import Fraction

from costcalc.algebra.amounts import digits
from costcalc.report.document import Cell, Document, Grid, cell_text

#: What has a meaning in Markdown: everywhere, or before what follows.
_MARKUP = re.compile(r"[\\|*`$]|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\](?=[(\[:])")
#: What a spreadsheet's formulas begin with, and what is none: ``-0.3 %``.
_FORMULA = tuple("=+-@\t\r")
_NUMBER = re.compile(r"[+-]([\d,./]+( ?[%\w]+)*)?")


def render(document: Document) -> str:
    lines = [document.heading]
    lines += [f"{name}: {value}" for name, value in document.facts]
    for grid in document.grids:
        lines += ["", *table(grid)]
    if told := document.told:
        width = max(len(name) for name, _ in told)
        lines += ["", *(f"{name.ljust(width)}  {value}" for name, value in told)]
    return "\n".join(["\n".join(lines) + "\n", *map(render, document.parts)])


def table(grid: Grid) -> list[str]:
    """The lines of a grid, every column as wide as its longest cell."""
    texts = [[column.header for column in grid.columns]]
    texts += [[cell_text(cell) for cell in row] for row in grid.lines]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    aligned = []
    for row in texts:
        cells = (
            text.rjust(width) if column.numeric else text.ljust(width)
            for text, width, column in zip(row, widths, grid.columns, strict=True)
        )
        aligned.append("  ".join(cells).rstrip())
    return aligned


def markdown(document: Document, level: int = 0) -> str:
    """The document as Markdown: facts as a list, grids as pipe tables; with headings from a level
    on, if it has parts. Pictures are left out: their numbers are in the tables."""
    level = level or bool(document.parts)
    heading = escaped(document.heading)
    lines = [f"{'#' * level} {heading}" if level else f"**{heading}**"]
    lines += ["", *_listed(document.facts)] if document.facts or not level else []
    for grid in document.grids:
        lines += ["", _piped([escaped(column.header) for column in grid.columns])]
        lines.append(_piped(["---:" if column.numeric else "---" for column in grid.columns]))
        lines += [_piped([escaped(cell_text(cell)) for cell in row]) for row in grid.rows]
        if grid.total is not None:
            total = [escaped(cell_text(cell)) for cell in grid.total]
            lines.append(_piped([f"**{text}**" if text else "" for text in total]))
    if document.told:
        lines += ["", *_listed(document.told)]
    parts = [markdown(part, level + 1) for part in document.parts]
    return "\n".join(["\n".join(lines) + "\n", *parts])


def _listed(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [f"- {escaped(name)}: {escaped(value)}" for name, value in pairs]


def _piped(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def escaped(text: str) -> str:
    """Text that Markdown shows as it stands: no cell ends, and nothing becomes a tag or a link."""
    return _MARKUP.sub(
        lambda sign: f"&#{ord(sign[0])};" if sign[0] in "\\<&" else f"\\{sign[0]}", text
    )


def csv(document: Document) -> str:
    """The first grid as CSV, without its total."""
    out = io.StringIO()
    lines = writer(out, lineterminator="\n")
    if document.grids:
        grid = document.grids[0]
        headers: list[str] = []
        for column in grid.columns:
            name = column.key or re.sub(" / |[- ]", "_", column.header.lower())
            headers.append(f"{headers[-1]}_{name}" if name == "share" else name or "repeat")
        rows: Iterable[Sequence[Cell]] = [headers, *grid.rows]
    else:
        rows = [("name", "value"), *document.told]
    lines.writerows([_raw(cell) for cell in row] for row in rows)
    return out.getvalue()


def csv_text(text: str) -> str:
    """Text that no spreadsheet runs: what is neither a number nor a sign alone, and begins as a
    formula does, gets an apostrophe."""
    return f"'{text}" if text[:1] in _FORMULA and not _NUMBER.fullmatch(text) else text


def csv_cell(text: str) -> str:
    """The text as a cell of a line that commas part."""
    text = csv_text(text)
    return '"' + text.replace('"', '""') + '"' if re.search('[",\n\r]', text) else text


def _raw(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, Fraction):
        return digits(cell, Fraction(1, 10**6))
    return int(cell) if isinstance(cell, int) else csv_text(cell)
