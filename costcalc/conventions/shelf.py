"""Files of conventions, those that ship with costcalc and users' own: YAML to weights.

Every tag must get a weight, or the file is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from costcalc.conventions.convention import Convention, Weight, Weights, by_key
from costcalc.errors import CostcalcError, Place, Problem, did_you_mean, type_name
from costcalc.language import library
from costcalc.operators.coded import KINDS as CODED_KINDS
from costcalc.operators.coded import concerns
from costcalc.operators.tags import KINDS, Tag
from costcalc.source.files import CONVENTIONS, YAML
from costcalc.source.nodes import Mapping, Node
from costcalc.source.reader import read_as, read_file
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

DEFAULT = "paper"

__all__ = [
    "DEFAULT",
    "Convention",
    "all_conventions",
    "as_convention",
    "find_convention",
    "read_conventions",
]

UNITS = ("MAC", "FLOP")
WORK = tuple(tag for tag in Tag if not tag.is_parameter)
PARAMETERS = tuple(tag for tag in Tag if tag.is_parameter)
_SILENT = Convention("", "", "", "MAC", {}, {})
#: Codings that a convention can weigh; ``linear`` follows from what it says of fc.
_CODINGS = tuple(word for word in CODED_KINDS if word != "linear")


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

    def __init__(self, root: Node, shelf: _Shelf) -> None:
        self.root = mapping(root, "conventions by name")
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
            by_key(weights, coded),
            by_key(params, {}),
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


class _Shelf:
    """The shipped files; each is read once, and only if it is needed."""

    def __init__(self) -> None:
        shipped = library.CONVENTIONS.glob("*.yaml")  # basic is read first: the usual ones
        self.paths = sorted(shipped, key=lambda path: (path.stem != "basic", path))
        self.files: dict[Path, ConventionFile] = {}

    def file(self, path: Path) -> ConventionFile:
        if path not in self.files:
            self.files[path] = ConventionFile(read_file(path), self)
        return self.files[path]

    def names(self) -> list[str]:
        return [name for path in self.paths for name in self.file(path).names]

    def find(self, name: str) -> Convention | None:
        for path in self.paths:
            if name in self.file(path).names:
                return self.file(path).read(name)
        return None


#: What every function takes for a convention.
Weighing: TypeAlias = str | Path | Convention


def find_convention(name_or_file: str | Path) -> Convention:
    """A shipped convention by name, the only one of a file, or ``file.yaml:name``.

    :raises CostcalcError: no such convention, a bad file, or one that holds several.
    """
    if not isinstance(name_or_file, str | Path):
        hint = "a name, a file, FILE:NAME, or what cc.find_convention gave"
        raise CostcalcError(f"{type_name(name_or_file)} is not a convention", hint)
    name_or_file = str(name_or_file)
    file, colon, name = name_or_file.rpartition(":")
    if not colon or not file.endswith((*YAML, "-")):
        file, name = name_or_file, ""
    if file == "-" or "/" in file or file.endswith(YAML):
        return _in_file(file, name)
    shelf = _Shelf()
    convention = shelf.find(name_or_file)
    if convention is None:
        hint = did_you_mean(name_or_file, shelf.names()) or "`costcalc list conventions`, or a file"
        raise CostcalcError(Problem(f"no convention {name_or_file!r}", hint))
    return convention


def as_convention(convention: Weighing) -> Convention:
    """The convention itself, or as :func:`find_convention` finds it."""
    return convention if isinstance(convention, Convention) else find_convention(convention)


def _in_file(file: str, name: str) -> Convention:
    """The convention of that name; without a name, the only one."""
    return read_as(CONVENTIONS, Path(file), lambda root: _chosen(root, file, name))


def _chosen(root: Node, file: str, name: str) -> Convention:
    conventions = ConventionFile(root, _Shelf())
    names = conventions.names
    if name and name not in names:
        raise CostcalcError(
            Problem(f"no convention {name!r}", did_you_mean(name, names), Place(file))
        )
    if not name and len(names) > 1:
        listed = f"{len(names)} conventions: {', '.join(names)}"
        raise CostcalcError(Problem(listed, f"one of them is {file}:{names[0]}", Place(file)))
    return conventions.read(name or names[0])


def all_conventions() -> dict[str, Convention]:
    """Every shipped convention by name, the default one first."""
    shelf = _Shelf()
    conventions: dict[str, Convention] = {}
    for path in shelf.paths:
        for name, convention in shelf.file(path).read_all().items():
            if name in conventions:
                raise CostcalcError(f"convention {name!r} is shipped twice")
            conventions[name] = convention
    return conventions


def read_conventions(path: Path) -> dict[str, Convention]:
    """The conventions of a file, in the order written. They may extend shipped ones.

    :raises CostcalcError: with every problem of the file.
    """
    return read_as(CONVENTIONS, path, lambda root: ConventionFile(root, _Shelf()).read_all())
