"""Counts, formulas and tables as documents."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from costcalc.algebra.notation import SYMBOLS, pretty
from costcalc.algebra.numbers import Number
from costcalc.algebra.polynomial import value_at
from costcalc.conventions.convention import work_name
from costcalc.errors import CostcalcError
from costcalc.language.parameters import text_of
from costcalc.report.document import Cell, Column, Document, Grid, percent, thousands

if TYPE_CHECKING:
    from costcalc.analysis.count import Count
    from costcalc.analysis.formula import Formula, FormulaRow
    from costcalc.analysis.table import Table


def binding_text(values: Mapping[str, Any]) -> str:
    """``α = 1/2, R = 160``."""
    return ", ".join(f"{SYMBOLS.get(n, n)} = {text_of(v)}" for n, v in values.items())


def headers(*units: str) -> dict[str, str]:
    """The headings of costs that are counted in these units."""
    return {"mult_adds": work_name(*units), "params": "parameters"}


def count_document(count: Count, by: str) -> Document:
    """The table of ``costcalc count``."""
    facts = (
        ("at", binding_text(count.parameters) or "no parameters"),
        ("convention", f"{count.convention} (unit {count.unit}); shapes rounded as the spec says"),
    )
    grid = _layers(count) if by == "layer" else _groups(count, by)
    return Document(count.spec, facts, (grid,), tuple(("note", note) for note in count.notes))


def _layers(count: Count) -> Grid:
    work, params = count.mult_adds or 1, count.params or 1
    columns = (
        Column("layer"),
        Column("type"),
        Column("stride", wide=True),
        Column("input", wide=True),
        Column("output"),
        Column(work_name(count.unit), numeric=True, key="mult_adds"),
        Column("share", numeric=True, bar=True),
        Column("parameters", numeric=True),
        Column("share", numeric=True, bar=True, wide=True),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            layer.name,
            layer.type,
            "" if layer.stride is None else _pair(layer.stride),
            "x".join(map(str, layer.input)),
            "x".join(map(str, layer.output)),
            layer.mult_adds,
            Fraction(layer.mult_adds, work),
            layer.params,
            Fraction(layer.params, params),
        )
        for layer in count.layers
    ]
    total = ("total", f"{len(rows)} layers", "", "", "", count.mult_adds, None, count.params, None)
    return Grid(columns, rows, total)


def _pair(pair: tuple[Number, Number]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}x{pair[1]}"


def _groups(count: Count, by: str) -> Grid:
    columns = (
        Column(by),
        Column("layers", numeric=True),
        Column(work_name(count.unit), numeric=True, key="mult_adds"),
        Column("share", numeric=True, bar=True),
        Column("parameters", numeric=True),
        Column("share", numeric=True, bar=True),
    )
    rows = [
        (g.name, g.layers, g.mult_adds, g.mult_adds_share, g.params, g.params_share)
        for g in count.by(by)
    ]
    total = ("total", len(count.layers), count.mult_adds, None, count.params, None)
    return Grid(columns, rows, total)


def formula_document(formula: Formula, by: str, *, rounded: bool) -> Document:
    """The closed forms of ``costcalc formula``."""
    facts = [("free", ", ".join(p.symbol for p in formula.free) or "nothing: a number")]
    if formula.bound:
        facts.append(("at", binding_text(formula.bound)))
    if formula.held:
        facts.append(("held", f"{', '.join(formula.held)} (--free NAME frees it)"))
    facts.append(("convention", f"{formula.convention} (unit {formula.unit})"))
    lines: list[tuple[str, str]] = []
    grids: tuple[Grid, ...] = ()
    if by != "total":
        columns = (Column(by), Column(work_name(formula.unit)), Column("parameters"))
        rows = []
        for row in formula.by(by):
            work = row.mult_adds_rounded if rounded else row.mult_adds
            params = row.params_rounded if rounded else row.params
            rows.append((row_name(row), pretty(work), pretty(params)))
        grids = (Grid(columns, rows),)
    total = formula.total
    work = total.mult_adds_rounded if rounded else total.mult_adds
    lines.append((work_name(formula.unit), pretty(work)))
    lines.append(("parameters", pretty(total.params_rounded if rounded else total.params)))
    lines += formula_remarks(formula, rounded=rounded)
    return Document(formula.spec, tuple(facts), grids, tuple(lines))


def row_name(row: FormulaRow) -> str:
    """A row's name; one that stands for all rounds of a repetition says how many."""
    return row.name if row.times == 1 else f"{row.name} … ({pretty(row.times)} ×)"


def formula_remarks(formula: Formula, *, rounded: bool) -> list[tuple[str, str]]:
    """Where the closed form is exact, and which term leads."""
    remarks = []
    if rounded:
        remarks.append(("exact", "everywhere: every rounding is kept"))
    elif formula.conditions:
        remarks.append(("exact when", " and ".join(c.text for c in formula.conditions)))
    else:
        remarks.append(("exact", "everywhere"))
    if not rounded:
        remarks += _at_the_defaults(formula)
    leading = formula.leading
    if leading is not None and not rounded:
        share = percent(leading.share, 1)
        remarks.append(("leading term", f"{pretty(leading.term)} ({share} at the defaults)"))
    return remarks


def _at_the_defaults(formula: Formula) -> list[tuple[str, str]]:
    """That the closed form does not hold at the spec's own defaults, with what it gives there."""
    defaults = {p.name: p.default for p in formula.free}
    if all(condition.holds(defaults) for condition in formula.conditions):
        return []
    name = "at the defaults"
    try:
        counts = formula.at(rounded=True, **defaults)
    except CostcalcError as error:
        return [(name, str(error))]
    total = formula.total
    costs = [Fraction(value_at(cost, defaults)) for cost in (total.mult_adds, total.params)]
    wrong = [
        f"{label}{_amount(cost)}; the count is {count:,}"
        for label, cost, count in zip(("", "parameters "), costs, counts, strict=True)
        if cost != count
    ]
    said = f"not exact ({'; '.join(wrong)})" if wrong else "outside, though both costs are right"
    return [(name, f"{said}: --rounded")]


def _amount(cost: Fraction) -> str:
    """A cost as a formula gives it: whole, or as far from whole as it is."""
    return thousands(int(cost)) if cost.denominator == 1 else str(cost)


def show_document(table: Table) -> Document:
    """The printed table of ``costcalc show``."""
    grouped = any(row.group for row in table.rows)
    repeats = any(row.repeat for row in table.rows)
    columns = [Column("Type / Stride"), Column("Filter Shape"), Column("Input Size")]
    rows: list[tuple[Cell, ...]] = []
    for row in table.rows:
        cells: tuple[Cell, ...] = (row.type, row.filter, row.input)
        if repeats:
            cells = (row.repeat, *cells)
        rows.append((*cells, row.group) if grouped else cells)
    if repeats:
        columns.insert(0, Column(""))
    if grouped:
        columns.append(Column("group"))
    facts = [("source", table.source)] if table.source else []
    facts += [("at", binding_text(table.parameters))] if table.parameters else []
    facts.append(("rounding", table.rounding))
    facts.append(("gives", ", ".join(f"{n} {s}" for n, s in table.outputs.items())))
    return Document(table.title, tuple(facts), (Grid(tuple(columns), rows),))
