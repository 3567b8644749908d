"""Plain text for pipes: aligned columns, no colour, nothing that gets in the way of grep."""

from __future__ import annotations

from costcalc.report.document import Document, Grid, cell_text


def render(document: Document) -> str:
    """The document as lines of text."""
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
    texts += [[cell_text(cell) for cell in row] for row in grid.rows]
    if grid.total is not None:
        texts.append([cell_text(cell) for cell in grid.total])
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    aligned = []
    for row in texts:
        cells = (
            text.rjust(width) if column.numeric else text.ljust(width)
            for text, width, column in zip(row, widths, grid.columns, strict=True)
        )
        aligned.append("  ".join(cells).rstrip())
    return aligned
