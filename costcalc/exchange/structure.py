"""The rows of a translation as the rows of a paper: chains, with branches where they meet, norms
and activations in the rows of their convolutions, sizes as text, and paddings by name.

What every path to a row runs through is its dominator. The branches that meet in a row begin at
its dominator and hold what lies between; where a map is read from elsewhere, too, it has a name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import takewhile
from typing import Any

from costcalc.exchange.flat import is_input, named
from costcalc.exchange.translation import Form, Row, Translation
from costcalc.operators.elementwise import ACTIVATIONS
from costcalc.operators.normalisation import NORMS

NOTHING = -1  # what a row reads that reads nothing, and the dominator of several inputs
CONVOLUTIONS = ("conv", "dwconv", "tconv")
POOLS = ("maxpool", "avgpool")
_LEARNED = (*CONVOLUTIONS, "fc", "linear")
#: The column of a convolution that an operator becomes, and its word there.
_FUSED = {operator: ("norm", word) for word, operator in NORMS.items()}
_FUSED |= {word: ("activation", word) for word in ACTIVATIONS}
#: What columns are that are not written.
_SILENT: dict[str, Any] = {
    "stride": 1, "dilation": 1, "groups": 1, "multiplier": 1, "output_padding": 0,
    "round": "down", "mode": "nearest", "fixed": False, "gain": False, "scale": True,
    "shift": True, "heads": 1, "along": "channels",
}  # fmt: skip
#: What ``defaults`` may say, and what a row has that says nothing.
_DEFAULTS = {"norm": "none", "activation": "none", "bias": False, "padding": None}


@dataclass
class Item:
    """A row of a spec to be: its columns, its operator first; the rows inside it, as lists; the
    maps that arrive and leave; and the module that it is of. Equal are rows that say the same.

    ``name`` is set where others name it, and ``origin`` is the row whose map it takes, if that is
    not the one before. Of a block's row, columns may hold arithmetic; those of a ``call`` are its
    arguments, behind ``first.`` those of its first round. ``when`` says whether an addition is
    there, or else only its first branch.
    """

    columns: dict[str, Any]
    parts: list[list[Item]] = field(default_factory=list)
    arriving: Form = field(default=(1, 1, 1), compare=False)
    leaving: Form = field(default=(1, 1, 1), compare=False)
    place: tuple[str, ...] = field(default=(), compare=False)
    name: str = field(default="", compare=False)
    origin: str = field(default="", compare=False)
    call: bool = False
    lends: bool = False  # whether others use its weights
    scope: dict[str, Any] = field(default_factory=dict, compare=False)  # arguments, by name

    @property
    def verb(self) -> str:
        """What it begins with; '' where it only goes back to a name."""
        return next(iter(self.columns), "")


def shared(items: list[Item]) -> tuple[str, ...]:
    """The module that holds all of some rows."""
    places = (item.place for item in every(items) if item.place)
    alike = takewhile(lambda words: len({*words}) == 1, zip(*places, strict=False))
    return tuple(words[0] for words in alike)


def every(items: list[Item]) -> Iterator[Item]:
    """All rows, those inside others too."""
    for item in items:
        yield item
        for part in item.parts:
            yield from every(part)


def lists(items: list[Item]) -> list[list[Item]]:
    """A list of rows, and all lists inside."""
    return [items, *(part for item in every(items) for part in item.parts)]


def grown(rows: list[Row]) -> list[Row]:
    """The rows, with a concatenation of what another one has and more reading that one: layers
    that read all before them are a trunk that grows."""
    known: dict[tuple[object, tuple[int, ...]], int] = {}
    made = [*rows]
    for i, row in enumerate(rows):
        if "concat" in row.columns:
            along, inputs = row.columns.get("along"), row.inputs
            known[along, inputs] = i
            shorter = (k for k in range(len(inputs) - 1, 1, -1) if (along, inputs[:k]) in known)
            for k in [*shorter][:1]:
                made[i] = row._replace(inputs=(known[along, inputs[:k]], *inputs[k:]))
    return made


class Chains:
    """Builds the items of one translation; names stand before they are used."""

    def __init__(self, translation: Translation) -> None:
        self.rows = grown(translation.rows)
        self.labels = named(self.rows)
        self.above: list[int] = []  # the dominator of each row
        self.made = {i: Item({}) for i, row in enumerate(self.rows) if is_input(row)}
        floating = set[int]()  # what is learned comes from nowhere, and what comes of that alone
        for i, row in enumerate(self.rows):
            anchored = [source for source in row.inputs if source not in floating]
            if not anchored and not is_input(row):
                floating.add(i)
            self.above.append(reduce(self.meet, anchored or row.inputs or (NOTHING,)))

    def meet(self, a: int, b: int) -> int:
        """The last row on all paths to both; no row stands before what it reads."""
        while a != b:
            a, b = self.above[max(a, b)], min(a, b)
        return a

    def whole(self) -> list[Item]:
        """The chains to all rows that nobody reads."""
        read = {i for row in self.rows for i in row.inputs}
        ends = [i for i, row in enumerate(self.rows) if i not in read and not is_input(row)]
        begin = next(i for i, row in enumerate(self.rows) if is_input(row) and i in read)
        items = self.chain(ends[0], begin)
        items += [item for end in ends[1:] for item in self.chain(end, NOTHING)]
        fuse(items)
        return items

    def chain(self, end: int, begin: int) -> list[Item]:
        """The rows that lead from one, or from what is named, to another."""
        spine, node = list[int](), end
        while node not in (begin, NOTHING) and node not in self.made:
            spine.append(node)
            node = self.above[node]
        items = [self.item(row) for row in reversed(spine)]
        if node not in (begin, NOTHING):
            items = items or [Item({}, [], self.rows[node].form, self.rows[node].form)]
            items[0].origin = self.made[node].name = self.labels[node]
        return items

    def item(self, node: int) -> Item:
        """A row with its branches inside; the longer of two is first, where neither names what the
        other has."""
        row, above = self.rows[node], self.above[node]
        arriving = self.rows[above].form if above != NOTHING else row.form
        place = tuple(row.name.split(".")) if row.name else ()
        item = Item(dict(row.columns), [], arriving, row.form, place)
        tidy(item)
        if "weights" in item.columns:
            lender = item.columns["weights"]
            self.made[lender].lends = True
            item.columns["weights"] = self.made[lender].name = self.labels[lender]
        if row.merges:
            two = item.verb in ("add", "multiply") and len(row.inputs) == 2
            inputs = sorted(row.inputs) if two else row.inputs  # as the model runs
            item.parts = [self.chain(i, above) for i in inputs]
            tied = any(inner.origin or "weights" in inner.columns for inner in every([item]))
            if two and len(item.parts[0]) < len(item.parts[1]) and not tied:
                item.parts.reverse()
        self.made[node] = item
        return item


def fuse(items: list[Item]) -> None:
    """Norms and activations become columns of the rows before them, everywhere inside."""
    for rows in lists(items):
        kept: list[Item] = []
        for item in rows:
            if not (kept and _joined(kept[-1], item)):
                kept.append(item)
        rows[:] = kept


def _joined(row: Item, after: Item) -> bool:
    """Make a norm or an activation a part of the row before it, if it can be."""
    key, word = _FUSED.get(after.verb, ("", ""))
    bound = row.name or after.origin or after.lends or "weights" in row.columns | after.columns
    fits = row.verb in (CONVOLUTIONS if key == "norm" else _LEARNED)
    if not key or not fits or bound or {key, "activation"} & row.columns.keys():
        return False
    said = {k: value for k, value in after.columns.items() if value is not None}
    row.columns[key] = {word: said.pop(after.verb, None), **said} if said else word
    row.name, row.leaving = after.name, after.leaving
    return True


def tidy(item: Item) -> None:
    """Sizes as text, paddings in a word or in as few numbers as say them, and no column that says
    what is understood."""
    columns, verb, silent = item.columns, item.verb, _SILENT
    size = columns.get(verb)
    if verb in (*CONVOLUTIONS, *POOLS) and isinstance(size, int | list | tuple):
        given = columns.get("padding", "same" if verb in CONVOLUTIONS else "valid")
        if given not in ("same", "half"):
            sides = _around(0 if given == "valid" else given)
            windows = zip(_around(size), _around(columns.get("dilation", 1)), strict=True)
            half = [2 * side for side in sides] == [apart * (k - 1) for k, apart in windows]
            given = "half" if half else _fewest(sides) if any(sides) else "valid"
        columns |= {"padding": given, verb: _extent(_around(size)[1:3])}
        if verb in POOLS:
            silent = _SILENT | {"padding": "valid", "stride": _fewest(size)}
        elif columns[verb] == "1x1" and verb != "tconv":
            silent = _SILENT | {"padding": "half"}  # as all words are
    elif isinstance(size, dict) or verb in ("crop", "resize", "reshape", "zeropad"):
        columns[verb] = _extent(size)
    for key in columns.keys() & {"stride", "dilation", "output_padding"}:
        columns[key] = _fewest(columns[key])
    for key in [key for key in columns if key != verb and columns[key] == silent.get(key)]:
        del columns[key]


def _around(value: Any) -> list[Any]:
    """What is said of four sides, top, bottom, left and right, in one number, two or four."""
    given = [*value] if isinstance(value, list | tuple) else [value]
    return given if len(given) == 4 else [given[0]] * 2 + [given[-1]] * 2


def _fewest(value: Any) -> Any:
    """The same in as few numbers as say it."""
    sides = _around(value)
    numbers = sides[::2] if sides[::2] == sides[1::2] else sides
    return numbers[0] if len({*numbers}) == 1 else numbers


def _extent(value: Any) -> Any:
    """A size in words, if it is one: ``28x28``, ``14x14x384``."""
    if isinstance(value, list | tuple):
        return "x".join(map(str, value)) if len(value) in (2, 3) else _fewest(value)
    return {key: _extent(v) for key, v in value.items()} if isinstance(value, dict) else value


def defaults(items: list[Item]) -> dict[str, Any]:
    """What most rows say, which they leave out from now on; and the others say it."""
    learned = [item for item in items if item.verb in _LEARNED]
    found: dict[str, Any] = {}
    for key, silent in _DEFAULTS.items():
        rows = [item.columns for item in learned if key == "bias" or item.verb in CONVOLUTIONS]
        values = [row.setdefault(key, silent) for row in rows]
        said = Counter(value for value in values if isinstance(value, str | bool))
        if said:  # of as many, what says something
            found[key] = max(said, key=lambda word: (said[word], word not in (silent, "valid")))
        for row in [row for row in rows if row[key] in (found.get(key), None)]:
            del row[key]
    return found
