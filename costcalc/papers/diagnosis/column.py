"""The search over a column of costs: its causes are tried, weighed, and the likeliest kept."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from costcalc.algebra.amounts import DIFFERS
from costcalc.papers.diagnosis.alternatives import Fit, listed
from costcalc.papers.diagnosis.cause import CostColumn
from costcalc.papers.diagnosis.causes import CAUSES
from costcalc.papers.diagnosis.causes.digits import misprint_after
from costcalc.papers.diagnosis.evidence import LEAST, Claimed, best_of, holds_for
from costcalc.papers.verify.verdicts import Hypothesis, Id, Verdict


def diagnose_column(column: CostColumn) -> dict[Id, tuple[Hypothesis, ...]]:
    """Hypotheses for every figure of the column that differs."""
    if not column.wrong:
        return {}
    for cause in CAUSES:
        column.explain(cause.counts(column))
    return {verdict.figure.id: best_of(_hypotheses(column, verdict)) for verdict in column.wrong}


def _hypotheses(column: CostColumn, verdict: Verdict) -> Iterator[Hypothesis]:
    for fit in column.fits:
        if fit.explains(verdict.figure):
            yield from _weighed(column, fit, verdict)
    for cause in CAUSES:
        yield from cause.figures(column, verdict)


def _weighed(column: CostColumn, fit: Fit, verdict: Verdict) -> Iterator[Hypothesis]:
    """What a fit says of one figure that it explains; nothing if that is no better than chance."""
    alternative = fit.alternative
    prior = alternative.prior
    claimed = Claimed(
        fit.gives, fit.explains, partial(misprint_after, fit), min(prior, Fraction(1))
    )
    holds = holds_for(verdict, column.groups, claimed)
    votes = len(fit.rows) - alternative.fitted
    weight = float(prior) ** (1 / max(votes, 1) if holds else 1)
    if weight < LEAST:
        return
    if holds:
        evidence, predicts = _given(column, fit), f"holds for {holds}"
    else:
        others = [name for name in fit.rows if name != verdict.figure.row]
        evidence = f"gives {verdict.figure.printed}"
        evidence += f", and the printed {listed(others)} as well" if others else ""
        predicts = _predicted(column, fit)
    kind, text, general = alternative.kind, alternative.text, alternative.general
    yield Hypothesis(kind, text, evidence, predicts, weight, holds, general)


def _given(column: CostColumn, fit: Fit) -> str:
    given = [v for v in column.verdicts if fit.gives(v.figure)]
    right = sum(v.verdict != DIFFERS for v in given)
    return f"gives {len(given)} of the column's {len(column.verdicts)} figures, the count {right}"


def _predicted(column: CostColumn, fit: Fit) -> str:
    """What an alternative that does not hold says of the other figures."""
    told = [v for v in column.verdicts if fit.alternative.value(v.figure) is not None]
    against = [v.figure.row for v in told if v.verdict != DIFFERS and not fit.gives(v.figure)]
    if against:
        return f"would change {listed(against)}, which agree"
    if len(told) == 1:
        return "says nothing of the other rows"
    given = sum(fit.gives(v.figure) for v in told)
    return f"gives {given} of {len(told)} figures of the column" if given > 1 else "gives no other"
