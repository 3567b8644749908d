"""``costcalc explain``."""

from __future__ import annotations

import click

from costcalc.cli import options as opt
from costcalc.errors import CostcalcError


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc explain mobilenet-v1 --to ptflops-0.7.5\n"
    "  costcalc explain mobilenet-v2 --from torchvision-meta --to fvcore-0.1.5\n"
    "  costcalc explain mobilenet-v1 --number 589.0M"
)
@opt.spec_argument
@click.option(
    "--from",
    "from_",
    shell_complete=opt.complete_convention,
    help="The convention to start from: a name or a file.  [default: paper]",
)
@click.option("--to", shell_complete=opt.complete_convention, help="The convention to arrive at.")
@click.option("--number", metavar="N", help="A number that you were told: 589.0M, 4.2M params.")
@opt.binding_options
@opt.format_option("table", "json", "csv", "markdown")
def explain(
    spec: str,
    from_: str | None,
    to: str | None,
    number: str | None,
    format_: str,
    **options: object,
) -> None:
    """Say why tools count SPEC differently, term by term.

    With --to, the difference between two conventions, as terms that add up exactly. With --number,
    the conventions and parameters that give the number, best first; its digits are the tolerance.
    """
    from costcalc import network
    from costcalc.analysis.attribute import Attribution
    from costcalc.analysis.explain import Explanation
    from costcalc.report import emit
    from costcalc.report.views import explanations as report

    if to is not None and number is not None:
        raise CostcalcError("--to and --number are two questions", "one of the two")
    if from_ is not None and number is not None:
        raise CostcalcError("--from goes with --to", "--number finds conventions itself")
    net, bound = network.load(spec), opt.binding(options)
    result: Attribution | Explanation
    if number is not None:
        result = net.explain(to=None, from_="paper", number=number, values=bound)
    elif to is not None:
        result = net.explain(to=to, from_=from_ or "paper", number=None, values=bound)
    else:
        raise CostcalcError("explain needs --to or --number", "--from goes with --to")
    flat = format_ == "csv"
    if isinstance(result, Attribution):
        document = report.attribution_document(result, everything=flat)
    elif flat:
        document = report.explanation_table(result)
    else:
        document = report.explanation_document(result)
    emit(document, format_, result.to_dict)
