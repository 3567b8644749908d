"""The diagnosis of a paper: the causes of each figure that differs are tried and weighed, then what
reaches beyond its column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial

from costcalc.algebra.amounts import UNCHECKED
from costcalc.papers.claims.claims import COSTS, ROWS, SHAPE, TEXT, grouped
from costcalc.papers.claims.references import Index
from costcalc.papers.diagnosis.cause import CostColumn, Fit, Sentences, listed
from costcalc.papers.diagnosis.causes import CELLS, COUNTS, DEPTHS, FIGURES, SENTENCES
from costcalc.papers.diagnosis.causes.digits import misprint_after
from costcalc.papers.diagnosis.causes.structure import repeat_count
from costcalc.papers.diagnosis.evidence import (
    DOUBT,
    LEAST,
    MARGIN,
    Claimed,
    best_of,
    by_chance,
    holds_for,
)
from costcalc.papers.verify.figures import Checker, Key
from costcalc.papers.verify.shapes import Reading
from costcalc.papers.verify.verdicts import Hypothesis, Id, Verdict

Diagnoses = dict[Id, tuple[Hypothesis, ...]]

#: A wrong copy is certain: the page itself says that the two are the same.
COPIED_WEIGHT = 1.0
#: How likely it is that a slip of another table was made again.
AGAIN_PRIOR = Fraction(1, 4)


def diagnose_figures(checker: Checker, paper: str, judged: Sequence[Verdict]) -> Iterator[Verdict]:
    """The verdicts on the figures of a paper, with a diagnosis for those that differ."""
    columns = grouped(judged, lambda v: v.figure.key)
    diagnoses: Diagnoses = {}
    costs = [_cost_column(checker, columns, key) for key in columns if key in checker.columns]
    for column in costs:
        explain(column)
    held = [(column, _held(column)) for column in costs]
    for column in costs:
        others = (h for c, h in held if c is not column and c.metric == column.metric)
        slips = {text: where for h in others for text, where in h.items()}
        diagnoses |= diagnose_column(column, slips)
    for key, own in columns.items():
        if key not in checker.columns and key[1] != TEXT and key[2] == "depth":
            counted = _counted(own)
            diagnoses |= {
                v.figure.id: tuple(h for c in DEPTHS for h in c(checker.networks, counted, v))
                for v in counted
                if v.differs
            }
    sentences = Sentences(checker.quantities(paper), judged)
    for verdict in judged:
        if verdict.differs:
            diagnosis = diagnoses.get(verdict.figure.id, ())
            if verdict.figure.table == TEXT:
                diagnosis = best_of(h for cause in SENTENCES for h in cause(sentences, verdict))
            verdict = verdict._replace(diagnosis=diagnosis)
        yield verdict


def _cost_column(checker: Checker, columns: dict[Key, list[Verdict]], key: Key) -> CostColumn:
    paper, table, metric = key
    sisters = [
        _counted(columns[other])
        for other in checker.columns
        if other != key and (other[0], other[2]) == (paper, metric)
    ]
    depths = {
        v.figure.row: int(v.figure.printed)
        for v in columns.get((paper, table, "depth"), ())
        if v.figure.printed.isdecimal()
    }
    column, verdicts = checker.columns[key], _counted(columns[key])
    return CostColumn(checker.networks, column, verdicts, list(filter(None, sisters)), depths)


def explain(column: CostColumn) -> None:
    """Try every cause of the column's figures, where any differs."""
    if column.wrong:
        for cause in COUNTS:
            column.explain(cause(column))


def _held(column: CostColumn) -> dict[str, str]:
    """What was counted wrong by the hypotheses that hold in the column, with what they hold for."""
    return {
        fit.alternative.text: holds
        for fit in column.fits
        if fit.alternative.general
        for holds in [_holds(column, fit, v) for v in column.wrong if fit.explains(v.figure)]
        if holds
    }


