"""Digits that are rounded up instead of to the nearest."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from costcalc.algebra.amounts import Printed
from costcalc.papers.diagnosis.cause import Alternative, Cause, CostColumn, Sentences, changed
from costcalc.papers.diagnosis.causes.binding import counts
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

KIND = "rounded up"
PRIOR = Fraction(1, 8)


def _raised(value: Fraction, printed: Printed) -> Fraction:
    return ceil(value / printed.scale / printed.step) * printed.step * printed.scale


def _counts(column: CostColumn) -> Iterator[Alternative]:
    """At the binding, and at others that papers mix up."""
    bases = counts(column)
    for text, value in bases:
        prior = PRIOR / len(bases)
        yield Alternative(KIND, f"{text}, and rounded up", prior, changed(value, _raised))


def _in_sentences(case: Sentences, verdict: Verdict) -> Iterator[Hypothesis]:
    if verdict.numbers is None:
        return
    printed, exact = verdict.numbers
    if _raised(exact, printed) == printed.value * printed.scale:
        yield Hypothesis(KIND, "the count, and rounded up", "gives it", "", float(PRIOR))


CAUSE = Cause(counts=_counts, sentences=_in_sentences)
