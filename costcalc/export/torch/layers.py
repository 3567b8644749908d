"""Writers of the rows that compute: convolutions, fully connected and recurrent layers, pools, and
what meets. Rows that say how they are coded are written so."""

from __future__ import annotations

from functools import partial

from costcalc.export.geometry import window as window_of
from costcalc.export.rows import Row, Unsaid, whole
from costcalc.export.torch.code import Arguments, Code, Writing, keyword, leaving, met, number, pair
from costcalc.export.torch.values import (
    LAST,
    TOKENS,
    VECTOR,
    Value,
    alike,
    as_last,
    as_maps,
    as_tokens,
    as_vector,
    by_heads,
)
from costcalc.graph.layers import Layer
from costcalc.operators.extents import To
from costcalc.operators.geometry import along, around


def surrounded(
    m: Code, x: Value, layer: Layer, said: Arguments, filled: str = "", half: bool = False
) -> tuple[Value, str]:
    """A map, and the padding of a window over it, which PyTorch has alike before and after.

    Where that gives the sides that ``same`` asks for, the window stands there (with a stride of 2,
    a mirror image of TensorFlow's). Elsewhere a module pads before it.
    """
    slid, evenly = window_of(Row(layer, said, [x])), []
    pads = [*zip(slid.before, slid.after, strict=True)]
    kernel, stride = whole(*layer.kernel or ()), whole(*layer.stride or ())
    for axis, (before, after) in enumerate(pads):
        (dilation,) = whole(said.get("dilation", (1, 1))[axis])
        side, to = whole(layer.input[axis], layer.output[axis])
        more = max(before, after)
        sides = (side + 2 * more - dilation * (kernel[axis] - 1) - 1) // stride[axis] + 1
        same = said["padding"] == "same" and sides == to
        if not (before == after or same) or (half and 2 * more > kernel[axis]):
            break
        evenly.append(more)
    if len(evenly) == 2:
        return x, pair(evenly)
    (top, bottom), (left, right) = pads
    around_it = number("pad", f"({left}, {right}, {top}, {bottom})")
    if filled == "mean" or said.get("round") == "up":
        raise Unsaid("an uneven padding of a mean, or of a window that rounds up")
    made = f"nn.ConstantPad2d({around_it}, {filled})" if filled else f"nn.ZeroPad2d({around_it})"
    return m.module(x, made, "pad"), "0"


# --- Convolutions and what is fully connected ---------------------------------------------------


def window(said: Arguments, layer: Layer, pads: str) -> str:
    """Kernel and columns of a window, behind the channels."""
    kernel, stride = whole(*layer.kernel or ()), whole(*layer.stride or ())
    return (
        number("kernel_size", pair(kernel))
        + keyword("stride", pair(stride), 1)
        + keyword("padding", pads, 0)
        + keyword("dilation", pair(whole(*said.get("dilation", (1, 1)))), 1)
    )


