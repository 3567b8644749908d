"""The verbs. Each parses its options, makes one library call and renders the result."""

from __future__ import annotations

from typing import Any

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc count mobilenet-v1 --alpha 0.5 --resolution 160\n"
    "  costcalc count my-net.yaml --by type\n"
    "  costcalc count mobilenet-v1 --convention keras --format json"
)
@opt.spec_argument
@opt.binding_options
@opt.convention_option
@click.option(
    "--by",
    type=click.Choice(["layer", "type", "stage", "group"]),
    default="layer",
    show_default=True,
    help="Sum up; a stage is the layers of one output size.",
)
@opt.format_option("table", "json", "csv", "markdown", "latex")
def count(spec: str, convention: str, by: str, format_: str, **options: Any) -> None:
    """Count Mult-Adds and parameters of SPEC, exactly.

    SPEC is a YAML file or the name of a shipped network. Parameters that are not given are at the
    spec's defaults.
    """
    from costcalc import network
    from costcalc.report import emit
    from costcalc.report.documents import count_document

    result = network.load(spec).count(convention=convention, **opt.binding(options))
    data = None
    if format_ == "json":
        data = result.to_dict()
        if by != "layer":
            data["by"] = by
            data["groups"] = [
                {
                    **g._asdict(),
                    "mult_adds_share": str(g.mult_adds_share),
                    "params_share": str(g.params_share),
                }
                for g in result.by(by)
            ]
    emit(count_document(result, by), format_, data)


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc formula mobilenet-v1\n"
    "  costcalc formula ehm-mobilenet --classes 10 --by type\n"
    "  costcalc formula mobilenet-v1 --rounded --format python"
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
@opt.format_option("text", "latex", "markdown", "json", "python")
def formula(
    spec: str,
    convention: str,
    by: str,
    rounded: bool,
    free: tuple[str, ...],
    format_: str,
    **options: Any,
) -> None:
    """The cost of SPEC as a closed form in the parameters that are not given.

    Says where the polynomial is exact and which term leads.
    """
    from costcalc import network
    from costcalc.report.formulas import emit_formula

    result = network.load(spec).formula(convention=convention, free=free, **opt.binding(options))
    emit_formula(result, by, format_, rounded=rounded)


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc show ehm-mobilenet\n"
    "  costcalc show mobilenet-v1 --alpha 0.5 --format latex"
)
@opt.spec_argument
@opt.binding_options
@opt.format_option("table", "json", "csv", "markdown", "latex")
def show(spec: str, format_: str, **options: Any) -> None:
    """The layer table of SPEC as its paper prints it, with symbols for what is not given."""
    from costcalc import network
    from costcalc.report import emit
    from costcalc.report.documents import show_document

    table = network.load(spec).show(**opt.binding(options))
    emit(show_document(table), format_, table.to_dict())


@click.command("list", epilog="\b\nExample:\n  costcalc list specs")
@click.argument("what", type=click.Choice(["specs", "operators", "conventions", "parameters"]))
@opt.format_option("table", "json", "csv", "markdown", "latex")
def list_(what: str, format_: str) -> None:
    """List what is shipped: specs, operators, conventions or parameters."""
    from costcalc.report import emit
    from costcalc.report.listings import listing

    document = listing(what)
    (grid,) = document.grids
    names = [column.header for column in grid.columns]
    data = [dict(zip(names, row, strict=True)) for row in grid.rows]
    emit(document, format_, data)
