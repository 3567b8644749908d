"""One printed cell of a layer table, read as values and held against what the network has.

Every word and every number of a cell is read (:mod:`costcalc.papers.layer_tables.cells`), and every
number is compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import partial
from itertools import zip_longest
from typing import NamedTuple

from costcalc.algebra.amounts import DIFFERS, amount_text, judge, read_printed
from costcalc.algebra.notation import as_factors
from costcalc.algebra.numbers import Number, constant
from costcalc.graph.selection import Cannot
from costcalc.language.model import Spec
from costcalc.operators import Shape
from costcalc.papers.layer_tables.cells import NAMES, OPERATORS, factors, read_words, value


class Facts(NamedTuple):
    """What the network knows of one printed row; what it does not know is None.

    The stride of a fractional pooling is its ratio; ``classes`` are the class counts that the spec
    calls usual."""

    input: Shape | None = None
    output: Shape | None = None
    operator: str = ""
    kernel: tuple[Number, Number] | None = None
    stride: tuple[Number, Number] | None = None
    arguments: Mapping[str, Number] = {}
    counts: Mapping[str, int] = {}
    symbols: Mapping[str, Number] = {}
    classes: tuple[int, ...] = ()


def usual_classes(spec: Spec) -> tuple[int, ...]:
    """The class counts that a spec names: the default and the usual ones."""
    parameter = spec.parameters.get("classes")
    if parameter is None:
        return ()
    counts = map(parameter.bind, (parameter.default, *parameter.usual))
    return tuple(count for count in counts if isinstance(count, int))


def _product(sides: Iterable[Number]) -> str:
    return "×".join(map(as_factors, sides))


def _words(cell: str, facts: Facts, *, strided: bool = False) -> tuple[bool, str]:
    """Whether the cell says what the network has, and what the network has of what it says.

    ``strided``: where no stride is printed, it is 1.

    :raises Cannot: it can't be read, or the network does not say it.
    """
    said = read_words(cell)
    right = facts.operator in said.operators
    has = facts.operator
    if said.size is not None:
        own = facts.kernel
        whole = facts.operator in ("avgpool", "maxpool") and (facts.output or (1, 1))[:2] == (1, 1)
        if own is None and whole and facts.input is not None:
            own = facts.input[:2]  # global: its window is the whole map
        if own is None:
            raise Cannot(f"the network says no one window of {facts.operator}")
        right = right and said.size == tuple(own)
        has = f"{_product(own)} {has}"
    if said.classes is not None or said.channels is not None:
        if facts.output is None:
            raise Cannot("the network does not say how many channels leave")
        width = facts.output.channels
        channels = width if said.channels is None else value(said.channels, facts.symbols)
        right = right and channels == width
        right = right and (said.classes is None or _all_classes(said.classes, width, facts))
        has += f", {as_factors(width)}"
    if said.stride is not None or (strided and facts.operator in ("conv", "dwconv")):
        right_stride, stride = _stride(said.stride or "1", facts)
        right = right and right_stride
        has += f", stride {stride}"
    return right, has


def _all_classes(printed: tuple[int, ...], width: Number, facts: Facts) -> bool:
    """Whether ``10/100`` has the network's own number and otherwise only what its spec calls usual;
    a single number must be the network's own."""
    return width in printed and set(printed) <= {width, *facts.classes}


def _stride(printed: str, facts: Facts) -> tuple[bool, str]:
    """``2``, ``1.4`` (the ratio of a fractional pooling) or ``s=s``, the stride of a block."""
    own = (facts.stride or (1, 1))[0]
    if printed in ("s=s", "(s)"):
        if "s" not in facts.symbols:
            raise Cannot(f"{printed!r}: the block takes no stride s")
        return facts.symbols["s"] == own, str(own)
    number = read_printed(printed)
    if number is None:
        raise Cannot(f"{printed!r} is not a stride")
    return judge(number, Fraction(constant(own))) != DIFFERS, amount_text(constant(own))