def conv(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    arriving, out, groups = whole(layer.input[2], layer.output[2], layer.groups or 1)
    channels = f"{number('in_channels', arriving)}, {number('out_channels', out)}"
    bias = keyword("bias", said["bias"], True)
    if layer.coded == "linear":
        dense = m.module(as_vector(inputs[0]), f"nn.Linear({channels}{bias})")
        return leaving(dense, layer, VECTOR)
    x, pads = surrounded(m, as_maps(inputs[0]), layer, said)
    made = f"nn.Conv2d({channels}, {window(said, layer, pads)}{keyword('groups', groups, 1)}{bias})"
    dims = [out, arriving // groups, *whole(*layer.kernel or ())]
    if said["fixed"]:
        columns = [pair(whole(*layer.stride or ())), pads, pair(whole(*said["dilation"]))]
        return leaving(fixed(m, x, said, "conv2d", dims, [*columns, str(groups)]), layer)
    return leaving(m.module(x, with_gain(made, said)), layer)


def with_gain(made: str, said: Arguments, dim: str = "") -> str:
    """What is learned beside a kernel: its size by output channel, which has that dimension."""
    return f"nn.utils.parametrizations.weight_norm({made}{dim})" if said["gain"] else made


def fixed(
    m: Code, x: Value, said: Arguments, name: str, dims: list[int], columns: list[str]
) -> Value:
    """A convolution whose kernel is a constant, the mean of what it covers."""
    full = ", ".join(number("size", dim) for dim in dims)
    kernel = m.constant("kernel", f"torch.ones({full}) / {number('taps', dims[1] * dims[2])}")
    out = dims[0] if name == "conv2d" else dims[1] * int(columns[-2])
    bias = "None"
    if said["bias"]:
        bias = m.constant("bias", f"torch.zeros({number('out_channels', out)})")
    rest = ", ".join([kernel, bias, *(number("column", value) for value in columns)])
    return x._replace(text=f"F.{name}({x.text}, {rest})")


def transposed(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    """What ``same`` or an uneven padding cuts off more on one side is added on the other."""
    arriving, out, groups = whole(layer.input[2], layer.output[2], layer.groups or 1)
    kernel, stride = whole(*layer.kernel or ()), whole(*layer.stride or ())
    dilation, extra, pads = whole(*said["dilation"]), whole(*said["output_padding"]), []
    for axis in range(2):
        reach, around_it = dilation[axis] * (kernel[axis] - 1), along(said["padding"], axis)
        over = reach + 1 - stride[axis]
        if around_it == "same":
            before, after = max(over, 0) // 2, max(over, 0) - max(over, 0) // 2
            extra[axis] = max(-over, 0)
        else:
            before, after = whole(*around(around_it, reach))
        pads.append(max(before, after))
        extra[axis] += 2 * pads[axis] - before - after
        if extra[axis] >= max(stride[axis], dilation[axis]):
            raise Unsaid("an output padding that reaches over a stride")
    channels = f"{number('in_channels', arriving)}, {number('out_channels', out)}"
    x = as_maps(inputs[0])
    if said["fixed"]:
        dims = [arriving, out // groups, *kernel]
        columns = [pair(stride), pair(pads), pair(extra), str(groups), pair(dilation)]
        return leaving(fixed(m, x, said, "conv_transpose2d", dims, columns), layer)
    made = (
        f"nn.ConvTranspose2d({channels}, {number('kernel_size', pair(kernel))}"
        + keyword("stride", pair(stride), 1)
        + keyword("padding", pair(pads), 0)
        + keyword("output_padding", pair(extra), 0)
        + keyword("groups", groups, 1)
        + keyword("bias", said["bias"], True)
        + keyword("dilation", pair(dilation), 1)
        + ")"
    )
    return leaving(m.module(x, with_gain(made, said, ", dim=1")), layer)


def linear(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    arriving, out = whole(layer.input[2], layer.output[2])
    channels = f"{number('in_features', arriving)}, {number('out_features', out)}"
    x = as_vector(inputs[0]) if layer.operator == "fc" else as_last(inputs[0])
    made = m.module(x, f"nn.Linear({channels}{keyword('bias', said['bias'], True)})")
    return leaving(made, layer)


def recurrent(m: Code, layer: Layer, said: Arguments, inputs: list[Value], name: str) -> Value:
    """(batch, steps, channels); the columns of a map stand in the batch."""
    if said["biases"] == "1":
        raise Unsaid("a recurrent layer with one bias")
    x, (_, width, arriving) = as_last(inputs[0]), inputs[0].shape
    x = x.then(".transpose(1, 2).flatten(0, 1)", TOKENS) if x.form == LAST else as_tokens(x)
    hidden = number("hidden_size", whole(said["hidden"])[0])
    made = m.module(
        x,
        f"nn.{name}({number('input_size', arriving)}, {hidden}"
        + keyword("bias", said["biases"] != "0", True)
        + ", batch_first=True"
        + keyword("bidirectional", bool(said["bidirectional"]), False)
        + ")",
    ).then("[0][:, -1:]" if said["last"] else "[0]")
    if width != 1:
        made = made.then(f".unflatten(0, (-1, {number('columns', width)})).transpose(1, 2)", LAST)
    return leaving(made, layer)


# --- Pools, and what meets ----------------------------------------------------------------------


def pool(m: Code, layer: Layer, said: Arguments, inputs: list[Value], name: str) -> Value:
    kernel, mean, functional = said["kernel"], name == "Avg", layer.coded == "functional"
    x = as_maps(inputs[0])
    if isinstance(kernel, str):
        dim = x.axis(kernel)
        return leaving(x.then(f".{'mean' if mean else 'amax'}({dim}, keepdim=True)"), layer)
    if kernel is None or isinstance(kernel, To):
        size = "1" if kernel is None else number("size", pair(whole(*kernel)))
        if functional:
            call = f"F.adaptive_{name.lower()}_pool2d({x.text}, {size})"
            return leaving(x._replace(text=call), layer)
        return leaving(m.module(x, f"nn.Adaptive{name}Pool2d({size})"), layer)
    x, pads = surrounded(m, x, layer, said, "mean" if mean else 'float("-inf")', half=True)
    rows, columns = whole(*kernel)
    given = f"({rows}, {columns})" if layer.coded == "tuple" else pair([rows, columns])
    stride = pair(whole(*layer.stride or ()))
    given = number("kernel_size", given) + keyword("stride", stride, pair([rows, columns]))
    given += keyword("padding", pads, 0)
    if not mean:
        given += keyword("dilation", pair(whole(*said["dilation"])), 1)
    given += keyword("ceil_mode", said["round"] == "up", False)
    if mean and said["padding"] == "same" and pads != "0":
        given += ", count_include_pad=False"
    if functional:
        return leaving(x._replace(text=f"F.{name.lower()}_pool2d({x.text}, {given})"), layer)
    return leaving(m.module(x, f"nn.{name}Pool2d({given})"), layer)


def fractional(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    size = number("size", f"({', '.join(map(str, whole(*layer.output[:2])))})")
    made = m.module(as_maps(inputs[0]), f"nn.FractionalMaxPool2d(2, output_size={size})")
    return leaving(made, layer)


def merged(m: Code, layer: Layer, said: Arguments, inputs: list[Value], sign: str) -> Value:
    """A sum or a product of two or more; PyTorch spreads sides and channels of 1, too."""
    values = alike(inputs)
    total = values[0].text
    for other in values[1:]:
        total = met(total, sign, other.text, layer.coded == "functional")
    return leaving(values[0]._replace(text=total, alone=False), layer)


def matmul(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    """Each head by itself."""
    (heads,) = whole(said["heads"])
    a, b = (by_heads(value, heads) for value in inputs)
    second = f"{b.text}.transpose(-2, -1)" if said["over"] == "channels" else b.text
    call = f"torch.matmul({a.text}, {second})" if layer.coded == "functional" else ""
    return leaving(a._replace(text=call or f"{a.text} @ {second}"), layer)


LAYERS: dict[str, Writing] = {
    "conv": conv,
    "dwconv": conv,
    "tconv": transposed,
    "fc": linear,
    "linear": linear,
    "lstm": partial(recurrent, name="LSTM"),
    "gru": partial(recurrent, name="GRU"),
    "rnn": partial(recurrent, name="RNN"),
    "maxpool": partial(pool, name="Max"),
    "avgpool": partial(pool, name="Avg"),
    "fmp": fractional,
    "add": partial(merged, sign="+"),
    "multiply": partial(merged, sign="*"),
    "matmul": matmul,
}
