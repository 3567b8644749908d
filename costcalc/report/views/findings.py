"""What reviews show beside a line: budgets, and printed figures that differ."""

from __future__ import annotations

from collections.abc import Iterator

from costcalc.algebra.amounts import amount_text
from costcalc.papers.run import Report
from costcalc.report.formats.findings import Finding
from costcalc.report.views.reviews import asked
from costcalc.review.guard import Guard


def guard_findings(found: Guard) -> list[Finding]:
    """Each budget; an error where it is broken."""
    return [
        Finding(
            f"budget/{verdict.budget.cost}",
            asked(verdict),
            verdict.budget.text,
            "none" if verdict.kept else "error",
            f"{verdict.budget.cost} is {verdict.value:,}, at most {amount_text(verdict.most)} "
            f"({verdict.budget.reason}); {verdict.blame}",
            verdict.budget.place,
        )
        for verdict in found.verdicts
    ]


def check_findings(report: Report) -> list[Finding]:
    """Each printed figure and formula: an error where its verdict is not the one that the claims
    file expects, a note where it differs and the file says so."""
    return [*_figures(report), *_formulas(report)]


def _figures(report: Report) -> Iterator[Finding]:
    for verdict in report.verdicts:
        figure = verdict.figure
        name = f"{figure.table}, {figure.row}, {figure.metric}"
        told = f"{name}: printed {figure.printed}, {verdict.verdict}"
        if verdict.differs:
            told += f"; computed {verdict.shown or verdict.computed}"
        if verdict.differs and verdict.diagnosis:
            told += f"; likeliest cause: {verdict.diagnosis[0].text}"
        level = _level(verdict.differs, verdict.as_expected)
        yield Finding("figure", figure.paper, name, level, told, figure.place)


def _formulas(report: Report) -> Iterator[Finding]:
    for formula in report.formulas:
        name = f"{formula.metric} of {formula.printed}"
        told = f"{formula.printed} for {formula.metric}: {formula.verdict}"
        told += f": {formula.finding}" if formula.finding else ""
        level = _level(formula.differs, formula.as_expected)
        yield Finding("formula", formula.claim.paper, name, level, told, formula.claim.place)


def _level(differs: bool, expected: bool) -> str:
    return "error" if not expected else "note" if differs else "none"
