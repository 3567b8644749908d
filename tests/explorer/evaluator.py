"""A second reader of a page's data, in Python: what the scripts of the page work out, from the
description of the data alone (docs/explore.md)."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from typing import Any

RELATIONS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def divisible(x: Fraction, by: Fraction) -> Fraction:
    rounded = max(by, math.floor(x / by + Fraction(1, 2)) * by)
    return rounded + by if 10 * rounded < 9 * x else rounded


FUNCTIONS = {
    "floor": math.floor,
    "ceil": math.ceil,
    "nearest": lambda x: math.floor(x + Fraction(1, 2)),
    "round": round,
    "divisible": divisible,
    "quotient": lambda a, b: a / b,
    "max": max,
    "min": min,
}


class Values(dict[int, Fraction]):
    """The values of all nodes at a binding, each worked out when it is first asked for."""

    def __init__(self, table: list[Any], symbols: Mapping[str, Fraction]) -> None:
        self.table, self.symbols = table, symbols

    def __missing__(self, i: int) -> Fraction:
        node = self.table[i]
        if not isinstance(node, list):
            value = Fraction(node)
        elif isinstance(node[0], list):
            value = sum((Fraction(c) * math.prod(map(self.__getitem__, f)) for c, *f in node), 0)
        elif node[0] == "x":
            value = self.symbols[node[1]]
        elif node[0] in RELATIONS:
            value = int(RELATIONS[node[0]](self[node[1]], 0))
        else:
            value = FUNCTIONS[node[0]](*map(self.__getitem__, node[1:]))
        self[i] = Fraction(value)
        return self[i]


def holds(need: Any, table: list[Any], symbols: Mapping[str, Fraction]) -> bool:
    """Whether a need holds in every round, asked of each."""
    counts = Values(table, symbols)
    names = [index for index, _, _ in need.get("ranges", ())]
    rounds = [range(int(counts[count])) for _, count, _ in need.get("ranges", ())]
    for numbers in product(*rounds):
        own = {**symbols, **dict(zip(names, map(Fraction, numbers), strict=True))}
        try:
            value = Values(table, own)[need["value"]]
        except ZeroDivisionError:
            return False
        relation = RELATIONS.get(need["relation"])
        if not (relation(value, 0) if relation else value.denominator == 1):
            return False
    return True


def totals(data: Any, settings: Mapping[str, str], convention: int = 0) -> tuple[int, int] | None:
    """(Mult-Adds, parameters) of the first network; None where it does not exist.

    :raises LookupError: the page has no closed form there.
    """
    (network,) = data["networks"]
    symbols = _symbols(network, settings)
    settings = _written(settings, symbols)
    table = network["nodes"]
    pair = "x" in settings.get("resolution", "")
    fitting = [
        p
        for p in network["pieces"]
        if p["bound"].items() <= settings.items() and not (pair and p.get("square"))
    ]
    for piece in sorted(fitting, key=lambda piece: -len(piece["bound"])):
        if "refused" in piece:
            return None
        failed = next((n for n in piece["needs"] if not holds(n, table, symbols)), None)
        if failed is None:
            return _counted(piece, Values(table, symbols), data["conventions"][convention])
        if failed["of"] == "network":
            return None
    raise LookupError(settings)


def peak(data: Any, settings: Mapping[str, str]) -> int | None:
    """The most bytes that are live at once in the first network, where the page has them."""
    (network,) = data["networks"]
    symbols = _symbols(network, settings)
    settings = _written(settings, symbols)
    values = Values(network["nodes"], symbols)
    for piece in network["pieces"]:
        if piece["bound"].items() <= settings.items():
            for one in piece.get("stairs", ()):
                same = one["bound"].items() <= settings.items()
                if same and not any(values[node] for node in one["holds"]):
                    return int(max(values[node] for _, node in one["steps"]))
    return None


def _symbols(network: Any, settings: Mapping[str, str]) -> dict[str, Fraction]:
    words = {p["name"] for p in network["parameters"] if p["choices"]}
    numbers = {name: text for name, text in settings.items() if name not in words}
    if "resolution" in numbers:
        sides = numbers.pop("resolution").split("x")
        names = ("resolution.height", "resolution.width")
        numbers |= dict(zip(names, (sides[0], sides[-1]), strict=True))
        if len(sides) == 1:
            numbers["resolution"] = sides[0]
    return {name: Fraction(text) for name, text in numbers.items()}


def _written(settings: Mapping[str, str], symbols: Mapping[str, Fraction]) -> dict[str, str]:
    """Settings as pieces bind them: numbers in lowest terms."""
    return {n: str(symbols[n]) if n in symbols else text for n, text in settings.items()}


def _counted(piece: Any, values: Values, convention: Any) -> tuple[int, int]:
    sums = []
    for cost in ("mult_adds", "params"):
        weights = {tag: Fraction(weight) for tag, weight in convention[cost]}
        total = Fraction(0)
        for layer in piece["layers"]:
            amounts = zip(layer["terms"][::2], layer["terms"][1::2], strict=True)
            once = sum(weights[tag] * values[node] for tag, node in amounts if tag in weights)
            total += once * (values[layer["times"]] if "times" in layer else 1)
        assert total.denominator == 1
        sums.append(int(total))
    return sums[0], sums[1]
