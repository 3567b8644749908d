"""Why a figure differs: hypotheses ranked by how much they explain for how little.

A hypothesis must give the printed digits exactly. Its weight is its kind's prior over the number
of its kind that were tried. One that holds for a group of printed figures pays once for all that it
explains: the k-th root of its weight is what each of them pays. Nothing that fits is a finding too,
and is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial

from costcalc.algebra.printed import DIFFERS, Printed
from costcalc.papers.diagnosis.fits import Fit, listed, printed_of
from costcalc.papers.diagnosis.groups import Claimed, Group, groups, holds_for
from costcalc.papers.diagnosis.hypotheses import PRIORS, Alternative, Counter, alternatives
from costcalc.papers.diagnosis.misprints import misprint_after, slipped, slipped_after
from costcalc.papers.diagnosis.offsets import offsets, rounded_up
from costcalc.papers.diagnosis.same_depth import at_printed_depth
from costcalc.papers.diagnosis.sisters import from_sisters
from costcalc.papers.verify.costs import Networks
from costcalc.papers.verify.search import Column
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

#: As many hypotheses as are worth reading, and what each must weigh: what is below is chance.
KEPT = 5
LEAST = 1 / 500

Id = tuple[str, str, str, str]


def diagnose_column(
    networks: Networks,
    column: Column,
    verdicts: Sequence[Verdict],
    sisters: Sequence[Sequence[Verdict]],
    depths: Mapping[str, int],
) -> dict[Id, tuple[Hypothesis, ...]]:
    """Hypotheses for every figure of the column that differs.

    ``sisters`` are the columns of the same metric in the paper's other tables, in their order;
    ``depths`` the depths that the table prints, by row.
    """
    wrong = [v for v in verdicts if v.verdict == DIFFERS]
    if not wrong:
        return {}
    counter = Counter(networks, column.best.way, column.best.binding)
    figures = [v.figure for v in verdicts]
    tried = list(alternatives(counter, figures))
    tried += rounded_up(counter, tried)
    tried += offsets(counter, tried, verdicts)
    tried += from_sisters(counter, verdicts, sisters)
    fits = list(_fits(tried, verdicts))
    left = [v.figure for v in wrong if not any(v.figure.row in fit.rows for fit in fits)]
    fits += _fits(at_printed_depth(counter, figures, left, depths), verdicts)
    marked = groups(verdicts)
    found = {}
    for verdict in wrong:
        found[verdict.figure.id] = best_of(
            [
                *_from_fits(verdict, fits, verdicts, marked),
                *_other_rows(verdict, verdicts, sisters),
                *slipped(verdict, verdicts),
                *slipped_after(verdict, fits, len(wrong)),
            ]
        )
    return found


def best_of(hypotheses: Iterable[Hypothesis]) -> tuple[Hypothesis, ...]:
    """The likeliest first, each said once; the likeliest that holds for a group is among them."""
    distinct: dict[tuple[str, str], Hypothesis] = {}
    for h in sorted(hypotheses, key=lambda h: (h.weight, bool(h.holds)), reverse=True):
        if h.weight >= LEAST:
            distinct.setdefault((h.kind, h.text), h)
    ranked = list(distinct.values())
    kept = ranked[:KEPT]
    if not any(h.holds for h in kept):
        kept += [h for h in ranked[KEPT:] if h.holds][:1]
    return tuple(kept)


def _fits(tried: Iterable[Alternative], verdicts: Sequence[Verdict]) -> Iterator[Fit]:
    """Alternatives that reproduce at least one figure that differs."""
    wrong = [v.figure for v in verdicts if v.verdict == DIFFERS]
    right = [v.figure for v in verdicts if v.verdict != DIFFERS]
    for alternative in tried:
        given = [figure.row for figure in wrong if alternative.gives(figure)]
        rows = tuple(f.row for f in wrong if f.row in given and not alternative.begs(f))
        if rows:
            kept = [figure.row for figure in right if alternative.gives(figure)]
            yield Fit(alternative, rows, (*kept, *(row for row in given if row not in rows)))


def _from_fits(
    verdict: Verdict, fits: Iterable[Fit], verdicts: Sequence[Verdict], marked: Sequence[Group]
) -> Iterator[Hypothesis]:
    row = verdict.figure.row
    for fit in fits:
        if row not in fit.rows:
            continue
        together = len(fit.rows)
        alternative = fit.alternative
        single = PRIORS[alternative.kind] / alternative.choices
        claimed = Claimed(
            fit.gives, fit.explains, partial(misprint_after, fit), min(single, Fraction(1))
        )
        holds = holds_for(verdict, marked, claimed)
        # an offset is fitted to one row, so that only the others speak for it
        votes = together - 1 if alternative.kind == "offset" else together
        weight = float(single) ** (1 / max(votes, 1) if holds else 1)
        if weight < LEAST:
            continue
        if holds:
            evidence = _given(fit, verdicts)
            predicts = f"holds for {holds}"
        else:
            others = [name for name in fit.rows if name != row]
            evidence = f"gives {verdict.figure.printed}"
            evidence += f", and the printed {listed(others)} as well" if others else ""
            predicts = _predicted(fit, verdicts)
        yield Hypothesis(alternative.kind, alternative.text, evidence, predicts, weight, holds)


def _given(fit: Fit, verdicts: Sequence[Verdict]) -> str:
    given = [v for v in verdicts if fit.gives(v.figure)]
    right = sum(v.verdict != DIFFERS for v in given)
    return f"gives {len(given)} of the column's {len(verdicts)} figures, the count {right}"


def _predicted(fit: Fit, verdicts: Sequence[Verdict]) -> str:
    """What an alternative that does not hold says of the other figures."""
    told = [v for v in verdicts if fit.alternative.value(v.figure) is not None]
    against = [v.figure.row for v in told if v.verdict != DIFFERS and not fit.gives(v.figure)]
    if against:
        return f"would change {listed(against)}, which agree"
    if len(told) == 1:
        return "says nothing of the other rows"
    given = sum(fit.gives(v.figure) for v in told)
    return f"gives {given} of {len(told)} figures of the column" if given > 1 else "gives no other"


def _other_rows(
    verdict: Verdict, verdicts: Sequence[Verdict], sisters: Sequence[Sequence[Verdict]]
) -> Iterator[Hypothesis]:
    """The figure of another row of this column, or of this row in another table."""
    printed = printed_of(verdict.figure)
    own = _distance(verdict, printed)
    others = [v for v in verdicts if not _same_subject(v, verdict)]
    for other in others:
        value = other.computed
        if not isinstance(value, Fraction):
            continue
        same = other.figure.printed == verdict.figure.printed
        if printed.shows(value) or (same and _distance(other, printed) < own):
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
