"""One printed cell of a layer table, read as values and held against what the network has."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from costcalc.checking.cell_values import Facts, factors, shape_text, value
from costcalc.checking.figures import DIFFERS, judge, read_printed
from costcalc.checking.selection import Cannot
from costcalc.notation import as_factors
from costcalc.operators import Shape

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
    "global average pooling": "avgpool",
    "maxpool": "maxpool",
    "fmp": "fmp",
    "fc": "fc",
    "fully-connected": "fc",
    "softmax": "softmax",
    "image": "image",
    "bottleneck": "bottleneck",
}


def judge_cell(column: str, cell: str, facts: Facts) -> tuple[bool, str]:
    """Whether a cell says what the network has, and what it should say.

    :raises Cannot: the cell is not of a form that can be read.
    """
    reader = _READERS.get(column)
    if reader is None:
        if column in facts.counts:
            return _count(cell, facts, column)
        raise Cannot(f"nothing reads the column {column!r}")
    return reader(cell, facts)


def _size(get: Callable[[Facts], Shape | None]) -> Callable[[str, Facts], tuple[bool, str]]:
    def read(cell: str, facts: Facts) -> tuple[bool, str]:
        shape = get(facts)
        if shape is None:
            raise Cannot("the network does not say this size")
        last = factors(cell)[-1]
        several = last.split("/") if re.fullmatch(r"\d+(/\d+)+", last) else [last]  # 10/100
        head = [value(part, facts) for part in factors(cell)[:-1]]
        printed = [*head, value(several[0], facts)]
        own = list(shape)[: len(printed)]
        right = any(own == [*head, value(other, facts)] for other in several)
        return right, shape_text(shape) if len(printed) == 3 else "×".join(
            as_factors(side) for side in shape[:2]
        )

    return read


def _type(cell: str, facts: Facts) -> tuple[bool, str]:
    """``Conv dw / s1``: the operator and its stride."""
    word, _, stride = cell.partition("/")
    operator = WORDS.get(word.strip().lower())
    if operator is None:
        raise Cannot(f"unknown layer {word.strip()!r}")
    printed = read_printed(stride.strip().removeprefix("s"))
    if printed is None:
        raise Cannot(f"{stride.strip()!r} is not a stride")
    own: Any = facts.ratio if facts.ratio is not None else (facts.stride or (1, 1))[0]
    right = operator == facts.operator and judge(printed, Fraction(own)) != DIFFERS
    name = next((w for w, op in WORDS.items() if op == facts.operator), facts.operator)
    return right, f"{name} / s{own}"


def _filter(cell: str, facts: Facts) -> tuple[bool, str]:
    """``3×3×3×32α``, ``3×3×64 dw``, ``1024×1000``, or words with a size in them."""
    assert facts.input is not None and facts.output is not None
    plain = cell.removesuffix(" dw").strip()
    if not re.match(r"[\d(]", plain):
        return _words(cell, facts)
    printed = [value(part, facts) for part in factors(plain)]
    kernel = list(facts.kernel or (1, 1))
    if facts.operator == "dwconv":
        own = [*kernel, facts.output.channels]
    elif facts.operator in ("conv", "fc"):
        own = [*kernel, facts.input.channels, facts.output.channels]
    else:
        raise Cannot(f"{facts.operator} has no filters")
    if facts.operator == "fc" and len(printed) == 2:
        own = own[2:]
    return printed == own, "×".join(as_factors(x) for x in own)


def _words(cell: str, facts: Facts) -> tuple[bool, str]:
    lowered = cell.lower()
    pairs = {
        "global": "avgpool",
        "pool ": "avgpool",
        "max pooling": "maxpool",
        "fractional": "fmp",
        "classifier": "softmax",
    }
    operator = next((op for word, op in reversed(pairs.items()) if word in lowered), None)
    if operator is None:
        raise Cannot(f"{cell!r} names no filter")
    right = operator == facts.operator
    size = re.search(r"(\d+)\s*×\s*(\d+)", cell)
    if size and facts.kernel is not None:
        right = right and tuple(map(int, size.groups())) == facts.kernel
    elif size and facts.operator == "avgpool":
        assert facts.input is not None
        right = right and tuple(map(int, size.groups())) == tuple(facts.input[:2])
    stride = re.search(r"(?:stride|s)\s?(\d+(?:\.\d+)?)$", cell)
    if stride:
        printed = read_printed(stride[1])
        own: Any = facts.ratio if facts.ratio is not None else (facts.stride or (1, 1))[0]
        right = right and printed is not None and judge(printed, Fraction(own)) != DIFFERS
    return right, facts.operator


def _layer(cell: str, facts: Facts) -> tuple[bool, str]:
    """``3×3 DWConv, 64, /2`` as FD-MobileNet prints it; pooling and classifier in words."""
    lowered = cell.lower()
    match = re.fullmatch(r"(\d+)×(\d+) (dw)?conv, (\d+)(?:, /(\d+))?", lowered)
    if match is None:
        word = next((op for w, op in WORDS.items() if w in re.split(r"[ ,]", lowered)), None)
        word = word or next((op for w, op in WORDS.items() if w in lowered), None)
        if word is None:
            raise Cannot(f"{cell!r} can't be read")
        return word == facts.operator, facts.operator
    assert facts.output is not None
    own = (
        "dwconv" if match[3] else "conv",
        (int(match[1]), int(match[2])),
        int(match[4]),
        int(match[5] or 1),
    )
    stride = (facts.stride or (1, 1))[0]
    channels = facts.output.channels
    has = (facts.operator, facts.kernel, channels, stride)
    return own == has, f"{facts.operator} {facts.kernel}, {channels}, /{stride}"


def _argument(name: str) -> Callable[[str, Facts], tuple[bool, str]]:
    def read(cell: str, facts: Facts) -> tuple[bool, str]:
        if name not in facts.arguments:
            raise Cannot(f"the network says nothing of {name} here")
        own = facts.arguments[name]
        return value(cell, facts) == own, as_factors(own)

    return read


def _operator(cell: str, facts: Facts) -> tuple[bool, str]:
    """``1x1 conv2d, ReLU6``, ``bottleneck``, ``avgpool 7x7``."""
    lowered = cell.lower()
    word = next((op for w, op in WORDS.items() if re.search(rf"\b{re.escape(w)}", lowered)), None)
    if "dwconv" in lowered and "conv2d/" in lowered:  # one row for two kinds of network
        word = facts.operator if facts.operator in ("conv", "dwconv", "add", "concat") else word
    if word is None:
        raise Cannot(f"{cell!r} can't be read")
    right = word == facts.operator
    size = re.search(r"(\d+)x(\d+)", lowered.replace("×", "x"))
    if size and facts.kernel is not None:
        right = right and tuple(map(int, size.groups())) == facts.kernel
    return right, facts.operator


def _group(cell: str, facts: Facts) -> tuple[bool, str]:
    return True, cell  # the row was found by it


def _count(cell: str, facts: Facts, column: str) -> tuple[bool, str]:
    """``Residual block × 3``, or what the group consists of."""
    match = re.search(r"×\s*(\d+)$", cell)
    if match and "block" in cell.lower():
        own = facts.counts[column]
        return int(match[1]) == own, str(own)
    return _operator(cell, facts)


_READERS: dict[str, Callable[[str, Facts], tuple[bool, str]]] = {
    "input size": _size(lambda facts: facts.input),
    "input": _size(lambda facts: facts.input),
    "output size": _size(lambda facts: facts.output),
    "output": _size(lambda facts: facts.output),
    "type / stride": _type,
    "filter shape": _filter,
    "layer": _layer,
    "operator": _operator,
    "group": _group,
    "t": _argument("t"),
    "c": _argument("c"),
    "n": _argument("n"),
    "s": _argument("s"),
}
