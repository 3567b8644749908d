"""A spec as YAML: the document that it was read from, or that was made for it, laid out as specs
are. Comments are no part of a document, and so get lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from costcalc.source.nodes import List, Mapping, Node, Text

#: No line of a document is longer, unless one value is.
WIDTH = 118
#: What can stand without quotes, also between braces.
_PLAIN = re.compile(
    r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=][^,\[\]{}#:\n]*|-?[0-9.]+|-[a-z0-9(][^,\[\]{}#:\n]*"
)
#: The keys of a document whose values stand below them.
_BELOW = ("parameters", "let", "inputs", "blocks", "layers")


def write(root: Node) -> str:
    """The text of a document, which reads as the same document."""
    return "".join(f"{line}\n" for line in _lines(root))


def _lines(root: Node) -> Iterator[str]:
    if not isinstance(root, Mapping):
        yield flow(root)
        return
    for key, value in root.values.items():
        if key in _BELOW and isinstance(value, Mapping | List):
            yield f"{scalar(Text(value.place, key))}:"
            yield from _below(key, value)
        elif isinstance(value, Text) and len(value.text) > WIDTH - len(key):
            yield f"{key}: >-"
            yield from _folded(value.text)
        else:
            yield f"{key}: {flow(value)}".rstrip()


def _folded(text: str) -> Iterator[str]:
    """A long text in lines."""
    line = " "
    for word in text.split(" "):
        if len(line) + len(word) > WIDTH and line.strip():
            yield line
            line = " "
        line += f" {word}"
    yield line


def _below(key: str, table: Mapping | List) -> Iterator[str]:
    """What stands below a key of the document."""
    if isinstance(table, List):
        yield from rows(table, "")
        return
    for name, value in table.values.items():
        label = scalar(Text(value.place, name))
        if key == "blocks" and isinstance(value, Mapping):
            yield f"  {label}:"
            yield from _block(value)
        else:
            yield f"  {label}: {flow(value)}".rstrip()


def _block(block: Mapping) -> Iterator[str]:
    for key, value in block.values.items():
        if key == "layers" and isinstance(value, List):
            yield "    layers:"
            yield from rows(value, "    ")
        else:
            yield f"    {key}: {flow(value)}".rstrip()


def rows(table: List, indent: str) -> Iterator[str]:
    """Rows, each in a line if it fits there."""
    for row in table.items:
        line = f"{indent}- {flow(row)}"
        if len(line) <= WIDTH or not isinstance(row, Mapping | List) or not _holds_rows(row):
            yield line
        else:
            yield from _open(row, indent)


def _holds_rows(row: Mapping | List) -> bool:
    """Whether a row, or a branch, has rows inside that can stand below it."""
    parts = row.items if isinstance(row, List) else row.values.values()
    if isinstance(row, List):
        return len(row.items) > 0
    return any(
        isinstance(part, List) and any(isinstance(item, Mapping | List) for item in part.items)
        for part in parts
    )


def _open(row: Mapping | List, indent: str) -> Iterator[str]:
    """A row that has others below it."""
    inner = f"{indent}  "
    if isinstance(row, List):
        first, *others = rows(row, inner)
        yield f"{indent}- {first.strip()}"
        yield from others
        return
    start = f"{indent}- "
    for key, value in row.values.items():
        label = scalar(Text(value.place, key))
        if isinstance(value, List) and any(isinstance(i, Mapping | List) for i in value.items):
            yield f"{start}{label}:"
            yield from rows(value, inner)
        else:
            yield f"{start}{label}: {flow(value)}".rstrip()
        start = inner


def flow(node: Node) -> str:
    """A value in one line."""
    if isinstance(node, Mapping):
        parts = (_pair(key, value) for key, value in node.values.items())
        return f"{{{', '.join(parts)}}}"
    if isinstance(node, List):
        return f"[{', '.join(map(flow, node.items))}]"
    assert isinstance(node, Text)
    return scalar(node)


def _pair(key: str, value: Node) -> str:
    label = scalar(Text(value.place, key))
    return f"{label}: {flow(value)}"


def scalar(node: Text) -> str:
    """A text, in quotes where it needs them."""
    text = node.text
    if not text and not node.quoted:
        return ""
    if _is_plain(text) and not node.quoted:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_plain(text: str) -> bool:
    plain = _PLAIN.fullmatch(text) and text not in ("~", "null")
    return bool(plain) and text == text.strip()


def same(one: Node, other: Node) -> bool:
    """Whether two documents say the same, wherever they stand. Quotes say something around what
    needs none."""
    if isinstance(one, Text) and isinstance(other, Text):
        quotes = one.quoted == other.quoted or not _is_plain(one.text)
        return one.text == other.text and quotes
    if isinstance(one, List) and isinstance(other, List):
        return _all_same(one.items, other.items)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        alike = [*one.values] == [*other.values]
        return alike and _all_same(one.values.values(), other.values.values())
    return False


def _all_same(one: Iterable[Node], other: Iterable[Node]) -> bool:
    ours, theirs = [*one], [*other]
    return len(ours) == len(theirs) and all(map(same, ours, theirs))
