"""Lines of Python as a person would lay them out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby, pairwise

#: The longest line.
WIDTH = 99


def grown(line: str) -> str:
    """A sequence of parts whose numbers grow by the same amount, as a person would write it."""
    head = re.match(r"self\.\w+ = nn\.Sequential\(", line)
    if head is None:
        return line
    made: list[str] = []
    alike = groupby(_arguments(line[head.end() : -1]), lambda part: re.sub(r"=\d+", "=", part))
    for part, one in ((part, [*parts]) for part, parts in alike):
        columns = [*zip(*(map(int, re.findall(r"=(\d+)", each)) for each in one), strict=True)]
        steps = [{b - a for a, b in pairwise(column)} for column in columns]
        if len(one) < 4 or "(" not in part or part[0] == "*" or any(len(s) > 1 for s in steps):
            made += one
            continue
        pieces = re.split(r"(?<==)\d+", one[0])
        words = [
            f"{column[0]}" + (f" + {step} * k" if step else "")
            for column, (step,) in zip(columns, steps, strict=True)
        ]
        text = "".join(a + b for a, b in zip(pieces, [*words, ""], strict=True))
        made.append(f"*({text} for k in range({len(one)}))")
    return f"{head[0]}{', '.join(made)})"


def wrapped(line: str, indent: int) -> Iterator[str]:
    """A line of code, in several where it is long."""
    at, space = _bracket(line), " " * indent
    if indent + len(line) <= WIDTH or at is None:
        yield space + line
        return
    ends = line.rindex(")")
    if found := re.fullmatch(r"\*\((.*) (for \w+ in range\(.*\))\),?", line):
        inside = [found[1], found[2]]
    elif ends - at > 30:
        inside = [f"{argument}," for argument in _arguments(line[at + 1 : ends])]
    elif found := re.match(r"\w+,[\w, ]* = ", line):
        inside = [f"{name}," for name in _arguments(found[0][:-3])]
        at, line, ends = 0, f"() = {line[found.end() :]}", 1
    else:  # several values, a product of two, or a chain of methods
        target = re.match(r"(?:\w+ = |return )?", line)
        at = 0 if target is None else target.end()
        values = _arguments(line[at:].rstrip(","))
        inside = [f"{one}," for one in values] if len(values) > 1 else _links(values[0])
        if len(inside) == 1:
            yield space + line
            return
        comma = "," if line.endswith(",") else ""
        line, ends = f"{line[:at]}(){comma}", at + 1
    yield space + line[: at + 1]
    for part in inside:
        yield from wrapped(part, indent + 4)
    yield space + line[ends:]


def _bracket(line: str) -> int | None:
    """Where the bracket opens that the end of a line closes."""
    depth = 0
    for at in reversed(range(len(line.rstrip(",")))):
        depth += {")": 1, "(": -1}.get(line[at], 0)
        if depth == 0:
            return at if line[at] == "(" else None
    return None


def cuts(text: str, sign: str) -> Iterator[int]:
    """Where a sign stands outside of all brackets."""
    depth = 0
    for at, one in enumerate(text):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(one, 0)
        if depth == 0 and text.startswith(sign, at):
            yield at


def _arguments(text: str) -> list[str]:
    """What stands between the commas of a call."""
    places = [-1, *cuts(text, ","), len(text)]
    return [text[a + 1 : b].strip() for a, b in pairwise(places)]


def _links(text: str) -> list[str]:
    """The factors of a product, or the calls of a chain."""
    places = [*cuts(text, " @ ")] or [at + 1 for at in cuts(text, ").")][1:]
    return [text[a:b].strip() for a, b in pairwise([0, *places, len(text)])]
