"""The networks that people ask about, against figures of implementations that nobody here wrote.

The figures were read off timm 1.0.31, torchvision 0.29.1, pytorchcv 0.0.74 and Keras 3.15.1, whose
layers `tests/oracle` compares one by one; where none of them has a network, its source is named.
"""

from __future__ import annotations

from typing import Any

import pytest

import costcalc as cc

TOTALS: list[tuple[str, dict[str, Any], int, int]] = [
    # spec, values, Mult-Adds, trainable parameters
    # torchvision squeezenet1_0
    ("squeezenet-1.0", {}, 818_924_576, 1_248_424),
    ("squeezenet-1.0", {"resolution": "97x131"}, 189_660_736, 1_248_424),
    # torchvision squeezenet1_1
    ("squeezenet-1.1", {}, 349_151_936, 1_235_496),
    ("squeezenet-1.1", {"resolution": "97x131"}, 94_946_304, 1_235_496),
    # timm densenet121(32)
    ("densenet-121", {"k": 32}, 2_834_161_664, 7_978_856),
    ("densenet-121", {"k": 32, "resolution": "97x131"}, 717_156_736, 7_978_856),
    # timm densenet169(32)
    ("densenet-169", {"k": 32}, 3_359_843_328, 14_149_480),
    ("densenet-169", {"k": 32, "resolution": "97x131"}, 846_378_368, 14_149_480),
    # timm densenet201(32)
    ("densenet-201", {"k": 32}, 4_291_365_888, 20_013_928),
    ("densenet-201", {"k": 32, "resolution": "97x131"}, 1_074_699_648, 20_013_928),
    # timm densenet121(48)
    ("densenet-121", {"k": 48}, 6_287_585_280, 17_113_384),
    # timm resnext50_32x4d
    ("resnext-50", {}, 4_230_479_872, 25_028_904),
    ("resnext-50", {"resolution": "97x131"}, 1_318_995_840, 25_028_904),
    # timm seresnet50
    ("se-resnet-50", {}, 4_091_699_200, 28_088_024),
    ("se-resnet-50", {"resolution": "97x131"}, 1_286_447_488, 28_088_024),
    # torchvision shufflenet_v2_x1_0
    ("shufflenet-v2", {"c": 116, "conv5": 1024}, 144_907_992, 2_278_604),
    ("shufflenet-v2", {"c": 116, "conv5": 1024, "resolution": "97x131"}, 49_132_600, 2_278_604),
    # torchvision shufflenet_v2_x0_5
    ("shufflenet-v2", {"c": 48, "conv5": 1024}, 40_476_448, 1_366_792),
    # torchvision shufflenet_v2_x1_5
    ("shufflenet-v2", {"c": 176, "conv5": 1024}, 295_759_392, 3_503_624),
    # torchvision shufflenet_v2_x2_0
    ("shufflenet-v2", {"c": 244, "conv5": 2048}, 583_253_464, 7_393_996),
    # timm mnasnet_a1(mnasnet_a1, 1.0)
    ("mnasnet-a1", {"alpha": "1"}, 311_579_072, 3_887_038),
    ("mnasnet-a1", {"alpha": "1", "resolution": "97x131"}, 102_095_128, 3_887_038),
    # timm mnasnet_a1(mnasnet_a1, 0.5)
    ("mnasnet-a1", {"alpha": "1/2"}, 103_162_992, 2_082_006),
    # timm mnasnet_a1(mnasnet_a1, 1.4)
    ("mnasnet-a1", {"alpha": "1.4"}, 586_317_952, 6_105_992),
    # torchvision mnasnet1_0
    ("mnasnet-b1", {"alpha": "1"}, 314_415_872, 4_383_312),
    ("mnasnet-b1", {"alpha": "1", "resolution": "97x131"}, 107_488_264, 4_383_312),
    # torchvision mnasnet0_5
    ("mnasnet-b1", {"alpha": "1/2"}, 104_455_968, 2_218_512),
    # torchvision mnasnet0_75
    ("mnasnet-b1", {"alpha": "3/4"}, 215_493_104, 3_170_208),
    # torchvision mnasnet1_3
    ("mnasnet-b1", {"alpha": "1.3"}, 526_362_432, 6_282_256),
    # timm mnasnet_140
    ("mnasnet-b1", {"alpha": "1.4"}, 588_799_408, 7_115_728),
    # timm efficientnet_b0
    ("efficientnet-b0", {"alpha": "1", "d": "1"}, 385_814_752, 5_288_548),
    ("efficientnet-b0", {"alpha": "1", "d": "1", "resolution": "97x131"}, 129_588_000, 5_288_548),
    # timm efficientnet_b1
    ("efficientnet-b0", {"alpha": "1", "d": "1.1", "resolution": 240}, 686_802_832, 7_794_184),
    # timm efficientnet_b2
    ("efficientnet-b0", {"alpha": "1.1", "d": "1.2", "resolution": 260}, 993_561_872, 9_109_994),
    # timm efficientnet_b3
    ("efficientnet-b0", {"alpha": "1.2", "d": "1.4", "resolution": 300}, 1_827_141_392, 12_233_232),
    # timm efficientnet_b4
    ("efficientnet-b0", {"alpha": "1.4", "d": "1.8", "resolution": 380}, 4_393_771_024, 19_341_616),
    # timm efficientnet_b5
    (
        "efficientnet-b0",
        {"alpha": "1.6", "d": "2.2", "resolution": 456},
        10_266_384_752,
        30_389_784,
    ),
    # timm efficientnet_b6
    (
        "efficientnet-b0",
        {"alpha": "1.8", "d": "2.6", "resolution": 528},
        19_067_593_536,
        43_040_704,
    ),
    # timm efficientnet_b7
    ("efficientnet-b0", {"alpha": "2", "d": "3.1", "resolution": 600}, 37_745_884_192, 66_347_960),
    # timm efficientnet_lite0
    ("efficientnet-lite0", {"alpha": "1", "d": "1"}, 385_187_552, 4_652_008),
    (
        "efficientnet-lite0",
        {"alpha": "1", "d": "1", "resolution": "97x131"},
        128_960_800,
        4_652_008,
    ),
    # timm efficientnet_lite1
    ("efficientnet-lite0", {"alpha": "1", "d": "1.1", "resolution": 240}, 600_185_232, 5_416_680),
    # timm efficientnet_lite2
    ("efficientnet-lite0", {"alpha": "1.1", "d": "1.2", "resolution": 260}, 859_736_272, 6_092_072),
    # timm efficientnet_lite3
    (
        "efficientnet-lite0",
        {"alpha": "1.2", "d": "1.4", "resolution": 280},
        1_383_321_872,
        8_197_096,
    ),
    # timm efficientnet_lite4
    (
        "efficientnet-lite0",
        {"alpha": "1.4", "d": "1.8", "resolution": 300},
        2_553_034_336,
        13_006_568,
    ),
    # timm ghostnet_100
    ("ghostnet", {"alpha": "1"}, 141_150_512, 5_182_508),
    ("ghostnet", {"alpha": "1", "resolution": "97x131"}, 49_265_976, 5_182_508),
    # timm ghostnet_050
    ("ghostnet", {"alpha": "1/2"}, 42_328_152, 2_587_292),
    # timm ghostnet_130
    ("ghostnet", {"alpha": "1.3"}, 227_003_256, 7_358_820),
    # timm mobilenetv4_conv_small
    ("mobilenet-v4-conv-small", {}, 186_005_568, 3_774_024),
    ("mobilenet-v4-conv-small", {"resolution": "97x131"}, 61_154_432, 3_774_024),
    # timm mobilenetv4_conv_small_050
    ("mobilenet-v4-conv-small", {"alpha": "1/2"}, 64_741_408, 2_238_952),
    # timm mobilenetv4_conv_medium
    ("mobilenet-v4-conv-medium", {"resolution": 256}, 1_080_244_224, 9_715_512),
    ("mobilenet-v4-conv-medium", {"resolution": "97x131"}, 277_564_336, 9_715_512),
    # timm repvgg_a0(deploy)
    ("repvgg-a0", {"a": "0.75", "b": "2.5", "phase": "deploy"}, 1_361_451_008, 8_309_384),
    (
        "repvgg-a0",
        {"a": "0.75", "b": "2.5", "phase": "deploy", "resolution": "97x131"},
        430_255_136,
        8_309_384,
    ),
    # timm repvgg_a0
    ("repvgg-a0", {"a": "0.75", "b": "2.5", "phase": "train"}, 1_512_581_120, 9_108_968),
    # timm repvgg_a1(deploy)
    ("repvgg-a0", {"a": "1", "b": "2.5", "phase": "deploy"}, 2_363_967_488, 12_789_864),
    # timm repvgg_a1
    ("repvgg-a0", {"a": "1", "b": "2.5", "phase": "train"}, 2_626_488_320, 14_092_264),
    # timm repvgg_a2(deploy)
    ("repvgg-a0", {"a": "1.5", "b": "2.75", "phase": "deploy"}, 5_116_951_552, 25_499_944),
    # timm repvgg_a2
    ("repvgg-a0", {"a": "1.5", "b": "2.75", "phase": "train"}, 5_685_345_280, 28_210_600),
    # timm mobileone_s0(deploy)
    ("mobileone-s0", {"phase": "deploy"}, 275_110_400, 2_078_504),
    ("mobileone-s0", {"phase": "deploy", "resolution": "97x131"}, 84_202_352, 2_078_504),
    # timm mobileone_s0
    ("mobileone-s0", {"phase": "train"}, 1_051_935_232, 5_293_272),
    # timm legacy_xception
    ("xception", {"resolution": 299}, 8_357_403_496, 22_855_952),
    ("xception", {"resolution": "97x131"}, 1_115_575_936, 22_855_952),
    # keras Xception
    ("xception", {"resolution": 299}, 8_357_403_496, 22_855_952),
    # timm inception_v3
    ("inception-v3", {"resolution": 299}, 5_713_216_096, 23_834_568),
    ("inception-v3", {"resolution": "97x131"}, 513_306_112, 23_834_568),
    # timm res2net50_26w_4s
    ("res2net-50", {"width": 26}, 4_255_166_464, 25_699_120),
    ("res2net-50", {"width": 26, "resolution": "97x131"}, 1_330_458_756, 25_699_120),
    # timm regnetx_004
    ("regnet-x-400mf", {}, 397_677_568, 5_157_512),
    ("regnet-x-400mf", {"resolution": "97x131"}, 141_147_840, 5_157_512),
    # timm regnety_004
    ("regnet-y-400mf", {}, 401_842_848, 4_344_144),
    ("regnet-y-400mf", {"resolution": "97x131"}, 132_797_600, 4_344_144),
    # timm mixnet_s, mixnet_m, mixnet_l
    ("mixnet-s", {}, 239_173_360, 4_134_606),
    ("mixnet-s", {"resolution": "97x131"}, 79_425_000, 4_134_606),
    ("mixnet-m", {}, 339_172_672, 5_014_382),
    ("mixnet-m", {"resolution": "97x131"}, 110_474_328, 5_014_382),
    ("mixnet-m", {"alpha": "1.3"}, 555_251_792, 7_329_252),
    # timm hrnet_w18, hrnet_w32
    ("hrnet-w18", {}, 4_283_537_072, 21_299_004),
    ("hrnet-w18", {"resolution": "192x160"}, 2_623_367_840, 21_299_004),
    ("hrnet-w18", {"w": 32}, 8_921_133_056, 41_232_680),
    # timm vit_base_patch16_224, vit_tiny_patch16_224, vit_base_patch32_224, vit_large_patch16_224,
    # and N·N·D for each of the two products
    ("vit-b-16", {}, 17_563_828_224, 86_567_656),
    ("vit-b-16", {"resolution": "96x128", "D": 192, "heads": 3}, 278_446_080, 5_689_000),
    ("vit-b-16", {"P": 32}, 4_409_186_304, 88_224_232),
    (
        "vit-b-16",
        {"L": 24, "D": 1024, "heads": 16, "resolution": 384},
        191_066_300_416,
        304_715_752,
    ),
    # torchvision convnext_tiny, convnext_small, convnext_base, convnext_large
    ("convnext-tiny", {}, 4_455_531_264, 28_589_128),
    ("convnext-tiny", {"resolution": "97x131"}, 1_091_730_432, 28_589_128),
    ("convnext-tiny", {"B": 27}, 8_683_712_256, 50_223_688),
    ("convnext-tiny", {"C": 128, "B": 27}, 15_354_729_472, 88_591_464),
    ("convnext-tiny", {"C": 192, "B": 27}, 34_361_433_600, 197_767_336),
    # pytorchcv pyramidnet110_a48_cifar10, pyramidnet110_a84_cifar10, pyramidnet110_a270_cifar10
    ("cifar-pyramidnet", {}, 403_813_504, 1_772_706),
    ("cifar-pyramidnet", {"alpha": 84}, 772_168_168, 3_904_446),
    ("cifar-pyramidnet", {"alpha": 270}, 4_717_983_724, 28_485_477),
    # torchvision retinanet_resnet50_fpn; its 34,014,999 leave out 53,120 of BN that are frozen
    (
        "retinanet-r50-fpn",
        {"classes": 91, "p6_on": "p5"},
        151_540_437_248,
        34_014_999 + 53_120,
    ),
    (
        "retinanet-r50-fpn",
        {"classes": 91, "p6_on": "p5", "resolution": "500x333"},
        40_482_023_040,
        34_014_999 + 53_120,
    ),
    # torchvision retinanet_resnet50_fpn_v2, whose subnets have groups in the place of biases
    (
        "retinanet-r50-fpn",
        {"classes": 91, "p6_on": "c5"},
        152_238_199_040,
        38_198_935 - 8 * (2 * 256 - 256),
    ),
    # timm swin_tiny_patch4_window7_224, -small, -base and -large; the products of attention, which
    # are no modules, added
    ("swin-t", {}, 4_490_566_656, 28_288_354),
    ("swin-t", {"B": 18}, 8_740_875_264, 49_606_258),
    ("swin-t", {"C": 128, "B": 18}, 15_430_946_816, 87_768_224),
    ("swin-t", {"C": 192, "B": 18}, 34_475_759_616, 196_532_476),
    # timm mobilevit_s
    ("mobilevit-s", {}, 2_000_831_488, 5_578_632),
    # torchvision deeplabv3_mobilenet_v3_large
    ("deeplabv3-mobilenet-v3", {}, 9_825_968_000, 11_025_477),
    ("deeplabv3-mobilenet-v3", {"resolution": 224}, 1_882_169_120, 11_025_477),
    ("deeplabv3-mobilenet-v3", {"resolution": "97x131", "classes": 2}, 601_707_288, 11_020_594),
]

