"""Checking papers: every printed figure gets a verdict, and every one that differs a diagnosis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from costcalc.algebra.printed import DIFFERS, ROUNDS, UNCHECKED, judge, read_printed
from costcalc.graph.selection import Cannot
from costcalc.papers.claims.claims import COSTS, STRUCTURAL, Figure, Paper
from costcalc.papers.claims.references import Index
from costcalc.papers.verify.costs import Networks
from costcalc.papers.verify.family import Way, ways
from costcalc.papers.verify.search import Column, explained_by, search, subject
from costcalc.papers.verify.statements import Quantities, bindings, judge_words
from costcalc.papers.verify.verdicts import Verdict

Key = tuple[str, str, str]


class Checker:
    """Judges the figures of papers. Networks are shared; conventions are found once per column."""

    def __init__(self, networks: Networks, index: Index) -> None:
        self.networks = networks
        self.index = index
        self.columns: dict[Key, Column] = {}

    def find_conventions(self, paper: Paper, step: Callable[[], None]) -> None:
        """The way of counting of each printed column of the paper's tables.

        Repeated figures stand in their column like any other; restored ones were not read there.
        """
        columns: dict[Key, list[Figure]] = {}
        for figure in paper.figures:
            if figure.table != "text" and figure.metric in COSTS:
                columns.setdefault(figure.key, []).append(figure)
        for key, figures in columns.items():
            legible = [f for f in figures if not f.unchecked and not f.restored]
            found = self._repeated(key, legible)
            if found is None and legible:
                found = search(self.networks, legible)
            if found is not None:
                self.columns[key] = found
            for _ in figures:
                step()

    def _repeated(self, key: Key, figures: Sequence[Figure]) -> Column | None:
        """A column that only repeats another, figure by figure, is counted as that one is."""
        originals = [self.index.original(figure) for figure in figures]
        keys = {original.key for original in originals if original is not None}
        if None in originals or len(keys) != 1 or keys == {key}:
            return None
        other = self.columns.get(keys.pop())
        if other is None:
            return None
        best = explained_by(self.networks, figures, other.best)
        return None if best is None else Column(key, best, None)

    def usual_way(self, paper: str, metric: str) -> tuple[Way, str]:
        """How the paper's tables mostly count a metric; plain counting where it has none."""
        votes: dict[str, int] = {}
        found: dict[str, tuple[Way, str]] = {}
        for key, column in self.columns.items():
            if key[0] == paper and key[2] == metric:
                name = column.best.way.name
                votes[name] = votes.get(name, 0) + column.best.explained
                found[name] = (column.best.way, column.best.mode)
        if not any(votes.values()):
            return ways(metric)[0], ROUNDS
        return found[max(votes, key=lambda name: votes[name])]

    def judge(self, figure: Figure) -> Verdict:
        """The verdict on one figure."""
        if figure.restored:
            reason = f"illegible in this copy, restored from {figure.restored}"
            return Verdict(figure, UNCHECKED, reason=reason)
        if figure.unchecked:
            return Verdict(figure, UNCHECKED, reason=figure.unchecked)
        try:
            if figure.table != "text":
                return self._in_table(figure)
            return self._in_text(figure)
        except Cannot as error:
            return Verdict(figure, UNCHECKED, reason=str(error))

    def _in_table(self, figure: Figure) -> Verdict:
        if not figure.of:
            raise Cannot("no network is named for this row")
        if figure.metric in STRUCTURAL:
            values = [self.networks.structure(target, figure.metric, {}) for target in figure.of]
            return self._verdict(figure, values)
        if figure.metric not in COSTS:
            raise Cannot(f"{figure.metric} is not a cost of the architecture")
        column = self.columns.get(figure.key)
        if column is None:
            subject(self.networks, figure, {})
            raise Cannot("no figure of this column can be counted")
        best = column.best
        found = subject(self.networks, figure, best.binding)
        value = found.value(best.way)
        verdict = judge(found.printed, value)
        written = found.printed.write(value, best.mode)
        return Verdict(figure, verdict, value, written, best.name, best.mode)

    def _in_text(self, figure: Figure) -> Verdict:
        chosen = {metric: self.usual_way(figure.paper, metric) for metric in COSTS}
        quantities = Quantities(self.networks, {m: way for m, (way, _) in chosen.items()})
        name = chosen[figure.metric][0].name if figure.metric in COSTS else ""
        if all(target.layer for target in figure.of):
            name = ""
        if figure.over:
            return self._verdict(figure, quantities.over(figure))
        tried = []
        for extra in bindings(figure):
            values = [quantities.figure(figure, target, extra) for target in figure.of]
            bound = ", ".join(f"{n} = {v}" for n, v in extra.items())
            label = f"{name} at {bound}" if bound else name
            verdict = self._verdict(figure, values)._replace(convention=label)
            tried.append(verdict)
        return next((v for v in tried if v.verdict != DIFFERS), tried[0])

    def _verdict(self, figure: Figure, values: Sequence[Fraction]) -> Verdict:
        """The verdict on a figure that must hold for all of ``values``."""
        printed = read_printed(figure.printed, figure.unit)
        if figure.means:
            verdict = judge_words(figure, list(values))
            shown = values[-1] if len(figure.means) == 1 else _farthest(figure, values)
            return Verdict(figure, verdict, shown)
        if printed is None:
            raise Cannot(f"{figure.printed!r} is not a number, and nothing says what it means")
        verdicts = [judge(printed, value) for value in values]
        worst = max(
            range(len(values)), key=lambda i: ("rounds", "truncates", "differs").index(verdicts[i])
        )
        return Verdict(figure, verdicts[worst], values[worst], printed.write(values[worst]))


def _farthest(figure: Figure, values: Sequence[Fraction]) -> Fraction:
    """The value that lies deepest outside the printed range, or nearest to its edge."""
    low, high = figure.means
    return max(values, key=lambda value: max(low - value, value - high))
