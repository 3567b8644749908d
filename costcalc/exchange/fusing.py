"""Rows as papers write them: norms and activations in the rows of their convolutions, sizes as
text, paddings by name, and what most rows say said once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from costcalc.exchange.structure import Item, lists
from costcalc.operators.elementwise import ACTIVATIONS
from costcalc.operators.normalisation import NORMS

CONVOLUTIONS = ("conv", "dwconv", "tconv")
POOLS = ("maxpool", "avgpool")
_NORMS = {operator: word for word, operator in NORMS.items()}
#: What columns are that are not written.
_SILENT: dict[str, Any] = {
    "stride": 1, "dilation": 1, "groups": 1, "multiplier": 1, "output_padding": 0,
    "round": "down", "mode": "nearest", "fixed": False, "gain": False, "scale": True,
    "shift": True, "heads": 1, "along": "channels",
}  # fmt: skip
#: The words for paddings, the one that is preferred first.
_PADDINGS = ("half", "same", "valid")


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


def every(items: list[Item]) -> Iterable[Item]:
    """All rows, those inside others too."""
    return (inner for item in items for inner in item.within())


def _joined(row: Item, after: Item) -> bool:
    """Make a norm or an activation a part of the row before it, if it can be."""
    columns, verb = row.columns, after.verb
    if row.name or after.origin or after.lends or columns.keys() & {"weights", "activation"}:
        return False
    if "weights" in after.columns:
        return False
    said = {key: value for key, value in after.columns.items() if value != _SILENT.get(key)}
    if row.verb in CONVOLUTIONS and verb in _NORMS and "norm" not in columns:
        columns["norm"] = _word(_NORMS[verb], said.pop(verb, None), said)
    elif row.verb in (*CONVOLUTIONS, "fc", "linear") and verb in ACTIVATIONS:
        columns["activation"] = _word(verb, said.pop(verb, None), said)
    else:
        return False
    row.name, row.leaving = after.name, after.leaving
    return True


def _word(word: str, value: Any, said: dict[str, Any]) -> Any:
    """A norm or an activation as a column has it."""
    return {word: value, **said} if said or value is not None else word


def pair(value: Any) -> tuple[Any, Any]:
    """Both sides of a window or stride."""
    if isinstance(value, list | tuple):
        return tuple(value) if len(value) == 2 else (value[0], value[0])
    if isinstance(value, str) and value.replace("x", "").isdigit() and value.count("x") == 1:
        rows, columns = value.split("x")
        return int(rows), int(columns)
    return value, value


def _side(value: Any) -> Any:
    """One number where both sides are equal."""
    rows, columns = pair(value)
    return rows if rows == columns else [rows, columns]


def _window(value: Any) -> Any:
    rows, columns = pair(value)
    return f"{rows}x{columns}" if isinstance(rows, int) else value


def tidy(item: Item) -> None:
    """Sizes as text, and no column that says what is understood."""
    columns, verb = item.columns, item.verb
    windowed = verb in (*CONVOLUTIONS, *POOLS)
    size = columns.get(verb)
    if windowed and not isinstance(size, dict) and size not in ("global", None):
        if "padding" in columns or verb in CONVOLUTIONS:
            columns["padding"] = padding_of(columns, verb)
        columns[verb] = _window(size)
    elif isinstance(size, dict):
        columns[verb] = {key: _extent(value) for key, value in size.items()}
    elif verb in ("crop", "resize", "reshape", "zeropad"):
        columns[verb] = _extent(size)
    for key in ("stride", "dilation", "output_padding"):
        if key in columns:
            columns[key] = _side(columns[key])
    if verb in POOLS and _window(columns.get("stride")) == columns[verb]:
        del columns["stride"]
    for key, silent in _SILENT.items():
        meant = key == verb or (key == "stride" and verb in POOLS)
        if key in columns and not meant and columns[key] == silent:
            del columns[key]
    if verb in POOLS and columns.get("padding") == "valid":
        del columns["padding"]


def _extent(value: Any) -> Any:
    """A size in words, if it is one: ``28x28``, ``14x14x384``."""
    if isinstance(value, list | tuple) and len(value) in (2, 3):
        return "x".join(map(str, value))
    if isinstance(value, list | tuple) and len(set(value)) == 1:
        return value[0]
    return value


def padding_of(columns: dict[str, Any], verb: str) -> Any:
    """The padding of a row in a word, or in as few numbers as say it."""
    given = columns.get("padding", "same" if verb in CONVOLUTIONS else "valid")
    kernel, dilation = pair(columns[verb]), pair(columns.get("dilation", 1))
    numbers = all(isinstance(side, int) for side in (*kernel, *dilation))
    if given in ("same", "half") or not numbers:
        return given
    reach = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    listed = [0] if given == "valid" else [*given] if isinstance(given, list | tuple) else [given]
    sides = listed if len(listed) == 4 else [*listed[:1] * 2, *listed[-1:] * 2]
    if [2 * side for side in sides] == [total for total in reach for _ in "xx"]:
        return "half"
    return _around(sides) if any(sides) else "valid"


def alike(columns: dict[str, Any], verb: str) -> tuple[Any, ...]:
    """All words for the padding of a convolution."""
    said, kernel = columns["padding"], pair(columns[verb])
    odd = all(isinstance(side, int) and side % 2 for side in kernel)
    once = pair(columns.get("stride", 1)) == (1, 1) and verb != "tconv"
    if odd and once and said in ("half", "same"):
        return ("half", "same", *(["valid"] if kernel == (1, 1) else []))
    return (said, "valid") if said == "half" and kernel == (1, 1) else (said,)


def _around(sides: Sequence[int]) -> Any:
    """Numbers of a padding, as few as say it."""
    top, bottom, left, right = sides
    if (top, left) != (bottom, right):
        return [*sides]
    return top if top == left else [top, left]


def defaults(networks: list[list[Item]]) -> dict[str, Any]:
    """What most convolutions say, which the others leave out; and the others say it."""
    rows = [item for items in networks for item in every(items)]
    convolutions = [item for item in rows if item.verb in CONVOLUTIONS]
    found: dict[str, Any] = {}
    for key in ("norm", "activation"):
        for item in convolutions:
            item.columns.setdefault(key, "none")
        found[key] = _most(item.columns[key] for item in convolutions)
    biased = [item for item in rows if item.verb in (*CONVOLUTIONS, "fc", "linear")]
    for item in biased:
        item.columns.setdefault("bias", False)
    found["bias"] = _most(item.columns["bias"] for item in biased) or False
    said = [word for item in convolutions for word in alike(item.columns, item.verb)]
    votes = Counter(word for word in said if isinstance(word, str))
    words = [word for word in _PADDINGS if word in votes]
    found["padding"] = max(words, key=lambda word: votes[word], default=None)
    for item in convolutions:
        if found["padding"] in alike(item.columns, item.verb):
            item.columns["padding"] = found["padding"]
    for item in [*convolutions, *biased]:
        for key, value in found.items():
            own = key == "bias" or item.verb in CONVOLUTIONS
            if own and key in item.columns and item.columns[key] == value:
                del item.columns[key]
    return {key: value for key, value in found.items() if value is not None}


def _most(values: Iterable[Any]) -> Any:
    """The value that comes most often, of those that are words."""
    counted = Counter(value for value in values if isinstance(value, str | bool))
    return counted.most_common(1)[0][0] if counted else None
