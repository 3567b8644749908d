"""Nodes of an ONNX graph in the making, and what they read: values, weights, constants.

A map is a tensor (1, channels, height, width); tokens are one of N × 1, or of N × groups.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from costcalc.export.rows import Unsaid, Writer, names_of, owner, whole
from costcalc.graph.layers import Graph, Layer

#: Where the dimensions of a map lie.
AXES = {"channels": 1, "height": 2, "width": 3}


class Nodes:
    """The nodes written so far. ``weights`` says how what is learned is filled."""

    def __init__(self, graph: Graph, weights: str) -> None:
        self.graph, self.values = graph, names_of(graph)
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}
        self.drawn = np.random.default_rng(0) if weights == "random" else None
        self.layer = graph.layers[0]
        self.count = 0  # the nodes of this layer

    def start(self, layer: Layer) -> None:
        """Begin the nodes of a layer."""
        self.layer, self.count = layer, 0

    def node(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """Add a node; the name of what it gives."""
        self.count += 1
        name = f"{self.layer.path}:{self.count}"
        node = helper.make_node(operation, inputs, [name], name, **attributes)
        self.nodes.append(node)
        return name

    def give(self, made: str, layer: Layer) -> str:
        return self.named(layer.path)

    def named(self, name: str) -> str:
        """What the last node gives has a name."""
        self.nodes[-1].output[0] = self.nodes[-1].name = name
        return name

    def constant(self, value: np.ndarray[Any, Any]) -> str:
        """A tensor that is no parameter."""
        return self.node("Constant", value=numpy_helper.from_array(value))

    def integers(self, *numbers: int) -> str:
        return self.constant(np.array(numbers, np.int64))

    def filled(self, value: float, *dims: int) -> str:
        return self.constant(np.full(dims, value, np.float32))

    def learned(self, role: str, *dims: int, inputs: int = 1) -> str:
        """A parameter, which the layer whose weights are used has already, or this one. ``inputs``
        is how many products are summed: random weights keep the size of what arrives."""
        name = f"{owner(self.graph, self.layer, role).path}.{role}"
        if name not in self.initializers:
            value = np.zeros(dims, np.float32)
            if self.drawn is not None:
                spread = 1 / math.sqrt(inputs)
                value = self.drawn.normal(0, spread, dims).astype(np.float32)
                value = abs(value) if role == "variance" else value
            self.initializers[name] = numpy_helper.from_array(value, name)
        elif tuple(self.initializers[name].dims) != dims:
            raise Unsaid(f"{name} in another shape")
        return name

    def shaped(self, name: str, *dims: int) -> str:
        """The same values in another shape."""
        return self.node("Reshape", name, self.integers(*dims))

    def mapped(self, name: str) -> str:
        """The same values as the map that the layer gives."""
        height, width, channels = whole(*self.layer.output)
        return self.shaped(name, 1, channels, height, width)

    def turned(self, name: str, *places: int) -> str:
        """The same values, the dimensions in another order."""
        return self.node("Transpose", name, perm=places)


Writing = Writer[Nodes, str]
