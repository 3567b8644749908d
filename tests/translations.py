"""Translations of small networks, as a reader of a format makes them."""

from __future__ import annotations

from typing import Any

from costcalc.exchange.translation import Form, Translation


class Model:
    """A translation that grows: each method adds the rows of a layer, and gives their last."""

    def __init__(self, *form: int) -> None:
        self.translation = Translation()
        height, width, channels = form
        self.image = self.translation.row({}, form=(height, width, channels))

    def form(self, row: int) -> Form:
        return self.translation.rows[row].form

    def row(self, columns: dict[str, Any], *inputs: int, form: Form, name: str = "") -> int:
        merges = next(iter(columns)) in ("add", "concat", "multiply", "matmul")
        return self.translation.row(columns, *inputs, form=form, merges=merges, name=name)

    def conv(self, x: int, out: int, k: int = 3, s: int = 1, name: str = "", **own: Any) -> int:
        """A convolution that pads as PyTorch models do."""
        height, width, _ = self.form(x)
        columns = {"conv": [k, k], "out": out, "stride": [s, s], "padding": [k // 2, k // 2]}
        columns |= {"bias": False, **own}
        return self.row(columns, x, form=(-(-height // s), -(-width // s), out), name=name)

    def same(self, verb: str, x: int, name: str = "", **columns: Any) -> int:
        """What leaves a map as large as it is."""
        return self.row({verb: None, **columns}, x, form=self.form(x), name=name)

    def cbr(self, x: int, out: int, k: int = 3, s: int = 1, name: str = "") -> int:
        """A convolution, a BN and a ReLU."""
        return self.same("relu", self.same("bn", self.conv(x, out, k, s, name), name), name)

    def add(self, a: int, b: int, name: str = "") -> int:
        return self.row({"add": None}, a, b, form=self.form(a), name=name)

    def end(self, x: int, classes: int = 10) -> Translation:
        """The mean over all positions, and a classifier."""
        x = self.row({"avgpool": "global"}, x, form=(1, 1, self.form(x)[2]))
        self.row({"fc": classes, "bias": True}, x, form=(1, 1, classes))
        return self.translation


def residual(stages: list[tuple[int, int]], names: bool = True) -> Translation:
    """A ResNet of bottlenecks: so many of a width in each stage."""
    model = Model(64, 64, 3)
    x = model.cbr(model.image, 16, 7, 2, "conv1")
    for stage, (blocks, width) in enumerate(stages, 1):
        for block in range(blocks):
            name = f"layer{stage}.{block}" if names else ""
            s = 2 if stage > 1 and block == 0 else 1
            y = model.cbr(model.cbr(x, width, 1, name=name), width, 3, s, name)
            y = model.same("bn", model.conv(y, 4 * width, 1, name=name), name)
            if block == 0:
                x = model.same("bn", model.conv(x, 4 * width, 1, s, name), name)
            x = model.same("relu", model.add(y, x, name), name)
    translation = model.end(x)
    if names:
        paths = [f"layer{i}.{k}" for i, (n, _) in enumerate(stages, 1) for k in range(n)]
        translation.types = dict.fromkeys(paths, "Bottleneck")
    return translation


def inverted(settings: list[tuple[int, int, int]]) -> Translation:
    """A MobileNetV2: so many blocks of so many channels, the first with a stride."""
    model = Model(64, 64, 3)
    x = model.cbr(model.image, 16, 3, 2)
    for blocks, channels, stride in settings:
        for block in range(blocks):
            s = 1 if block else stride
            y = model.cbr(x, 6 * model.form(x)[2], 1)
            height, width, inside = model.form(y)
            columns = {"dwconv": [3, 3], "multiplier": 1, "stride": [s, s], "padding": [1, 1]}
            y = model.row({**columns, "bias": False}, y, form=(height // s, width // s, inside))
            y = model.same("relu", model.same("bn", y))
            y = model.same("bn", model.conv(y, channels, 1))
            x = model.add(x, y) if model.form(x) == model.form(y) else y
    return model.end(x)


def dense(blocks: list[int], k: int = 4) -> Translation:
    """A DenseNet as torchvision has it: each layer concatenates all maps before it."""
    model = Model(64, 64, 3)
    x = model.cbr(model.image, 2 * k, 3, 2)
    for block, layers in enumerate(blocks):
        if block:
            y = model.same("relu", model.same("bn", x))
            height, width, channels = model.form(y)
            y = model.conv(y, channels // 2, 1)
            form = (height // 2, width // 2, channels // 2)
            x = model.row({"avgpool": [2, 2], "stride": [2, 2], "padding": [0, 0]}, y, form=form)
        maps = [x]
        for _ in range(layers):
            y = model.same("relu", model.same("bn", x))
            maps.append(model.conv(model.cbr(y, 4 * k, 1), k))
            height, width, _ = model.form(x)
            form = (height, width, sum(model.form(one)[2] for one in maps))
            x = model.row({"concat": None}, *maps, form=form)
    return model.end(model.same("relu", model.same("bn", x)))
