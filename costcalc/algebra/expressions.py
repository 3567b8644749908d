"""Text to arithmetic, through a whitelist.

``compile_expression("32*alpha")`` gives an :class:`Expression`; calling it with a scope
``{"alpha": Fraction(1, 2)}`` gives an exact number, or a polynomial where the scope holds free
parameters. Text from files and the command line is parsed by :mod:`ast` and nothing is ever handed
to ``eval``: every node is checked and becomes a function. Numbers, names, words, ``+ - * / // **``,
comparisons, ``and or not``, ``x if c else y`` and a few functions are allowed, as papers spell
them, too (:mod:`costcalc.algebra.syntax`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import NamedTuple

from costcalc.algebra import numbers
from costcalc.algebra.evaluation import free_parameters
from costcalc.algebra.notation import LETTERS
from costcalc.algebra.numbers import Number, is_number, is_whole, simplest
from costcalc.algebra.polynomial import Polynomial, alone, atoms_of, is_multiple, is_positive
from costcalc.algebra.syntax import spelled, syntax_tree
from costcalc.algebra.values import (
    Refused,
    TruthValue,
    Value,
    as_number,
    as_truth,
    choose,
    compare,
    conjunction,
    disjunction,
    negation,
)
from costcalc.errors import CostcalcError, ExpressionError, did_you_mean

MAX_LENGTH = 400
MAX_DEPTH = 40
#: Of what hangs on free parameters; numbers may have as many bits as follow.
MAX_EXPONENT = 16
MAX_DIGITS = 60
MAX_BITS = 4096
#: For what YAML splits: in {out: max(8, alpha)} the value ends at the comma.
COMMA_HINT = 'quote what has a comma: "max(a, b)"'

#: What names stand for; or why one has no value.
Scope = Mapping[str, Value | CostcalcError]
Evaluator = Callable[[Scope], Value]

_LITERAL = re.compile(
    rf"[0-9]{{1,{MAX_DIGITS}}}(\.[0-9]{{0,{MAX_DIGITS}}})?|\.[0-9]{{1,{MAX_DIGITS}}}"
)


def _power(base: Number, exponent: Number) -> Number:
    """``base**exponent``, exactly.

    :raises Refused: the exponent is no whole number, or hangs on free parameters; it is too large.
    """
    if not is_number(exponent):
        hint = f"give a value to {', '.join(sorted(free_parameters(exponent)))}"
        raise Refused(f"a power by {exponent} has no closed form", hint)
    if not is_whole(exponent):
        raise Refused(f"the exponent {exponent} is not a whole number", "roots are not exact")
    times = abs(int(exponent))
    if not is_number(base):
        if times > MAX_EXPONENT:
            hint = f"exponents up to {MAX_EXPONENT}, or a value for each parameter"
            raise Refused(f"({base})**{times} has no closed form", hint)
    elif (max(abs(base.numerator), base.denominator) - 1).bit_length() * times > MAX_BITS:
        raise Refused("the power is too large", f"at most {MAX_BITS} bits")
    power: Number = base**times
    return simplest(power) if exponent >= 0 else numbers.divide(1, power)


_OPERATORS: dict[type, Callable[[Number, Number], Number]] = {
    ast.Add: lambda a, b: simplest(a + b),
    ast.Sub: lambda a, b: simplest(a - b),
    ast.Mult: lambda a, b: simplest(a * b),
    ast.Div: numbers.divide,
    ast.FloorDiv: lambda a, b: numbers.floor(numbers.divide(a, b)),
    ast.Pow: _power,
}
_RELATIONS: dict[type, str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
#: Functions by the number of their arguments, 0 for any; and what some may have at most.
_ARITIES = {
    "floor": 1,
    "ceil": 1,
    "nearest": 1,
    "round": 1,
    "whole": 1,
    "divisible": 2,
    "max": 0,
    "min": 0,
}
_MOST = {"divisible": 3}


class Compiler:
    """Turns a checked syntax tree into one nested function."""

    def __init__(self, spelled: str) -> None:
        self.spelled = spelled
        self.names: set[str] = set()
        self.words: set[str] = set()

    def compile(self, node: ast.expr, depth: int) -> Evaluator:
        if depth > MAX_DEPTH:
            raise Refused("nesting too deep", f"at most {MAX_DEPTH} levels")
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
                return lambda scope: -as_number(operand(scope))
            if isinstance(node.op, ast.Not):
                return lambda scope: negation(as_truth(operand(scope)))
            if isinstance(node.op, ast.UAdd):
                return lambda scope: as_number(operand(scope))
        if isinstance(node, ast.BoolOp):
            parts = [self.compile(value, inner) for value in node.values]
            combine = conjunction if isinstance(node.op, ast.And) else disjunction
            return lambda scope: reduce(combine, [as_truth(part(scope)) for part in parts])
        if isinstance(node, ast.Compare):
            return self.comparison(node, inner)
        if isinstance(node, ast.IfExp):
            test, then, otherwise = (
                self.compile(part, inner) for part in (node.test, node.body, node.orelse)
            )
            return lambda scope: choose(as_truth(test(scope)), then(scope), otherwise(scope))
        if isinstance(node, ast.Call):
            return self.call(node, inner)
        raise Refused("only arithmetic is allowed", "+ - * / // ** comparisons and functions")

    def constant(self, node: ast.Constant) -> Evaluator:
        value = node.value
        if isinstance(value, str):
            self.words.add(value)
        if isinstance(value, (bool, str)):
            return lambda scope: value
        # the digits as written, so that 0.35 is 7/20 and not the nearest float
        literal = ast.get_source_segment(self.spelled, node) or ""
        if not _LITERAL.fullmatch(literal):
            raise Refused(f"{literal[:20]!r} is not a number", "digits and at most one point")
        number = simplest(Fraction(literal))
        return lambda scope: number

    def name(self, name: str) -> Evaluator:
        name = "in" if name == "_in" else name
        self.names.add(name)

        def look_up(scope: Scope) -> Value:
            try:
                value = scope[name if name in scope else LETTERS.get(name, name)]
            except KeyError:
                hint = did_you_mean(name, scope)
                raise ExpressionError(f"{name!r} has no value here", hint) from None
            if isinstance(value, CostcalcError):
                raise value
            return value

        return look_up

    def arithmetic(self, node: ast.BinOp, depth: int) -> Evaluator:
        left, right = self.compile(node.left, depth), self.compile(node.right, depth)
        operation = _OPERATORS.get(type(node.op))
        if operation is None:
            power = isinstance(node.op, ast.BitXor)
            raise Refused("unknown operator", "a power is **" if power else "+ - * / // **")

        def apply(scope: Scope) -> Number:
            try:
                return operation(as_number(left(scope)), as_number(right(scope)))
            except ZeroDivisionError:
                raise Refused("division by zero") from None

        return apply

    def comparison(self, node: ast.Compare, depth: int) -> Evaluator:
        operands = [self.compile(part, depth) for part in (node.left, *node.comparators)]
        relations = [_RELATIONS.get(type(op), "") for op in node.ops]
        if "" in relations:
            raise Refused("unknown comparison", "== != < <= > >=")

        def evaluate(scope: Scope) -> TruthValue:
            values = [operand(scope) for operand in operands]
            return reduce(conjunction, map(compare, relations, values, values[1:]))

        return evaluate

    def call(self, node: ast.Call, depth: int) -> Evaluator:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in _ARITIES or node.keywords:
            hint = did_you_mean(name, _ARITIES) or f"known: {', '.join(_ARITIES)}"
            raise Refused(f"unknown function {name!r}" if name else "unknown function", hint)
        arity = _ARITIES[name]
        function = numbers.FUNCTIONS.get(name, as_number)  # whole(x) is x
        arguments = [self.compile(arg, depth) for arg in node.args]
        most = _MOST.get(name, arity)
        if (arity and not arity <= len(arguments) <= most) or not arguments:
            takes = f"{arity} or {most}" if most > arity else arity or "some"
            raise Refused(f"{name} takes {takes} argument{'s'[: arity != 1]}")

        def apply(scope: Scope) -> Number:
            values = [as_number(argument(scope)) for argument in arguments]
            return function(*values) if name != "divisible" else _divisible(*values)

        return apply


def _divisible(x: Number, by: Number, least: Number | None = None) -> Number:
    """``divisible(x, by)``, also where a condition on free parameters decides what ``by`` is.

    ``least`` is a multiple of ``by``, below which it never goes.

    :raises Refused: ``by`` is not a positive whole number, or hangs on free parameters otherwise.
    """
    if least is None and is_number(x) and x <= 0:
        # it would widen even this to its multiple
        raise Refused(f"{x} made divisible", "only what is above 0")
    if isinstance(by, Polynomial):
        conditions = [atom for atom in sorted(atoms_of(by)) if atom.kind == "indicator"]
        if not conditions:
            hint = f"give a value to {', '.join(sorted(free_parameters(by)))}"
            raise Refused(f"what is made divisible by {by} has no closed form", hint)
        condition = alone(conditions[0])
        then, otherwise = (_divisible(x, by.put(conditions[0], holds), least) for holds in (1, 0))
        return condition * then + (1 - condition) * otherwise
    if type(by) is not int or by < 1:
        raise Refused("divisible needs a positive whole number", "divisible(x, 8)")
    if least is not None:
        if not is_multiple(least, by) or not is_positive(least):
            raise Refused(f"{least} is not surely a multiple of {by}", "as in divisible(x, 8, 16)")
        x = numbers.maximum(x, least)
    return numbers.divisible(x, by)


class Expression(NamedTuple):
    """Arithmetic that is ready to be evaluated; ``names`` and quoted ``words`` are what it uses.

    ``settled``: as a whole it is a call of a rounding function, as in ``floor(4*k)``.
    """

    text: str
    names: frozenset[str]
    evaluate: Evaluator
    words: frozenset[str] = frozenset()
    settled: bool = False

    def __call__(self, scope: Scope) -> Value:
        """:raises ExpressionError: a name without a value, a division by 0, a number too long."""
        try:
            return self.evaluate(scope)
        except Refused as refused:
            raise _error(refused, self.text) from None

    def number(self, scope: Scope) -> Number:
        """:raises ExpressionError: no value, or one that is neither a number nor a closed form."""
        try:
            return as_number(self.evaluate(scope))
        except Refused as refused:
            raise _error(refused, self.text) from None


_PLAIN_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")


def compile_expression(text: str) -> Expression:
    """:raises ExpressionError: not arithmetic, or beyond the limits at the head of this module."""
    if _PLAIN_NUMBER.fullmatch(text):  # the common case, and most of the time spent otherwise
        number = int(text)
        return Expression(text, frozenset(), lambda scope: number)
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"expression of {len(text)} characters", f"at most {MAX_LENGTH}")
    python = spelled(text)
    tree = syntax_tree(python)
    if tree is None:
        cut = text.count("(") > text.count(")")
        hint = COMMA_HINT if cut else "arithmetic such as 32*alpha or rho*resolution"
        raise ExpressionError(f"{text!r} is not arithmetic", hint)
    compiler = Compiler(python)
    try:
        evaluate = compiler.compile(tree, 0)
    except Refused as refused:
        raise _error(refused, text) from None
    names, words = frozenset(compiler.names), frozenset(compiler.words)
    called = tree.func if isinstance(tree, ast.Call) else None
    settled = isinstance(called, ast.Name) and _ARITIES[called.id] > 0  # max and min round nothing
    return Expression(text, names, evaluate, words, settled)


def _error(refused: Refused, text: str) -> ExpressionError:
    return ExpressionError(f"{refused.what} in {text!r}", refused.hint)


def exact_number(text: str) -> int | Fraction:
    """The exact value of a constant: ``"0.35"`` is 7/20, ``"1/3"`` is 1/3.

    :raises ExpressionError: it is not a constant.
    """
    expression = compile_expression(text)
    value = "" if expression.names else expression({})
    if isinstance(value, bool) or not is_number(value):
        raise ExpressionError(f"{text!r} is not a number", "such as 0.35, 7/20 or 224")
    return value
