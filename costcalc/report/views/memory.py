"""Memory: the staircase over the steps, its peak, and what a network stores and moves."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.algebra.amounts import digits
from costcalc.algebra.numbers import simplest
from costcalc.report.document import Column, Document, Grid, numbers, percent, texts
from costcalc.report.drawing import Lines, Picture, Scale, stairs
from costcalc.report.views import binding_text, headers

if TYPE_CHECKING:
    from costcalc.analysis.memory import Memory
    from costcalc.hardware.patches import Patches

#: The orders in which layers run.
ORDERED = {
    "file": "that of the file",
    "best": "a best one: no other needs less",
    "best found": "the best that was found: another may need less",
}


def bytes_text(count: int) -> str:
    """``1,505,280 bytes (1470 KiB)``; the second figure to a tenth."""
    kib = Fraction(count, 1024)
    about = digits(kib, Fraction(1, 1 if kib.denominator == 1 else 10))
    return f"{count:,} bytes ({about} KiB)"


def memory_document(memory: Memory) -> Document:
    """The table of ``costcalc memory``: a line for each layer, in the order in which they run."""
    facts = (
        ("at", binding_text(memory.parameters) or "no parameters"),
        ("elements", memory.elements.text),
        ("rule", f"{memory.rule.name}: {memory.rule.meaning}"),
        ("order", f"{ORDERED[memory.order]}; batch 1"),
    )
    most = memory.peak.bytes or 1
    columns = (
        *texts("step"),
        *numbers("live bytes"),
        Column("of the peak", numeric=True, bar=True),
        *numbers("read", "written", wide=True),
        *numbers("weights"),
        Column(headers("MAC")["mult_adds"], numeric=True, wide=True, key="mult_adds"),
        *numbers("ops/byte", wide=True),
    )
    rows = [
        (
            step.name,
            step.live_bytes,
            Fraction(step.live_bytes, most),
            step.read_bytes,
            step.written_bytes,
            step.weights_bytes,
            step.mult_adds,
            "" if step.intensity is None else ratio_text(step.intensity),
        )
        for step in memory.steps
    ]
    return Document(memory.spec, facts, (Grid(columns, rows),), _lines(memory))


def ratio_text(value: Fraction) -> str:
    """Operations for a byte: whole, or to a hundredth."""
    exact = simplest(value)
    return str(exact) if isinstance(exact, int) else digits(value, Fraction(1, 100))


def memory_picture(memory: Memory) -> Picture:
    """The staircase: a stair for each step, as high as what is live, and the peak as a line."""
    steps = [(step.live_bytes, step.name) for step in memory.steps]
    peak = memory.peak
    line = float(peak.bytes), f"{bytes_text(peak.bytes)} at {peak.step}"
    said = (binding_text(memory.parameters), memory.elements.text, f"rule {memory.rule.name}")
    scales = Scale("step", False, (), ()), Scale("live bytes", False, (), (line,))
    panel = Lines(*scales, {"live bytes": stairs(steps)})
    return Picture(memory.spec, tuple(filter(None, said)), (panel,), len(memory.steps))


def _patches(patches: Patches) -> str:
    """What the first layers need, and what the halo costs."""
    rows, columns = patches.grid
    more = percent(Fraction(patches.extra, patches.mult_adds - patches.extra or 1))
    return (
        f"{rows}x{columns} until {patches.until}: {bytes_text(patches.bytes)}; "
        f"{patches.mult_adds:,} Mult-Adds, {patches.extra:,} of them for the halo ({more} more)"
    )


def _lines(memory: Memory) -> tuple[tuple[str, str], ...]:
    held = " + ".join(f"{live.tensor} {live.bytes:,}" for live in memory.peak.live)
    lines = [("peak", f"{bytes_text(memory.peak.bytes)} at {memory.peak.step}: {held}")]
    if memory.patches:
        lines.append(("patches", _patches(memory.patches)))
    if memory.arena:
        planner, size = memory.arena
        lines.append(("arena", f"{bytes_text(size)}, planner {planner}"))
    else:
        patched = "the first layers run once for each patch"
        why = patched if memory.patches else "its planner knows the rule live only"
        lines.append(("arena", f"not planned: {why}"))
    lines += [
        ("flash", f"{bytes_text(memory.flash.bytes)}: weights and biases, BN folded"),
        ("traffic", f"{bytes_text(memory.traffic_bytes)}: maps and weights, each once a layer"),
        ("activations", f"{memory.activations:,} elements: outputs of convolutions and fc"),
    ]
    return tuple(lines)
