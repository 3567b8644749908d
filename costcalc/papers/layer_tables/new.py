"""A spec from a printed layer table, in whatever form: a network to look over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from costcalc.errors import CostcalcError, Place, Problem, cut, visible
from costcalc.graph.loading import loads_spec
from costcalc.papers.layer_tables.headings import FAMILIES, read_columns
from costcalc.papers.layer_tables.shown import COLUMNS, ShownTable
from costcalc.papers.layer_tables.sizes import NOT_PRINTED, settle
from costcalc.papers.layer_tables.steps import read_steps
from costcalc.papers.layer_tables.text import Draft, Line
from costcalc.source.files import stem
from costcalc.source.nodes import Text
from costcalc.source.record import Problems
from costcalc.source.record import name as read_name
from costcalc.source.tables import read_tables


def new_network(path: Path, name: str = "", column: str = "", *, scaled: bool = False) -> str:
    """The YAML of the network in the first layer table of a file. ``column`` is the heading of its
    layers where several networks stand side by side; ``scaled`` puts α to its channels.

    :raises CostcalcError: with everything that can't be read, or does not fit together, at its
        place in the file.
    """
    tables = read_tables(path)
    found = [(table, columns) for table in tables if (columns := read_columns(table, column))]
    if not found:
        headings = cut(", ".join(cell.text for cell in tables[0].headings))
        raise tables[0].headings[0].error(f"no layer table: {headings}", FAMILIES)
    table, columns = found[0]
    unread = [f"{_at(cell)}: {cell.text!r} is not read" for cell in columns.unread]
    unread += [f"{_at(t.headings[0])}: another layer table; one is read" for t, _ in found[1:]]
    if columns.places.keys() & COLUMNS:
        shown = ShownTable(table, columns)
        remarks = [f"Read from {_at(table.headings[0])}.", *unread]
        return _checked([*shown.lines(_name(path, name), remarks)], table.headings[0])
    problems = Problems()
    steps = read_steps(table, columns, problems)
    problems.raise_if_any()
    if not any(step.operator != "image" for step in steps):
        raise table.headings[0].error("the table has no layers")
    settled = settle(steps, problems)
    problems.raise_if_any()
    for size in (step.input for step in steps if scaled):
        if size is not None and re.search(r"\D", size.channels):
            message = f"{size.channels!r} is no number for α to scale"
            raise size.cell.error(message, "leave --scaled out")
    draft = Draft(_name(path, name), settled, scaled=scaled)
    remarks = [
        f"Read from {_at(table.headings[0])}. Look over what is {NOT_PRINTED}: it was chosen.",
        *unread,
    ]
    return _checked([*draft.lines(remarks)], table.headings[0])


def _name(path: Path, given: str) -> str:
    """What the network is called: as somebody says, or as the file is, if networks can be.

    :raises CostcalcError: they can't be called as somebody says.
    """
    file = re.sub(r"[^\w.-]+", "-", stem(path, "network")).strip("-")
    try:
        return read_name(Text(Place(), given or file), "a name")
    except CostcalcError:
        if given:
            raise
        return "network"


def _at(cell: Text) -> str:
    return visible(f"{cell.place.file}:{cell.place.line}:{cell.place.column}")


def _checked(lines: Sequence[Line], start: Text) -> str:
    """The text, if it is a network with the printed sizes.

    :raises CostcalcError: it is none: at the cells of the table that its lines are made of.
    """
    text = "\n".join(line.text for line in lines) + "\n"
    try:
        loads_spec(text, start.place.file)
    except CostcalcError as error:
        found: dict[Problem, None] = {}
        for problem in error.problems:
            at = problem.place.line
            line = lines[at - 1] if at else Line("", start)
            sized = problem.message.startswith("the printed input size")
            cell = (line.size if sized else line.cell) or start
            found[Problem(problem.message, problem.hint, cell.place)] = None
        raise CostcalcError(found) from None
    return text
