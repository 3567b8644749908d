"""The exact value of a figure in a sentence: a cost, a ratio of two, a saving in percent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

from costcalc.algebra.expressions import exact_number
from costcalc.algebra.numbers import is_number
from costcalc.algebra.printed import DIFFERS, ROUNDS
from costcalc.graph.depth import block_depth
from costcalc.graph.selection import Cannot, Target, units
from costcalc.papers.claims.claims import COSTS, Figure
from costcalc.papers.claims.operators import PAIR, single
from costcalc.papers.verify.costs import Networks
from costcalc.papers.verify.family import Way


class Quantities:
    """Values of targets under one way of counting each metric."""

    def __init__(self, networks: Networks, ways: Mapping[str, Way]) -> None:
        self.networks = networks
        self.ways = ways

    def of(self, target: Target, metric: str, extra: Mapping[str, str]) -> Fraction:
        """One target's cost or structure.

        :raises Cannot: the network or the operator does not give it.
        """
        if target.layer:
            scope = {name: exact_number(value) for name, value in target.at.items()}
            value = single(target.layer, scope).cost(metric)
            if not is_number(value):
                raise Cannot(f"{value} still has free symbols")
            return Fraction(value)
        own = self.networks.accepted(target.spec, extra)
        if target.block and metric == "depth":
            return self.block_depth(target)
        if metric in COSTS:
            return Fraction(self.ways[metric].total(self.networks.vector(target, own)))
        return self.networks.structure(target, metric, own)

    def block_depth(self, target: Target) -> Fraction:
        """Layers with weights on the longest way through one block of the network."""
        graph = self.networks.graph(target.spec, target.at)
        found = block_depth(graph, target.block)
        if found is None:
            blocks = ", ".join(graph.spec.blocks) or "none"
            raise Cannot(f"{target.spec} has no block {target.block!r} (its blocks: {blocks})")
        return Fraction(found)

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
        values = []
        sums = [Fraction(0), Fraction(0)]
        for unit in units(graph.layers):
            if unit.name != "separable":
                continue
            first, last = (graph.layers[i] for i in unit.positions)
            area = str(last.output.height * last.output.width)
            # the map is given as a whole, so that its sides count once
            sides = (first.input.channels, last.output.channels, 1, 1)
            at = dict(zip(PAIR, map(str, sides), strict=True))
            both = []
            for side in (target, figure.against):
                assert side is not None
                bound = side._replace(at={**at, **side.at}, layer={**side.layer, "map": area})
                both.append(self.of(bound, figure.metric, {}))
            values.append(compared(figure.kind, both[0], both[1]))
            sums = [sums[0] + both[0], sums[1] + both[1]]
        if not values:
            raise Cannot(f"{figure.over} has no separable pairs")
        return [*values, compared(figure.kind, sums[0], sums[1])]


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


def bindings(figure: Figure) -> Iterator[dict[str, str]]:
    """All combinations of the parameters that the page leaves open."""
    for values in product(*figure.open.values()):
        yield dict(zip(figure.open, values, strict=True))


def judge_words(figure: Figure, values: list[Fraction]) -> str:
    """The verdict on a word, a range or a bound: it must allow every value. Over the layers of a
    network one word is about all of them together, which is the last value."""
    assert figure.allows is not None
    together = figure.over and len(figure.means) == 1
    held = values[-1:] if together else values
    return ROUNDS if all(map(figure.allows.holds, held)) else DIFFERS
