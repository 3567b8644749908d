"""Measure convolution and fully connected layers of independent implementations.

This module knows nothing about costcalc.  It looks at *real* PyTorch and Keras models, records
every convolution, transposed convolution and fully connected layer that runs, and derives the
multiply-accumulates (MACs) and parameter counts from the tensor shapes seen at run time.

Conventions, all in exact integers and for a batch of one image:

* a convolution costs ``out_h * out_w * out_c * kernel_h * kernel_w * in_c / groups`` MACs; products
  with padding zeros count, the bias addition does not;
* a transposed convolution costs the same with the *input* height and width and ``in_c / groups``
  swapped for ``out_c / groups``: every input element meets every kernel element once;
* a fully connected layer costs ``in_features * out_features`` MACs per position;
* activations, normalisation, pooling, additions and concatenations cost nothing.

PyTorch models run on the ``meta`` device (shapes only, no arithmetic) whenever they can.
"""

from __future__ import annotations

import copy
import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import nn
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

Kind = Literal["conv", "depthwise", "fc"]
Pair = tuple[int, int]
Shape = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Layer:
    """One executed convolution or fully connected layer; shapes are (height, width, channels)."""

    name: str
    kind: Kind
    kernel: Pair
    stride: Pair
    groups: int
    input: Shape
    output: Shape
    macs: int
    weights: int
    bias: int


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameter totals: trainable only, and with the BN running means and variances added."""

    trainable: int
    with_bn_statistics: int


def total_macs(layers: Iterable[Layer]) -> int:
    """Sum the multiply-accumulates of some layers."""
    return sum(layer.macs for layer in layers)


# --- PyTorch ------------------------------------------------------------------------------------


def _pair(values: Sequence[int]) -> Pair:
    """Turn a one- or two-element sequence of sizes into a (height, width) pair."""
    if len(values) == 1:
        return 1, int(values[0])
    height, width = values
    return int(height), int(width)


def _channels_first(shape: Sequence[int]) -> Shape:
    """Turn an (N, C, H, W) or (N, C, W) shape into (H, W, C)."""
    height, width = _pair(shape[2:])
    return height, width, int(shape[1])


def _features_last(shape: Sequence[int]) -> Shape:
    """Turn the (N, ..., C) shape a linear layer sees into (H, W, C)."""
    middle = shape[1:-1]
    if len(middle) > 2:
        raise ValueError(f"linear layer over more than two positions: {tuple(shape)}")
    height, width = _pair(middle) if middle else (1, 1)
    return height, width, int(shape[-1])


def _conv_layer(name: str, module: _ConvNd, given: torch.Tensor, made: torch.Tensor) -> Layer:
    """Describe one execution of a (transposed) convolution."""
    if given.dim() != len(module.kernel_size) + 2 or len(module.kernel_size) > 2:
        raise ValueError(f"{name}: only batched 1-D and 2-D convolutions are supported")
    source, result = _channels_first(given.shape), _channels_first(made.shape)
    kernel = _pair(module.kernel_size)
    transposed = isinstance(module, _ConvTransposeNd)
    positions, filters = (source, module.out_channels) if transposed else (result, source[2])
    outer = source[2] if transposed else module.out_channels
    macs = positions[0] * positions[1] * outer * kernel[0] * kernel[1] * filters // module.groups
    return Layer(
        name=name,
        kind="depthwise" if module.groups > 1 and module.groups == module.in_channels else "conv",
        kernel=kernel,
        stride=_pair(module.stride),
        groups=module.groups,
        input=source,
        output=result,
        macs=macs,
        weights=module.weight.numel(),
        bias=0 if module.bias is None else module.bias.numel(),
    )


def _linear_layer(name: str, module: nn.Linear, given: torch.Tensor, made: torch.Tensor) -> Layer:
    """Describe one execution of a fully connected layer."""
    source, result = _features_last(given.shape), _features_last(made.shape)
    return Layer(
        name=name,
        kind="fc",
        kernel=(1, 1),
        stride=(1, 1),
        groups=1,
        input=source,
        output=result,
        macs=result[0] * result[1] * module.in_features * module.out_features,
        weights=module.weight.numel(),
        bias=0 if module.bias is None else module.bias.numel(),
    )


def _run(model: nn.Module, image: torch.Tensor) -> list[Layer]:
    """Run the model on one image and describe its layers in execution order."""
    layers: list[Layer] = []

    def hook(name: str) -> Callable[[nn.Module, tuple[Any, ...], Any], None]:
        def record(module: nn.Module, given: tuple[Any, ...], made: Any) -> None:
            if isinstance(module, _ConvNd):
                layers.append(_conv_layer(name, module, given[0], made))
            elif isinstance(module, nn.Linear):
                layers.append(_linear_layer(name, module, given[0], made))

        return record

    handles = [
        module.register_forward_hook(hook(name))
        for name, module in model.named_modules()
        if isinstance(module, _ConvNd | nn.Linear)
    ]
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            model(image)
    finally:
        model.train(training)
        for handle in handles:
            handle.remove()
    return layers


def measure_torch(model: nn.Module, height: int, width: int, channels: int = 3) -> list[Layer]:
    """List the layers a PyTorch model executes on one (channels, height, width) image.

    A module that runs several times is listed each time, so weights of the list can then exceed
    those of ``parameters``.  The model itself is left unchanged.  A model built under
    ``torch.device("meta")`` is run as it is; any other is copied to the meta device, and run on
    its own device if it cannot run there.
    """
    devices = {tensor.device.type for tensor in model.parameters()}
    shape = (1, channels, height, width)
    if devices == {"meta"}:
        return _run(model, torch.empty(shape, device="meta"))
    try:
        return _run(copy.deepcopy(model).to("meta"), torch.empty(shape, device="meta"))
    except (NotImplementedError, RuntimeError):
        device = next(model.parameters()).device
        return _run(model, torch.zeros(shape, device=device))


def replace_final_pool(model: nn.Module) -> nn.Module:
    """Make the fixed-size last pooling of a pytorchcv model global, in place; return the model.

    pytorchcv ends most networks in an average pooling as large as the last feature map of the
    default resolution.  At any other resolution the classifier would fail, or would run at several
    positions.
    """
    model.features.final_pool = nn.AdaptiveAvgPool2d(1)
    return model


# --- Keras --------------------------------------------------------------------------------------


def _channels_last(shape: Sequence[int | None]) -> Shape:
    """Turn the (N, H, W, C) or (N, C) shape Keras gives into (H, W, C)."""
    sizes = [int(size) for size in shape[1:] if size is not None]
    if len(sizes) != len(shape) - 1 or len(sizes) not in (1, 3):
        raise ValueError(f"unsupported Keras shape {tuple(shape)}")
    height, width = (sizes[0], sizes[1]) if len(sizes) == 3 else (1, 1)
    return height, width, sizes[-1]


def _keras_conv(
    layer: Any, name: str, kernel: Any, source: Shape, result: Shape, stride: Pair, groups: int
) -> Layer:
    """Describe a convolution whose kernel is shaped (h, w, a, b) as Keras stores it."""
    size = (int(kernel.shape[0]), int(kernel.shape[1]))
    weights = size[0] * size[1] * int(kernel.shape[2]) * int(kernel.shape[3])
    positions = source if type(layer).__name__ == "Conv2DTranspose" else result
    return Layer(
        name=name,
        kind="depthwise" if groups > 1 and groups == source[2] else "conv",
        kernel=size,
        stride=stride,
        groups=groups,
        input=source,
        output=result,
        macs=positions[0] * positions[1] * weights,
        weights=weights,
        bias=0,
    )


def _with_bias(layer: Layer, bias: Any) -> Layer:
    """Add the bias count of a Keras layer."""
    return replace(layer, bias=0 if bias is None else int(bias.shape[0]))


def _keras_layers(layer: Any) -> Iterator[Layer]:
    """Describe the convolutions and fully connected layers a Keras layer stands for."""
    kind = type(layer).__name__
    if kind not in {"Conv2D", "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D", "Dense"}:
        if kind != "BatchNormalization" and layer.count_params():
            raise ValueError(f"{layer.name}: {kind} has parameters and is not understood")
        return
    if len(layer._inbound_nodes) != 1:
        raise ValueError(f"{layer.name}: layer used more than once")
    source, result = _channels_last(layer.input.shape), _channels_last(layer.output.shape)
    bias = layer.bias
    if kind == "Dense":
        yield Layer(
            name=layer.name,
            kind="fc",
            kernel=(1, 1),
            stride=(1, 1),
            groups=1,
            input=source,
            output=result,
            macs=result[0] * result[1] * source[2] * result[2],
            weights=source[2] * result[2],
            bias=0 if bias is None else int(bias.shape[0]),
        )
        return
    stride = _pair(layer.strides)
    if kind == "SeparableConv2D":
        depth = layer.depthwise_kernel
        middle = (result[0], result[1], int(depth.shape[2]) * int(depth.shape[3]))
        name = f"{layer.name}/depthwise"
        yield _keras_conv(layer, name, depth, source, middle, stride, source[2])
        name, point = f"{layer.name}/pointwise", layer.pointwise_kernel
        yield _with_bias(_keras_conv(layer, name, point, middle, result, (1, 1), 1), bias)
        return
    groups = source[2] if kind == "DepthwiseConv2D" else int(getattr(layer, "groups", 1))
    made = _keras_conv(layer, layer.name, layer.kernel, source, result, stride, groups)
    yield _with_bias(made, bias)


def measure_keras(model: Any) -> list[Layer]:
    """List the layers of a Keras functional model of fixed input size, in topological order.

    Nothing is run: shapes come from the symbolic graph.  A ``SeparableConv2D`` gives two layers.
    Data must be channels-last.  Layers with parameters of a kind not known here (other than batch
    normalisation), and layers used twice, are refused.
    """
    return [found for layer in model.layers for found in _keras_layers(layer)]


# --- Parameters ---------------------------------------------------------------------------------


def _keras_parameters(model: Any) -> Parameters:
    """Count the parameters of a Keras model."""

    def count(variables: Iterable[Any]) -> int:
        total = 0
        for variable in variables:
            size = 1
            for side in variable.shape:
                size *= int(side)
            total += size
        return total

    trainable = count(model.trainable_variables)
    statistics = count(
        variable
        for layer in model.layers
        if type(layer).__name__ == "BatchNormalization"
        for variable in (layer.moving_mean, layer.moving_variance)
    )
    return Parameters(trainable, trainable + statistics)


def parameters(model: Any) -> Parameters:
    """Count the parameters of a PyTorch or Keras model, shared tensors once.

    The second total adds the running mean and variance of every batch normalisation, and no other
    buffer (so not ``num_batches_tracked``).
    """
    if any(kind.__module__.split(".")[0] == "keras" for kind in type(model).__mro__):
        return _keras_parameters(model)
    trainable = sum(tensor.numel() for tensor in model.parameters() if tensor.requires_grad)
    statistics = sum(
        buffer.numel()
        for name, buffer in model.named_buffers()
        if name.rpartition(".")[2] in {"running_mean", "running_var"}
    )
    return Parameters(trainable, trainable + statistics)


# --- A stand-in for torchvision -----------------------------------------------------------------


class _StubType(type):
    """Type of the stand-in classes: an unknown upper-case attribute is its own name."""

    def __getattr__(cls, name: str) -> Any:
        if not name.isupper() or name.startswith("_"):
            raise AttributeError(name)
        return name


class _StubModule(types.ModuleType):
    """A module in which every public name is a class that does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _StubType(name, (nn.Module,), {"__module__": self.__name__})
        setattr(self, name, made)
        return made


