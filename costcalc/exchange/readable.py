"""A translation as a spec that reads like the table of a paper."""

from __future__ import annotations

from collections import Counter

from costcalc.exchange.blocks import FIRST, Folding, kind
from costcalc.exchange.flat import document
from costcalc.exchange.structure import Item, shared
from costcalc.exchange.translation import Translation
from costcalc.operators import OPERATORS
from costcalc.source.nodes import Data, Mapping

#: How far a translation is folded, from nothing on.
LEVELS = ("rows", "structure", "blocks")
_MOST = 0.6  # a group that holds more of the rows says nothing


def readable(translation: Translation, name: str, file: str, level: str = LEVELS[-1]) -> Mapping:
    """The document of a spec; ``level`` says how far it is folded."""
    folding = Folding([translation], level == LEVELS[-1])
    return document(translation, name, file, written(folding, folding.networks[0]))


def written(folding: Folding, items: list[Item]) -> dict[str, Data]:
    """What a document says of the rows of a network, and of the blocks that it shares."""
    blocks: dict[str, Data] = {}
    for block in folding.blocks:
        takes = {key: 1 if kind(key) == "s" else None for key in [*block.columns][1:]}
        said: dict[str, Data] = {"takes": {**takes} if any(takes.values()) else [*takes]}
        own = {**(said if takes else {}), "layers": [row(item) for item in block.parts[0]]}
        blocks[block.verb] = own
    shipped = any(item.verb == "se" for rows in folding.lists() for item in rows)
    groups = stages(items)
    layers: list[Data] = [row(item, groups.get(id(item), "")) for item in items]
    top: dict[str, Data] = {"defaults": folding.defaults, "blocks": blocks, "layers": layers}
    return top | {"include": "se" if shipped else None}


def row(item: Item, group: str = "") -> Data:
    """A row as it is written: an addition to what arrives as ``residual``, a branch of one row
    without its list, a call with the arguments that need be said."""
    columns, verb = dict(item.columns), item.verb
    when = columns.pop("when", "")
    parts = [[row(inner) for inner in part] for part in item.parts]
    if verb == "se":
        columns = {verb: ["in", columns["between"], columns["inner"], columns["gate"]]}
    elif item.call:
        first = {key.removeprefix(FIRST): columns.pop(key) for key in [*columns] if FIRST in key}
        rounds = {"repeat": columns.pop("repeat", None), "first": first}
        said = {k: v for k, v in columns.items() if k != verb and (kind(k), v) != ("s", 1)}
        columns = {verb: said or None, **{key: value for key, value in rounds.items() if value}}
    elif verb == "repeat":
        columns["layers"] = parts[0]
    elif parts:
        body = item.parts[0] if verb == "add" and item.parts[1:] == [[]] else []
        arrives = body and body[0].verb != "learned" and (when or body[-1].leaving == item.arriving)
        del columns[verb]
        branches = [rows[0] if len(rows) == 1 else rows for rows in parts]
        columns = {**({"residual": parts[0]} if arrives else {verb: branches}), **columns}
    marks = {"when": when, "from": item.origin, "group": group, "name": item.name}
    columns |= {key: value for key, value in marks.items() if value}
    return verb if columns == {verb: None} else columns


def stages(items: list[Item]) -> dict[int, str]:
    """The group of each row, by its identity: the module that it and others are of, where modules
    have names and are several."""
    depth, groups = len(shared(items)), {}
    for item in items:
        path = shared([item])[depth:]
        if len(path) > (item.verb in OPERATORS) and path[0].isidentifier():
            groups[id(item)] = path[0]
    most = max(Counter(groups.values()).values(), default=0)
    return groups if len({*groups.values()}) > 1 and most <= _MOST * len(items) else {}
