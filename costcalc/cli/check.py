"""``costcalc check``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import click

from costcalc.cli import options as opt


@click.command(
    epilog="\b\nExamples:\n"
    "  costcalc check                          every shipped paper\n"
    '  costcalc check 000 --table "Table 5"    one table\n'
    "  costcalc check my-claims.yaml --all     your own paper, every figure\n\n"
    "Exit code 1 if a verdict is not the one that its file expects."
)
@click.argument("papers", nargs=-1, metavar="[PAPER|FILE]...")
@click.option("--all", "everything", is_flag=True, help="Every figure, not only what differs.")
@click.option("--table", metavar="NAME", default="", help='One printed table: "Table 5".')
@click.option("--strict", is_flag=True, help="Exit code 1 if anything differs at all.")
@opt.format_option("table", "json", "csv", "markdown", "sarif", "junit", "github")
def check(papers: tuple[str, ...], everything: bool, table: str, strict: bool, format_: str) -> int:
    """Check the numbers that papers print; say why any is wrong.

    Every printed figure is held against its network. A PAPER is a shipped one (000, 001, …); a FILE
    is a claims file of your own.
    """
    from costcalc.papers.run import check as run
    from costcalc.report import emit
    from costcalc.report.views.checks import check_document, figures_document
    from costcalc.report.views.findings import check_findings

    watched: AbstractContextManager[Callable[[str, int, int], None] | None] = nullcontext()
    if sys.stderr.isatty():
        from costcalc.report.formats import terminal

        watched = terminal.progress()
    with watched as step:
        report = run(papers, table=table, progress=step)
    if format_ == "csv":
        document = figures_document(report)
    else:
        document = check_document(report, everything=everything)
    emit(document, format_, report.to_dict, lambda: check_findings(report))
    return 0 if (report.agrees if strict else report.as_expected) else 1