#: Of networks that none of these libraries has.
PUBLISHED: list[tuple[str, dict[str, Any], int, int]] = [
    # the first convolution, two blocks without and with a shortcut of its own, and the classifier
    ("resnet-8", {}, 12_501_632, 78_186),
    ("resnet-8", {"classes": 100}, 12_501_632 + 90 * 64, 78_186 + 90 * 65),
    ("ds-cnn", {}, 2_656_768, 23_756),
    ("ds-cnn", {"frames": 98}, 2_656_768 + 24 * 5 * (64 * 40 + 4 * (9 * 64 + 64 * 64)), 23_756),
    ("mlperf-autoencoder", {}, 264_192, 267_928),
    (
        "mlperf-autoencoder",
        {"width": 64},
        2 * 640 * 64 + 6 * 64**2 + 2 * 64 * 8,
        2 * 640 * 64 + 6 * 64**2 + 2 * 64 * 8 + 3 * (8 * 64 + 8) + 640,
    ),
    # the figure's network, and the code of milesial/Pytorch-UNet with images of 3 channels
    ("unet", {}, 150_428_424_448, 31_030_658),
    ("unet", {"variant": "padded", "image": 3}, 238_837_101_568, 31_037_698),
    ("unet", {"variant": "padded", "image": 3, "resolution": 512}, 192_686_325_760, 31_037_698),
    ("yolov3-tiny", {}, 2_782_480_896, 8_852_366),
    (
        "yolov3-tiny",
        {"classes": 20},
        2_782_480_896 - 3 * 60 * (512 * 13**2 + 256 * 26**2),
        8_713_766,
    ),
    ("yolov4-tiny", {}, 3_453_938_176, 6_056_606),
    (
        "yolov4-tiny",
        {"classes": 20},
        3_453_938_176 - 3 * 60 * (512 * 13**2 + 256 * 26**2),
        6_056_606 - 3 * 60 * (513 + 257),
    ),
    # the blocks of its JSON file, with what its authors sum up tested below
    ("mcunet-in2", {}, 67_287_200, 729_392),
    ("mcunet-in2", {"classes": 2}, 67_287_200 - 998 * 160, 729_392 - 998 * 161),
    # the table of the paper is tested below
    (
        "tc-resnet8",
        {},
        98 * 3 * 40 * 16
        + 49 * (9 * 16 * 24 + 9 * 24**2 + 16 * 24)
        + 25 * (9 * 24 * 32 + 9 * 32**2 + 24 * 32)
        + 13 * (9 * 32 * 48 + 9 * 48**2 + 32 * 48)
        + 48 * 12,
        3 * 40 * 16
        + (9 * 16 * 24 + 9 * 24**2 + 16 * 24)
        + (9 * 24 * 32 + 9 * 32**2 + 24 * 32)
        + (9 * 32 * 48 + 9 * 48**2 + 32 * 48)
        + 48 * 12
        + 2 * (16 + 3 * (24 + 32 + 48)),
    ),
    # what ultralytics/yolov5, release 6, says before it fuses BN: "7235389 parameters, 7235389
    # gradients", and of -n "1872157 parameters, 1872157 gradients"
    ("yolov5s", {}, 8_216_780_800, 7_235_389),
    ("yolov5s", {"gw": "0.25"}, 2_234_060_800, 1_872_157),
    # EEGModels.py of vlawhern/arl-eegmodels, run in Keras: EEGNet-8,2 and -4,2, and 1.5 seconds
    ("eegnet", {"classes": 2}, 4_342_016 - 2 * 64, 2258),
    (
        "eegnet",
        {"classes": 2, "F1": 4},
        64 * 128 * 64 * 4 + 128 * 64 * 8 + 32 * 8 * (16 + 8) + 4 * 8 * 2,
        1066,
    ),
    (
        "eegnet",
        {"classes": 2, "T": 192},
        64 * 192 * 64 * 8 + 192 * 64 * 16 + 48 * 16 * (16 + 16) + 6 * 16 * 2,
        2322,
    ),
    # the network that github.com/fdbtrs/AdaDistill calls MobileFaceNet, run in torch
    ("mobilefacenet", {}, 220_965_376, 1_003_136),
    ("mobilefacenet", {"e": 512}, 220_965_376 + 512 * (512 - 128), 1_003_136 + 514 * (512 - 128)),
    # Hello Edge has them in the table that is tested below, with a shift for each channel here
    (
        "ds-cnn-l",
        {},
        276 * 40 * 250 + 5 * 65 * (9 * 276 + 276**2) + 276 * 12,
        276 * 40 + 5 * (9 * 276 + 276**2) + 276 * 12 + 2 * 11 * 276 + 12,
    ),
    (
        "ds-cnn-l",
        {"c": 172, "n": 3},
        172 * 40 * 250 + 4 * 65 * (9 * 172 + 172**2) + 172 * 12,
        172 * 40 + 4 * (9 * 172 + 172**2) + 172 * 12 + 2 * 9 * 172 + 12,
    ),
]
TOTALS += PUBLISHED


