"""What Keras counts of its norms and PReLU, held against the rows that stand for them."""

from __future__ import annotations

import os
from math import prod
from typing import Any

import pytest

import costcalc as cc

pytestmark = pytest.mark.oracle
NORMS = {"bn": "BatchNormalization", "layernorm": "LayerNormalization"}
NORMS |= {"groupnorm: 4": "GroupNormalization"}


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("shift", [True, False])
@pytest.mark.parametrize("row", NORMS)
def test_norms(row: str, scale: bool, shift: bool) -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    layers = pytest.importorskip("keras").layers
    groups = {"groups": 4} if row == "groupnorm: 4" else {}
    built = getattr(layers, NORMS[row])(scale=scale, center=shift, **groups)
    columns = f", scale: {scale}, shift: {shift}".lower()
    assert numbers(f"{row}{columns}") == parameters(built)


def test_prelu_and_rms() -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    layers = pytest.importorskip("keras").layers
    assert numbers("prelu") == parameters(layers.PReLU(shared_axes=[1, 2]))
    assert numbers("prelu: layer") == parameters(layers.PReLU(shared_axes=[1, 2, 3]))
    assert numbers("rmsnorm") == parameters(layers.RMSNormalization())


def numbers(row: str) -> tuple[int, int]:
    """The numbers that train, and all that are stored."""
    count = cc.loads(f"input: 6x5x8\nlayers:\n- {{{row}}}\n").count
    return count(convention="trainable").params, count(convention="keras").params


def parameters(layer: Any) -> tuple[int, int]:
    """What Keras says of a layer."""
    layer.build((None, 6, 5, 8))
    trained = sum(prod(weight.shape) for weight in layer.trainable_weights)
    return trained, sum(prod(weight.shape) for weight in layer.weights)
