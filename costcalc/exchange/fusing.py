"""Rows as papers write them: norms and activations in the rows of their convolutions, sizes as
text, paddings by name, and what most rows say said once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from costcalc.exchange.structure import Item, every, lists
from costcalc.operators.elementwise import ACTIVATIONS
from costcalc.operators.normalisation import NORMS

CONVOLUTIONS = ("conv", "dwconv", "tconv")
POOLS = ("maxpool", "avgpool")
_LEARNED = (*CONVOLUTIONS, "fc", "linear")
_NORMS = {operator: word for word, operator in NORMS.items()}
#: What columns are that are not written.
_SILENT: dict[str, Any] = {
    "stride": 1, "dilation": 1, "groups": 1, "multiplier": 1, "output_padding": 0,
    "round": "down", "mode": "nearest", "fixed": False, "gain": False, "scale": True,
    "shift": True, "heads": 1, "along": "channels",
}  # fmt: skip


def fuse(items: list[Item]) -> None:
    """Norms and activations become columns of the rows before them, everywhere inside."""
    for rows in [*lists(items)]:
        kept: list[Item] = []
        for item in rows:
            if not (kept and _joined(kept[-1], item)):
                kept.append(item)
        rows[:] = kept
    for item in every(items):
        tidy(item)


def _joined(row: Item, after: Item) -> bool:
    """Make a norm or an activation a part of the row before it, if it can be."""
    columns, verb = row.columns, after.verb
    lent = after.lends or "weights" in columns or "weights" in after.columns
    if row.name or after.origin or lent or "activation" in columns or row.verb not in _LEARNED:
        return False
    said = {key: value for key, value in after.columns.items() if value != _SILENT.get(key)}
    if row.verb in CONVOLUTIONS and verb in _NORMS and "norm" not in columns:
        key, word = "norm", _NORMS[verb]
    elif verb in ACTIVATIONS:
        key, word = "activation", verb
    else:
        return False
    value = said.pop(verb, None)
    columns[key] = {word: value, **said} if said or value is not None else word
    row.name, row.leaving = after.name, after.leaving
    return True


def pair(value: Any) -> tuple[Any, Any]:
    """Both sides of a window or stride: 3, [3], [3, 3], ``3x3``; of other text, itself twice."""
    if isinstance(value, str) and value.replace("x", "").isdigit():
        value = [*map(int, value.split("x"))]
    sides = [*value] if isinstance(value, list | tuple) else [value]
    return sides[0], sides[-1]


def tidy(item: Item) -> None:
    """Sizes as text, and no column that says what is understood."""
    columns, verb = item.columns, item.verb
    size = columns.get(verb)
    if (
        verb in (*CONVOLUTIONS, *POOLS)
        and not isinstance(size, dict)
        and size not in ("global", None)
    ):
        if "padding" in columns or verb in CONVOLUTIONS:
            columns["padding"] = _padding(columns, verb)
        columns[verb] = "x".join(map(str, pair(size)))
    elif isinstance(size, dict):
        columns[verb] = {key: _extent(value) for key, value in size.items()}
    elif verb in ("crop", "resize", "reshape", "zeropad"):
        columns[verb] = _extent(size)
    for key in [key for key in columns if key in ("stride", "dilation", "output_padding")]:
        rows, across = pair(columns[key])
        columns[key] = rows if rows == across else [rows, across]
        if verb in POOLS and columns[verb] == f"{rows}x{across}":
            del columns[key]
    silent = _SILENT | ({"padding": "valid", "stride": None} if verb in POOLS else {})
    for key in [key for key in columns if key != verb and columns[key] == silent.get(key)]:
        del columns[key]


def _extent(value: Any) -> Any:
    """A size in words, if it is one: ``28x28``, ``14x14x384``."""
    if not isinstance(value, list | tuple):
        return value
    return (
        "x".join(map(str, value))
        if len(value) in (2, 3)
        else value[0]
        if len({*value}) == 1
        else value
    )


def _padding(columns: dict[str, Any], verb: str) -> Any:
    """The padding of a row in a word, or in as few numbers as say it."""
    given = columns.get("padding", "same" if verb in CONVOLUTIONS else "valid")
    if given in ("same", "half"):
        return given
    sides = [0] if given == "valid" else [*given] if isinstance(given, list | tuple) else [given]
    top, bottom, left, right = sides if len(sides) == 4 else [sides[0]] * 2 + [sides[-1]] * 2
    reach = [
        d * (k - 1)
        for d, k in zip(pair(columns.get("dilation", 1)), pair(columns[verb]), strict=True)
    ]
    if [2 * top, 2 * bottom, 2 * left, 2 * right] == [reach[0]] * 2 + [reach[1]] * 2:
        return "half"
    if (top, left) != (bottom, right):
        return [top, bottom, left, right]
    return "valid" if top == left == 0 else top if top == left else [top, left]


def _words(item: Item) -> list[str]:
    """All words for the padding of a convolution, the one that is preferred first."""
    said, kernel = item.columns["padding"], pair(item.columns[item.verb])
    if said not in ("half", "same", "valid"):
        return []
    odd = all(isinstance(side, int) and side % 2 for side in kernel)
    alike = {said}
    if odd and pair(item.columns.get("stride", 1)) == (1, 1) and item.verb != "tconv":
        alike |= {"half", "same"} if said != "valid" else alike
    if kernel == (1, 1) and "half" in alike:
        alike.add("valid")
    return sorted(alike)


def defaults(networks: list[list[Item]]) -> dict[str, Any]:
    """What most convolutions say, which the others leave out; and the others say it."""
    rows = [item for items in networks for item in every(items)]
    convolutions = [item for item in rows if item.verb in CONVOLUTIONS]
    biased = [item for item in rows if item.verb in _LEARNED]
    for item in biased:
        silent = {"norm": "none", "activation": "none"} if item.verb in CONVOLUTIONS else {}
        item.columns |= {**silent, "bias": False, **item.columns}
    said = (word for item in convolutions for word in _words(item))
    found: dict[str, Any] = {
        "norm": _most(item.columns["norm"] for item in convolutions),
        "activation": _most(item.columns["activation"] for item in convolutions),
        "bias": _most(item.columns["bias"] for item in biased) or False,
        "padding": _most(sorted(said)),
    }
    for item in biased:
        if item.verb in CONVOLUTIONS and found["padding"] in _words(item):
            item.columns["padding"] = found["padding"]
        for key in found.keys() & item.columns.keys():
            if (key == "bias" or item.verb in CONVOLUTIONS) and item.columns[key] == found[key]:
                del item.columns[key]
    return {key: value for key, value in found.items() if value is not None}


def _most(values: Iterable[Any]) -> Any:
    """The value that comes most often, of those that are words."""
    counted = Counter(value for value in values if isinstance(value, str | bool))
    return counted.most_common(1)[0][0] if counted else None
