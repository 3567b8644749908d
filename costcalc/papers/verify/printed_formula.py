"""Printed formulas as trees: evaluated in any algebra, edited.

The same tree is evaluated over Fractions (to try thousands of corrections quickly) and over sympy
(to prove what was found). ``sum(k_m**2, m, 0, M)`` is a sum over the kernels of a pyramid.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from fractions import Fraction
from functools import partial, reduce
from itertools import product
from operator import add, mul, sub, truediv
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from costcalc.papers.claims.formulas import by_power, names
from costcalc.papers.claims.operators import kernel_sum

if TYPE_CHECKING:
    import sympy

Tree = TypeVar("Tree", bound=ast.expr)
#: A number of the algebra in which a formula is evaluated.
Value: TypeAlias = "Fraction | sympy.Expr"
_OPERATIONS: dict[type, Callable[[Value, Value], Value]] = {
    ast.Add: add,
    ast.Sub: sub,
    ast.Mult: mul,
    ast.Div: truediv,
}


#: Nodes that stand in the places of others, by the ``id`` of these.
Exchanged: TypeAlias = Mapping[int, ast.expr]


def evaluate(
    tree: ast.expr, values: Mapping[str, Value], exchanged: Mapping[int, ast.expr] = {}
) -> Value:
    """The formula over any algebra, with a value for each name and for each sum over kernels.

    :raises KeyError: one has no value.
    """
    if id(tree) in exchanged:
        return evaluate(exchanged[id(tree)], values)
    of = partial(evaluate, values=values, exchanged=exchanged)
    match tree:
        case ast.Constant(value=int(value)):
            return Fraction(value)
        case ast.Name(name):
            return values[name]
        case ast.UnaryOp(_, inner):
            return -of(inner)
        case ast.Call():
            body, _, low, high = edited(tree, exchanged).args
            total: Value = Fraction(0)
            for power, factors in by_power("the sum", body):
                named = kernel_sum(power, text(low), text(high))
                summed = values[named] if power else of(high) - of(low) + 1
                total = total + reduce(mul, map(of, factors), summed)
            return total
        case ast.BinOp(left, ast.Pow(), ast.Constant(value=int(power))):
            return of(left) ** power
        case ast.BinOp(left, operation, right):
            return _OPERATIONS[type(operation)](of(left), of(right))
    raise AssertionError("a formula is read as one of these")


def renamed(tree: ast.expr, read_as: Mapping[str, str]) -> ast.expr:
    """A copy with other letters."""
    tree = deepcopy(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = read_as.get(node.id, node.id)
    return tree


def edited(tree: Tree, exchanged: Exchanged) -> Tree:
    """A copy with other nodes."""
    return deepcopy(tree, {**exchanged})  # as if these were the copies


def text(tree: ast.expr) -> str:
    """The formula as text."""
    return ast.unparse(tree).replace(" ** ", "**").replace(" * ", "*")


# -- corrections ----------------------------------------------------------------------------------


def corrections(
    tree: ast.expr, symbols: Sequence[str], numbers: list[int], branches: str
) -> Iterator[tuple[str, Exchanged]]:
    """What to exchange for another formula, by what that is called: first nothing, then all that
    can be mended at once, the plainest first."""
    yield "", {}
    nodes = list(ast.walk(tree))
    operations = [node for node in nodes if isinstance(node, ast.BinOp)]
    yield from _other_symbols(tree, nodes, symbols)
    for node in nodes:
        if branches and isinstance(node, ast.Call):
            body, index, low, high = node.args
            bounds = f"{text(low)} … {text(high)}"
            call = ast.Call(node.func, [body, index, ast.Constant(1), ast.Name(branches)], [])
            yield f"a sum over m = 1 … {branches} for m = {bounds}", {id(node): call}
    sums = [node for node in operations if isinstance(node.op, ast.Add | ast.Sub)]
    terms = {tree, *(side for node in sums for side in (node.left, node.right))}
    for term in (node for node in nodes if isinstance(node, ast.expr) and node in terms):
        for factor in (*map(ast.Name, symbols), *map(ast.Constant, numbers)):
            larger = ast.BinOp(term, ast.Mult(), factor)
            yield f"the factor {text(factor)} that {text(term)} lacks", {id(term): larger}
    exponents = {node.right for node in operations if isinstance(node.op, ast.Pow)}
    for node in nodes:
        if isinstance(node, ast.Constant) and node not in exponents:
            for number in sorted({*numbers, *range(1, 13)} - {node.value}):
                yield f"{number} for {node.value!r}", {id(node): ast.Constant(number)}
    yield "the reciprocal", {id(tree): ast.BinOp(ast.Constant(1), ast.Div(), tree)}


def _other_symbols(
    tree: ast.expr, nodes: list[ast.AST], symbols: Sequence[str]
) -> Iterator[tuple[str, Exchanged]]:
    """One symbol for another, throughout and then at one place."""
    present = names(tree)
    named = [node for node in nodes if isinstance(node, ast.Name) and node.id in present]
    for old, new in product(sorted(present), symbols):
        if new != old:
            places = (id(node) for node in named if node.id == old)
            yield f"{new} for {old} throughout", dict.fromkeys(places, ast.Name(new))
    for node, new in product(named, symbols):
        if new != node.id:
            yield f"{new} for {node.id}", {id(node): ast.Name(new)}
