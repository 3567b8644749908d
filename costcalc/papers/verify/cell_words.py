"""Cells that name a layer in words: ``3×3 DWConv, 64, /2``, ``1x1 conv2d, ReLU6``, ``1000-d fc``.

Every word and every number of the cell is read, and every number is compared; a cell with anything
else in it can't be read.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, NamedTuple

from costcalc.algebra.notation import as_factors
from costcalc.algebra.printed import DIFFERS, judge, read_printed
from costcalc.graph.selection import Cannot
from costcalc.papers.verify.cell_values import Facts

#: What papers call the operators.
WORDS = {
    "conv dw": "dwconv",
    "dwconv": "dwconv",
    "dwise": "dwconv",
    "conv": "conv",
    "conv2d": "conv",
    "convolution": "conv",
    "avg pool": "avgpool",
    "avgpool": "avgpool",
    "pool": "avgpool",
    "global pool": "avgpool",
    "global pooling": "avgpool",
    "global average pooling": "avgpool",
    "maxpool": "maxpool",
    "max pooling": "maxpool",
    "fmp": "fmp",
    "fractional max pooling": "fmp",
    "fc": "fc",
    "fully-connected": "fc",
    "softmax": "softmax",
    "classifier": "softmax",
    "image": "image",
    "bottleneck": "bottleneck",
}
#: Words that say nothing of shapes or costs.
_SILENT = ("relu", "relu6", "linear", "kernel")
_TOKENS = re.compile(
    r"(?P<size>\d+\s*[×x]\s*\d+)"
    r"|(?P<classes>\d+(?:/\d+)*)\s?-?d(?![a-z])"  # 1000-d, 10/100D
    r"|(?:/|(?<![a-z])s(?:tride)?\s?)(?P<stride>\d+(?:\.\d+)?)"
    r"|(?P<symbol>s=s|\(s\))"  # a stride that the block is given
    r"|(?P<word>[a-z][a-z0-9-]*)"
    r"|(?P<channels>\d+)"
    r"|(?P<between>[\s,;/])"
)


class Said(NamedTuple):
    """What a cell says; what it does not say is None."""

    operators: tuple[str, ...]
    size: tuple[int, ...] | None = None
    channels: int | None = None
    classes: tuple[int, ...] | None = None
    stride: str | None = None


def read_words(cell: str) -> Said:
    """The operators and numbers of a cell.

    :raises Cannot: a word or sign that is not known, or one number too many.
    """
    found: dict[str, str] = {}
    words: list[str] = []
    at, text = 0, cell.lower()
    while at < len(text):
        token = _TOKENS.match(text, at)
        if token is None:
            raise Cannot(f"{cell!r} can't be read: {text[at]!r}")
        at = token.end()
        kind = str(token.lastgroup)
        if kind == "word":
            words.append(token["word"])
        elif kind != "between":
            kind = "stride" if kind == "symbol" else kind
            if kind in found:
                raise Cannot(f"{cell!r} can't be read: two numbers for one thing")
            found[kind] = token["stride"] or token[0]
    if "classes" in found:
        found["classes"] = found["classes"].rstrip("d- ")
    return Said(
        _operators(cell, words),
        tuple(map(int, re.split("[×x]", found["size"]))) if "size" in found else None,
        int(found["channels"]) if "channels" in found else None,
        tuple(map(int, found["classes"].split("/"))) if "classes" in found else None,
        found.get("stride"),
    )


def _operators(cell: str, words: list[str]) -> tuple[str, ...]:
    """The operators that the words name, the longest names first."""
    rest = f" {' '.join(words)} "
    found = []
    for name in sorted(WORDS, key=len, reverse=True):
        if f" {name} " in rest:
            rest = rest.replace(f" {name} ", "  ", 1)
            found.append(WORDS[name])
    unknown = [word for word in rest.split() if word not in _SILENT]
    if unknown:
        raise Cannot(f"{cell!r} can't be read: {unknown[0]!r}")
    if len(found) > 1 and "softmax" in found:
        found.remove("softmax")  # it shares the classifier's row
    if not found:
        raise Cannot(f"{cell!r} names no operator")
    if len(found) > 1 and "/" not in cell:
        raise Cannot(f"{cell!r} names {len(found)} operators")
    return tuple(found)


def judge_words(cell: str, facts: Facts, *, strided: bool = False) -> tuple[bool, str]:
    """Whether the cell says what the network has, and what the network has of what it says.

    ``strided``: where no stride is printed, it is 1.

    :raises Cannot: it can't be read, or the network does not say it.
    """
    said = read_words(cell)
    right = facts.operator in said.operators
    has = facts.operator
    if said.size is not None:
        own = facts.kernel
        if own is None and facts.operator == "avgpool" and facts.input is not None:
            own = facts.input[:2]  # global: its window is the whole map
        if own is None:
            raise Cannot(f"the network says no window of {facts.operator}")
        right = right and said.size == tuple(own)
        has = f"{'×'.join(map(as_factors, own))} {has}"
    if said.classes is not None or said.channels is not None:
        if facts.output is None:
            raise Cannot("the network does not say how many channels leave")
        width = facts.output.channels
        right = right and said.channels in (None, width)
        right = right and (said.classes is None or all_classes(said.classes, width, facts))
        has += f", {as_factors(width)}"
    if said.stride is not None or (strided and facts.operator in ("conv", "dwconv")):
        right_stride, stride = judge_stride(said.stride or "1", facts)
        right = right and right_stride
        has += f", stride {stride}"
    return right, has


def all_classes(printed: tuple[int, ...], width: Any, facts: Facts) -> bool:
    """Whether ``10/100`` has the network's own number and otherwise only what its spec calls usual;
    a single number must be the network's own."""
    return width in printed and set(printed) <= {width, *facts.classes}


def judge_stride(printed: str, facts: Facts) -> tuple[bool, str]:
    """``2``, ``1.4`` (the ratio of a fractional pooling) or ``s=s``, the stride of a block."""
    own: Any = facts.ratio if facts.ratio is not None else (facts.stride or (1, 1))[0]
    if printed in ("s=s", "(s)"):
        if "s" not in facts.symbols:
            raise Cannot(f"{printed!r}: the block takes no stride s")
        return facts.symbols["s"] == own, str(own)
    number = read_printed(printed)
    if number is None:
        raise Cannot(f"{printed!r} is not a stride")
    return judge(number, Fraction(own)) != DIFFERS, str(own)
