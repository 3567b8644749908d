"""Check the measuring itself against counts worked out by hand."""

from __future__ import annotations

import os

import pytest

pytest.importorskip("torch")
os.environ.setdefault("KERAS_BACKEND", "torch")

from measure import Layer, Parameters, measure_keras, measure_torch, parameters
from torch import Tensor, nn

pytestmark = pytest.mark.oracle


def test_convolution() -> None:
    """A strided 3x3 convolution of an odd, non-square image."""
    (layer,) = measure_torch(nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1)), 7, 10)
    assert layer == Layer(
        name="0",
        kind="conv",
        kernel=(3, 3),
        stride=(2, 2),
        groups=1,
        input=(7, 10, 3),
        output=(4, 5, 8),
        macs=4 * 5 * 8 * 3 * 3 * 3,
        weights=3 * 3 * 3 * 8,
        bias=8,
    )


@pytest.mark.parametrize(("groups", "kind"), [(2, "conv"), (6, "depthwise")])
def test_groups(groups: int, kind: str) -> None:
    """Grouped and depthwise convolutions divide the MACs and weights by the groups."""
    model = nn.Sequential(nn.Conv2d(6, 12, 3, groups=groups, bias=False))
    (layer,) = measure_torch(model, 5, 5, 6)
    assert (layer.kind, layer.groups, layer.bias) == (kind, groups, 0)
    assert layer.macs == 3 * 3 * 12 * 9 * 6 // groups
    assert layer.weights == 12 * 9 * 6 // groups


def test_transposed_convolution() -> None:
    """A transposed convolution is counted over its input positions."""
    model = nn.Sequential(nn.ConvTranspose2d(4, 6, 2, 2, groups=2, bias=False))
    (layer,) = measure_torch(model, 3, 5, 4)
    assert layer.output == (6, 10, 6)
    assert layer.macs == 3 * 5 * 4 * 2 * 2 * 6 // 2
    assert layer.weights == 4 * 2 * 2 * 6 // 2


def test_linear_repeats_and_order() -> None:
    """Layers come in execution order, as often as they run; parameters count shared ones once."""

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.last = nn.Linear(3, 3)
            self.first = nn.Conv2d(3, 3, 1)
            self.norm = nn.BatchNorm2d(3)

        def forward(self, image: Tensor) -> Tensor:
            image = self.norm(self.first(self.first(image)))
            made: Tensor = self.last(image.mean((2, 3)))
            return made

    model = Model()
    layers = measure_torch(model, 2, 2)
    assert [(layer.name, layer.macs) for layer in layers] == [
        ("first", 36),
        ("first", 36),
        ("last", 9),
    ]
    assert layers[-1].kind == "fc"
    assert (layers[-1].input, layers[-1].output) == ((1, 1, 3), (1, 1, 3))
    assert parameters(model) == Parameters(12 + 12 + 6, 12 + 12 + 6 + 6)
    assert model.training
    assert next(model.parameters()).device.type == "cpu"


def test_keras() -> None:
    """Keras layers are read from the graph; a separable convolution is two layers."""
    keras = pytest.importorskip("keras")
    image = keras.layers.Input((7, 9, 3))
    flow = keras.layers.Conv2D(4, 3, 2, padding="same", use_bias=False)(image)
    flow = keras.layers.BatchNormalization()(flow)
    flow = keras.layers.SeparableConv2D(6, 3, padding="valid", name="pair")(flow)
    flow = keras.layers.Conv2D(8, 1, groups=2)(flow)
    flow = keras.layers.DepthwiseConv2D(2, strides=2, padding="same")(flow)
    flow = keras.layers.GlobalAveragePooling2D()(flow)
    model = keras.Model(image, keras.layers.Dense(5)(flow))
    layers = measure_keras(model)
    assert [layer.kind for layer in layers] == [
        "conv",
        "depthwise",
        "conv",
        "conv",
        "depthwise",
        "fc",
    ]
    assert [layer.output for layer in layers] == [
        (4, 5, 4),
        (2, 3, 4),
        (2, 3, 6),
        (2, 3, 8),
        (1, 2, 8),
        (1, 1, 5),
    ]
    assert [layer.macs for layer in layers] == [
        4 * 5 * 4 * 27,
        2 * 3 * 4 * 9,
        2 * 3 * 6 * 4,
        2 * 3 * 8 * 3,
        1 * 2 * 8 * 4,
        8 * 5,
    ]
    assert [layer.bias for layer in layers] == [0, 0, 6, 8, 8, 5]
    total = sum(layer.weights + layer.bias for layer in layers)
    assert parameters(model) == Parameters(total + 8, total + 16)
