"""Claims files: YAML to a :class:`~costcalc.papers.claims.claims.Paper`; all problems at once."""

from __future__ import annotations

from pathlib import Path

from costcalc.papers.claims.claims import Figure, Paper, TableInfo
from costcalc.papers.claims.named import Named
from costcalc.papers.claims.shapes import read_shapes
from costcalc.papers.claims.statements import read_formulas, read_statements
from costcalc.papers.claims.tables import TableReader
from costcalc.papers.claims.targets import optional, read_words
from costcalc.source.nodes import Mapping, Node
from costcalc.source.reader import read_file, read_text
from costcalc.source.record import Problems, items, mapping, only_keys, text

KEYS = ("paper", "authors", "year", "headings", "tables", "shapes", "formulas", "statements")


def read_paper(path: Path) -> Paper:
    """The claims in a file.

    :raises CostcalcError: with every problem of the file.
    """
    return _paper(read_file(path), path.stem, str(path))


def read_claims(source: str, name: str = "claims") -> Paper:
    """The claims in a text; ``name`` stands for the file."""
    return _paper(read_text(source, name), name, name)


def _paper(root: Node, name: str, file: str) -> Paper:
    problems = Named()
    table = mapping(root, "a claims file: paper, tables, statements, …")
    only_keys(table, KEYS, problems)
    headings = read_words(table.values["headings"]) if "headings" in table.values else {}
    infos: list[TableInfo] = []
    figures: list[Figure] = []
    for node in _list(table, "tables", problems):
        with problems.collected():
            reader = TableReader(mapping(node, "a table"), name, headings, problems)
            infos.append(reader.info)
            figures += reader.figures()
    _no_twins(infos, table, problems)
    claims: set[str] = set()
    for node in _list(table, "statements", problems):
        with problems.collected():
            figures += read_statements(node, name, problems)
            claim = mapping(node, "a statement").values["claim"]
            if text(claim, "a name") in claims:
                problems.add(claim, f"claim {text(claim, '')!r} twice", "give it its own name")
            claims.add(text(claim, "a name"))
    shapes = []
    for node in _list(table, "shapes", problems):
        with problems.collected():
            shapes.append(read_shapes(node, problems))
    formulas = []
    for node in _list(table, "formulas", problems):
        with problems.collected():
            formulas.append(read_formulas(node, name, problems))
    if not problems.found and not (figures or shapes or formulas):
        problems.add(root, "the file claims nothing", "tables: or statements:")
    problems.raise_if_any()
    return Paper(
        name,
        optional(table, "paper") or name,
        optional(table, "authors"),
        optional(table, "year"),
        file,
        tuple(infos),
        tuple(figures),
        tuple(shapes),
        tuple(formulas),
    )


def _list(table: Mapping, key: str, problems: Problems) -> list[Node]:
    if key not in table.values:
        return []
    with problems.collected():
        return items(table.values[key], f"a list of {key}")
    return []


def _no_twins(infos: list[TableInfo], table: Mapping, problems: Problems) -> None:
    seen = set()
    for info in infos:
        if info.name in seen:
            problems.add(table.values["tables"], f"table {info.name!r} twice", "give it its own")
        seen.add(info.name)
