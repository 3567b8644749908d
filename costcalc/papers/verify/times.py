"""Measured times of a printed column: how well a fit explains them, since no time is exact.

A column of times of at least four networks is fitted (:mod:`costcalc.timing.fit`): each time is
predicted by the fit to those of all other networks, and once more by Mult-Adds alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.amounts import read_printed
from costcalc.algebra.result import Json
from costcalc.graph.selection import Cannot
from costcalc.papers.claims.claims import TEXT, Figure
from costcalc.papers.verify.costs import Networks
from costcalc.timing.fit import ROWS, Fit, Timed, amounts_of, fitted, model

#: Times of a column that is fitted, at least.
LEAST = 2 * ROWS


class TimeVerdict(NamedTuple):
    """How well a fit explains the times of a printed column, and how well Mult-Adds alone do."""

    paper: str
    table: str
    metric: str
    fit: Fit
    alone: Fit

    def to_dict(self) -> Json:
        """One of ``times`` in the JSON of ``costcalc check``; errors are shares, of networks that
        the fit leaves out."""
        rows = zip(self.fit.times, self.fit.errors, self.alone.errors, strict=True)
        return {
            "paper": self.paper,
            "table": self.table,
            "metric": self.metric,
            "seconds": {name: float(c) for name, c in self.fit.coefficients.items()},
            "left_out": {name: float(e) for name, e in self.fit.left_out._asdict().items()},
            "by_mult_adds": {name: float(e) for name, e in self.alone.left_out._asdict().items()},
            "rows": [
                {"row": timed.network, "error": float(error), "by_mult_adds": float(alone)}
                for timed, error, alone in rows
            ],
        }


def judge_times(networks: Networks, figures: Iterable[Figure]) -> Iterator[TimeVerdict]:
    """The verdict on each column of times; what stands elsewhere, too, is fitted there."""
    columns: dict[tuple[str, str, str], list[Timed]] = {}
    for figure in figures:
        printed = read_printed(figure.printed, figure.unit)
        named = figure.metric.startswith("time") and figure.table != TEXT
        if named and printed and len(figure.of) == 1 and not (figure.repeats or figure.restored):
            with suppress(Cannot):
                amounts = amounts_of(networks.layers(figure.of[0]))
                seconds = Fraction(printed.value * printed.scale)
                columns.setdefault(figure.key, []).append(Timed(figure.row, amounts, seconds))
    for key, times in columns.items():
        if len(times) >= LEAST:
            yield TimeVerdict(*key, fitted(times, model(len(times))), fitted(times, ("mult_adds",)))
