"""Mutation testing: one small fault at a time, and whether any test notices.

``python benchmarks/mutations.py --module graph/walk --module operators/ --count 20`` samples 20
mutations of each module whose path holds one of the words, and runs ``--tests`` and the tests of
its room on copies, ``--limit`` CPU seconds each; what survives is run again with ``--then``.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import resource
import shutil
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
PAIRS = "+ -,* /,< <=,> >=,== !=,and or,floor ceil,maximum minimum,max min,any all"
OTHER = {a: b for pair in PAIRS.split(",") for a, b in (pair.split(), pair.split()[::-1])}
OTHER |= {"//": "/", "is": "is not", "is not": "is", "in": "not in", "not in": "in"}


class Mutation(NamedTuple):
    """Bytes ``start`` to ``end`` of a file become ``new``; ``what`` says it to people."""

    path: Path
    start: int
    end: int
    new: str
    what: str


def mutations(path: Path) -> Iterator[Mutation]:
    """Every mutation of one module."""
    source = (ROOT / path).read_bytes()
    lines = source.splitlines(keepends=True)
    begins = [0, *accumulate(map(len, lines))]
    tags = sorted(set(re.findall(r"\bTag\.(\w+)", source.decode())))

    def span(node: ast.expr | ast.stmt) -> tuple[int, int]:
        end = begins[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        return begins[node.lineno - 1] + node.col_offset, end

    def changed(node: ast.expr | ast.stmt, start: int, end: int, new: str) -> Mutation:
        shown = " ".join(f"{source[start:end].decode()} → {new}".split())[:50]
        line = lines[node.lineno - 1].decode().strip()[:70]
        return Mutation(path, start, end, new, f"{path}:{node.lineno}  {shown}   in {line}")

    def between(node: ast.expr, *parts: ast.expr) -> Iterator[Mutation]:
        for left, right in pairwise(parts):
            start, end = span(left)[1], span(right)[0]
            sign = source[start:end].decode().strip(" ()\n\\")
            if sign in OTHER:
                start += source[start:end].index(sign.encode())
                yield changed(node, start, start + len(sign), OTHER[sign])

    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.BinOp(op=op) if not isinstance(op, ast.BitOr):
                yield from between(node, node.left, node.right)
            case ast.Compare():
                yield from between(node, node.left, *node.comparators)
            case ast.BoolOp():
                yield from between(node, *node.values)
            case ast.Constant(value=int(value)) if not isinstance(value, bool):
                yield from (changed(node, *span(node), str(value + n)) for n in (1, -1))
            case ast.Name(id=name, ctx=ast.Load()) if name in OTHER:
                yield changed(node, *span(node), OTHER[name])
            case ast.Raise():
                yield changed(node, *span(node), "pass")
            case ast.If(test=test) | ast.IfExp(test=test):
                yield changed(node, *span(test), f"not ({ast.unparse(test)})")
            case ast.Attribute(value=ast.Name(id="Tag"), attr=tag) if len(tags) > 1:
                other = tags[(tags.index(tag) + 1) % len(tags)]
                yield changed(node, *span(node), f"Tag.{other}")


def fate(copy: Path, mutation: Mutation, tests: list[list[str]], limit: int) -> str:
    """``killed``, ``time-out`` or ``survived``; the copy is as before afterwards."""
    path = copy / mutation.path
    whole = path.read_bytes()
    path.write_bytes(whole[: mutation.start] + mutation.new.encode() + whole[mutation.end :])
    codes = (tested(copy, some, limit) for some in tests if some)
    code = next(filter(None, codes), 0)
    path.write_bytes(whole)
    return "survived" if not code else "time-out" if code < 0 else "killed"


def tested(copy: Path, some: list[str], limit: int) -> int:
    """What pytest returns, in a process of its own that has the large libraries already."""
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    sys.dont_write_bytecode = True
    os._exit(pytest.main(["-x", "-p", "no:cacheprovider", *some]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("module", "tests", "then"):
        parser.add_argument(f"--{name}", action="append", default=[])
    for name, usual in (("count", 10), ("seed", 1), ("workers", 1), ("limit", 60)):
        parser.add_argument(f"--{name}", type=int, default=usual)
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

    def run(mutation: Mutation) -> str:
        copy, own = copies.get(), [f"tests/{mutation.path.parts[1]}"]
        found = fate(copy, mutation, [asked.tests + own, asked.then], asked.limit)
        copies.put(copy)
        print(f"{found:9} {mutation.what}", flush=True)
        return found

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.workers) as workers:
        for i in range(asked.workers):
            ignored = shutil.ignore_patterns(".*", "build", "*.egg-info")
            copies.put(Path(shutil.copytree(ROOT, Path(folder, str(i)), ignore=ignored)))
        if chosen and run(chosen[0]._replace(new="", end=chosen[0].start, what="none")) == "killed":
            sys.exit("the tests fail without a mutation")
        fates = Counter(workers.map(run, chosen))
    print(", ".join(f"{number} {found}" for found, number in fates.most_common()))


if __name__ == "__main__":
    main()