class _StubFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers imports of torchvision and everything below it with empty stand-ins."""

    def find_spec(
        self, fullname: str, path: Any, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Claim torchvision and its submodules."""
        if fullname.split(".")[0] != "torchvision":
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Create the stand-in module."""
        return _StubModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Do nothing: names are made when asked for."""


def torchvision_models() -> Any:
    """``torchvision.models``, whose networks need nothing of the compiled operators that only
    another build of torch can load.

    :raises ImportError: torchvision is not installed.
    """
    register = torch.library.register_fake

    def without_its_own(name: Any, *rest: Any, **options: Any) -> Any:
        own = str(name).startswith("torchvision::")
        return (lambda function: function) if own else register(name, *rest, **options)

    torch.library.register_fake = without_its_own
    try:
        return importlib.import_module("torchvision.models")
    finally:
        torch.library.register_fake = register


def stub_torchvision() -> bool:
    """Make ``import torchvision`` work without torchvision; tell whether the stand-in is used.

    timm (always) and pytorchcv (one unrelated model) import torchvision.  Creating and running the
    models measured here needs nothing of it.  Call this before importing either.  It uses the
    torchvision that is installed, if one is.
    """
    if any(isinstance(finder, _StubFinder) for finder in sys.meta_path):
        return True
    try:
        torchvision_models()
    except ImportError:
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        sys.meta_path.insert(0, _StubFinder())
        return True
    return False
