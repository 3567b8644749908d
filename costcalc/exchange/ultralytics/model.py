"""Ultralytics' YAML: rows that name modules, at the scale that the name of the file says.

``yolov8s.yaml`` is of the scale s; where the name says none, the first is meant. Source:
Ultralytics, ``parse_model``.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

from costcalc.errors import visible
from costcalc.exchange.flow import Flow, broken
from costcalc.exchange.maps import Value
from costcalc.exchange.translation import Form, Refused, Translation
from costcalc.exchange.ultralytics.blocks import BLOCKS
from costcalc.exchange.ultralytics.modules import MODULES, REPEAT, Module, Scaled
from costcalc.source.nodes import List, Mapping, Node, Text
from costcalc.source.reader import read_file

#: The side that Ultralytics trains and measures at, where none is said.
_SIDE = 640
#: All modules that are read.
READERS = MODULES | BLOCKS
#: What a file says of all its modules, and what is read of it, if it says it.
_OTHERS = {"end2end": (None, False), "reg_max": (None, 16)}
#: More repetitions of a module are none.
_MOST = 100
_WORDS: dict[str, Any] = {"None": None, "True": True, "False": False}


class Net:
    """The rows of a file, at its scale."""

    def __init__(self, root: Mapping, stem: str) -> None:
        values = {key: plain_of(node) for key, node in root.values.items()}
        scales = values.get("scales") or {}
        end = re.search(r"\d([a-z])(?![a-z])", stem)
        scale = end[1] if end and end[1] in scales else next(iter(scales), "")
        self.flow = Flow()
        try:
            self.scaled = said = Scaled(self.flow, values, scale)
            above = min(said.classes, said.most) > 0 and min(said.depth, said.width) > 0
        except (ValueError, TypeError):
            above = False
        if not above:
            raise Refused("nc, and the scale of its name, are numbers above 0")
        for key, read in _OTHERS.items():
            if values.get(key) not in read:
                raise Refused(f"{key}: {visible(str(values[key]))} is not read")
        self.rows = [*values["backbone"], *values["head"]]
        self.channels = values.get("channels", 3)

    def run(self, size: Form) -> Translation:
        flow, maps = self.flow, list[int | str]()
        flow.known["x"] = Value(flow.translation.row({}, form=size, name="input"), size)
        for i, (source, repeats, name, given) in enumerate(self.rows):
            sources = source if isinstance(source, list) else [source]
            reads = [self.source(maps, one) for one in sources]
            reader = partial(self.module, name, repeats, given, reads)
            flow.read(f"{i}.{name}", [i], [], reader)
            maps.append(i)
        return flow.finished(maps[-1:])

    def source(self, maps: list[int | str], one: int) -> int | str:
        """The row that a place names, from the first on or from here back; before them all is the
        input, and before that nothing."""
        if one == -1 and not maps:
            return "x"
        return len(maps) + one if one < 0 else one

    def module(self, name: str, repeats: int, given: Any, reads: list[int | str]) -> Value:
        """What a row gives, and the rows for it.

        :raises Refused: there are none.
        """
        if name not in READERS:
            raise Refused(f"module {visible(str(name))}")
        self.flow.given(reads, "no row before gives")
        n = max(round(repeats * self.scaled.depth), 1) if repeats > 1 else repeats
        if not 0 < n <= _MOST:
            raise Refused(f"{n} repetitions: 1 to {_MOST} are read")
        given = [self.scaled.classes if one == "nc" else one for one in given]
        for _ in range(1 if name in REPEAT else n):
            maps = [self.flow.value(one) for one in reads]
            read = Module(self.scaled, name, n, given, maps)
            made = READERS[name](read)
            if ignored := {*range(len(given))} - read.read:
                raise Refused(f"{name} with argument {min(ignored) + 1}")
            reads = [self.again(made)]
        return made

    def again(self, value: Value) -> str:
        self.flow.known["again"] = value
        return "again"


def plain_of(node: Node | None) -> Any:
    """What is written, as plain data; numbers with a point stay text."""
    if isinstance(node, Mapping):
        return {key: plain_of(value) for key, value in node.values.items()}
    if isinstance(node, List):
        return [plain_of(item) for item in node.items]
    text = node.text if isinstance(node, Text) else ""
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else _WORDS.get(text, text)


def read(path: Path, size: Form | None = None) -> Translation:
    """The rows of an Ultralytics model; ``size`` is another than 640 x 640 of its input.

    :raises CostcalcError: the file is none.
    """
    root = read_file(path)
    try:
        if not isinstance(root, Mapping):
            raise TypeError
        net = Net(root, path.stem)
        translation = net.run(size or (_SIDE, _SIDE, net.channels))
    except Refused as refused:
        raise broken(path, str(refused)) from None
    except (LookupError, TypeError, ValueError, AttributeError, ZeroDivisionError):
        raise broken(path, "not an Ultralytics model, or a damaged one") from None
    scale = f", scale {net.scaled.scale}" if net.scaled.scale else ""
    side = "" if size else f", at its usual side of {_SIDE}"
    translation.notes = f"from an Ultralytics model{scale}{side}"
    return translation
