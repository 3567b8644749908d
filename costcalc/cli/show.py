"""``costcalc show``."""

from __future__ import annotations

import sys

import click

from costcalc.cli import options as opt
from costcalc.errors import CostcalcError


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc show ehm-mobilenet\n"
    "  costcalc show mobilenet-v1 --alpha 0.5 --format latex\n"
    "  costcalc show mobilenet-v2 --format yaml -o my-net.yaml"
)
@opt.spec_argument
@opt.binding_options
@opt.format_option("table", "json", "csv", "markdown", "latex", "yaml")
def show(spec: str, format_: str, **options: object) -> None:
    """Print SPEC as a readable layer table, as a paper would.

    With symbols for what is not given. --format yaml is the file of SPEC as it stands, to start
    from.
    """
    from costcalc import network
    from costcalc.graph.loading import spec_text
    from costcalc.report import emit
    from costcalc.report.views.counts import show_document

    bound = opt.binding(options)
    if format_ == "yaml":
        if bound:
            hint = f"leave {', '.join(bound)} out"
            raise CostcalcError("--format yaml is the file as it stands", hint)
        sys.stdout.write(spec_text(spec))
        return
    table = network.load(spec).show(values=bound)
    whole = format_ in ("csv", "markdown", "latex")
    emit(show_document(table, whole=whole), format_, table.to_dict)
