"""GitHub Markdown."""

from __future__ import annotations

from costcalc.report.document import Document, cell_text


def render(document: Document) -> str:
    """The document as Markdown: facts as a sentence, grids as pipe tables."""
    lines = [f"**{document.heading}**", ""]
    lines += [f"- {name}: {_escaped(value)}" for name, value in document.facts]
    for grid in document.grids:
        lines += ["", _row([column.header for column in grid.columns])]
        lines.append(_row(["---:" if column.numeric else "---" for column in grid.columns]))
        lines += [_row([_escaped(cell_text(cell)) for cell in row]) for row in grid.rows]
        if grid.total is not None:
            bold = ["" if cell in (None, "") else f"**{cell_text(cell)}**" for cell in grid.total]
            lines.append(_row(bold))
    if document.lines:
        lines += ["", *(f"- {name}: {_escaped(value)}" for name, value in document.lines)]
    return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")
