"""An ONNX file without the values of its larger weights: they are stepped over, and never read.

Source: Protocol Buffers, "Encoding"; the numbers of the fields are those of ``onnx.proto``.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

from costcalc.errors import visible
from costcalc.exchange.onnx.package import messages
from costcalc.exchange.onnx.tensors import is_whole
from costcalc.exchange.translation import Refused

_GRAPH, _INITIALIZER = 7, 5
#: The fields of a tensor that hold its values.
_VALUES = frozenset({4, 5, 6, 7, 9, 10, 11})
_RAW = 9
#: Tensors of fewer bytes keep their values.
_KEPT = 100_000
#: Smaller files are read as they are.
_SMALL = 1_000_000


def weightless(path: Path) -> bytes:
    """The model.

    :raises ValueError: the file is no message, or is cut off.
    :raises Refused: a constant has more or fewer bytes than its dimensions say.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if len(data) < _SMALL:
            return data[:]
        return _rebuilt(data, 0, len(data), (_GRAPH, _INITIALIZER))


def _rebuilt(data: mmap.mmap, start: int, end: int, way: tuple[int, ...]) -> bytes:
    """A message, with the fields on the ``way`` rebuilt; at its end is a tensor without values."""
    parts, stepped = [], None
    for field, first, inner, last in _fields(data, start, end):
        if way and field == way[0] and last - inner > _KEPT:
            found = _rebuilt(data, inner, last, way[1:])
            parts += [_varint(field << 3 | 2), _varint(len(found)), found]
        elif way or field not in _VALUES:
            parts.append(data[first:last])
        elif field == _RAW:
            stepped = last - inner
    made = b"".join(parts)
    if stepped is not None:
        tensor = messages.TensorProto.FromString(made)
        if not is_whole(tensor, stepped):
            raise Refused(f"the constant {visible(tensor.name)!r} holds other values than it says")
    return made


def _fields(data: mmap.mmap, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """The fields of a message: number, where it starts, where its content does, and its end."""
    place = start
    while place < end:
        first = place
        key, place = _number(data, place, end)
        size = {1: 8, 5: 4}.get(key & 7, 0)
        if key & 7 == 2:
            size, place = _number(data, place, end)
        elif key & 7 == 0:
            _, place = _number(data, place, end)
        elif not size:
            raise ValueError("a field of no known kind")
        if place + size > end:
            raise ValueError("a field that is cut off")
        yield key >> 3, first, place, place + size
        place += size


def _number(data: mmap.mmap, place: int, end: int) -> tuple[int, int]:
    """A number of up to ten bytes, and what comes behind it."""
    value = 0
    for shift in range(0, 70, 7):
        if place >= end:
            break
        byte = data[place]
        value, place = value | (byte & 127) << shift, place + 1
        if byte < 128:
            return value, place
    raise ValueError("a number that does not end")


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)
