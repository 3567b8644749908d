"""Public networks as specs: nothing differs from what PyTorch runs; what has no row is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest.importorskip("torch")

import torch
import torch.nn.functional as F
from measure import torchvision_models
from torch import Tensor, nn
from translated import READERS, differences, outcome
from zoo import Listed, Products, listed

import costcalc as cc
from costcalc.exchange.flat import flat
from costcalc.exchange.torch.running import translate
from costcalc.exchange.translation import Refused
from costcalc.language.write import write

pytestmark = pytest.mark.oracle

#: What the list has to reach: see docs/oracles.md.
EXACT = 440


def spec(model: nn.Module, *size: int) -> str:
    """The layers of a module's spec, which count what PyTorch runs."""
    with torch.no_grad(), Products() as ran:
        image = torch.zeros(1, *size)
        translation = translate(model.eval(), [image], READERS, lambda: model(image))
    assert differences(translation, ran.found, model) == []
    translation.rows = [row._replace(name="") for row in translation.rows]
    document = flat(translation, "module", "module").reading[0]
    return write(document).partition("layers:\n")[2]


class Shared(nn.Module):
    """A convolution that runs twice, with its bias or another."""

    def __init__(self, own_bias: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.bias = nn.Parameter(torch.zeros(4)) if own_bias else None

    def forward(self, x: Tensor) -> Tensor:
        bias = self.conv.bias if self.bias is None else self.bias
        return F.conv2d(self.conv(x), self.conv.weight, bias, padding=1)


class Function(nn.Module):
    """A function of what arrives."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


class Itself(nn.Module):
    """Attention of a sequence with itself."""

    def __init__(self, attention: nn.MultiheadAttention) -> None:
        super().__init__()
        self.attention = attention

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(2).transpose(1, 2)
        return self.attention(x, x, x, need_weights=False)[0]


def test_layers() -> None:
    """What a row has is what the layer has; a convolution of each channel is depthwise."""
    model = nn.Sequential(
        nn.Conv2d(4, 8, (3, 5), (1, 2), (0, 1), bias=False),
        nn.Conv2d(8, 16, 3, groups=8, dilation=2),
        nn.BatchNorm2d(16, affine=False),
        nn.PReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 3),
    )
    assert spec(model, 4, 16, 16) == (
        "- {conv: [3, 5], out: 8, padding: [0, 1], stride: [1, 2], dilation: [1, 1], bias: false}\n"
        "- {dwconv: [3, 3], multiplier: 2, padding: [0, 0], stride: [1, 1], dilation: [2, 2], "
        "bias: true}\n"
        "- {bn: , scale: false, shift: false}\n"
        "- {prelu: layer}\n"
        "- {avgpool: global}\n"
        "- {fc: 3, bias: true}\n"
    )


@pytest.mark.parametrize(
    ("function", "rows"),
    [
        (lambda x: x[:, :2], ["{select: 2}"]),
        (lambda x: x[:, :, 1:-1, ::2], ["{crop: [6, 4]}"]),
        (lambda x: x[0, :, 3], ["{crop: [1, 8]}"]),
        (
            lambda x: F.pad(x, (1, 2, 3, -1)),
            ["{crop: {by: [0, 1, 0, 0]}}", "{zeropad: [3, 0, 1, 2]}"],
        ),
        (
            lambda x: torch.cat([x, x], 2),
            ["{concat: [[{from: input}], [{from: input}]], along: height}"],
        ),
        (lambda x: x.mean(1, keepdim=True), ["{avgpool: {over: channels}}"]),
        (lambda x: x.amax((2, 3)), ["{maxpool: global}"]),
        (lambda x: F.pixel_shuffle(x, 2), ["{depth_to_space: 2}"]),
        (lambda x: F.interpolate(x, scale_factor=1.5), ["{resize: [12, 12], mode: nearest}"]),
        (lambda x: F.relu(x * 2 + 1), ["{relu: }"]),
        (
            lambda x: x * x.mean((2, 3), keepdim=True),
            ["{avgpool: global, name: r1}", "{multiply: [[{from: input}], [{from: r1}]]}"],
        ),
        (
            lambda x: (y := x.flatten(2)).transpose(1, 2) @ y,
            [
                "{tokens: , name: r1}",
                "{tokens: , from: input, name: r2}",
                "{matmul: [[{from: r1}], [{from: r2}]], over: channels, heads: 1}",
            ],
        ),
    ],
)
def test_what_two_maps_or_places_become(
    function: Callable[[Tensor], Tensor], rows: list[str]
) -> None:
    """Of a map of 8x8x4."""
    found = spec(Function(function), 4, 8, 8).splitlines()
    assert found == [f"- {row}" for row in rows]


def test_attention() -> None:
    """``nn.MultiheadAttention`` of 16 tokens of 8 channels with two heads."""
    model = nn.MultiheadAttention(8, 2, bias=False, batch_first=True)
    assert spec(Itself(model), 8, 4, 4).splitlines() == [
        "- {tokens: }",
        "- {linear: 24, bias: false, name: r2}",
        "- {select: 8, name: r3}",
        "- {select: 8, from: r2, name: r4}",
        "- {select: 8, from: r2, name: r5}",
        "- {matmul: [[{from: r3}], [{from: r4}]], over: channels, heads: 2}",
        "- {softmax: 2, name: r7}",
        "- {matmul: [[{from: r7}], [{from: r5}]], over: tokens, heads: 2}",
        "- {linear: 8, bias: false}",
    ]


class Learned(nn.Module):
    """A layer scale, a table of positions, and a class token; a function of them and of the map."""

    def __init__(self, function: Callable[[Learned, Tensor], Tensor]) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(4, 1, 1))
        self.table = nn.Parameter(torch.zeros(1, 4, 8, 8))
        self.weight = nn.Parameter(torch.zeros(6, 4, 3, 3))
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        x = (x * self.gamma + self.table).relu()
        return self.function(self, x)


def test_what_is_learned_beside_kernels() -> None:
    """A scale per channel, a map, and a kernel that two convolutions have in parts."""
    first, second = slice(0, 2), slice(2, 6)
    model = Learned(lambda m, x: F.conv2d(F.conv2d(x, m.weight[second]), m.weight[first]))
    window = "padding: [0, 0], stride: [1, 1], dilation: [1, 1], bias: false"
    assert spec(model, 4, 8, 8).splitlines() == [
        "- {scale: , name: r1}",
        "- {learned: [8, 8, 4], name: r2}",
        "- {add: [[{from: r1}], [{from: r2}]]}",
        "- {relu: }",
        f"- {{conv: [3, 3], out: 4, {window}}}",
        f"- {{conv: [3, 3], out: 2, {window}}}",
    ]


def test_a_part_of_a_parameter_that_does_not_run_is_refused() -> None:
    with pytest.raises(Refused, match=r"^parameters that no row holds$"):
        spec(Learned(lambda m, x: F.conv2d(x, m.weight[:2])), 4, 8, 8)


def test_a_kernel_that_is_no_parameter_is_fixed() -> None:
    """As in blur pooling."""
    model = Function(lambda x: F.conv2d(x, torch.ones(4, 1, 3, 3), stride=2, groups=4))
    assert spec(model, 4, 9, 9) == (
        "- {dwconv: [3, 3], multiplier: 1, padding: [0, 0], stride: [2, 2], dilation: [1, 1], "
        "bias: false, fixed: true}\n"
    )


def test_a_kernel_with_a_gain() -> None:
    """Weight standardisation, as in NFNet."""
    model = nn.Sequential(nn.Conv2d(4, 4, 3, bias=False))
    nn.utils.parametrizations.weight_norm(model[0])
    assert spec(model, 4, 8, 8).endswith("bias: false, gain: true}\n")


def test_weights_used_twice_are_lent() -> None:
    assert spec(Shared(), 4, 8, 8).splitlines()[1].endswith("bias: true, weights: r1}")


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (Shared(own_bias=True), "a row that shares only some of its parameters"),
        (
            Function(lambda x: F.linear(x.flatten(1).topk(4)[0], torch.ones(2, 4))),
            "a layer that reads what is decoded",
        ),
        (Function(lambda x: torch.cumsum(x, 1)), "operator cumsum"),
        (
            Function(lambda x: x[:, torch.tensor([0, 0, 1])]),
            "index by a tensor, but whole numbers for the first dimension",
        ),
        (Function(lambda x: x + torch.zeros(2, 4, 8, 8)), "a constant that a map is spread over"),
    ],
)
def test_what_has_no_row_is_refused(model: nn.Module, reason: str) -> None:
    with pytest.raises(Refused, match=rf"^{reason}$"):
        spec(model, 4, 8, 8)


def test_a_parameter_that_does_not_run_is_refused() -> None:
    """As the auxiliary heads of GoogLeNet, which only train."""
    model = Function(lambda x: x)
    model.head = nn.Linear(4, 4)
    with pytest.raises(Refused, match=r"^parameters that no row holds$"):
        spec(model, 4, 8, 8)


@pytest.mark.parametrize("network", listed(), ids=lambda network: network.name)
def test_network(network: Listed) -> None:
    """Every product in order, the sums, and the parameters; or the reason why there is no spec."""
    found = outcome(network)
    assert (found.verdict, found.differs) == (network.verdict, ())


@pytest.mark.parametrize(
    ("name", "most"), [("resnet50", 30), ("mobilenet_v2", 30), ("densenet121", 30), ("vgg16", 20)]
)
def test_specs_are_as_long_as_tables(name: str, most: int) -> None:
    (network,) = (one for one in listed() if one.name == f"torchvision {name}")
    found = outcome(network)
    assert (found.verdict, found.level) == ("exact", "blocks")
    assert found.rows <= most


def test_the_list() -> None:
    """How many of the networks can be said."""
    verdicts = [network.verdict for network in listed()]
    assert "different" not in verdicts
    assert verdicts.count("exact") >= EXACT


@pytest.mark.parametrize(
    "name", ["resnet18", "mobilenet_v3_small", "densenet121", "googlenet", "shufflenet_v2_x1_0"]
)
def test_images_of_any_sides_are_a_resolution(name: str) -> None:
    """Also at sides at which nothing was read."""
    options = {"aux_logits": False} if name == "googlenet" else {}
    module = getattr(torchvision_models(), name)(**options).eval()
    network = cc.from_torch(module, "3xRxR")
    for height, width in ((97, 97), (192, 192), (130, 250)):
        ours = network.count(resolution=f"{height}x{width}", convention="trainable")
        fixed = cc.from_torch(module, f"3x{height}x{width}").count(convention="trainable")
        assert (ours.mult_adds, ours.params) == (fixed.mult_adds, fixed.params)


def test_a_module_that_hangs_on_the_sides_of_its_images() -> None:
    module = torchvision_models().vit_b_16().eval()
    with pytest.raises(cc.CostcalcError) as caught:
        cc.from_torch(module, "3xRxR")
    assert str(caught.value) == (
        "what it does hangs on the sides of its images (--input 3x224x224)"
    )
