"""A cell of a layer table: a stride that the rows below contradict, a wrong factor, a wrong count
of rows that repeat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from costcalc.algebra.amounts import ROUNDS
from costcalc.papers.diagnosis.cause import Cause
from costcalc.papers.layer_tables.cells import factors
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

STRIDE_WEIGHT = 1.0
FACTOR_WEIGHT = 0.5
REPEAT_WEIGHT = 1.0


def _stride(cells: Sequence[Verdict], verdict: Verdict) -> Iterator[Hypothesis]:
    """The stride is wrong, as the next row's printed input size says."""
    if not verdict.figure.row.endswith("type / stride"):
        return
    below = _sizes_below(cells, verdict)
    text = f"the stride is wrong: {verdict.should_be} is meant"
    evidence = "the network has that stride"
    if below:
        evidence = "the next row's printed input size has the sides of that stride"
    agree = len(below) > 1 and all(v.verdict == ROUNDS for v in below)
    holds = f"all {len(below)} input sizes below it" if agree else ""
    predicts = "the sizes below stay as printed"
    yield Hypothesis("stride", text, evidence, predicts, STRIDE_WEIGHT, holds)


def _sizes_below(cells: Sequence[Verdict], verdict: Verdict) -> list[Verdict]:
    """The input sizes of the rows below; none if the next one does not agree."""
    later = cells[cells.index(verdict) + 1 :]
    sizes = [v for v in later if v.figure.row.endswith("input size") and _row(v) != _row(verdict)]
    return sizes if sizes and sizes[0].verdict == ROUNDS else []


def _factor(cells: Sequence[Verdict], verdict: Verdict) -> Iterator[Hypothesis]:
    """One factor is wrong, that the row's other cell may have right."""
    if " " in verdict.should_be:
        return  # words, not factors
    printed, right = factors(verdict.figure.printed), factors(verdict.should_be)
    if len(printed) != len(right):
        return
    apart = [(a, b) for a, b in zip(printed, right, strict=True) if a != b]
    if len(apart) != 1:
        return
    ((wrong, meant),) = apart
    same_row = [v.figure.printed for v in cells if v is not verdict and _row(v) == _row(verdict)]
    beside = [cell for cell in same_row if meant in factors(cell)]
    evidence = f"the same row prints {beside[0]}" if beside else f"the network has {meant}"
    text = f"one factor is wrong: {wrong} for {meant}"
    holds = "both cells of the row" if beside else ""
    predicts = "the rows around it agree"
    yield Hypothesis("wrong factor", text, evidence, predicts, FACTOR_WEIGHT, holds)


def _row(verdict: Verdict) -> str:
    return verdict.figure.row.rpartition(", ")[0]


def repeat_count(text: str, table: str, cells: int) -> Hypothesis:
    """One run of rows is repeated more or less often than is printed."""
    evidence, holds = "with that the rows add up", f"all {cells} cells of {table}"
    return Hypothesis("repeat count", text, evidence, "", REPEAT_WEIGHT, holds)


STRIDE = Cause(cells=_stride)
FACTOR = Cause(cells=_factor)
