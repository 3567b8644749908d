"""``costcalc formula``."""

from __future__ import annotations

from typing import Any

import click

from costcalc.cli import options as opt
from costcalc.errors import CostcalcError
from costcalc.language.bindings import pairs


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc formula mobilenet-v1\n"
    "  costcalc formula ehm-mobilenet --classes 10 --by type\n"
    "  costcalc formula mobilenet-v1 --rounded --format python\n"
    "  costcalc formula mobilenet-v1 --growth --at alpha=0.5"
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
@click.option("--growth", is_flag=True, help="Elasticities, shares by type, crossings instead.")
@click.option("--along", default="", metavar="NAME", help="With --growth: the one that grows.")
@click.option(
    "--at", default="", metavar="NAME=VALUE,…", help="With --growth: where; else defaults."
)
@opt.format_option("text", "latex", "markdown", "json", "python")
def formula(
    spec: str,
    convention: str,
    by: str,
    rounded: bool,
    free: tuple[str, ...],
    growth: bool,
    along: str,
    at: str,
    format_: str,
    **options: Any,
) -> None:
    """The cost of SPEC as a closed form in the parameters that are not given.

    Says where the polynomial is exact and which term leads.
    """
    from costcalc import network
    from costcalc.report.views.formulas import emit_formula

    if growth and rounded:
        raise CostcalcError("--growth drops the roundings", "leave --rounded out")
    if growth and by != "total":
        raise CostcalcError("--growth gives shares by type", "leave --by out")
    result = network.load(spec).formula(convention=convention, free=free, **opt.binding(options))
    if growth:
        from costcalc.analysis.growth import growth_of
        from costcalc.report.views.growths import emit_growth

        emit_growth(growth_of(result, along, **(pairs(at) if at else {})), format_)
        return
    if along or at:
        raise CostcalcError("--along and --at belong to --growth", "formula SPEC --growth")
    emit_formula(result, by, format_, rounded=rounded)
