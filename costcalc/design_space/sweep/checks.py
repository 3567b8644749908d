"""What is enough for a folded graph to be the network at a binding, to be asked at every point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from costcalc.algebra.evaluation import divisors, evaluate, free_parameters
from costcalc.algebra.numbers import Number, is_number, is_whole
from costcalc.algebra.polynomial import Polynomial, alone, is_positive
from costcalc.algebra.polynomial import is_whole as surely_whole
from costcalc.algebra.sums import Ranges, for_every_round, stands
from costcalc.analysis.existence import where
from costcalc.conventions.shelf import Convention
from costcalc.errors import CostcalcError, Undecided
from costcalc.graph.layers import Graph
from costcalc.graph.limits import limits


class Check(NamedTuple):
    """``value`` must be whole, or stand in ``relation`` to 0. ``names`` are its symbols; what is
    ``of_form`` the closed form needs, but not the network."""

    value: Number
    relation: str
    names: frozenset[str]
    of_form: bool = False

    @property
    def parameters(self) -> frozenset[str]:
        return frozenset(map(owner, self.names))

    def holds(self, symbols: Mapping[str, Number]) -> bool:
        """Whether it does at a binding; what divides by 0 does not."""
        try:
            return stands(evaluate(self.value, symbols), self.relation)
        except ZeroDivisionError:
            return False


def owner(symbol: str) -> str:
    """The parameter that a symbol stands for: ``resolution.height`` is one of resolution's."""
    return symbol.partition(".")[0]


def whole_counts(graph: Graph, convention: Convention) -> list[Check]:
    """What fractional weights need: that the counts of every layer are whole.

    :raises CostcalcError: they are not, whatever the free parameters are.
    """
    weights = (*convention.mult_adds.values(), *convention.params.values())
    if all(weight.denominator == 1 for weight in weights):
        return []
    counts = []
    for layer in graph.layers:
        for count in (convention.work(layer.terms), convention.parameters(layer.terms)):
            if not is_number(count):
                counts.append(Check(count, "whole", frozenset(free_parameters(count))))
            elif not is_whole(count):
                message = f"{convention.name} counts {count} for layer {layer.name}"
                raise CostcalcError(message, "its weights must make whole counts")
    return [check for check in dict.fromkeys(counts) if not surely_whole(check.value)]


def checks(graph: Graph) -> list[Check]:
    """What is enough for a folded graph to be the network at a binding.

    :raises Undecided: it is never enough; with more parameters bound it may be.
    """
    conditions: dict[tuple[Number, str], Check] = {}
    for value, relation, ranges, of_form in _needs(graph):
        for one, there in for_every_round(value, relation, ranges):
            needed = where(there, one, relation)
            if not is_number(needed):
                names, key = frozenset(free_parameters(needed)), (needed, relation)
                if not of_form or key not in conditions:
                    conditions[key] = Check(needed, relation, names, of_form)
            elif not stands(needed, relation):
                message = f"the closed form of {graph.spec.name} does not hold"
                raise Undecided(message, "bind more parameters")
    return list(conditions.values())


def _needs(graph: Graph) -> Iterator[tuple[Number, str, Ranges, bool]]:
    """Values with the relations to 0 in which they must stand in some rounds, and whether only the
    closed form needs that."""
    for assumption in graph.assumptions:
        yield assumption.condition - int(assumption.holds), "==", (), False
    for layer in graph.layers:
        for guard in layer.guards:
            yield guard.value, guard.relation, layer.ranges, False
    for needed in graph.requirements:
        if needed.relation == ">=":
            for part in _factors(needed.value + 1):
                yield part - 1, ">=", needed.ranges, needed.of_form
        else:
            yield needed.value, needed.relation, needed.ranges, needed.of_form
    for limit in limits(graph):
        yield limit.value, ">=", limit.ranges, False
    extents: dict[tuple[Number, Ranges], None] = {}
    for shape in graph.inputs.values():
        extents.update(((side, ()), None) for side in shape)
    for layer in graph.layers:
        extents.update(((side, layer.ranges), None) for side in layer.output)
    for extent, ranges in extents:
        if not surely_whole(extent):
            yield extent, "whole", ranges, False
        for part in _factors(extent):
            if not is_positive(part):
                yield part - 1, ">=", ranges, False


def no_zeros(forms: Iterable[Number]) -> list[Check]:
    """That nothing is 0 that one of the forms divides by."""
    below = dict.fromkeys(divisor for form in forms for divisor in divisors(form))
    return [Check(divisor, "!=", frozenset(free_parameters(divisor))) for divisor in below]


def _factors(value: Number) -> list[Number]:
    """Numbers that are all at least 1 only if ``value`` is: the whole factors of a product.

    ``floor(32*alpha)*delta`` hangs on alpha alone, so that a check needs no table of both.
    """
    if isinstance(value, Polynomial) and len(value.terms) == 1:
        ((monomial, coefficient),) = value.terms.items()
        if coefficient >= 1 and all(atom.whole for atom, _ in monomial):
            return [alone(atom) for atom, _ in monomial if not atom.positive]
    return [value]
