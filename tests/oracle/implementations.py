"""Networks of pytorchcv, timm and Keras: how to build and measure each of them."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from cases import Measured, Oracle, Pair

Adapt = Callable[[Any, Pair], Any]


def measured(model: Any, size: Pair) -> Measured:
    """Measure a PyTorch model."""
    from measure import measure_torch, parameters

    counted = parameters(model)
    layers = measure_torch(model, *size)
    return Measured(layers, counted.trainable, counted.with_bn_statistics, model)


def on_meta(build: Callable[[], Any]) -> Any:
    """Build a PyTorch model without allocating its weights."""
    import torch
    from measure import stub_torchvision

    stub_torchvision()
    with torch.device("meta"):
        model = build()
    return model.to("meta")  # buffers made by tensor types ignore the device above


def changed(model: Any, size: Pair, adapt: Sequence[Adapt]) -> Any:
    """The model after some changes; what they build is on the same device."""
    for change in adapt:
        model = on_meta(lambda change=change, model=model: change(model, size))
    return model


def attribute(name: str) -> Any:
    """``module.name``, imported now."""
    module, _, last = name.rpartition(".")
    return getattr(importlib.import_module(module), last)


# -- pytorchcv ------------------------------------------------------------------------------------


def pool_globally(model: Any, size: Pair) -> Any:
    """The last pooling of pytorchcv is as large as the last map of the default resolution."""
    from measure import replace_final_pool

    return replace_final_pool(model)


def pytorchcv(function: str, *adapt: Adapt, label: str = "", **arguments: Any) -> Oracle:
    """A network of pytorchcv: a function (or class) of a module of ``pytorchcv.models``."""

    def make(size: Pair) -> Measured:
        model = on_meta(lambda: attribute(f"pytorchcv.models.{function}")(**arguments))
        return measured(changed(model, size, adapt or (pool_globally,)), size)

    name = function.rpartition(".")[2].removeprefix("get_")
    said = ", ".join(f"{key}={value}" for key, value in arguments.items())
    return Oracle("pytorchcv", label or (f"{name}({said})" if said else name), make)


def as_built(model: Any, size: Pair) -> Any:
    """No change: a network without such a pooling."""
    return model


def vgg_classifier(model: Any, size: Pair) -> Any:
    """VGG's first fully connected layer as large as the map of this size, by pytorchcv's block."""
    block = attribute("pytorchcv.models.vgg.VGGOutputBlock")
    model.output = block(in_channels=512 * (size[0] // 32) * (size[1] // 32), classes=1000)
    return model


def without_classifier(model: Any, size: Pair) -> Any:
    """The features only: classifiers do not fit the sizes of detectors."""
    return model.features


def pool_upwards(model: Any, size: Pair) -> Any:
    """Poolings that round up, as Caffe's do."""
    from torch import nn

    for part in model.modules():
        if isinstance(part, nn.MaxPool2d):
            part.ceil_mode = True
    return model


def zero_padded_shortcuts(model: Any, size: Pair) -> Any:
    """Shortcuts of ResNet without parameters (option A) in the place of its 1×1 convolutions."""
    import torch
    from torch import nn

    class Pad(nn.Module):
        def __init__(self, stride: int, channels: int) -> None:
            super().__init__()
            self.stride, self.channels = stride, channels

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = x[:, :, :: self.stride, :: self.stride]
            return nn.functional.pad(x, (0, 0, 0, 0, 0, self.channels - x.shape[1]))

    for unit in model.modules():
        if getattr(unit, "resize_identity", False):
            conv = unit.identity_conv.conv
            unit.identity_conv = Pad(conv.stride[0], conv.out_channels)
    return model


def first_stride_1(model: Any, size: Pair) -> Any:
    """The stem of CondenseNet for CIFAR; pytorchcv has the one for ImageNet, with stride 2."""
    model.features.init_block.conv.stride = (1, 1)
    return model


def undo_conversion(model: Any, size: Pair) -> Any:
    """CondenseNet's last layer with all of its inputs, as it is trained."""
    linear = attribute("pytorchcv.models.condensenet.CondenseLinear")
    weight = model.output.linear.weight
    features = model.features.post_activ.bn.num_features
    model.output = linear(features, weight.shape[0], drop_rate=1.0)
    return model


def without_cropped(found: Measured) -> Measured:
    """Leave out the row and the column that pytorchcv's NASNet computes and then crops."""
    cropped = tuple(f"{name}." for name, part in found.model.named_modules() if _crops_after(part))

    def corrected(layer: Any) -> Any:
        if not layer.name.startswith(cropped):
            return layer
        height, width, channels = layer.output
        macs = layer.macs // (height * width) * (height - 1) * (width - 1)
        return replace(layer, output=(height - 1, width - 1, channels), macs=macs)

    return replace(found, layers=[corrected(layer) for layer in found.layers])


def _crops_after(part: Any) -> bool:
    return type(part).__name__ == "NasDwsConv" and part.extra_padding


# -- timm -----------------------------------------------------------------------------------------


