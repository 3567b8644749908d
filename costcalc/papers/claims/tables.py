"""Reading printed tables of a claims file: of costs, and of layers with their sizes and filters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from costcalc.algebra.amounts import plain, read_printed
from costcalc.errors import did_you_mean
from costcalc.graph.selection import Target
from costcalc.papers.claims.claims import (
    COSTS,
    ROWS,
    STRUCTURAL,
    Figure,
    ShapeRow,
    ShapeTable,
    TableInfo,
    labelled,
)
from costcalc.papers.claims.targets import (
    NO_CHOICES,
    NO_WORDS,
    Named,
    Words,
    read_choices,
    read_name,
    read_specs,
    read_words,
    written,
)
from costcalc.source.nodes import List, Mapping, Node, Text
from costcalc.source.record import (
    Field,
    Problems,
    Record,
    as_written,
    items,
    mapping,
    nodes,
    only_keys,
    text,
    texts,
    words,
)

_METRIC = re.compile(rf"({'|'.join((*COSTS, *STRUCTURAL))}|time( \S+)*?)(?: (M|B|K|%|ms))?")
_INFORMATION = re.compile(r"(accuracy|error|mAP|latency|other)\b.*")
ILLEGIBLE = "?"
ILLEGIBLE_HERE = "illegible in this copy"
NOTHING = "-"
_NO_NUMBER = (
    "the unit stands in the column's name; - is nothing printed, ? is illegible, "
    "unchecked: {column: why} excuses a column"
)


def _columns(node: Node) -> tuple[str, ...]:
    return texts(node, "the columns", "a column")


def _notes(
    node: Node | None, columns: tuple[str, ...], problems: Problems
) -> dict[str, tuple[Node, Words]]:
    """``expect: {column: {row: note}}`` by column, with its place."""
    if node is None:
        return {}
    notes = mapping(node, "{column: {row: note}}")
    only_keys(notes, columns, problems)
    return {
        column: (node, {"": text(node, "a note")} if column == ROWS else read_words(node))
        for column, node in notes.values.items()
    }


# -- tables of costs ------------------------------------------------------------------------------


class _Row(Record):
    """What a row says beside its figures."""

    what = "a row"
    at = Field(read_words, NO_WORDS)
    row, group, repeats, restored, unchecked, note = words(6, "text")
    spec = Field(as_written, None)


def kind_of(column: str) -> str:
    """What a column of that name holds; nothing where it can be no name."""
    if column in _Row.keys:
        return "key"
    if _METRIC.fullmatch(column):
        return "metric"
    if _INFORMATION.fullmatch(column):
        return "information"
    return "parameter" if re.fullmatch(r"[^\W\d_]\w{0,30}", column) else ""


def is_word(name: str) -> bool:
    """Whether a column of that name is more than a parameter."""
    return name == "stage" or kind_of(name) in ("key", "metric", "information")


class TableReader(Record):
    """A printed table: a list of columns, and rows aligned with it. ``further`` headings are those
    of the whole file."""

    what = "a table"
    called = "the table"
    table = Field(read_name)
    columns = Field(_columns)
    rows = Field(lambda node: items(node, "a list of rows"))
    headings = Field(read_words, NO_WORDS)
    at = Field(read_words, NO_WORDS)
    open = Field(read_choices, NO_CHOICES)
    title, note, repeats = words(3)
    spec, unchecked, expect, assumed = nodes(4)

    def __init__(self, node: Node, paper: str, further: Words, problems: Named) -> None:
        super().__init__(node, problems)
        self.paper, self.named = paper, problems
        self.info = TableInfo(self.table, self.title, {**further, **self.headings}, self.note)
        self.specs = () if self.spec is None else read_specs(self.spec, problems)
        self.used = set(self.specs)
        if isinstance(self.unchecked, Mapping):
            only_keys(self.unchecked, self.columns, problems)
        self.expected = _notes(self.expect, self.columns, problems)
        self.supposed = _notes(self.assumed, self.columns, problems)
        self.kinds = {column: kind_of(column) for column in self.columns}
        for column in (column for column, kind in self.kinds.items() if not kind):
            hint = "a parameter, or a metric with its unit: mult_adds M"
            raise self.values["columns"].error(f"unknown column {column!r}", hint)

    def figures(self) -> Iterator[Figure]:
        labels: set[str] = set()
        for node in self.rows:
            with self.named.collected():
                row = list(self.row(node))
                yield from row
                if row and row[0].row in labels:
                    self.named.add(node, f"row {row[0].row!r} twice", "row: a label of its own")
                labels.update(figure.row for figure in row[:1])
        self.named.opened(sorted(self.used), self.values.get("open"))
        for place, notes in (*self.expected.values(), *self.supposed.values()):
            for label in notes.keys() - labels:
                self.named.add(place, f"no row {label!r}", did_you_mean(label, labels))

    def row(self, node: Node) -> Iterator[Figure]:
        row = self.cells(node)
        specs = self.specs if row.spec is None else read_specs(row.spec, self.named)
        self.used.update(specs)
        at, printed = self.bindings(row, specs)
        self.refuse_several(row, specs)
        self.refuse_ambiguous(row, specs, at)
        label = row.row or " ".join(f"{c}={value}" for c, value in printed.items())
        label = (label or ", ".join(specs) or row.group).removeprefix("stage=")
        stages = tuple(printed.pop(c).replace("×", "x") for c in ("stage",) if c in printed)
        illegible = ILLEGIBLE_HERE if ILLEGIBLE in printed.values() else ""
        common = Figure(
            *(self.paper, self.table, label, "", "", "", node.place),
            of=tuple(Target(node.place, name, at, row.group, stages) for name in specs),
            open=self.named.parameters(specs, self.open),
            repeats=row.repeats,
            restored=f"{row.restored} / {label}" if " / " in row.restored else row.restored,
            unchecked=row.unchecked or illegible,
            note=row.note,
            info={c: text(row.values[c], "text") for c in self.those(row, "information")},
        )
        for column in self.those(row, "metric"):
            if _prints(row, column):
                yield self.figure(common, column, row.values[column])

    def those(self, row: _Row, kind: str) -> list[str]:
        """The columns of a kind that the row has."""
        return [c for c in self.columns if self.kinds[c] == kind and c in row.values]

    def cells(self, node: Node) -> _Row:
        """A row by column: a list of cells, or a mapping."""
        if isinstance(node, List):
            if len(node.items) != len(self.columns):
                message = f"{len(node.items)} cells for {len(self.columns)} columns"
                raise node.error(message, ", ".join(self.columns))
            node = Mapping(node.place, dict(zip(self.columns, node.items, strict=True)), {})
        return _Row(node, self.named, *self.columns)

    def bindings(self, row: _Row, specs: tuple[str, ...]) -> tuple[Words, dict[str, str]]:
        """What the row binds, and what its columns of parameters print."""
        at = self.named.parameters(specs, {**self.at, **row.at})
        bound = {**written(self.values.get("at")), **written(row.values.get("at"))}
        printed = {c: text(row.values[c], "a value") for c in self.those(row, "parameter")}
        for column, value in printed.items():
            # "-": a network that has no such parameter
            if column != "stage" and value not in (ILLEGIBLE, NOTHING):
                at |= self.named.parameters(specs, {column: value})
                heading = items(self.values["columns"], "")[self.columns.index(column)]
                bound[column] = (heading, row.values[column])
        self.named.bound(specs, bound)
        return at, printed

    def refuse_several(self, row: _Row, specs: tuple[str, ...]) -> None:
        """A cost is of one network."""
        costs = [c for c in self.columns if c.split()[0] in COSTS and _prints(row, c)]
        if len(specs) > 1 and costs:
            message = f"{costs[0]} is of one network, {len(specs)} are named"
            raise (row.spec or self.spec or row.node).error(message, "a row for each network")

    def refuse_ambiguous(self, row: _Row, specs: tuple[str, ...], at: Words) -> None:
        """A word of claims that is a parameter of the network too: what ``at`` binds is the
        parameter, and the column means what it says."""
        for network in self.named.networks(specs):
            for name, node in row.values.items():
                if is_word(name) and name in network.parameters and name not in at:
                    message = f"{name!r} is a parameter of {network.name} and a word of claims"
                    hint = f"at: {{{name}: …}} binds the parameter, the column is the word"
                    self.named.add(node, message, hint)

    def figure(self, common: Figure, column: str, node: Node) -> Figure:
        """One figure; ``common`` is what it shares with the others of its row."""
        match = _METRIC.fullmatch(column)
        assert match is not None
        metric, unit = match[1], match[3] or ""
        expect, assumed = (
            notes.get(column, (None, NO_WORDS))[1].get(common.row, "")
            for notes in (self.expected, self.supposed)
        )
        printed = plain(text(node, "a printed figure"))
        illegible = ILLEGIBLE_HERE if printed == ILLEGIBLE else ""
        reason = common.unchecked or self.excused(column) or illegible
        if not reason and not common.restored and read_printed(printed, unit) is None:
            raise node.error(f"{printed!r} is not a number", _NO_NUMBER)
        repeats = common.repeats
        if not repeats and self.repeats and not self.excused(column):
            # a column that is excused, such as times, need not be in the other table
            repeats = f"{self.repeats} / {common.row}"
        return common._replace(
            metric=metric,
            unit=unit,
            printed=printed,
            place=node.place,
            share=unit == "%" and metric in COSTS,  # of the whole network it is 100 %
            repeats="" if common.restored else repeats,
            unchecked=reason,
            expect=expect,
            assumed=assumed,
        )

    def excused(self, column: str) -> str:
        """Why a column can't be checked."""
        if self.unchecked is None or isinstance(self.unchecked, Text):
            return text(self.unchecked, "a reason") if self.unchecked else ""
        return read_words(self.unchecked).get(column, "")


