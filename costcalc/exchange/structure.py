"""The rows of a translation as the rows of a paper: chains, with branches where they meet.

What every path to a row runs through is its dominator. The branches that meet in a row begin at
its dominator and hold what lies between; where a map is read from elsewhere, too, it has a name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from costcalc.exchange.flat import is_input, named
from costcalc.exchange.translation import Form, Row, Translation

#: What a row reads that reads nothing, and the dominator of several inputs.
NOTHING = -1


@dataclass
class Item:
    """A row of a spec to be: its columns, its operator first; the rows inside it, as lists; the
    maps that arrive and leave; and what the model calls it.

    ``name`` is set where others name it, and ``origin`` is the row whose map it takes, if that is
    not the one before. Of a block's row, columns may hold arithmetic; those of a ``call`` are its
    arguments, behind ``first.`` those of its first round.
    """

    columns: dict[str, Any]
    parts: list[list[Item]] = field(default_factory=list)
    arriving: Form = (1, 1, 1)
    leaving: Form = (1, 1, 1)
    place: str = ""
    name: str = ""
    origin: str = ""
    call: bool = False
    lends: bool = False  # whether others use its weights
    joins: bool = True  # whether an add is there; else only its first branch

    @property
    def verb(self) -> str:
        """What it begins with; '' where it only goes back to a name."""
        return next(iter(self.columns), "")

    def within(self) -> Iterator[Item]:
        """It, and all inside."""
        yield self
        for part in self.parts:
            yield from every(part)


def every(items: list[Item]) -> Iterator[Item]:
    """All rows, those inside others too."""
    return (inner for item in items for inner in item.within())


def lists(items: list[Item]) -> Iterator[list[Item]]:
    """A list of rows, and all lists inside."""
    yield items
    for item in every(items):
        yield from item.parts


def structured(translation: Translation) -> list[Item]:
    """The rows of a translation, in an order in which names stand before they are used."""
    return Structure(translation).whole()


def grown(rows: list[Row]) -> list[Row]:
    """The rows, with a concatenation of what another one has and more reading that one: layers
    that read all before them are a trunk that grows."""
    known: dict[tuple[object, tuple[int, ...]], int] = {}
    made = []
    for i, row in enumerate(rows):
        if next(iter(row.columns), "") == "concat":
            along, inputs = row.columns.get("along"), row.inputs
            known[along, inputs] = i
            shorter = ((inputs[:k], inputs[k:]) for k in range(len(inputs) - 1, 1, -1))
            trunk = ((known[along, a], *b) for a, b in shorter if (along, a) in known)
            row = row._replace(inputs=next(trunk, inputs))
        made.append(row)
    return made


class Structure:
    """Builds the items of one translation."""

    def __init__(self, translation: Translation) -> None:
        self.rows = grown(translation.rows)
        self.labels = named(self.rows)
        self.above: list[int] = []  # the dominator of each row
        self.depth: list[int] = []
        self.floating: set[int] = set()  # what is learned, and what comes of that alone
        self.made: dict[int, Item | None] = {}  # None is an input
        for i, row in enumerate(self.rows):
            if is_input(row):
                self.made[i] = None
            above = self.dominator(row)
            self.above.append(above)
            self.depth.append(1 + (self.depth[above] if above != NOTHING else 0))

    def dominator(self, row: Row) -> int:
        """What every path to a row runs through last. What is learned comes from nowhere, as what
        enters does."""
        anchored = [i for i in row.inputs if i not in self.floating]
        if not anchored and not is_input(row):
            self.floating.add(len(self.above))
        return reduce(self.meet, anchored or row.inputs or (NOTHING,))

    def meet(self, a: int, b: int) -> int:
        """The last row on all paths to both."""
        while a != b and NOTHING not in (a, b):
            if self.depth[a] >= self.depth[b]:
                a = self.above[a]
            else:
                b = self.above[b]
        return a if a == b else NOTHING

    def whole(self) -> list[Item]:
        """The chains to all rows that nobody reads."""
        read = Counter(i for row in self.rows for i in row.inputs)
        ends = [i for i, row in enumerate(self.rows) if not read[i] and not is_input(row)]
        begins = [next(i for i, row in enumerate(self.rows) if is_input(row) and read[i]), *ends]
        return [item for ends in zip(ends, begins, strict=False) for item in self.chain(*ends)]

    def chain(self, end: int, begin: int) -> list[Item]:
        """The rows that lead from one, or from what is named, to another."""
        spine, node = list[int](), end
        while node not in (begin, NOTHING) and node not in self.made:
            spine.append(node)
            node = self.above[node]
        origin = "" if node in (begin, NOTHING) else self.called(node)
        items = [self.item(node) for node in reversed(spine)]
        if origin and not items:
            form = self.rows[node].form
            items = [Item({}, [], form, form)]
        if items:
            items[0].origin = origin
        return items

    def item(self, node: int) -> Item:
        """A row with its branches inside; the longer of two is first, where neither names what the
        other has."""
        row, above = self.rows[node], self.above[node]
        arriving = self.rows[above].form if above != NOTHING else row.form
        item = Item(dict(row.columns), [], arriving, row.form, row.name)
        if "weights" in item.columns:
            lender = self.made[item.columns["weights"]]
            item.columns["weights"] = self.called(item.columns["weights"])
            assert lender is not None  # an input has no weights
            lender.lends = True
        if row.merges:
            two = item.verb in ("add", "multiply") and len(row.inputs) == 2
            inputs = sorted(row.inputs) if two else row.inputs  # as the model runs
            item.parts = [self.chain(i, above) for i in inputs]
            tied = (i.origin or i.lends or "weights" in i.columns for i in item.within())
            if two and len(item.parts[0]) < len(item.parts[1]) and not any(tied):
                item.parts.reverse()
        self.made[node] = item
        return item

    def called(self, node: int) -> str:
        """The name of a row that others name."""
        item = self.made[node]
        if item is not None:
            item.name = self.labels[node]
        return self.labels[node]
