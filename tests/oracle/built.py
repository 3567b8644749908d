"""A spec as a PyTorch network, coded as its rows state; rows that state nothing become modules.

Written for the counters of :mod:`counters`: shapes and numbers are what matters, so padding is
symmetric and weights are as they come. Values of columns are evaluated by costcalc's own reader.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from pieces import (
    FUNCTIONS,
    MODULES,
    ChannelsLast,
    Fixed,
    Function,
    Learned,
    Meeting,
    Slopes,
    as_tensorflow,
    moved,
    norm,
    of_length,
    padded,
    recurrent,
    symmetric,
)
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

import costcalc as cc
from costcalc.graph.rounding import apply_rule
from costcalc.language.model import Call, Merge, Operation, Repeat, Residual, Row, Rule, Spec
from costcalc.operators.extents import To
from costcalc.source.nodes import Mapping


def has_length(spec: Spec) -> bool:
    """Whether the input is a sequence."""
    document = spec.reading[0]
    assert isinstance(document, Mapping)
    given = document.values["input"]
    return isinstance(given, Mapping) and "length" in given.values


NORMS = ("bn", "layernorm", "groupnorm", "instancenorm", "rmsnorm", "lrn", "l2norm")


class Builder:
    """Walks the rows with a tensor, so that every shape is PyTorch's own."""

    def __init__(self, given: str | Spec, binding: dict[str, int] | None = None) -> None:
        self.spec = cc.load(given).spec if isinstance(given, str) else given
        self.base: dict[str, Any] = self.spec.binding(binding or {})
        self.length = has_length(self.spec)

    def build(self) -> tuple[nn.Module, Tensor]:
        """The network in evaluation mode, and an input for it."""
        height, width, channels = (value.evaluate(self.base) for value in self.spec.input)
        x = torch.zeros(1, channels, height, width)
        with torch.no_grad():
            model, _ = self.rows(self.spec.layers, x, dict(self.base))
        return model.eval(), x

    def rows(
        self, rows: Sequence[Row], x: Tensor, scope: dict[str, Any]
    ) -> tuple[nn.Sequential, Tensor]:
        parts: list[nn.Module] = []
        for row in rows:
            scope["in"] = x.shape[1]
            if not self.exists(row, scope):
                continue
            part = self.row(row, x, scope)
            x = part.eval()(x)
            parts.append(part)
        return nn.Sequential(*parts), x

    def exists(self, row: Row, scope: dict[str, Any]) -> bool:
        when = row.columns.when
        if when is None:
            return True
        out = self.width(row, scope) if isinstance(row, Operation) else None
        return bool(when.evaluate({**scope, "out": out}))

    def width(self, row: Operation, scope: dict[str, Any]) -> int | None:
        """The channels that a row's ``out`` gives, rounded as the spec says."""
        if "out" not in row.fields:
            return None
        value = row.fields["out"]
        found = value.evaluate(scope)
        if not isinstance(found, tuple):
            return int(found)
        rule = Rule("exact") if found[1] else self.spec.channel_rule
        return int(apply_rule(rule, found[0], value.node, "channels"))

    def row(self, row: Row, x: Tensor, scope: dict[str, Any]) -> nn.Module:
        if isinstance(row, Operation):
            return self.operation(row, x, scope)
        if isinstance(row, Repeat):
            return self.repeated(row.times.evaluate(scope), row.body, x, scope)
        if isinstance(row, Call):
            return self.call(row, x, scope)
        if isinstance(row, Merge):
            branches = [self.rows(branch, x, dict(scope))[0] for branch in row.branches]
            own = {name: value.evaluate(scope) for name, value in row.fields.items()}
            return Meeting(row.kind, branches, row.coded == "functional", **own)
        assert isinstance(row, Residual), row
        body, y = self.rows(row.body, x, dict(scope))
        own = {**scope, "in": x.shape[1], "out": y.shape[1]}
        if row.shortcut is not None and not row.shortcut.evaluate(own):
            return body
        return Meeting("add", [body, nn.Sequential()], row.coded == "functional")

    def repeated(
        self, times: int, body: Sequence[Row], x: Tensor, scope: dict[str, Any]
    ) -> nn.Module:
        parts = []
        for _ in range(times):
            part, x = self.rows(body, x, dict(scope))
            parts.append(part)
        return nn.Sequential(*parts)

    def call(self, row: Call, x: Tensor, scope: dict[str, Any]) -> nn.Module:
        block = self.spec.blocks[row.block]
        times = 1 if row.times is None else row.times.evaluate(scope)
        parts = []
        for i in range(times):
            outer = {**scope, "in": x.shape[1]}
            inner = dict(self.base)
            for name, default in block.takes.items():
                first = row.first.get(name) if i == 0 else None
                value = first or row.arguments.get(name) or default
                assert value is not None
                inner[name] = value.evaluate(outer)
            part, x = self.rows(block.body, x, inner)
            parts.append(part)
        return nn.Sequential(*parts)

    def operation(self, row: Operation, x: Tensor, scope: dict[str, Any]) -> nn.Module:
        fields = {name: value.evaluate(scope) for name, value in row.fields.items()}
        if "out" in fields:
            fields["out"] = self.width(row, scope)
        name = row.operator.name
        functional = row.coded == "functional"
        parts = [self.own(name, fields, x, row.coded)]
        channels = parts[0].eval()(x).shape[1]
        for value in (row.norm, row.activation):
            fused = value.evaluate(scope)
            if fused is not None:
                own = {key: part.evaluate(scope) for key, part in fused.fields.items()}
                make = norm if fused.operator.name in NORMS else self.activation
                parts.append(make(fused.operator.name, own, channels, functional))
        if fields.get("gain"):  # PyTorch's transposed convolutions have what leaves second
            (layer,) = (one for one in parts[0].modules() if hasattr(one, "weight"))
            weight_norm(layer, dim=1 if name == "tconv" else 0)
        return parts[0] if len(parts) == 1 else nn.Sequential(*parts)

    def activation(
        self, name: str, fields: dict[str, Any], channels: int, functional: bool
    ) -> nn.Module:
        if name == "prelu":
            slopes = 1 if fields.get("per") == "layer" else channels
            return Slopes(slopes) if functional else nn.PReLU(slopes)
        return Function(FUNCTIONS[name]) if functional else MODULES[name]()

    def own(self, name: str, fields: dict[str, Any], x: Tensor, coded: str) -> nn.Module:
        channels = x.shape[1]
        functional = coded == "functional"
        if self.length and (one := of_length(name, fields, channels)):
            return one
        if name in ("conv", "dwconv", "tconv"):
            return self.convolution(name, fields, channels, coded)
        if name in ("scale", "shift", "learned"):
            shape = (1, 1, 1, 1) if fields.get("per") == "layer" else (1, channels, 1, 1)
            if name == "learned":
                height, width, own = fields.get("size", (*x.shape[2:], channels))
                shape = (1, own, height, width)
            return Learned(name, shape, functional)
        if name == "fc":
            return nn.Sequential(
                nn.Flatten(), nn.Linear(channels, fields["out"], fields.get("bias", False))
            )
        if name == "linear":
            return ChannelsLast(nn.Linear(channels, fields["out"], fields.get("bias", False)))
        if name in ("lstm", "gru", "rnn"):
            return recurrent(name, fields, channels)
        if (part := moved(name, fields, x)) is not None:
            return part
        if name in MODULES or name == "prelu":
            return self.activation(name, fields, channels, functional)
        if name in NORMS:
            return norm(name, fields, channels, functional)
        if name == "dropout":
            return nn.Dropout()
        if name == "flatten":
            return nn.Flatten()
        if name == "softmax":
            if coded == "loss":
                return nn.Identity()
            heads = fields.get("heads", 1)
            softmax = Function(lambda y: F.softmax(y, 2)) if functional else nn.Softmax(2)
            if heads > 1:
                by_head = (1, heads, channels // heads, *x.shape[2:])
                shape = tuple(x.shape)
                return nn.Sequential(
                    Function(lambda y: y.reshape(by_head)),
                    softmax,
                    Function(lambda y: y.reshape(shape)),
                )
            return Function(lambda y: F.softmax(y, 1)) if functional else nn.Softmax(1)
        if name in ("maxpool", "avgpool"):
            return self.pool(name, fields, coded)
        if name in ("upsample", "resize"):
            return self.resized(fields, functional)
        if name == "depth_to_space":
            return nn.PixelShuffle(fields["block"][0])
        if name == "crop":
            return Function(self.cropped(fields["to"]))
        if name == "fmp":
            return nn.FractionalMaxPool2d(1, output_ratio=float(1 / fields["ratio"]))
        (top, bottom), (left, right) = fields["padding"]
        if name == "reflectpad":
            return nn.ReflectionPad2d((left, right, top, bottom))
        assert name == "zeropad", name
        return nn.ZeroPad2d((left, right, top, bottom))

    def resized(self, fields: dict[str, Any], functional: bool) -> nn.Module:
        """``nn.Upsample``, or the function that it calls."""
        mode = fields.get("mode", "nearest")
        to = fields.get("to", fields.get("factor"))
        given: dict[str, Any] = {"size": tuple(to)}
        if not isinstance(to, To):
            assert to[0] == to[1]
            given = {"scale_factor": float(to[0]) if to[0].denominator > 1 else to[0]}
        if functional:
            return Function(lambda y: F.interpolate(y, **given, mode=mode))
        return nn.Upsample(**given, mode=mode)

    def cropped(self, to: Any) -> Callable[[Tensor], Tensor]:
        if isinstance(to, To):
            return lambda y: y.narrow(2, 0, to.height).narrow(3, 0, to.width)
        (top, bottom), (left, right) = to
        return lambda y: y[:, :, top : y.shape[2] - bottom, left : y.shape[3] - right]

    def convolution(
        self, name: str, fields: dict[str, Any], channels: int, coded: str
    ) -> nn.Module:
        kernel, stride = fields["kernel"], fields.get("stride", (1, 1))
        dilation = fields.get("dilation", (1, 1))
        bias = fields.get("bias", False)
        said = fields.get("padding", "same")
        padding, around = symmetric(said, kernel, dilation)
        made: nn.Module
        if name == "tconv":
            assert said != "same" or kernel == stride
            made = nn.ConvTranspose2d(
                channels,
                fields["out"],
                kernel,
                stride,
                0 if said == "same" else padding,
                fields.get("output_padding", 0),
                fields.get("groups", 1),
                bias,
                dilation,
            )
            made = Fixed(made) if fields.get("fixed") else made
            return nn.Sequential(made, Function(self.cropped(around))) if around else made
        groups = channels if name == "dwconv" else fields.get("groups", 1)
        out = channels * fields.get("multiplier", 1) if name == "dwconv" else fields["out"]
        if coded == "linear":
            return nn.Sequential(nn.Flatten(), nn.Linear(channels, out, bias))
        given = (channels, out, kernel, stride, padding, dilation, groups, bias)
        if said == "same" and any(size % 2 == 0 for size in kernel):
            return as_tensorflow("conv", *given)
        made = nn.Conv2d(*given)
        return padded(around, Fixed(made) if fields.get("fixed") else made)

    def pool(self, name: str, fields: dict[str, Any], coded: str) -> nn.Module:
        kernel = fields["kernel"]
        if isinstance(kernel, str):
            axis = 1 + ("channels", "height", "width").index(kernel)
            reduced = "amax" if name == "maxpool" else "mean"  # looked up when called
            return Function(lambda y: getattr(torch, reduced)(y, axis, keepdim=True))
        if kernel is None or isinstance(kernel, To):
            to = 1 if kernel is None else tuple(kernel)
            if coded == "functional":
                word = "adaptive_max_pool2d" if name == "maxpool" else "adaptive_avg_pool2d"
                return Function(lambda y: getattr(F, word)(y, to))
            return (nn.AdaptiveMaxPool2d if name == "maxpool" else nn.AdaptiveAvgPool2d)(to)
        stride, dilation = fields.get("stride", kernel), fields.get("dilation", (1, 1))
        said = fields.get("padding", "valid")
        padding, around = symmetric(said, kernel, dilation)
        square = kernel[0] == kernel[1] and coded != "tuple"
        size = kernel[0] if square else kernel
        more = {"dilation": dilation} if "dilation" in fields else {}
        if fields.get("round") == "up":
            more["ceil_mode"] = True
        if said == "same" and any(side % 2 == 0 for side in kernel):
            return as_tensorflow(name.removesuffix("pool"), kernel, stride, **more)
        if coded == "functional":
            word = "max_pool2d" if name == "maxpool" else "avg_pool2d"  # looked up when called
            call = Function(lambda y: getattr(F, word)(y, size, stride, padding, **more))
            return padded(around, call)
        make = nn.MaxPool2d if name == "maxpool" else nn.AvgPool2d
        return padded(around, make(size, stride, padding, **more))
