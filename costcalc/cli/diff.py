"""``costcalc diff``."""

from __future__ import annotations

from typing import Any

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc diff old.yaml new.yaml\n"
    "  costcalc diff HEAD:net.yaml net.yaml            since the last commit\n"
    "  costcalc diff v1.0:net.yaml net.yaml --exit-code\n"
    "  costcalc diff mobilenet-v1 mobilenet-v1@alpha=0.75"
)
@click.argument("old", shell_complete=opt.complete_spec)
@click.argument("new", shell_complete=opt.complete_spec)
@opt.binding_options
@opt.convention_option
@click.option("--exit-code", "told", is_flag=True, help="Exit code 1 if anything moved.")
@opt.format_option("table", "json", "csv", "markdown", "latex")
def diff(old: str, new: str, told: bool, format_: str, **options: Any) -> int:
    """Compare two versions of SPEC: what moved, layer by layer.

    Each is a file, the name of a shipped network, or REV:path of a git checkout: the file as it was
    at that revision; @NAME=VALUE binds one of them. Layers that changed alike share a line.
    """
    from costcalc.report import emit
    from costcalc.report.views.reviews import difference_document
    from costcalc.review import difference

    found = difference.diff(old, new, values=opt.binding(options), **options)
    emit(difference_document(found), format_, found.to_dict)
    return int(told and not found.equal)
