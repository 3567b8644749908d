"""Sizes that a program of torch.export leaves open: expressions of sympy, as text, in symbols.

They are written as calls, ``Add(Symbol('s0', …), Integer(-1))``, or, in older files, as arithmetic.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from costcalc.errors import visible
from costcalc.exchange.translation import Refused

_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Integer": int,
    "Float": lambda digits, **precision: Fraction(digits),
    "Rational": Fraction,
    "Add": lambda *terms: sum(terms),
    "Mul": lambda *factors: math.prod(factors),
    **dict.fromkeys(("FloorDiv", "CleanDiv"), operator.floordiv),
    "IntTrueDiv": Fraction,
    **dict.fromkeys(("Mod", "PythonMod"), operator.mod),
    "Max": max,
    "Min": min,
    "ToFloat": lambda number: number,
    **dict.fromkeys(("FloorToInt", "floor"), math.floor),
    **dict.fromkeys(("CeilToInt", "ceiling"), math.ceil),
    "TruncToInt": math.trunc,
}

_NO_SIZE = (
    LookupError, SyntaxError, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError,
)  # fmt: skip


def evaluated(text: str, symbols: Mapping[str, int]) -> int:
    """What an expression is at given symbols.

    :raises Refused: a symbol is not given, as one that hangs on values; or it is no whole number.
    """
    try:
        found = _value(ast.parse(text, mode="eval").body, symbols)
    except _NO_SIZE:
        raise Refused(f"a size that can't be told: {visible(text)!r}") from None
    if found != int(found):
        raise Refused(f"a size that is not whole: {visible(text)!r}")
    return int(found)


def _value(node: ast.expr, symbols: Mapping[str, int]) -> Any:
    match node:
        case ast.Constant(value=int() | str() as value):
            return value
        case (
            ast.Name(id=name)
            | ast.Call(func=ast.Name(id="Symbol"), args=[ast.Constant(value=str() as name), *_])
        ):
            return symbols[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, symbols)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, symbols), _value(right, symbols))
        case ast.Call(func=ast.Name(id=word), args=arguments) if word in _FUNCTIONS:
            return _FUNCTIONS[word](*(_value(argument, symbols) for argument in arguments))
    raise ValueError
