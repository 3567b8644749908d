"""An operation of a model whose file says how large its tensors are: those that it reads and gives,
and the rows that more than one format has for it."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from costcalc.exchange.flow import Flow
from costcalc.exchange.maps import Sizes, Value
from costcalc.exchange.translation import Refused


class Operation:
    """The tensors of an operation, by what the file calls them; '' or -1 is none."""

    def __init__(
        self, flow: Flow, kind: str, inputs: Sequence[Any], outputs: Sequence[Any]
    ) -> None:
        self.flow, self.kind = flow, kind
        self.inputs, self.outputs = [*inputs], [*outputs]

    def has(self, index: int) -> bool:
        """Whether an optional input is there."""
        return index < len(self.inputs) and self.inputs[index] not in ("", -1)

    def shape(self, index: int) -> Sizes:
        return self.flow.shapes[self.inputs[index]]

    @property
    def out(self) -> Sizes:
        """The size of the first output."""
        return self.flow.shapes[self.outputs[0]]

    def map(self, index: int = 0) -> Value:
        """An input as a map."""
        return self.flow.value(self.inputs[index], self.flow.map_of(self.shape(index)))

    def settings(self, *indices: int) -> None:
        """Note that constants say how the operation works."""
        for index in indices:
            if self.has(index):
                self.flow.setting(self.inputs[index])


#: Functions of each element that no row says, by their words.
FREE: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "neg": operator.neg,
    "abs": abs,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "floor": math.floor,
    "ceil": math.ceil,
    "round": round,
    "sign": lambda x: math.copysign(1, x) if x else 0,
}


def unary(n: Operation, function: Callable[[float], float], row: str = "") -> Any:
    """A function of each element: an activation, or a part of one."""
    return n.flow.function(n.inputs[0], function, row, f"{n.kind}, left out")


def same(n: Operation) -> Any:
    """The same values, in other places or in the same: no row."""
    n.settings(*range(1, len(n.inputs)))
    return n.flow.passed(n.inputs[0])


def prelu(n: Operation) -> Value:
    x, slopes = n.map(), n.flow.size(n.inputs[1])
    if slopes not in (1, x.form[2]):
        raise Refused(f"{n.kind} with other than one slope per channel")
    row = {"prelu": "layer" if slopes == 1 < x.form[2] else None}
    return n.flow.row(row, x, form=x.form, weights=n.inputs[1:2])
