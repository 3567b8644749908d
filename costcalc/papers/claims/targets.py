"""What a claim is about: networks and operators, with their bindings; each must exist where a
claims file names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Dict
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TypeVar

from costcalc.algebra.expressions import exact_number
from costcalc.errors import CostcalcError, ExpressionError, Problem, did_you_mean
from costcalc.graph.loading import load_spec
from costcalc.graph.selection import Target
from costcalc.language import Spec, library
from costcalc.language.parameters import Parameter, name_of
from costcalc.operators.columns import expression
from costcalc.papers.claims.claims import TEXT
from costcalc.source.files import YAML, is_file
from costcalc.source.nodes import List, Mapping, Node, Text
from costcalc.source.record import (
    Field,
    Problems,
    Record,
    as_written,
    items,
    mapping,
    number,
    one_of,
    only_keys,
    text,
    texts,
    texts_field,
    words,
)

#: One operator on its own, with free symbols (:mod:`costcalc.papers.claims.operators`).
LAYER_KEYS = ("layer", "kernel", "kernels", "in", "multiplier", "out", "map", "branches")
LAYERS = (
    *("standard", "depthwise", "pointwise", "separable"),
    *("pyramid", "pyramid-add", "pyramid-concat", "add", "concat"),
)

T = TypeVar("T")
#: A value by name, with the nodes of both.
Written = Dict[str, tuple[Node, Node]]
#: Plain words by name.
Words = Dict[str, str]
NO_WORDS: Words = {}
NO_CHOICES: Dict[str, tuple[str, ...]] = {}


# -- what is written ------------------------------------------------------------------------------


def read_words(node: Node) -> Words:
    """A mapping of plain words."""
    return {name: text(value, "a value") for name, (_, value) in written(node).items()}


def read_choices(node: Node) -> Dict[str, tuple[str, ...]]:
    """``open: {classes: [10, 100]}``."""
    table = mapping(node, "values by parameter")
    return {key: texts(value, "a list of values", "a value") for key, value in table.values.items()}


def read_name(node: Node) -> str:
    """What a printed table is called."""
    name = text(node, "the table's name")
    if name == TEXT:
        raise node.error(f"no table can be called {name!r}", "the statements stand there")
    return name


def written(node: Node | None) -> Written:
    """What ``at: {alpha: 1/2}`` binds, with the places of name and value."""
    if node is None or (isinstance(node, Text) and not node.text):
        return {}
    table = mapping(node, "values by name")
    return {name: (table.keys[name], value) for name, value in table.values.items()}


# -- what is named --------------------------------------------------------------------------------


_shipped = cache(load_spec)


def load(spec: str) -> Spec:
    """The network of that name or file. A shipped one is read once in a process: claims files name
    it when they are read and when they are checked.

    :raises CostcalcError: as :func:`costcalc.graph.loading.load_spec`.
    """
    if spec in library.spec_names() and not is_file(spec):
        return _shipped(spec)
    return load_spec(spec)


class Named(Problems):
    """The problems of a claims file, and the networks that it names; each is loaded once."""

    def __init__(self) -> None:
        super().__init__()
        self._loaded: dict[str, Spec | tuple[Problem, ...]] = {}

    def network(self, node: Node, spec: str) -> None:
        """Notes a network that does not exist, or the problems of its file."""
        if spec not in self._loaded:
            try:
                self._loaded[spec] = load(spec)
            except CostcalcError as error:
                self._loaded[spec] = error.problems
        network = self._loaded[spec]
        for problem in () if isinstance(network, Spec) else network:
            if problem.place.line:  # in the network's own file
                self.found.append(problem)
            else:
                file = f"{problem.place.file}: " if problem.place.file else ""
                self.add(node, f"{file}{problem.message}", problem.hint)

    def networks(self, specs: Iterable[str]) -> Iterator[Spec]:
        """Those that could be loaded; the problems of the others are noted."""
        loaded = map(self._loaded.get, specs)
        return (network for network in loaded if isinstance(network, Spec))

    def parameters(self, specs: Iterable[str], values: Dict[str, T]) -> dict[str, T]:
        """Values under the names of the networks' parameters, which may be given by their letters:
        α, δ, ρ and R. Without networks they are of operators' symbols, and stay."""
        known = {name for network in self.networks(specs) for name in network.parameters}
        return {name_of(word, known) if known else word: value for word, value in values.items()}

    def bound(self, specs: Iterable[str], values: Written) -> None:
        """Notes every name that is no parameter of one of the networks, and every value that its
        parameter can't have."""
        for network in self.networks(specs):
            for word, (key, value) in values.items():
                name = name_of(word, network.parameters)
                if name not in network.parameters:
                    hint = did_you_mean(name, network.parameters) or "it has no parameters"
                    self.add(key, f"{network.name} has no parameter {name!r}", hint)
                elif refusal := _refusal(network.parameters[name], value):
                    self.add(value, refusal.message, refusal.hint)

    def opened(self, specs: Iterable[str], node: Node | None, *, every: bool = False) -> None:
        """Notes what is ``open`` and no network here has, and choices that none of them accepts;
        or, with ``every``, that one of them refuses."""
        specs = list(specs)
        known = [network.parameters for network in self.networks(specs)]
        if node is None or len(known) < len(specs):
            return
        for name, (key, listed) in self.parameters(specs, written(node)).items():
            having = [parameters[name] for parameters in known if name in parameters]
            if not having:
                hint = did_you_mean(name, {name for parameters in known for name in parameters})
                self.add(key, f"no network here has a parameter {name!r}", hint)
                continue
            for item in items(listed, "a list of values"):
                refusals = [_refusal(parameter, item) for parameter in having]
                told = [refusal for refusal in refusals if refusal is not None]
                if told and (every or len(told) == len(refusals)):
                    self.add(item, told[0].message, told[0].hint)

    def symbols(self, names: Iterable[str], values: Written) -> None:
        """Notes every name that no operator's description uses, and every value that is none."""
        used = set(names)
        for name, (key, value) in values.items():
            if name not in used:
                hint = did_you_mean(name, used) or "the operators use no symbols"
                self.add(key, f"no operator here uses {name!r}", hint)
            try:
                exact_number(text(value, "a number"))
            except ExpressionError as error:
                self.add(value, f"{name}: {error}", error.hint)


