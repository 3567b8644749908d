"""Why a cell of a layer table differs: a stride that the rows below contradict, a wrong factor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costcalc.algebra.printed import DIFFERS, ROUNDS
from costcalc.papers.claims.claims import ROWS
from costcalc.papers.verify.cell_values import factors
from costcalc.papers.verify.verdicts import Hypothesis, Verdict


def explained(verdicts: list[Verdict]) -> list[Verdict]:
    """Why a cell differs: a stride that the next row's printed input size contradicts, or one
    factor that the row's other cell has right."""
    result = []
    for verdict in verdicts:
        if verdict.verdict == DIFFERS and not _counts_rows(verdict):
            if verdict.figure.row.endswith("type / stride"):
                below = _sizes_below(verdicts, verdict)
                following = "the next row's printed input size has the sides of that stride"
                hypothesis = Hypothesis(
                    "stride",
                    f"the stride is wrong: {verdict.should_be} is meant",
                    following if below else "the network has that stride",
                    "the sizes below stay as printed",
                    1.0,
                    f"all {len(below)} input sizes below it"
                    if len(below) > 1 and all(v.verdict == ROUNDS for v in below)
                    else "",
                )
                verdict = verdict._replace(diagnosis=(hypothesis,))
            else:
                verdict = verdict._replace(diagnosis=tuple(_wrong_factor(verdicts, verdict)))
        result.append(verdict)
    return result


def repeat_count(text: str, table: str, cells: int) -> Hypothesis:
    """One run of rows that is repeated more or less often than is printed."""
    evidence = "with that the rows add up"
    return Hypothesis("repeat count", text, evidence, "", 1.0, f"all {cells} cells of {table}")


def _counts_rows(verdict: Verdict) -> bool:
    return verdict.figure.row.split(", ")[-1] == ROWS


def _wrong_factor(verdicts: Sequence[Verdict], verdict: Verdict) -> Iterator[Hypothesis]:
    if " " in verdict.should_be:
        return  # words, not factors
    printed, right = factors(verdict.figure.printed), factors(verdict.should_be)
    if len(printed) != len(right):
        return
    places = [i for i, (a, b) in enumerate(zip(printed, right, strict=True)) if a != b]
    if len(places) != 1:
        return
    wrong, meant = printed[places[0]], right[places[0]]
    row = verdict.figure.row.rpartition(", ")[0]
    beside = [
        v.figure.printed
        for v in verdicts
        if v is not verdict
        and v.figure.row.rpartition(", ")[0] == row
        and meant in factors(v.figure.printed)
    ]
    evidence = f"the same row prints {beside[0]}" if beside else f"the network has {meant}"
    text = f"one factor is wrong: {wrong} for {meant}"
    holds = "both cells of the row" if beside else ""
    yield Hypothesis("wrong factor", text, evidence, "the rows around it agree", 0.5, holds)


def _sizes_below(verdicts: Sequence[Verdict], verdict: Verdict) -> list[Verdict]:
    """The input sizes of the rows below; none if the next one does not agree."""
    later = verdicts[verdicts.index(verdict) + 1 :]
    own = verdict.figure.row.rpartition(", ")[0]
    sizes = [
        v
        for v in later
        if v.figure.row.endswith("input size") and v.figure.row.rpartition(", ")[0] != own
    ]
    return sizes if sizes and sizes[0].verdict == ROUNDS else []
