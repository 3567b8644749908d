"""Rooflines: what bounds each layer on a device, as a table and as the picture that people know."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.algebra.amounts import counted
from costcalc.hardware.traffic import intensity
from costcalc.report.document import Cell, Column, Document, Grid, numbers, texts
from costcalc.report.drawing import Lines, Picture, Scale
from costcalc.report.views import binding_text, decimal, headers
from costcalc.report.views.memory import bytes_text, ratio_text

if TYPE_CHECKING:
    from costcalc.analysis.roofline import Fit, Roofline
    from costcalc.timing.energy import Energy

#: Units of time and of energy, the largest first.
TIMES = (("s", Fraction(1)), ("ms", Fraction(1, 10**3)), ("µs", Fraction(1, 10**6)))
ENERGIES = (("mJ", Fraction(10**9)), ("µJ", Fraction(10**6)), ("nJ", Fraction(1000)))


def scaled(value: Fraction, units: tuple[tuple[str, Fraction], ...]) -> str:
    """``13.9 ms``: three digits, in the first unit of which there is one."""
    unit, size = next((u for u in units if value >= u[1]), units[-1])
    return f"{decimal(value / size, 3)} {unit}"


def roofline_document(roofline: Roofline) -> Document:
    """The table of ``costcalc roofline``: a line for each layer, in the order in which they run."""
    device = roofline.device
    rate = device.rate(roofline.elements)
    facts = (
        ("at", binding_text(roofline.parameters) or "no parameters"),
        ("elements", roofline.elements.text),
        ("device", f"{device.name}: {device.meaning}"),
        ("peak", f"{rate.text.removesuffix('/s')} Mult-Adds/s ({rate.said})"),
        ("bandwidth", f"{device.bandwidth.text} ({device.bandwidth.said})"),
    )
    columns = (
        *texts("step"),
        Column(headers("MAC")["mult_adds"], numeric=True, key="mult_adds"),
        *numbers("bytes"),
        *numbers("ops/byte"),
        *texts("bound"),
        Column("at least µs", numeric=True, key="microseconds"),
    )
    rows: list[tuple[Cell, ...]] = []
    for layer in roofline.layers:
        step = layer.step
        ratio = "" if step.intensity is None else ratio_text(step.intensity)
        micro = decimal(layer.seconds * 10**6)
        rows.append((step.name, step.mult_adds, step.traffic_bytes, ratio, layer.bound, micro))
    steps = [layer.step for layer in roofline.layers]
    sums = (sum(s.mult_adds for s in steps), sum(s.traffic_bytes for s in steps))
    whole = "" if roofline.intensity is None else ratio_text(roofline.intensity)
    total: tuple[Cell, ...] = ("total", *sums, whole, "", decimal(roofline.seconds * 10**6))
    return Document(roofline.spec, facts, (Grid(columns, rows, total),), tuple(_lines(roofline)))


def _lines(roofline: Roofline) -> list[tuple[str, str]]:
    bounds = [layer.bound for layer in roofline.layers]
    said = ", ".join(
        f"{counted(bounds.count(word), 'layer')} by {word}" for word in ("compute", "memory")
    )
    lines = [
        ("time", f"at least {scaled(roofline.seconds, TIMES)}, layer after layer; bound: {said}"),
        (
            "balance",
            f"{ratio_text(roofline.balance)} ops/byte{_apart(roofline)}; memory is the bound below",
        ),
        *((fit.memory, _fit_text(fit)) for fit in roofline.fits),
    ]
    spent = roofline.energy
    if spent is None:
        lines.append(("energy", f"no figures for {roofline.elements.text}"))
    else:
        lines.append(("energy", _energy_text(spent)))
    return lines


def _apart(roofline: Roofline) -> str:
    """Which bytes a balance is about."""
    return " of RAM, weights in flash apart" if roofline.device.flash.bandwidth else ""


def _fit_text(fit: Fit) -> str:
    what = "arena" if fit.memory == "RAM" else "weights and biases"
    if fit.size is None:
        return f"{bytes_text(fit.needed)} of {what}; how much there is is not known"
    verdict = "fits into" if fit.fits else "does not fit into"
    doubt = "" if fit.size.confirmed else " (not confirmed)"
    return f"{bytes_text(fit.needed)} of {what}: {verdict} {fit.size.text}{doubt}"


def _energy_text(spent: Energy) -> str:
    moved = ", or ".join(
        " to ".join(dict.fromkeys(scaled(Fraction(e), ENERGIES) for e in (by.low, by.high)))
        + f" from {by.memory}"
        for by in spent.bytes
    )
    worked = scaled(Fraction(spent.operations), ENERGIES)
    return (
        f"Mult-Adds {worked}; bytes {moved} "
        f"({spent.table}, {spent.meaning}: a comparison, not a prediction)"
    )


def roofline_picture(roofline: Roofline) -> Picture:
    """The roofs, and each layer that has Mult-Adds at its intensity and what it reaches at most:
    below the roof where its weights take longer than its maps."""
    dots: dict[str, list[tuple[float, float, str]]] = {}
    for layer in roofline.layers:
        ratio = intensity(layer.step.mult_adds, layer.ram_bytes)
        if ratio and layer.seconds:
            reached = 2 * layer.step.mult_adds / layer.seconds
            dot = (float(ratio), float(reached), layer.step.name)
            dots.setdefault(layer.operator, []).append(dot)
    bandwidth = Fraction(roofline.device.bandwidth.value)
    places = [x for points in dots.values() for x, _, _ in points] + [float(roofline.balance)]
    low, high = min(places) / 2, max(places) * 2
    rates = {layer.rate.value: layer.rate.text for layer in roofline.layers if layer.compute}
    roofs = {}
    for rate, text in sorted(rates.items(), reverse=True):
        knee = 2 * rate / bandwidth
        points = [(x, float(min(bandwidth * Fraction(x), 2 * rate)), "") for x in (low, knee, high)]
        roofs[f"{text.removesuffix('/s')} Mult-Adds/s"] = sorted(
            (float(x), y, name) for x, y, name in points
        )
    x = Scale(f"operations per byte{_apart(roofline)}", True, (), ())
    y = Scale("operations per second, at most", True, (), ())
    title = f"{roofline.spec} on {roofline.device.name}"
    said = (binding_text(roofline.parameters), roofline.elements.text)
    panel = Lines(x, y, {**roofs, **dots}, tuple(dots))
    return Picture(title, tuple(filter(None, said)), (panel,), sum(map(len, dots.values())))
