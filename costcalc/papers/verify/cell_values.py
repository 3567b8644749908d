"""Printed cells as values: factors of a size, symbols, and what the network knows of a row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from costcalc.algebra.evaluation import exact
from costcalc.algebra.expressions import ExpressionError, compile_expression
from costcalc.algebra.notation import as_factors
from costcalc.algebra.numbers import Number
from costcalc.graph.selection import Cannot
from costcalc.language.model import Spec
from costcalc.operators import Shape
from costcalc.papers.claims.operators import free_symbol


class Facts(NamedTuple):
    """What the network knows of one printed row; what it does not know is None.

    ``classes`` are the class counts that the spec calls usual."""

    input: Shape | None = None
    output: Shape | None = None
    operator: str = ""
    kernel: tuple[Number, Number] | None = None
    stride: tuple[Number, Number] | None = None
    ratio: Any = None
    arguments: Mapping[str, Number] = {}
    counts: Mapping[str, int] = {}
    symbols: Mapping[str, Number] = {}
    classes: tuple[int, ...] = ()


def usual_classes(spec: Spec) -> tuple[int, ...]:
    """The class counts that a spec names: the default and the usual ones."""
    parameter = spec.parameters.get("classes")
    if parameter is None:
        return ()
    return tuple(int(parameter.bind(value)) for value in (parameter.default, *parameter.usual))


#: Names that stand for the number of classes.
CLASSES = ("classnum", "classnumber")


def shape_text(shape: Shape) -> str:
    return "×".join(as_factors(side) for side in shape)


def value(text: str, facts: Facts) -> Number:
    """A printed factor such as ``32α``, ``tk`` or ``h/s``."""
    spaced = text.replace("’", "_out").replace("'", "_out").replace("(s)", "")
    for name, meaning in facts.symbols.items():
        if spaced == name:
            return meaning
    if facts.symbols and re.fullmatch(r"[a-z]{2}", spaced):  # tk is t·k
        spaced = "*".join(spaced)
    try:
        expression = compile_expression(spaced)
        known: dict[str, Number] = {}
        for name in expression.names:
            word = "classes" if name in CLASSES else name
            known[name] = facts.symbols.get(name, free_symbol(word))
        return exact(expression(known))
    except (ExpressionError, TypeError) as error:
        raise Cannot(f"{text!r} can't be read: {error}") from None


def factors(text: str) -> list[str]:
    """The factors of ``3×3×(32α×δ)``; ``224²×3`` has three."""
    found: list[str] = []
    depth = 0
    part = ""
    for c in text.replace(" ", ""):
        depth += (c == "(") - (c == ")")
        if c in "×x" and depth == 0:
            found.append(part)
            part = ""
        else:
            part += c
    found.append(part)
    if found[0].endswith("²"):
        found[0:1] = [found[0][:-1]] * 2
    return [f[1:-1] if f.startswith("(") and f.endswith(")") else f for f in found]
