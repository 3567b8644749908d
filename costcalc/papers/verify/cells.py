"""One printed cell of a layer table, read as values and held against what the network has."""

from __future__ import annotations

import re
from collections.abc import Callable

from costcalc.algebra.notation import as_factors
from costcalc.graph.selection import Cannot
from costcalc.operators import Shape
from costcalc.papers.verify.cell_values import Facts, factors, shape_text, value
from costcalc.papers.verify.cell_words import WORDS, all_classes, judge_stride, judge_words


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
        printed = [value(part, facts) for part in factors(cell)[:-1]]
        own = list(shape)[: len(printed) + 1]
        if re.fullmatch(r"\d+(/\d+)+", last):  # 10/100 classes
            right = all_classes(tuple(map(int, last.split("/"))), own[-1], facts)
        else:
            right = value(last, facts) == own[-1]
        right = right and printed == own[:-1]
        return right, shape_text(shape) if len(own) == 3 else "×".join(map(as_factors, own))

    return read


def _type(cell: str, facts: Facts) -> tuple[bool, str]:
    """``Conv dw / s1``: the operator and its stride."""
    word, _, stride = cell.partition("/")
    operator = WORDS.get(word.strip().lower())
    if operator is None:
        raise Cannot(f"unknown layer {word.strip()!r}")
    right, own = judge_stride(stride.strip().removeprefix("s"), facts)
    name = next((w for w, op in WORDS.items() if op == facts.operator), facts.operator)
    return right and operator == facts.operator, f"{name} / s{own}"


def _filter(cell: str, facts: Facts) -> tuple[bool, str]:
    """``3×3×3×32α``, ``3×3×64 dw``, ``1024×1000``, or words with a size in them."""
    assert facts.input is not None and facts.output is not None
    plain = cell.removesuffix(" dw").strip()
    if not re.match(r"[\d(]", plain):
        return judge_words(cell, facts)
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
    right = printed == own and (plain == cell or facts.operator == "dwconv")
    return right, "×".join(as_factors(x) for x in own)


def _layer(cell: str, facts: Facts) -> tuple[bool, str]:
    """``3×3 DWConv, 64, /2`` as FD-MobileNet prints it; a stride of 1 is not printed."""
    return judge_words(cell, facts, strided=True)


def _argument(name: str) -> Callable[[str, Facts], tuple[bool, str]]:
    def read(cell: str, facts: Facts) -> tuple[bool, str]:
        if name not in facts.arguments:
            raise Cannot(f"the network says nothing of {name} here")
        own = facts.arguments[name]
        return value(cell, facts) == own, as_factors(own)

    return read


def _group(cell: str, facts: Facts) -> tuple[bool, str]:
    return True, cell  # the row was found by it


def _count(cell: str, facts: Facts, column: str) -> tuple[bool, str]:
    """``Residual block × 3``, or what the group consists of."""
    match = re.fullmatch(r"(?:residual )?blocks? × (\d+)", cell.lower())
    if match is None:
        return judge_words(cell, facts)
    own = facts.counts[column]
    return int(match[1]) == own, str(own)


_READERS: dict[str, Callable[[str, Facts], tuple[bool, str]]] = {
    "input size": _size(lambda facts: facts.input),
    "input": _size(lambda facts: facts.input),
    "output size": _size(lambda facts: facts.output),
    "output": _size(lambda facts: facts.output),
    "type / stride": _type,
    "filter shape": _filter,
    "layer": _layer,
    "operator": judge_words,
    "group": _group,
    "t": _argument("t"),
    "c": _argument("c"),
    "n": _argument("n"),
    "s": _argument("s"),
}
