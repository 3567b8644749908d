"""Readers of the torch functions that are norms or activations."""

from __future__ import annotations

from functools import partial
from typing import Any

from torch import Tensor

from costcalc.exchange.torch.maps import Value, channels_first, channels_last
from costcalc.exchange.torch.translator import Call, Reader
from costcalc.exchange.translation import Refused


def learned(weight: Tensor | None, bias: Tensor | None) -> dict[str, bool]:
    """The columns of a norm that learns less than a scale and a shift."""
    columns = {"scale": weight is not None, "shift": bias is not None}
    return {name: there for name, there in columns.items() if not there}


def batch_norm(
    call: Call,
    input: Tensor,
    running_mean: Any,
    running_var: Any,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *rest: Any,
    **options: Any,
) -> Value:
    x = call.value(input, channels_first(input))
    return call.row(
        {"bn": None, **learned(weight, bias)}, x, form=x.form, parameters=(weight, bias)
    )


def layer_norm(
    call: Call,
    input: Tensor,
    shape: Any,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *rest: Any,
    **options: Any,
) -> Value:
    if len(shape) > 1 and weight is not None:
        raise Refused("layer norm with a scale for every position")
    x = call.value(input, channels_last(input))
    columns = {"layernorm": None, **learned(weight, bias)}
    return call.row(columns, x, form=x.form, parameters=(weight, bias))


def group_norm(
    call: Call,
    input: Tensor,
    groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *rest: Any,
    **options: Any,
) -> Value:
    x = call.value(input, channels_first(input))
    columns = {"groupnorm": groups, **learned(weight, bias)}
    return call.row(columns, x, form=x.form, parameters=(weight, bias))


def instance_norm(
    call: Call,
    input: Tensor,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    *rest: Any,
    **options: Any,
) -> Value:
    x = call.value(input, channels_first(input))
    columns = {"instancenorm": None, **learned(weight, bias)}
    return call.row(columns, x, form=x.form, parameters=(weight, bias))


def rms_norm(
    call: Call, input: Tensor, shape: Any, weight: Tensor | None = None, eps: Any = None
) -> Value:
    x = call.value(input, channels_last(input))
    columns: dict[str, Any] = {"rmsnorm": None}
    if weight is None:
        columns["scale"] = False
    return call.row(columns, x, form=x.form, parameters=(weight,))


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
    call: Call,
    input: Tensor,
    min_val: float = -1.0,
    max_val: float = 1.0,
    *rest: Any,
    **options: Any,
) -> Value:
    return activation(call, input, row="relu6" if (min_val, max_val) == (0, 6) else "hardtanh")


def prelu(call: Call, input: Tensor, weight: Tensor) -> Value:
    x = call.value(input, channels_first(input))
    columns = {"prelu": "layer"} if weight.numel() == 1 else {"prelu": None}
    return call.row(columns, x, form=x.form, parameters=(weight,))


_ACTIVATIONS = {
    "relu": "relu", "relu6": "relu6", "silu": "swish", "hardswish": "hswish",
    "hardsigmoid": "hsigmoid", "leaky_relu": "leaky", "elu": "elu", "selu": "selu", "gelu": "gelu",
    "mish": "mish", "softplus": "softplus", "sigmoid": "sigmoid", "tanh": "tanh",
}  # fmt: skip

#: By the name of the torch function; one that ends in _ works in place and is read as the other.
NORMS: dict[str, Reader] = {
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "rms_norm": rms_norm,
    "local_response_norm": local_response_norm,
    "normalize": normalize,
    "hardtanh": hardtanh,
    "prelu": prelu,
    **{name: partial(activation, row=row) for name, row in _ACTIVATIONS.items()},
}