@pytest.mark.parametrize(("spec", "values", "mult_adds", "trainable"), TOTALS)
def test_totals(spec: str, values: dict[str, Any], mult_adds: int, trainable: int) -> None:
    found = cc.load(spec).count(convention="trainable", **values)
    assert (found.mult_adds, found.params) == (mult_adds, trainable)


@pytest.mark.parametrize(("spec", "values"), [(spec, values) for spec, values, *_ in TOTALS])
def test_closed_forms(spec: str, values: dict[str, Any]) -> None:
    net = cc.load(spec)
    known = {n: v for n, v in values.items() if net.parameters[n].held or "x" in str(v)}
    form = net.formula(convention="trainable", **known)
    binding = {n: values.get(n, net.parameters[n].default) for n in form.parameters}
    found = net.count(convention="trainable", **values)
    assert form.at(rounded=True, **binding) == (found.mult_adds, found.params)
    if not values:
        assert form.at(**binding) == (found.mult_adds, found.params)


@pytest.mark.parametrize(
    ("spec", "stored"), [("resnet-8", 78_666), ("ds-cnn", 24_908), ("mlperf-autoencoder", 269_992)]
)
def test_mlperf_tiny_as_keras_sums_it_up(spec: str, stored: int) -> None:
    # "Total params" of the reference models of mlcommons/tiny, with the statistics of BN
    assert cc.load(spec).count(convention="keras").params == stored


