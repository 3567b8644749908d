"""Every total that the tools themselves gave for two networks, and what it is made of.

The totals were measured with the tools (batch 1, evaluation mode) on MobileNet V1 with BN, ReLU and
no bias but the classifier's, and on torchvision's MobileNetV2; those of tf.profiler on the networks
of tf_keras.applications.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from conftest import amounts

import costcalc as cc
from costcalc.algebra.amounts import digits
from costcalc.analysis.survey import total_terms
from costcalc.graph.build import build
from costcalc.operators.tags import Tag

TOTALS = {
    "deepspeed-macs": (568_740_352, 300_774_272),
    "calflops-macs": (568_740_352, 300_774_272),
    "torch-flopcounter": (1_137_480_704, 601_548_544),
    "ptflops-aten": (568_741_352, 300_775_272),
    "torchinfo-1.8.0": (568_763_240, 300_809_384),
    "torchprofile-0.1.0": (573_784_064, 307_453_664),
    "fvcore-0.1.5": (578_875_904, 314_193_216),
    "torchscan-0.2.0": (578_876_928, 314_130_496),
    "onnx-tool-folded": (578_881_000, 319_949_192),
    "onnx-tool-bn": (730_161_640, 520_292_552),
    "ptflops-0.7.5": (589_012_456, 320_300_008),
    "ptflops-0.6.9": (583_919_592, 320_237_288),
    "thop-0.1.1": (588_962_304, 327_486_720),
    "thop-0.0.31": (578_876_928, 314_130_496),
    "deepspeed-flops": (1_152_658_944, 614_967_488),
    "calflops-flops": (1_152_658_944, 614_967_488),
    "tf-profiler": (1_137_536_880, 601_833_648),
    "paper": (568_740_352, 300_774_272),
    "torchvision-meta": (568_740_352, 300_774_272),
}

#: weights + biases + BN γ and β; + moving mean and variance; without any BN parameter
PARAMETERS = {
    "trainable": (4_231_976, 3_504_872),
    "keras": (4_253_864, 3_538_984),
    "with-statistics": (4_253_864, 3_538_984),
    "without-bn": (4_210_088, 3_470_760),
    "weights": (4_210_088 - 1000, 3_470_760 - 1000),
    "without-classifier": (4_231_976 - 1024 * 1000 - 1000, 3_504_872 - 1280 * 1000 - 1000),
    # a bias for each channel that is normalised, where γ and β were two
    "deployed": (4_231_976 - 10_944, 3_504_872 - 17_056),
}

#: What the tools gave for torchvision 0.29's own implementations (batch 1, evaluation mode).
TORCHVISION = {
    "ptflops-0.7.5": (1_825_313_768, 4_132_436_968, 60_910_032, 231_316_416),
    "thop-0.1.1": (1_824_033_792, 4_133_742_592, 62_477_944, 234_838_456),
    "deepspeed-flops": (3_636_250_112, 8_211_108_352, 116_633_816, 444_944_056),
    "calflops-flops": (3_636_250_112, 8_211_108_352, 116_633_816, 444_944_056),
    "onnx-tool-folded": (1_821_452_264, 4_117_342_184, 63_067_712, 232_570_144),
    "onnx-tool-bn": (1_895_963_624, 4_450_761_704, 105_450_752, 364_564_384),
    "torchscan-0.2.0": (1_819_467_776, 4_111_916_032, 59_652_408, 226_038_840),
    "torchprofile-0.1.0": (1_816_557_568, 4_100_300_288, 58_211_416, 221_591_992),
}

NETWORKS = ("mobilenet-v1", "mobilenet-v2")


def terms(spec: str) -> dict[str, int]:
    net = cc.load(spec)
    return amounts(total_terms(build(net.spec, net.spec.defaults())))


@pytest.mark.parametrize("convention", TOTALS)
def test_the_total_that_the_tool_gives(convention: str) -> None:
    found = tuple(cc.load(net).count(convention=convention).mult_adds for net in NETWORKS)
    assert found == TOTALS[convention]


@pytest.mark.parametrize("convention", PARAMETERS)
def test_the_parameters_that_are_reported(convention: str) -> None:
    found = tuple(cc.load(net).count(convention=convention).params for net in NETWORKS)
    assert found == PARAMETERS[convention]


@pytest.mark.parametrize("convention", TORCHVISION)
def test_the_total_on_torchvision_s_networks_without_a_note(convention: str) -> None:
    specs = ("resnet-18", "resnet-50", "mobilenet-v3-small", "mobilenet-v3-large")
    counts = [cc.load(spec).count(convention=convention) for spec in specs]
    assert tuple(count.mult_adds for count in counts) == TORCHVISION[convention]
    assert [count.notes for count in counts] == [()] * len(specs)


def test_what_is_stored_of_a_network_of_mlperf_tiny() -> None:
    # ResNet-8: convolutions with a bias and BN. Σ (k²·M·N + N) over the nine, and 64·10 + 10
    body = [(3, 3, 16), (3, 16, 16), (3, 16, 16), (3, 16, 32), (3, 32, 32), (1, 16, 32)]
    body += [(3, 32, 64), (3, 64, 64), (1, 32, 64)]
    stored = sum(k * k * m * n + n for k, m, n in body) + 64 * 10 + 10
    assert stored == 77_706
    basic = "basic: {takes: {c: , s: 1}, layers: [{add: [[{conv: 3x3, out: c, stride: s}, "
    basic += "{conv: 3x3, out: c, activation: none}], [{conv: 1x1, out: c, stride: s, norm: none, "
    basic += 'activation: none, when: "s != 1"}]]}, relu]}'
    text = f"""network: resnet-8
