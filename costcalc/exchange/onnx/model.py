"""An ONNX file, read into rows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError

from costcalc.errors import CostcalcError, Place, Problem, visible
from costcalc.exchange.flow import broken
from costcalc.exchange.onnx.graph import Graph
from costcalc.exchange.onnx.inference import CONTROL
from costcalc.exchange.onnx.layers import LAYERS
from costcalc.exchange.onnx.package import messages
from costcalc.exchange.onnx.places import PLACES
from costcalc.exchange.onnx.weightless import weightless
from costcalc.exchange.translation import Form, Refused, Translation
from costcalc.source.files import shown

_KINDS = messages.TensorProto
#: What can be learned.
FLOATS = (_KINDS.FLOAT, _KINDS.FLOAT16, _KINDS.BFLOAT16, _KINDS.DOUBLE)


def read(path: Path, size: Form | None = None) -> Translation:
    """The rows of an ONNX model; ``size`` is that of its input, where the model leaves it open.

    :raises CostcalcError: the file is none, or damaged, or leaves sizes open.
    :raises OpenSides: these are the sides of its images.
    """
    model = load(path)
    try:
        graph = Graph(model, path)
        for tensor in model.graph.initializer:
            graph.constant(tensor.name, tensor)
            if tensor.data_type in FLOATS and tensor.name in graph.flow.scalars:
                graph.flow.among_weights.add(tensor.name)
        try:
            graph.sizes(size)
        except CostcalcError as error:
            raise CostcalcError([*error.problems, *controls(graph)]) from None
        translation = graph.run(LAYERS | PLACES)
        made = visible(f"{model.producer_name} {model.producer_version}").strip()
    except Refused as refused:
        raise broken(path, f"an input that is no image: {refused}") from None
    except (AttributeError, TypeError, UnicodeDecodeError):  # names that are no text
        raise broken(path, "an ONNX model that is damaged") from None
    translation.notes = f"from an ONNX model of {made}" if made else "from an ONNX model"
    return translation


def controls(graph: Graph) -> list[Problem]:
    """What is refused at any size of the inputs."""
    words = Counter(node.op_type for node in graph.model.graph.node if node.op_type in CONTROL)
    return [
        Problem(f"not translated: control flow: {word}", f"{count} times", Place(shown(graph.path)))
        for word, count in sorted(words.items())
    ]


def load(path: Path) -> Any:
    """The model in a file.

    :raises CostcalcError: it is none.
    """
    try:
        model = messages.ModelProto.FromString(weightless(path))
    except Refused as refused:
        raise broken(path, str(refused)) from None
    except (DecodeError, UnicodeDecodeError, ValueError):
        raise broken(path, "not an ONNX model, or a part of one") from None
    if model.graph.sparse_initializer:
        raise broken(path, "an ONNX model with sparse weights")
    if not model.graph.node:
        raise broken(path, "an ONNX model without any node")
    if model.functions:
        from onnx.inliner import inline_local_functions

        try:
            model = inline_local_functions(model)
        except Exception:  # of C++, as it may be
            raise broken(path, "functions that call each other, or are damaged") from None
    return model
