"""The formats of closed forms: text, LaTeX, Markdown, JSON, Python."""

from __future__ import annotations

import sys

from costcalc.algebra import Number
from costcalc.closed_form import Formula, FormulaRow
from costcalc.convention import work_name
from costcalc.parameters import text_of
from costcalc.polynomial import all_atoms
from costcalc.report import emit, markdown
from costcalc.report.documents import binding_text, formula_document, formula_remarks


def emit_formula(formula: Formula, by: str, format: str, *, rounded: bool) -> None:
    """Print a closed form, or one per group."""
    if format == "json":
        data = formula.to_dict(rounded=rounded)
        if by != "total":
            data["by"] = by
            data["groups"] = [
                {"name": row.name, "mult_adds": str(work), "params": str(params)}
                for row, work, params in _rows(formula, by, rounded)
            ]
        emit(formula_document(formula, by, rounded=rounded), "json", data)
    elif format == "latex":
        sys.stdout.write(latex(formula, by, rounded))
    elif format == "python":
        sys.stdout.write(python(formula, by, rounded))
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


def latex(formula: Formula, by: str, rounded: bool) -> str:
    """An align environment, with the remarks as comments."""
    from costcalc.symbolic import to_latex

    lines = [f"% {formula.spec}, convention {formula.convention}"]
    if formula.bound:
        lines.append(f"% at {binding_text(formula.bound)}")
    lines += [f"% {name}: {text}" for name, text in formula_remarks(formula, rounded=rounded)]
    lines.append(r"\begin{align}")
    body = []
    for row, work, params in _rows(formula, by, rounded):
        name = "" if row.name == "total" else rf"_{{\text{{{row.name}}}}}"
        body.append(rf"\text{{{work_name(formula.unit)}}}{name} &= {to_latex(work)}")
        body.append(rf"\text{{parameters}}{name} &= {to_latex(params)}")
    return "\n".join([*lines, " \\\\\n".join(body), r"\end{align}", ""])


_DIVISIBLE = """def divisible(x, by):
    rounded = max(by, (2 * x + by) // (2 * by) * by)
    return rounded + by if 10 * rounded < 9 * x else rounded"""


def python(formula: Formula, by: str, rounded: bool) -> str:
    """A Python module with two functions (or two per group). Exact for ints and Fractions."""
    rows = _rows(formula, by, rounded)
    kinds = {atom.kind for _, *pair in rows for cost in pair for atom in all_atoms(cost)}
    lines = [f'"""{formula.spec}, convention {formula.convention}.', ""]
    if formula.bound:
        lines.append(f"At {binding_text(formula.bound)}.")
    lines += [f"{n.capitalize()}: {text}." for n, text in formula_remarks(formula, rounded=rounded)]
    lines += ['"""', "", "from fractions import Fraction"]
    if "divisible" in kinds:
        lines += ["", "", _DIVISIBLE]
    defaults = ", ".join(
        f"{p.name}={text_of(p.default)}"
        if isinstance(p.default, int)
        else f"{p.name}=Fraction({str(p.default)!r})"
        for p in formula.free
    )
    for row, work, params in rows:
        suffix = (
            ""
            if row.name == "total"
            else "_" + "".join(c if c.isalnum() else "_" for c in row.name)
        )
        for what, cost in (("mult_adds", work), ("params", params)):
            body = [f"    {name} = Fraction({name})" for name in formula.parameters]
            lines += ["", "", f"def {what}{suffix}({defaults}):", *body]
            lines.append(f"    return {cost}")
    return "\n".join(lines) + "\n"
