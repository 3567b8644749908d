"""What a repeated figure refers to: ``[<file> / ]<table>[ / <row>]``, or the name of a claim."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from costcalc.errors import CostcalcError, Problem, did_you_mean
from costcalc.papers.claims.claims import ROWS, Figure, FormulaClaim, Paper, ShapeTable, labelled
from costcalc.papers.claims.reading import read_paper
from costcalc.papers.claims.tables import ILLEGIBLE
from costcalc.source.files import is_file


class Index:
    """Every figure of the papers at hand, and of files beside them that they refer to."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self.papers: dict[str, Paper] = {}
        self.figures: dict[tuple[str, str, str, str], Figure] = {}
        self.names: dict[str, set[str]] = {}
        self.others: dict[str, set[str]] = {}  # layer tables and formulas
        for paper in papers:
            self.add(paper)

    def add(self, paper: Paper) -> None:
        self.papers[paper.name] = paper
        names = self.names.setdefault(paper.name, set())
        for figure in paper.figures:
            table = "" if figure.table == "text" else figure.table
            self.figures[(paper.name, table, figure.row, figure.metric)] = figure
            names |= {table, figure.row if not table else f"{table} / {figure.row}"}
        others = {shape.name for shape in paper.shapes} | {f.label for f in paper.formulas}
        self.others[paper.name] = others
        names |= others

    def resolve(self, paper: str, reference: str) -> tuple[str, str]:
        """The paper and the rest of a reference."""
        head, _, rest = reference.partition(" / ")
        if rest and head not in self.names[paper] and head not in self.papers:
            beside = Path(self.papers[paper].file).parent / f"{head}.yaml"
            if is_file(beside):
                self.add(read_paper(beside))
        return (head, rest) if rest and head in self.papers else (paper, reference)

    def original(self, figure: Figure) -> Figure | None:
        """The figure that this one repeats, followed to where it first stands."""
        for _ in range(5):
            reference = figure.restored or figure.repeats
            if not reference:
                return figure
            earlier = self.named(figure.paper, reference, figure.metric)
            if earlier is None:
                return None
            figure = earlier
        return None

    def named(self, paper: str, reference: str, metric: str) -> Figure | None:
        """The figure of a metric in a printed row, or in the claim of that name."""
        home, rest = self.resolve(paper, reference)
        table, _, row = rest.rpartition(" / ")
        found = self.figures.get((home, table, row, metric))
        return found or self.figures.get((home, "", rest, metric))

    def as_printed(self, figure: Figure) -> Figure:
        """The figure; no repeat of another where that is printed otherwise."""
        original = self.original(figure) if figure.repeats else None
        if original is None or figure.printed == ILLEGIBLE:
            return figure
        again = (original.printed, original.unit) == (figure.printed, figure.unit)
        return figure if again else figure._replace(repeats="")

    def as_stated(self, claim: FormulaClaim) -> FormulaClaim:
        """The formula; no repeat of another where that is printed otherwise."""
        home, label = self.resolve(claim.paper, claim.repeats)
        printed = [
            (formula.printed, formula.equals, formula.approximately)
            for formula in self.papers[home].formulas
            if formula.label == label
        ]
        again = (claim.printed, claim.equals, claim.approximately) in printed
        return claim if again else claim._replace(repeats="")

    def repeated_cells(self, paper: str, table: ShapeTable) -> set[str]:
        """The cells of a layer table, and its number of rows, that are printed as in the table that
        it repeats; what is illegible counts as such."""
        if not table.repeats:
            return set()
        home, name = self.resolve(paper, table.repeats)
        printed: dict[str, str] = {}
        for other in self.papers[home].shapes:
            if other.name == name:
                printed |= _cells(other)
        own = _cells(table).items()
        return {label for label, cell in own if cell in (ILLEGIBLE, printed.get(label))}

    def check(self, papers: Iterable[Paper]) -> None:
        """Refuse references that lead nowhere.

        :raises CostcalcError: with all of them.
        """
        problems = []
        hint = "[<file> / ]<table> / <row>, or the name of a claim"
        for paper in papers:
            for figure in paper.figures:
                sides = (*figure.of, *([figure.against] if figure.against else []))
                original = figure.restored or figure.repeats
                for reference in filter(None, (original, *(target.row for target in sides))):
                    home, rest = self.resolve(paper.name, reference)
                    if rest not in self.names[home]:
                        message = f"nothing is called {reference!r}"
                        problems.append(Problem(message, hint, figure.place))
                    elif self.named(paper.name, reference, figure.metric) is None:
                        message = f"{reference!r} prints no {figure.metric}"
                        problems.append(Problem(message, hint, figure.place))
            others = [("layer table", table.repeats, table.place) for table in paper.shapes]
            others += [("formula", claim.repeats, claim.place) for claim in paper.formulas]
            for kind, reference, place in others:
                home, rest = self.resolve(paper.name, reference)
                if reference and rest not in self.others[home]:
                    known = did_you_mean(rest, self.others[home])
                    problems.append(Problem(f"no {kind} is called {reference!r}", known, place))
        if problems:
            raise CostcalcError(dict.fromkeys(problems))


def _cells(table: ShapeTable) -> dict[str, str]:
    """What stands in each cell of a layer table, and how often its rows are repeated."""
    cells = {ROWS: " ".join(f"{row.times} × {len(row.rows)}" for row in table.rows)}
    for row, label in labelled(table.rows):
        columns = zip(table.columns, row.cells, strict=False)
        cells |= {f"{label}, {column}": cell for column, cell in columns}
    return cells
