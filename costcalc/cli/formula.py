"""``costcalc formula``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

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
    by: str,
    rounded: bool,
    over: str,
    growth: bool,
    along: str,
    at: str,
    format_: str,
    rule: str,
    **asked: Any,
) -> None:
    """Write the cost of SPEC as a formula, and how it grows.

    A closed form in the parameters that are not given. Says where the polynomial is exact and which
    term leads.
    """
    from costcalc import network
    from costcalc.report import emit
    from costcalc.report.views import formulas
    from costcalc.report.views.peaks import peak_document

    _refuse(asked["cost"], growth, rounded=rounded, by=by, over=over, given=along or at)
    asked["values"] = opt.binding(asked)
    net = network.load(spec)
    if asked["cost"] == "peak":
        _refuse_python(format_, "a peak has no Python form")
        own = {name: asked[name] for name in ("elements", "free", "values")}
        peak = net.peak_formula(rule=rule, over=over, rounded=rounded, **own)
        emit(peak_document(peak), format_, peak.to_dict)
        return
    result = net.formula(**asked)
    if growth:
        _growth(result, along, at, format_)
    elif format_ in ("latex", "python"):
        write = formulas.latex if format_ == "latex" else formulas.python_module
        sys.stdout.write(write(result, by, rounded))
    else:
        document = formulas.formula_document(result, by, rounded=rounded)
        emit(document, format_, lambda: result.to_dict(by, rounded=rounded))


def _refuse(cost: str, growth: bool, *, rounded: bool, by: str, over: str, given: str) -> None:
    """:raises CostcalcError: options that do not go together."""
    peak, summed = cost == "peak", by == "total"
    refused = {
        ("--growth drops the roundings", "leave --rounded out"): growth and rounded,
        ("--growth gives shares by type", "leave --by out"): growth and not summed,
        ("a peak is a maximum, not a sum", "leave --growth and --by out"): peak
        and (growth or not summed),
        ("--over belongs to --cost peak", "formula SPEC --cost peak"): over and not peak,
        ("a peak has regimes of its own", "--cost peak alone"): not peak
        and "peak" in cost.split(","),
        ("--along and --at belong to --growth", "formula SPEC --growth"): given and not growth,
    }
    for (message, hint), applies in refused.items():
        if applies:
            raise CostcalcError(message, hint)


def _refuse_python(format: str, message: str) -> None:
    if format == "python":
        raise CostcalcError(message, "text, markdown, latex or json")


def _growth(formula: Formula, along: str, at: str, format: str) -> None:
    from costcalc.analysis.growth import growth_of
    from costcalc.report import emit
    from costcalc.report.views.formulas import growth_document

    result = growth_of(formula, along, **(pairs(at) if at else {}))
    _refuse_python(format, "growth has no Python form")
    emit(growth_document(result), format, result.to_dict)
