"""``costcalc guard``."""

from __future__ import annotations

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc guard budgets.yaml\n"
    "  costcalc guard budgets.yaml --format sarif -o costs.sarif\n"
    "  costcalc guard budgets.yaml --format markdown     a table for a pull request\n\n"
    "Exit code 1 if a budget is broken, 2 if a network can't be counted."
)
@click.argument("budgets", metavar="BUDGETS", type=click.Path())
@opt.format_option("table", "json", "csv", "markdown", "latex", "sarif", "junit", "github")
def guard(budgets: str, format_: str) -> int:
    """Fail, as in CI, if a network breaks its budget of any cost.

    Each has its network and its reason. Says how much of each is spent, and of one that is broken
    which layers are in the way.
    """
    from costcalc.report import emit
    from costcalc.report.views.findings import guard_findings
    from costcalc.report.views.reviews import guard_document
    from costcalc.review import guard as guards

    found = guards.guard(budgets)
    emit(guard_document(found), format_, found.to_dict, lambda: guard_findings(found))
    return 0 if found.kept else 1
