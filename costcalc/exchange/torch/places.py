"""Readers of the torch functions that cost nothing: views, cuts, paddings, and what joins maps.

What is free is named here, in :data:`SAME`, :data:`LEFT_OUT` and :data:`NO_VALUE`.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from costcalc.exchange.torch.maps import SIDES, Value, axis, channels_first, replaced, tensors
from costcalc.exchange.torch.translator import Call, Reader
from costcalc.exchange.translation import Form, Refused

#: The same values, in other places or in the same: no row.
SAME = (
    "view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "permute", "transpose",
    "swapaxes", "movedim", "moveaxis", "view_as", "reshape_as", "contiguous", "clone", "detach",
    "to", "float", "type_as", "type", "half", "roll", "flip", "dropout", "dropout1d", "dropout2d",
    "alpha_dropout", "feature_dropout", "t", "channel_shuffle",
)  # fmt: skip
#: An operation per element without weights and without a row; noted as left out.
LEFT_OUT = (
    "neg", "sqrt", "rsqrt", "pow", "square", "exp", "abs", "clamp", "clip", "cos", "sin",
    "log_softmax",
)  # fmt: skip
#: No value of the network: sizes, and constants that only take a map's shape.
NO_VALUE = (
    "size", "dim", "stride", "numel", "nelement", "is_contiguous", "is_floating_point",
    "ndimension", "__len__", "new_zeros", "new_ones", "new_empty", "new_full", "zeros_like",
    "ones_like", "empty_like", "full_like", "new_tensor", "is_complex", "get_device",
    "element_size", "data_ptr", "is_same_size", "_assert", "_is_view",
)  # fmt: skip


def same(call: Call, input: Tensor, *rest: Any, **options: Any) -> Value:
    return call.value(input)


def left_out(call: Call, input: Tensor, *rest: Any, **options: Any) -> Value:
    call.stands_in(f"{call.name.strip('_')}, left out")
    return call.value(input)


def no_value(call: Call, *rest: Any, **options: Any) -> None:
    return None


def attribute(call: Call, input: Tensor, *rest: Any) -> Value | None:
    """``x.shape`` is no value; ``x.T`` is the same one."""
    return call.value(input) if isinstance(call.out, Tensor) else None


def expanded(call: Call, input: Tensor, *rest: Any, **options: Any) -> Value:
    """The same value; what it meets spreads it."""
    return call.value(input)


# --- Cuts ---------------------------------------------------------------------------------------


def cut(call: Call, x: Value, out: Form) -> Value:
    """A part of a map: some of its channels, or a crop."""
    made, form = x, x.form
    if out[:2] != form[:2]:
        made = call.row({"crop": [*out[:2]]}, made, form=(*out[:2], form[2]))
    if out[2] != form[2]:
        made = call.row({"select": out[2]}, made, form=out)
    return made


def parts(call: Call, input: Tensor, dim: int) -> list[Value]:
    """The outputs of a call that cuts a tensor along one dimension."""
    values = []
    for out in tensors(call.out):
        x = call.value(input)
        place = axis(input, dim, x.form)
        share = out.numel() * x.form[2] // input.numel()
        form = list(x.form)
        if math.prod(x.form) != input.numel():
            raise Refused("a part of a tensor that is spread")
        if place is not None:
            form[place] = out.numel() * form[place] // input.numel()
        elif share * input.numel() == out.numel() * x.form[2]:
            form[2] = share
        else:
            x = call.value(input, (input.numel() // input.shape[dim], 1, input.shape[dim]))
            form = [x.form[0], 1, out.numel() // x.form[0]]
        values.append(cut(call, x, (form[0], form[1], form[2])))
    return values


def split(call: Call, input: Tensor, sizes: Any = None, dim: int = 0, **named: Any) -> list[Value]:
    return parts(call, input, dim)


def unbind(call: Call, input: Tensor, dim: int = 0) -> list[Value]:
    return parts(call, input, dim)


def narrow(call: Call, input: Tensor, dim: int, *rest: Any, **options: Any) -> list[Value]:
    return parts(call, input, dim)


def read_out(call: Call, input: Tensor, places: tuple[Any, ...]) -> Value:
    """``x[index]``: those places of the first dimension that a constant names, some of them often.

    :raises Refused: an index of another kind.
    """
    index = places[0]
    whole = all(place == slice(None) for place in places[1:])
    if not whole or not isinstance(index, Tensor) or index.dtype != torch.int64:
        raise Refused("index by a tensor, but whole numbers for the first dimension")
    if call.known(index) is not None:
        raise Refused("index by a tensor that is computed")
    rest, named = input.numel() // input.shape[0], index.numel()
    x = call.value(input, (input.shape[0], 1, rest))
    call.stands_in("index by a tensor, said as crop or resize")
    row = {"crop" if named <= input.shape[0] else "resize": [named, 1]}
    return call.row(row, x, form=(named, 1, rest))


def item(call: Call, input: Tensor, index: Any) -> Any:
    """``x[...]``: cuts along each dimension in turn; a stride only says how many are left."""
    places = index if isinstance(index, tuple) else (index,)
    x = call.value(input)
    if call.out.numel() in (0, input.numel()):
        return x
    if any(isinstance(place, Tensor | list) for place in places):
        return read_out(call, input, places)
    given = [place for place in places if place is not None]
    if Ellipsis in given:
        at = given.index(Ellipsis)
        given[at : at + 1] = [slice(None)] * (input.dim() - len(given) + 1)
    lengths = [
        1 if isinstance(place, int) else len(range(*place.indices(length)))
        for place, length in zip(given, input.shape, strict=False)
    ]
    changed = [d for d, length in enumerate(lengths) if length != input.shape[d]]
    if math.prod(x.form) != input.numel():
        raise Refused("a part of a tensor that is spread")
    axes = {d: axis(input, d, x.form) for d in changed}
    if None not in axes.values():
        form = list(x.form)
        for d, place in axes.items():
            assert place is not None
            form[place] = lengths[d]
        return cut(call, x, (form[0], form[1], form[2]))
    if len(changed) == 1:
        return parts(call, input, changed[0])
    elements = input.numel()
    for d in changed:  # each in turn as the channels
        rest, elements = elements // input.shape[d], elements // input.shape[d] * lengths[d]
        x = cut(call, call.reshaped(x, (rest, 1, input.shape[d])), (rest, 1, lengths[d]))
    return x


# --- Joins and paddings -------------------------------------------------------------------------


def concat(call: Call, tensors: Any, dim: int = 0, **options: Any) -> Value:
    """Along the channels or a side; along what is neither, with that dimension as channels."""
    tensors = [tensor for tensor in tensors if tensor.numel()]
    if len(tensors) == 1:
        return call.value(tensors[0])
    dim = options.get("axis", dim)
    known = next(tensor for tensor in tensors if isinstance(call.known(tensor), Value))
    first = call.value(known).form
    place = axis(known, dim, first)
    if place is None:
        place, first = 2, (known.numel() // known.shape[dim], 1, known.shape[dim])
    values = []
    for tensor in tensors:
        size = tensor.numel() * first[place] // known.numel()
        values.append(call.value(tensor, replaced(first, place, size)))
    form = replaced(first, place, sum(value.form[place] for value in values))
    columns = {"concat": None, **({} if place == 2 else {"along": SIDES[place]})}
    return call.row(columns, *values, form=form, merges=True)


def stack(call: Call, tensors: Any, dim: int = 0) -> Value:
    """Concatenated along the channels; what follows asks for the form that it needs."""
    form = next(found.form for t in tensors if isinstance(found := call.known(t), Value))
    values = [call.value(tensor, form) for tensor in tensors]
    if len(values) == 1:
        return values[0]
    out = (form[0], form[1], form[2] * len(values))
    return call.row({"concat": None}, *values, form=out, merges=True)


def pad(call: Call, input: Tensor, pad: Any, mode: str = "constant", value: Any = None) -> Value:
    x = call.value(input)
    if axis(input, -1, x.form) is None and input.dim() == 4 and len(pad) > 2:
        x = call.value(input, channels_first(input))
    around = [[0, 0], [0, 0], [0, 0]]
    for i in range(len(pad) // 2):
        before, after = pad[2 * i : 2 * i + 2]
        if (before, after) == (0, 0):
            continue
        place = axis(input, -1 - i, x.form)
        if place is None:  # that dimension is the height
            if any(pad[: 2 * i]) or any(pad[2 * i + 2 :]):
                raise Refused("padding of what is no map along several dimensions")
            size = input.shape[-1 - i]
            x, place = call.value(input, (size, 1, input.numel() // size)), 0
        around[place] = [before, after]
    sides, form = [*around[0], *around[1]], list(x.form)
    for place in (0, 1):
        form[place] += sum(around[place])
    made, to = x, (form[0], form[1], form[2])
    cropped = [-min(0, side) for side in sides]
    padded = [max(0, side) for side in sides]
    if any(cropped):
        part = (to[0] - sum(padded[:2]), to[1] - sum(padded[2:]), to[2])
        made = call.row({"crop": {"by": cropped}}, made, form=part)
    if any(padded):
        if mode not in ("constant", "reflect"):
            call.stands_in(f"{mode} padding, said as zeropad")
        word = "reflectpad" if mode == "reflect" else "zeropad"
        made = call.row({word: padded}, made, form=to)
    if around[2] != [0, 0]:
        out = (to[0], to[1], to[2] + sum(around[2]))
        if min(around[2]) < 0:
            return cut(call, made, out)
        made = call.row({"padchannels": out[2]}, made, form=out)
    return made


def assigned(call: Call, input: Tensor, index: Any, value: Any) -> None:
    """``x[...] = y``: x keeps its size, and what is learned in y is held by a row."""
    if not isinstance(call.known(input), Value):
        raise Refused("assignment to a part of what is no map")
    if call.known(value) is not None:
        call.value(value)
    call.stands_in("assignment to a part, left out")


#: By the name of the torch function.
PLACES: dict[str, Reader] = {
    **dict.fromkeys(SAME, same),
    **dict.fromkeys(LEFT_OUT, left_out),
    **dict.fromkeys(NO_VALUE, no_value),
    "__get__": attribute,
    "expand": expanded,
    "expand_as": expanded,
    "repeat": expanded,
    "tile": expanded,
    "repeat_interleave": expanded,
    "__setitem__": assigned,
    "chunk": split,
    "split": split,
    "split_with_sizes": split,
    "tensor_split": split,
    "unbind": unbind,
    "narrow": narrow,
    "select": narrow,
    "__getitem__": item,
    "cat": concat,
    "concat": concat,
    "stack": stack,
    "pad": pad,
}
