"""A network in tables: its layers as the paper prints them, their costs, all conventions."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.algebra.amounts import counted
from costcalc.conventions.convention import work_name
from costcalc.language.parameters import value_text
from costcalc.report.document import Cell, Column, Document, Grid, Signed, numbers, said, texts
from costcalc.report.views import PARAMS, asked_of, binding_text, headers

if TYPE_CHECKING:
    from costcalc.analysis.count import Count
    from costcalc.analysis.survey import Survey
    from costcalc.analysis.table import Table


def count_document(count: Count, by: str) -> Document:
    """The table of ``costcalc count``."""
    counts = f"unit {count.unit}"
    if count.left_out:
        counts += f", parameters without {' and '.join(count.left_out)}"
    facts = said(
        ("at", binding_text(count.parameters) or "no parameters"),
        ("convention", f"{count.convention} ({counts}); shapes rounded as the spec says"),
        *asked_of(count.measures)[:2],  # a note says what a time is worth
    )
    grid = _layers(count) if by == "layer" else _groups(count, by)
    return Document(count.spec, facts, (grid,), _as_lines(count.notes))


def _as_lines(notes: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple(("note", note) for note in notes)


def count_table(count: Count, by: str) -> Document:
    """The same for CSV, where a layer has its name and its path in columns of their own."""
    (grid,) = count_document(count, by).grids
    if by == "layer":
        rows = [
            (layer.name, *row[1:], layer.path)
            for layer, row in zip(count.layers, grid.rows, strict=True)
        ]
        grid = Grid((*grid.columns, *texts("path")), rows)
    return Document(count.spec, (), (grid,))


def _layers(count: Count) -> Grid:
    work, params = count.mult_adds or 1, count.params or 1
    rows: list[tuple[Cell, ...]] = [
        (
            layer.path,
            layer.type,
            "x".join(dict.fromkeys(map(value_text, layer.stride or ()))),  # 2, 2x1 or 1.44
            "x".join(map(str, layer.input)),
            "x".join(map(str, layer.output)),
            layer.mult_adds,
            Fraction(layer.mult_adds, work),
            layer.params,
            Fraction(layer.params, params),
            *layer.costs.values(),
            layer.weights,
        )
        for layer in count.layers
    ]
    total = (
        "total",
        counted(len(rows), "layer"),
        "",
        "",
        "",
        count.mult_adds,
        None,
        count.params,
        None,
        *map(count.costs.__getitem__, count.more),
        "",
    )
    columns = (*texts("layer", "type"), *texts("stride", "input", wide=True), Column("output"))
    costs = (*_costs(count, wide=True), *texts("weights of"))
    return Grid((*columns, *costs), rows, total).without_empty("weights of")


def _costs(count: Count, *, wide: bool) -> tuple[Column, ...]:
    """Mult-Adds and parameters, each with its share, and what else was asked for."""
    work = Column(work_name(count.unit), numeric=True, key="mult_adds")
    share = Column("share", numeric=True, bar=True)
    named = headers(count.unit, more=count.more)
    more = (Column(named[name], numeric=True, key=name) for name in count.more)
    return (work, share, PARAMS, share._replace(wide=wide), *more)


def _groups(count: Count, by: str) -> Grid:
    rows: list[tuple[Cell, ...]] = [
        (
            *(g.name, g.layers, g.mult_adds, g.mult_adds_share, g.params, g.params_share),
            *g.costs.values(),
        )
        for g in count.by(by)
    ]
    costs = [*count.costs.values()]
    total = ("total", len(count.layers), costs[0], None, costs[1], None, *costs[2:])
    return Grid((Column(by), *numbers("layers"), *_costs(count, wide=False)), rows, total)


def survey_document(survey: Survey) -> Document:
    """The table of ``costcalc count --convention all``."""
    columns = (
        *texts("convention", "unit"),
        Column(work_name("MAC", "FLOP"), numeric=True, key="mult_adds"),
        *numbers(f"to {survey.against}"),
        PARAMS,
        PARAMS._replace(
            header=f"parameters to {survey.against}", wide=True, key=f"params_to_{survey.against}"
        ),
    )
    rows = []
    for r in survey.rows:
        work, params = Signed(r.difference), Signed(r.params_difference)
        rows.append((r.convention, r.unit, r.mult_adds, work, r.params, params))
    facts = (
        ("at", binding_text(survey.parameters) or "no parameters"),
        ("convention", "all of them; shapes rounded as the spec says"),
    )
    return Document(
        survey.spec, facts, (Grid(columns, rows),), (*_as_lines(survey.notes), *_notes(survey))
    )


def _notes(survey: Survey) -> list[tuple[str, str]]:
    """The notes of all conventions; one that several share is said once."""
    shared: dict[str, list[str]] = {}
    for row in survey.rows:
        for note in row.notes:
            own = note.removeprefix(f"{row.convention} has ")
            shared.setdefault(own, []).append(row.convention)
    return [("note", f"{', '.join(names)}: {note}") for note, names in shared.items()]


def show_document(table: Table, *, whole: bool = False) -> Document:
    """The printed table of ``costcalc show``; ``whole`` has in its grid all that the network can be
    built from, which files need."""
    defaults = "; ".join(f"{name}: {text}" for name, text in table.defaults.items())
    numbers = {row.name: str(i) for i, row in enumerate(table.rows, 1)}
    linked = any(row.origin or (whole and row.weights) for row in table.rows)
    rows: list[tuple[str, ...]] = []
    for i, row in enumerate(table.rows, 1):
        cells = (str(i) if linked else "", *row[:4], row.origin, row.group)
        lent = f"weights: {numbers[row.weights]}" if row.weights else ""
        if whole:
            further = "; ".join(filter(None, (row.further, lent)))
            rows.append((*cells, further, defaults if i == 1 else ""))
        else:
            rows.append((*cells, row.weights, row.further))
    columns = texts("#", "", "Type / Stride", "Filter Shape", "Input Size", "From", "group")
    columns += texts("Further", "Defaults") if whole else texts("weights of")
    columns += () if whole else texts("Further", wide=True)
    some = ("#", "", "From", "group", "weights of", "Further", "Defaults")
    grid = Grid(columns, rows).without_empty(*some)
    facts = said(
        ("source", table.source),
        ("at", binding_text(table.parameters)),
        ("rounding", table.rounding),
        ("defaults", "" if whole else defaults),
        ("takes", ", ".join(f"{n} {s}" for n, s in table.inputs.items() if len(table.inputs) > 1)),
        ("gives", ", ".join(f"{n} {s}" for n, s in table.outputs.items())),
    )
    return Document(table.title, facts, (grid,), _as_lines(table.notes))
