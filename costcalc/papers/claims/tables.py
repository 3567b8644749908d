"""Reading printed tables of a claims file: columns, and rows aligned with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Dict

from costcalc.algebra.printed import plain, read_printed
from costcalc.errors import did_you_mean
from costcalc.graph.selection import Target
from costcalc.papers.claims.claims import COSTS, STRUCTURAL, Figure, TableInfo
from costcalc.papers.claims.named import Named, written
from costcalc.papers.claims.targets import optional, read_choices, read_name, read_specs, read_words
from costcalc.source.nodes import List, Mapping, Node, Text
from costcalc.source.record import items, mapping, only_keys, text

TABLE_KEYS = (
    "table",
    "title",
    "headings",
    "note",
    "spec",
    "at",
    "open",
    "repeats",
    "unchecked",
    "expect",
    "columns",
    "rows",
)
ROW_KEYS = ("row", "spec", "at", "group", "repeats", "restored", "unchecked", "note")
_METRIC = re.compile(rf"({'|'.join((*COSTS, *STRUCTURAL))}|time( \S+)*?)(?: (M|B|K|%|ms))?")
_INFORMATION = re.compile(r"(accuracy|error|mAP|latency)\b.*")
ILLEGIBLE = "?"
ILLEGIBLE_HERE = "illegible in this copy"
NOTHING = "-"
_NO_NUMBER = (
    "the unit stands in the column's name; - is nothing printed, ? is illegible, "
    "unchecked: {column: why} excuses a column"
)


class TableReader:
    """Reads one printed table: a list of columns, and rows aligned with it."""

    def __init__(
        self, table: Mapping, paper: str, headings: Dict[str, str], problems: Named
    ) -> None:
        self.table = table
        self.paper = paper
        self.problems = problems
        values = table.values
        only_keys(table, TABLE_KEYS, problems)
        for key in ("table", "columns", "rows"):
            if key not in values:
                raise table.error(f"the table has no {key!r}")
        self.name = read_name(values["table"])
        own = read_words(values["headings"]) if "headings" in values else {}
        self.info = TableInfo(
            self.name, optional(table, "title"), {**headings, **own}, optional(table, "note")
        )
        self.columns = [text(i, "a column") for i in items(values["columns"], "the columns")]
        self.at = read_words(values["at"]) if "at" in values else {}
        self.open = read_choices(values["open"]) if "open" in values else {}
        self.specs = read_specs(values["spec"], problems) if "spec" in values else ()
        self.used = set(self.specs)
        self.unchecked = values.get("unchecked")
        if isinstance(self.unchecked, Mapping):
            only_keys(self.unchecked, self.columns, problems)
        self.expected = self.read_expected(values.get("expect"))
        self.parameters = [c for c in self.columns if self.kind(c) == "parameter"]

    def read_expected(self, node: Node | None) -> dict[str, Dict[str, str]]:
        """``expect: {column: {row: note}}``: the misprints that are known."""
        if node is None:
            return {}
        table = mapping(node, "{column: {row: note}}")
        only_keys(table, self.columns, self.problems)
        return {column: read_words(value) for column, value in table.values.items()}

    def kind(self, column: str) -> str:
        if column in ROW_KEYS:
            return "key"
        if _METRIC.fullmatch(column):
            return "metric"
        if _INFORMATION.fullmatch(column):
            return "information"
        if re.fullmatch(r"[A-Za-z]\w{0,30}", column):
            return "parameter"
        raise self.table.values["columns"].error(
            f"unknown column {column!r}", "a parameter, or a metric with its unit: mult_adds M"
        )

    def figures(self) -> Iterator[Figure]:
        labels: set[str] = set()
        for node in items(self.table.values["rows"], "a list of rows"):
            with self.problems.collected():
                cells = self.cells(node)
                row = list(self.row(node, cells))
                yield from row
                if row and row[0].row in labels:
                    self.problems.add(node, f"row {row[0].row!r} twice", "row: a label of its own")
                labels.update(figure.row for figure in row[:1])
        self.problems.opened(sorted(self.used), self.table.values.get("open"))
        for column, notes in self.expected.items():
            for label in notes:
                if label not in labels:
                    hint = did_you_mean(label, labels)
                    place = mapping(self.table.values["expect"], "").values[column]
                    self.problems.add(place, f"no row {label!r}", hint)

    def heading(self, column: str) -> Node:
        return items(self.table.values["columns"], "")[self.columns.index(column)]

    def cells(self, node: Node) -> dict[str, Node]:
        if isinstance(node, List):
            if len(node.items) != len(self.columns):
                message = f"{len(node.items)} cells for {len(self.columns)} columns"
                raise node.error(message, ", ".join(self.columns))
            return dict(zip(self.columns, node.items, strict=True))
        table = mapping(node, "a row")
        only_keys(table, [*self.columns, *ROW_KEYS], self.problems)
        return table.values

    def row(self, node: Node, cells: dict[str, Node]) -> Iterator[Figure]:
        words = {key: self.word(cells, key) for key in ROW_KEYS if key not in ("at", "spec")}
        specs = read_specs(cells["spec"], self.problems) if "spec" in cells else self.specs
        self.used.update(specs)
        at = {**self.at, **(read_words(cells["at"]) if "at" in cells else {})}
        bound = {**written(self.table.values.get("at")), **written(cells.get("at"))}
        stage: tuple[str, ...] = ()
        label = words["row"]
        parts = []
        for column in self.parameters:
            if column not in cells:
                continue
            value = text(cells[column], "a value")
            parts.append(f"{column}={value}")
            if column == "stage":
                stage = (value.replace("×", "x"),)
            elif value == ILLEGIBLE:
                words["unchecked"] = words["unchecked"] or ILLEGIBLE_HERE
            elif value != NOTHING:  # a network that has no such parameter
                at[column] = value
                bound[column] = (self.heading(column), cells[column])
        self.problems.bound(specs, bound)
        costs = [c for c in self.columns if c.split()[0] in COSTS and self.prints(cells, c)]
        if len(specs) > 1 and costs:
            where = cells.get("spec", self.table.values.get("spec", node))
            message = f"{costs[0]} is of one network, {len(specs)} are named"
            raise where.error(message, "a row for each network")
        label = label or " ".join(parts) or ", ".join(specs) or words["group"]
        label = label.removeprefix("stage=")
        targets = tuple(
            Target(node.place, name, at, group=words["group"], stages=stage) for name in specs
        )
        information = {
            c: self.word(cells, c)
            for c in self.columns
            if c in cells and self.kind(c) == "information"
        }
        for column in self.columns:
            if self.kind(column) == "metric" and self.prints(cells, column):
                printed = plain(text(cells[column], "a printed figure"))
                yield self.figure(
                    column, printed, cells[column], label, targets, words, information
                )

    @staticmethod
    def prints(cells: dict[str, Node], column: str) -> bool:
        return column in cells and text(cells[column], "a printed figure") != NOTHING

    def figure(
        self,
        column: str,
        printed: str,
        node: Node,
        label: str,
        targets: tuple[Target, ...],
        words: dict[str, str],
        information: dict[str, str],
    ) -> Figure:
        match = _METRIC.fullmatch(column)
        assert match is not None
        metric, unit = match[1], match[3] or ""
        reason = words["unchecked"] or self.excused(column)
        if printed == ILLEGIBLE:
            reason = reason or ILLEGIBLE_HERE
        if not reason and not words["restored"] and read_printed(printed, unit) is None:
            raise node.error(f"{printed!r} is not a number", _NO_NUMBER)
        repeats = words["repeats"]
        if not repeats and optional(self.table, "repeats") and not self.excused(column):
            # a column that is excused, such as times, need not be in the other table
            repeats = f"{optional(self.table, 'repeats')} / {label}"
        restored = words["restored"]
        if restored and " / " in restored:
            restored = f"{restored} / {label}"
        return Figure(
            self.paper,
            self.name,
            label,
            metric,
            unit,
            printed,
            node.place,
            of=targets,
            open=self.open,
            share=unit == "%" and metric in COSTS,  # of the whole network it is 100 %
            repeats="" if restored else repeats,
            restored=restored,
            unchecked=reason,
            expect=self.expected.get(column, {}).get(label, ""),
            note=words["note"],
            info=information,
        )

    def excused(self, column: str) -> str:
        node = self.unchecked
        if node is None:
            return ""
        if isinstance(node, Text):
            return text(node, "a reason")
        return read_words(node).get(column, "")

    @staticmethod
    def word(cells: dict[str, Node], key: str) -> str:
        return text(cells[key], "text") if key in cells else ""
