"""A checked syntax tree of an expression becomes one nested function.

The whitelist of :mod:`costcalc.algebra.expressions`: numbers, names, words, ``+ - * / // **``,
comparisons, ``and or not``, ``x if c else y``, and a few functions. Every other node is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

from costcalc.algebra import numbers
from costcalc.algebra.evaluation import free_parameters
from costcalc.algebra.numbers import Number, is_number, simplest
from costcalc.algebra.truth import (
    TruthValue,
    can_be_number,
    conjunction,
    disjunction,
    is_truth,
    negation,
    pair,
    same,
    shown,
    truth,
    unquoted,
)
from costcalc.errors import ExpressionError, did_you_mean

MAX_DEPTH = 40
MAX_EXPONENT = 16
MAX_DIGITS = 60
MAX_BITS = 4096

Scope = Mapping[str, Any]
Evaluator = Callable[[Scope], Any]

_LITERAL = re.compile(
    rf"[0-9]{{1,{MAX_DIGITS}}}(\.[0-9]{{0,{MAX_DIGITS}}})?|\.[0-9]{{1,{MAX_DIGITS}}}"
)


_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: simplest(a + b),
    ast.Sub: lambda a, b: simplest(a - b),
    ast.Mult: lambda a, b: simplest(a * b),
    ast.Div: numbers.divide,
    ast.FloorDiv: lambda a, b: numbers.floor(numbers.divide(a, b)),
}
_RELATIONS: dict[type, str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "floor": (1, numbers.floor),
    "ceil": (1, numbers.ceil),
    "nearest": (1, numbers.nearest),
    "whole": (1, lambda x: x),
    "divisible": (2, numbers.divisible),
    "max": (0, numbers.maximum),
    "min": (0, numbers.minimum),
}
#: Functions whose result the rule for channels leaves as it is.
SETTLED = frozenset({"floor", "ceil", "nearest", "whole", "divisible"})


class Compiler:
    """Turns a checked syntax tree into one nested function."""

    def __init__(self, text: str, spelled: str) -> None:
        self.text = text
        self.spelled = spelled
        self.names: set[str] = set()
        self.words: set[str] = set()

    def refuse(self, what: str, hint: str = "") -> ExpressionError:
        return ExpressionError(f"{what} in {self.text!r}", hint)

    def compile(self, node: ast.expr, depth: int) -> Evaluator:
        if depth > MAX_DEPTH:
            raise self.refuse("nesting too deep", f"at most {MAX_DEPTH} levels")
        inner = depth + 1
        if isinstance(node, ast.Constant):
            return self.constant(node)
        if isinstance(node, ast.Name):
            return self.name(node.id)
        if isinstance(node, ast.BinOp):
            return self.arithmetic(node, inner)
        if isinstance(node, ast.UnaryOp):
            operand = self.compile(node.operand, inner)
            if isinstance(node.op, ast.USub):
                return lambda scope: -self.number(operand(scope))
            if isinstance(node.op, ast.Not):
                return lambda scope: negation(self.truth(operand(scope)))
            if isinstance(node.op, ast.UAdd):
                return lambda scope: self.number(operand(scope))
        if isinstance(node, ast.BoolOp):
            parts = [self.compile(value, inner) for value in node.values]
            combine = conjunction if isinstance(node.op, ast.And) else disjunction
            return lambda scope: reduce(combine, [self.truth(part(scope)) for part in parts])
        if isinstance(node, ast.Compare):
            return self.comparison(node, inner)
        if isinstance(node, ast.IfExp):
            test, then, otherwise = (
                self.compile(part, inner) for part in (node.test, node.body, node.orelse)
            )
            return lambda scope: self.choose(self.truth(test(scope)), then(scope), otherwise(scope))
        if isinstance(node, ast.Call):
            return self.call(node, inner)
        raise self.refuse("only arithmetic is allowed", "+ - * / // ** comparisons and functions")

    def constant(self, node: ast.Constant) -> Evaluator:
        value: Any = node.value
        if isinstance(value, str):
            self.words.add(value)
        if isinstance(value, (bool, str)):
            return lambda scope: value
        # the digits as written, so that 0.35 is 7/20 and not the nearest float
        literal = ast.get_source_segment(self.spelled, node) or ""
        if not _LITERAL.fullmatch(literal):
            raise self.refuse(f"{literal[:20]!r} is not a number", "digits and at most one point")
        number = simplest(Fraction(literal))
        return lambda scope: number

    def name(self, name: str) -> Evaluator:
        name = "in" if name == "_in" else name
        self.names.add(name)

        def look_up(scope: Scope) -> Any:
            try:
                return scope[name]
            except KeyError:
                hint = did_you_mean(name, scope)
                raise ExpressionError(f"{name!r} has no value here", hint) from None

        return look_up

    def arithmetic(self, node: ast.BinOp, depth: int) -> Evaluator:
        left = self.compile(node.left, depth)
        if isinstance(node.op, ast.Pow):
            exponent = node.right.value if isinstance(node.right, ast.Constant) else None
            if not isinstance(exponent, int) or not 0 <= exponent <= MAX_EXPONENT:
                raise self.refuse(
                    "an exponent must be a written whole number", f"0 to {MAX_EXPONENT}"
                )
            return lambda scope: self.power(left(scope), exponent)
        right = self.compile(node.right, depth)
        operation = _OPERATORS.get(type(node.op))
        if operation is None:
            raise self.refuse("unknown operator", "+ - * / // **")

        def apply(scope: Scope) -> Any:
            try:
                return operation(self.number(left(scope)), self.number(right(scope)))
            except ZeroDivisionError:
                raise self.refuse("division by zero") from None

        return apply

    def power(self, base: Any, exponent: int) -> Number:
        size = self.number(base)
        if is_number(size):
            bits = max(abs(size.numerator), size.denominator).bit_length()
            if bits * exponent > MAX_BITS:
                raise self.refuse("the power is too large", f"at most {MAX_BITS} bits")
        result: Number = size**exponent
        return simplest(result)

    def number(self, value: Any) -> Number:
        value = unquoted(value)
        if not can_be_number(value):
            raise self.refuse(f"{shown(value)} is not a number")
        return value

    def truth(self, value: Any) -> TruthValue:
        if not is_truth(value):
            hint = "compare it, as in s == 1"
            raise self.refuse(f"{shown(value)} is neither true nor false", hint)
        return value

    def comparison(self, node: ast.Compare, depth: int) -> Evaluator:
        operands = [self.compile(part, depth) for part in (node.left, *node.comparators)]
        relations = []
        for op in node.ops:
            if type(op) not in _RELATIONS:
                raise self.refuse("unknown comparison", "== != < <= > >=")
            relations.append(_RELATIONS[type(op)])

        def evaluate(scope: Scope) -> TruthValue:
            values = [operand(scope) for operand in operands]
            parts = [self.compare(r, values[i], values[i + 1]) for i, r in enumerate(relations)]
            return reduce(conjunction, parts)

        return evaluate

    def compare(self, relation: str, a: Any, b: Any) -> TruthValue:
        if not (isinstance(a, str) and isinstance(b, str)):
            a, b = unquoted(a), unquoted(b)
        if can_be_number(a) and can_be_number(b):
            return truth(numbers.compare(relation, a, b))
        found: TruthValue
        if isinstance(a, str) and isinstance(b, str):
            found = a == b
        elif is_truth(a) and is_truth(b):
            found = same(a, b)
        elif (one := pair(a)) and (other := pair(b)):
            found = reduce(conjunction, map(self.compare, ("==", "=="), one, other))
        else:
            raise self.refuse(f"{shown(a)} {relation} {shown(b)} compares unlike things")
        if relation not in ("==", "!="):
            hint = "only numbers are larger or smaller"
            raise self.refuse(f"{shown(a)} {relation} {shown(b)} has no meaning", hint)
        return found if relation == "==" else negation(found)

    def choose(self, condition: TruthValue, then: Any, otherwise: Any) -> Any:
        if isinstance(condition, bool):
            return then if condition else otherwise
        if type(then) is type(otherwise) and then == otherwise:
            return then
        if not (isinstance(then, str) and isinstance(otherwise, str)):
            then, otherwise = unquoted(then), unquoted(otherwise)
        if is_truth(then) and is_truth(otherwise):
            return disjunction(
                conjunction(condition, then), conjunction(negation(condition), otherwise)
            )
        if can_be_number(then) and can_be_number(otherwise):
            return condition * then + (1 - condition) * otherwise
        hint = f"give a value to {', '.join(sorted(free_parameters(condition)))}"
        which = f"which of {shown(then)} and {shown(otherwise)} is meant depends on {condition}"
        raise self.refuse(which, hint)

    def call(self, node: ast.Call, depth: int) -> Evaluator:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in _FUNCTIONS or node.keywords:
            hint = did_you_mean(name, _FUNCTIONS) or f"known: {', '.join(_FUNCTIONS)}"
            raise self.refuse(f"unknown function {name!r}" if name else "unknown function", hint)
        arity, function = _FUNCTIONS[name]
        arguments = [self.compile(arg, depth) for arg in node.args]
        if (arity and len(arguments) != arity) or not arguments:
            raise self.refuse(f"{name} takes {arity or 'some'} argument{'s'[: arity != 1]}")

        def apply(scope: Scope) -> Any:
            values = [self.number(argument(scope)) for argument in arguments]
            if name == "divisible" and (type(values[1]) is not int or values[1] < 1):
                raise self.refuse("divisible needs a positive whole number", "divisible(x, 8)")
            if name == "divisible" and is_number(values[0]) and values[0] <= 0:
                # it would widen even this to its multiple
                raise self.refuse(f"{values[0]} made divisible", "only what is above 0")
            return function(*values)

        return apply


def is_settled(tree: ast.expr) -> bool:
    """Whether the whole expression is a call of a rounding function, as in ``floor(4*k)``."""
    return (
        isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in SETTLED
    )
