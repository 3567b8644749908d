"""What comes again and again in a network: runs of rows that are alike become blocks with
arguments, and equal neighbours repetitions. Several networks are folded together, so that members
of a family have the same blocks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, NamedTuple

from costcalc.exchange.fusing import CONVOLUTIONS, POOLS, every
from costcalc.exchange.structure import Item, lists
from costcalc.exchange.unifying import Arguments, Unifier, is_call, skeleton

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


class Folding:
    """Folds the rows of one network, or of several, in place."""

    def __init__(self, networks: Sequence[list[Item]], types: dict[str, str]) -> None:
        self.networks = networks
        self.types = types  # classes of modules, by path
        self.blocks: dict[str, Block] = {}

    def fold(self) -> None:
        """Blocks first, then repetitions."""
        excite(self.lists())
        wrap(self.lists())
        while (found := self.best()) is not None:
            self.abstract(found) if self.worth(found) else self.repeat(found)
        unwrap(self.networks)
        for block in self.blocks.values():
            unwrap([block.rows])
        for rows in [*self.lists(), *(r for b in self.blocks.values() for r in lists(b.rows))]:
            rows[:] = repeated(rows)

    def lists(self) -> list[list[Item]]:
        return [rows for items in self.networks for rows in lists(items)]

    def best(self) -> Places | None:
        """The runs of rows that save most as calls of one block."""
        found, most = None, _SAVES - 1
        everywhere = [(rows, [skeleton(item) for item in rows]) for rows in self.lists()]
        of = {id(rows): k for k, items in enumerate(self.networks) for rows in lists(items)}
        sizes = {id(item): item.rows() for rows, _ in everywhere for item in rows}
        for length in range(1, _LONGEST + 1):
            for places in alike(everywhere, length):
                rows, first = places.at[0]
                unit = rows[first : first + length]
                size = sum(sizes[id(item)] for item in unit if not is_call(item))
                if size < 2 or is_call(unit[0]) or is_call(unit[-1]):
                    continue
                saved = (len(places.at) - 1) * size - calls(places)
                if all(not item.parts and item.verb in _CHAINED for item in unit):
                    saved -= _OF_CHAINS - _SAVES
                if any(map(is_call, unit)):
                    saved -= _OF_CALLS
                again = max(Counter(of[id(rows)] for rows, _ in places.at).values()) > 1
                if saved > most and again and self.closed(places):
                    found, most = places, saved
        return found

    def closed(self, places: Places) -> bool:
        """Whether nothing outside names a row inside, nor the other way round."""
        for rows, first in places.at:
            inside = [*every(rows[first : first + places.length])]
            given = {item.name for item in inside if item.name}
            used = {item.origin for item in inside if item.origin}
            lent = any(item.lends or "weights" in item.columns for item in inside)
            if lent or used - given or given - used:
                return False
        return True

    def worth(self, places: Places) -> bool:
        """Whether it is more than what a repetition says: rows that differ, or stand apart."""
        units = [rows[first : first + places.length] for rows, first in places.at]
        if calls(places) > len(self.networks):
            return True
        return any(numbers(unit) != numbers(units[0]) for unit in units[1:])

    def abstract(self, places: Places) -> None:
        """Make a block of runs of rows, and calls of them."""
        units = [rows[first : first + places.length] for rows, first in places.at]
        unifier = Unifier(units)
        template = unifier.template()
        name = self.name(units)
        takes = {
            key: 1 if unifier.columns[key] == "stride" and 1 in values else None
            for key, values in unifier.arguments.items()
        }
        self.blocks[name] = Block(template, takes)
        for k, (rows, first) in reversed([*enumerate(places.at)]):
            given = Arguments({key: values[k] for key, values in unifier.arguments.items()})
            unit = units[k]
            call = Item({name: given}, [], unit[0].arriving, unit[-1].leaving, shared(unit))
            rows[first : first + places.length] = [call]
        for rows in self.lists():
            rows[:] = runs(rows)

    def repeat(self, places: Places) -> None:
        """Make a repetition of a run of rows that comes once, equal rows behind each other."""
        runs = [at for at in places.at if (at[0], at[1] - places.length) not in places.at]
        for rows, first in reversed(runs):
            times = sum(one is rows for one, _ in places.at)
            unit, end = rows[first : first + places.length], first + times * places.length
            ends = unit[0].arriving, rows[end - 1].leaving
            rows[first:end] = [Item({"repeat": times}, [unit], *ends, shared(unit))]

    def name(self, units: list[list[Item]]) -> str:
        """That of the class of the module that it is, or what it begins with."""
        word = re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", self.types.get(shared(units[0]), "")).lower()
        word = re.sub("[^a-z0-9_]", "", word).strip("_")
        if not word or word in ("sequential", "module", "module_list"):
            word = "block"
        taken = (*self.blocks, "in", "out")
        named = [word, *(f"{word}{n}" for n in range(2, len(taken) + 3))]
        return next(name for name in named if name not in taken)


def shared(items: list[Item]) -> str:
    """The module that holds all of some rows."""
    paths = [item.place.split(".") for item in every(items) if item.place]
    common = []
    for words in zip(*paths, strict=False):
        if len(set(words)) > 1:
            break
        common.append(words[0])
    return ".".join(common)


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


def calls(places: Places) -> int:
    """How many calls are left where neighbours become one."""
    after = {(id(rows), first + places.length) for rows, first in places.at}
    return sum((id(rows), first) not in after for rows, first in places.at)


def numbers(items: list[Item]) -> list[object]:
    """What rows say, names left out."""
    return [[inner.columns, inner.joins, len(inner.parts)] for inner in every(items)]


# -- what is recognised ----------------------------------------------------------------------------


def excite(everywhere: list[list[Item]]) -> None:
    """Squeeze-and-excite as the block that ships (``include: se``)."""
    for rows in everywhere:
        for i, item in enumerate(rows):
            found = _excitation(item)
            if found is not None:
                rows[i] = found


def _excitation(item: Item) -> Item | None:
    if item.verb != "multiply" or item.name or item.origin or len(item.parts) != 2:
        return None
    inner = item.parts[0] or item.parts[1]
    shape = [row.verb for row in inner]
    if (
        all(item.parts)
        or shape != ["avgpool", "conv", "conv"]
        or any(row.name or row.origin or row.lends for row in inner)
    ):
        return None
    pool, down, up = (row.columns for row in inner)
    gates = [row.get("activation") for row in (down, up)]
    plain = {"conv", "out", "bias", "padding", "activation"}
    if pool != {"avgpool": "global"} or any(
        row.keys() - plain or not row["bias"] or row["conv"] != "1x1" for row in (down, up)
    ):
        return None
    if not all(isinstance(gate, str) for gate in gates) or up["out"] != item.arriving[2]:
        return None
    columns = {"se": None, "between": down["out"], "inner": gates[0], "gate": gates[1]}
    return Item(columns, [], item.arriving, item.leaving, item.place)


def wrap(everywhere: list[list[Item]]) -> None:
    """Rows like those inside additions to what arrives, where nothing is added: one of them that
    does not join, so that both are one block."""
    bodies: dict[Hashable, int] = {}
    for rows in everywhere:
        for item in rows:
            if item.verb == "add" and len(item.parts) == 2 and not item.parts[1]:
                bodies[tuple(map(skeleton, item.parts[0]))] = len(item.parts[0])
    lengths = sorted({length for length in bodies.values() if length > 1}, reverse=True)
    inside = {id(item.parts[0]) for rows in everywhere for item in rows if item.verb == "add"}
    for rows in everywhere:
        for length in lengths if id(rows) not in inside else ():
            first = 0
            while first + length <= len(rows):
                part = rows[first : first + length]
                if bodies.get(tuple(map(skeleton, part))) == length and _changes(part):
                    ends = part[0].arriving, part[-1].leaving
                    item = Item({"add": None}, [part, []], *ends, shared(part), joins=False)
                    rows[first : first + length] = [item]
                first += 1


def _changes(part: list[Item]) -> bool:
    return part[0].arriving != part[-1].leaving and not part[0].origin and not part[-1].name


def unwrap(networks: Sequence[list[Item]]) -> None:
    """What no block became is as it was."""
    for items in networks:
        for rows in [*lists(items)]:
            rows[:] = [
                inner for item in rows for inner in ([item] if item.joins else item.parts[0])
            ]


# -- repetitions -----------------------------------------------------------------------------------


def runs(rows: list[Item]) -> list[Item]:
    """Calls of one block in a row as one, which is repeated; the first may have others of its
    arguments."""
    made: list[Item] = []
    for item in rows:
        last = made[-1] if made else None
        if last is not None and _continues(last, item):
            last.columns.setdefault("repeat", 1)
            if last.columns["repeat"] == 1:
                own, first = item.columns[item.verb], last.columns[last.verb]
                given = {key: first[key] for key in own if first[key] != own[key]}
                if given:
                    last.columns["first"] = Arguments(given)
                last.columns[last.verb] = own
            last.columns["repeat"] += 1
            last.leaving = item.leaving
            last.place = shared([last, item])
        else:
            made.append(item)
    return made


def _continues(last: Item, item: Item) -> bool:
    """Whether a call can be one more round of the call before it."""
    if not is_call(item) or last.verb != item.verb or item.origin or last.name or item.name:
        return False
    again = last.columns.get("repeat", 1)
    if not isinstance(again, int):
        return False
    own, given = item.columns[item.verb], last.columns[last.verb]
    if again > 1:
        return bool(own == given)
    channels = [key for key in own if key[0] in "cw" and own[key] != given[key]]
    return not channels


def repeated(rows: list[Item]) -> list[Item]:
    """Equal neighbours as a repetition, where that is shorter."""
    rows = [*rows]
    place = 0
    while place < len(rows):
        best = (0, 1, 1)
        for period in range(1, min(_LONGEST, (len(rows) - place) // 2) + 1):
            times = _times(rows, place, period)
            size = sum(item.rows() for item in rows[place : place + period])
            enough = times >= (_AGAIN if size == 1 else 2)
            saved = (times - 1) * size - 1
            if enough and saved > best[0]:
                best = (saved, period, times)
        saved, period, times = best
        if saved and rows[place].verb in POOLS and _times(rows, place + 1, period) >= times:
            saved = 0  # a stage ends with its pool
        if saved:
            body = repeated(rows[place : place + period])
            ends = rows[place].arriving, rows[place + period * times - 1].leaving
            item = Item({"repeat": times}, [body], *ends, shared(body))
            rows[place : place + period * times] = [item]
        place += 1
    return rows


def _times(rows: list[Item], place: int, period: int) -> int:
    """How often a run of rows comes from a place on."""
    unit = rows[place : place + period]
    named = any(item.name or item.origin or item.lends for item in every(unit))
    if named or not unit:
        return 1
    wanted = [_content(item) for item in unit]
    times = 1
    while True:
        following = rows[place + times * period : place + (times + 1) * period]
        if [_content(item) for item in following] != wanted:
            return times
        times += 1


def _content(item: Item) -> object:
    """All that a row says."""
    return (
        item.columns,
        [[_content(inner) for inner in part] for part in item.parts],
        (item.name, item.origin, item.lends),
    )
