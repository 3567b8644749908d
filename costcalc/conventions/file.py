"""Files of conventions: YAML to weights. Every tag must get one, or the file is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from costcalc.conventions.convention import Convention, Weight
from costcalc.errors import Place, did_you_mean
from costcalc.operators.coded import KINDS as CODED_KINDS
from costcalc.operators.coded import coded_key, concerns, is_convolution
from costcalc.operators.tags import KINDS, Tag
from costcalc.source.nodes import Mapping, Node
from costcalc.source.reader import read_file
from costcalc.source.record import (
    Field,
    Problems,
    Record,
    items,
    mapping,
    nodes,
    number,
    only_keys,
    text,
    text_field,
    texts,
)

UNITS = ("MAC", "FLOP")
WORK = tuple(tag for tag in Tag if not tag.is_parameter)
PARAMETERS = tuple(tag for tag in Tag if tag.is_parameter)
Weights = dict[Tag, Weight]
_SILENT = Convention("", "", "", "MAC", {}, {})
#: Codings that a convention can weigh; ``linear`` follows from what it says of fc.
_CODINGS = tuple(word for word in CODED_KINDS if word != "linear")


class Shelf(Protocol):
    """Where conventions are found that a file extends but does not hold."""

    def find(self, name: str) -> Convention | None: ...

    def names(self) -> list[str]: ...


def _unit(node: Node) -> str:
    unit = text(node, "a unit")
    if unit not in UNITS:
        raise node.error(f"unknown unit {unit!r}", "MAC or FLOP")
    return unit


def _weight(node: Node) -> Weight:
    return number(node, "a weight")


class _Entry(Record):
    """One convention, as it is written."""

    what = "{meaning, mult_adds, params, else}"
    unit = Field(_unit, "")
    quirks = Field(lambda node: texts(node, "a list of sentences", "a sentence"), None)
    otherwise = Field(_weight, None, key="else")
    extends, mult_adds, params, coded, zero, unknown = nodes(6)
    meaning = text_field("a sentence", "")
    source = text_field("a citation", "")
    version = text_field("a version", "")


class ConventionFile:
    """The conventions of one file."""

    def __init__(self, path: Path, shelf: Shelf) -> None:
        self.root = mapping(read_file(path), "conventions by name")
        if not self.root.values:
            hint = "name: {meaning, mult_adds, params}"
            raise self.root.error("the file has no convention", hint)
        self.shelf = shelf
        self.problems = Problems()
        self.conventions: dict[str, Convention] = {}  # read so far
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
        return {name: self.conventions[name] for name in self.names}

    def _read(self, name: str) -> Convention:
        if name not in self.conventions:
            self.open.append(name)
            try:
                self.conventions[name] = self._convention(name, self.root.values[name])
            finally:
                self.open.pop()
        return self.conventions[name]

    def _named(self, node: Node) -> Convention:
        """The convention of that name, in this file or shipped."""
        name = text(node, "the name of a convention")
        if name in self.open:
            raise node.error(f"{name!r} extends itself")
        here = name in self.root.values
        convention = self._read(name) if here else self.shelf.find(name)
        if convention is None:
            known = [*self.names, *self.shelf.names()]
            hint = did_you_mean(name, known) or "`costcalc list conventions`"
            raise node.error(f"no convention {name!r}", hint)
        return convention

    def _convention(self, name: str, node: Node) -> Convention:
        said = _Entry(node, self.problems)
        said.called = f"convention {name!r}"
        base = None if said.extends is None else self._named(said.extends)
        if base is not None and "else" in said.values:
            place = said.values["else"]
            raise place.error(f"what {name!r} extends has said everything", "no `else`")
        for key in () if base else ("meaning", "mult_adds", "params"):
            if key not in said.values:
                raise node.error(f"{said.called} has no {key!r}")
        inherited = base or _SILENT
        unit, otherwise = said.unit or inherited.unit, said.otherwise
        unknown = self._kinds(said.unknown, "unknown")
        zero = self._kinds(said.zero, "zero")
        written = self._weights(said.mult_adds, WORK, "mult_adds")
        spoken = {*zero, *(tag.kind for tag in written)}
        weights = self._work(said, base, otherwise, written, [*zero, *unknown])
        params = self._parameters(said, base, otherwise)
        coded = self._coded(said.coded, inherited)
        return Convention(
            name,
            said.meaning or inherited.meaning,
            said.source or inherited.source,
            unit,
            _nonzero(weights) | _differences(weights, coded) | _as_linear(weights),
            _nonzero(params) | _as_linear(params),
            said.version or inherited.version,
            inherited.quirks if said.quirks is None else said.quirks,
            coded,
            (inherited.unknown - spoken) | frozenset(unknown),
        )

    def _work(
        self,
        said: _Entry,
        base: Convention | None,
        otherwise: Weight | None,
        written: Weights,
        zero: list[str],
    ) -> Weights:
        """A weight for every tag of work. One tag of a kind speaks for the others of it."""
        spoken = {tag.kind for tag in written}
        for kind in zero:
            if kind in spoken:
                message = f"{said.called} both weighs {kind!r} and says that it is 0"
                raise said.node.error(message)
        if base is not None:
            return {tag: 0 if tag.kind in zero else base.weight(tag) for tag in WORK} | written
        spoken.update(zero)
        if otherwise is None:
            self._refuse_silence(said, [tag.kind for tag in WORK if tag.kind not in spoken])
        return {tag: 0 if tag.kind in spoken else otherwise or 0 for tag in WORK} | written

    def _parameters(
        self, said: _Entry, base: Convention | None, otherwise: Weight | None
    ) -> Weights:
        """A weight for every tag of parameters; ``params`` may name a convention that has them."""
        written = said.params
        if written is not None and not isinstance(written, Mapping):
            base, written = self._named(written), None
        weights = self._weights(written, PARAMETERS, "params")
        if base is not None:
            return {tag: base.weight(tag) for tag in PARAMETERS} | weights
        if otherwise is None:
            self._refuse_silence(said, [t.value for t in PARAMETERS if t not in weights])
        return dict.fromkeys(PARAMETERS, otherwise or 0) | weights

    def _refuse_silence(self, said: _Entry, silent: list[str]) -> None:
        if silent:
            message = f"{said.called} does not say what {', '.join(dict.fromkeys(silent))} weigh"
            self.problems.add(said.node, message, "weights for them, or else: 0")

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
                weights[known[word]] = _weight(weight)
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

    def _coded(self, node: Node | None, inherited: Convention) -> dict[str, Weights]:
        """Weights per coding, where they are not those of the usual coding."""
        codings = {word: dict(weights) for word, weights in inherited.coded.items()}
        table = Mapping(Place(), {}, {}) if node is None else mapping(node, "weights by coding")
        only_keys(table, _CODINGS, self.problems)
        for word in table.values:
            if word in _CODINGS:
                weights = self._coding(word, mapping(table.values[word], "weights by tag"))
                codings[word] = codings.get(word, {}) | weights
        return codings

    def _coding(self, word: str, table: Mapping) -> Weights:
        """The weights in rows that are coded so; ``else`` is that of the tags it concerns."""
        concerned = tuple(tag for tag in WORK if concerns(tag, word))
        rows = dict(table.values)
        otherwise = rows.pop("else", None)
        weights = {} if otherwise is None else dict.fromkeys(concerned, _weight(otherwise))
        rest = Mapping(table.place, rows, table.keys)
        return weights | self._weights(rest, concerned, f"coded.{word}")


# -- what coding makes of weights -----------------------------------------------------------------

#: What a convolution's term becomes in a fully connected layer, in equal number.
_LINEAR = {
    Tag.CONV_MAC: Tag.FC_MAC,
    Tag.CONV_BIAS_ADD: Tag.FC_BIAS_ADD,
    Tag.CONV_WEIGHT: Tag.FC_WEIGHT,
    Tag.CONV_BIAS: Tag.FC_BIAS,
}


def _nonzero(weights: Weights) -> dict[str, Weight]:
    """The weights that count anything."""
    return {tag: weight for tag, weight in weights.items() if weight}


def _differences(weights: Weights, coded: dict[str, Weights]) -> dict[str, Weight]:
    """What a coding adds to the weight of a tag, under its coded key."""
    return {
        coded_key(tag, word): weight - weights[tag]
        for word, table in coded.items()
        for tag, weight in table.items()
        if weight != weights[tag]
    }


def _as_linear(weights: Weights) -> dict[str, Weight]:
    """A convolution that is coded as a fully connected layer: away with one, in with the other."""
    same = {tag for pair in _LINEAR.items() for tag in pair if _equal(weights, pair)}
    return {
        coded_key(tag, "linear"): -weight if is_convolution(tag) else weight
        for tag, weight in weights.items()
        if weight and concerns(tag, "linear") and tag not in same
    }


def _equal(weights: Weights, pair: tuple[Tag, Tag]) -> bool:
    return pair[0] in weights and weights[pair[0]] == weights[pair[1]]
