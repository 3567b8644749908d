"""Where a closed form is exact: conditions on the free parameters, reduced and readable.

What a network needs in order to exist, and what a polynomial needs besides: that nothing which its
cost rounds is rounded. *Minimal* means that of the conditions given none is proven to follow from
the others and the parameters' domains; :mod:`costcalc.analysis.facts` says what is proven. It is
not attempted where there are more than :data:`MAX_REDUCED` conditions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm

from costcalc.algebra.atoms import Atom
from costcalc.algebra.evaluation import (
    ROUNDINGS,
    all_atoms,
    arguments,
    divisors,
    must_be_whole,
    rebuild,
    rewritten,
)
from costcalc.algebra.numbers import HALF, Number, ceil, floor, is_number
from costcalc.algebra.polynomial import Polynomial, alone, constant_term, denominator, terms_of
from costcalc.algebra.polynomial import is_whole as surely_whole
from costcalc.algebra.sums import for_every_round, stands, surely_fails
from costcalc.analysis.condition import NEGATED, Condition, pinned
from costcalc.analysis.existence import Need, needs, requirements
from costcalc.analysis.facts import Facts
from costcalc.analysis.wholeness import without_whole_part
from costcalc.graph.layers import Assumption, Graph

#: With more conditions, those that follow from others are left in: each is held against all others.
MAX_REDUCED = 24
#: Atoms and terms of a condition that is held against others.
MAX_HELD = 20


def exact_conditions(graph: Graph, costs: Sequence[Sequence[Number]] = ()) -> list[Condition]:
    """What must hold for the polynomial of a graph to be its exact cost; minimal.

    ``costs`` are those that a convention takes from each layer; without them, what must hold for
    the form that keeps every rounding.
    """
    rounded = [
        [needed for cost in of_layer for a in all_atoms(cost) if (needed := must_be_whole(a))]
        for of_layer in costs or ((),) * len(graph.layers)
    ]
    known = _Conditions()
    for layer, values in zip(graph.layers, rounded, strict=True):
        for value in values if layer.exists == 1 else ():
            known.add_whole(value, "")
    found = _Conditions(Facts(known.wholes()))
    for layer, values in zip(graph.layers, rounded, strict=True):
        for value in values:
            found.add(Need(value, "whole", layer.name, (), layer.exists))
        for need in needs(layer):
            found.add(need)
    for need in (*requirements(graph), *requirements(graph, of_form=True)):
        found.add(need)
    for assumption in graph.assumptions:
        found.assume(assumption)
    found.divide(cost for of_layer in costs for cost in of_layer)
    return pinned(found.reduced())


def _without_roundings(value: Number, known: Facts, made: dict[Atom, Number]) -> Number:
    """``value`` without those roundings that round nothing; ``made`` holds what is left of each."""

    def of(atom: Atom, inside: Mapping[Atom, Number]) -> Number:
        if atom.kind == "parameter":
            return alone(atom)
        if atom not in made:
            args = arguments(atom, inside)
            whole = Condition(args[0], Fraction(1, atom.multiple), "whole", "")
            needless = atom.kind in ROUNDINGS and known.imply(whole)
            made[atom] = args[0] if needless else rebuild(atom, args)
        return made[atom]

    return rewritten(value, of)


def _rounding(value: Number) -> tuple[Atom, int | Fraction] | None:
    """The atom and its factor, if ``value`` is a multiple of one rounding and a constant."""
    match [(m, c) for m, c in terms_of(value) if m]:
        case [(((atom, 1),), factor)] if atom.kind in ("floor", "ceil", "nearest", "round"):
            return atom, factor
    return None


def _unrounded(value: Number, relation: str) -> tuple[Number, str]:
    """The same bound on what is rounded: ⌊x⌋ ≥ 2 where x ≥ 2, and ⌈x⌉ ≥ 2 where x > 1."""
    while relation in (">=", ">") and (found := _rounding(value)):
        atom, factor = found
        inner, down = atom.args[0], atom.kind != "ceil"
        if atom.kind == "nearest":
            inner = inner + HALF
        if factor < 0:  # −⌊x⌋ is ⌈−x⌉
            inner, down, factor = -inner, not down, -factor
        end = Fraction(-constant_term(value)) / factor
        least = ceil(end) if relation == ">=" else floor(end) + 1
        if atom.kind == "round":  # from 3/2 on to 2, and above 5/2 to 3
            down = least % 2 == 0
            inner = inner + HALF if down else inner - HALF
        value, relation = (inner - least, ">=") if down else (inner - least + 1, ">")
    scaled = value * denominator(value)
    if relation == ">" and surely_whole(scaled):
        return scaled - 1, ">="
    return value, relation


class _Conditions:
    """Conditions as they come in, merged where one says what others say."""

    def __init__(self, known: Facts | None = None) -> None:
        self.known = known or Facts(())
        #: What is left of each atom where it rounds nothing that is known to be whole.
        self.left: dict[Atom, Number] = {}
        self.seen: set[Need] = set()
        self.whole: dict[Number, tuple[Fraction, str]] = {}
        #: Value without constant → least constant.
        self.bounds: dict[Number, tuple[int | Fraction, Condition]] = {}
        #: By their texts: what is said, and of rows that need not exist what is asked where.
        self.others: dict[str, tuple[Condition, Condition, list[Condition]]] = {}

    def add(self, need: Need) -> None:
        anywhere = need._replace(layer="")
        if anywhere in self.seen:  # most layers need what those before them did
            return
        self.seen.add(anywhere)
        value = _without_roundings(need.value, self.known, self.left)
        for one, there in for_every_round(value, need.relation, need.ranges):
            asked = need._replace(exists=need.exists * there)
            if need.relation == "==" and _rounding(one):  # ⌊x⌋ = 1: from 1 on, and below 2
                self._add(*_unrounded(one, ">="), asked)
                self._add(*_unrounded(-one, ">="), asked)
            else:
                self._add(*_unrounded(one, need.relation), asked)

    def _add(self, value: Number, relation: str, need: Need) -> None:
        if is_number(value) and stands(value, relation):
            return
        if need.exists != 1:
            self._add_conditional(value, need._replace(relation=relation))
        elif relation == "whole":
            self.add_whole(value, need.layer)
        elif relation == ">=" and isinstance(value, Polynomial):
            value, _ = coprime(value)
            shape, content = coprime(value - constant_term(value))
            constant = Fraction(constant_term(value)) / content
            if shape not in self.bounds or constant < self.bounds[shape][0]:
                self.bounds[shape] = constant, Condition(value, Fraction(1), ">=", need.layer)
        else:
            value, _ = coprime(value)
            self._add_other(Condition(value, Fraction(1), relation, need.layer))

    def _add_conditional(self, value: Number, need: Need) -> None:
        """A condition of a row that need not exist."""
        asked = Condition(value, Fraction(1), need.relation, need.layer)
        there = need.where_it_exists(value)
        if not isinstance(there, Polynomial):
            return
        primitive, content = coprime(there)
        factor = content if need.relation == "whole" else Fraction(1)
        said = asked._replace(value=primitive, factor=factor)
        match [*terms_of(need.exists)]:
            case [(((atom, 1),), 1)] if _never(asked):  # it must not be there
                relation = NEGATED[atom.relation]
                self._add_other(Condition(atom.args[0], Fraction(1), relation, need.layer))
            case [(monomial, 1)]:
                where = [Condition(a.args[0], Fraction(1), a.relation, "") for a, _ in monomial]
                self.others.setdefault(said.python, (said, asked, where))
            case _:
                self._add_other(said)

    def _add_other(self, condition: Condition) -> None:
        self.others.setdefault(condition.python, (condition, condition, []))

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
        self._add_other(Condition(condition, Fraction(1), relation, assumption.place.path))

    def divide(self, costs: Iterable[Number]) -> None:
        """That nothing is 0 that costs or conditions divide by: a quotient may stand in a row that
        does not exist there, and the form has no value all the same."""
        bounds, others = self.bounds.values(), self.others.values()
        said = [*self.wholes(), *(one for _, one in bounds), *(one for one, _, _ in others)]
        forms = (*costs, *(one.value for one in said))
        for divisor in dict.fromkeys(d for form in forms for d in divisors(form)):
            self._add_other(Condition(coprime(divisor)[0], Fraction(1), "!=", ""))

    def add_whole(self, value: Number, layer: str) -> None:
        value = without_whole_part(value)
        if not value:
            return
        primitive, content = coprime(value)
        if isinstance(primitive, Polynomial) and primitive.sorted_terms()[0][1] < 0:
            primitive = -primitive  # x is whole exactly where −x is
        if surely_whole(primitive):  # 3k/2 is whole exactly where k/2 is
            content = _gcd(content, Fraction(1))
        if primitive in self.whole:  # 6α and 4α are whole exactly where 2α is
            factor, layer = self.whole[primitive]
            content = _gcd(factor, content)
        self.whole[primitive] = (content, layer)

    def wholes(self) -> list[Condition]:
        """What must be whole everywhere."""
        return [Condition(v, factor, "whole", at) for v, (factor, at) in self.whole.items()]

    def reduced(self) -> list[Condition]:
        """All conditions but those that follow from others, and those last that divide."""
        kept = [(c, c, list[Condition]()) for c in self.wholes()]
        kept += [(c, c, []) for _, c in self.bounds.values()]
        kept += self.others.values()
        never = [said for said, _, _ in kept if _never(said)]
        if never:
            return never[:1]
        # where either of two could go, the one that says more by itself, or is simpler, stays
        order = sorted(enumerate(kept), key=lambda pair: (*_worth(pair[1][0]), -pair[0]))
        for _, one in order if len(kept) <= MAX_REDUCED else ():
            said, asked, where = one
            if not _is_simple(said):
                continue
            rest = [other for other, _, _ in kept if other is not said and _is_simple(other)]
            if Facts([*rest, *where]).imply(asked):
                kept.remove(one)
        return sorted((said for said, _, _ in kept), key=lambda one: len(divisors(one.value)))


def _is_simple(condition: Condition) -> bool:
    """Whether it is held against others; what rounds nest deeply is kept as it is."""
    atoms, terms = [*all_atoms(condition.value)], [*terms_of(condition.value)]
    return len(atoms) + len(terms) <= MAX_HELD


def _never(condition: Condition) -> bool:
    """Whether it surely holds nowhere."""
    return surely_fails(condition.value * condition.factor, condition.relation)


def _worth(condition: Condition) -> tuple[int, int]:
    """What goes first if it follows: bounds, and what has many terms."""
    rank = {"whole": 1, "!=": 0, "==": 2}.get(condition.relation, 0)
    return rank, -len([*terms_of(condition.value)])


def coprime(value: Number) -> tuple[Number, Fraction]:
    """``value`` as a polynomial with coprime whole coefficients, and its content."""
    if not value:
        return value, Fraction(1)
    coefficients = [c for _, c in terms_of(value)]
    content = Fraction(
        gcd(*(c.numerator for c in coefficients)), lcm(*(c.denominator for c in coefficients))
    )
    return value * (1 / content), content


def _gcd(a: Fraction, b: Fraction) -> Fraction:
    tops = (a.numerator * b.denominator, b.numerator * a.denominator)
    return Fraction(gcd(*tops), a.denominator * b.denominator)
