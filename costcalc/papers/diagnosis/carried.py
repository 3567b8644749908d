"""Diagnoses that reach beyond their column: to the row's other figure, to repeats elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from costcalc.algebra.printed import DIFFERS, UNCHECKED
from costcalc.papers.claims.claims import COSTS
from costcalc.papers.claims.references import Index
from costcalc.papers.diagnosis.column import best_of
from costcalc.papers.diagnosis.fits import listed
from costcalc.papers.diagnosis.groups import beyond_chance
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

#: Kinds that say what was counted; the others speak of the digits of one figure.
_COUNTED = (
    "double or half",
    "classifier",
    "other classes",
    "other parameter",
    "other network",
    "one layer",
)


def shared(verdicts: list[Verdict]) -> list[Verdict]:
    """The verdicts, where a hypothesis holds for more than its column: for all costs that a row
    prints, or for one network's figures in all tables of the paper."""
    costs = [
        v
        for v in verdicts
        if v.figure.metric in COSTS
        and v.figure.table != "text"
        and v.verdict != UNCHECKED
        and not v.figure.repeats
        and v.figure.of
    ]
    rows = _grouped(costs, lambda v: (v.figure.paper, v.figure.table, v.figure.row))
    networks = _grouped(costs, lambda v: (v.figure.paper, v.figure.of[0].spec, v.figure.metric))
    told: dict[object, tuple[Hypothesis, ...]] = {}
    for name, members in (
        *((f"all costs of row {group[0].figure.row}", group) for group in rows),
        *((_of_network(group), group) for group in networks),
    ):
        common = _common(members)
        for verdict in members:
            diagnosis = told.get(verdict.figure.id, verdict.diagnosis)
            told[verdict.figure.id] = tuple(
                _reaching(h, name, members)
                if h.text in common and not h.holds and beyond_chance(members, Fraction(h.weight))
                else h
                for h in diagnosis
            )
    return [v._replace(diagnosis=told.get(v.figure.id, v.diagnosis)) for v in verdicts]


def _grouped(
    verdicts: Iterable[Verdict], key: Callable[[Verdict], tuple[str, ...]]
) -> list[list[Verdict]]:
    """Groups of several figures that all differ."""
    groups: dict[tuple[str, ...], list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(key(verdict), []).append(verdict)
    return [
        group
        for group in groups.values()
        if len(group) > 1 and all(v.verdict == DIFFERS for v in group)
    ]


def _of_network(group: Sequence[Verdict]) -> str:
    figure = group[0].figure
    tables = dict.fromkeys(v.figure.table for v in group)
    return f"all {len(group)} rows on {figure.of[0].spec} in {listed(list(tables))}"


def _common(members: Sequence[Verdict]) -> set[str]:
    """What the diagnoses of all members say."""
    texts = [{h.text for h in v.diagnosis if h.kind in _COUNTED} for v in members]
    return set.intersection(*texts)


def _reaching(hypothesis: Hypothesis, name: str, members: Sequence[Verdict]) -> Hypothesis:
    evidence = f"gives {' and '.join(v.figure.printed for v in members)}"
    return hypothesis._replace(evidence=evidence, predicts=f"holds for {name}", holds=name)


def repeated(index: Index, verdicts: list[Verdict]) -> list[Verdict]:
    """The verdicts, where a figure that is printed several times has one diagnosis; or, where a
    repeat is not what it repeats, says that it was copied wrong."""
    by_id = {verdict.figure.id: verdict for verdict in verdicts}
    firsts: dict[object, Verdict] = {}
    copies: dict[object, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.verdict != DIFFERS or verdict.figure.metric == "shape":
            continue
        original = index.original(verdict.figure)
        first = by_id.get(original.id) if original is not None else None
        if first is not None:
            firsts[verdict.figure.id] = first
            if first.figure.printed == verdict.figure.printed:
                copies.setdefault(first.figure.id, []).append(verdict)
    result = []
    for verdict in verdicts:
        first = firsts.get(verdict.figure.id)
        if first is not None and first.figure.printed != verdict.figure.printed:
            text = f"copied wrong: {verdict.figure.repeats} prints {first.figure.printed}"
            slip = Hypothesis("copied wrong", text, "it is said to be the same", "", 1.0)
            verdict = verdict._replace(diagnosis=(slip, *verdict.diagnosis))
        elif first is not None:
            verdict = verdict._replace(diagnosis=_pooled(first, copies[first.figure.id]))
        result.append(verdict)
    return result


def _pooled(first: Verdict, copies: Sequence[Verdict]) -> tuple[Hypothesis, ...]:
    """The diagnosis of a figure, with what holds wherever it is printed again."""
    if first.explained is not None:
        return first.diagnosis
    said = [h for v in copies for h in v.diagnosis]
    # a coarser column elsewhere does not clear what this one or another contradicts
    refuted = {h.text for h in said if not h.holds}
    return best_of([*first.diagnosis, *(h for h in said if h.holds and h.text not in refuted)])
