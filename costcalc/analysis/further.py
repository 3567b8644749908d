"""What a printed table says of its rows besides type, filter and input: which rows they read, where
that is not the row above, and the columns of theirs that nobody would guess. A network without
either has a table like MobileNet's; one with both can be built from its table alone."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from costcalc.algebra.evaluation import evaluate, exact
from costcalc.algebra.notation import as_factors, pretty
from costcalc.algebra.numbers import Number, is_number
from costcalc.graph.layers import INPUT, Graph, Layer
from costcalc.language.columns import own_columns
from costcalc.language.fused import Fusing
from costcalc.language.header import ACTIVATION, NORM
from costcalc.language.parameters import KNOWN, value_text
from costcalc.operators import OPERATORS
from costcalc.operators.extents import Extent, To
from costcalc.operators.merging import FIELDS
from costcalc.operators.registry import Field

#: What convolutions have unless a table says otherwise.
USUAL = {"padding": "same", "bias": "false", "norm": "batch", "activation": "relu"}
#: What the filter of a row says.
FILTERS = ("conv", "dwconv", "tconv", "fc", "linear")
POOLS = ("maxpool", "avgpool")
POINTS = ("fc", "linear")
_SHOWN = ("stride", "out", "groups", "multiplier")


def usual(operator: str, classifies: bool, defaults: Mapping[str, str]) -> dict[str, str]:
    """The columns that a row has if its table does not say otherwise. What ``classifies`` has a
    bias, and no norm or activation; other dense layers have a bias and an activation."""
    if operator in ("conv", "dwconv", "tconv"):
        own = {"norm": "none", "bias": "true", "activation": "none"} if classifies else {}
        return {**USUAL, **defaults, **own}
    if operator in POINTS:
        bare = classifies or operator == "linear"
        return {"bias": "true", "activation": "none" if bare else "relu"}
    return {"padding": "valid"} if operator in POOLS else {}


def classifier(rows: Sequence[tuple[str, str]]) -> int:
    """Which row classifies, of operators with the sides that arrive: the last but a softmax, if it
    is a dense layer or a convolution of 1×1."""
    last = next((i for i in reversed(range(len(rows))) if rows[i][0] != "softmax"), -1)
    operator, sides = rows[last] if last >= 0 else ("", "")
    return last if operator == "fc" or (operator, sides) == ("conv", "1×1") else -1


def further(layer: Layer, expected: Mapping[str, str]) -> dict[str, str]:
    """The columns of a layer that are not those ``expected``, nor to be seen in its filter."""
    said = columns(layer)
    return {name: text for name, text in said.items() if expected.get(name) != text}


def columns(layer: Layer) -> dict[str, str]:
    """The columns of a layer that its type and its filter do not print: those that are not the
    operator's defaults, and all that tables have defaults for."""
    found = {}
    operator = OPERATORS.get(layer.operator)
    main = operator.main if operator else None
    for name, field, default in _fields(layer.operator):
        given = layer.arguments.get(name, default)
        printed = _printed(layer, given) if field is main else name in _SHOWN
        if not printed and (given != default or name in USUAL):
            found[name] = _text(given, field)
    own = own_columns(operator) if operator else []
    for name, kind in (("norm", NORM), ("activation", ACTIVATION)):
        if name in own:
            found[name] = _fused(layer, kind)
    return found


def _fields(operator: str) -> Iterator[tuple[str, Field, Any]]:
    """The columns of an operator or a merge with their defaults."""
    if operator not in OPERATORS:
        yield from ((name, field, None) for name, field in FIELDS[operator].items())
        return
    signature = inspect.signature(OPERATORS[operator].function).parameters
    for name, field in OPERATORS[operator].fields.items():
        yield name, field, None if field.required else signature[name].default


def _printed(layer: Layer, given: Any) -> bool:
    """Whether the filter or the stride of a row is what its operator is given."""
    pool = layer.operator in POOLS and not isinstance(given, To | str)
    stride = layer.stride is not None and given in (layer.stride, layer.stride[0])
    return layer.operator in FILTERS or pool or stride


def _fused(layer: Layer, kind: Fusing) -> str:
    """A norm or an activation: ``batch``, ``group 32``, ``batch (scale: false)``."""
    words = {one.operator.name: word for word, one in kind.plain.items() if one}
    name = next((name for name in layer.fused if name in words), "")
    if not name:
        return "none"
    main, fields = OPERATORS[name].main, OPERATORS[name].fields
    said = {column: _text(value, fields[column]) for column, value in layer.fused[name].items()}
    own = said.pop(main.name, "") if main else ""
    rest = ", ".join(f"{column}: {text}" for column, text in said.items())
    return " ".join(filter(None, (words[name], own, f"({rest})" if rest else "")))


