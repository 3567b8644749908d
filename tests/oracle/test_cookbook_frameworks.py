"""What docs/cookbook.md says of PyTorch and Keras, asked of them: shapes and parameters."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from cookbook import Equivalent, equivalents

os.environ.setdefault("KERAS_BACKEND", "torch")
pytest.importorskip("torch")

import torch
from torch import nn
from torch.nn import functional

pytestmark = pytest.mark.oracle
LINES = equivalents()


def lines(framework: str) -> list[Equivalent]:
    return [line for line in LINES if line.framework == framework]


@pytest.mark.parametrize("line", lines("PyTorch"), ids=lambda line: line.code)
def test_pytorch(line: Equivalent) -> None:
    used: dict[int, int] = {}

    def seen(module: nn.Module, *_: object) -> None:
        used.update({id(weight): weight.numel() for weight in module.parameters()})
        kept.append(module)  # or another module may get the id of one that is gone

    kept: list[nn.Module] = []
    hook = nn.modules.module.register_module_forward_hook(seen)
    try:
        names = {"torch": torch, "nn": nn, "F": functional}
        y = value(line, names, torch.zeros(arriving(line, first=True)), nn.Sequential)
    finally:
        hook.remove()
    assert leaving(line, y.shape, first=True) == line.leaves
    assert sum(used.values()) == line.value


@pytest.mark.parametrize("line", lines("Keras"), ids=lambda line: line.code)
def test_keras(line: Equivalent) -> None:
    keras = pytest.importorskip("keras")
    x = keras.Input(arriving(line, first=False)[1:])
    y = value(line, {"layers": keras.layers}, x, keras.Sequential)
    assert leaving(line, y.shape, first=False) == line.leaves
    assert keras.Model(x, y).count_params() == line.value


def value(line: Equivalent, names: dict[str, Any], x: Any, chain: Callable[..., Any]) -> Any:
    """What leaves the printed code: layers that are called with ``x``, or an expression of it."""
    made = eval(line.code, {**names, "x": x})
    if isinstance(made, tuple) and all(map(callable, made)):
        made = chain(*made)
    y = made(x) if callable(made) and made is not x and not hasattr(made, "shape") else made
    return y[0] if isinstance(y, tuple) else y


def arriving(line: Equivalent, first: bool) -> tuple[int, ...]:
    """The shape of what arrives, with its channels first or last; N×1×C are tokens."""
    size = yaml.safe_load(line.arrives)
    if isinstance(size, dict):
        length, channels = size["length"], size["channels"]
        return (1, channels, length) if first else (1, length, channels)
    height, width, channels = map(int, size.split("x"))
    if width == 1:
        return (1, height, channels) if height > 1 else (1, channels)
    return (1, channels, height, width) if first else (1, height, width, channels)


def leaving(line: Equivalent, shape: tuple[int, ...], first: bool) -> str:
    """The shape of what leaves, as the page prints it."""
    _, *sides = shape
    if first and (len(sides) == 3 or line.arrives.startswith("{length")):
        sides = [*sides[1:], sides[0]]
    *sides, channels = sides
    return "x".join(map(str, [*[*sides, 1, 1][:2], channels]))
