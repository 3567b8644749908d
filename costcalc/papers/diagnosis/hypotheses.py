"""What may happen between a count and the page: each alternative gives the value it predicts.

Nothing here knows a paper. An *alternative* changes how a figure is computed: other classes,
another α, a layer left out, another convention. ``choices`` says how many of its kind were tried:
the more there are, the less it means that one of them fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.numbers import is_number
from costcalc.algebra.printed import read_printed
from costcalc.graph.selection import Cannot
from costcalc.operators.tags import Tag
from costcalc.papers.claims.claims import Figure
from costcalc.papers.verify.costs import Networks, Vector, vector
from costcalc.papers.verify.family import Way, ways
from costcalc.papers.verify.search import CLASSES, Subject, subject

#: How likely each kind is before anything is seen; a rule of thumb, not fitted to any paper.
PRIORS = {
    "other row": Fraction(1),
    "swapped digits": Fraction(1),
    "double or half": Fraction(1),
    "classifier": Fraction(1),
    "other classes": Fraction(1, 2),
    "other parameter": Fraction(1, 4),
    "other network": Fraction(1, 4),
    "printed table": Fraction(1, 2),
    "same sentence": Fraction(1, 4),
    "other table": Fraction(1, 4),
    "replaced digit": Fraction(1, 2),
    "moved point": Fraction(1, 4),
    "rounded up": Fraction(1, 8),
    "other convention": Fraction(1, 8),
    "one layer": Fraction(1, 8),
    "offset": Fraction(1, 16),
    "layers": Fraction(1, 4),
    "stride": Fraction(1),
}


class Alternative(NamedTuple):
    """Another way to arrive at a figure: ``value`` gives it for any row, or None.

    ``agrees`` says whether a printed figure fits it, where that takes more than its value.
    ``begs`` says that it rests on a figure that needs an explanation itself, so that it explains
    nothing, although it fits.
    """

    kind: str
    text: str
    choices: int
    value: Callable[[Figure], Fraction | None]
    agrees: Callable[[Figure], bool] | None = None
    begs: Callable[[Figure], bool] = lambda figure: False

    def gives(self, figure: Figure) -> bool:
        """Whether it gives the printed digits of the figure, rounded or cut off."""
        if self.agrees is not None:
            return self.agrees(figure)
        value = self.value(figure)
        if value is None:
            return False
        printed = read_printed(figure.printed, figure.unit)
        return printed is not None and printed.shows(value)


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

    def at(self, extra: Mapping[str, str]) -> Callable[[Figure], Fraction | None]:
        """Values at another binding."""

        def value(figure: Figure) -> Fraction | None:
            names = set(extra)
            if not figure.of or not all(self.networks.has(figure.of[0].spec, n) for n in names):
                return None
            found = self.subject(figure, extra)
            return None if found is None else found.value(self.way)

        return value

    def counted(self, way: Way) -> Callable[[Figure], Fraction | None]:
        """Values under another way of counting."""

        def value(figure: Figure) -> Fraction | None:
            found = self.subject(figure, {})
            return None if found is None else found.value(way)

        return value

    def network(self, spec: str) -> Callable[[Figure], Fraction | None]:
        """Values of another network at the row's binding."""

        def value(figure: Figure) -> Fraction | None:
            if not figure.of or figure.of[0].spec == spec:
                return None
            target = figure.of[0]
            at = self.networks.accepted(spec, target.at)
            moved = figure._replace(of=(target._replace(spec=spec, at=at),))
            found = self.subject(moved, {})
            return None if found is None else found.value(self.way)

        return value

    def changed(
        self, change: Callable[[list[Vector]], Vector | None]
    ) -> Callable[[Figure], Fraction | None]:
        """Values where ``change`` made another cost of the layers' costs, one by one."""

        def value(figure: Figure) -> Fraction | None:
            if not figure.of or figure.share:
                return None
            made = change(self._layer_costs(figure))
            return None if made is None else Fraction(self.way.total(made))

        return value

    def _layer_costs(self, figure: Figure) -> list[Vector]:
        """What the layers with weights cost, one by one; none where they can't be counted."""
        if figure.id not in self._layers:
            target = figure.of[0]
            try:
                own = self.networks.accepted(target.spec, self.binding)
                layers = self.networks.layers(target, own)
            except Cannot:
                layers = []
            costs = [vector([layer]) for layer in layers]
            self._layers[figure.id] = [cost for cost in costs if _weighs(cost)]
        return self._layers[figure.id]


def _weighs(cost: Vector) -> bool:
    return any(tag in cost for tag in (Tag.CONV_WEIGHT, Tag.FC_WEIGHT))


