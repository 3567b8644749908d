"""Operations of a TensorFlow Lite graph in the making, and the tensors between them.

A map is a tensor (1, height, width, channels) of int8, and its numbers are a scale times (what
stands there - a zero point). Nothing is calibrated: a scale is the same for all maps but those of
functions that have one by definition. Weights are symmetric, and biases int32.

Source: "TensorFlow Lite 8-bit quantization specification".
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from costcalc.export.rows import Unsaid, Writer, leaving, names_of, owner, whole
from costcalc.graph.layers import INPUT, Graph, Layer
from costcalc.operators.tags import Tag


class Quantised(NamedTuple):
    """What the numbers of a tensor mean."""

    scale: float
    zero: int = 0


#: -8 to 8; what a sigmoid or softmax gives, from 0 to 1; a tanh or a normalised vector, to ±1.
MAP, SHARE, UNIT = Quantised(1 / 16), Quantised(1 / 256, -128), Quantised(1 / 128)

#: Operations of which every number is one of those that they read, or a mean of them.
KEEPING = frozenset(
    {
        *("AVERAGE_POOL_2D", "MAX_POOL_2D", "MEAN", "REDUCE_MAX", "RESHAPE", "TRANSPOSE"),
        *("CONCATENATION", "PAD", "PADV2", "MIRROR_PAD", "SLICE", "STRIDED_SLICE"),
        *("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "SPACE_TO_DEPTH", "DEPTH_TO_SPACE"),
    }
)
#: Operations with a field for an activation that follows.
FUSING = frozenset(
    {
        *("ADD", "MUL", "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"),
        *("AVERAGE_POOL_2D", "MAX_POOL_2D"),
    }
)
FUSED = "FusedActivationFunction"


@dataclass(eq=False)
class Tensor:
    """One that is computed, or a constant; ``shared``: other than the next row need it."""

    name: str
    dims: tuple[int, ...]
    quantised: Quantised | None = MAP
    data: np.ndarray[Any, Any] | None = None
    shared: bool = False


class Node(NamedTuple):
    """An operation, and the fields of its options."""

    kind: str
    inputs: list[Tensor]
    output: Tensor
    options: dict[str, Any]


class Nodes:
    """The operations written so far. ``weights`` says how what is learned is filled."""

    def __init__(self, graph: Graph, weights: str) -> None:
        self.graph, self.layer = graph, graph.layers[0]
        self.drawn = np.random.default_rng(0) if weights == "random" else None
        shapes = {INPUT - k: shape for k, shape in enumerate(graph.inputs.values())}
        shapes |= {i: layer.output for i, layer in enumerate(graph.layers)}
        names = self.values = names_of(graph)
        self.tensors = {name: Tensor(name, (1, *whole(*shapes[i]))) for i, name in names.items()}
        self.readers = Counter(names[i] for layer in graph.layers for i in {*layer.inputs})
        self.inputs = [self.tensors[name] for name in graph.inputs]
        #: What leaves the network, and what it is called.
        self.outputs = {names[i]: called for i, called in leaving(graph).items()}
        self.nodes: list[Node] = []

    def given(self) -> list[Tensor]:
        """The tensors that leave the network, each once."""
        found = (self.tensors[name] for name in self.outputs)
        return [*{id(tensor): tensor for tensor in found}.values()]

    def start(self, layer: Layer) -> None:
        self.layer = layer

    def give(self, made: str, layer: Layer) -> str:
        """A tensor that is begun in a row has the name of that, or what the network calls it."""
        name = layer.path
        tensor = self.tensors[name] = self.tensors[made]
        if tensor.name.startswith(f"{name}:"):
            tensor.name = self.outputs.get(name, name)
        tensor.shared |= self.readers[name] != 1 or name in self.outputs
        return name

    def node(self, kind: str, *inputs: str, dims: tuple[int, ...] = (), **options: Any) -> str:
        """Add an operation that gives the map of the layer, or one of other ``dims``; the name of
        that."""
        read = [self.tensors[name] for name in inputs]
        quantised = _GIVEN.get(kind, read[0].quantised if kind in KEEPING else MAP)
        name = f"{self.layer.path}:{len(self.nodes)}"
        made = Tensor(name, dims or self.dims(), quantised)
        self.tensors[name] = made
        self.nodes.append(Node(kind, read, made, options))
        return name

    def dims(self) -> tuple[int, ...]:
        """The map that the layer gives."""
        return 1, *whole(*self.layer.output)

    def maker(self, name: str) -> Node | None:
        """The operation that gives a tensor, if nothing else needs that."""
        tensor = self.tensors[name]
        if tensor.shared:
            return None
        return next((node for node in reversed(self.nodes) if node.output is tensor), None)

    def fuse(self, name: str, activation: int) -> bool:
        """Let the operation that gives a tensor apply an activation, if it can."""
        node = self.maker(name)
        if node is None or node.kind not in FUSING or FUSED in node.options:
            return False
        node.options[FUSED] = activation
        return True

    def shaped(self, name: str, *dims: int) -> str:
        """The same values in another shape."""
        if self.tensors[name].dims == dims:
            return name
        return self.node("RESHAPE", name, self.integers(*dims), dims=dims)

    # --- Constants -------------------------------------------------------------------------------

    def constant(self, value: np.ndarray[Any, Any], quantised: Quantised | None = None) -> str:
        """A tensor that is no parameter."""
        name = f"{self.layer.path}:constant{len(self.tensors)}"
        self.tensors[name] = Tensor(name, value.shape, quantised, value)
        return name

    def integers(self, *numbers: int, dims: tuple[int, ...] = (-1,)) -> str:
        return self.constant(np.array(numbers, np.int32).reshape(dims))

    def lowest(self, x: str) -> str:
        """The least number that can stand in a map."""
        return self.constant(np.array([-128], np.int8), self.tensors[x].quantised)

    def number(self, value: float) -> str:
        """One number, which is not learned."""
        return self.constant(np.array([127], np.int8), Quantised(value / 127))

    def learned(self, role: str, *dims: int, inputs: int = 1) -> str:
        """A parameter, which the layer whose weights are used has already, or this one. ``inputs``
        is how many products are summed: random weights keep the size of what arrives."""
        scale = 1 / (_SPREAD * math.sqrt(inputs))
        return self._learned(role, dims, scale, 127, np.dtype(np.int8))

    def bias(self, x: str, kernel: str, out: int) -> str:
        """The bias of sums of products of such tensors, between -1 and 1."""
        scale = _of_products(self.tensors[x], self.tensors[kernel])
        return self._learned("bias", (out,), scale, int(1 / scale), np.dtype(np.int32))

    def finish(self) -> None:
        """Zeros where a convolution has no bias: kernels of TensorFlow Lite read one."""
        for node in self.nodes:
            if node.kind in ("CONV_2D", "DEPTHWISE_CONV_2D") and len(node.inputs) == 2:
                none = np.zeros(node.output.dims[-1], np.int32)
                coded = Quantised(_of_products(*node.inputs))
                name = f"{node.output.name}.zeros"
                node.inputs.append(Tensor(name, none.shape, coded, none))

    def _learned(
        self, role: str, dims: tuple[int, ...], scale: float, most: int, of: np.dtype[Any]
    ) -> str:
        copied = self.layer.terms.amount(Tag.BN_FOLDED_COPY) and role == "weight"
        name = f"{self.layer.path if copied else owner(self.graph, self.layer, role).path}.{role}"
        if name not in self.tensors:
            value: np.ndarray[Any, Any] = np.zeros(dims, of)
            if self.drawn is not None:
                value = self.drawn.integers(-most, most + 1, dims, of)
            self.tensors[name] = Tensor(name, dims, Quantised(scale), value)
        elif self.tensors[name].dims != dims:
            raise Unsaid(f"{name} in another shape")
        return name


_GIVEN = {"LOGISTIC": SHARE, "SOFTMAX": SHARE, "TANH": UNIT, "L2_NORMALIZATION": UNIT}
#: The spread of the whole numbers from -127 to 127, all as likely.
_SPREAD = math.sqrt((255**2 - 1) / 12)


def _of_products(x: Tensor, kernel: Tensor) -> float:
    """The scale of sums of products."""
    return math.prod(one.scale for one in (x.quantised, kernel.quantised) if one)


Writing = Writer[Nodes, str]
