"""Marked text: scalars, lists and mappings that know where they stand in their file.

Scalars stay text as written (``4.20`` is not 4.2, ``no`` is not False); fields decide what a text
means. :mod:`costcalc.source.reader` makes these from YAML.
"""

from __future__ import annotations

from costcalc.errors import CostcalcError, Place, Problem


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