def deploy(model: Any, size: Pair) -> Any:
    """A network whose branches have become one convolution each."""
    from timm.utils.model import reparameterize_model

    return reparameterize_model(model)


def timm(network: str, *adapt: Adapt, **arguments: Any) -> Oracle:
    """A registered network of timm, or ``module.function`` below ``timm.models``."""

    def build() -> Any:
        if "." not in network:
            return attribute("timm.create_model")(network, pretrained=False, **arguments)
        return attribute(f"timm.models.{network}")(**arguments)

    said = ", ".join([*(change.__name__ for change in adapt), *map(str, arguments.values())])
    name = network.rpartition(".")[2].removeprefix("_gen_") + (f"({said})" if said else "")
    return Oracle("timm", name, lambda size: measured(changed(on_meta(build), size, adapt), size))


def timm_rows(rows: list[str], label: str) -> Oracle:
    """timm's EfficientNet builder with rows in its own notation, and a stem of 32 channels."""

    def build() -> Any:
        decode = attribute("timm.models._efficientnet_builder.decode_arch_def")
        net = attribute("timm.models.efficientnet.EfficientNet")
        return net(decode([[row] for row in rows]), num_features=0, stem_size=32)

    return Oracle("timm", label, lambda size: measured(on_meta(build), size))


def attention_in_parts(
    groups: Callable[[str, Pair, int], int] = lambda name, sides, tokens: 1,
) -> Callable[[Measured], Measured]:
    """A dense layer for queries, keys and values is three, and the two products are layers, too:
    N·N·D each, which are no modules. N tokens are a column for each of the ``groups``, of which one
    is measured; what is in none is a map of these sides."""

    def corrected(found: Measured) -> Measured:
        layers = []
        sides: Pair = (1, 1)
        for layer in found.layers:
            height, tokens, width = layer.output
            if layer.kernel != (1, 1) or height > 1 or tokens == 1:
                layers.append(layer)
                sides = (height, tokens)
                continue
            many = groups(layer.name, sides, tokens)
            shape = (tokens, many, width) if many else (*sides, width)
            layer = replace(layer, output=shape, macs=layer.macs * max(many, 1))
            layers += _parts(found.model, layer) if layer.name.endswith(".qkv") else [layer]
        return replace(found, layers=layers)

    return corrected


def _parts(model: Any, layer: Any) -> list[Any]:
    """Queries, keys, their scores, values, and what scores make of these."""
    tokens, many, width = layer.output
    part = replace(
        layer,
        output=(tokens, many, width // 3),
        macs=layer.macs // 3,
        weights=layer.weights // 3,
    )
    heads = model.get_submodule(layer.name.removesuffix(".qkv")).num_heads
    scores = replace(
        part,
        output=(tokens, many, heads * tokens),
        macs=tokens**2 * many * (width // 3),
        weights=0,
    )
    return [part, part, scores, part, replace(scores, input=scores.output, output=part.output)]


# -- torchvision ----------------------------------------------------------------------------------


def without_images(model: Any, size: Pair) -> Any:
    """A detector from its backbone to its heads: no list of images goes in, no boxes come out."""
    from torch import nn

    class Maps(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.backbone, self.head = model.backbone, model.head

        def forward(self, image: Any) -> Any:
            return self.head(list(self.backbone(image).values()))

    return Maps()


def weights_once(found: Measured) -> Measured:
    """A module that runs again has its weights at its first run only."""
    seen: set[str] = set()
    layers = []
    for layer in found.layers:
        layers.append(replace(layer, weights=0) if layer.name in seen else layer)
        seen.add(layer.name)
    return replace(found, layers=layers)


def torchvision(network: str, *adapt: Adapt, label: str = "", **arguments: Any) -> Oracle:
    """A function of ``torchvision.models``, or of a module below it."""

    def make(size: Pair) -> Measured:
        from measure import torchvision_models

        torchvision_models()
        model = on_meta(lambda: attribute(f"torchvision.models.{network}")(**arguments))
        return measured(changed(model, size, adapt), size)

    said = ", ".join(f"{key}={value}" for key, value in arguments.items())
    name = network.rpartition(".")[2]
    return Oracle("torchvision", label or (f"{name}({said})" if said else name), make)


# -- Keras ----------------------------------------------------------------------------------------


def keras_model(build: Callable[[Pair], Any], name: str) -> Oracle:
    """A Keras model: its symbolic graph is measured, on the torch backend."""

    def make(size: Pair) -> Measured:
        os.environ.setdefault("KERAS_BACKEND", "torch")
        from measure import measure_keras, parameters

        model = build(size)
        counted = parameters(model)
        layers = measure_keras(model)
        return Measured(layers, counted.trainable, counted.with_bn_statistics, model)

    return Oracle("keras", name, make)


def keras(network: str, **arguments: Any) -> Oracle:
    """One of ``keras.applications``."""

    def build(size: Pair) -> Any:
        function = attribute(f"keras.applications.{network}")
        return function(input_shape=(*size, 3), weights=None, **arguments)

    said = ", ".join(f"{key}={value}" for key, value in arguments.items())
    return keras_model(build, f"{network}({said})" if said else network)
