"""Networks that no library builds whole, put together from the blocks of one."""

from __future__ import annotations

from typing import Any

from cases import Measured, Oracle, Pair
from implementations import (
    Adapt,
    first_stride_1,
    keras_model,
    measured,
    on_meta,
    pool_globally,
    pytorchcv,
)

#: The pooled MobileNets of Chen and Su 2018: channels of the separable blocks between poolings.
MAX_POOLED = ((64,), (128, 128), (256, 256), (512,) * 6, (1024, 1024))
FRACTIONALLY_POOLED = (
    (64, 128),
    (128, 256),
    (256, 512),
    (512,) * 2,
    (512,) * 2,
    (512, 1024),
    (1024,),
)


def keras_max_pooled(alpha: float, delta: int, classes: int = 10) -> Oracle:
    """The separable blocks of Keras' MobileNet between its max poolings."""

    def build(size: Pair) -> Any:
        from keras import Input, Model, layers
        from keras.src.applications import mobilenet as parts

        image = Input((*size, 3))
        x, block = parts._conv_block(image, 32, alpha), 0
        for widths in MAX_POOLED:
            x = layers.MaxPooling2D(3, 2, padding="same")(x)
            for width in widths:
                block += 1
                x = parts._depthwise_conv_block(x, width, alpha, delta, block_id=block)
        x = layers.Dense(classes)(layers.GlobalAveragePooling2D()(x))
        return Model(image, x)

    return keras_model(build, f"blocks of MobileNet(alpha={alpha}, depth_multiplier={delta})")


def torch_fractionally_pooled(alpha: float, classes: int = 10) -> Oracle:
    """The separable blocks of pytorchcv between torch's fractional max poolings."""

    def build() -> Any:
        from pytorchcv.models.common import conv as parts
        from torch import nn

        channels = int(32 * alpha)
        rows: list[Any] = [parts.conv3x3_block(in_channels=3, out_channels=channels)]
        for widths in FRACTIONALLY_POOLED:
            rows.append(nn.FractionalMaxPool2d(1, output_ratio=1 / 1.44))
            for width in widths:
                made = int(width * alpha)
                rows.append(parts.dwsconv3x3_block(in_channels=channels, out_channels=made))
                channels = made
        rows += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]
        return nn.Sequential(*rows)

    name = f"separable blocks and FractionalMaxPool2d of torch ({alpha})"
    return Oracle("pytorchcv", name, lambda size: measured(on_meta(build), size))


def condensenet(n: int, k: int, *adapt: Adapt, groups: int = 4, classes: int = 10) -> Oracle:
    """pytorchcv's CondenseNet with the depth and growth rates of the paper's CIFAR networks."""
    channels, last = [], 2 * k
    for rate in (k, 2 * k, 4 * k):
        channels.append([last + rate * (i + 1) for i in range(n)])
        last = channels[-1][-1]
    changed = "stride 1 in its stem" + (", all features put back" if adapt else "")
    return pytorchcv(
        "condensenet.CondenseNet",
        pool_globally,
        first_stride_1,
        *adapt,
        label=f"CondenseNet with {changed} (6·{n} + 2, k={k}, groups={groups})",
        channels=channels,
        init_block_channels=2 * k,
        groups=groups,
        num_classes=classes,
    )


def condensenet_light(n: int, k: int, groups: int = 4, classes: int = 10) -> Oracle:
    """CondenseNet-light put together from the units of pytorchcv's CondenseNet."""

    def build() -> Any:
        from pytorchcv.models import condensenet as parts
        from torch import nn

        layers: list[Any] = [nn.Conv2d(3, 2 * k, 3, padding=1, bias=False)]
        channels = 2 * k
        for stage in range(3):
            if stage:
                left = groups * -(-channels // (2 * groups))
                layers.append(parts.condense_complex_conv1x1(channels, left, groups))
                layers.append(parts.TransitionBlock())
                channels = left
            for _ in range(n):
                layers.append(parts.CondenseUnit(channels, channels + k, groups))
                channels += k
        layers += [parts.PostActivation(channels), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        return nn.Sequential(*layers, nn.Linear(channels, classes))

    name = f"units of CondenseNet (n={n}, k={k})"
    return Oracle("pytorchcv", name, lambda size: measured(on_meta(build), size))


def keras_nasnet(repeats: int, penultimate: int, stem: int) -> Oracle:
    """NASNet-A of Keras with any number of cells, as it builds its Mobile network."""

    def build(size: Pair) -> Any:
        from keras.src.applications.nasnet import NASNet

        return NASNet(
            (*size, 3),
            penultimate,
            repeats,
            stem_block_filters=stem,
            skip_reduction=False,
            weights=None,
        )

    return keras_model(build, f"NASNet({repeats} @ {penultimate})")


def keras_nasnet_cells(repeats: int, penultimate: int) -> Oracle:
    """The cells of Keras on a CIFAR stem, which they need to be as wide as the first cells."""

    def build(size: Pair) -> Any:
        from keras import Input, Model, layers
        from keras.src.applications import nasnet

        filters, image = penultimate // 24, Input((*size, 3))
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(image)
        x, before = layers.BatchNormalization()(x), None
        for stage in range(3):
            width = filters * 2**stage
            if stage:
                x, before = nasnet._reduction_a_cell(x, before, width, f"r{stage}")
            for cell in range(repeats):
                x, before = nasnet._normal_a_cell(x, before, width, f"{stage}_{cell}")
        return Model(image, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))

    return keras_model(build, f"cells of NASNet({repeats} @ {penultimate})")


def slim_nasnet(repeats: int, penultimate: int, stem: int) -> Oracle:
    """``nasnet_slim.py``, after the authors' code."""

    def make(size: Pair) -> Measured:
        from nasnet_slim import NASNetA

        net = on_meta(lambda: NASNetA(repeats, penultimate, stem, cifar=True, classes=10))
        return measured(net, size)

    return Oracle("torch", f"nasnet_slim.py ({repeats} @ {penultimate})", make)
