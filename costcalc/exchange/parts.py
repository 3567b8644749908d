"""What is cut from the tensors of a model file, padded to them, and gathered of their sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from costcalc.exchange.flow import Flow, Key
from costcalc.exchange.maps import SIDES, Sizes, Value, replaced
from costcalc.exchange.translation import Form, Refused


def cut(flow: Flow, x: Value, out: Form) -> Value:
    """A part of a map: some of its channels, or a crop."""
    made = x
    if out[:2] != x.form[:2]:
        made = flow.row({"crop": [*out[:2]]}, made, form=(*out[:2], x.form[2]))
    if out[2] != x.form[2]:
        made = flow.row({"select": out[2]}, made, form=out)
    return made


def part(flow: Flow, x: Key, out: Sizes) -> Value:
    """As many places of each dimension as ``out`` has, which ones or in which steps is the same."""
    shape, value = flow.shapes[x], flow.value(x)
    changed = [d for d, (old, new) in enumerate(zip(shape, out, strict=True)) if old != new]
    places = {d: flow.place(x, d, value.form) for d in changed}
    if None not in places.values():
        form = value.form
        for d, place in places.items():
            assert place is not None
            form = replaced(form, place, out[d])
        return cut(flow, value, form)
    elements = flow.size(x)
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
    sides: list[tuple[int, int]] = [(0, 0), (0, 0), (0, 0)]
    for d, pair in enumerate(around):
        if pair == (0, 0):
            continue
        place = flow.place(x, d, value.form)
        if place is None:
            raise Refused("padding of a dimension that is no side and no channels")
        sides[place] = pair
    cropped = [-min(0, side) for pair in sides[:2] for side in pair]
    padded = [max(0, side) for pair in sides[:2] for side in pair]
    if any(cropped):
        value = flow.row({"crop": {"by": cropped}}, value)
    if any(padded):
        if mode not in ("constant", "reflect"):
            flow.stands_in(f"{mode} padding, said as zeropad")
        value = flow.row({"reflectpad" if mode == "reflect" else "zeropad": padded}, value)
    more = sum(sides[2])
    if min(sides[2]) < 0:
        return cut(flow, value, replaced(value.form, 2, value.form[2] + more))
    return flow.row({"padchannels": value.form[2] + more}, value) if more else value


def reduced(flow: Flow, x: Key, dims: Sequence[int], row: str, said: str = "") -> Value:
    """A mean or a maximum over some dimensions, as a pool of what they are."""
    shape, value = flow.shapes[x], flow.value(x)
    dims = [d % len(shape) for d in dims if shape[d] != 1]
    if said:
        flow.stands_in(f"{said}, said as {row}")
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
