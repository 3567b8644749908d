"""Random settings of a network's parameters, and what counting makes of them."""

from __future__ import annotations

import random
from typing import Any

import costcalc as cc
from costcalc.language.parameters import POSITIVE_NUMBER, WHOLE_NUMBER, Parameter, value_text


def settings(name: str, number: int, seed: int = 0) -> list[dict[str, str]]:
    """The defaults, then random ones: usual values, neighbours of the default, and others."""
    chosen = random.Random(f"{name} {seed}")
    parameters = cc.load(name).parameters
    drawn = [{p.name: _value(p, chosen) for p in parameters.values()} for _ in range(number - 1)]
    return [{}, *drawn]


def ends(name: str) -> list[dict[str, str]]:
    """Settings at which one parameter is as small as it can be, or hardly larger: many networks do
    not exist there."""
    parameters = [p for p in cc.load(name).parameters.values() if not p.choices]
    least = {POSITIVE_NUMBER: ("1/1000", "1/9"), WHOLE_NUMBER: ("0", "1")}
    return [{p.name: text} for p in parameters for text in least.get(p.domain, ("1", "2"))]


def _value(parameter: Parameter, chosen: random.Random) -> str:
    usual = [value_text(parameter.default), *parameter.usual_values]
    kind = chosen.random()
    if parameter.choices or kind < 0.5:
        return value_text(parameter.bind(chosen.choice(usual)))
    default = parameter.default
    assert not isinstance(default, str | tuple)
    if parameter.name == "resolution" and kind < 0.65:  # two sides
        return f"{chosen.randint(1, 2 * int(default))}x{chosen.choice(usual)}"
    if parameter.domain == POSITIVE_NUMBER:
        return f"{chosen.randint(1, 60)}/{chosen.choice((3, 8, 20, 32))}"
    if kind < 0.75:
        return str(max(1, int(default) + chosen.randint(-3, 3)))
    return str(chosen.randint(1, 2 * int(default) + 4))


def counted(name: str, at: dict[str, str], convention: Any = "paper") -> tuple[int, int] | None:
    """None where no network exists there."""
    try:
        count = cc.count(name, values=at, convention=convention)
    except cc.CostcalcError:
        return None
    return count.mult_adds, count.params
