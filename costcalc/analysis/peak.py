"""The peak of a network's memory in closed form: which layer holds it where, and with how much.

A maximum of polynomials is one of them in each of several *regimes*. Each step of the network gives
a form; those that are proven never to be above another are left out, and each that is left has the
regime in which no other of these is larger. So the regimes cover the domain whatever is proven: a
form of which nothing could be proven has a regime that may be empty, and that is said.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise, product
from typing import Any, NamedTuple

from costcalc.algebra.evaluation import evaluate, exact, free_parameters, value_at
from costcalc.algebra.numbers import Number, ceil, is_number
from costcalc.algebra.polynomial import atoms_of
from costcalc.algebra.result import Json, Result
from costcalc.analysis.closed_form import as_numbers
from costcalc.analysis.condition import Condition
from costcalc.analysis.domain import (
    coprime,
    exact_conditions,
    existence_conditions,
    form_conditions,
)
from costcalc.analysis.dominance import Dominance, without_factor
from costcalc.errors import CostcalcError, Undecided
from costcalc.graph.build import build
from costcalc.graph.layers import Assumption, Graph
from costcalc.graph.loading import Source, as_spec
from costcalc.hardware.elements import Elements, Precision, as_elements
from costcalc.hardware.maximum import maximum, staircase
from costcalc.hardware.tensors import Rule, as_rule
from costcalc.language.model import Spec
from costcalc.language.parameters import (
    POSITIVE_NUMBER,
    Bound,
    Parameter,
    bind,
    by_name,
    given,
    numbers_of,
    pairs,
    texts_of,
)

#: Regimes that a peak may have: with more, nobody sees where it is.
MAX_REGIMES = 12
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


@dataclass(frozen=True, repr=False)
class PeakFormula(Result, says="spec parameters bound rule"):
    """The peak in regimes that cover the domain, which the ``conditions`` say: what was asked for,
    and where polynomials are exact; ``rounded`` ones keep every floor and ceiling.

    ``forms`` are those of all steps, rounded: the peak is the largest of them wherever the network
    exists and has this structure.
    """

    spec: str
    bound: Mapping[str, Bound]
    held: tuple[str, ...]
    free: tuple[Parameter, ...]
    elements: Elements
    rule: Rule
    over: Ranges
    rounded: bool
    regimes: tuple[Regime, ...]
    conditions: tuple[Condition, ...]
    forms: tuple[Number, ...]
    existence: tuple[Condition, ...]
    assumptions: tuple[Assumption, ...]
    rounds: tuple[Condition, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the free parameters."""
        return tuple(p.name for p in self.free)

    @property
    def exact_when(self) -> tuple[str, ...]:
        """Where the regimes' forms are exact, as plain Python arithmetic."""
        return tuple(c.python for c in self.conditions)

    def at(self, **values: object) -> int:
        """The peak at a binding, in bytes; parameters that are not given are at the defaults.

        :raises CostcalcError: a bad value, or no network of this structure there.
        """
        free = {p.name: p for p in self.free}
        defaults = {name: p.default for name, p in free.items()}
        binding = as_numbers(defaults | bind(free, values, "the formula"))
        for assumption in self.assumptions:
            if bool(evaluate(assumption.condition, binding)) is not assumption.holds:
                raise CostcalcError(f"the structure of {self.spec} changes at this binding")
        for condition in self.existence:
            if not condition.holds(binding):
                needed = f"{condition.layer} needs {condition.text}"
                raise CostcalcError(f"{self.spec} does not exist at this binding: {needed}")
        for condition in self.rounds:
            if not condition.holds(binding):
                message = f"the closed form of {self.spec} holds only where {condition.text}"
                raise CostcalcError(message, "ask for its memory instead")
        return int(max(value_at(form, binding) for form in self.forms))

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc formula --cost peak --format json``."""
        return {
            "spec": self.spec,
            "cost": "peak",
            "unit": "bytes",
            "elements": self.elements.to_dict(),
            "rule": self.rule.name,
            "order": "file",
            "parameters": list(self.parameters),
            "bound": texts_of(self.bound),
            "over": {
                name: [None if end is None else str(end) for end in ends]
                for name, ends in self.over.items()
            },
            "exact_when": list(self.exact_when),
            "steps": len(self.forms),
            "regimes": [regime.to_dict() for regime in self.regimes],
            "arena": None,
        }


def peak_formula(
    spec: Source,
    *,
    elements: Precision = "int8",
    rule: str = "live",
    over: str | Mapping[str, str] = "",
    rounded: bool = False,
    free: tuple[str, ...] = (),
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> PeakFormula:
    """The peak in closed form: what ``costcalc formula --cost peak`` does.

    ``over`` says between which values of free parameters: ``"alpha=1/4:1,resolution=96:"``.

    :raises CostcalcError: a bad value or range, an unknown rule or precision, or a structure that
        free parameters leave open, as the number of rounds does.
    """
    network = as_spec(spec)
    bound = network.bind(given(values, alpha, delta, rho, resolution, classes, **parameters))
    held = network.held(bound, free)
    told = as_elements(elements), as_rule(rule)
    graph = _built(network, {**held, **bound}, *told)
    names = tuple(n for n in held if not network.parameters[n].choices)
    asked = read_ranges(network, over, {**held, **bound})
    return _peak_of(graph, *told, names, asked, rounded=rounded)


def _built(spec: Spec, binding: Mapping[str, Any], elements: Elements, rule: Rule) -> Graph:
    """The graph, with few rounds in place of a number that is free.

    A round reads what it and the one before gave, or what was there before all rounds; so what is
    live at a step hangs on how far it is from the first and from the last, and once three rounds
    and four have the same forms, more have them, too.

    :raises Undecided: the rounds of a repetition are not alike.
    """
    try:
        return build(spec, binding)
    except Undecided as undecided:
        try:
            graphs = [build(spec, binding, sampled=rounds) for rounds in range(1, 5)]
        except Undecided:
            raise undecided from None
        forms = [{*staircase(graph, elements, rule)} for graph in graphs]
        if forms[2] != forms[3]:
            raise
        return graphs[next(i for i in range(3) if forms[i:] == forms[3:] * (4 - i))]


def read_ranges(
    spec: Spec, text: str | Mapping[str, str], bound: Mapping[str, object]
) -> dict[str, tuple[Fraction | None, Fraction | None]]:
    """Ranges of free parameters: ``alpha=1/4:1,resolution=96:``; either end may be left out."""
    told = by_name(pairs(text) if text and isinstance(text, str) else text or {}, spec.parameters)
    ranges: dict[str, tuple[Fraction | None, Fraction | None]] = {}
    for name, written in told.items():
        low, colon, high = (part.strip() for part in written.partition(":"))
        if not colon or ":" in high:
            raise CostcalcError(f"{name}: {written!r} is no range", f"{name}=LOW:HIGH")
        if name in bound:
            raise CostcalcError(f"{name} is bound: its range says nothing", "leave one of them out")
        ends = [
            numbers_of(spec.bind({name: end})).get(name) if end else None for end in (low, high)
        ]
        first, last = (None if end is None else Fraction(end) for end in ends)
        if first is not None and last is not None and first > last:
            raise CostcalcError(f"{name}: {written!r} is empty", "the lower end first")
        ranges[name] = first, last
    return ranges


def _within(ranges: Ranges, spec: Spec) -> Iterator[Condition]:
    for name, (low, high) in ranges.items():
        value = spec.parameters[name].free()
        if low is not None:
            yield Condition(value - low, Fraction(1), ">=", "")
        if high is not None:
            yield Condition(value - high, Fraction(1), "<=", "")


def _peak_of(
    graph: Graph,
    elements: Elements,
    rule: Rule,
    held: tuple[str, ...],
    over: Ranges,
    *,
    rounded: bool,
) -> PeakFormula:
    """The regimes of an unrolled graph."""
    spec, existence = graph.spec, existence_conditions(graph)
    steps = maximum(graph, elements, rule).steps
    usual, within = numbers_of(spec.defaults()), tuple(_within(over, spec))
    exists = exact_conditions(graph)
    layers = {form: path for path, form in _falling(steps, usual)}
    kept = Dominance([*within, *exists]).undominated([*layers])
    conditions = exists
    if not rounded:
        of_layer = {layers[form]: (form,) for form in kept}
        costs = [of_layer.get(layer.path, ()) for layer in graph.layers]
        conditions = exact_conditions(graph, costs)
        forms = {exact(form): layers[form] for form in reversed(kept)}
        layers = {form: path for path, form in _falling([*_swapped(forms)], usual)}
        kept = Dominance([*within, *conditions]).undominated([*layers])
    if len(kept) > MAX_REGIMES:
        message = f"of {len(steps)} forms {len(kept)} are not proven to be below others"
        hint = "--over says between which values; or bind a parameter"
        raise CostcalcError(f"{spec.name}: {message}", hint)
    domain = [*within, *conditions]
    names = set[str]().union(*map(free_parameters, [form for _, form in steps]))
    names.update(*(c.names() for c in (*conditions, *existence)))
    free = tuple(p for p in spec.parameters.values() if p.name in names)
    return PeakFormula(
        *(spec.name, graph.binding, held, free, elements, rule, over, rounded),
        tuple(_regimes({form: layers[form] for form in kept}, free, domain, over)),
        tuple(conditions),
        tuple(form for _, form in steps),
        tuple(existence),
        graph.assumptions,
        tuple(form_conditions(graph)),
    )


def _swapped(forms: Mapping[Number, str]) -> Iterator[tuple[str, Number]]:
    yield from ((path, form) for form, path in forms.items())


def _falling(
    steps: Iterable[tuple[str, Number]], usual: Mapping[str, int | Fraction]
) -> list[tuple[str, Number]]:
    """Steps, the largest at the defaults first: most others are never above it."""

    def size(step: tuple[str, Number]) -> Fraction:
        missing = dict.fromkeys(free_parameters(step[1]) - usual.keys(), 1)
        return -Fraction(value_at(step[1], {**usual, **missing}))

    return sorted(steps, key=size)


# -- where each is the largest -----------------------------------------------------------------


def _regimes(
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
