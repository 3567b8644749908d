"""``costcalc count``."""

from __future__ import annotations

import click

from costcalc.cli import options as opt
from costcalc.errors import CostcalcError
from costcalc.graph.layers import GROUPINGS


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc count mobilenet-v1 --alpha 0.5 --resolution 160\n"
    "  costcalc count my-net.yaml --by type\n"
    "  costcalc count mobilenet-v2 --cost flash,peak --elements fp32\n"
    "  costcalc count resnet-18 --cost bops --elements 'w4a4; first, last: int8'\n"
    "  costcalc count mobilenet-v1 --convention keras --format json\n"
    "  costcalc count mobilenet-v2 --convention all"
)
@opt.spec_argument
@opt.binding_options
@opt.conventions_option
@opt.cost_options
@click.option(
    "--by",
    type=click.Choice(list(GROUPINGS)),
    default="layer",
    show_default=True,
    help="Sum up; a stage is the layers of one output size, a row one of the spec's own.",
)
@opt.format_option("table", "json", "csv", "markdown", "latex")
def count(
    spec: str,
    convention: str,
    cost: str,
    elements: str,
    rule: str,
    by: str,
    format_: str,
    **options: object,
) -> None:
    """Count Mult-Adds (MACs) and parameters of SPEC, by layer.

    Exactly; --cost names what else it costs.

    SPEC is a YAML file, - for standard input, or the name of a shipped network. Parameters that
    are not given are at the spec's defaults.
    """
    from costcalc import network
    from costcalc.report import emit
    from costcalc.report.views.counts import count_document, count_table, survey_document

    net, binding = network.load(spec), opt.binding(options)
    if convention == "all":
        if by != "layer":
            raise CostcalcError("--convention all gives totals only", "leave --by out")
        if cost:
            message = "--convention all is about Mult-Adds and parameters"
            raise CostcalcError(message, "leave --cost out")
        survey = net.count_all(values=binding)
        emit(survey_document(survey), format_, survey.to_dict)
    else:
        asked = {"convention": convention, "cost": cost, "elements": elements, "rule": rule}
        result = net.count(**asked, values=binding)
        make = count_table if format_ == "csv" else count_document
        emit(make(result, by), format_, lambda: result.to_dict(by))
