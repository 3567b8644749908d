"""What papers print of the networks on a page: figures of costs beside what they should be, and
what else their rows print, which a cost buys: accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from costcalc.algebra.result import Json
from costcalc.errors import CostcalcError
from costcalc.explorer.data import Start
from costcalc.explorer.nodes import plain
from costcalc.language.parameters import value_text
from costcalc.papers.claims.targets import load
from costcalc.papers.published import network_of
from costcalc.papers.run import check
from costcalc.papers.verify.verdicts import Verdict


def published(papers: Sequence[str | Path], starts: Sequence[Start]) -> list[Json]:
    """The printed rows that are about whole networks of the page, each with its place, what it
    binds, its figures and what stands beside them; those that repeat another are left out.

    :raises CostcalcError: no such paper, problems in a claims file, or nothing about the networks.
    """
    report = check(papers)
    titles = {paper.name: paper.title for paper in report.papers}
    files = [start.spec.file for start in starts]
    rows: dict[object, Json] = {}
    named: set[str] = set()
    for verdict in report.verdicts:
        figure = verdict.figure
        name = network_of(figure)
        if figure.repeats or not name:
            continue
        named.add(name)
        (target,), spec = figure.of, load(name)
        if spec.file in files:
            row = rows.setdefault(
                (figure.paper, figure.table, figure.row, name),
                {
                    "network": files.index(spec.file),
                    "at": {name: value_text(value) for name, value in spec.bind(target.at).items()},
                    "paper": titles[figure.paper],
                    "table": figure.table,
                    "row": figure.row,
                    "beside": dict(figure.info),
                },
            )
            row[figure.metric] = _figure(verdict)
    if not rows:
        message = f"no figure of {', '.join(map(str, papers))} is about a network of the page"
        raise CostcalcError(message, f"they are about {', '.join(sorted(named)) or 'none'}")
    return list(rows.values())


def _figure(verdict: Verdict) -> Json:
    """What is printed, as text and as an amount, and what it should be; null where that is no
    number, or not known."""
    figure = verdict.figure
    printed, computed = verdict.numbers or (None, None)
    return {
        "printed": f"{figure.printed} {figure.unit}".strip(),
        "amount": None if printed is None else plain(printed.value * printed.scale),
        "computed": None if computed is None else plain(computed),
        "should_be": f"{verdict.shown} {figure.unit}".strip() if verdict.shown else "",
        "verdict": verdict.verdict,
        "convention": verdict.convention,
        "note": figure.expect or figure.note or verdict.reason,
    }
