"""What causes of misprints are asked about: columns, with other ways to arrive at their figures,
and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from costcalc.algebra.amounts import Printed, agreement, read_printed
from costcalc.graph.selection import Cannot, Target
from costcalc.operators.tags import Tag
from costcalc.papers.claims.claims import Figure
from costcalc.papers.claims.words import COMPARED
from costcalc.papers.diagnosis.evidence import LEAST, MARGIN, by_chance, groups
from costcalc.papers.verify.columns import Column, Subject, subject
from costcalc.papers.verify.costs import Networks, vector
from costcalc.papers.verify.figures import Quantities
from costcalc.papers.verify.verdicts import Verdict
from costcalc.papers.verify.ways import Way

#: A parameter and the text of its value.
Pair = tuple[str, str]
#: What any row's figure would be, as a pure number; it raises Cannot where that is not known.
Value = Callable[[Figure], Fraction]


class Alternative(NamedTuple):
    """Another way to arrive at a figure: ``value`` gives it for any row.

    ``prior`` is how likely it is before anything is seen: its cause's prior over the number of its
    kind that are tried. ``agrees`` says whether a printed figure fits it, where that takes more
    than its value. ``begs`` says that it rests on a figure that needs an explanation itself, so
    that it explains nothing, although it fits. One that is ``fitted`` was made from a figure of the
    column, which does not speak for it; one that is ``general`` says what was counted, and may hold
    for other columns too.
    """

    kind: str
    text: str
    prior: Fraction
    value: Value
    agrees: Callable[[Figure], bool] | None = None
    begs: Callable[[Figure], bool] = lambda figure: False
    fitted: bool = False
    general: bool = False

    def known(self, figure: Figure) -> Fraction | None:
        """Its value; None where that is not known."""
        with suppress(Cannot):
            return self.value(figure)
        return None

    def gives(self, figure: Figure) -> bool:
        """Whether it gives the printed digits of the figure, rounded or cut off."""
        if self.agrees is not None:
            return self.agrees(figure)
        value = self.known(figure)
        return value is not None and printed_of(figure).shows(value)


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


def changed(value: Value, change: Callable[[Fraction, Printed], Fraction]) -> Value:
    """What ``change`` makes of a value, in the light of how the figure is printed."""
    return lambda figure: change(value(figure), printed_of(figure))


def printed_of(figure: Figure) -> Printed:
    printed = read_printed(figure.printed, figure.unit)
    assert printed is not None  # it was judged
    return printed


def listed(names: Sequence[str]) -> str:
    """Rows or tables in words, the first few of many."""
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return ", ".join(names)


class CostColumn:
    """A printed column of costs, which can be counted under changed circumstances.

    ``verdicts`` are those on its figures, ``sisters`` the columns of the same metric in the paper's
    other tables, ``depths`` those that the table prints, by row. ``fits`` grows while its causes
    are tried: each sees what those before it explain.
    """

    def __init__(
        self,
        networks: Networks,
        column: Column,
        verdicts: Sequence[Verdict],
        sisters: Sequence[Sequence[Verdict]] = (),
        depths: Mapping[str, int] | None = None,
    ) -> None:
        self.networks = networks
        self.metric = column.key[2]
        self.way = column.best.way
        self.binding = column.best.binding
        self.verdicts = verdicts
        self.wrong = [v for v in verdicts if v.differs]
        self.sisters = sisters
        self.depths = depths or {}
        self.groups = groups(verdicts)
        self.fits: list[Fit] = []
        self._subjects: dict[object, Subject] = {}
        self._layers: dict[object, list[int | Fraction]] = {}

    def explain(self, tried: Iterable[Alternative]) -> None:
        """Keep the alternatives that reproduce at least one figure that differs; those are not
        tried that would be chance, whatever they give."""
        right = [v.figure for v in self.verdicts if not v.differs]
        bar = min(LEAST, MARGIN * by_chance(self.wrong))
        for alternative in tried:
            if alternative.prior < bar and not alternative.general:
                continue
            given = [v.figure for v in self.wrong if alternative.gives(v.figure)]
            explained = [figure.row for figure in given if not alternative.begs(figure)]
            if explained:
                kept = [f for f in right if alternative.gives(f)]
                kept += [f for f in given if f.row not in explained]
                self.fits.append(Fit(alternative, tuple(explained), tuple(f.row for f in kept)))

    def written(self, alternative: Alternative, figure: Figure) -> tuple[bool, bool]:
        """Whether what an alternative gives is the printed figure if rounded, and if cut off."""
        value = alternative.known(figure)
        return (False, False) if value is None else agreement(printed_of(figure), value)

    def subject(self, figure: Figure, extra: Mapping[str, str]) -> Subject:
        """The figure's vectors with ``extra`` bound over what its row says.

        :raises Cannot: they can't be counted there.
        """
        target = figure.of[0]
        key = (figure.id, target.spec, *target.at.items(), *extra.items())
        if key not in self._subjects:
            self._subjects[key] = subject(self.networks, figure, {**self.binding, **extra})
        return self._subjects[key]

    def count(self, figure: Figure) -> Fraction:
        """The count itself."""
        return self.subject(figure, {}).value(self.way)

    def counted(self, way: Way, figure: Figure) -> Fraction:
        """The count under another way of counting."""
        return self.subject(figure, {}).value(way)

    def at(self, pair: Pair, figure: Figure) -> Fraction:
        """The count with a parameter bound that its network has."""
        if pair[0] not in self.networks.load(figure.of[0].spec).parameters:
            raise Cannot
        return self.subject(figure, dict([pair])).value(self.way)

    def at_usual(self, pair: Pair, figure: Figure) -> Fraction:
        """The count with a parameter bound to a value that it usually has in this network."""
        if pair not in self.usual[figure.of[0].spec]:
            raise Cannot
        return self.at(pair, figure)

    def network(self, spec: str, figure: Figure) -> Fraction:
        """The count of another network at the row's binding."""
        target = figure.of[0]
        if target.spec == spec:
            raise Cannot
        other = self.networks.bound(target._replace(spec=spec, at={}), target.at)
        return self.count(figure._replace(of=(other,)))

    def layer(self, position: int, figure: Figure) -> Fraction:
        """What one of the layers with weights costs, of three at least."""
        if figure.id not in self._layers:
            target = self.networks.bound(figure.of[0], self.binding)
            costs = (vector([layer]) for layer in self.networks.layers(target))
            weights = (Tag.CONV_WEIGHT, Tag.FC_WEIGHT)
            weighted = [cost for cost in costs if any(tag in cost for tag in weights)]
            self._layers[figure.id] = [self.way.total(cost) for cost in weighted]
        costs_of = self._layers[figure.id]
        if len(costs_of) < 3 or figure.share:
            raise Cannot
        return Fraction(costs_of[position])

    @property
    def targets(self) -> list[Target]:
        """What its rows are about."""
        return [v.figure.of[0] for v in self.verdicts]

    @cached_property
    def usual(self) -> dict[str, dict[Pair, None]]:
        """Per network, the values that the column's rows and its spec give to its parameters."""
        pairs: dict[str, dict[Pair, None]] = {}
        for target in self.targets:
            own = pairs.setdefault(target.spec, {})
            own |= dict.fromkeys(target.at.items())
            for parameter in self.networks.load(target.spec).parameters.values():
                values = (*parameter.usual, *parameter.choices)
                own |= dict.fromkeys((parameter.name, value) for value in values)
        return pairs

    @property
    def pairs(self) -> list[Pair]:
        """All of them, each once."""
        return list(dict.fromkeys(pair for pairs in self.usual.values() for pair in pairs))


class Sentences(NamedTuple):
    """The sentences of a paper: what their figures are made of, and the verdicts on the paper."""

    quantities: Quantities
    judged: Sequence[Verdict]

    def compared(self, figure: Figure, extra: Mapping[str, str]) -> Fraction | None:
        """The comparison of two networks, with ``extra`` bound; None where there is none."""
        if compares(figure):
            with suppress(Cannot):
                return self.quantities.figure(figure, figure.of[0], extra)
        return None


def compares(figure: Figure) -> bool:
    """Whether the figure compares two things by one number, and not in a word as ``fewer``."""
    if figure.against is None or figure.kind in COMPARED:
        return False
    return len(figure.means) < 2 and not figure.over


def shows(figure: Figure, value: Fraction) -> bool:
    """Whether the exact value gives the printed figure or word."""
    if figure.allows is not None:
        return figure.allows.holds(value)
    printed = read_printed(figure.printed, figure.unit)
    return printed is not None and printed.shows(value)


def same_target(one: Target, other: Target) -> bool:
    """Whether two targets are one thing, wherever they are named."""
    return one._replace(place=other.place) == other
