"""A layer of a text file: it reads and gives maps by their names, and the file has no sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from costcalc.errors import visible
from costcalc.exchange.activations import FUNCTIONS
from costcalc.exchange.flow import ASKED, Flow
from costcalc.exchange.maps import Value
from costcalc.exchange.translation import Form, Refused, Translation

#: What is read of a layer: what each of its outputs is.
Reader = Callable[[Any], Any]


class Named:
    """A layer, and the flow that it stands in."""

    def __init__(
        self, flow: Flow, kind: str, name: str, inputs: list[str], outputs: list[str]
    ) -> None:
        self.flow, self.kind, self.name = flow, kind, name
        self.inputs, self.outputs = inputs, outputs

    def value(self, index: int = 0) -> Value:
        """:raises Refused: the layer reads fewer maps."""
        if index >= len(self.inputs):
            raise Refused(f"a layer that reads {len(self.inputs)} maps, of {index + 1}")
        return self.flow.value(self.inputs[index])

    def row(self, columns: Mapping[str, Any], *inputs: Value, merges: bool = False) -> Value:
        return self.flow.row(columns, *inputs, merges=merges)

    def entered(self, name: str, form: Form) -> Value:
        """An input of the network.

        :raises Refused: its size is open.
        """
        if min(form) < 1:
            raise Refused(f"an input of open size: {ASKED}")
        return Value(self.flow.translation.row({}, form=form, name=visible(name)), form)

    def read_by(self, readers: Mapping[str, Reader]) -> Any:
        """What the layer gives, and the rows for it.

        :raises Refused: there are none.
        """
        if self.kind not in readers:
            raise Refused(f"layer {visible(self.kind)}" if self.kind else "a layer without a type")
        self.flow.given(self.inputs)
        return readers[self.kind](self)


def run(flow: Flow, layers: Sequence[Named], rows: Callable[[Any], Any]) -> Translation:
    """What layers become, of which each is read by ``rows``; what none reads leaves the network."""
    read = set[str]()
    for layer in layers:
        flow.readers.update(layer.inputs)
        flow.read(layer.name, layer.outputs, layer.inputs, partial(rows, layer))
        read.update(key for key in layer.inputs if key not in layer.outputs)
    found = flow.known.keys() | flow.lost
    given = dict.fromkeys(key for layer in layers for key in layer.outputs if key in found)
    return flow.finished([key for key in given if key not in read] or [*given][-1:])


def plain(n: Named, row: str, **columns: Any) -> Value:
    return n.row({row: None, **columns}, n.value())


def unary(n: Named, row: str) -> Any:
    return n.flow.function(n.inputs[0], FUNCTIONS[row], row)


def merge(n: Named, row: str, said: str = "") -> Value:
    if said:
        n.flow.stands_in(f"{said}, said as {row}")
    return n.row({row: None}, *map(n.flow.value, n.inputs), merges=True)


def flatten(n: Named) -> Value:
    x = n.value()
    return x if x.form[:2] == (1, 1) else n.row({"flatten": None}, x)


def passed(n: Named) -> list[Any]:
    """The same values, once or several times."""
    return [n.flow.passed(n.inputs[0])] * len(n.outputs)


def left_out(n: Named) -> list[Value]:
    n.flow.stands_in(f"{visible(n.kind)}, left out")
    return [n.value()] * len(n.outputs)
