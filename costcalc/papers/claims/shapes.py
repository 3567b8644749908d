"""Reading printed layer tables: rows of cells, and runs of rows that repeat."""

from __future__ import annotations

from collections.abc import Mapping as Dict

from costcalc.errors import did_you_mean
from costcalc.papers.claims.claims import ROWS, ShapeRow, ShapeTable, labelled
from costcalc.papers.claims.named import Named, written
from costcalc.papers.claims.targets import optional, read_name, read_specs, read_words
from costcalc.source.nodes import List, Mapping, Node, Text
from costcalc.source.record import Problems, items, mapping, only_keys, text

KEYS = ("table", "title", "spec", "block", "at", "repeats", "columns", "rows", "expect")
#: What a column of a layer table may be called.
COLUMNS = (
    "type / stride",
    "filter shape",
    "input size",
    "output size",
    "layer",
    "input",
    "operator",
    "output",
    "group",
    "t",
    "c",
    "n",
    "s",
)


def read_shapes(node: Node, problems: Named) -> ShapeTable:
    """One printed layer table."""
    table = mapping(node, "a layer table")
    only_keys(table, KEYS, problems)
    values = table.values
    for key in ("table", "spec", "columns", "rows"):
        if key not in values:
            raise node.error(f"the layer table has no {key!r}")
    columns = tuple(text(item, "a column") for item in items(values["columns"], "the columns"))
    specs = read_specs(values["spec"], problems)
    at: Dict[str, Dict[str, str]] = {}
    if "at" in values:
        bindings = mapping(values["at"], "{column: {parameter: value}}")
        only_keys(bindings, columns, problems)
        at = {column: read_words(value) for column, value in bindings.values.items()}
        for value in bindings.values.values():
            problems.bound(specs, written(value))
    for column in columns:
        if column not in COLUMNS and column not in at:
            hint = did_you_mean(column, COLUMNS) or "or at: {column: {parameter: value}}"
            problems.add(values["columns"], f"unknown column {column!r}", hint)
    expected: Dict[str, Dict[str, str]] = {}
    if "expect" in values:
        notes = mapping(values["expect"], "{column: {row: note}}")
        only_keys(notes, (*columns, ROWS), problems)
        expected = {
            column: {"": text(value, "a note")} if column == ROWS else read_words(value)
            for column, value in notes.values.items()
        }
    rows = tuple(_row(item, columns, problems) for item in items(values["rows"], "rows"))
    labels = {label for _, label in labelled(rows)}
    for column, found in expected.items():
        for label in found.keys() - labels - {""}:
            place = mapping(values["expect"], "").values[column]
            problems.add(place, f"no {label!r}", "row 3, or row 3.1 inside a run")
    return ShapeTable(
        read_name(values["table"]),
        specs,
        optional(table, "block"),
        columns,
        rows,
        at,
        expected,
        optional(table, "repeats"),
        node.place,
    )


def _row(node: Node, columns: tuple[str, ...], problems: Problems) -> ShapeRow:
    if isinstance(node, Mapping):
        only_keys(node, ("repeat", "rows"), problems)
        times = text(node.values.get("repeat", Text(node.place)), "a count")
        if times != "?" and not (times.isascii() and times.isdecimal()):
            raise node.values["repeat"].error(f"expected a count, got {times!r}", "5, or ?")
        rows = items(node.values.get("rows", Text(node.place)), "the rows that repeat")
        return ShapeRow(
            (),
            node.place,
            None if times == "?" else int(times),
            tuple(_row(item, columns, problems) for item in rows),
        )
    if not isinstance(node, List) or len(node.items) > len(columns):
        raise node.error("expected a row of cells", ", ".join(columns))
    return ShapeRow(tuple(text(item, "a printed cell") for item in node.items), node.place)
