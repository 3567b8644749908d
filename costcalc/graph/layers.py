"""What a network is at a binding: layers with shapes, edges and tagged terms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, Protocol

from costcalc.algebra.numbers import Number, is_number
from costcalc.algebra.sums import Ranges
from costcalc.errors import CostcalcError, Place, did_you_mean
from costcalc.language.model import Spec
from costcalc.operators import Guard, Shape
from costcalc.operators.tags import Terms

#: Keys of :attr:`Layer.moved`: elements of maps.
READ, WRITTEN = "read", "written"

#: The source of what enters the network, of several inputs the first: the k-th is ``INPUT - k``.
#: Other sources are the index of a layer; those below all inputs are junctions, in their order.
INPUT = -1


class Layer(NamedTuple):
    """One row of the table, applied once or, folded, ``times`` times.

    ``inputs`` are the sources of what arrives (:data:`INPUT`); ``input`` is the shape of the first,
    and without any, of a map that is learned, its own.
    ``arguments`` are those of its operator, as columns say them, defaults left out. ``fused`` are
    the operators that the row applies besides, its normalisation, then its activation, with theirs.
    ``terms`` are those of one application; a sum over growing rounds is already complete, and
    ``rounds`` says over how many it ran; ``repetitions`` are those that it is a part of, the
    outermost first, each with its number and its count; ``ranges`` names the numbers of those
    rounds, which guards and shapes may hang on (:mod:`costcalc.algebra.sums`). ``exists`` is 1
    where the layer is there, and a 0/1 indicator where that hangs on free parameters. ``row`` is
    the label of the spec's row that it comes from, and ``within`` the name of that row if it has
    parts; ``parts`` are the calls of blocks and the rounds that it is in, the outermost first, each
    with the block's name (a round has none) and a number of its own. ``weights`` is the layer whose
    weights it uses, where it has none, or not all, of its own. ``moved`` gives, for who asks, the
    elements of the maps that it reads, each once, and writes, and by tag the parameters that it
    uses of that other layer; as ``terms``.
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
    repetitions: tuple[tuple[int, Number], ...] = ()
    coded: str = ""
    ranges: Ranges = ()
    exists: Number = 1
    inputs: tuple[int, ...] = ()
    arguments: Mapping[str, Any] = {}
    fused: Mapping[str, Mapping[str, Any]] = {}
    row: str = ""
    within: str = ""
    parts: tuple[tuple[str, int], ...] = ()
    weights: int | None = None
    moved: Callable[[], Terms] = Terms

    @property
    def repetition(self) -> int:
        """The number of the innermost repetition that it is a part of; 0 is none."""
        return self.repetitions[-1][0] if self.repetitions else 0

    @property
    def path(self) -> str:
        """The name with that of the row that the layer is a part of: ``ir2/conv12``."""
        return f"{self.within}/{self.name}" if self.within else self.name

    def moved_by(self, function: Callable[[Number], Number]) -> Callable[[], Terms]:
        """``moved`` with ``function`` of every amount."""
        return cache(lambda: self.moved().map(function))


class Junction(NamedTuple):
    """A source that is one of two.

    With a ``condition`` (a 0/1 indicator) it is ``first`` where that is 1, and ``other`` elsewhere.
    Without one it stands at the entrance of a folded repetition: ``first`` in the first round, and
    in every later one ``other``, which the round before gave.
    """

    first: int
    other: int
    condition: Number | None = None


#: Whether a BN that comes next can be folded into the convolution that gave a map, whether that
#: gives the convolution a bias, and how many numbers of each channel it makes a copy of, since
#: others use them too (:mod:`costcalc.graph.terms`).
Folding = tuple[Number, Number, Number]
UNFOLDED: Folding = (0, 0, 0)


class FeatureMap(NamedTuple):
    """What flows from row to row: a shape, and its source.

    ``absorbs`` is what could become of a BN that comes next; ``usually`` is the same, copies left
    out, where all rows exist whose conditions hang on free parameters.
    """

    shape: Shape
    source: int = INPUT
    absorbs: Folding = UNFOLDED
    usually: Folding = UNFOLDED

    def shared(self) -> FeatureMap:
        """The same map where other rows read it too: folding would change what those get."""
        return self._replace(absorbs=UNFOLDED, usually=UNFOLDED)


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


class Arrival(NamedTuple):
    """What arrives at a row of the spec's own table; the row's layers begin at ``layer``."""

    layer: int
    map: FeatureMap


class Graph(NamedTuple):
    """A network at a binding. ``inputs`` are what enters, by name; ``requirements`` are what free
    parameters must satisfy.

    The edges are the layers' ``inputs``. An unrolled graph at a full binding has no junctions.
    ``arrivals`` are in the order of the spec's rows; ``notes`` say what may surprise. ``steps``
    counts the rows that it runs through, repetitions included.
    """

    spec: Spec
    binding: Mapping[str, Any]
    inputs: Mapping[str, Shape]
    layers: tuple[Layer, ...]
    outputs: Mapping[str, FeatureMap]
    assumptions: tuple[Assumption, ...]
    requirements: tuple[Requirement, ...]
    junctions: tuple[Junction, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    notes: tuple[str, ...] = ()
    steps: Number = 0

    @property
    def input(self) -> Shape:
        """What arrives at the first row."""
        return next(iter(self.inputs.values()))


class Placed(Protocol):
    """What can be summed up: a layer, or the cost of one."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def output(self) -> tuple[Number, ...]: ...
    @property
    def group(self) -> str: ...
    @property
    def row(self) -> str: ...


def stage_of(layer: Placed) -> str:
    """The output size, by which papers sum up stages: ``14x14``, ``⌈R/2⌉×⌈R/2⌉``."""
    height, width = layer.output[:2]
    if is_number(height) and is_number(width):
        return f"{height}x{width}"
    from costcalc.algebra.notation import pretty  # not on the way of `count`

    return f"{pretty(height)}×{pretty(width)}"


#: What layers can be summed up by.
GROUPINGS: dict[str, Callable[[Placed], str]] = {
    "layer": lambda layer: layer.name,
    "type": lambda layer: layer.type,
    "stage": stage_of,
    "group": lambda layer: layer.group or "(no group)",
    "row": lambda layer: layer.row,
}


def grouping(key: str) -> Callable[[Placed], str]:
    """The function that names a layer's group.

    :raises CostcalcError: an unknown key.
    """
    if key not in GROUPINGS:
        raise CostcalcError(f"can't sum up by {key!r}", did_you_mean(key, GROUPINGS))
    return GROUPINGS[key]
