"""Times that a device's file keeps: what one of each amount takes, how far off that was for
networks that the fit did not see, and what was measured."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import NamedTuple, TypeVar

from costcalc.algebra.amounts import counted, digits
from costcalc.algebra.result import Json
from costcalc.errors import CostcalcError, did_you_mean
from costcalc.graph.layers import Layer
from costcalc.source.nodes import Node
from costcalc.source.record import (
    Field,
    Problems,
    Record,
    items,
    mapping,
    number,
    text_field,
    texts,
)
from costcalc.timing.devices import Named, as_device
from costcalc.timing.fit import FEATURES, amounts_of, predicted_by

#: What the numbers of a file are: nanoseconds.
NANO = Fraction(1, 10**9)


class Times(NamedTuple):
    """What a device's file keeps of a fit: the seconds that one of each amount takes, to how many
    times of how many networks it was fitted, the median and the worst error of networks that were
    left out, and its domain: the least and the most of each amount, and the operators."""

    seconds: Mapping[str, Fraction]
    rows: int
    networks: int
    median: Fraction
    worst: Fraction
    between: Mapping[str, tuple[Fraction, Fraction]]
    operators: tuple[str, ...]
    source: str = ""

    @property
    def femtoseconds(self) -> dict[str, int]:
        """What one of each amount takes, made whole: so times add up as other costs do."""
        return {name: round(seconds * 10**15) for name, seconds in self.seconds.items()}

    @property
    def text(self) -> str:
        """How much the times are worth: on what they rest, and how far off they were."""
        return (
            f"a fit to {counted(self.rows, 'time')} of {counted(self.networks, 'network')}, of "
            f"which one left out was {_percent(self.median)} off in the median, "
            f"{_percent(self.worst)} at worst"
        )

    @property
    def domain(self) -> str:
        """What was measured: outside of it, nothing is known of the error."""
        amounts = (
            f"{FEATURES[name]} {int(low):,} to {int(high):,}"
            for name, (low, high) in self.between.items()
        )
        return f"{'; '.join(amounts)}; with {', '.join(self.operators)}"

    def of(self, layers: Sequence[Layer]) -> Prediction:
        """The time of a network that is fully bound."""
        amounts = amounts_of(layers)
        outside = [
            f"{FEATURES[name]}: {int(amounts[name]):,}, measured {int(low):,} to {int(high):,}"
            for name, (low, high) in self.between.items()
            if not low <= amounts[name] <= high
        ]
        strange = sorted({layer.operator for layer in layers} - {*self.operators})
        outside += [f"no network with {', '.join(strange)} was measured"] if strange else []
        return Prediction(predicted_by(self.seconds, amounts), self, tuple(outside))

    def to_dict(self) -> Json:
        return {
            "ns": {name: str(_plain(s / NANO)) for name, s in self.seconds.items()},
            "rows": self.rows,
            "networks": self.networks,
            "left_out": {"median": float(self.median), "worst": float(self.worst)},
            "between": {name: list(map(int, pair)) for name, pair in self.between.items()},
            "operators": list(self.operators),
            "source": self.source,
        }

    def to_yaml(self, name: str, meaning: str) -> str:
        """The file of a device that has these times and nothing else."""
        width = max(map(len, self.seconds)) + 1
        least = [f"    {n + ':':{width}} {_plain(s / NANO)}" for n, s in self.seconds.items()]
        domain = [f"    {n + ':':{width}} [{a}, {b}]" for n, (a, b) in self.between.items()]
        lines = [
            f"device: {name}",
            f"meaning: {json.dumps(meaning, ensure_ascii=False)}",
            "times:",
            f"  source: {json.dumps(self.source, ensure_ascii=False)}",
            "  ns:                                 # what one of each takes",
            *least,
            f"  rows: {self.rows}",
            f"  networks: {self.networks}",
            "  left out:                           # errors of networks that the fit did not see",
            *(f"    {word}: {float(getattr(self, word)):.6f}" for word in ("median", "worst")),
            "  between:                            # what was measured",
            *domain,
            f"  operators: [{', '.join(self.operators)}]",
        ]
        return "\n".join(lines) + "\n"


def _percent(share: Fraction) -> str:
    return f"{digits(share * 100, Fraction(1, 10))} %"


def _plain(value: Fraction) -> Decimal:
    """A decimal without an exponent: those that files keep have few digits."""
    return Decimal(f"{Decimal(value.numerator) / Decimal(value.denominator):f}").normalize() + 0


class Prediction(NamedTuple):
    """How long a network takes by a fit, and how it lies ``outside`` of what was measured."""

    seconds: Fraction
    times: Times
    outside: tuple[str, ...]

    @property
    def milliseconds(self) -> str:
        """Four digits: ``94.34``, ``39860``."""
        exact = Context(prec=4).divide(*map(Decimal, (self.seconds * 1000).as_integer_ratio()))
        return f"{exact:f}"


T = TypeVar("T")


def _by_amount(read: Callable[[Node], T]) -> Callable[[Node], Mapping[str, T]]:
    """Reads ``{conv mult_adds: …, written: …}``."""

    def table(node: Node) -> Mapping[str, T]:
        said = mapping(node, "a number for each amount")
        for key, place in said.keys.items():
            if key not in FEATURES:
                raise place.error(f"no amount is called {key!r}", did_you_mean(key, FEATURES))
        return {key: read(value) for key, value in said.values.items()}

    return table


def _number(node: Node) -> Fraction:
    found = Fraction(number(node, "a number"))
    if found < 0:
        raise node.error("less than 0")
    return found


def _range(node: Node) -> tuple[Fraction, Fraction]:
    low, high = map(_number, items(node, "[least, most]"))
    return low, high


class _LeftOut(Record):
    what = "{median, worst}"
    called = "left out"
    median, worst = Field(_number), Field(_number)


class _Times(Record):
    what = "what `costcalc calibrate` writes"
    called = "times"
    ns = Field(_by_amount(_number))
    rows, networks = Field(_number), Field(_number)
    left_out = Field(lambda node: node, key="left out")
    between = Field(_by_amount(_range))
    operators = Field(lambda node: texts(node, "a list of operators", "an operator"))
    source = text_field("what was measured", "")


def times_of(device: Named) -> Times:
    """The times that a device's file keeps.

    :raises CostcalcError: it has none, or they can't be read.
    """
    on, problems = as_device(device), Problems()
    if on.times is None:
        hint = "`costcalc calibrate TABLE -o FILE.yaml` makes a file that has"
        raise CostcalcError(f"{on.name} has no times that were measured", hint)
    said = _Times(on.times, problems)
    off = _LeftOut(said.left_out, problems)
    problems.raise_if_any()
    seconds = {amount: ns * NANO for amount, ns in said.ns.items()}
    counts = (int(said.rows), int(said.networks))
    errors = (off.median, off.worst)
    return Times(seconds, *counts, *errors, said.between, said.operators, said.source)
