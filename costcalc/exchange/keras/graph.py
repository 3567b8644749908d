"""A Keras model as its configuration has it: layers, what each is called with, and models in them.

Source: Keras 2 and 3, ``Model.to_json``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain as chained
from typing import Any

from costcalc.errors import visible
from costcalc.exchange.activations import FUNCTIONS
from costcalc.exchange.flow import ASKED, Flow, Key
from costcalc.exchange.maps import Value
from costcalc.exchange.translation import Form, OpenSides, Refused

#: Rows, by the words of Keras' activations.
ACTIVATIONS = {
    "silu": "swish", "hard_sigmoid": "hsigmoid", "hard_silu": "hswish", "hard_swish": "hswish",
    "leaky_relu": "leaky", "elu": "elu", "hard_tanh": "hardtanh",
}  # fmt: skip
#: Models in models that are more are none.
_DEEP = 20
Json = dict[str, Any]
#: What is read of a layer: what it gives.
Reader = Callable[["Layer"], Any]


class Layer:
    """A layer where it is called: its configuration, and what it reads."""

    def __init__(self, model: Model, made: Json, call: Any, time: int) -> None:
        self.model, self.flow, self.made = model, model.flow, made
        self.config: Json = made["config"]
        self.kind = str(made["class_name"])
        self.name = f"{model.prefix}{self.config['name']}"
        self.output: Key = model.key((str(self.config["name"]), time, 0))
        self.call, self.reads = call, [*called(call)]
        self.inputs = [model.key(one) for one in self.reads if isinstance(one, tuple)]
        self.shared = model.shared or len(made.get("inbound_nodes") or ()) > 1
        self.dimensions = 1 if "1D" in self.kind else 2

    def __getattr__(self, name: str) -> Any:
        return self.config.get(name)

    def pair(self, name: str, rest: int = 1) -> list[int]:
        """Two sizes; a layer of one dimension has one, along the height."""
        found = self.config.get(name)
        found = rest if found is None else found
        sizes = [*found] if isinstance(found, list) else [found] * self.dimensions
        return sizes if len(sizes) == 2 else [sizes[0], rest]

    def number(self, name: str, otherwise: int) -> int:
        """:raises Refused: what is said is no whole number."""
        found = self.config.get(name)
        if found is None:
            return otherwise
        if type(found) is not int:
            raise Refused(f"{name}={visible(str(found))}: a whole number is needed")
        return found

    @property
    def sizes(self) -> list[int]:
        """Those of the first tensor that it reads, where the file says them (Keras 3)."""
        return next(map(list, sized(self.call)), [0])[1:]

    def value(self) -> Value:
        """The first map that it reads.

        :raises Refused: of a map that is a tensor of more sides here, only the elements are known;
            or it reads none.
        """
        map_of(self.sizes or [1])
        if not self.inputs:
            raise Refused("a layer that reads 0 maps, of 1")
        return self.flow.value(self.inputs[0])

    def values(self) -> list[Value]:
        """All maps that it reads, as :meth:`value`."""
        for sizes in sized(self.call):
            map_of(sizes[1:] or [1])
        return [*map(self.flow.value, self.inputs)]

    def row(self, columns: Json, *inputs: Value, merges: bool = False, part: int = 0) -> Value:
        """A row, whose weights are those of this layer wherever it is called."""
        key = (self.name, part)
        if key not in self.flow.known:
            self.flow.constant(key, ())
        weights = (key,) if self.shared and not merges else ()
        return self.flow.row(columns, *inputs, merges=merges, weights=weights)

    def activated(self, value: Value, word: Any = None) -> Value:
        """A value, and the activation behind it."""
        word = self.config.get("activation") if word is None else word
        word = "linear" if word is None else word
        if not isinstance(word, str):
            raise Refused("an activation that is no word")
        word = ACTIVATIONS.get(word, word)
        if word in ("linear", "softmax"):
            return value if word == "linear" else self.flow.row({"softmax": None}, value)
        if word not in FUNCTIONS and word not in ACTIVATIONS.values():
            raise Refused(f"activation {visible(word)}")
        return self.flow.row({word: None}, value)


class Model:
    """A model, or one that is a layer of another; ``given`` is what that is called with, ``place``
    which of its calls it is, and ``shared`` whether there are several."""

    def __init__(
        self,
        flow: Flow,
        readers: Mapping[str, Reader],
        config: Json,
        prefix: str = "",
        given: Iterable[Key] = (),
        place: tuple[Key, ...] = (),
        shared: bool = False,
    ) -> None:
        self.flow, self.readers, self.config, self.prefix = flow, readers, config, prefix
        self.given, self.place, self.shared = [*given], place, shared
        self.outputs: list[Key] = []

    def key(self, read: tuple[Any, ...]) -> Key:
        return (*self.place, *read)

    def run(self, size: Form | None) -> None:
        """Go through the calls of layers, each when all is known that it reads, and write a row for
        what each does."""
        chain, known = "output_layers" not in self.config, self.flow.known
        if self.prefix.count("/") > _DEEP:
            raise Refused(f"models in models, more than {_DEEP} deep")
        waiting: dict[Key, list[Layer]] = {}
        for call in self.calls(size, chain):
            ready = [call]
            while ready:
                layer = ready.pop()
                open_ = (k for k in layer.inputs if k not in known and k not in self.flow.lost)
                if (key := next(open_, None)) is not None:
                    waiting.setdefault(key, []).append(layer)
                    continue
                self.read(layer, size)
                ready += waiting.pop(layer.output, [])
        for layer in chained(*waiting.values()):
            self.read(layer, size)
        ends = self.config["layers"][-1:] if chain else self.config["output_layers"]
        ends = [[one["config"]["name"], 0, 0] for one in ends] if chain else ends
        ends = [*ends.values()] if isinstance(ends, dict) else ends
        ends = [ends] if ends and isinstance(ends[0], str) else ends
        self.outputs = [self.key(tuple(end[:3])) for end in ends]

    def calls(self, size: Form | None, chain: bool) -> Iterator[Layer]:
        """The layers, each once for every call of it."""
        before = ""
        for made in self.config["layers"]:
            calls = made.get("inbound_nodes") or [[]]
            if chain and not before and made["class_name"] != "InputLayer":
                self.first(made, size)
            if chain and (before or made["class_name"] != "InputLayer"):
                calls = [[[before, 0, 0]]]
            before = str(made["config"]["name"])
            yield from (Layer(self, made, call, i) for i, call in enumerate(calls))

    def read(self, layer: Layer, size: Form | None) -> None:
        reader = partial(self.rows, layer, size)
        self.flow.read(layer.name, [layer.output], layer.inputs, reader)

    def first(self, made: Json, size: Form | None) -> None:
        """The input of a chain of layers that begins with no input."""
        key = self.key(("", 0, 0))
        if self.given:
            self.flow.known[key] = self.flow.passed(self.given.pop(0))
            return
        shape = made["config"].get("batch_input_shape") or made["config"].get("batch_shape")
        shape = shape or (made.get("build_config") or {}).get("input_shape")
        self.input(key, "input", shape or (), size)

    def input(self, key: Key, name: str, shape: Any, size: Form | None) -> None:
        """:raises OpenSides: the sides of an image are open, and none are given.
        :raises Refused: the size of another input is.
        """
        sizes = [*shape][1:]
        if len(sizes) == 3 and size is not None:
            sizes = [*size]
        if not sizes or not all(type(side) is int and side > 0 for side in sizes):
            if (
                len(sizes) == 3
                and sizes[:2] == [None, None]
                and type(sizes[2]) is int
                and sizes[2] > 0
            ):
                message = f"the input {visible(name)!r} leaves its sides open"
                raise OpenSides(message, sizes[2])
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
            given, prefix = (self.flow, self.readers, layer.config), f"{layer.name}/"
            inner = Model(*given, prefix, layer.inputs, (prefix, layer.output), layer.shared)
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


def sized(call: Any) -> Iterator[list[int]]:
    """The sizes of the tensors that a layer is called with, where the file says them."""
    if isinstance(call, dict) and call.get("class_name") == "__keras_tensor__":
        yield call["config"].get("shape", [])
    elif isinstance(call, dict | list):
        for part in call.values() if isinstance(call, dict) else call:
            yield from sized(part)


def map_of(sizes: list[int]) -> Form:
    """The map of a tensor, without its batch.

    :raises Refused: it has more than two sides.
    """
    if len(sizes) > 3:
        raise Refused("a map of three sides")
    height, width = (*sizes[:-1], 1, 1)[:2]
    return height, width, sizes[-1]


def heads_of(x: Value, sizes: list[int]) -> int:
    """How many parts the channels of a map are in.

    :raises Refused: the tensor is not a map whose channels are in parts.
    """
    if len(sizes) != 4 or x.form != (*sizes[:2], sizes[2] * sizes[3]):
        raise Refused("a map of three sides")
    return sizes[2]
