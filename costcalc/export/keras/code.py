"""Statements of Keras code in the making.

A map is a tensor (batch, height, width, channels), and tokens are one of N × 1 × channels. What a
row gives is ``x`` where the next row alone reads it; else a variable with the row's name. One
position that is read by what can do with (batch, channels), or by nobody, is that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from costcalc.export.python import identifier, numbered
from costcalc.export.rows import Unsaid, leaving, names_of, own_parts, whole
from costcalc.graph.layers import INPUT, Graph, Layer

#: The longest line, in a function.
WIDTH = 95
#: Rows that work on (batch, channels) as on maps.
ABLE = frozenset(
    {
        *("fc", "flatten", "dropout", "softmax", "relu", "relu6", "hardtanh", "hswish", "hsigmoid"),
        *("sigmoid", "swish", "leaky", "gelu", "elu", "selu", "tanh", "softplus", "mish"),
    }
)
#: Layers with weights, and which of a row's they have.
LEARNING = {
    **dict.fromkeys(("Conv2D", "DepthwiseConv2D", "Conv2DTranspose", "Dense"), "weights"),
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "Bidirectional", "Learned"), "weights"),
    **{f"{kind}Normalization": "norm" for kind in ("Batch", "Layer", "Group", "RMS")},
    "PReLU": "activation",
}
#: What Keras takes where a layer does not say it.
DEFAULTS = {
    **dict.fromkeys(("strides", "dilation_rate", "groups", "depth_multiplier"), 1),
    **dict.fromkeys(("use_bias", "scale", "center", "reset_after"), True),
    **dict.fromkeys(("keepdims", "return_sequences"), False),
    **{"padding": "valid", "interpolation": "nearest", "axis": -1},
}
#: What no variable can be called, and what Keras calls its operations.
_TAKEN = re.compile(
    r"(x|inputs|keras|Learned|layers|ops|(get_item|pad|mean|max|einsum|reshape)(_\d+)?)$"
)


class Code:
    """The statements written so far: what is called and assigned, and with what; an empty one is a
    blank line. ``vectors`` are the layers that give (batch, channels)."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.index = graph, -1
        self.statements: list[tuple[str, str]] = []
        self.lent: dict[tuple[int, str], tuple[str, str]] = {}
        self.lenders = {layer.weights for layer in graph.layers}
        readers: dict[int, list[int]] = {i: [] for i in range(len(graph.layers))}
        for i, layer in enumerate(graph.layers):
            for source in layer.inputs:
                readers.setdefault(source, []).append(i)
        named = {given.source for given in graph.outputs.values()}
        #: What leaves the network, and what that is called.
        self.ends, self.taken = leaving(graph), set[str]()
        self.names = {i: self.named(path) for i, path in names_of(graph).items()}
        #: The variable of each source.
        self.values = {
            i: "x" if readers.get(i) == [i + 1] and i >= 0 and i not in named else name
            for i, name in self.names.items()
        }
        for k, sizes in enumerate(graph.inputs.values()):
            name = self.names[INPUT - k]
            found = self.values[INPUT - k] = "inputs" if len(graph.inputs) == 1 else name
            size = f"{tuple(whole(*sizes))}, name={json.dumps(name)}"
            self.statements.append((f"{found} = keras.Input", size))
        self.vectors: set[int] = set()
        for i, layer in reversed([*enumerate(graph.layers)]):
            able = all(j in self.vectors and graph.layers[j].operator in ABLE for j in readers[i])
            if able and whole(*layer.output[:2]) == [1, 1]:
                self.vectors.add(i)

    @property
    def layer(self) -> Layer:
        """The layer that is being written."""
        return self.graph.layers[self.index]

    @property
    def flat(self) -> bool:
        """Whether what the layer computes is (batch, channels), or is to be made that."""
        able = self.layer.operator in ABLE and self.layer.inputs[0] in self.vectors
        pooled = self.layer.arguments.get("kernel", 1) is None or self.layer.operator == "flatten"
        return self.index in self.vectors and (able or pooled)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Those of what the layer computes, without the batch."""
        return tuple(whole(*self.layer.output))[2 if self.flat else 0 :]

    def start(self, layer: Layer) -> None:
        """Begin the statements of a layer; those of a block stand together."""
        self.index += 1
        if self.index == 0 or layer.within != self.graph.layers[self.index - 1].within:
            self.statements.append(("", ""))

    def give(self, made: str, layer: Layer) -> str:
        """What the last statement makes is what the layer gives."""
        if self.index in self.vectors and not self.flat:
            self.put("flatten", "Flatten", made)
        found, (start, inputs) = self.values[self.index], self.statements[-1]
        self.statements[-1] = (f"{found} = {start.partition(' = ')[2]}", inputs)
        return found

    def named(self, text: str) -> str:
        """A name of a layer and of a variable, which nothing else has."""
        name = identifier(text)
        name = f"{name}_" if _TAKEN.match(name) else name
        found = name if name not in self.taken else numbered(f"{name}_", self.taken)
        self.taken.add(found)
        return found

    def put(self, word: str, kind: str, x: str | list[str], *given: object, **more: Any) -> str:
        """Call a layer, which :meth:`layer_of` gives; the variable of what it makes."""
        read = x if isinstance(x, str) else f"[{', '.join(x)}]"
        self.statements.append((f"x = {self.layer_of(word, kind, *given, **more)}", read))
        return "x"

    def layer_of(self, word: str, kind: str, *given: object, **more: Any) -> str:
        """A layer of Keras with these arguments; ``word`` says what of the row it is, if not all of
        it. One with weights that other rows use is made once for all of them.

        :raises Unsaid: the row whose weights are used has another, or they have biases apart.
        """
        alike, lender, own = called(kind, *given, **more), self.layer.weights, own_parts(self.layer)
        part = LEARNING.get(kind, "")
        part = "norm" if part and self.layer.operator == "l2norm" else part
        if part and lender is not None and part not in own:
            found, made = self.lent.get((lender, part), ("", ""))
            if made != alike or (part == "weights" and "bias" in own):
                raise Unsaid("weights that another row has otherwise")
            return found
        name = self.names[self.index]
        name = name if word in ("", self.layer.operator) else self.named(f"{name}_{word}")
        made = f"{alike[:-1]}{'' if alike.endswith('()') else ', '}name={json.dumps(name)})"
        if not part or self.index not in self.lenders:
            return made
        found = self.named(f"{name}_layer")
        self.statements.append((f"{found} = {made}", ""))
        self.lent[self.index, part] = found, alike
        return found

    def lines(self) -> Iterator[str]:
        """The statements as a person would lay them out, and what the function gives."""
        sources = [self.values[INPUT - k] for k in range(len(self.graph.inputs))]
        named = ", ".join(f"{json.dumps(word)}: {self.values[i]}" for i, word in self.ends.items())
        entering = sources[0] if len(sources) == 1 else f"[{', '.join(sources)}]"
        given = f"{{{named}}}" if len(self.ends) > 1 else self.values[max(self.ends)]
        model = f"{entering}, {given}, name={json.dumps(self.named(self.graph.spec.name))}"
        for start, inputs in [*self.statements, ("", ""), ("return keras.Model", model)]:
            if len(start) >= WIDTH and start.endswith(")"):
                head, _, arguments = start[:-1].partition("(")
                yield from (f"{head}(", *_wrapped(arguments))
                start = ")"
            if len(start) + len(inputs) + 2 <= WIDTH or not inputs:
                yield f"{start}({inputs})" if inputs else start
            else:
                yield from (f"{start}(", *_wrapped(inputs), ")")


def _wrapped(text: str) -> list[str]:
    lines = wrap(text, WIDTH - 4, break_long_words=False, break_on_hyphens=False)
    return [f"    {line}" for line in lines]


class Expression(str):
    """What stands in code as it is."""


def called(kind: str, *given: object, **more: Any) -> str:
    """A layer with these arguments: numbers, words of Keras, expressions. None is left out, and so
    is what Keras takes anyway."""
    found = [("", value) for value in given if value is not None]
    found += [(f"{key}=", one) for key, one in more.items() if one != DEFAULTS.get(key)]
    words = (key + (json.dumps(one) if type(one) is str else str(one)) for key, one in found)
    return f"{kind if kind == 'Learned' else f'layers.{kind}'}({', '.join(words)})"
