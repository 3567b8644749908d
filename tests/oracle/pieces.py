"""What networks are built from: modules, and the function calls that stand for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from measure import stub_torchvision
from torch import Tensor, nn

from costcalc.operators.extents import To

Make = Callable[..., nn.Module]
MODULES: dict[str, Make] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "hswish": nn.Hardswish,
    "hsigmoid": nn.Hardsigmoid,
    "sigmoid": nn.Sigmoid,
    "swish": nn.SiLU,
    "leaky": nn.LeakyReLU,
    "gelu": nn.GELU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "tanh": nn.Tanh,
    "softplus": nn.Softplus,
    "mish": nn.Mish,
    "hardtanh": nn.Hardtanh,
}
FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    # looked up when called: counters replace these functions
    "relu": lambda x: F.relu(x),
    "relu6": lambda x: F.relu6(x),
    "hswish": lambda x: F.hardswish(x),
    "hsigmoid": lambda x: F.hardsigmoid(x),
    "sigmoid": lambda x: torch.sigmoid(x),
    "swish": lambda x: F.silu(x),
    "leaky": lambda x: F.leaky_relu(x),
    "gelu": lambda x: F.gelu(x),
    "elu": lambda x: F.elu(x),
    "selu": lambda x: F.selu(x),
    "tanh": lambda x: torch.tanh(x),
    "softplus": lambda x: F.softplus(x),
    "mish": lambda x: F.mish(x),
    "hardtanh": lambda x: F.hardtanh(x),
}


class Function(nn.Module):
    """A function call in the ``forward`` of a network: no counter has a rule for this class."""

    def __init__(self, call: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.call = call

    def forward(self, x: Tensor) -> Tensor:
        return self.call(x)


class Slopes(nn.Module):
    """``F.prelu`` with a parameter of the network itself."""

    def __init__(self, slopes: int) -> None:
        super().__init__()
        self.slopes = nn.Parameter(torch.full((slopes,), 0.25))

    def forward(self, x: Tensor) -> Tensor:
        return F.prelu(x, self.slopes)


class Learned(nn.Module):
    """A scale, a shift, or a map, with a parameter that is not called weight or bias."""

    def __init__(self, what: str, shape: tuple[int, ...], functional: bool) -> None:
        super().__init__()
        self.what, self.functional = what, functional
        self.gamma = nn.Parameter(torch.ones(shape))

    def forward(self, x: Tensor) -> Tensor:
        if self.what == "learned":
            return self.gamma
        if self.what == "scale":
            return torch.mul(x, self.gamma) if self.functional else x * self.gamma
        return torch.add(x, self.gamma) if self.functional else x + self.gamma


class Fixed(nn.Module):
    """A convolution whose kernels are a buffer, which a function call takes."""

    def __init__(self, made: nn.Conv2d | nn.ConvTranspose2d) -> None:
        super().__init__()
        self.register_buffer("kernels", made.weight.detach())
        self.shifts = made.bias
        self.transposed = isinstance(made, nn.ConvTranspose2d)
        self.window = [made.stride, made.padding]
        self.window += [made.output_padding] if self.transposed else [made.dilation]
        self.window += [made.groups] + ([made.dilation] if self.transposed else [])

    def forward(self, x: Tensor) -> Tensor:
        call = F.conv_transpose2d if self.transposed else F.conv2d  # looked up when called
        return call(x, self.kernels, self.shifts, *self.window)


class ChannelsLast(nn.Module):
    """A norm or a layer of the channels, which PyTorch wants last and here has in one piece."""

    def __init__(self, norm: nn.Module) -> None:
        super().__init__()
        self.norm = norm

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(x.permute(0, 2, 3, 1).contiguous()).permute(0, 3, 1, 2)


def norm(name: str, fields: dict[str, Any], channels: int, functional: bool) -> nn.Module:
    """A norm by the name of its row, without the scale or the shift that ``fields`` take away."""
    scale, shift = fields.get("scale", True), fields.get("shift", True)
    if functional and name not in ("bn", "l2norm"):
        return _norm_function(name, fields, channels)
    if name == "lrn":
        return nn.LocalResponseNorm(fields.get("size", 5))
    if name == "l2norm" and scale:
        learned = Learned("scale", (1, channels, 1, 1), functional)
        return nn.Sequential(Function(lambda x: F.normalize(x, dim=1)), learned)
    if name == "l2norm":
        return Function(lambda x: F.normalize(x, dim=1))
    if name == "rmsnorm":
        return ChannelsLast(nn.RMSNorm(channels, elementwise_affine=scale))
    make: Make
    if name == "groupnorm":
        make = partial(nn.GroupNorm, fields["groups"])
    else:
        make = {"bn": nn.BatchNorm2d, "layernorm": nn.LayerNorm, "instancenorm": nn.InstanceNorm2d}[
            name
        ]
    word = "elementwise_affine" if name == "layernorm" else "affine"
    made = make(channels, **{word: scale or shift})
    if scale != shift:  # one of the two only
        setattr(made, "bias" if scale else "weight", None)
    return ChannelsLast(made) if name == "layernorm" else made


def _norm_function(name: str, fields: dict[str, Any], channels: int) -> nn.Module:
    """The function call."""
    if name == "lrn":
        return Function(lambda x: F.local_response_norm(x, fields.get("size", 5)))
    made = Normed(name, channels, fields)
    return made if name in ("groupnorm", "instancenorm") else ChannelsLast(made)


class Normed(nn.Module):
    """A norm by a function call, with a scale and a shift that are not called weight and bias."""

    def __init__(self, name: str, channels: int, fields: dict[str, Any]) -> None:
        super().__init__()
        self.name, self.channels, self.groups = name, channels, fields.get("groups")
        for own, word in (("gamma", "scale"), ("beta", "shift")):
            there = fields.get(word, True) and (name, word) != ("rmsnorm", "shift")
            self.register_parameter(own, nn.Parameter(torch.ones(channels)) if there else None)

    def forward(self, x: Tensor) -> Tensor:
        if self.name == "groupnorm":
            return F.group_norm(x, self.groups, self.gamma, self.beta)
        if self.name == "instancenorm":
            return F.instance_norm(x, weight=self.gamma, bias=self.beta)
        if self.name == "rmsnorm":
            return F.rms_norm(x, (self.channels,), self.gamma)
        return F.layer_norm(x, (self.channels,), self.gamma, self.beta)


def in_places(change: Callable[[Tensor], Tensor]) -> Function:
    """What changes the places of values, height × width × channels."""
    return Function(lambda x: change(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2))


def moved(name: str, fields: dict[str, Any], x: Tensor) -> nn.Module | None:
    """What the rows are that make tokens of a map, and a map of them."""
    if name == "tokens":
        return Function(lambda y: y.flatten(2)[..., None])
    if name == "transpose":
        axes = (2, 3) if fields.get("what") == "sides" else (1, 2)
        return Function(lambda y: y.transpose(*axes))
    if name == "reshape":
        to = (*fields["to"], x.shape[1])[:3]
        return in_places(lambda y: y.reshape(1, *to))
    if name == "windows":
        rows, columns = fields["window"]
        down, across = x.shape[2] // rows, x.shape[3] // columns

        def parted(y: Tensor) -> Tensor:
            channels = y.shape[3]
            parts = y.reshape(1, down, rows, across, columns, channels).permute(0, 2, 4, 1, 3, 5)
            return parts.reshape(1, rows * columns, down * across, -1)

        return in_places(parted)
    if name == "space_to_depth":
        return nn.PixelUnshuffle(fields["block"][0])
    if name == "shuffle":
        return nn.ChannelShuffle(fields["groups"])
    if name == "select":
        return Function(lambda y: torch.index_select(y, 1, torch.arange(fields["out"])))
    if name == "padchannels":
        more = fields["out"] - x.shape[1]
        return Function(lambda y: torch.cat([y, y.new_zeros(1, more, *y.shape[2:])], 1))
    if name == "subsample":
        down, across = fields["stride"]
        return Function(lambda y: y[:, :, ::down, ::across])
    return None


def symmetric(
    said: Any, kernel: Sequence[int], dilation: Sequence[int]
) -> tuple[Sequence[int], Any]:
    """A padding as PyTorch's layers take it, one number for both ends of a side; and, where the
    ends differ, what goes around before."""
    if said in ("same", "half"):  # the same for kernels that are odd
        return [d * (k - 1) // 2 for k, d in zip(kernel, dilation, strict=True)], None
    if said == "valid":
        return (0, 0), None
    if any(before != after for before, after in said):
        return (0, 0), said
    return [before for before, _ in said], None


def padded(around: Any, layer: nn.Module) -> nn.Module:
    """A layer after zeros that go ``around`` what arrives, if any do."""
    if around is None:
        return layer
    (top, bottom), (left, right) = around
    return nn.Sequential(nn.ZeroPad2d((left, right, top, bottom)), layer)


def as_tensorflow(name: str, *given: Any, **more: Any) -> nn.Module:
    """timm's layer that pads as TensorFlow does: ``conv``, ``max`` or ``avg``."""
    stub_torchvision()
    from timm.layers import Conv2dSame, create_pool2d

    made: nn.Module = (
        Conv2dSame(*given)
        if name == "conv"
        else create_pool2d(name, *given, padding="same", **more)
    )
    return made


