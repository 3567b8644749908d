"""What ``print`` and notebooks show of answers: the document that the command of each prints."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice, product

from costcalc.algebra.result import Result
from costcalc.analysis import ratio
from costcalc.analysis.attribute import Attribution
from costcalc.analysis.closed_form import Formula
from costcalc.analysis.count import Count
from costcalc.analysis.explain import Explanation
from costcalc.analysis.growth import Growth
from costcalc.analysis.memory import Memory
from costcalc.analysis.peak import PeakFormula
from costcalc.analysis.roofline import Roofline
from costcalc.analysis.survey import Survey
from costcalc.analysis.table import Table
from costcalc.conventions.convention import Convention
from costcalc.design_space.comparison import Comparison
from costcalc.design_space.solve.settings import Settings
from costcalc.design_space.solve.solution import Solution
from costcalc.design_space.sweep.result import Sweep
from costcalc.design_space.sweep.run import Run
from costcalc.explorer.page import Page
from costcalc.export.measuring import Measurement
from costcalc.language.parameters import value_text
from costcalc.network import Network
from costcalc.papers.run import Report
from costcalc.report.document import Cell, Document, Grid, numbers, said, texts
from costcalc.report.formats import text
from costcalc.report.formats.html import fragment, page
from costcalc.report.formats.spelling import spelled
from costcalc.report.views import asked_of, binding_text, headers
from costcalc.report.views.checks import check_document
from costcalc.report.views.counts import count_document, show_document, survey_document
from costcalc.report.views.designs import comparison_document, settings_document, solution_document
from costcalc.report.views.explanations import attribution_document, explanation_document
from costcalc.report.views.formulas import formula_document, growth_document
from costcalc.report.views.listings import convention_document, page_document
from costcalc.report.views.memory import memory_document
from costcalc.report.views.peaks import peak_document
from costcalc.report.views.ratios import ratio_document
from costcalc.report.views.reviews import difference_document, guard_document
from costcalc.report.views.rooflines import roofline_document
from costcalc.report.views.sheets import sheet_document
from costcalc.report.views.sweeps import sweep_document
from costcalc.report.views.timings import calibration_document, measurement_document
from costcalc.review.difference import Difference
from costcalc.review.guard import Guard
from costcalc.review.sheet import Sheet
from costcalc.timing.calibration import Calibration

#: Points of a sweep that a notebook shows; its arrays, files and data frames have all.
SHOWN = 100


def shown(result: Result, format: str) -> str:
    """An answer as ``text``, as its command prints it into a pipe, as a fragment of ``html``, or in
    one of :data:`PAGES`.

    :raises CostcalcError: a sweep that is ready to run meets a point without a network.
    """
    view = VIEWS.get(type(result))
    document = Document(repr(result)) if view is None else view(result)
    if format in PAGES:
        return PAGES[format](document)
    return text.render(spelled(document)).rstrip("\n")


def sweep_arrays(sweep: Sweep) -> Document:
    """The first points of a finished sweep, in the order of :meth:`Sweep.to_pandas`."""
    facts = said(
        ("at", binding_text(sweep.fixed)),
        ("convention", f"{sweep.convention} (unit {sweep.unit})"),
        *asked_of(sweep.measures),
    )
    axes = sweep.axes.values()
    points = product(*axes) if sweep.grid else zip(*axes, strict=True)
    costs = zip(*(array.flat for array in sweep.costs.values()), strict=True)
    rows: list[tuple[Cell, ...]] = [
        (*map(value_text, point), *map(int, own))
        for point, own in islice(zip(points, costs, strict=True), SHOWN)
    ]
    names = (*sweep.axes, *headers(sweep.unit, more=sweep.others).values())
    lines = (("points", f"{len(rows):,} of {sweep.mult_adds.size:,}"),)
    return Document(sweep.spec, facts, (Grid(numbers(*names), rows),), lines)


def run_rows(run: Run) -> Document:
    """A small sweep row by row; of a large one, which takes a while, how many points it has."""
    if run.is_small:
        return sweep_document(run)
    columns = (*texts("parameters"), *numbers("points"))
    return Document(run.networks, (), (Grid(columns, [(", ".join(run.parameters), run.size)]),))


#: Documents as a part of a page, as a page, and as Markdown.
PAGES: dict[str, Callable[[Document], str]] = {
    "html": fragment,
    "page": page,
    "markdown": text.markdown,
}
#: How each kind of answer is shown.
VIEWS: dict[type[Result], Callable[..., Document]] = {
    Attribution: attribution_document,
    Calibration: calibration_document,
    Comparison: comparison_document,
    Convention: convention_document,
    Count: lambda count: count_document(count, "layer"),
    Difference: difference_document,
    Explanation: explanation_document,
    Measurement: measurement_document,
    Memory: memory_document,
    Formula: lambda formula: formula_document(formula, "total", rounded=False),
    Growth: growth_document,
    Guard: guard_document,
    PeakFormula: peak_document,
    Network: lambda network: show_document(network.show()),
    Page: page_document,
    Report: check_document,
    Roofline: roofline_document,
    Run: run_rows,
    Settings: settings_document,
    Sheet: sheet_document,
    Solution: solution_document,
    Survey: survey_document,
    Sweep: sweep_arrays,
    Table: show_document,
    ratio.Comparison: ratio_document,
}
