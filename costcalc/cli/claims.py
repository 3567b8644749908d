"""``costcalc claims``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from costcalc.cli import options as opt


@click.group()
def claims() -> None:
    """Claims files: the printed figures that `costcalc check` holds against the model."""


@claims.command(
    epilog="\b\nExample:\n  costcalc claims new --from table.csv --spec my-net.yaml -o claims.yaml"
)
@click.option(
    "--from",
    "table",
    required=True,
    type=click.Path(path_type=Path),
    help="The file of the table: CSV, Markdown or LaTeX.",
)
@click.option(
    "--spec",
    multiple=True,
    metavar="[NAME=]SPEC",
    shell_complete=opt.complete_spec,
    help="What it is about; NAME=SPEC for the rows that are called so (repeatable).",
)
@click.option("--title", default="", metavar="TEXT", help="The paper's title.")
@opt.format_option()
def new(table: Path, spec: tuple[str, ...], title: str) -> None:
    """Start a file of your own paper's numbers, for check.

    Prints a claims file for a table in CSV, Markdown or LaTeX.

    Columns are recognised by their headings: Mult-Adds (M), GFLOPs, Params (M), the network's
    parameters; rows by the names of shipped networks, and of those that --spec gives.
    """
    from costcalc.papers.claims.new import new_claims

    sys.stdout.write(new_claims(table, spec, title))
