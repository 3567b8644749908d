"""Writers of norms, activations, and what is learned for each channel."""

from __future__ import annotations

from functools import partial

from costcalc.export.rows import Row, Unsaid
from costcalc.export.torch.code import Code, Writing, keyword, number
from costcalc.export.torch.layers import met
from costcalc.export.torch.values import HEADS, MAPS, VECTOR, Value


def channels_of(row: Row[Value]) -> str:
    return number("channels", row.leaving[2])


def norm(
    m: Code, row: Row[Value], x: Value, module: str, call: str = "", affine: str = "affine"
) -> Value:
    """With a scale and a shift, with neither, or with one of them. ``module`` and ``call`` are how
    these begin, ``affine`` what both are called together."""
    learned = {role: row.said[role] for role in ("scale", "shift") if role in row.said}
    if call and row.layer.coded == "functional":
        ones = f"torch.ones({channels_of(row)})"
        given = (m.tensor(role, ones) if there else "None" for role, there in learned.items())
        return x.of(f"F.{call}, {', '.join(given)})")
    without = "" if len({*learned.values()}) == 1 else "bias" if learned["scale"] else "weight"
    by_itself = not module.startswith("Instance")
    columns = keyword(affine, any(learned.values()), by_itself)
    return m.module(x, f"nn.{module}{columns})", "norm", without)


def batch_norm(m: Code, row: Row[Value]) -> Value:
    x, flat = (row.x, 1) if row.x.form == VECTOR else (row.x.maps, 2)
    return norm(m, row, x, f"BatchNorm{flat}d({channels_of(row)}")


def last_norm(m: Code, row: Row[Value], name: str, function: str) -> Value:
    """Of the channels at each position, which PyTorch has of the last dimension."""
    x, channels = row.x.last, channels_of(row)
    call = f"{function}({x.text}, ({channels},)"
    return norm(m, row, x, f"{name}({channels}", call, "elementwise_affine")


def group_norm(m: Code, row: Row[Value]) -> Value:
    if row.leaving == [1, 1, row.number("groups")]:
        raise Unsaid("a norm of single values")
    x, groups = row.x.maps, number("groups", row.number("groups"))
    call = f"group_norm({x.text}, {groups}"
    return norm(m, row, x, f"GroupNorm({groups}, {channels_of(row)}", call)


def instance_norm(m: Code, row: Row[Value]) -> Value:
    if row.leaving[:2] == [1, 1]:
        raise Unsaid("a norm of single values")
    x = row.x.maps
    call = f"instance_norm({x.text}, None, None"
    return norm(m, row, x, f"InstanceNorm2d({channels_of(row)}", call)


def local_norm(m: Code, row: Row[Value]) -> Value:
    words, size = ("nn.LocalResponseNorm", "F.local_response_norm"), row.number("size")
    return m.applied(row, row.x.maps, *words, number("size", size), "norm")


def l2_norm(m: Code, row: Row[Value]) -> Value:
    x = row.x.maps
    x = x.of(f"F.normalize({x.text}, dim=1)")
    return by_channel(m, row, x, "scale", "*") if row.said["scale"] else x


def by_channel(m: Code, row: Row[Value], x: Value, role: str, sign: str) -> Value:
    """With a parameter for each channel, or one for all."""
    each = row.said.get("per", "channel") == "channel"
    dims = channels_of(row) if each else "1"
    dims = f"1, {dims}, 1, 1" if each and x.form == MAPS else dims
    learned = m.tensor(role, f"torch.{'zeros' if sign == '+' else 'ones'}({dims})")
    return met(row, sign, x, x.of(learned))


def by_one(m: Code, row: Row[Value], role: str, sign: str) -> Value:
    return by_channel(m, row, row.x.whole, role, sign)


def prelu(m: Code, row: Row[Value]) -> Value:
    x = row.x if row.x.form == VECTOR else row.x.maps
    slopes = channels_of(row) if row.said["per"] == "channel" else "1"
    if row.layer.coded == "functional":
        return x.of(f"F.prelu({x.text}, {m.tensor('slope', f'torch.full(({slopes},), 0.25)')})")
    return m.module(x, f"nn.PReLU({slopes})", "slope")


def activation(m: Code, row: Row[Value], name: str) -> Value:
    if row.layer.coded == "functional":
        function = _FUNCTIONS.get(name) or f"F.{name.lower()}"
        slope = ", 0.1" if name == "LeakyReLU" else ""
        return row.x.of(f"{function}({row.x.text}{slope})")
    if name == "LeakyReLU":
        return m.module(row.x, "nn.LeakyReLU(0.1)", "activation")
    return m.module(row.x, f"{number('activation', f'nn.{name}')}()", "activation")


def softmax(m: Code, row: Row[Value]) -> Value:
    heads = row.number("heads")
    x = row.x if heads == 1 and row.x.form != HEADS else row.x.by_heads(heads)
    if row.layer.coded == "loss":
        return x
    return m.applied(row, x, "nn.Softmax", "F.softmax", "1" if x.form == MAPS else "-1")


#: Those that are called otherwise than their module in small letters.
_FUNCTIONS = {"Sigmoid": "torch.sigmoid", "Tanh": "torch.tanh", "LeakyReLU": "F.leaky_relu"}
_ACTIVATIONS = {
    **{"relu": "ReLU", "relu6": "ReLU6", "hardtanh": "Hardtanh", "leaky": "LeakyReLU"},
    **{"hswish": "Hardswish", "hsigmoid": "Hardsigmoid", "sigmoid": "Sigmoid", "swish": "SiLU"},
    **{"gelu": "GELU", "elu": "ELU", "selu": "SELU", "tanh": "Tanh", "mish": "Mish"},
    "softplus": "Softplus",
}
NORMS: dict[str, Writing] = {
    "bn": batch_norm,
    "layernorm": partial(last_norm, name="LayerNorm", function="layer_norm"),
    "rmsnorm": partial(last_norm, name="RMSNorm", function="rms_norm"),
    "instancenorm": instance_norm,
    "groupnorm": group_norm,
    "l2norm": l2_norm,
    "lrn": local_norm,
    **{operator: partial(activation, name=name) for operator, name in _ACTIVATIONS.items()},
    "prelu": prelu,
    "scale": partial(by_one, role="factor", sign="*"),
    "shift": partial(by_one, role="summand", sign="+"),
    "softmax": softmax,
}
