"""The rows of a network, each by the writer that a target has for its operator."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Protocol, TypeVar

from costcalc.algebra.numbers import Number, constant
from costcalc.errors import CostcalcError, did_you_mean
from costcalc.graph.layers import INPUT, Graph, Layer
from costcalc.operators import OPERATORS
from costcalc.operators.geometry import along, around
from costcalc.operators.merging import MERGES
from costcalc.operators.tags import Tag

#: How weights are filled.
WEIGHTS = ("random", "zero")

#: What protocol buffers and flat buffers can hold.
MAX_BYTES = 2**31 - 2**20

Arguments = Mapping[str, Any]
Pair = tuple[int, int]


class Unsaid(Exception):
    """There is no operation of the target for it."""


class Target(Protocol):
    """What is being written, row by row."""

    def start(self, layer: Layer) -> None:
        """Begin the operations of a layer."""

    def give(self, made: str, name: str) -> None:
        """What is ``made`` is what the layer gives."""


T = TypeVar("T", bound=Target)
#: What a writer takes: the target, the layer, its arguments with the defaults, and the names of
#: what it reads; it gives the name of what leaves.
Writer = Callable[[T, Layer, Arguments, list[str]], str]


def names_of(graph: Graph) -> dict[int, str]:
    """What each source is called."""
    names = {INPUT - k: name for k, name in enumerate(graph.inputs)}
    return names | {i: layer.path for i, layer in enumerate(graph.layers)}


def write(graph: Graph, target: T, writers: Mapping[str, Writer[T]], called: str) -> None:
    """Write all layers of a fully bound, unrolled graph.

    :raises CostcalcError: rows that the target, which is ``called`` so, has no operation for: all
        of them.
    """
    names, refused = names_of(graph), dict[str, list[str]]()
    for layer in graph.layers:
        target.start(layer)
        inputs = [names[source] for source in layer.inputs]
        try:
            for operator, arguments in {layer.operator: layer.arguments, **layer.fused}.items():
                if operator not in writers:
                    raise Unsaid(operator)
                said = {**_defaults(operator), **arguments}
                inputs = [writers[operator](target, layer, said, inputs)]
            target.give(inputs[0], layer.path)
        except Unsaid as reason:
            refused.setdefault(str(reason), []).append(layer.path)
    if refused:
        told = "; ".join(f"{reason}: {', '.join(paths[:3])}" for reason, paths in refused.items())
        hint = "leave these rows out, or say them otherwise"
        raise CostcalcError(f"not in {called}: {told}", hint)


@cache
def _defaults(operator: str) -> dict[str, Any]:
    """The arguments that a row need not say."""
    function = MERGES[operator] if operator in MERGES else OPERATORS[operator].function
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}


def as_weights(weights: str) -> str:
    """How weights are filled.

    :raises CostcalcError: there is no such way.
    """
    if weights not in WEIGHTS:
        raise CostcalcError(f"no weights are called {weights!r}", did_you_mean(weights, WEIGHTS))
    return weights


def fits(size: int, called: str) -> None:
    """:raises CostcalcError: so many bytes of weights are more than a file holds."""
    if size > MAX_BYTES:
        raise CostcalcError(f"more weights than a file of {called} holds", "a smaller network")


# --- What writers ask of a layer -----------------------------------------------------------------


def whole(*numbers: Number) -> list[int]:
    """Numbers of a bound network, as whole ones.

    :raises Unsaid: one is not.
    """
    found = [constant(number) for number in numbers]
    if any(number.denominator > 1 for number in found):
        raise Unsaid("a stride that is not whole")
    return [int(number) for number in found]


def padding(layer: Layer, said: Arguments) -> list[Pair]:
    """What goes before and after the map along each axis, below a window. ``same`` puts the odd one
    last (TensorFlow)."""
    pads = []
    for axis in range(2):
        kernel, stride = whole((layer.kernel or ())[axis], (layer.stride or ())[axis])
        (dilation,) = whole(said.get("dilation", (1, 1))[axis])
        reach, words = dilation * (kernel - 1), along(said["padding"], axis)
        side, to = whole(layer.input[axis], layer.output[axis])
        if words == "same":
            lacking = max((to - 1) * stride + reach + 1 - side, 0)
            pads.append((lacking // 2, lacking - lacking // 2))
        else:
            before, after = whole(*around(words, reach))
            pads.append((before, after))
    return pads


def owner(graph: Graph, layer: Layer, role: str) -> Layer:
    """Who has a parameter: the layer whose weights are used, or this one."""
    own = layer.weights is None or (role in OF_NORMS and has_own(layer))
    return layer if own or layer.weights is None else graph.layers[layer.weights]


OF_NORMS = ("scale", "shift", "mean", "variance")


def has_own(layer: Layer) -> bool:
    """Whether a layer that uses another's weights has some of its own: those of its norm."""
    tags = (tag for tag in layer.terms if isinstance(tag, Tag) and tag.is_parameter)
    return any(layer.terms.amount(tag) for tag in tags)
