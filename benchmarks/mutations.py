"""Mutation testing: one small fault at a time, and whether any test notices.

``python benchmarks/mutations.py --module graph/walk --module operators/ --count 20`` samples 20
mutations of each module whose path holds one of the words, and runs ``--tests`` and the tests of
its room on copies of the checkout; what survives is run again with ``--then``.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from itertools import accumulate, pairwise
from pathlib import Path
from queue import Queue
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
OTHER = {
    "+": "-", "-": "+", "*": "/", "/": "*", "//": "/",
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
    "is": "is not", "is not": "is", "in": "not in", "not in": "in", "and": "or", "or": "and",
    "floor": "ceil", "ceil": "floor", "maximum": "minimum", "minimum": "maximum",
    "max": "min", "min": "max", "any": "all", "all": "any",
}  # fmt: skip


class Mutation(NamedTuple):
    """``text[start:end]`` of a file becomes ``new``."""

    path: Path
    line: int
    start: int
    end: int
    new: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.what}"


def mutations(path: Path) -> Iterator[Mutation]:
    """Every mutation of one module."""
    source = (ROOT / path).read_bytes()
    begins = [0, *accumulate(map(len, source.splitlines(keepends=True)))]

    def span(node: ast.expr | ast.stmt) -> tuple[int, int]:
        end = begins[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        return begins[node.lineno - 1] + node.col_offset, end

    def changed(node: ast.expr | ast.stmt, start: int, end: int, new: str) -> Mutation:
        old = source[start:end].decode()
        shown = " ".join(f"{old} → {new}".split())
        line = source.splitlines()[node.lineno - 1].decode().strip()
        return Mutation(path, node.lineno, start, end, new, f"{shown[:50]}   in {line[:70]}")

    def between(node: ast.expr, parts: list[ast.expr]) -> Iterator[Mutation]:
        for left, right in pairwise(parts):
            start, end = span(left)[1], span(right)[0]
            sign = source[start:end].decode().strip(" ()\n\\")
            if sign in OTHER:
                start += source[start:end].decode().index(sign)
                yield changed(node, start, start + len(sign), OTHER[sign])

    tree = ast.parse(source)
    tags = sorted({n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and _is_tag(n)})
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.BitOr):
            yield from between(node, [node.left, node.right])
        elif isinstance(node, ast.Compare):
            yield from between(node, [node.left, *node.comparators])
        elif isinstance(node, ast.BoolOp):
            yield from between(node, node.values)
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            for new in (node.value + 1, node.value - 1):
                yield changed(node, *span(node), str(new))
        elif isinstance(node, ast.Name) and node.id in OTHER and isinstance(node.ctx, ast.Load):
            yield changed(node, *span(node), OTHER[node.id])
        elif isinstance(node, ast.Raise):
            yield changed(node, *span(node), "pass")
        elif isinstance(node, ast.If | ast.IfExp | ast.While):
            start, end = span(node.test)
            yield changed(node, start, end, f"not ({source[start:end].decode()})")
        elif isinstance(node, ast.Attribute) and _is_tag(node) and len(tags) > 1:
            other = tags[(tags.index(node.attr) + 1) % len(tags)]
            yield changed(node, *span(node), f"Tag.{other}")


def _is_tag(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "Tag"


def fate(copy: Path, mutation: Mutation, tests: list[list[str]], limit: int) -> str:
    """``killed``, ``time-out`` or ``survived``; the copy is as before afterwards."""
    path = copy / mutation.path
    whole = path.read_bytes()
    path.write_bytes(whole[: mutation.start] + mutation.new.encode() + whole[mutation.end :])
    try:
        for some in filter(None, tests):
            code = tested(copy, some, limit)
            if code:
                return "time-out" if code in (signal.SIGXCPU, signal.SIGKILL) else "killed"
        return "survived"
    finally:
        path.write_bytes(whole)


def tested(copy: Path, some: list[str], limit: int) -> int:
    """What pytest returns, in a process of its own that has the large libraries already."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    sys.dont_write_bytecode = True
    os._exit(pytest.main(["-x", "-p", "no:cacheprovider", *some]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, what in (("module", "part of a path"), ("tests", "before the room's"), ("then", "")):
        parser.add_argument(f"--{name}", action="append", default=[], help=what)
    for name, most in (("count", 10), ("seed", 1), ("workers", 1), ("limit", 60)):
        parser.add_argument(f"--{name}", type=int, default=most)
    asked = parser.parse_args()
    for library in ("hypothesis", "sympy", "numpy", "yaml", "click", "rich.table"):
        import_module(library)  # not again for each mutation
    chosen: list[Mutation] = []
    for path in sorted(p.relative_to(ROOT) for p in (ROOT / "costcalc").rglob("*.py")):
        if any(word in str(path) for word in asked.module):
            found = list(mutations(path))
            random.Random(f"{asked.seed} {path}").shuffle(found)
            chosen += found[: asked.count]
    copies: Queue[Path] = Queue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.workers) as workers:
        for i in range(asked.workers):
            copy = Path(folder, str(i))
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info"))
            copies.put(copy)

        def run(mutation: Mutation) -> str:
            copy, room = copies.get(), f"tests/{mutation.path.parts[1]}"
            own = [room] if (copy / room).is_dir() else []
            found = fate(copy, mutation, [asked.tests + own, asked.then], asked.limit)
            copies.put(copy)
            print(f"{found:9} {mutation}", flush=True)
            return found

        if chosen and run(chosen[0]._replace(end=chosen[0].start, new="", what="none")) == "killed":
            sys.exit("the tests fail without a mutation")
        fates = Counter(workers.map(run, chosen))
    print(", ".join(f"{number} {found}" for found, number in fates.most_common()))


if __name__ == "__main__":
    main()
