"""``costcalc formula``."""

from __future__ import annotations

from typing import Any

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc formula mobilenet-v1\n"
    "  costcalc formula ehm-mobilenet --classes 10 --by type\n"
    "  costcalc formula mobilenet-v1 --rounded --format python"
)
@opt.spec_argument
@opt.binding_options
@opt.convention_option
@click.option(
    "--by",
    type=click.Choice(["total", "layer", "type", "stage", "group"]),
    default="total",
    show_default=True,
    help="One closed form for each.",
)
@click.option("--rounded", is_flag=True, help="Keep floor and ceiling: exact everywhere.")
@click.option("--free", multiple=True, metavar="NAME", help="Free a parameter that the spec holds.")
@opt.format_option("text", "latex", "markdown", "json", "python")
def formula(
    spec: str,
    convention: str,
    by: str,
    rounded: bool,
    free: tuple[str, ...],
    format_: str,
    **options: Any,
) -> None:
    """The cost of SPEC as a closed form in the parameters that are not given.

    Says where the polynomial is exact and which term leads.
    """
    from costcalc import network
    from costcalc.report.formulas import emit_formula

    result = network.load(spec).formula(convention=convention, free=free, **opt.binding(options))
    emit_formula(result, by, format_, rounded=rounded)
