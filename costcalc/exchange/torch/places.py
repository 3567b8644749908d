"""Readers of the torch functions that cost nothing: views, cuts, paddings, and what joins maps.

What is free is named here, in :data:`SAME`, :data:`LEFT_OUT` and :data:`NO_VALUE`.
"""

from __future__ import annotations

from typing import Any

from costcalc.exchange import meetings, parts
from costcalc.exchange.maps import Value
from costcalc.exchange.torch.maps import Tensor, channels_first, tensors
from costcalc.exchange.torch.translator import Call, Reader
from costcalc.exchange.translation import Refused

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


def along(call: Call, input: Tensor, dim: int) -> list[Value]:
    """The outputs of a call that cuts a tensor along one dimension."""
    outs, dim = [*tensors(call.out)], dim % input.dim()
    lengths = [out.numel() * input.shape[dim] // input.numel() for out in outs]
    before, after = input.shape[:dim], input.shape[dim + 1 :]
    return [parts.part(call, input, (*before, length, *after)) for length in lengths]


def split(call: Call, input: Tensor, sizes: Any = None, dim: int = 0, **named: Any) -> list[Value]:
    return along(call, input, dim)


def narrow(call: Call, input: Tensor, dim: int = 0, *rest: Any, **options: Any) -> list[Value]:
    return along(call, input, dim)


def read_out(call: Call, input: Tensor, places: tuple[Any, ...]) -> Value:
    """``x[index]``: those places of the first dimension that a constant names, some of them often.

    :raises Refused: an index of another kind.
    """
    index = places[0]
    whole = all(place == slice(None) for place in places[1:])
    if not whole or not isinstance(index, Tensor) or str(index.dtype) != "torch.int64":
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
    return parts.part(call, input, tuple(lengths))


# --- Joins and paddings -------------------------------------------------------------------------


def concat(call: Call, tensors: Any, dim: int = 0, **options: Any) -> Value:
    return meetings.concat(call, tensors, options.get("axis", dim))


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
    if call.place(input, -1, x.form) is None and input.dim() == 4 and len(pad) > 2:
        x = call.value(input, channels_first(input))
    around = [(0, 0), (0, 0), (0, 0)]
    for i in range(len(pad) // 2):
        if pad[2 * i : 2 * i + 2] in ((0, 0), [0, 0]):
            continue
        place = call.place(input, -1 - i, x.form)
        if place is None:  # that dimension is the height
            if any(pad[: 2 * i]) or any(pad[2 * i + 2 :]):
                raise Refused("padding of what is no map along several dimensions")
            size = input.shape[-1 - i]
            x, place = call.value(input, (size, 1, input.numel() // size)), 0
        around[place] = (pad[2 * i], pad[2 * i + 1])
    return parts.padded(call, x, around, mode)


def assigned(call: Call, input: Tensor, index: Any, value: Any) -> None:
    """``x[...] = y``: x keeps its size, and what is learned in y is held by a row."""
    if not call.is_map(input):
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
    "unbind": narrow,
    "narrow": narrow,
    "select": narrow,
    "__getitem__": item,
    "cat": concat,
    "concat": concat,
    "stack": stack,
    "pad": pad,
}
