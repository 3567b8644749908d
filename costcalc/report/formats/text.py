"""Text: aligned columns for pipes, GitHub Markdown, CSV. No colour, nothing in the way of grep."""

from __future__ import annotations

import io
import re
from csv import writer
from fractions import Fraction

from costcalc.algebra.amounts import digits
from costcalc.report.document import Cell, Document, Grid, cell_text


def render(document: Document) -> str:
    lines = [document.heading]
    lines += [f"{name}: {value}" for name, value in document.facts]
    for grid in document.grids:
        lines += ["", *table(grid)]
    if document.lines:
        lines.append("")
        width = max(len(name) for name, _ in document.lines)
        lines += [f"{name.ljust(width)}  {value}" for name, value in document.lines]
    return "\n".join(lines) + "\n"


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


def markdown(document: Document) -> str:
    """The document as Markdown: facts as a sentence, grids as pipe tables."""
    lines = [f"**{document.heading}**", ""]
    lines += [f"- {name}: {_escaped(value)}" for name, value in document.facts]
    for grid in document.grids:
        lines += ["", _piped([column.header for column in grid.columns])]
        lines.append(_piped(["---:" if column.numeric else "---" for column in grid.columns]))
        lines += [_piped([_escaped(cell_text(cell)) for cell in row]) for row in grid.rows]
        if grid.total is not None:
            bold = ["" if cell in (None, "") else f"**{cell_text(cell)}**" for cell in grid.total]
            lines.append(_piped(bold))
    if document.lines:
        lines += ["", *(f"- {name}: {_escaped(value)}" for name, value in document.lines)]
    return "\n".join(lines) + "\n"


def _piped(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")


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
        lines.writerow(headers)
        lines.writerows([_raw(cell) for cell in row] for row in grid.rows)
    else:
        lines.writerow(["name", "value"])
        lines.writerows(document.lines)
    return out.getvalue()


def _raw(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, Fraction):
        return digits(cell, Fraction(1, 10**6))
    return int(cell) if isinstance(cell, int) else cell
