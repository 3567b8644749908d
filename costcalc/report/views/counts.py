"""A network in tables: its layers as the paper prints them, their costs, all conventions."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.algebra.numbers import Number
from costcalc.conventions.convention import work_name
from costcalc.report.document import Cell, Column, Document, Grid, Signed
from costcalc.report.views import binding_text

if TYPE_CHECKING:
    from costcalc.analysis.count import Count
    from costcalc.analysis.survey import Survey
    from costcalc.analysis.table import Table


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


def survey_document(survey: Survey) -> Document:
    """The table of ``costcalc count --convention all``."""
    columns = (
        Column("convention"),
        Column("unit"),
        Column(work_name("MAC", "FLOP"), numeric=True, key="mult_adds"),
        Column(f"to {survey.against}", numeric=True),
        Column("parameters", numeric=True),
        Column(f"parameters to {survey.against}", numeric=True, wide=True),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            row.convention,
            row.unit,
            row.mult_adds,
            Signed(row.difference),
            row.params,
            Signed(row.params_difference),
        )
        for row in survey.rows
    ]
    facts = (
        ("at", binding_text(survey.parameters) or "no parameters"),
        ("convention", "all of them; shapes rounded as the spec says"),
    )
    return Document(survey.spec, facts, (Grid(columns, rows),), tuple(_notes(survey)))


def _notes(survey: Survey) -> list[tuple[str, str]]:
    """The notes of all conventions; one that several share is said once."""
    shared: dict[str, list[str]] = {}
    for row in survey.rows:
        for note in row.notes:
            own = note.removeprefix(f"{row.convention} has ")
            shared.setdefault(own, []).append(row.convention)
    return [("note", f"{', '.join(names)}: {note}") for note, names in shared.items()]


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
