"""What networks are built from: modules, and the function calls that stand for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

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
    """A convolution whose kernels and biases are buffers, which a function call takes."""

    def __init__(self, made: nn.Conv2d | nn.ConvTranspose2d) -> None:
        super().__init__()
        self.register_buffer("kernels", made.weight.detach())
        self.register_buffer("shifts", None if made.bias is None else made.bias.detach())
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
    if name == "l2norm":
        assert not scale
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
    """The function call, with a scale and a shift that are not called parameters."""
    given = [fields.get(word, True) for word in ("scale", "shift")]
    scale, shift = (torch.ones(channels) if there else None for there in given)
    if name == "lrn":
        return Function(lambda x: F.local_response_norm(x, fields.get("size", 5)))
    if name == "groupnorm":
        return Function(lambda x: F.group_norm(x, fields["groups"], scale, shift))
    if name == "instancenorm":
        return Function(lambda x: F.instance_norm(x, weight=scale, bias=shift))
    if name == "rmsnorm":
        return ChannelsLast(Function(lambda x: F.rms_norm(x, (channels,), scale)))
    assert name == "layernorm"
    return ChannelsLast(Function(lambda x: F.layer_norm(x, (channels,), scale, shift)))


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
            parts = y.reshape(1, down, rows, across, columns, -1).permute(0, 2, 4, 1, 3, 5)
            return parts.reshape(1, rows * columns, down * across, -1)

        return in_places(parted)
    return None


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
