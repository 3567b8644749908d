"""Closed forms as a Python module of their own: it needs nothing that is not in Python.

Away from costcalc nobody reads the remarks, so the functions check for themselves what
:meth:`costcalc.analysis.formula.Formula.at` checks: values, structure, existence and exactness.
"""

from __future__ import annotations

import json
import re

from costcalc.algebra.numbers import Number
from costcalc.analysis.domain import Condition
from costcalc.analysis.formula import Formula, FormulaRow
from costcalc.language.parameters import POSITIVE_NUMBER, WHOLE_NUMBER, Parameter, text_of
from costcalc.report.views.documents import binding_text, formula_remarks

_DIVISIBLE = """def divisible(x, by):
    rounded = max(by, (2 * x + by) // (2 * by) * by)
    return rounded + by if 10 * rounded < 9 * x else rounded"""

_EXACTLY = """def _exactly(name, value):
    if isinstance(value, float):
        raise ValueError(f"{name}: {value!r} is a float (write it as text: '0.35' is exactly 7/20)")
    return Fraction(value)"""


def python(
    formula: Formula, rows: list[tuple[FormulaRow, Number, Number]], *, rounded: bool
) -> str:
    """A module with two functions for each of ``rows``: exact, or a ValueError."""
    lines = [f'"""{formula.spec}, convention {formula.convention}.', ""]
    if formula.bound:
        lines.append(f"At {binding_text(formula.bound)}.")
    remarks = formula_remarks(formula, rounded=rounded)
    lines += [f"{name[0].upper()}{name[1:]}: {text}." for name, text in remarks]
    lines += ['"""', "", "from fractions import Fraction"]
    names = ", ".join(formula.parameters)
    defaults = ", ".join(f"{p.name}={_default(p)}" for p in formula.free)
    one = "," if len(formula.parameters) == 1 else ""
    for suffix, work, params in _functions(rows):
        for what, cost in (("mult_adds", work), ("params", params)):
            lines += ["", "", f"def {what}{suffix}({defaults}):"]
            if names:
                lines.append(f"    {names}{one} = _checked({names})")
            lines.append(f"    return {cost}")
    if names:
        checks = _checks(formula, rounded)
        lines += ["", "", f"def _checked({names}):"]
        lines.append('    """The values, exactly; a ValueError where the closed form fails."""')
        lines += [f'    {name} = _exactly("{name}", {name})' for name in formula.parameters]
        for condition, message in checks:
            lines += [f"    if not {condition}:", f"        raise ValueError({_quoted(message)})"]
        lines += [f"    return {names}{one}", "", "", _EXACTLY]
        if "divisible(" in "".join(lines):
            lines += ["", "", _DIVISIBLE]
    return "\n".join(lines) + "\n"


def _default(parameter: Parameter) -> str:
    if isinstance(parameter.default, int):
        return text_of(parameter.default)
    return f"Fraction({str(parameter.default)!r})"


def _functions(
    rows: list[tuple[FormulaRow, Number, Number]],
) -> list[tuple[str, Number, Number]]:
    """The rows with what tells their functions apart, as part of a Python name."""
    found: dict[str, tuple[Number, Number]] = {}
    for row, work, params in rows:
        words = re.findall(r"[A-Za-z0-9]+", row.name)
        suffix = "" if row.name == "total" else "_" + "_".join(words)
        taken = suffix
        number = 1
        while taken in found:  # names that differ in signs only
            number += 1
            taken = f"{suffix}_{number}"
        found[taken] = (work, params)
    return [(suffix, *costs) for suffix, costs in found.items()]


def _checks(formula: Formula, rounded: bool) -> list[tuple[str, str]]:
    """What must hold, as Python over exact values, with the message where it does not."""
    found = []
    for p in formula.free:
        parts = [f"{p.name} >= 0" if p.domain == WHOLE_NUMBER else f"{p.name} > 0"]
        if p.domain != POSITIVE_NUMBER:
            parts.append(f"{p.name} % 1 == 0")
        condition = " and ".join(parts)
        condition = f"({condition})" if len(parts) > 1 else condition
        found.append((condition, f"{p.name} must be a {p.domain}"))
    for assumption in formula.assumptions:
        same = f"bool({assumption.condition}) is {assumption.holds}"
        found.append((f"({same})", f"the structure of {formula.spec} changes here; count it"))
    for c in formula.existence:
        message = f"{formula.spec} does not exist here: {c.layer} needs {c.text}".replace("#0", "i")
        found.append((_in_every_round(c), message))
    for c in formula.form:
        message = f"the closed form holds only where {c.text}; count it"
        found.append((_in_every_round(c), message))
    for c in () if rounded else formula.conditions:
        found.append((f"({c.python})", f"exact only where {c.text}; use --rounded"))
    return list(dict.fromkeys(found))


def _in_every_round(condition: Condition) -> str:
    """A condition as Python; one inside a summed repetition is asked of each of its rounds."""
    text = f"({condition.python})"
    for index, count in condition.ranges:  # the innermost repetition first
        text = f"all({text} for {index} in range(int({count})))"
    return text.replace("#", "_round")


def _quoted(text: str) -> str:
    """A Python string in double quotes."""
    return json.dumps(text, ensure_ascii=False)
