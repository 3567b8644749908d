"""What rows name: other rows whose map, size or weights they take, and the network's inputs."""

from __future__ import annotations

from collections.abc import Collection

from costcalc.errors import did_you_mean
from costcalc.language.columns import SHARED
from costcalc.language.model import Row
from costcalc.language.rows import RowReader
from costcalc.source.nodes import Mapping, Node
from costcalc.source.record import Problems


def check_rows(rows: RowReader, inputs: Collection[str], table: Node | None) -> None:
    """Every row or input that a row names must be there; ``table`` has several inputs by name."""
    problems = rows.problems
    several = table.values.keys() if isinstance(table, Mapping) else frozenset[str]()
    known = {*rows.names, *several}
    for label in several & rows.names.keys():
        problems.add(rows.names[label], f"{label!r} is an input", "another name")
    for origin, node in (*rows.origins, *rows.followed):
        if origin not in known and origin not in inputs:
            _unknown(origin, node, known, problems)
    for lender, node in rows.lenders:
        if not lender and SHARED in rows.names:
            hint = "another name for the row: its rounds share weights"
            problems.add(node, f"{SHARED!r} is the name of a row too", hint)
        elif lender == SHARED and SHARED not in rows.names:
            hint = "rounds share weights: {repeat: n, weights: shared, layers: [...]}"
            problems.add(node, f"no row is named {SHARED!r}", hint)
        elif lender and lender not in rows.names:
            _unknown(lender, node, rows.names, problems)


def _unknown(label: str, node: Node, known: Collection[str], problems: Problems) -> None:
    hint = did_you_mean(label, known) if known else f"`name: {label}` in the row that gives it"
    problems.add(node, f"no row is named {label!r}", hint)


def check_inputs(
    rows: RowReader, names: list[str], table: Node | None, layers: tuple[Row, ...]
) -> None:
    """Every input in the ``table`` must be used; the first is what arrives at the first row."""
    used = {origin for origin, _ in rows.origins} | rows.passed
    if layers and not layers[0].columns.origin:
        used.update(names[:1])
    if isinstance(table, Mapping) and not rows.problems.found:
        for label in [one for one in names if one not in used]:
            hint = f"{{from: {label}}} takes it"
            rows.problems.add(table.keys[label], f"input {label!r} is never used", hint)