defaults: {{norm: batch, activation: relu, bias: true}}
input: 32x32x3
blocks: {{{basic}}}
layers:
- {{conv: 3x3, out: 16}}
- {{basic: 16}}
- {{basic: [32, 2]}}
- {{basic: [64, 2]}}
- {{avgpool: global}}
- {{fc: 10}}
"""
    count = cc.loads(text).count
    assert count(convention="deployed").params == stored
    assert count(convention="trainable").params == 78_666 - 2 * 240  # Keras' total: 4 per channel
    assert count(convention="keras").params == 78_666
    assert count().mult_adds == 12_501_632


@pytest.mark.parametrize(
    ("row", "macs", "flops"),
    [
        # what calflops 0.3.2 gives for nn.ConvTranspose2d on 4 channels of 8×8
        ("tconv: 3x3, out: 4, stride: 2, padding: same, groups: 4, bias: true", 0, 16),
        ("tconv: 3x3, out: 4, stride: 2, padding: same, groups: 4", 0, 0),
        ("tconv: 3x3, out: 8, stride: 2, padding: same, groups: 2", 64 * 9 * 4 * 2, 2 * 64 * 72),
        ("tconv: 4x4, out: 6, stride: 2, padding: 1, bias: true", 24_576, 49_248),
        ("tconv: 4x4, out: 6, stride: 2, padding: 1", 24_576, 49_152),
        ("tconv: 2x3, out: 6, stride: 2x1, padding: valid, bias: true", 9216, 2 * 9216 + 6 * 4 * 6),
    ],
)
def test_what_calflops_makes_of_a_transposed_convolution(row: str, macs: int, flops: int) -> None:
    net = cc.loads(f"network: net\ninput: 8x8x4\nlayers:\n- {{{row}}}\n")
    assert net.count(convention="calflops-macs").mult_adds == macs
    assert net.count(convention="calflops-flops").mult_adds == flops


def test_imgclsmob_prints_half() -> None:
    flops = cc.load("mobilenet-v1").count(convention="imgclsmob-flops").mult_adds
    assert digits(Fraction(flops, 2 * 10**6), Fraction(1, 100)) == "579.80"


def test_keras_flops_adds_bn_to_the_profiler() -> None:
    # 2·I + 6·C over the BN of MobileNet V1: Σ I = 5,042,688, Σ 2C = 21,888
    count = cc.load("mobilenet-v1").count
    profiler = count(convention="tf-profiler").mult_adds
    keras_flops = count(convention="keras-flops-0.1.2").mult_adds
    assert keras_flops - profiler == 2 * 5_042_688 + 3 * 21_888


def test_what_mobilenet_v1_is_made_of() -> None:
    found = terms("mobilenet-v1")
    assert found[Tag.CONV_MAC] == 567_716_352
    assert found[Tag.FC_MAC] == 1024 * 1000
    assert found[Tag.FC_BIAS_ADD] == 1000
    assert found[Tag.BN_ELEMENT] == found[Tag.RELU] == 5_042_688
    assert found[Tag.BN_AFFINE] == 2 * found[Tag.BN_CHANNEL] == 21_888
    assert found[Tag.GLOBAL_POOL_INPUT] == 7 * 7 * 1024


def test_every_bn_of_mobilenet_v1_can_be_folded() -> None:
    found = terms("mobilenet-v1")
    assert Tag.BN_KEPT_ELEMENT not in found
    assert found[Tag.BN_FOLDED_BIAS_ADD] == found[Tag.BN_ELEMENT]


def test_what_mobilenet_v2_is_made_of() -> None:
    found = terms("mobilenet-v2")
    assert found[Tag.CONV_MAC] == 300_774_272  # its classifier is a 1×1 convolution in the paper
    assert found[Tag.BN_ELEMENT] == 6_678_112
    assert found[Tag.RELU6] == 6_105_792
    assert found[Tag.ADD] == 216_384
    assert found[Tag.GLOBAL_POOL_INPUT] == 7 * 7 * 1280


@pytest.mark.parametrize(
    ("convention", "coding", "difference"),
    [
        # measured on torchvision's ResNet-50: ptflops 0.7.5 counts ReLU and pooling modules twice
        ("ptflops-0.7.5", "functional", -10_511_872),
        # a 3×3 max pooling of 56×56×64 whose kernel is 3 instead of (3, 3)
        ("torchscan-0.2.0", "tuple", 1_204_224),
    ],
)
def test_what_a_coding_changes_on_resnet_50(convention: str, coding: str, difference: int) -> None:
    chosen = cc.find_convention(convention)
    found = terms("resnet-50")
    kinds = {"relu", "max pool", "global pool"}
    changed = sum(
        found[tag] * (chosen.weight(tag, coding) - chosen.weight(tag))
        for tag in found
        if isinstance(tag, Tag) and tag.kind in kinds
    )
    assert changed == difference


@pytest.mark.parametrize(
    ("spec", "printed"),
    # torchvision's weights.meta["_ops"], labelled GFLOPs
    [
        ("mobilenet-v2", "0.301"),
        ("mobilenet-v3-large", "0.217"),
        ("mobilenet-v3-small", "0.057"),
        ("resnet-50", "4.089"),
        ("vgg-16", "15.47"),
    ],
)
def test_torchvision_prints_macs_as_gflops(spec: str, printed: str) -> None:
    macs = cc.load(spec).count(convention="torchvision-meta").mult_adds
    step = Fraction(1, 10 ** len(printed.partition(".")[2]))
    assert digits(Fraction(macs, 10**9), step) == printed


def test_timm_counts_as_fvcore_does() -> None:
    # timm's results table: mobilenetv1_100 has 0.58 GMACs; plain multiply-accumulates print 0.57
    count = cc.load("mobilenet-v1").count
    step = Fraction(1, 100)
    assert digits(Fraction(count(convention="fvcore-0.1.5").mult_adds, 10**9), step) == "0.58"
    assert digits(Fraction(count().mult_adds, 10**9), step) == "0.57"
