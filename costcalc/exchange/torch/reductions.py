"""Readers of the torch functions that gather what stands in several places: patches, shuffles of
pixels, and means and maxima over some of the dimensions."""

from __future__ import annotations

from functools import partial
from typing import Any

from costcalc.exchange import parts
from costcalc.exchange.maps import Value, replaced
from costcalc.exchange.torch.maps import Tensor, channels_first
from costcalc.exchange.torch.translator import Call, Reader
from costcalc.exchange.translation import Refused


def unfold(
    call: Call,
    input: Tensor,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Value:
    """The k·k neighbours of each position as channels: the map, shifted k·k times."""
    if call.out.numel() == input.numel():
        return call.value(input)
    if call.out.dim() != 3:
        raise Refused("windows along one dimension")
    x = call.value(input, channels_first(input))
    _, patch, positions = call.out.shape
    step = stride if isinstance(stride, int) else stride[0]
    if step > 1:
        height, width = -(-x.form[0] // step), -(-x.form[1] // step)
        x = call.row({"subsample": step}, x, form=(height, width, x.form[2]))
    if x.form[0] * x.form[1] != positions:
        raise Refused("patches of another number of positions")
    shifted = [x] * (patch // x.form[2])
    return call.row({"concat": None}, *shifted, form=replaced(x.form, 2, patch), merges=True)


def fold(call: Call, input: Tensor, *rest: Any, **options: Any) -> Value:
    """The sum of neighbours: one of them, resized."""
    _, patch, positions = input.shape
    form = channels_first(call.out)
    x = call.value(input, (positions, 1, patch))
    made = call.row({"select": form[2]}, x, form=(positions, 1, form[2]))
    call.stands_in("fold, said as select and resize")
    made = call.row({"resize": [form[0] * form[1], 1]}, made, form=(form[0] * form[1], 1, form[2]))
    return call.reshaped(made, form)


def shuffled(call: Call, input: Tensor, factor: int, *, row: str) -> Value:
    x = call.value(input, channels_first(input))
    return call.row({row: factor}, x, form=channels_first(call.out))


# --- Means and maxima ---------------------------------------------------------------------------


def reduce(
    call: Call, input: Tensor, dim: Any = None, keepdim: bool = False, *, row: str, **options: Any
) -> Any:
    """A mean, a sum or a maximum over some dimensions, as a pool of what they are."""
    dims = range(input.dim()) if dim is None else [dim] if isinstance(dim, int) else dim
    said = "" if call.name in ("mean", "amax", "max") else call.name
    made = parts.reduced(call, input, dims, row, said)
    return made if isinstance(call.out, Tensor) else [made, None]


def normed(
    call: Call,
    input: Tensor,
    p: Any = 2,
    dim: Any = None,
    keepdim: bool = False,
    **options: Any,
) -> Any:
    return reduce(call, input, dim, keepdim, row="avgpool")


#: By the name of the torch function.
REDUCTIONS: dict[str, Reader] = {
    "unfold": unfold,
    "fold": fold,
    "pixel_shuffle": partial(shuffled, row="depth_to_space"),
    "pixel_unshuffle": partial(shuffled, row="space_to_depth"),
    **{name: partial(reduce, row="avgpool") for name in ("mean", "sum", "std", "var")},
    **{name: partial(reduce, row="maxpool") for name in ("max", "amax")},
    "norm": normed,
}
