"""The CIFAR networks against figures that others measured or printed, and their closed forms."""

from typing import Any

import pytest

import costcalc as cc

PROJECTED = {"shortcut": "projection"}
# (spec, values, Mult-Adds, trainable parameters); "HxW" is the resolution.
MEASURED: dict[str, list[tuple[str, dict[str, Any], int, int]]] = {
    # What the symbol files of github.com/thanhhvnqb/pydmobilenet_mxnet (models/) describe: MACs of
    # Convolution and FullyConnected; weights, biases and 2 per BatchNorm channel.
    "the released PydMobileNets": [
        ("pyd-resnet", {"n": 3, "alpha": "1/2"}, 33_654_016, 221_168),
        ("pyd-resnet", {"n": 6, "alpha": "1/2", "classes": 100}, 64_336_384, 446_474),
        ("pyd-mobilenet", {"n": 3, "alpha": "1/2"}, 13_194_496, 79_040),
        ("pyd-mobilenet", {"n": 3, "alpha": "3/2", "classes": 100}, 35_725_824, 218_170),
        ("pyd-mobilenet", {"n": 6, "alpha": 1}, 44_877_056, 283_248),
        ("pydmobilenet-add", {"n": 3, "alpha": "1/4"}, 10_747_136, 59_592),
        ("pydmobilenet-add", {"n": 3, "alpha": 1, "classes": 100}, 37_196_288, 204_138),
        ("pydmobilenet-add", {"n": 6, "alpha": "3/4"}, 53_236_992, 291_520),
        ("pydmobilenet-concat", {"n": 3, "alpha": "3/4"}, 42_528_000, 247_000),
        ("pydmobilenet-concat", {"n": 6, "alpha": "1/4"}, 28_472_576, 175_008),
        ("pydmobilenet-concat", {"n": 6, "alpha": "1/2", "classes": 100}, 55_022_080, 343_658),
    ],
    "pytorchcv 0.0.74, resnetN_cifar10": [
        ("cifar-resnet", {"n": 3, **PROJECTED}, 40_813_184, 272_474),
        ("cifar-resnet", {"n": 9, **PROJECTED, "resolution": "33x41"}, 178_526_128, 855_770),
        ("cifar-resnet", {"n": 18, **PROJECTED}, 253_149_824, 1_730_714),
        ("cifar-resnet", {"n": 200, **PROJECTED}, 2_829_501_056, 19_424_026),
    ],
    "pytorchcv 0.0.74, resnetN_cifar10 with zero-padded shortcuts put in": [
        ("cifar-resnet", {"n": 3}, 40_551_040, 269_722),
        ("cifar-resnet", {"n": 18}, 252_887_680, 1_727_962),
        ("cifar-resnet", {"n": 200}, 2_829_238_912, 19_421_274),
    ],
    # Its preresnets have no BN on the input: 2·3 parameters fewer.
    "pytorchcv 0.0.74, preresnetN_cifar10 and _cifar100": [
        ("cifar-resnet-v2", {"n": 3}, 40_813_184, 272_282 + 2 * 3),
        ("cifar-resnet-v2", {"n": 18, "classes": 100}, 253_155_584, 1_736_372 + 2 * 3),
    ],
    "pytorchcv 0.0.74, preresnet164bn and preresnet1001": [
        ("cifar-preresnet", {"n": 18}, 247_646_720, 1_703_258),
        ("cifar-preresnet", {"n": 111, "classes": 100}, 1_491_018_752, 10_350_836),
    ],
    "pytorchcv 0.0.74, wrnD_K_cifar10": [
        ("cifar-wideresnet", {"n": 2, "k": 8}, 1_548_145_664, 10_961_370),
        ("cifar-wideresnet", {"n": 4, "k": 10}, 5_243_328_768, 36_479_194),
        ("cifar-wideresnet", {"n": 4, "k": 10, "resolution": "33x41"}, 7_460_635_696, 36_479_194),
        ("cifar-wideresnet", {"n": 6, "k": 1}, 83_280_512, 563_930),
    ],
    "pytorchcv 0.0.74, resnext29_CxDd": [
        ("cifar-resnext-29", {"cardinality": 16, "width": 64}, 10_688_866_304, 68_155_210),
        ("cifar-resnext-29", {"cardinality": 8, "width": 64}, 5_387_266_048, 34_426_698),
        (
            "cifar-resnext-29",
            {"cardinality": 32, "width": 4, "classes": 100},
            774_148_096,
            4_868_004,
        ),
    ],
    "pytorchcv 0.0.74, densenetL_kK_bc": [
        ("cifar-densenet-bc", {"L": 100, "k": 12}, 287_929_692, 769_162),
        ("cifar-densenet-bc", {"L": 100, "k": 12, "resolution": "33x41"}, 374_107_716, 769_162),
        ("cifar-densenet-bc", {"L": 250, "k": 24}, 5_418_785_724, 15_324_406),
        ("cifar-densenet-bc", {"L": 190, "k": 40, "classes": 100}, 9_302_142_840, 25_821_620),
        ("cifar-densenet-bc", {"L": 28, "k": 5}, 7_748_210, 18_855),
    ],
    "pytorchcv 0.0.74, its CondenseNet with a first stride of 1": [
        ("cifar-condensenet", {"n": 14, "k": 8}, 62_377_888, 516_202),
        ("cifar-condensenet", {"n": 14, "k": 8, "classifier": "full"}, 62_381_888, 520_202),
        ("cifar-condensenet", {"n": 30, "k": 12}, 493_916_592, 4_209_226),
    ],
    "pytorchcv 0.0.74, fractalnet_cifar": [
        ("cifar-fractalnet", {}, 845_222_912, 33_724_618),
        ("cifar-fractalnet", {"classes": 100}, 845_268_992, 33_770_788),
    ],
}
ROWS = [
    pytest.param(*row, id=f"{source}: {row[0]} {row[1]}")
    for source, rows in MEASURED.items()
    for row in rows
]


