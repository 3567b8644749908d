"""Closed forms: as a document, as LaTeX, and as a Python module; and how they grow."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from fractions import Fraction

from costcalc.algebra.amounts import digits
from costcalc.algebra.evaluation import value_at
from costcalc.algebra.notation import SYMBOLS, pretty
from costcalc.algebra.numbers import Number, divide, is_number
from costcalc.algebra.polynomial import Polynomial, common_factor, is_whole
from costcalc.analysis.closed_form import Formula, FormulaRow
from costcalc.analysis.condition import Condition
from costcalc.analysis.ends import End
from costcalc.analysis.growth import REST, Crossing, Growth
from costcalc.conventions.convention import work_name
from costcalc.errors import CostcalcError
from costcalc.language.parameters import POSITIVE_NUMBER, WHOLE_NUMBER, Parameter, value_text
from costcalc.report.document import Cell, Column, Document, Grid, numbers, percent, said, texts
from costcalc.report.formats.latex import escaped
from costcalc.report.formats.python import DIVISIBLE, EXACTLY, WHOLE, exact, in_docstring
from costcalc.report.views import asked_of, binding_text, headers, sizes_of


def formula_document(formula: Formula, by: str, *, rounded: bool) -> Document:
    """The closed forms of ``costcalc formula``."""
    held = ", ".join(formula.held)
    facts = said(
        ("free", ", ".join(p.symbol for p in formula.free) or "nothing: a number"),
        ("at", binding_text(formula.bound)),
        ("held", held and f"{held} (--free NAME frees it)"),
        ("convention", f"{formula.convention} (unit {formula.unit})"),
        *asked_of(formula.measures),
    )
    named = costs_of(formula).values()
    grids: tuple[Grid, ...] = ()
    written = formula.written(by, rounded=rounded)
    if by != "total":
        layers = formula.layers if by == "layer" else ()
        lenders = (-1 if one.weights is None else one.weights for one, _ in layers)
        shared = [layers[i][1].name if i >= 0 else "" for i in lenders] or [""] * len(written)
        rows = [
            (row_name(row), *map(pretty, row.costs(rounded)), lender)
            for row, lender in zip(written, shared, strict=True)
        ]
        grid = Grid(texts(by, *named, "weights of"), rows).without_empty("weights of")
        grids = (grid,)
    forms = tuple(zip(named, formula.total.costs(rounded), strict=True))
    remarks = tuple(formula_remarks(formula, rounded=rounded))
    return Document(formula.spec, facts, grids, remarks, forms)


def costs_of(formula: Formula) -> dict[str, str]:
    """The headings of the costs that were asked for."""
    return headers(formula.unit, more=formula.total.others)


def row_name(row: FormulaRow) -> str:
    """A row's name; one that stands for all rounds of a repetition says how many."""
    return row.name if row.times == 1 else f"{row.name} … ({pretty(row.times)} ×)"


def formula_remarks(formula: Formula, *, rounded: bool) -> list[tuple[str, str]]:
    """Where the closed form is exact, and which term leads."""
    where = " and ".join(condition.text for condition in formula.domain(rounded))
    kept = ": every rounding is kept" if rounded else ""
    remarks = [("exact when", where + kept) if where else ("exact", "everywhere" + kept)]
    if rounded:
        return remarks
    remarks += _at_the_defaults(formula)
    leading = formula.leading
    if leading is not None:
        if not 0 <= leading.share <= 1:  # other terms are below 0, or it is
            share = f"{digits(leading.share, Fraction(1, 100))} times"
        else:
            share = f"{percent(leading.share, 1)} of"
        share = f"{share} the {work_name(formula.unit)} at the defaults"
        remarks.append(("leading term", f"{pretty(leading.term)} ({share})"))
    return remarks


def _at_the_defaults(formula: Formula) -> list[tuple[str, str]]:
    """That the closed form does not hold at the spec's own defaults, with what it gives there."""
    defaults = formula.defaults()
    is_given = len(defaults) == len(formula.free)
    if not is_given or all(condition.holds(defaults) for condition in formula.conditions):
        return []
    name = "at the defaults"
    try:
        counts = formula.at(rounded=True, **defaults)
    except CostcalcError as error:
        return [(name, str(error))]
    costs = [Fraction(value_at(cost, defaults)) for cost in formula.total.costs(rounded=False)]
    labels = ["", *(f"{label} " for label in [*costs_of(formula).values()][1:])]
    wrong = []
    for label, cost, count in zip(labels, costs, counts, strict=True):
        given = f"{int(cost):,}" if cost.denominator == 1 else str(cost)
        wrong += [f"{label}{given}; the count is {count:,}"] if cost != count else []
    right = f"outside, though {'both' if len(costs) == 2 else 'all'} costs are right"
    text = f"not exact ({'; '.join(wrong)})" if wrong else right
    return [(name, f"{text}: --rounded")]


