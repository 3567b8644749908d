"""What ``costcalc solve`` prints."""

from __future__ import annotations

from costcalc.algebra.amounts import amount_text
from costcalc.design_space.solve.search import Piece
from costcalc.design_space.solve.solution import Solution
from costcalc.language.parameters import value_text
from costcalc.report.document import Document, Grid, numbers, said, texts
from costcalc.report.views import binding_text, headers


def solution_document(solution: Solution) -> Document:
    """The answer in sentences, with a table of the budgets and what they are spent on."""
    parameter = solution.parameter
    convention = f"{solution.convention.name} (unit {solution.convention.unit})"
    facts = said(
        ("at", binding_text(solution.bound)),
        ("convention", f"{convention}; shapes rounded as the spec says"),
    )
    heading = f"{solution.network.name}: the largest {parameter.name} within the budgets"
    lines = [*_answer(solution), *_roots(solution)]
    if solution.searched is not None and not solution.unbounded:
        text = f"up to {value_text(solution.searched)}: nothing is proven beyond"
        lines.append(("searched", text))
    lines += [("note", note) for note in solution.notes]
    return Document(heading, facts, (_budgets(solution),), tuple(lines))


def _answer(solution: Solution) -> list[tuple[str, str]]:
    """The largest value, and what comes after it."""
    symbol, best, step = solution.parameter.symbol, solution.best, solution.next
    proven = solution.searched is None
    if solution.unbounded:
        return [(symbol, "every value: no budget limits it")]
    if best is None:
        smallest = [] if step is None else [("smallest network", interval_text(step, symbol))]
        return [(symbol, "none: no value fits" if proven else "none found that fits"), *smallest]
    lines = [(symbol, interval_text(best, symbol))]
    if solution.binding:
        costs = headers(solution.convention.unit)
        lines.append(("binding", " and ".join(costs[name] for name in solution.binding)))
    none = "no larger network" if proven else "none found"
    return [*lines, ("next step up", none if step is None else interval_text(step, symbol))]


def _budgets(solution: Solution) -> Grid:
    best, step = solution.best, solution.next
    pieces = [("achieved", best), ("next step up" if best else "smallest network", step)]
    known = [(name, piece.costs) for name, piece in pieces if piece is not None]
    columns = (*texts(""), *numbers("budget", *dict(known)))
    rows = []
    for name, header in headers(solution.convention.unit).items():
        most = solution.budgets.get(name)
        budget = None if most is None else amount_text(most)
        rows.append((header, budget, *(getattr(costs, name) for _, costs in known)))
    return Grid(columns, rows)


def interval_text(piece: Piece, symbol: str) -> str:
    """``1/2 ≤ α < 513/1024``, or the one value."""
    low, high = value_text(piece.low), value_text(piece.high)
    if piece.low == piece.high:
        return f"{symbol} = {low}"
    signs = ["≤" if closed else "<" for closed in (piece.low_closed, piece.high_closed)]
    return f"{low} {signs[0]} {symbol} {signs[1]} {high}"


def _roots(solution: Solution) -> list[tuple[str, str]]:
    from costcalc.algebra.symbolic import root_text  # needs sympy

    costs = headers(solution.convention.unit)
    return [
        (f"closed form = {costs[name]} budget", f"{solution.parameter.symbol} = {root_text(root)}")
        for name, root in solution.roots().items()
    ]
