"""What is cut from the tensors of a model file, padded to them, and gathered of their sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from costcalc.exchange.flow import Flow, Key
from costcalc.exchange.maps import SIDES, Sizes, Tensors, Value, replaced
from costcalc.exchange.translation import Form, Refused


def cut(flow: Tensors, x: Value, out: Form) -> Value:
    """A part of a map: some of its channels, or a crop."""
    made = x
    if out[:2] != x.form[:2]:
        made = flow.row({"crop": [*out[:2]]}, made, form=(*out[:2], x.form[2]))
    if out[2] != x.form[2]:
        made = flow.row({"select": out[2]}, made, form=out)
    return made


def part(flow: Tensors, x: Any, out: Sizes) -> Value:
    """As many places of each dimension as ``out`` has, which ones or in which steps is the same.

    :raises Refused: a row spreads the tensor.
    """
    shape, value = flow.shape(x), flow.value(x)
    changed = [d for d, (old, new) in enumerate(zip(shape, out, strict=False)) if old != new]
    places = {d: flow.place(x, d, value.form) for d in changed}
    if math.prod(value.form) != flow.size(x):
        raise Refused("a part of a tensor that is spread")
    form = value.form
    if None not in places.values():
        for d, place in places.items():
            assert place is not None
            form = replaced(form, place, out[d])
        return cut(flow, value, form)
    elements = flow.size(x)
    if len(changed) == 1:
        d = changed[0]
        if form[2] * out[d] % shape[d] == 0:  # as much of the channels as of what is cut
            return cut(flow, value, replaced(form, 2, form[2] * out[d] // shape[d]))
        value = flow.value(x, (elements // shape[d], 1, shape[d]))
    for d in changed:  # each in turn as the channels
        rest, elements = elements // shape[d], elements // shape[d] * out[d]
        value = cut(flow, flow.reshaped(value, (rest, 1, shape[d])), (rest, 1, out[d]))
    return value


def parts(flow: Flow, x: Key, outs: Sequence[Sizes]) -> list[Value]:
    """The parts of a tensor that is split."""
    return [part(flow, x, out) for out in outs]


def pad(flow: Flow, x: Key, around: Sequence[tuple[int, int]], mode: str) -> Value:
    """Each dimension padded before and after; what is below 0 is cut off."""
    value = flow.value(x, flow.map_of(flow.shapes[x]))
    sides = [(0, 0), (0, 0), (0, 0)]
    for d, pair in enumerate(around):
        if pair == (0, 0):
            continue
        place = flow.place(x, d, value.form)
        if place is None:
            raise Refused("padding of a dimension that is no side and no channels")
        sides[place] = pair
    return padded(flow, value, sides, mode)


def padded(flow: Tensors, value: Value, around: Sequence[tuple[int, int]], mode: str) -> Value:
    """A map with its height, width and channels padded before and after."""
    cropped = [-min(0, side) for pair in around[:2] for side in pair]
    added = [max(0, side) for pair in around[:2] for side in pair]
    if any(cropped):
        value = flow.row({"crop": {"by": cropped}}, value)
    if any(added):
        if mode not in ("constant", "reflect"):
            flow.stands_in(f"{mode} padding, said as zeropad")
        value = flow.row({"reflectpad" if mode == "reflect" else "zeropad": added}, value)
    channels = value.form[2] + sum(around[2])
    if min(around[2]) < 0:
        return cut(flow, value, replaced(value.form, 2, channels))
    return flow.row({"padchannels": channels}, value) if any(around[2]) else value


def reduced(flow: Tensors, x: Any, dims: Sequence[int], row: str, said: str = "") -> Value:
    """A mean or a maximum over some dimensions, as a pool of what they are.

    :raises Refused: a row spreads the tensor.
    """
    shape, value = flow.shape(x), flow.value(x)
    dims = [d % len(shape) for d in dims if shape[d] != 1]
    if said:
        flow.stands_in(f"{said}, said as a {'mean' if row == 'avgpool' else 'maximum'}")
    if math.prod(value.form) != flow.size(x):
        raise Refused("a mean of a tensor that is spread")
    places = {flow.place(x, d, value.form) for d in dims}
    if None in places:
        pooled = math.prod(shape[d] for d in dims)
        value, places = flow.value(x, (pooled, 1, flow.size(x) // pooled)), {0, 1}
    if {0, 1} <= places or (0 in places and value.form[1] == 1):
        value, places = flow.row({row: "global"}, value), places - {0, 1}
    for place in sorted(p for p in places if p is not None):
        value = flow.row({row: {"over": SIDES[place]}}, value)
    return value


def resized(flow: Flow, x: Key, out: Sizes, mode: str) -> Value:
    """Sides of another size, nearest or bilinear."""
    form = flow.map_of(out)
    value = flow.value(x, flow.map_of(flow.shapes[x]))
    if form[:2] == value.form[:2]:
        return value
    if mode not in ("nearest", "bilinear"):
        flow.stands_in(f"{mode} resizing, said as bilinear")
    columns: dict[str, Any] = {"resize": [*form[:2]]}
    if mode != "nearest":
        columns["mode"] = "bilinear"
    return flow.row(columns, value, form=form)
