"""What networks are built from: modules, and the function calls that stand for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.slopes = nn.Parameter(torch.full((channels,), 0.25))

    def forward(self, x: Tensor) -> Tensor:
        return F.prelu(x, self.slopes)


class Meeting(nn.Module):
    """Branches of what arrives, merged."""

    def __init__(self, kind: str, branches: Sequence[nn.Module], functional: bool) -> None:
        super().__init__()
        self.kind = kind
        self.functional = functional
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        found = [branch(x) for branch in self.branches]
        if self.kind == "concat":
            return torch.cat(found, 1)
        total = found[0]
        for other in found[1:]:
            if self.kind == "add":
                total = torch.add(total, other) if self.functional else total + other
            else:
                total = torch.mul(total, other) if self.functional else total * other
        return total
