"""Another binding: the number of classes of another data set, the parameter of another row."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from costcalc.graph.selection import Cannot
from costcalc.papers.claims.claims import COSTS, Figure
from costcalc.papers.diagnosis.cause import Alternative, Cause, CostColumn, Sentences, Value, shows
from costcalc.papers.verify.columns import CLASSES as CLASS_COUNTS
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

KIND = "other classes"
PRIOR = Fraction(1, 2)
PARAMETER_PRIOR = Fraction(1, 4)


def counts(column: CostColumn) -> list[tuple[str, Value]]:
    """What the printed digits may be of: the count, and the count with other classes."""
    others = [(other.text, other.value) for other in _other_classes(column)]
    return [("the count", column.count), *others]


def _other_classes(column: CostColumn) -> Iterator[Alternative]:
    usual = {value for name, value in column.pairs if name == "classes"}
    for classes in (*CLASS_COUNTS, *sorted(usual.difference(CLASS_COUNTS))):
        pair = ("classes", classes)
        value = column.at(pair) if classes in CLASS_COUNTS else column.at_usual(pair)
        yield Alternative(KIND, _text(classes), PRIOR / len(CLASS_COUNTS), value, general=True)


def _in_sentences(case: Sentences, verdict: Verdict) -> Iterator[Hypothesis]:
    figure = verdict.figure
    if case.compared(figure, {}) is None or figure.metric not in COSTS:
        return
    if figure.of[0].layer or figure.means:
        return
    for classes in CLASS_COUNTS:
        value = case.compared(figure, {"classes": classes})
        if value is not None and shows(figure, value):
            yield Hypothesis(KIND, _text(classes), "gives it", "", float(PRIOR / len(CLASS_COUNTS)))


def _text(classes: str) -> str:
    return f"counted with {classes} classes"


def _other_parameters(column: CostColumn) -> Iterator[Alternative]:
    for pair in column.pairs:
        name, value = pair
        if name != "classes":
            tried = max(len(pairs) for pairs in column.usual.values() if pair in pairs)
            text = f"the value at {name} = {value}"
            prior = PARAMETER_PRIOR / tried
            own = column.at_usual(pair)
            yield Alternative("other parameter", text, prior, own, general=True)
    counts = {n for t in column.targets for n, v in t.at.items() if v.isdigit() and n != "classes"}
    for name, (step, said) in product(sorted(counts), ((1, "more"), (-1, "less"))):
        prior = PARAMETER_PRIOR / (2 * len(counts))
        text = f"the value with {name} one {said}"
        yield Alternative("other parameter", text, prior, _moved(column, name, step), general=True)


def _moved(column: CostColumn, name: str, step: int) -> Value:
    """Values with a parameter that is a count moved by a step, of the rows that print it."""

    def value(figure: Figure) -> Fraction:
        bound = figure.of[0].at.get(name, "")
        if not bound.isdigit():
            raise Cannot
        return column.at((name, str(int(bound) + step)))(figure)

    return value


CLASSES = Cause(counts=_other_classes, sentences=_in_sentences)
PARAMETER = Cause(counts=_other_parameters)
