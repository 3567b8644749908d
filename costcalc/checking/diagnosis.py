"""Why a figure differs: hypotheses ranked by how much they explain for how little.

A hypothesis must give the printed digits exactly. Its weight is its kind's prior over the number
of its kind that were tried, and one that also reproduces other figures of the column pays once for
all of them: the k-th root of its weight is what each of them pays. Nothing that fits is a finding
too, and is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from costcalc.checking.claims import Figure
from costcalc.checking.costs import Networks
from costcalc.checking.figures import DIFFERS, ROUNDS, TRUNCATES, Printed
from costcalc.checking.fits import Fit, hits, listed, printed_of
from costcalc.checking.hypotheses import PRIORS, Alternative, Counter, alternatives
from costcalc.checking.misprints import slipped, slipped_after
from costcalc.checking.offsets import offsets, rounded_up
from costcalc.checking.search import Column
from costcalc.checking.verdicts import Hypothesis, Verdict

#: As many hypotheses as are worth reading, and what each must weigh: what is below is chance.
KEPT = 5
LEAST = 1 / 500

Id = tuple[str, str, str, str]


def diagnose_column(
    networks: Networks,
    column: Column,
    verdicts: Sequence[Verdict],
    sisters: Sequence[Sequence[Verdict]],
) -> dict[Id, tuple[Hypothesis, ...]]:
    """Hypotheses for every figure of the column that differs.

    ``sisters`` are the columns of the same metric in the paper's other tables, in their order; an
    offset is looked for only from an earlier table, which the later one may have been made from.
    """
    wrong = [v for v in verdicts if v.verdict == DIFFERS]
    if not wrong:
        return {}
    counter = Counter(networks, column.best.way, column.best.binding)
    tried = list(alternatives(counter, [v.figure for v in verdicts]))
    tried += rounded_up(counter, tried)
    fits = list(_fits(tried, verdicts))
    fits += offsets(counter, tried, verdicts, sisters)
    found = {}
    for verdict in wrong:
        ranked = [
            *_from_fits(verdict, fits),
            *_other_rows(verdict, verdicts, sisters),
            *slipped(verdict, verdicts),
            *slipped_after(verdict, fits, len(wrong)),
        ]
        said = {(fit.alternative.kind, fit.alternative.text): fit for fit in fits}
        found[verdict.figure.id] = tuple(
            h._replace(predicts=_predicted(said[(h.kind, h.text)], verdicts))
            if (h.kind, h.text) in said
            else h
            for h in best_of(ranked)
        )
    return found


def best_of(hypotheses: Iterable[Hypothesis]) -> tuple[Hypothesis, ...]:
    """The likeliest first, each said once."""
    distinct: dict[tuple[str, str], Hypothesis] = {}
    for h in sorted(hypotheses, key=lambda h: h.weight, reverse=True):
        if h.weight >= LEAST:
            distinct.setdefault((h.kind, h.text), h)
    return tuple(distinct.values())[:KEPT]


def _fits(tried: Iterable[Alternative], verdicts: Sequence[Verdict]) -> Iterable[Fit]:
    """Alternatives that reproduce at least one figure that differs."""
    wrong = [v for v in verdicts if v.verdict == DIFFERS]
    for alternative in tried:
        rows = tuple(v.figure.row for v in wrong if _gives(alternative, v.figure))
        if rows:
            yield Fit(alternative, rows)


def _predicted(fit: Fit, verdicts: Sequence[Verdict]) -> str:
    """What the alternative says of the figures that agree without it."""
    if fit.alternative.kind == "offset":
        return f"holds for {len(fit.rows)} of {len(verdicts)} figures of the column"
    right = [v for v in verdicts if v.verdict in (ROUNDS, TRUNCATES)]
    against = [v.figure.row for v in right if not _gives(fit.alternative, v.figure)]
    if against:
        return f"would change {listed(against)}, which agree"
    if len(fit.rows) == len(verdicts):
        return f"holds for all {len(verdicts)} figures of the column"
    holds = len(fit.rows) + len(right)
    return f"holds for {holds} of {len(verdicts)} figures of the column, those that agree included"


def _gives(alternative: Alternative, figure: Figure) -> bool:
    value = alternative.value(figure)
    return value is not None and hits(printed_of(figure), value)


def _from_fits(verdict: Verdict, fits: Iterable[Fit]) -> Iterable[Hypothesis]:
    row = verdict.figure.row
    for fit in fits:
        if row not in fit.rows:
            continue
        together = len(fit.rows)
        alternative = fit.alternative
        single = PRIORS[alternative.kind] / alternative.choices
        # an offset is fitted to one row, so that only the others speak for it
        votes = together - 1 if alternative.kind == "offset" else together
        weight = float(single) ** (1 / max(votes, 1))
        others = [name for name in fit.rows if name != row]
        evidence = f"gives {verdict.figure.printed}"
        if others:
            evidence += f", and the printed {listed(others)} as well"
        whole = together > 1
        yield Hypothesis(alternative.kind, alternative.text, evidence, "", weight, whole)


def _other_rows(
    verdict: Verdict, verdicts: Sequence[Verdict], sisters: Sequence[Sequence[Verdict]]
) -> Iterable[Hypothesis]:
    """The figure of another row of this column, or of this row in another table."""
    printed = printed_of(verdict.figure)
    own = _distance(verdict, printed)
    others = [v for v in verdicts if not _same_subject(v, verdict)]
    for other in others:
        value = other.computed
        if not isinstance(value, Fraction):
            continue
        same = other.figure.printed == verdict.figure.printed
        if hits(printed, value) or (same and _distance(other, printed) < own):
            text = f"the figure of row {other.figure.row}"
            predicts = f"row {other.figure.row} should print {other.should_be}"
            weight = float(PRIORS["other row"] / len(others))
            evidence = f"it prints {other.figure.printed}"
            yield Hypothesis("other row", text, evidence, predicts, weight)
    for sister in sisters:
        for other in sister:
            if other.figure.row == verdict.figure.row and (
                other.figure.printed == verdict.figure.printed
                and not other.figure.repeats
                and not _same_subject(other, verdict)
            ):
                text = f"the figure of the same row in {other.figure.table}"
                weight = float(PRIORS["other row"] / (2 * len(sisters)))
                predicts = f"{other.figure.table} agrees" if other.verdict != DIFFERS else ""
                evidence = f"it is {other.figure.printed}"
                yield Hypothesis("other row", text, evidence, predicts, weight)


def _same_subject(a: Verdict, b: Verdict) -> bool:
    """Whether two figures are of the same network at the same binding."""
    return bool(a.figure.of and b.figure.of) and (
        a.figure.of[0]._replace(place=b.figure.of[0].place) == b.figure.of[0]
    )


def _distance(verdict: Verdict, printed: Printed) -> Fraction:
    assert isinstance(verdict.computed, Fraction)
    return abs(verdict.computed / printed.scale - printed.value)
