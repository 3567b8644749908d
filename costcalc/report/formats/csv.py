"""CSV: the first grid with raw numbers; shares as exact decimals of six places."""

from __future__ import annotations

import csv
import io
from fractions import Fraction

from costcalc.report.document import Cell, Document


def render(document: Document) -> str:
    """The first grid as CSV, without its total."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if document.grids:
        grid = document.grids[0]
        headers: list[str] = []
        for column in grid.columns:
            name = column.key or column.header.lower().replace("-", "_").replace(
                " / ", "_"
            ).replace(" ", "_")
            headers.append(f"{headers[-1]}_{name}" if name == "share" else name or "repeat")
        writer.writerow(headers)
        writer.writerows([_raw(cell) for cell in row] for row in grid.rows)
    else:
        writer.writerow(["name", "value"])
        writer.writerows(document.lines)
    return out.getvalue()


def _raw(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, Fraction):
        millionths = (cell.numerator * 10**6 * 2 + cell.denominator) // (2 * cell.denominator)
        return f"{millionths // 10**6}.{millionths % 10**6:06d}"
    return int(cell) if isinstance(cell, int) else cell
