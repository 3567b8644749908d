"""YAML to marked text. The only module that imports yaml.

Values stay as written: a spec's ``4.20`` is four characters; a text on several lines is one line,
with spaces. Refused, with their place: control characters, duplicate keys, tags, anchors and
aliases, more than one document, nesting deeper than 100, files over 32 MB.
Events are read one by one (no recursion), so no input can exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import yaml

from costcalc.errors import CONTROL, CostcalcError, Place
from costcalc.source.files import control, decoded, read_bytes, refuse_control, shown
from costcalc.source.nodes import List, Mapping, Node, Text

MAX_NESTING = 100
T = TypeVar("T")

_LINE_END = re.compile(r"\s*[\t\n]\s*")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_file(path: Path) -> Node:
    """The document in a file.

    :raises CostcalcError: unreadable, not UTF-8, or as :func:`read_text`.
    """
    return read_text(decoded(path, read_bytes(path)), shown(path))


def read_as(wanted: str, path: Path, parse: Callable[[Node], T]) -> T:
    """What ``parse`` makes of a file; ``wanted`` is its kind, in the words of
    :mod:`costcalc.source.files`.

    :raises CostcalcError: unreadable, of another kind, or with the problems that ``parse`` finds.
    """
    data, root = read_bytes(path), None
    try:
        root = read_text(decoded(path, data), shown(path))
        return parse(root)
    except CostcalcError:
        from costcalc.source.kinds import refuse  # only on the way to an error

        refuse(path, data, wanted, root)
        raise


def read_text(text: str, file: str = "<text>") -> Node:
    """The document in ``text``; ``file`` is the name that problems give.

    :raises CostcalcError: control characters, empty, or not plain YAML.
    """
    refuse_control(text, file)
    composer = _Composer(file)
    try:
        return composer.compose(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        before = error.context_mark or mark
        if before:
            _refuse_nesting(text[: before.index], file)
        where = Node(Place(file, mark.line + 1, mark.column + 1) if mark else Place(file))
        line = "".join(text.split("\n")[mark.line : mark.line + 1]) if mark else ""
        if mark and line[mark.column :].startswith("\t") and not line[: mark.column].strip():
            raise where.error("a tab", "indent with spaces") from None
        composer.refuse_open(where.place.line, text)
        hint = next((_HINTS[part] for part in _HINTS if part in str(error.problem)), "")
        raise where.error(f"not YAML: {error.problem}", hint) from None
    except yaml.YAMLError as error:  # what is no character: no mark
        reason = str(error).splitlines()[0]
        raise Node(Place(file)).error(f"not YAML: {reason}") from None


_ALIKE = "lines that belong together are indented alike"
#: By a part of what PyYAML says.
_HINTS = {
    "mapping values are not allowed": f"a value with a colon is quoted; {_ALIKE}",
    "expected key": _ALIKE,
    "expected '-' indicator": _ALIKE,
    "expected <block end>": _ALIKE,
    "expected ',' or": "a comma between columns",
    "cannot start any token": "quote the value",
    "expected ':'": "key: value, with a colon and a space",
    "unexpected end of stream": "a quote is not closed",
}


class _TooDeep(CostcalcError):
    """Nested deeper than :data:`MAX_NESTING`."""


def _refuse_nesting(text: str, file: str) -> None:
    """Our own limit speaks first, whichever nesting PyYAML allows: it reads ahead, and may give up
    before the events of what it has read are there. Cut off where it gave up, they come.

    :raises CostcalcError: the text is nested too deep.
    """
    try:
        _Composer(file).compose(yaml.parse(text, Loader=_LOADER))
    except _TooDeep:
        raise
    except (yaml.YAMLError, CostcalcError):
        return


class _Composer:
    """Builds nodes from events, with the path of each (``layers[3].out``)."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.open: list[List | Mapping] = []  # containers under construction, innermost last
        self.pending: list[Text | None] = []  # the key that waits for its value, per container
        self.root: Node | None = None

    def compose(self, events: Iterable[yaml.Event]) -> Node:
        documents = 0
        for event in events:
            if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
                self.refuse_marks(event)
            if isinstance(event, yaml.ScalarEvent):
                self.add(self.scalar(event))
            elif isinstance(event, yaml.MappingStartEvent):
                self.push(Mapping(self.place(event), {}, {}))
            elif isinstance(event, yaml.SequenceStartEvent):
                self.push(List(self.place(event), []))
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self.open.pop()
                self.pending.pop()
            elif isinstance(event, yaml.AliasEvent):
                raise self.error(event, "YAML aliases are not part of the language", "use blocks")
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.error(event, "more than one document", "one network per file")
        root = self.root
        if root is None or (isinstance(root, Text) and not root.text):
            raise Node(Place(self.file)).error("the file is empty")
        return root

    def scalar(self, event: yaml.ScalarEvent) -> Text:
        """A text, in one line; escapes are no way around what a file may not hold."""
        quoted, value = event.style in ("'", '"'), event.value
        node = Text(self.place(event), value, quoted)
        if not value.isprintable():
            found = CONTROL.search(value)
            if found:
                raise node.error(*control(found[0]))
            node.text = _LINE_END.sub(" ", value).strip()
        elif not quoted and value in ("~", "null"):
            node.text = ""
        return node

    def place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        assert mark is not None
        return Place(self.file, mark.line + 1, mark.column + 1, self.path())

    def path(self) -> str:
        """The path of the node that comes next: that of its container, and its key or index."""
        if not self.open:
            return ""
        container = self.open[-1]
        if isinstance(container, List):
            return f"{container.place.path}[{len(container.items)}]"
        key = self.pending[-1]
        base = container.place.path
        if key is None:
            return str(base)
        return f"{base}.{key.text}" if base else key.text

    def refuse_open(self, line: int, text: str) -> None:
        """:raises CostcalcError: what was read until ``line`` is in a brace of a line before."""
        for container in reversed(self.open):
            place = container.place
            brace = text.split("\n")[place.line - 1][place.column - 1 :][:1]
            if brace in ("{", "[") and place.line < line:
                close = "}" if brace == "{" else "]"
                raise container.error(f"{brace!r} is not closed", f"add {close!r}")

    def error(self, event: yaml.Event, message: str, hint: str = "") -> CostcalcError:
        return Node(self.place(event)).error(message, hint)

    def refuse_marks(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            raise self.error(event, "YAML anchors are not part of the language", "use blocks")
        if event.tag is not None and event.tag != "!":
            raise self.error(event, f"YAML tag {event.tag!r}", "values are written without tags")

    def push(self, container: List | Mapping) -> None:
        if len(self.open) >= MAX_NESTING:
            raise _TooDeep(container.problem("nesting too deep", f"at most {MAX_NESTING} levels"))
        self.add(container)
        self.open.append(container)
        self.pending.append(None)

    def add(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        container = self.open[-1]
        if isinstance(container, List):
            container.items.append(node)
            return
        key = self.pending[-1]
        if key is None:
            if not isinstance(node, Text):
                raise node.error("a key must be plain text")
            if node.text in container.values:
                first = container.keys[node.text].place.line
                raise node.error(f"duplicate key {node.text!r}", f"first on line {first}")
            self.pending[-1] = node
            return
        container.values[key.text] = node
        container.keys[key.text] = key
        self.pending[-1] = None
