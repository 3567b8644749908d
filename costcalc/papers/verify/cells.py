"""One printed cell of a layer table, read as values and held against what the network has.

Some cells are sizes (``16×16×(32α×δ)`` is a product), some name a layer in words: ``3×3 DWConv, 64,
/2``, ``1x1 conv2d, ReLU6``, ``1000-d fc``. Every word and every number of a cell is read, and every
number is compared; a cell with anything else in it can't be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import partial
from itertools import zip_longest
from typing import NamedTuple

from costcalc.algebra.amounts import DIFFERS, amount_text, judge, read_printed
from costcalc.algebra.evaluation import exact
from costcalc.algebra.expressions import compile_expression
from costcalc.algebra.notation import as_factors
from costcalc.algebra.numbers import Number, constant
from costcalc.errors import ExpressionError
from costcalc.graph.selection import Cannot
from costcalc.language.model import Spec
from costcalc.operators import Shape
from costcalc.papers.claims.operators import free_symbol


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


#: Whether a cell says what the network has, and what it should say.
Reader = Callable[[str, Facts], tuple[bool, str]]
#: Names that stand for the number of classes.
CLASSES = ("classnum", "classnumber")


def _product(sides: Iterable[Number]) -> str:
    return "×".join(map(as_factors, sides))


def spelled(name: str) -> str:
    """A symbol as an expression has it: ``k’`` is ``k_out``."""
    return name.replace("’", "_out").replace("'", "_out")


def value(text: str, facts: Facts) -> Number:
    """A printed factor such as ``32α``, ``tk`` or ``h/s``."""
    spaced = spelled(text).replace("(s)", "")
    if spaced in facts.symbols:
        return facts.symbols[spaced]
    if facts.symbols and re.fullmatch(r"[a-z]{2}", spaced):  # tk is t·k
        spaced = "*".join(spaced)
    try:
        expression = compile_expression(spaced)
        known = {
            name: facts.symbols.get(name, free_symbol("classes" if name in CLASSES else name))
            for name in expression.names
        }
        return exact(expression.number(known))
    except (ExpressionError, TypeError) as error:
        raise Cannot(f"{text!r} can't be read: {error}") from None


def factors(text: str) -> list[str]:
    """The factors of ``3×3×(32α×δ)``; ``224²×3`` has three."""
    parts: list[str] = []
    depth = 0
    part = ""
    for c in text.replace(" ", ""):
        depth += (c == "(") - (c == ")")
        if c in "×x" and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += c
    parts.append(part)
    if parts[0].endswith("²"):
        parts[0:1] = [parts[0][:-1]] * 2
    return [f[1:-1] if f.startswith("(") and f.endswith(")") else f for f in parts]


#: What papers call the operators, the usual name first.
_NAMES = {
    "dwconv": ("conv dw", "dwconv", "dwise"),
    "conv": ("conv", "conv2d", "convolution"),
    "avgpool": (
        *("avg pool", "avgpool", "pool"),
        *("global pool", "global pooling", "global average pooling"),
    ),
    "maxpool": ("maxpool", "max pooling"),
    "fmp": ("fmp", "fractional max pooling"),
    "fc": ("fc", "fully-connected"),
    "softmax": ("softmax", "classifier"),
    "image": ("image",),
    "bottleneck": ("bottleneck",),
}
_OPERATORS = {name: operator for operator, names in _NAMES.items() for name in names}
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
    r"|(?P<unknown>.)"
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
            if thing in numbers:
                raise Cannot(f"{cell!r} can't be read: two numbers for one thing")
            numbers[thing] = token[kind]
    return Said(
        _operators(cell, words),
        tuple(map(int, re.split("[×x]", numbers["size"]))) if "size" in numbers else None,
        int(numbers["channels"]) if "channels" in numbers else None,
        tuple(map(int, numbers["classes"].split("/"))) if "classes" in numbers else None,
        numbers.get("stride"),
    )


def _operators(cell: str, words: list[str]) -> tuple[str, ...]:
    """The operators that the words name, the longest names first."""
    rest = f" {' '.join(words)} "
    operators = []
    for name in sorted(_OPERATORS, key=len, reverse=True):
        if f" {name} " in rest:
            rest = rest.replace(f" {name} ", "  ", 1)
            operators.append(_OPERATORS[name])
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
        right = right and said.channels in (None, width)
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
    """What a stride in a cell that is right stands for, where that has more digits: ``1.4`` is
    printed for a ratio of 1.44."""
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


def _size(get: Callable[[Facts], Shape | None]) -> Reader:
    def read(cell: str, facts: Facts) -> tuple[bool, str]:
        shape = get(facts)
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

    return read


def _says(part: str, side: Number | None, facts: Facts) -> bool:
    """Whether a factor of a size is that side; ``10/100`` are classes."""
    if side is not None and re.fullmatch(r"\d+(/\d+)+", part):
        return _all_classes(tuple(map(int, part.split("/"))), side, facts)
    return value(part, facts) == side


def _type(cell: str, facts: Facts) -> tuple[bool, str]:
    """``Conv dw / s1``: the operator and its stride."""
    word, _, stride = cell.partition("/")
    operator = _OPERATORS.get(word.strip().lower())
    if operator is None:
        raise Cannot(f"unknown layer {word.strip()!r}")
    right, own = _stride(stride.strip().removeprefix("s"), facts)
    name = _NAMES.get(facts.operator, (facts.operator,))[0]
    return right and operator == facts.operator, f"{name} / s{own}"


def _filter(cell: str, facts: Facts) -> tuple[bool, str]:
    """``3×3×3×32α``, ``3×3×64 dw``, ``1024×1000``, or words with a size in them."""
    assert facts.input is not None and facts.output is not None
    plain = cell.removesuffix(" dw").strip()
    if not re.match(r"[\d(]", plain):
        return _words(cell, facts)
    printed = [value(part, facts) for part in factors(plain)]
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


def _argument(name: str) -> Reader:
    def read(cell: str, facts: Facts) -> tuple[bool, str]:
        if name not in facts.arguments:
            raise Cannot(f"the network says nothing of {name} here")
        own = facts.arguments[name]
        return value(cell, facts) == own, as_factors(own)

    return read


def _count(cell: str, facts: Facts, column: str) -> tuple[bool, str]:
    """``Residual block × 3``, or what the group consists of."""
    match = re.fullmatch(r"(?:residual )?blocks? × (\d+)", cell.lower())
    if match is None:
        return _words(cell, facts)
    own = facts.counts[column]
    return int(match[1]) == own, str(own)


_READERS: dict[str, Reader] = {
    **dict.fromkeys(("input size", "input"), _size(lambda facts: facts.input)),
    **dict.fromkeys(("output size", "output"), _size(lambda facts: facts.output)),
    "type / stride": _type,
    "filter shape": _filter,
    "layer": partial(_words, strided=True),  # FD-MobileNet prints no stride of 1
    "operator": _words,
    "group": lambda cell, facts: (True, cell),  # the row was found by it
    **{name: _argument(name) for name in "tcns"},
}
