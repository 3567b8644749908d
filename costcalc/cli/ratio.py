"""``costcalc ratio``."""

from __future__ import annotations

import sys

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc ratio mobilenet-v1 --block separable\n"
    "  costcalc ratio mobilenet-v1 --against mobilenet-v1-conv --resolution 224\n"
    "  costcalc ratio ehm-mobilenet --classes 10 --resolution 32\n"
    "  costcalc ratio ehm-mobilenet@delta=2 --against ehm-mobilenet@delta=1"
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
@opt.format_option("table", "json", "csv", "markdown", "latex")
def ratio(
    spec: str, against: str, block: str, convention: str, format_: str, **options: object
) -> None:
    """Write one cost over another as a formula, and its limits.

    Parameters that are not given stay free; SPEC@NAME=VALUE,… binds those of one side.
    `--block separable` holds every depthwise separable block against the full convolution that it
    replaces.
    """
    from costcalc.analysis.ratio import ratio as run
    from costcalc.report import emit
    from costcalc.report.views.ratios import ratio_document, ratio_latex, ratio_table

    bound = opt.binding(options)
    result = run(spec, against=against, block=block, convention=convention, values=bound)
    if format_ == "latex":
        sys.stdout.write(ratio_latex(result))
        return
    view = ratio_table if format_ == "csv" else ratio_document
    emit(view(result), format_, result.to_dict)
