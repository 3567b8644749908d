"""What ``costcalc compare`` prints."""

from __future__ import annotations

from costcalc.algebra.amounts import amount_text
from costcalc.design_space.comparison import GROUPINGS, Comparison, Line
from costcalc.design_space.solve.solution import Solution
from costcalc.design_space.sweep.query import COSTS
from costcalc.language.parameters import value_text
from costcalc.report.document import Document, Grid, numbers, texts
from costcalc.report.views import binding_text, headers
from costcalc.report.views.solutions import interval_text


def comparison_document(comparison: Comparison) -> Document:
    """Totals, then each cost by type and by stage. B − A and B : A refer to the first network."""
    labels = [entry.label for entry in comparison.entries]
    facts = []
    for letter, entry in zip(_letters(comparison), comparison.entries, strict=True):
        facts.append((letter, f"{entry.label} at {binding_text(entry.count.parameters)}"))
    convention = f"{comparison.convention.name} (unit {comparison.convention.unit})"
    facts.append(("convention", f"{convention}; shapes rounded as the specs say"))
    costs = headers(comparison.convention.unit)
    grids = [_grid("", comparison, [(costs[line.name], line) for line in comparison.totals()])]
    for key in GROUPINGS:
        for cost in COSTS:
            lines = [(line.name, line) for line in comparison.by(key, cost)]
            grids.append(_grid(f"{costs[cost]} by {key}", comparison, lines))
    solved = [
        (f"{entry.label} solved", _solved(entry.solved, costs))
        for entry in comparison.entries
        if entry.solved is not None
    ]
    for entry in comparison.entries:
        solved += [("note", f"{entry.label}: {note}") for note in entry.count.notes]
    return Document(" and ".join(labels), tuple(facts), tuple(grids), tuple(solved))


def _letters(comparison: Comparison) -> list[str]:
    letters = [chr(ord("A") + i) for i in range(min(26, len(comparison.entries)))]
    return letters + [str(i) for i in range(27, len(comparison.entries) + 1)]


def _grid(title: str, comparison: Comparison, lines: list[tuple[str, Line]]) -> Grid:
    first, *others = _letters(comparison)
    compared = [f"{letter} {sign} {first}" for sign in "−:" for letter in others]
    rows = [(name, *line.values, *line.differences, *line.ratios) for name, line in lines]
    return Grid((*texts(title), *numbers(first, *others, *compared)), rows)


def _solved(solution: Solution, costs: dict[str, str]) -> str:
    most = ", ".join(f"{costs[n]} ≤ {amount_text(m)}" for n, m in solution.budgets.items())
    if solution.searched is not None:
        most += f"; searched up to {value_text(solution.searched)}"
    best = "" if solution.best is None else interval_text(solution.best, solution.parameter.symbol)
    return f"{best} ({most})"


def comparison_table(comparison: Comparison) -> Document:
    """Everything as one grid, for CSV."""
    labels = [entry.label for entry in comparison.entries]
    compared = [f"{label} {what}" for what in ("difference", "ratio") for label in labels[1:]]
    rows = [
        (by, name, cost, *line.values, *line.differences, *line.ratios)
        for by, name, cost, line in comparison.lines()
    ]
    return Document("", (), (Grid(texts("by", "name", "cost", *labels, *compared), rows),))
