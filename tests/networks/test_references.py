"""The networks whose totals everybody knows."""

from fractions import Fraction

import pytest

import costcalc as cc


def vgg(height: int, width: int) -> tuple[int, int]:
    """(Mult-Adds, parameters) of configuration D, convolution by convolution."""
    work = params = 0
    channels = 3
    for out, convs in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
        for _ in range(convs):
            work += 3 * 3 * channels * out * height * width
            params += 3 * 3 * channels * out + out
            channels = out
        height, width = height // 2, width // 2
    units = 512 * height * width
    for out in (4096, 4096, 1000):
        work, params, units = work + units * out, params + units * out + out, out
    return work, params


@pytest.mark.parametrize("height, width", [(224, 224), (256, 256), (97, 131), (32, 63)])
def test_vgg_16(height: int, width: int) -> None:
    found = cc.load("vgg-16").count(convention="trainable", resolution=f"{height}x{width}")
    assert (found.mult_adds, found.params) == vgg(height, width)


@pytest.mark.parametrize(
    ("spec", "resolution", "mult_adds", "params"),
    [
        # timm 1.0.31 resnet18 and resnet50; pytorchcv 0.0.74 resnet18 and resnet50b
        ("resnet-18", "224", 1_814_073_344, 11_689_512),
        ("resnet-18", "225x193", 1_774_293_184, 11_689_512),
        ("resnet-50", "224", 4_089_184_256, 25_557_032),
        ("resnet-50", "225x193", 4_006_117_568, 25_557_032),
        ("resnet-50", "256x320", 6_674_923_520, 25_557_032),
        # Keras 3.15.1 VGG16
        ("vgg-16", "224", 15_470_264_320, 138_357_544),
        ("vgg-16", "97x131", 3_831_184_448, 60_762_920),
    ],
)
def test_totals_of_independent_implementations(
    spec: str, resolution: str, mult_adds: int, params: int
) -> None:
    net = cc.load(spec)
    found = net.count(convention="trainable", resolution=resolution)
    assert (found.mult_adds, found.params) == (mult_adds, params)


def test_resnet_50_with_the_strides_of_its_paper() -> None:
    # the first 1x1 of three stages sees a quarter of the positions; its paper prints 3.8 billion
    saved = 3 * (56**2 * 256 * 128 + 28**2 * 512 * 256 + 14**2 * 1024 * 512) // 4
    for resolution, usual in (("224", 4_089_184_256), ("256x320", 6_674_923_520)):
        positions = Fraction(256 * 320, 224**2) if "x" in resolution else 1
        found = cc.load("resnet-50").count(
            convention="trainable", resolution=resolution, strided="first"
        )
        assert (found.mult_adds, found.params) == (usual - saved * positions, 25_557_032)


@pytest.mark.parametrize("spec", ["resnet-18", "resnet-50", "vgg-16"])
@pytest.mark.parametrize("resolution", [32, 97, 160, 224, 225])
def test_closed_forms_in_the_resolution(spec: str, resolution: int) -> None:
    net = cc.load(spec)
    found = net.count(convention="trainable", resolution=resolution, classes=10)
    form = net.formula(convention="trainable")
    binding = {"resolution": resolution, "classes": 10}
    known = {name: binding[name] for name in form.parameters}
    assert form.at(rounded=True, **known) == (found.mult_adds, found.params)
    if resolution % 32 == 0:
        assert form.at(**known) == (found.mult_adds, found.params)
    elif spec == "vgg-16":
        with pytest.raises(cc.CostcalcError, match="exact only where"):
            form.at(**known)


@pytest.mark.parametrize(("spec", "layers"), [("resnet-18", 18), ("resnet-50", 50), ("vgg-16", 16)])
def test_the_number_in_the_name_counts_the_layers(spec: str, layers: int) -> None:
    """Convolutions and FC layers, shortcuts aside: 3 of the 4 stages of a ResNet project (all 4
    with bottlenecks)."""
    shortcuts = {"resnet-18": 3, "resnet-50": 4, "vgg-16": 0}[spec]
    weighed = [layer for layer in cc.load(spec).count().layers if layer.mult_adds]
    assert len(weighed) == layers + shortcuts
