"""``check``: papers in, a report out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

from costcalc.algebra.result import Json, Result
from costcalc.errors import CostcalcError, did_you_mean, type_name
from costcalc.graph.loading import several
from costcalc.language import library
from costcalc.papers.claims.claims import Paper
from costcalc.papers.claims.reading import read_paper
from costcalc.papers.claims.references import Index
from costcalc.papers.diagnosis.paper import diagnose_cells, diagnose_figures, repeated, shared
from costcalc.papers.diagnosis.unknown import unaccused
from costcalc.papers.verify.columns import Column
from costcalc.papers.verify.costs import Networks
from costcalc.papers.verify.figures import Checker
from costcalc.papers.verify.formulas import VERDICTS, FormulaVerdict, judge_formulas
from costcalc.papers.verify.shapes import judge_shapes
from costcalc.papers.verify.times import TimeVerdict, judge_times
from costcalc.papers.verify.verdicts import Verdict, cut_off_alone, diagnosed, tally
from costcalc.source.files import YAML, is_file_name
from costcalc.source.kinds import FOREIGN

#: Is told the paper, how many figures are done, and how many there are.
Progress = Callable[[str, int, int], None] | None


@dataclass(frozen=True, repr=False)
class Report(Result, says="papers"):
    """Every verdict on some papers, the conventions that were found, the printed formulas, and how
    well fits explain measured times, which are no verdicts on figures."""

    papers: tuple[Paper, ...]
    columns: tuple[Column, ...]
    verdicts: tuple[Verdict, ...]
    formulas: tuple[FormulaVerdict, ...]
    times: tuple[TimeVerdict, ...] = ()

    @property
    def judged(self) -> tuple[Verdict | FormulaVerdict, ...]:
        return (*self.verdicts, *self.formulas)

    @property
    def as_expected(self) -> bool:
        """Whether every figure agrees, or differs where the claims file says that it does."""
        return all(v.as_expected for v in self.judged)

    @property
    def agrees(self) -> bool:
        """Whether nothing differs at all."""
        return not any(v.differs for v in self.judged)

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc check --format json``."""
        formulas = [formula.verdict for formula in self.formulas]
        return {
            "summary": {
                **tally(self.verdicts)._asdict(),
                "cut_off_alone": cut_off_alone(self.verdicts),
                "diagnosed": diagnosed(self.verdicts)._asdict(),
                "formulas": {word: formulas.count(word) for word in VERDICTS},
            },
            "conventions": [_convention(column) for column in self.columns],
            "verdicts": [verdict.to_dict() for verdict in self.verdicts],
            "formulas": [formula.to_dict() for formula in self.formulas],
            "times": [time.to_dict() for time in self.times],
        }


def _convention(column: Column) -> Json:
    paper, table, metric = column.key
    best, other = column.best, column.runner_up
    return {
        "paper": paper,
        "table": table,
        "metric": metric,
        "convention": best.name,
        "digits": best.mode,
        "other_digits": best.other_digits,
        "explains": best.explained,
        "of": best.of,
        "runner_up": other.name if other else None,
        "runner_up_explains": other.explained if other else None,
        "tied": column.tied,
    }


def find_paper(name: str | Path) -> Path:
    """A claims file, or a shipped paper by its name or the start of it (``000``).

    :raises CostcalcError: no such paper, or several.
    """
    if isinstance(name, Path):
        return name
    if not isinstance(name, str):
        hint = "a name, or a claims file; cc.check() takes all that ship"
        raise CostcalcError(f"{type_name(name)} is not a paper", hint)
    known = library.claim_names()
    meant = [name] if name in known else [stem for stem in known if stem.startswith(name)]
    if not meant and is_file_name(name, (*YAML, *FOREIGN)):
        return Path(name)
    if name in library.spec_names():
        raise CostcalcError(f"{name!r} is a network", f"`costcalc count {name}` counts it")
    if len(meant) != 1:
        what = "no paper" if not meant else f"{len(meant)} papers"
        hint = did_you_mean(name, known) or ", ".join(known) or "or a file"
        raise CostcalcError(f"{what} {name!r}", hint)
    return library.CLAIMS / f"{meant[0]}.yaml"


def check(
    papers: str | Path | Sequence[str | Path] = (), *, table: str = "", progress: Progress = None
) -> Report:
    """Check papers, one or several; all shipped ones if none is named.

    ``table`` keeps the tables whose name starts so (``Table 5``).

    :raises CostcalcError: a claims file has problems, or there is no such paper or table.
    """
    read = tuple(read_paper(find_paper(name)) for name in several(papers) or library.claim_names())
    return check_papers(read, table=table, progress=progress)


def check_papers(papers: Sequence[Paper], *, table: str = "", progress: Progress = None) -> Report:
    """Check claims that were read already."""
    index = Index(papers)
    index.check(papers)
    checker = Checker(Networks(), index)
    # with those that the asked ones refer to, and these first: what repeats them follows them
    everything = sorted(index.papers.values(), key=lambda paper: paper.name)
    total = sum(2 * len(paper.figures) for paper in everything)
    done = count(1)

    def step(paper: str) -> None:
        if progress is not None:
            progress(paper, next(done), total)

    verdicts: list[Verdict] = []
    for paper in everything:
        verdicts += _verdicts(checker, paper, partial(step, paper.name))
    names = {paper.name for paper in papers}
    asked = {paper.name: paper for paper in everything if paper.name in names}
    judged = repeated(index, unaccused(checker, shared(verdicts)))
    formulas = (f for paper in asked.values() for f in judge_formulas(paper))
    times = (t for paper in asked.values() for t in judge_times(checker.networks, paper.figures))
    report = Report(
        tuple(papers),
        tuple(c for c in checker.columns.values() if c.key[0] in asked),
        tuple(
            v._replace(figure=index.as_printed(v.figure)) for v in judged if v.figure.paper in asked
        ),
        tuple(f._replace(claim=index.as_stated(f.claim)) for f in formulas),
        tuple(times),
    )
    return _of_table(report, table) if table else report


def _verdicts(checker: Checker, paper: Paper, step: Callable[[], None]) -> Iterator[Verdict]:
    """The verdicts on one paper's figures and layer tables, each that differs diagnosed."""
    checker.find_conventions(paper, step)
    judged = [checker.judge(figure) for figure in paper.figures]
    for verdict in diagnose_figures(checker, paper.name, judged):
        yield verdict
        step()
    for shapes in paper.shapes:
        yield from diagnose_cells(judge_shapes(checker.networks, checker.index, paper.name, shapes))


def _of_table(report: Report, table: str) -> Report:
    """What the report says of one table, or of several whose names start alike.

    :raises CostcalcError: there is none.
    """
    verdicts = tuple(v for v in report.verdicts if _in(v.figure.table, table))
    if not verdicts:
        names = sorted({v.figure.table for v in report.verdicts})
        raise CostcalcError(f"no table {table!r}", did_you_mean(table, names))
    columns = tuple(c for c in report.columns if _in(c.key[1], table))
    times = tuple(t for t in report.times if _in(t.table, table))
    return replace(report, columns=columns, verdicts=verdicts, formulas=(), times=times)


def _in(name: str, wanted: str) -> bool:
    return name == wanted or name.startswith(f"{wanted} ")