def diagnose_column(column: CostColumn, slips: Mapping[str, str] = {}) -> Diagnoses:
    """Hypotheses for every figure of the column that differs. ``slips`` are those that hold in
    other tables of the paper, with what they hold for: they may have been made again."""
    return {v.figure.id: best_of(_hypotheses(column, v, slips)) for v in column.wrong}


def _hypotheses(
    column: CostColumn, verdict: Verdict, slips: Mapping[str, str]
) -> Iterator[Hypothesis]:
    for fit in column.fits:
        if fit.explains(verdict.figure):
            yield from _weighed(column, fit, verdict, slips)
    for cause in FIGURES:
        yield from cause(column, verdict)


def _holds(column: CostColumn, fit: Fit, verdict: Verdict) -> str:
    slip = partial(misprint_after, fit)
    claimed = Claimed(fit.gives, fit.explains, slip, min(_prior(column, fit), Fraction(1)))
    return holds_for(verdict, column.groups, claimed)


def _prior(column: CostColumn, fit: Fit) -> Fraction:
    """How likely it is before anything is seen; half of that for each figure whose digits it would
    have cut off where it rounds most, or the other way round."""
    given = [v.figure for v in column.verdicts if fit.gives(v.figure)]
    modes = [column.written(fit.alternative, figure) for figure in given]
    odd = min(modes.count((True, False)), modes.count((False, True)))
    return fit.alternative.prior * Fraction(1, 2**odd)


def _weighed(
    column: CostColumn, fit: Fit, verdict: Verdict, slips: Mapping[str, str]
) -> Iterator[Hypothesis]:
    """What a fit says of one figure that it explains; nothing if that is no better than chance."""
    prior, holds = _prior(column, fit), _holds(column, fit, verdict)
    kind, text, general = fit.alternative.kind, fit.alternative.text, fit.alternative.general
    if holds:
        votes = len(fit.rows) - fit.alternative.fitted
        weight = float(prior) ** (1 / max(votes, 1))
        given = [v for v in column.verdicts if fit.gives(v.figure)]
        gives = f"gives {len(given)} of the column's {len(column.verdicts)} figures"
        evidence = f"{gives}, the count {sum(not v.differs for v in given)}"
        yield Hypothesis(kind, text, evidence, f"holds for {holds}", weight, holds, general)
        return
    if text in slips:
        prior = max(prior, AGAIN_PRIOR / len(slips))
    mended = [v for v in column.wrong if fit.explains(v.figure)]
    if prior < LEAST or by_chance(mended[fit.alternative.fitted :]) > DOUBT * prior:
        return
    evidence = f"gives {listed([v.figure.printed for v in mended])}"
    if text in slips:
        text = f"{text}, which also gives {slips[text]}"
    predicts = _predicted(column, fit)
    yield Hypothesis(kind, text, evidence, predicts, float(prior), "", general, fit.rows)


def _predicted(column: CostColumn, fit: Fit) -> str:
    """What an alternative that does not hold says of the other figures."""
    told = [v for v in column.verdicts if fit.alternative.known(v.figure) is not None]
    against = [v.figure.row for v in told if not v.differs and not fit.gives(v.figure)]
    if against:
        return f"would change {listed(against)}, which agree{'s' * (len(against) == 1)}"
    if len(told) == 1:
        return "says nothing of the other rows"
    given = sum(fit.gives(v.figure) for v in told)
    return f"gives {given} of {len(told)} figures of the column" if given > 1 else "gives no other"


