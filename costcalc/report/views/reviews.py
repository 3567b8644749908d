"""What moved between two networks, and which budgets are kept: what ``costcalc diff`` and ``guard``
print."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.algebra.amounts import amount_text
from costcalc.report.document import Cell, Column, Document, Grid, Signed, numbers, said, texts
from costcalc.report.views import binding_text, headers
from costcalc.review.difference import Change, Difference
from costcalc.review.guard import Guard, Verdict

#: Layers that are named where a number of them says enough.
FEW = 5


def difference_document(found: Difference) -> Document:
    """The totals, and a line for all layers that changed alike."""
    sides = zip(("old", "new"), found.names, (found.old, found.new), strict=True)
    facts = [
        (side, f"{name} at {at}" if at else f"{name}, no parameters")
        for side, name, count in sides
        for at in (binding_text(count.parameters),)
    ]
    unit = found.new.unit
    facts.append(("convention", f"{found.convention} (unit {unit})"))
    costs = headers(unit)
    totals = [
        (heading, old, new, Signed(new - old), Fraction(new, old) if old else None)
        for cost, heading in costs.items()
        for old, new in ((getattr(found.old, cost), getattr(found.new, cost)),)
    ]
    grids = [Grid((*texts(""), *numbers("old", "new", "new − old", "new : old")), totals)]
    lines = [_line(change) for change in found.changes if change.moves]
    if lines:
        grids.append(Grid((*texts("layer", "what changed"), *_moved(costs)), lines))
    free = [_named(change) for change in found.changes if not change.moves]
    more = [f"and {len(free) - FEW} more"] if len(free) > FEW else []
    notes = said(
        ("layers", "" if found.changes else "none differs"),
        ("moved at no cost", ", ".join(free[:FEW] + more)),
    )
    return Document(f"{found.names[0]} → {found.names[1]}", tuple(facts), tuple(grids), notes)


def _moved(costs: dict[str, str]) -> Iterator[Column]:
    """For each cost what it was, and how it moved."""
    for cost, heading in costs.items():
        yield Column(heading, numeric=True, key=cost)
        yield Column("moved by", numeric=True, key=f"{cost}_moved")


def _named(change: Change) -> str:
    first, *others = change.paths
    return f"{first} and {len(others)} more" if others else first


def _line(change: Change) -> tuple[Cell, ...]:
    cells: list[Cell] = [_named(change), ", ".join(change.what) or "what it costs"]
    for cost in ("mult_adds", "params"):
        old, new = change.cost(cost)
        cells += [old, Signed(new - old)]
    return tuple(cells)


def guard_document(found: Guard) -> Document:
    """A line for each budget; what is in the way of those that are broken is said below."""
    columns = (
        *texts("network", "budget"),
        *numbers("cost", "at most"),
        Column("spent", numeric=True, bar=True),
        *texts("verdict"),
        *texts("reason", wide=True),
    )
    rows = [
        (
            asked(verdict),
            verdict.budget.text,
            verdict.value,
            amount_text(verdict.most),
            verdict.spent,
            "kept" if verdict.kept else "BROKEN",
            verdict.budget.reason,
        )
        for verdict in found.verdicts
    ]
    lines = [(f"{asked(v)}, {v.budget.cost}", v.blame) for v in found.broken]
    kept = f"{len(found.verdicts) - len(found.broken)} of {len(found.verdicts)} budgets are kept"
    conventions = dict.fromkeys(verdict.counted.convention for verdict in found.verdicts)
    measures = (verdict.counted.measures for verdict in found.verdicts)
    types = dict.fromkeys(one.elements.text for one in measures if one and one.in_elements)
    facts = said(("convention", ", ".join(conventions)), ("elements", "; ".join(types)))
    return Document(f"{found.file}: {kept}", facts, (Grid(columns, rows),), tuple(lines))


def asked(verdict: Verdict) -> str:
    """The network, and the binding that the file asks for."""
    at = binding_text(verdict.asked)
    return f"{verdict.network} at {at}" if at else verdict.network
