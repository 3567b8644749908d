"""A TensorFlow Lite file: its operations in order, how large tensors are, and what is constant.

Source: the schema of TensorFlow Lite, as the ``tflite`` package reads it. Maps are 1 x H x W x C.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import tflite

from costcalc.errors import visible
from costcalc.exchange.flow import Flow, Key, broken
from costcalc.exchange.maps import Sizes, Value
from costcalc.exchange.operation import Operation
from costcalc.exchange.translation import Refused, Translation

_OPERATIONS = {code: name for name, code in vars(tflite.BuiltinOperator).items() if name.isupper()}
#: Fused behind a layer, by their number; the first is none.
_ACTIVATIONS = (None, "relu", "hardtanh", "relu6", "tanh")
#: How a single value is written, by the type of its tensor.
_SCALARS = {0: "<f", 1: "<e", 2: "<i", 3: "<B", 4: "<q", 9: "<b", 7: "<h"}
_INTEGERS = (2, 4)
_CONTROL = ("IF", "WHILE", "CALL", "CALL_ONCE")
#: A constant in another form: the same weights.
_SAME = ("RESHAPE", "TRANSPOSE", "QUANTIZE", "DEQUANTIZE", "DENSIFY", "CAST")
#: What is read of an operation: what each of its outputs is.
Reader = Callable[["Node"], Any]


class Node(Operation):
    """One operation: its options, and the tensors that it reads and gives."""

    def __init__(self, file: File, proto: Any) -> None:
        self.file, self.proto = file, proto
        code = file.model.OperatorCodes(proto.OpcodeIndex())
        kind = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        word = _OPERATIONS.get(kind, str(kind))
        if word == "CUSTOM":
            word = (code.CustomCode() or b"").decode("utf-8", "replace")
        read = [proto.Inputs(i) for i in range(proto.InputsLength())]
        given = [proto.Outputs(i) for i in range(proto.OutputsLength())]
        super().__init__(file.flow, word, read, given)

    def options(self, name: str) -> Any:
        found = getattr(tflite, name)()
        table = self.proto.BuiltinOptions()
        found.Init(table.Bytes, table.Pos)
        return found

    def numbers(self, index: int) -> list[int]:
        """The whole numbers of an input that says how the operation works.

        :raises Refused: it is computed.
        """
        self.settings(index)
        return self.file.integers(self.inputs[index])

    def fused(self, value: Value, number: int) -> Value:
        """A value, and the activation that is fused behind it."""
        word = _ACTIVATIONS[number] if 0 <= number < len(_ACTIVATIONS) else None
        if number and word is None:
            raise Refused(f"{self.kind} with a fused activation of an unknown kind")
        return self.flow.row({word: None}, value, form=value.form) if word else value


class File:
    """The graph of a file."""

    def __init__(self, path: Path, data: bytes) -> None:
        if data[4:8] != b"TFL3":
            raise broken(path, "not a TensorFlow Lite model")
        self.path, self.flow = path, Flow(last=True)
        self.model = tflite.Model.GetRootAsModel(data, 0)
        self.graph = self.model.Subgraphs(0)
        self.nodes = [
            Node(self, self.graph.Operators(i)) for i in range(self.graph.OperatorsLength())
        ]
        controls = any(node.kind in _CONTROL for node in self.nodes)
        if self.model.SubgraphsLength() != 1 and not controls:
            count = self.model.SubgraphsLength()
            raise broken(path, f"it holds {count} networks", "one network in a file")
        self.inputs = {self.graph.Inputs(i) for i in range(self.graph.InputsLength())}
        for key in range(self.graph.TensorsLength()):
            self.tensor(key)
        self.flow.readers.update(key for node in self.nodes for key in node.inputs)
        self.flow.readers.update(self.outputs)

    @property
    def outputs(self) -> list[Key]:
        return [self.graph.Outputs(i) for i in range(self.graph.OutputsLength())]

    def tensor(self, key: int) -> None:
        """A tensor of the file: an input, a constant, or what an operation gives."""
        tensor = self.graph.Tensors(key)
        shape = tuple(tensor.Shape(i) for i in range(tensor.ShapeLength()))
        name = (tensor.Name() or b"").decode("utf-8", "replace")
        self.flow.shapes[key] = shape
        if key in self.inputs:
            if (len(shape) == 4 and shape[0] != 1) or min(shape, default=1) < 1:
                said = "x".join(map(str, shape))
                message = f"the input {visible(name)!r} is no image of one: {said}"
                raise broken(self.path, message, "a file for a batch of 1")
            self.flow.input(key, shape, name)
        elif tensor.IsVariable() or self.data(key) is not None:
            if not self.is_whole(key, tensor, shape):
                what = f"the constant {visible(name)!r} holds other values than it says"
                raise broken(self.path, what)
            self.flow.constant(key, shape, self.scalar(key, tensor))
            if tensor.Type() in _INTEGERS:
                self.flow.setting(key)

    def data(self, key: int) -> Any:
        """The buffer of a constant; None where there is none."""
        buffer = self.model.Buffers(self.graph.Tensors(key).Buffer())
        return buffer if buffer.DataLength() or getattr(buffer, "Size", int)() else None

    def is_whole(self, key: int, tensor: Any, shape: Sizes) -> bool:
        """Whether a constant has as many bytes as its sizes say, where these can be told."""
        code, buffer = _SCALARS.get(tensor.Type()), self.data(key)
        if code is None or buffer is None or tensor.Sparsity() or not buffer.DataLength():
            return True
        return bool(buffer.DataLength() == struct.calcsize(code) * math.prod(shape))

    def raw(self, key: int) -> bytes:
        """The bytes of a constant that stand in the file."""
        buffer = self.data(key)
        if buffer is None or not buffer.DataLength():
            return b""
        table = buffer._tab  # else byte by byte
        start = table.Vector(table.Offset(4))
        return bytes(table.Bytes[start : start + buffer.DataLength()])

    def scalar(self, key: int, tensor: Any) -> float | None:
        """A constant of one value."""
        code, buffer = _SCALARS.get(tensor.Type()), self.data(key)
        if code is None or buffer is None or buffer.DataLength() != struct.calcsize(code):
            return None
        (found,) = struct.unpack(code, self.raw(key))
        coded = tensor.Quantization()
        if coded is None or not coded.ScaleLength():
            return float(found)
        zero = coded.ZeroPoint(0) if coded.ZeroPointLength() else 0
        return float((found - zero) * coded.Scale(0))

    def integers(self, key: int) -> list[int]:
        """The values of a small constant.

        :raises Refused: it is none.
        """
        buffer = self.data(key) if key not in self.inputs else None
        if buffer is None or buffer.DataLength() > 256:
            raise Refused("numbers that are not in the file")
        raw = self.raw(key)
        return [*struct.unpack(f"<{len(raw) // 4}i", raw)]

    def run(self, readers: Mapping[str, Reader]) -> Translation:
        """Go through the operations, and write a row for what each does."""
        for node in self.nodes:
            first = self.graph.Tensors(node.outputs[0]).Name() if node.outputs else b""
            name = (first or b"").decode("utf-8", "replace") or node.kind
            self.flow.read(name, node.outputs, node.inputs, partial(self.rows, node, readers))
        return self.flow.finished(self.outputs)

    def rows(self, node: Node, readers: Mapping[str, Reader]) -> Any:
        """What an operation gives, and the rows for it.

        :raises Refused: there are none.
        """
        if node.kind in _CONTROL:
            raise Refused(f"control flow: {node.kind}")
        if node.kind not in readers:
            raise Refused(f"operation {visible(node.kind)}")
        read = [key for key in node.inputs if key >= 0]
        node.flow.given(read, "nothing gives, or a later operation,")
        constant = not any(node.flow.is_map(key) for key in node.inputs if key >= 0)
        if constant and node.kind in _SAME:
            return node.flow.known[node.inputs[0]]
        if constant:
            raise Refused(f"{node.kind} of constants alone")
        return readers[node.kind](node)
