"""Typed access to marked text, collecting every problem instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from costcalc.errors import CostcalcError, Problem, did_you_mean
from costcalc.source.nodes import List, Mapping, Node, Text


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


def name(node: Node, what: str) -> str:
    """The node's text as an identifier."""
    word = text(node, what)
    if not word.replace("-", "_").replace(".", "_").isidentifier() or len(word) > 60:
        raise node.error(f"{word!r} is not a name", "letters, digits, - and _")
    return word


def only_keys(node: Mapping, known: Iterable[str], problems: Problems) -> None:
    """Notes every key that is not among ``known``."""
    names = tuple(known)
    for key, key_node in node.keys.items():
        if key not in names:
            problems.add(key_node, f"unknown key {key!r}", did_you_mean(key, names))
