"""An ONNX file: its nodes in order, how large what they give is, and what is constant.

No weights are loaded from files beside it; of constants only the small ones are ever decoded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from costcalc.errors import visible
from costcalc.exchange.flow import ASKED, Flow, Made, broken
from costcalc.exchange.onnx.package import messages, rules
from costcalc.exchange.onnx.tensors import attribute, filled, is_whole, numbers, tensor_of, type_of
from costcalc.exchange.operation import Operation
from costcalc.exchange.translation import Form, Refused, Translation

#: What is read of a node: what each of its outputs is.
Reader = Callable[["Node"], Any]
#: The values of larger constants are never looked at.
SMALL = 4096
#: They say how an operation works, or which element is read.
_INDICES = (messages.TensorProto.INT64, messages.TensorProto.INT32, messages.TensorProto.BOOL)
#: One constant in another form: the same weights.
_SAME = (
    "Identity", "Cast", "Reshape", "Transpose", "Unsqueeze", "Squeeze", "Flatten", "Neg",
    "QuantizeLinear", "DequantizeLinear", "CastLike", "Expand",
)  # fmt: skip
#: Functions of other operations, of which the package has no rule: as large as what they read.
_AS_READ = ("GroupNormalization",)
_CONTROL = ("If", "Loop", "Scan", "SequenceMap")
#: What the rules of sizes say of tensors that do not fit.
_UNFIT = (rules.shape_inference.InferenceError, rules.checker.ValidationError)


class Node(Operation):
    """One node: its attributes, and the constants that it reads."""

    def __init__(self, graph: Graph, proto: Any) -> None:
        super().__init__(graph.flow, proto.op_type, proto.input, proto.output)
        self.graph, self.proto = graph, proto
        self.name = proto.name or next(filter(None, proto.output), proto.op_type)

    @cached_property
    def given(self) -> dict[str, Any]:
        return {a.name: attribute(a) for a in self.proto.attribute}

    def get(self, name: str, otherwise: Any = None) -> Any:
        found = self.given.get(name, otherwise)
        return found.decode() if isinstance(found, bytes) else found

    def constant(self, index: int, name: str = "", otherwise: Any = None) -> Any:
        """The values of an input that is constant, or, in older files, of an attribute.

        :raises Refused: they are computed from a map, or too many to be looked at.
        """
        if not self.has(index):
            return self.get(name, otherwise)
        self.flow.setting(self.inputs[index])
        tensor = self.graph.tensors.get(self.inputs[index])
        if tensor is None:
            raise Refused(f"{self.proto.op_type} by numbers that are not in the file")
        found = numbers(tensor)
        return found if tensor.dims else found[0]


class Graph:
    """The graph of a model, followed node by node."""

    def __init__(self, model: Any, path: Path) -> None:
        self.model, self.path, self.flow = model, path, Flow()
        self.opsets = {opset.domain: opset.version for opset in model.opset_import}
        self.types: dict[str, Any] = {}
        self.tensors: dict[str, Any] = {}  # small constants, as the file has them
        self.stated: set[str] = set()  # what nodes hold, and no weights
        self.products: dict[str, list[str]] = {}  # constants that are the product of two
        self.flow.readers.update(key for node in model.graph.node for key in node.input)
        self.flow.readers.update(output.name for output in model.graph.output)

    def constant(self, name: str, tensor: Any) -> None:
        """A constant that stands in the file."""
        sizes = tuple(tensor.dims)
        self.types[name] = type_of(tensor.data_type, sizes)
        scalar = None
        if math.prod(sizes) <= SMALL and not tensor.external_data:
            if not is_whole(tensor):
                what = f"the constant {visible(name)!r} holds other values than it says"
                raise broken(self.path, what)
            self.tensors[name] = tensor
            if math.prod(sizes) == 1:
                scalar = next(map(float, numbers(tensor)), None)
        self.flow.constant(name, sizes, scalar)
        if tensor.data_type in _INDICES:
            self.flow.setting(name)

    def sizes(self, size: Form | None) -> None:
        """The inputs, with a batch of one, and the sides that are given.

        :raises CostcalcError: one leaves its sides open, and none are given.
        """
        constants = {tensor.name for tensor in self.model.graph.initializer}
        inputs = [one for one in self.model.graph.input if one.name not in constants]
        for one in inputs:
            shape = one.type.tensor_type.shape
            dims = [dim.dim_value if dim.HasField("dim_value") else 0 for dim in shape.dim]
            dims = [max(dim, 0) for dim in dims]
            dims[:1] = [max(dims[0], 1)] if dims and size is None else [1][: len(dims)]
            if size is not None and len(dims) == 4:
                last = dims[3] == size[2] != dims[1]
                dims[1:] = size if last else (size[2], size[0], size[1])
            elif size is not None and len(inputs) == 1 and len(dims) == 3:
                dims[1:] = (size[0], size[2]) if dims[2] == size[2] else (size[2], size[0])
            if 0 in dims or (len(dims) == 4 and dims[0] != 1):
                said = "x".join(str(dim) if dim else "?" for dim in dims)
                what = "leaves its sides open" if 0 in dims else "is a batch"
                message = f"the input {visible(one.name)!r} {what}: {said}"
                raise broken(self.path, message, ASKED)
            kind = one.type.tensor_type.elem_type
            self.types[one.name] = type_of(kind, dims)
            one.type.CopyFrom(self.types[one.name])
            self.flow.input(one.name, tuple(dims), one.name)

    def infer(self) -> None:
        """Say how large all is that can be told from the sizes of the inputs, at once; nothing
        where that fails. What the file says of its own is not asked."""
        graph = self.model.graph
        if any(node.op_type in _CONTROL for node in graph.node):
            return
        del graph.value_info[:]
        for output in graph.output:
            output.type.Clear()
        try:
            found = rules.shape_inference.infer_shapes(
                self.model.SerializeToString(), False, False, True
            )
            graph = messages.ModelProto.FromString(found).graph
        except Exception:  # of C++, as it may be: node by node it shows what is wrong
            return
        self.types.update((one.name, one.type) for one in (*graph.value_info, *graph.output))

    def told(self, outputs: list[str]) -> bool:
        """Whether it is known how large what a node gives is, at least the first of it."""
        for key in outputs:
            tensor = self.types[key].tensor_type if key in self.types else None
            if tensor is not None and tensor.HasField("shape"):
                dims = tensor.shape.dim
                if all(dim.HasField("dim_value") for dim in dims):
                    self.flow.shapes[key] = tuple([dim.dim_value for dim in dims])
        return all(key in self.flow.shapes for key in outputs[:1])

    def infer_node(self, node: Any) -> None:
        """Say how large what a node gives is, from what it reads.

        :raises Refused: that can't be.
        """
        read = [key for key in node.input if key]
        try:
            version = self.opsets.get(node.domain, 1)
            found = rules.defs.get_schema(node.op_type, version, node.domain)._infer_node_outputs(
                node.SerializeToString(),
                {key: self.types[key].SerializeToString() for key in read},
                {key: self.tensors[key].SerializeToString() for key in read if key in self.tensors},
            )
        except rules.defs.SchemaError:
            raise Refused(f"operation {node.op_type} of no known version") from None
        except _UNFIT:
            raise Refused(f"{node.op_type} of tensors that do not fit") from None
        self.types |= {key: messages.TypeProto.FromString(type_) for key, type_ in found.items()}
        if node.op_type in _AS_READ:  # a function, which has no rule
            self.types |= dict.fromkeys(node.output, self.types[read[0]])

    def fold(self, node: Node) -> bool:
        """Whether a node hangs on no map; what it gives is then constant."""
        proto, flow = node.proto, self.flow
        if proto.op_type in ("Constant", "Shape", "Size"):
            self.constant(node.outputs[0], self.held(node))
            self.stated.add(node.outputs[0])
            return True
        known = [key for key in node.inputs if key]
        if any(flow.is_map(key) for key in known) or not known:
            return False
        view = proto.op_type in _SAME
        for key in known[view:]:
            flow.setting(key)
        if proto.op_type == "Mul":
            self.products[node.outputs[0]] = known
        if not self.evaluated(node, known):
            for key in node.outputs:
                flow.known[key] = Made(None)
            if proto.op_type == "ConstantOfShape":
                flow.constant(node.outputs[0], node.out)
        if view:
            flow.known[node.outputs[0]] = flow.known[known[0]]
        return True

    def held(self, node: Node) -> Any:
        """The constant that a node holds, or the size of a tensor."""
        if node.proto.op_type == "Constant":
            value = next(iter(node.given.values()))
            return value if isinstance(value, messages.TensorProto) else tensor_of(value)
        shape = node.shape(0)
        if node.proto.op_type == "Size":
            return tensor_of(math.prod(shape))
        return tensor_of([*shape[node.get("start", 0) : node.get("end", len(shape))]])

    def evaluated(self, node: Node, known: list[str]) -> bool:
        """Whether what a node makes of small constants was worked out."""
        (out, *more), flow = node.outputs, self.flow
        if more or flow.size(out) > SMALL or not all(key in self.tensors for key in known):
            return False
        if node.proto.op_type in ("Unsqueeze", "Squeeze", "Reshape", "Flatten", "Identity"):
            tensor = messages.TensorProto()
            tensor.CopyFrom(self.tensors[known[0]])
            tensor.dims[:] = node.out
        elif node.proto.op_type == "ConstantOfShape":
            tensor = filled(node.out, node.given.get("value"))
        else:
            import numpy
            from onnx import numpy_helper
            from onnx.reference import ReferenceEvaluator

            run = ReferenceEvaluator(node.proto, opsets=self.opsets)
            try:
                arrays = {key: numpy_helper.to_array(self.tensors[key]) for key in known}
                (found,) = run.run(None, arrays)
                tensor = numpy_helper.from_array(numpy.asarray(found))
            except Exception:  # whatever it can't do: the values are only not known
                return False
        self.constant(out, tensor)
        self.trace(out, known)
        return True

    def is_all(self, key: str, value: float) -> bool:
        """Whether a node holds one number many times: nothing is learned there."""
        return key in self.stated & self.tensors.keys() and {*numbers(self.tensors[key])} == {value}

    def trace(self, out: str, known: list[str]) -> None:
        """What is made of one constant that may be learned is that one; of several, it is none."""
        made = (self.flow.known[key] for key in known)
        origins = {one.origin for one in made if isinstance(one, Made)} & self.flow.weights.keys()
        if len(origins) > 1:
            self.flow.known[out] = Made(None)
        elif origins and self.flow.weights[(origin := origins.pop())] == self.flow.size(out):
            self.flow.known[out] = Made(origin)
            for said in filter(None, map(self.flow.single, known)):
                self.flow.stands_in(f"weights made with {said}")

    def run(self, readers: Mapping[str, Reader]) -> Translation:
        """Go through the nodes, and write a row for what each does."""
        flow = self.flow
        self.infer()
        given = {key for node in self.model.graph.node for key in node.output}
        for proto in self.model.graph.node:
            node = Node(self, proto)

            read = partial(self.rows, node, readers, given)
            flow.read(node.name, node.outputs, node.inputs, read)
        return flow.finished(output.name for output in self.model.graph.output)

    def rows(self, node: Node, readers: Mapping[str, Reader], given: set[str]) -> Any:
        """What a node gives, and the rows for it.

        :raises Refused: there are none.
        """
        kind, domain, known = node.proto.op_type, node.proto.domain, self.flow.known
        if kind in _CONTROL:
            raise Refused(f"control flow: {kind}")
        own = domain in ("", "ai.onnx")
        word = kind if own else f"{domain}.{kind}"
        reader = readers.get(word)
        if reader is None and not (own and self.foldable(node)):
            raise Refused(f"operation {visible(word)}")
        self.flow.given(node.inputs)
        for key in filter(None, node.inputs):
            if key not in known and key in given:
                raise Refused("what a later node gives is read: a circle, or no order")
            if key not in known:
                raise Refused("what nothing gives is read")
        if any(key in known for key in filter(None, node.outputs)):
            raise Refused("what another node gives already is given")
        if not self.told(node.outputs):
            self.infer_node(node.proto)
            if not self.told(node.outputs):
                raise Refused(f"{kind}: how large it is is only known when it runs")
        if self.fold(node):
            return None
        if reader is None:
            raise Refused(f"operation {visible(word)}")
        return reader(node)

    def foldable(self, node: Node) -> bool:
        """Whether a node may hang on no map."""
        read = [key for key in node.inputs if key]
        known = all(key in self.flow.known and not self.flow.is_map(key) for key in read)
        return known or node.proto.op_type in ("Shape", "Size", "Constant")
