"""Which way of counting explains a printed column: one for the whole column, never one per row.

A way explains a row if its exact value, rounded or truncated to the printed digits, is the printed
figure. The way that explains most rows is taken, where each deviation from plain counting must
explain a row more: with hundreds of ways and three digits, some way fits any single row by chance.
A shipped convention need not, if it explains most of the column; nor a way that explains all of a
longer column, where the best without it explains less than half.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from costcalc.algebra.amounts import ROUNDS, TRUNCATES, Printed, agreement, read_printed
from costcalc.graph.selection import Cannot
from costcalc.papers.claims.claims import Figure
from costcalc.papers.verify.costs import Networks, Vector
from costcalc.papers.verify.ways import Way, all_ways, weighed

#: From so many rows on a way that explains them all can hardly be chance.
LONG = 4
#: Less than any way can score.
NO_BAR = -(10**9)
#: Class counts that papers mix up: CIFAR, ImageNet, ImageNet with a background class.
IMAGENET, BACKGROUND = "1000", "1001"
CLASSES = ("10", "100", IMAGENET, BACKGROUND)


class Subject(NamedTuple):
    """A figure of a cost with the vectors that it is made of: part of whole, or part alone; and
    what the values that may be printed so lie between."""

    figure: Figure
    printed: Printed
    part: Vector
    whole: Vector | None
    reach: tuple[Fraction, Fraction]

    def value(self, way: Way) -> Fraction:
        """What the figure should be under a way of counting."""
        return Fraction(*self.share(way))

    def share(self, way: Way) -> tuple[int | Fraction, int | Fraction]:
        """The part, and the whole that it is divided by."""
        whole = 1 if self.whole is None else way.total(self.whole) or 1
        return way.total(self.part), whole


def at(way: str, binding: Mapping[str, str]) -> str:
    """A way at a binding, in words."""
    bound = ", ".join(f"{name} = {value}" for name, value in binding.items())
    return f"{way} at {bound}" if bound else way


class Candidate(NamedTuple):
    """A way of counting a column, with what it explains.

    ``binding`` is what the search chose for parameters that the page leaves open; ``rounds`` and
    ``truncates`` count the rows that it explains so, ``explained`` those that it explains at all;
    ``values`` are what it gives.
    """

    way: Way
    binding: Mapping[str, str]
    rounds: int
    truncates: int
    explained: int
    of: int
    deviations: int
    values: tuple[Fraction, ...]

    @property
    def mode(self) -> str:
        """Whether the column's digits are rounded or cut off: that takes two rows to tell."""
        return TRUNCATES if self.truncates > max(self.rounds, 1) else ROUNDS

    @property
    def other_digits(self) -> int:
        """The rows that are explained only by writing their digits the other way."""
        return self.explained - (self.truncates if self.mode == TRUNCATES else self.rounds)

    @property
    def name(self) -> str:
        """The way and the binding, in words."""
        return at(self.way.name, self.binding)

    @property
    def score(self) -> int:
        """The rows that it explains, less one for each deviation."""
        return self.explained - self.deviations

    @property
    def complete(self) -> bool:
        """Whether it explains every row of a longer column."""
        return self.explained == self.of >= LONG

    @property
    def rank(self) -> tuple[int, int, int, int, int]:
        usual = self.way.shipped and 2 * self.explained > self.of
        return (
            self.score,
            self.explained if usual else 0,
            -self.deviations,
            max(self.rounds, self.truncates),
            self.rounds,
        )


class Column(NamedTuple):
    """A printed column with the way that explains it best, and the next best."""

    key: tuple[str, str, str]
    best: Candidate
    runner_up: Candidate | None

    @property
    def tied(self) -> bool:
        """Whether the runner-up explains as many rows."""
        return self.runner_up is not None and self.runner_up.explained == self.best.explained


def subject(networks: Networks, figure: Figure, extra: Mapping[str, str]) -> Subject:
    """The figure's vectors at its binding and the ``extra`` one, as far as its network has that.

    :raises Cannot: the figure can't be computed.
    """
    printed = read_printed(figure.printed, figure.unit)
    if printed is None:
        raise Cannot(f"{figure.printed!r} is not a number")
    if not figure.of:
        raise Cannot("no network is named")
    target = networks.bound(figure.of[0], extra)
    whole = target._replace(group="", stages=(), until=None, items="") if figure.share else None
    value, step, scale = printed[1:]
    return Subject(
        *(figure, printed, networks.vector(target), networks.vector(whole) if whole else None),
        reach=((value - step) * scale, (value + step) * scale),
    )


def best_way(networks: Networks, figures: Sequence[Figure]) -> Column | None:
    """The best way to count the figures of one column; None where none of them can be counted."""
    best = _Best()
    for binding, deviations in _bindings(networks, figures):
        subjects = _subjects(networks, figures, binding)
        if subjects:
            _try_all(subjects, binding, deviations, len(figures), best)
    column = best.column(figures[0].key)
    if column is None or not figures[0].open:
        return column
    first, *others = [
        _needed(networks, figures, way) for way in (column.best, column.runner_up) if way
    ]
    return column._replace(best=first, runner_up=others[0] if others else None)