def _prints(row: _Row, column: str) -> bool:
    return column in row.values and text(row.values[column], "a printed figure") != NOTHING


# -- tables of layers -----------------------------------------------------------------------------

#: What a column of a layer table may be called.
COLUMNS = (
    *("type / stride", "filter shape", "input size", "output size"),
    *("layer", "input", "operator", "output", "group", "t", "c", "n", "s"),
)


class _LayerTable(Record):
    what = "a layer table"
    called = "the layer table"
    table = Field(read_name)
    spec = Field(as_written)
    columns = Field(_columns)
    rows = Field(lambda node: items(node, "rows"))
    title, block, repeats, note = words(4)
    at, expect = nodes(2)


def read_shapes(node: Node, problems: Named) -> tuple[ShapeTable, TableInfo]:
    """A layer table, and what is said about it."""
    said = _LayerTable(node, problems)
    columns = said.columns
    specs = read_specs(said.spec, problems)
    at = _bound_columns(said, specs, problems)
    for column in columns:
        if column not in COLUMNS and column not in at:
            hint = did_you_mean(column, COLUMNS) or "or at: {column: {parameter: value}}"
            problems.add(said.values["columns"], f"unknown column {column!r}", hint)
    expected = _notes(said.expect, (*columns, ROWS), problems)
    rows = tuple(_printed_row(item, columns, problems) for item in said.rows)
    labels = {label for _, label in labelled(rows)}
    labels |= {f"{spec}, {label}" for spec in specs for label in labels if len(specs) > 1}
    for place, notes in expected.values():
        for label in notes.keys() - labels - {""}:
            problems.add(place, f"no {label!r}", "row 3, or row 3.1 inside a run")
    table = ShapeTable(
        said.table,
        specs,
        said.block,
        columns,
        rows,
        at,
        {column: notes for column, (_, notes) in expected.items()},
        said.repeats,
        node.place,
    )
    return table, TableInfo(said.table, said.title, NO_WORDS, said.note)