def _counted(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return [v for v in verdicts if v.computed is not None]


def diagnose_cells(readings: Iterable[Reading]) -> list[Verdict]:
    """The verdicts on the cells of a layer table, with a diagnosis for those that differ."""
    cells: list[Verdict] = []
    for reading in readings:
        first = len(cells)
        cells += reading.verdicts
        if reading.mended:
            table, others = cells[first].figure.table, len(reading.verdicts) - 1
            mended = repeat_count(reading.mended, table, others)
            cells[first] = cells[first]._replace(diagnosis=(mended,))
    return [
        v._replace(diagnosis=tuple(h for cause in CELLS for h in cause(cells, v)))
        if v.differs and v.figure.row.split(", ")[-1] != ROWS
        else v
        for v in cells
    ]


def shared(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts, where a hypothesis holds for more than its column: for all costs that a row
    prints, or for one network's figures in all tables of the paper."""
    costs = [
        v
        for v in verdicts
        if v.figure.metric in COSTS
        and v.figure.table != TEXT
        and v.verdict != UNCHECKED
        and not v.figure.repeats
        and v.figure.of
    ]
    rows = grouped(costs, lambda v: (v.figure.paper, v.figure.table, v.figure.row))
    networks = grouped(costs, lambda v: (v.figure.paper, v.figure.of[0].spec, v.figure.metric))
    diagnoses: Diagnoses = {}
    for name, members in (
        *((f"all costs of row {row}", group) for (_, _, row), group in rows.items()),
        *((_of_network(group), group) for group in networks.values()),
    ):
        if len(members) < 2 or not all(v.differs for v in members):
            continue
        common = set.intersection(*({h.text for h in v.diagnosis if h.general} for v in members))
        chance = by_chance(members) * MARGIN
        for verdict in members:
            diagnoses[verdict.figure.id] = tuple(
                _reaching(h, name, members)
                if h.text in common and not h.holds and chance <= h.weight
                else h
                for h in diagnoses.get(verdict.figure.id, verdict.diagnosis)
            )
    return [v._replace(diagnosis=diagnoses.get(v.figure.id, v.diagnosis)) for v in verdicts]


def _of_network(group: Sequence[Verdict]) -> str:
    figure = group[0].figure
    tables = dict.fromkeys(v.figure.table for v in group)
    return f"all {len(group)} rows on {figure.of[0].spec} in {listed(list(tables))}"


def _reaching(hypothesis: Hypothesis, name: str, members: Sequence[Verdict]) -> Hypothesis:
    evidence = f"gives {' and '.join(v.figure.printed for v in members)}"
    return hypothesis._replace(evidence=evidence, predicts=f"holds for {name}", holds=name, fits=())


def repeated(index: Index, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts, where a figure that is printed several times has one diagnosis; or, where a
    repeat is not what it repeats, says that it was copied wrong."""
    by_id = {verdict.figure.id: verdict for verdict in verdicts}
    firsts: dict[Id, Verdict] = {}
    copies: dict[Id, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.differs and verdict.figure.metric != SHAPE:
            original = index.original(verdict.figure)
            if original is not None and original.id in by_id:
                first = firsts[verdict.figure.id] = by_id[original.id]
                if first.figure.printed == verdict.figure.printed:
                    copies.setdefault(first.figure.id, []).append(verdict)
    diagnoses = {v.figure.id: v.diagnosis for v in verdicts}
    for verdict_id, first in firsts.items():
        diagnoses[verdict_id] = _of_repeat(by_id[verdict_id], first, copies)
    return [v._replace(diagnosis=diagnoses[v.figure.id]) for v in verdicts]


def _of_repeat(
    verdict: Verdict, first: Verdict, copies: dict[Id, list[Verdict]]
) -> tuple[Hypothesis, ...]:
    """The diagnosis of a figure, with what holds wherever it is printed again."""
    if first.figure.printed != verdict.figure.printed:
        text = f"copied wrong: {verdict.figure.repeats} prints {first.figure.printed}"
        slip = Hypothesis("copied wrong", text, "it is said to be the same", "", COPIED_WEIGHT)
        return (slip, *verdict.diagnosis)
    if first.explained is not None:
        return first.diagnosis
    said = [h for v in copies[first.figure.id] for h in v.diagnosis]
    # a coarser column elsewhere does not clear what this one or another contradicts
    refuted = {h.text for h in said if not h.holds}
    return best_of([*first.diagnosis, *(h for h in said if h.holds and h.text not in refuted)])
