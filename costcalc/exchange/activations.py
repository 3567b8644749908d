"""Activations, known by what they do: exporters write them as several operations.

Floats, since nothing is counted here: which row is meant is told by what becomes of some samples.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

Samples = tuple[float, ...]
SAMPLES: Samples = (
    -9.0,
    -4.0,
    -3.5,
    -2.5,
    -1.0,
    -0.3,
    0.0,
    0.2,
    0.7,
    1.5,
    2.9,
    3.3,
    5.5,
    6.5,
    9.0,
)


def clip(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def softplus(x: float) -> float:
    return x if x > 30 else math.log1p(math.exp(x))


def gelu(x: float) -> float:
    return x * (1 + math.erf(x / math.sqrt(2))) / 2


def tanh_gelu(x: float) -> float:
    return x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2


def selu(x: float) -> float:
    return 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x))


#: What activations do, by their rows.
FUNCTIONS = {
    "relu": lambda x: max(x, 0.0),
    "relu6": lambda x: clip(x, 0, 6),
    "sigmoid": sigmoid,
    "swish": lambda x: x * sigmoid(x),
    "hsigmoid": lambda x: clip(x + 3, 0, 6) / 6,
    "hswish": lambda x: x * clip(x + 3, 0, 6) / 6,
    "gelu": gelu,
    "tanh": math.tanh,
    "softplus": softplus,
    "mish": lambda x: x * math.tanh(softplus(x)),
    "selu": selu,
}
_KNOWN = {word: tuple(map(row, SAMPLES)) for word, row in FUNCTIONS.items()}
_TANH_GELU = tuple(map(tanh_gelu, SAMPLES))
_KERAS_HARD_SIGMOID = tuple(clip(x / 5 + 0.5, 0, 1) for x in SAMPLES)


def _equal(a: Samples, b: Samples) -> bool:
    return all(math.isclose(x, y, rel_tol=1e-3, abs_tol=1e-3) for x, y in zip(a, b, strict=True))


@cache
def word_for(samples: Samples) -> dict[str, Any]:
    """The row of the activation that makes these of the samples; nothing where there is none."""
    for word, known in _KNOWN.items():
        if _equal(samples, known):
            return {word: None}
    if _equal(samples, _TANH_GELU):
        return {"gelu": None}
    if _equal(samples, _KERAS_HARD_SIGMOID):
        return {"hsigmoid": None}
    low, high = min(samples), max(samples)
    if _equal(samples, tuple(clip(x, low, high) for x in SAMPLES)) and high < SAMPLES[-1]:
        return {"hardtanh": None}
    slope = samples[0] / SAMPLES[0]
    if _equal(samples, tuple(x if x > 0 else slope * x for x in SAMPLES)) and abs(slope - 1) > 0.01:
        return {"leaky": None}
    rate = -samples[0]
    elu = tuple(x if x > 0 else rate * math.expm1(x) for x in SAMPLES)
    return {"elu": None} if rate > 0 and _equal(samples, elu) else {}
