"""The MobileNets."""

from __future__ import annotations

from cases import FLOORS, Case, Departure
from implementations import keras, pytorchcv, timm, timm_rows

SIZES = ((224, 224), (192, 160), (97, 131))
EVEN = ((224, 224), (192, 160), (96, 128))
ODD = ((97, 131), (225, 193))
SHALLOW = [[32], [64], [128, 128], [256, 256], [512], [1024, 1024]]
CONV_ROWS = (
    *((1, 1, 64), (1, 2, 128), (1, 1, 128), (1, 2, 256), (1, 1, 256)),
    *((1, 2, 512), (5, 1, 512), (1, 2, 1024), (1, 1, 1024)),
)
WIDTHS = (("1/4", 0.25), ("1/2", 0.5), ("3/4", 0.75), ("1", 1.0))

MOBILENET_V1 = [
    *(
        Case(
            "mobilenet-v1", {"alpha": a}, pytorchcv("mobilenet.get_mobilenet", width_scale=w), SIZES
        )
        for a, w in WIDTHS
    ),
    *(
        Case("mobilenet-v1", {"alpha": a}, timm(name), SIZES)
        for a, name in (("1", "mobilenetv1_100"), ("5/4", "mobilenetv1_125"))
    ),
    *(
        Case(
            "mobilenet-v1",
            {"alpha": a, "delta": d, "classes": 37},
            keras("MobileNet", alpha=w, depth_multiplier=d, classes=37),
            sizes,
            departs=departs,
        )
        for a, w, d in (("1", 1.0, 1), ("0.35", 0.35, 1), ("3/4", 0.75, 2), ("1/4", 0.25, 4))
        for sizes, departs in ((EVEN, None), (ODD, FLOORS))
    ),
    *(
        Case(
            "mobilenet-v1-shallow",
            {"alpha": a},
            pytorchcv(
                "mobilenet.MobileNet",
                label=f"MobileNet(without five layers, {w})",
                channels=[[int(c * w) for c in stage] for stage in SHALLOW],
                first_stage_stride=False,
            ),
            SIZES,
        )
        for a, w in WIDTHS
    ),
    Case(
        "mobilenet-v1-conv",
        {},
        timm_rows(
            [f"cn_r{r}_k3_s{s}_c{c}" for r, s, c in CONV_ROWS],
            "EfficientNet of cn rows",
        ),
        SIZES,
    ),
]

FD_MOBILENET = [
    Case(
        "fd-mobilenet", {"alpha": a}, pytorchcv("fdmobilenet.get_fdmobilenet", width_scale=w), SIZES
    )
    for a, w in WIDTHS
]

V2_TRUNCATES = (r"channels: divisible\(8\)", "channels: floor")
V2_NO_BIAS = (r"whole\(classes\), bias: true", "whole(classes), bias: false")
V2_EXPANDS = (r"- \{bottleneck: \{t: 1,", "- {conv: 1x1, out: whole(in)}\n- {bottleneck: {t: 1,")
MOBILENET_V2 = [
    *(
        Case(
            "mobilenet-v2",
            {"alpha": a, "classes": 37},
            keras("MobileNetV2", alpha=w, classes=37),
            SIZES,
        )
        for a, w in (("0.35", 0.35), ("1/2", 0.5), ("1", 1.0), ("1.3", 1.3), ("1.4", 1.4))
    ),
    *(
        Case("mobilenet-v2", {"alpha": a}, timm(name), SIZES)
        for a, name in (
            ("0.35", "mobilenetv2_035"),
            ("1/2", "mobilenetv2_050"),
            ("3/4", "mobilenetv2_075"),
            ("1", "mobilenetv2_100"),
            ("1.4", "mobilenetv2_140"),
        )
    ),
    *(
        Case(
            "mobilenet-v2",
            {"alpha": a},
            pytorchcv("mobilenetv2.get_mobilenetv2", width_scale=w, remove_exp_conv=removed),
            SIZES,
            departs=Departure(
                "channels cut to int(α·C), classifier without bias"
                + ("" if removed else ", an expansion convolution in the first block (t = 1)"),
                edits=(V2_TRUNCATES, V2_NO_BIAS, *(() if removed else (V2_EXPANDS,))),
            ),
        )
        for a, w in WIDTHS
        for removed in (False, True)
    ),
]

V3_STEM = (r"out: 16, activation: HS", "out: 16*alpha, activation: HS")
V3_HEAD = (r'"(1280|1024)\*max\(1, alpha\)"', r"whole(\1)")
V3_TIMM = Departure(
    "α scales the 16 channels of the first layer, and not the 1280 or 1024 of the last but one",
    edits=(V3_STEM, V3_HEAD),
)
V3_PYTORCHCV = Departure(
    "α scales exp size and the first layer, the last convolution only for α > 1, the classifier's "
    "hidden layer never; that one has 1280 channels (small, too) and no bias",
    edits=(
        V3_STEM,
        (r"exp: (\d+)/\d+\*in", r"exp: \1*alpha"),
        (r"out: (\d+)/\d+\*in,", r'out: "\1*max(1, alpha)",'),
        (r'"(1280|1024)\*max\(1, alpha\)", activation: HS, +norm: none, bias: true',
         "whole(1280), activation: HS, norm: none, bias: false"),
        (r"1²×(1280|1024)", "1²×1280"),
    ),
)  # fmt: skip
MOBILENET_V3 = [
    *(
        Case(
            f"mobilenet-v3-{size}",
            {"alpha": a, "classes": 37},
            keras(f"MobileNetV3{size.title()}", alpha=w, classes=37),
            SIZES,
        )
        for size in ("large", "small")
        for a, w in (("0.35", 0.35), ("1/2", 0.5), ("3/4", 0.75), ("1", 1.0), ("5/4", 1.25))
    ),
    *(
        Case(f"mobilenet-v3-{size}", {"alpha": a}, timm(f"mobilenetv3_{size}_{name}"), SIZES)
        for size, a, name in (
            ("large", "3/4", "075"),
            ("large", "1", "100"),
            ("small", "1/2", "050"),
            ("small", "3/4", "075"),
            ("small", "1", "100"),
        )
    ),
    *(
        Case(
            f"mobilenet-v3-{size}",
            {"alpha": "3/2"},
            timm(
                "mobilenetv3._gen_mobilenet_v3",
                variant=f"mobilenetv3_{size}_100",
                channel_multiplier=1.5,
            ),
            SIZES,
            departs=V3_TIMM,
        )
        for size in ("large", "small")
    ),
    *(
        Case(
            f"mobilenet-v3-{size}",
            {"alpha": a},
            pytorchcv("mobilenetv3.get_mobilenetv3", version=size, width_scale=w),
            SIZES,
            departs=V3_PYTORCHCV,
        )
        for size in ("large", "small")
        for a, w in (("0.35", 0.35), ("1/2", 0.5), ("3/4", 0.75), ("1", 1.0), ("5/4", 1.25))
    ),
]

CASES = [*MOBILENET_V1, *FD_MOBILENET, *MOBILENET_V2, *MOBILENET_V3]
