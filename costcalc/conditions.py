"""Where a closed form is exact: conditions on the free parameters, reduced and readable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import gcd, lcm
from typing import Any, NamedTuple

from costcalc.algebra import Number, compare, divide, is_number, is_whole
from costcalc.graph import Graph, Layer
from costcalc.notation import pretty
from costcalc.polynomial import Polynomial, all_atoms, evaluate, exact
from costcalc.polynomial import is_whole as surely_whole


class Condition(NamedTuple):
    """``factor``·``value`` must be whole, or ``value`` must stand in ``relation`` to 0.

    ``layer`` is the first layer that needs it.
    """

    value: Number
    factor: Fraction
    relation: str
    layer: str

    def holds(self, binding: Mapping[str, Any]) -> bool:
        """Whether it holds at a binding that gives all its parameters."""
        value = evaluate(self.value, binding)
        if self.relation == "whole":
            return is_whole(Fraction(value) * self.factor)
        return bool(compare(self.relation, value, 0))

    @property
    def python(self) -> str:
        """As plain Python arithmetic that is true or false."""
        if self.relation != "whole":
            return f"{self.value} {self.relation} 0"
        n, d = self.factor.numerator, self.factor.denominator
        several = len(self.value.terms) > 1
        inner = f"({self.value})" if several else str(self.value)
        scaled = inner if n == 1 else f"{n}*{inner}"
        return f"{scaled} % {d} == 0"

    @property
    def text(self) -> str:
        """As a sentence: ``32α is whole``, ``Rρ is a multiple of 32``."""
        if self.relation != "whole":
            signs = {">=": "≥", "==": "=", "!=": "≠"}
            return f"{pretty(self.value)} {signs.get(self.relation, self.relation)} 0"
        n, d = self.factor.numerator, self.factor.denominator
        scaled = pretty(self.value * n)
        return f"{scaled} is whole" if d == 1 else f"{scaled} is a multiple of {d}"


def exact_conditions(graph: Graph, used: Iterable[tuple[Layer, Number]]) -> list[Condition]:
    """What must hold for the polynomial of a graph to be its exact cost.

    ``used`` pairs layers with the costs that a convention takes from them.
    """
    whole: dict[Number, tuple[Fraction, str]] = {}
    others: dict[str, Condition] = {}

    def must_be_whole(value: Number, layer: str) -> None:
        value = _without_whole_part(value)
        if is_number(value) and value == 0:
            return
        primitive, content = _primitive(value)
        if primitive in whole:
            factor, first = whole[primitive]
            whole[primitive] = (_gcd(factor, content), first)
        else:
            whole[primitive] = (content, layer)

    def must_be(value: Number, relation: str, layer: str) -> None:
        if not is_number(value) and value.compare_to_zero(relation) is not True:
            found = Condition(value, Fraction(1), relation, layer)
            others.setdefault(found.python, found)

    for layer, cost in used:
        for atom in all_atoms(cost):
            needed = atom.must_be_whole()
            if needed is not None:
                must_be_whole(needed, layer.name)
        for guard in layer.guards:
            if guard.zero:
                must_be(exact(guard.value), "==", layer.name)
            else:
                must_be_whole(exact(guard.value), layer.name)
        for side in layer.output[:2]:
            must_be(exact(side) - 1, ">=", layer.name)
    for assumption in graph.assumptions:
        ideal = exact(assumption.condition)
        if isinstance(ideal, Polynomial):
            (atom,) = ideal.atoms()
            must_be(atom.args[0], atom.args[1], "")
    found = [Condition(value, factor, "whole", layer) for value, (factor, layer) in whole.items()]
    found = [c for c in found if not any(_follows(c, other) for other in found)]
    return [*found, *(c for c in others.values() if not _implied(c))]


def _follows(condition: Condition, other: Condition) -> bool:
    """Whether ``condition`` is a whole multiple of another: 32αδ of 32α."""
    if condition is other or is_number(other.value):
        return False
    ratio = divide(condition.value * condition.factor, other.value * other.factor)
    return surely_whole(ratio)


def _implied(condition: Condition) -> bool:
    """Whether the parameters' domains already say it: ``R/32 − 1 ≥ 0`` where R/32 is whole."""
    value = condition.value
    if condition.relation != ">=":
        return False
    rest = value + 1
    return isinstance(rest, Polynomial) and rest.is_positive()


def _without_whole_part(value: Number) -> Number:
    if is_number(value):
        return value - (value.numerator // value.denominator)
    kept: Number = 0
    for monomial, coefficient in value.terms.items():
        if not monomial:
            coefficient = coefficient - (coefficient.numerator // coefficient.denominator)
            kept = kept + coefficient
            continue
        term = Polynomial({monomial: coefficient})
        if not surely_whole(term):
            kept = kept + term
    return kept


def _primitive(value: Number) -> tuple[Number, Fraction]:
    """``value`` as a polynomial with coprime whole coefficients, and its content."""
    if is_number(value):
        return 1, Fraction(value)
    coefficients = [Fraction(c) for c in value.terms.values()]
    content = Fraction(
        gcd(*(c.numerator for c in coefficients)), lcm(*(c.denominator for c in coefficients))
    )
    return value * (1 / content), content


def _gcd(a: Fraction, b: Fraction) -> Fraction:
    denominator = lcm(a.denominator, b.denominator)
    return Fraction(gcd(int(a * denominator), int(b * denominator)), denominator)
