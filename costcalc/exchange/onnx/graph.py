"""An ONNX file: its nodes in order, and what is constant.

No weights are loaded from files beside it; of constants only the small ones are ever decoded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from costcalc.errors import visible
from costcalc.exchange.flow import Made, broken
from costcalc.exchange.maps import Sizes
from costcalc.exchange.onnx.inference import CONTROL, Inference
from costcalc.exchange.onnx.package import messages
from costcalc.exchange.onnx.tensors import (
    attribute,
    filled,
    formed,
    is_whole,
    numbers,
    tensor_of,
)
from costcalc.exchange.operation import Operation
from costcalc.exchange.translation import Refused, Translation

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


class Node(Operation):
    """One node: its attributes, and the constants that it reads."""

    def __init__(self, graph: Graph, proto: Any) -> None:
        super().__init__(graph.flow, proto.op_type, proto.input, proto.output)
        self.graph, self.proto = graph, proto
        self.name = proto.name or next(filter(None, self.outputs), self.kind)

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
        made = self.graph.tensors.get(self.inputs[index])
        if made is None:
            raise Refused(f"{self.kind} by numbers that are not in the file")
        tensor = made()
        found = numbers(tensor)
        return found if tensor.dims else found[0]


class Graph(Inference):
    """The graph of a model, followed node by node."""

    def __init__(self, model: Any, path: Path) -> None:
        super().__init__(model, path)
        self.nodes = [Node(self, proto) for proto in model.graph.node]
        self.stated: set[str] = set()  # what nodes hold, and no weights
        self.products: dict[str, list[str]] = {}  # constants that are the product of two
        self.flow.readers.update(key for node in self.nodes for key in node.inputs)
        self.flow.readers.update(output.name for output in model.graph.output)

    def constant(self, name: str, tensor: Any) -> None:
        """A constant that stands in the file.

        :raises CostcalcError: another has its name, or it is none.
        """
        if name in self.flow.known:
            raise broken(self.path, f"two constants have the name {visible(name)!r}")
        sizes = tuple(tensor.dims)
        small = math.prod(sizes) <= SMALL and not tensor.external_data
        if (small or tensor.HasField("raw_data")) and not is_whole(tensor):
            what = f"the constant {visible(name)!r} holds other values than it says"
            raise broken(self.path, what)
        self.hold(name, tensor.data_type, sizes, (lambda: tensor) if small else None)

    def hold(
        self, name: str, kind: int, sizes: Sizes, made: Callable[[], Any] | None = None
    ) -> None:
        """A constant, and what makes it, if its values can be known."""
        scalar, self.kinds[name] = None, kind
        if made is not None:
            self.tensors[name] = made
            if math.prod(sizes) == 1:
                scalar = next(map(float, numbers(made())), None)
        self.flow.constant(name, sizes, scalar)
        if kind in _INDICES:
            self.flow.setting(name)

    def fold(self, node: Node) -> bool:
        """Whether a node hangs on no map; what it gives is then constant."""
        flow, out = self.flow, node.outputs[0]
        if node.kind in ("Constant", "Shape", "Size"):
            self.constant(out, self.held(node))
            self.stated.add(out)
            return True
        known = [key for key in node.inputs if key]
        if any(map(flow.is_map, known)) or not known:
            return False
        view = node.kind in _SAME
        for key in known[view:]:
            flow.setting(key)
        if node.kind == "ConstantOfShape":
            value = node.given.get("value")
            made = partial(filled, node.out, value) if flow.size(out) <= SMALL else None
            self.hold(out, value.data_type if value else messages.TensorProto.FLOAT, node.out, made)
            return True
        if node.kind == "Mul":
            self.products[out] = known
        view |= self.is_table(node, known[0])
        if not self.evaluated(node, known):
            for key in node.outputs:
                flow.known[key] = Made(None)
        if view:
            flow.known[out] = flow.known[known[0]]
        return True

    def is_table(self, node: Node, key: str) -> bool:
        """Whether a node reads a constant more than once: what is learned is that one."""
        made = self.flow.known[key]
        values = self.flow.weights.get(made.origin) if isinstance(made, Made) else None
        return (
            node.kind == "Gather"
            and values is not None
            and values < self.flow.size(node.outputs[0])
        )

    def held(self, node: Node) -> Any:
        """The constant that a node holds, or the size of a tensor."""
        if node.kind == "Constant":
            value = next(iter(node.given.values()))
            return value if isinstance(value, messages.TensorProto) else tensor_of(value)
        shape = node.shape(0)
        if node.kind == "Size":
            return tensor_of(math.prod(shape))
        return tensor_of([*shape[node.get("start", 0) : node.get("end", len(shape))]])

    def evaluated(self, node: Node, known: list[str]) -> bool:
        """Whether what a node makes of small constants was worked out."""
        (out, *more), flow = node.outputs, self.flow
        if more or flow.size(out) > SMALL or not all(key in self.tensors for key in known):
            return False
        if node.kind in ("Unsqueeze", "Squeeze", "Reshape", "Flatten", "Identity"):
            made = partial(formed, self.tensors[known[0]], node.out)
            self.hold(out, self.kinds[known[0]], node.out, made)
            return True
        import numpy
        from onnx import numpy_helper
        from onnx.reference import ReferenceEvaluator

        run = ReferenceEvaluator(node.proto, opsets=self.opsets)
        try:
            arrays = {key: numpy_helper.to_array(self.tensors[key]()) for key in known}
            (found,) = run.run(None, arrays)
            tensor = numpy_helper.from_array(numpy.asarray(found))
        except Exception:  # whatever it can't do: the values are only not known
            return False
        self.constant(out, tensor)
        self.trace(out, known)
        return True

    def is_all(self, key: str, value: float) -> bool:
        """Whether a node holds one number many times: nothing is learned there."""
        known = key in self.stated and key in self.tensors
        return known and {*numbers(self.tensors[key]())} == {value}

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
        given = {key for node in self.nodes for key in node.outputs}
        for node in self.nodes:
            read = partial(self.rows, node, readers, given)
            flow.read(node.name, node.outputs, node.inputs, read)
        return flow.finished([output.name for output in self.model.graph.output])

    def rows(self, node: Node, readers: Mapping[str, Reader], given: set[str]) -> Any:
        """What a node gives, and the rows for it.

        :raises Refused: there are none.
        """
        kind, domain, flow = node.kind, node.proto.domain, self.flow
        if kind in CONTROL:
            raise Refused(f"control flow: {kind}")
        own = domain in ("", "ai.onnx")
        word = kind if own else f"{domain}.{kind}"
        reader = readers.get(word)
        if reader is None and not (own and self.foldable(node)):
            raise Refused(f"operation {visible(word)}")
        read = [key for key in node.inputs if key]
        if any(key not in flow.known and key in given and key not in flow.lost for key in read):
            raise Refused("what a later node gives is read: a circle, or no order")
        flow.given(read, "nothing gives")
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
        return known or node.kind in ("Shape", "Size", "Constant")
