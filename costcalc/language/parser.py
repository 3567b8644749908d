"""A spec file as a frozen :class:`~costcalc.language.model.Spec`; all its problems at once."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from pathlib import Path

from costcalc.errors import did_you_mean
from costcalc.language.arguments import read_takes
from costcalc.language.header import RESERVED, read_defaults, read_input, read_parameters, read_rule
from costcalc.language.model import Block, Row, Spec
from costcalc.language.parameters import KNOWN, Parameter
from costcalc.language.rows import STRUCTURES, RowReader
from costcalc.operators import OPERATORS
from costcalc.operators.columns import Value
from costcalc.source.nodes import List, Mapping, Node
from costcalc.source.reader import read_file, read_text
from costcalc.source.record import Problems, items, mapping, name, only_keys, text

KEYS = (
    "network",
    "title",
    "source",
    "notes",
    "parameters",
    "channels",
    "sides",
    "defaults",
    "input",
    "include",
    "blocks",
    "layers",
)


def parse_file(path: Path, block_folders: tuple[Path, ...] = ()) -> Spec:
    """The spec in a file. Included blocks are looked for beside it, then in ``block_folders``.

    :raises CostcalcError: with every problem of the file.
    """
    return _SpecParser(read_file(path), path.stem, (path.parent, *block_folders)).parse()


def parse_text(source: str, file: str = "<text>", block_folders: tuple[Path, ...] = ()) -> Spec:
    """The spec in a text; ``file`` is the name that problems give."""
    return _SpecParser(read_text(source, file), "network", block_folders).parse()


class _SpecParser:
    def __init__(self, root: Node, stem: str, folders: tuple[Path, ...]) -> None:
        self.root = root
        self.stem = stem
        self.folders = folders
        self.problems = Problems()
        self.used: set[str] = set()

    def parse(self) -> Spec:
        root = mapping(self.root, "a mapping with network, input and layers")
        values = root.values
        problems = self.problems
        only_keys(root, KEYS, problems)
        network = title = source = notes = ""
        parameters: dict[str, Parameter] = {}
        with problems.collected():
            network = name(values["network"], "a name") if "network" in values else self.stem
        with problems.collected():
            source = text(values["source"], "a citation") if "source" in values else ""
        with problems.collected():
            title = text(values["title"], "a title") if "title" in values else ""
        with problems.collected():
            notes = text(values["notes"], "notes") if "notes" in values else ""
        with problems.collected():
            parameters = read_parameters(values.get("parameters"), problems)
        channel_rule = side_rule = read_rule(None, channels=True)
        with problems.collected():
            channel_rule = read_rule(values.get("channels"), channels=True)
        with problems.collected():
            side_rule = read_rule(values.get("sides"), channels=False)
        defaults: dict[str, Value] = {}
        with problems.collected():
            defaults = read_defaults(values.get("defaults"), problems)
        size = None
        with problems.collected():
            size = read_input(values.get("input"), root, problems)
        known = {**KNOWN, **parameters}
        bodies = self.block_nodes(root)
        takes = self.takes(bodies)
        rows = RowReader(defaults, takes, problems)
        blocks = self.blocks(bodies, takes, rows, known)
        layers: tuple[Row, ...] = ()
        rows.values, rows.arguments = [*(size or ()), *defaults.values()], {}
        if "layers" not in values:
            problems.add(root, "the spec has no layers", "layers: a list of rows")
        else:
            with problems.collected():
                layers = rows.rows(values["layers"])
                if not layers and not problems.found:
                    problems.add(values["layers"], "no layers", "at least one row")
        self.check_names(rows.values, known)
        self.check_origins(rows)
        self.check_unused(values.get("parameters"), parameters)
        problems.raise_if_any()
        assert size is not None
        present = parameters | {n: p for n, p in KNOWN.items() if n in self.used - set(parameters)}
        return Spec(
            name=network,
            title=title,
            source=source,
            notes=notes,
            file=self.root.place.file,
            parameters=present,
            channel_rule=channel_rule,
            side_rule=side_rule,
            input=size,
            layers=layers,
            blocks=blocks,
            has_printed_sizes=rows.has_printed_sizes,
        )

    # -- blocks -------------------------------------------------------------------------------

    def block_nodes(self, root: Mapping) -> dict[str, Node]:
        """The blocks of this file and of those that it includes, by name."""
        found: dict[str, Node] = {}
        tables = [root]
        include = root.values.get("include")
        with self.problems.collected():
            listed = [] if include is None else [include]
            if isinstance(include, List):
                listed = items(include, "a list of names")
            for node in listed:
                with self.problems.collected():
                    tables.append(self.included(node))
        for table in tables:
            if "blocks" not in table.values:
                continue
            with self.problems.collected():
                for key, node in mapping(table.values["blocks"], "blocks by name").values.items():
                    label = mapping(table.values["blocks"], "").keys[key]
                    with self.problems.collected():
                        name(label, "a name")
                        if key in OPERATORS or key in STRUCTURES or key in found:
                            raise label.error(f"{key!r} is taken", "choose another name")
                        found[key] = node
        return found

    def included(self, node: Node) -> Mapping:
        label = name(node, "the name of a file of blocks")
        for folder in self.folders:
            path = folder / f"{label}.yaml"
            if path.is_file() and str(path) != self.root.place.file:  # not the spec itself
                table = mapping(read_file(path), "a mapping with blocks")
                only_keys(table, ("blocks", "notes"), self.problems)
                return table
        known = {p.stem for folder in self.folders for p in folder.glob("*.yaml")}
        raise node.error(f"no file of blocks {label!r}", did_you_mean(label, known))

    def takes(self, bodies: Dict[str, Node]) -> dict[str, dict[str, Value | None]]:
        takes: dict[str, dict[str, Value | None]] = {}
        for block, node in bodies.items():
            takes[block] = {}
            with self.problems.collected():
                table = mapping(node, "a block: {takes, layers}")
                only_keys(table, ("takes", "layers", "notes"), self.problems)
                takes[block] = read_takes(table.values.get("takes"), self.problems)
                for argument in takes[block]:
                    if argument in RESERVED:
                        self.problems.add(node, f"{argument!r} can't name an argument")
        return takes

    def blocks(
        self,
        bodies: Dict[str, Node],
        takes: Dict[str, Dict[str, Value | None]],
        rows: RowReader,
        known: Dict[str, Parameter],
    ) -> dict[str, Block]:
        blocks: dict[str, Block] = {}
        calls: dict[str, set[str]] = {}
        for block, node in bodies.items():
            rows.values, rows.calls, rows.arguments = [], set(), takes[block]
            with self.problems.collected():
                table = mapping(node, "a block: {takes, layers}")
                if "layers" not in table.values:
                    raise node.error(f"block {block!r} has no layers", "layers: a list of rows")
                body = rows.rows(table.values["layers"])
                blocks[block] = Block(block, takes[block], body)
            calls[block] = rows.calls
            self.check_names(rows.values, {**known, **dict.fromkeys(takes[block])})
        for block in bodies:
            if block in _reachable(block, calls):
                self.problems.add(bodies[block], f"block {block!r} contains itself")
        return blocks

    # -- checks over the whole file -----------------------------------------------------------

    def check_names(self, values: list[Value], known: Dict[str, object]) -> None:
        """Every name that is used must be a parameter, an argument, ``in`` or ``out``."""
        for value in values:
            self.used |= value.perhaps.intersection(known)
            for used in sorted(value.names):
                self.used.add(used)
                if used not in known and used not in ("in", "out"):
                    hint = did_you_mean(used, known)
                    self.problems.add(value.node, f"undefined name {used!r}", hint)
            choices = {c for p in map(known.get, value.names) for c in getattr(p, "choices", ())}
            for word in sorted(value.words - choices) if choices else ():
                hint = did_you_mean(word, choices)
                self.problems.add(value.node, f"{word!r} is not a choice", hint)

    def check_origins(self, rows: RowReader) -> None:
        for origin, node in rows.origins:
            if origin not in rows.names:
                hint = did_you_mean(origin, rows.names) or "no row has a name"
                self.problems.add(node, f"no row is named {origin!r}", hint)

    def check_unused(self, node: Node | None, parameters: Dict[str, Parameter]) -> None:
        if not isinstance(node, Mapping):
            return
        for key in parameters:
            if key not in self.used:
                self.problems.add(node.keys[key], f"parameter {key!r} is never used", "remove it")


def _reachable(start: str, calls: Dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(calls.get(start, ()))
    while waiting:
        block = waiting.pop()
        if block not in seen:
            seen.add(block)
            waiting.extend(calls.get(block, ()))
    return seen
