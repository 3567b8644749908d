"""A constant that several figures are off by: from the count, or the count with other classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import product

from costcalc.algebra.amounts import Printed, digits, rounded, truncated
from costcalc.graph.selection import Cannot
from costcalc.papers.diagnosis.cause import (
    Alternative,
    Cause,
    CostColumn,
    Value,
    changed,
    printed_of,
)
from costcalc.papers.diagnosis.causes.binding import counts

PRIOR = Fraction(1, 16)
_MODES = ((rounded, "rounded"), (truncated, "cut off"))


def _counts(column: CostColumn) -> Iterator[Alternative]:
    bases = list(product(counts(column), _MODES))
    prior = PRIOR / (len(bases) * 9)
    for (text, count), (cut, said) in bases:
        written = _written(count, cut)
        for gap, printed in _gaps(column, written):
            amount = digits(abs(gap) / printed.scale, printed.step)
            name = f"{text}, {said}, {'plus' if gap > 0 else 'minus'} {amount}"
            yield Alternative("offset", name, prior, _moved(written, gap), fitted=True)


def _written(count: Value, cut: Callable[[Fraction, Fraction], Fraction]) -> Value:
    """The count with no more digits than the figure has."""
    return changed(count, lambda value, p: cut(value / p.scale, p.step) * p.scale)


def _moved(count: Value, gap: Fraction) -> Value:
    return changed(count, lambda value, printed: value + gap)


def _gaps(column: CostColumn, written: Value) -> Iterator[tuple[Fraction, Printed]]:
    """What several figures that differ are off by, with the first of them."""
    gaps: defaultdict[Fraction, list[Printed]] = defaultdict(list)
    for figure in (v.figure for v in column.wrong):
        with suppress(Cannot):
            printed = printed_of(figure)
            gaps[printed.value * printed.scale - written(figure)].append(printed)
    for gap, members in gaps.items():
        if len(members) > 1 and gap:
            yield gap, members[0]


CAUSE = Cause(counts=_counts)
