"""The lines of an ncnn model: layers with their options, and the sizes of what they read and give.

Source: ncnn, "operation param weight table" and "param and model file structure" of its wiki.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

from costcalc.exchange.flow import Flow, Pending, broken
from costcalc.exchange.maps import Sizes, Value, channels_last
from costcalc.exchange.named import Named
from costcalc.exchange.translation import Refused
from costcalc.source.files import plain_text, read_bytes

_MAGIC = "7767517"
#: How large what a layer gives is: dimensions, width, height, channels, for each output.
_HINT = 30
#: Fused behind a layer, by their number.
_FUSED = ("", "relu", "leaky", "hardtanh", "sigmoid", "mish", "hswish")
#: What stands for a padding that the layer works out: an odd one behind, or before.
UPPER, LOWER = -233, -234


class Layer(Named):
    """One line: its options, and what it reads and gives."""

    def __init__(self, flow: Flow, words: list[str]) -> None:
        reads, gives = int(words[2]), int(words[3])
        ends = words[4 : 4 + reads + gives]
        if min(reads, gives) < 0 or len(ends) < reads + gives:
            raise ValueError
        super().__init__(flow, words[0], words[1], ends[:reads], ends[reads:])
        self.options: dict[int, list[float]] = {}
        for word in words[4 + reads + gives :]:
            key, _, value = word.partition("=")
            numbers = [*map(_number, value.split(","))] if _is_number(value) else []
            place = -23300 - int(key)
            if place >= 0 and numbers[:1] != [len(numbers) - 1]:
                raise ValueError
            self.options[place if place >= 0 else int(key)] = numbers[1:] if place >= 0 else numbers

    def all(self, key: int) -> list[int]:
        """:raises Refused: one is no whole number."""
        found = self.options.get(key, [])
        if not all(
            isinstance(one, int) or (one.is_integer() and abs(one) < 2**53) for one in found
        ):
            raise Refused(f"option {key} that is no whole number")
        return [*map(int, found)]

    def get(self, key: int, otherwise: int = 0) -> int:
        return self.all(key)[0] if self.number(key, otherwise) != otherwise else otherwise

    def number(self, key: int, otherwise: float) -> float:
        """:raises Refused: it is none."""
        found = self.options.get(key, [otherwise])
        if not found:
            raise Refused(f"option {key} that is no number")
        return found[0]

    def pair(self, key: int, otherwise: int = 1) -> list[int]:
        """Rows and columns; the rows stand ten further on, if they are others."""
        columns = self.get(key, otherwise)
        return [self.get(key + 10, columns), columns]

    @property
    def shape(self) -> Sizes:
        """The sizes of what is read first, as ncnn has them: a batch, channels, rows, columns."""
        return self.flow.shapes[self.inputs[0]]

    def value(self, index: int = 0) -> Value:
        found = super().value(index)
        return self.flow.reshaped(found, self.flow.map_of(self.flow.shapes[self.inputs[index]]))

    def tokens(self) -> Value:
        """What is read first, with its columns as channels."""
        return self.flow.value(self.inputs[0], channels_last(self.shape))

    def dim(self, key: int) -> int:
        """The dimension that an option names: the outermost is 0.

        :raises Refused: there is none.
        """
        place, dims = self.get(key), len(self.shape) - 1
        if not -dims <= place < dims:
            raise Refused(f"{self.kind} along dimension {place} of {dims}")
        return place % dims + 1

    def gave(self, made: Any, *shapes: Sizes) -> Any:
        """What was made, of these sizes."""
        self.flow.shapes.update(zip(self.outputs, shapes, strict=False))
        return made

    def sized(self, made: Any, flat: bool) -> Any:
        """What was made, of the sizes of its map, unless the layer's reader said others."""
        values = made if isinstance(made, list) else [made]
        for key, value in zip(self.outputs, values, strict=False):
            if value is None:
                continue
            height, width, channels = (value.root if isinstance(value, Pending) else value).form
            sizes: Sizes = (1, channels, height, width)
            if (height, width, channels) == self.flow.map_of(self.shape):
                sizes = self.shape
            elif height == width == 1 and (flat or len(self.shape) < 4):
                sizes = (1, channels)
            self.flow.shapes.setdefault(key, sizes)
        return made

    def fused(self, value: Value) -> Value:
        number = self.get(9)
        if not 0 <= number < len(_FUSED):
            raise Refused(f"a fused activation of kind {number}")
        return self.row({_FUSED[number]: None}, value) if number else value

    def hinted(self, made: Any) -> Any:
        """:raises Refused: what was made has other elements than the file says."""
        hint = self.all(_HINT)
        sides = hint[1 : min(hint[0], 3) + 1] if hint else []
        said = isinstance(made, Value) and len(self.outputs) == 1 and min(sides, default=0) > 0
        if said and math.prod(sides) != math.prod(made.form):
            raise Refused(f"{self.kind} that gives other sizes than the file says")
        return made


def _number(text: str) -> float:
    """A number, exactly where it is written as a whole one."""
    return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[-+.\deE,]+", text))


def lines(path: Path, flow: Flow) -> list[Layer]:
    """The layers of a file.

    :raises CostcalcError: the file is none, or damaged.
    """
    found = plain_text(path, read_bytes(path)).splitlines()
    if not found or found[0].strip() != _MAGIC:
        raise broken(path, f"an ncnn model begins with {_MAGIC}")
    layers = list[Layer]()
    for number, line in enumerate(found[1:], 2):
        words = line.split()
        try:
            if number == 2:
                count = int(words[0])
            elif words and len(layers) < count:
                layers.append(Layer(flow, words))
        except (ValueError, OverflowError, IndexError):
            raise broken(path, f"line {number} is no layer") from None
    if not found[1:] or len(layers) < count:
        raise broken(path, "the file has fewer layers than it says", "a part of one?")
    return layers
