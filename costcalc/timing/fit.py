"""Time from measurements: a few amounts of a network, each with what one of it takes.

Time is a linear cost. Its coefficients are those, none of them negative, with which measured times
come out best, by the squares of their relative errors. What is fitted is exact arithmetic; what was
measured is not, so a prediction comes with the error that it made on networks that were left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from statistics import median
from typing import NamedTuple

from costcalc.algebra.least_squares import non_negative
from costcalc.algebra.numbers import Number, constant
from costcalc.algebra.sums import sum_over
from costcalc.conventions.shelf import DEFAULT, as_convention
from costcalc.graph.layers import Layer
from costcalc.hardware.tensors import ELEMENTWISE, VIEWS
from costcalc.hardware.traffic import stored

#: The amounts that a time may hang on. Elementwise rows and views are taken to write nothing.
FEATURES = {
    "mult_adds": "Mult-Adds",
    "conv mult_adds": "Mult-Adds, depthwise left out",
    "dwconv mult_adds": "Mult-Adds of depthwise convolutions",
    "weights": "weights, BN folded",
    "written": "elements that rows write",
    "rows": "rows that write",
}

#: By how many coefficients there may be: the amounts, stated before any time was looked at.
MODELS = {
    1: ("mult_adds",),
    2: ("mult_adds", "written"),
    3: ("conv mult_adds", "dwconv mult_adds", "written"),
    4: ("conv mult_adds", "dwconv mult_adds", "weights", "written"),
}

#: Times for each coefficient that a fit has, at least.
ROWS = 2


def model(rows: int) -> tuple[str, ...]:
    """The amounts for so many times: at most four, and at least two times for each."""
    return MODELS[max(1, min(max(MODELS), rows // ROWS))]


def features(layers: Iterable[Layer]) -> dict[str, Number]:
    """The amounts of a network, as numbers or closed forms."""
    weigh, sums = as_convention(DEFAULT), dict.fromkeys(FEATURES, 0)
    found: dict[str, Number] = {**sums}
    for layer in layers:
        work = weigh.work(layer.terms) * layer.times
        kind = "dwconv mult_adds" if layer.operator == "dwconv" else "conv mult_adds"
        for name, amount in (("mult_adds", work), (kind, work)):
            found[name] = found[name] + amount
        found["weights"] = found["weights"] + stored(layer.terms).weights * layer.times
        if layer.inputs and layer.operator not in VIEWS | ELEMENTWISE:
            elements: Number = layer.output.elements
            for index, count in layer.ranges:
                elements = sum_over(elements, index, count)
            found["written"] = found["written"] + elements * layer.times
            found["rows"] = found["rows"] + layer.times * layer.rounds
    return found


class Timed(NamedTuple):
    """A network and how long it took: its label, its amounts, and the time in seconds."""

    network: str
    amounts: Mapping[str, Fraction]
    seconds: Fraction


class LeftOut(NamedTuple):
    """How far off the times of networks are, that a fit to all others predicts: shares."""

    median: Fraction
    worst: Fraction


class Fit(NamedTuple):
    """The seconds that one of each amount takes; what a fit to the other networks predicts for each
    of the times that it is fitted to."""

    coefficients: Mapping[str, Fraction]
    predicted: tuple[Fraction, ...]
    times: tuple[Timed, ...]

    @property
    def errors(self) -> tuple[Fraction, ...]:
        """Predicted over measured, less 1."""
        return tuple(
            p / timed.seconds - 1 for p, timed in zip(self.predicted, self.times, strict=True)
        )

    @property
    def left_out(self) -> LeftOut:
        shares = [abs(error) for error in self.errors]
        return LeftOut(Fraction(median(shares)), max(shares))

    def seconds(self, amounts: Mapping[str, Fraction]) -> Fraction:
        return predicted_by(self.coefficients, amounts)


def predicted_by(coefficients: Mapping[str, Fraction], amounts: Mapping[str, Fraction]) -> Fraction:
    return sum((c * amounts[name] for name, c in coefficients.items()), start=Fraction(0))


def fitted(times: Sequence[Timed], names: Sequence[str]) -> Fit:
    """The fit to measured times, and the predictions of those that leave out a network: all times
    of one label. At least two labels."""
    by_label: dict[str, dict[str, Fraction]] = {}
    for label in dict.fromkeys(timed.network for timed in times):
        by_label[label] = _coefficients([t for t in times if t.network != label], names)
    predicted = tuple(predicted_by(by_label[t.network], t.amounts) for t in times)
    return Fit(_coefficients(times, names), predicted, tuple(times))


def _coefficients(times: Sequence[Timed], names: Sequence[str]) -> dict[str, Fraction]:
    """Amounts are divided by the time, so that the squares are of relative errors."""
    rows = [[t.amounts[name] / t.seconds for name in names] for t in times]
    found = non_negative(rows, [Fraction(1)] * len(rows))
    return dict(zip(names, found, strict=True))


def amounts_of(layers: Iterable[Layer]) -> dict[str, Fraction]:
    """The amounts of a network that is fully bound."""
    return {name: Fraction(constant(amount)) for name, amount in features(layers).items()}
