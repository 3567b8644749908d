"""The operations of other programs that are read, by the tables of the readers; and what each
becomes, by the rows that its reader writes. So nothing is listed twice.

A reader is a function, or one with the row that it writes among its arguments. Of others, the rows
are those that begin the columns which stand in it, or in the functions of this room that it calls.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from costcalc.exchange.meetings import OPERATIONS
from costcalc.operators import OPERATORS
from costcalc.operators.elementwise import SPELLINGS
from costcalc.operators.merging import MERGES

#: Where the tables stand, by the first word of what reads a kind of file.
TABLES = {
    "caffe": ("caffe.READERS",),
    "darknet": ("darknet.READERS",),
    "keras": ("keras.model.READERS",),
    "ncnn": ("ncnn.model.READERS",),
    "onnx": ("onnx.layers.LAYERS", "onnx.places.PLACES"),
    "tflite": ("tflite.model.READERS",),
    "torch": ("torch.aten.READERS",),
    "ultralytics": ("ultralytics.model.READERS",),
}
_ROWS = {*OPERATORS, *MERGES, *SPELLINGS}
#: What readers are called that write no row.
_FREE = (
    "same", "passed", "left_out", "no_value", "expanded", "attribute", "assigned", "copied",
)  # fmt: skip
#: Methods that write what they are given, or what a file says.
_AS_GIVEN = ("row", "value", "reshaped", "activated")

_NOTHING: ast.AST = ast.Module([], [])


def table(reader: str) -> dict[str, Any]:
    """The functions of a reader, by the operations that they read."""
    found: dict[str, Any] = {}
    for path in TABLES[reader]:
        module, _, name = path.rpartition(".")
        found |= getattr(import_module(f"costcalc.exchange.{module}"), name)
    return found


def becoming(reader: str) -> dict[str, str]:
    """The operations that a reader knows, each with what it becomes: rows, or ``free``; empty where
    that hangs on what the file says."""
    found = table(reader)
    return {name: _becomes(found[name]) for name in sorted(found, key=str.lower)}


def _becomes(reader: Any) -> str:
    if isinstance(reader, partial):
        said = reader.keywords
        if "reader" in said:
            return _becomes(said["reader"])
        if "word" in said:
            return OPERATIONS[said["word"]][1]
        if "row" in said and said["row"] in _ROWS:
            return str(said["row"])
        reader = reader.func
    rows = dict.fromkeys(_written(reader, set()))
    free = "free" if reader.__name__ in (*_FREE, "unary") else ""
    return ", ".join(rows) or free


def _written(function: FunctionType, seen: set[FunctionType]) -> Iterator[str]:
    """The rows that begin the columns which stand in a function, and in those that it calls."""
    seen.add(function)
    body = _body(function)
    for node in ast.walk(body):
        if isinstance(node, ast.Dict) and node.keys and node.keys[0] is not None:
            yield from _words(node.keys[0], body)
        elif isinstance(node, ast.Call):
            called = _called(node.func, function.__globals__)
            if isinstance(called, FunctionType) and called.__module__.startswith(__package__):
                given = dict(zip(called.__code__.co_varnames, node.args, strict=False))
                given |= {word.arg: word.value for word in node.keywords if word.arg}
                yield from _words(given["row"], body) if "row" in given else ()
                yield from _written(called, seen) if called not in seen else ()


def _words(key: ast.expr, body: ast.AST) -> Iterator[str]:
    """The rows among the words that an expression may be; a name is what is assigned to it."""
    for node in ast.walk(key):
        if isinstance(node, ast.Constant) and node.value in _ROWS:
            yield str(node.value)
        elif isinstance(node, ast.Name):
            for one in ast.walk(body):
                if isinstance(one, ast.Assign) and node.id in map(ast.unparse, one.targets):
                    yield from _words(one.value, _NOTHING)
                elif isinstance(one, ast.arguments):
                    names = [argument.arg for argument in (*one.posonlyargs, *one.args)]
                    usual = dict(zip(names[::-1], one.defaults[::-1], strict=False))
                    yield from _words(usual[node.id], one) if node.id in usual else ()


def _called(word: ast.expr, names: Mapping[str, Any]) -> Any:
    """The function that a name is, or one of a module, or of what a reader is given."""
    if isinstance(word, ast.Name):
        return names.get(word.id)
    if isinstance(word, ast.Attribute) and isinstance(word.value, ast.Name):
        owner = names.get(word.value.id)
        if isinstance(owner, ModuleType):
            return getattr(owner, word.attr, None)
        if owner is None and word.attr not in _AS_GIVEN:
            classes = (one for one in names.values() if isinstance(one, type))
            return next(
                (one.__dict__[word.attr] for one in classes if word.attr in vars(one)), None
            )
    return None


def _body(function: FunctionType) -> ast.AST:
    """A function as it is written; nothing of one that no file has."""
    code = function.__code__
    return _functions(Path(code.co_filename)).get(code.co_firstlineno, _NOTHING)


@cache
def _functions(file: Path) -> dict[int, ast.AST]:
    """The functions of a file, by the lines on which they begin."""
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else _NOTHING
    return {n.lineno: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.Lambda)}