def _refusal(parameter: Parameter, value: Node) -> Problem | None:
    """Why the parameter can't have the value that is written; None if it can."""
    try:
        parameter.bind(text(value, "a value"))
    except CostcalcError as error:
        return error.problems[0]
    return None


def read_specs(node: Node, problems: Named) -> tuple[str, ...]:
    """One spec, or a list of them; ``-`` is none. One that does not exist is noted."""
    if isinstance(node, Text) and node.text == "-":
        return ()
    listed = node.items if isinstance(node, List) else [node]
    return tuple(read_spec(item, problems) for item in listed)


def read_spec(node: Node, problems: Named) -> str:
    """A spec's name; a file is looked for beside the claims first."""
    name = text(node, "a spec")
    if name.endswith(YAML):
        beside = Path(node.place.file).parent / name
        name = str(beside) if is_file(beside) else name
    problems.network(node, name)
    return name


# -- targets --------------------------------------------------------------------------------------


class _Network(Record):
    """A network, or a part of it."""

    what = "{spec, at, …}, {layer, kernel, in, out} or {row: Table 1 / its row}"
    at = Field(read_words, NO_WORDS)
    stages = texts_field("a list of sizes", "a size")
    until = Field(lambda node: Fraction(number(node, "a number")), None)
    spec = Field(as_written, None)
    group, items, block = words(3)


def read_target(node: Node, problems: Named) -> tuple[Target, ...]:
    """A target; several where ``spec`` or ``row`` is a list, since the claim holds for each."""
    table = mapping(node, _Network.what)
    if "row" in table.values:
        only_keys(table, ("row",), problems)
        row = table.values["row"]
        listed = row.items if isinstance(row, List) else [row]
        return tuple(Target(item.place, row=text(item, "a printed row")) for item in listed)
    return _operator(table, problems) if "layer" in table.values else _network(table, problems)


def _operator(table: Mapping, problems: Named) -> tuple[Target, ...]:
    only_keys(table, LAYER_KEYS, problems)
    one_of(table.values["layer"], "layer", LAYERS)
    for key, value in table.values.items():
        if key != "layer":
            expression(value, "a size")
    return (Target(table.place, layer=read_words(table)),)


def _network(table: Mapping, problems: Named) -> tuple[Target, ...]:
    said = _Network(table, problems)
    if said.spec is None:
        raise table.error("the target names no network", "spec: a name, or layer: a kind of layer")
    target = Target(
        table.place,
        group=said.group,
        stages=said.stages,
        until=said.until,
        items=said.items,
        block=said.block,
    )
    specs = read_specs(said.spec, problems)
    problems.bound(specs, written(said.values.get("at")))
    at = problems.parameters(specs, said.at)
    return tuple(target._replace(spec=name, at=at) for name in specs)
