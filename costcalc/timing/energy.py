"""Energy from a table that somebody printed: a comparison of networks, not a prediction.

What a Mult-Add takes is a multiplication in the type of its factors and an addition in that of its
sum, which for integers has 32 bits. Bytes take what the table says of a memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.result import Json, whole_or_text
from costcalc.hardware.elements import Elements
from costcalc.language import library
from costcalc.source.nodes import Node
from costcalc.source.reader import read_file
from costcalc.source.record import Field, Problems, Record, items, mapping, number, text_field

#: The table that is used.
DEFAULT = "horowitz-2014"
Amount = int | Fraction


class Moved(NamedTuple):
    """What moving the bytes from one memory takes, at least and at most; in pJ."""

    memory: str
    low: Amount
    high: Amount


class Energy(NamedTuple):
    """What a network takes by a table, in pJ: ``operations`` and, by memory, ``bytes``."""

    table: str
    source: str
    meaning: str
    operations: Amount
    bytes: tuple[Moved, ...]

    def to_dict(self) -> Json:
        return {
            "table": self.table,
            "source": self.source,
            "operations_pj": whole_or_text(self.operations),
            "bytes_pj": [
                {
                    "memory": moved.memory,
                    "low": whole_or_text(moved.low),
                    "high": whole_or_text(moved.high),
                }
                for moved in self.bytes
            ],
        }


def _by_name(read: Callable[[Node], Amount]) -> Callable[[Node], Mapping[str, Amount]]:
    return lambda node: {k: read(v) for k, v in mapping(node, "energies by type").values.items()}


def _range(node: Node) -> tuple[Amount, Amount]:
    low, high = (number(item, "an energy") for item in items(node, "[low, high]"))
    return low, high


class _Table(Record):
    what = "a table of energies"
    called = "the table"
    table, meaning, source = (text_field("a text") for _ in range(3))
    multiply = Field(_by_name(lambda node: number(node, "an energy")))
    add = Field(_by_name(lambda node: number(node, "an energy")))
    memories = Field(lambda node: {k: _range(v) for k, v in mapping(node, "").values.items()})


def energy(mult_adds: int, moved: int, elements: Elements, table: str = DEFAULT) -> Energy | None:
    """What so many Mult-Adds and bytes take; None where the table lacks the type of number, or
    rows have types of their own."""
    said = _Table(read_file(library.ENERGY / f"{table}.yaml"), Problems())
    factor = elements.activations
    total = "int32" if factor.startswith("int") else factor
    if (
        elements.rows
        or elements.weights != factor
        or factor not in said.multiply
        or total not in said.add
    ):
        return None
    operations = mult_adds * (said.multiply[factor] + said.add[total])
    words = Fraction(moved, 8)  # of 64 bits
    memories = said.memories.items()
    by_memory = tuple(Moved(name, words * low, words * high) for name, (low, high) in memories)
    return Energy(said.table, said.source, said.meaning, operations, by_memory)
