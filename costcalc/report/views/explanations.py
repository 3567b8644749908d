"""Explanations of differences and of numbers, as documents."""

from __future__ import annotations

from costcalc.algebra.amounts import counted
from costcalc.algebra.result import whole_or_text
from costcalc.analysis.attribute import Attribution, Candidate
from costcalc.analysis.explain import Balance, Explanation
from costcalc.report.document import Cell, Column, Document, Grid, Signed, numbers, said, texts
from costcalc.report.views import binding_text, headers

#: Candidates that a table shows; JSON and CSV have all.
SHOWN = 20
_METRICS = {"mult_adds": "Mult-Adds", "params": "parameters"}


def explanation_document(explanation: Explanation) -> Document:
    """What ``costcalc explain --from … --to …`` prints: terms by tag, then by layer type."""
    before, after = explanation.before, explanation.after
    facts = [
        ("at", binding_text(explanation.parameters) or "no parameters"),
        ("from", f"{before.name} (unit {before.unit}): {before.meaning}"),
        ("to", f"{after.name} (unit {after.unit}): {after.meaning}"),
    ]
    grids: list[Grid] = []
    for cost, metric in headers(before.unit, after.unit).items():
        balance: Balance = getattr(explanation, cost)
        facts.append((metric, f"{balance.before:,} → {balance.after:,}"))
        if balance.terms:
            grids += [_terms(metric, balance, explanation), _types(metric, balance)]
    lines = [("note", note) for note in explanation.notes]
    if before.unit != after.unit:
        lines.insert(0, ("unit", "a multiply-accumulate is 1 MAC, and 2 FLOPs"))
    if not grids:
        lines.insert(0, ("difference", "none: both count this network alike"))
    return Document(explanation.spec, tuple(facts), tuple(grids), tuple(lines))


def explanation_table(explanation: Explanation) -> Document:
    """The same as one flat table, for CSV."""
    columns = texts("metric", "by", "what", "amount", "from", "to", "difference")
    rows: list[tuple[Cell, ...]] = []
    for cost in _METRICS:  # programs get the same words, whatever the unit
        balance: Balance = getattr(explanation, cost)
        for term in balance.terms:
            weights = (str(term.before), str(term.after))
            rows.append((cost, "tag", term.tag, term.amount, *weights, term.difference))
        for row in balance.types:
            rows.append((cost, "type", row.type, row.layers, None, None, row.difference))
    return Document(explanation.spec, (), (Grid(columns, rows),))


def _terms(metric: str, balance: Balance, explanation: Explanation) -> Grid:
    columns = (
        *numbers(metric),
        Column("tag", label=True),
        *numbers("amount"),
        *numbers(explanation.before.name, explanation.after.name, wide=True),
        Column("how"),
    )
    rows = [
        (Signed(t.difference), str(t.tag), t.amount, str(t.before), str(t.after), t.sentence)
        for t in balance.terms
    ]
    return Grid(columns, rows, (Signed(balance.difference), "in all", None, None, None, None))


def _types(metric: str, balance: Balance) -> Grid:
    columns = (*numbers(metric), Column("type", label=True), *numbers("layers"))
    rows = [(Signed(row.difference), row.type, row.layers) for row in balance.types]
    return Grid(columns, rows, (Signed(balance.difference), "in all", None))


def attribution_document(attribution: Attribution, *, everything: bool = False) -> Document:
    """What ``costcalc explain --number …`` prints."""
    candidates = attribution.candidates or attribution.nearest
    shown = candidates if everything else candidates[:SHOWN]
    metrics = {_METRICS[candidate.metric] for candidate in shown}
    columns = (
        Column("verdict"),
        Column("value", numeric=True, label=True),
        Column("metric", wide=len(metrics) == 1),
        *texts("conventions", "reading"),
        Column("at", label=True),
    )
    conventions = counted(attribution.conventions, "convention")
    tried = f"{conventions} at {counted(attribution.bindings, 'binding')}"
    facts = said(
        ("number", attribution.told),
        ("metric", "".join(metrics) if len(metrics) == 1 else ""),
        ("at", binding_text(attribution.parameters)),
        ("tried", f"{tried} (the usual values of each parameter)"),
    )
    lines = []
    if not attribution.candidates:
        lines.append(("nothing", "gives this number; these come nearest"))
    elif len(candidates) > len(shown):
        lines.append(("more", f"{len(candidates) - len(shown)}, in --format json"))
    rows = [_candidate(candidate, everything) for candidate in shown]
    return Document(attribution.spec, facts, (Grid(columns, rows),), tuple(lines))


def _candidate(candidate: Candidate, everything: bool) -> tuple[Cell, ...]:
    names = candidate.conventions
    listed = ", ".join(names if everything or len(names) <= 3 else names[:2])
    if not everything and len(names) > 3:
        listed += f" and {len(names) - 2} more"
    return (
        candidate.verdict,
        whole_or_text(candidate.value),
        candidate.metric if everything else _METRICS[candidate.metric],
        listed,
        candidate.reading,
        binding_text(candidate.changed) or "the defaults",
    )
