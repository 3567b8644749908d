"""The formats of closed forms: text, LaTeX, Markdown, JSON, Python."""

from __future__ import annotations

import sys

from costcalc.algebra.numbers import Number
from costcalc.analysis.formula import Formula, FormulaRow
from costcalc.conventions.convention import work_name
from costcalc.report import emit
from costcalc.report.formats import markdown
from costcalc.report.formats.latex import escaped
from costcalc.report.formats.python import python
from costcalc.report.views.documents import (
    binding_text,
    formula_document,
    formula_remarks,
    row_name,
)


def emit_formula(formula: Formula, by: str, format: str, *, rounded: bool) -> None:
    """Print a closed form, or one per group."""
    if format == "json":
        data = formula.to_dict(rounded=rounded)
        if by != "total":
            data["by"] = by
            data["groups"] = [
                {
                    "name": row.name,
                    **({} if row.times == 1 else {"times": str(row.times)}),
                    "mult_adds": str(work),
                    "params": str(params),
                }
                for row, work, params in _rows(formula, by, rounded)
            ]
        emit(formula_document(formula, by, rounded=rounded), "json", data)
    elif format == "latex":
        sys.stdout.write(latex(formula, by, rounded))
    elif format == "python":
        sys.stdout.write(python_module(formula, by, rounded))
    elif format == "markdown":
        sys.stdout.write(markdown.render(formula_document(formula, by, rounded=rounded)))
    else:
        emit(formula_document(formula, by, rounded=rounded), "table", None)


def _rows(formula: Formula, by: str, rounded: bool) -> list[tuple[FormulaRow, Number, Number]]:
    return [
        (row, row.mult_adds_rounded, row.params_rounded)
        if rounded
        else (row, row.mult_adds, row.params)
        for row in formula.by(by)
    ]


def python_module(formula: Formula, by: str, rounded: bool) -> str:
    """A Python module with two functions, or two per group."""
    return python(formula, _rows(formula, by, rounded), rounded=rounded)


def latex(formula: Formula, by: str, rounded: bool) -> str:
    """An align environment, with the remarks as comments."""
    from costcalc.algebra.symbolic import to_latex

    lines = [f"% {formula.spec}, convention {formula.convention}"]
    if formula.bound:
        lines.append(f"% at {binding_text(formula.bound)}")
    lines += [f"% {name}: {text}" for name, text in formula_remarks(formula, rounded=rounded)]
    lines += [r"% needs \usepackage{amsmath}", r"\begin{align}"]
    body = []
    for row, work, params in _rows(formula, by, rounded):
        name = "" if row.name == "total" else rf"_{{\text{{{escaped(row_name(row))}}}}}"
        body.append(rf"\text{{{work_name(formula.unit)}}}{name} &= {to_latex(work)}")
        body.append(rf"\text{{parameters}}{name} &= {to_latex(params)}")
    return "\n".join([*lines, " \\\\\n".join(body), r"\end{align}", ""])
