"""Marked text: scalars, lists and mappings that know where they stand in their file.

Scalars stay text as written (``4.20`` is not 4.2, ``no`` is not False); fields decide what a text
means. :mod:`costcalc.source.reader` makes these from YAML.
"""

from __future__ import annotations

from dataclasses import dataclass

from costcalc.errors import CostcalcError, Place, Problem


@dataclass(slots=True, eq=False)
class Node:
    """Anything in a file, with its place."""

    place: Place

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


@dataclass(slots=True, eq=False)
class Text(Node):
    """A scalar. ``quoted`` tells ``"none"`` from ``none``; an empty value is empty text."""

    text: str = ""
    quoted: bool = False

    @property
    def got(self) -> str:
        return repr(self.text) if self.text else "nothing"


@dataclass(slots=True, eq=False)
class List(Node):
    """A sequence."""

    items: list[Node]


@dataclass(slots=True, eq=False)
class Mapping(Node):
    """Keys in the order written; no key twice. ``keys[name]`` is the key's own node."""

    values: dict[str, Node]
    keys: dict[str, Text]
