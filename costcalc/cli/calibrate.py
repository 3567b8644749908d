"""``costcalc calibrate``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc calibrate times.csv\n"
    "  costcalc calibrate times.csv -o my-board.yaml\n"
    '  costcalc calibrate times.csv --amounts "mult_adds,written" --format json'
)
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--name", default="", metavar="NAME", help="What the device is called.")
@click.option(
    "--amounts",
    default="",
    metavar="A,B,…",
    help="What time may hang on: mult_adds, conv mult_adds, dwconv mult_adds, weights, written, …; "
    "kernels: 1x1, 3x3, other and dwconv mult_adds, weights, read.  [default: as many of the "
    "first as the times allow]",
)
@opt.format_option("table", "yaml", "json", "csv", "markdown", "latex")
def calibrate(table: Path, name: str, amounts: str, format_: str) -> None:
    """Predict times on your board from a TABLE measured there.

    The fit says what one Mult-Add, weight and element takes on the device. TABLE has a column spec,
    columns of parameters, and one of times, called by its unit: ms. With -o FILE.yaml the fit is
    kept as a device, with its error on networks that it did not see.
    """
    from costcalc.report import emit
    from costcalc.report.views.timings import calibration_document
    from costcalc.timing.calibration import calibrate as calibrated

    result = calibrated(table, name=name, amounts=amounts)
    if format_ == "yaml":
        sys.stdout.write(result.to_yaml())
        return
    emit(calibration_document(result), format_, result.to_dict)
