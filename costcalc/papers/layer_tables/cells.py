"""What one printed cell of a layer table says: a size such as ``16×16×(32α×δ)``, or a layer in
words, ``3×3 DWConv, 64, /2``, ``1x1 conv2d, ReLU6``, ``1000-d fc``.

Every word and every number of a cell is read; a cell with anything else in it can't be read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from costcalc.algebra.evaluation import exact
from costcalc.algebra.expressions import compile_expression
from costcalc.algebra.numbers import Number
from costcalc.errors import ExpressionError
from costcalc.graph.selection import Cannot
from costcalc.papers.claims.operators import free_symbol

#: Names that stand for the number of classes.
CLASSES = ("classnum", "classnumber", "classes")


def spelled(name: str) -> str:
    """A symbol as an expression has it: ``k’`` is ``k_out``."""
    return name.replace("’", "_out").replace("'", "_out")


def value(text: str, symbols: Mapping[str, Number]) -> Number:
    """A printed factor such as ``32α``, ``tk`` or ``h/s``."""
    spaced = spelled(text).replace("(s)", "")
    if spaced in symbols:
        return symbols[spaced]
    if symbols and re.fullmatch(r"[a-z]{2}", spaced):  # tk is t·k
        spaced = "*".join(spaced)
    try:
        expression = compile_expression(spaced)
        known = {
            name: symbols.get(name, free_symbol("classes" if name in CLASSES else name))
            for name in expression.names
        }
        return exact(expression.number(known))
    except (ExpressionError, TypeError) as error:
        raise Cannot(f"{text!r} can't be read: {error}") from None


def factors(text: str, signs: str = "×x") -> list[str]:
    """The factors of ``3×3×(32α×δ)``, between these signs; ``224²×3`` has three."""
    parts: list[str] = []
    depth = 0
    part = ""
    for c in text.replace(" ", ""):
        depth += (c == "(") - (c == ")")
        if c in signs and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += c
    parts.append(part)
    if parts[0].endswith("²"):
        parts[0:1] = [parts[0][:-1]] * 2
    return [f[1:-1] if f.startswith("(") and f.endswith(")") else f for f in parts]


#: What papers call the operators, the usual name first.
NAMES = {
    "dwconv": ("conv dw", "dwconv", "dwise", "dw conv", "depthwise conv", "depthwise convolution"),
    "conv": ("conv", "conv2d", "convolution", "convolutional"),
    "avgpool": (
        *("avg pool", "avgpool", "pool", "pooling", "average pool", "average pooling"),
        *("global pool", "global pooling", "global average pooling", "global average pool"),
    ),
    "maxpool": ("maxpool", "max pooling", "max pool", "maxpooling"),
    "fmp": ("fmp", "fractional max pooling", "fractional max pool"),
    "fc": ("fc", "fully-connected", "fully connected", "dense"),
    "softmax": ("softmax", "classifier"),
    "flatten": ("flatten",),
    "image": ("image",),
    "bottleneck": ("bottleneck",),
    "bneck": ("bneck",),
    "mbconv": ("mbconv",),
}
#: The longest names first, which may hold others.
OPERATORS = dict(
    sorted(
        ((name, operator) for operator, names in NAMES.items() for name in names),
        key=lambda item: -len(item[0]),
    )
)
#: Words that say nothing of shapes or costs.
_SILENT = ("relu", "relu6", "linear", "kernel", "global", "nbn", "k")
_TOKENS = re.compile(
    r"(?P<size>\d+\s*[×x]\s*\d+)"
    r"|(?P<classes>\d+(?:/\d+)*)\s?-?d(?![a-z])"  # 1000-d, 10/100D
    r"|(?:/|(?<![a-z])s(?:tride)?\s?)(?P<stride>\d+(?:\.\d+)?)"
    r"|(?P<symbol>s=s|\(s\))"  # a stride that the block is given
    r"|(?<=mbconv)(?P<expansion>\d+)"
    r"|(?P<word>mbconv|[a-z](?:(?!\d+[×x]\d)[a-z0-9-])*)"  # conv1x1 is a word and a size
    r"|(?P<channels>\d+[αδρ]?)"
    r"|(?P<between>[\s,;/])"
    r"|(?P<unknown>.)"
)


class Said(NamedTuple):
    """What a cell says; what it does not say is None."""

    operators: tuple[str, ...]
    size: tuple[int, ...] | None = None
    channels: str | None = None
    classes: tuple[int, ...] | None = None
    stride: str | None = None
    expansion: str | None = None


def read_words(cell: str) -> Said:
    """The operators and numbers of a cell.

    :raises Cannot: a word or sign that is not known, or one number too many.
    """
    numbers: dict[str, str] = {}
    words: list[str] = []
    for token in _TOKENS.finditer(cell.lower()):
        kind = str(token.lastgroup)
        if kind == "unknown":
            raise Cannot(f"{cell!r} can't be read: {token[0]!r}")
        if kind == "word":
            words.append(token["word"])
        elif kind != "between":
            thing = "stride" if kind == "symbol" else kind
            if numbers.get(thing, token[kind]) != token[kind]:
                raise Cannot(f"{cell!r} can't be read: two numbers for one thing")
            numbers[thing] = token[kind]
    return Said(
        _operators(cell, words),
        tuple(map(int, re.split("[×x]", numbers["size"]))) if "size" in numbers else None,
        numbers.get("channels"),
        tuple(map(int, numbers["classes"].split("/"))) if "classes" in numbers else None,
        numbers.get("stride"),
        numbers.get("expansion"),
    )


def _operators(cell: str, words: list[str]) -> tuple[str, ...]:
    """The operators that the words name, the longest names first."""
    rest = f" {' '.join(words)} "
    operators = []
    for name in OPERATORS:
        if f" {name} " in rest:
            rest = rest.replace(f" {name} ", "  ", 1)
            operators.append(OPERATORS[name])
    unknown = [word for word in rest.split() if word not in _SILENT]
    if unknown:
        raise Cannot(f"{cell!r} can't be read: {unknown[0]!r}")
    if len(operators) > 1 and "softmax" in operators:
        operators.remove("softmax")  # it shares the classifier's row
    if not operators:
        raise Cannot(f"{cell!r} names no operator")
    if len(operators) > 1 and "/" not in cell:
        raise Cannot(f"{cell!r} names {len(operators)} operators")
    return tuple(operators)


def read_operations(cell: str) -> list[Said]:
    """The operators of a cell one after another: ``average pool, 1000-d fc, softmax``. A size and
    channels without a word are a convolution: ``7×7, 64, stride 2``.

    :raises Cannot: as :func:`read_words`.
    """
    parts: list[str] = []
    for part in re.split(r"[,;&]|\band\b", cell):
        if parts and not (_is_named(part) and _is_named(parts[-1])):
            parts[-1] += f",{part}"
        else:
            parts.append(part)
    if len(parts) == 1 and not _is_named(cell) and re.match(r"\s*\d+\s*[×x]\s*\d", cell):
        return [read_words(f"{cell} conv")]
    return [read_words(part.strip()) for part in parts]


def _is_named(part: str) -> bool:
    """Whether a part of a cell names an operator."""
    return any(re.search(rf"(?<![a-z]){name}(?![a-z-])", part.lower()) for name in OPERATORS)
