"""A spec held against a model: layer by layer, and the first that differs, with what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from costcalc.algebra.amounts import counted
from costcalc.algebra.numbers import whole
from costcalc.analysis.count import count_graph
from costcalc.conventions.shelf import find_convention
from costcalc.exchange.flat import flat
from costcalc.exchange.structure import CONVOLUTIONS
from costcalc.graph.build import build
from costcalc.graph.layers import Graph
from costcalc.graph.loading import Source, as_spec, load_spec
from costcalc.language import Spec
from costcalc.language.parameters import Bound, texts_of
from costcalc.models.importing import read
from costcalc.operators.tags import Tag
from costcalc.source.files import is_file

#: Their layers are compared one by one: what multiplies matrices.
_PRODUCTS = (*CONVOLUTIONS, "fc", "linear", "matmul")
_BIASES = (Tag.CONV_BIAS, Tag.FC_BIAS, Tag.BN_FOLDED_BIAS)
_ONE = (1, 1)


class Product(NamedTuple):
    """A layer that multiplies matrices, as both sides tell it: a dense layer is a convolution of
    1×1, a depthwise one has as many groups as channels."""

    kernel: tuple[Any, ...]
    stride: tuple[Any, ...]
    groups: Any
    channels: Any
    output: tuple[Any, ...]
    bias: bool
    mult_adds: int

    def differs(self, other: Product) -> Iterator[str]:
        """What is another than in the other one."""
        for name, one, two in zip(self._fields, self, other, strict=True):
            if one != two:
                yield f"{_LABELS[name]} {_said(one)}, not {_said(two)}"


_LABELS = {
    "kernel": "kernel", "stride": "stride", "groups": "groups", "channels": "channels that arrive",
    "output": "output", "bias": "bias", "mult_adds": "Mult-Adds",
}  # fmt: skip


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


class Side(NamedTuple):
    """A network: its products, with their names and the places of their layers, its parameters by
    tag, and how many norms follow convolutions that could absorb them."""

    places: list[int]
    names: list[str]
    products: list[Product]
    learned: dict[str, int]
    norms: int
    mult_adds: int
    params: int


def side(graph: Graph, convention: str, without: Collection[int] = ()) -> Side:
    """What a network is under a convention, which says whether a norm is a bias, ``without`` the
    biases of some layers."""
    weighing = find_convention(convention)
    found, learned, biased = count_graph(graph, weighing), Counter[str](), set[int]()
    places, names, products, norms = list[int](), list[str](), list[Product](), 0
    for i, layer in enumerate(graph.layers):
        norms += Tag.BN_ELEMENT in layer.terms and not layer.terms.amount(Tag.BN_KEPT_ELEMENT)
        for tag in layer.terms:
            amount = whole(layer.terms.amount(tag)) if weighing.params.get(tag) else 0
            if amount and not (i in without and tag in _BIASES):
                learned[str(tag)] += amount
                if tag in _BIASES:
                    biased.add(i if layer.operator in _PRODUCTS else layer.inputs[0])
    for i, (layer, cost) in enumerate(zip(graph.layers, found.layers, strict=True)):
        if layer.operator in _PRODUCTS:
            groups = cost.input[2] if layer.operator == "dwconv" else cost.groups or 1
            shape = (cost.kernel or _ONE, cost.stride or _ONE, groups, cost.input[2], cost.output)
            places.append(i)
            names.append(cost.path or cost.name)
            products.append(Product(*shape, i in biased, cost.mult_adds))
    return Side(places, names, products, dict(learned), norms, found.mult_adds, learned.total())


class Pair(NamedTuple):
    """A spec and a model, and what of it was changed by who converted one of them."""

    ours: Side
    theirs: Side
    convention: str = "trainable"
    changed: Mapping[str, str] = {}

    @property
    def apart(self) -> tuple[int, bool]:
        """How many layers are in one of them only, and whether a sum is another one."""
        one, two = map(Counter, (self.ours.products, self.theirs.products))
        return ((one - two) + (two - one)).total(), any(self.totals())

    def differences(self) -> Iterator[str]:
        """The first layer that differs, and how many do; where none does, what else is learned; and
        the sums."""
        ours, theirs, *_ = self
        if self.apart[0]:
            yield from self.first()
        else:
            yield "all layers that multiply are equal, but"
            for tag in sorted({*ours.learned, *theirs.learned}):
                one, two = ours.learned.get(tag, 0), theirs.learned.get(tag, 0)
                if one != two:
                    yield f"{tag}: {one:,}, not {two:,}"
        yield from self.totals()

    def first(self) -> Iterator[str]:
        """The first layer that differs, and how many do."""
        ours, theirs, *_ = self
        matcher = SequenceMatcher(None, ours.products, theirs.products, autojunk=False)
        changes = [change for change in matcher.get_opcodes() if change[0] != "equal"]
        kind, i, _, j, _ = changes[0]
        if kind == "replace":
            where = f"{ours.names[i]} differs from {theirs.names[j]} of the model"
            yield f"{where}: {'; '.join(ours.products[i].differs(theirs.products[j]))}"
        elif kind == "delete":
            yield f"{ours.names[i]} is not in the model: {_shape(ours.products[i])}"
        else:
            yield f"{theirs.names[j]} of the model is not in the spec: {_shape(theirs.products[j])}"
        several = sum(max(change[2] - change[1], change[4] - change[3]) for change in changes)
        if several > 1:
            yield f"{several} layers differ in all"

    def totals(self) -> Iterator[str]:
        ours, theirs, *_ = self
        if ours.mult_adds != theirs.mult_adds:
            yield f"Mult-Adds: {ours.mult_adds:,}, not {theirs.mult_adds:,}"
        if ours.params != theirs.params:
            yield f"parameters: {ours.params:,}, not {theirs.params:,}"


def _shape(product: Product) -> str:
    return f"{_said(product.kernel)} to {_said(product.output)}"


class Verified(NamedTuple):
    """Whether a spec is a model, and what is said of it."""

    equal: bool
    lines: tuple[str, ...]


def model_of(model: str, sizes: list[str]) -> tuple[Spec, str]:
    """A model as one row for each operation, and what messages call it; it may be a spec, too.

    :raises CostcalcError: as :func:`~costcalc.models.importing.read`.
    """
    if not sizes and (":" not in model or is_file(model)):
        return load_spec(model), model
    found = read(model, sizes)
    return flat(found.translation, found.name, found.source), found.source


def pairs(ours: Graph, theirs: Graph) -> Iterator[Pair]:
    """A spec and a model as they are; where norms follow the convolutions of one of them only, with
    these folded; and without biases of zeros that the spec does not have, which converters write
    for none."""
    pair = Pair(side(ours, "trainable"), side(theirs, "trainable"))
    yield pair
    spec, model = pair.ours.norms, pair.theirs.norms
    if (spec == 0) != (model == 0):
        own, other = ("spec", "model") if spec else ("model", "spec")
        norms = f"{counted(spec or model, 'norm')} of the {own}"
        changed = {"norms folded": f"{norms} folded into convolutions of the {other}"}
        pair = Pair(side(ours, "deployed"), side(theirs, "deployed"), "deployed", changed)
        yield pair
    spare, zeros = Counter(pair.ours.products) - Counter(pair.theirs.products), set[int]()
    for i, product in zip(pair.theirs.places, pair.theirs.products, strict=True):
        bare = product._replace(bias=False)
        if i in theirs.spec.zeros and spare[bare]:
            spare[bare] -= 1
            zeros.add(i)
    if zeros:
        told = f"{counted(len(zeros), 'layer')} with a bias of zeros in the model only"
        changed = {**pair.changed, "biases of zeros left out": told}
        yield pair._replace(theirs=side(theirs, pair.convention, zeros), changed=changed)


def verify(spec: Source, model: Source, source: str, values: Mapping[str, Bound]) -> Verified:
    """Hold a spec at a binding against a model, which is called ``source``, in that of the
    :func:`pairs` in which they are nearest to each other.

    :raises CostcalcError: one of them is no network.
    """
    network, other = as_spec(spec), as_spec(model)
    tried = list[Pair]()
    for pair in pairs(build(network, network.binding(values)), build(other, other.defaults())):
        tried.append(pair)
        if not any(pair.apart):
            break
    pair, (ours, theirs, *_) = min(tried, key=lambda one: one.apart), tried[0]
    at = ", ".join(f"{name} = {text}" for name, text in texts_of(network.bind(values)).items())
    who = f"{network.name}{f' at {at}' if at else ''}"
    size = f"{counted(len(ours.products), 'layer')}, {ours.mult_adds:,} Mult-Adds"
    changes = "; ".join(pair.changed.values())
    lines: tuple[str, ...]
    if any(pair.apart):
        so = [f"{changes}; compared so (convention {pair.convention}):"] if changes else []
        lines = f"{who} is not {source}", *so, *pair.differences()
    elif not changes:
        params = f"{ours.params:,} parameters (convention trainable)"
        lines = (f"{who} is {source}: {size} and {params}",)
    else:
        params = f"{ours.params:,} parameters in the spec, {theirs.params:,} in the model"
        said = f"{changes}: {params} (convention trainable)"
        lines = f"{who} is {source}, with {' and '.join(pair.changed)}: {size}", said
    return Verified(not any(pair.apart), lines)
