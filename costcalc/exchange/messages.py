"""The text of a protocol buffer: messages in messages, with fields that may come again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from costcalc.errors import visible
from costcalc.exchange.flow import broken
from costcalc.exchange.translation import Refused

#: A field is a name, and a text or a message behind it.
_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|[,;]|(\w+)\s*:?\s*\{|(\w+)\s*:\s*("[^"\n]*"|'[^'\n]*'|[^\s{}#,;]+)|(\})"""
)
_DEEP = 20


class Message:
    """A message: its fields, in order."""

    def __init__(self, fields: list[tuple[str, Any]]) -> None:
        self.fields = fields

    def all(self, name: str) -> list[Any]:
        return [value for key, value in self.fields if key == name]

    def get(self, name: str, otherwise: Any = "") -> Any:
        return next(iter(self.all(name)), otherwise)

    def message(self, name: str) -> Message:
        """:raises Refused: the field is a text."""
        found = self.get(name, Message([]))
        if not isinstance(found, Message):
            raise Refused(f"{name} that is no message")
        return found

    def text(self, name: str, otherwise: str = "") -> str:
        """:raises Refused: the field is a message."""
        found = self.get(name, otherwise)
        if not isinstance(found, str):
            raise Refused(f"{name} that is no word")
        return found

    def number(self, name: str, otherwise: int = 0) -> int:
        return (self.numbers(name) or [otherwise])[0]

    def numbers(self, name: str) -> list[int]:
        """:raises Refused: a field is no whole number."""
        found = self.all(name)
        for one in found:
            if not isinstance(one, str) or not re.fullmatch(r"-?\d{1,9}", one):
                said = visible(one) if isinstance(one, str) else "{…}"
                raise Refused(f"{name}={said}: a whole number is needed")
        return [*map(int, found)]

    def flag(self, name: str, otherwise: bool) -> bool:
        """:raises Refused: the field is neither true nor false."""
        found = self.text(name, str(otherwise).lower())
        if found not in ("true", "1", "false", "0"):
            raise Refused(f"{name}={visible(found)}: true or false is needed")
        return found in ("true", "1")

    def pair(self, name: str, otherwise: int, long: str = "") -> list[int]:
        """Rows and columns: ``name`` once or twice, or ``name_h`` and ``name_w``."""
        given = self.numbers(name)
        given = given or [self.number(f"{long or name}_{side}", otherwise) for side in "hw"]
        return [given[0], given[-1]]


def parsed(path: Path, text: str) -> Message:
    """The messages of a text.

    :raises CostcalcError: it is none, or nested too deeply.
    """
    open_, place = [Message([])], 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None or (found[4] and len(open_) == 1) or len(open_) > _DEEP:
            line = text.count("\n", 0, place) + 1
            raise broken(path, f"line {line} is none of a prototxt", "name: value, or name { … }")
        place = found.end()
        if found[1]:
            inner = Message([])
            open_[-1].fields.append((found[1], inner))
            open_.append(inner)
        elif found[2]:
            open_[-1].fields.append((found[2], found[3].strip("\"'")))
        elif found[4]:
            open_.pop()
    if len(open_) > 1:
        raise broken(path, "a prototxt that ends within a message", "a part of one?")
    return open_[0]
