"""The report of ``costcalc check`` as a document: a summary, then what differs and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from costcalc.algebra.amounts import ROUNDS, UNCHECKED
from costcalc.papers.diagnosis.cause import listed
from costcalc.papers.run import Report
from costcalc.papers.verify.columns import Candidate
from costcalc.papers.verify.columns import Column as ConventionColumn
from costcalc.papers.verify.formulas import FormulaVerdict
from costcalc.papers.verify.times import TimeVerdict
from costcalc.papers.verify.verdicts import (
    Hypothesis,
    Tally,
    Verdict,
    cut_off_alone,
    diagnosed,
    tally,
)
from costcalc.report.document import Cell, Column, Document, Grid, numbers, texts

NONE_FITS = "no hypothesis fits"
NONE_HOLDS = "none holds for the table"


def check_document(report: Report, *, everything: bool = False) -> Document:
    """Summary per printed table, conventions, what differs with its likeliest cause; with
    ``everything`` every figure."""
    heading = ", ".join(paper.title for paper in report.papers)
    if len(report.papers) > 1:
        heading = f"{len(report.papers)} papers"
    of_formulas = bool(report.formulas) and not report.verdicts
    facts = [] if of_formulas else [("figures", summary(report.verdicts))]
    if any(v.differs for v in report.verdicts):
        facts.append(("differing", diagnosis_summary(report.verdicts)))
    if report.formulas:
        facts.append(("formulas", formula_summary(report.formulas)))
    grids = [] if of_formulas else [summary_grid(report)]
    if report.columns:
        grids.append(convention_grid(report))
    wrong = [v for v in report.verdicts if v.differs]
    if wrong or (everything and not of_formulas):
        notes: dict[str, int] = {}
        grids.append(figure_grid(report.verdicts if everything else wrong, notes))
        if notes:
            grids.append(note_grid(notes))
    told = [f for f in report.formulas if everything or f.verdict != "identical"]
    if told:
        grids.append(formula_grid(told))
    if report.times:
        grids.append(time_grid(report.times))
    return Document(heading, tuple(facts), tuple(grids), tuple(_lines(report)))


def _lines(report: Report) -> Iterator[tuple[str, str]]:
    """What is said below the tables."""
    unexpected = [v for v in report.verdicts if not v.as_expected]
    if unexpected:
        several = f"{len(unexpected)} verdicts are not those that the claims files expect"
        one = "1 verdict is not the one that its claims file expects"
        yield "unexpected", several if len(unexpected) > 1 else one
    for text in contradictions(report.columns):
        yield "contradiction", text
    for label, found in (
        ("remark", remarks(report.verdicts)),
        ("unchecked", unchecked_reasons(report.verdicts)),
    ):
        for text, count in found.items():
            yield label, f"{count}: {text}"


def time_grid(times: Sequence[TimeVerdict]) -> Grid:
    """How well fits explain measured times: errors of networks that they leave out."""
    columns = (
        Column("paper", wide=True),
        *texts("table", "measured"),
        *numbers("times", "coefficients", "off, median", "at worst", "by Mult-Adds alone"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            *(time.paper, time.table, time.metric),
            *(len(time.fit.times), len(time.fit.coefficients)),
            *time.fit.left_out,
            time.alone.left_out.median,
        )
        for time in times
    ]
    return Grid(columns, rows)


def remarks(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """What is to be said of figures that agree, and of how many."""
    return Counter(v.remark.partition(":")[0] for v in verdicts if v.remark and not v.differs)


def unchecked_reasons(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Why figures are unchecked, and how many for each reason."""
    reasons = (v.reason for v in verdicts if v.verdict == UNCHECKED)
    return Counter(reason.partition(", restored from")[0] for reason in reasons)


def figures_document(report: Report) -> Document:
    """Every figure with its verdict and nothing else, for CSV."""
    return Document("figures", (), (figure_grid(report.verdicts),))


def summary(verdicts: Sequence[Verdict]) -> str:
    """One sentence that adds up."""
    counts, alone = tally(verdicts), cut_off_alone(verdicts)
    agree = f"{counts.rounds + counts.truncates} agree"
    if alone:
        agree += f", {alone} of them only if cut off in a column that rounds"
    return (
        f"{counts.figures} = {counts.rounds} rounds + {counts.truncates} truncates + "
        f"{counts.differs} differs + {counts.unchecked} unchecked ({agree}; "
        f"{counts.repeats} repeat figures printed elsewhere)"
    )


def diagnosis_summary(verdicts: Iterable[Verdict]) -> str:
    """How many of the figures that differ are explained, in a sentence that adds up."""
    counts = diagnosed(verdicts)
    return (
        f"{sum(counts)} = {counts.hold} by a cause that holds for a group of figures + "
        f"{counts.fit} by one that only fits + {counts.none} by none"
    )


def formula_summary(formulas: Sequence[FormulaVerdict]) -> str:
    words = [f.verdict for f in formulas]
    return (
        f"{len(words)} = {words.count('identical')} identical + {words.count('corrected')} "
        f"identical after a correction + {words.count('different')} different"
    )


def summary_grid(report: Report) -> Grid:
    """One line per printed table."""
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in report.verdicts:
        groups.setdefault((verdict.figure.paper, verdict.figure.table), []).append(verdict)
    columns = (
        Column("paper", wide=True),
        Column("table"),
        *(Column(name, numeric=True) for name in Tally._fields),
    )
    rows: list[tuple[Cell, ...]] = [(*key, *tally(members)) for key, members in groups.items()]
    total: tuple[Cell, ...] = ("", "total", *tally(report.verdicts))
    return Grid(columns, rows, total)


