"""``costcalc show-convention``."""

from __future__ import annotations

import click

from costcalc.cli import options as opt


@click.command(
    "show-convention",
    epilog="\b\nExamples:\n"
    "  costcalc show-convention ptflops-0.7.5\n"
    "  costcalc show-convention mine.yaml --format json",
)
@click.argument("convention", shell_complete=opt.complete_convention)
@opt.format_option("table", "json", "csv", "markdown", "latex")
def show_convention(convention: str, format_: str) -> None:
    """Say what a convention counts, and the quirks of its tool.

    CONVENTION is a name from `costcalc list conventions`, or a file.
    """
    import costcalc
    from costcalc.report import emit
    from costcalc.report.views.listings import convention_document

    result = costcalc.show_convention(convention)
    emit(convention_document(result), format_, result.to_dict)
