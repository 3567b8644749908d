"""A TensorFlow Lite model of a network at a binding, int8: every layer by its writer, then a file.

Source: the schema of TensorFlow Lite, as the ``tflite`` package has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
import tflite

from costcalc.export.rows import as_weights, fits, write
from costcalc.export.tflite.layers import LAYERS
from costcalc.export.tflite.nodes import Node, Nodes, Tensor
from costcalc.export.tflite.places import PLACES
from costcalc.graph.layers import Graph

WRITERS = {**LAYERS, **PLACES}
#: The options of an operation, where it has fields.
OPTIONS = {
    "CONV_2D": "Conv2DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "TRANSPOSE_CONV": "TransposeConvOptions",
    "FULLY_CONNECTED": "FullyConnectedOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "MEAN": "ReducerOptions",
    "REDUCE_MAX": "ReducerOptions",
    "SOFTMAX": "SoftmaxOptions",
    "LEAKY_RELU": "LeakyReluOptions",
    "ADD": "AddOptions",
    "MUL": "MulOptions",
    "CONCATENATION": "ConcatenationOptions",
    "STRIDED_SLICE": "StridedSliceOptions",
    "SPACE_TO_DEPTH": "SpaceToDepthOptions",
    "DEPTH_TO_SPACE": "DepthToSpaceOptions",
    "RESIZE_BILINEAR": "ResizeBilinearOptions",
    "RESIZE_NEAREST_NEIGHBOR": "ResizeNearestNeighborOptions",
    "MIRROR_PAD": "MirrorPadOptions",
    "L2_NORMALIZATION": "L2NormOptions",
}
#: How values lie in the file.
TYPES = {np.dtype(np.int8): tflite.TensorType.INT8, np.dtype(np.int32): tflite.TensorType.INT32}


def model(graph: Graph, weights: str = "random") -> bytes:
    """A model that runs, of a fully bound, unrolled graph: its layers by their names, with weights
    that are drawn (always the same) or zero. Maps are (1, height, width, channels).

    :raises CostcalcError: rows that TensorFlow Lite has no operation for, all of them; or too
        many weights.
    """
    nodes = Nodes(graph, as_weights(weights))
    write(graph, nodes, WRITERS, "TensorFlow Lite")
    nodes.finish()
    return File(nodes, graph.spec.name).finished()


class File:
    """The tables of a file, written from its end."""

    def __init__(self, nodes: Nodes, name: str) -> None:
        self.nodes, self.name = nodes, name
        found = [*nodes.inputs]
        for node in nodes.nodes:
            found += [*node.inputs, node.output]
        self.tensors = {id(tensor): tensor for tensor in found + nodes.given()}
        self.places = {key: i for i, key in enumerate(self.tensors)}
        self.kinds = sorted({node.kind for node in nodes.nodes})
        size = sum(t.data.nbytes for t in self.tensors.values() if t.data is not None)
        fits(size, "TensorFlow Lite")
        self.builder = flatbuffers.Builder(size + 2**16)

    def finished(self) -> bytes:
        nodes = self.nodes
        tensors = [*self.tensors.values()]
        given = [self.buffer(tensor.data) for tensor in tensors if tensor.data is not None]
        buffers = iter(range(1, len(given) + 1))
        places = [next(buffers) if tensor.data is not None else 0 for tensor in tensors]
        graph = self.table(
            "SubGraph",
            Tensors=self.tables(list(map(self.tensor, tensors, places))),
            Inputs=self.numbers(nodes.inputs),
            Outputs=self.numbers(nodes.given()),
            Operators=self.tables([self.operator(node) for node in nodes.nodes]),
            Name=self.builder.CreateString(self.name),
        )
        made = self.table(
            "Model",
            Version=3,
            OperatorCodes=self.tables([self.code(kind) for kind in self.kinds]),
            Subgraphs=self.tables([graph]),
            Description=self.builder.CreateString("costcalc"),
            Buffers=self.tables([self.table("Buffer"), *given]),
        )
        self.builder.Finish(made, b"TFL3")
        return bytes(self.builder.Output())

    def table(self, name: str, **fields: Any) -> int:
        """One with these fields; what is None is left out."""
        getattr(tflite, f"{name}Start")(self.builder)
        for field, value in fields.items():
            if value is not None:
                getattr(tflite, f"{name}Add{field}")(self.builder, value)
        return int(getattr(tflite, f"{name}End")(self.builder))

    def tables(self, offsets: Sequence[int]) -> int:
        self.builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self.builder.PrependUOffsetTRelative(offset)
        return int(self.builder.EndVector())

    def vector(self, values: Sequence[float], of: type[np.generic]) -> int:
        return int(self.builder.CreateNumpyVector(np.array(values, of)))

    def numbers(self, tensors: Sequence[Tensor]) -> int:
        return self.vector([self.places[id(tensor)] for tensor in tensors], np.int32)

    def buffer(self, data: np.ndarray[Any, Any]) -> int:
        """The values of a constant, where kernels may read them: at a multiple of 16."""
        self.builder.StartVector(1, data.nbytes, 16)
        self.builder.head -= data.nbytes
        end = self.builder.head + data.nbytes
        self.builder.Bytes[self.builder.head : end] = data.tobytes()
        return self.table("Buffer", Data=self.builder.EndVector())

    def tensor(self, tensor: Tensor, buffer: int) -> int:
        coded = tensor.quantised and self.table(
            "QuantizationParameters",
            Scale=self.vector([tensor.quantised.scale], np.float32),
            ZeroPoint=self.vector([tensor.quantised.zero], np.int64),
        )
        of = np.dtype(np.int8) if tensor.data is None else tensor.data.dtype
        return self.table(
            "Tensor",
            Shape=self.vector(tensor.dims, np.int32),
            Type=TYPES[of],
            Buffer=buffer,
            Name=self.builder.CreateString(tensor.name),
            Quantization=coded,
        )

    def operator(self, node: Node) -> int:
        inputs, outputs = self.numbers(node.inputs), self.numbers([node.output])
        name = OPTIONS.get(node.kind)
        options = name and self.table(name, **node.options)
        return self.table(
            "Operator",
            OpcodeIndex=self.kinds.index(node.kind),
            Inputs=inputs,
            Outputs=outputs,
            BuiltinOptionsType=name and getattr(tflite.BuiltinOptions, name),
            BuiltinOptions=options,
        )

    def code(self, kind: str) -> int:
        number = getattr(tflite.BuiltinOperator, kind)
        return self.table(
            "OperatorCode", DeprecatedBuiltinCode=min(number, 127), BuiltinCode=number, Version=1
        )
