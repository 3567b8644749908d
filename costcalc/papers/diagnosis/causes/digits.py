"""A slip of the hand: right digits that became wrong ones on the page."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from costcalc.algebra.amounts import ROUNDS, TRUNCATES, Printed, digits
from costcalc.papers.diagnosis.cause import CostColumn, Fit, Sentences, listed, printed_of
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

SWAPPED_PRIOR = Fraction(1)
REPLACED_PRIOR = Fraction(1, 2)
MOVED_PRIOR = Fraction(1, 4)
#: What any small difference in counting would show too, where only the last digit differs.
SMALL = Fraction(1, 100)


class Slip(NamedTuple):
    """Printed digits that came out wrong: ``text`` says how; ``prior`` is its kind's over the
    number of slips of that kind."""

    kind: str
    text: str
    prior: Fraction


def _slips(numbers: tuple[Printed, Fraction] | None) -> Iterator[tuple[str, str, Slip]]:
    """The mode and text of what should be printed, with each slip that may have come of it."""
    if numbers is not None:
        printed, exact = numbers
        for mode in (ROUNDS, TRUNCATES):
            right = printed.write(exact, mode)
            yield from ((mode, right, slip) for slip in _slips_of(printed.text, right))


def _slips_of(printed: str, right: str) -> Iterator[Slip]:
    said = f"{printed} for {right}"
    wrong, right = printed.replace(",", ""), right.replace(",", "")
    if wrong == right:
        return
    if len(wrong) == len(right):
        places = [i for i, (a, b) in enumerate(zip(wrong, right, strict=True)) if a != b]
        numerals = [i for i, c in enumerate(right) if c.isdigit()]
        if len(places) == 2 and _swapped(wrong, right, places):
            near = abs(numerals.index(places[0]) - numerals.index(places[1])) == 1
            tried = len(numerals) - 1 if near else len(list(combinations(numerals, 2)))
            text = f"two digits are swapped: {said}"
            yield Slip("swapped digits", text, SWAPPED_PRIOR / max(tried, 1))
        if len(places) == 1 and wrong[places[0]].isdigit() and places[0] in numerals:
            last = places[0] == len(right) - 1
            if not last or abs(Fraction(wrong) - Fraction(right)) > SMALL * abs(Fraction(right)):
                prior = REPLACED_PRIOR / (9 * len(numerals))
                yield Slip("replaced digit", f"one digit is wrong: {said}", prior)
    if wrong.replace(".", "").strip("0") == right.replace(".", "").strip("0"):
        yield Slip("moved point", f"the decimal point moved: {said}", MOVED_PRIOR / 4)


def _swapped(a: str, b: str, places: list[int]) -> bool:
    i, j = places
    return a[i] == b[j] and a[j] == b[i] and a[i].isdigit() and a[j].isdigit()


def slipped(column: CostColumn, verdict: Verdict) -> Iterator[Hypothesis]:
    """The right figure may also make the column add up."""
    for mode, right, slip in _slips(verdict.numbers):
        weight = float(slip.prior)
        if mode != verdict.mode:
            weight /= 2
        sums = _adds_up(verdict, right, column)
        if sums:
            weight *= 10
        evidence = sums or f"the count gives {right}"
        holds = f"the sum of {verdict.figure.table}" if sums else ""
        yield Hypothesis(slip.kind, slip.text, evidence, _neighbours(column), weight, holds)


def _neighbours(column: CostColumn) -> str:
    """How many of the column's other figures agree, where one differs."""
    others = len(column.verdicts) - 1
    agree = len(column.verdicts) - len(column.wrong)
    if agree < others:
        return f"{agree} of the column's {others} other figures agree"
    return "the column's other figures agree" if others else ""


def _adds_up(verdict: Verdict, right: str, column: CostColumn) -> str:
    """Says so if the column's shares add up to 100 % with the right figure, and not as printed."""
    if not verdict.figure.share:
        return ""
    printed = [printed_of(v.figure) for v in column.verdicts]
    total = sum((p.value for p in printed), start=Fraction(0))
    own = printed_of(verdict.figure)
    mended = total - own.value + Fraction(right)
    if not abs(mended - 100) <= len(printed) * own.step < abs(total - 100):
        return ""
    short = [digits(percent, Fraction(1, 100)) for percent in (mended, total)]
    return f"with {right} the column adds up to {short[0]} %, as printed to {short[1]} %"


def slipped_after(column: CostColumn, verdict: Verdict) -> Iterator[Hypothesis]:
    """Digits that came out wrong in a column that mostly follows another count."""
    wrong = len(column.wrong)
    for fit in column.fits:
        most = len(fit.rows) > 2 or 2 * len(fit.rows) > wrong > 2
        if not most or fit.explains(verdict.figure) or fit.alternative.fitted:
            continue
        for slip in _slips_after(fit, verdict):
            text = f"{slip.text}, where {fit.alternative.text}"
            evidence = f"so are {listed(fit.rows)}"
            predicts = "its neighbours follow that count"
            yield Hypothesis(slip.kind, text, evidence, predicts, float(slip.prior) / 2)


def misprint_after(fit: Fit, verdict: Verdict) -> bool:
    """Whether the figure may be a misprint of what the fit's alternative gives."""
    return any(True for slip in _slips_after(fit, verdict))


def _slips_after(fit: Fit, verdict: Verdict) -> Iterator[Slip]:
    value = fit.alternative.known(verdict.figure)
    if value is not None:
        for _, _, slip in _slips((printed_of(verdict.figure), value)):
            yield slip


def slipped_in_sentence(case: Sentences, verdict: Verdict) -> Iterator[Hypothesis]:
    for _, _, slip in _slips(verdict.numbers):
        evidence = f"the count gives {verdict.should_be}"
        yield Hypothesis(slip.kind, slip.text, evidence, "", float(slip.prior))
