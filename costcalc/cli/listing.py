"""``costcalc list``."""

from __future__ import annotations

import click

from costcalc.cli import options as opt


@click.command("list", epilog="\b\nExamples:\n  costcalc list specs\n  costcalc list formats onnx")
@click.argument(
    "what",
    type=click.Choice(
        ["specs", "operators", "blocks", "conventions", "parameters", "devices", "formats"]
    ),
)
@click.argument("name", required=False, default="")
@opt.format_option("table", "json", "csv", "markdown", "latex")
def listing(what: str, name: str, format_: str) -> None:
    """List what ships: networks, devices, conventions, formats.

    Of one of the formats, by NAME, the operations that are read.
    """
    from costcalc.report import emit
    from costcalc.report.views import listings

    document = listings.listing(what, name)
    (grid,) = document.grids
    names = [column.header for column in grid.columns]
    emit(document, format_, lambda: [dict(zip(names, row, strict=True)) for row in grid.rows])
