"""What a network is at a binding: layers with shapes and tagged terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from costcalc.algebra.numbers import Number
from costcalc.algebra.rounds import Ranges
from costcalc.errors import Place
from costcalc.language.model import Spec
from costcalc.operators import Guard, Shape
from costcalc.operators.tags import Terms


class Layer(NamedTuple):
    """One row of the table, applied once or, folded, ``times`` times.

    ``terms`` are those of one application; a sum over growing rounds is already complete, and
    ``rounds`` says over how many it ran; ``ranges`` names the numbers of those rounds, which guards
    and shapes may hang on (:mod:`costcalc.algebra.rounds`). ``exists`` is 1 where the layer is
    there, and a 0/1 indicator where that hangs on free parameters.
    """

    name: str
    type: str
    kernel: tuple[Number, Number] | None
    stride: tuple[Number, Number] | None
    groups: Number | None
    input: Shape
    output: Shape
    terms: Terms
    operator: str
    group: str
    place: Place
    guards: tuple[Guard, ...] = ()
    times: Number = 1
    rounds: Number = 1
    repetition: int = 0  # layers of one repetition share a number; 0 is none
    coded: str = ""
    ranges: Ranges = ()
    exists: Number = 1


class Assumption(NamedTuple):
    """A condition on free parameters that decided the structure of the graph."""

    condition: Number  # a 0/1 indicator
    holds: bool
    place: Place


class Requirement(NamedTuple):
    """``value`` must be whole, or stand in ``relation`` to 0, for the network to exist.

    ``of_form``: only its closed form needs that; with fewer rounds the network is another one.
    ``ranges`` and ``exists`` are as in a :class:`Layer`.
    """

    value: Number
    relation: str
    where: str
    of_form: bool = False
    ranges: Ranges = ()
    exists: Number = 1


class Graph(NamedTuple):
    """A network at a binding. ``requirements`` are what free parameters must satisfy."""

    spec: Spec
    binding: Mapping[str, Any]
    input: Shape
    layers: tuple[Layer, ...]
    outputs: Mapping[str, Shape]
    assumptions: tuple[Assumption, ...]
    requirements: tuple[Requirement, ...]
