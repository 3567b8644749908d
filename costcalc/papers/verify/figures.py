"""The verdict on every printed figure, in tables and in sentences, with its exact value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.amounts import (
    DIFFERS,
    ROUNDS,
    UNCHECKED,
    VERDICTS,
    digits,
    judge,
    read_printed,
)
from costcalc.algebra.expressions import exact_number
from costcalc.algebra.numbers import is_number
from costcalc.graph.depth import block_depth
from costcalc.graph.selection import Cannot, Target, units
from costcalc.papers.claims.claims import COSTS, STRUCTURAL, TEXT, Figure, Paper, grouped
from costcalc.papers.claims.operators import PAIR, single
from costcalc.papers.claims.references import Index
from costcalc.papers.claims.tables import ILLEGIBLE_HERE
from costcalc.papers.claims.words import COMPARED
from costcalc.papers.verify.columns import (
    BACKGROUND,
    IMAGENET,
    Candidate,
    Column,
    at,
    best_way,
    bindings,
    explained_by,
    subject,
)
from costcalc.papers.verify.costs import Networks
from costcalc.papers.verify.verdicts import Verdict
from costcalc.papers.verify.ways import Way, all_ways


class Quantities(NamedTuple):
    """Values of targets under one way of counting each metric, and what the tables print."""

    networks: Networks
    ways: Mapping[str, Way]
    tables: Index
    paper: str

    def of(self, target: Target, metric: str, extra: Mapping[str, str]) -> Fraction:
        """One target's cost or structure, or what is printed for it.

        :raises Cannot: the network or the operator does not give it.
        """
        if target.row:
            return self.printed(target, metric)[1]
        if target.layer:
            scope = {name: exact_number(value) for name, value in target.at.items()}
            value = single(target.layer, scope).cost(metric)
            if not is_number(value):
                raise Cannot(f"{value} still has free symbols")
            return Fraction(value)
        if target.block and metric == "depth":
            return self.block_depth(target)
        target = self.networks.bound(target, extra)
        if metric in COSTS:
            return Fraction(self.ways[metric].total(self.networks.vector(target)))
        return self.networks.structure(target, metric)

    def printed(self, target: Target, metric: str) -> tuple[str, Fraction]:
        """What a printed row has of a metric, as it stands there and as a pure number.

        :raises Cannot: it is no number, such as one that is illegible.
        """
        figure = self.tables.named(self.paper, target.row, metric)
        printed = read_printed(figure.printed, figure.unit) if figure else None
        if figure is None or printed is None:
            raise Cannot(f"{target.row!r} prints no number for {metric}")
        return figure.printed, printed.value * printed.scale

    def block_depth(self, target: Target) -> Fraction:
        """Layers with weights on the longest way through one block of the network."""
        graph = self.networks.graph(target.spec, target.at)
        depth = block_depth(graph, target.block)
        if depth is None:
            blocks = ", ".join(graph.spec.blocks) or "none"
            raise Cannot(f"{target.spec} has no block {target.block!r} (its blocks: {blocks})")
        return Fraction(depth)

    def figure(self, figure: Figure, target: Target, extra: Mapping[str, str]) -> Fraction:
        """What a figure should be, as a pure number."""
        of = self.of(target, figure.metric, extra)
        if figure.against is None:
            return of
        against = self.of(figure.against, figure.metric, extra)
        return compared(figure.kind, of, against)

    def over(self, figure: Figure) -> list[Fraction]:
        """The figure for every separable pair of a network: M and N are that pair's channels.

        Its last value is the figure for all pairs together.
        """
        (target,) = figure.of
        graph = self.networks.graph(figure.over, {})
        pairs = []
        for unit in units(graph.layers):
            if unit.name != "separable":
                continue
            first, last = (graph.layers[i] for i in unit.positions)
            area = str(last.output.height * last.output.width)
            # the map is given as a whole, so that its sides count once
            sides = (first.input.channels, last.output.channels, 1, 1)
            pair = dict(zip(PAIR, map(str, sides), strict=True))
            both = []
            for side in (target, figure.against):
                assert side is not None
                bound = side._replace(at={**pair, **side.at}, layer={**side.layer, "map": area})
                both.append(self.of(bound, figure.metric, {}))
            pairs.append(both)
        if not pairs:
            raise Cannot(f"{figure.over} has no separable pairs")
        together = [sum(side, start=Fraction(0)) for side in zip(*pairs, strict=True)]
        return [compared(figure.kind, *both) for both in (*pairs, together)]


def compared(kind: str, of: Fraction, against: Fraction) -> Fraction:
    """Two quantities as the sentence compares them."""
    if not of or not against:
        raise Cannot("there is nothing to compare: one side costs nothing")
    ratio = of / against
    if kind == "factor":
        return 1 / ratio
    if kind.startswith("reduction"):
        return 1 - ratio
    return ratio - 1 if kind.startswith("increase") else ratio


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
        printed = (f for f in paper.figures if f.table != TEXT and f.metric in COSTS)
        for key, figures in grouped(printed, lambda f: f.key).items():
            legible = [f for f in figures if not f.unchecked and not f.restored]
            column = self._repeated(key, legible)
            if column is None and legible:
                column = best_way(self.networks, legible)
            if column is not None:
                self.columns[key] = column
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

    def quantities(self, paper: str) -> Quantities:
        """What the paper's sentences are about, each metric counted as its tables mostly do."""
        ways = {metric: self._usual_way(paper, metric) for metric in COSTS}
        return Quantities(self.networks, ways, self.index, paper)

    def _usual_way(self, paper: str, metric: str) -> Way:
        """Plain counting where the paper has no tables of the metric."""
        votes: Counter[str] = Counter()
        for key, column in self.columns.items():
            if (key[0], key[2]) == (paper, metric):
                votes[column.best.way.name] += column.best.explained
        ways = {way.name: way for way in all_ways(metric)}
        return ways[max(+votes, key=votes.__getitem__, default=next(iter(ways)))]

    def judge(self, figure: Figure) -> Verdict:
        try:
            if figure.restored:
                raise Cannot(f"{ILLEGIBLE_HERE}, restored from {figure.restored}")
            if figure.unchecked:
                raise Cannot(figure.unchecked)
            return self._in_text(figure) if figure.table == TEXT else self._in_table(figure)
        except Cannot as error:
            return Verdict(figure, UNCHECKED, reason=str(error))

    def _in_table(self, figure: Figure) -> Verdict:
        if not figure.of:
            raise Cannot("no network is named for this row")
        if figure.metric in STRUCTURAL:
            values = [self.networks.structure(target, figure.metric) for target in figure.of]
            return self._verdict(figure, values)
        if figure.metric not in COSTS:
            raise Cannot(f"{figure.metric} is not a cost of the architecture")
        column = self.columns.get(figure.key)
        if column is None:
            subject(self.networks, figure, {})
            raise Cannot("no figure of this column can be counted")
        best = column.best
        verdict = self._counted(figure, best, best.binding)
        if verdict.differs and self._may_have_background(figure, best):
            beside = self._counted(figure, best, {**best.binding, "classes": BACKGROUND})
            return verdict if beside.differs else beside
        return verdict

    def _counted(self, figure: Figure, best: Candidate, binding: Mapping[str, str]) -> Verdict:
        """The verdict on a figure counted as its column at a binding."""
        counted = subject(self.networks, figure, binding)
        value, mode = counted.value(best.way), self._mode(figure, best.mode)
        convention = at(best.way.name, binding)
        written = counted.printed.write(value, mode)
        return Verdict(figure, judge(counted.printed, value), value, written, convention, mode)

    def _may_have_background(self, figure: Figure, best: Candidate) -> bool:
        """Whether there may be a class more than ImageNet's, as TensorFlow's models have one for
        the background: where the page does not say how many classes a network has."""
        (target, *_) = figure.of
        classes = self.networks.load(target.spec).parameters.get("classes")
        usual = classes is not None and str(classes.default) == IMAGENET
        return usual and "classes" not in {*target.at, *best.binding}

    def _mode(self, figure: Figure, own: str) -> str:
        """How its digits are written: a figure that is printed again as where it is first."""
        original = self.index.original(figure)
        if original is None or original.printed != figure.printed:
            return own
        column = self.columns.get(original.key)
        return own if column is None else column.best.mode

    def _in_text(self, figure: Figure) -> Verdict:
        quantities = self.quantities(figure.paper)
        if figure.over:
            return self._verdict(figure, quantities.over(figure))
        counted = figure.metric in COSTS and any(target.spec for target in figure.of)
        name = quantities.ways[figure.metric].name if counted else ""
        tried = []
        for extra in bindings(figure.open):
            values = [
                quantities.figure(figure, target, {**extra, **each})
                for target in figure.of
                for each in bindings(figure.each)
            ]
            bound = at(name, extra)
            tried.append(self._verdict(figure, values)._replace(convention=bound))
        verdict = next((v for v in tried if not v.differs), tried[0])
        return self._beside_its_tables(verdict, quantities) if figure.of[0].row else verdict

    def _beside_its_tables(self, verdict: Verdict, quantities: Quantities) -> Verdict:
        """The verdict on a figure that follows from printed rows, with what they print; of several
        rows those that make it so."""
        figure = verdict.figure
        rows = [
            row
            for row in figure.of
            if self._verdict(figure, [quantities.figure(figure, row, {})]).differs
            == verdict.differs
        ]
        rows += [figure.against] if figure.against else []
        named = [(row, *row.row.rpartition(" / ")) for row in rows]
        tables = dict.fromkeys(table or "the text" for _, table, _, _ in named)
        cells = [f"{quantities.printed(t, figure.metric)[0]} for {row}" for t, _, _, row in named]
        said = "differs from" if verdict.differs else "agrees with"
        told = f"{said} its own table: {' and '.join(tables)} prints {' and '.join(cells)}"
        return verdict._replace(remark=told)

    def _verdict(self, figure: Figure, values: Sequence[Fraction]) -> Verdict:
        """The verdict on a figure that must hold for all of ``values``."""
        if figure.allows is not None:
            # over the layers of a network one word is about all of them together, which comes last
            held = values[-1:] if figure.over and len(figure.means) == 1 else values
            farthest = max(held, key=figure.allows.outside)
            times = f"{digits(farthest, Fraction(1, 100))} times" if figure.kind in COMPARED else ""
            verdict = ROUNDS if all(map(figure.allows.holds, held)) else DIFFERS
            return Verdict(figure, verdict, farthest, times)
        printed = read_printed(figure.printed, figure.unit)
        if printed is None:
            raise Cannot(f"{figure.printed!r} is not a number, and nothing says what it means")
        worst = max(values, key=lambda value: VERDICTS.index(judge(printed, value)))
        return Verdict(figure, judge(printed, worst), worst, printed.write(worst))
