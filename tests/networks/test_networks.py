"""The networks of the first release: figures quoted from where they were printed, and products."""

from __future__ import annotations

from fractions import Fraction

import pytest

import costcalc as cc

# Howard et al. 2017, Table 1: (out channels, stride) of the thirteen separable pairs
PAIRS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
PAIRS += [(512, 1)] * 5 + [(1024, 2), (1024, 1)]


def mobilenet(alpha: Fraction, side: int, delta: int = 1, classes: int = 1000) -> tuple[int, int]:
    """MobileNet V1 once more, as a plain loop: (Mult-Adds, conv and FC weights)."""

    def width(channels: int) -> int:
        return int(alpha * channels)

    side = -(-side // 2)
    mult_adds = side * side * 27 * width(32)
    params = 27 * width(32)
    channels = width(32)
    for out, stride in PAIRS:
        side = -(-side // stride)
        weights = 9 * channels * delta + channels * delta * width(out)
        mult_adds += side * side * weights
        params += weights
        channels = width(out)
    return mult_adds + channels * classes, params + channels * classes


@pytest.mark.parametrize("alpha", ["1", "3/4", "1/2", "1/4", "1/3", "0.35", "7/5"])
@pytest.mark.parametrize("side", [224, 192, 160, 128, 112, 100, 33, 1])
@pytest.mark.parametrize("delta", [1, 2])
def test_mobilenet_v1_is_what_a_plain_loop_counts(alpha: str, side: int, delta: int) -> None:
    count = cc.load("mobilenet-v1").count(alpha=alpha, resolution=side, delta=delta)
    assert (count.mult_adds, count.params) == mobilenet(Fraction(alpha), side, delta)


def test_mobilenet_v1_totals() -> None:
    net = cc.load("mobilenet-v1")
    assert net.count().mult_adds == 568_740_352
    assert net.count().params == 4_209_088
    # Keras, MobileNet(alpha=1.0).summary(): "Trainable params: 4,231,976", "Total: 4,253,864"
    assert net.count(convention="trainable").params == 4_231_976
    assert net.count(convention="keras").params == 4_253_864
    assert net.count(alpha="1/2", resolution=160).mult_adds == 76_524_800
    assert net.count(resolution=112).mult_adds == 148_903_168  # the last map is 4×4: ⌈3.5⌉


def test_mobilenet_v1_shares_are_those_of_its_table_2() -> None:
    # Howard et al. 2017, Table 2: Conv 1×1 94.86 % / 74.59 %, DW 3.06 / 1.06, FC 0.18 / 24.33
    shares = {
        g.name: (round(g.mult_adds_share * 100, 2), round(g.params_share * 100, 2))
        for g in cc.load("mobilenet-v1").count().by("type")
    }
    assert shares["conv 1x1"] == (Fraction("94.86"), Fraction("74.59"))
    assert shares["depthwise 3x3"] == (Fraction("3.06"), Fraction("1.06"))
    assert shares["fc"] == (Fraction("0.18"), Fraction("24.33"))


def test_resolution_may_be_a_rectangle() -> None:
    wide = cc.load("mobilenet-v1").count(resolution="224x160")
    assert wide.layers[0].input == (224, 160, 3)
    assert wide.layers[-3].input[:2] == (7, 5)
    assert wide.mult_adds == (568_740_352 - 1_024_000) * 160 // 224 + 1_024_000
    assert wide.to_dict()["parameters"]["resolution"] == "224x160"


def test_rho_makes_a_side_by_the_spec_s_rule() -> None:
    count = cc.load("mobilenet-v1").count(rho="0.9")  # 0.9 · 224 = 201.6
    assert count.layers[0].input == (201, 201, 3)


def test_ehm_mobilenet() -> None:
    # Chen and Su 2018, Table 4: δ = 2, α = 0.5 on CIFAR-10 has 5.97 M Mult-Adds, 1.65 M parameters
    net = cc.load("ehm-mobilenet")
    count = net.count(alpha="0.5", delta=2, classes=10, convention="keras")
    assert count.mult_adds == 5_975_552
    assert count.params == 1_651_802
    assert mobilenet(Fraction(1, 2), 32, 2, 10)[0] == 5_975_552


def test_fd_mobilenet_by_stage_is_its_table_1() -> None:
    # Qin et al. 2018, Table 1: MFLOPs per output size
    count = cc.load("fd-mobilenet").count()
    assert count.mult_adds == 144_489_728
    printed = {"112x112": "10.8", "56x56": "7.3", "28x28": "20.6", "14x14": "19.9"}
    printed |= {"7x7": "84.7", "1x1": "1.0"}
    stages = {g.name: str(round(g.mult_adds / 10**6, 1)) for g in count.by("stage")}
    assert stages == printed
