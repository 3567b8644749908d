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
#: Branches are inside so many others at most.
DEEPEST = 4


@dataclass
class Item:
    """A row of a spec to be: its columns, its operator first; the rows inside it, as lists; the
    maps that arrive and leave; and what the model calls it.

    ``name`` is set where others name it, and ``origin`` is the row whose map it takes, if that is
    not the one before. Of a block's row, columns may hold arithmetic.
    """

    columns: dict[str, Any]
    parts: list[list[Item]] = field(default_factory=list)
    arriving: Form = (1, 1, 1)
    leaving: Form = (1, 1, 1)
    place: str = ""
    name: str = ""
    origin: str = ""
    lends: bool = False  # whether others use its weights
    joins: bool = True  # whether an add is there; else only its first branch

    @property
    def verb(self) -> str:
        """What it begins with; '' where it only goes back to a name."""
        return next(iter(self.columns), "")

    def rows(self) -> int:
        """How many rows it is, with those inside."""
        return 1 + sum(item.rows() for part in self.parts for item in part)

    def within(self) -> Iterator[Item]:
        """It, and all inside."""
        yield self
        for part in self.parts:
            for item in part:
                yield from item.within()


def structured(translation: Translation) -> list[Item]:
    """The rows of a translation, in an order in which names stand before they are used."""
    return Structure(translation).whole()


def grown(rows: list[Row]) -> list[Row]:
    """The rows, with a concatenation of what another one has and more reading that one: layers
    that read all before them are a trunk that grows."""
    known: dict[tuple[object, tuple[int, ...]], int] = {}
    made = []
    for i, row in enumerate(rows):
        if next(iter(row.columns), "") != "concat":
            made.append(row)
            continue
        along, inputs = row.columns.get("along"), row.inputs
        known[along, inputs] = i
        for k in range(len(inputs) - 1, 1, -1):
            if (along, inputs[:k]) in known:
                row = row._replace(inputs=(known[along, inputs[:k]], *inputs[k:]))
                break
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
        self.read = Counter(i for row in self.rows for i in row.inputs)
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
        while a != b:
            if NOTHING in (a, b):
                return NOTHING
            if self.depth[a] >= self.depth[b]:
                a = self.above[a]
            else:
                b = self.above[b]
        return a

    def whole(self) -> list[Item]:
        """The chains to all rows that nobody reads."""
        ends = [i for i, row in enumerate(self.rows) if not self.read[i] and not is_input(row)]
        begin = next(i for i, row in enumerate(self.rows) if is_input(row) and self.read[i])
        items: list[Item] = []
        for end in ends:
            items += self.chain(end, begin)
            begin = end
        return items

    def chain(self, end: int, begin: int, level: int = 0) -> list[Item]:
        """The rows that lead from one, or from what is named, to another; ``level`` is how many
        rows they are inside."""
        spine = []
        node = end
        while node not in (begin, NOTHING) and node not in self.made:
            spine.append(node)
            node = self.above[node]
        origin = "" if node in (begin, NOTHING) else self.called(node)
        if not spine and origin:
            return [self.reference(node)]
        items: list[Item] = []
        for node in reversed(spine):
            items += self.items(node, origin, level)
            origin = ""
        return items

    def reference(self, node: int) -> Item:
        """A row that only goes back to a name."""
        form = self.rows[node].form
        return Item({}, arriving=form, leaving=form, origin=self.called(node))

    def items(self, node: int, origin: str, level: int) -> list[Item]:
        """A row with its branches inside; too deep inside others, they stand before it."""
        row, above = self.rows[node], self.above[node]
        arriving = self.rows[above].form if above != NOTHING else row.form
        item = Item(dict(row.columns), [], arriving, row.form, row.name, origin=origin)
        before: list[Item] = []
        if "weights" in item.columns:
            item.columns["weights"] = self.lent(item.columns["weights"])
        if row.merges and level < DEEPEST:
            two = item.verb in ("add", "multiply") and len(row.inputs) == 2
            inputs = sorted(row.inputs) if two else row.inputs  # as the model runs
            item.parts = [self.chain(i, above, level + 1) for i in inputs]
            if two:
                _order(item.parts)
        elif row.merges:
            begin = NOTHING if origin else above
            for i in sorted(row.inputs):
                if i not in self.made:
                    before += self.chain(i, begin, level)
                    begin = i
            item.parts = [[self.reference(i)] for i in row.inputs]
            item.origin = ""
        self.made[node] = item
        return [*before, item]

    def lent(self, lender: int) -> str:
        """The name of a row whose weights another uses."""
        name = self.called(lender)
        item = self.made[lender]
        assert item is not None  # an input has no weights
        item.lends = True
        return name

    def called(self, node: int) -> str:
        """The name of a row that others name."""
        item = self.made[node]
        if item is not None:
            item.name = self.labels[node]
        return self.labels[node]


def _order(parts: list[list[Item]]) -> None:
    """The longer branch first, where neither names what the other has."""
    if len(parts[0]) < len(parts[1]):
        every = [inner for part in parts for item in part for inner in item.within()]
        if not any(item.origin or item.lends or "weights" in item.columns for item in every):
            parts.reverse()


def lists(items: list[Item]) -> Iterator[list[Item]]:
    """A list of rows, and all lists inside."""
    yield items
    for item in items:
        for part in item.parts:
            yield from lists(part)
