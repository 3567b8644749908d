"""Families of public networks as one spec: exact on members that were not fitted."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from importlib import import_module
from typing import Any, NamedTuple

import pytest

pytest.importorskip("torch")

import torch
from measure import torchvision_models

import costcalc as cc
from costcalc.exchange.torch.modules import read_module
from costcalc.models.families import several
from costcalc.models.importing import Read

pytestmark = pytest.mark.oracle


def of(library: str, name: str) -> Any:
    """A module of networks."""
    torchvision_models()  # first, so that all of them can be imported
    pytest.importorskip(library)
    return import_module(f"{library}.models.{name}")


def tv(name: str) -> Any:
    return of("torchvision", name)


def scaled(alpha: Fraction, d: Fraction) -> Any:
    nets = tv("efficientnet")
    scales = {"width_mult": float(alpha), "depth_mult": float(d)}
    conf, last = nets._efficientnet_conf("efficientnet_b0", **scales)
    return nets.EfficientNet(conf, 0.2, last_channel=last)


def regular(w: int, n: int) -> Any:
    widths = [w, 2 * w, 5 * w, 10 * w]
    nets = tv("regnet")
    params = nets.BlockParams([1, 3, n, 2], widths, [w // 4] * 4, [1] * 4, [2] * 4, 0.25)
    return nets.RegNet(params)


def shuffled(c: int, e: int) -> Any:
    return tv("shufflenetv2").ShuffleNetV2([4, 8, 4], [24, c, 2 * c, 4 * c, e])


def third(alpha: Fraction) -> Any:
    nets = tv("mobilenetv3")
    conf, last = nets._mobilenet_v3_conf("mobilenet_v3_large", width_mult=float(alpha))
    return nets.MobileNetV3(conf, last)


class Kind(NamedTuple):
    """A family: what builds a member, and where the members stand, the withheld one last. The
    sides of their images are ``resolution``, if it is said."""

    build: Callable[..., Any]
    at: tuple[str, ...]
    side: int = 224


FAMILIES = {
    "MobileNetV1": Kind(
        lambda alpha: of("timm", "efficientnet")._gen_mobilenet_v1("mobilenetv1_100", float(alpha)),
        (
            *("alpha=1/4,resolution=224", "alpha=1/2,resolution=160", "alpha=1,resolution=192"),
            "alpha=3/4,resolution=160",
        ),
    ),
    "MobileNetV2": Kind(
        lambda alpha: tv("mobilenetv2").MobileNetV2(width_mult=float(alpha)),
        ("alpha=0.5", "alpha=1", "alpha=1.4", "alpha=0.35"),
    ),
    "MobileNetV3": Kind(third, ("alpha=0.5", "alpha=1", "alpha=1.25", "alpha=0.75")),
    "ResNet": Kind(
        lambda n, m: tv("resnet").ResNet(tv("resnet").Bottleneck, [3, int(n), int(m), 3]),
        ("n=4,m=6", "n=8,m=6", "n=4,m=23", "n=8,m=36"),
    ),
    "DenseNet": Kind(
        lambda k, n, m: tv("densenet").DenseNet(int(k), (6, 12, int(n), int(m)), int(2 * k)),
        ("k=32,n=24,m=16", "k=32,n=32,m=32", "k=24,n=24,m=16", "k=48,n=36,m=24", "k=32,n=48,m=32"),
    ),
    "DenseNet of CIFAR": Kind(
        lambda L, k: of("pytorchcv", "densenet_cifar").get_densenet_cifar(
            10, int(L), int(k), False
        ),
        ("L=40,k=12", "L=100,k=12", "L=40,k=24", "L=100,k=24"),
        32,
    ),
    "EfficientNet": Kind(
        scaled,
        ("alpha=1,d=1", "alpha=1,d=1.1", "alpha=1.1,d=1.2", "alpha=1.4,d=1.8", "alpha=1.6,d=2.2"),
    ),
    "ShuffleNetV2": Kind(
        lambda c, e: shuffled(int(c), int(e)),
        ("c=48,e=1024", "c=116,e=1024", "c=244,e=2048", "c=176,e=1024"),
    ),
    "RegNet": Kind(
        lambda w, n: regular(int(w), int(n)), ("w=64,n=2", "w=96,n=2", "w=64,n=10", "w=160,n=7")
    ),
    "WRN": Kind(
        lambda L, k: of("pytorchcv", "wrn_cifar").get_wrn_cifar(10, int(L), int(k)),
        ("L=16,k=10", "L=28,k=10", "L=40,k=8", "L=22,k=4"),
        32,
    ),
    "VGG": Kind(
        lambda n: getattr(tv("vgg"), {2: "vgg13_bn", 3: "vgg16_bn", 4: "vgg19_bn"}[int(n)])(),
        ("n=2", "n=3", "n=4"),
    ),
    "ConvNeXt": Kind(
        lambda d, n: of("timm", "convnext").ConvNeXt(
            depths=(3, 3, int(n), 3), dims=tuple(int(d) * 2**i for i in range(4))
        ),
        ("d=96,n=9", "d=96,n=27", "d=128,n=27", "d=192,n=27"),
    ),
}


def members(kind: Kind) -> list[Read]:
    read = []
    for at in kind.at:
        given = {name: Fraction(value) for name, value in (one.split("=") for one in at.split(","))}
        side = int(given.pop("resolution", Fraction(kind.side)))
        with torch.device("meta"):
            module = kind.build(**given)
        read.append(Read("net", read_module(module, f"3x{side}x{side}"), at))
    return read


@pytest.mark.parametrize("name", FAMILIES)
def test_a_withheld_member_is_what_the_spec_of_the_others_gives(name: str) -> None:
    kind = FAMILIES[name]
    _, said = several(members(kind), kind.at, "net", True)
    assert f"{kind.at[-1]}, held out: equal" in said


def test_what_no_rule_gives_is_refused() -> None:
    """GhostNet halves what it rounded."""
    kind = Kind(
        lambda alpha: of("timm", "ghostnet")._create_ghostnet("ghostnet_100", width=float(alpha)),
        ("alpha=0.5", "alpha=1", "alpha=1.3"),
    )
    with pytest.raises(cc.CostcalcError, match=r"^no rule gives all models: 'out' of conv of "):
        several(members(kind), kind.at, "net", False)
