"""Marked text: scalars, lists and mappings that know where they stand in their file.

Scalars stay text as written (``4.20`` is not 4.2, ``no`` is not False); fields decide what a text
means. :mod:`costcalc.source.reader` makes these from YAML.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, Union

from costcalc.errors import CostcalcError, Place, Problem, visible

#: What :func:`marked` makes nodes of.
Data: TypeAlias = Union["Node", dict[str, "Data"], Sequence["Data"], str, int, bool, None]


class Node:
    """Anything in a file, with its place."""

    __slots__ = ("place",)  # not dataclasses: those cost a millisecond of every start

    def __init__(self, place: Place) -> None:
        self.place = place

    def problem(self, message: str, hint: str = "") -> Problem:
        return Problem(message, hint, self.place)

    def error(self, message: str, hint: str = "") -> CostcalcError:
        return CostcalcError(self.problem(message, hint))

    @property
    def kind(self) -> str:
        return type(self).__name__.lower()

    @property
    def got(self) -> str:
        """What stands here, for messages that expected something else."""
        return f"a {self.kind}"


class Text(Node):
    """A scalar. ``quoted`` tells ``"none"`` from ``none``; an empty value is empty text."""

    __slots__ = ("quoted", "text")

    def __init__(self, place: Place, text: str = "", quoted: bool = False) -> None:
        self.place = place
        self.text = text
        self.quoted = quoted

    @property
    def got(self) -> str:
        return repr(self.text) if self.text else "nothing"


class List(Node):
    """A sequence."""

    __slots__ = ("items",)

    def __init__(self, place: Place, items: list[Node]) -> None:
        self.place = place
        self.items = items


class Mapping(Node):
    """Keys in the order written; no key twice. ``keys[name]`` is the key's own node."""

    __slots__ = ("keys", "values")

    def __init__(self, place: Place, values: dict[str, Node], keys: dict[str, Text]) -> None:
        self.place = place
        self.values = values
        self.keys = keys


def marked(data: Data, place: Place) -> Node:
    """Plain data as if it had been read at a place; nodes in it keep their own. True and False are
    the words for them, and None says nothing."""
    if isinstance(data, Node):
        return data
    if isinstance(data, dict):
        values = {key: marked(value, place) for key, value in data.items()}
        return Mapping(place, values, {key: Text(place, key) for key in data})
    if isinstance(data, list | tuple):
        return List(place, [marked(item, place) for item in data])
    return Text(place, "" if data is None else _WORDS.get(str(data)) or visible(str(data)))


_WORDS = {"True": "true", "False": "false"}
