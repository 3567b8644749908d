"""The names that values use: each must be known, and what a table names must be used."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as Dict

from costcalc.errors import did_you_mean
from costcalc.language.arguments import WORDS
from costcalc.language.model import Lets
from costcalc.language.parameters import name_of
from costcalc.operators.columns import Value
from costcalc.source.nodes import List, Mapping, Node, Text
from costcalc.source.record import Problems


class Names:
    """Those of one file. ``declared`` are the parameters that it has, whether they can be read or
    not; what is in one of ``tables`` that can't be read may be used there."""

    def __init__(
        self, declared: Collection[str], tables: Collection[Node | None], problems: Problems
    ) -> None:
        self.declared = declared
        self.tables = tables
        self.problems = problems
        self.used: set[str] = set()
        self.words = set(WORDS)  # what an argument may be without quotes

    def of_block(
        self, values: list[Value], known: Dict[str, object], node: Node | None, lets: Lets
    ) -> None:
        """What the rows of a block use; what it names itself, they must."""
        outside, self.used = self.used, set()
        self.of_lets(lets, known)
        self.check(values, {**known, **lets})
        self.unused("value", node, lets)
        self.used = outside | self.used - lets.keys()

    def of_lets(self, lets: Lets, known: Dict[str, object]) -> None:
        """Each may use what is known, and those before it."""
        scope = dict(known)
        for key, value in lets.items():
            self.check([value], scope)
            scope[key] = value

    def check(self, values: list[Value], known: Dict[str, object]) -> None:
        """Every name that is used must be a parameter, an argument, ``in`` or ``out``."""
        for value in values:
            self.used |= value.perhaps.intersection(known)
            for used in (name_of(word, known) for word in sorted(value.names)):
                self.used.add(used)
                if used in known or used in ("in", "out") or used in self.declared:
                    continue
                words = self.words if used in value.perhaps else ()  # an argument may be a word
                if used not in words:
                    self.problems.add(value.node, *_undefined(used, known, words))
            choices = {c for p in map(known.get, value.names) for c in getattr(p, "choices", ())}
            for word in sorted(value.words - choices) if choices else ():
                hint = did_you_mean(word, choices)
                self.problems.add(value.node, f"{word!r} is not a choice", hint)

    def unused(self, what: str, node: Node | None, named: Dict[str, object]) -> None:
        """Every parameter and every value that a table names must be used."""
        unused = named.keys() - self.used
        if self.problems.found:  # what could not be read may use them
            unused -= {name_of(word, named) for table in self.tables for word in words(table)}
        for key in unused:
            assert isinstance(node, Mapping)  # the table that names it
            label = node.keys[key]
            self.problems.add(label, f"{what} {key!r} is never used", "remove it")


def _undefined(used: str, known: Iterable[str], words: Collection[str]) -> tuple[str, str]:
    """The message and the hint for a name without a meaning, where ``words`` may stand, too."""
    from costcalc.operators.foreign import word_hint  # on the way to an error

    hint = word_hint(used, words) or did_you_mean(used, (*known, *words))
    hint = hint or did_you_mean(used, (*known, *(word for word in words if word not in WORDS)))
    return f"undefined name {used!r}", hint


def words(node: Node | None) -> Iterator[str]:
    """The words in all texts of a node."""
    if isinstance(node, Text):
        yield from re.findall(r"\w+", node.text)
    children = node.items if isinstance(node, List) else ()
    for child in node.values.values() if isinstance(node, Mapping) else children:
        yield from words(child)
