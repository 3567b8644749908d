"""``costcalc compare``."""

from __future__ import annotations

from typing import Any

import click

from costcalc.cli import options as opt
from costcalc.errors import CostcalcError
from costcalc.graph.layers import GROUPINGS
from costcalc.language.parameters import USUAL


@click.command(
    cls=opt.AxisCommand,
    epilog="\b\nExamples:\n"
    "  costcalc compare mobilenet-v1 fd-mobilenet --alpha 0.5\n"
    "  costcalc compare mobilenet-v1 --alpha\n"
    "  costcalc compare ehm-mobilenet ehm-mobilenet@alpha=0.5,delta=2\n"
    "  costcalc compare mobilenet-v1@alpha=0.5 fd-mobilenet --at-equal mult_adds",
)
@click.argument("networks", nargs=-1, shell_complete=opt.complete_spec)
@opt.axis_options
@opt.convention_option
@opt.cost_options
@click.option(
    "--at-equal",
    default="",
    metavar="COST",
    help="First make the others cost what the first does; mult_adds=140M: all at most that.",
)
@click.option(
    "--for",
    "parameter",
    metavar="NAME",
    help="The parameter that --at-equal finds.  [default: alpha]",
)
@click.option(
    "--by",
    type=click.Choice(list(GROUPINGS)),
    help="Sum up by this alone.  [default: by type, and by stage]",
)
@opt.format_option("table", "csv", "json", "markdown", "latex")
def compare(
    networks: tuple[str, ...],
    at_equal: str,
    parameter: str | None,
    by: str | None,
    format_: str,
    **options: Any,
) -> None:
    """Compare different NETWORKS: which costs more, and where.

    Totals, by type and by stage. A network is SPEC or SPEC@NAME=VALUE,…; options bind all networks
    that have the parameter. Each of several values makes a column. An option without values, as
    --alpha, takes the usual ones of the spec; without NETWORKS, all shipped ones that have such.
    """
    from costcalc.design_space import comparison as comparisons
    from costcalc.report import emit
    from costcalc.report.views import designs as report

    if parameter is not None and not at_equal:
        hint = f"--at-equal mult_adds --for {parameter}"
        raise CostcalcError("--for belongs to --at-equal", hint)
    asked = {"at_equal": at_equal, "parameter": parameter or "alpha"}
    bound = opt.binding(options, bare=USUAL)
    comparison = comparisons.compare(networks, values=bound, **asked, **options)
    make = report.comparison_table if format_ == "csv" else report.comparison_document
    keys = [by] if by else comparisons.GROUPINGS
    emit(make(comparison, keys), format_, lambda: comparison.to_dict(keys))
