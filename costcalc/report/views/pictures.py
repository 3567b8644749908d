"""What a picture of a sweep shows, as words and numbers: costs along a parameter, one quantity
against another, or a cost as a map of two parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import log
from typing import TypeAlias

from costcalc.algebra.amounts import amount_text
from costcalc.algebra.notation import SYMBOLS
from costcalc.analysis.costs import MAIN
from costcalc.design_space.sweep.axes import Value
from costcalc.design_space.sweep.query import cell_text, rank
from costcalc.design_space.sweep.run import Run
from costcalc.errors import CostcalcError, did_you_mean
from costcalc.language.parameters import name_of, value_text
from costcalc.report.drawing import WIDE, Lines, Map, Picture, Scale
from costcalc.report.views import asked_of, binding_text, headers

#: A row by column.
Named: TypeAlias = dict[str, Value | None]

#: Points of a picture; more can't be told apart.
MAX_POINTS = 50_000
#: Values that an axis names, if it does not name all.
TICKS = 9


def picture(run: Run, x: str = "", y: str = "") -> Picture:
    """Both costs against the parameter with the most values, or what is asked for: ``x`` and ``y``
    are parameters or costs; a cost against two parameters is a map.

    One line per network and combination of the other parameters.

    :raises CostcalcError: nothing to draw, an unknown column, or more than can be told apart.
    """
    rows = _rows(run)
    x, y = (name and _column(name, run) for name in (x, y))
    along = _along(rows, run, (x, y))
    drawn = run.query.costs
    if y in run.query.given and x not in drawn:
        x = x or _along(rows, run, (y,), but=y)
        panels: list[Lines | Map] = [_map(rows, run, x, y, cost) for cost in drawn]
    else:
        x = x or along
        costs = [y] if y else [cost for cost in drawn if cost != x]
        panels = [_panel(rows, run, x, cost, along) for cost in costs]
    return Picture(run.networks, _said(rows, run, (x, y)), tuple(panels), len(rows))


def _rows(run: Run) -> list[Named]:
    """The points.

    :raises CostcalcError: too many.
    """
    rows: list[Named] = []
    for batch in run.batches():
        rows += [dict(zip(run.columns, row, strict=True)) for row in batch.rows()]
        if len(rows) > MAX_POINTS:
            message = f"more than {MAX_POINTS:,} points in a picture"
            raise CostcalcError(message, "a larger step, --top N or a --budget")
    return rows


def _column(name: str, run: Run) -> str:
    known = (*run.query.costs, *run.query.given)
    column = name_of(name, known)
    if column not in known:
        raise CostcalcError(f"a picture of this sweep has no {name!r}", did_you_mean(name, known))
    return column


def _values(rows: Iterable[Named], name: str) -> list[Value]:
    """The values of a column, each once: numbers rising, words as they come."""
    values = list(dict.fromkeys(v for row in rows if (v := row[name]) is not None))
    return values if any(isinstance(value, str) for value in values) else sorted(values, key=rank)


def _along(rows: list[Named], run: Run, asked: Sequence[str], but: str = "") -> str:
    """The parameter with the most values that are numbers, or the one that is asked for."""
    wanted = [name for name in asked if name in run.query.given and name != but]
    counts = {}
    for name in wanted or [name for name in run.query.given if name != but]:
        values = _values(rows, name)
        if not any(isinstance(value, str) for value in values) or name in wanted:
            counts[name] = len(values)
    best = max(counts, key=lambda name: counts[name], default="")
    if not best or counts[best] < 2:
        raise CostcalcError("nothing to draw", "a parameter with at least two values")
    return best


def _label(column: str, run: Run) -> str:
    costs = headers(run.convention.unit, more=run.measures.more)
    if column in costs:
        hangs = run.convention.name if column in MAIN else ""
        return f"{costs[column]} ({hangs})" if hangs else costs[column]
    return SYMBOLS.get(column, column)


def _said(rows: list[Named], run: Run, drawn: Sequence[str]) -> tuple[str, ...]:
    """What all lines have in common: parameters with one value, and what is counted and chosen."""
    fixed = {}
    for part in run.parts:
        own = [row for row in rows if row["spec"] == part.label]
        values = {}
        for name in part.plan.spec.parameters:
            column = run.query.column_of(name)
            held = [part.plan.space.fixed[name]] if name in part.plan.space.fixed else []
            found = held if name not in run.parameters else _values(own, column)
            if len(found) == 1 and column not in drawn:
                values[column] = found[0]
        fixed[part.label] = binding_text(values)
    texts = [text for text in fixed.values() if text]
    if len(set(fixed.values())) > 1:
        texts = [f"{name} at {text}" for name, text in fixed.items() if text]
    query = run.query
    front = f"Pareto front of {' and '.join(map(str, query.pareto))}" if query.pareto else ""
    limits = f"budget: {' and '.join(map(str, query.limits))}" if query.limits else ""
    counted = f"convention {run.convention.name} (unit {run.convention.unit})"
    sizes = [f"{name} {text}" for name, text in asked_of(run.measures) if text]
    return tuple(dict.fromkeys(text for text in (*texts, counted, *sizes, limits, front) if text))


def _panel(rows: list[Named], run: Run, x: str, y: str, along: str) -> Lines:
    rows = [row for row in rows if row[x] is not None and row[y] is not None]
    lines = {
        name: [(float(rank(row[x])), float(rank(row[y])), _point(row, along)) for row in points]
        for name, points in _lines(rows, run, x, y, along).items()
    }
    return Lines(_scale(rows, run, x), _scale(rows, run, y), lines)


def _point(row: Named, along: str) -> str:
    return f"{SYMBOLS.get(along, along)} = {cell_text(along, row[along])}"


def _lines(rows: list[Named], run: Run, x: str, y: str, along: str) -> dict[str, list[Named]]:
    """The rows of each line by its label, the highest line first, as the eye reads them."""
    others = [n for n in run.query.given if n != along and len(_values(rows, n)) > 1]
    if x == along:
        others = _that_matter(rows, run, others, x, y)
    several = len({row["spec"] for row in rows}) > 1
    lines: dict[str, dict[Value | None, Named]] = {}
    for row in rows:
        spec = str(row["spec"])
        known = {name: value for name in others if (value := row[name]) is not None}
        parts = [f"{SYMBOLS.get(name, name)} = {value_text(v)}" for name, v in known.items()]
        label = ", ".join([spec, *parts] if several else parts) or spec
        lines.setdefault(label, {})[row[along]] = row
    ordered = {
        name: sorted(points.values(), key=lambda row: rank(row[along]))
        for name, points in lines.items()
    }
    shared = set.intersection(*(set(points) for points in lines.values()))
    at = max(shared, key=rank, default=None)

    def height(line: tuple[str, list[Named]]) -> float:
        name, points = line
        return -float(rank(lines[name].get(at, points[-1])[y]))

    return dict(sorted(ordered.items(), key=height))


def _that_matter(rows: list[Named], run: Run, others: list[str], x: str, y: str) -> list[str]:
    """The parameters but those on which ``y`` does not depend, in closed form and in every row."""
    kept = list(others)
    forms = {name for part in run.parts for name in part.plan.depends_on(y)}
    for name in others:
        rest = [n for n in ("spec", x, *kept) if n != name]
        costs: dict[tuple[Value | None, ...], set[Value | None]] = {}
        for row in rows:
            costs.setdefault(tuple(row[n] for n in rest), set()).add(row[y])
        if name not in map(run.query.column_of, forms) and all(len(c) == 1 for c in costs.values()):
            kept.remove(name)
    return kept


def _scale(rows: list[Named], run: Run, column: str) -> Scale:
    values = _values(rows, column)
    places = [float(rank(value)) for value in values]
    limits = [limit for limit in run.query.limits if limit.column == column]
    edges = [*places, *(float(limit.amount) for limit in limits)]
    logarithmic = min(edges) > 0 and max(edges) >= WIDE * min(edges)
    return Scale(
        _label(column, run),
        logarithmic,
        () if column in run.query.costs else _ticks(values, places, log if logarithmic else float),
        tuple((float(limit.amount), f"budget {amount_text(limit.amount)}") for limit in limits),
    )


def _ticks(
    values: Sequence[Value],
    places: Sequence[float],
    drawn: Callable[[float], float] = float,
) -> tuple[tuple[float, str], ...]:
    """Values that an axis names, at rising places: all, or such that stand apart where they are
    ``drawn`` and are short to write."""
    room = (drawn(places[-1]) - drawn(places[0])) / (TICKS + 1)
    texts = dict(zip(places, map(value_text, values), strict=True))
    named: list[float] = []
    for place in sorted(places, key=lambda place: (len(texts[place].rstrip("0")), -place)):
        if all(abs(drawn(place) - drawn(other)) >= room for other in named):
            named.append(place)
    return tuple((place, texts[place]) for place in sorted(named))


def _map(rows: list[Named], run: Run, x: str, y: str, cost: str) -> Map:
    """:raises CostcalcError: something else has several values."""
    for name in ("spec", *run.query.given):
        if name not in (x, y) and (count := len(_values(rows, name))) > 1:
            hint = f"one value of {name}, or --plot-y {MAIN[0]}"
            raise CostcalcError(f"a map has two parameters, and {name} has {count} values", hint)
    across, up = _values(rows, x), _values(rows, y)
    if len(across) < 2 or len(up) < 2:
        name = x if len(across) < 2 else y
        raise CostcalcError(f"a map needs at least two values of {name}")
    known = {(row[x], row[y]): float(rank(row[cost])) for row in rows}
    cells = [[known.get((one, other)) for one in across] for other in up]
    sides = [
        Scale(_label(name, run), False, _ticks(values, range(len(values))), ())
        for name, values in ((x, across), (y, up))
    ]
    return Map(_label(cost, run), sides[0], sides[1], cells)
