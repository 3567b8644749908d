"""Why a figure in a sentence differs: it follows the printed table, or compares the other way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil

from costcalc.algebra.printed import DIFFERS, ROUNDS, TRUNCATES, read_printed
from costcalc.graph.selection import Cannot, Target
from costcalc.papers.claims.claims import COSTS, Figure
from costcalc.papers.diagnosis.column import best_of
from costcalc.papers.diagnosis.hypotheses import PRIORS
from costcalc.papers.diagnosis.slips import slips
from costcalc.papers.verify.search import CLASSES
from costcalc.papers.verify.statements import Quantities, compared, judge_words
from costcalc.papers.verify.verdicts import Hypothesis, Verdict


def diagnose_text(
    quantities: Quantities, verdict: Verdict, judged: Sequence[Verdict]
) -> tuple[Hypothesis, ...]:
    """Hypotheses for one figure of the text; ``judged`` are the verdicts on the paper."""
    figure = verdict.figure
    tables = [v.figure for v in judged if v.figure.table != "text"]
    found: list[Hypothesis] = list(_same_sentence(verdict, judged))
    if figure.against is not None and len(figure.means) < 2 and not figure.over:
        found += _from_tables(figure, tables)
        found += _otherwise(quantities, figure)
    printed = read_printed(figure.printed, figure.unit)
    if printed is not None and isinstance(verdict.computed, Fraction):
        for mode in (ROUNDS, TRUNCATES):
            for slip in slips(printed, printed.write(verdict.computed, mode)):
                weight = float(PRIORS[slip.kind] / slip.choices)
                evidence = f"the count gives {verdict.should_be}"
                found.append(Hypothesis(slip.kind, slip.text, evidence, "", weight))
        exact = verdict.computed / printed.scale
        if ceil(exact / printed.step) * printed.step == printed.value:
            weight = float(PRIORS["rounded up"])
            found.append(
                Hypothesis("rounded up", "the count, and rounded up", "gives it", "", weight)
            )
    return best_of(found)


def fits(figure: Figure, value: Fraction) -> bool:
    """Whether the exact value gives the printed figure or word."""
    if figure.means:
        return judge_words(figure, [value]) != DIFFERS
    printed = read_printed(figure.printed, figure.unit)
    return printed is not None and printed.shows(value)


def _same_sentence(verdict: Verdict, judged: Sequence[Verdict]) -> Iterator[Hypothesis]:
    """One figure that a sentence prints for two things, where it is right for the other."""
    figure = verdict.figure
    for other in (v for v in judged if v.figure.table == "text" and v is not verdict):
        same = (other.figure.text, other.figure.printed) == (figure.text, figure.printed)
        if same and figure.text and other.verdict in (ROUNDS, TRUNCATES):
            which = other.figure.metric if other.figure.row == figure.row else other.figure.row
            text = f"one figure is printed for both, that of {which}"
            weight = float(PRIORS["same sentence"])
            evidence = f"{other.shown} there"
            holds = "both figures of the sentence"
            yield Hypothesis("same sentence", text, evidence, "it is right there", weight, holds)


def _from_tables(figure: Figure, tables: Sequence[Figure]) -> Iterator[Hypothesis]:
    """The comparison of the two figures that a table prints, rounded and slipped as they are."""
    assert figure.against is not None
    for left in _printed_for(figure.of[0], figure.metric, tables):
        for right in _printed_for(figure.against, figure.metric, tables):
            a, b = read_printed(left.printed, left.unit), read_printed(right.printed, right.unit)
            if a is None or b is None or left.paper != figure.paper:
                continue
            if not a.value or not b.value:
                continue  # nothing to compare with
            value = compared(figure.kind, a.value * a.scale, b.value * b.scale)
            where = f"{left.table} prints {left.printed} and {right.table} {right.printed}"
            if left.table == right.table:
                where = f"{left.table} prints {left.printed} and {right.printed}"
            for sign, text in (
                (1, "computed from the printed table"),
                (-1, "computed from the printed table, and an increase taken for a decrease"),
            ):
                if fits(figure, sign * value):
                    weight = float(PRIORS["printed table"]) / (1 if sign == 1 else 2)
                    predicts = "the table's own slips carry over"
                    holds = " and ".join(dict.fromkeys((left.table, right.table)))
                    yield Hypothesis("printed table", text, where, predicts, weight, holds)


def _printed_for(target: Target, metric: str, tables: Sequence[Figure]) -> list[Figure]:
    wanted = target._replace(place=target.place)
    return [
        figure
        for figure in tables
        if figure.metric == metric
        and figure.of
        and figure.of[0]._replace(place=wanted.place) == wanted
    ]


def _otherwise(quantities: Quantities, figure: Figure) -> Iterator[Hypothesis]:
    """The same two networks compared the other way round, or with another number of classes."""
    assert figure.against is not None
    try:
        of = quantities.of(figure.of[0], figure.metric, {})
        against = quantities.of(figure.against, figure.metric, {})
        changed = [
            ("the two sides are exchanged", compared(figure.kind, against, of)),
            ("an increase is taken for a decrease", -compared(figure.kind, of, against)),
        ]
        if figure.kind == "factor":
            # a factor n may be said as "n times less", meaning a saving of n - 1
            changed.append(("what is saved, not the factor", against / of - 1))
    except Cannot:
        return
    for text, value in changed:
        if fits(figure, value):
            yield Hypothesis("other comparison", text, "gives it", "", 1 / 8)
    if figure.metric not in COSTS or figure.of[0].layer or figure.means:
        return
    for classes in CLASSES:
        extra = {"classes": classes}
        try:
            value = compared(
                figure.kind,
                quantities.of(figure.of[0], figure.metric, extra),
                quantities.of(figure.against, figure.metric, extra),
            )
        except Cannot:
            continue
        if fits(figure, value):
            weight = float(PRIORS["other classes"]) / len(CLASSES)
            text = f"counted with {classes} classes"
            yield Hypothesis("other classes", text, "gives it", "", weight)
