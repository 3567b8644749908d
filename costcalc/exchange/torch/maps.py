"""What tensors of torch are: maps, as all readers have them, or what is made of parameters."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from costcalc.exchange import maps
from costcalc.exchange.maps import Value
from costcalc.exchange.translation import Form


class Tensor(ABC):
    """What readers ask of a tensor. Those of torch are registered where modules run."""

    shape: Sequence[int]
    dtype: object

    @abstractmethod
    def dim(self) -> int:
        """How many dimensions it has."""

    @abstractmethod
    def numel(self) -> int:
        """How many elements it has."""


class Empty(Tensor):
    """A tensor without numbers."""

    def __init__(self, shape: Sequence[int], dtype: object = None) -> None:
        self.shape, self.dtype = tuple(shape), dtype

    def dim(self) -> int:
        return len(self.shape)

    def numel(self) -> int:
        return math.prod(self.shape)


class Made(NamedTuple):
    """A tensor that comes from parameters alone: those parameters."""

    parameters: tuple[int, ...]


class Later(NamedTuple):
    """What writes the rows of a tensor, if it is read."""

    value: Callable[[], Value]


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
