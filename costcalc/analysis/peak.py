"""The peak of a network's memory in closed form: which layer holds it where, and with how much.

A maximum of polynomials is one of them in each of several *regimes*. Each step of the network gives
a form; those that are proven never to be above another are left out, and each that is left has the
regime in which no other of these is larger. So the regimes cover the domain whatever is proven: a
form of which nothing could be proven has a regime that may be empty, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from costcalc.algebra.evaluation import evaluate, exact, free_parameters, value_at
from costcalc.algebra.numbers import Number
from costcalc.algebra.result import Json, Result
from costcalc.analysis.closed_form import as_numbers
from costcalc.analysis.condition import Condition
from costcalc.analysis.domain import exact_conditions
from costcalc.analysis.dominance import Dominance
from costcalc.analysis.existence import existence_conditions, form_conditions
from costcalc.analysis.regimes import Ranges, Regime, regimes
from costcalc.errors import CostcalcError, Undecided
from costcalc.graph.build import build
from costcalc.graph.layers import Assumption, Graph
from costcalc.graph.loading import Source, as_spec
from costcalc.hardware.elements import Elements, Precision, as_elements
from costcalc.hardware.maximum import maximum, staircase
from costcalc.hardware.rules import Rule, as_rule
from costcalc.language.model import Spec
from costcalc.language.parameters import (
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
        if elements.rows:
            message = "which rows have which types hangs on the number of rounds"
            raise Undecided(message, "bind it") from None
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
    _refuse_many(spec, len(kept), len(steps))
    domain = [*within, *conditions]
    names = set[str]().union(*map(free_parameters, [form for _, form in steps]))
    names.update(*(c.names() for c in (*conditions, *existence)))
    free = tuple(p for p in spec.parameters.values() if p.name in names)
    return PeakFormula(
        *(spec.name, graph.binding, held, free, elements, rule, over, rounded),
        tuple(regimes({form: layers[form] for form in kept}, free, domain, over)),
        tuple(conditions),
        tuple(form for _, form in steps),
        tuple(existence),
        graph.assumptions,
        tuple(form_conditions(graph)),
    )


def _refuse_many(spec: Spec, kept: int, forms: int) -> None:
    """:raises CostcalcError: more regimes than anybody reads."""
    if kept > MAX_REGIMES:
        message = f"of {forms} forms {kept} are not proven to be below others"
        hint = "--over says between which values; or bind a parameter"
        raise CostcalcError(f"{spec.name}: {message}", hint)


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