def latex(formula: Formula, by: str, rounded: bool) -> str:
    """An align environment, with the remarks as comments."""
    from costcalc.algebra.symbolic import to_latex

    lines = [f"% {formula.spec}, convention {formula.convention}"]
    about = said(("at", binding_text(formula.bound)), ("elements", sizes_of(formula.measures)))
    lines += [f"% {name} {text}" for name, text in about]
    lines += [f"% {name}: {text}" for name, text in formula_remarks(formula, rounded=rounded)]
    lines += [r"% needs \usepackage{amsmath}", r"\begin{align}"]
    body = []
    for row in formula.written(by, rounded=rounded):
        name = "" if row.name == "total" else rf"_{{\text{{{escaped(row_name(row))}}}}}"
        for label, form in zip(costs_of(formula).values(), row.costs(rounded), strict=True):
            body.append(rf"\text{{{label}}}{name} &= {to_latex(form)}")
    return "\n".join([*lines, " \\\\\n".join(body), r"\end{align}", ""])


def python_module(formula: Formula, by: str, rounded: bool) -> str:
    """A Python module with a function for each cost, of each group: exact, or a ValueError."""
    written = formula.written(by, rounded=rounded, existence=True)
    about = [f"{formula.spec}, convention {formula.convention}.", ""]
    facts = said(("At", binding_text(formula.bound)), ("Elements:", sizes_of(formula.measures)))
    about += [f"{name} {text}." for name, text in facts]
    remarks = formula_remarks(formula, rounded=rounded)
    about += [f"{name[0].upper()}{name[1:]}: {text}." for name, text in remarks]
    lines = [f'"""{in_docstring(about)}\n"""', "", "from fractions import Fraction"]
    names = ", ".join(formula.parameters)
    defaults = ", ".join(f"{p.name}={_default(p)}" for p in formula.free)
    one = "," if len(formula.parameters) == 1 else ""
    surely_whole = tuple(map(is_whole, formula.total.costs(rounded=True)))
    for suffix, costs in _functions(written, rounded).items():
        for what, cost, is_count in zip(formula.costs, costs, surely_whole, strict=True):
            lines += ["", "", f"def {what}{suffix}({defaults}):"]
            if names:
                lines.append(f"    {names}{one} = _checked({names})")
            text = exact(repr(cost) if is_number(cost) else str(cost))
            lines.append(f"    return {text if is_count or suffix else f'_whole({text})'}")
    if names:
        checks = _checks(formula, rounded)
        lines += ["", "", f"def _checked({names}):"]
        lines.append('    """The values, exactly; a ValueError where the closed form fails."""')
        lines += [f'    {name} = _exactly("{name}", {name})' for name in formula.parameters]
        for condition, message in checks:
            quoted = json.dumps(message, ensure_ascii=False)
            lines += [f"    if not {exact(condition)}:", f"        raise ValueError({quoted})"]
        lines += [f"    return {names}{one}", "", "", EXACTLY]
    text = "\n".join(lines)
    called = {"_whole(": WHOLE, "divisible(": DIVISIBLE}
    helpers = [helper for name, helper in called.items() if name in text]
    return "\n\n\n".join([text, *helpers]) + "\n"


def _default(parameter: Parameter) -> str:
    if isinstance(parameter.default, int):
        return str(parameter.default)
    return f"Fraction({str(parameter.default)!r})"


def _functions(rows: Sequence[FormulaRow], rounded: bool) -> dict[str, tuple[Number, ...]]:
    """The rows with what tells their functions apart, as part of a Python name."""
    functions: dict[str, tuple[Number, ...]] = {}
    for row in rows:
        words = re.findall(r"[A-Za-z0-9]+", row.name)
        suffix = "" if row.name == "total" else "_" + "_".join(words)
        names = (f"{suffix}_{i + 1}" if i else suffix for i in range(len(rows)))
        free = next(name for name in names if name not in functions)  # some differ in signs only
        functions[free] = row.costs(rounded)
    return functions


