"""Networks for ImageNet that came after ResNet and the MobileNets."""

from __future__ import annotations

from cases import GRAPH_ORDER, Case, Departure
from implementations import (
    attention_in_parts,
    deploy,
    keras,
    pytorchcv,
    timm,
    torchvision,
    weights_once,
    without_images,
)

SCALE_FIRST = "the 1x1 branch runs first"
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

GHOSTNET = [
    Case("ghostnet", {"alpha": a}, timm(f"ghostnet_{name}"), SIZES)
    for a, name in (("1", "100"), ("1/2", "050"), ("1.3", "130"))
]

MOBILENET_V4 = [
    Case("mobilenet-v4-conv-small", {}, timm("mobilenetv4_conv_small"), SIZES),
    Case("mobilenet-v4-conv-small", {"alpha": "1/2"}, timm("mobilenetv4_conv_small_050"), SIZES),
    Case("mobilenet-v4-conv-medium", {}, timm("mobilenetv4_conv_medium"), ((256, 256), (97, 131))),
]

#: The multipliers of RepVGG-A0 to -A2.
REPVGG_A = (("0.75", "2.5"), ("1", "2.5"), ("1.5", "2.75"))
#: MobileOne-S1, from the rows of S0.
MOBILEONE_S1 = Departure(
    "other widths",
    {"k": "one"},
    edits=(
        (r"stem: 48,", "stem: 64,"),
        (r"64\*0.75", "64*1.5"),
        (r"128\*1", "128*1.5"),
        (r"256\*1", "256*2"),
        (r"512\*2", "512*2.5"),
        (r" input: [\d×]+\}", "}"),
    ),
)
PHASES = (("deploy", (deploy,), ""), ("train", (), SCALE_FIRST))
REPARAMETERIZED = [
    *(
        Case(
            "repvgg-a0",
            {"a": a, "b": b, "phase": phase},
            timm(f"repvgg_a{i}", *deployed),
            SIZES,
            any_order=order,
        )
        for i, (a, b) in enumerate(REPVGG_A)
        for phase, deployed, order in (("deploy", (deploy,), ""), ("train", (), SCALE_FIRST))
    ),
    *(
        Case(
            "mobileone-s0",
            {"phase": phase},
            timm(f"mobileone_s{i}", *deployed),
            SIZES,
            any_order=order,
            departs=departs,
        )
        for i, departs in enumerate((None, MOBILEONE_S1))
        for phase, deployed, order in PHASES
    ),
]

CLASSIC = [
    Case("alexnet-owt", {}, torchvision("alexnet"), ((224, 224), (256, 256), (192, 160))),
    Case("xception", {}, timm("legacy_xception"), ((299, 299), (97, 131))),
    Case("xception", {}, keras("Xception"), ((299, 299), (97, 131))),
    Case("inception-v3", {}, timm("inception_v3"), ((299, 299), (97, 131))),
    Case(
        "inception-v3",
        {},
        keras("InceptionV3"),
        ((299, 299), (97, 131)),
        any_order=GRAPH_ORDER,
        departs=Departure(
            "BN has no scale", edits=((r"norm: batch,", "norm: {batch, scale: false},"),)
        ),
    ),
    *(Case("res2net-50", {"width": w}, timm(f"res2net50_{w}w_{s}s"), SIZES) for w, s in ((26, 4),)),
]

#: d, w and g of other networks of the paper's tables, in the place of 400MF's.
X_3200, X_400 = ("2, 96, 48", "6, 192, 48", "15, 432, 48", "2, 1008, 48"), "1 32|2 64|7 160|12 384"
Y_800, Y_400 = ("1, 64, 16", "3, 128, 16", "8, 320, 16", "2, 768, 16"), "1 48|3 104|6 208|6 440"


def stages(x: str, old: str, new: tuple[str, ...], g: int) -> Departure:
    """Another network of the table."""
    rows = [tuple(row.split()) for row in old.split("|")]
    edits = (
        (rf"{x}_stage: \[{d}, {w}, {g}\]", f"{x}_stage: [{row}]")
        for (d, w), row in zip(rows, new, strict=True)
    )
    return Departure("other stages", edits=(*edits, (r" input: [\dx]+\}", "}")))


REGNET = [
    Case("regnet-x-400mf", {}, timm("regnetx_004"), SIZES),
    Case("regnet-y-400mf", {}, timm("regnety_004"), SIZES),
    Case("regnet-x-400mf", {}, timm("regnetx_032"), SIZES, departs=stages("x", X_400, X_3200, 16)),
    Case("regnet-y-400mf", {}, timm("regnety_008"), SIZES, departs=stages("y", Y_400, Y_800, 8)),
]