def test_the_subnets_of_retinanet_have_their_weights_once() -> None:
    # 256 channels, and 36 values for the boxes or K·A for the classes, at each of five maps
    layers = cc.load("retinanet-r50-fpn").count().layers
    once = [x.params for x in layers if x.group == "subnets" and x.params]
    assert once == [9 * 256**2] * 4 + [9 * 256 * 80 * 9] + [9 * 256**2] * 4 + [9 * 256 * 36]
    assert sum(x.mult_adds for x in layers if x.group == "subnets") == sum(once) * (
        100**2 + 50**2 + 25**2 + 13**2 + 7**2
    )


@pytest.mark.parametrize(
    ("values", "fused"), [({}, 7_225_885), ({"gd": "0.67", "gw": "0.75"}, 21_172_173)]
)
def test_yolov5_with_its_bn_in_the_convolutions(values: dict[str, Any], fused: int) -> None:
    # "Fusing layers... YOLOv5s summary: 213 layers, 7225885 parameters", and -m: 21172173. A
    # channel then has a bias in the place of a scale and a shift; the three last rows had biases.
    net = cc.load("yolov5s")
    trained, weights = (net.count(convention=c, **values).params for c in ("trainable", "paper"))
    last = 3 * 3 * (80 + 5)
    assert weights + (trained - weights - last) // 2 + last == fused