def _checks(formula: Formula, rounded: bool) -> list[tuple[str, str]]:
    """What must hold, as Python over exact values, with the message where it does not."""
    checks = []
    for p in formula.free:
        condition = f"{p.name} >= 0" if p.domain == WHOLE_NUMBER else f"{p.name} > 0"
        if p.domain != POSITIVE_NUMBER:
            condition = f"({condition} and {p.name} % 1 == 0)"
        checks.append((condition, f"{p.name} must be a {p.domain}"))
    checks += [_of_form(c) for c in formula.undivided]
    for assumption in formula.assumptions:
        same = f"bool({assumption.condition}) is {assumption.holds}"
        checks.append((f"({same})", f"the structure of {formula.spec} changes here; count it"))
    for c, exists in formula.needs(rounded):
        message = f"{formula.spec} does not exist here: {c.layer} needs {c.text}"
        checks.append((_in_every_round(c), message) if exists else _of_form(c))
    for c in () if rounded else formula.conditions:
        checks.append((f"({c.python})", f"exact only where {c.text}; use --rounded"))
    return list(dict.fromkeys(checks))


def _of_form(condition: Condition) -> tuple[str, str]:
    message = f"the closed form holds only where {condition.text}; count it"
    return _in_every_round(condition), message


def _in_every_round(condition: Condition) -> str:
    """A condition as Python; one inside a summed repetition is asked of each of its rounds."""
    text = f"({condition.python})"
    for index, count in condition.ranges:  # the innermost repetition first
        text = f"all({text} for {index} in range(int({count})))"
    return text.replace("#", "_round")


def growth_document(growth: Growth) -> Document:
    """Elasticities as formulas and at the binding; shares along the parameter; crossings."""
    from costcalc.algebra.symbolic import root_text  # needs sympy

    formula = growth.formula
    symbol = SYMBOLS.get(growth.parameter, growth.parameter)
    facts = said(
        ("at", binding_text(formula.bound)),
        ("elasticities at", binding_text(growth.binding)),
        ("elasticities hold where", " and ".join(growth.settled)),
        ("convention", f"{formula.convention} (unit {formula.unit}); roundings dropped"),
        *asked_of(formula.measures),
    )
    grids = [_elasticities(growth)]
    low, high = (_end_text(symbol, end, growth.values) for end in (growth.low, growth.high))
    along = [f"{symbol} = {value_text(value)}" for value in growth.values]
    columns = numbers(*low, *along, *high)
    for cost, header in costs_of(formula).items():
        rows: list[tuple[Cell, ...]] = [
            (s.name, *[s.at_low] * len(low), *s.shares, *[s.at_high] * len(high))
            for s in growth.shares
            if s.cost == cost
        ]
        grids.append(Grid((Column(f"share of {header}"), *columns), rows))
    lines = [(f"{symbol} = {root_text(c.value)}", _sentence(c, formula)) for c in growth.crossings]
    return Document(f"{formula.spec}: growth", facts, tuple(grids), tuple(lines))


def _end_text(symbol: str, end: End, values: Sequence[int | Fraction]) -> list[str]:
    """The column of an end, unless it is one of the values: ``α → 0``, ``n = 1``, ``R → ∞``."""
    if end.is_limit:
        return [f"{symbol} → {'∞' if end.value is None else value_text(end.value)}"]
    return [] if end.value in values else [f"{symbol} = {value_text(end.value)}"]


def _elasticities(growth: Growth) -> Grid:
    columns = (Column("elasticity"), *numbers("value"), Column("formula"))
    costs = costs_of(growth.formula)
    rows = []
    for e in growth.elasticities:
        symbol = SYMBOLS.get(e.parameter, e.parameter)
        name = f"d ln {costs[e.cost]} / d ln {symbol}"
        above, below = _reduced(e.weighted, e.total)
        formula = pretty(above) if below == 1 else f"({pretty(above)}) / ({pretty(below)})"
        rows.append((name, "" if e.at is None else digits(e.at, Fraction(1, 10**4)), formula))
    return Grid(columns, rows)


def _reduced(above: Number, below: Number) -> tuple[Number, Number]:
    """A quotient without the factors that all terms of both have."""
    if not isinstance(above, Polynomial) or not isinstance(below, Polynomial):
        return above, below
    common = common_factor((above, below))
    if not common:
        return (1, 1) if above == below else (above, below)
    above, below = above / Polynomial({common: 1}), below / Polynomial({common: 1})
    ratio = divide(above, below)
    return (above, below) if isinstance(ratio, Polynomial) else (ratio, 1)


def _sentence(crossing: Crossing, formula: Formula) -> str:
    header = costs_of(formula)[crossing.cost]
    if crossing.upper == REST:
        return f"above, {crossing.lower} has less than half of the {header}"
    if crossing.lower == REST:
        return f"above, {crossing.upper} has more than half of the {header}"
    return f"above, {crossing.upper} has more {header} than {crossing.lower}"
