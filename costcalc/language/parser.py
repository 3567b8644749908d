"""A spec file as a frozen :class:`~costcalc.language.model.Spec`; all its problems at once."""

from __future__ import annotations

import copyreg
from collections import Counter
from collections.abc import Mapping as Dict
from pathlib import Path
from typing import Any, NamedTuple

from costcalc.errors import Place, did_you_mean
from costcalc.language.arguments import RESERVED, Takes, read_lets, read_takes
from costcalc.language.columns import COLUMNS, row_label
from costcalc.language.header import (
    channel_rule,
    read_defaults,
    read_parameters,
    side_rule,
)
from costcalc.language.model import Block, Lets, Row, Rule, Size, Spec, Written, uses
from costcalc.language.names import Names
from costcalc.language.parameters import KNOWN
from costcalc.language.references import check_inputs, check_rows
from costcalc.language.rows import STRUCTURES, RowReader
from costcalc.language.sizes import has_length, read_inputs
from costcalc.operators import OPERATORS
from costcalc.operators.columns import Value
from costcalc.operators.elementwise import SPELLINGS
from costcalc.source.files import NETWORK, stem
from costcalc.source.nodes import List, Mapping, Node, Text
from costcalc.source.reader import read_as, read_file, read_text
from costcalc.source.record import Noted, Problems, Record, items, mapping, name, nodes, text

#: What begins a row or a column of one, and so names no block.
TAKEN = frozenset((*OPERATORS, *SPELLINGS, *STRUCTURES, *COLUMNS, "first"))


class _File(Record):
    """The top of a spec file."""

    what = "a mapping with network, input and layers"
    network = Noted(lambda node: name(node, "a name"), "")
    title = Noted(lambda node: text(node, "a title"), "")
    source = Noted(lambda node: text(node, "a citation"), "")
    notes = Noted(lambda node: text(node, "notes"), "")
    channels = Noted(channel_rule, Rule("exact"))
    sides = Noted(side_rule, Rule("exact"))
    parameters, let, defaults, input, inputs, include, blocks, layers = nodes(8)


class _Included(Record):
    """A file of blocks."""

    what = "a mapping with blocks"
    blocks, notes = nodes(2)


class _Block(Record):
    """Rows with arguments."""

    what = "a block: {takes, layers}"
    takes, let, layers, notes = nodes(4)


def parse_file(path: Path, block_folders: tuple[Path, ...] = ()) -> Spec:
    """The spec in a file. Included blocks are looked for beside it, then in ``block_folders``.

    :raises CostcalcError: with every problem of the file.
    """
    folders, name = (path.parent, *block_folders), stem(path, "network")
    return read_as(NETWORK, path, lambda root: parse(root, name, folders))


def parse_text(source: str, file: str = "<text>", block_folders: tuple[Path, ...] = ()) -> Spec:
    """The spec in a text; ``file`` is the name that problems give."""
    return parse(read_text(source, file), "network", block_folders)


def parse(root: Node, stem: str = "network", block_folders: tuple[Path, ...] = ()) -> Spec:
    """The spec in a document; ``stem`` is its name if it gives none.

    :raises CostcalcError: with every problem of the document.
    """
    return _SpecParser(root, stem, block_folders).parse()


def blocks_in(path: Path) -> dict[str, Takes]:
    """The blocks of a file that specs include, with what each takes.

    :raises CostcalcError: with every problem of the file.
    """
    problems = Problems()
    table = _Included(read_file(path), problems).blocks
    found = {} if table is None else mapping(table, "blocks by name").values
    takes = {
        block: read_takes(_Block(node, problems).takes, problems) for block, node in found.items()
    }
    problems.raise_if_any()
    return takes


# A spec holds closures: a copy in another process is what the same document gives there.
copyreg.pickle(Spec, lambda spec: (_again, (spec.reading, _of_model(spec))))


