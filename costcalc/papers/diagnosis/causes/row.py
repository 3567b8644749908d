"""The figure of another row of this column, or of this row in another table."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.algebra.amounts import Printed
from costcalc.papers.diagnosis.cause import Cause, CostColumn, printed_of, same_target
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

KIND = "other row"
PRIOR = Fraction(1)


def _from_other_rows(column: CostColumn, verdict: Verdict) -> Iterator[Hypothesis]:
    printed = printed_of(verdict.figure)
    own = _distance(verdict, printed)
    others = [v for v in column.verdicts if not _same_subject(v, verdict)]
    for other in others:
        value = other.computed
        if not isinstance(value, Fraction):
            continue
        same = other.figure.printed == verdict.figure.printed
        if printed.shows(value) or (same and _distance(other, printed) < own):
            text = f"the figure of row {other.figure.row}"
            evidence = f"it prints {other.figure.printed}"
            predicts = f"row {other.figure.row} should print {other.should_be}"
            yield Hypothesis(KIND, text, evidence, predicts, float(PRIOR / len(others)))


def _from_other_tables(column: CostColumn, verdict: Verdict) -> Iterator[Hypothesis]:
    own = (verdict.figure.row, verdict.figure.printed)
    for other in (v for sister in column.sisters for v in sister):
        same = (other.figure.row, other.figure.printed) == own
        if same and not other.figure.repeats and not _same_subject(other, verdict):
            text = f"the figure of the same row in {other.figure.table}"
            evidence = f"it is {other.figure.printed}"
            predicts = f"{other.figure.table} agrees" if not other.differs else ""
            weight = float(PRIOR / (2 * len(column.sisters)))
            yield Hypothesis(KIND, text, evidence, predicts, weight)


def _same_subject(a: Verdict, b: Verdict) -> bool:
    """Whether two figures are of the same network at the same binding."""
    return same_target(a.figure.of[0], b.figure.of[0])


def _distance(verdict: Verdict, printed: Printed) -> Fraction:
    assert isinstance(verdict.computed, Fraction)
    return abs(verdict.computed / printed.scale - printed.value)


OTHER_ROW = Cause(figures=_from_other_rows)
OTHER_TABLE = Cause(figures=_from_other_tables)
