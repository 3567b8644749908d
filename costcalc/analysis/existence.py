"""Where a network exists: what its layers need of the free parameters, one condition each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from costcalc.algebra.numbers import Number, is_number
from costcalc.algebra.polynomial import is_positive as surely_positive
from costcalc.algebra.sums import Ranges
from costcalc.analysis.condition import Condition
from costcalc.errors import CostcalcError
from costcalc.graph.build import build
from costcalc.graph.layers import Graph, Layer
from costcalc.graph.limits import limits
from costcalc.language.model import Spec


class Need(NamedTuple):
    """What a row asks for, where it ``exists``: as a :class:`Condition` says it."""

    value: Number
    relation: str
    layer: str
    ranges: Ranges
    exists: Number

    def where_it_exists(self, value: Number) -> Number:
        """``value`` where the row is there, and something that stands in the relation elsewhere."""
        return where(self.exists, value, self.relation)


def where(exists: Number, value: Number, relation: str) -> Number:
    """``value`` where the indicator is 1, and something that stands in the relation elsewhere."""
    return value * exists + (1 - exists if relation in (">", "!=") else 0)


def folded(spec: Spec, binding: Mapping[str, Any]) -> Graph:
    """The graph of closed forms; parameters that ``binding`` lacks are free.

    :raises CostcalcError: the layers do not fit together, whatever the free parameters are.
    """
    graph = build(spec, binding, unroll=False)
    existence_conditions(graph)
    return graph


def existence_conditions(graph: Graph) -> list[Condition]:
    """What must hold for the rounded form: every layer has whole groups, sides and channels.

    :raises CostcalcError: something fails whatever the free parameters are.
    """
    conditions: dict[object, Condition] = {}
    for need in (*(n for layer in graph.layers for n in needs(layer)), *requirements(graph)):
        value = need.where_it_exists(need.value)
        if not is_number(value):
            one = Condition(value, Fraction(1), need.relation, need.layer, need.ranges)
            conditions.setdefault((value, need.relation, need.ranges), one)
    return _open(graph, conditions.values())


def limit_conditions(graph: Graph) -> list[Condition]:
    """What no network may exceed that is counted (:mod:`costcalc.graph.limits`).

    :raises CostcalcError: one is exceeded whatever the free parameters are.
    """
    asked = ((one, one.value * one.exists) for one in limits(graph))
    conditions = [
        Condition(value, Fraction(1), ">=", one.layer, one.ranges)
        for one, value in asked
        if not is_number(value)
    ]
    return _open(graph, conditions)


def _open(graph: Graph, conditions: Iterable[Condition]) -> list[Condition]:
    """Those that hang on a parameter; of rounds that are bound it is known whether they hold."""
    left = []
    for one in conditions:
        if one.parameters():
            left.append(one)
        elif not one.holds({}):
            needed = f"{one.layer} needs {one.text}"
            raise CostcalcError(f"{graph.spec.name} does not exist at this binding: {needed}")
    return left


def needs(layer: Layer) -> Iterator[Need]:
    for guard in layer.guards:
        yield Need(guard.value, guard.relation, layer.name, layer.ranges, layer.exists)
    for side in layer.output:
        if not is_number(side) and not surely_positive(side):
            yield Need(side - 1, ">=", layer.name, layer.ranges, layer.exists)


def requirements(graph: Graph, *, of_form: bool = False) -> Iterator[Need]:
    for one in graph.requirements:
        if one.of_form is of_form:
            yield Need(one.value, one.relation, one.where, one.ranges, one.exists)


def form_conditions(graph: Graph) -> list[Condition]:
    """From where on the closed form is that of the network: enough rounds of each repetition."""
    return [
        Condition(need.value, Fraction(1), need.relation, need.layer, need.ranges)
        for need in requirements(graph, of_form=True)
    ]
