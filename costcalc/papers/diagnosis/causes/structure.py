"""What is said of a network's structure: a cell of a layer table with a stride that the rows below
contradict, a wrong factor or a wrong count of rows that repeat; and a printed depth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial

from costcalc.algebra.amounts import ROUNDS
from costcalc.graph.depth import WEIGHTED
from costcalc.papers.claims.claims import Figure
from costcalc.papers.diagnosis.cause import printed_of
from costcalc.papers.diagnosis.evidence import Claimed, groups, holds_for
from costcalc.papers.layer_tables.cells import factors
from costcalc.papers.verify.costs import Networks
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

STRIDE_WEIGHT = 1.0
FACTOR_WEIGHT = 0.5
REPEAT_WEIGHT = 1.0
DEPTH_PRIOR = Fraction(1, 4)
#: Other ways to count layers, as the operators that each counts wherever they stand.
_DEPTHS = {
    "every layer with weights is counted, those on shortcuts too": WEIGHTED,
    "every convolution is counted, those on shortcuts too, and no classifier": (
        *("conv", "dwconv", "tconv"),
    ),
}


def stride(cells: Sequence[Verdict], verdict: Verdict) -> Iterator[Hypothesis]:
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


def factor(cells: Sequence[Verdict], verdict: Verdict) -> Iterator[Hypothesis]:
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


# -- depths ---------------------------------------------------------------------------------------


def depths(networks: Networks, column: Sequence[Verdict], verdict: Verdict) -> Iterator[Hypothesis]:
    """A depth counts layers that others do not, or leaves out some that others count."""
    prior = DEPTH_PRIOR / len(_DEPTHS)
    for text, operators in _DEPTHS.items():
        gives = partial(_counts, networks, operators)
        if gives(verdict.figure):
            given = [v.figure for v in column if v.differs and gives(v.figure)]
            claimed = Claimed(gives, gives, lambda missed: False, prior)
            holds = holds_for(verdict, groups(column), claimed)
            predicts = f"holds for {holds}" if holds else ""
            evidence = f"gives {' and '.join(figure.printed for figure in given)}"
            fits = () if holds else tuple(figure.row for figure in given)
            yield Hypothesis("layers", text, evidence, predicts, float(prior), holds, fits=fits)


def _counts(networks: Networks, operators: Sequence[str], figure: Figure) -> bool:
    """Whether a printed depth is the number of layers with these operators."""
    graph = networks.graph(figure.of[0].spec, figure.of[0].at)
    count = sum(layer.operator in operators for layer in graph.layers)
    return printed_of(figure).shows(Fraction(count))
