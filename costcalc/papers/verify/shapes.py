"""Printed layer tables: every cell against the network's own layers.

A printed row stands for one layer, for a block called with arguments, or for the group of layers
that the row names. Cells are compared as values (``16×16×(32α×δ)`` is a product), not as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from costcalc.algebra.amounts import DIFFERS, ROUNDS, UNCHECKED
from costcalc.algebra.evaluation import exact
from costcalc.algebra.numbers import Number
from costcalc.errors import Place
from costcalc.graph.build import Graph, Layer, build
from costcalc.graph.selection import Cannot, Target
from costcalc.language.model import Call, Operation, Spec
from costcalc.language.parameters import bind
from costcalc.operators import Shape
from costcalc.papers.claims.claims import ROWS, Figure, ShapeRow, ShapeTable, labelled
from costcalc.papers.claims.tables import ILLEGIBLE, ILLEGIBLE_HERE, NOTHING
from costcalc.papers.verify.cells import Facts, judge_cell, read_words, usual_classes
from costcalc.papers.verify.costs import Networks
from costcalc.papers.verify.printed_blocks import block_facts, called_blocks
from costcalc.papers.verify.rows import Miscount, align, other_counts
from costcalc.papers.verify.verdicts import Verdict

#: Parameters that printed shapes may leave as symbols, and how they are spelled there.
SYMBOLS = {"alpha": "α", "delta": "δ", "classes": "classnum"}
#: Layers that have no row of their own in print: they belong to the row before.
SILENT = ("bn", "relu", "relu6", "flatten", "dropout", "shuffle", "add", "concat")


class Reading(NamedTuple):
    """The verdicts on the cells of a table, read as one network; where the rows do not add up,
    that on their number comes first, and ``mended`` says which run of them, repeated more or less
    often, makes every cell right."""

    verdicts: list[Verdict]
    mended: str = ""


def judge_shapes(networks: Networks, paper: str, table: ShapeTable) -> list[Reading]:
    """Verdicts on every printed cell, for each network that the table is of."""
    best = []
    for spec in table.specs:
        printed = _Printed(networks, paper, table, spec)
        readings = [printed.read(choice) for choice in _choices(networks, spec, table)]
        best.append(min(readings, key=lambda r: sum(v.verdict != ROUNDS for v in r.verdicts)))
    return best


def _choices(networks: Networks, spec: str, table: ShapeTable) -> list[dict[str, str]]:
    """The readings of the network that a printed block may follow: each choice of the spec."""
    try:
        parameters = networks.load(spec).parameters.values() if table.block else ()
    except Cannot:
        return [{}]
    return [{p.name: word} for p in parameters for word in p.choices] or [{}]


class _Printed(NamedTuple):
    """A printed table that is held against one network."""

    networks: Networks
    paper: str
    table: ShapeTable
    spec: str

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

    def mended(self, error: Miscount, choice: dict[str, str]) -> Reading:
        """The verdicts where the rows do not add up: with the one other count of a run that makes
        all cells right, if there is one."""
        count = self.row_count(error)
        readings = []
        for text, rows in other_counts(self.table.rows, error):
            try:
                cells = self.cells(self.facts(rows, choice))
            except Cannot:
                continue
            if all(v.verdict != DIFFERS or v.figure.expect for v in cells):
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
                    note = self.table.expect.get(column, {}).get(label, "")
                    figure = self.figure(f"{label}, {column}", cell, row.place, note)
                    verdicts.append(_judge(figure, column, known, reason))
        return verdicts

    def figure(self, label: str, printed: str, place: Place, note: str) -> Figure:
        """One printed cell, named with its network where the table is of several."""
        return Figure(
            self.paper,
            self.table.name,
            f"{self.spec}, {label}" if len(self.table.specs) > 1 else label,
            "shape",
            "",
            printed,
            place,
            of=(Target(place, self.spec),),
            repeats=self.table.repeats,
            unchecked=ILLEGIBLE_HERE if printed == ILLEGIBLE else "",
            expect=note,
        )

    def facts(self, rows: tuple[ShapeRow, ...], choice: dict[str, str]) -> list[Facts | None]:
        """What the network says of each printed row.

        :raises Cannot: it says nothing of such rows; a Miscount where they are too many or too few.
        """
        network, table = self.networks.load(self.spec), self.table
        printed = [row.cells for row, _ in labelled(table.rows)]
        if table.block:
            return block_facts(network, table.block, printed, choice)
        if "t" in table.columns:
            return called_blocks(network, len(printed))
        cells = " ".join(cell for row in printed for cell in row)
        free = [name for name, spelled in SYMBOLS.items() if spelled in cells]
        graph = build(network, {k: v for k, v in network.defaults().items() if k not in free})
        if "group" in table.columns:
            return [_group(network, graph, row, table) for row in printed]
        return _layers(graph, rows)


def _judge(figure: Figure, column: str, facts: Facts | None, reason: str) -> Verdict:
    if figure.unchecked:
        return Verdict(figure, UNCHECKED, reason=figure.unchecked)
    if facts is None:
        return Verdict(figure, UNCHECKED, reason=reason or "no layer answers to this row")
    try:
        right, should_be = judge_cell(column, figure.printed, facts)
    except Cannot as error:
        return Verdict(figure, UNCHECKED, reason=str(error))
    return Verdict(figure, ROUNDS if right else DIFFERS, should_be, should_be)


def _layers(graph: Graph, rows: tuple[ShapeRow, ...]) -> list[Facts | None]:
    """The layer of each printed row."""
    layers = [layer for layer in graph.layers if layer.operator not in SILENT]
    if layers[-1:] and layers[-1].operator == "softmax" and not _names_softmax(rows[-1]):
        layers.pop()
    facts: list[Facts | None] = []
    if any(cell.lower() == "image" for cell in rows[0].cells):  # the first row is the image itself
        facts.append(Facts(output=graph.input, operator="image"))
        rows = rows[1:]
    return [*facts, *(_layer(graph, layer) for layer in align(layers, rows))]


def _names_softmax(row: ShapeRow) -> bool:
    """Whether the softmax has a row of its own; it may share the classifier's, or have none."""
    try:
        return any("softmax" in read_words(c.partition("/")[0]).operators for c in row.cells)
    except Cannot:
        return False


