"""What layers are in Python: lines in which names, sources and numbers are still open.

A class is written once for all parts of a network that differ in numbers only. So a line keeps its
numbers apart (:func:`number`, :func:`keyword`), and says which layer's attribute (``«4»``) and
which source's value (``‹3›``) it means; :mod:`~costcalc.export.torch.classes` puts names there.
Texts of a spec never stand in a line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from costcalc.export.rows import OF_NORMS, Unsaid, has_own, whole
from costcalc.export.torch.values import Value
from costcalc.graph.layers import INPUT, Graph, Layer
from costcalc.operators import Shape


def number(role: str, value: object) -> str:
    """An argument that a class may take, and what to call it then."""
    return f"⟦{role}|{value}⟧"


def keyword(role: str, value: object, default: object = None) -> str:
    """The same by its name, behind another one: left out where it is the default."""
    return f"⟦{role}|{value}|, {role}=|{default}⟧"


def pair(values: Sequence[float]) -> str:
    """Rows and columns; one number where they are equal."""
    first, second = values
    return str(first) if first == second else f"({first}, {second})"


def met(one: str, sign: str, other: str, call: bool) -> str:
    """A sum or a product, by its operator or by a function, which some counters see alone."""
    function = {"+": "torch.add", "*": "torch.mul"}[sign]
    return f"{function}({one}, {other})" if call else f"{one} {sign} {other}"


@dataclass
class Attribute:
    """What a layer keeps: modules that follow each other, or a parameter. ``own`` are those as they
    were made; one that another layer lends is named in its place in ``modules``."""

    name: str
    own: list[str] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    call: str = ""
    without: dict[int, str] = field(default_factory=dict)  # a parameter that a module has not
    is_buffer: bool = False

    def lent(self, k: int) -> str:
        """The ``k``-th module, for the layer that uses its weights."""
        return f"self.{self.name}[{k}]" if len(self.own) > 1 else f"self.{self.name}"

    def lines(self) -> list[str]:
        """What stands in ``__init__``."""
        if self.is_buffer:
            return [f'self.register_buffer("{self.name}", {self.own[0]})']
        one = len(self.modules) == 1
        made = self.modules[0] if one else f"nn.Sequential({', '.join(self.modules)})"
        taken = (
            f"self.{self.name}{'' if one else f'[{k}]'}.{word} = None"
            for k, word in self.without.items()
        )
        return [f"self.{self.name} = {made}", *taken]


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

    @property
    def index(self) -> int:
        """The layer that is being written."""
        return len(self.attributes) - 1

    @property
    def layer(self) -> Layer:
        return self.graph.layers[self.index]

    def start(self, layer: Layer) -> None:
        self.attributes.append([])
        self.texts.append("")
        shape = Shape(*whole(*layer.output))
        self.values[self.index] = Value(f"‹{self.index}›", shape)  # also of one that is refused

    def give(self, made: Value, layer: Layer) -> Value:
        """The layer is written. What it has whole from another layer is that one's."""
        attributes = self.attributes[self.index]
        for attribute in [*attributes]:
            found = self.lender_of(attribute)
            pairs = zip(attribute.own, attribute.modules, strict=True)
            if found and found.own == attribute.own and all(a != b for a, b in pairs if learns(a)):
                attributes.remove(attribute)
                text = made.text.replace(f"self.{attribute.name}", f"self.{found.name}")
                made = made._replace(text=text)
        self.texts[self.index] = made.text
        return made._replace(text=f"‹{self.index}›")

    def module(self, x: Value, made: str, role: str = "", without: str = "") -> Value:
        """What a module makes of a value; ``without`` one of its parameters. One that follows
        another of the same layer stands in one sequence with it."""
        attributes = self.attributes[self.index]
        if not attributes or x.text != attributes[-1].call:
            attributes.append(Attribute(f"«{self.index}»{f'_{role}' if attributes else ''}"))
            attributes[-1].call = f"self.{attributes[-1].name}({x.text})"
            x = x._replace(text=attributes[-1].call)
        if without:
            attributes[-1].without[len(attributes[-1].own)] = without
        self._add(attributes[-1], made, role in ("norm", "scale"))
        return x

    def parameter(self, role: str, made: str) -> str:
        """A parameter of the layer, by which an expression names it."""
        attribute = Attribute(f"«{self.index}»_{role}")
        self.attributes[self.index].append(attribute)
        self._add(attribute, f"nn.Parameter({made})", role in OF_NORMS)
        return f"self.{attribute.name}"

    def constant(self, role: str, made: str) -> str:
        """A tensor that is no parameter."""
        attribute = Attribute(f"«{self.index}»_{role}", [made], [made], is_buffer=True)
        self.attributes[self.index].append(attribute)
        return f"self.{attribute.name}"

    def lender_of(self, attribute: Attribute) -> Attribute | None:
        """What the layer whose weights are used has in an attribute's place."""
        lender = self.layer.weights
        if lender is None:
            return None
        name = f"«{lender}»" + attribute.name.partition("»")[2]
        return next((one for one in self.attributes[lender] if one.name == name), None)

    def _add(self, attribute: Attribute, made: str, of_norm: bool) -> None:
        """A module or a parameter, or what the layer has in its place whose weights are used."""
        place = len(attribute.own)
        attribute.own.append(made)
        if (
            self.layer.weights is not None
            and learns(made)
            and not (of_norm and has_own(self.layer))
        ):
            found = self.lender_of(attribute)
            if found is None or found.own[place : place + 1] != [made]:
                raise Unsaid("weights that another row has otherwise")
            made = found.lent(place)
        attribute.modules.append(made)


def learns(made: str) -> bool:
    """Whether a module has parameters."""
    return any(word in made for word in ("Parameter", "Conv", "Linear", "Norm", "PReLU", "LSTM"))


Arguments = Mapping[str, Any]
#: Gives the value of what leaves, of those that arrive.
Writing = Callable[[Code, Layer, Arguments, list[Value]], Value]


def leaving(x: Value, layer: Layer, form: str = "") -> Value:
    """The same expression as the map that the layer gives."""
    return x._replace(shape=Shape(*whole(*layer.output)), form=form or x.form)
