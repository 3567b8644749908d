"""Writers of norms, activations, and what is learned for each channel."""

from __future__ import annotations

from functools import partial

from costcalc.export.rows import whole
from costcalc.export.torch.code import Arguments, Code, Writing, leaving, met, number
from costcalc.export.torch.values import HEADS, MAPS, VECTOR, Value, as_last, as_maps, by_heads
from costcalc.graph.layers import Layer


def norm(m: Code, x: Value, made: str, said: Arguments, word: str = "affine") -> Value:
    """A norm with a scale and a shift, with neither, or with one of them."""
    scale, shift = said["scale"], said.get("shift", said["scale"])
    without = "" if scale == shift else "bias" if scale else "weight"
    affine = "" if scale or shift else f", {word}=False"
    return m.module(x, made.replace("*", affine), "norm", without)


def by_channel(
    m: Code, x: Value, role: str, sign: str, per: str = "channel", call: bool = False
) -> Value:
    """A parameter for each channel, or one for all, and a value."""
    channels = number("channels", x.shape.channels if per == "channel" else 1)
    dims = f"1, {channels}, 1, 1" if x.form == MAPS and per == "channel" else channels
    kind = "zeros" if sign == "+" else "ones"
    learned = m.parameter(role, f"torch.{kind}({dims})")
    return x._replace(text=met(x.text, sign, learned, call))


def batch_norm(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    x = inputs[0] if inputs[0].form == VECTOR else as_maps(inputs[0])
    dimensions = 1 if x.form == VECTOR else 2
    return norm(m, x, f"nn.BatchNorm{dimensions}d({number('channels', x.shape.channels)}*)", said)


def last_norm(m: Code, layer: Layer, said: Arguments, inputs: list[Value], name: str) -> Value:
    """Of the channels at each position, which PyTorch has of the last dimension."""
    was, x = inputs[0].form, as_last(inputs[0])
    channels = number("channels", x.shape.channels)
    if layer.coded == "functional":
        given = "".join(
            f", {m.parameter(role, f'torch.ones({channels})')}" if said[role] else ", None"
            for role in ("scale", "shift")
            if role in said
        )
        call = "layer_norm" if name == "LayerNorm" else "rms_norm"
        made = x._replace(text=f"F.{call}({x.text}, ({channels},){given})")
    else:
        made = norm(m, x, f"nn.{name}({channels}*)", said, "elementwise_affine")
    return as_maps(made) if was == MAPS and layer.operator in ("conv", "dwconv", "tconv") else made


def group_norm(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    x, (groups,) = as_maps(inputs[0]), whole(said["groups"])
    channels = number("channels", x.shape.channels)
    if layer.coded == "functional":
        return x._replace(text=f"F.group_norm({x.text}, {groups}{_scaling(m, channels, said)})")
    return norm(m, x, f"nn.GroupNorm({number('groups', groups)}, {channels}*)", said)


def instance_norm(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    x = as_maps(inputs[0])
    channels = number("channels", x.shape.channels)
    if layer.coded == "functional":
        given = _scaling(m, channels, said)
        return x._replace(text=f"F.instance_norm({x.text}, None, None{given})")
    some = said["scale"] or said["shift"]
    return norm(m, x, f"nn.InstanceNorm2d({channels}{', affine=True' if some else ''}*)", said)


def _scaling(m: Code, channels: str, said: Arguments) -> str:
    return "".join(
        f", {m.parameter(role, f'torch.ones({channels})')}" if said[role] else ", None"
        for role in ("scale", "shift")
    )


def l2_norm(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    x = as_maps(inputs[0])
    x = x._replace(text=f"F.normalize({x.text}, dim=1)")
    return by_channel(m, x, "scale", "*") if said["scale"] else x


def local_norm(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    x, (size,) = as_maps(inputs[0]), whole(said["size"])
    if layer.coded == "functional":
        return x._replace(text=f"F.local_response_norm({x.text}, {size})")
    return m.module(x, f"nn.LocalResponseNorm({size})", "norm")


def activation(
    m: Code, layer: Layer, said: Arguments, inputs: list[Value], module: str, call: str
) -> Value:
    if layer.coded == "functional":
        return inputs[0]._replace(text=f"{call}({inputs[0].text})")
    made = module if "(" in module else f"{number('activation', f'nn.{module}')}()"
    return m.module(inputs[0], made, "activation")


def prelu(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    x = inputs[0] if inputs[0].form == VECTOR else as_maps(inputs[0])
    slopes = number("channels", x.shape.channels if said["per"] == "channel" else 1)
    if layer.coded == "functional":
        kept = m.parameter("slope", f"torch.full(({slopes},), 0.25)")
        return x._replace(text=f"F.prelu({x.text}, {kept})")
    return m.module(x, f"nn.PReLU({slopes})", "slope")


def softmax(m: Code, layer: Layer, said: Arguments, inputs: list[Value]) -> Value:
    (heads,) = whole(said["heads"])
    x = inputs[0] if heads == 1 and inputs[0].form != HEADS else by_heads(inputs[0], heads)
    if layer.coded == "loss":
        return x
    dim = 1 if x.form == MAPS else -1
    if layer.coded == "functional":
        return x._replace(text=f"F.softmax({x.text}, {dim})")
    return m.module(x, f"nn.Softmax({dim})")


def by_one(
    m: Code, layer: Layer, said: Arguments, inputs: list[Value], role: str, sign: str
) -> Value:
    x = as_last(inputs[0]) if inputs[0].form == HEADS else inputs[0]
    made = by_channel(m, x, role, sign, said["per"], layer.coded == "functional")
    return leaving(made, layer)


_ACTIVATIONS = {
    "relu": ("ReLU", "F.relu"),
    "relu6": ("ReLU6", "F.relu6"),
    "hardtanh": ("Hardtanh", "F.hardtanh"),
    "hswish": ("Hardswish", "F.hardswish"),
    "hsigmoid": ("Hardsigmoid", "F.hardsigmoid"),
    "sigmoid": ("Sigmoid", "torch.sigmoid"),
    "swish": ("SiLU", "F.silu"),
    "leaky": ("nn.LeakyReLU(0.1)", "F.leaky_relu"),
    "gelu": ("GELU", "F.gelu"),
    "elu": ("ELU", "F.elu"),
    "selu": ("SELU", "F.selu"),
    "tanh": ("Tanh", "torch.tanh"),
    "softplus": ("Softplus", "F.softplus"),
    "mish": ("Mish", "F.mish"),
}
NORMS: dict[str, Writing] = {
    "bn": batch_norm,
    "layernorm": partial(last_norm, name="LayerNorm"),
    "rmsnorm": partial(last_norm, name="RMSNorm"),
    "instancenorm": instance_norm,
    "groupnorm": group_norm,
    "l2norm": l2_norm,
    "lrn": local_norm,
    **{name: partial(activation, module=a, call=b) for name, (a, b) in _ACTIVATIONS.items()},
    "prelu": prelu,
    "scale": partial(by_one, role="factor", sign="*"),
    "shift": partial(by_one, role="summand", sign="+"),
    "softmax": softmax,
}
