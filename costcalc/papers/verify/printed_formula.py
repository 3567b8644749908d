"""Printed formulas as trees: evaluated in any algebra, edited.

The same tree is evaluated over Fractions (to try thousands of corrections quickly) and over sympy
(to prove what was found). ``sum(k_m**2, m, 0, M)`` is a sum over the kernels of a pyramid.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from fractions import Fraction
from functools import reduce
from itertools import product
from operator import add, mul, sub, truediv
from typing import TYPE_CHECKING, TypeAlias

from costcalc.papers.claims.formulas import by_power, names

if TYPE_CHECKING:
    import sympy

#: A number of the algebra in which a formula is evaluated.
Value: TypeAlias = "Fraction | sympy.Expr"
#: Σ k_m ** power over m = first … last.
PowerSum = Callable[[int, "Value", "Value"], "Value"]
_OPERATIONS: dict[type, Callable[[Value, Value], Value]] = {
    ast.Add: add,
    ast.Sub: sub,
    ast.Mult: mul,
    ast.Div: truediv,
}


def evaluate(
    tree: ast.expr, values: Mapping[str, Value], number: Callable[[int], Value], sums: PowerSum
) -> Value:
    """The formula over any algebra; ``number`` makes one of its numbers from an int."""

    def of(node: ast.expr) -> Value:
        return evaluate(node, values, number, sums)

    match tree:
        case ast.Constant(value=int(value)):
            return number(value)
        case ast.Name(name):
            return values[name]
        case ast.UnaryOp(_, inner):
            return -of(inner)
        case ast.Call(_, [body, _, low, high]):
            first, last, total = of(low), of(high), number(0)
            for power, factors in by_power("the sum", body):
                total = total + reduce(mul, map(of, factors), sums(power, first, last))
            return total
        case ast.BinOp(left, ast.Pow(), ast.Constant(value=int(power))):
            return of(left) ** power
        case ast.BinOp(left, operation, right):
            return _OPERATIONS[type(operation)](of(left), of(right))
    raise AssertionError("a formula is read as one of these")


def numeric_sum(power: int, first: Fraction, last: Fraction) -> Fraction:
    """The sum at made-up kernels that no power sum of theirs confuses."""
    return sum(
        (Fraction(7 * m * m + 3 * m + 11) ** power for m in range(int(first), int(last) + 1)),
        start=Fraction(0),
    )


def renamed(tree: ast.expr, read_as: Mapping[str, str]) -> ast.expr:
    """A copy with other letters."""
    tree = deepcopy(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = read_as.get(node.id, node.id)
    return tree


def text(tree: ast.expr) -> str:
    """The formula as text."""
    return ast.unparse(tree).replace(" ** ", "**").replace(" * ", "*")


# -- edits ----------------------------------------------------------------------------------------


def edits(
    tree: ast.expr, symbols: Sequence[str], numbers: list[int], branches: str
) -> Iterator[tuple[str, ast.expr]]:
    """Every formula that one named correction makes of this one, the plainest corrections first."""
    for name, old, new in _corrections(tree, symbols, numbers, branches):
        yield name, deepcopy(tree, {id(node): new for node in old})  # where their copies would be


#: What a correction is called, the nodes that it takes away, and the one in their places.
_Correction = tuple[str, Sequence[ast.AST], ast.expr]


def _corrections(
    tree: ast.expr, symbols: Sequence[str], numbers: list[int], branches: str
) -> Iterator[_Correction]:
    nodes = list(ast.walk(tree))
    operations = [node for node in nodes if isinstance(node, ast.BinOp)]
    yield from _other_symbols(tree, nodes, symbols)
    for node in nodes:
        if branches and isinstance(node, ast.Call):
            body, index, low, high = node.args
            bounds = f"{text(low)} … {text(high)}"
            call = ast.Call(node.func, [body, index, ast.Constant(1), ast.Name(branches)], [])
            yield f"a sum over m = 1 … {branches} for m = {bounds}", [node], call
    sums = [node for node in operations if isinstance(node.op, ast.Add | ast.Sub)]
    terms = {tree, *(side for node in sums for side in (node.left, node.right))}
    for term in (node for node in nodes if isinstance(node, ast.expr) and node in terms):
        for factor in (*map(ast.Name, symbols), *map(ast.Constant, numbers)):
            larger = ast.BinOp(term, ast.Mult(), factor)
            yield f"the factor {text(factor)} that {text(term)} lacks", [term], larger
    exponents = {node.right for node in operations if isinstance(node.op, ast.Pow)}
    for node in nodes:
        if isinstance(node, ast.Constant) and node not in exponents:
            for number in sorted({*numbers, *range(1, 13)} - {node.value}):
                yield f"{number} for {node.value!r}", [node], ast.Constant(number)
    yield "the reciprocal", [tree], ast.BinOp(ast.Constant(1), ast.Div(), tree)


def _other_symbols(
    tree: ast.expr, nodes: list[ast.AST], symbols: Sequence[str]
) -> Iterator[_Correction]:
    """One symbol for another, throughout and then at one place."""
    present = names(tree)
    named = [node for node in nodes if isinstance(node, ast.Name) and node.id in present]
    for old, new in product(sorted(present), symbols):
        if new != old:
            places = [node for node in named if node.id == old]
            yield f"{new} for {old} throughout", places, ast.Name(new)
    for node, new in product(named, symbols):
        if new != node.id:
            yield f"{new} for {node.id}", [node], ast.Name(new)
