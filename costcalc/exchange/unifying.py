"""Several runs of rows that are alike but for numbers, as the rows of one block with arguments."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import count
from typing import Any, NamedTuple

from costcalc.exchange.fusing import POOLS
from costcalc.exchange.structure import Item

#: The columns in which rows of one block may differ, and what one that is not written is.
VARIABLE: dict[str, Any] = {
    "out": None, "stride": 1, "dilation": 1, "groups": 1, "multiplier": 1, "conv": None,
    "dwconv": None, "fc": None, "linear": None, "select": None, "softmax": None, "heads": 1,
    "repeat": 1, "between": None,
}  # fmt: skip
#: What arguments are called by the columns that they stand in.
_LETTERS = {
    "stride": "s", "dilation": "d", "groups": "g", "multiplier": "m", "conv": "k", "dwconv": "k",
    "repeat": "n", "heads": "h", "softmax": "h", "out": "w", "fc": "w", "linear": "w",
    "between": "e",
}  # fmt: skip
_CHANNELS = ("out", "fc", "linear", "select", "groups", "between", "c")
_MOST = 64  # no ratio has a larger number in it


def skeleton(item: Item, names: dict[str, int] | None = None) -> Hashable:
    """What is alike in rows that differ in numbers only. Names are told by their order, where they
    are given and used inside one row; the shortcut of an addition may be a convolution or none."""
    names = {} if names is None else names
    for inner in item.within():
        if inner.name:
            names.setdefault(inner.name, len(names))
    fixed = tuple(
        (key, _frozen(sorted(value) if key == "first" else value))
        for key, value in item.columns.items()
        if not varies(item, key)
    )
    parts = [tuple(skeleton(inner, names) for inner in part) for part in item.parts]
    if item.verb == "add" and len(parts) == 2 and is_shortcut(item.parts[1]):
        parts[1:] = [("shortcut",)]
    if item.columns.get("conv") == "1x1":
        fixed = (*fixed, ("pointwise", True))
    arguments = tuple(sorted(item.columns[item.verb])) if is_call(item) else ()
    if "first" in item.columns:
        arguments = (*arguments, *sorted(item.columns["first"]))
    marks = tuple(names.get(word, word) for word in (item.name, item.origin) if word)
    return (item.verb, arguments or fixed, tuple(parts), marks, item.lends)


def varies(item: Item, key: str) -> bool:
    """Whether rows of one block may differ in a column; the stride of a pool is its window, if it
    is not said."""
    return key in VARIABLE and item.verb not in POOLS


def is_call(item: Item) -> bool:
    """Whether a row calls a block that was made here: its arguments are by name."""
    value = item.columns.get(item.verb)
    return isinstance(value, Arguments)


class Arguments(dict[str, Any]):
    """What a block is given, by name."""


def is_shortcut(part: list[Item]) -> bool:
    """Whether a branch is what arrives, or a projection of it."""
    return not part or (len(part) == 1 and part[0].verb == "conv" and not part[0].origin)


def _frozen(value: Any) -> Hashable:
    if isinstance(value, dict):
        return tuple((key, _frozen(inner)) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_frozen, value))
    return (type(value).__name__, value) if isinstance(value, bool) else value  # True is no 1


class Expression(NamedTuple):
    """``ratio`` times an argument, or times the channels that arrive (``in``)."""

    ratio: Fraction
    of: str

    def __str__(self) -> str:
        over = f"/{self.ratio.denominator}" if self.ratio.denominator > 1 else ""
        times = f"{self.ratio.numerator}*" if self.ratio.numerator > 1 else ""
        return f"{times}{self.of}{over}"


class Unifier:
    """Makes one template of several units, lists of as many rows that are alike."""

    def __init__(self, units: Sequence[list[Item]]) -> None:
        self.units = units
        self.arguments: dict[str, list[Any]] = {}  # by name, what each unit gives
        self.columns: dict[str, str] = {}  # the column that each argument was made for
        self.leaving = [unit[-1].leaving[2] for unit in units]

    def template(self) -> list[Item]:
        """The rows of the block."""
        return self.rows([*self.units])

    def rows(self, units: list[list[Item] | None]) -> list[Item]:
        """The rows of all units; None where they are not there."""
        length = next(len(unit) for unit in units if unit is not None)
        return [
            self.item([None if unit is None else unit[k] for unit in units]) for k in range(length)
        ]

    def item(self, items: list[Item | None]) -> Item:
        first = next(item for item in items if item is not None)
        made = replace(first, columns=dict(first.columns), parts=[])
        if is_call(first):
            given = {
                key: self.fit(key, [i and i.columns[i.verb][key] for i in items], items)
                for key in first.columns[first.verb]
            }
            made.columns[first.verb] = Arguments(given)
            if "first" in first.columns:
                made.columns["first"] = Arguments(
                    {
                        key: self.fit(key, [i and i.columns["first"][key] for i in items], items)
                        for key in first.columns["first"]
                    }
                )
        found = {key: None for item in items if item for key in item.columns if varies(item, key)}
        for key in found:
            values = [item and item.columns.get(key, VARIABLE[key]) for item in items]
            value = self.fit(key, values, items)
            if value == VARIABLE[key] and key != first.verb:
                made.columns.pop(key, None)
            else:
                made.columns[key] = value
        if first.verb == "add" and len(first.parts) == 2 and is_shortcut(first.parts[1]):
            self.addition(made, items)
        else:
            for k in range(len(first.parts)):
                made.parts.append(self.rows([item.parts[k] if item else None for item in items]))
        return made

    def addition(self, made: Item, items: list[Item | None]) -> None:
        """The branches of an addition; its projection exists in some units only, or itself does."""
        made.parts = [self.rows([item.parts[0] if item else None for item in items]), []]
        there = [None if item is None else bool(item.parts[1]) for item in items]
        joined = [None if item is None else item.joins for item in items]
        made.joins = True in joined
        if True in there:
            out = self.fit("out", [item and item.leaving[2] for item in items], items)
            shortcut = self.rows([(item.parts[1] or None) if item else None for item in items])
            if False in there:  # what the condition calls `out` is there in all units
                shortcut[0].columns["out"] = out
                shortcut[0].columns["when"] = self.condition(there, items, True)
            made.parts[1] = shortcut
        elif False in joined and made.joins:
            made.columns["when"] = self.condition(joined, items, False)

    def condition(
        self, there: Sequence[bool | None], items: list[Item | None], changed: bool
    ) -> str:
        """When a row exists: where a stride or the channels change, or where they do not; else an
        argument says so."""
        strides = [name for name, column in self.columns.items() if column == "stride"]
        known = [
            (flag, item, i) for i, (flag, item) in enumerate(zip(there, items, strict=True)) if item
        ]
        if len(strides) < 2:
            s = self.arguments[strides[0]] if strides else None
            tests: dict[str, Callable[[Item, int], bool]] = {}
            if s is not None:
                tests[f"{strides[0]} != 1 or in != out"] = lambda item, i: (
                    s[i] != 1 or item.arriving[2] != item.leaving[2]
                )
            tests["in != out"] = lambda item, i: item.arriving[2] != item.leaving[2]
            if s is not None:
                tests[f"{strides[0]} != 1"] = lambda item, i: bool(s[i] != 1)
            for text, test in tests.items():
                if all(test(item, i) is (flag is changed) for flag, item, i in known):
                    return text if changed else negated(text)
        return self.argument("project" if changed else "join", [bool(flag) for flag in there])

    def fit(self, column: str, values: list[Any], items: list[Item | None]) -> Any:
        """What stands in a column: the value that all have, in proportion to the channels that
        arrive or to another argument, or a new argument."""
        there = [value for value, item in zip(values, items, strict=True) if item is not None]
        if all(value == there[0] for value in there):
            return there[0]
        for name, given in self.arguments.items():
            if column in _CHANNELS and self.columns[name] in _CHANNELS:
                ratio = proportion(values, given, items)
                if ratio:
                    return str(Expression(ratio, name))
            elif self.columns[name] == column and _equal(values, given, items):
                return name
        if column in _CHANNELS:
            arriving = [item.arriving[2] if item else None for item in items]
            ratio = proportion(values, arriving, items)
            if ratio:
                return str(Expression(ratio, "in"))
        full = [
            there[0] if item is None else value for value, item in zip(values, items, strict=True)
        ]
        return self.argument(column, full)

    def argument(self, column: str, values: list[Any]) -> str:
        """A new argument; the one that is what leaves the unit is called ``c``."""
        letter = _LETTERS.get(column, column if column in ("project", "join") else "v")
        if letter == "w" and values == self.leaving:
            letter = "c"
        names = (letter if n == 1 else f"{letter}{n}" for n in count(1))
        name = next(name for name in names if name not in self.arguments)
        self.arguments[name] = values
        self.columns[name] = column
        return name


def negated(text: str) -> str:
    return text.replace("!=", "==").replace(" or ", " and ")


def proportion(
    values: Sequence[Any], base: Sequence[Any], items: Sequence[Item | None]
) -> Fraction | None:
    """The ratio that all values have to others, if it is one and a small one."""
    pairs = [(v, b) for v, b, item in zip(values, base, items, strict=True) if item is not None]
    if not all(type(v) is int and type(b) is int and b for v, b in pairs):
        return None
    ratios = {Fraction(v, b) for v, b in pairs}
    ratio = ratios.pop()
    fits = not ratios and max(ratio.numerator, ratio.denominator) <= _MOST
    return ratio if fits and ratio and 1 in (ratio.numerator, ratio.denominator) else None


def _equal(values: Sequence[Any], given: Sequence[Any], items: Sequence[Item | None]) -> bool:
    return all(v == g for v, g, item in zip(values, given, items, strict=True) if item is not None)
