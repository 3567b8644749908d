"""Writers of the rows that compute: convolutions, fully connected and recurrent layers, pools, and
what meets. Rows that say how they are coded are written so."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from math import prod

from costcalc.export.geometry import Pair, rounds_up, transposed, window
from costcalc.export.rows import Row, Unsaid
from costcalc.export.torch.code import Code, Writing, given, keyword, number, pair
from costcalc.export.torch.values import LAST, TOKENS, Value, alike
from costcalc.operators.extents import To


def surrounded(m: Code, row: Row[Value], filled: str = "") -> tuple[Value, str]:
    """A map, and the padding of a window over it, which PyTorch has alike before and after, and of
    a pool (``filled``) at most half as large as the window.

    Where that gives the sides that ``same`` asks for, the window stands there (with a stride of 2,
    a mirror image of TensorFlow's). Elsewhere a module pads before it.
    """
    x, slid, evenly = row.x.maps, window(row), []
    for axis in slid.axes:
        more = max(axis.before, axis.after)
        to = (axis.side + 2 * more - axis.reach - 1) // axis.stride + 1
        as_good = row.said["padding"] == "same" and to == axis.to
        if (axis.before == axis.after or as_good) and not (filled and 2 * more > axis.kernel):
            evenly.append(more)
    if len(evenly) == 2:
        return x, pair(evenly)
    if filled and (filled == "mean" or rounds_up(row)):
        raise Unsaid("an uneven padding of a mean, or of a window that rounds up")
    pad = pads_of(zip(slid.before, slid.after, strict=True))
    made = f"nn.ConstantPad2d({pad}, {filled})" if filled else f"nn.ZeroPad2d({pad})"
    return m.module(x, made, "pad"), "0"


def pads_of(pads: Iterable[Pair]) -> str:
    """What is put around the rows and the columns, as PyTorch's modules take it."""
    (top, bottom), (left, right) = pads
    return number("pad", (left, right, top, bottom))


# --- Convolutions and what is fully connected ---------------------------------------------------


def conv(m: Code, row: Row[Value]) -> Value:
    arriving, out, bias = row.arriving[2], row.leaving[2], row.said["bias"]
    if row.layer.coded == "linear":
        columns = given(in_channels=arriving, out_channels=out, bias=bias)
        return m.module(row.x.vector, f"nn.Linear({columns})")
    (x, pads), slid = surrounded(m, row), window(row)
    columns = given(stride=pair(slid.stride), padding=pads, dilation=pair(slid.dilation))
    dims = out, arriving // row.groups, *slid.kernel
    return convolved(m, row, x, "Conv2d", dims, columns)


def transposed_conv(m: Code, row: Row[Value]) -> Value:
    """What ``same`` or an uneven padding cuts off more on one side is added on the other."""
    slid, pads, extra = transposed(row), [], []
    for axis, more in zip(slid.axes, slid.extra, strict=True):
        pads.append(max(axis.before, axis.after))
        extra.append(more + 2 * pads[-1] - axis.before - axis.after)
        if extra[-1] >= max(axis.stride, axis.dilation):
            raise Unsaid("an output padding that reaches over a stride")
    columns = given(stride=pair(slid.stride), padding=pair(pads), output_padding=pair(extra))
    columns += given(dilation=pair(slid.dilation))
    dims = row.arriving[2], row.leaving[2] // row.groups, *slid.kernel
    return convolved(m, row, row.x.maps, "ConvTranspose2d", dims, columns)


def convolved(
    m: Code, row: Row[Value], x: Value, name: str, dims: tuple[int, ...], columns: str
) -> Value:
    """By a module; or, if its kernel is constant, by a function, and a kernel that gives the mean
    of what it covers."""
    out, second = number("out_channels", row.leaving[2]), int(name != "Conv2d")
    columns += given(groups=row.groups)
    if row.said["fixed"]:
        ones = ", ".join(number("size", dim) for dim in dims)
        taps = number("taps", prod(dims) // dims[second])
        tensors = [m.tensor("kernel", f"torch.ones({ones}) / {taps}", learned=False)]
        if row.said["bias"]:
            tensors.append(m.tensor("bias", f"torch.zeros({out})", learned=False))
        function = ("conv2d", "conv_transpose2d")[second]
        return x.of(f"F.{function}({x.text}, {', '.join(tensors)}{columns})")
    channels = f"{number('in_channels', row.arriving[2])}, {out}"
    kernel = number("kernel_size", pair(dims[2:]))
    made = f"nn.{name}({channels}, {kernel}{columns}{given(bias=row.said['bias'])})"
    if row.said["gain"] and second and row.groups > 1:
        raise Unsaid("a gain of a transposed convolution in groups, which share it")
    if row.said["gain"]:  # of each output channel, which is that dimension of the kernel
        made = f"nn.utils.parametrizations.weight_norm({made}{', dim=1' * second})"
    return m.module(x, made)


def linear(m: Code, row: Row[Value]) -> Value:
    ends = {"in_features": row.arriving[2], "out_features": row.leaving[2]}
    x = row.x.vector if row.layer.operator == "fc" else row.x.last
    return m.module(x, f"nn.Linear({given(**ends, bias=row.said['bias'])})")


def recurrent(m: Code, row: Row[Value], name: str) -> Value:
    """(batch, steps, channels); the columns of a map stand in the batch."""
    if row.said["biases"] == "1":
        raise Unsaid("a recurrent layer with one bias")
    x, (_, width, arriving) = row.x.last, row.arriving
    if x.form == LAST:
        x = x.then(".transpose(1, 2).flatten(0, 1)", TOKENS)
    columns = given(input_size=arriving, hidden_size=row.number("hidden"))
    columns += given(bias=row.said["biases"] != "0", batch_first=True)
    columns += given(bidirectional=bool(row.said["bidirectional"]))
    made = m.module(x.as_(TOKENS), f"nn.{name}({columns})")
    made = made.then("[0][:, -1:]" if row.said["last"] else "[0]")
    if width == 1:
        return made
    return made.then(f".unflatten(0, (-1, {number('columns', width)})).transpose(1, 2)", LAST)


# --- Pools, and what meets ----------------------------------------------------------------------


def pool(m: Code, row: Row[Value], name: str) -> Value:
    kernel, mean = row.said["kernel"], name == "Avg"
    if isinstance(kernel, str):
        x = row.x.maps
        return x.then(f".{'mean' if mean else 'amax'}({x.axis(kernel)}, keepdim=True)")
    module, function = f"{name}Pool2d", f"{name.lower()}_pool2d"
    if kernel is None or isinstance(kernel, To):
        size = "1" if kernel is None else number("size", pair(row.leaving[:2]))
        words = f"nn.Adaptive{module}", f"F.adaptive_{function}"
        return m.applied(row, row.x.maps, *words, size)
    (x, pads), slid = surrounded(m, row, "mean" if mean else 'float("-inf")'), window(row)
    size = pair(slid.kernel)
    columns = number("kernel_size", slid.kernel if row.layer.coded == "tuple" else size)
    columns += keyword("stride", pair(slid.stride), size)
    columns += given(padding=pads, dilation=pair(slid.dilation))
    columns += given(ceil_mode=rounds_up(row))
    inside = mean and row.said["padding"] == "same" and pads != "0"
    columns += given(count_include_pad=not inside)
    return m.applied(row, x, f"nn.{module}", f"F.{function}", columns)


def met(row: Row[Value], sign: str, *values: Value) -> Value:
    """A sum or a product, by its operator or by a function, which some counters see alone; PyTorch
    spreads sides and channels of 1, too."""
    total, *others = (value.text for value in values)
    for other in others:
        function = {"+": "torch.add", "*": "torch.mul", "@": "torch.matmul"}[sign]
        call = f"{function}({total}, {other})"
        total = call if row.layer.coded == "functional" else f"{total} {sign} {other}"
    return values[0].of(total)._replace(alone=False)


def merged(m: Code, row: Row[Value], sign: str) -> Value:
    return met(row, sign, *alike(row.inputs))


def matmul(m: Code, row: Row[Value]) -> Value:
    """Each head by itself."""
    one, other = (value.by_heads(row.number("heads")) for value in row.inputs)
    behind = ".transpose(-2, -1)" if row.said["over"] == "channels" else ""
    return met(row, "@", one, other.then(behind))


LAYERS: dict[str, Writing] = {
    "conv": conv,
    "dwconv": conv,
    "tconv": transposed_conv,
    "fc": linear,
    "linear": linear,
    "lstm": partial(recurrent, name="LSTM"),
    "gru": partial(recurrent, name="GRU"),
    "rnn": partial(recurrent, name="RNN"),
    "maxpool": partial(pool, name="Max"),
    "avgpool": partial(pool, name="Avg"),
    "add": partial(merged, sign="+"),
    "multiply": partial(merged, sign="*"),
    "matmul": matmul,
}
