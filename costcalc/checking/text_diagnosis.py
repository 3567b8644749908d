"""Why a figure in a sentence differs: it follows the printed table, or compares the other way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import ceil

from costcalc.checking.claims import COSTS, Figure, Target
from costcalc.checking.costs import Networks
from costcalc.checking.depth import WEIGHTED
from costcalc.checking.diagnosis import best_of
from costcalc.checking.figures import DIFFERS, ROUNDS, TRUNCATES, judge, read_printed
from costcalc.checking.fits import hits
from costcalc.checking.hypotheses import PRIORS
from costcalc.checking.search import CLASSES
from costcalc.checking.selection import Cannot
from costcalc.checking.slips import slips
from costcalc.checking.statement_values import Quantities, compared, judge_words
from costcalc.checking.verdicts import Hypothesis, Verdict


def diagnose_text(
    quantities: Quantities, verdict: Verdict, tables: Sequence[Figure]
) -> tuple[Hypothesis, ...]:
    """Hypotheses for one figure of the text; ``tables`` are the paper's printed figures."""
    figure = verdict.figure
    found: list[Hypothesis] = []
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
    return printed is not None and hits(printed, value)


def _from_tables(figure: Figure, tables: Sequence[Figure]) -> Iterator[Hypothesis]:
    """The comparison of the two figures that a table prints, rounded and slipped as they are."""
    assert figure.against is not None
    for left in _printed_for(figure.of[0], figure.metric, tables):
        for right in _printed_for(figure.against, figure.metric, tables):
            a, b = read_printed(left.printed, left.unit), read_printed(right.printed, right.unit)
            if a is None or b is None or left.paper != figure.paper:
                continue
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
                    yield Hypothesis("printed table", text, where, predicts, weight, sign == 1)


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


def diagnose_depth(networks: Networks, verdicts: Iterable[Verdict]) -> dict[str, list[Hypothesis]]:
    """Other ways to count layers, for the rows of a depth column that differ."""
    ways = {
        "every layer with weights is counted, those on shortcuts too": WEIGHTED,
        "every convolution is counted, those on shortcuts too, and no classifier": (
            "conv",
            "dwconv",
            "tconv",
        ),
    }
    found: dict[str, list[Hypothesis]] = {}
    wrong = [v for v in verdicts if v.verdict == DIFFERS and v.figure.of]
    for text, operators in ways.items():
        rows = []
        for verdict in wrong:
            target = verdict.figure.of[0]
            graph = networks.graph(target.spec, target.at)
            count = sum(layer.operator in operators for layer in graph.layers)
            printed = read_printed(verdict.figure.printed)
            if printed is not None and judge(printed, Fraction(count)) != DIFFERS:
                rows.append(verdict.figure.row)
        for row in rows:
            others = [name for name in rows if name != row]
            evidence = "gives it" + (f", and {', '.join(others)} as well" if others else "")
            weight = float(PRIORS["layers"] / len(ways))
            hypothesis = Hypothesis("layers", text, evidence, "", weight, len(rows) > 1)
            found.setdefault(row, []).append(hypothesis)
    return found
