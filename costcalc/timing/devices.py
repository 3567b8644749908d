"""Devices as data: memories, bandwidths and peak rates of boards and chips, each with its source.

What a file does not say is not known; a device that is asked for it refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, TypeAlias

from costcalc.algebra.expressions import exact_number
from costcalc.errors import CostcalcError, ExpressionError, Problem, did_you_mean, type_name
from costcalc.hardware.elements import TYPES, Elements
from costcalc.language import library
from costcalc.operators import OPERATORS
from costcalc.source.files import DEVICES, is_file_name
from costcalc.source.nodes import Node
from costcalc.source.reader import read_as
from costcalc.source.record import (
    Field,
    Problems,
    Record,
    items,
    mapping,
    name,
    nodes,
    text,
    text_field,
)

#: What sizes, bandwidths and rates are written in.
BYTES = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
BANDWIDTHS = {"MB/s": 10**6, "GB/s": 10**9}
RATES = {"M/s": 10**6, "G/s": 10**9, "T/s": 10**12}

_QUANTITY = re.compile(r"([\d.]+) ?(\D.*)")


class Figure(NamedTuple):
    """A figure in bytes, bytes a second or Mult-Adds a second, as it is written, and its source.

    One that is not ``confirmed`` is from memory: nobody opened its source for it.
    """

    value: int | Fraction
    text: str
    source: str
    confirmed: bool = True

    @property
    def said(self) -> str:
        """The source, and whether the figure was read there."""
        return self.source if self.confirmed else f"{self.source}; not confirmed"


class Memory(NamedTuple):
    """A memory: its size, and how much it moves at most."""

    size: Figure | None = None
    bandwidth: Figure | None = None


class Device(NamedTuple):
    """A board or a chip. ``rates`` are the most Mult-Adds a second by type of number and operator
    (``("int8", "")`` for all operators that have none of their own); ``times`` what was fitted to
    measured ones, as it is written (:mod:`costcalc.timing.times`)."""

    name: str
    meaning: str
    ram: Memory
    flash: Memory
    rates: Mapping[tuple[str, str], Figure]
    times: Node | None = None

    def rate(self, elements: Elements, operator: str = "") -> Figure:
        """The peak rate of an operator: that of the wider type of weights and activations.

        :raises CostcalcError: none is known.
        """
        type_ = max(elements.activations, elements.weights, key=TYPES.__getitem__)
        for key in ((type_, operator), (type_, "")):
            if key in self.rates:
                return self.rates[key]
        known = ", ".join(dict.fromkeys(f"--elements {type_}" for type_, _ in self.rates))
        hint = known or f"rates: {{{type_}: [800 M/s, SOURCE]}} in a file of your own"
        raise CostcalcError(f"no peak rate of {self.name} is known for {type_}", hint)

    @property
    def bandwidth(self) -> Figure:
        """How many bytes its RAM moves in a second.

        :raises CostcalcError: it is not known.
        """
        if self.ram.bandwidth is None:
            hint = "ram: {bandwidth: [3.2 GB/s, SOURCE]} in a file of your own"
            raise CostcalcError(f"no bandwidth of {self.name} is known", hint)
        return self.ram.bandwidth


def _figure(units: Mapping[str, int]) -> Callable[[Node], Figure]:
    """Reads ``[1 MiB, SOURCE]``, or ``[1 MiB, SOURCE, not confirmed]``."""
    example = {"bytes": "320 KiB", "MB/s": "3.2 GB/s", "M/s": "800 M/s"}[next(iter(units))]

    def read(node: Node) -> Figure:
        said = items(node, f"[{example}, SOURCE]")
        doubts = [text(word, "not confirmed") for word in said[2:]]
        if len(said) < 2 or doubts not in ([], ["not confirmed"]):
            raise node.error("a figure has a value and its source", f"[{example}, SOURCE]")
        written, source = text(said[0], example), text(said[1], "the source of the figure")
        found = _QUANTITY.fullmatch(written)
        if found is None or found[2] not in units:
            raise said[0].error(f"{written!r} is not like {example}", f"units: {', '.join(units)}")
        try:
            value = exact_number(found[1]) * units[found[2]]
            return Figure(value, written, source, not doubts)
        except ExpressionError as error:
            raise said[0].error(str(error), error.hint) from None

    return read


class _Memory(Record):
    what = "{size: [320 KiB, SOURCE], bandwidth: [1 GB/s, SOURCE]}"
    size = Field(_figure(BYTES), None)
    bandwidth = Field(_figure(BANDWIDTHS), None)


class _Device(Record):
    what = "a device: {device, meaning, ram, flash, rates, times}"
    called = "the file"
    device = Field(lambda node: name(node, "a name"))
    meaning = text_field("a sentence")
    ram, flash, rates, times = nodes(4)

    def memory(self, node: Node | None) -> Memory:
        if node is None:
            return Memory()
        with self.problems.collected():
            said = _Memory(node, self.problems)
            return Memory(said.size, said.bandwidth)
        return Memory()


def _rates(node: Node, problems: Problems) -> dict[tuple[str, str], Figure]:
    """``{int8: [800 M/s, SOURCE], int8 dwconv: …}``."""
    rates = {}
    table = mapping(node, "{int8: [800 M/s, SOURCE]}")
    for key, value in table.values.items():
        type_, _, operator = key.partition(" ")
        if type_ not in TYPES:
            hint = did_you_mean(type_, TYPES)
            problems.add(table.keys[key], f"{type_!r} is no type of number", hint)
        elif operator and operator not in OPERATORS:
            hint = did_you_mean(operator, OPERATORS)
            problems.add(table.keys[key], f"no operator {operator!r}", hint)
        else:
            with problems.collected():
                rates[type_, operator] = _figure(RATES)(value)
    return rates


def _read(root: Node) -> Device:
    problems = Problems()
    said = _Device(root, problems)
    ram, flash = said.memory(said.ram), said.memory(said.flash)
    rates = {} if said.rates is None else _rates(said.rates, problems)
    problems.raise_if_any()
    return Device(said.device, said.meaning, ram, flash, rates, said.times)


#: What every function takes for a device.
Named: TypeAlias = "str | Path | Device"


def as_device(device: Named) -> Device:
    """A device that ships, by its name, or the one in a file.

    :raises CostcalcError: no such device, or a file with problems (all of them at once).
    """
    if isinstance(device, Device):
        return device
    if not isinstance(device, str | Path):
        raise CostcalcError(f"{type_name(device)} is not a device", "a name, or a file")
    shipped = library.device_names()
    if str(device) in shipped:
        return read_as(DEVICES, library.DEVICES / f"{device}.yaml", _read)
    if isinstance(device, Path) or is_file_name(device):
        return read_as(DEVICES, Path(device), _read)
    hint = did_you_mean(device, shipped) or "`costcalc list devices`, or a file"
    raise CostcalcError(Problem(f"no device {device!r}", hint))
