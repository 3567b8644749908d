"""HTML: what notebooks show of a document, and pages that need nothing else."""

from __future__ import annotations

from html import escape

from costcalc.report.document import Document, cell_text

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; }}
table {{ border-collapse: collapse; margin: 1.5em 0; font-variant-numeric: tabular-nums; }}
th, td {{ padding: 0.15em 0.8em; text-align: left; vertical-align: top; }}
thead {{ border-bottom: 1px solid; }}
tbody tr:nth-child(even) {{ background: #8881; }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def page(document: Document) -> str:
    """The document as a page."""
    return _PAGE.format(title=escape(document.heading), body=fragment(document))


def fragment(document: Document) -> str:
    """The document as HTML, without what makes a page."""
    parts = [f"<p><b>{escape(document.heading)}</b></p>"]
    facts = "<br>".join(f"{escape(name)}: {escape(value)}" for name, value in document.facts)
    parts.append(f"<p>{facts}</p>")
    for grid in document.grids:
        parts.append("<table><thead><tr>")
        parts += [f"<th>{escape(column.header)}</th>" for column in grid.columns]
        parts.append("</tr></thead><tbody>")
        for row in grid.lines:
            parts.append("<tr>")
            for cell, column in zip(row, grid.columns, strict=True):
                style = ' style="text-align:right"' if column.numeric else ""
                parts.append(f"<td{style}>{escape(cell_text(cell))}</td>")
            parts.append("</tr>")
        parts.append("</tbody></table>")
    parts += [f"<p>{escape(name)}: {escape(value)}</p>" for name, value in document.lines]
    return "".join(parts)
