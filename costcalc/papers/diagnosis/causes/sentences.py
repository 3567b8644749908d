"""A figure in a sentence: it is that of another thing, follows the printed table, or compares the
other way round."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from costcalc.algebra.amounts import ROUNDS, TRUNCATES, read_printed
from costcalc.graph.selection import Target
from costcalc.papers.claims.claims import TEXT, Figure
from costcalc.papers.diagnosis.cause import Sentences, compares, same_target, shows
from costcalc.papers.verify.figures import compared
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

SAME_FIGURE_PRIOR = Fraction(1, 4)
PRINTED_TABLE_PRIOR = Fraction(1, 2)
COMPARISON_PRIOR = Fraction(1, 8)


def same_figure(case: Sentences, verdict: Verdict) -> Iterator[Hypothesis]:
    """One figure that a sentence prints for two things, where it is right for the other."""
    figure = verdict.figure
    for other in (v for v in case.judged if v.figure.table == TEXT and v is not verdict):
        same = (other.figure.text, other.figure.printed) == (figure.text, figure.printed)
        if same and figure.text and other.verdict in (ROUNDS, TRUNCATES):
            which = other.figure.metric if other.figure.row == figure.row else other.figure.row
            text = f"one figure is printed for both, that of {which}"
            evidence, predicts = f"{other.shown} there", "it is right there"
            holds, weight = "both figures of the sentence", float(SAME_FIGURE_PRIOR)
            yield Hypothesis("same sentence", text, evidence, predicts, weight, holds)


def from_table(case: Sentences, verdict: Verdict) -> Iterator[Hypothesis]:
    """The comparison of the two figures that a table prints, rounded and slipped as they are."""
    figure = verdict.figure
    if figure.against is None or not compares(figure):
        return
    ours, theirs = (_printed_for(t, figure.metric, case) for t in (figure.of[0], figure.against))
    for (left, of), (right, against) in product(ours, theirs):
        value = compared(figure.kind, of, against)
        where = f"{left.table} prints {left.printed} and {right.table} {right.printed}"
        if left.table == right.table:
            where = f"{left.table} prints {left.printed} and {right.printed}"
        text = "computed from the printed table"
        turned = f"{text}, and an increase taken for a decrease"
        for sign, said, tried in ((1, text, 1), (-1, turned, 2)):
            if shows(figure, sign * value):
                weight = float(PRINTED_TABLE_PRIOR) / tried
                predicts = "the table's own slips carry over"
                holds = " and ".join(dict.fromkeys((left.table, right.table)))
                yield Hypothesis("printed table", said, where, predicts, weight, holds)


def _printed_for(target: Target, metric: str, case: Sentences) -> list[tuple[Figure, Fraction]]:
    """What the tables print for a target, with its value; zero is nothing to compare with."""
    figures = [v.figure for v in case.judged if v.figure.table != TEXT and v.figure.of]
    same = [f for f in figures if f.metric == metric and same_target(f.of[0], target)]
    printed = [(f, read_printed(f.printed, f.unit)) for f in same]
    return [(f, p.value * p.scale) for f, p in printed if p is not None and p.value]


def compared_otherwise(case: Sentences, verdict: Verdict) -> Iterator[Hypothesis]:
    """The same two networks, compared the other way round."""
    figure = verdict.figure
    value = case.compared(figure, {})
    if value is None or figure.against is None:
        return
    exchanged = figure._replace(of=(figure.against,), against=figure.of[0])
    readings = [
        ("the two sides are exchanged", case.compared(exchanged, {})),
        ("an increase is taken for a decrease", -value),
    ]
    if figure.kind == "factor":
        # a factor n may be said as "n times less", meaning a saving of n - 1
        readings.append(("what is saved, not the factor", value - 1))
    for text, reading in readings:
        if reading is not None and shows(figure, reading):
            weight = float(COMPARISON_PRIOR)
            yield Hypothesis("other comparison", text, "gives it", "", weight)
