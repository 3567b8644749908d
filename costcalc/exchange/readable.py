"""A translation as a spec that reads like the table of a paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from costcalc.exchange.blocks import Block, Folding, shared
from costcalc.exchange.flat import document, refuse
from costcalc.exchange.fusing import defaults, every, fuse
from costcalc.exchange.structure import Item, structured
from costcalc.exchange.translation import Translation
from costcalc.exchange.unifying import is_call
from costcalc.operators import OPERATORS
from costcalc.source.nodes import Data, Mapping, marked

#: How far a translation is folded, from nothing on.
_MOST = 0.6  # a group that holds more of the rows says nothing
LEVELS = ("rows", "structure", "blocks")


def readable(translation: Translation, name: str, file: str, level: str = LEVELS[-1]) -> Mapping:
    """The document of a spec; ``level`` says how far it is folded.

    :raises CostcalcError: something has no row.
    """
    refuse(translation, file)
    (items,), blocks = folded([translation], level)
    return made(translation, name, file, items, blocks)


def folded(
    translations: Sequence[Translation], level: str = LEVELS[-1]
) -> tuple[list[list[Item]], dict[str, Block]]:
    """The rows of each network, and the blocks that they share."""
    networks = [structured(translation) for translation in translations]
    for items in networks:
        fuse(items)
    types = {path: name for t in translations for path, name in t.types.items()}
    folding = Folding(networks, types)
    if level == LEVELS[-1]:
        folding.fold()
    return networks, folding.blocks


def made(
    translation: Translation, name: str, file: str, items: list[Item], blocks: dict[str, Block]
) -> Mapping:
    """The document of a network with its rows and blocks."""
    said = defaults([items, *(block.rows for block in blocks.values())])
    groups = stages(items)
    layers: list[Data] = [row(item, blocks, groups.get(id(item), "")) for item in items]
    root = document(translation, name, file, layers)
    top: dict[str, Data] = dict(root.values)
    del top["layers"]
    top["defaults"] = {**said}
    uses = {
        item.verb for rows in (items, *(b.rows for b in blocks.values())) for item in every(rows)
    }
    if "se" in uses:
        top["include"] = "se"
    if blocks:
        top["blocks"] = {key: body(block, blocks) for key, block in blocks.items()}
    top["layers"] = layers
    made = marked(top, root.place)
    assert isinstance(made, Mapping)
    return made


def body(block: Block, blocks: dict[str, Block]) -> dict[str, Data]:
    """A block as it is written."""
    rows: list[Data] = [row(item, blocks) for item in block.rows]
    if not block.takes:
        return {"layers": rows}
    plain = all(value is None for value in block.takes.values())
    takes: Data = [*block.takes] if plain else {**block.takes}
    return {"takes": takes, "layers": rows}


def row(item: Item, blocks: dict[str, Block], group: str = "") -> Data:
    """A row as it is written."""
    columns, verb = dict(item.columns), item.verb
    marks = {"from": item.origin, "group": group, "name": item.name}
    if verb == "se":
        gates = [columns.pop("inner"), columns.pop("gate")]
        columns[verb] = ["in", columns.pop("between"), *gates]
    elif is_call(item):
        silent = blocks[verb].takes
        given = item.columns[verb]
        columns[verb] = {
            key: value
            for key, value in given.items()
            if silent[key] is None or value != silent[key]
        }
        columns[verb] = columns[verb] or None
    elif verb == "repeat":
        columns["layers"] = [row(inner, blocks) for inner in item.parts[0]]
    elif item.parts:
        columns = structure(item, columns, blocks)
    marks = {"when": columns.pop("when", ""), **marks}
    columns |= {key: value for key, value in marks.items() if value}
    return verb if columns == {verb: None} else columns


def structure(item: Item, columns: dict[str, Any], blocks: dict[str, Block]) -> dict[str, Any]:
    """An addition to what arrives as ``residual``; else branches, a single row without its list."""
    verb, parts = item.verb, item.parts
    arrives = verb == "add" and len(parts) == 2 and not parts[1] and bool(parts[0])
    arrives = arrives and parts[0][0].verb != "learned"
    if arrives and ("when" in columns or parts[0][-1].leaving == item.arriving):
        rest = {key: value for key, value in columns.items() if key != verb}
        return {"residual": [row(inner, blocks) for inner in parts[0]], **rest}
    branches = []
    for part in parts:
        rows = [row(inner, blocks) for inner in part]
        branches.append(rows[0] if len(rows) == 1 else rows)
    columns[verb] = branches
    return columns


def stages(items: list[Item]) -> dict[int, str]:
    """The group of each row, by its identity: the module that it and others are of, where modules
    have names and are several."""
    paths = {id(item): shared([item]).split(".") for item in items}
    depth = 0
    while True:
        found = Counter(path[depth] for path in paths.values() if len(path) > depth)
        if len(found) != 1 or next(iter(found.values())) < len(items) / 2:
            break
        depth += 1
    inner = {
        id(item): paths[id(item)][depth]
        for item in items
        if len(paths[id(item)]) > depth + (item.verb in OPERATORS) and paths[id(item)][depth]
    }
    counted = Counter(name for name in inner.values() if name.isidentifier())
    most = max(counted.values(), default=0)
    said = len(counted) > 1 and most <= _MOST * len(items)
    return {key: name for key, name in inner.items() if name in counted} if said else {}
