"""Programs of torch.export, as such and as ``.pt2`` files: what their modules are."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from measure import torchvision_models
from torch import nn
from zoo import build, listed

import costcalc as cc
from costcalc.exchange.flat import flat
from costcalc.exchange.torch.modules import read_module
from costcalc.exchange.torch.program import read
from costcalc.exchange.translation import Translation
from costcalc.models.importing import amounts

pytestmark = pytest.mark.oracle

#: One network of a family, by library.
NETWORKS = {
    "torchvision": """convnext_tiny densenet121 efficientnet_b0 lraspp_mobilenet_v3_large maxvit_t
        mnasnet0_5 mobilenet_v2 mobilenet_v3_small regnet_y_400mf resnet18 shufflenet_v2_x0_5
        squeezenet1_1 swin_t swin_v2_t""",
    "timm": """convnextv2_pico dpn68 edgenext_x_small fasternet_t0 ghostnet_050
        inception_next_atto mobilevit_xs nest_tiny nf_seresnet50 pit_s_224 poolformer_s12
        res2net50_14w_8s rexnet_300 skresnet50 swiftformer_xs twins_svt_small visformer_tiny""",
    "pytorchcv": """dla46c hardnet68 igcv3_wd2 mixnet_m octresnet10_ad2 peleenet preresnet18_wd4
        resnestabc14 seresnet10_cub shufflenet_g1_wd4""",
}


def work(translation: Translation) -> tuple[dict[str, Any], list[tuple[int, int]]]:
    """The amount of every tag, and what each layer costs, in the order in which they run."""
    spec = flat(translation, "net", "net")
    layers = cc.count(spec, convention="trainable").layers
    costs = [(layer.mult_adds, layer.params) for layer in layers if layer.mult_adds or layer.params]
    return amounts(spec)[0], costs


@pytest.mark.parametrize(
    ("library", "name"),
    [(library, name) for library, names in NETWORKS.items() for name in names.split()],
)
def test_a_file_is_its_module(library: str, name: str, tmp_path: Path) -> None:
    """By every tag, and layer by layer."""
    found = [one for one in listed() if (one.library, one.model) == (library, name)]
    if not found:
        pytest.skip("the library is not installed")
    module, image = build(found[0], "cpu")
    torch.export.save(torch.export.export(module, (image,)), tmp_path / "net.pt2")
    assert work(read(tmp_path / "net.pt2")) == work(read_module(module, image))


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_small", "vit_b_16"])
def test_a_program_is_its_module(name: str) -> None:
    module = getattr(torchvision_models(), name)().eval()
    image = torch.zeros(1, 3, 224, 224)
    program = torch.export.export(module, (image,))
    assert work(read_module(program, image)) == work(read_module(module, image))


@pytest.mark.parametrize("name", ["densenet121", "efficientnet_b0", "shufflenet_v2_x1_0"])
def test_a_program_of_core_operators_is_its_module(name: str, tmp_path: Path) -> None:
    """Decomposed, as all programs were before torch 2.6: activations are other rows then."""
    module = getattr(torchvision_models(), name)().eval()
    image = torch.zeros(1, 3, 224, 224)
    program = torch.export.export(module, (image,)).run_decompositions()
    torch.export.save(program, tmp_path / "net.pt2")
    assert work(read(tmp_path / "net.pt2"))[1] == work(read_module(module, image))[1]


@pytest.mark.parametrize("side", [97, 224])
def test_an_open_size_is_asked_for(side: int, tmp_path: Path) -> None:
    """Sides and the batch left open, with paddings and a resizing that hang on them."""

    class Open(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.down = nn.Conv2d(3, 8, 3, 2, 1)
            self.rest = nn.Conv2d(8, 4, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            made = self.down(x)
            pad = made.shape[-1] % 4
            made = nn.functional.pad(made, (0, pad, 0, pad))
            up = nn.functional.interpolate(self.rest(made), scale_factor=2.0)
            return up.mean((2, 3))

    module = Open().eval()
    open_ = {0: torch.export.Dim.AUTO, 2: torch.export.Dim.AUTO, 3: torch.export.Dim.AUTO}
    image = torch.zeros(2, 3, 64, 64)
    program = torch.export.export(module, (image,), dynamic_shapes={"x": open_})
    torch.export.save(program, tmp_path / "net.pt2")
    spec = flat(read(tmp_path / "net.pt2", (side, side, 3)), "net", "net.pt2")
    half = math.ceil(side / 2)
    padded = half + half % 4
    assert cc.count(spec, convention="trainable").mult_adds == (
        half**2 * 3 * 3 * 3 * 8 + (padded - 2) ** 2 * 3 * 3 * 8 * 4
    )
