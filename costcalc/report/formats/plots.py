"""Sweeps as pictures (extra: ``plot``). The only module that imports matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from costcalc.algebra.notation import SYMBOLS
from costcalc.design_space.sweep.axes import Value
from costcalc.design_space.sweep.query import COSTS, rank
from costcalc.design_space.sweep.run import Run
from costcalc.errors import CostcalcError
from costcalc.language.parameters import value_text
from costcalc.report.views import binding_text, headers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: A row by column.
Named: TypeAlias = dict[str, Value | None]

#: Points of a picture; more can't be told apart.
MAX_POINTS = 50_000
#: A logarithmic axis helps when the largest value is so many times the smallest.
WIDE = 20
MARKERS = "os^DvPX"
DASHES = ("-", "--", ":", "-.")


def draw(run: Run, path: Path, format: str) -> None:
    """Mult-Adds and parameters against the parameter with the most values.

    One line per network and combination of the other parameters.

    :raises CostcalcError: matplotlib is not installed, nothing to draw, or too many points.
    """
    try:
        import matplotlib
    except ImportError:
        hint = "pip install 'costcalc[plot]'"
        raise CostcalcError("--plot needs matplotlib", hint) from None
    matplotlib.use("agg")
    from matplotlib import pyplot

    rows = _rows(run)
    along = _along(rows, run)
    with matplotlib.rc_context(
        {"svg.hashsalt": "costcalc", "svg.fonttype": "none", "text.parse_math": False}
    ):
        figure, panels = pyplot.subplots(1, 2, figsize=(12, 4.8), layout="constrained")
        drawn = [_lines(rows, run, along, cost) for cost in COSTS]
        labels = headers(run.convention.unit)
        for panel, cost, lines in zip(panels, COSTS, drawn, strict=True):
            _draw_lines(panel, lines, along, cost)
            _scale(panel, rows, along, cost)
            panel.set_xlabel(SYMBOLS.get(along, along))
            panel.set_ylabel(f"{labels[cost]} ({run.convention.name})")
            panel.grid(True, which="major", alpha=0.3)
        if list(drawn[0]) == list(drawn[1]):
            if len(drawn[0]) > 1:
                figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right center")
        else:  # one cost does not depend on what the other does: each panel has lines of its own
            for panel in panels:
                panel.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1.01, 1))
        figure.suptitle(f"{run.networks}\n{_subtitle(run)}", fontsize="medium")
        metadata = {"Date": None} if format == "svg" else None
        figure.savefig(path, format=format, metadata=metadata)
        pyplot.close(figure)


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


def _draw_lines(panel: Axes, lines: dict[str, list[Named]], along: str, cost: str) -> None:
    for number, (name, points) in enumerate(lines.items()):
        x = [float(rank(row[along])) for row in points]
        y = [float(rank(row[cost])) for row in points]
        panel.plot(x, y, **_style(number, few=len(x) < 40), label=name)


def _style(number: int, *, few: bool) -> dict[str, Any]:
    """Ten colours; from the eleventh line on also other markers and dashes."""
    turn = number // 10
    marker = MARKERS[turn % len(MARKERS)]
    return {
        "color": f"C{number % 10}",
        "linestyle": DASHES[turn % len(DASHES)],
        "marker": marker if few else "",
        "markersize": 3.5,
    }


def _subtitle(run: Run) -> str:
    """What all lines have in common: fixed parameters, and what is counted in which unit."""
    fixed = {}
    for part in run.parts:
        values = {n: v for n, v in part.plan.space.fixed.items() if n not in run.parameters}
        fixed[part.label] = binding_text(values)
    texts = [fixed[name] for name in fixed if fixed[name]]
    if len(set(fixed.values())) > 1:
        texts = [f"{name} at {text}" for name, text in fixed.items() if text]
    texts = list(dict.fromkeys(texts))
    return "\n".join([*texts, f"convention {run.convention.name} (unit {run.convention.unit})"])


def _along(rows: list[Named], run: Run) -> str:
    """The parameter on the horizontal axis: the number with the most values."""
    counts = {
        name: len({row[name] for row in rows if row[name] is not None})
        for name in run.query.given
        if not any(isinstance(row[name], str) for row in rows)
    }
    best = max(counts, key=lambda name: counts[name], default="")
    if not best or counts[best] < 2:
        raise CostcalcError("nothing to draw", "a parameter with at least two values")
    return best


def _lines(rows: list[Named], run: Run, along: str, cost: str) -> dict[str, list[Named]]:
    """The points of each line by its label, the highest line first, as the eye reads them.

    A parameter that a cost does not depend on makes no lines of its own.
    """
    rows = [row for row in rows if row[along] is not None]
    others = [n for n in run.query.given if n != along and len({r[n] for r in rows}) > 1]
    for name in tuple(others):
        rest = [n for n in ("spec", along, *others) if n != name]
        costs: dict[tuple[Value | None, ...], set[Value | None]] = {}
        for row in rows:
            costs.setdefault(tuple(row[n] for n in rest), set()).add(row[cost])
        if all(len(distinct) == 1 for distinct in costs.values()):
            others.remove(name)
    lines: dict[str, dict[Value | None, Named]] = {}
    for row in rows:
        spec = str(row["spec"])
        parts = [spec] if len(run.parts) > 1 else []
        known = {n: value for n in others if (value := row[n]) is not None}
        parts += [f"{SYMBOLS.get(n, n)} = {value_text(value)}" for n, value in known.items()]
        lines.setdefault(", ".join(parts) or spec, {})[row[along]] = row
    ordered = {
        name: sorted(points.values(), key=lambda row: rank(row[along]))
        for name, points in lines.items()
    }
    return dict(sorted(ordered.items(), key=lambda line: -rank(line[1][-1][cost])))


def _scale(panel: Axes, rows: list[Named], along: str, cost: str) -> None:
    from matplotlib.ticker import EngFormatter, FuncFormatter, LogLocator, NullFormatter

    amounts = EngFormatter(sep=" ")  # 200 M
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    x = [rank(row[along]) for row in rows if row[along] is not None]
    y = [rank(row[cost]) for row in rows]
    for values, axis, scale, form in (
        (x, panel.xaxis, panel.set_xscale, plain),
        (y, panel.yaxis, panel.set_yscale, amounts),
    ):
        if min(values) > 0 and max(values) >= WIDE * min(values):
            scale("log")
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_minor_formatter(NullFormatter())
        axis.set_major_formatter(form)
