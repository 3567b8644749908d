"""What tensors of torch are: maps, as all readers have them, or what is made of parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from torch import Tensor

from costcalc.exchange import maps
from costcalc.exchange.translation import Form


class Made(NamedTuple):
    """A tensor that comes from parameters alone: those parameters."""

    parameters: tuple[int, ...]


def tensors(value: Any) -> Iterator[Tensor]:
    """The tensors in an argument, however deep."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        yield from tensors(list(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from tensors(part)


def channels_first(tensor: Tensor) -> Form:
    """The map of a (1, C, H, W), (1, C, L) or (1, C) tensor."""
    return maps.channels_first(tensor.shape)


def channels_last(tensor: Tensor) -> Form:
    """The map of a (1, H, W, C), (1, N, C) or (1, C) tensor."""
    return maps.channels_last(tensor.shape)