def _of_model(spec: Spec) -> dict[str, Any]:
    return {"remarks": spec.remarks, "forms": spec.forms, "zeros": spec.zeros}


def _again(reading: tuple[Node, str, tuple[Path, ...]], of_model: Dict[str, Any]) -> Spec:
    return parse(*reading)._replace(**of_model)


class _Check(NamedTuple):
    """What is to be checked of a block: its values, the names that they may use, and its own."""

    values: list[Value]
    known: Dict[str, object]
    node: Node | None
    lets: Lets


class _SpecParser:
    def __init__(self, root: Node, stem: str, folders: tuple[Path, ...]) -> None:
        self.reading = (root, stem, folders)
        self.problems = Problems()
        self.said = _File(root, self.problems)
        self.stem = stem
        self.folders = folders
        said = self.said
        declared = said.parameters.values if isinstance(said.parameters, Mapping) else ()
        tables = (said.let, said.input, said.inputs, said.blocks, said.layers)
        self.names = Names([*declared], tables, self.problems)

    def parse(self) -> Spec:
        said, problems, names = self.said, self.problems, self.names
        parameters = read_parameters(said.parameters, problems)
        length = has_length(said.input, said.inputs)
        defaults = read_defaults(said.defaults, problems, length)
        known: dict[str, object] = {**KNOWN, **parameters}
        lets = read_lets(said.let, known, (), names.words, problems)
        inputs: dict[str, Size] = {}
        with problems.collected():
            given = read_inputs(said.input, said.inputs, said.node, problems)
            for name, (height, width, channels) in given.items():
                inputs[name] = uses(height, lets), uses(width, lets), channels
        bodies, takes = self.block_bodies()
        names.words.update(inputs)  # what an argument may name
        rows = RowReader(defaults, takes, names.words, problems, length)
        blocks, checks = self.blocks(bodies, takes, rows, {**known, **lets})
        sizes = (value for size in inputs.values() for value in size)
        rows.values, rows.arguments = [*sizes, *defaults.values()], lets
        rows.taken = frozenset(known) | lets.keys()
        layers = self.layers(rows)
        values = [*rows.values, *(value for check in checks for value in check[0])]
        names.words.update(*(value.words for value in values))  # what is compared with them
        for check in checks:
            names.of_block(*check)
        names.of_lets(lets, known)
        names.check(rows.values, {**known, **lets})
        check_rows(rows, inputs, said.inputs)
        check_inputs(rows, [*inputs], said.inputs, layers)
        names.unused("parameter", said.parameters, parameters)
        names.unused("value", said.let, lets)
        problems.raise_if_any()
        asked = (rows.origins, rows.lenders)
        read, lenders = (frozenset({*rows.passed, *dict(one)}) for one in asked)
        present = parameters | {n: p for n, p in KNOWN.items() if n in names.used - set(parameters)}
        return Spec(
            *(said.network or self.stem, said.title, said.source, said.notes),
            *(said.node.place.file, present, said.channels, said.sides),
            *(inputs, lets, layers, blocks),
            *(self.written(), frozenset((*rows.names, *inputs)), lenders, read),
            *(self.reading, rows.has_printed_sizes),
        )

    def layers(self, rows: RowReader) -> tuple[Row, ...]:
        """The layer table."""
        table, problems = self.said.layers, self.problems
        if table is None:
            problems.add(self.said.node, "the spec has no layers", "layers: a list of rows")
            return ()
        with problems.collected():
            layers = rows.rows(table)
            if not layers and not problems.found:
                problems.add(table, "no layers", "at least one row")
            return layers
        return ()

    def written(self) -> dict[Place, Written]:
        """The rows of the layer table as people speak of them, by place."""
        written: dict[Place, Written] = {}
        verbs, labels = Counter[str](), Counter[str]()
        for node in items(self.said.values["layers"], "a list of rows"):
            verb, label = row_label(node)
            verbs[verb] += 1
            name = f"{verb}{'_' if verb[-1].isdigit() else ''}{verbs[verb]}"
            given = node.values.get("name") if isinstance(node, Mapping) else None
            if isinstance(given, Text):
                name, label = given.text, f"{given.text}: {label}"
            labels[label] += 1
            again = f" #{labels[label]}" if labels[label] > 1 else ""
            single = verb in OPERATORS or verb in SPELLINGS
            written[node.place] = Written("" if single else name, label + again)
        return written

    # -- blocks -------------------------------------------------------------------------------

    def block_nodes(self) -> dict[str, Node]:
        """The blocks of this file and of those that it includes, by name."""
        bodies: dict[str, Node] = {}
        tables = [self.said.blocks]
        include = self.said.include
        listed = [] if include is None else [include]
        for node in include.items if isinstance(include, List) else listed:
            with self.problems.collected():
                tables.append(self.included(node).blocks)
        for table in tables:
            if table is None:
                continue
            with self.problems.collected():
                blocks = mapping(table, "blocks by name")
                for key, node in blocks.values.items():
                    with self.problems.collected():
                        name(blocks.keys[key], "a name")
                        if key in TAKEN or key in bodies:
                            raise blocks.keys[key].error(f"{key!r} is taken", "choose another name")
                        bodies[key] = node
        return bodies

    def included(self, node: Node) -> _Included:
        label = name(node, "the name of a file of blocks")
        own = Path(self.said.node.place.file)
        for folder in self.folders:
            path = folder / f"{label}.yaml"
            if path.is_file() and not (own.is_file() and path.samefile(own)):
                return _Included(read_file(path), self.problems)
        known = {p.stem for folder in self.folders for p in folder.glob("*.yaml")}
        if label in known:
            raise node.error(f"{label!r} is this file itself", "include: another file, of blocks")
        raise node.error(f"no file of blocks {label!r}", did_you_mean(label, known))

    def block_bodies(self) -> tuple[dict[str, _Block], dict[str, Takes]]:
        """The blocks, and what each takes; one that can't be read takes nothing."""
        bodies: dict[str, _Block] = {}
        takes: dict[str, Takes] = {}
        for block, node in self.block_nodes().items():
            takes[block] = {}
            with self.problems.collected():
                bodies[block] = _Block(node, self.problems)
                takes[block] = read_takes(bodies[block].takes, self.problems, self.names.words)
                for argument in takes[block]:
                    if argument in RESERVED:
                        hint = "another name for the argument"
                        self.problems.add(node, f"{argument!r} is reserved", hint)
        return bodies, takes

    def blocks(
        self,
        bodies: Dict[str, _Block],
        takes: Dict[str, Takes],
        rows: RowReader,
        known: Dict[str, object],
    ) -> tuple[dict[str, Block], list[_Check]]:
        """The blocks, and what is to be checked of each once all names are known."""
        blocks: dict[str, Block] = {}
        calls: dict[str, set[str]] = {}
        checks: list[_Check] = []
        for block, body in bodies.items():
            inside = {**known, **dict.fromkeys(takes[block])}
            lets = read_lets(body.let, takes[block], ("in",), self.names.words, self.problems)
            rows.values, rows.calls = [], set()
            rows.taken = rows.arguments = frozenset((*takes[block], *lets))
            with self.problems.collected():
                if body.layers is None:
                    hint = "layers: a list of rows"
                    raise body.node.error(f"block {block!r} has no layers", hint)
                blocks[block] = Block(block, takes[block], rows.rows(body.layers), lets)
            calls[block] = rows.calls
            checks.append(_Check(rows.values, inside, body.let, lets))
        for block, body in bodies.items():
            if block in _reachable(block, calls):
                self.problems.add(body.node, f"block {block!r} contains itself")
        return blocks, checks


def _reachable(start: str, calls: Dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(calls.get(start, ()))
    while waiting:
        block = waiting.pop()
        if block not in seen:
            seen.add(block)
            waiting.extend(calls.get(block, ()))
    return seen
