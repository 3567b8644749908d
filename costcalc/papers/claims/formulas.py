"""The text of a printed formula: what is one, and what would be too large to compare quickly."""

from __future__ import annotations

import ast

from costcalc.algebra.expressions import MAX_EXPONENT, MAX_LENGTH
from costcalc.algebra.syntax import syntax_tree
from costcalc.graph.selection import Cannot
from costcalc.papers.claims.operators import BRANCH_KERNEL

#: What keeps a formula quick: no larger number or end of a sum, nor a higher power of powers than
#: an expression may have.
MAX_NUMBER = 10**9
MAX_POWER = MAX_EXPONENT
MAX_END = 1000
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub)
_GRAMMAR = "names, whole numbers, + - * / ** and sum(k_m**2, m, 1, M)"


class NotAFormula(Cannot):
    """A text that is no formula, with the way to write one."""

    def __init__(self, text: str, what: str, hint: str = "") -> None:
        super().__init__(f"{text!r} is not a formula{': ' if what else ''}{what}")
        self.hint = hint or _GRAMMAR


def parse(text: str) -> ast.expr:
    """The formula as a tree.

    :raises NotAFormula: it is not arithmetic over names, whole numbers and sums, or is too large.
    """
    if len(text) > MAX_LENGTH:
        raise NotAFormula(text[:20], "it is too long", f"at most {MAX_LENGTH} characters")
    tree = syntax_tree(text)
    if tree is None:
        raise NotAFormula(text, "")
    for node in ast.walk(tree):
        _check(text, node)
    _check_names(text, tree)
    if _power(tree) > MAX_POWER:
        raise NotAFormula(text, "its powers are too high", f"powers of powers up to {MAX_POWER}")
    return tree


def names(tree: ast.expr) -> set[str]:
    """The symbols of a formula, without the index of its sums."""
    inside = {
        node.args[1].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.args[1], ast.Name)
    }
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return named - inside - {"sum", BRANCH_KERNEL}


def _check(text: str, node: ast.AST) -> None:
    """Refuses what no formula here has."""
    if isinstance(node, ast.Constant):
        if type(node.value) is not int:
            raise NotAFormula(text, f"{node.value!r} is no whole number", "1/2 for 0.5")
        if node.value > MAX_NUMBER:
            raise NotAFormula(text, f"{node.value} is too large", f"at most {MAX_NUMBER:,}")
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
        raise NotAFormula(text, "^ is no power", "** for powers")
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        if not isinstance(node.right, ast.Constant):
            raise NotAFormula(text, "a power is not a whole number", f"0 to {MAX_POWER}")
    elif isinstance(node, ast.Call):
        summed = isinstance(node.func, ast.Name) and node.func.id == "sum"
        if not summed or len(node.args) != 4 or node.keywords:
            raise NotAFormula(text, "only sums have arguments")
        body, index, low, high = node.args
        if not isinstance(index, ast.Name):
            raise NotAFormula(text, "a sum has no index")
        by_power(text, body)
        if not (_is_end(low) and _is_end(high)):
            hint = f"a name, a number up to {MAX_END}, or their sum"
            raise NotAFormula(text, "an end of a sum is not plain", hint)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.UnaryOp):
        raise NotAFormula(text, "two signs in a row")  # of hundreds Python makes no tree
    elif not isinstance(node, (ast.BinOp, ast.Name, ast.Load, ast.UnaryOp, *_ARITHMETIC)):
        raise NotAFormula(text, "")


def _is_end(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        return _is_end(node.left) and isinstance(node.right, ast.Constant) and _is_end(node.right)
    if isinstance(node, ast.Constant):
        return type(node.value) is int and node.value <= MAX_END
    return isinstance(node, ast.Name) and node.id != BRANCH_KERNEL


def _check_names(text: str, tree: ast.expr) -> None:
    """Kernels and indices mean something inside their sum only."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    inside = {id(name) for call in calls for name in ast.walk(call.args[0])}
    apart = {id(node) for call in calls for node in (call.func, call.args[1])}
    indices = {call.args[1].id for call in calls if isinstance(call.args[1], ast.Name)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name) or id(node) in apart:
            continue
        if node.id == "sum":
            raise NotAFormula(text, "sum is no symbol")
        if node.id in indices:
            raise NotAFormula(text, f"{node.id} is the index of a sum and stands elsewhere")
        if node.id == BRANCH_KERNEL and id(node) not in inside:
            raise NotAFormula(text, f"{BRANCH_KERNEL} stands outside a sum")


def _power(node: ast.AST) -> int:
    """The highest power of powers."""
    below = max(map(_power, ast.iter_child_nodes(node)), default=1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        assert isinstance(node.right, ast.Constant) and isinstance(node.right.value, int)
        return below * max(node.right.value, 1)
    return below


def by_power(text: str, body: ast.expr) -> list[tuple[int, list[ast.expr]]]:
    """What a sum runs over, term by term: a power of ``k_m`` and the factors before it.

    :raises NotAFormula: a power of anything else with ``k_m`` in it, or a division by it.
    """
    if not any(isinstance(n, ast.Name) and n.id == BRANCH_KERNEL for n in ast.walk(body)):
        return [(0, [body])]
    match body:
        case ast.Name():
            return [(1, [])]
        case ast.BinOp(ast.Name(), ast.Pow(), ast.Constant(value=int(power))):
            return [(power, [])]
        case ast.UnaryOp(ast.USub(), inner):
            return [(p, [ast.Constant(-1), *f]) for p, f in by_power(text, inner)]
        case ast.BinOp(left, ast.Add(), right):
            return [*by_power(text, left), *by_power(text, right)]
        case ast.BinOp(left, ast.Sub(), right):
            less = [(p, [ast.Constant(-1), *f]) for p, f in by_power(text, right)]
            return [*by_power(text, left), *less]
        case ast.BinOp(left, ast.Mult(), right):
            return [
                (p + q, [*f, *g]) for p, f in by_power(text, left) for q, g in by_power(text, right)
            ]
    raise NotAFormula(text, f"a sum runs over products of {BRANCH_KERNEL} and its powers")
