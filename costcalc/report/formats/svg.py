"""Pictures as SVG without a library: what stands on pages that need nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from html import escape
from math import floor, log10

from costcalc.report.drawing import Lines, Scale

#: The size of a panel, and what is left for its axes, in units of its own; the longest bar.
WIDTH, HEIGHT = 720, 250
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 22, 42
BAR = 56
#: Of lines, dark and light enough for any ground.
COLOURS = ("#2f6fd0", "#c2571a", "#2f8a4a", "#8a5cd0")
#: Round numbers on an axis, about so many.
TICKS = 5
_UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def svg(panel: Lines) -> str:
    """A panel whose points are all joined as an element that a page may hold; with its limits on
    what is drawn upwards."""
    label = escape(f"{panel.y.label} by {panel.x.label}")
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}" font-size="12" '
        f'fill="currentColor">{"".join(_lines(panel))}</svg>'
    )


def bar(share: Fraction) -> str:
    """A share of a whole, beside its number."""
    width = float(share) * BAR
    return (
        f'<svg width="{BAR}" height="9" aria-hidden="true">'
        f'<rect width="{width:.1f}" height="9" fill="{COLOURS[0]}"></rect></svg>'
    )


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _lines(panel: Lines) -> Iterator[str]:
    points = [point for line in panel.lines.values() for point in line]
    across, up = [point[0] for point in points], [point[1] for point in points]
    up += [] if panel.y.logarithmic else [0.0]
    up += (limit for limit, _ in panel.y.limits)
    x = _axis(panel.x, across, LEFT, WIDTH - RIGHT)
    y = _axis(panel.y, up, HEIGHT - BOTTOM, TOP)
    for place, text in _ticks(panel.y, up):
        yield _rule(LEFT, y(place), WIDTH - RIGHT, y(place), "0.15")
        yield _text(LEFT - 6, y(place) + 4, text, "end")
    for place, text in _ticks(panel.x, across):
        yield _rule(x(place), HEIGHT - BOTTOM, x(place), HEIGHT - BOTTOM + 4, "0.5")
        yield _text(x(place), HEIGHT - BOTTOM + 17, text, "middle")
    yield _text((LEFT + WIDTH) / 2, HEIGHT - 6, panel.x.label, "middle")
    yield _text(4, 12, panel.y.label)
    for i, (name, line) in enumerate(panel.lines.items()):
        drawn = " ".join(f"{x(px):.1f},{y(py):.1f}" for px, py, _ in line)
        yield (
            f'<polyline points="{drawn}" fill="none" stroke="{COLOURS[i % len(COLOURS)]}" '
            f'stroke-width="2"><title>{escape(name)}</title></polyline>'
        )
        if len(panel.lines) > 1:
            yield _text(WIDTH - RIGHT, y(line[-1][1]) - 5, name, "end")
    for limit, text in panel.y.limits:
        yield _rule(LEFT, y(limit), WIDTH - RIGHT, y(limit), "0.6", ' stroke-dasharray="6 4"')
        yield _text(WIDTH - RIGHT, y(limit) - 5, text, "end")


def _rule(x1: float, y1: float, x2: float, y2: float, opacity: str, more: str = "") -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="currentColor" '
        f'stroke-opacity="{opacity}"{more}></line>'
    )


def _axis(scale: Scale, values: list[float], start: float, end: float) -> Callable[[float], float]:
    """Where a value stands between the ends of an axis."""
    drawn = log10 if scale.logarithmic else float
    low, high = (drawn(edge(values)) for edge in (min, max))
    return lambda value: start + (drawn(value) - low) / ((high - low) or 1) * (end - start)


def _ticks(scale: Scale, values: list[float]) -> list[tuple[float, str]]:
    """The values that an axis names, or round amounts."""
    if scale.ticks:
        return list(scale.ticks)
    low, high = min(values), max(values)
    if scale.logarithmic:
        powers = range(floor(log10(low)), floor(log10(high)) + 1)
        places = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
    else:
        rough = high / TICKS or 1
        unit = 10.0 ** floor(log10(rough))
        step = next(unit * digit for digit in (1, 2, 5, 10) if unit * digit >= rough)
        places = [i * step for i in range(TICKS + 1)]
    return [(place, _short(place)) for place in places if low <= place <= high]


def _short(value: float) -> str:
    size, unit = next(((s, u) for s, u in _UNITS if value >= s), (1, ""))
    return f"{value / size:g} {unit}".rstrip()
