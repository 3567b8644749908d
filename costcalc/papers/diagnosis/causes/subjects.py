"""The count of another thing: with the classes of another data set, at the parameter of another
row, or of another network of the table, at the row's binding or grown to the depth that it prints.

A table names its rows by depth, and a network of one family is easily counted for another's: both
are a ResNet-1001, one of basic blocks and one of bottlenecks.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from itertools import product
from typing import NamedTuple

from costcalc.graph.selection import Cannot, Target
from costcalc.papers.claims.claims import COSTS, Figure
from costcalc.papers.diagnosis.cause import Alternative, CostColumn, Sentences, Value, shows
from costcalc.papers.verify.columns import CLASSES as CLASS_COUNTS
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

CLASSES_PRIOR = Fraction(1, 2) / len(CLASS_COUNTS)
PARAMETER_PRIOR = Fraction(1, 4)
NETWORK_PRIOR = Fraction(1, 4)


# -- another binding ------------------------------------------------------------------------------


def counts(column: CostColumn) -> list[tuple[str, Value]]:
    """What the printed digits may be of: the count, and the count with other classes."""
    return [("the count", column.count), *((a.text, a.value) for a in other_classes(column))]


def other_classes(column: CostColumn) -> Iterator[Alternative]:
    usual = {value for name, value in column.pairs if name == "classes"}
    for classes in (*CLASS_COUNTS, *sorted(usual.difference(CLASS_COUNTS))):
        read = column.at if classes in CLASS_COUNTS else column.at_usual
        value = partial(read, ("classes", classes))
        yield Alternative("other classes", _text(classes), CLASSES_PRIOR, value, general=True)


def classes_of_sentence(case: Sentences, verdict: Verdict) -> Iterator[Hypothesis]:
    figure = verdict.figure
    if case.compared(figure, {}) is None or figure.metric not in COSTS:
        return
    if figure.of[0].layer or figure.means:
        return
    for classes in CLASS_COUNTS:
        value = case.compared(figure, {"classes": classes})
        if value is not None and shows(figure, value):
            yield Hypothesis("other classes", _text(classes), "gives it", "", float(CLASSES_PRIOR))


def _text(classes: str) -> str:
    return f"counted with {classes} classes"


def other_parameters(column: CostColumn) -> Iterator[Alternative]:
    alternative = partial(Alternative, "other parameter", general=True)
    for name, value in (pair for pair in column.pairs if pair[0] != "classes"):
        pair = (name, value)
        tried = max(len(pairs) for pairs in column.usual.values() if pair in pairs)
        text = f"the value at {name} = {value}"
        yield alternative(text, PARAMETER_PRIOR / tried, partial(column.at_usual, pair))
    counts = {n for t in column.targets for n, v in t.at.items() if v.isdigit() and n != "classes"}
    for name, (step, said) in product(sorted(counts), ((1, "more"), (-1, "less"))):
        text, prior = f"the value with {name} one {said}", PARAMETER_PRIOR / (2 * len(counts))
        yield alternative(text, prior, partial(_moved, column, name, step))


def _moved(column: CostColumn, name: str, step: int, figure: Figure) -> Fraction:
    """The value with a parameter that is a count moved by a step, of a row that prints it."""
    bound = figure.of[0].at.get(name, "")
    if not bound.isdigit():
        raise Cannot
    return column.at((name, str(int(bound) + step)), figure)


# -- another network ------------------------------------------------------------------------------


def other_networks(column: CostColumn) -> Iterator[Alternative]:
    specs = sorted({target.spec for target in column.targets})
    for spec in specs:
        prior = NETWORK_PRIOR / max(len(specs) - 1, 1)
        value = partial(column.network, spec)
        yield Alternative("other network", f"the value of {spec}", prior, value, general=True)


class _Growth(NamedTuple):
    """A network whose depth is ``start + slope·n`` in a parameter that a row of the table binds."""

    target: Target
    parameter: str
    start: int
    slope: int


def at_printed_depth(column: CostColumn) -> Iterator[Alternative]:
    """For each figure that nothing explains, the value of each other network in the column at the
    greatest depth that is not above the one its row prints."""
    left = (v.figure for v in column.wrong if not any(f.explains(v.figure) for f in column.fits))
    asked = [figure for figure in left if figure.row in column.depths]
    grown = list(_grown(column)) if asked else []
    for figure, growth in product(asked, grown):
        n = (column.depths[figure.row] - growth.start) // growth.slope
        if n < 1 or growth.target.spec == figure.of[0].spec:
            continue
        layers = growth.start + growth.slope * n
        text = f"the value of {growth.target.spec} at {growth.parameter} = {n}, {layers} layers"
        target = growth.target._replace(at={**growth.target.at, growth.parameter: str(n)})
        value = partial(_in_row, column, figure.row, target)
        yield Alternative("other network", text, NETWORK_PRIOR / len(grown), value, general=True)


def _in_row(column: CostColumn, row: str, target: Target, figure: Figure) -> Fraction:
    """The value of another target, for one row."""
    if figure.row != row:
        raise Cannot
    return column.count(figure._replace(of=(target,)))


def _grown(column: CostColumn) -> Iterator[_Growth]:
    """The column's networks with the parameter that makes them deeper, each binding of the others
    once."""
    seen = set()
    for target in column.targets:
        for name, value in target.at.items():
            others = tuple(pair for pair in target.at.items() if pair[0] != name)
            if (target.spec, name, others) not in seen and value.isdigit():
                seen.add((target.spec, name, others))
                growth = _growth(column, target, name, int(value))
                if growth is not None:
                    yield growth


def _growth(column: CostColumn, target: Target, name: str, value: int) -> _Growth | None:
    """How depth follows a parameter: from two small networks, held against the row's own."""

    def depth(n: int) -> int:
        at = {**target.at, name: str(n)}
        return int(column.networks.structure(target._replace(at=at), "depth"))

    try:
        slope = depth(3) - depth(2)
        start = depth(2) - 2 * slope
        if slope < 1 or depth(value) != start + slope * value:
            return None
    except Cannot:
        return None
    return _Growth(target, name, start, slope)
