"""One convention: what each tagged term weighs, and what a count under it leaves open.

Open are rules that nobody knows, and codings that no row states. The number is then that of the
usual coding (modules and operators); a note says how much another coding would change it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from costcalc.algebra.amounts import amount_text, counted
from costcalc.algebra.numbers import Number, constant, simplest
from costcalc.algebra.result import Json, Result, whole_or_text
from costcalc.graph.layers import Layer
from costcalc.operators import OPERATORS
from costcalc.operators.coded import CODINGS, Coded, coded_key, concerns, is_convolution
from costcalc.operators.tags import Tag, Terms

Weight = int | Fraction
Weights = dict[Tag, Weight]


def work_name(*units: str) -> str:
    """What counts in these units are called: ``Mult-Adds``, ``FLOPs``, or both."""
    names = {"FLOPs" if unit == "FLOP" else "Mult-Adds": None for unit in sorted(units)[::-1]}
    return " / ".join(names)


@dataclass(frozen=True, repr=False)
class Convention(Result, says="name unit meaning"):
    """Named weights; ``unit`` says whether a multiply-accumulate counts as one MAC or in FLOPs.

    ``mult_adds`` and ``params`` hold the tags that weigh something, and for coded keys the
    difference that the coding makes. ``coded`` has the weights per coding as they were written;
    ``unknown`` the kinds of work for which nobody knows the tool's rule (they weigh 0).
    """

    name: str
    meaning: str
    source: str
    unit: str
    mult_adds: Mapping[str, Weight]
    params: Mapping[str, Weight]
    version: str = ""
    quirks: tuple[str, ...] = ()
    coded: Mapping[str, Mapping[Tag, Weight]] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    @property
    def left_out(self) -> tuple[str, ...]:
        """What trains, and does not count as parameters here; empty where nothing counts."""
        kinds = {"biases": (Tag.CONV_BIAS, Tag.FC_BIAS), "BN": (Tag.BN_AFFINE,)}
        counted = {kind: any(map(self.params.get, tags)) for kind, tags in kinds.items()}
        return tuple(kind for kind in kinds if self.params and not counted[kind])

    def work(self, terms: Terms) -> Number:
        """The Mult-Adds of tagged terms, in ``unit``."""
        return _weighed(terms, self.mult_adds)

    def parameters(self, terms: Terms) -> Number:
        """The parameters of tagged terms."""
        return _weighed(terms, self.params)

    def weight(self, tag: Tag, coding: str = "") -> Weight:
        """What one unit of a tag weighs, in a row that is coded so."""
        table = self.params if tag.is_parameter else self.mult_adds
        usual = table.get(tag, 0)
        return self.coded[coding].get(tag, usual) if coding in self.coded else usual

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc show-convention --format json``."""
        return {
            "name": self.name,
            "meaning": self.meaning,
            "unit": self.unit,
            "version": self.version,
            "source": self.source,
            "mult_adds": _written(self.mult_adds),
            "params": _written(self.params),
            "coded": {word: _written(weights) for word, weights in self.coded.items()},
            "unknown": sorted(self.unknown),
            "quirks": list(self.quirks),
        }


def _written(weights: Mapping[Any, Weight]) -> dict[str, int | str]:
    """Weights by tag; a fraction as text, so that nothing is rounded."""
    return {
        str(tag): whole_or_text(weight)
        for tag, weight in weights.items()
        if not isinstance(tag, Coded)
    }


def _weighed(terms: Terms, weights: Mapping[str, Weight]) -> Number:
    result: Number = 0
    for tag, weight in weights.items():
        if tag in terms:
            amount = terms.amount(tag)
            result = result + (amount if weight == 1 else weight * amount)
    return simplest(result)


#: What a convolution's term becomes in a fully connected layer, in equal number.
_LINEAR = {
    Tag.CONV_MAC: Tag.FC_MAC,
    Tag.CONV_BIAS_ADD: Tag.FC_BIAS_ADD,
    Tag.CONV_WEIGHT: Tag.FC_WEIGHT,
    Tag.CONV_BIAS: Tag.FC_BIAS,
}


