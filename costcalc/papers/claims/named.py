"""Networks and parameters that a claims file names: each must exist, where it is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from costcalc.algebra.expressions import ExpressionError, exact_number
from costcalc.errors import CostcalcError, Problem, did_you_mean
from costcalc.graph.loading import load_spec
from costcalc.language import Spec, library
from costcalc.source.nodes import Mapping as MarkedMapping
from costcalc.source.nodes import Node, Text
from costcalc.source.record import Problems, items, mapping, text

#: A value by name, with the nodes of both.
Written = Mapping[str, tuple[Node, Node]]


def written(node: Node | None) -> dict[str, tuple[Node, Node]]:
    """What ``at: {alpha: 1/2}`` binds, with the places of name and value."""
    if node is None or (isinstance(node, Text) and not node.text):
        return {}
    table: MarkedMapping = mapping(node, "values by name")
    return {name: (table.keys[name], value) for name, value in table.values.items()}


@cache
def _shipped(name: str) -> Spec:
    return load_spec(name)


def load(spec: str) -> Spec:
    """The network of that name or file. A shipped one is read once in a process: claims files name
    it when they are read and when they are checked.

    :raises CostcalcError: as :func:`costcalc.graph.loading.load_spec`.
    """
    if spec in library.spec_names() and not Path(spec).is_file():
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
        found = self._loaded[spec]
        if isinstance(found, Spec):
            return
        for problem in found:
            if problem.place.line:  # in the network's own file
                self.found.append(problem)
            else:
                file = f"{problem.place.file}: " if problem.place.file else ""
                self.add(node, f"{file}{problem.message}", problem.hint)

    def bound(self, specs: Iterable[str], values: Written) -> None:
        """Notes every name that is no parameter of one of the networks, and every value that its
        parameter can't have."""
        for spec in specs:
            found = self._loaded.get(spec)
            if not isinstance(found, Spec):
                continue  # its own problems are noted
            known = found.parameters
            for name, (key, value) in values.items():
                if name not in known:
                    hint = did_you_mean(name, known) or "it has no parameters"
                    self.add(key, f"{found.name} has no parameter {name!r}", hint)
                    continue
                try:
                    known[name].bind(text(value, "a value"))
                except CostcalcError as error:
                    self.add(value, error.problems[0].message, error.problems[0].hint)

    def opened(self, specs: Iterable[str], node: Node | None) -> None:
        """Notes what is ``open`` and no network here has, and choices that none of them accepts."""
        networks = [self._loaded.get(spec) for spec in specs]
        known = [found.parameters for found in networks if isinstance(found, Spec)]
        if node is None or len(known) < len(networks):
            return
        for name, (key, listed) in written(node).items():
            having = [parameters[name] for parameters in known if name in parameters]
            if not having:
                names = sorted({name for parameters in known for name in parameters})
                self.add(
                    key, f"no network here has a parameter {name!r}", did_you_mean(name, names)
                )
                continue
            for item in items(listed, "a list of values"):
                refused = []
                for parameter in having:
                    try:
                        parameter.bind(text(item, "a value"))
                    except CostcalcError as error:
                        refused.append(error.problems[0])
                if len(refused) == len(having):
                    self.add(item, refused[0].message, refused[0].hint)

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