def count(spec: str, **values: Any) -> cc.Count:
    return cc.load(spec).count(convention="trainable", **values)


@pytest.mark.parametrize(("spec", "values", "mult_adds", "params"), ROWS)
def test_counts_are_those_of_independent_implementations(
    spec: str, values: dict[str, Any], mult_adds: int, params: int
) -> None:
    found = count(spec, **values)
    assert (found.mult_adds, found.params) == (mult_adds, params)


@pytest.mark.parametrize(("spec", "values", "mult_adds", "params"), ROWS)
def test_so_are_closed_forms_in_depth_and_width(
    spec: str, values: dict[str, Any], mult_adds: int, params: int
) -> None:
    """Everything is left free that can be; the rounded form holds at odd sizes too."""
    net = cc.load(spec)
    fixed = {name: v for name, v in values.items() if net.parameters[name].held}
    form = net.formula(convention="trainable", **fixed)
    free = {p.name: values.get(p.name, p.default) for p in form.free}
    assert {"n", "L"} & set(free) == {"n", "L"} & set(net.parameters)
    assert form.at(rounded=True, **free) == (mult_adds, params)


@pytest.mark.parametrize("n", [1, 2, 7, 18, 200])
def test_resnet_depth(n: int) -> None:
    """2n convolutions of 3·3·16·16·32·32 Mult-Adds per stage, whatever the stage; the first one of
    stages 2 and 3 has half the input channels."""
    full = 3 * 3 * 16 * 16 * 32 * 32
    stem, last = 3 * 3 * 3 * 16 * 32 * 32, 64 * 10
    expected = stem + 2 * n * 3 * full - 2 * full // 2 + last
    assert count("cifar-resnet", n=n).mult_adds == expected
    form = cc.load("cifar-resnet").formula(classes=10)
    assert form.parameters == ("n",)
    assert form.at(n=n)[0] == expected
    projections = 16 * 32 * 16 * 16 + 32 * 64 * 8 * 8
    assert count("cifar-resnet", n=n, **PROJECTED).mult_adds == expected + projections


@pytest.mark.parametrize("n", [1, 3, 6])
@pytest.mark.parametrize("width", ["out", "in"])
@pytest.mark.parametrize(
    ("spec", "kernels", "wide"),
    [("pyd-mobilenet", 3 * 3, 1), ("pydmobilenet-add", 83, 1), ("pydmobilenet-concat", 83, 3)],
)
def test_pydmobilenet_depth(n: int, width: str, spec: str, kernels: int, wide: int) -> None:
    """A block of α·d inner channels; 83 = 3·3 + 5·5 + 7·7 weights per channel of the pyramid."""
    expected = 3 * 3 * 3 * 32 * 32 * 32 + 128 * 10
    for d_in, d, side, stride in [(32, 32, 32, 1), (32, 64, 16, 2), (64, 128, 8, 2)]:
        for i in range(n):
            arriving, s = (d, 1) if i else (d_in, stride)
            inner = (arriving if width == "in" else d) // 2  # α = 1/2
            expected += arriving * inner * (side * s) ** 2
            expected += (kernels * inner + wide * inner * d) * side**2
            expected += arriving * d * side**2 if s == 2 else 0
    assert count(spec, n=n, alpha="1/2", width=width).mult_adds == expected
    form = cc.load(spec).formula(alpha="1/2", classes=10, width=width)
    assert form.parameters == ("n",)
    assert form.at(n=n)[0] == expected


