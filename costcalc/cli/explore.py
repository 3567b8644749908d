"""``costcalc explore``."""

from __future__ import annotations

import sys
from typing import Any

import click

from costcalc.cli import options as opt
from costcalc.errors import CostcalcError


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc explore mobilenet-v1 -o page.html\n"
    "  costcalc explore mobilenet-v1 mobilenet-v2 --alpha 0.5 -o review.html\n"
    "  costcalc explore ehm-mobilenet --claims 000 -o paper.html\n"
    "  costcalc explore my-net.yaml --convention keras -o my-net.html"
)
@click.argument("networks", nargs=-1, required=True, shell_complete=opt.complete_spec)
@opt.binding_options
@opt.convention_option
@click.option(
    *("--claims", "claims"),
    metavar="PAPER|FILE",
    multiple=True,
    help="Show the figures that a paper prints, as `costcalc check` takes it; may be repeated.",
)
@opt.format_option()
def explore(
    networks: tuple[str, ...], convention: str, claims: tuple[str, ...], **options: Any
) -> None:
    """Write a web page with sliders: width, depth, resolution.

    One file, and nothing else. It opens in any browser from where it lies, and shows at every
    setting what `costcalc count` prints. It starts at the values that are given here. A network is
    SPEC or SPEC@NAME=VALUE,….
    """
    from costcalc.explorer import page

    if sys.stdout.isatty():
        raise CostcalcError("a page is no text for a terminal", "-o page.html writes it")
    values = opt.binding(options)
    made = page.explore(networks, convention=convention, claims=claims, values=values)
    sys.stdout.write(made.html)
