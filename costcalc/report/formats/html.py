"""HTML: what notebooks show of a document, and pages that need nothing else."""

from __future__ import annotations

from fractions import Fraction
from html import escape

from costcalc.report.document import Document, Grid, cell_text
from costcalc.report.formats.mathml import mathml
from costcalc.report.formats.svg import bar, svg

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; }}
h1, h2, h3 {{ line-height: 1.2; margin: 1.5em 0 0.5em; break-after: avoid; }}
table {{ border-collapse: collapse; margin: 1.5em 0; font-variant-numeric: tabular-nums; }}
th, td {{ padding: 0.15em 0.8em; text-align: left; vertical-align: top; }}
td[style], th[style] {{ white-space: nowrap; }}
p {{ overflow-wrap: anywhere; }}
thead {{ border-bottom: 1px solid; }}
tbody tr:nth-child(even) {{ background: #8881; }}
figure {{ margin: 1em 0; max-width: 45em; break-inside: avoid; }}
@page {{ margin: 16mm; }}
@media print {{
  :root {{ color-scheme: light; }}
  body {{ font-size: 9pt; margin: 0; max-width: none; padding: 0; }}
  td, th {{ padding: 0.1em 0.5em; }}
  table, tr, p {{ break-inside: avoid; }}
  h2 + p, h3 + p {{ break-after: avoid; }}
  section:not(:first-of-type) > h2 {{ break-before: page; }}
}}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def page(document: Document) -> str:
    """The document as a page."""
    body = fragment(document, level=int(bool(document.parts)))
    return _PAGE.format(title=escape(document.heading), body=body)


def fragment(document: Document, level: int = 0) -> str:
    """The document as HTML, without what makes a page; with headings from a level on."""
    heading = escape(document.heading)
    parts = [f"<h{level}>{heading}</h{level}>" if level else f"<p><b>{heading}</b></p>"]
    facts = "<br>".join(f"{escape(name)}: {escape(value)}" for name, value in document.facts)
    parts.append(f"<p>{facts}</p>" if facts or not level else "")
    parts += map(_table, document.grids)
    parts += [f"<p>{escape(name)}: {mathml(form)}</p>" for name, form in document.forms]
    parts += [f"<p>{escape(name)}: {escape(value)}</p>" for name, value in document.lines]
    parts += [f"<figure>{svg(picture)}</figure>" for picture in document.pictures]
    inner = level + 1 if level else 0
    parts += [f"<section>{fragment(part, inner)}</section>" for part in document.parts]
    return "".join(parts)


def _table(grid: Grid) -> str:
    """A table; shares of a whole have a bar."""
    aligned = [' style="text-align:right"' if column.numeric else "" for column in grid.columns]
    heads = (
        f"<th{style}>{escape(column.header)}</th>"
        for column, style in zip(grid.columns, aligned, strict=True)
    )
    parts = ["<table><thead><tr>", *heads, "</tr></thead><tbody>"]
    for row in grid.lines:
        parts.append("<tr>")
        for cell, column, style in zip(row, grid.columns, aligned, strict=True):
            drawn = f" {bar(cell)}" if column.bar and isinstance(cell, Fraction) else ""
            parts.append(f"<td{style}>{escape(cell_text(cell))}{drawn}</td>")
        parts.append("</tr>")
    return "".join([*parts, "</tbody></table>"])
