"""All readers by name; and those of operators that only programs of torch.export call, or that
take other arguments there than the function of the same name."""

from __future__ import annotations

from functools import partial
from typing import Any

from costcalc.exchange import parts
from costcalc.exchange.maps import Value
from costcalc.exchange.torch.layers import LAYERS, adaptive, convolution, interpolate, linear, pool
from costcalc.exchange.torch.layers import transposed as transposed_convolution
from costcalc.exchange.torch.maps import Empty, Made, Tensor, tensors
from costcalc.exchange.torch.meetings import MEETINGS, merge, product, softmax
from costcalc.exchange.torch.norms import NORMS, norm, normalize, rms_norm
from costcalc.exchange.torch.places import (
    PLACES,
    assigned,
    item,
    left_out,
    no_value,
    pad,
    same,
)
from costcalc.exchange.torch.recurrent import RECURRENT
from costcalc.exchange.torch.reductions import REDUCTIONS, fold, normed, unfold
from costcalc.exchange.torch.translator import Call, Reader


def first(call: Call, *arguments: Any, reader: Reader, **options: Any) -> list[Any]:
    """The first output; what only training reads follows."""
    made = reader(Call(call.translator, call.name, call.out[0]), *arguments, **options)
    return [made, *[None] * (len([*tensors(call.out)]) - 1)]


def any_convolution(
    call: Call,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: list[int],
    padding: list[int],
    dilation: list[int],
    transposed: bool,
    output_padding: list[int],
    groups: int,
) -> Value:
    """``conv``, ``dwconv`` or ``tconv``."""
    kernel = (input, weight, bias, stride, padding)
    if transposed:
        return transposed_convolution(call, *kernel, output_padding, groups, dilation)
    return convolution(call, *kernel, dilation, groups, dimensions=len(stride))


def product_of(call: Call, input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Value:
    """``linear`` by a transposed kernel, ``matmul`` of two maps."""
    made = call.known(weight)
    if not isinstance(made, Made) and bias is None:
        return product(call, input, weight)
    kernel = Empty(weight.shape[::-1])
    if made is not None:
        call.translator.bind(kernel, made)
    return linear(call, input, kernel, bias)


def product_and_sum(
    call: Call, bias: Tensor, input: Tensor, weight: Tensor, **factors: float
) -> Value:
    return product_of(call, input, weight, bias)


def group_norm(
    call: Call, input: Tensor, weight: Any, bias: Any, n: int, c: int, size: int, *rest: Any
) -> Value:
    return norm(call, input, rest[0], weight, bias, row="groupnorm", before=1)


def upsampled(call: Call, input: Tensor, *rest: Any, mode: str, **options: Any) -> Value:
    return interpolate(call, input, mode=mode)


def padded(call: Call, input: Tensor, around: list[int], *rest: Any, mode: str) -> Value:
    return pad(call, input, around, mode)


def cut(call: Call, input: Tensor, *rest: Any, **options: Any) -> Value:
    """``x[a:b:c]`` along one dimension."""
    whole = call.out.numel() in (0, input.numel())
    return call.value(input) if whole else parts.part(call, input, tuple(call.out.shape))


def index(call: Call, input: Tensor, places: list[Tensor | None]) -> Any:
    return item(call, input, tuple(slice(None) if one is None else one for one in places))


def copied(call: Call, input: Tensor, other: Any, *rest: Any) -> Value:
    """``x[...] = y``: what x is afterwards."""
    assigned(call, input, None, other)
    return call.value(input)


def vector_norm(
    call: Call, input: Tensor, order: float = 2, dim: Any = None, *rest: Any, **options: Any
) -> Any:
    """A mean as far as rows go, until a map is divided by its own."""
    before, start = call.value(input), len(call.translation.rows)
    made = normed(call, input, order, dim)
    call.translator.norms[made.row] = start, id(input), before, (order, dim)
    return made


def divided(call: Call, input: Tensor, other: Any, **options: Any) -> Value:
    """``div``; ``l2norm`` of a map by its own norm, if nothing was written since."""
    norm, rows = call.known(other), call.translation.rows
    if isinstance(norm, Value) and norm.row == len(rows) - 1 in call.translator.norms:
        start, key, before, (order, dim) = call.translator.norms[norm.row]
        if key == id(input) and len(dim or ()) == 1:
            del rows[start:]
            call.translator.bind(input, before)
            return normalize(call, input, order, dim[0])
    return merge(call, input, other, row="multiply")


_MODES = ("nearest", "bilinear", "bicubic")
ATEN: dict[str, Reader] = {
    "batch_norm": partial(norm, row="bn", before=0),
    "instance_norm": partial(norm, row="instancenorm", before=0),
    "convolution": any_convolution,
    "mm": product_of,
    "addmm": product_and_sum,
    **dict.fromkeys(
        ("_native_batch_norm_legit_no_training", "native_batch_norm"),
        partial(first, reader=partial(norm, row="bn", before=0)),
    ),
    "native_layer_norm": partial(first, reader=partial(norm, row="layernorm", before=1)),
    "native_group_norm": partial(first, reader=group_norm),
    "_fused_rms_norm": partial(first, reader=rms_norm),
    "max_pool2d_with_indices": partial(
        first, reader=partial(pool, row="maxpool", dimensions=2)
    ),
    "_adaptive_avg_pool2d": partial(adaptive, row="avgpool"),
    "_softmax": softmax,
    "_log_softmax": left_out,
    **dict.fromkeys(("clamp_min", "clamp_max"), left_out),
    "rsub": partial(merge, row="add"),
    **{f"upsample_{mode}2d": partial(upsampled, mode=mode) for mode in _MODES},
    "constant_pad_nd": partial(padded, mode="constant"),
    "reflection_pad2d": partial(padded, mode="reflect"),
    "replication_pad2d": partial(padded, mode="replicate"),
    "im2col": unfold,
    "col2im": fold,
    "linalg_vector_norm": vector_norm,
    "div": divided,
    "slice": cut,
    "index": index,
    "copy_": copied,
    **dict.fromkeys(("_to_copy", "_unsafe_view", "alias", "lift_fresh_copy"), same),
    "_assert_tensor_metadata": no_value,
}  # fmt: skip
#: By the name of the function of torch that each reads; one that ends in _ works in place and is
#: read as the other.
READERS: dict[str, Reader] = {
    **LAYERS, **NORMS, **MEETINGS, **REDUCTIONS, **RECURRENT, **PLACES,
    **{f"aten.{name}": reader for name, reader in ATEN.items()},
}  # fmt: skip
