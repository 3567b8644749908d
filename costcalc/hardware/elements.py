"""Element sizes: how many bytes a weight, an activation and a bias take, of all rows or of some."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, TypeAlias, overload

from costcalc.algebra.numbers import Number, ceil, divide, simplest
from costcalc.algebra.result import Json, whole_or_text
from costcalc.errors import CostcalcError, Place, did_you_mean
from costcalc.source.files import is_file_name
from costcalc.source.nodes import Node
from costcalc.source.reader import read_file
from costcalc.source.record import mapping, text

#: Bits of each type of number.
TYPES: dict[str, int] = {f"int{bits}": bits for bits in (*range(1, 9), 16, 32, 64)}
TYPES |= {"fp16": 16, "bf16": 16, "fp32": 32}

#: What is stored, in the order in which types are written.
PARTS = ("weights", "activations", "biases")


@overload
def packed(type_: str, elements: int) -> int: ...
@overload
def packed(type_: str, elements: Number) -> Number: ...
def packed(type_: str, elements: Number) -> Number:
    """The bytes of so many elements of a type; those of less than a byte lie close together."""
    return ceil(divide(elements * TYPES[type_], 8))


#: Types of some parts.
Parts: TypeAlias = tuple[tuple[str, str], ...]


class Elements(NamedTuple):
    """The type of each part, by name (:data:`TYPES`). ``rows`` have others: words for rows
    (:func:`~costcalc.graph.selection.answering`) with types of theirs, of which the last count."""

    weights: str = "int8"
    activations: str = "int8"
    biases: str = "int32"
    rows: tuple[tuple[str, Parts], ...] = ()

    def but(self, parts: Iterable[tuple[str, str]]) -> Elements:
        """The same with other types of some parts."""
        own = dict(zip(PARTS, self[:3], strict=True)) | dict(parts)
        return Elements(own["weights"], own["activations"], own["biases"], self.rows)

    def to_dict(self) -> Json:
        """Bytes of an element of each part."""
        rows: Json = {words: _sizes(parts) for words, parts in self.rows}
        every = zip(PARTS, self[:3], strict=True)
        return {**_sizes(every), **({"rows": rows} if rows else {})}

    @property
    def text(self) -> str:
        """``weights int8, activations int8, biases int32; first: weights int16``."""
        said = (("", tuple(zip(PARTS, self[:3], strict=True))), *self.rows)
        texts = ((words, ", ".join(map(" ".join, parts))) for words, parts in said)
        return "; ".join(f"{words}: {text}" if words else text for words, text in texts)


def _sizes(parts: Iterable[tuple[str, str]]) -> Json:
    return {part: whole_or_text(simplest(Fraction(TYPES[type_], 8))) for part, type_ in parts}


class Types(NamedTuple):
    """Types in a graph: those of each of its ``layers``, and those in which ``maps`` lie, by what
    gives them (:mod:`~costcalc.hardware.precision`)."""

    layers: tuple[Elements, ...]
    maps: Mapping[int, str]

    def reordered(self, order: Sequence[int]) -> Types:
        """The same with the layers in another order."""
        place = {old: new for new, old in enumerate(order)}
        maps = {place.get(source, source): type_ for source, type_ in self.maps.items()}
        return Types(tuple(self.layers[i] for i in order), maps)


#: What people call a precision. A bias is added to sums of products, so quantised networks keep it
#: wide: 32 bits, and 64 beside activations of 16 (TensorFlow Lite's quantisation specification).
NAMED = {
    "int8": Elements(),
    "int4": Elements("int4", "int8", "int32"),
    "int16": Elements("int8", "int16", "int64"),
    "fp16": Elements("fp16", "fp16", "fp16"),
    "bf16": Elements("bf16", "bf16", "bf16"),
    "fp32": Elements("fp32", "fp32", "fp32"),
}

Precision: TypeAlias = "Elements | str"


def as_elements(told: Precision) -> Elements:
    """The element sizes that a text names: ``fp32``, or ``weights=int4,activations=int8``, where
    parts that are not named are as in ``int8``; and behind semicolons those of rows,
    ``int4; first, last: int8``. Or a file: a mapping of words for rows, ``all`` first.

    :raises CostcalcError: an unknown precision, part or type, or a file that can't be read.
    """
    if isinstance(told, Elements):
        return told
    found = Elements()
    is_file = not re.search("[=:;]", told) and told not in NAMED and is_file_name(told)
    for words, node in _in_file(told) if is_file else _in_text(told):
        try:
            parts = _parts(node if isinstance(node, str) else text(node, "a precision"))
        except CostcalcError as error:
            place = Place() if isinstance(node, str) else node.place
            raise CostcalcError([p._replace(place=place) for p in error.problems]) from None
        if words == "all" and not found.rows:
            found = found.but(parts)
        else:
            found = found._replace(rows=(*found.rows, (words, parts)))
    return found


def _in_file(path: str) -> Iterator[tuple[str, Node]]:
    yield from mapping(read_file(Path(path)), "{all: int4, first: int8}").values.items()


def _in_text(told: str) -> Iterator[tuple[str, str]]:
    for i, said in enumerate(told.split(";")):
        words, colon, types = said.rpartition(":")
        if i and not (words.strip() and colon):
            raise CostcalcError(f"elements: {said.strip()!r} names no rows", "first, last: int8")
        yield words.strip() or "all", types.strip()


def _parts(told: str) -> Parts:
    """The types of ``int8``, of ``w4a8``, or of ``weights=int8``."""
    bits = re.fullmatch(r"w(\d+)a(\d+)", told.lower())
    if bits:
        told = f"weights=int{bits[1]},activations=int{bits[2]}"
    if "=" not in told:
        if told not in NAMED:
            message = f"no element sizes are called {told!r}"
            raise CostcalcError(message, did_you_mean(told, (*NAMED, "w4a8", "weights=int8,…")))
        return tuple(zip(PARTS, NAMED[told][:3], strict=True))
    types: dict[str, str] = {}
    for setting in told.split(","):
        part, _, type_ = (word.strip() for word in setting.partition("="))
        if part not in PARTS or part in types:
            hint = "each part once" if part in types else did_you_mean(part, PARTS)
            raise CostcalcError(f"elements: {part!r} is no part that is left", hint)
        if type_ not in TYPES:
            message = f"elements: {type_!r} is no type of number"
            raise CostcalcError(message, did_you_mean(type_, TYPES))
        types[part] = type_
    return tuple(types.items())
