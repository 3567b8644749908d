"""Claims files: YAML to a :class:`~costcalc.papers.claims.claims.Paper`; all problems at once.

Here is what a paper's text states, figures in sentences and printed formulas; its tables are read
by :mod:`costcalc.papers.claims.tables`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from costcalc.algebra.amounts import UNITS, plain, read_printed
from costcalc.errors import did_you_mean
from costcalc.graph.selection import Cannot, Target
from costcalc.papers.claims.claims import (
    COSTS,
    KINDS,
    STRUCTURAL,
    TEXT,
    Figure,
    FormulaClaim,
    Paper,
    TableInfo,
)
from costcalc.papers.claims.formulas import NotAFormula, names, parse
from costcalc.papers.claims.operators import PAIR, names_in
from costcalc.papers.claims.parts import described
from costcalc.papers.claims.tables import TableReader, read_shapes
from costcalc.papers.claims.targets import (
    NO_CHOICES,
    NO_WORDS,
    Named,
    Words,
    read_choices,
    read_spec,
    read_target,
    read_words,
    written,
)
from costcalc.papers.claims.words import AT_LEAST, AT_MOST, allowed, bound, read_hedge, read_means
from costcalc.source.files import CLAIMS, shown, stem
from costcalc.source.nodes import List, Mapping, Node
from costcalc.source.reader import read_as, read_text
from costcalc.source.record import (
    Field,
    Noted,
    Record,
    as_written,
    items,
    mapping,
    nodes,
    text,
    words,
)

METRICS = (*COSTS, *STRUCTURAL, "time")
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
            if reader.name in infos:
                message = f"table {reader.name!r} twice"
                problems.add(said.values["tables"], message, "give it its own")
            infos[reader.name] = reader.info
            figures += reader.figures()
    return infos, figures


def _statements(said: _Claims, paper: str, problems: Named) -> list[Figure]:
    """The figures in sentences; no two claims of one name."""
    figures: list[Figure] = []
    claims: set[str] = set()
    for node in said.statements:
        with problems.collected():
            statement = _Statement(node, problems)
            figures += read_statement(statement, paper, problems)
            if statement.claim in claims:
                claim = statement.values["claim"]
                problems.add(claim, f"claim {statement.claim!r} twice", "give it its own name")
            claims.add(statement.claim)
    return figures


# -- figures in sentences -------------------------------------------------------------------------


def _kind(node: Node) -> str:
    kind = text(node, "a kind")
    if kind not in KINDS:
        raise node.error(f"unknown kind {kind!r}", f"one of {', '.join(KINDS)}")
    return kind


def _unit(node: Node) -> str:
    unit = text(node, "a word")
    if unit not in UNITS:
        raise node.error(f"unknown unit {unit!r}", ", ".join(filter(None, UNITS)))
    return unit


def _expected(node: Node) -> Words:
    """A note for all figures of the statement (under no name), or one per metric."""
    return read_words(node) if isinstance(node, Mapping) else {"": text(node, "a note")}


class _Statement(Record):
    what = "a statement"
    called = "the statement"
    claim = Field(lambda node: text(node, "a name"))
    kind = Field(_kind)
    figures = Field(lambda node: mapping(node, "{metric: printed text}"))
    unit = Field(_unit, "")
    means: Field[tuple[str, ...]] = Field(read_means, ())
    hedge = Field(read_hedge, "")
    at = Field(read_words, NO_WORDS)
    open = Field(read_choices, NO_CHOICES)
    expect = Field(_expected, NO_WORDS)
    where, repeats, unchecked, note, text = words(5)
    of, against, over = nodes(3)


def read_statement(said: _Statement, paper: str, problems: Named) -> Iterator[Figure]:
    """The figures of one statement; each stands in the table ``text``."""
    kind = said.kind
    of, against = _compared(said, problems)
    over = _over(said.over, of, against, problems)
    _check_names(said, (*of, *([against] if against else [])), over, problems)
    unit = said.unit or ("%" if kind.endswith("%") else "")
    means, hedge = said.means, said.hedge
    if len(means) == 2 and hedge in (*AT_LEAST, *AT_MOST):
        raise said.values["hedge"].error(f"a range is not {hedge!r} anything", "means: one number")
    expected = said.expect
    for metric, node in said.figures.values.items():
        if metric not in METRICS:
            hint = did_you_mean(metric, METRICS)
            problems.add(said.figures.keys[metric], f"unknown metric {metric!r}", hint)
            continue
        printed = plain(text(node, "a printed figure"))
        words = means or bound(printed, unit, hedge)
        if not words and not said.unchecked and read_printed(printed, unit) is None:
            problems.add(node, f"{printed!r} is not a number", "means: the number it stands for")
        yield Figure(
            *(paper, TEXT, said.claim, metric, unit, printed, node.place, kind, of, against),
            open=said.open,
            means=tuple(Fraction(word) * UNITS[unit] for word in words),
            allows=allowed(words, unit, hedge) if words else None,
            hedge=hedge,
            over=over,
            repeats=said.repeats,
            unchecked=said.unchecked,
            expect=expected.get(metric, expected.get("", "")),
            note=said.note,
            text=said.text,
        )


def _compared(said: _Statement, problems: Named) -> tuple[tuple[Target, ...], Target | None]:
    """What the figures hold for and what they are compared with, with the bindings of both."""

    def targets(node: Node | None) -> tuple[Target, ...]:
        read = () if node is None else read_target(node, problems)
        return tuple(target._replace(at={**at, **target.at}) for target in read)

    at = said.at
    of = targets(said.of)
    against = next(iter(targets(said.against)), None)
    if not of and not said.unchecked:
        raise said.node.error(
            "the statement names nothing to check", "of: a target, or unchecked: why"
        )
    if (against is None) == (said.kind != "value") and not said.unchecked:
        needs = f"a {said.kind} needs {'no' if said.kind == 'value' else 'its'} `against`"
        raise said.node.error(needs)
    return of, against


def _check_names(said: _Statement, targets: tuple[Target, ...], over: str, problems: Named) -> None:
    """The parameters and symbols that the whole statement binds or leaves open."""
    specs = tuple(target.spec for target in targets if target.spec)
    at = written(said.values.get("at"))
    if len(specs) < len(targets):
        used = {name for target in targets for name in names_in(target.layer)}
        problems.symbols({*used, *(PAIR if over else ())}, at)
    problems.bound(specs, at)
    problems.opened(specs, said.values.get("open"))


def _over(
    node: Node | None, of: tuple[Target, ...], against: Target | None, problems: Named
) -> str:
    if node is None:
        return ""
    if len(of) != 1 or against is None or not (of[0].layer and against.layer):
        hint = "of: {layer: separable, …}, against: {layer: standard, …}"
        raise node.error("over compares two operators in each layer of a network", hint)
    table = mapping(node, "{layers of: a network}")
    if list(table.values) != ["layers of"]:
        raise node.error("unknown range", "over: {layers of: a network}")
    return read_spec(table.values["layers of"], problems)


# -- printed formulas -----------------------------------------------------------------------------


def _metrics(node: Node) -> tuple[str, ...]:
    listed = node.items if isinstance(node, List) else [node]
    metrics = tuple(text(item, "a metric") for item in listed)
    for metric in metrics:
        if metric not in (*COSTS, "channels"):
            raise node.error(f"unknown metric {metric!r}", ", ".join((*COSTS, "channels")))
    return metrics


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
        if found.sides[-1].costs_nothing(metric):
            message = f"there is no ratio: this operator has no {metric}"
            problems.add(said.values["against"], message)
