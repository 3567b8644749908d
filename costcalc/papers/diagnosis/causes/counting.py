"""Another count than that of the rest of the column: twice or half of it, without the classifier,
under another convention, with one layer counted otherwise, rounded up, or off by a constant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from functools import partial
from itertools import product
from math import ceil

from costcalc.algebra.amounts import Printed, digits, rounded, truncated
from costcalc.graph.selection import Cannot
from costcalc.operators.tags import Tag
from costcalc.papers.claims.claims import Figure
from costcalc.papers.diagnosis.cause import (
    Alternative,
    CostColumn,
    Sentences,
    Value,
    changed,
    printed_of,
)
from costcalc.papers.diagnosis.causes.subjects import counts
from costcalc.papers.verify.verdicts import Hypothesis, Verdict
from costcalc.papers.verify.ways import Way, all_ways

#: A multiply-accumulate is one operation, or two.
DOUBLE_PRIOR = Fraction(1)
CLASSIFIER_PRIOR = Fraction(1)
CONVENTION_PRIOR = Fraction(1, 8)
LAYER_PRIOR = Fraction(1, 8)
RAISED_PRIOR = Fraction(1, 8)
OFFSET_PRIOR = Fraction(1, 16)

_CLASSIFIER = (Tag.FC_MAC, Tag.FC_WEIGHT, Tag.FC_BIAS, Tag.FC_BIAS_ADD)
#: Where a layer may stand, and what its cost may be taken for.
PLACES = (("first layer", 0), ("second layer", 1), ("layer before the last", -2))
_FACTORS = (
    (Fraction(0), "is left out"),
    (Fraction(1, 2), "is counted at half its cost"),
    (Fraction(2), "is counted twice"),
    (Fraction(1, 4), "is counted at a quarter of its cost, as if its stride were doubled"),
    (Fraction(4), "is counted at four times its cost, as if its stride were missing"),
)
_MODES = ((rounded, "rounded"), (truncated, "cut off"))


def double(column: CostColumn) -> Iterator[Alternative]:
    for text, factor in (("twice the count", Fraction(2)), ("half the count", Fraction(1, 2))):
        value = partial(_times, column, factor)
        yield Alternative("double or half", text, DOUBLE_PRIOR / 2, value, general=True)


def _times(column: CostColumn, factor: Fraction, figure: Figure) -> Fraction:
    return factor * column.count(figure)


def without_classifier(way: Way) -> Way:
    """The way without fully connected layers."""
    weights = {tag: weight for tag, weight in way.weights.items() if tag not in _CLASSIFIER}
    return Way(f"{way.name} without classifier", weights, way.deviations + 1)


def classifier(column: CostColumn) -> Iterator[Alternative]:
    bare = partial(column.counted, without_classifier(column.way))
    text = "the classifier is left out"
    yield Alternative("classifier", text, CLASSIFIER_PRIOR, bare, general=True)


def conventions(column: CostColumn) -> Iterator[Alternative]:
    """Those with fully connected layers; without, it is the classifier that is left out."""
    others = [
        way
        for way in all_ways(column.metric)
        if way is not column.way and way.weights.keys() & {Tag.FC_MAC, Tag.FC_WEIGHT}
    ]
    near = sum(way.deviations <= 1 for way in others)
    for way in others:
        prior = CONVENTION_PRIOR / (near if way.deviations <= 1 else len(others))
        value = partial(column.counted, way)
        yield Alternative("other convention", f"counted as {way.name}", prior, value)


def one_layer(column: CostColumn) -> Iterator[Alternative]:
    """One layer is left out, or counted at a part or a multiple of its cost."""
    prior = LAYER_PRIOR / (len(PLACES) * len(_FACTORS))
    for (where, position), (factor, what) in product(PLACES, _FACTORS):
        value = partial(_with_layer, column, position, factor)
        yield Alternative("one layer", f"the {where} {what}", prior, value, general=True)


def _with_layer(column: CostColumn, position: int, factor: Fraction, figure: Figure) -> Fraction:
    return column.count(figure) + (factor - 1) * column.layer(position, figure)


# -- digits ---------------------------------------------------------------------------------------


def rounded_up(column: CostColumn) -> Iterator[Alternative]:
    """At the binding, and at others that papers mix up."""
    bases = counts(column)
    for text, count in bases:
        name, value = f"{text}, and rounded up", changed(count, _raised)
        yield Alternative("rounded up", name, RAISED_PRIOR / len(bases), value)


def rounded_up_in_sentence(case: Sentences, verdict: Verdict) -> Iterator[Hypothesis]:
    if verdict.numbers is not None:
        printed, exact = verdict.numbers
        if _raised(exact, printed) == printed.value * printed.scale:
            text = "the count, and rounded up"
            yield Hypothesis("rounded up", text, "gives it", "", float(RAISED_PRIOR))


def _raised(value: Fraction, printed: Printed) -> Fraction:
    return ceil(value / printed.scale / printed.step) * printed.step * printed.scale


def offset(column: CostColumn) -> Iterator[Alternative]:
    """A constant that several figures are off by: from the count, or that with other classes."""
    bases = list(product(counts(column), _MODES))
    prior = OFFSET_PRIOR / (len(bases) * 9)
    for (text, count), (cut, said) in bases:
        written = _written(count, cut)
        for gap, printed in _gaps(column, written):
            amount = digits(abs(gap) / printed.scale, printed.step)
            name = f"{text}, {said}, {'plus' if gap > 0 else 'minus'} {amount}"
            yield Alternative("offset", name, prior, _moved(written, gap), fitted=True)


def _written(count: Value, cut: Callable[[Fraction, Fraction], Fraction]) -> Value:
    """The count with no more digits than the figure has."""
    return changed(count, lambda value, p: cut(value / p.scale, p.step) * p.scale)


def _moved(count: Value, gap: Fraction) -> Value:
    return lambda figure: count(figure) + gap


def _gaps(column: CostColumn, written: Value) -> Iterator[tuple[Fraction, Printed]]:
    """What several figures that differ are off by, with the first of them."""
    gaps: defaultdict[Fraction, list[Printed]] = defaultdict(list)
    for figure in (v.figure for v in column.wrong):
        with suppress(Cannot):
            printed = printed_of(figure)
            gaps[printed.value * printed.scale - written(figure)].append(printed)
    for gap, members in gaps.items():
        if len(members) > 1 and gap:
            yield gap, members[0]
