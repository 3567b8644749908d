"""Networks for ImageNet that came after ResNet and the MobileNets."""

from __future__ import annotations

from cases import Case
from implementations import timm, torchvision

SIZES = ((224, 224), (192, 160), (97, 131))

SQUEEZENET = [
    Case(f"squeezenet-{version}", {}, torchvision(f"squeezenet1_{version[2:]}"), SIZES)
    for version in ("1.0", "1.1")
]

DENSENET = [
    Case(f"densenet-{depth}", {"k": k}, timm(f"densenet.densenet{depth}", growth_rate=k), SIZES)
    for depth, k in ((121, 32), (169, 32), (201, 32), (121, 48))
]

RESNETS = [
    Case("resnext-50", {}, timm("resnext50_32x4d"), SIZES),
    Case("se-resnet-50", {}, timm("seresnet50"), SIZES),
]

SHUFFLENET_V2 = [
    Case("shufflenet-v2", {"c": c, "conv5": conv5}, torchvision(f"shufflenet_v2_x{width}"), SIZES)
    for width, c, conv5 in (
        ("1_0", 116, 1024),
        ("0_5", 48, 1024),
        ("1_5", 176, 1024),
        ("2_0", 244, 2048),
    )
]

MNASNET = [
    *(
        Case(
            "mnasnet-a1",
            {"alpha": a},
            timm("efficientnet._gen_mnasnet_a1", variant="mnasnet_a1", channel_multiplier=w),
            SIZES,
        )
        for a, w in (("1", 1.0), ("1/2", 0.5), ("1.4", 1.4))
    ),
    *(
        Case("mnasnet-b1", {"alpha": a}, torchvision(f"mnasnet{name}"), SIZES)
        for a, name in (("1", "1_0"), ("1/2", "0_5"), ("3/4", "0_75"), ("1.3", "1_3"))
    ),
    Case("mnasnet-b1", {"alpha": "1.4"}, timm("mnasnet_140"), SIZES),
]

#: alpha, d and resolution of EfficientNet-B0 to -B7, and of Lite0 to Lite4.
COMPOUND = (
    *(("1", "1", 224), ("1", "1.1", 240), ("1.1", "1.2", 260), ("1.2", "1.4", 300)),
    *(("1.4", "1.8", 380), ("1.6", "2.2", 456), ("1.8", "2.6", 528), ("2", "3.1", 600)),
)
LITE = (*COMPOUND[:3], ("1.2", "1.4", 280), ("1.4", "1.8", 300))
EFFICIENTNET = [
    *(
        Case(
            "efficientnet-b0",
            {"alpha": a, "d": d},
            timm(f"efficientnet_b{b}"),
            ((r, r), (97, 131)),
        )
        for b, (a, d, r) in enumerate(COMPOUND)
    ),
    *(
        Case(
            "efficientnet-lite0",
            {"alpha": a, "d": d},
            timm(f"efficientnet_lite{b}"),
            ((r, r), (97, 131)),
        )
        for b, (a, d, r) in enumerate(LITE)
    ),
]

CASES = [*SQUEEZENET, *DENSENET, *RESNETS, *SHUFFLENET_V2, *MNASNET, *EFFICIENTNET]
