"""The rows of a network, each by the writer that a target has for its operator."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from costcalc.algebra.numbers import Number, constant
from costcalc.errors import CostcalcError, did_you_mean
from costcalc.graph.layers import INPUT, Graph, Layer
from costcalc.operators import OPERATORS
from costcalc.operators.merging import MERGES
from costcalc.operators.tags import Tag

#: How weights are filled.
WEIGHTS = ("random", "zero")

#: What protocol buffers and flat buffers can hold.
MAX_BYTES = 2**31 - 2**20

#: What a target calls a map: the name of a tensor, or an expression.
V = TypeVar("V")


class Unsaid(Exception):
    """There is no operation of the target for it."""


class Row(NamedTuple, Generic[V]):
    """What a writer is asked for: one operator of a layer (its own, or one that is fused), the
    arguments of that with the defaults, and what it reads."""

    layer: Layer
    said: Mapping[str, Any]
    inputs: list[V]

    @property
    def x(self) -> V:
        """The first that it reads."""
        return self.inputs[0]

    @property
    def arriving(self) -> list[int]:
        """Height, width and channels of what the layer reads first."""
        return whole(*self.layer.input)

    @property
    def leaving(self) -> list[int]:
        """Height, width and channels of what it gives."""
        return whole(*self.layer.output)

    @property
    def groups(self) -> int:
        return whole(self.layer.groups or 1)[0]

    def number(self, word: str) -> int:
        """An argument that is a number."""
        return whole(self.said[word])[0]

    def numbers(self, word: str) -> list[int]:
        """An argument that is several."""
        return whole(*self.said[word])


class Target(Protocol[V]):
    """What is being written, row by row; ``values`` are what the sources so far are called."""

    values: dict[int, V]

    def start(self, layer: Layer) -> None:
        """Begin the operations of a layer."""

    def give(self, made: V, layer: Layer) -> V:
        """What is ``made`` is what the layer gives; what to call it."""


T = TypeVar("T", bound=Target[Any])
#: Gives what leaves.
Writer = Callable[[T, Row[V]], V]


def names_of(graph: Graph) -> dict[int, str]:
    """What each source is called."""
    names = {INPUT - k: name for k, name in enumerate(graph.inputs)}
    return names | {i: layer.path for i, layer in enumerate(graph.layers)}


def leaving(graph: Graph) -> dict[int, str]:
    """What leaves the network (outputs, and what nothing reads), and what that is called."""
    named = {given.source: word for word, given in graph.outputs.items()}
    read = {source for layer in graph.layers for source in layer.inputs}
    names = names_of(graph).items()
    return {i: named.get(i, name) for i, name in names if i in named or (i >= 0 and i not in read)}


class Refusals:
    """Rows that a target, which is ``called`` so, has nothing for, by the reason."""

    def __init__(self, called: str) -> None:
        self.called = called
        self.paths: dict[str, list[str]] = {}

    @contextmanager
    def of(self, layer: Layer) -> Iterator[None]:
        """Note that the layer is refused, and go on."""
        try:
            yield
        except Unsaid as reason:
            self.paths.setdefault(str(reason), []).append(layer.path)

    def raise_if_any(self) -> None:
        """:raises CostcalcError: all of them."""
        if self.paths:
            told = "; ".join(f"{why}: {', '.join(some[:3])}" for why, some in self.paths.items())
            hint = "leave these rows out, or say them otherwise"
            raise CostcalcError(f"not in {self.called}: {told}", hint)


def write(graph: Graph, target: T, writers: Mapping[str, Writer[T, V]], called: str) -> None:
    """Write all layers of a fully bound, unrolled graph.

    :raises CostcalcError: rows that the target, which is ``called`` so, has no operation for: all
        of them.
    """
    refusals = Refusals(called)
    for i, layer in enumerate(graph.layers):
        target.start(layer)
        made: list[V] = [target.values[source] for source in layer.inputs]
        with refusals.of(layer):
            for operator, arguments in {layer.operator: layer.arguments, **layer.fused}.items():
                if operator not in writers:
                    raise Unsaid(operator)
                row = Row(layer, {**_defaults(operator), **arguments}, made)
                made = [writers[operator](target, row)]
            target.values[i] = target.give(made[0], layer)
    refusals.raise_if_any()


@cache
def _defaults(operator: str) -> dict[str, Any]:
    """The arguments that a row need not say."""
    function = MERGES[operator] if operator in MERGES else OPERATORS[operator].function
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}


def whole(*numbers: Number) -> list[int]:
    """Numbers of a bound network, as whole ones.

    :raises Unsaid: one is not.
    """
    found = [constant(number) for number in numbers]
    if any(number.denominator > 1 for number in found):
        raise Unsaid("a stride that is not whole")
    return [int(number) for number in found]


# --- Weights -------------------------------------------------------------------------------------


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


#: Which part of its row has a parameter, by its role; the others are of the weights.
PARTS = {
    **dict.fromkeys(("norm", "scale", "shift", "mean", "variance"), "norm"),
    **{"bias": "bias", "slope": "activation"},
}


def owner(graph: Graph, layer: Layer, role: str) -> Layer:
    """Who has a parameter: the layer whose weights are used, or this one."""
    own = layer.weights is None or PARTS.get(role, "weights") in own_parts(layer)
    return layer if own or layer.weights is None else graph.layers[layer.weights]


def own_parts(layer: Layer) -> set[str]:
    """What a layer that uses the weights of another learns itself: norm, bias, activation."""
    tags = (tag for tag in layer.terms if isinstance(tag, Tag) and tag.is_parameter)
    return {tag.part for tag in tags if layer.terms.amount(tag)}
