"""LaTeX: a tabular per grid, with booktabs rules."""

from __future__ import annotations

from costcalc.report.document import Document, cell_text

_MATH = {
    "×": r"$\times$",
    "α": r"$\alpha$",
    "δ": r"$\delta$",
    "ρ": r"$\rho$",
    "·": r"$\cdot$",
    "−": r"$-$",
    "⌊": r"$\lfloor$",
    "⌋": r"$\rfloor$",
    "⌈": r"$\lceil$",
    "⌉": r"$\rceil$",
    "²": r"$^2$",
    "³": r"$^3$",
    "⁴": r"$^4$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "…": r"\ldots{}",
    "⋮": r"$\vdots$",
    "∞": r"$\infty$",
    "→": r"$\to$",
}
_SPECIAL = {c: "\\" + c for c in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def render(document: Document) -> str:
    """The document as LaTeX; facts and remarks become comments."""
    lines = [f"% {document.heading}"]
    lines += [f"% {name}: {value}" for name, value in document.facts]
    for grid in document.grids:
        spec = "".join("r" if column.numeric else "l" for column in grid.columns)
        lines += [rf"\begin{{tabular}}{{{spec}}}", r"\toprule"]
        lines.append(_row([escaped(column.header) for column in grid.columns]))
        lines.append(r"\midrule")
        lines += [_row([escaped(cell_text(cell)) for cell in row]) for row in grid.rows]
        if grid.total is not None:
            lines += [r"\midrule", _row([escaped(cell_text(cell)) for cell in grid.total])]
        lines += [r"\bottomrule", r"\end{tabular}"]
    lines += [f"% {name}: {value}" for name, value in document.lines]
    return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    return " & ".join(cells) + r" \\"


def escaped(text: str) -> str:
    """Text that LaTeX prints as it stands."""
    return "".join(_MATH.get(c) or _SPECIAL.get(c, c) for c in text).replace("$$", "")
