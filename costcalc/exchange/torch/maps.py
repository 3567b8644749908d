"""Tensors as maps, height x width x channels: what a tensor is, and how one map becomes another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from torch import Tensor

from costcalc.exchange.translation import Form, Refused

SIDES = ("height", "width", "channels")


class Value(NamedTuple):
    """The row that a tensor comes from, and the height, width and channels that it leaves."""

    row: int
    form: Form


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
    """The map of a (1, C, H, W), (1, C, L) or (1, C) tensor; of a batch, as windows are, the maps
    on top of each other.

    :raises Refused: it is none of these.
    """
    batch, channels, *sides = tensor.shape if tensor.dim() > 1 else (0, 0)
    if batch == 0 or len(sides) > 2:
        raise Refused("a map of three sides")
    return batch * (*sides, 1, 1)[0], (*sides, 1, 1)[1], channels


def channels_last(tensor: Tensor) -> Form:
    """The map of a (1, H, W, C), (1, N, C) or (1, C) tensor; of others, tokens x groups x C."""
    *outer, channels = tensor.shape
    if len(outer) == 3 and outer[0] == 1:
        return outer[1], outer[2], channels
    groups = outer[0] if outer else 1
    return math.prod(outer[1:]), groups, channels


def axis(tensor: Tensor, dim: int, form: Form) -> int | None:
    """Which of height, width and channels a dimension of a tensor is; None if it is no one."""
    dim %= tensor.dim()
    places: dict[tuple[int, ...], tuple[int, ...]] = {
        (form[2], form[0], form[1]): (2, 0, 1),
        form: (0, 1, 2),
    }
    if form[1] == 1:
        places |= {(form[2], form[0]): (2, 0), (form[0], form[2]): (0, 2)}
    if form[:2] == (1, 1):
        places[(form[2],)] = (2,)
    if tensor.shape[0] != 1 or dim == 0:
        return None
    found = places.get(tuple(tensor.shape[1:]))
    return None if found is None else found[dim - 1]


def replaced(form: Form, place: int, size: int) -> Form:
    """A map with another height, width or number of channels."""
    height, width, channels = (size if i == place else side for i, side in enumerate(form))
    return height, width, channels
