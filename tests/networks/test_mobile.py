"""The mobile networks and the detectors, against sums of products and independent figures.

"Measured" figures were read off other implementations, layer by layer: Keras 3.15 and timm 1.0.31
(MobileNets), pytorchcv 0.0.74 (FD-MobileNet, ShuffleNet). docs/oracles.md says how.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pytest

import costcalc as cc

Pair = tuple[int, int, int]  # input and output channels of a separable convolution, output side


def separable(pairs: Iterable[Pair], alpha: Fraction, delta: int = 1) -> int:
    """3×3 depthwise with multiplier δ, then 1×1."""
    total = 0
    for inputs, outputs, side in pairs:
        m, n = int(inputs * alpha), int(outputs * alpha)
        total += (3 * 3 * m * delta + m * delta * n) * side * side
    return total


# input and output channels of the separable convolutions, Howard et al. 2017, Table 1
V1 = [(32, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 512)]
V1 += 5 * [(512, 512)] + [(512, 1024), (1024, 1024)]
# their output sides
STRIDE_SIDES = [16, 8, 8, 4, 4, 2, 2, 2, 2, 2, 2, 1, 1]  # Chen and Su 2018, Tables 1 and 2
FMP_SIDES = [22, 22, 15, 15, 10, 10, 6, 6, 4, 4, 2, 2, 1]  # Table 3


@pytest.mark.parametrize(
    ("spec", "stem_side", "sides"),
    [
        ("ehm-mobilenet", 16, STRIDE_SIDES),
        ("ehm-mobilenet-mp3", 32, STRIDE_SIDES),
        ("ehm-mobilenet-fmp", 32, FMP_SIDES),
    ],
)
@pytest.mark.parametrize(
    ("alpha", "delta", "classes"), [("1", 1, 10), ("1/2", 2, 100), ("1/4", 4, 10), ("0.3", 3, 7)]
)
def test_enhanced_hybrid_mobilenet(
    spec: str, stem_side: int, sides: list[int], alpha: str, delta: int, classes: int
) -> None:
    width = Fraction(alpha)
    stem, last = int(32 * width), int(1024 * width)
    pairs = [(m, n, side) for (m, n), side in zip(V1, sides, strict=True)]
    count = cc.count(spec, alpha=alpha, delta=delta, classes=classes)
    assert count.mult_adds == (
        3 * 3 * 3 * stem * stem_side**2 + separable(pairs, width, delta) + last * classes
    )
    assert count.params == (
        3 * 3 * 3 * stem + separable([(m, n, 1) for m, n in V1], width, delta) + last * classes
    )


def test_the_fractional_pooling_gives_the_printed_sizes() -> None:
    def sides(**values: str) -> list[int]:
        layers = cc.count("ehm-mobilenet-fmp", **values).layers
        return [32, *(layer.output[0] for layer in layers if layer.type == "fractional max pool")]

    assert sides() == [32, 22, 15, 10, 6, 4, 2, 1]  # as printed in Table 3
    assert sides(ratio="16/11") == sides()
    assert sides(ratio="1.4") == [32, 22, 15, 10, 7, 5, 3, 2]


def test_the_ratio_of_a_fractional_pooling_is_its_stride() -> None:
    assert cc.show("ehm-mobilenet-fmp").rows[1].type == "Fractional max pool / s1.44"
    network = cc.load("ehm-mobilenet-fmp")
    assert network.show(values={"ratio": "10/7"}).rows[1].type == "Fractional max pool / s10/7"
    pooling = cc.count("ehm-mobilenet-fmp").layers[1].to_dict()
    assert pooling["stride"] == ["36/25", "36/25"]  # 1.44


def test_enhanced_hybrid_mobilenet_shows_the_printed_symbols() -> None:
    rows = cc.show("ehm-mobilenet").rows
    assert rows[2].filter == "1×1×(32α×δ)×64α"
    assert rows[2].input == "16×16×(32α×δ)"


def test_fd_mobilenet_by_stage() -> None:
    stages = {
        "112x112": 3 * 3 * 3 * 32 * 112**2,
        "56x56": separable([(32, 64, 56)], Fraction(1)),
        "28x28": separable([(64, 128, 28), (128, 128, 28)], Fraction(1)),
        "14x14": separable([(128, 256, 14), (256, 256, 14)], Fraction(1)),
        "7x7": separable(
            [(256, 512, 7), *4 * [(512, 512, 7)], (512, 1024, 7)],
            Fraction(1),
        ),
        "1x1": 1024 * 1000,
    }
    assert {g.name: g.mult_adds for g in cc.count("fd-mobilenet").by("stage")} == stages
    printed = [10.8, 7.3, 20.6, 19.9, 84.7, 1.0]  # Qin et al. 2018, Table 1, million
    assert [round(cost / 10**6, 1) for cost in stages.values()] == printed


def test_conv_and_shallow_mobilenet() -> None:
    sides = [112, 56, 56, 28, 28, 14, 14, 14, 14, 14, 14, 7, 7]
    stem, fc = 3 * 3 * 3 * 32, 1024 * 1000
    full = [9 * m * n for m, n in V1]
    count = cc.count("mobilenet-v1-conv")
    assert count.params == stem + sum(full) + fc
    assert count.mult_adds == (
        stem * 112**2 + sum(w * s * s for w, s in zip(full, sides, strict=True)) + fc
    )
    kept = [(m, n, s) for (m, n), s in zip(V1, sides, strict=True) if (m, n) != (512, 512)]
    shallow = cc.count("mobilenet-v1-shallow")
    assert shallow.mult_adds == stem * 112**2 + separable(kept, Fraction(1)) + fc
    assert shallow.params == stem + separable([(m, n, 1) for m, n, _ in kept], Fraction(1)) + fc


MEASURED: list[tuple[str, dict[str, Any], int, int, int]] = [
    # spec, values, Mult-Adds, trainable, with BN statistics
    ("fd-mobilenet", {}, 144_489_728, 2_901_288, 2_917_032),
    ("fd-mobilenet", {"alpha": "3/4", "resolution": "97x131"}, 30_530_136, 1_833_304, 1_845_112),
    ("fd-mobilenet", {"alpha": "1/2"}, 40_132_224, 993_928, 1_001_800),
    ("fd-mobilenet", {"alpha": "1/4", "resolution": 192}, 8_912_128, 383_160, 387_096),
    ("mobilenet-v2", {}, 300_774_272, 3_504_872, 3_538_984),
    ("mobilenet-v2", {"resolution": "97x131"}, 97_869_952, 3_504_872, 3_538_984),
    ("mobilenet-v2", {"alpha": "1.4"}, 582_195_824, 6_108_776, 6_156_712),
    ("mobilenet-v2", {"alpha": "1.3", "resolution": 96}, 94_916_960, 5_386_792, 5_431_048),
    ("mobilenet-v2", {"alpha": "3/4", "resolution": 160}, 107_295_200, 2_636_424, 2_663_064),
    ("mobilenet-v2", {"alpha": "0.35", "resolution": "97x131"}, 19_549_104, 1_677_128, 1_691_208),
    ("mobilenet-v3-large", {}, 216_589_760, 5_483_032, 5_507_432),
    ("mobilenet-v3-large", {"alpha": "5/4"}, 349_904_800, 8_255_784, 8_286_760),
    ("mobilenet-v3-large", {"alpha": "3/4", "resolution": 160}, 80_378_352, 3_993_528, 4_012_616),
    (
        "mobilenet-v3-large",
        {"alpha": "0.35", "resolution": "97x131"},
        14_699_552,
        2_132_216,
        2_141_208,
    ),
    ("mobilenet-v3-small", {}, 56_510_400, 2_542_856, 2_554_968),
    ("mobilenet-v3-small", {"alpha": "5/4"}, 87_703_648, 3_645_312, 3_660_640),
    ("mobilenet-v3-small", {"alpha": "1/2", "resolution": 160}, 13_049_232, 1_593_224, 1_599_720),
    (
        "mobilenet-v3-small",
        {"alpha": "0.35", "resolution": "97x131"},
        5_673_752,
        1_350_344,
        1_354_680,
    ),
    ("shufflenet-g3", {}, 137_460_672, 1_865_728, 1_890_208),
    ("shufflenet-g3", {"resolution": "97x131"}, 44_821_632, 1_865_728, 1_890_208),
    ("shufflenet-g3", {"s": 2}, 524_045_184, 5_450_776, 5_499_736),
    ("shufflenet-g3", {"s": 2, "stem": "fixed"}, 507_637_632, 5_448_208, 5_497_168),
    ("shufflenet-g3", {"s": "3/2"}, 292_443_552, 3_442_168, 3_478_888),
    ("shufflenet-g3", {"s": "3/2", "stem": "scaled"}, 299_612_448, 3_443_212, 3_479_932),
    ("shufflenet-g3", {"s": "1/2"}, 37_589_856, 718_324, 730_564),
    ("shufflenet-g3", {"s": "1/4"}, 13_300_656, 306_124, 312_244),
    ("shufflenet-g3", {"s": "1/4", "stem": "scaled"}, 11_009_808, 305_902, 312_022),
]


@pytest.mark.parametrize(("spec", "values", "mult_adds", "trainable", "total"), MEASURED)
def test_measured(
    spec: str, values: dict[str, Any], mult_adds: int, trainable: int, total: int
) -> None:
    net = cc.load(spec)
    assert net.count(**values).mult_adds == mult_adds
    assert net.count(convention="trainable", **values).params == trainable
    assert net.count(convention="keras", **values).params == total


# -- detectors --------------------------------------------------------------------------------

# channels, side and anchors of the maps that the detectors predict from
MOBILE_MAPS = [(512, 5, 6), (256, 3, 6), (256, 2, 6), (128, 1, 6)]
SSD300_MAPS = [(512, 38, 4), (1024, 19, 6), (512, 10, 6), (256, 5, 6), (256, 3, 4), (256, 1, 4)]
SSD512_MAPS = [
    *[(512, 64, 4), (1024, 32, 6), (512, 16, 6), (256, 8, 6), (256, 4, 6)],
    *[(256, 2, 4), (256, 1, 4)],
]


@pytest.mark.parametrize("classes", [21, 81])
@pytest.mark.parametrize(
    ("spec", "first"),
    [
        ("ssd-mobilenet-v2", [(576, 20, 3), (1280, 10, 6)]),
        ("ssdlite-mobilenet-v2", [(576, 20, 3), (1280, 10, 6)]),
        ("ssdlite-mobilenet-v1", [(512, 20, 3), (1024, 10, 6)]),
    ],
)
def test_heads_on_mobilenets(spec: str, first: list[Pair], classes: int) -> None:
    lite = "lite" in spec
    params = mult_adds = 0
    channels = first[-1][0]
    side = first[-1][1]
    for c, s, anchors in [*first, *MOBILE_MAPS]:
        outputs = anchors * (4 + classes)
        weights = 2 * 9 * c + c * outputs if lite else 9 * c * outputs
        params += weights
        mult_adds += weights * s * s
    for c, s, _ in MOBILE_MAPS:  # the extra maps: 1×1 to half, 3×3 with stride 2
        squeeze = channels * (c // 2)
        enlarge = 9 * (c // 2) + (c // 2) * c if lite else 9 * (c // 2) * c
        params += squeeze + enlarge
        mult_adds += squeeze * side * side + enlarge * s * s
        channels, side = c, s
    (head,) = [g for g in cc.count(spec, classes=classes).by("group") if g.name == "head"]
    assert (head.mult_adds, head.params) == (mult_adds, params)


@pytest.mark.parametrize("spec", ["ssd-mobilenet-v2", "ssdlite-mobilenet-v2"])
def test_the_backbone_of_a_detector_is_the_classifier_without_its_last_layer(spec: str) -> None:
    backbone = cc.count(spec).by("group")[0]
    whole = cc.count("mobilenet-v2", resolution=320)
    assert backbone.params == whole.params - 1280 * 1000
    assert backbone.mult_adds == whole.mult_adds - 1280 * 1000


@pytest.mark.parametrize(
    ("spec", "maps", "boxes"),
    [
        ("ssd300-vgg16", SSD300_MAPS, 8732),  # Liu et al. 2016, Table 7: boxes of SSD300
        ("ssd512-vgg16", SSD512_MAPS, 24564),  # and of SSD512
    ],
)
def test_ssd_on_vgg(spec: str, maps: list[Pair], boxes: int) -> None:
    assert sum(side * side * anchors for _, side, anchors in maps) == boxes
    layers = cc.count(spec, classes=21).layers
    scores = [layer for layer in layers if layer.output[2] in (21 * 4, 21 * 6)]
    assert [(s.input[2], s.input[0], s.output[2] // 21) for s in scores] == maps
    assert sum(s.output[0] * s.output[1] * s.output[2] for s in scores) == boxes * 21


def test_ssd300_parameters() -> None:
    # the usual PyTorch SSD300 for VOC has 26,285,486, 512 of them in conv4_3's L2 norm
    count = cc.count("ssd300-vgg16", classes=21, convention="trainable")
    assert count.params == 26_285_486
    (norm,) = [layer for layer in count.layers if layer.type == "L2 norm"]
    assert (norm.input, norm.params, norm.mult_adds) == ((38, 38, 512), 512, 0)
    # torchvision's ssd300_vgg16 has 91 classes; its metadata: num_params 35641826, _ops 34.858
    count = cc.count("ssd300-vgg16", classes=91, convention="trainable")
    assert (count.params, round(count.mult_adds / 10**9, 3)) == (35_641_826, 34.858)


def test_yolov2() -> None:
    # channels and kernels of Darknet-19 up to its classifier, by side (Redmon and Farhadi 2016)
    rows = {
        416: [(3, 32, 3)],
        208: [(32, 64, 3)],
        104: [(64, 128, 3), (128, 64, 1), (64, 128, 3)],
        52: [(128, 256, 3), (256, 128, 1), (128, 256, 3)],
        26: [(256, 512, 3), *2 * [(512, 256, 1), (256, 512, 3)], (512, 64, 1)],
        13: [
            *[(512, 1024, 3), (1024, 512, 1), (512, 1024, 3), (1024, 512, 1), (512, 1024, 3)],
            *[(1024, 1024, 3), (1024, 1024, 3), (4 * 64 + 1024, 1024, 3), (1024, 5 * (80 + 5), 1)],
        ],
    }
    weights = {side: sum(k * k * m * n for m, n, k in convs) for side, convs in rows.items()}
    normalised = sum(n for convs in rows.values() for _, n, _ in convs) - 425
    assert cc.count("yolov2").mult_adds == sum(w * side**2 for side, w in weights.items())
    assert cc.count("yolov2").params == sum(weights.values())
    # Darknet stores weights, and per channel a bias, or scale, shift, mean and variance. The
    # released yolov2.weights has 203,934,260 bytes (AlexeyAB/darknet, issue 1910), 16 in a header.
    stored = cc.count("yolov2", convention="keras").params
    assert stored == sum(weights.values()) + 4 * normalised + 425 == (203_934_260 - 16) // 4


def test_yolov2_as_its_paper_has_it() -> None:
    # section 2: the passthrough layer makes 13×13×2048 of 26×26×512, with no 1×1 convolution
    released = cc.count("yolov2", classes=20)
    paper = cc.count("yolov2", classes=20, passthrough="full")
    more = 9 * (2048 - 4 * 64) * 1024
    assert paper.params - released.params == more - 512 * 64
    assert paper.mult_adds - released.mult_adds == more * 13**2 - 512 * 64 * 26**2
    # Darknet's page gives "34.90 Bn" operations for YOLOv2 on VOC, two for each Mult-Add
    assert round(2 * paper.mult_adds / 10**9, 2) == 34.90


# -- closed forms -----------------------------------------------------------------------------

BINDINGS: dict[str, list[dict[str, Any]]] = {
    "ehm-mobilenet": [{}, {"alpha": "1/2", "delta": 2}, {"alpha": "0.3", "resolution": 47}],
    "ehm-mobilenet-mp3": [{}, {"alpha": "1/4", "delta": 4}, {"alpha": "0.7", "resolution": 33}],
    "ehm-mobilenet-fmp": [{}, {"alpha": "1/4", "delta": 4}, {"alpha": "0.3", "resolution": 45}],
    "fd-mobilenet": [{}, {"alpha": "1/4"}, {"alpha": "0.6", "resolution": 131}],
    "mobilenet-v1-conv": [{}, {"rho": "1/7"}, {"alpha": "0.3", "resolution": 97}],
    "mobilenet-v1-shallow": [{}, {"delta": 2}, {"alpha": "0.3", "resolution": 97}],
    "mobilenet-v2": [{}, {"alpha": 2}, {"alpha": "1.4"}, {"alpha": "0.35", "resolution": 131}],
    "mobilenet-v3-large": [{}, {"alpha": 4}, {"alpha": "0.35", "resolution": 131}],
    "mobilenet-v3-small": [{}, {"alpha": 4}, {"alpha": "0.35", "resolution": 131}],
    "shufflenet-g3": [{}, {"s": 2}, {"s": "1/4"}, {"s": "3/2", "stem": "fixed"}],
    "ssd-mobilenet-v2": [{}, {"classes": 21}, {"resolution": 512}, {"resolution": 301}],
    "ssdlite-mobilenet-v2": [{}, {"classes": 21}, {"resolution": 512}, {"resolution": 301}],
    "ssdlite-mobilenet-v1": [{}, {"classes": 21}, {"resolution": 512}, {"resolution": 301}],
    "ssd300-vgg16": [{}, {"classes": 21}, {"resolution": 384}, {"resolution": 355}],
    "ssd512-vgg16": [{}, {"classes": 21}, {"resolution": 1024}, {"resolution": 611}],
    "yolov2": [
        {},
        {"classes": 20, "passthrough": "full"},
        {"resolution": 608, "anchors": 9},
    ],
}


@pytest.mark.parametrize("free_held", [False, True])
@pytest.mark.parametrize(
    ("spec", "values"), [(spec, values) for spec, all_ in BINDINGS.items() for values in all_]
)
def test_closed_forms(spec: str, values: dict[str, Any], free_held: bool) -> None:
    net = cc.load(spec)
    held = {p.name: p for p in net.parameters.values() if p.held}
    free = tuple(n for n in ("alpha", "resolution") if free_held and n in held)
    bound = {n: v for n, v in values.items() if n in held and n not in free}
    formula = net.formula(free=free, **bound)
    binding = {n: values.get(n, net.parameters[n].default) for n in formula.parameters}
    count = net.count(**values)
    assert formula.at(rounded=True, **binding) == (count.mult_adds, count.params)
    try:
        exact = formula.at(**binding)
    except cc.CostcalcError as error:
        assert "is exact only where" in str(error)
    else:
        assert exact == (count.mult_adds, count.params)


@pytest.mark.parametrize("spec", sorted(set(BINDINGS) - {"ehm-mobilenet-fmp"}))
def test_the_closed_form_is_exact_at_the_defaults(spec: str) -> None:
    net = cc.load(spec)
    formula = net.formula()
    if spec.startswith("mobilenet-v3"):
        assert "alpha" not in formula.parameters
    count = net.count()
    defaults = {n: net.parameters[n].default for n in formula.parameters}
    assert formula.at(**defaults) == (count.mult_adds, count.params)
