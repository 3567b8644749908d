"""The closed forms of what is live: equal to the numbers at random bindings."""

from __future__ import annotations

import random
from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest

import costcalc as cc
from costcalc.algebra.numbers import Number, compare
from costcalc.analysis.memory import memory_of
from costcalc.errors import Undecided
from costcalc.graph.build import build
from costcalc.hardware.elements import NAMED, as_elements
from costcalc.hardware.maximum import Maximum, maximum
from costcalc.hardware.rules import RULES
from costcalc.language.parameters import POSITIVE_NUMBER, Parameter

SMALL = as_elements("activations=int4")


def value(parameter: Parameter, source: random.Random) -> Any:
    if source.random() < 0.5:
        return parameter.default
    if parameter.choices:
        return source.choice(parameter.choices)
    if parameter.domain == POSITIVE_NUMBER:
        return Fraction(source.randint(1, 40), source.choice((4, 8, 20)))
    if parameter.name in ("resolution", "L"):  # L is a depth, 6n + 4
        return parameter.default + source.randint(-5, 5) * source.choice((1, 6))
    return source.randint(1, 12)


def forms(spec: cc.Spec, bound: dict[str, Any], **said: Any) -> tuple[dict[str, Any], Maximum]:
    """The maximum, with the numbers of rounds that it asks for bound."""
    elements, rule = said.get("elements", NAMED["int8"]), RULES[said.get("rule", "live")]
    try:
        return bound, maximum(build(spec, bound), elements, rule)
    except Undecided as error:
        (problem,) = error.problems
        name = problem.hint.removeprefix("give a value to ")
        return forms(spec, {**bound, name: said["values"][name]}, **said)


@pytest.mark.parametrize("name", cc.spec_names())
def test_the_peak_is_the_largest_of_the_forms(name: str) -> None:
    spec, source = cc.load(name).spec, random.Random(name)
    for rule, elements in [*((rule, NAMED["int8"]) for rule in RULES), ("live", SMALL)]:
        graph = None
        while graph is None:
            values = {p.name: value(p, source) for p in spec.parameters.values()}
            with suppress(cc.CostcalcError):  # it does not exist everywhere
                graph = build(spec, values)
        held = {n: v for n, v in values.items() if spec.parameters[n].choices}
        bound, most = forms(spec, held, rule=rule, elements=elements, values=values)
        peak = memory_of(graph, elements, RULES[rule], "none").peak_bytes
        assert most.at({n: v for n, v in values.items() if n not in bound}) == peak, values


def form(text: str, **said: Any) -> dict[str, Number]:
    spec = cc.loads(text).spec
    return dict(forms(spec, {}, values={}, **said)[1].steps)


def test_a_shortcut_that_exists_at_some_widths_only_holds_its_map_there() -> None:
    text = """
parameters: {a: {default: 8, meaning: width}}
input: 4x4x8
layers:
- residual: [{conv: 1x1, out: 3*a, name: one}, {conv: 1x1, out: a, name: two}]
  when: in == out
"""
    found = form(text)
    spec = cc.loads(text).spec
    a = spec.parameters["a"].free()
    shortcut = compare("==", 8, a)
    # the addition, where it exists, has two maps of 16·8 bytes and gives a third
    assert found == {
        "residual1/one": 16 * 8 + 16 * 3 * a,
        "residual1/two": 16 * 3 * a + 16 * a + shortcut * 16 * 8,
        "residual1/add3": shortcut * (16 * 8 + 2 * 16 * a),
    }