def by_key(weights: Weights, coded: Mapping[str, Weights]) -> dict[str, Weight]:
    """The weights that count anything, by tag; by coded key, what each coding changes."""
    usual = {tag: weight for tag, weight in weights.items() if weight}
    return usual | _differences(weights, coded) | _as_linear(weights)


def _differences(weights: Weights, coded: Mapping[str, Weights]) -> dict[str, Weight]:
    """What a coding adds to the weight of a tag, under its coded key."""
    return {
        coded_key(tag, word): weight - weights[tag]
        for word, table in coded.items()
        for tag, weight in table.items()
        if weight != weights[tag]
    }


def _as_linear(weights: Weights) -> dict[str, Weight]:
    """A convolution that is coded as a fully connected layer: away with one, in with the other."""
    same = {
        tag
        for conv, fc in _LINEAR.items()
        if conv in weights and weights[conv] == weights[fc]
        for tag in (conv, fc)
    }
    return {
        coded_key(tag, "linear"): -weight if is_convolution(tag) else weight
        for tag, weight in weights.items()
        if weight and concerns(tag, "linear") and tag not in same
    }


# -- what is left open -----------------------------------------------------------------------------

_SILENT = "some rows do not say how they are coded; coded:"


def counting_notes(layers: Sequence[Layer], convention: Convention) -> tuple[str, ...]:
    """Sentences about fully bound layers; none where the convention leaves nothing open."""
    notes = [*_unknown(layers, convention)]
    silent = [layer for layer in layers if not layer.coded]
    for coding in filter(CODINGS.__contains__, convention.coded):
        notes += _unstated(silent, convention, coding)
    if any(isinstance(key, Coded) and key.coding == "linear" for key in convention.mult_adds):
        notes += _perhaps_linear(silent, convention)
    return tuple(notes)


def _unknown(layers: Iterable[Layer], convention: Convention) -> Iterator[str]:
    numbers: Counter[str] = Counter()
    for layer in layers if convention.unknown else ():
        if layer.coded not in convention.coded:  # a coding for which there is no rule
            work = [tag for tag in layer.terms if isinstance(tag, Tag) and not tag.is_parameter]
            numbers.update(sorted({tag.kind for tag in work} & convention.unknown))
    if numbers:
        listed = ", ".join(f"{kind} ({counted(n, 'layer')})" for kind, n in numbers.items())
        yield f"{convention.name} has no known rule for {listed}: counted as 0"


def _unstated(layers: Iterable[Layer], convention: Convention, coding: str) -> Iterator[str]:
    """Layers that would count otherwise, had their row stated this coding."""
    changes = {
        tag: change
        for tag, weight in convention.coded[coding].items()
        if (change := weight - convention.weight(tag))
    }
    numbers: Counter[str] = Counter()
    differences: dict[str, Number] = {}
    for layer in layers:
        stated = [tag for tag in changes if tag in layer.terms]
        numbers.update({tag.kind for tag in stated})
        for tag in stated:
            amount = changes[tag] * layer.terms.amount(tag)
            differences[tag.kind] = differences.get(tag.kind, 0) + amount
    if differences:
        listed = ", ".join(
            f"{kind} in {counted(numbers[kind], 'layer')} by {amount_text(constant(change), '+')}"
            for kind, change in differences.items()
        )
        yield f"{_SILENT} {coding} would change {listed}"


def _perhaps_linear(layers: Iterable[Layer], convention: Convention) -> Iterator[str]:
    """1×1 convolutions of 1×1 maps, where it makes a difference whether they are nn.Linear."""
    number, difference = 0, Fraction(0)
    for layer in layers:
        sides = (layer.input.height, layer.input.width, *(layer.kernel or ()), layer.groups)
        if layer.operator != "conv" or any(side != 1 for side in sides):
            continue
        own = Terms((key, v) for key, v in layer.terms.items() if is_convolution(key))
        bias = Tag.CONV_BIAS in own
        linear = Terms(OPERATORS["fc"].function(layer.input, layer.output.channels, bias).terms)
        change = convention.work(linear) - convention.work(own)
        if change:
            number, difference = number + 1, difference + constant(change)
    if number:
        where = f"1x1 convolutions of 1x1 maps in {counted(number, 'layer')}"
        yield f"{_SILENT} linear would change {where} by {amount_text(difference, '+')}"