def _bound_columns(said: _LayerTable, specs: tuple[str, ...], problems: Named) -> dict[str, Words]:
    """``at: {column: {parameter: value}}``: which binding a column stands for."""
    if said.at is None:
        return {}
    bindings = mapping(said.at, "{column: {parameter: value}}")
    only_keys(bindings, said.columns, problems)
    at: dict[str, Words] = {}
    for column, value in bindings.values.items():
        at[column] = problems.parameters(specs, read_words(value))
        problems.bound(specs, written(value))
    return at


def _printed_row(node: Node, columns: tuple[str, ...], problems: Problems) -> ShapeRow:
    if isinstance(node, Mapping):
        only_keys(node, ("repeat", "rows"), problems)
        times = text(node.values.get("repeat", Text(node.place)), "a count")
        if times != "?" and not (times.isascii() and times.isdecimal()):
            raise node.values["repeat"].error(f"expected a count, got {times!r}", "5, or ?")
        rows = items(node.values.get("rows", Text(node.place)), "the rows that repeat")
        run = tuple(_printed_row(item, columns, problems) for item in rows)
        return ShapeRow((), node.place, None if times == "?" else int(times), run)
    if not isinstance(node, List) or len(node.items) > len(columns):
        raise node.error("expected a row of cells", ", ".join(columns))
    return ShapeRow(texts(node, "", "a printed cell"), node.place)
