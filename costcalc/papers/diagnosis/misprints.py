"""Digits that came out wrong, and whether the right ones make the column add up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from costcalc.algebra.printed import ROUNDS, TRUNCATES, digits
from costcalc.papers.diagnosis.fits import Fit, listed, printed_of
from costcalc.papers.diagnosis.hypotheses import PRIORS
from costcalc.papers.diagnosis.slips import Slip, slips
from costcalc.papers.verify.verdicts import Hypothesis, Verdict


def slipped(verdict: Verdict, verdicts: Sequence[Verdict]) -> Iterator[Hypothesis]:
    """Digits that came out wrong; the right figure may also make the column add up."""
    printed = printed_of(verdict.figure)
    if not isinstance(verdict.computed, Fraction):
        return
    for mode in (ROUNDS, TRUNCATES):
        right = printed.write(verdict.computed, mode)
        sums = adds_up(verdict, right, verdicts)
        for slip in slips(printed, right):
            weight = float(PRIORS[slip.kind] / slip.choices)
            if mode != verdict.mode:
                weight /= 2
            if sums:
                weight *= 10
            predicts = "its neighbours are right as printed"
            evidence = sums or f"the count gives {right}"
            holds = f"the sum of {verdict.figure.table}" if sums else ""
            yield Hypothesis(slip.kind, slip.text, evidence, predicts, weight, holds)


def slipped_after(verdict: Verdict, fits: Iterable[Fit], wrong: int) -> Iterator[Hypothesis]:
    """Digits that came out wrong in a column that mostly follows another count."""
    for fit in fits:
        most = len(fit.rows) > 2 or 2 * len(fit.rows) > wrong > 2
        if not most or verdict.figure.row in fit.rows or fit.alternative.kind == "offset":
            continue
        for slip in _slips_after(fit, verdict):
            weight = float(PRIORS[slip.kind] / slip.choices) / 2
            text = f"{slip.text}, where {fit.alternative.text}"
            evidence = f"so are {listed(list(fit.rows))}"
            yield Hypothesis(slip.kind, text, evidence, "its neighbours follow that count", weight)


def misprint_after(fit: Fit, verdict: Verdict) -> str:
    """The misprint of what the fit's alternative gives that the figure may be; or nothing."""
    return next((slip.short for slip in _slips_after(fit, verdict)), "")


def _slips_after(fit: Fit, verdict: Verdict) -> Iterator[Slip]:
    value = fit.alternative.value(verdict.figure)
    if value is None:
        return
    printed = printed_of(verdict.figure)
    for mode in (ROUNDS, TRUNCATES):
        yield from slips(printed, printed.write(value, mode))


def adds_up(verdict: Verdict, right: str, verdicts: Sequence[Verdict]) -> str:
    """Says so if the column's shares add up to 100 % with the right figure, and not as printed."""
    if not verdict.figure.share:
        return ""
    printed = [printed_of(v.figure) for v in verdicts]
    total = sum((p.value for p in printed), start=Fraction(0))
    own = printed_of(verdict.figure)
    mended = total - own.value + Fraction(right)
    slack = len(printed) * own.step
    if abs(mended - 100) <= slack < abs(total - 100):
        sums = f"{_short(mended)} %, as printed to {_short(total)} %"
        return f"with {right} the column adds up to {sums}"
    return ""


def _short(percent: Fraction) -> str:
    return digits(percent, Fraction(1, 100))
