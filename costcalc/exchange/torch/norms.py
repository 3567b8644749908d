"""Readers of the torch functions that are norms or activations."""

from __future__ import annotations

from functools import partial
from typing import Any

from costcalc.exchange.maps import Value
from costcalc.exchange.torch.layers import fit
from costcalc.exchange.torch.maps import Tensor, channels_first, channels_last
from costcalc.exchange.torch.translator import Call, Reader
from costcalc.exchange.translation import Refused


def norm(
    call: Call,
    input: Tensor,
    *rest: Any,
    row: str,
    before: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    **options: Any,
) -> Value:
    """A norm that may learn a scale and a shift; so many arguments stand ``before`` these."""
    weight = rest[before] if len(rest) > before else weight
    bias = rest[before + 1] if len(rest) > before + 1 else bias
    first: Any = [*rest, *options.values()][0]  # groups, or what is normalised
    last = row == "layernorm"
    if last and len(first) > 1 and weight is not None:
        raise Refused("layer norm with a scale for every position")
    x = call.value(input, channels_last(input) if last else channels_first(input))
    if weight is not None:
        fit(x.form[2], weight.numel())
    columns = {row: first if row == "groupnorm" else None}
    columns |= {} if weight is not None else {"scale": False}
    columns |= {} if bias is not None else {"shift": False}
    return call.row(columns, x, form=x.form, weights=(weight, bias))


def rms_norm(
    call: Call, input: Tensor, shape: Any, weight: Tensor | None = None, eps: Any = None
) -> Value:
    x = call.value(input, channels_last(input))
    columns: dict[str, Any] = {"rmsnorm": None}
    if weight is None:
        columns["scale"] = False
    return call.row(columns, x, form=x.form, weights=(weight,))


def local_response_norm(call: Call, input: Tensor, size: int, *rest: Any, **options: Any) -> Value:
    x = call.value(input, channels_first(input))
    return call.row({"lrn": size}, x, form=x.form)


def normalize(
    call: Call, input: Tensor, p: float = 2.0, dim: int = 1, *rest: Any, **options: Any
) -> Value:
    if p != 2.0:
        raise Refused("a norm that is not the L2 norm")
    last = dim % input.dim() == input.dim() - 1
    x = call.value(input, channels_last(input) if last else channels_first(input))
    return call.row({"l2norm": None, "scale": False}, x, form=x.form)


def activation(call: Call, input: Tensor, *rest: Any, row: str, **options: Any) -> Value:
    x = call.value(input)
    return call.row({row: None}, x, form=x.form)


def hardtanh(
    call: Call, input: Tensor, min_val: float = -1, max_val: float = 1, *rest: Any, **options: Any
) -> Value:
    return activation(call, input, row="relu6" if (min_val, max_val) == (0, 6) else "hardtanh")


def prelu(call: Call, input: Tensor, weight: Tensor) -> Value:
    x = call.value(input, channels_first(input))
    columns = {"prelu": "layer"} if weight.numel() == 1 else {"prelu": None}
    return call.row(columns, x, form=x.form, weights=(weight,))


_ACTIVATIONS = {
    "relu": "relu", "relu6": "relu6", "silu": "swish", "hardswish": "hswish",
    "hardsigmoid": "hsigmoid", "leaky_relu": "leaky", "elu": "elu", "selu": "selu", "gelu": "gelu",
    "mish": "mish", "softplus": "softplus", "sigmoid": "sigmoid", "tanh": "tanh",
}  # fmt: skip

#: By the name of the torch function; one that ends in _ works in place and is read as the other.
NORMS: dict[str, Reader] = {
    "batch_norm": partial(norm, row="bn", before=2),
    "layer_norm": partial(norm, row="layernorm", before=1),
    "group_norm": partial(norm, row="groupnorm", before=1),
    "instance_norm": partial(norm, row="instancenorm", before=2),
    "rms_norm": rms_norm,
    "local_response_norm": local_response_norm,
    "normalize": normalize,
    "hardtanh": hardtanh,
    "prelu": prelu,
    **{name: partial(activation, row=row) for name, row in _ACTIVATIONS.items()},
}
