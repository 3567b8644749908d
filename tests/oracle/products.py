"""Mult-Adds and learned numbers of model files, as products of sizes: nothing of costcalc is read.

One function for each format: sizes of what layers leave are worked out as the format's own program
does, a layer that multiplies adds its product, and what is not known stops it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

#: Channels, height, width.
Map = tuple[int, ...]


class Products(NamedTuple):
    """What a network costs, and what it learns."""

    mult_adds: int
    learned: int


class Unknown(Exception):
    """There is no product for this."""


def _side(side: int, kernel: int, stride: int, around: int, dilation: int = 1) -> int:
    return (side + around - dilation * (kernel - 1) - 1) // stride + 1


# --- Darknet: parser.c and the layers of AlexeyAB's fork ------------------------------------------


def darknet(path: Path, size: Map | None = None) -> Products:
    """Of a configuration; two of its own billions of operations are one Mult-Add."""
    found = re.findall(
        r"^\s*\[(\w+)\]\s*$|^\s*([^#;\s=\[]+)\s*=\s*([^#\n]*?)\s*(?:#.*)?$", path.read_text(), re.M
    )
    sections: list[tuple[str, dict[str, str]]] = []
    for kind, name, value in found:
        if kind:
            sections.append((kind.lower(), {}))
        else:
            sections[-1][1].setdefault(name, value)  # the first is found
    (_, net), *layers = sections
    c, h, w = size or [int(net.get(one, 0)) for one in ("channels", "height", "width")]
    if not c:
        c, h, w = int(net["inputs"]), 1, 1
    maps: list[Map] = []
    mult_adds = learned = 0
    for i, (kind, options) in enumerate(layers):

        def of(name: str, otherwise: int = 0, options: dict[str, str] = options) -> int:
            return int(options.get(name, otherwise))

        def at(name: str, options: dict[str, str] = options, i: int = i) -> list[Map]:
            places = [int(one) for one in options[name].split(",") if one.strip()]
            return [maps[one if one >= 0 else i + one] for one in places]

        k, stride, n = of("size", 1), of("stride", 1), of("filters", 1)
        if kind in ("convolutional", "conv"):
            weights = k * k * c * n // of("groups", 1)
            pad = k // 2 if of("pad") else of("padding")
            h, w = (
                (side + 2 * pad - k) // of(f"stride_{x}", stride) + 1
                for side, x in ((h, "y"), (w, "x"))
            )
            mult_adds += weights * h * w
            if "share_index" not in options:
                learned += weights + n * (2 if of("batch_normalize") else 1)
            c = n
        elif kind in ("connected", "conn"):
            n = of("output", 1)
            mult_adds += c * h * w * n
            learned += c * h * w * n + n * (2 if of("batch_normalize") else 1)
            c, h, w = n, 1, 1
        elif kind in ("maxpool", "max", "local_avgpool"):
            k = of("size", stride)
            h, w = ((side + of("padding", k - 1) - k) // stride + 1 for side in (h, w))
        elif kind in ("avgpool", "avg"):
            h = w = 1
        elif kind == "route":
            read = at("layers")
            c, h, w = sum(one[0] for one in read) // of("groups", 1), read[0][1], read[0][2]
        elif kind == "shortcut":
            kinds = {"per_feature": 1, "per_layer": 1, "per_channel": c}
            learned += (len(at("from")) + 1) * kinds.get(options.get("weights_type", ""), 0)
        elif kind in ("reorg", "reorg3d"):
            s = stride
            c, h, w = (c // s**2, h * s, w * s) if of("reverse") else (c * s**2, h // s, w // s)
        elif kind == "upsample":
            h, w = h * of("stride", 2), w * of("stride", 2)
        elif kind == "crop":
            h, w = of("crop_height", 1), of("crop_width", 1)
        elif kind in ("scale_channels", "sam"):
            ((c, h, w),) = at("from")
        elif kind == "batchnorm":
            learned += 2 * c
        elif kind not in (
            "softmax",
            "soft",
            "cost",
            "dropout",
            "yolo",
            "region",
            "detection",
            "activation",
            "gaussian_yolo",
            "contrastive",
            "lrn",
            "normalization",
            "empty",
            "silence",
        ):
            raise Unknown(kind)
        maps.append((c, h, w))
    return Products(mult_adds, learned)


# --- Caffe: caffe.proto, and the layers that forks added to it ------------------------------------


def _messages(text: str) -> list[tuple[str, Any]]:
    """The fields of a prototxt."""
    words = re.findall(r"#[^\n]*|\"[^\"]*\"|'[^']*'|[{}]|[^\s{}:;,\"'#]+", text)
    open_: list[list[tuple[str, Any]]] = [[]]
    name = ""
    for word in (one for one in words if not one.startswith("#")):
        if word == "{":
            open_.append([])
            open_[-2].append((name, open_[-1]))
            name = ""
        elif word == "}":
            open_.pop()
        elif name:
            open_[-1].append((name, word.strip("\"'")))
            name = ""
        else:
            name = word
    (fields,) = open_
    return fields


def _all(fields: list[tuple[str, Any]], name: str) -> list[Any]:
    return [value for key, value in fields if key == name]


def _dims(fields: list[tuple[str, Any]]) -> list[int]:
    return [int(one) for one in _all(fields, "dim")]


_SAME = (
    "relu", "relu6", "sigmoid", "tanh", "elu", "selu", "swish", "mish", "softmax", "lrn", "dropout",
    "split", "eltwise", "power", "absval", "log", "exp", "seludropout", "shufflechannel",
)  # fmt: skip


def caffe(path: Path, size: Map | None = None) -> Products:
    """Of a network for deployment; ``size`` is what enters where the file does not say."""
    net = _messages(path.read_text())
    maps: dict[str, Map] = {}
    tops = _all(net, "input")
    dims = [int(one) for one in _all(net, "input_dim")]
    shapes = [dims[i : i + 4] for i in range(0, len(dims), 4)] + [
        *map(_dims, _all(net, "input_shape"))
    ]
    maps |= {top: tuple(shape[1:]) for top, shape in zip(tops, shapes, strict=False)}
    mult_adds = learned = 0
    for layer in [*_all(net, "layer"), *_all(net, "layers")]:
        kind = _all(layer, "type")[0].lower().replace("_", "")
        phases = [one for part in _all(layer, "include") for one in _all(part, "phase")]
        trains = "TRAIN" in phases and not (
            kind.endswith("data") and "TEST" not in path.read_text()
        )
        if trains or kind in ("accuracy", "silence", "segaccuracy") or kind.endswith("loss"):
            continue
        given: dict[str, list[Any]] = {}
        for name, part in layer:
            if name.endswith("_param") and isinstance(part, list):
                for key, value in part:
                    given.setdefault(key, []).append(value)

        def pair(name: str, otherwise: int, long: str = "", given: Any = given) -> list[int]:
            both = [int(one) for one in given.get(name, ())] or [
                int(given.get(f"{long or name}_{side}", [otherwise])[0]) for side in "hw"
            ]
            return [both[0], both[-1]]

        read, top = [maps[one] for one in _all(layer, "bottom")], _all(layer, "top")
        c, h, w = (*(read[0] if read else size or ()), 1, 1, 1)[:3]
        out = [(c, h, w)] * len(top)
        n = int(given.get("num_output", [0])[0])
        biased = given.get("bias_term", ["true"])[0] == "true"
        if kind == "input":
            shapes = [_dims(one) for one in given["shape"]]
            out = [tuple(one[1:]) for one in shapes] * (len(top) if len(shapes) == 1 else 1)
        elif kind.endswith("data"):
            out = [(c, h, w), (1, 1, 1)][: len(top)]
        elif kind in (
            "convolution",
            "convolutiondepthwise",
            "depthwiseconvolution",
            "deconvolution",
        ):
            (kh, kw), s, p = pair("kernel_size", 1, "kernel"), pair("stride", 1), pair("pad", 0)
            d = pair("dilation", 1)
            groups = c if "depthwise" in kind else int(given.get("group", [1])[0])
            weights = kh * kw * c * n // groups
            learned += weights + n * biased
            if kind == "deconvolution":
                mult_adds += weights * h * w
                sides = [
                    (x - 1) * s[i] + d[i] * ((kh, kw)[i] - 1) + 1 - 2 * p[i]
                    for i, x in enumerate((h, w))
                ]
            else:
                sides = [_side(x, (kh, kw)[i], s[i], 2 * p[i], d[i]) for i, x in enumerate((h, w))]
                mult_adds += weights * math.prod(sides)
            out = [(n, *sides)]
        elif kind == "innerproduct":
            mult_adds += c * h * w * n
            learned += c * h * w * n + n * biased
            out = [(n, 1, 1)]
        elif kind == "pooling":
            k, s, p = pair("kernel_size", 1, "kernel"), pair("stride", 1), pair("pad", 0)
            if given.get("global_pooling", ["false"])[0] == "true":
                out = [(c, 1, 1)]
            else:
                sides = []
                for i, side in enumerate((h, w)):
                    places = -(-(side + 2 * p[i] - k[i]) // s[i]) + 1
                    if given.get("ceil_mode", ["true"])[0] == "false":
                        places = (side + 2 * p[i] - k[i]) // s[i] + 1
                    if p[i] and (places - 1) * s[i] >= side + p[i]:
                        places -= 1
                    sides.append(places)
                out = [(c, *sides)]
        elif kind == "scale" and len(read) == 1:
            learned += c * (2 if given.get("bias_term", ["false"])[0] == "true" else 1)
        elif kind == "bn":
            learned += 2 * c
        elif kind in ("bias", "normalize"):
            learned += c
        elif kind == "prelu":
            learned += 1 if given.get("channel_shared", ["false"])[0] == "true" else c
        elif kind == "concat":
            out = [(sum(one[0] for one in read), *read[0][1:])]
        elif kind == "slice":
            points = [int(one) for one in given.get("slice_point", ())]
            points = points or [c * i // len(top) for i in range(1, len(top))]
            out = [(b - a, h, w) for a, b in zip([0, *points], [*points, c], strict=False)]
        elif kind == "crop":
            out = [(c, *read[1][1:])]
        elif kind == "flatten":
            out = [(c * h * w, 1, 1)]
        elif kind == "axpy":
            out = [read[1]]
        elif kind == "interp":
            out = (
                [(c, *read[1][1:])]
                if len(read) > 1
                else [(c, *(int(given[x][0]) for x in ("height", "width")))]
            )
        elif kind == "reshape":
            (shape,) = given["shape"]
            wanted = [x or y for x, y in zip(_dims(shape)[1:], (c, h, w), strict=False)]
            rest = c * h * w // abs(math.prod(wanted))
            out = [tuple(rest if x == -1 else x for x in wanted)]
        elif kind not in (*_SAME, "batchnorm", "scale"):
            raise Unknown(kind)
        maps.update(zip(top, out, strict=False))
    return Products(mult_adds, learned)


# --- TensorFlow Lite: every size is in the file ---------------------------------------------------


def tflite(path: Path, _: Map | None = None) -> Products:
    """Of a file; learned are kernels, and constants that are added to or multiplied with maps."""
    import tflite as schema

    model = schema.Model.GetRootAsModel(path.read_bytes(), 0)
    graph = model.Subgraphs(0)
    words = {code: word for word, code in vars(schema.BuiltinOperator).items() if word.isupper()}
    tensors = [graph.Tensors(i) for i in range(graph.TensorsLength())]
    shapes = [[one.Shape(i) for i in range(one.ShapeLength())] for one in tensors]
    given = {graph.Inputs(i) for i in range(graph.InputsLength())}
    made, learned, mult_adds = dict[int, int](), dict[int, int](), 0
    for i in range(graph.OperatorsLength()):
        operator = graph.Operators(i)
        code = model.OperatorCodes(operator.OpcodeIndex())
        word = words[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        word = code.CustomCode().decode() if word == "CUSTOM" else word
        reads = [operator.Inputs(j) for j in range(operator.InputsLength())]
        out = operator.Outputs(0)
        (x, w), y = ([shapes[j] if j >= 0 else [] for j in (*reads, -1, -1)[:2]], shapes[out])
        constants = [j for j in reads if j >= 0 and j not in given]
        if word in ("DEQUANTIZE", "DENSIFY", "RESHAPE", "QUANTIZE") and reads[0] in constants:
            made[out] = made.get(reads[0], reads[0])
            continue
        weights = constants[:0]
        if word == "CONV_2D":
            mult_adds += math.prod(y) * math.prod(w[1:])
            weights = constants
        elif word == "DEPTHWISE_CONV_2D":
            mult_adds += math.prod(y) * w[1] * w[2]
            weights = constants
        elif word == "FULLY_CONNECTED":
            mult_adds += math.prod(y) * w[1]
            weights = constants
        elif word == "TRANSPOSE_CONV":
            mult_adds += math.prod(shapes[reads[2]][:3]) * math.prod(w)
            weights = [j for j in constants if j != reads[0]]
        elif word == "Convolution2DTransposeBias":
            mult_adds += math.prod(x[:3]) * math.prod(w)
            weights = constants
        elif word == "BATCH_MATMUL":
            mult_adds += math.prod(y) * x[-1]
            weights = constants
        elif word == "UNIDIRECTIONAL_SEQUENCE_LSTM":
            matrices = [j for j in reads[1:9] if j >= 0]
            mult_adds += math.prod(x[:2]) * sum(math.prod(shapes[j]) for j in matrices)
            weights = [j for j in reads[1:18] if j >= 0]
        elif word in ("ADD", "SUB", "MUL", "DIV", "PRELU", "MAXIMUM", "MINIMUM", "CONCATENATION"):
            weights = [j for j in constants if math.prod(shapes[j]) > 1]
        elif word in ("SVDF", "WHILE", "IF") or word == "CUSTOM":
            raise Unknown(word)
        for j in weights:
            origin = made.get(j, j)
            data = model.Buffers(tensors[origin].Buffer())
            if data.DataLength() or getattr(data, "Size", int)():
                learned[origin] = math.prod(shapes[origin])
        given.update(operator.Outputs(j) for j in range(operator.OutputsLength()))
    return Products(mult_adds, sum(learned.values()))


# --- ONNX: the onnx package says how large tensors are --------------------------------------------


def onnx(path: Path, size: Map | None = None) -> Products:
    """Of a model, at a batch of one; ``size`` is that of its input, where that is open."""
    import onnx as package

    model = package.load(path, load_external_data=False)
    graph = model.graph
    shapes = {one.name: [*one.dims] for one in graph.initializer}
    types = {one.name: one.data_type for one in graph.initializer}
    for one in (one for one in graph.input if one.name not in shapes):
        dims = one.type.tensor_type.shape.dim
        sizes = [1, *(size or ())] if size and len(dims) == len(size) + 1 else []
        for dim, said in zip(dims, sizes or [one.dim_value or 1 for one in dims], strict=False):
            dim.dim_value = said
    for one in graph.output:
        one.type.tensor_type.ClearField("shape")
    del graph.value_info[:]
    inferred = package.shape_inference.infer_shapes(model, data_prop=True).graph
    for one in (*inferred.value_info, *inferred.input, *inferred.output):
        if one.type.tensor_type.HasField("shape"):
            shapes.setdefault(one.name, [dim.dim_value for dim in one.type.tensor_type.shape.dim])
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            tensor = node.attribute[0].t
            shapes[node.output[0]], types[node.output[0]] = [*tensor.dims], tensor.data_type
        elif node.op_type == "ConstantOfShape":
            types[node.output[0]] = node.attribute[0].t.data_type if node.attribute else 1
    if any(0 in shapes.get(one, [0]) for node in graph.node for one in node.output[:1]):
        shapes |= _run(model, shapes)
    made, learned, mult_adds = dict[str, str](), dict[str, int](), 0
    for node in graph.node:
        given = {one.name: package.helper.get_attribute_value(one) for one in node.attribute}
        reads = [*node.input]
        if node.op_type in _VIEWS and made.get(reads[0], reads[0]) in types:
            made[node.output[0]] = made.get(reads[0], reads[0])
            continue
        if node.op_type in ("If", "Loop", "Scan") or node.domain not in ("", "ai.onnx"):
            raise Unknown(node.op_type)
        sizes = [shapes.get(one, []) for one in reads]
        products = _onnx_products(node.op_type, sizes, shapes.get(node.output[0], []), given)
        mult_adds += products or 0
        kept, least = reads[:4], 1 if products is not None or node.op_type == "PRelu" else 2
        if node.op_type == "BatchNormalization":
            kept, products = reads[1:3], 0
        elif node.op_type == "QLinearConv":
            kept = [reads[3], *reads[8:]]
        for one in kept if products is not None or node.op_type in _LEARNED else ():
            origin = made.get(one, one)
            whole = types.get(origin) in _FLOATS or node.op_type == "QLinearConv" or one in made
            if origin in types and whole and math.prod(shapes[origin]) >= least:
                learned[origin] = math.prod(shapes[origin])
    return Products(mult_adds, sum(learned.values()))


def _run(model: Any, shapes: dict[str, list[int]]) -> dict[str, list[int]]:
    """How large all that nodes give is when the model runs on zeros."""
    import numpy
    import onnxruntime

    for node in model.graph.node:
        for one in filter(None, node.output):
            if one not in [output.name for output in model.graph.output]:
                model.graph.output.add().name = one
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    kinds = {"tensor(float)": "float32", "tensor(int64)": "int64", "tensor(int32)": "int32"}
    images = {
        one.name: numpy.zeros([side or 1 for side in shapes[one.name]], kinds[one.type])
        for one in session.get_inputs()
    }
    found = session.run(None, images)
    return {
        one.name: [*value.shape] for one, value in zip(session.get_outputs(), found, strict=False)
    }


#: Types of numbers that are learned: single, half, double and brain.
_FLOATS = (1, 10, 11, 16)
#: One constant in another form.
_VIEWS = (
    "Identity", "Cast", "Reshape", "Transpose", "Unsqueeze", "Squeeze", "DequantizeLinear",
    "Flatten",
)  # fmt: skip
#: They learn what they read that is constant, and multiply nothing that is counted.
_LEARNED = (
    "Add", "Sub", "Mul", "Div", "PRelu", "InstanceNormalization", "GroupNormalization", "Concat",
    "LayerNormalization", "Gather", "Where", "Pow", "Max", "Min", "Sum",
)  # fmt: skip


def _onnx_products(kind: str, reads: Sequence[list[int]], out: list[int], given: Any) -> int | None:
    """The products of one node; None of one that has none."""
    if kind in ("Conv", "ConvTranspose", "QLinearConv", "ConvInteger"):
        weight = reads[3 if kind == "QLinearConv" else 1]
        each = reads[0] if kind == "ConvTranspose" else out
        return math.prod(each) * math.prod(weight[1:])
    if kind == "Gemm":
        a = reads[0][::-1] if given.get("transA") else reads[0]
        return math.prod(out) * a[1]
    if kind in ("MatMul", "MatMulInteger"):
        return math.prod(out) * reads[0][-1]
    if kind in ("LSTM", "GRU", "RNN"):
        steps, batch, _ = reads[0]
        return steps * batch * (math.prod(reads[1]) + math.prod(reads[2]))
    return None


# --- ncnn: weights are in the file, and where places are not they are worked out ------------------


def ncnn(path: Path, size: Map | None = None) -> Products:
    """Of a .param file: as many weights as each layer says, at the places of what it leaves."""
    maps: dict[str, Map] = {}
    mult_adds = learned = 0
    for line in path.read_text().splitlines()[2:]:
        if not line.strip():
            continue
        kind, _, reads, gives, *rest = line.split()
        inputs, outputs = rest[: int(reads)], rest[int(reads) : int(reads) + int(gives)]
        options = dict(one.split("=") for one in rest[int(reads) + int(gives) :])

        def of(key: int, otherwise: int = 0, options: dict[str, str] = options) -> int:
            return int(float(options.get(str(key), otherwise)))

        def window(first: int, side: int, i: int, of: Any = of) -> int:
            """A side after a kernel, its dilation, stride and paddings; 0 are columns, 1 rows."""
            k, s = of(1 + 10 * i, of(1)), of(first + 10 * i, of(first, 1))
            d = of(2 + 10 * i, of(2, 1)) if first == 3 else 1
            p = of(first + 1 + 10 * i, of(first + 1))
            if p in (-233, -234):
                return -(-side // s)
            p += of((14 if i else 4) + (2 if i else 11), p) if first == 3 else p
            if first == 2 and not of(5):
                return -(-(side + p - k) // s) + 1
            return _side(side, k, s, p, d)

        c, h, w = maps.get(inputs[0] if inputs else "", (0, 0, 0))
        out: list[Map] = [(c, h, w)] * len(outputs)
        if kind == "Input":
            out = [size or (of(2), of(1), of(0))]
        elif kind in ("Convolution", "ConvolutionDepthWise"):
            out = [(of(0), window(3, h, 1), window(3, w, 0))]
            mult_adds += of(6) * math.prod(out[0][1:])
            learned += of(6) + of(0) * of(5)
        elif kind in ("Deconvolution", "DeconvolutionDepthWise"):
            s, k = of(3, 1), of(1)
            out = [(of(0), *((x - 1) * s + k - 2 * of(4) + of(18) for x in (h, w)))]
            mult_adds += of(6) * h * w
            learned += of(6) + of(0) * of(5)
        elif kind == "InnerProduct":
            mult_adds += of(2)
            learned += of(2) + of(0) * of(1)
            out = [(of(0), 1, 1)]
        elif kind == "Pooling":
            sides = (1, 1) if of(4) else (window(2, h, 1), window(2, w, 0))
            out = [(c, *((of(18, of(8)), of(8)) if of(7) else sides))]
        elif kind in ("BatchNorm", "LayerNorm"):
            learned += 2 * of(0)
        elif kind == "Scale":
            learned += (of(0) if len(inputs) == 1 else 0) * (1 + of(1))
        elif kind == "PReLU":
            learned += of(0)
        elif kind == "Concat" and not of(0):
            out = [(sum(maps[one][0] for one in inputs), h, w)]
        elif kind == "Slice" and not of(1):
            sizes = [int(one) for one in options["-23300"].split(",")[1:]]
            rest_ = (c - sum(one for one in sizes if one > 0)) // max(1, sizes.count(-233))
            out = [(one if one > 0 else rest_, h, w) for one in sizes]
        elif kind == "Padding":
            out = [(c + of(7) + of(8), h + of(0) + of(1), w + of(2) + of(3))]
        elif kind == "Interp":
            scale = [float(options.get(key, 1)) for key in "12"]
            out = [(c, of(3), of(4))] if of(3) else [(c, int(h * scale[0]), int(w * scale[1]))]
        elif kind in ("BinaryOp", "Eltwise"):
            out = [max((maps[one] for one in inputs), key=math.prod)]
        elif kind == "Reduction":
            out = [(c, 1, 1)]
        elif kind == "MemoryData":
            out = [tuple(of(key) or 1 for key in (0, 1, 2))]
            learned += math.prod(out[0])
        maps.update(zip(outputs, out, strict=False))
    return Products(mult_adds, learned)
