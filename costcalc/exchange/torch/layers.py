"""Readers of the torch functions that are layers: convolutions, linear layers, pools, resizing.

A reader takes the :class:`~costcalc.exchange.torch.translator.Call` and the arguments of the torch
function, and gives what its outputs are. Norms and activations are in :mod:`.norms`, where two
tensors meet is in :mod:`.meetings`, what only moves values in :mod:`.places`.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

from costcalc.exchange.maps import Value
from costcalc.exchange.torch.maps import Made, Tensor, channels_first, channels_last
from costcalc.exchange.torch.translator import Call, Reader
from costcalc.exchange.translation import Refused


def pair(size: Any) -> list[int]:
    """One number for both sides, or a number each; a 1-D layer runs along the height."""
    if isinstance(size, int):
        return [size, size]
    return [*size] if len(size) == 2 else [size[0], 1]


def along(size: Any, dimensions: int, rest: int) -> list[int]:
    """The sizes of a layer of one or two dimensions."""
    if dimensions == 2:
        return pair(size)
    return [size if isinstance(size, int) else size[0], rest]


def surrounding(padding: Any, kernel: list[int], dilation: list[int], dimensions: int) -> Any:
    """The column ``padding``; torch's word "same" puts the odd one last."""
    if padding == "valid":
        padding = 0
    if padding == "same":
        total = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return [side for t in total for side in (t // 2, t - t // 2)]
    return along(padding, dimensions, 0)


def kernels(call: Call, weight: Tensor, out: int, columns: dict[str, Any]) -> tuple[Tensor, ...]:
    """The parameters of a kernel that gives ``out`` channels; notes in the columns one that is
    constant, or has a gain."""
    made = call.known(weight)
    if made is None:
        columns["fixed"] = True
        return ()
    if isinstance(made, Made) and len(made.parameters) == 2:
        tensors = [t for t in call.translator.alive if id(t) in made.parameters]
        kernel, gain = sorted(tensors, key=lambda tensor: tensor.numel(), reverse=True)
        if (kernel.numel(), gain.numel()) == (weight.numel(), out):
            columns["gain"] = True
            return kernel, gain
    return (weight,)


def fit(arriving: int, taken: int) -> None:
    """Hold what a kernel takes against what arrives: where modules run, torch has done so.

    :raises Refused: it takes something else.
    """
    if arriving != taken:
        raise Refused("tensors that do not fit")


def convolution(
    call: Call,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    *,
    dimensions: int,
) -> Value:
    """``conv``, or ``dwconv`` where each channel has its own filters."""
    x = call.value(input, channels_first(input))
    out, taken, *kernel = weight.shape
    fit(x.form[2], taken * groups)
    kernel, dilation = along(kernel, dimensions, 1), along(dilation, dimensions, 1)
    columns: dict[str, Any] = {"conv": kernel, "out": out}
    if groups == x.form[2] and groups > 1:
        columns = {"dwconv": kernel, "multiplier": out // groups}
    elif groups > 1:
        columns["groups"] = groups
    columns["padding"] = surrounding(padding, kernel, dilation, dimensions)
    columns |= {"stride": along(stride, dimensions, 1), "dilation": dilation}
    columns["bias"] = bias is not None
    learned = kernels(call, weight, out, columns)
    return call.row(columns, x, form=channels_first(call.out), weights=(*learned, bias))


def transposed(
    call: Call,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Value:
    """``tconv``."""
    x, out = call.value(input, channels_first(input)), weight.shape[1] * groups
    fit(x.form[2], weight.shape[0])
    columns: dict[str, Any] = {
        "tconv": [*weight.shape[2:]],
        "out": out,
        "stride": pair(stride),
        "padding": pair(padding),
        "output_padding": pair(output_padding),
        "groups": groups,
        "dilation": pair(dilation),
        "bias": bias is not None,
    }
    learned = kernels(call, weight, out, columns)
    return call.row(columns, x, form=channels_first(call.out), weights=(*learned, bias))


def linear(call: Call, input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Value:
    """``fc`` of a vector, ``linear`` of a map or of tokens."""
    form = channels_last(input)
    fit(form[2], weight.shape[-1])
    x = call.value(input, form)
    verb = "fc" if form[:2] == (1, 1) else "linear"
    columns: dict[str, Any] = {verb: weight.shape[0], "bias": bias is not None}
    if call.known(weight) is None:
        columns = {"conv": 1, "out": weight.shape[0], "fixed": True}
        if call.known(bias) is None:
            return call.row(columns, x, form=channels_last(call.out))
    made = call.known(bias)
    parts = isinstance(made, Made) and bias is not None and not call.translator.is_one(made, bias)
    if bias is not None and parts:  # some of them constant
        columns["bias"] = False
        product = call.row(columns, x, form=channels_last(call.out), weights=(weight,))
        learned = call.value(bias, (1, 1, weight.shape[0]))
        return call.row({"add": None}, product, learned, form=product.form, merges=True)
    return call.row(columns, x, form=channels_last(call.out), weights=(weight, bias))


# --- Pools and resizing -------------------------------------------------------------------------


def pool(
    call: Call,
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    *rest: Any,
    row: str,
    dimensions: int,
    dilation: Any = 1,
    ceil_mode: bool = False,
    **options: Any,
) -> Value:
    if rest and row == "maxpool":
        dilation, rest = rest[0], rest[1:]
    ceil_mode = bool(rest[0]) if rest else ceil_mode
    x = call.value(input, channels_first(input))
    kernel = along(kernel_size, dimensions, 1)
    columns: dict[str, Any] = {
        row: kernel,
        "stride": along(stride, dimensions, 1) if stride else kernel,
        "padding": along(padding, dimensions, 0),
    }
    if ceil_mode:
        columns["round"] = "up"
    if row == "maxpool":
        columns["dilation"] = along(dilation, dimensions, 1)
    return call.row(columns, x, form=channels_first(call.out))


def adaptive(call: Call, input: Tensor, *rest: Any, row: str, **options: Any) -> Any:
    x, out = call.value(input, channels_first(input)), call.out
    form = channels_first(out if isinstance(out, Tensor) else out[0])
    columns: dict[str, Any] = {row: "global" if form[:2] == (1, 1) else {"to": [*form[:2]]}}
    made = call.row(columns, x, form=form)
    return made if isinstance(out, Tensor) else [made, None]


def fractional(call: Call, input: Tensor, *rest: Any, **options: Any) -> Any:
    """A fractional pool of as many rows as columns, by what its sides become."""
    x, out = call.value(input, channels_first(input)), call.out
    first = out if isinstance(out, Tensor) else out[0]
    form, ratios = channels_first(first), {*map(Fraction, input.shape[-2:], first.shape[-2:])}
    if len(ratios) > 1:
        raise Refused("a fractional pool with two ratios")
    made = call.row({"fmp": str(ratios.pop())}, x, form=form)
    return made if isinstance(out, Tensor) else [made, None]


def interpolate(
    call: Call,
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    *rest: Any,
    **options: Any,
) -> Value:
    x, form = call.value(input, channels_first(input)), channels_first(call.out)
    if mode not in ("nearest", "bilinear"):
        call.stands_in(f"{mode} resizing, said as bilinear")
    columns = {"resize": [*form[:2]], "mode": "nearest" if mode == "nearest" else "bilinear"}
    return call.row(columns, x, form=form)


_CONV = {1: partial(convolution, dimensions=1), 2: partial(convolution, dimensions=2)}
#: By the name of the torch function; one that ends in _ works in place and is read as the other.
LAYERS: dict[str, Reader] = {
    "conv1d": _CONV[1],
    "conv2d": _CONV[2],
    "conv_transpose2d": transposed,
    "linear": linear,
    "interpolate": interpolate,
    "fractional_max_pool2d": fractional,
    **{f"max_pool{n}d": partial(pool, row="maxpool", dimensions=n) for n in (1, 2)},
    **{f"avg_pool{n}d": partial(pool, row="avgpool", dimensions=n) for n in (1, 2)},
    **{f"adaptive_avg_pool{n}d": partial(adaptive, row="avgpool") for n in (1, 2)},
    **{f"adaptive_max_pool{n}d": partial(adaptive, row="maxpool") for n in (1, 2)},
}
