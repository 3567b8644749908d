"""Networks within budgets and side by side: what ``costcalc solve`` and ``compare`` print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from costcalc.algebra.amounts import amount_text
from costcalc.algebra.notation import SYMBOLS
from costcalc.design_space.comparison import GROUPINGS, Comparison, Line
from costcalc.design_space.solve.settings import Settings
from costcalc.design_space.solve.solution import Solution
from costcalc.design_space.solve.steps import Exact, Piece
from costcalc.language.parameters import Bound, value_text
from costcalc.report.document import Cell, Document, Grid, numbers, said, texts
from costcalc.report.views import asked_of, binding_text, decimal, headers

#: Networks that stand side by side; more stand one below the other.
MOST = 6


def solution_document(solution: Solution) -> Document:
    """The answer in sentences, with a table of the budgets and what they are spent on."""
    parameter = solution.parameter
    convention = f"{solution.convention.name} (unit {solution.convention.unit})"
    facts = said(
        ("at", binding_text(solution.bound)),
        ("convention", f"{convention}; shapes rounded as the spec says"),
        *asked_of(solution.measures),
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
        return [(symbol, "every value that has a network: no budget limits it")]
    if best is None:
        smallest = [] if step is None else [("smallest network", interval_text(step, symbol))]
        return [(symbol, "none: no value fits" if proven else "none found that fits"), *smallest]
    lines = [(symbol, interval_text(best, symbol))]
    if solution.binding:
        costs = headers(solution.convention.unit, more=solution.measures.more)
        lines.append(("binding", " and ".join(costs[name] for name in solution.binding)))
    none = "no larger network" if proven else "none found"
    return [*lines, ("next step up", none if step is None else interval_text(step, symbol))]


def _budgets(solution: Solution) -> Grid:
    best, step = solution.best, solution.next
    pieces = [("achieved", best), ("next step up" if best else "smallest network", step)]
    known = [(name, piece.costs) for name, piece in pieces if piece is not None]
    columns = (*texts(""), *numbers("budget", *dict(known)))
    rows = []
    for name, header in headers(solution.convention.unit, more=solution.measures.more).items():
        most = solution.budgets.get(name)
        budget = None if most is None else amount_text(most)
        rows.append((header, budget, *(getattr(costs, name) for _, costs in known)))
    return Grid(columns, rows)


def settings_document(settings: Settings) -> Document:
    """The settings, the largest first, with what they cost, and why none is missing."""
    convention = f"{settings.convention.name} (unit {settings.convention.unit})"
    costs = headers(settings.convention.unit, more=settings.measures.more)
    grid = (f"{SYMBOLS.get(n, n)} {_listed(values)}" for n, values in settings.values.items())
    facts = said(
        ("at", binding_text(settings.bound)),
        ("grid", "; ".join(grid)),
        (
            "budgets",
            ", ".join(f"{costs[n]} ≤ {amount_text(m)}" for n, m in settings.budgets.items()),
        ),
        ("convention", f"{convention}; shapes rounded as the spec says"),
        *asked_of(settings.measures),
    )
    columns = numbers(*settings.parameters, *costs.values())
    rows: list[tuple[Cell, ...]] = [
        (*map(value_text, values), *own) for values, own in settings.best
    ]
    lacking = settings.tried - settings.existing
    none = f"; {lacking:,} of them have no network" if lacking else ""
    lines = [
        (
            "settings",
            f"{len(rows):,} of {settings.fitting:,} within the budgets: no other one is "
            "larger in one parameter and smaller in none",
        ),
        ("none is missing", f"all {settings.tried:,} of the grid were counted exactly{none}"),
    ]
    named = " and ".join(SYMBOLS.get(name, name) for name in settings.parameters)
    heading = f"{settings.spec}: the largest {named} within the budgets"
    return Document(heading, facts, (Grid(columns, rows),), tuple(lines))


def _listed(values: Sequence[Bound]) -> str:
    """``0.25, 0.5, 1``, or ``0.01 … 1 (100 values)``."""
    texts = [*map(value_text, values)]
    return ", ".join(texts) if len(texts) <= 8 else f"{texts[0]} … {texts[-1]} ({len(texts):,})"


def _most(budgets: Mapping[str, Exact], costs: Mapping[str, str]) -> str:
    """``Mult-Adds ≤ 6,000,000, flash bytes ≤ 1,048,576``."""
    return ", ".join(f"{costs[name]} ≤ {amount_text(most)}" for name, most in budgets.items())


def interval_text(piece: Piece, symbol: str) -> str:
    """``0.5 ≤ α < 0.501``, or the one value; a fraction that is no decimal is beside one."""

    def text(end: Bound) -> str:
        exact = value_text(end)
        near = f" ≈ {decimal(end, 8)}" if isinstance(end, Fraction) and "/" in exact else ""
        return f"{exact}{near}"

    low, high = text(piece.low), text(piece.high)
    if piece.low == piece.high:
        return f"{symbol} = {low}"
    signs = ["≤" if closed else "<" for closed in (piece.low_closed, piece.high_closed)]
    return f"{low} {signs[0]} {symbol} {signs[1]} {high}"


def _roots(solution: Solution) -> list[tuple[str, str]]:
    from costcalc.algebra.symbolic import root_text  # needs sympy

    costs = headers(solution.convention.unit, more=solution.measures.more)
    return [
        (f"closed form = {costs[name]} budget", f"{solution.parameter.symbol} = {root_text(root)}")
        for name, root in solution.roots().items()
    ]


def comparison_document(comparison: Comparison, keys: Sequence[str] = GROUPINGS) -> Document:
    """Totals, then each cost by every key. B − A and B : A refer to the first network. More than
    :data:`MOST` networks are the lines of one table, which is all unless other keys are asked for.
    """
    facts = [
        (letter, f"{entry.label} at {at}" if at else f"{entry.label}, no parameters")
        for letter, entry in zip(_letters(comparison), comparison.entries, strict=True)
        for at in (binding_text(entry.count.parameters),)
    ]
    convention = f"{comparison.convention.name} (unit {comparison.convention.unit})"
    facts.append(("convention", f"{convention}; shapes rounded as the specs say"))
    facts += said(*asked_of(comparison.measures))
    if comparison.usual:
        facts.append(("usual values of", ", ".join(SYMBOLS.get(n, n) for n in comparison.usual)))
    costs = headers(comparison.convention.unit, more=comparison.measures.more)
    many = len(comparison.entries) > MOST
    totals = [(costs[line.name], line) for line in comparison.totals()]
    grids = [_lines(comparison, totals) if many else _grid("", comparison, totals)]
    left_out = many and keys == GROUPINGS
    for key in () if left_out else keys:
        for cost in comparison.costs:
            lines = [(line.name, line) for line in comparison.by(key, cost)]
            grids.append(_grid(f"{costs[cost]} by {key}", comparison, lines))
    solved = [
        (f"{entry.label} solved", _solved(entry.solved, costs))
        for entry in comparison.entries
        if entry.solved is not None
    ]
    for entry in comparison.entries:
        solved += [("note", f"{entry.label}: {note}") for note in entry.count.notes]
    if left_out:
        solved.append(("by type, by stage", "--by type or --by stage"))
    labels = [entry.label for entry in comparison.entries]
    heading = f"{len(labels)} networks" if many else " and ".join(labels)
    return Document(heading, tuple(facts), tuple(grids), tuple(solved))


def _letters(comparison: Comparison) -> list[str]:
    letters = [chr(ord("A") + i) for i in range(min(26, len(comparison.entries)))]
    return letters + [str(i) for i in range(27, len(comparison.entries) + 1)]


def _grid(title: str, comparison: Comparison, lines: list[tuple[str, Line]]) -> Grid:
    first, *others = _letters(comparison)
    compared = [f"{letter} {sign} {first}" for sign in "−:" for letter in others]
    rows = [(name, *line.values, *line.differences, *line.ratios) for name, line in lines]
    return Grid((*texts(title), *numbers(first, *others, *compared)), rows)


def _lines(comparison: Comparison, totals: list[tuple[str, Line]]) -> Grid:
    """The totals with a line for each network, and the ratios to the first."""
    first, *_ = letters = _letters(comparison)
    names = [entry.label for entry in comparison.entries]
    costs = [line.values for _, line in totals]
    ratios = [(None, *line.ratios) for _, line in totals]
    headers = [name for name, _ in totals]
    columns = (
        *texts("", "network"),
        *numbers(*headers, *(f"{name} : {first}" for name in headers)),
    )
    return Grid(columns, list(zip(letters, names, *costs, *ratios, strict=True)))


def _solved(solution: Solution, costs: dict[str, str]) -> str:
    most = _most(solution.budgets, costs)
    if solution.searched is not None:
        most += f"; searched up to {value_text(solution.searched)}"
    best = "" if solution.best is None else interval_text(solution.best, solution.parameter.symbol)
    return f"{best} ({most})"


def comparison_table(comparison: Comparison, keys: Sequence[str] = GROUPINGS) -> Document:
    """Everything as one grid, for CSV."""
    labels = [entry.label for entry in comparison.entries]
    compared = [f"{label} {what}" for what in ("difference", "ratio") for label in labels[1:]]
    rows = [
        (by, name, cost, *line.values, *line.differences, *line.ratios)
        for by, name, cost, line in comparison.lines(keys)
    ]
    return Document("", (), (Grid(texts("by", "name", "cost", *labels, *compared), rows),))
