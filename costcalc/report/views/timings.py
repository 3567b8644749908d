"""Times that were measured, and calibrations: what a fit to the other networks predicts of each."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.algebra.amounts import counted, digits
from costcalc.report.document import Cell, Column, Document, Grid, numbers, percent, texts
from costcalc.report.views import decimal
from costcalc.timing.fit import FEATURES, Fit, Timed
from costcalc.timing.times import NANO

if TYPE_CHECKING:
    from costcalc.export.measuring import Measurement
    from costcalc.timing.calibration import Calibration

#: An error, as a share.
ERROR = Column("error", numeric=True)


def signed(share: Fraction) -> str:
    """``+5.2 %``."""
    return f"{'-' if share < 0 else '+'}{digits(abs(share) * 100, Fraction(1, 10))} %"


def fit_text(fit: Fit) -> str:
    """What a fit is: ``4 coefficients, 14 times: 2.11 % (median) to 8.21 % …``."""
    off = fit.left_out
    return (
        f"{counted(len(fit.coefficients), 'coefficient')} to {counted(len(fit.times), 'time')}; "
        f"of a network left out, {percent(off.median)} off (median), {percent(off.worst)} at worst"
    )


def coefficients_text(fit: Fit) -> str:
    """What one of each amount takes: those that take nothing are left out."""
    taken = {FEATURES[name]: c for name, c in fit.coefficients.items() if c}
    return ", ".join(f"{decimal(c / NANO, 3)} ns for each of {name}" for name, c in taken.items())


def shares_text(fit: Fit, timed: Timed) -> str:
    """Which amounts the fitted time of a network goes to: ``written 26 %``."""
    whole = fit.seconds(timed.amounts)
    taken = {name: c * timed.amounts[name] / whole for name, c in fit.coefficients.items() if c}
    return ", ".join(
        f"{name} {digits(share * 100, Fraction(1))} %" for name, share in taken.items()
    )


def calibration_document(calibration: Calibration) -> Document:
    """The table of ``costcalc calibrate``."""
    fit = calibration.fit
    columns = (*texts("network"), *numbers("measured ms", "left out ms"), ERROR)
    rows: list[tuple[Cell, ...]] = [
        (
            timed.network,
            decimal(timed.seconds * 1000),
            decimal(predicted * 1000),
            signed(error),
        )
        for timed, predicted, error in zip(fit.times, fit.predicted, fit.errors, strict=True)
    ]
    kept = calibration.times
    each = (*texts("each of"), *numbers("ns"), *numbers("measured", "to"))
    amounts: list[tuple[Cell, ...]] = [
        (FEATURES[name], decimal(taken / NANO), *map(int, kept.between[name]))
        for name, taken in kept.seconds.items()
    ]
    grids = (Grid(columns, rows), Grid(each, amounts))
    lines = (("fit", fit_text(fit)), ("operators", ", ".join(kept.operators)))
    return Document(calibration.name, (("times", calibration.file),), grids, lines)


def measurement_document(found: Measurement) -> Document:
    """The table of ``costcalc measure``."""
    grid = _measured(found)
    columns = (*grid.columns, *numbers("spread"))
    rows = [(*row, one.spread) for row, one in zip(grid.rows, found.measured, strict=True)]
    runs = len(found.measured[0].times)
    facts = (
        ("runtime", f"{found.runtime}; {counted(found.threads, 'thread')}"),
        ("machine", found.machine),
        ("ms", f"the median of {runs} runs; spread: how far the middle half of them reaches"),
    )
    heading = f"times of {counted(len(found.measured), 'network')}"
    return Document(heading, facts, (Grid(columns, rows),))


def measurement_table(found: Measurement) -> Document:
    """The same for CSV: a table that ``costcalc calibrate`` takes."""
    return Document("times", (), (_measured(found),))


def _measured(found: Measurement) -> Grid:
    names = dict.fromkeys(name for one in found.measured for name in one.asked)
    rows: list[tuple[Cell, ...]] = [
        (one.spec, *(one.asked.get(name) for name in names), decimal(one.ns / 10**6))
        for one in found.measured
    ]
    return Grid((*texts("spec"), *numbers(*names, "ms")), rows)
