"""An ONNX model of a network at a binding: every layer by its writer."""

from __future__ import annotations

import onnx
from onnx import helper

from costcalc.export.onnx.layers import LAYERS
from costcalc.export.onnx.nodes import Nodes
from costcalc.export.onnx.places import PLACES
from costcalc.export.rows import as_weights, fits, leaving, whole, write
from costcalc.graph.layers import Graph
from costcalc.language.parameters import texts_of

WRITERS = {**LAYERS, **PLACES}
#: The operations of the model: opset 23 is the first with RMSNormalization.
OPSET, IR_VERSION = 23, 11


def model(graph: Graph, weights: str = "random") -> onnx.ModelProto:
    """A model that runs, of a fully bound, unrolled graph: its layers by their names, with weights
    that are drawn (always the same) or zero. Maps are (1, channels, height, width), what leaves as
    1×1 map is (1, channels).

    :raises CostcalcError: rows that ONNX has no operation for, all of them; or too many weights.
    """
    nodes = Nodes(graph, as_weights(weights))
    write(graph, nodes, WRITERS, "ONNX")
    fits(sum(len(tensor.raw_data) for tensor in nodes.initializers.values()), "ONNX")
    return _finished(graph, nodes)


def _finished(graph: Graph, nodes: Nodes) -> onnx.ModelProto:
    """The model of the nodes, with what enters and leaves the network."""
    names, ends = nodes.values, list[onnx.ValueInfoProto]()
    for i, name in leaving(graph).items():
        height, width, channels = whole(*graph.layers[i].output)
        flat = (height, width) == (1, 1)
        nodes.start(graph.layers[i])
        nodes.node("Flatten" if flat else "Identity", names[i])
        name = nodes.named(name if name not in names.values() else f"{name}:output")
        ends.append(_typed(name, [1, channels] if flat else [1, channels, height, width]))
    inputs = []
    for name, shape in graph.inputs.items():
        height, width, channels = whole(*shape)
        inputs.append(_typed(name, [1, channels, height, width]))
    made = helper.make_graph(
        nodes.nodes, graph.spec.name, inputs, ends, list(nodes.initializers.values())
    )
    found = helper.make_model(
        made,
        producer_name="costcalc",
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    helper.set_model_props(found, texts_of(graph.binding))
    return found


def _typed(name: str, dims: list[int]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, dims)
