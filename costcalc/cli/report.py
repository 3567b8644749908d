"""``costcalc report``."""

from __future__ import annotations

from typing import Any

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc report mobilenet-v1 -o report.html\n"
    "  costcalc report mobilenet-v1 mobilenet-v2 --alpha 0.5 -o review.md\n"
    "  costcalc report my-net.yaml --convention keras -o my-net.html"
)
@click.argument("networks", nargs=-1, required=True, shell_complete=opt.complete_spec)
@opt.binding_options
@opt.convention_option
@opt.elements_option
@opt.format_option("text", "markdown", "json")
def report(networks: tuple[str, ...], format_: str, **options: Any) -> None:
    """Write all answers on NETWORKS into one document, to print.

    Totals, shares, layers, formulas, pictures, memory, what papers print, and how to make it again.
    It runs no script and has no date: the same question gives the same file. A network is SPEC or
    SPEC@NAME=VALUE,….
    """
    from costcalc.report import emit
    from costcalc.report.views.sheets import sheet_document
    from costcalc.review import sheet as sheets

    sheet = sheets.report(networks, values=opt.binding(options), **options)
    emit(sheet_document(sheet), format_, sheet.to_dict)