def test_the_two_readings_of_the_inner_width_differ() -> None:
    """The printed #Params (0.247M) are those of α·d_out."""
    assert round(count("pydmobilenet-concat", alpha="3/4").params, -3) == 247_000
    assert round(count("pydmobilenet-concat", alpha="3/4", width="in").params, -3) != 247_000


@pytest.mark.parametrize("spec", ["pydmobilenet-add", "cifar-resnet-v2", "cifar-preresnet"])
def test_closed_forms_are_linear_in_depth(spec: str) -> None:
    form = cc.load(spec).formula(
        classes=10, **({"alpha": "1/2"} if spec == "pydmobilenet-add" else {})
    )
    assert form.parameters == ("n",)
    first, second, third = (form.at(n=n) for n in (10, 20, 30))
    assert [c - b for b, c in zip(second, third, strict=True)] == [
        b - a for a, b in zip(first, second, strict=True)
    ]


def dense(layers: int, k: int, classes: int, *, groups: int, transition: bool) -> tuple[int, int]:
    """(Mult-Adds, parameters) of three stages of dense layers at constant growth, added up."""
    channels, side = 2 * k, 32
    work = params = 0

    def conv(kernel: int, arriving: int, leaving: int) -> None:
        nonlocal work, params
        weights = kernel * kernel * arriving * leaving // groups
        work, params = work + weights * side * side, params + weights + 2 * arriving

    for stage in range(3):
        for _ in range(layers):
            conv(1, channels, 4 * k)
            conv(3, 4 * k, k)
            channels += k
        if stage < 2:
            if transition:
                half = -(-channels // 2)
                half += -half % groups if groups > 1 else -(channels % 2)
                conv(1, channels, half)
                channels = half
            side //= 2
    stem = 3 * 3 * 3 * 2 * k
    work += stem * 32 * 32 + channels * classes
    return work, params + stem + 2 * channels + (channels + 1) * classes


@pytest.mark.parametrize(("L", "k"), [(10, 1), (16, 7), (40, 12), (100, 12), (190, 40)])
def test_densenet_layer_by_layer(L: int, k: int) -> None:
    expected = dense((L - 4) // 6, k, 10, groups=1, transition=True)
    found = count("cifar-densenet-bc", L=L, k=k)
    assert (found.mult_adds, found.params) == expected
    form = cc.load("cifar-densenet-bc").formula(convention="trainable")
    assert set(form.parameters) == {"L", "k", "classes"}
    assert form.at(rounded=True, L=L, k=k, classes=10) == expected


def test_a_densenet_depth_must_fit_its_three_blocks() -> None:
    with pytest.raises(cc.CostcalcError, match="whole number"):
        count("cifar-densenet-bc", L=41)


@pytest.mark.parametrize(("n", "k"), [(1, 4), (3, 8), (5, 12), (15, 16), (26, 32)])
def test_condensenet_light_layer_by_layer(n: int, k: int) -> None:
    expected = dense(n, k, 10, groups=4, transition=True)
    found = count("cifar-condensenet-light", n=n, k=k)
    assert (found.mult_adds, found.params) == expected
    form = cc.load("cifar-condensenet-light").formula(convention="trainable")
    assert form.at(rounded=True, n=n, k=k, classes=10) == expected


@pytest.mark.parametrize(
    ("spec", "values", "printed"),
    [
        ("cifar-resnet-v2", {"n": 3, "classes": 100}, "0.278"),
        ("cifar-resnet-v2", {"n": 9, "classes": 100}, "0.861"),
        ("cifar-resnet-v2", {"n": 18, "classes": 100}, "1.736"),
        ("cifar-wideresnet", {"n": 2, "k": 8}, "11.0"),
        ("cifar-wideresnet", {"n": 4, "k": 10}, "36.5"),
        ("cifar-resnext-29", {"cardinality": 8}, "34.4"),
        ("cifar-densenet-bc", {"L": 100, "k": 12}, "0.8"),
        ("cifar-densenet-bc", {"L": 250, "k": 24}, "15.3"),
        ("cifar-densenet-bc", {"L": 190, "k": 40}, "25.6"),
        ("cifar-condensenet", {"n": 14, "k": 8}, "0.52"),
        ("cifar-condensenet", {"n": 30, "k": 12}, "4.2"),
        ("cifar-condensenet-light", {"n": 15, "k": 16}, "0.33"),
        ("cifar-condensenet-light", {"n": 26, "k": 32}, "3.1"),
    ],
)
def test_parameters_in_millions_as_the_papers_print_them(
    spec: str, values: dict[str, Any], printed: str
) -> None:
    """Hoang and Jo 2018, Tables 3 and 4; Xie et al. 2016, Table 7."""
    digits = len(printed.partition(".")[2])
    assert f"{count(spec, **values).params / 1e6:.{digits}f}" == printed
