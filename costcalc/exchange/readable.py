"""A translation as a spec that reads like the table of a paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from costcalc.exchange.blocks import Block, Folding, common, shared
from costcalc.exchange.flat import document, refuse
from costcalc.exchange.fusing import defaults, fuse
from costcalc.exchange.structure import Item, every, structured
from costcalc.exchange.translation import Translation
from costcalc.exchange.unifying import FIRST, is_argument
from costcalc.operators import OPERATORS
from costcalc.source.nodes import Data, Mapping, marked

#: How far a translation is folded, from nothing on.
LEVELS = ("rows", "structure", "blocks")
_MOST = 0.6  # a group that holds more of the rows says nothing


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
    bodies = [block.rows for block in blocks.values()]
    said, groups = defaults([items, *bodies]), stages(items)
    layers: list[Data] = [row(item, blocks, groups.get(id(item), "")) for item in items]
    root = document(translation, name, file, layers)
    top: dict[str, Data] = {**root.values, "defaults": said}
    del top["layers"]
    if any(item.verb == "se" for rows in (items, *bodies) for item in every(rows)):
        top["include"] = "se"
    if blocks:
        top["blocks"] = {key: body(block, blocks) for key, block in blocks.items()}
    made = marked({**top, "layers": layers}, root.place)
    assert isinstance(made, Mapping)
    return made


def body(block: Block, blocks: dict[str, Block]) -> dict[str, Data]:
    """A block as it is written."""
    silent = any(value is not None for value in block.takes.values())
    takes: Data = {**block.takes} if silent else [*block.takes]
    rows: list[Data] = [row(item, blocks) for item in block.rows]
    return {**({"takes": takes} if block.takes else {}), "layers": rows}


def row(item: Item, blocks: dict[str, Block], group: str = "") -> Data:
    """A row as it is written."""
    columns, verb = dict(item.columns), item.verb
    when = columns.pop("when", "")
    if verb == "se":
        columns[verb] = ["in", columns.pop("between"), columns.pop("inner"), columns.pop("gate")]
    elif item.call:
        columns = call(item, blocks[verb])
    elif verb == "repeat":
        columns["layers"] = [row(inner, blocks) for inner in item.parts[0]]
    elif item.parts:
        columns = merge(
            item, columns, [[row(i, blocks) for i in part] for part in item.parts], when
        )
    marks = {"when": when, "from": item.origin, "group": group, "name": item.name}
    columns |= {key: value for key, value in marks.items() if value}
    return verb if columns == {verb: None} else columns


def call(item: Item, block: Block) -> dict[str, Any]:
    """A call of a block: its arguments, but for those that need not be said, and how often."""
    given = {key: value for key, value in item.columns.items() if is_argument(item, key)}
    first = {key.removeprefix(FIRST): given.pop(key) for key in [*given] if key.startswith(FIRST)}
    said = {k: v for k, v in given.items() if block.takes[k] is None or v != block.takes[k]}
    columns: dict[str, Any] = {item.verb: said or None}
    if "repeat" in item.columns:
        columns["repeat"] = item.columns["repeat"]
    return {**columns, "first": first} if first else columns


def merge(item: Item, columns: dict[str, Any], branches: list[Any], when: str) -> dict[str, Any]:
    """An addition to what arrives as ``residual``; else branches, a single row without its list."""
    verb, parts = item.verb, item.parts
    arrives = verb == "add" and len(parts) == 2 and not parts[1] and bool(parts[0])
    arrives = arrives and parts[0][0].verb != "learned"
    if arrives and (when or parts[0][-1].leaving == item.arriving):
        del columns[verb]
        return {"residual": branches[0], **columns}
    return {**columns, verb: [rows[0] if len(rows) == 1 else rows for rows in branches]}


def stages(items: list[Item]) -> dict[int, str]:
    """The group of each row, by its identity: the module that it and others are of, where modules
    have names and are several."""
    paths = {id(item): shared([item]).split(".") for item in items}
    depth = len(common([path for path in paths.values() if path != [""]]))
    groups = {}
    for item in items:
        path = paths[id(item)]
        if len(path) > depth + (item.verb in OPERATORS) and path[depth].isidentifier():
            groups[id(item)] = path[depth]
    most = max(Counter(groups.values()).values(), default=0)
    return groups if len({*groups.values()}) > 1 and most <= _MOST * len(items) else {}
