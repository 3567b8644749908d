"""Sweeps as documents, and as streams: CSV and JSON row by row, in bounded memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import repeat
from typing import TextIO

from costcalc.algebra.notation import SYMBOLS
from costcalc.analysis.count import count_spec
from costcalc.design_space.sweep.axes import Value
from costcalc.design_space.sweep.query import (
    PERCENT,
    Batch,
    Row,
    cell_text,
    shown,
)
from costcalc.design_space.sweep.run import SMALL, Progress, Run
from costcalc.errors import CostcalcError
from costcalc.language.parameters import text_of, value_text
from costcalc.report.document import Cell, Column, Document, Grid, said
from costcalc.report.formats.spelling import is_unicode
from costcalc.report.formats.text import csv_cell
from costcalc.report.views import asked_of, binding_text, headers

#: The column that says which times are outside of what was measured.
OUTSIDE = "outside"
#: Rows that a table may have; formats for programs have no limit.
MAX_ROWS = 100_000


def sweep_document(run: Run, progress: Progress | None = None) -> Document:
    """The sweep as a table.

    :raises CostcalcError: too many rows for a table.
    """
    rows: list[Row] = []
    for batch in run.batches(progress):
        rows += batch.rows()
        if len(rows) > MAX_ROWS:
            hint = "--format csv, --output FILE, --top N or a --budget"
            raise CostcalcError(f"more than {MAX_ROWS:,} rows in a table", hint)
    costs = headers(run.convention.unit, more=run.measures.more)
    named = costs | {name: f"{costs[PERCENT[name]]} %" for name in run.query.percents}
    columns = tuple(
        Column(
            named.get(name, name),
            numeric=name != "spec",
            # what tells the rows apart: costs and constants do not
            label=name not in named and len({row[i] for row in rows}) > 1,
        )
        for i, name in enumerate(run.columns)
    )
    cells: list[tuple[Cell, ...]] = [
        tuple(
            value if name in costs and isinstance(value, int) else cell_text(name, value)
            for name, value in zip(run.columns, row, strict=True)
        )
        for row in rows
    ]
    points = "point" if run.size == 1 else "points"
    lines = [("rows", f"{len(rows):,} of {run.size:,} {points}"), *_notes(run)]
    if run.marks:
        columns = (*columns, Column(OUTSIDE))
        cells = [(*line, _mark(run, row)) for line, row in zip(cells, rows, strict=True)]
    return Document(run.networks, _facts(run), (Grid(columns, cells),), tuple(lines))


def _mark(run: Run, row: Row) -> str:
    return "yes" if run.outside(row) else ""


def _notes(run: Run) -> list[tuple[str, str]]:
    """That rows are not marked, and what the convention leaves open for these networks, at their
    defaults."""
    many = run.measures.times is not None and not run.marks
    unmarked = f"more than {SMALL:,} points: none is held against what was measured"
    notes = [("note", unmarked)] if many else []
    if not (run.convention.unknown or run.convention.coded):
        return notes
    return notes + [
        ("note", f"{part.label} at its defaults: {note}")
        for part in run.parts
        for note in count_spec(part.plan.spec, {}, run.convention).notes
    ]


def _facts(run: Run) -> tuple[tuple[str, str], ...]:
    asked = " and ".join(SYMBOLS.get(name, name) for name in run.usual)
    chosen = f"the shipped ones that have usual values of {asked}"
    facts = [("networks", chosen)] if run.chosen else []
    for part in run.parts:
        name, space = part.label, part.plan.space
        fixed = {n: v for n, v in space.fixed.items() if n not in run.parameters}
        lacks = ", ".join(n for n in run.parameters if n not in part.plan.spec.parameters)
        whose = f"{name} " if len(run.parts) > 1 else ""
        values = "; ".join(
            f"{SYMBOLS.get(n, n)} = {', '.join(map(text_of, space.swept[n]))}"
            for n in run.usual
            if n in space.swept
        )
        facts += said(
            (f"{whose}at", binding_text(fixed)),
            (f"{whose}usual values", values),
            (f"{name} lacks", lacks),
        )
    named = ", ".join(f"{name} = {value}" for name, value in run.baseline.items())
    hundred = f"the row's own values with {named}" if named else "the spec at its defaults"
    convention = f"{run.convention.name} (unit {run.convention.unit})"
    facts += said(
        ("100 %", hundred),
        ("budget", " and ".join(map(str, run.query.limits))),
        ("Pareto front of", " and ".join(map(str, run.query.pareto))),
        ("convention", f"{convention}; shapes rounded as the specs say"),
        *asked_of(run.measures),
    )
    return tuple(facts)


def data_columns(run: Run) -> tuple[str, ...]:
    """The columns of data files: every parameter, so that a row says all about itself."""
    others: dict[str, None] = {}
    for part in run.parts:
        others |= dict.fromkeys(part.plan.spec.parameters)
    fixed = [run.query.column_of(name) for name in others if name not in run.parameters]
    return ("spec", *run.query.given, *fixed, "convention", *run.query.costs, *run.query.percents)


def constants(run: Run, spec: str) -> dict[str, Value]:
    """What has one value in all rows of a network, by column."""
    (part,) = (part for part in run.parts if part.label == spec)
    fixed = {run.query.column_of(name): value for name, value in part.plan.space.fixed.items()}
    return {"spec": spec, **fixed, "convention": run.convention.name}


def write_csv(run: Run, out: TextIO, progress: Progress | None = None) -> int:
    """Rows as CSV, with a header. Parameters and costs are exact, percents have two places.

    Returns how many rows there are.
    """
    columns = data_columns(run)
    written = 0
    out.write(",".join((*columns, *([OUTSIDE] if run.marks else ()))) + "\n")
    for batch in run.batches(progress):
        marks = [f",{_mark(run, row)}" for row in batch.rows()] if run.marks else repeat("")
        for line, mark in zip(zip(*_texts(batch, run, columns), strict=True), marks, strict=False):
            out.write(",".join(line) + mark + "\n")
        written += batch.length
    return written


def _texts(batch: Batch, run: Run, columns: tuple[str, ...]) -> Iterator[list[str]]:
    specs = batch.texts("spec")
    by_spec = {spec: constants(run, spec) for spec in dict.fromkeys(specs)}
    for name in columns:
        if name in batch.columns:
            texts, values = batch.texts(name), batch.columns[name][1] or ()
            words = {text: csv_cell(text) for text in (cell_text(name, v) for v in values)}
        else:
            known = {spec: cell_text(name, own.get(name)) for spec, own in by_spec.items()}
            texts, words = specs, {spec: csv_cell(text) for spec, text in known.items()}
        plain = all(text == word for text, word in words.items())
        yield texts if plain else [words[text] for text in texts]


def write_json(run: Run, out: TextIO, progress: Progress | None = None) -> int:
    """One object: what the numbers mean, and ``rows``, one per line. Returns how many."""
    written = 0
    head = {
        "specs": [part.label for part in run.parts],
        "fixed": {
            part.label: {n: _json(n, v) for n, v in part.plan.space.fixed.items()}
            for part in run.parts
        },
        "baseline": dict(run.baseline) or "defaults",
        "convention": run.convention.name,
        "unit": run.convention.unit,
        **run.measures.to_dict(),
        "shapes": "rounded as the specs say",
        "notes": [note for _, note in _notes(run)],
    }
    escaped = not is_unicode(out)
    out.write(json.dumps(head, ensure_ascii=escaped, indent=1)[:-2] + ',\n "rows": [')
    comma = "\n"
    for batch in run.batches(progress):
        for row in batch.rows():
            cells = zip(run.columns, row, strict=True)
            shown = {name: _json(name, value) for name, value in cells}
            if run.marks:
                shown[OUTSIDE] = run.outside(row)
            out.write(f"{comma}  {json.dumps(shown, ensure_ascii=escaped)}")
            comma = ",\n"
        written += batch.length
    out.write("\n ]\n}\n")
    return written


def _json(column: str, value: Value | None) -> int | float | str | None:
    """A cell as JSON has it: numbers where those are exact, percents with two places."""
    cell = shown(column, value)
    return cell if cell is None or isinstance(cell, int | float) else value_text(cell)


STREAMS = {"csv": write_csv, "json": write_json}
