"""When a hypothesis fits a printed figure, and how rows are named in what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from costcalc.algebra.printed import Printed, read_printed
from costcalc.papers.claims.claims import Figure
from costcalc.papers.diagnosis.hypotheses import Alternative


class Fit(NamedTuple):
    """An alternative with the rows of the column whose printed digits it gives: ``rows`` differ and
    are explained by it, ``kept`` agree without it or need another explanation first."""

    alternative: Alternative
    rows: tuple[str, ...]
    kept: tuple[str, ...] = ()

    def explains(self, figure: Figure) -> bool:
        """Whether the figure differs, and comes out right under it."""
        return figure.row in self.rows

    def gives(self, figure: Figure) -> bool:
        """Whether it gives this figure of the column."""
        return figure.row in self.rows or figure.row in self.kept


def printed_of(figure: Figure) -> Printed:
    printed = read_printed(figure.printed, figure.unit)
    assert printed is not None  # it was judged
    return printed


def listed(names: Sequence[str]) -> str:
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return ", ".join(names)