def test_eegnet_of_the_motor_rhythms_and_as_keras_sums_it_up() -> None:
    # EEGModels.py, run in Keras: 22 channels, 2 seconds, filters of 32; and what it stores for
    # four classes, with the statistics of BN
    net = cc.load("eegnet")
    of = {"C": 22, "T": 256, "L": 32, "classes": 4}
    found = [net.count(convention="trainable", F1=f, **of).params for f in (4, 8)]
    assert found == [796, 1716]
    assert net.count(convention="keras", classes=4).params == 2468


def test_mobilefacenet_as_ptflops_prints_it() -> None:
    # fdbtrs/AdaDistill, issue 4: "233.09 MMac", where the embedding has 512 values
    count = cc.load("mobilefacenet").count(convention="ptflops-0.7.5", e=512)
    assert round(count.mult_adds / 10**6, 2) == 233.09


@pytest.mark.parametrize(
    ("spec", "values", "kilobytes", "operations"),
    [
        ("ds-cnn", {}, 38.6, 5.4),
        ("ds-cnn-l", {"c": 172, "n": 3}, 189.2, 19.8),
        ("ds-cnn-l", {}, 497.6, 56.9),
    ],
)
def test_the_table_of_hello_edge(
    spec: str, values: dict[str, Any], kilobytes: float, operations: float
) -> None:
    # arXiv:1711.07128: a byte for each weight, for each bias (BN is in it), and for the values of
    # the first two maps; operations are two for each Mult-Add, and one for each bias of a map
    count = cc.load(spec).count(**values)
    kernels = [x for x in count.layers if x.params]
    maps = [x.output[0] * x.output[1] * x.output[2] for x in kernels]
    biases = sum(x.output[2] for x in kernels)
    assert round((count.params + biases + sum(maps[:2])) / 10**3, 1) == kilobytes
    assert round((2 * count.mult_adds + sum(maps)) / 10**6, 1) == operations


