"""Random bindings of any network, with roundings, half-sized sides and costs past 2**53."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from costcalc.language.parameters import Parameter
from costcalc.network import Network


def values_of(parameter: Parameter, rng: random.Random, count: int) -> list[Any]:
    """Distinct values of one parameter: usual ones, odd ones, and a few very large ones."""
    if parameter.choices:
        return list(parameter.choices)
    found: dict[Any, None] = {parameter.default: None}
    while len(found) < count:
        found[_value(parameter, rng)] = None
    return list(found)


def _value(parameter: Parameter, rng: random.Random) -> Any:
    if parameter.name == "resolution":
        kind = rng.random()
        if kind > 0.6:  # some networks end in a map that must be 1 × 1
            return int(parameter.default) + rng.randrange(-4, 32)
        if kind < 0.2:
            return (rng.randrange(32, 500), rng.randrange(32, 500))
        return rng.randrange(10**5, 10**6) if kind < 0.3 else rng.randrange(1, 600)
    if parameter.name == "classes":
        return rng.choice([2, 10, 100, 1000, rng.randrange(1, 10**5)])
    if parameter.domain == "positive number":
        if rng.random() < 0.1:
            return Fraction(rng.randrange(100, 10**5), 100)
        below = rng.choice([4, 7, 8, 20, 32, 100, 1000, 1024])
        return Fraction(rng.randrange(1, 3 * below), below)
    if rng.random() < 0.2:
        return rng.randrange(1, 40)
    default = int(parameter.default)
    near = default + rng.choice([-3, -2, -1, 0, 1, 2, 3, 4, 6, default])
    return max(1, near)


def random_axes(network: Network, seed: int, count: int) -> dict[str, list[Any]]:
    """Some values for every parameter of a network."""
    rng = random.Random(seed)
    return {name: values_of(p, rng, count) for name, p in network.parameters.items()}
