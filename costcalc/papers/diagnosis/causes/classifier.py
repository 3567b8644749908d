"""The classifier is left out."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.operators.tags import Tag
from costcalc.papers.diagnosis.cause import Alternative, Cause, CostColumn
from costcalc.papers.verify.ways import Way

PRIOR = Fraction(1)


def without_classifier(way: Way) -> Way:
    """The way without fully connected layers."""
    classifier = (Tag.FC_MAC, Tag.FC_WEIGHT, Tag.FC_BIAS, Tag.FC_BIAS_ADD)
    weights = {tag: weight for tag, weight in way.weights.items() if tag not in classifier}
    return Way(f"{way.name} without classifier", weights, way.deviations + 1)


def _counts(column: CostColumn) -> Iterator[Alternative]:
    bare = column.counted(without_classifier(column.way))
    yield Alternative("classifier", "the classifier is left out", PRIOR, bare, general=True)


CAUSE = Cause(counts=_counts)