class OneSide(nn.Module):
    """A layer of N×C×L on a map of one column."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layer(x[..., 0])
        return y[..., None]


def of_length(name: str, fields: dict[str, Any], channels: int) -> nn.Module | None:
    """PyTorch's layers of one side, for rows of a sequence; None where it has none of its own."""
    one = {key: both[0] for key, both in fields.items() if isinstance(both, tuple)}
    if name == "bn":
        learns = fields.get("scale", True)
        assert learns == fields.get("shift", True)
        return OneSide(nn.BatchNorm1d(channels, affine=learns))
    if name in ("upsample", "resize"):
        mode = "linear" if fields.get("mode") == "bilinear" else "nearest"
        to = one.get("to", one.get("factor"))
        word = "size" if isinstance(fields.get("to"), To) else "scale_factor"
        return OneSide(nn.Upsample(**{word: to if word == "size" else float(to)}, mode=mode))
    if name == "reflectpad":
        return OneSide(nn.ReflectionPad1d(one["padding"]))
    pools = {"maxpool": "MaxPool1d", "avgpool": "AvgPool1d"}
    kernel = fields.get("kernel")
    if name in pools and (kernel is None or isinstance(kernel, To)):
        adaptive = getattr(nn, f"Adaptive{pools[name]}")
        return OneSide(adaptive(1 if kernel is None else kernel.height))
    if name not in (*pools, "conv", "dwconv", "tconv") or isinstance(kernel, str):
        return None
    said = fields.get("padding", "valid" if name in pools else "same")
    dilation = fields.get("dilation", (1, 1))
    given: Any
    (given, _), around = symmetric(said, fields["kernel"], dilation)
    if around:
        given = 0
    if said == "same" and one["kernel"] % 2 == 0:
        assert "conv" in name
        given = "same"
    slid = {"padding": given, "stride": one.get("stride", one["kernel"] if name in pools else 1)}
    if name in pools:
        slid |= {"ceil_mode": fields.get("round") == "up"}
        slid |= {"dilation": dilation[0]} if name == "maxpool" else {}
        layer = getattr(nn, pools[name])(one["kernel"], **slid)
    else:
        slid |= {"dilation": dilation[0], "bias": fields.get("bias", False)}
        slid["groups"] = channels if name == "dwconv" else fields.get("groups", 1)
        out = channels * fields.get("multiplier", 1) if name == "dwconv" else fields["out"]
        slid |= {"output_padding": one.get("output_padding", 0)} if name == "tconv" else {}
        make = nn.ConvTranspose1d if name == "tconv" else nn.Conv1d
        layer = make(channels, out, one["kernel"], **slid)
    if around and name == "tconv":
        before, after = around[0]
        return OneSide(
            nn.Sequential(layer, Function(lambda y: y[..., before : y.shape[2] - after]))
        )
    if around:
        layer = nn.Sequential(nn.ConstantPad1d(around[0], 0.0), layer)
    return OneSide(layer)