def _text(value: Any, field: Field) -> str:
    """A column as a row has it; ``to 28x28``, ``by 3/2`` and ``over channels`` go in braces."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"over {value}" if isinstance(field.kind, Extent) and value not in _WORDS else value
    if not isinstance(value, tuple):
        return _number(value)
    if isinstance(value, To):
        return _sides(value) if field.name == "to" else f"to {_sides(value)}"
    if isinstance(value[0], tuple):  # a padding: top and bottom, left and right
        (top, bottom), (left, right) = value
        even = (top, left) if (top, left) == (bottom, right) else (top, bottom, left, right)
        text = _number(top) if len({*even}) == 1 else f"[{', '.join(map(_number, even))}]"
    else:
        text = _number(value[0]) if len(value) == 2 and value[0] == value[1] else _sides(value)
    cut = isinstance(field.kind, Extent) and "by" in field.kind.more
    return f"by {text}" if cut else text


_WORDS = ("same", "valid", "half")


def _sides(value: Sequence[Any]) -> str:
    texts = [_number(side) for side in value]
    plain = len(value) == 2 and all(text.isdecimal() for text in texts)
    return "x".join(texts) if plain else f"[{', '.join(texts)}]"


def _number(value: Any) -> str:
    return value_text(value) if is_number(value) else pretty(exact(value))


# -- the whole table ------------------------------------------------------------------------------


class Rows:
    """The rows of a printed table, numbered from 1: the layers that are there at the defaults."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.values = {**graph.spec.defaults(), **graph.binding}
        there = [i for i, layer in enumerate(graph.layers) if self._holds(layer.exists)]
        self.layers = [graph.layers[i] for i in there]
        self.numbers = {i: number for number, i in enumerate(there, 1)}

    def _holds(self, indicator: Number) -> bool:
        return evaluate(indicator, self.values) == 1

    def defaults(self) -> dict[str, str]:
        """What a table says once: values of the symbols that are not the usual ones, how channels
        are rounded, several inputs, and what most convolutions have, if it is not :data:`USUAL`."""
        graph = self.graph
        free = {n: p for n, p in graph.spec.parameters.items() if n not in graph.binding}
        said = {
            name: value_text(parameter.default)
            for name, parameter in free.items()
            if name not in KNOWN or parameter.default != KNOWN[name].default
        }
        rule = str(graph.spec.channel_rule)
        if rule != ("floor" if free.keys() - {"classes"} else "exact"):
            said["channels"] = rule
        if len(graph.inputs) > 1:
            sizes = ((n, "×".join(map(self.factor, size))) for n, size in graph.inputs.items())
            said["inputs"] = ", ".join(f"{name} {size}" for name, size in sizes)
        convolutions = [columns(layer) for layer in self.layers if layer.operator in FILTERS[:3]]
        for name, word in USUAL.items():
            counted = Counter(one[name] for one in convolutions)
            most = max(counted, key=lambda text: counted[text], default=word)
            if most != word:
                said[name] = most
        return said

    def factor(self, x: Number) -> str:
        """An amount as a cell prints it: roundings that round nothing at the defaults are left
        out."""
        plain = exact(x)
        same = evaluate(plain, self.values) == evaluate(x, self.values)
        return as_factors(plain if same else x)

    def notes(self) -> tuple[str, ...]:
        """What the table leaves out, or has only now."""
        found = [layer for layer in self.graph.layers if not is_number(layer.exists)]
        if not found:
            return ()
        names = ", ".join(layer.path for layer in found)
        return (f"{names} hang on what is free: the rows are those of the defaults",)

    def origins(self) -> list[str]:
        """From which rows each one reads, nothing where it is the one above.

        ``4/9`` is row 4 in the first round of a repetition, and row 9 of the round before in every
        later one; ``3/(4/9)`` is, in these, what that was in the round before; and ``(4/9)``, after
        the repetition, what it was in the last.
        """
        last = {loop: n for n, one in enumerate(self.layers, 1) for loop, _ in one.repetitions}
        texts = []
        begun: set[int] = set()
        for number, layer in enumerate(self.layers, 1):
            new = [n for n, count in layer.repetitions if n not in begun and count != 1]
            begun.update(new)
            found = [self._given(number, source) for source in layer.inputs]
            above = dict.fromkeys([self._name(number - 1), *(str(last[loop]) for loop in new)])
            usual = not found or found == ["/".join(above)]
            texts.append("" if usual else ", ".join(found))
        return texts

    def _name(self, number: int) -> str:
        return str(number) if number else next(iter(self.graph.inputs))

    def _given(self, number: int, source: int, before: tuple[int, ...] = ()) -> str:
        """The rows that gave the map of a source to a row; ``…`` where rounds exchange maps."""
        if source in before:
            return "…"
        before = (*before, source)
        inputs = list(self.graph.inputs)
        if source >= 0:
            return str(self.numbers[source])
        if source > INPUT - len(inputs):
            return inputs[INPUT - source]
        first, other, condition = self.graph.junctions[INPUT - len(inputs) - source]
        if condition is not None:
            return self._given(number, first if self._holds(condition) else other, before)
        entered, later = self._given(number, first, before), self._given(number, other, before)
        loop, count = self._loop(first, other)
        if count == 1:
            return entered
        both = "/".join(dict.fromkeys([*entered.split("/"), f"({later})" if other < 0 else later]))
        around = any(loop == own for own, _ in self.layers[number - 1].repetitions)
        return both if around else f"({both})"

    def _loop(self, first: int, other: int) -> tuple[int, Number]:
        """The repetition that two sources enter, and its count."""
        outer, inner = self._last(first), self._last(other)
        return next((loop for loop in inner if loop not in outer), (0, 1))

    def _last(self, source: int) -> tuple[tuple[int, Number], ...]:
        """The repetitions around the row that gives a source last."""
        inputs = len(self.graph.inputs)
        for _ in self.graph.junctions:
            if source > INPUT - inputs:
                break
            source = self.graph.junctions[INPUT - inputs - source].other
        return self.graph.layers[source].repetitions if source >= 0 else ()
