"""Pictures of sweeps as files (extra: ``plot``). The only module that imports matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from costcalc.errors import CostcalcError
from costcalc.report.drawing import WIDE, Lines, Map, Picture, Scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

MARKERS = "os^DvPX"
DASHES = ("-", "--", ":", "-.")
#: Points of a line that are marked, and called by their names, at most; cells of a map with text.
MARKED, CALLED, CELLS = 40, 12, 12


def draw(picture: Picture, path: Path, format: str) -> None:
    """The picture as a file.

    :raises CostcalcError: matplotlib is not installed.
    """
    try:
        import matplotlib
    except ImportError:
        hint = "pip install 'costcalc[plot]'"
        raise CostcalcError("--plot needs matplotlib", hint) from None
    matplotlib.use("agg")
    from matplotlib import pyplot

    with matplotlib.rc_context(
        {"svg.hashsalt": "costcalc", "svg.fonttype": "none", "text.parse_math": False}
    ):
        width = 6 * len(picture.panels) + (1.5 if len(picture.panels) == 1 else 0)
        figure, grid = pyplot.subplots(
            1, len(picture.panels), figsize=(width, 4.8), layout="constrained", squeeze=False
        )
        styles: dict[str, dict[str, Any]] = {}
        for axes, panel in zip(grid[0], picture.panels, strict=True):
            if isinstance(panel, Map):
                _draw_map(figure, axes, panel)
            else:
                _draw_lines(axes, panel, styles)
        _legends(figure, list(grid[0]), picture)
        figure.suptitle("\n".join((picture.title, *picture.said)), fontsize="medium", wrap=True)
        metadata = {"Date": None} if format == "svg" else None
        figure.savefig(path, format=format, metadata=metadata, dpi=150)
        pyplot.close(figure)


def _legends(figure: Figure, panels: list[Axes], picture: Picture) -> None:
    """One for all panels, or one for each where their lines are not the same."""
    lines = [set(panel.lines) for panel in picture.panels if isinstance(panel, Lines)]
    same = all(names == lines[0] for names in lines)
    if same and lines and len(lines[0]) > 1:
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right center")
    elif not same:  # one cost does not depend on what the other does
        for panel in (panel for panel in panels if len(panel.lines) > 1):
            panel.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1.01, 1))


def _draw_lines(axes: Axes, panel: Lines, styles: dict[str, dict[str, Any]]) -> None:
    """A line looks the same in all panels: ``styles`` holds those that were drawn before."""
    for name, points in panel.lines.items():
        x, y, _ = zip(*points, strict=True)
        loose = name in panel.scattered
        style = styles.setdefault(name, _style(len(styles), few=loose or len(points) < MARKED))
        if loose:
            style["linestyle"] = ""
        axes.plot(x, y, **style, label=name)
    if not panel.x.ticks:  # a cost: nothing else says which point is which
        axes.margins(0.12)
        points = next(iter(panel.lines.values()))
        for point in points if len(points) <= CALLED else ():
            place: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "va": "bottom"}
            axes.annotate(point[2], point[:2], (-4, 2), fontsize="small", **place)
    for scale, line in ((panel.x, axes.axvline), (panel.y, axes.axhline)):
        for limit, text in scale.limits:
            line(limit, color="0.35", linewidth=1, linestyle=(0, (6, 3)), zorder=1)
            across = scale is panel.y
            axes.annotate(
                text,
                (0.01, limit) if across else (limit, 0.01),
                xycoords=axes.get_yaxis_transform() if across else axes.get_xaxis_transform(),
                xytext=(0, 2) if across else (2, 0),
                textcoords="offset points",
                fontsize="small",
                color="0.35",
            )
    _scale(axes.xaxis, axes.set_xscale, panel.x)
    _scale(axes.yaxis, axes.set_yscale, panel.y)
    axes.set_xlabel(panel.x.label)
    axes.set_ylabel(panel.y.label)
    axes.grid(True, which="major", alpha=0.3)


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


def _scale(axis: Axis, set_scale: Any, scale: Scale) -> None:
    from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter, NullLocator

    if scale.logarithmic:
        set_scale("log")
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_minor_formatter(NullFormatter())
    if scale.ticks:
        places, texts = zip(*scale.ticks, strict=True)
        axis.set_ticks(list(places), list(texts))
        axis.set_minor_locator(NullLocator())
    else:
        axis.set_major_formatter(EngFormatter(sep=" "))  # 200 M


def _draw_map(figure: Figure, axes: Axes, panel: Map) -> None:
    """Cells of equal size; few of them say their cost, many have lines of equal cost."""
    import numpy as np
    from matplotlib.colors import LogNorm
    from matplotlib.ticker import EngFormatter, LogLocator, MaxNLocator, NullFormatter

    cells = np.array(panel.cells, float)  # None is not a number, and stays white
    low, high = np.nanmin(cells), np.nanmax(cells)
    logarithmic = 0 < low * WIDE < high
    norm = LogNorm(low, high) if logarithmic else None
    look: dict[str, Any] = {"cmap": "Blues", "alpha": 0.65}  # light enough for black text
    image = axes.imshow(cells, origin="lower", aspect="auto", norm=norm, **look)
    amounts = EngFormatter(sep=" ")
    rows, columns = cells.shape
    if rows <= CELLS and columns <= CELLS:
        for (i, j), cell in np.ndenumerate(cells):
            if not np.isnan(cell):
                text = amounts(float(f"{cell:.3g}"))
                axes.text(j, i, text, ha="center", va="center", fontsize="small")
    else:
        levels = LogLocator(subs=(1, 2, 5)) if logarithmic else MaxNLocator(8)
        drawn = axes.contour(cells, colors="0.2", linewidths=0.8, locator=levels)
        axes.clabel(drawn, fmt=lambda cost: amounts(cost), fontsize="small")
    ticks = LogLocator(subs=(1, 2, 5)) if logarithmic else None
    bar = figure.colorbar(image, ax=axes, label=panel.label, format=amounts, ticks=ticks)
    bar.ax.yaxis.set_minor_formatter(NullFormatter())
    for axis, scale in ((axes.xaxis, panel.x), (axes.yaxis, panel.y)):
        places, texts = zip(*scale.ticks, strict=True)
        axis.set_ticks(list(places), list(texts))
        axis.set_label_text(scale.label)
