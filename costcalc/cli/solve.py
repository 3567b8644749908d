"""``costcalc solve``."""

from __future__ import annotations

from typing import Any

import click

from costcalc.cli import options as opt
from costcalc.errors import CostcalcError


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc solve ehm-mobilenet --for alpha --delta 2 --mult-adds 6M\n"
    "  costcalc solve mobilenet-v1 --for resolution --multiple 32 --mult-adds 300M\n"
    "  costcalc solve mobilenet-v1 --for alpha --params 1.7M --choices 0.25,0.5,1\n"
    "  costcalc solve mobilenet-v1 --for alpha,resolution --alpha 0.1:1:0.05 \\\n"
    '      --budget "peak<=256KiB,flash<=1MiB"\n'
    "  costcalc solve mobilenet-v1 --for alpha --multiple 1/32 \\\n"
    '      --cost "time on stm32h747i-disco" --budget "time<=300ms"'
)
@opt.spec_argument
@click.option(
    "--for",
    "parameter",
    required=True,
    metavar="NAME",
    help="The parameter to find, or several: alpha,resolution.",
)
@click.option("--mult-adds", metavar="AMOUNT", help="At most so many Mult-Adds, such as 6M.")
@click.option("--params", metavar="AMOUNT", help="At most so many parameters, such as 1.7M.")
@click.option(
    "--budget", default="", metavar="LIMITS", help='Of any costs: "peak<=256KiB,flash<=1MiB".'
)
@click.option("--choices", metavar="VALUES", help="Only these values: 0.25,0.5 or a range.")
@click.option("--multiple", metavar="N", help="Only multiples of N.")
@opt.binding_options
@opt.convention_option
@opt.cost_options
@opt.format_option("text", "json", "markdown", "latex")
def solve(
    spec: str,
    parameter: str,
    format_: str,
    **options: Any,
) -> None:
    """Find how wide, deep or large SPEC may be within a budget.

    The largest value of one parameter with which it keeps all budgets, exactly. All other
    parameters that are not given are at the spec's defaults. Of several parameters, all settings
    that no other one beats: over the values that they are given, or the usual ones.
    """
    from costcalc.design_space.solve import settings as grids
    from costcalc.design_space.solve import solution as solutions
    from costcalc.report import emit
    from costcalc.report.views.designs import settings_document, solution_document

    bound = opt.binding(options)
    if "," in parameter:
        if options.pop("choices") or options.pop("multiple"):
            raise CostcalcError(
                "--choices and --multiple are for one parameter", "--alpha 0.25,0.5"
            )
        found = grids.solve_grid(spec, parameter, **options, values=bound)
        emit(settings_document(found), format_, found.to_dict)
        return
    solution = solutions.solve(spec, parameter, **options, values=bound)
    emit(solution_document(solution), format_, solution.to_dict)
