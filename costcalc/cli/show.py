"""``costcalc show``."""

from __future__ import annotations

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc show ehm-mobilenet\n"
    "  costcalc show mobilenet-v1 --alpha 0.5 --format latex"
)
@opt.spec_argument
@opt.binding_options
@opt.format_option("table", "json", "csv", "markdown", "latex")
def show(spec: str, format_: str, **options: object) -> None:
    """The layer table of SPEC as its paper prints it, with symbols for what is not given."""
    from costcalc import network
    from costcalc.report import emit
    from costcalc.report.views.counts import show_document

    table = network.load(spec).show(**opt.binding(options))
    emit(show_document(table), format_, table.to_dict)
