"""LaTeX: a tabular per grid, with booktabs rules."""

from __future__ import annotations

import re

from costcalc.report.document import Document, cell_text

_MATH = {
    "×": r"\times ",
    "α": r"\alpha ",
    "δ": r"\delta ",
    "ρ": r"\rho ",
    "·": r"\cdot ",
    "−": "-",
    "⌊": r"\lfloor ",
    "⌋": r"\rfloor ",
    "⌈": r"\lceil ",
    "⌉": r"\rceil ",
    "≥": r"\geq ",
    "≤": r"\leq ",
    "≠": r"\neq ",
    "≈": r"\approx ",
    "√": r"\surd ",
    "→": r"\to ",
    "∞": r"\infty ",
    "⋮": r"\vdots ",
}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
#: What makes a text a formula, what may stand in one besides, and the parameters' names there.
_SIGN = "".join(_MATH) + "⁰¹²³⁴⁵⁶⁷⁸⁹"
_LETTER = (
    r"(?<![A-Za-z])[A-Za-z](?=[⁰¹²³⁴⁵⁶⁷⁸⁹αδρ])|(?<=[⁰¹²³⁴⁵⁶⁷⁸⁹αδρ\d])[A-Za-z](?![A-Za-z0-9])"
    r"|(?<![A-Za-z])R(?!\w)"
)
_WORD = r"(?<=[·×⌊⌈(])[A-Za-z_]+(?!\w)|(?<!\w)[A-Za-z_]+(?=[·×⌋⌉⁰¹²³⁴⁵⁶⁷⁸⁹])"
_PRODUCT = r"(?<=[\w)⌋⌉])\*(?=[\w(⌊⌈])"
_RUN = re.compile(rf"(?:[{_SIGN}]|{_LETTER}|{_WORD}|{_PRODUCT}|\d+(?:\.\d+)?|[()/+=\[\] ])+")
_SPECIAL = {c: "\\" + c for c in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "…": r"\ldots{}",
}


def render(document: Document) -> str:
    """The document as LaTeX; facts and remarks become comments."""
    lines = [f"% {document.heading}"]
    lines += [f"% {name}: {value}" for name, value in document.facts]
    if document.grids:
        lines.append(r"% needs \usepackage{booktabs}")
    for i, grid in enumerate(document.grids):
        if i:
            lines.append("")
        spec = "".join("r" if column.numeric else "l" for column in grid.columns)
        lines += [rf"\begin{{tabular}}{{{spec}}}", r"\toprule"]
        lines.append(_row([escaped(column.header) for column in grid.columns]))
        lines.append(r"\midrule")
        lines += [_row([escaped(cell_text(cell)) for cell in row]) for row in grid.rows]
        if grid.total is not None:
            lines += [r"\midrule", _row([escaped(cell_text(cell)) for cell in grid.total])]
        lines += [r"\bottomrule", r"\end{tabular}"]
    lines += [f"% {name}: {value}" for name, value in document.told]
    return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    if cells[0][:1] in ("[", "*"):  # the line end before it would take it
        cells = [f"{{}}{cells[0]}", *cells[1:]]
    return " & ".join(cells) + r" \\"


def escaped(text: str) -> str:
    """Text that LaTeX prints as it stands, formulas in it in math mode."""
    done = 0
    result = ""
    for run in _RUN.finditer(text):
        inner = run[0].strip()
        if re.search(rf"[{_SIGN}]|^R$", inner):
            start = run.start() + run[0].index(inner)
            result += _plain(text[done:start]) + f"${_formula(inner)}$"
            done = start + len(inner)
    return result + _plain(text[done:])


def _plain(text: str) -> str:
    return "".join(_SPECIAL.get(c, c) for c in text)


def _formula(text: str) -> str:
    """A formula in LaTeX's signs; names of several letters are upright."""
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: f"^{{{m[0].translate(_RAISED)}}}", text)
    text = re.sub(r"[A-Za-z_]{3,}|\w?_\w?", lambda m: rf"\mathrm{{{_plain(m[0])}}}", text)
    text = "".join(_MATH.get(c, c) for c in text.replace("*", "·"))
    return re.sub(r"(\\[a-z]+) (?![A-Za-z])", r"\1", text)