class Steps(nn.Module):
    """A recurrent layer over the steps of a sequence, N×B×C."""

    def __init__(self, layer: nn.Module, last: bool) -> None:
        super().__init__()
        self.layer = layer
        self.last = last

    def forward(self, x: Tensor) -> Tensor:
        y, _ = self.layer(x[0].permute(1, 2, 0).contiguous())
        y = y[-1:] if self.last else y
        return y.permute(2, 0, 1)[None]


def recurrent(name: str, fields: dict[str, Any], channels: int) -> nn.Module:
    """PyTorch's, which has two biases or none."""
    make = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[name]
    biases = fields.get("biases", "2")
    assert biases != "1"
    both_ways = fields.get("bidirectional", False)
    layer = make(channels, fields["hidden"], bias=biases == "2", bidirectional=both_ways)
    return Steps(layer, fields.get("last", False))


def by_head(x: Tensor, heads: int) -> Tensor:
    """A map of N×B×C as B × heads × N × C/heads."""
    _, channels, height, width = x.shape
    return x.permute(0, 3, 2, 1).reshape(width, height, heads, channels // heads).transpose(1, 2)


class Meeting(nn.Module):
    """Branches of what arrives, merged; ``fields`` are the merge's own."""

    def __init__(
        self, kind: str, branches: Sequence[nn.Module], functional: bool, **fields: Any
    ) -> None:
        super().__init__()
        self.kind = kind
        self.fields = fields
        self.functional = functional
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        found = [branch(x) for branch in self.branches]
        if self.kind == "matmul":
            return self.product(*found)
        if self.kind == "concat":
            along = ("channels", "height", "width").index(self.fields.get("along", "channels"))
            return torch.cat(found, 1 + along)
        total = found[0]
        for other in found[1:]:
            if self.kind == "add":
                total = torch.add(total, other) if self.functional else total + other
            else:
                total = torch.mul(total, other) if self.functional else total * other
        return total

    def product(self, a: Tensor, b: Tensor) -> Tensor:
        """Of two maps of tokens, head by head."""
        heads = self.fields.get("heads", 1)
        a, b = by_head(a, heads), by_head(b, heads)
        b = b.transpose(-1, -2) if self.fields["over"] == "channels" else b
        y = torch.matmul(a, b) if self.functional else a @ b
        width, _, height, _ = y.shape
        return y.transpose(1, 2).reshape(1, width, height, -1).permute(0, 3, 2, 1)
