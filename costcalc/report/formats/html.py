"""HTML for notebooks: a plain table, styled by the notebook."""

from __future__ import annotations

from html import escape

from costcalc.report.document import Document, cell_text


def render(document: Document) -> str:
    """The document as an HTML fragment."""
    parts = [f"<p><b>{escape(document.heading)}</b></p>"]
    facts = "<br>".join(f"{escape(name)}: {escape(value)}" for name, value in document.facts)
    parts.append(f"<p>{facts}</p>")
    for grid in document.grids:
        parts.append("<table><thead><tr>")
        parts += [f"<th>{escape(column.header)}</th>" for column in grid.columns]
        parts.append("</tr></thead><tbody>")
        for row in [*grid.rows, *([grid.total] if grid.total else [])]:
            parts.append("<tr>")
            for cell, column in zip(row, grid.columns, strict=True):
                style = ' style="text-align:right"' if column.numeric else ""
                parts.append(f"<td{style}>{escape(cell_text(cell))}</td>")
            parts.append("</tr>")
        parts.append("</tbody></table>")
    parts += [f"<p>{escape(name)}: {escape(value)}</p>" for name, value in document.lines]
    return "".join(parts)
