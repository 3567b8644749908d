"""Several runs of rows that are alike but for numbers, as the rows of one block with arguments."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import count
from typing import Any

from costcalc.exchange.fusing import POOLS
from costcalc.exchange.structure import Item

#: The columns in which rows of one block may differ: what one that is not written is, and what
#: their arguments are called.
VARIABLE: dict[str, tuple[Any, str]] = {
    "out": (None, "w"), "fc": (None, "w"), "linear": (None, "w"), "select": (None, "w"),
    "stride": (1, "s"), "dilation": (1, "d"), "groups": (1, "g"), "multiplier": (1, "m"),
    "conv": (None, "k"), "dwconv": (None, "k"), "softmax": (None, "h"), "heads": (1, "h"),
    "repeat": (1, "n"), "between": (None, "e"),
}  # fmt: skip
#: Arguments that are channels; ``c`` are those that leave.
CHANNELS = ("w", "c", "g", "e")
FIRST = "first."  # what the arguments of a first round stand behind
_MOST = 64  # no ratio has a larger number in it


def kind(column: str) -> str:
    """What the arguments for a column are called, without their number."""
    word = column.removeprefix(FIRST)
    return VARIABLE[word][1] if word in VARIABLE else word.rstrip("0123456789")


def varies(item: Item, key: str) -> bool:
    """Whether rows of one block may differ in a column; the stride of a pool is its window, if it
    is not said."""
    return (key in VARIABLE and item.verb not in POOLS) or is_argument(item, key)


def is_argument(item: Item, key: str) -> bool:
    return item.call and key not in (item.verb, "repeat")


def skeleton(item: Item, names: dict[str, int] | None = None) -> Hashable:
    """What is alike in rows that differ in numbers only. Names are told by their order, where they
    are given and used inside one row; the shortcut of an addition may be a convolution or none."""
    names = {} if names is None else names
    for inner in item.within():
        if inner.name:
            names.setdefault(inner.name, len(names))
    fixed: list[Any] = [k for k in sorted(item.columns) if is_argument(item, k)]
    fixed += [(k, _frozen(value)) for k, value in item.columns.items() if not varies(item, k)]
    parts = [tuple(skeleton(inner, names) for inner in part) for part in item.parts]
    if has_shortcut(item):
        parts[1] = ("shortcut",)
    if item.columns.get("conv") == "1x1":
        fixed.append("pointwise")
    marks = tuple(names.get(word, word) for word in (item.name, item.origin) if word)
    return (item.verb, tuple(fixed), tuple(parts), marks, item.lends)


def has_shortcut(item: Item) -> bool:
    """Whether it adds what arrives, or a projection of it."""
    if item.verb != "add" or len(item.parts) != 2:
        return False
    shortcut = item.parts[1]
    return not shortcut or (
        len(shortcut) == 1 and shortcut[0].verb == "conv" and not shortcut[0].origin
    )


def _frozen(value: Any) -> Hashable:
    if isinstance(value, dict):
        return tuple((key, _frozen(inner)) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_frozen, value))
    return (type(value), value)  # True is no 1


def times(ratio: Fraction, name: str) -> str:
    """``32*alpha``, ``alpha/2``."""
    over = f"/{ratio.denominator}" if ratio.denominator > 1 else ""
    return f"{f'{ratio.numerator}*' if ratio.numerator > 1 else ''}{name}{over}"


class Unifier:
    """Makes one template of several units, lists of as many rows that are alike. A row, or the
    values of a column, are given by the places of the units that have it."""

    def __init__(self, units: Sequence[list[Item]]) -> None:
        self.units = dict(enumerate(units))
        self.arguments: dict[str, dict[int, Any]] = {}  # by name, what each unit gives
        self.leaving = {i: unit[-1].leaving[2] for i, unit in self.units.items()}

    def template(self) -> list[Item]:
        """The rows of the block."""
        return self.rows(self.units)

    def rows(self, units: Mapping[int, list[Item]]) -> list[Item]:
        length = len(next(iter(units.values())))
        return [self.item({i: unit[k] for i, unit in units.items()}) for k in range(length)]

    def item(self, items: dict[int, Item]) -> Item:
        first = next(iter(items.values()))
        made = replace(first, columns=dict(first.columns), parts=[])
        keys = (key for item in items.values() for key in item.columns if varies(item, key))
        for key in dict.fromkeys(keys):
            silent = VARIABLE[key][0] if key in VARIABLE else None
            values = {i: item.columns.get(key, silent) for i, item in items.items()}
            made.columns[key] = self.fit(key, values, items)
            if made.columns[key] == silent and key != first.verb:
                del made.columns[key]
        if has_shortcut(first):
            self.addition(made, items)
        else:
            for k in range(len(first.parts)):
                made.parts.append(self.rows({i: item.parts[k] for i, item in items.items()}))
        return made

    def addition(self, made: Item, items: dict[int, Item]) -> None:
        """The branches of an addition; its projection exists in some units only, or itself does."""
        made.parts = [self.rows({i: item.parts[0] for i, item in items.items()}), []]
        there = {i: item.parts[1] for i, item in items.items() if item.parts[1]}
        joined = {i: item.joins for i, item in items.items()}
        made.joins = any(joined.values())
        if there:
            out = self.fit("out", {i: item.leaving[2] for i, item in items.items()}, items)
            made.parts[1] = self.rows(there)
            if len(there) < len(items):  # what the condition calls `out` is there in all units
                when = self.condition({i: i in there for i in items}, items, True)
                made.parts[1][0].columns |= {"out": out, "when": when}
        elif made.joins and not all(joined.values()):
            made.columns["when"] = self.condition(joined, items, False)

    def condition(self, there: dict[int, bool], items: dict[int, Item], changed: bool) -> str:
        """When a row exists: where a stride or the channels change, or where they do not; else an
        argument says so."""
        strides = [name for name in self.arguments if kind(name) == "s"]
        s = self.arguments[strides[0]] if strides else dict.fromkeys(items, 1)
        differs = {i: s[i] != 1 or row.arriving[2] != row.leaving[2] for i, row in items.items()}
        if len(strides) > 1 or any(differs[i] != (there[i] is changed) for i in items):
            return self.argument("project" if changed else "join", there)
        sign, word = ("!=", "or") if changed else ("==", "and")
        return f" {word} ".join([*(f"{name} {sign} 1" for name in strides), f"in {sign} out"])

    def fit(self, column: str, values: dict[int, Any], items: dict[int, Item]) -> Any:
        """What stands in a column: the value that all have, in proportion to the channels that
        arrive or to another argument, or a new argument."""
        one = next(iter(values.values()))
        if all(value == one for value in values.values()):
            return one
        arriving = {i: item.arriving[2] for i, item in items.items()}
        word = kind(column)
        for name, given in (*self.arguments.items(), ("in", arriving)):
            if name == "in" or kind(name) in CHANNELS:
                ratio = proportion(values, given) if word in CHANNELS else None
                if ratio:
                    return times(ratio, name)
            elif kind(name) == word and all(given[i] == value for i, value in values.items()):
                return name
        return self.argument(word, values)

    def argument(self, word: str, values: dict[int, Any]) -> str:
        """A new argument; the one that is what leaves the unit is called ``c``."""
        one = next(iter(values.values()))
        full = {i: values.get(i, one) for i in self.units}
        word = "c" if word == "w" and full == self.leaving else word
        names = (word if n == 1 else f"{word}{n}" for n in count(1))
        name = next(name for name in names if name not in self.arguments)
        self.arguments[name] = full
        return name


def proportion(values: Mapping[int, Any], base: Mapping[int, Any]) -> Fraction | None:
    """The ratio that all values have to others, if it is one and a small one."""
    pairs = [(value, base[i]) for i, value in values.items()]
    if not all(type(v) is int and type(b) is int and b for v, b in pairs):
        return None
    ratio, *others = {Fraction(v, b) for v, b in pairs}
    fits = not others and ratio and 1 in (ratio.numerator, ratio.denominator)
    return ratio if fits and max(ratio.numerator, ratio.denominator) <= _MOST else None
