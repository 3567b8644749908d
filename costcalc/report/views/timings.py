"""Calibrations: what was measured beside what a fit to the other networks predicts."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from costcalc.algebra.amounts import counted, digits
from costcalc.report.document import Cell, Column, Document, Grid, numbers, percent, texts
from costcalc.report.views import decimal
from costcalc.timing.fit import FEATURES, Fit, Timed
from costcalc.timing.times import NANO

if TYPE_CHECKING:
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
