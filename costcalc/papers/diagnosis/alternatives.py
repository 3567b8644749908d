"""Other ways to arrive at the figures of a column: the count under changed circumstances."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.amounts import Printed, read_printed
from costcalc.graph.selection import Cannot
from costcalc.operators.tags import Tag
from costcalc.papers.claims.claims import Figure
from costcalc.papers.verify.columns import Subject, subject
from costcalc.papers.verify.costs import Networks, Vector, vector
from costcalc.papers.verify.ways import Way

#: What any row's figure would be, as a pure number; None where that is not known.
Value = Callable[[Figure], Fraction | None]


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

    def gives(self, figure: Figure) -> bool:
        """Whether it gives the printed digits of the figure, rounded or cut off."""
        if self.agrees is not None:
            return self.agrees(figure)
        value = self.value(figure)
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


class Counter:
    """Counts figures of one column under changed circumstances."""

    def __init__(self, networks: Networks, way: Way, binding: Mapping[str, str]) -> None:
        self.networks = networks
        self.way = way
        self.binding = binding
        self._subjects: dict[object, Subject | None] = {}
        self._layers: dict[object, list[Vector]] = {}

    def subject(self, figure: Figure, extra: Mapping[str, str]) -> Subject | None:
        """The figure's vectors with ``extra`` bound over what its row says; None if that fails."""
        key = (figure.id, figure.of[:1] and figure.of[0].spec, tuple(extra.items()))
        if key not in self._subjects:
            try:
                self._subjects[key] = subject(self.networks, figure, {**self.binding, **extra})
            except Cannot:
                self._subjects[key] = None
        return self._subjects[key]

    def count(self, figure: Figure) -> Fraction | None:
        """The count itself."""
        return self.counted(self.way)(figure)

    def counted(self, way: Way) -> Value:
        """Values under another way of counting."""

        def value(figure: Figure) -> Fraction | None:
            counted = self.subject(figure, {})
            return None if counted is None else counted.value(way)

        return value

    def at(self, extra: Mapping[str, str]) -> Value:
        """Values at another binding."""

        def value(figure: Figure) -> Fraction | None:
            if not figure.of or not all(self.networks.has(figure.of[0].spec, n) for n in extra):
                return None
            bound = self.subject(figure, extra)
            return None if bound is None else bound.value(self.way)

        return value

    def network(self, spec: str) -> Value:
        """Values of another network at the row's binding."""

        def value(figure: Figure) -> Fraction | None:
            if not figure.of or figure.of[0].spec == spec:
                return None
            target = figure.of[0]
            other = self.networks.bound(target._replace(spec=spec, at={}), target.at)
            return self.count(figure._replace(of=(other,)))

        return value

    def layers(self, figure: Figure) -> list[Vector]:
        """What the layers with weights cost, one by one; none where they can't be counted."""
        if figure.id not in self._layers:
            target = self.networks.bound(figure.of[0], self.binding)
            try:
                layers = self.networks.layers(target)
            except Cannot:
                layers = []
            costs = [vector([layer]) for layer in layers]
            self._layers[figure.id] = [cost for cost in costs if _weighs(cost)]
        return self._layers[figure.id]


def _weighs(cost: Vector) -> bool:
    return any(tag in cost for tag in (Tag.CONV_WEIGHT, Tag.FC_WEIGHT))


def changed(value: Value, change: Callable[[Fraction, Printed], Fraction]) -> Value:
    """What ``change`` makes of a value, in the light of how the figure is printed."""

    def made(figure: Figure) -> Fraction | None:
        before = value(figure)
        return None if before is None else change(before, printed_of(figure))

    return made


def printed_of(figure: Figure) -> Printed:
    printed = read_printed(figure.printed, figure.unit)
    assert printed is not None  # it was judged
    return printed


def listed(names: Sequence[str]) -> str:
    """Rows or tables in words, the first few of many."""
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return ", ".join(names)