def _layer(graph: Graph, layer: Layer) -> Facts:
    return Facts(
        input=_exact(layer.input),
        output=_exact(layer.output),
        operator=layer.operator,
        kernel=layer.kernel,
        stride=layer.stride,
        ratio=_ratio(graph, layer),
        classes=usual_classes(graph.spec),
    )


def _exact(shape: Shape) -> Shape:
    return Shape(*(exact(side) for side in shape))


def _ratio(graph: Graph, layer: Layer) -> Number | None:
    """The ratio of a fractional pooling, which only the spec's row knows."""
    for row in graph.spec.layers:
        if isinstance(row, Operation) and row.place == layer.place and "ratio" in row.fields:
            ratio: Number = row.fields["ratio"].evaluate(dict(graph.binding))
            return ratio
    return None


def _group(spec: Spec, graph: Graph, cells: Sequence[str], table: ShapeTable) -> Facts | None:
    """A printed row that names a group of layers: what leaves it, and how many blocks it has."""
    name = cells[0].replace(" ", "-").lower()
    members = [layer for layer in graph.layers if layer.group.lower() == name]
    if name == "image":
        return Facts(output=graph.input, operator="image")
    if not members:
        return None
    counts = {}
    for column, at in table.at.items():
        scope = {**spec.defaults(), **bind(spec.parameters, at, spec.name)}
        calls = [r for r in spec.layers if isinstance(r, Call) and r.columns.group.lower() == name]
        counts[column] = sum(int(r.times.evaluate(scope)) if r.times else 1 for r in calls)
    return Facts(
        input=_exact(members[0].input),
        output=_exact(members[-1].output),
        operator=members[0].operator,
        kernel=members[0].kernel,
        counts=counts,
        classes=usual_classes(spec),
    )
