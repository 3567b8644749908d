"""Closed forms as Python over exact values: arithmetic that makes no float, and what it calls."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from costcalc.algebra.syntax import syntax_tree

DIVISIBLE = """def divisible(x, by):
    rounded = max(by, (2 * x + by) // (2 * by) * by)
    return rounded + by if 10 * rounded < 9 * x else rounded"""

EXACTLY = """def _exactly(name, value):
    if isinstance(value, float):
        raise ValueError(f"{name}: {value!r} is a float (write it as text: '0.35' is exactly 7/20)")
    return Fraction(value)"""

WHOLE = """def _whole(cost):
    if cost % 1:
        raise ValueError(f"{cost}: the weights of the convention must make whole counts")
    return cost"""


def in_docstring(lines: Sequence[str]) -> str:
    """Text that ends no docstring, and of which Python reads no sign as another."""
    return "\n".join(lines).replace("\\", r"\\").replace('"""', r"\"\"\"")


def exact(text: str) -> str:
    """Arithmetic in which every name is a ``Fraction``, so that no division makes a float.

    Rounded values, conditions and constants are whole numbers to Python: what is divided is made a
    ``Fraction`` where it may be one of these.
    """
    tree = syntax_tree(text)
    assert tree is not None, text
    divisions = _Divisions()
    tree = divisions.visit(tree)
    return ast.unparse(tree) if divisions.found else text


class _Divisions(ast.NodeTransformer):
    found = False

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or _is_fraction(node.left):
            return node
        self.found = True
        if isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant):
            return _fraction(node.left, node.right)
        return ast.BinOp(_fraction(node.left), node.op, node.right)


def _fraction(*args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name("Fraction"), [*args], [])


def _is_fraction(node: ast.expr) -> bool:
    """Whether Python surely makes a ``Fraction`` of it."""
    match node:
        case ast.BinOp(_, ast.FloorDiv(), _):
            return False
        case ast.BinOp(_, ast.Div(), _) | ast.Name() | ast.Call(ast.Name("Fraction")):
            return True
        case ast.BinOp(left, ast.Pow(), _) | ast.UnaryOp(ast.USub(), left):
            return _is_fraction(left)
        case ast.BinOp(left, _, right):
            return _is_fraction(left) or _is_fraction(right)
    return False