@pytest.mark.parametrize(
    ("spec", "billion", "file"),
    [
        # pjreddie.com/darknet/yolo: "YOLOv3-tiny … 5.56 Bn"
        ("yolov3-tiny", "5.56", 35_434_956),
        # github.com/AlexeyAB/darknet: "yolov4-tiny.cfg … 6.9 BFlops - 23.1 MB"
        ("yolov4-tiny", "6.9", 24_251_276),
    ],
)
def test_tiny_yolos_as_darknet_has_them(spec: str, billion: str, file: int) -> None:
    """Operations are two for each Mult-Add; a file of weights has 20 bytes in a header."""
    count = cc.load(spec).count(convention="keras")
    places = len(billion.partition(".")[2])
    assert f"{2 * count.mult_adds / 10**9:.{places}f}" == billion
    assert count.params == (file - 20) // 4


@pytest.mark.parametrize(
    ("values", "flops", "params"),
    [
        ({}, "3.0", 66),
        ({"k": "3/2"}, "6.6", 145),
        ({"n": 2}, "6.1", 137),
        ({"n": 2, "k": "3/2"}, "13.4", 305),
    ],
)
def test_tc_resnets_as_their_paper_has_them(
    values: dict[str, Any], flops: str, params: int
) -> None:
    """Choi et al. 2019, arXiv:1904.03814, Table 1: FLOPs in millions, two for each Mult-Add, and
    parameters in thousands, with the moving statistics of BN."""
    count = cc.load("tc-resnet8").count(convention="keras", **values)
    assert f"{2 * count.mult_adds / 10**6:.1f}" == flops
    assert round(count.params / 1000) == params


def test_mcunet_as_its_authors_have_it() -> None:
    # github.com/mit-han-lab/mcunet, mcunet-in2: "67.3M" MACs, "0.73M" parameters
    count = cc.load("mcunet-in2").count(convention="trainable")
    assert round(count.mult_adds / 10**6, 1) == 67.3
    assert round(count.params / 10**6, 2) == 0.73


@pytest.mark.parametrize(
    ("values", "flops", "params"),
    [
        ({}, 4.5, 29),
        ({"B": 18}, 8.7, 50),
        ({"C": 128, "B": 18}, 15.4, 88),
        ({"C": 128, "B": 18, "M": 12, "resolution": 384}, 47.0, 88),
        ({"C": 192, "B": 18, "M": 12, "resolution": 384}, 103.9, 197),
    ],
)
def test_swin_as_its_paper_has_it(values: dict[str, Any], flops: float, params: int) -> None:
    # Liu et al. 2021, arXiv:2103.14030, Table 1: "FLOPs" in billions are Mult-Adds
    count = cc.load("swin-t").count(convention="trainable", **values)
    assert abs(count.mult_adds / 10**9 - flops) < 0.1
    assert abs(count.params / 10**6 - params) <= 1