PYRAMIDNET = [
    Case(
        "cifar-pyramidnet",
        {"alpha": alpha},
        pytorchcv(
            "pyramidnet_cifar.get_pyramidnet_cifar",
            num_classes=10,
            blocks=110,
            alpha=alpha,
            bottleneck=False,
        ),
        ((32, 32), (29, 41)),
    )
    for alpha in (48, 84, 270)
]

#: An argument of torchvision: without it, weights would be looked for.
UNTRAINED = {"weights": None, "weights_backbone": None}
#: torchvision's second RetinaNet: P6 is on C5, as in the paper.
GROUPS = ((r"out: 256, bias: true, norm: none(\}\])", r"out: 256, norm: {group: 32}\1"),)
SUBNET_BY_SUBNET = "one subnet runs on all maps, then the other"
DENSE = [
    *(
        Case(
            "retinanet-r50-fpn",
            {"classes": 91, "p6_on": p6_on},
            torchvision(f"detection.retinanet_resnet50_fpn{version}", without_images, **UNTRAINED),
            ((800, 800), (500, 333)),
            any_order=SUBNET_BY_SUBNET,
            departs=Departure(note, edits=edits, corrected=weights_once),
        )
        for version, p6_on, note, edits in (
            ("", "p5", "a shared module is listed each time", ()),
            ("_v2", "c5", "groups are normalised in the subnets", GROUPS),
        )
    ),
    *(
        Case(
            "deeplabv3-mobilenet-v3",
            {"classes": classes},
            torchvision(
                "segmentation.deeplabv3_mobilenet_v3_large", num_classes=classes, **UNTRAINED
            ),
            ((512, 512), (97, 131)),
        )
        for classes in (21, 2)
    ),
]

MIXNET = [
    Case("mixnet-s", {}, timm("mixnet_s"), SIZES),
    Case("mixnet-m", {}, timm("mixnet_m"), SIZES),
    Case("mixnet-m", {"alpha": "1.3"}, timm("mixnet_l"), SIZES),
]
HRNET = [
    Case("hrnet-w18", {"w": w}, timm(f"hrnet_w{w}"), ((224, 224), (192, 160))) for w in (18, 32)
]

#: C and B, and torchvision's name.
WIDTHS = ((96, 9, "tiny"), (96, 27, "small"), (128, 27, "base"), (192, 27, "large"))
CONVNEXT = [
    Case("convnext-tiny", {"C": c, "B": b}, torchvision(f"convnext_{name}"), SIZES)
    for c, b, name in WIDTHS
]

ONE_LAYER = "queries, keys and values are one layer"
PARTS = Departure(ONE_LAYER, corrected=attention_in_parts())
VIT = [
    Case(
        "vit-b-16",
        {"P": patch, "L": depth, "D": width, "heads": heads},
        timm(f"vit_{name}_patch{patch}_224", img_size=size),
        (size,),
        departs=PARTS,
    )
    for patch, depth, width, heads, name, size in (
        (16, 12, 768, 12, "base", (224, 224)),
        (32, 12, 768, 12, "base", (224, 224)),
        (16, 24, 1024, 16, "large", (384, 384)),
        (16, 12, 192, 3, "tiny", (96, 128)),
    )
]

WINDOWS = Departure(
    f"{ONE_LAYER}, and windows are in the batch",
    corrected=attention_in_parts(
        lambda name, sides, tokens: sides[0] * sides[1] // tokens if ".attn." in name else 0
    ),
)
PIXELS = Departure(
    f"{ONE_LAYER}, and the pixels of a patch are in the batch",
    corrected=attention_in_parts(lambda name, sides, tokens: 2 * 2),
)
WINDOWED = [
    *(
        Case(
            "swin-t",
            {"C": c, "B": b, "M": m},
            timm(f"swin_{name}_patch4_window{m}_{side}", img_size=size),
            (size,),
            departs=WINDOWS,
        )
        for c, b, m, name, side, size in (
            (96, 6, 7, "tiny", 224, (224, 224)),
            (96, 18, 7, "small", 224, (224, 448)),
            (128, 18, 12, "base", 384, (384, 384)),
            (192, 18, 7, "large", 224, (224, 224)),
        )
    ),
    Case("mobilevit-s", {}, timm("mobilevit_s"), ((256, 256), (128, 192)), departs=PIXELS),
]

CASES = [
    *VIT,
    *WINDOWED,
    *CONVNEXT,
    *MIXNET,
    *HRNET,
    *PYRAMIDNET,
    *DENSE,
    *SQUEEZENET,
    *DENSENET,
    *RESNETS,
    *SHUFFLENET_V2,
    *MNASNET,
    *EFFICIENTNET,
    *GHOSTNET,
    *MOBILENET_V4,
    *REPARAMETERIZED,
    *CLASSIC,
    *REGNET,
]
