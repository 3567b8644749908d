"""Weights per tag, and what the coding of a row adds to them."""

from __future__ import annotations

from costcalc.conventions.convention import Weight
from costcalc.operators.coded import coded_key, concerns, is_convolution
from costcalc.operators.tags import Tag

Weights = dict[Tag, Weight]
#: What a convolution's term becomes in a fully connected layer, in equal number.
_LINEAR = {
    Tag.CONV_MAC: Tag.FC_MAC,
    Tag.CONV_BIAS_ADD: Tag.FC_BIAS_ADD,
    Tag.CONV_WEIGHT: Tag.FC_WEIGHT,
    Tag.CONV_BIAS: Tag.FC_BIAS,
}


def nonzero(weights: Weights) -> dict[str, Weight]:
    """The weights that count anything."""
    return {tag: weight for tag, weight in weights.items() if weight}


def differences(weights: Weights, coded: dict[str, dict[Tag, Weight]]) -> dict[str, Weight]:
    """What a coding adds to the weight of a tag, under its coded key."""
    return {
        coded_key(tag, word): weight - weights[tag]
        for word, table in coded.items()
        for tag, weight in table.items()
        if weight != weights[tag]
    }


def as_linear(weights: Weights) -> dict[str, Weight]:
    """A convolution that is coded as a fully connected layer: away with one, in with the other."""
    same = {tag for pair in _LINEAR.items() for tag in pair if _equal(weights, pair)}
    return {
        coded_key(tag, "linear"): -weight if is_convolution(tag) else weight
        for tag, weight in weights.items()
        if weight and concerns(tag, "linear") and tag not in same
    }


def _equal(weights: Weights, pair: tuple[Tag, Tag]) -> bool:
    return pair[0] in weights and weights[pair[0]] == weights[pair[1]]
