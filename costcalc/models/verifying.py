"""A spec held against a model: layer by layer, and the first that differs, with what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from costcalc.algebra.numbers import whole
from costcalc.analysis.count import count
from costcalc.conventions.shelf import find_convention
from costcalc.exchange.flat import flat
from costcalc.exchange.fusing import CONVOLUTIONS
from costcalc.graph.build import build
from costcalc.graph.loading import Source, as_spec, load_spec
from costcalc.language import Spec
from costcalc.language.parameters import Bound, texts_of
from costcalc.models.importing import read
from costcalc.operators.tags import Tag
from costcalc.source.files import is_file

#: Their layers are compared one by one: what multiplies matrices.
_PRODUCTS = (*CONVOLUTIONS, "fc", "linear", "matmul")
_BIASES = (Tag("conv bias"), Tag("fc bias"))
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
    """A network: its products, by name, and its parameters by tag."""

    names: list[str]
    products: list[Product]
    learned: dict[str, int]
    mult_adds: int
    params: int


def side(spec: Spec, values: Mapping[str, Bound]) -> Side:
    """What a network is at a binding."""
    found = count(spec, values=values, convention="trainable")
    layers = build(spec, spec.binding(values)).layers
    names, products = [], []
    learned, weights = Counter[str](), find_convention("trainable").params
    for layer, cost in zip(layers, found.layers, strict=True):
        for tag in layer.terms:
            if weights.get(tag):
                learned[str(tag)] += whole(layer.terms.amount(tag))
        if layer.operator not in _PRODUCTS:
            continue
        names.append(cost.path or cost.name)
        bias = any(layer.terms.amount(tag) for tag in _BIASES if tag in layer.terms)
        groups = cost.input[2] if layer.operator == "dwconv" else cost.groups or 1
        products.append(
            Product(
                *(cost.kernel or _ONE, cost.stride or _ONE, groups, cost.input[2]),
                *(cost.output, bias, cost.mult_adds),
            )
        )
    return Side(names, products, dict(learned), found.mult_adds, found.params)


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


def verify(spec: Source, model: Source, source: str, values: Mapping[str, Bound]) -> Verified:
    """Hold a spec at a binding against a model, which is called ``source``.

    :raises CostcalcError: one of them is no network.
    """
    ours, theirs = side(as_spec(spec), values), side(as_spec(model), {})
    at = ", ".join(
        f"{name} = {text}" for name, text in texts_of(as_spec(spec).bind(values)).items()
    )
    who = f"{as_spec(spec).name}{f' at {at}' if at else ''}"
    if Counter(ours.products) != Counter(theirs.products):
        return Verified(False, (f"{who} is not {source}", *_first(ours, theirs)))
    if (ours.mult_adds, ours.params) != (theirs.mult_adds, theirs.params):
        return Verified(False, (f"{who} is not {source}", *_besides(ours, theirs)))
    said = (
        f"{who} is {source}: {len(ours.products)} layers, {ours.mult_adds:,} "
        f"Mult-Adds and {ours.params:,} parameters (convention trainable)"
    )
    return Verified(True, (said,))


def _first(ours: Side, theirs: Side) -> Iterator[str]:
    """The first layer that differs, and how many do."""
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
    yield from _totals(ours, theirs)


def _shape(product: Product) -> str:
    return f"{_said(product.kernel)} to {_said(product.output)}"


def _besides(ours: Side, theirs: Side) -> Iterator[str]:
    """What differs where all products are equal: norms, and what else is learned."""
    yield "all layers that multiply are equal, but"
    for tag in sorted({*ours.learned, *theirs.learned}):
        one, two = ours.learned.get(tag, 0), theirs.learned.get(tag, 0)
        if one != two:
            yield f"{tag}: {one:,}, not {two:,}"
    yield from _totals(ours, theirs)


def _totals(ours: Side, theirs: Side) -> Sequence[str]:
    return [
        f"{name}: {one:,}, not {two:,}"
        for name, one, two in (
            ("Mult-Adds", ours.mult_adds, theirs.mult_adds),
            ("parameters", ours.params, theirs.params),
        )
        if one != two
    ]
