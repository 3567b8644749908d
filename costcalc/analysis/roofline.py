"""The roofline: what bounds each layer on a device, and the least time that it takes there.

Source: Williams, Waterman and Patterson 2009, doi:10.1145/1498765.1498785. A layer takes at least
as long as its Mult-Adds at the device's peak rate, and at least as long as its bytes, each moved
once, at its bandwidth: no prediction, but what no implementation that runs layer after layer beats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.result import Json, Result, whole_or_text
from costcalc.analysis.memory import Step, memory_of
from costcalc.graph.build import build
from costcalc.graph.loading import Source, as_spec
from costcalc.hardware.elements import Elements, Precision, as_elements
from costcalc.hardware.precision import types_of
from costcalc.hardware.rules import RULES
from costcalc.hardware.traffic import intensity
from costcalc.language.parameters import Bound, given, texts_of
from costcalc.timing.devices import Device, Figure, Named, as_device
from costcalc.timing.energy import Energy, energy


class Bounded(NamedTuple):
    """A layer on a device: its operator, the peak rate in Mult-Adds a second, the bytes that pass
    its RAM, and the seconds that its Mult-Adds and its bytes take at least."""

    step: Step
    operator: str
    rate: Figure
    ram_bytes: int
    compute: Fraction
    moving: Fraction

    @property
    def seconds(self) -> Fraction:
        """The least time."""
        return max(self.compute, self.moving)

    @property
    def bound(self) -> str:
        """``compute``, ``memory``, or nothing of what takes no time."""
        return "" if not self.seconds else "compute" if self.compute >= self.moving else "memory"

    def to_dict(self) -> Json:
        ratio = self.step.intensity
        return {
            "name": self.step.name,
            "operator": self.operator,
            "mult_adds": self.step.mult_adds,
            "traffic_bytes": self.step.traffic_bytes,
            "intensity": None if ratio is None else whole_or_text(ratio),
            "rate": whole_or_text(self.rate.value),
            "bound": self.bound or None,
            "seconds": whole_or_text(self.seconds),
        }


class Fit(NamedTuple):
    """What a network needs of a memory, in bytes, and what there is; None: that is not known."""

    memory: str
    needed: int
    size: Figure | None

    @property
    def fits(self) -> bool | None:
        return None if self.size is None else self.needed <= self.size.value

    def to_dict(self) -> Json:
        size = None if self.size is None else whole_or_text(self.size.value)
        return {"memory": self.memory, "needed": self.needed, "size": size, "fits": self.fits}


@dataclass(frozen=True, repr=False)
class Roofline(Result, says="spec device_name parameters"):
    """What bounds a network on a device: its layers, the sum of their least times, and whether its
    arena and its weights fit. ``energy`` is None where the table lacks the type of number."""

    spec: str
    parameters: Mapping[str, Bound]
    elements: Elements
    device: Device
    layers: tuple[Bounded, ...]
    fits: tuple[Fit, ...]
    energy: Energy | None

    @property
    def device_name(self) -> str:
        return self.device.name

    @property
    def seconds(self) -> Fraction:
        """The least time of all layers, one after the other."""
        return sum((layer.seconds for layer in self.layers), start=Fraction(0))

    @property
    def balance(self) -> Fraction:
        """Operations for each byte, two to a Mult-Add, above which the peak rate bounds a layer."""
        return 2 * Fraction(self.device.rate(self.elements).value) / self.device.bandwidth.value

    @property
    def intensity(self) -> Fraction | None:
        """Operations for each byte of the whole network."""
        steps = [layer.step for layer in self.layers]
        return intensity(sum(s.mult_adds for s in steps), sum(s.traffic_bytes for s in steps))

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc roofline --format json``."""
        return {
            "spec": self.spec,
            "parameters": texts_of(self.parameters),
            "elements": self.elements.to_dict(),
            "device": self.device.name,
            "balance": whole_or_text(self.balance),
            "fits": [fit.to_dict() for fit in self.fits],
            "seconds": whole_or_text(self.seconds),
            "energy": None if self.energy is None else self.energy.to_dict(),
            "layers": [layer.to_dict() for layer in self.layers],
        }


def roofline(
    spec: Source,
    *,
    device: Named,
    elements: Precision = "int8",
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Roofline:
    """What bounds a network on a device: what ``costcalc roofline`` does.

    ``device`` is a name (``costcalc list devices``) or a file, ``elements`` as for
    :func:`~costcalc.analysis.memory.memory`.

    :raises CostcalcError: a bad value, an unknown device, a figure that its file does not have, or
        layers that do not fit together.
    """
    network, told, on = as_spec(spec), as_elements(elements), as_device(device)
    values = given(values, alpha, delta, rho, resolution, classes, **parameters)
    graph = build(network, network.binding(values))
    needed = memory_of(graph, told, RULES["live"], "tflm")
    types = types_of(graph, told).layers
    operators = (layer.operator for layer in graph.layers)
    rows = zip(needed.steps, operators, types, strict=True)
    layers = tuple(_bounded(*row, on) for row in rows)
    assert needed.arena is not None
    fits = (
        Fit("RAM", needed.arena[1], on.ram.size),
        Fit("flash", needed.flash_bytes, on.flash.size),
    )
    work = sum(layer.step.mult_adds for layer in layers)
    by_table = energy(work, needed.traffic_bytes, told)
    on = on._replace(times=None)  # what was measured is no matter of bounds
    return Roofline(network.name, graph.binding, told, on, layers, fits, by_table)


def _bounded(step: Step, operator: str, elements: Elements, device: Device) -> Bounded:
    """One layer. Weights that come from a flash whose bandwidth is known move beside the maps."""
    rate, stored = device.rate(elements, operator), device.flash.bandwidth
    passing = step.traffic_bytes - (step.weights_bytes if stored else 0)
    moving = Fraction(passing) / device.bandwidth.value
    if stored:
        moving = max(moving, Fraction(step.weights_bytes) / stored.value)
    return Bounded(step, operator, rate, passing, Fraction(step.mult_adds) / rate.value, moving)
