"""``costcalc formula``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from costcalc.cli import options as opt
from costcalc.errors import CostcalcError
from costcalc.graph.layers import GROUPINGS
from costcalc.language.parameters import pairs

if TYPE_CHECKING:
    from costcalc.analysis.closed_form import Formula


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc formula mobilenet-v1\n"
    "  costcalc formula ehm-mobilenet --classes 10 --by type\n"
    "  costcalc formula mobilenet-v1 --rounded --format python\n"
    "  costcalc formula mobilenet-v1 --cost flash,traffic --elements int8\n"
    "  costcalc formula mobilenet-v1 --growth --at alpha=0.5\n"
    "  costcalc formula mobilenet-v1 --cost peak --delta 1 --classes 1000\n"
    "  costcalc formula mobilenet-v2 --cost peak --over alpha=1/4:1,resolution=96:"
)
@opt.spec_argument
@opt.binding_options
@opt.convention_option
@opt.cost_options
@click.option(
    "--by",
    type=click.Choice(["total", *GROUPINGS]),
    default="total",
    show_default=True,
    help="One closed form for each.",
)
@click.option("--rounded", is_flag=True, help="Keep floor and ceiling: exact wherever it exists.")
@click.option("--free", multiple=True, metavar="NAME", help="Free a parameter that the spec holds.")
@click.option(
    "--over", default="", metavar="NAME=LOW:HIGH,…", help="With --cost peak: between which values."
)
@click.option("--growth", is_flag=True, help="Elasticities, shares by type, crossings instead.")
@click.option("--along", default="", metavar="NAME", help="With --growth: the one that grows.")
@click.option(
    "--at", default="", metavar="NAME=VALUE,…", help="With --growth: where; else defaults."
)
@opt.format_option("text", "latex", "markdown", "json", "python")
def formula(
    spec: str,
    convention: str,
    cost: str,
    elements: str,
    by: str,
    rounded: bool,
    free: tuple[str, ...],
    rule: str,
    over: str,
    growth: bool,
    along: str,
    at: str,
    format_: str,
    **options: object,
) -> None:
    """Write the cost of SPEC as a formula, and how it grows.

    A closed form in the parameters that are not given. Says where the polynomial is exact and which
    term leads.
    """
    from costcalc import network
    from costcalc.report import emit
    from costcalc.report.views import formulas
    from costcalc.report.views.peaks import peak_document

    if growth and rounded:
        raise CostcalcError("--growth drops the roundings", "leave --rounded out")
    if growth and by != "total":
        raise CostcalcError("--growth gives shares by type", "leave --by out")
    bound = opt.binding(options)
    if cost == "peak":
        if growth or by != "total":
            raise CostcalcError("a peak is a maximum, not a sum", "leave --growth and --by out")
        if format_ == "python":
            raise CostcalcError("a peak has no Python form", "text, markdown, latex or json")
        peak = network.load(spec).peak_formula(
            elements=elements, rule=rule, over=over, rounded=rounded, free=free, values=bound
        )
        emit(peak_document(peak), format_, peak.to_dict)
        return
    if over:
        raise CostcalcError("--over belongs to --cost peak", "formula SPEC --cost peak")
    if "peak" in cost.split(","):
        raise CostcalcError("a peak has regimes of its own", "--cost peak alone")
    asked = {"convention": convention, "cost": cost, "elements": elements}
    result = network.load(spec).formula(**asked, free=free, values=bound)
    if growth:
        _growth(result, along, at, format_)
    elif along or at:
        raise CostcalcError("--along and --at belong to --growth", "formula SPEC --growth")
    elif format_ == "latex":
        sys.stdout.write(formulas.latex(result, by, rounded))
    elif format_ == "python":
        sys.stdout.write(formulas.python_module(result, by, rounded))
    else:
        document = formulas.formula_document(result, by, rounded=rounded)
        emit(document, format_, lambda: result.to_dict(by, rounded=rounded))


def _growth(formula: Formula, along: str, at: str, format: str) -> None:
    from costcalc.analysis.growth import growth_of
    from costcalc.report import emit
    from costcalc.report.views.formulas import growth_document

    result = growth_of(formula, along, **(pairs(at) if at else {}))
    if format == "python":
        raise CostcalcError("growth has no Python form", "text, markdown, latex or json")
    emit(growth_document(result), format, result.to_dict)
