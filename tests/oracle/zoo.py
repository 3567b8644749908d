"""Public networks, built without weights, and what they are: every product that PyTorch runs.

``networks.csv`` lists them: library, model, input (channels x height x width), the Mult-Adds of
the convolution and linear modules that run, and the parameters (two networks keep masks as such,
which are not trained), as measured with torch 2.14.1, torchvision 0.29.1, timm 1.0.31 and
pytorchcv 0.0.74; and what became of each when it was
translated last: exact, or why it was refused.
"""

from __future__ import annotations

import csv
import importlib.util
import math
from pathlib import Path
from typing import Any, NamedTuple

import torch
from measure import stub_torchvision, torchvision_models
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd
from torch.utils._python_dispatch import TorchDispatchMode

LIST = Path(__file__).with_name("networks.csv")


class Listed(NamedTuple):
    """A network of the list; figures are empty for what could not be run."""

    library: str
    model: str
    input: str
    mult_adds: str
    params: str
    verdict: str

    @property
    def name(self) -> str:
        return f"{self.library} {self.model}"


def listed() -> list[Listed]:
    """The networks whose library is installed."""
    with LIST.open(encoding="utf-8", newline="") as file:
        rows = [Listed(*row) for row in csv.reader(file)][1:]
    return [row for row in rows if importlib.util.find_spec(row.library)]


def _made(library: str, name: str) -> nn.Module:
    if library == "torchvision":
        models = torchvision_models()
        heads = (models.detection, models.segmentation)
        of_backbone = any(hasattr(module, name) for module in heads)
        return models.get_model(
            name, weights=None, **({"weights_backbone": None} if of_backbone else {})
        )
    stub_torchvision()
    if library == "timm":
        import timm
        from timm.layers import set_fused_attn

        set_fused_attn(False)
        return timm.create_model(name, pretrained=False)
    from pytorchcv.model_provider import get_model

    return get_model(name, pretrained=False)


def build(network: Listed, device: str) -> tuple[nn.Module, Tensor]:
    """A network in evaluation mode and an image for it."""
    sizes = [int(size) for size in network.input.split("x")]
    try:
        with torch.device(device):
            model = _made(network.library, network.model)
    except (NotImplementedError, RuntimeError):  # builds with numbers that it reads
        model = _made(network.library, network.model).to(device)
    return model.eval(), torch.zeros(1, *sizes, device=device)


def run(model: nn.Module, image: Tensor) -> None:
    """Run a network; detectors take a list of images."""
    detects = type(model).__module__.startswith("torchvision.models.detection")
    model([image[0]]) if detects else model(image)


class Product(NamedTuple):
    """A convolution or a product of matrices: its Mult-Adds, and what leaves: height (of a batch,
    all of them), width and channels of a convolution, the elements of a product."""

    output: tuple[int, ...]
    mult_adds: int

    def equals(self, other: Product) -> bool:
        """Whether both are one; a linear layer may be told as a convolution of 1x1, so that of two
        kinds only the elements are compared."""
        same = self.output == other.output
        if len(self.output) != len(other.output):
            same = math.prod(self.output) == math.prod(other.output)
        return same and self.mult_adds == other.mult_adds


class Products(TorchDispatchMode):
    """Lists the products that run, as the dispatcher sees them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Product] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        name = func._schema.name
        if name == "aten::convolution":
            weight, transposed = args[1], args[6]
            made = args[0] if transposed else out
            macs = made.shape[0] * math.prod(made.shape[2:]) * weight.numel()
            batch, channels, height, width = (*out.shape, 1)[:4]
            self.found.append(Product((batch * height, width, channels), macs))
        elif name in ("aten::addmm", "aten::mm", "aten::bmm", "aten::baddbmm"):
            left = args[1] if name in ("aten::addmm", "aten::baddbmm") else args[0]
            macs = out.numel() * left.shape[-1]
            self.found.append(Product((out.numel(),), macs))
        elif name.startswith("aten::_scaled_dot_product"):
            query, key, value = args[:3]
            scores = query.numel() // query.shape[-1] * key.shape[-2]
            self.found.append(Product((scores,), scores * query.shape[-1]))
            made = scores // key.shape[-2] * value.shape[-1]
            self.found.append(Product((made,), scores * value.shape[-1]))
        elif name in ("aten::_convolution", "aten::mv", "aten::dot", "aten::addmv"):
            raise NotImplementedError(name)
        return out


class Modules:
    """Adds up the Mult-Adds of the convolution and linear modules that run, as the list does: where
    maps are folded into the batch, the convolution of one."""

    def __init__(self, model: nn.Module) -> None:
        self.mult_adds = 0
        for module in model.modules():
            if isinstance(module, _ConvNd | nn.Linear):
                module.register_forward_hook(self.add)

    def add(self, module: nn.Module, given: tuple[Tensor, ...], made: Any) -> None:
        if not isinstance(made, Tensor):  # a subclass that runs something else
            return
        weight = module.weight
        across = given[0] if isinstance(module, _ConvTransposeNd) else made
        maps = 1 if isinstance(module, nn.Linear) else across.shape[0]
        self.mult_adds += across.numel() // maps * weight.numel() // weight.shape[0]


def parameters(model: nn.Module) -> int:
    """Trained parameters, shared ones once."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
