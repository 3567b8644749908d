"""When a hypothesis fits a printed figure, and how rows are named in what it says."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from costcalc.checking.claims import Figure
from costcalc.checking.figures import DIFFERS, Printed, judge, read_printed
from costcalc.checking.hypotheses import Alternative


class Fit(NamedTuple):
    """An alternative with the rows that differ and that it reproduces."""

    alternative: Alternative
    rows: tuple[str, ...]


def hits(printed: Printed, value: Fraction) -> bool:
    """Whether the exact value gives the printed digits, rounded or cut off."""
    exact = value / printed.scale
    if not printed.value - printed.step <= exact < printed.value + printed.step:
        return False
    return judge(printed, value) != DIFFERS


def printed_of(figure: Figure) -> Printed:
    printed = read_printed(figure.printed, figure.unit)
    assert printed is not None  # it was judged
    return printed


def listed(names: Sequence[str]) -> str:
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return ", ".join(names)
