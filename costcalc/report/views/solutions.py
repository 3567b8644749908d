"""What ``costcalc solve`` prints."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from costcalc.algebra.amounts import amount_text
from costcalc.design_space.solve.found import Piece
from costcalc.design_space.solve.solve import Solution
from costcalc.design_space.sweep.query import COSTS
from costcalc.language.parameters import value_text
from costcalc.report.document import Cell, Column, Document, Grid
from costcalc.report.views import binding_text, headers


def solution_document(solution: Solution) -> Document:
    """The answer in sentences, with a table of the budgets and what they are spent on."""
    parameter = solution.parameter
    facts = [("at", binding_text(solution.bound))] if solution.bound else []
    convention = f"{solution.convention.name} (unit {solution.convention.unit})"
    facts.append(("convention", f"{convention}; shapes rounded as the spec says"))
    heading = f"{solution.network.name}: the largest {parameter.name} within the budgets"
    lines: list[tuple[str, str]] = []
    if solution.unbounded:
        lines.append((parameter.symbol, "every value: no budget limits it"))
    elif solution.best is None:
        none = "none: no value fits" if solution.searched is None else "none found that fits"
        lines.append((parameter.symbol, none))
        if solution.next is not None:
            lines.append(("smallest network", interval_text(solution.next, parameter.symbol)))
    else:
        lines.append((parameter.symbol, interval_text(solution.best, parameter.symbol)))
        if solution.binding:
            lines.append(
                ("binding", " and ".join(_headers(solution)[name] for name in solution.binding))
            )
        step = "no larger network" if solution.searched is None else "none found"
        if solution.next is not None:
            step = interval_text(solution.next, parameter.symbol)
        lines.append(("next step up", step))
    lines += _roots(solution)
    if solution.searched is not None and not solution.unbounded:
        text = f"up to {value_text(solution.searched)}: nothing is proven beyond"
        lines.append(("searched", text))
    lines += [("note", note) for note in solution.notes]
    return Document(heading, tuple(facts), (_budgets(solution),), tuple(lines))


def _budgets(solution: Solution) -> Grid:
    columns = [Column("")]
    rows: list[tuple[Cell, ...]] = []
    best = solution.best.costs if solution.best else None
    step = solution.next.costs if solution.next else None
    found: list[tuple[str, Any]] = [("budget", None)]
    found += [("achieved", best)] if best else []
    found += [("next step up" if best else "smallest network", step)] if step else []
    columns += [Column(name, numeric=True) for name, _ in found]
    for name in COSTS:
        cells: list[Cell] = [_headers(solution)[name], _amount(solution.budgets.get(name))]
        cells += [getattr(costs, name) for _, costs in found[1:]]
        rows.append(tuple(cells))
    return Grid(tuple(columns), rows)


def _headers(solution: Solution) -> dict[str, str]:
    return headers(solution.convention.unit)


def _amount(budget: int | Fraction | None) -> Cell:
    return None if budget is None else amount_text(budget)


def interval_text(piece: Piece, symbol: str) -> str:
    """``1/2 ≤ α < 513/1024``, or the one value."""
    low, high = value_text(piece.low), value_text(piece.high)
    if piece.low == piece.high:
        return f"{symbol} = {low}"
    signs = ["≤" if closed else "<" for closed in (piece.low_closed, piece.high_closed)]
    return f"{low} {signs[0]} {symbol} {signs[1]} {high}"


def _roots(solution: Solution) -> list[tuple[str, str]]:
    from costcalc.algebra.roots import root_text  # needs sympy

    return [
        (
            f"closed form = {_headers(solution)[name]} budget",
            f"{solution.parameter.symbol} = {root_text(root)}",
        )
        for name, root in solution.roots().items()
    ]
