"""Networks against each other, and against budgets: ``compare``, ``ratio`` and ``solve``."""

from __future__ import annotations

from typing import Any

import click

from costcalc.cli import options as opt
from costcalc.errors import CostcalcError


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc compare mobilenet-v1 fd-mobilenet --alpha 0.5\n"
    "  costcalc compare ehm-mobilenet ehm-mobilenet@alpha=0.5,delta=2\n"
    "  costcalc compare mobilenet-v1@alpha=0.5 fd-mobilenet --at-equal mult_adds"
)
@click.argument("networks", nargs=-1, required=True, shell_complete=opt.complete_spec)
@opt.binding_options
@opt.convention_option
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
@opt.format_option("table", "csv", "json", "markdown", "latex")
def compare(
    networks: tuple[str, ...], at_equal: str, parameter: str | None, format_: str, **options: Any
) -> None:
    """NETWORKS side by side: totals, by type and by stage.

    A network is SPEC or SPEC@NAME=VALUE,…; options bind all networks that have the parameter.
    """
    from costcalc.design_space import comparison as comparisons
    from costcalc.report import emit
    from costcalc.report.views import designs as report

    if parameter is not None and not at_equal:
        hint = f"--at-equal mult_adds --for {parameter}"
        raise CostcalcError("--for belongs to --at-equal", hint)
    asked = {"at_equal": at_equal, "parameter": parameter or "alpha"}
    bound = opt.binding(options)
    comparison = comparisons.compare(networks, **asked, **options, **bound)
    make = report.comparison_table if format_ == "csv" else report.comparison_document
    emit(make(comparison), format_, comparison.to_dict)


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
    solution = solutions.solve(spec, parameter, **options, **bound)
    emit(solution_document(solution), format_, solution.to_dict)


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc ratio mobilenet-v1 --block separable\n"
    "  costcalc ratio mobilenet-v1 --against mobilenet-v1-conv --resolution 224\n"
    "  costcalc ratio ehm-mobilenet --classes 10 --resolution 32"
)
@opt.spec_argument
@click.option(
    "--against",
    metavar="SPEC",
    default="",
    shell_complete=opt.complete_spec,
    help="The network to compare with; SPEC at its defaults otherwise.",
)
@click.option(
    "--block",
    metavar="NAME",
    default="",
    help='Only these layers: a group, "conv 1x1", or separable.',
)
@opt.binding_options
@opt.convention_option
@opt.format_option("table", "json", "csv", "markdown")
def ratio(
    spec: str, against: str, block: str, convention: str, format_: str, **options: object
) -> None:
    """The ratio of two costs as a closed form, with its limits.

    Parameters that are not given stay free. `--block separable` holds every depthwise separable
    block against the full convolution that it replaces.
    """
    from costcalc.analysis.ratio import ratio as run
    from costcalc.report import emit
    from costcalc.report.views.ratios import ratio_document, ratio_table

    result = run(spec, against=against, block=block, convention=convention, **opt.binding(options))
    view = ratio_table if format_ == "csv" else ratio_document
    emit(view(result), format_, result.to_dict)
