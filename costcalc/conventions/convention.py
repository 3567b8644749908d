"""One convention: what each tagged term weighs, in rows that are coded one way or another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from costcalc.algebra.numbers import Number, simplest
from costcalc.algebra.result import Json, Result, whole_or_text
from costcalc.operators.coded import Coded, coded_key, concerns, is_convolution
from costcalc.operators.tags import Tag, Terms

Weight = int | Fraction
Weights = dict[Tag, Weight]


def work_name(*units: str) -> str:
    """What counts in these units are called: ``Mult-Adds``, ``FLOPs``, or both."""
    names = {"FLOPs" if unit == "FLOP" else "Mult-Adds": None for unit in sorted(units)[::-1]}
    return " / ".join(names)


@dataclass(frozen=True)
class Convention(Result):
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
