"""What a cause of misprints is, and what it is asked about: columns, sentences, layer tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from costcalc.algebra.amounts import DIFFERS, read_printed
from costcalc.graph.selection import Cannot, Target
from costcalc.papers.claims.claims import TEXT, Figure
from costcalc.papers.diagnosis.alternatives import Alternative, Counter, Fit, Value
from costcalc.papers.diagnosis.evidence import groups
from costcalc.papers.verify.columns import Column
from costcalc.papers.verify.costs import Networks
from costcalc.papers.verify.figures import Quantities, judge_words
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

#: A parameter and the text of its value.
Pair = tuple[str, str]


class CostColumn:
    """A printed column of costs: ``verdicts`` on its figures, ``sisters`` the columns of the same
    metric in the paper's other tables, ``depths`` those that the table prints, by row.

    ``fits`` grows while its causes are tried: each sees what those before it explain.
    """

    def __init__(
        self,
        networks: Networks,
        column: Column,
        verdicts: Sequence[Verdict],
        sisters: Sequence[Sequence[Verdict]] = (),
        depths: Mapping[str, int] | None = None,
    ) -> None:
        self.counter = Counter(networks, column.best.way, column.best.binding)
        self.verdicts = verdicts
        self.wrong = [v for v in verdicts if v.verdict == DIFFERS]
        self.sisters = sisters
        self.depths = depths or {}
        self.groups = groups(verdicts)
        self.fits: list[Fit] = []

    def explain(self, tried: Iterable[Alternative]) -> None:
        """Keep the alternatives that reproduce at least one figure that differs."""
        right = [v.figure for v in self.verdicts if v.verdict != DIFFERS]
        for alternative in tried:
            given = [v.figure for v in self.wrong if alternative.gives(v.figure)]
            explained = [figure.row for figure in given if not alternative.begs(figure)]
            if explained:
                kept = [f for f in right if alternative.gives(f)]
                kept += [f for f in given if f.row not in explained]
                self.fits.append(Fit(alternative, tuple(explained), tuple(f.row for f in kept)))

    @cached_property
    def usual(self) -> dict[str, dict[Pair, None]]:
        """Per network, the values that the column's rows and its spec give to its parameters."""
        pairs: dict[str, dict[Pair, None]] = {}
        for target in (v.figure.of[0] for v in self.verdicts if v.figure.of):
            own = pairs.setdefault(target.spec, {})
            own |= dict.fromkeys(target.at.items())
            try:
                parameters = self.counter.networks.load(target.spec).parameters.values()
            except Cannot:
                continue
            for parameter in parameters:
                values = (*parameter.usual, *parameter.choices)
                own |= dict.fromkeys((parameter.name, value) for value in values)
        return pairs

    @property
    def pairs(self) -> list[Pair]:
        """All of them, each once."""
        return list(dict.fromkeys(pair for pairs in self.usual.values() for pair in pairs))

    def at_usual(self, pair: Pair) -> Value:
        """Values with a parameter bound, of the networks that usually have that value."""
        value = self.counter.at(dict([pair]))
        return lambda f: value(f) if pair in self.usual.get(f.of[0].spec, ()) else None


class DepthColumn(NamedTuple):
    """A printed column of depths."""

    networks: Networks
    verdicts: Sequence[Verdict]


class Sentences(NamedTuple):
    """The sentences of a paper: what their figures are made of, and the verdicts on the paper."""

    quantities: Quantities
    judged: Sequence[Verdict]

    @property
    def tables(self) -> list[Figure]:
        """The figures that stand in tables."""
        return [v.figure for v in self.judged if v.figure.table != TEXT]

    def compared(self, figure: Figure, extra: Mapping[str, str]) -> Fraction | None:
        """The comparison of two networks, with ``extra`` bound; None where there is none."""
        if not compares(figure):
            return None
        try:
            return self.quantities.figure(figure, figure.of[0], extra)
        except Cannot:
            return None


def compares(figure: Figure) -> bool:
    """Whether the figure compares two things by one number."""
    return figure.against is not None and len(figure.means) < 2 and not figure.over


def shows(figure: Figure, value: Fraction) -> bool:
    """Whether the exact value gives the printed figure or word."""
    if figure.means:
        return judge_words(figure, [value]) != DIFFERS
    printed = read_printed(figure.printed, figure.unit)
    return printed is not None and printed.shows(value)


def same_target(one: Target, other: Target) -> bool:
    """Whether two targets are one thing, wherever they are named."""
    return one._replace(place=other.place) == other


def _none(*asked: object) -> tuple[()]:
    return ()


@dataclass(frozen=True)
class Cause:
    """One cause of misprints, by where it may show: ``counts`` gives other counts of a column of
    costs, ``figures`` what may have happened to one figure of it; ``depths``, ``sentences`` and
    ``cells`` what may have happened to a depth, a figure in a sentence, a cell of a layer table.
    """

    counts: Callable[[CostColumn], Iterable[Alternative]] = _none
    figures: Callable[[CostColumn, Verdict], Iterable[Hypothesis]] = _none
    depths: Callable[[DepthColumn, Verdict], Iterable[Hypothesis]] = _none
    sentences: Callable[[Sentences, Verdict], Iterable[Hypothesis]] = _none
    cells: Callable[[Sequence[Verdict], Verdict], Iterable[Hypothesis]] = _none
