"""``costcalc solve``."""

from __future__ import annotations

from typing import Any

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc solve ehm-mobilenet --for alpha --delta 2 --classes 10 --mult-adds 6M\n"
    "  costcalc solve mobilenet-v1 --for resolution --multiple 32 --mult-adds 300M\n"
    "  costcalc solve mobilenet-v1 --for alpha --params 1.7M --choices 0.25,0.5,0.75,1"
)
@opt.spec_argument
@click.option("--for", "parameter", required=True, metavar="NAME", help="The parameter to find.")
@click.option("--mult-adds", metavar="AMOUNT", help="At most so many Mult-Adds, such as 6M.")
@click.option("--params", metavar="AMOUNT", help="At most so many parameters, such as 1.7M.")
@click.option("--choices", metavar="VALUES", help="Only these values: 0.25,0.5 or a range.")
@click.option("--multiple", metavar="N", help="Only multiples of N.")
@opt.binding_options
@opt.convention_option
@opt.format_option("text", "json", "markdown", "latex")
def solve(
    spec: str,
    parameter: str,
    format_: str,
    **options: Any,
) -> None:
    """The largest value of one parameter with which SPEC keeps all budgets, exactly.

    All other parameters that are not given are at the spec's defaults.
    """
    from costcalc.design_space.solve import solution as solutions
    from costcalc.report import emit
    from costcalc.report.views.designs import solution_document

    bound = opt.binding(options)
    solution = solutions.solve(spec, parameter, **options, values=bound)
    emit(solution_document(solution), format_, solution.to_dict)
