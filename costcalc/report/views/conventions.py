"""Conventions, and networks under all of them, as documents."""

from __future__ import annotations

from collections.abc import Mapping

from costcalc.analysis.survey import Survey
from costcalc.conventions.convention import Convention, Weight, work_name
from costcalc.operators.coded import Coded
from costcalc.operators.tags import Tag
from costcalc.report.document import Cell, Column, Document, Grid, Signed
from costcalc.report.views.documents import binding_text


def counted(weights: Mapping[str, Weight]) -> str:
    """Weights in a line: ``conv mac, fc mac, bn element × 2``."""
    parts = [
        str(tag) if weight == 1 else f"{tag} × {weight}"
        for tag, weight in weights.items()
        if not isinstance(tag, Coded)
    ]
    return ", ".join(parts) or "nothing"


def convention_document(convention: Convention) -> Document:
    """What ``costcalc show-convention`` prints."""
    facts = [("meaning", convention.meaning), ("unit", convention.unit)]
    facts += [("version", convention.version)] if convention.version else []
    facts += [("source", convention.source)] if convention.source else []
    codings = list(convention.coded)
    columns = (
        Column("of"),
        Column("tag"),
        Column("weight", numeric=True),
        *(Column(f"coded: {word}", numeric=True) for word in codings),
    )
    rows: list[tuple[Cell, ...]] = []
    for tag in Tag:
        usual = convention.weight(tag)
        others = [convention.weight(tag, word) for word in codings]
        if usual or any(others):
            cells = [_weight(weight) if weight != usual else None for weight in others]
            metric = "parameters" if tag.is_parameter else work_name(convention.unit)
            rows.append((metric, tag.value, _weight(usual), *cells))
    lines = []
    if convention.unknown:
        lines.append(("no known rule", ", ".join(sorted(convention.unknown))))
    lines += [("quirk", quirk) for quirk in convention.quirks]
    return Document(convention.name, tuple(facts), (Grid(columns, rows),), tuple(lines))


def _weight(weight: Weight) -> Cell:
    return weight if isinstance(weight, int) else str(weight)


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
