"""Reading what a paper's text states: figures in sentences, and comparisons in words."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from costcalc.algebra.amounts import UNITS, plain, read_printed
from costcalc.errors import did_you_mean
from costcalc.graph.selection import Target
from costcalc.papers.claims.claims import COSTS, KINDS, STATED, TEXT, Figure
from costcalc.papers.claims.operators import PAIR, names_in
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
from costcalc.papers.claims.words import (
    AT_LEAST,
    AT_MOST,
    COMPARED,
    HEDGES,
    Allowed,
    allowed,
    bound,
    read_means,
)
from costcalc.source.nodes import List, Mapping, Node
from costcalc.source.record import Field, Record, mapping, nodes, one_of, text, words

METRICS = (*COSTS, *STATED, "time")


def _expected(node: Node) -> Words:
    """A note for all figures of the statement (under no name), or one per metric."""
    return read_words(node) if isinstance(node, Mapping) else {"": text(node, "a note")}


class Statement(Record):
    what = "a statement"
    called = "the statement"
    claim = Field(lambda node: text(node, "a name"))
    kind = Field(lambda node: one_of(node, "kind", KINDS))
    figures = Field(lambda node: mapping(node, "{metric: printed text}"))
    unit = Field(lambda node: one_of(node, "unit", UNITS), "")
    means: Field[tuple[str, ...]] = Field(read_means, ())
    #: An unknown one says nothing that could be checked.
    hedge = Field(lambda node: one_of(node, "hedge", HEDGES), "")
    at = Field(read_words, NO_WORDS)
    open = Field(read_choices, NO_CHOICES)
    each = Field(read_choices, NO_CHOICES)
    expect = Field(_expected, NO_WORDS)
    where, repeats, unchecked, note, text = words(5)
    of, against, over = nodes(3)


def read_statement(said: Statement, paper: str, problems: Named) -> Iterator[Figure]:
    """The figures of one statement; each stands in the table ``text``."""
    kind = said.kind
    _refuse_words(said)
    of, against = _compared(said, problems)
    over = _over(said.over, of, against, problems)
    _check_names(said, (*of, *([against] if against else [])), over, problems)
    specs = tuple(target.spec for target in of)
    unit = said.unit or ("%" if kind.endswith("%") else "")
    expected = said.expect
    for metric, node in said.figures.values.items():
        if metric not in METRICS and not metric.startswith("time "):
            hint = did_you_mean(metric, METRICS)
            problems.add(said.figures.keys[metric], f"unknown metric {metric!r}", hint)
            continue
        printed = plain(text(node, "a printed figure"))
        means, allows = _allowed(said, printed, unit)
        if allows is None and not said.unchecked and read_printed(printed, unit) is None:
            problems.add(node, f"{printed!r} is not a number", "means: the number it stands for")
        yield Figure(
            *(paper, TEXT, said.claim, metric, unit, printed, node.place, kind, of, against),
            open=problems.parameters(specs, said.open),
            each=problems.parameters(specs, said.each),
            means=means,
            allows=allows,
            hedge=said.hedge,
            over=over,
            repeats=said.repeats,
            unchecked=said.unchecked,
            expect=expected.get(metric, expected.get("", "")),
            note=said.note,
            text=said.text,
        )


def _refuse_words(said: Statement) -> None:
    """A range is no bound, and ``less`` and ``more`` say what they mean themselves."""
    if len(said.means) == 2 and said.hedge in (*AT_LEAST, *AT_MOST):
        message = f"a range is not {said.hedge!r} anything"
        raise said.values["hedge"].error(message, "means: one number")
    for key in ("means", "hedge"):
        if said.kind in COMPARED and key in said.values:
            message = f"{said.kind!r} takes no {key}"
            raise said.values[key].error(message, "kind: ratio, for a figure in words")


def _allowed(
    said: Statement, printed: str, unit: str
) -> tuple[tuple[Fraction, ...], Allowed | None]:
    """What a word, a range or a bound means, and the values that it leaves; nothing for a number
    that its digits are the tolerance of."""
    if said.kind in COMPARED:
        return (Fraction(1),), COMPARED[said.kind]
    words = said.means or bound(printed, unit, said.hedge)
    means = tuple(Fraction(word) * UNITS[unit] for word in words)
    return means, allowed(words, unit, said.hedge) if words else None


def _compared(said: Statement, problems: Named) -> tuple[tuple[Target, ...], Target | None]:
    """What the figures hold for and what they are compared with, with the bindings of both."""

    def targets(node: Node | None) -> tuple[Target, ...]:
        listed = node.items if isinstance(node, List) else [node] if node is not None else []
        read = [target for item in listed for target in read_target(item, problems)]
        return tuple(
            target._replace(at={**problems.parameters((target.spec,), said.at), **target.at})
            for target in read
        )

    of, others = targets(said.of), targets(said.against)
    against = others[0] if others else None
    if len(others) > 1:
        message = f"{len(others)} things to compare with"
        raise said.values["against"].error(message, "a statement for each")
    if against is not None and any(bool(target.row) != bool(against.row) for target in of):
        message = "a printed row is compared with a printed row"
        raise said.values["against"].error(message, "of: {row: …} against: {row: …}")
    if not of and not said.unchecked:
        raise said.node.error(
            "the statement names nothing to check", "of: a target, or unchecked: why"
        )
    if (against is None) == (said.kind != "value") and not said.unchecked:
        needs = f"a {said.kind} needs {'no' if said.kind == 'value' else 'its'} `against`"
        raise said.node.error(needs)
    return of, against


def _check_names(said: Statement, targets: tuple[Target, ...], over: str, problems: Named) -> None:
    """The parameters and symbols that the whole statement binds or leaves open."""
    specs = tuple(target.spec for target in targets if target.spec)
    at = written(said.values.get("at"))
    if any(target.layer for target in targets):
        used = {name for target in targets for name in names_in(target.layer)}
        problems.symbols({*used, *(PAIR if over else ())}, at)
    problems.bound(specs, at)
    problems.opened(specs, said.values.get("open"))
    problems.opened(specs, said.values.get("each"), every=True)


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
