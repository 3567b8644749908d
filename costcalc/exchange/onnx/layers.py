"""What each ONNX operation is in rows, by a table; what is not in it is refused.

Sources: the ONNX operator specification; the documentation of the com.microsoft operators.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from costcalc.exchange import meetings, parts
from costcalc.exchange.maps import Value, around, channels_first, channels_last
from costcalc.exchange.maps import kernel as kernels
from costcalc.exchange.translation import Refused

if TYPE_CHECKING:
    from costcalc.exchange.onnx.graph import Node, Reader

# --- Convolutions and products -------------------------------------------------------------------


def along(sizes: Sequence[int] | None, dimensions: int, rest: int) -> list[int]:
    """The sizes of a window of one or two dimensions; a layer of one runs along the height."""
    given = [*(sizes or [rest] * dimensions)]
    if len(given) > 2:
        raise Refused("a map of three sides")
    return given if dimensions == 2 else [given[0], rest]


def padding(n: Node, kernel: list[int], stride: list[int], dilation: list[int]) -> list[int]:
    """[top, bottom, left, right], as written or as ``auto_pad`` says."""
    word, dimensions = n.get("auto_pad", "NOTSET"), len(n.shape(0)) - 2
    if word in ("NOTSET", "VALID"):
        pads = n.get("pads") if word == "NOTSET" else None
        pads = pads or [0] * 2 * dimensions
        return [pads[0], pads[2], pads[1], pads[3]] if dimensions == 2 else [*pads, 0, 0]
    return around(channels_first(n.shape(0)), kernel, stride, dilation, word == "SAME_UPPER")


def conv(n: Node, data: int = 0, weight: int = 1, bias: int = 2) -> Value:
    """``conv``, or ``dwconv`` where each channel has its own filters."""
    out, _, *kernel = n.shape(weight)
    dimensions, groups = len(kernel), n.get("group", 1)
    x = n.flow.value(n.inputs[data], channels_first(n.shape(data)))
    kernel, dilation = along(kernel, dimensions, 1), along(n.get("dilations"), dimensions, 1)
    stride = along(n.get("strides"), dimensions, 1)
    columns = kernels(kernel, out, groups, x.form[2])
    columns |= {"stride": stride, "padding": padding(n, kernel, stride, dilation)}
    columns |= {"dilation": dilation, "bias": n.has(bias)}
    weights = learned(n, weight, (out, *[1] * (dimensions + 1)), columns)
    weights = [*weights, n.inputs[bias]] if n.has(bias) else weights
    return n.flow.row(columns, x, form=channels_first(n.out), weights=weights)


def learned(n: Node, weight: int, factor: tuple[int, ...], columns: dict[str, Any]) -> list[str]:
    """The tensors that kernels are made of; notes in the columns a gain, which has the shape of
    such a factor."""
    weights = n.graph.products.get(n.inputs[weight], [])
    given = [n.flow.shapes[key] for key in weights if key not in n.graph.stated]
    if given != [n.shape(weight), factor]:
        return [n.inputs[weight]]
    columns["gain"] = True
    return weights


def transposed(n: Node) -> Value:
    """``tconv``; where the file says how large its map is, that says the padding."""
    _, out, *kernel = n.shape(1)
    if len(kernel) != 2:
        raise Refused("a transposed convolution of other than two sides")
    x, form = n.flow.value(n.inputs[0], channels_first(n.shape(0))), channels_first(n.out)
    stride, dilation = n.get("strides", [1, 1]), n.get("dilations", [1, 1])
    groups, extra = n.get("group", 1), n.get("output_padding", [0, 0])
    pads = n.get("pads", [0, 0, 0, 0])
    if n.get("auto_pad", "NOTSET") not in ("NOTSET", "VALID") or "output_shape" in n.given:
        pads, extra = [0, 0, 0, 0], [0, 0]
        for i in (0, 1):
            reach = dilation[i] * (kernel[i] - 1) + 1
            total = (x.form[i] - 1) * stride[i] + reach - form[i]
            pads[i], pads[i + 2] = (total // 2, total - total // 2) if total > 0 else (0, 0)
            extra[i] = max(-total, 0)
    columns: dict[str, Any] = {
        "tconv": kernel,
        "out": out * groups,
        "stride": stride,
        "padding": [pads[0], pads[2], pads[1], pads[3]],
        "output_padding": extra,
        "dilation": dilation,
        "groups": groups,
        "bias": n.has(2),
    }
    weights = learned(n, 1, (1, out * groups, 1, 1), columns)
    weights = [*weights, n.inputs[2]] if n.has(2) else weights
    return n.flow.row(columns, x, form=form, weights=weights)


def gemm(n: Node) -> Value:
    """``fc``: a vector times a matrix."""
    if n.get("transA", 0) or n.flow.is_map(n.inputs[1]):
        raise Refused("Gemm of other than a map and weights")
    out = n.shape(1)[0 if n.get("transB", 0) else 1]
    bias = n.inputs[2] if n.has(2) else None
    whole = bias is None or n.flow.is_map(bias) or n.flow.size(bias) == out
    if not whole:
        raise Refused("Gemm with a bias of another size")
    return meetings.linear(n.flow, n.inputs[0], n.inputs[1], bias, out)


def matmul(n: Node, a: int = 0, b: int = 1) -> Value:
    return meetings.product(n.flow, n.inputs[a], n.inputs[b], n.out)


def quantised(n: Node) -> Value:
    """``QLinearConv``: the numbers beside the tensors are how they are coded."""
    n.settings(1, 2, 4, 5, 6, 7)
    return conv(n, 0, 3, 8)


# --- Norms and pools -----------------------------------------------------------------------------


def batch_norm(n: Node) -> Value:
    n.settings(3, 4)
    return norm(n, "bn")


def norm(n: Node, row: str, value: Any = None) -> Value:
    x = n.flow.value(n.inputs[0], channels_first(n.shape(0)))
    weights = n.inputs[1:3]
    if row == "groupnorm":
        value = n.get("num_groups")
    columns: dict[str, Any] = {row: value}
    if any(n.flow.size(key) != x.form[2] for key in weights):
        raise Refused(f"{n.kind} with other than one value per channel")
    for part, key, one in zip(("scale", "shift"), n.inputs[1:3], (1, 0), strict=True):
        if n.graph.is_all(key, one):
            n.flow.setting(key)
            n.flow.stands_in(f"a {part} of {one} in every channel of a norm, no parameters")
            columns[part], weights = False, [own for own in weights if own != key]
    return n.flow.row(columns, x, form=x.form, weights=weights)


def layer_norm(n: Node, row: str = "layernorm") -> Value:
    if n.get("axis", -1) % len(n.shape(0)) != len(n.shape(0)) - 1:
        raise Refused(f"{n.kind} over several dimensions")
    x, weights = n.flow.value(n.inputs[0], channels_last(n.shape(0))), n.inputs[1:3]
    columns: dict[str, Any] = {row: None}
    if row == "layernorm" and len(weights) < 2:
        columns["shift"] = False
    return n.flow.row(columns, x, form=x.form, weights=weights)


def l2_norm(n: Node) -> Value:
    x = n.flow.value(n.inputs[0], channels_first(n.shape(0)))
    if n.get("axis", -1) % len(n.shape(0)) != 1 or n.get("p", 2) != 2:
        raise Refused("LpNormalization other than the L2 norm of the channels")
    return n.flow.row({"l2norm": None, "scale": False}, x, form=x.form)


def lrn(n: Node) -> Value:
    x = n.flow.value(n.inputs[0])
    return n.flow.row({"lrn": n.get("size")}, x, form=x.form)


def pool(n: Node, row: str) -> Value:
    kernel = n.get("kernel_shape")
    dimensions = len(kernel)
    kernel, dilation = along(kernel, dimensions, 1), along(n.get("dilations"), dimensions, 1)
    stride = along(n.get("strides"), dimensions, 1)
    x = n.flow.value(n.inputs[0], channels_first(n.shape(0)))
    columns: dict[str, Any] = {row: kernel, "stride": stride}
    columns["padding"] = padding(n, kernel, stride, dilation)
    if n.get("ceil_mode", 0):
        columns["round"] = "up"
    if row == "maxpool":
        columns["dilation"] = dilation
    elif dilation != [1, 1]:
        raise Refused("an average pool with a dilation")
    if len(n.outputs) > 1 and n.outputs[1]:
        raise Refused("a pool whose indices are read")
    return n.flow.row(columns, x, form=channels_first(n.out))


def global_pool(n: Node, row: str) -> Value:
    x = n.flow.value(n.inputs[0], channels_first(n.shape(0)))
    return n.flow.row({row: "global"}, x, form=channels_first(n.out))


def reduce(n: Node, row: str, said: str = "") -> Value:
    dims = n.constant(1, "axes")
    rank = range(len(n.shape(0)))
    return parts.reduced(n.flow, n.inputs[0], [*(dims or rank)], row, said)


def recurrent(n: Node, row: str, gates: int) -> list[Value | None]:
    """Steps x batch x channels; ONNX has two biases for each gate and value."""
    n.settings(*range(4, 8))
    hidden, both = n.get("hidden_size"), n.get("direction", "forward") == "bidirectional"
    steps, batch, _ = n.shape(0)
    x = n.flow.value(n.inputs[0], (steps, batch, n.shape(0)[2]))
    columns = {row: hidden, "biases": 2 if n.has(3) else 0, "bidirectional": both}
    weights = (*n.inputs[1:3], n.inputs[3] if n.has(3) else None)
    form = (steps, batch, hidden * (1 + both))
    made = n.flow.row(columns, x, form=form, weights=weights)
    last = n.flow.row({"crop": [1, batch]}, made) if any(n.outputs[1:]) else None
    return [made, last, last]


#: By the name of the operation; of others than ONNX's own, with its domain.
LAYERS: dict[str, Reader] = {
    "Conv": conv,
    "ConvTranspose": transposed,
    "Gemm": gemm,
    "MatMul": matmul,
    "QLinearConv": quantised,
    "BatchNormalization": batch_norm,
    "InstanceNormalization": partial(norm, row="instancenorm"),
    "GroupNormalization": partial(norm, row="groupnorm"),
    "LayerNormalization": layer_norm,
    "RMSNormalization": partial(layer_norm, row="rmsnorm"),
    "LRN": lrn,
    "LpNormalization": l2_norm,
    "MaxPool": partial(pool, row="maxpool"),
    "AveragePool": partial(pool, row="avgpool"),
    "GlobalAveragePool": partial(global_pool, row="avgpool"),
    "GlobalMaxPool": partial(global_pool, row="maxpool"),
    "ReduceMean": partial(reduce, row="avgpool"),
    "ReduceMax": partial(reduce, row="maxpool"),
    "ReduceMin": partial(reduce, row="maxpool", said="ReduceMin"),
    "ReduceSum": partial(reduce, row="avgpool", said="ReduceSum"),
    "LSTM": partial(recurrent, row="lstm", gates=4),
    "GRU": partial(recurrent, row="gru", gates=3),
    "RNN": partial(recurrent, row="rnn", gates=1),
}
