"""Sweeps as pictures (extra: ``plot``). The only module that imports matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from costcalc.errors import CostcalcError
from costcalc.parameters import SYMBOLS
from costcalc.report.documents import headers
from costcalc.sweeping.query import COSTS, rank
from costcalc.sweeping.ranges import value_text
from costcalc.sweeping.run import Run

FORMATS = (".svg", ".png", ".pdf")
#: Points of a picture; more can't be told apart.
MAX_POINTS = 50_000
#: A logarithmic axis helps when the largest value is so many times the smallest.
WIDE = 20


def draw(run: Run, path: Path, format: str) -> None:
    """Mult-Adds and parameters against the parameter with the most values.

    One line per network and combination of the other parameters.

    :raises CostcalcError: matplotlib is not installed, nothing to draw, or too many points.
    """
    try:
        import matplotlib
    except ImportError:
        hint = "pip install costcalc[plot]"
        raise CostcalcError("--plot needs matplotlib", hint) from None
    matplotlib.use("agg")
    from matplotlib import pyplot

    rows: list[dict[str, Any]] = []
    for batch in run.batches():
        rows += [dict(zip(run.columns, row, strict=True)) for row in batch.rows()]
        if len(rows) > MAX_POINTS:
            message = f"more than {MAX_POINTS:,} points in a picture"
            raise CostcalcError(message, "a larger step, --top N or a --budget")
    along = _along(rows, run)
    with matplotlib.rc_context({"svg.hashsalt": "costcalc", "svg.fonttype": "none"}):
        figure, panels = pyplot.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
        lines = _lines(rows, run, along)
        for panel, cost, label in zip(
            panels, COSTS, headers(run.convention.unit).values(), strict=True
        ):
            for name, points in lines.items():
                ordered = sorted(points, key=lambda row: rank(row[along]))
                x = [float(rank(row[along])) for row in ordered]
                y = [float(row[cost]) for row in ordered]
                panel.plot(x, y, marker="o" if len(x) < 40 else "", markersize=3.5, label=name)
            _scale(panel, rows, along, cost)
            panel.set_xlabel(SYMBOLS.get(along, along))
            panel.set_ylabel(f"{label} ({run.convention.name})")
            panel.grid(True, which="major", alpha=0.3)
        if len(lines) > 1:
            figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper")
        heading = ", ".join(part.plan.network.name for part in run.parts)
        figure.suptitle(heading)
        metadata = {"Date": None} if format == "svg" else None
        figure.savefig(path, format=format, metadata=metadata)
        pyplot.close(figure)


def _along(rows: list[dict[str, Any]], run: Run) -> str:
    """The parameter on the horizontal axis: the number with the most values."""
    counts = {
        name: len({row[name] for row in rows if row[name] is not None})
        for name in run.parameters
        if not any(isinstance(row[name], str) for row in rows)
    }
    best = max(counts, key=lambda name: counts[name], default="")
    if not best or counts[best] < 2:
        raise CostcalcError("nothing to draw", "a parameter with at least two values")
    return best


def _lines(rows: list[dict[str, Any]], run: Run, along: str) -> dict[str, list[dict[str, Any]]]:
    """The rows by the label of their line."""
    others = [n for n in run.parameters if n != along and len({r[n] for r in rows}) > 1]
    lines: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row[along] is None:
            continue
        parts = [row["spec"]] if len(run.parts) > 1 else []
        parts += [
            f"{SYMBOLS.get(n, n)} = {value_text(row[n])}" for n in others if row[n] is not None
        ]
        lines.setdefault(", ".join(parts) or row["spec"], []).append(row)
    return lines


def _scale(panel: Any, rows: list[dict[str, Any]], along: str, cost: str) -> None:
    for values, scale in (
        ([rank(row[along]) for row in rows if row[along] is not None], panel.set_xscale),
        ([row[cost] for row in rows], panel.set_yscale),
    ):
        if min(values) > 0 and max(values) >= WIDE * min(values):
            scale("log")