def _needed(networks: Networks, figures: Sequence[Figure], found: Candidate) -> Candidate:
    """The candidate without what the page leaves open and makes no difference to its values."""

    def same(binding: Mapping[str, str]) -> bool:
        subjects = _subjects(networks, figures, binding)
        return tuple(s.value(found.way) for s in subjects) == found.values

    for name, values in figures[0].open.items():
        rest = {n: v for n, v in found.binding.items() if n != name}
        if all(map(same, (rest, *({**rest, name: value} for value in values)))):
            found = found._replace(binding=rest)
    return found


def explained_by(
    networks: Networks, figures: Sequence[Figure], best: Candidate
) -> Candidate | None:
    """The same way and binding over other figures; None where none of them can be counted."""
    subjects = _subjects(networks, figures, best.binding)
    if not subjects:
        return None
    return _tried(subjects, best.way, best.binding, best.deviations, len(figures), NO_BAR)


def _subjects(
    networks: Networks, figures: Sequence[Figure], binding: Mapping[str, str]
) -> list[Subject]:
    """Those of the figures that can be counted."""
    subjects = []
    for figure in figures:
        with suppress(Cannot):
            subjects.append(subject(networks, figure, binding))
    return subjects


@dataclass
class _Best:
    """The two best ways so far that give different values, and the plainest that explains all."""

    first: Candidate | None = None
    second: Candidate | None = None
    complete: Candidate | None = None

    @property
    def bar(self) -> int:
        """What a way must score to be among them."""
        return NO_BAR if self.second is None else self.second.score

    def offer(self, new: Candidate) -> None:
        if new.complete and (self.complete is None or new.rank > self.complete.rank):
            self.complete = new
        if self.first is None or new.rank > self.first.rank:
            self.first, new_second = new, self.first
        else:
            new_second = new
        if new_second is not None and new_second.values != self.first.values:
            self.second = self._next(new_second)

    def _next(self, new: Candidate) -> Candidate:
        """The better runner-up: of two with one score, the one that explains more."""
        if self.second is None:
            return new
        keys = [(way.score, way.explained, way.rank) for way in (self.second, new)]
        return new if keys[1] > keys[0] else self.second

    def column(self, key: tuple[str, str, str]) -> Column | None:
        if self.first is None:
            return None
        if self.complete is not None and 2 * self.first.explained < self.first.of:
            return Column(key, self.complete, self.first)
        return Column(key, self.first, self.second)


def bindings(choices: Mapping[str, Sequence[str]]) -> Iterator[dict[str, str]]:
    """All combinations of values, such as those that the page leaves open."""
    for values in product(*choices.values()):
        yield dict(zip(choices, values, strict=True))


def _bindings(
    networks: Networks, figures: Sequence[Figure]
) -> Iterator[tuple[dict[str, str], int]]:
    """What the page leaves open, in all combinations; and other class counts, as a deviation."""
    for bound in bindings(figures[0].open):
        yield bound, 0
    targets = [figure.of[0] for figure in figures if figure.of]
    parameters = [networks.load(t.spec).parameters.get("classes") for t in targets]
    counts = [(t, p) for t, p in zip(targets, parameters, strict=True) if p is not None]
    if "classes" in figures[0].open or not counts:
        return
    printed = {t.at["classes"] for t, _ in counts if "classes" in t.at}
    usual = {str(p.default) for t, p in counts if "classes" not in t.at}
    for bound, classes in product(bindings(figures[0].open), CLASSES):
        if printed | usual != {classes}:
            # against what the page itself says it must explain more
            yield {**bound, "classes": classes}, 2 if printed else 1


def _try_all(
    subjects: Sequence[Subject], binding: dict[str, str], deviations: int, count: int, best: _Best
) -> None:
    """Offers every way over the subjects; ways that weigh these costs alike only once."""
    costs = {key for s in subjects for cost in (s.part, s.whole or {}) for key in cost}
    keys = sorted(costs & weighed(subjects[0].figure.metric))
    seen = set()
    for way in all_ways(subjects[0].figure.metric):
        away = deviations + way.deviations
        bar = best.bar
        if len(subjects) - away < bar:
            # they are in the order of their deviations: none further on can score more
            if len(subjects) < max(count, LONG):
                return
            bar = len(subjects) - away  # but it may explain every row
        projected = tuple(map(way.weights.get, keys))
        if projected in seen:
            continue
        seen.add(projected)
        tried = _tried(subjects, way, binding, away, count, bar)
        if tried is not None:
            best.offer(tried)


def _tried(
    subjects: Sequence[Subject],
    way: Way,
    binding: Mapping[str, str],
    deviations: int,
    count: int,
    bar: int,
) -> Candidate | None:
    """The way over the subjects; None as soon as it misses too many of them."""
    explained = len(subjects)
    rounds = truncates = 0
    for s in subjects:
        (part, whole), (low, high) = s.share(way), s.reach
        cut = rounded = False
        # whole numbers first: most of what is tried lies nowhere near
        if whole < 0 or (
            low.numerator * whole < part * low.denominator
            and part * high.denominator < high.numerator * whole
        ):
            rounded, cut = agreement(s.printed, Fraction(part, whole))
        if not (rounded or cut):
            explained -= 1
            if explained - deviations < bar:
                return None
        rounds += rounded
        truncates += cut
    values = tuple(s.value(way) for s in subjects)
    return Candidate(way, binding, rounds, truncates, explained, count, deviations, values)
