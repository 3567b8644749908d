"""``costcalc new``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc new my-net -o my-net.yaml\n"
    "  costcalc new my-net | costcalc count -\n"
    "  costcalc new --from table.tex -o my-net.yaml\n"
    "  costcalc new resnet-34 --from table.tex --column 34-layer"
)
@click.argument("name", default="")
@click.option(
    "--from",
    "table",
    type=click.Path(path_type=Path),
    metavar="TABLE",
    help="The file of a paper's layer table: CSV, Markdown, HTML or LaTeX.",
)
@click.option(
    "--column",
    default="",
    metavar="HEADING",
    help="The column with the layers, where TABLE has several networks.",
)
@click.option("--scaled", is_flag=True, help="α is to scale the channels that TABLE prints.")
@opt.format_option()
def new(name: str, table: Path | None, column: str, scaled: bool) -> None:
    """Print a spec to start from, or one of a paper's table.

    A network called NAME, with comments; with --from, the one in a table. To start from one that
    ships: `costcalc show SPEC --format yaml`.
    """
    if table is not None:
        from costcalc.papers.layer_tables.new import new_network

        sys.stdout.write(new_network(table, name, column, scaled=scaled))
        return
    if not name or column or scaled:
        what = "--column and --scaled belong to --from" if name else "Missing argument 'NAME'."
        raise click.UsageError(what)
    from costcalc.language.starter import starter

    sys.stdout.write(starter(name))
