"""Files of conventions: YAML to weights. Every tag must get one, or the file is refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from costcalc.algebra.expressions import ExpressionError, exact_number
from costcalc.conventions.convention import Convention, Weight
from costcalc.conventions.weights import Weights, as_linear, differences, nonzero
from costcalc.errors import did_you_mean
from costcalc.operators.coded import KINDS as CODED_KINDS
from costcalc.operators.coded import concerns
from costcalc.operators.tags import KINDS, Tag
from costcalc.source.nodes import Mapping, Node
from costcalc.source.reader import read_file
from costcalc.source.record import Problems, items, mapping, only_keys, text

UNITS = ("MAC", "FLOP")
KEYS = (
    *("extends", "meaning", "source", "version", "unit", "mult_adds", "params"),
    *("coded", "zero", "unknown", "quirks", "else"),
)
WORK = tuple(tag for tag in Tag if not tag.is_parameter)
PARAMETERS = tuple(tag for tag in Tag if tag.is_parameter)
#: Codings that a convention can weigh; ``linear`` follows from what it says of fc.
_CODINGS = tuple(word for word in CODED_KINDS if word != "linear")


class Shelf(Protocol):
    """Where conventions are found that a file extends but does not hold."""

    def find(self, name: str) -> Convention | None: ...

    def names(self) -> list[str]: ...


class ConventionFile:
    """The conventions of one file."""

    def __init__(self, path: Path, shelf: Shelf) -> None:
        self.root = mapping(read_file(path), "conventions by name")
        if not self.root.values:
            hint = "name: {meaning, mult_adds, params}"
            raise self.root.error("the file has no convention", hint)
        self.shelf = shelf
        self.problems = Problems()
        self.found: dict[str, Convention] = {}
        self.open: list[str] = []  # those whose reading has begun, to find circles

    @property
    def names(self) -> list[str]:
        return list(self.root.values)

    def read(self, name: str) -> Convention:
        """One convention, with what it extends.

        :raises CostcalcError: with every problem of it.
        """
        convention = self._read(name)
        self.problems.raise_if_any()
        return convention

    def read_all(self) -> dict[str, Convention]:
        """Every convention, in the order written.

        :raises CostcalcError: with every problem of the file.
        """
        for name in self.names:
            with self.problems.collected():
                self._read(name)
        self.problems.raise_if_any()
        return {name: self.found[name] for name in self.names}

    def _read(self, name: str) -> Convention:
        if name not in self.found:
            self.open.append(name)
            try:
                self.found[name] = self._convention(name, self.root.values[name])
            finally:
                self.open.pop()
        return self.found[name]

    def _named(self, node: Node) -> Convention:
        """The convention of that name, in this file or shipped."""
        name = text(node, "the name of a convention")
        if name in self.open:
            raise node.error(f"{name!r} extends itself")
        found = self._read(name) if name in self.root.values else self.shelf.find(name)
        if found is None:
            known = [*self.names, *self.shelf.names()]
            hint = did_you_mean(name, known) or "`costcalc list conventions`"
            raise node.error(f"no convention {name!r}", hint)
        return found

    def _convention(self, name: str, node: Node) -> Convention:
        table = mapping(node, "{meaning, mult_adds, params, else}")
        only_keys(table, KEYS, self.problems)
        values = table.values
        base = self._named(values["extends"]) if "extends" in values else None
        if base is not None and "else" in values:
            raise values["else"].error(f"what {name!r} extends has said everything", "no `else`")
        for key in () if base else ("meaning", "mult_adds", "params"):
            if key not in values:
                raise node.error(f"convention {name!r} has no {key!r}")
        unit = text(values["unit"], "a unit") if "unit" in values else base.unit if base else "MAC"
        if unit not in UNITS:
            raise values["unit"].error(f"unknown unit {unit!r}", "MAC or FLOP")
        otherwise = _number(values["else"]) if "else" in values else None
        unknown = self._kinds(values.get("unknown"), "unknown")
        zero = self._kinds(values.get("zero"), "zero")
        written = self._weights(values.get("mult_adds"), WORK, "mult_adds")
        weights = self._work(node, name, written, [*zero, *unknown], otherwise, base)
        params = self._parameters(node, name, values.get("params"), otherwise, base)
        coded = self._coded(values.get("coded"), base)
        if base is not None:
            spoken = {*zero, *(tag.kind for tag in written)}
            unknown = [*(base.unknown - spoken), *unknown]
        return Convention(
            name,
            text(values["meaning"], "a sentence") if "meaning" in values else _of(base).meaning,
            text(values["source"], "a citation") if "source" in values else _of(base).source,
            unit,
            nonzero(weights) | differences(weights, coded) | as_linear(weights),
            nonzero(params) | as_linear(params),
            text(values["version"], "a version") if "version" in values else _of(base).version,
            self._quirks(values.get("quirks"), base),
            coded,
            frozenset(unknown),
        )

    def _work(
        self,
        node: Node,
        name: str,
        written: Weights,
        zero: list[str],
        otherwise: Weight | None,
        base: Convention | None,
    ) -> Weights:
        """A weight for every tag of work. One tag of a kind speaks for the others of it."""
        spoken = {tag.kind for tag in written}
        for kind in zero:
            if kind in spoken:
                raise node.error(f"convention {name!r} both weighs {kind!r} and says that it is 0")
        spoken.update(zero)
        if base is not None:
            kept = {tag: base.weight(tag) for tag in WORK if tag.kind not in zero}
            return dict.fromkeys(WORK, 0) | kept | written
        if otherwise is None:
            silent = dict.fromkeys(tag.kind for tag in WORK if tag.kind not in spoken)
            self._refuse_silence(node, name, list(silent))
        return {tag: 0 if tag.kind in spoken else otherwise or 0 for tag in WORK} | written

    def _parameters(
        self,
        node: Node,
        name: str,
        written: Node | None,
        otherwise: Weight | None,
        base: Convention | None,
    ) -> Weights:
        if written is not None and not isinstance(written, Mapping):
            base, written = self._named(written), None
        weights = self._weights(written, PARAMETERS, "params")
        if base is not None:
            return {tag: base.weight(tag) for tag in PARAMETERS} | weights
        if otherwise is None:
            self._refuse_silence(node, name, [t.value for t in PARAMETERS if t not in weights])
        return dict.fromkeys(PARAMETERS, otherwise or 0) | weights

    def _refuse_silence(self, node: Node, name: str, silent: list[str]) -> None:
        if silent:
            message = f"convention {name!r} does not say what {', '.join(silent)} weigh"
            self.problems.add(node, message, "weights for them, or else: 0")

    def _weights(self, node: Node | None, tags: tuple[Tag, ...], under: str) -> Weights:
        """A table of weights by tag; unknown tags are noted."""
        weights: Weights = {}
        if node is None:
            return weights
        rows = mapping(node, "weights by tag")
        known = {str(tag): tag for tag in tags}
        for word, weight in rows.values.items():
            if word not in known:
                hint = did_you_mean(word, known)
                self.problems.add(rows.keys[word], f"unknown tag {word!r} under {under}", hint)
                continue
            with self.problems.collected():
                weights[known[word]] = _number(weight)
        return weights

    def _kinds(self, node: Node | None, under: str) -> list[str]:
        """A list of kinds of work; unknown ones are noted."""
        kinds = []
        known = {*KINDS, *(tag.kind for tag in WORK)}
        for item in [] if node is None else items(node, "a list of kinds of work"):
            kind = text(item, "a kind of work")
            if kind in known:
                kinds.append(kind)
            else:
                hint = did_you_mean(kind, known)
                self.problems.add(item, f"unknown kind of work {kind!r} under {under}", hint)
        return kinds

    def _coded(self, node: Node | None, base: Convention | None) -> dict[str, dict[Tag, Weight]]:
        """Weights per coding, where they are not those of the usual coding."""
        found = {word: dict(table) for word, table in base.coded.items()} if base else {}
        if node is None:
            return found
        table = mapping(node, "weights by coding")
        only_keys(table, _CODINGS, self.problems)
        for word, rows in table.values.items():
            if word not in _CODINGS:
                continue
            concerned = tuple(tag for tag in WORK if concerns(tag, word))
            others = dict(mapping(rows, "weights by tag").values)
            otherwise = others.pop("else", None)
            weights: Weights = {}
            if otherwise is not None:
                weights = dict.fromkeys(concerned, _number(otherwise))
            rest = Mapping(rows.place, others, mapping(rows, "").keys)
            weights |= self._weights(rest, concerned, f"coded.{word}")
            found[word] = found.get(word, {}) | weights
        return found

    def _quirks(self, node: Node | None, base: Convention | None) -> tuple[str, ...]:
        if node is None:
            return base.quirks if base else ()
        return tuple(text(item, "a sentence") for item in items(node, "a list of sentences"))


def _of(base: Convention | None) -> Any:
    """What is inherited; without anything to inherit from, nothing is said."""
    return base or Convention("", "", "", "", {}, {})


def _number(node: Node) -> int | Fraction:
    try:
        return exact_number(text(node, "a weight"))
    except ExpressionError as error:
        raise node.error(str(error), error.hint) from None