def convention_grid(report: Report) -> Grid:
    """What each printed column counts, as the search found it."""
    columns = (
        Column("paper", wide=True),
        Column("table"),
        Column("column"),
        Column("counted as"),
        Column("digits", wide=True),
        Column("explains", numeric=True),
        Column("runner-up", wide=True),
        Column("explains", numeric=True, wide=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for column in report.columns:
        best, other = column.best, column.runner_up
        explains = f"{best.explained} of {best.of}"
        tie = " (explains as many)" if column.tied else ""
        second = "" if other is None else other.name + tie
        score = "" if other is None else f"{other.explained} of {other.of}"
        rows.append((*column.key, best.name, digits_of(best), explains, second, score))
    return Grid(columns, rows)


def digits_of(way: Candidate) -> str:
    """How a column's digits are written, and how many rows are written the other way."""
    other, number = "cut off" if way.mode == ROUNDS else "rounded", way.other_digits
    return way.mode + (f", {number} {other}" if number else "")


def contradictions(columns: Sequence[ConventionColumn]) -> list[str]:
    """Tables whose columns speak of different networks: what the page leaves open was found to be
    one thing for one column, another for the next."""
    tables: dict[tuple[str, str], list[ConventionColumn]] = {}
    for column in columns:
        tables.setdefault(column.key[:2], []).append(column)
    sentences = []
    for (paper, table), members in tables.items():
        names = dict.fromkeys(name for c in members for name in c.best.binding)
        for name in names:
            values = {c.key[2]: c.best.binding[name] for c in members if name in c.best.binding}
            # classes are not told apart by layers that have none
            if name != "classes" and len(set(values.values())) > 1:
                said = ", ".join(f"{metric} at {name} = {v}" for metric, v in values.items())
                sentences.append(f"{paper}, {table}: {said}; no one network gives both columns")
    return sentences


def figure_grid(verdicts: Sequence[Verdict], notes: dict[str, int] | None = None) -> Grid:
    """Figures with their verdicts and likeliest causes: in full, or as numbers of ``notes``, which
    takes them up. Many figures share a cause."""
    one_table = len({v.figure.table for v in verdicts}) == 1  # then it tells rows not apart
    columns = (
        Column("paper", wide=True),
        Column("table", wide=one_table, label=not one_table),
        Column("row", label=True),
        Column("metric", label=True),
        Column("printed", numeric=True),
        Column("should be", numeric=True),
        Column("verdict", wide=len({v.verdict for v in verdicts}) == 1),
        Column("difference", wide=True),
        Column("why"),
    )
    rows: list[tuple[Cell, ...]] = []
    for v in verdicts:
        figure = v.figure
        difference = v.difference_text if v.differs else ""
        causes = why(v)
        if notes is not None:
            causes = [f"[{notes.setdefault(cause, len(notes) + 1)}]" for cause in causes]
        rows.append(
            (
                figure.paper,
                figure.table,
                figure.row,
                f"{figure.metric} {figure.unit}".rstrip(),
                figure.printed,
                v.shown,
                v.verdict,
                difference,
                " or ".join(causes) if notes is not None else "; or: ".join(causes),
            )
        )
    return Grid(columns, rows)


def note_grid(notes: Mapping[str, int]) -> Grid:
    """What the numbers in the figures' last column say."""
    columns = (Column("why", numeric=True), Column("likeliest cause"))
    return Grid(columns, [(f"[{number}]", text) for text, number in notes.items()])


def _told(hypothesis: Hypothesis) -> str:
    parts = [part for part in (hypothesis.evidence, hypothesis.predicts) if part]
    return hypothesis.text + (f" ({'; '.join(parts)})" if parts else "")


def why(verdict: Verdict, told: Callable[[Hypothesis], str] = _told) -> list[str]:
    """The likeliest cause of a difference, with the likeliest that holds for a group of figures if
    that is another one; or why a figure is unchecked, or what is to be said of one that agrees."""
    if verdict.remark or not verdict.differs:
        return list(filter(None, (verdict.reason, verdict.remark)))
    if verdict.figure.assumed:
        bare = verdict._replace(figure=verdict.figure._replace(assumed=""))
        return [f"{said}; {verdict.figure.assumed}" for said in why(bare, told)]
    if not verdict.diagnosis:
        return [NONE_FITS]
    first, holding = verdict.diagnosis[0], verdict.explained
    if holding is None:
        fitted = listed(first.fits) if len(first.fits) > 1 else "this figure"
        return [f"{NONE_HOLDS}; {fitted} alone: {told(first)}"]
    return list(dict.fromkeys((told(first), told(holding))))


def formula_grid(formulas: Sequence[FormulaVerdict]) -> Grid:
    """Printed formulas against the derived ones."""
    columns = (
        Column("paper", wide=True),
        Column("formula"),
        Column("metric"),
        Column("printed"),
        Column("verdict"),
        Column("found"),
    )
    rows: list[tuple[Cell, ...]] = [
        (f.claim.paper, f.claim.label, f.metric, f.printed, f.verdict, f.finding) for f in formulas
    ]
    return Grid(columns, rows)
