"""How large the tensors of an ONNX model are: what enters as the file says, and all else by the
package's rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from costcalc.errors import visible
from costcalc.exchange.flow import ASKED, Flow, broken
from costcalc.exchange.onnx.package import messages, rules
from costcalc.exchange.onnx.tensors import type_of
from costcalc.exchange.translation import Form, OpenSides, Refused

CONTROL = ("If", "Loop", "Scan", "SequenceMap")
#: Functions of other operations, of which the package has no rule: as large as what they read.
_AS_READ = ("GroupNormalization",)
#: What the rules of sizes say of tensors that do not fit.
_UNFIT = (rules.shape_inference.InferenceError, rules.checker.ValidationError)


class Inference:
    """What is known of the tensors of a model by their names: ``types`` of what enters and of what
    nodes give; ``kinds`` of the numbers of constants, and what makes the small ones of these."""

    def __init__(self, model: Any, path: Path) -> None:
        self.model, self.path, self.flow = model, path, Flow()
        self.opsets = {opset.domain: opset.version for opset in model.opset_import}
        self.types: dict[str, Any] = {}
        self.kinds: dict[str, int] = {}
        self.tensors: dict[str, Callable[[], Any]] = {}

    def sizes(self, size: Form | None) -> None:
        """The inputs, with a batch of one, and the sides that are given.

        :raises OpenSides: an image, which is all, leaves its sides open, and none are given.
        :raises CostcalcError: another one is open, or a batch, or two are one.
        """
        constants = {tensor.name for tensor in self.model.graph.initializer}
        inputs = [one for one in self.model.graph.input if one.name not in constants]
        for one in inputs:
            dims = sides_of(one.type.tensor_type.shape, size, alone=len(inputs) == 1)
            if 0 in dims or (len(dims) == 4 and dims[0] != 1):
                said = "x".join(str(dim) if dim else "?" for dim in dims)
                what = "leaves its sides open" if 0 in dims else "is a batch"
                message = f"the input {visible(one.name)!r} {what}: {said}"
                image = len(dims) == 4 or (len(inputs) == 1 and len(dims) == 3)
                channels = max(dims[1:], default=0)
                if len(inputs) == 1 and channels and sorted(dims[1:]) == [0, 0, channels]:
                    raise OpenSides(message, channels)
                raise broken(self.path, message, ASKED if image else "a file in which it is fixed")
            if one.name in self.flow.known:
                raise broken(self.path, f"two inputs have the name {visible(one.name)!r}")
            kind = one.type.tensor_type.elem_type
            self.types[one.name] = type_of(kind, dims)
            one.type.CopyFrom(self.types[one.name])
            self.flow.input(one.name, tuple(dims), one.name)

    def infer(self) -> None:
        """Say how large all is that can be told from the sizes of the inputs, at once; nothing
        where that fails. What the file says of its own is not asked."""
        graph = self.model.graph
        if any(node.op_type in CONTROL for node in graph.node):
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
                sizes = tuple([dim.dim_value for dim in dims])
                if all(sizes) or all(dim.HasField("dim_value") for dim in dims):
                    self.flow.shapes[key] = sizes
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
                {key: self.type(key).SerializeToString() for key in read},
                {
                    key: self.tensors[key]().SerializeToString()
                    for key in read
                    if key in self.tensors
                },
            )
        except rules.defs.SchemaError:
            raise Refused(f"operation {node.op_type} of no known version") from None
        except _UNFIT:
            raise Refused(f"{node.op_type} of tensors that do not fit") from None
        self.types |= {key: messages.TypeProto.FromString(type_) for key, type_ in found.items()}
        if node.op_type in _AS_READ:  # a function, which has no rule
            self.types |= dict.fromkeys(node.output, self.type(read[0]))

    def type(self, key: str) -> Any:
        """The type of a tensor."""
        return self.types.get(key) or type_of(self.kinds[key], self.flow.shapes[key])


def sides_of(shape: Any, size: Form | None, *, alone: bool) -> list[int]:
    """The sizes of an input with a batch of one, at the size that is given; 0 is open. One of three
    dimensions is given a size where it is ``alone``."""
    dims = [max(dim.dim_value, 0) if dim.HasField("dim_value") else 0 for dim in shape.dim]
    if size is None:
        return [max(dims[0], 1), *dims[1:]] if dims else []
    dims[:1] = [1][: len(dims)]
    if len(dims) == 4:
        last = dims[3] == size[2] != dims[1]
        dims[1:] = size if last else (size[2], size[0], size[1])
    elif alone and len(dims) == 3:
        dims[1:] = (size[0], size[2]) if dims[2] == size[2] else (size[2], size[0])
    return dims
