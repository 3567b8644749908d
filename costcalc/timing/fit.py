"""Time from measurements: a few amounts of a network, each with what one of it takes.

Time is a linear cost. Its coefficients are those, none of them negative, with which measured times
come out best, by the squares of their relative errors. What is fitted is exact arithmetic; what was
measured is not, so a prediction comes with the error that it made on networks that were left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from statistics import median
from typing import NamedTuple

from costcalc.algebra.least_squares import non_negative
from costcalc.algebra.numbers import Number, constant
from costcalc.conventions.convention import Convention
from costcalc.conventions.shelf import DEFAULT, as_convention
from costcalc.graph.layers import READ, WRITTEN, Layer
from costcalc.hardware.tensors import ELEMENTWISE, VIEWS
from costcalc.hardware.traffic import stored

#: The amounts that a time may hang on. Elementwise rows and views are taken to write nothing.
FEATURES = {
    "mult_adds": "Mult-Adds",
    "conv mult_adds": "Mult-Adds, depthwise left out",
    "dwconv mult_adds": "Mult-Adds of depthwise convolutions",
    "1x1 mult_adds": "Mult-Adds of 1×1 convolutions",
    "3x3 mult_adds": "Mult-Adds of 3×3 convolutions, stride 1, one group",
    "fc mult_adds": "Mult-Adds of fully connected layers",
    "other mult_adds": "Mult-Adds of all other rows",
    "weights": "weights, BN folded",
    "read": "elements that rows read",
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

#: What libraries with kernels of their own for 1×1 convolutions, and Winograd's for 3×3, are
#: asked by (``kernels``): settled on every other table that ncnn prints (docs/calibrate.md).
KERNELS = (
    *("1x1 mult_adds", "3x3 mult_adds", "other mult_adds", "dwconv mult_adds"),
    *("weights", "read"),
)

#: Times for each coefficient that a fit has, at least.
ROWS = 2


def model(rows: int) -> tuple[str, ...]:
    """The amounts for so many times: at most four, and at least two times for each."""
    return MODELS[max(1, min(max(MODELS), rows // ROWS))]


@cache
def _counted() -> Convention:
    """What counts Mult-Adds: read once, not for each layer."""
    return as_convention(DEFAULT)


def amounts(layer: Layer) -> dict[str, Number]:
    """The amounts of a layer, applied once, as numbers or closed forms; what it lacks is 0. Those
    of growing rounds are of all."""
    work = _counted().work(layer.terms)
    kinds = ["mult_adds", f"{_kind(layer)} mult_adds"]
    kinds += ["conv mult_adds"] if layer.operator != "dwconv" else []
    found = dict.fromkeys(kinds, work)
    found["weights"] = stored(layer.terms).weights
    if layer.inputs and layer.operator not in VIEWS | ELEMENTWISE:
        for key in (READ, WRITTEN):
            found[key] = layer.moved().amount(key)
        found["rows"] = layer.exists * layer.rounds
    return found


def _kind(layer: Layer) -> str:
    """Which Mult-Adds are those of a row."""
    match layer.operator, layer.kernel, layer.stride, layer.groups:
        case "dwconv", _, _, _:
            return "dwconv"
        case "fc" | "linear", _, _, _:
            return "fc"
        case "conv", (1, 1), _, _:
            return "1x1"
        case "conv", (3, 3), (1, 1), 1:
            return "3x3"
    return "other"


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
    found = dict.fromkeys(FEATURES, Fraction(0))
    for layer in layers:
        for name, amount in amounts(layer).items():
            found[name] += constant(amount * layer.times)
    return found
