"""``costcalc new``."""

from __future__ import annotations

import sys

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc new my-net -o my-net.yaml\n"
    "  costcalc new my-net | costcalc count -"
)
@click.argument("name")
@opt.format_option()
def new(name: str) -> None:
    """Print a network called NAME to start from, with comments.

    To start from one that ships: `costcalc show SPEC --format yaml`.
    """
    from costcalc.language.starter import starter

    sys.stdout.write(starter(name))
