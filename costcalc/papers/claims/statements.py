"""Reading what a paper's text states: figures in sentences, and printed formulas."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from fractions import Fraction

from costcalc.algebra.printed import UNITS, plain, read_printed
from costcalc.errors import did_you_mean
from costcalc.graph.selection import Target
from costcalc.papers.claims.claims import COSTS, KINDS, STRUCTURAL, TEXT, Figure, FormulaClaim
from costcalc.papers.claims.formulas import NotAFormula, parse
from costcalc.papers.claims.named import Named, written
from costcalc.papers.claims.operators import PAIR, costs_nothing, names_in
from costcalc.papers.claims.targets import (
    optional,
    read_choices,
    read_spec,
    read_target,
    read_words,
)
from costcalc.papers.claims.words import AT_LEAST, AT_MOST, allowed, bound, read_hedge, read_means
from costcalc.source.nodes import List, Mapping, Node
from costcalc.source.record import items, mapping, only_keys, text

STATEMENT_KEYS = (
    "claim",
    "text",
    "where",
    "kind",
    "figures",
    "unit",
    "means",
    "hedge",
    "of",
    "against",
    "at",
    "open",
    "over",
    "repeats",
    "unchecked",
    "expect",
    "note",
)
FORMULA_KEYS = (
    "formula",
    "title",
    "text",
    "metric",
    "printed",
    "equals",
    "approximately",
    "of",
    "against",
    "repeats",
    "expect",
    "note",
)
METRICS = (*COSTS, *STRUCTURAL, "time")


def read_statements(node: Node, paper: str, problems: Named) -> Iterator[Figure]:
    """The figures of one statement; each stands in the table ``text``."""
    table = mapping(node, "a statement")
    only_keys(table, STATEMENT_KEYS, problems)
    values = table.values
    for key in ("claim", "kind", "figures"):
        if key not in values:
            raise node.error(f"the statement has no {key!r}")
    kind = text(values["kind"], "a kind")
    if kind not in KINDS:
        raise values["kind"].error(f"unknown kind {kind!r}", f"one of {', '.join(KINDS)}")
    at = read_words(values["at"]) if "at" in values else {}
    of = _with(read_target(values["of"], problems), at) if "of" in values else ()
    against = (
        _with(read_target(values["against"], problems), at)[0] if "against" in values else None
    )
    excused = optional(table, "unchecked")
    if not of and not excused:
        raise node.error("the statement names nothing to check", "of: a target, or unchecked: why")
    if (against is None) == (kind != "value") and not excused:
        raise node.error(f"a {kind} needs {'no' if kind == 'value' else 'its'} `against`")
    over = _over(values.get("over"), of, against, problems)
    targets = (*of, *([against] if against else []))
    _check_names(table, targets, over, problems)
    unit = optional(table, "unit") or ("%" if kind.endswith("%") else "")
    if unit not in UNITS:
        raise values["unit"].error(f"unknown unit {unit!r}", ", ".join(filter(None, UNITS)))
    written = read_means(values.get("means"))
    hedge = read_hedge(values.get("hedge"))
    if len(written) == 2 and hedge in (*AT_LEAST, *AT_MOST):
        raise values["hedge"].error(f"a range is not {hedge!r} anything", "means: one number")
    expected = _expected(values.get("expect"))
    figures = mapping(values["figures"], "{metric: printed text}")
    for metric, printed in figures.values.items():
        if metric not in METRICS:
            hint = did_you_mean(metric, METRICS)
            problems.add(figures.keys[metric], f"unknown metric {metric!r}", hint)
            continue
        shown = plain(text(printed, "a printed figure"))
        words = written or bound(shown, unit, hedge)
        if not words and not excused and read_printed(shown, unit) is None:
            problems.add(printed, f"{shown!r} is not a number", "means: the number it stands for")
        yield Figure(
            paper,
            TEXT,
            text(values["claim"], "a name"),
            metric,
            unit,
            shown,
            printed.place,
            kind=kind,
            of=of,
            against=against,
            open=read_choices(values["open"]) if "open" in values else {},
            means=tuple(Fraction(word) * UNITS[unit] for word in words),
            allows=allowed(words, unit, hedge) if words else None,
            hedge=hedge,
            over=over,
            repeats=optional(table, "repeats"),
            unchecked=excused,
            expect=expected.get(metric, expected.get("", "")),
            note=optional(table, "note"),
            text=optional(table, "text"),
        )


def _with(targets: tuple[Target, ...], at: object) -> tuple[Target, ...]:
    """The targets with the bindings that the statement gives for both sides."""
    assert isinstance(at, dict)
    return tuple(t._replace(at={**at, **t.at}) for t in targets)


def _expected(node: Node | None) -> Dict[str, str]:
    """A note for all figures of the statement (under no name), or one per metric."""
    if node is None:
        return {}
    return read_words(node) if isinstance(node, Mapping) else {"": text(node, "a note")}


def _check_names(table: Mapping, targets: tuple[Target, ...], over: str, problems: Named) -> None:
    """The parameters and symbols that the whole statement binds or leaves open."""
    specs = tuple(target.spec for target in targets if target.spec)
    at = written(table.values.get("at"))
    if len(specs) < len(targets):
        used = {name for target in targets for name in names_in(target.layer)}
        problems.symbols({*used, *(PAIR if over else ())}, at)
    problems.bound(specs, at)
    problems.opened(specs, table.values.get("open"))


def _over(
    node: Node | None, of: tuple[Target, ...], against: Target | None, problems: Named
) -> str:
    if node is None:
        return ""
    if len(of) != 1 or against is None or not (of[0].layer and against.layer):
        hint = "of: {layer: separable, …}, against: {layer: standard, …}"
        raise node.error("over compares two operators in each layer of a network", hint)
    table: Mapping = mapping(node, "{layers of: a network}")
    if list(table.values) != ["layers of"]:
        raise node.error("unknown range", "over: {layers of: a network}")
    return read_spec(table.values["layers of"], problems)


def read_formulas(node: Node, paper: str, problems: Named) -> FormulaClaim:
    """One printed formula."""
    table = mapping(node, "a formula")
    only_keys(table, FORMULA_KEYS, problems)
    values = table.values
    for key in ("formula", "metric", "of"):
        if key not in values:
            raise node.error(f"the formula has no {key!r}")
    if "printed" not in values and "approximately" not in values:
        raise node.error("the formula prints nothing", "printed: or approximately:")
    listed = values["metric"]
    metrics = tuple(
        text(i, "a metric") for i in (items(listed, "") if isinstance(listed, List) else [listed])
    )
    for metric in metrics:
        if metric not in (*COSTS, "channels"):
            raise listed.error(f"unknown metric {metric!r}", ", ".join((*COSTS, "channels")))
    (of,) = read_target(values["of"], problems)
    against = None
    if "against" in values:
        (against,) = read_target(values["against"], problems)
    for target in (of, against):
        if target is not None and not target.layer:
            raise node.error("formulas are of operators", "of: {layer: standard, kernel: k, …}")
    for metric in metrics:
        if against is not None and costs_nothing(against.layer, metric):
            raise values["against"].error(f"there is no ratio: this operator has no {metric}")
    for key in ("printed", "equals", "approximately"):
        if key in values:
            try:
                parse(text(values[key], "a formula"))
            except NotAFormula as error:
                problems.add(values[key], str(error), error.hint)
    return FormulaClaim(
        paper,
        text(values["formula"], "a label"),
        optional(table, "title") or optional(table, "text"),
        metrics,
        optional(table, "printed"),
        optional(table, "equals"),
        optional(table, "approximately"),
        of,
        against,
        optional(table, "repeats"),
        optional(table, "expect"),
        optional(table, "note"),
        node.place,
    )
