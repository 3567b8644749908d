"""Where a closed form is exact: conditions on the free parameters, reduced and readable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from costcalc.algebra.evaluation import all_atoms, evaluate, exact, must_be_whole
from costcalc.algebra.notation import comparison, pretty
from costcalc.algebra.numbers import Number, divide, floor, is_number
from costcalc.algebra.polynomial import (
    Polynomial,
    alone,
    atoms_of,
    constant_term,
    single_name,
    terms_of,
)
from costcalc.algebra.polynomial import is_positive as surely_positive
from costcalc.algebra.polynomial import is_whole as surely_whole
from costcalc.algebra.sums import Ranges, for_every_round, holds_in_every_round
from costcalc.graph.layers import Assumption, Graph, Layer, Requirement

#: What holds where a comparison does not.
NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


class Condition(NamedTuple):
    """``factor``·``value`` must be whole, or ``value`` must stand in ``relation`` to 0.

    ``layer`` is the first layer (or row of the spec) that needs it; ``ranges`` are the rounds in
    which it must hold (:mod:`costcalc.algebra.sums`).
    """

    value: Number
    factor: Fraction
    relation: str
    layer: str
    ranges: Ranges = ()

    def holds(self, binding: Mapping[str, int | Fraction]) -> bool:
        """Whether it holds at a binding that gives all its parameters."""
        value = self.value * self.factor
        return holds_in_every_round(value, self.relation, self.ranges, binding)

    @property
    def python(self) -> str:
        """As plain Python arithmetic that is true or false."""
        if self.relation != "whole":
            return f"{self.value} {self.relation} 0"
        if is_number(self.value):
            return "False"  # a fraction is never whole
        n, d = self.factor.numerator, self.factor.denominator
        several = len(dict(terms_of(self.value))) > 1
        inner = f"({self.value})" if several else str(self.value)
        scaled = inner if n == 1 else f"{n}*{inner}"
        return f"{scaled} % {d} == 0"

    @property
    def text(self) -> str:
        """As a sentence: ``32α is whole``, ``Rρ is a multiple of 32``."""
        if self.relation != "whole":
            return comparison(self.value, self.relation)
        if is_number(self.value):
            return f"{pretty(self.value * self.factor)} is whole, which is never"
        n, d = self.factor.numerator, self.factor.denominator
        scaled = pretty(self.value * n)
        return f"{scaled} is whole" if d == 1 else f"{scaled} is a multiple of {d}"


def exact_conditions(graph: Graph, used: Iterable[tuple[Layer, Number]]) -> list[Condition]:
    """What must hold for the polynomial of a graph to be its exact cost.

    ``used`` pairs layers with the costs that a convention takes from them.
    """
    conditions = _Conditions()
    for layer, cost in used:
        for atom in all_atoms(cost):
            needed = must_be_whole(atom)
            if needed is not None:
                conditions.add(needed, "whole", layer.name)
        for guard in layer.guards:
            for value in for_every_round(exact(guard.value), guard.relation, layer.ranges):
                conditions.add(value, guard.relation, layer.name)
        for side in layer.output:
            for value in for_every_round(exact(side) - 1, ">=", layer.ranges):
                conditions.add(value, ">=", layer.name)
    for requirement in graph.requirements:
        relation = requirement.relation
        for value in for_every_round(exact(requirement.value), relation, requirement.ranges):
            conditions.add(value, relation, requirement.where)
    for assumption in graph.assumptions:
        conditions.assume(assumption)
    return conditions.reduced()


class _Conditions:
    """Conditions as they come in, merged where one says what others say."""

    def __init__(self) -> None:
        self.whole: dict[Number, tuple[Fraction, str]] = {}
        #: Value without constant → least constant.
        self.bounds: dict[Number, tuple[int | Fraction, str]] = {}
        self.others: dict[str, Condition] = {}

    def add(self, value: Number, relation: str, layer: str) -> None:
        if relation == "whole":
            self.add_whole(_without_whole_part(value), layer)
            return
        if is_number(value) or value.compare_to_zero(relation) is True:
            return
        # n − 1 ≥ 0 where n is positive and whole; that R/32 is whole is a condition of its own
        if relation == ">=" and surely_positive(value + 1):
            return
        value, _ = _primitive(value)
        if relation != ">=":
            condition = Condition(value, Fraction(1), relation, layer)
            self.others.setdefault(condition.python, condition)
            return
        constant = constant_term(value)
        least = self.bounds.get(value - constant)
        if least is None or constant < least[0]:
            self.bounds[value - constant] = (constant, layer)

    def assume(self, assumption: Assumption) -> None:
        """The condition that decided the structure, as it was decided where nothing is rounded."""
        condition: Number = assumption.condition
        if not isinstance(condition, Polynomial):
            return
        relation = "==" if not assumption.holds else "!="
        indicator = condition.single()
        if indicator is not None and indicator.kind == "indicator":
            (condition,) = indicator.args
            relation = indicator.relation if assumption.holds else NEGATED[indicator.relation]
        decided = Condition(condition, Fraction(1), relation, assumption.place.path)
        self.others.setdefault(decided.python, decided)

    def add_whole(self, value: Number, layer: str) -> None:
        if is_number(value) and value == 0:
            return
        primitive, content = _primitive(value)
        if isinstance(primitive, Polynomial) and primitive.sorted_terms()[0][1] < 0:
            primitive = -primitive  # x is whole exactly where −x is
        if surely_whole(primitive):  # 3k/2 is whole exactly where k/2 is
            content = _gcd(content, Fraction(1))
        if primitive in self.whole:  # 6α and 4α are whole exactly where 2α is
            factor, layer = self.whole[primitive]
            content = _gcd(factor, content)
        self.whole[primitive] = (content, layer)

    def reduced(self) -> list[Condition]:
        whole = [
            Condition(value, factor, "whole", layer)
            for value, (factor, layer) in self.whole.items()
        ]
        for c in tuple(whole):  # of two that say the same, one stays
            if any(_follows(c, other) for other in whole):
                whole.remove(c)
        bounds = [
            Condition(value + constant, Fraction(1), ">=", layer)
            for value, (constant, layer) in self.bounds.items()
        ]
        least = {name: -constant_term(c.value) for c in bounds if (name := single_name(c.value))}
        bounds = [c for c in bounds if single_name(c.value) or not _above(c.value, least)]
        return [*whole, *bounds, *self.others.values()]


def _above(value: Number, least: Mapping[str, Number]) -> bool:
    """Whether ``value`` ≥ 0 follows from lower ends of its parameters: with each written as its
    least value plus something, no coefficient is negative."""
    shifted = {}
    for atom in atoms_of(value):
        if atom.kind == "parameter":
            low = least.get(atom.text, int(atom.whole and atom.positive))
            shifted[atom.text] = alone(atom) + low
    terms = terms_of(evaluate(value, shifted))
    return all(c >= 0 and all(a.positive for a, _ in monomial) for monomial, c in terms)


def existence_conditions(graph: Graph) -> list[Condition]:
    """What must hold for the rounded form: every layer has whole groups, sides and channels."""
    conditions: dict[object, Condition] = {}

    def add(value: Number, relation: str, of: Layer | Requirement, layer: str) -> None:
        value = value * of.exists  # 0 where the layer is not there: whole, and ≥ 0
        if is_number(value):
            return
        condition = Condition(value, Fraction(1), relation, layer, of.ranges)
        conditions.setdefault((value, relation, of.ranges), condition)

    for layer in graph.layers:
        for guard in layer.guards:
            add(guard.value, guard.relation, layer, layer.name)
        for side in layer.output:
            if not is_number(side) and not surely_positive(side):
                add(side - 1, ">=", layer, layer.name)
    for needed in graph.requirements:
        if not needed.of_form:
            add(needed.value, needed.relation, needed, needed.where)
    return list(conditions.values())


def form_conditions(graph: Graph) -> list[Condition]:
    """From where on the closed form is that of the network: enough rounds of each repetition."""
    return [
        Condition(needed.value, Fraction(1), needed.relation, needed.where, needed.ranges)
        for needed in graph.requirements
        if needed.of_form
    ]


def _follows(condition: Condition, other: Condition) -> bool:
    """Whether ``condition`` is a whole multiple of another: 32αδ of 32α."""
    if condition is other or is_number(other.value):
        return False
    ratio = divide(condition.value * condition.factor, other.value * other.factor)
    return surely_whole(ratio)


def _without_whole_part(value: Number) -> Number:
    constant = constant_term(value)
    terms = [Polynomial({m: c}) for m, c in terms_of(value) if m]
    return sum((t for t in terms if not surely_whole(t)), start=constant - floor(constant))


def _primitive(value: Number) -> tuple[Number, Fraction]:
    """``value`` as a polynomial with coprime whole coefficients, and its content."""
    if is_number(value):
        return 1, Fraction(value)
    coefficients = [c for _, c in terms_of(value)]
    content = Fraction(
        gcd(*(c.numerator for c in coefficients)), lcm(*(c.denominator for c in coefficients))
    )
    return value * (1 / content), content


def _gcd(a: Fraction, b: Fraction) -> Fraction:
    tops = (a.numerator * b.denominator, b.numerator * a.denominator)
    return Fraction(gcd(*tops), a.denominator * b.denominator)
