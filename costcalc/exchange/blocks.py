"""What comes again and again in a network: runs of rows that are alike but for numbers become
blocks with arguments, and equal neighbours repetitions. Several networks are folded together, so
that members of a family have the same blocks."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import groupby, product, takewhile
from typing import Any, NamedTuple

from costcalc.algebra.expressions import compile_expression
from costcalc.errors import ExpressionError
from costcalc.exchange.flat import unused
from costcalc.exchange.structure import POOLS, Chains, Item, defaults, every, lists, shared
from costcalc.exchange.translation import Translation
from costcalc.language.parser import TAKEN

#: The columns in which rows of one block may differ, and what their arguments are called; those
#: that are not written are 1, or true.
VARIABLE = {
    "out": "w", "fc": "w", "linear": "w", "select": "w", "conv": "k", "dwconv": "k", "repeat": "n",
    "stride": "s", "dilation": "d", "groups": "g", "multiplier": "m", "softmax": "h", "heads": "h",
    "between": "e", "when": "joined",
}  # fmt: skip
CHANNELS = ("w", "c", "g", "e")  # arguments that are; ``c`` are those that leave
FIRST = "first."  # what the arguments of a first round stand behind
_MOST = 65  # no ratio has larger numbers, together
compiled = cache(compile_expression)
#: A block has no more rows of its own level, and saves more than so many; one without branches or
#: norms yet more, for chains of convolutions are read as they are, and one that calls blocks.
_LONGEST, _SAVES, _OF_CHAINS, _OF_CALLS = 12, 4, 4, 6
_AGAIN = 3  # so many equal neighbours become a repetition; of several rows, two
_SQUEEZE = {"conv": "1x1", "bias": True}


def kind(column: str) -> str:
    """What the arguments for a column are called, without their number."""
    word = column.removeprefix(FIRST)
    return VARIABLE.get(word, word.rstrip("0123456789"))


def varies(item: Item, key: str) -> bool:
    """Whether rows of one block may differ in a column: in those, and in all arguments of a call;
    the stride of a pool is its window, if it is not said."""
    return (item.call and key != item.verb) or (key in VARIABLE and item.verb not in POOLS)


def skeleton(item: Item, names: dict[str, int] | None = None) -> Hashable:
    """What is alike in rows that differ in numbers only. Names are told by their order, where they
    are given and used inside one row; the shortcut of an addition may be a convolution or none."""
    if names is None:
        names = {row.name: k for k, row in enumerate(every([item])) if row.name}
    fixed = {k: v for k, v in item.columns.items() if not varies(item, k)}
    given = sorted(key for key in item.columns if key not in VARIABLE and FIRST not in key)
    marks = [names.get(word, word) for word in (item.name, item.origin)]
    pointwise = item.columns.get("conv") == "1x1"
    parts = [tuple(skeleton(inner, names) for inner in part) for part in item.parts]
    shortcut = [(row.verb, row.origin) for part in item.parts[1:] for row in part]
    if item.verb == "add" and len(parts) == 2 and shortcut in ([], [("conv", "")]):
        parts[1] = ("shortcut",)
    return item.verb, repr((fixed, given, marks, pointwise)), *parts


def times(ratio: Fraction, name: str) -> str:
    """``32*alpha``, ``alpha/2``."""
    over = f"/{ratio.denominator}" if ratio.denominator > 1 else ""
    return f"{f'{ratio.numerator}*' if ratio.numerator > 1 else ''}{name}{over}"


class Unifier:
    """Makes one template of several units, lists of as many rows that are alike. Each row knows the
    arguments of its unit."""

    def __init__(self, units: Sequence[list[Item]]) -> None:
        self.units, self.scopes = units, [dict[str, Any]() for _ in units]
        for scope, unit in zip(self.scopes, units, strict=True):
            for item in every(unit):
                item.scope = scope

    def rows(self, units: Sequence[list[Item]]) -> list[Item]:
        """The rows of the block, or those of a part that some units have."""
        return [self.item([*items]) for items in zip(*units, strict=True)]

    def item(self, items: list[Item]) -> Item:
        """A row of the block. What only some units have, a projection, has a condition; calls of
        one round say what the first one is given, and nothing of later ones where others do."""
        made = replace(items[0], columns=dict(items[0].columns), parts=[])
        for k in range(len(items[0].parts)):
            there = [item.parts[k] for item in items if item.parts[k]]
            made.parts.append(self.rows(there))
            if 0 < len(there) < len(items):  # its channels are those of the sum, which all have
                own = made.parts[k][0].columns
                own["out"] = self.fit("out", [item.leaving[2] for item in items], items)
                own["when"] = self.fit("when", [bool(item.parts[k]) for item in items], items)
        keys = (key for item in items for key in item.columns if varies(item, key))
        for key in dict.fromkeys(keys):
            later, first = FIRST + key, key.removeprefix(FIRST)
            some = any(later in item.columns for item in items)
            told = [item for item in items if "repeat" in item.columns or not some]
            values = [item.columns.get(key, item.columns.get(first, 1)) for item in told]
            made.columns[key] = self.fit(key, values, told)
        return made

    def fit(self, column: str, values: list[Any], items: list[Item]) -> Any:
        """What stands in a column: the value that all have, the first expression that gives them,
        or a new argument."""
        if all(value == values[0] for value in values):
            return values[0]
        word = kind(column)
        found = self.expressions(word, values, items)
        fits = (text for text in found if self.gives(text, word, values, items))
        return next(fits, None) or self.argument(column, values, items)

    def gives(self, text: str, word: str, values: list[Any], items: list[Item], **own: int) -> bool:
        """Whether an expression has the value of each row."""
        value = compiled(text)
        with suppress(ExpressionError):  # two sides are no number
            return all(
                value({**item.scope, **own, "in": item.arriving[2], "out": item.leaving[2]}) == one
                for item, one in zip(items, values, strict=True)
            )
        return False

    def expressions(self, word: str, values: list[Any], items: list[Item]) -> Iterator[str]:
        """What may give the values: of channels, a part or a multiple of an argument or of those
        that arrive; an argument; that a stride or the channels change, or that none does."""
        for name, given in {**items[0].scope, "in": items[0].arriving[2]}.items():
            if word in CHANNELS and kind(name) in (*CHANNELS, "in"):
                ratio = Fraction(values[0]) / given
                if 1 in ratio.as_integer_ratio() and sum(ratio.as_integer_ratio()) <= _MOST:
                    yield times(ratio, name)
            elif kind(name) == word:
                yield name
        terms = [*(f"{name} == 1" for name in self.scopes[0] if kind(name) == "s"), "in == out"]
        if word == "joined":
            yield from (" and ".join(terms), " or ".join(terms).replace("==", "!="))

    def argument(self, column: str, values: list[Any], items: list[Item]) -> str:
        """A new argument; the one that is what leaves the unit is called ``c``."""
        leaving = [unit[-1].leaving[2] for unit in self.units]
        word = "c" if kind(column) == "w" and values == leaving else kind(column)
        name = unused(word, self.scopes[0])
        for item, value in zip(items, values, strict=True):
            item.scope[name] = value
        for scope in self.scopes:
            scope.setdefault(name, values[0])
        return name


class Place(NamedTuple):
    """Where a run of rows comes: the list, its first place there, and the rows."""

    rows: list[Item]
    first: int
    unit: list[Item]


class Folding:
    """The rows of networks as they are written, the blocks that they share, what is said once."""

    def __init__(self, translations: Sequence[Translation], fold: bool = True) -> None:
        self.networks = [Chains(translation).whole() for translation in translations]
        self.types = {path: name for t in translations for path, name in t.types.items()}
        self.blocks: list[Item] = []  # their rows inside, and what they take as columns
        if fold:
            self.fold()
        self.defaults = defaults([item for rows in self.lists() for item in rows])

    def lists(self) -> list[list[Item]]:
        return [rows for items in (*self.networks, self.blocks) for rows in lists(items)]

    def fold(self) -> None:
        """Blocks first, then repetitions; of several networks, what members have a number of is
        repeated at once, and nothing that only some repeat."""
        alone = len(self.networks) == 1
        for rows in self.lists():
            excite(rows)
            if not alone:
                repeated(rows, 1, 2)
        wrap(self.networks)
        while found := self.best():
            self.abstract(found)
        for rows in self.lists():
            apart = ([row] if row.columns.get("when", True) else row.parts[0] for row in rows)
            rows[:] = [inner for part in apart for inner in part]
            if alone:
                repeated(rows, _LONGEST, _AGAIN)

    def best(self) -> list[Place]:
        """The runs of rows that save most as calls of one block; none, if none saves enough."""
        found = sorted(alike(self.networks), key=self.saved, reverse=True)
        enough = takewhile(lambda places: self.saved(places) > _SAVES, found)
        return next((runs for runs in enough if all(closed(place.unit) for place in runs)), [])

    def saved(self, places: list[Place]) -> float:
        """How many rows calls of one block save, in each network; neighbours are one call."""
        unit = places[0].unit
        size = len([*every(unit)]) - sum(item.call for item in unit)
        if size < 2 or unit[0].call or unit[-1].call or len(places) <= len(self.networks):
            return 0
        saved = ((len(places) - 1) * size - calls(places)) / len(self.networks)
        chained = all(item.verb in ("conv", "dwconv", *POOLS) for item in unit)
        return saved - chained * _OF_CHAINS - any(item.call for item in unit) * _OF_CALLS

    def abstract(self, places: list[Place]) -> None:
        """Make a block of runs of rows, and calls of them; where that would say no more than a
        repetition in each network, those."""
        units = [place.unit for place in places]
        if calls(places) <= len(self.networks) and all(unit == units[0] for unit in units):
            for _, neighbours in groupby(places, key=lambda place: id(place.rows)):
                (rows, first, unit), *others = neighbours
                repeat(rows, first, len(unit), 1 + len(others))
            return
        unifier, name = Unifier(units), self.name(units)
        rows, takes = unifier.rows(unifier.units), dict.fromkeys(unifier.scopes[0])
        self.blocks.append(Item({name: None, **takes}, [rows]))
        for k, (rows, first, unit) in reversed([*enumerate(places)]):
            columns, ends = {name: None, **unifier.scopes[k]}, (unit[0].arriving, unit[-1].leaving)
            rows[first : first + len(unit)] = [Item(columns, [], *ends, shared(unit), call=True)]
        for rows in self.lists():
            rows[:] = runs(rows)

    def name(self, units: list[list[Item]]) -> str:
        """That of the class of the module that it is, or what it begins with."""
        word = self.types.get(".".join(shared(units[0])), "")
        word = re.sub("[^a-z0-9_]", "", re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", word).lower())
        word = "block" if word in ("", "sequential", "module", "module_list") else word.strip("_")
        return unused(word, {*(block.verb for block in self.blocks), *TAKEN, "in", "out", "se"})


def alike(networks: list[list[Item]]) -> list[list[Place]]:
    """Runs of rows that come more than once, none over another, the short ones first."""
    everywhere = [(r, [*map(skeleton, r)]) for items in networks for r in lists(items)]
    found: dict[Hashable, list[Place]] = {}
    for length, (rows, keys) in product(range(1, _LONGEST + 1), everywhere):
        for first in range(len(rows) - length + 1):
            places = found.setdefault(tuple(keys[first : first + length]), [])
            if not places or places[-1].rows is not rows or places[-1].first + length <= first:
                places.append(Place(rows, first, rows[first : first + length]))
    return [places for places in found.values() if len(places) > 1]


def calls(places: list[Place]) -> int:
    """How many calls are left where neighbours become one."""
    after = {(id(rows), first + len(unit)) for rows, first, unit in places}
    return sum((id(rows), first) not in after for rows, first, _ in places)


def closed(unit: list[Item]) -> bool:
    """Whether nothing outside names a row inside, nor the other way round."""
    rows = [*every(unit)]
    same = {row.name for row in rows} | {""} == {row.origin for row in rows} | {""}
    return same and not any("weights" in row.columns for row in rows)


def excite(rows: list[Item]) -> None:
    """Squeeze-and-excite as the block that ships (``include: se``)."""
    for i, item in enumerate(rows):
        gate = item.parts[0][1:] if item.verb == "multiply" else []
        said = [(row.columns.get("out"), row.columns.get("activation")) for row in gate]
        convs = [Item({**_SQUEEZE, "out": out, "activation": word}) for out, word in said]
        whole = Item({"multiply": None}, [[Item({"avgpool": "global"}), *convs], []])
        plain = closed([item]) and all(isinstance(word, str) for _, word in said)
        if item == whole and plain and [out for out, _ in said[1:]] == [item.arriving[2]]:
            columns = {"se": None, "between": said[0][0], "inner": said[0][1], "gate": said[1][1]}
            rows[i] = Item(columns, [], item.arriving, item.leaving, item.place)


def wrap(networks: list[list[Item]]) -> None:
    """Rows like those inside additions to what arrives, where nothing is added: one of them that
    is not there, so that both are one block."""
    adds = [item for rows in networks for item in every(rows) if item.parts[1:] == [[]]]
    whole = [item.parts[0] for item in adds if item.verb == "add" and len(item.parts[0]) > 1]
    bodies = {tuple(map(skeleton, body)) for body in whole}
    for rows, length in product(networks, sorted({*map(len, bodies)}, reverse=True)):
        for first in range(len(rows)):
            part = rows[first : first + length]
            if tuple(map(skeleton, part)) in bodies and not (part[0].origin or part[-1].name):
                ends = part[0].arriving, part[-1].leaving
                item = Item({"add": None, "when": False}, [part, []], *ends, shared(part))
                rows[first : first + length] = [item] if ends[0] != ends[1] else part


def runs(rows: list[Item]) -> list[Item]:
    """Calls of one block in a row as one, which is repeated; the first may have others of its
    arguments."""
    made: list[Item] = []
    for item in rows:
        last, own = made[-1] if made else Item({}), item.columns
        again = last.columns.get("repeat", 1)
        differ = {key: value for key, value in last.columns.items() if own.get(key, value) != value}
        marked = item.origin or item.name or last.name or "repeat" in own
        alike = item.call and item.verb == last.verb and not marked
        if alike and not (differ and again > 1) and not any(kind(key) in "cw" for key in differ):
            first = {FIRST + key: value for key, value in differ.items()}
            last.columns |= {**first, **own, "repeat": again + 1}
            last.leaving, last.place = item.leaving, shared([last, item])
        else:
            made.append(item)
    return made


def repeated(rows: list[Item], longest: int, fewest: int) -> None:
    """Equal neighbours as a repetition: ``fewest`` rows without branches, or twice what has more
    rows; none begins with a pool, which ends a stage."""
    for period in range(1, longest + 1):
        for place in range(len(rows)):
            unit, again = rows[place : place + period], 1
            while unit and rows[place + again * period :][:period] == unit:
                again += 1
            single = len([*every(unit)]) == 1
            enough = again >= (fewest if single else 2) and (single or longest > 1)
            marked = any(row.name or row.origin for row in every(rows[place:][: again * period]))
            if enough and not marked and unit[0].verb not in POOLS:
                repeat(rows, place, period, again)


def repeat(rows: list[Item], first: int, length: int, again: int) -> None:
    """Make a repetition of a run of rows that comes so often."""
    unit, end = rows[first : first + length], first + again * length
    ends = unit[0].arriving, rows[end - 1].leaving
    rows[first:end] = [Item({"repeat": again}, [unit], *ends, shared(unit))]
