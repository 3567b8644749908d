"""What layers are in Python: lines in which names, sources and numbers are still open.

A class is written once for all parts of a network that differ in numbers only. So a line keeps its
numbers apart (:func:`number`, :func:`given`), and says which layer's attribute (``«4»``) and which
source's value (``‹3›``) it means; :mod:`~costcalc.export.torch.classes` puts names there. Texts of
a spec never stand in a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from costcalc.export.rows import PARTS, Row, Unsaid, Writer, own_parts, whole
from costcalc.export.torch.values import LAST, TOKENS, Value
from costcalc.graph.layers import INPUT, Graph, Layer
from costcalc.operators import Shape

#: Arguments of PyTorch's that are given by their names, and what they are without.
DEFAULTS = {
    **{"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1, "groups": 1, "bias": True},
    **{"ceil_mode": False, "count_include_pad": True, "affine": True, "elementwise_affine": True},
    **{"batch_first": False, "bidirectional": False},
}


def number(role: str, value: object) -> str:
    """An argument that a class may take, and what to call it then."""
    return f"⟦{role}|{value}||⟧"


def keyword(role: str, value: object, default: object) -> str:
    """The same by its name, behind another one: left out where it is the default."""
    return f"⟦{role}|{value}|, {role}=|{default}⟧"


def given(**columns: object) -> str:
    """The arguments of a call."""
    places = (number(role, value) for role, value in columns.items() if role not in DEFAULTS)
    named = (keyword(n, value, DEFAULTS[n]) for n, value in columns.items() if n in DEFAULTS)
    return ", ".join(places) + "".join(named)


def pair(values: Sequence[float]) -> str:
    """Rows and columns; one number where they are equal."""
    first, second = values
    return str(first) if first == second else f"({first}, {second})"


class Kept(NamedTuple):
    """A module, a parameter or a buffer, as it is made, and what part of the row that is;
    ``without`` one of its parameters."""

    text: str
    part: str = "weights"
    without: str = ""
    is_buffer: bool = False

    @property
    def learns(self) -> bool:
        return bool(re.search("Parameter|Conv|Linear|Norm|PReLU|LSTM|GRU|RNN", self.text))


@dataclass
class Attribute:
    """What a layer keeps under one name: modules that follow each other, which ``call`` calls, or a
    tensor."""

    layer: int
    role: str
    kept: list[Kept] = field(default_factory=list)
    call: str = ""

    @property
    def name(self) -> str:
        return f"«{self.layer}»{self.role and '_'}{self.role}"

    def lent(self, k: int) -> str:
        """One of the modules."""
        return f"self.{self.name}[{k}]" if len(self.kept) > 1 else f"self.{self.name}"

    def lines(self) -> list[str]:
        """What stands in ``__init__``."""
        made = ", ".join(one.text for one in self.kept)
        if self.kept[0].is_buffer:
            return [f'self.register_buffer("{self.name}", {made})']
        made = f"nn.Sequential({made})" if len(self.kept) > 1 else made
        gone = {k: one.without for k, one in enumerate(self.kept) if one.without}
        without = (f"{self.lent(k)}.{word} = None" for k, word in gone.items())
        return [f"self.{self.name} = {made}", *without]


class Code:
    """The layers of a graph written so far."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.values = {
            INPUT - k: Value(f"‹{INPUT - k}›", Shape(*whole(*shape)))
            for k, shape in enumerate(graph.inputs.values())
        }
        self.attributes: list[list[Attribute]] = []
        self.texts: list[str] = []  # what each layer gives, an expression

    def start(self, layer: Layer) -> None:
        i = len(self.texts)
        self.attributes.append([])
        self.texts.append("")
        self.values[i] = Value(f"‹{i}›", Shape(*whole(*layer.output)))  # also of one refused

    def give(self, made: Value, layer: Layer) -> Value:
        if layer.kernel and made.form in (LAST, TOKENS):  # by its norm; other windows give maps
            made = made.maps
        if layer.weights is not None:
            made = made.of(self.borrowed(made.text, layer, self.attributes[layer.weights]))
        self.texts[-1] = made.text
        return made.of(f"‹{len(self.texts) - 1}›")

    def attribute(self, role: str) -> Attribute:
        """A new one of the layer."""
        made = Attribute(len(self.texts) - 1, role)
        self.attributes[-1].append(made)
        return made

    def module(self, x: Value, made: str, role: str = "", without: str = "") -> Value:
        """What a module makes of a value. One that follows another of the same layer stands in one
        sequence with it."""
        own = self.attributes[-1]
        if not own or x.text != own[-1].call:
            into = self.attribute(role if own else "")
            into.call = f"self.{into.name}({x.text})"
        own[-1].kept.append(Kept(made, PARTS.get(role, "weights"), without))
        return x.of(own[-1].call)

    def applied(
        self, row: Row[Value], x: Value, module: str, function: str, columns: str, role: str = ""
    ) -> Value:
        """The same, or a call, as the row is coded."""
        if row.layer.coded == "functional":
            return x.of(f"{function}({x.text}{columns and ', '}{columns})")
        return self.module(x, f"{module}({columns})", role)

    def tensor(self, role: str, made: str, learned: bool = True) -> str:
        """A parameter of the layer, or a buffer, by which an expression names it."""
        into = self.attribute(role)
        made = f"nn.Parameter({made})" if learned else made
        into.kept.append(Kept(made, PARTS.get(role, "weights"), is_buffer=not learned))
        return f"self.{into.name}"

    def borrowed(self, text: str, layer: Layer, lenders: list[Attribute]) -> str:
        """The expression of a layer that uses the weights of another. What it has whole from that
        is that one's; else the modules that learn are."""
        theirs, own = {one.role: one for one in lenders}, own_parts(layer)
        if "bias" in own:
            raise Unsaid("a bias of its own beside weights of another row")
        for attribute in [*self.attributes[-1]]:
            kept, found = attribute.kept, theirs.get(attribute.role)
            if found and found.kept == kept and own.isdisjoint(one.part for one in kept):
                self.attributes[-1].remove(attribute)
                text = text.replace(f"self.{attribute.name}", f"self.{found.name}")
                continue
            for k, one in enumerate(kept):
                if one.learns and one.part not in own:
                    if found is None or found.kept[k : k + 1] != [one]:
                        raise Unsaid("weights that another row has otherwise")
                    kept[k] = Kept(found.lent(k))
        return text


#: Gives the value of what leaves, of those that arrive.
Writing = Writer[Code, Value]
