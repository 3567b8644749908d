"""A Keras model as its configuration has it: layers, what each is called with, and models in them.

Source: Keras 2 and 3, ``Model.to_json``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from costcalc.errors import visible
from costcalc.exchange.activations import FUNCTIONS
from costcalc.exchange.flow import ASKED, Flow, Key
from costcalc.exchange.maps import Value
from costcalc.exchange.translation import Form, Refused

#: Rows, by the words of Keras' activations.
ACTIVATIONS = {
    "silu": "swish", "hard_sigmoid": "hsigmoid", "hard_silu": "hswish", "hard_swish": "hswish",
    "leaky_relu": "leaky", "elu": "elu",
}  # fmt: skip
Json = dict[str, Any]
#: What is read of a layer: what it gives.
Reader = Callable[["Layer"], Any]


class Layer:
    """A layer where it is called: its configuration, and what it reads."""

    def __init__(self, model: Model, made: Json, call: Any) -> None:
        self.model, self.flow, self.made = model, model.flow, made
        self.config: Json = made["config"]
        self.kind = str(made["class_name"])
        self.name = f"{model.prefix}{self.config['name']}"
        self.reads = [*called(call)]
        self.inputs = [model.key(one) for one in self.reads if isinstance(one, tuple)]
        self.dimensions = 1 if "1D" in self.kind else 2

    def __getattr__(self, name: str) -> Any:
        return self.config.get(name)

    def pair(self, name: str, rest: int = 1) -> list[int]:
        """Two sizes; a layer of one dimension has one, along the height."""
        found = self.config.get(name) or rest
        sizes = [*found] if isinstance(found, list) else [found] * self.dimensions
        return sizes if len(sizes) == 2 else [sizes[0], rest]

    def value(self, index: int = 0) -> Value:
        return self.flow.value(self.inputs[index])

    def row(self, columns: Json, *inputs: Value, merges: bool = False, part: int = 0) -> Value:
        """A row, whose weights are those of this layer wherever it is called."""
        key = (self.name, part)
        if key not in self.flow.known:
            self.flow.constant(key, ())
        learns = not merges and len(self.made.get("inbound_nodes") or ()) > 1
        return self.flow.row(columns, *inputs, merges=merges, weights=(key,) if learns else ())

    def activated(self, value: Value, word: Any = None) -> Value:
        """A value, and the activation behind it."""
        word = word or self.config.get("activation") or "linear"
        if not isinstance(word, str):
            raise Refused("an activation that is no word")
        word = ACTIVATIONS.get(word, word)
        if word in ("linear", "softmax"):
            return value if word == "linear" else self.flow.row({"softmax": None}, value)
        if word not in FUNCTIONS and word not in ACTIVATIONS.values():
            raise Refused(f"activation {visible(word)}")
        return self.flow.row({word: None}, value)


class Model:
    """A model, or one that is a layer of another; ``given`` is what that is called with."""

    def __init__(
        self,
        flow: Flow,
        readers: Mapping[str, Reader],
        config: Json,
        prefix: str = "",
        given: Iterable[Key] = (),
    ) -> None:
        self.flow, self.readers, self.config, self.prefix = flow, readers, config, prefix
        self.given = [*given]
        self.outputs: list[Key] = []

    def key(self, read: tuple[Any, ...]) -> Key:
        return (self.prefix, *read)

    def run(self, size: Form | None) -> None:
        """Go through the layers, and write a row for what each does."""
        layers: list[Json] = self.config["layers"]
        before: Any = None
        chain = "output_layers" not in self.config
        for made in layers:
            name = made["config"]["name"]
            calls = made.get("inbound_nodes") or [[]]
            if chain:
                calls = [[[before, 0, 0]] if before else []]
                if not before and made["class_name"] != "InputLayer":
                    self.first(made, size)
                    calls = [[["", 0, 0]]]
                before = name
            for i, call in enumerate(calls):
                layer = Layer(self, made, call)
                reader = partial(self.rows, layer, size)
                outputs = [(self.prefix, str(name), i, 0)]
                self.flow.read(layer.name, outputs, layer.inputs, reader)
        ends = [[before, 0, 0]] if chain else self.config["output_layers"]
        ends = [ends] if ends and isinstance(ends[0], str) else ends
        self.outputs = [self.key(tuple(end[:3])) for end in ends]

    def first(self, made: Json, size: Form | None) -> None:
        """The input of a chain of layers that begins with no input."""
        key = (self.prefix, "", 0, 0)
        if self.given:
            self.flow.known[key] = self.flow.passed(self.given.pop(0))
            return
        shape = made["config"].get("batch_input_shape") or made["config"].get("batch_shape")
        shape = shape or (made.get("build_config") or {}).get("input_shape")
        self.input(key, "input", shape or (), size)

    def input(self, key: Key, name: str, shape: Any, size: Form | None) -> None:
        """:raises Refused: the size of an input is open, and none is given."""
        sizes = [*shape][1:]
        if len(sizes) == 3 and size is not None:
            sizes = [*size]
        if not sizes or not all(isinstance(side, int) and side > 0 for side in sizes):
            raise Refused(f"an input of open size: {ASKED}")
        form = map_of(sizes)
        row = self.flow.translation.row({}, form=form, name=name)
        self.flow.known[key] = Value(row, form)

    def rows(self, layer: Layer, size: Form | None) -> Any:
        """What a layer gives, and the rows for it.

        :raises Refused: there are none.
        """
        if layer.kind == "InputLayer":
            if self.given:
                return self.flow.passed(self.given.pop(0))
            key = self.key((str(layer.config["name"]), 0, 0))
            shape = layer.batch_shape or layer.batch_input_shape
            self.input(key, layer.name, shape, size)
            return None
        if layer.kind in ("Functional", "Sequential", "Model"):
            self.flow.given(layer.inputs)
            inner = Model(self.flow, self.readers, layer.config, f"{layer.name}/", layer.inputs)
            inner.run(None)
            self.flow.given(inner.outputs)
            return self.flow.passed(inner.outputs[0])
        if layer.kind not in self.readers:
            raise Refused(f"layer {visible(layer.kind)}")
        if layer.data_format == "channels_first":
            raise Refused("channels that come first")
        self.flow.given(layer.inputs)
        return self.readers[layer.kind](layer)


def called(call: Any) -> Iterator[Any]:
    """What a layer is called with: (layer, call, output) of tensors, and numbers."""
    if isinstance(call, dict) and call.get("class_name") == "__keras_tensor__":
        yield tuple(call["config"]["keras_history"])
    elif isinstance(call, dict):
        for part in ("args", "kwargs") if "args" in call else call:
            yield from called(call[part])
    elif isinstance(call, list) and call and isinstance(call[0], str) and len(call) >= 3:
        yield tuple(call[:3])
        yield from called(call[3:])
    elif isinstance(call, list):
        for part in call:
            yield from called(part)
    elif isinstance(call, int | float) and not isinstance(call, bool):
        yield float(call)


def map_of(sizes: list[int]) -> Form:
    """The map of a tensor, without its batch.

    :raises Refused: it has more than two sides.
    """
    if len(sizes) > 3:
        raise Refused("a map of three sides")
    height, width = (*sizes[:-1], 1, 1)[:2]
    return height, width, sizes[-1]
