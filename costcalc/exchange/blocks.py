"""What comes again and again in a network: runs of rows that are alike become blocks with
arguments, and equal neighbours repetitions. Several networks are folded together, so that members
of a family have the same blocks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from costcalc.exchange.fusing import CONVOLUTIONS, POOLS
from costcalc.exchange.structure import Item, every, lists
from costcalc.exchange.unifying import FIRST, Unifier, is_argument, kind, skeleton
from costcalc.language.parser import TAKEN

#: A block has no more rows of its own level, and saves at least so many; one without branches or
#: norms more, for chains of convolutions are read as they are, and one that calls blocks.
_LONGEST, _SAVES, _OF_CHAINS, _OF_CALLS = 12, 5, 9, 6
#: So many equal neighbours become a repetition; of several rows, two.
_AGAIN = 3
_CHAINED = (*CONVOLUTIONS, *POOLS)


class Block(NamedTuple):
    """Rows with arguments, and the value that each mostly has, if it need not be said."""

    rows: list[Item]
    takes: dict[str, Any]


class Places(NamedTuple):
    """Where a run of rows comes: the list, and its first place there."""

    length: int
    at: list[tuple[list[Item], int]]

    def units(self) -> list[list[Item]]:
        return [rows[first : first + self.length] for rows, first in self.at]

    def calls(self) -> int:
        """How many calls are left where neighbours become one."""
        after = {(id(rows), first + self.length) for rows, first in self.at}
        return sum((id(rows), first) not in after for rows, first in self.at)


class Folding:
    """Folds the rows of one network, or of several, in place."""

    def __init__(self, networks: Sequence[list[Item]], types: dict[str, str]) -> None:
        self.networks = networks
        self.types = types  # classes of modules, by path
        self.blocks: dict[str, Block] = {}

    def fold(self) -> None:
        """Blocks first, then repetitions; of several networks, what members have a number of is
        repeated at once, and nothing that only some repeat."""
        for rows in self.lists() if len(self.networks) > 1 else ():
            neighbours(rows)
        excite(self.lists())
        wrap(self.lists())
        while (found := self.best()) is not None:
            first, *others = map(said, found.units())  # no more than what a repetition says?
            apart = found.calls() > len(self.networks) or any(other != first for other in others)
            self.abstract(found) if apart else self.repeat(found)
        for rows in [*self.lists(), *(r for b in self.blocks.values() for r in lists(b.rows))]:
            rows[:] = [
                inner for item in rows for inner in ([item] if item.joins else item.parts[0])
            ]
            rows[:] = repeated(rows) if len(self.networks) == 1 else rows

    def lists(self) -> list[list[Item]]:
        return [rows for items in self.networks for rows in lists(items)]

    def best(self) -> Places | None:
        """The runs of rows that save most as calls of one block."""
        found, most = None, _SAVES - 1.0
        everywhere = [(rows, [skeleton(item) for item in rows]) for rows in self.lists()]
        of = {id(rows): k for k, items in enumerate(self.networks) for rows in lists(items)}
        sizes = {
            id(i): 0 if i.call else sum(1 for _ in i.within()) for r, _ in everywhere for i in r
        }
        for length in range(1, _LONGEST + 1):
            for places in alike(everywhere, length):
                unit = places.units()[0]
                size = sum(sizes[id(item)] for item in unit)
                if size < 2 or unit[0].call or unit[-1].call:
                    continue
                saved = ((len(places.at) - 1) * size - places.calls()) / len(self.networks)
                chained = all(not item.parts and item.verb in _CHAINED for item in unit)
                saved -= _OF_CHAINS - _SAVES if chained else 0
                saved -= _OF_CALLS if any(item.call for item in unit) else 0
                again = max(Counter(of[id(rows)] for rows, _ in places.at).values()) > 1
                if saved > most and again and all(map(closed, places.units())):
                    found, most = places, saved
        return found

    def abstract(self, places: Places) -> None:
        """Make a block of runs of rows, and calls of them."""
        units = places.units()
        unifier = Unifier(units)
        template, name = unifier.template(), self.name(units)
        takes = {
            key: 1 if kind(key) == "s" and 1 in values.values() else None
            for key, values in unifier.arguments.items()
        }
        self.blocks[name] = Block(template, takes)
        for k, (rows, first) in reversed([*enumerate(places.at)]):
            given = {key: values[k] for key, values in unifier.arguments.items()}
            ends = units[k][0].arriving, units[k][-1].leaving
            call = Item({name: None, **given}, [], *ends, shared(units[k]), call=True)
            rows[first : first + places.length] = [call]
        for rows in self.lists():
            rows[:] = runs(rows)

    def repeat(self, places: Places) -> None:
        """Make a repetition of equal rows behind each other, of which each network has one run."""
        for rows in {id(rows): rows for rows, _ in places.at}.values():
            firsts = [first for one, first in places.at if one is rows]
            repeat(rows, firsts[0], places.length, len(firsts))

    def name(self, units: list[list[Item]]) -> str:
        """That of the class of the module that it is, or what it begins with."""
        word = re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", self.types.get(shared(units[0]), "")).lower()
        word = re.sub("[^a-z0-9_]", "", word).strip("_")
        if word in ("", "sequential", "module", "module_list"):
            word = "block"
        taken = (*self.blocks, *TAKEN, "in", "out", "se")
        named = [word, *(f"{word}{n}" for n in range(2, len(taken)))]
        return next(name for name in named if name not in taken)


def shared(items: list[Item]) -> str:
    """The module that holds all of some rows."""
    return ".".join(common([item.place.split(".") for item in every(items) if item.place]))


def common(paths: Sequence[Sequence[str]]) -> list[str]:
    """The words that all paths begin with."""
    alike = takewhile(lambda words: len({*words}) == 1, zip(*paths, strict=False))
    return [words[0] for words in alike]


def alike(everywhere: list[tuple[list[Item], list[Hashable]]], length: int) -> Iterator[Places]:
    """Runs of rows of a length that come more than once, none over another."""
    found: dict[Hashable, Places] = {}
    until: dict[tuple[Hashable, int], int] = {}
    for rows, keys in everywhere:
        for first in range(len(rows) - length + 1):
            key = tuple(keys[first : first + length])
            if until.get((key, id(rows)), 0) <= first:
                found.setdefault(key, Places(length, [])).at.append((rows, first))
                until[key, id(rows)] = first + length
    yield from (places for places in found.values() if len(places.at) > 1)


def closed(unit: list[Item]) -> bool:
    """Whether nothing outside names a row inside, nor the other way round."""
    rows = [*every(unit)]
    same = {row.name for row in rows} | {""} == {row.origin for row in rows} | {""}
    return same and not any(row.lends or "weights" in row.columns for row in rows)


# -- what is recognised ----------------------------------------------------------------------------


def excite(everywhere: list[list[Item]]) -> None:
    """Squeeze-and-excite as the block that ships (``include: se``)."""
    for rows in everywhere:
        for i, item in enumerate(rows):
            inner = [row for part in item.parts for row in part]
            if (
                item.verb != "multiply"
                or len(item.parts) != 2
                or all(item.parts)
                or len(inner) != 3
            ):
                continue
            pool, down, up = (dict(row.columns) for row in inner)
            gates = [row.pop("activation", None) for row in (down, up)]
            wanted: dict[str, Any] = {"conv": "1x1", "out": down.get("out"), "padding": "half"}
            wanted["bias"] = True
            if (
                (pool, down, up)
                == ({"avgpool": "global"}, wanted, {**wanted, "out": item.arriving[2]})
                and all(isinstance(gate, str) for gate in gates)
                and not any(row.name or row.origin or row.lends for row in (item, *inner))
            ):
                columns = {"se": None, "between": down["out"], "inner": gates[0], "gate": gates[1]}
                rows[i] = Item(columns, [], item.arriving, item.leaving, item.place)


def wrap(everywhere: list[list[Item]]) -> None:
    """Rows like those inside additions to what arrives, where nothing is added: one of them that
    does not join, so that both are one block."""
    adds = [item for rows in everywhere for item in rows if item.verb == "add"]
    bodies = {tuple(map(skeleton, item.parts[0])) for item in adds if item.parts[1:] == [[]]}
    inside = {id(item.parts[0]) for item in adds}
    for rows in everywhere:
        for length in sorted({*map(len, bodies)} - {0, 1}, reverse=True):
            for first in range(len(rows) - length + 1 if id(rows) not in inside else 0):
                part = rows[first : first + length]
                if tuple(map(skeleton, part)) in bodies and changes(part):
                    item = Item({"add": None}, [part, []], part[0].arriving, part[-1].leaving)
                    item.place, item.joins = shared(part), False
                    rows[first : first + length] = [item]


def changes(part: list[Item]) -> bool:
    """Whether a map of another form leaves, and others name none of both."""
    return part[0].arriving != part[-1].leaving and not (part[0].origin or part[-1].name)


# -- repetitions -----------------------------------------------------------------------------------


def runs(rows: list[Item]) -> list[Item]:
    """Calls of one block in a row as one, which is repeated; the first may have others of its
    arguments."""
    made: list[Item] = []
    for item in rows:
        last = made[-1] if made else item
        again, differ = last.columns.get("repeat", 1), {}
        marked = item.origin or item.name or last.name or "repeat" in item.columns
        apart = last is item or not item.call or last.verb != item.verb or marked
        own = {key: value for key, value in item.columns.items() if is_argument(item, key)}
        if not apart:
            differ = {key: last.columns[key] for key in own if last.columns[key] != own[key]}
        if apart or (again > 1 and differ) or any(kind(key) in "cw" for key in differ):
            made.append(item)
            continue
        last.columns |= {FIRST + key: value for key, value in differ.items()}
        last.columns |= {**own, "repeat": again + 1}
        last.leaving, last.place = item.leaving, shared([last, item])
    return made


def neighbours(rows: list[Item]) -> None:
    """Equal rows behind each other as a repetition, but for those with branches."""
    place = 0
    while place < len(rows):
        again = 1 if rows[place].parts else _times(rows, place, 1)
        if again > 1:
            repeat(rows, place, 1, again)
        place += 1


def repeated(rows: list[Item]) -> list[Item]:
    """Equal neighbours as a repetition, where that is shorter."""
    rows, place = [*rows], 0
    while place < len(rows):
        best = (0, 1, 1)
        for period in range(1, min(_LONGEST, (len(rows) - place) // 2) + 1):
            again, size = (
                _times(rows, place, period),
                sum(1 for _ in every(rows[place : place + period])),
            )
            enough = again >= (_AGAIN if size == 1 else 2)
            best = max(best, (((again - 1) * size - 1) * enough, -period, again))
        saved, period, again = best[0], abs(best[1]), best[2]
        if saved and rows[place].verb in POOLS and _times(rows, place + 1, period) >= again:
            saved = 0  # a stage ends with its pool
        if saved:
            repeat(rows, place, period, again)
            rows[place].parts = [repeated(rows[place].parts[0])]
        place += 1
    return rows


def repeat(rows: list[Item], first: int, length: int, again: int) -> None:
    """Make a repetition of a run of rows that comes so often."""
    unit, end = rows[first : first + length], first + again * length
    ends = unit[0].arriving, rows[end - 1].leaving
    rows[first:end] = [Item({"repeat": again}, [unit], *ends, shared(unit))]


def _times(rows: list[Item], place: int, period: int) -> int:
    """How often a run of rows comes from a place on."""
    again, first = 0, rows[place : place + period]
    while said(unit := rows[place + again * period : place + (again + 1) * period]) == said(first):
        if any(item.name or item.origin or item.lends for item in every(unit)):
            break
        again += 1
    return again


def said(items: list[Item]) -> list[object]:
    """What rows say, names left out."""
    return [[inner.columns, inner.joins, [*map(len, inner.parts)]] for inner in every(items)]
