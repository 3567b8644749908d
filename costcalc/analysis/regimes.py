"""Where each of several forms is the largest: regimes, with a binding of each as far as one is
found."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice, pairwise, product
from typing import NamedTuple

from costcalc.algebra.evaluation import free_parameters, value_at
from costcalc.algebra.numbers import Number, ceil, is_number
from costcalc.algebra.polynomial import atoms_of
from costcalc.algebra.result import Json
from costcalc.analysis.condition import Condition
from costcalc.analysis.domain import coprime
from costcalc.analysis.dominance import Dominance, without_factor
from costcalc.language.parameters import POSITIVE_NUMBER, Parameter

#: Bindings at which it is looked for whether a regime is anywhere.
MAX_TRIED = 4000
#: Values of each parameter among these.
MAX_VALUES = 12
#: Conditions of a regime beyond which those that follow from others are left in.
MAX_REDUCED = 24
#: Of the largest usual value of a parameter, what is tried besides.
_SHARES = tuple(Fraction(n, 32) for n in (1, 3, 8, 12, 128, 2**11, 2**17))

#: The values of parameters that are asked for: (lowest, highest), None where there is no end.
Ranges = Mapping[str, tuple[Fraction | None, Fraction | None]]


class Regime(NamedTuple):
    """Where no layer has more live than ``layer``, and what that is, in bytes.

    ``where`` is what must hold besides the domain. ``found`` says whether a binding is known at
    which it is the largest; elsewhere that is neither found nor disproven.
    """

    layer: str
    bytes: Number
    where: tuple[Condition, ...]
    found: bool

    def to_dict(self) -> Json:
        where = [condition.python for condition in self.where]
        return {**self._asdict(), "bytes": str(self.bytes), "where": where}


def regimes(
    layers: Mapping[Number, str],
    free: Sequence[Parameter],
    domain: Sequence[Condition],
    over: Ranges,
) -> Iterator[Regime]:
    """Where each form is the largest; those that surely are so nowhere are left out."""
    forms = [*layers]
    gaps = {
        form: [without_factor(form - other) for other in forms if other is not form]
        for form in forms
    }
    alive, sure = _found(gaps, free, domain, over)
    for form in forms:
        if form in alive or not sure:
            others = [o for o in forms if o is not form and (o in alive or not sure)]
            larger = (coprime(without_factor(form - other))[0] for other in others)
            where = [Condition(value, Fraction(1), ">=", "") for value in larger]
            yield Regime(layers[form], form, _reduced(where, domain), form in alive)


def _reduced(where: list[Condition], domain: Sequence[Condition]) -> tuple[Condition, ...]:
    """Conditions without those that follow from the domain and the others."""
    kept = list(dict.fromkeys(where))
    for one in [*kept] if len(kept) <= MAX_REDUCED else ():
        rest = [other for other in kept if other is not one]
        if Dominance([*domain, *rest]).is_above(one.value):
            kept = rest
    return tuple(kept)


def _found(
    gaps: Mapping[Number, list[Number]],
    free: Sequence[Parameter],
    domain: Sequence[Condition],
    over: Ranges,
) -> tuple[set[Number], bool]:
    """The forms that are the largest somewhere, and whether surely no other is."""
    names = set[str]().union(*(free_parameters(gap) for own in gaps.values() for gap in own))
    rounded = any(atom.args for own in gaps.values() for gap in own for atom in atoms_of(gap))
    if len(gaps) == 1:
        return set(gaps), True
    if len(names) == 1 and not rounded:
        (name,) = names
        return set(_largest_along(gaps, name, *over.get(name, (None, None)))), True
    found: set[Number] = set()
    for binding in islice(_bindings(free, over), MAX_TRIED):
        if all(condition.holds(binding) for condition in domain):
            found |= {
                form
                for form, own in gaps.items()
                if form not in found and all(value_at(gap, binding) >= 0 for gap in own)
            }
    return found, len(found) == len(gaps)


def _largest_along(
    gaps: Mapping[Number, list[Number]], name: str, low: Fraction | None, high: Fraction | None
) -> Iterator[Number]:
    """The forms that are the largest between two neighbouring crossings of one parameter."""
    from costcalc.algebra.symbolic import positive_roots  # needs sympy

    roots = {root for own in gaps.values() for gap in own for root in positive_roots(gap, name)}
    places = {Fraction(str(root.evalf(40))) for root in roots} | {low or Fraction(0)}
    last = max(places) + 1 if high is None else high
    ends = sorted({place for place in places if (low or 0) <= place < last} | {last})
    points = [(a + b) / 2 for a, b in pairwise(ends)] or ends
    for point in points:
        yield from (
            form
            for form, own in gaps.items()
            if all(value_at(gap, {name: point}) >= 0 for gap in own)
        )


def _bindings(free: Sequence[Parameter], over: Ranges) -> Iterator[dict[str, int | Fraction]]:
    """Bindings of the domain: those that papers use, ends of ranges, and others by chance."""
    chance = random.Random(0)
    choices = list[list[int | Fraction]]()
    for parameter in free:
        low, high = over.get(parameter.name, (None, None))
        told = [end for end in (low, high) if end is not None]
        usual = [parameter.bind(value) for value in parameter.usual_values]
        some = [value for value in (parameter.default, *usual, *told) if is_number(value)]
        most = max(some)
        some += [most * share for share in _SHARES]
        if parameter.domain != POSITIVE_NUMBER:
            some = [Fraction(ceil(value)) for value in some]
        inside = [v for v in some if (low is None or v >= low) and (high is None or v <= high)]
        chance.shuffle(inside)
        choices.append([*dict.fromkeys(inside)][:MAX_VALUES])
    names = [parameter.name for parameter in free]
    points = [dict(zip(names, values, strict=True)) for values in islice(product(*choices), 10**5)]
    chance.shuffle(points)
    yield from points
