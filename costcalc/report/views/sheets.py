"""The report of ``costcalc report``: the documents of all answers, under headings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from costcalc.report.document import Document, Grid, numbers, said, texts
from costcalc.report.drawing import Lines, Scale, stairs
from costcalc.report.views import headers
from costcalc.report.views.checks import figure_grid
from costcalc.report.views.counts import count_document, show_document, survey_document
from costcalc.report.views.designs import comparison_document
from costcalc.report.views.formulas import formula_document
from costcalc.report.views.memory import memory_document, memory_picture
from costcalc.report.views.pictures import picture
from costcalc.report.views.sweeps import sweep_document
from costcalc.version import VERSION

if TYPE_CHECKING:
    from costcalc.review.sheet import Entry, Sheet

#: What costs are summed up by.
KEYS = ("type", "stage", "group")
#: Costs that are drawn layer by layer.
COSTS = ("mult_adds", "params")


def sheet_document(sheet: Sheet) -> Document:
    """What was asked, the networks side by side, and each of them."""
    files = (f"{name} {digest}" for entry in sheet.entries for name, digest in entry.files.items())
    facts = said(
        ("made by", f"{sheet.command} (costcalc {VERSION})"),
        ("read from", "; ".join(dict.fromkeys(files))),
    )
    parts = [_network(entry) for entry in sheet.entries]
    if sheet.comparison:
        compared = comparison_document(sheet.comparison)
        parts.insert(0, compared._replace(heading="Side by side"))
    return Document(f"Costs of {', '.join(sheet.networks)}", facts, parts=tuple(parts))


def _network(entry: Entry) -> Document:
    """The totals, then all else; what every number hangs on is said once, at the top."""
    counted, spec = entry.counted, entry.spec
    layers = count_document(counted, "layer")
    facts = said(("network", entry.label), ("source", spec.source), *layers.facts)
    costs = headers(counted.unit)
    totals = Grid((*texts(""), *numbers("in all")), [(costs[n], counted.costs[n]) for n in COSTS])
    parts = [
        part._replace(facts=tuple(fact for fact in part.facts if fact not in facts))
        for part in _parts(entry, layers)
    ]
    title = spec.title or spec.name
    return Document(title, facts, (totals,), layers.lines, parts=tuple(parts))


def _parts(entry: Entry, layers: Document) -> Iterator[Document]:
    counted = entry.counted
    for key in KEYS:
        if key != "group" or any(layer.group for layer in counted.layers):
            yield count_document(counted, key)._replace(heading=f"By {key}", lines=())
    yield show_document(entry.table)._replace(heading="As papers print it")
    panels = tuple(_skyline(entry, cost) for cost in COSTS)
    yield layers._replace(heading="Layer by layer", lines=(), pictures=panels)
    yield _formulas(entry)._replace(heading="As formulas")
    for run in entry.curves:
        panels = tuple(panel for panel in picture(run).panels if isinstance(panel, Lines))
        along = sweep_document(run)._replace(lines=(), pictures=panels)
        yield along._replace(heading=f"Along {panels[0].x.label}")
    memory = memory_document(entry.memory)
    stairs = tuple(p for p in memory_picture(entry.memory).panels if isinstance(p, Lines))
    yield memory._replace(heading="Memory", grids=(), pictures=stairs)
    if entry.printed:
        counts = ("counted", "as the convention that explains most of each column: costcalc check")
        grids = (figure_grid(entry.printed),)
        yield Document("As papers print its costs", (counts,), grids)
    yield survey_document(entry.survey)._replace(heading="Under every convention")


def _formulas(entry: Entry) -> Document:
    if entry.formula is None:
        return Document("", lines=(("no closed form", entry.refused),))
    return formula_document(entry.formula, "total", rounded=False)


def _skyline(entry: Entry, cost: str) -> Lines:
    steps = [(layer.cost(cost), layer.path) for layer in entry.counted.layers]
    scales = Scale("layer", False, (), ()), Scale(headers(entry.counted.unit)[cost], False, (), ())
    return Lines(*scales, {"layers": stairs(steps)})
