"""NASNet-A against the paper, a sum by hand, Keras, and the authors' network rebuilt in PyTorch."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import costcalc as cc

MOBILE, CIFAR = cc.load("nasnet-a-mobile"), cc.load("nasnet-a-cifar")
ORACLE = Path(__file__).parents[1] / "oracle"


def costs(network: cc.Network, **values: Any) -> tuple[int, int, int]:
    """MACs, trainable parameters, and parameters with the moving statistics of BN."""
    trainable = network.count(convention="trainable", **values)
    return (
        trainable.mult_adds,
        trainable.params,
        network.count(convention="keras", **values).params,
    )


def test_as_the_paper_says() -> None:
    """Zoph et al. 2018: Table 3, 4 @ 1056: 564M, 5.3M parameters; Table 1, 6 @ 768: 3.3M."""
    work, params, _ = costs(MOBILE)
    assert (round(work / 1e6), round(params / 1e6, 1)) == (564, 5.3)
    assert round(costs(CIFAR)[1] / 1e6, 1) == 3.3


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, (563_638_816, 5_289_978, 5_326_716)),
        ({"resolution": 192}, (414_349_120, 5_289_978, 5_326_716)),
        ({"resolution": "97x131"}, (156_734_928, 5_289_978, 5_326_716)),
        ({"F": 1536}, (1_121_734_496, 10_275_448, 10_328_856)),
    ],
)
def test_mobile(values: dict[str, Any], expected: tuple[int, int, int]) -> None:
    """Keras 3.15.1: ``NASNet(num_blocks=4, stem_block_filters=32, skip_reduction=False)``.

    nasnet_4a1056 of pytorchcv 0.0.74 has these parameters too, but 568,234,858 MACs: its strided
    separable convolutions compute one more row and column, and drop them afterwards.
    """
    assert costs(MOBILE, **values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, (544_333_312, 3_346_538, 3_383_786)),
        ({"resolution": "33x41"}, (767_137_248, 3_346_538, 3_383_786)),
        ({"stem": 1}, (515_628_544, 3_318_058, 3_354_858)),
        ({"N": 7, "F": 2304}, (5_151_250_944, 32_590_954, 32_718_826)),
    ],
)
def test_cifar(values: dict[str, Any], expected: tuple[int, int, int]) -> None:
    """tests/oracle/nasnet_slim.py; ``stem: 1`` also from the cells of Keras 3.15.1 (see below)."""
    assert costs(CIFAR, **values) == expected


#: The kernels of the separable convolutions of a cell (all five at the size that leaves it).
SEPARABLE = {"normal": (5, 3, 5, 3, 3), "reduction": (5, 7, 7, 5, 3)}


def by_hand(n: int, penultimate: int, classes: int = 10) -> tuple[int, int]:
    """The CIFAR network as Figure 4 has it, with a stem as wide as the first cells."""
    f, side = penultimate // 24, 32
    work, params = side**2 * 27 * f, 27 * f + 2 * f
    before = last = (f, side)
    for cell in ["normal"] * n + (["reduction"] + ["normal"] * n) * 2:
        channels, side = last
        f, after = (2 * f, side // 2) if cell == "reduction" else (f, side)
        weights = channels * f  # squeeze
        if before != (f, side):
            weights += before[0] * f
            params += 2 * f
        work += side**2 * weights
        twice = sum(2 * (k * k * f + f * f) for k in SEPARABLE[cell])
        work += after**2 * twice
        params += weights + 2 * f + twice + 10 * 2 * f
        before, last, side = last, ((4 if cell == "reduction" else 6) * f, after), after
    return work + last[0] * classes, params + (last[0] + 1) * classes


@pytest.mark.parametrize(("n", "penultimate"), [(1, 24), (2, 96), (6, 768), (7, 2304)])
def test_by_hand(n: int, penultimate: int) -> None:
    """Cell by cell, from the figure."""
    assert costs(CIFAR, N=n, F=penultimate, stem=1)[:2] == by_hand(n, penultimate)


def test_closed_form_in_n() -> None:
    """One form for all N ≥ 2: below, no cell sees two normal cells before it."""
    formula = CIFAR.formula(convention="trainable", stem=1)
    assert set(formula.parameters) == {"N", "F", "classes"}
    for n in (2, 3, 6, 11):
        assert formula.at(N=n, F=768, classes=10) == by_hand(n, 768)
    with pytest.raises(cc.CostcalcError):
        formula.at(N=1, F=768, classes=10)


# -- layer by layer -------------------------------------------------------------------------------

Layers = Counter[tuple[Any, ...]]


def ours(network: cc.Network, **values: Any) -> Layers:
    """The layers with work, in any order: kernel, stride, channels, output, MACs."""
    return Counter(
        (x.kernel or (1, 1), x.stride or (1, 1), x.input[2], x.output, x.mult_adds)
        for x in network.count(**values).layers
        if x.mult_adds
    )


def theirs(measured: Any) -> Layers:
    return Counter((x.kernel, x.stride, x.input[2], x.output, x.macs) for x in measured)


@pytest.mark.oracle
@pytest.mark.parametrize("size", [(224, 224), (97, 131)])
def test_layers_of_keras(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every layer of Keras' 4 @ 1056."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    nasnet = pytest.importorskip("keras.src.applications.nasnet")
    monkeypatch.syspath_prepend(str(ORACLE))
    from measure import measure_keras

    model = nasnet.NASNet(
        (*size, 3), 1056, 4, stem_block_filters=32, skip_reduction=False, weights=None
    )
    assert ours(MOBILE, resolution=f"{size[0]}x{size[1]}") == theirs(measure_keras(model))


@pytest.mark.oracle
@pytest.mark.parametrize("size", [(32, 32), (33, 41)])
def test_layers_of_keras_cells(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The cells of Keras on a CIFAR stem. They need a stem as wide as the first cells."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    nasnet = pytest.importorskip("keras.src.applications.nasnet")
    from keras import Model, layers

    monkeypatch.syspath_prepend(str(ORACLE))
    from measure import measure_keras

    image = layers.Input((*size, 3))
    x = layers.Conv2D(32, 3, padding="same", use_bias=False)(image)
    x, previous = layers.BatchNormalization()(x), None
    for stage in range(3):
        if stage:
            x, previous = nasnet._reduction_a_cell(x, previous, 32 * 2**stage, f"r{stage}")
        for cell in range(6):
            x, previous = nasnet._normal_a_cell(x, previous, 32 * 2**stage, f"{stage}_{cell}")
    x = layers.Dense(10)(layers.GlobalAveragePooling2D()(x))
    measured = theirs(measure_keras(Model(image, x)))
    assert ours(CIFAR, stem=1, resolution=f"{size[0]}x{size[1]}") == measured


@pytest.mark.oracle
@pytest.mark.parametrize("stem", [1, 3])
def test_layers_of_slim(stem: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every layer of the authors' CIFAR network, in the order in which it runs."""
    torch = pytest.importorskip("torch")
    monkeypatch.syspath_prepend(str(ORACLE))
    from measure import measure_torch
    from nasnet_slim import NASNetA

    with torch.device("meta"):
        model = NASNetA(6, 768, 32 * stem, cifar=True, classes=10)
    measured = [(x.output, x.macs) for x in measure_torch(model, 33, 41)]
    count = CIFAR.count(stem=stem, resolution="33x41")
    assert [(x.output, x.mult_adds) for x in count.layers if x.mult_adds] == measured
