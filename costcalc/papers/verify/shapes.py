"""Printed layer tables: every cell against the network's own layers, as values and not as text."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import NamedTuple

from costcalc.algebra.amounts import DIFFERS, ROUNDS, UNCHECKED
from costcalc.errors import Place
from costcalc.graph.selection import Cannot, Target
from costcalc.papers.claims.claims import ROWS, SHAPE, Figure, ShapeRow, ShapeTable, labelled
from costcalc.papers.claims.references import Index
from costcalc.papers.claims.tables import ILLEGIBLE, ILLEGIBLE_HERE, NOTHING
from costcalc.papers.verify.cells import Facts, judge_cell, rounded_stride
from costcalc.papers.verify.costs import Networks
from costcalc.papers.verify.rows import Miscount, other_counts, row_facts
from costcalc.papers.verify.verdicts import Verdict


class Reading(NamedTuple):
    """The verdicts on the cells of a table, read as one network; where the rows do not add up,
    that on their number comes first, and ``mended`` says which run of them, repeated more or less
    often, makes every cell right."""

    verdicts: list[Verdict]
    mended: str = ""


def judge_shapes(networks: Networks, index: Index, paper: str, table: ShapeTable) -> list[Reading]:
    """Verdicts on every printed cell, for each network that the table is of."""
    best = []
    again = index.repeated_cells(paper, table)
    for spec in table.specs:
        parameters = networks.load(spec).parameters.values() if table.block else ()
        # a printed block may follow any choice that the network has
        choices = [{p.name: word} for p in parameters for word in p.choices] or [{}]
        printed = _Printed(networks, paper, table, spec, again)
        readings = map(printed.read, choices)
        best.append(min(readings, key=lambda r: sum(v.verdict != ROUNDS for v in r.verdicts)))
    return best


class _Printed(NamedTuple):
    """A printed table that is held against one network; ``again`` are the cells that stand so in
    the table that it repeats."""

    networks: Networks
    paper: str
    table: ShapeTable
    spec: str
    again: AbstractSet[str]

    def read(self, choice: dict[str, str]) -> Reading:
        """The verdicts, where the network has a choice."""
        try:
            facts = self.facts(self.table.rows, choice)
        except Miscount as error:
            return self.mended(error, choice)
        except Cannot as error:
            return Reading(self.cells([], str(error)))
        counts = [self.row_count(None)] if ROWS in self.table.expect else []
        return Reading([*counts, *self.cells(facts)])

    def facts(self, rows: tuple[ShapeRow, ...], choice: dict[str, str]) -> list[Facts | None]:
        return row_facts(self.networks.load(self.spec), self.table, rows, choice)

    def mended(self, error: Miscount, choice: dict[str, str]) -> Reading:
        """The verdicts where the rows do not add up: with the one other count of a run that makes
        all cells right, if there is one."""
        count = self.row_count(error)
        readings = []
        for text, rows in other_counts(self.table.rows, error):
            with suppress(Cannot):
                cells = self.cells(self.facts(rows, choice))
                if all(not v.differs or v.figure.expect for v in cells):
                    readings.append(Reading([count, *cells], text))
        if len(readings) == 1:
            return readings[0]
        return Reading([count, *self.cells([], str(error))])

    def row_count(self, error: Miscount | None) -> Verdict:
        """The verdict on the number of rows; it is told where it differs, or is expected to."""
        printed = error.printed if error else "as many as layers"
        note = self.table.expect.get(ROWS, {}).get("", "")
        figure = self.figure(ROWS, printed, self.table.place, note)
        has = error.has if error else printed
        return Verdict(figure, DIFFERS if error else ROUNDS, has, has)

    def cells(self, facts: Sequence[Facts | None], reason: str = "") -> list[Verdict]:
        """The verdicts on the cells, by what the network says of each row; ``reason`` says why
        it says nothing."""
        verdicts = []
        for i, (row, label) in enumerate(labelled(self.table.rows)):
            known = facts[i] if i < len(facts) else None
            for column, cell in zip(self.table.columns, row.cells, strict=False):
                if cell != NOTHING:
                    notes = self.table.expect.get(column, {})
                    note = notes.get(label, "") or notes.get(f"{self.spec}, {label}", "")
                    figure = self.figure(f"{label}, {column}", cell, row.place, note)
                    verdicts.append(_judge(figure, column, known, reason))
        return verdicts

    def figure(self, label: str, printed: str, place: Place, note: str) -> Figure:
        """One printed cell, named with its network where the table is of several."""
        return Figure(
            self.paper,
            self.table.name,
            f"{self.spec}, {label}" if len(self.table.specs) > 1 else label,
            SHAPE,
            "",
            printed,
            place,
            of=(Target(place, self.spec),),
            repeats=self.table.repeats if label in self.again else "",
            unchecked=ILLEGIBLE_HERE if printed == ILLEGIBLE else "",
            expect=note,
        )


def _judge(figure: Figure, column: str, facts: Facts | None, reason: str) -> Verdict:
    try:
        if figure.unchecked or facts is None:
            raise Cannot(figure.unchecked or reason or "no layer answers to this row")
        right, should_be = judge_cell(column, figure.printed, facts)
    except Cannot as error:
        return Verdict(figure, UNCHECKED, reason=str(error))
    verdict = Verdict(figure, ROUNDS if right else DIFFERS, should_be, should_be)
    return verdict._replace(remark=rounded_stride(figure.printed, facts)) if right else verdict
