"""Files of Python code: what stands at their top, names in them, and lines as a person would lay
them out."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterator
from itertools import count, pairwise
from textwrap import wrap

from costcalc.graph.layers import Graph
from costcalc.language.parameters import texts_of

#: The longest line.
WIDTH = 99
_DEEPER = {"(": 1, "[": 1, ")": -1, "]": -1}


def title(graph: Graph, *, channels: str) -> str:
    """What a file is, with the channels ``first`` or ``last``; of texts of the spec only what can
    end no string."""
    bound = ", ".join(f"{name} = {value}" for name, value in texts_of(graph.binding).items())
    told = f"{graph.spec.name} at {bound}." if bound else f"{graph.spec.name}."
    sides = [(c, h, w) if channels == "first" else (h, w, c) for h, w, c in graph.inputs.values()]
    sizes = " and ".join("x".join(map(str, one)) for one in sides)
    lines = wrap(re.sub(r"[^\w ,./=-]", "", told), WIDTH - 3)
    return "\n".join([*lines, "", f"The input is {sizes}, channels {channels}.", ""])


def identifier(text: str, taken: Collection[str] = ()) -> str:
    """A name of Python, whatever a spec calls something, and none that has another meaning."""
    name = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_") or "layer"
    name = name if name[0].isalpha() else f"n{name}"
    return f"{name}_" if keyword.iskeyword(name) or name in taken else name


def unused(name: str, taken: Collection[str]) -> str:
    """The name, or with a number if it is taken."""
    return name if name not in taken else numbered(name, taken)


def numbered(name: str, taken: Collection[str], first: int = 2) -> str:
    """The name with the first number that makes it another than those."""
    return next(found for k in count(first) if (found := f"{name}{k}") not in taken)


# --- Lines ---------------------------------------------------------------------------------------


def wrapped(line: str, indent: int) -> Iterator[str]:
    """A line of code, in several where it is long."""
    found = opened(line) if indent + len(line) > WIDTH else None
    if found is None:
        yield " " * indent + line
        return
    head, inside, tail = found
    yield " " * indent + head
    for part in inside:
        yield from wrapped(part, indent + 4)
    yield " " * indent + tail


def opened(line: str) -> tuple[str, list[str], str] | None:
    """A line as what opens a bracket, what stands in that line by line, and what closes it; None
    if there is nothing to open."""
    if found := re.fullmatch(r"\*\((.*) (for \w+ in range\(.*\))(\),?)", line):
        return "*(", [found[1], found[2]], found[3]
    for at, end in reversed([*_brackets(line)]):
        if end - at > 30:
            return line[: at + 1], [f"{one}," for one in arguments(line[at + 1 : end])], line[end:]
    if found := re.match(r"\w+,[\w, ]* = ", line):
        names = [f"{name}," for name in arguments(found[0][:-3])]
        return "(", names, f") = {line[found.end() :]}"
    # several values, a product of two, or a chain of methods
    (target,) = re.findall(r"^(?:\w+ = |return )?", line)
    text = line[len(target) :].rstrip(",")
    values = arguments(text)
    inside = [f"{one}," for one in values] if len(values) > 1 else _links(text)
    return (f"{target}(", inside, "),"[: 1 + line.endswith(",")]) if len(inside) > 1 else None


def _brackets(line: str) -> Iterator[tuple[int, int]]:
    """Where the brackets of calls, and of a list, open and close that stand in no other."""
    depth = at = 0
    for place, sign in enumerate(line):
        at = place if depth == 0 and sign in "([" else at
        depth += _DEEPER.get(sign, 0)
        if depth == 0 and sign in ")]" and (line[at] == "(" or at == 0):
            yield at, place


def cuts(text: str, sign: str) -> Iterator[int]:
    """Where a sign stands outside of all brackets."""
    depth = 0
    for at, one in enumerate(text):
        depth += _DEEPER.get(one, 0)
        if depth == 0 and text.startswith(sign, at):
            yield at


def arguments(text: str) -> list[str]:
    """What stands between the commas of a call."""
    places = [-1, *cuts(text, ","), len(text)]
    return [text[a + 1 : b].strip() for a, b in pairwise(places)]


def _links(text: str) -> list[str]:
    """The factors of a product, or the calls of a chain."""
    places = [*cuts(text, " @ ")] or [at + 1 for at in cuts(text, ").")][1:]
    return [text[a:b].strip() for a, b in pairwise([0, *places, len(text)])]