def alternatives(counter: Counter, figures: Iterable[Figure]) -> Iterator[Alternative]:
    """Every other way to arrive at the figures of a column."""
    listed = [figure for figure in figures if figure.of]
    yield Alternative("double or half", "twice the count", 2, _scaled(counter, Fraction(2)))
    yield Alternative("double or half", "half the count", 2, _scaled(counter, Fraction(1, 2)))
    bare = counter.counted(without_classifier(counter.way))
    yield Alternative("classifier", "the classifier is left out", 1, bare)
    found = _parameters(counter.networks, listed)
    pairs = list(dict.fromkeys(pair for pairs in found.values() for pair in pairs))
    usual = {value for name, value in pairs if name == "classes"}
    for classes in (*CLASSES, *sorted(usual.difference(CLASSES))):
        text = f"counted with {classes} classes"
        value = counter.at({"classes": classes})
        if classes not in CLASSES:
            value = _where_usual(value, ("classes", classes), found)
        yield Alternative("other classes", text, len(CLASSES), value)
    for name, value_text in pairs:
        if name == "classes":
            continue
        text = f"the value at {name} = {value_text}"
        count = max(len(pairs) for pairs in found.values() if (name, value_text) in pairs)
        value = _where_usual(counter.at({name: value_text}), (name, value_text), found)
        yield Alternative("other parameter", text, count, value)
    specs = sorted({figure.of[0].spec for figure in listed})
    for spec in specs:
        text = f"the value of {spec}"
        yield Alternative("other network", text, max(len(specs) - 1, 1), counter.network(spec))
    if not listed:
        return
    with_fc = (Tag.FC_MAC, Tag.FC_WEIGHT)  # without it is the classifier left out, tried above
    others = [
        way
        for way in ways(listed[0].metric)
        if way is not counter.way and any(tag in way.weights for tag in with_fc)
    ]
    shipped = [way for way in others if way.deviations <= 1]
    for way in others:
        count = len(shipped) if way.deviations <= 1 else len(others)
        text = f"counted as {way.name}"
        yield Alternative("other convention", text, count, counter.counted(way))
    yield from _one_layer(counter)


def _scaled(counter: Counter, factor: Fraction) -> Callable[[Figure], Fraction | None]:
    plain = counter.at({})

    def value(figure: Figure) -> Fraction | None:
        found = plain(figure)
        return None if found is None else found * factor

    return value


def without_classifier(way: Way) -> Way:
    """The way without fully connected layers."""
    classifier = (Tag.FC_MAC, Tag.FC_WEIGHT, Tag.FC_BIAS, Tag.FC_BIAS_ADD)
    weights = {tag: weight for tag, weight in way.weights.items() if tag not in classifier}
    return Way(f"{way.name} without classifier", weights, way.deviations + 1)


def _where_usual(
    value: Callable[[Figure], Fraction | None],
    pair: tuple[str, str],
    usual: Mapping[str, Iterable[tuple[str, str]]],
) -> Callable[[Figure], Fraction | None]:
    return lambda figure: value(figure) if pair in usual.get(figure.of[0].spec, ()) else None


def _parameters(networks: Networks, figures: list[Figure]) -> dict[str, list[tuple[str, str]]]:
    """Per network, the values that the column's rows and its spec give to its parameters."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for figure in figures:
        target = figure.of[0]
        pairs = found.setdefault(target.spec, {})
        pairs |= dict.fromkeys(target.at.items())
        try:
            parameters = networks.load(target.spec).parameters.values()
        except Cannot:
            continue
        for parameter in parameters:
            for usual in (*parameter.usual, *parameter.choices):
                pairs[(parameter.name, usual)] = None
    return {spec: list(pairs) for spec, pairs in found.items()}


#: Where a layer may stand, and what its cost may be taken for.
_PLACES = (("first layer", 0), ("second layer", 1), ("layer before the last", -2))
_FACTORS = (
    (Fraction(0), "is left out"),
    (Fraction(1, 2), "is counted at half its cost"),
    (Fraction(2), "is counted twice"),
    (Fraction(1, 4), "is counted at a quarter of its cost, as if its stride were doubled"),
    (Fraction(4), "is counted at four times its cost, as if its stride were missing"),
)


def _one_layer(counter: Counter) -> Iterator[Alternative]:
    def change(position: int, factor: Fraction) -> Callable[[list[Vector]], Vector | None]:
        def changed(costs: list[Vector]) -> Vector | None:
            if len(costs) < 3:
                return None
            total: dict[str, int] = {}
            for i, cost in enumerate(costs):
                for key, amount in cost.items():
                    own = factor if i == position % len(costs) else 1
                    scaled = amount * own
                    if is_number(scaled) and Fraction(scaled).denominator != 1:
                        return None
                    total[key] = total.get(key, 0) + int(scaled)
            return total

        return changed

    count = len(_PLACES) * len(_FACTORS)
    for where, position in _PLACES:
        for factor, what in _FACTORS:
            value = counter.changed(change(position, factor))
            yield Alternative("one layer", f"the {where} {what}", count, value)