def rounded_stride(cell: str, facts: Facts) -> str:
    """What a stride that is right stands for, if it has more digits: ``1.4`` for 1.44."""
    printed = re.search(r"\d+\.\d+", cell)
    if printed is None or facts.stride is None or Fraction(printed[0]) == facts.stride[0]:
        return ""
    return f"{printed[0]} stands for {amount_text(constant(facts.stride[0]))}"


def judge_cell(column: str, cell: str, facts: Facts) -> tuple[bool, str]:
    """Whether a cell says what the network has, and what it should say.

    :raises Cannot: the cell is not of a form that can be read.
    """
    if column in _READERS:
        return _READERS[column](cell, facts)
    if column in facts.counts:
        return _count(cell, facts, column)
    raise Cannot(f"nothing reads the column {column!r}")


def _size(end: str, cell: str, facts: Facts) -> tuple[bool, str]:
    """``16×16×32α``: the size at one end of the layer."""
    shape = facts.input if end == "input" else facts.output
    if shape is None:
        raise Cannot("the network does not say this size")
    parts = factors(cell)
    own = list(shape)[: len(parts)]
    right = [_says(part, side, facts) for part, side in zip_longest(parts, own)]
    # the symbols of a block as they are spelled there
    texts = [
        p if r and facts.symbols else as_factors(o)
        for p, o, r in zip(parts, own, right, strict=False)
    ]
    return all(right), "×".join(texts)


def _says(part: str, side: Number | None, facts: Facts) -> bool:
    """Whether a factor of a size is that side; ``10/100`` are classes."""
    if side is not None and re.fullmatch(r"\d+(/\d+)+", part):
        return _all_classes(tuple(map(int, part.split("/"))), side, facts)
    return value(part, facts.symbols) == side


def _type(cell: str, facts: Facts) -> tuple[bool, str]:
    """``Conv dw / s1``: the operator and its stride."""
    word, _, stride = cell.partition("/")
    operator = OPERATORS.get(word.strip().lower())
    if operator is None:
        raise Cannot(f"unknown layer {word.strip()!r}")
    right, own = _stride(stride.strip().removeprefix("s"), facts)
    name = NAMES.get(facts.operator, (facts.operator,))[0]
    return right and operator == facts.operator, f"{name} / s{own}"


def _filter(cell: str, facts: Facts) -> tuple[bool, str]:
    """``3×3×3×32α``, ``3×3×64 dw``, ``1024×1000``, or words with a size in them."""
    assert facts.input is not None and facts.output is not None
    plain = cell.removesuffix(" dw").strip()
    if not re.match(r"[\d(]", plain):
        return _words(cell, facts)
    printed = [value(part, facts.symbols) for part in factors(plain)]
    if facts.kernel is None and facts.operator in ("conv", "dwconv"):
        raise Cannot(f"the branches of this {facts.operator} have different kernels")
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
    return right, _product(own)


def _argument(name: str, cell: str, facts: Facts) -> tuple[bool, str]:
    if name not in facts.arguments:
        raise Cannot(f"the network says nothing of {name} here")
    own = facts.arguments[name]
    return value(cell, facts.symbols) == own, as_factors(own)


def _count(cell: str, facts: Facts, column: str) -> tuple[bool, str]:
    """``Residual block × 3``, or what the group consists of."""
    match = re.fullmatch(r"(?:residual )?blocks? × (\d+)", cell.lower())
    if match is None:
        return _words(cell, facts)
    own = facts.counts[column]
    return int(match[1]) == own, str(own)


#: Whether a cell says what the network has, and what it should say.
_READERS: dict[str, Callable[[str, Facts], tuple[bool, str]]] = {
    **dict.fromkeys(("input size", "input"), partial(_size, "input")),
    **dict.fromkeys(("output size", "output"), partial(_size, "output")),
    "type / stride": _type,
    "filter shape": _filter,
    "layer": partial(_words, strided=True),  # FD-MobileNet prints no stride of 1
    "operator": _words,
    "group": lambda cell, facts: (True, cell),  # the row was found by it
    **{name: partial(_argument, name) for name in "tcns"},
}
