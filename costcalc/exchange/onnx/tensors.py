"""The messages of an ONNX file as Python's numbers, and back.

Source: ``onnx.proto``.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from costcalc.exchange.onnx.package import messages

_T = messages.TensorProto
#: How numbers of each type stand in ``raw_data``, and the field that has them otherwise.
_TYPES = {
    _T.FLOAT: ("f", "float_data"),
    _T.DOUBLE: ("d", "double_data"),
    _T.FLOAT16: ("e", "int32_data"),
    _T.INT64: ("q", "int64_data"),
    _T.INT32: ("i", "int32_data"),
    _T.INT16: ("h", "int32_data"),
    _T.INT8: ("b", "int32_data"),
    _T.UINT64: ("Q", "uint64_data"),
    _T.UINT32: ("I", "uint64_data"),
    _T.UINT16: ("H", "int32_data"),
    _T.UINT8: ("B", "int32_data"),
    _T.BOOL: ("?", "int32_data"),
}
_A = messages.AttributeProto
_ATTRIBUTES = {  # lists have long names
    _A.FLOAT: "f",
    _A.INT: "i",
    _A.STRING: "s",
    _A.TENSOR: "t",
    _A.GRAPH: "g",
    _A.FLOATS: "floats",
    _A.INTS: "ints",
    _A.STRINGS: "strings",
}


def attribute(message: Any) -> Any:
    """The value of an attribute; None of a kind that no operation of a network has."""
    field = _ATTRIBUTES.get(message.type, "")
    value: Any = getattr(message, field, None)
    return [*value] if len(field) > 1 else value


def is_whole(tensor: Any, stepped: int | None = None) -> bool:
    """Whether a constant has as many values as its dimensions say; ``stepped`` are the bytes of
    raw data that were stepped over."""
    if tensor.data_type not in _TYPES:
        return True
    code, field = _TYPES[tensor.data_type]
    count: int = math.prod(tensor.dims)
    given, each = len(getattr(tensor, field)), 1
    if tensor.HasField("raw_data") or stepped is not None:
        given, each = stepped or len(tensor.raw_data), struct.calcsize(f"<{code}")
    return given == each * count


def numbers(tensor: Any) -> list[Any]:
    """The values of a constant that is whole; none of a type that is no number here."""
    if tensor.data_type not in _TYPES:
        return []
    code, field = _TYPES[tensor.data_type]
    count = math.prod(tensor.dims)
    data, given = tensor.raw_data, getattr(tensor, field)
    if code == "e" and given:  # as they are in memory
        data = struct.pack(f"<{count}H", *given)
    return [*(struct.unpack(f"<{count}{code}", data) if data else given)]


def tensor_of(value: Any) -> Any:
    """The constant of a number, or of a list of numbers; of what else an attribute may be, none
    whose values are known."""
    values = value if isinstance(value, list) else [value]
    dims = [len(values)] if isinstance(value, list) else []
    if values and all(isinstance(one, float) for one in values):
        return _T(dims=dims, data_type=_T.FLOAT, float_data=values)
    if all(isinstance(one, int) for one in values):
        return _T(dims=dims, data_type=_T.INT64, int64_data=values)
    return _T(dims=dims, data_type=_T.STRING)


def filled(sizes: Sequence[int], value: Any) -> Any:
    """A constant of one value: that of another, or 0.

    :raises ValueError: it is of a type that is no number here.
    """
    kind, (one,) = (value.data_type, numbers(value)) if value else (_T.FLOAT, (0.0,))
    data = struct.pack(f"<{_TYPES[kind][0]}", one)
    return _T(dims=sizes, data_type=kind, raw_data=data * math.prod(sizes))


def formed(made: Callable[[], Any], sizes: Sequence[int]) -> Any:
    """The values of a constant, in another form."""
    tensor = _T()
    tensor.CopyFrom(made())
    tensor.dims[:] = sizes
    return tensor


def type_of(kind: int, sizes: Iterable[int]) -> Any:
    """The type of a tensor."""
    made = messages.TypeProto()
    made.tensor_type.elem_type = kind
    made.tensor_type.shape.SetInParent()
    for size in sizes:
        made.tensor_type.shape.dim.add().dim_value = size
    return made
