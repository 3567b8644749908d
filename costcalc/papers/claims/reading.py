"""Claims files: YAML to a :class:`~costcalc.papers.claims.claims.Paper`; all problems at once.

Its tables are read by :mod:`costcalc.papers.claims.tables`, what its text states by
:mod:`costcalc.papers.claims.statements`; here are printed formulas.
"""

from __future__ import annotations

from pathlib import Path

from costcalc.graph.selection import Cannot
from costcalc.papers.claims.claims import COSTS, Figure, FormulaClaim, Paper, TableInfo
from costcalc.papers.claims.formulas import NotAFormula, names, parse
from costcalc.papers.claims.parts import described
from costcalc.papers.claims.statements import Statement, read_statement
from costcalc.papers.claims.tables import TableReader, read_shapes
from costcalc.papers.claims.targets import NO_WORDS, Named, Words, read_target, read_words
from costcalc.source.files import CLAIMS, shown, stem
from costcalc.source.nodes import List, Node
from costcalc.source.reader import read_as, read_text
from costcalc.source.record import Field, Noted, Record, as_written, items, one_of, text, words

NO_NODES: list[Node] = []


# -- a file ---------------------------------------------------------------------------------------


class _Claims(Record):
    what = "a claims file: paper, tables, statements, …"
    headings = Field(read_words, NO_WORDS)
    tables = Noted(lambda node: items(node, "a list of tables"), NO_NODES)
    statements = Noted(lambda node: items(node, "a list of statements"), NO_NODES)
    shapes = Noted(lambda node: items(node, "a list of shapes"), NO_NODES)
    formulas = Noted(lambda node: items(node, "a list of formulas"), NO_NODES)
    paper, authors, year = words(3)


def read_paper(path: Path) -> Paper:
    """The claims in a file.

    :raises CostcalcError: with every problem of the file.
    """
    name = stem(path, "claims")
    return read_as(CLAIMS, path, lambda root: _paper(root, name, shown(path)))


def read_claims(source: str, name: str = "claims") -> Paper:
    """The claims in a text; ``name`` stands for the file."""
    return _paper(read_text(source, name), name, name)


def _paper(root: Node, name: str, file: str) -> Paper:
    problems = Named()
    said = _Claims(root, problems)
    infos, figures = _tables(said, said.headings, name, problems)
    figures += _statements(said, name, problems)
    shapes = []
    for node in said.shapes:
        with problems.collected():
            table, info = read_shapes(node, problems)
            shapes.append(table)
            infos.setdefault(info.name, info)
    formulas = []
    for node in said.formulas:
        with problems.collected():
            formulas.append(read_formulas(node, name, problems))
    if not problems.found and not (figures or shapes or formulas):
        problems.add(root, "the file claims nothing", "tables: or statements:")
    problems.raise_if_any()
    return Paper(
        *(name, said.paper or name, said.authors, said.year, file),
        tables=tuple(infos.values()),
        figures=tuple(figures),
        shapes=tuple(shapes),
        formulas=tuple(formulas),
    )


def _tables(
    said: _Claims, headings: Words, paper: str, problems: Named
) -> tuple[dict[str, TableInfo], list[Figure]]:
    """The printed tables of costs; no two of one name."""
    infos: dict[str, TableInfo] = {}
    figures: list[Figure] = []
    for node in said.tables:
        with problems.collected():
            reader = TableReader(node, paper, headings, problems)
            if reader.table in infos:
                problems.add(node, f"table {reader.table!r} twice", "give it its own name")
            infos[reader.table] = reader.info
            figures += reader.figures()
    return infos, figures


def _statements(said: _Claims, paper: str, problems: Named) -> list[Figure]:
    """The figures in sentences; no two claims of one name."""
    figures: list[Figure] = []
    claims: set[str] = set()
    for node in said.statements:
        with problems.collected():
            statement = Statement(node, problems)
            figures += read_statement(statement, paper, problems)
            if statement.claim in claims:
                claim = statement.values["claim"]
                problems.add(claim, f"claim {statement.claim!r} twice", "give it its own name")
            claims.add(statement.claim)
    return figures


# -- printed formulas -----------------------------------------------------------------------------


def _metrics(node: Node) -> tuple[str, ...]:
    listed = node.items if isinstance(node, List) else [node]
    return tuple(one_of(item, "metric", (*COSTS, "channels")) for item in listed)


class _Formula(Record):
    what = "a formula"
    called = "the formula"
    formula = Field(lambda node: text(node, "a label"))
    metric = Field(_metrics)
    of = Field(as_written)
    title, text, printed, equals, approximately, repeats, expect, note = words(8)
    against = Field(as_written, None)


def read_formulas(node: Node, paper: str, problems: Named) -> FormulaClaim:
    before = len(problems.found)
    said = _Formula(node, problems)
    if "printed" not in said.values and "approximately" not in said.values:
        raise node.error("the formula prints nothing", "printed: or approximately:")
    metrics = said.metric
    (of,) = read_target(said.of, problems)
    against = None
    if said.against is not None:
        (against,) = read_target(said.against, problems)
    claim = FormulaClaim(
        paper,
        said.formula,
        said.title or said.text,
        metrics,
        said.printed,
        said.equals,
        said.approximately,
        of,
        against,
        said.repeats,
        said.expect,
        said.note,
        node.place,
    )
    _check_letters(said, claim, problems, before)
    return claim


def _check_letters(said: _Formula, claim: FormulaClaim, problems: Named, before: int) -> None:
    """Notes what is no formula, and in one that has no problems (``before`` it there were some) a
    part of a network without a closed form and letters that nothing here has."""
    trees = {}
    for key in ("printed", "equals", "approximately"):
        if key in said.values:
            try:
                trees[key] = parse(text(said.values[key], "a formula"))
            except NotAFormula as error:
                problems.add(said.values[key], str(error), error.hint)
    if len(problems.found) > before:
        return
    for key, tree in trees.items():
        try:
            found = described(claim, names(tree))
        except Cannot as error:
            problems.add(said.node, str(error))
            return
        for message, hint in found.letters.problems:
            problems.add(said.values[key], message, hint)
    for metric in claim.metrics if claim.against is not None and trees else ():
        if metric in COSTS and found.sides[-1].cost(metric) == 0:
            message = f"there is no ratio: this operator has no {metric}"
            problems.add(said.values["against"], message)
