"""Declared records: what the keys of a mapping hold, each read with its place or its problem.

A :class:`Record` lists its keys once, as :class:`Field`. Keys that it does not list are noted, a
missing one that it needs is refused, and a value is read once, when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import ClassVar, Generic, TypeVar

from costcalc.algebra.expressions import exact_number
from costcalc.errors import CostcalcError, ExpressionError, Problem, did_you_mean
from costcalc.source.nodes import List, Mapping, Node, Text

T_co = TypeVar("T_co", covariant=True)


class Problems:
    """The problems found so far."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, node: Node, message: str, hint: str = "") -> None:
        self.found.append(node.problem(message, hint))

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Problems raised inside are noted, and reading goes on."""
        try:
            yield
        except CostcalcError as error:
            self.found.extend(error.problems)

    def raise_if_any(self) -> None:
        if self.found:
            raise CostcalcError(sorted(set(self.found), key=lambda p: (p.place[:3], p.message)))


class Record:
    """A mapping with declared keys. ``what`` messages expect, and how they call the record.

    :raises CostcalcError: no mapping, or one without a key that it needs.
    """

    what: ClassVar[str]
    called: str = ""
    keys: ClassVar[tuple[str, ...]] = ()
    required: ClassVar[tuple[str, ...]] = ()
    noted: ClassVar[tuple[Field[object], ...]] = ()

    def __init__(self, node: Node, problems: Problems, *further: str) -> None:
        """``further`` are keys that this one record may have besides."""
        self.node = mapping(node, self.what)
        self.values = self.node.values
        only_keys(self.node, (*self.keys, *further), problems)
        self.problems = problems
        for key in self.required:
            if key not in self.values:
                raise node.error(f"{self.called} has no {key!r}")
        for field in self.noted:
            with problems.collected():
                getattr(self, field.name)
            self.__dict__.setdefault(field.name, *field.default)


class Field(Generic[T_co]):
    """One key of a record: how its value is read, and the value where it is not written.

    A key without a default must be written. ``key`` is its spelling where Python can't name it.
    """

    def __init__(self, read: Callable[[Node], T_co], *default: T_co, key: str = "") -> None:
        self.read = read
        self.default = default
        self.key = key

    def __set_name__(self, record: type[Record], name: str) -> None:
        self.name = name
        self.key = self.key or name
        record.keys = (*record.keys, self.key)
        if not self.default:
            record.required = (*record.required, self.key)

    def __get__(self, record: Record, owner: type[Record]) -> T_co:
        node = record.values.get(self.key)
        value = self.default[0] if node is None else self.read(node)
        record.__dict__[self.name] = value
        return value


class Noted(Field[T_co]):
    """A key that is read at once; its problems are noted, and reading goes on with its default."""

    def __set_name__(self, record: type[Record], name: str) -> None:
        super().__set_name__(record, name)
        record.noted = (*record.noted, self)


def text_field(what: str, *default: str) -> Field[str]:
    """A key that holds text."""
    return Field(lambda node: text(node, what), *default)


def texts_field(
    what: str, each: str, read: Callable[[Node, str], str] | None = None
) -> Field[tuple[str, ...]]:
    """A key that may hold a list of texts, or of what ``read`` takes."""
    one = read or text
    return Field(lambda node: tuple(one(item, each) for item in items(node, what)), ())


def words(count: int, what: str = "a word") -> tuple[Field[str], ...]:
    """Keys that may hold text."""
    return tuple(text_field(what, "") for _ in range(count))


def nodes(count: int) -> tuple[Field[Node | None], ...]:
    """Keys whose values only the record's own reader can read."""
    return tuple(Field(as_written, None) for _ in range(count))


def as_written(node: Node) -> Node:
    return node


def mapping(node: Node, what: str) -> Mapping:
    """The node as a mapping."""
    if not isinstance(node, Mapping):
        raise node.error(f"expected {what}, got {node.got}")
    return node


def items(node: Node, what: str) -> list[Node]:
    """The node's items, a list."""
    if not isinstance(node, List):
        raise node.error(f"expected {what}, got {node.got}")
    return node.items


def text(node: Node, what: str) -> str:
    """The node's text; empty text is refused."""
    if not isinstance(node, Text) or not node.text:
        raise node.error(f"expected {what}, got {node.got}")
    return node.text


def texts(node: Node, what: str, each: str) -> tuple[str, ...]:
    """The texts of a list."""
    return tuple(text(item, each) for item in items(node, what))


def name(node: Node, what: str) -> str:
    """The node's text as an identifier."""
    word = text(node, what)
    if not word.replace("-", "_").replace(".", "_").isidentifier() or len(word) > 60:
        raise node.error(f"{word!r} is not a name", "letters, digits, - and _")
    return word


def one_of(node: Node, what: str, known: Iterable[str]) -> str:
    """The node's text, a word among ``known``."""
    word, names = text(node, f"a {what}"), [*filter(None, known)]
    if word not in names:
        hint = did_you_mean(word, names) or f"one of {', '.join(names)}"
        raise node.error(f"unknown {what} {word!r}", hint)
    return word


def number(node: Node, what: str) -> int | Fraction:
    """The node's text as an exact number."""
    try:
        return exact_number(text(node, what))
    except ExpressionError as error:
        raise node.error(str(error), error.hint) from None


def only_keys(node: Mapping, known: Iterable[str], problems: Problems) -> None:
    """Notes every key that is not among ``known``."""
    names = tuple(known)
    for key, key_node in node.keys.items():
        if key not in names:
            problems.add(key_node, f"unknown key {key!r}", did_you_mean(key, names))
