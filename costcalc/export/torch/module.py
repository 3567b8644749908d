"""A Python file with a network as a PyTorch module."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, islice, pairwise

from costcalc.export.python import arguments, title, unused, wrapped
from costcalc.export.rows import write
from costcalc.export.torch.classes import NUMBER, Classes, Template, named
from costcalc.export.torch.code import Code, Writing
from costcalc.export.torch.layers import LAYERS
from costcalc.export.torch.norms import NORMS
from costcalc.export.torch.places import PLACES
from costcalc.graph.layers import Graph
from costcalc.operators import Shape

WRITERS = {**LAYERS, **NORMS, **PLACES}
OUT, WINDOWS = "out_channels", ("kernel_size", "stride", "padding", "dilation")
#: A number, or a part's class and its numbers.
_OPEN = re.compile(rf"⟪(\d+)⟫\(((?:⟦[^⟧]*⟧)*)\)|{NUMBER.pattern}")
#: Where a file needs which names.
IMPORTS = {
    "torch": "import torch",
    "F": "import torch.nn.functional as F",
    "nn": "from torch import nn",
}


def module(graph: Graph) -> str:
    """The code of a fully bound, unrolled graph: a class ``Net``, and one for each kind of block
    that it calls. Maps are (batch, channels, height, width); what leaves as a 1×1 map is (batch,
    channels).

    :raises CostcalcError: rows that PyTorch has nothing for, all of them.
    """
    code = Code(graph)
    write(graph, code, {name: _mapped(writer) for name, writer in WRITERS.items()}, "PyTorch")
    found: list[Class] = []
    for template, parts in Classes(code).templates.items():
        found.append(Class(template, parts, found))
    found[-1].name = "Net"
    body = "\n\n\n".join("\n".join(one.lines()) for one in found)
    heads = [line for word, line in IMPORTS.items() if f"{word}." in body]
    return "\n".join([f'"""{title(graph, channels="first")}"""', "", *heads, "", "", body, ""])


def _mapped(writer: Writing) -> Writing:
    """A writer of what is the map that the layer gives, whatever it was made of."""
    return lambda code, row: writer(code, row)._replace(shape=Shape(*row.leaving))


class Class:
    """A class of the file, after those that it may call: what all its parts have alike stands in
    it, and the rest are its arguments: their names, and the places of the first numbers so called.
    In ``values``, ``§name`` is an argument."""

    def __init__(
        self, template: Template, parts: Sequence[Sequence[str]], before: Sequence[Class]
    ) -> None:
        words = named(template.name or "block").split("_")
        name = "".join(word[:1].upper() + word[1:] for word in words) or "Block"
        self.name: str = unused(name, [one.name for one in before])
        self.template, self.before = template, [*before]
        self.arguments: dict[str, int] = {}
        roles = [found[1] for found in NUMBER.finditer(f"{template.init}\n{template.forward}")]
        self.values = [*self.distinct(roles, [*zip(*parts, strict=True)])]

    def distinct(self, roles: list[str], columns: list[tuple[str, ...]]) -> Iterator[str]:
        """The values of the numbers, by what all parts have for each: those of windows stand for
        themselves, others that are always equal are one."""
        known: dict[tuple[str, tuple[str, ...]], str] = {}
        made = [column for role, column in zip(roles, columns, strict=True) if role == OUT]
        for place, (role, column) in enumerate(zip(roles, columns, strict=True)):
            key = (role if role in WINDOWS else "", column)
            if len({*column}) == 1:
                yield column[0]
            elif key in known:
                yield f"§{known[key]}"
            elif kernel := next((n for k, n in known.items() if _is_half(role, column, *k)), ""):
                yield f"§{kernel} // 2"
            else:
                role = "channels" if role == OUT and column != made[-1] else role
                known[key] = unused(role, self.arguments)
                self.arguments[known[key]] = place
                yield f"§{known[key]}"

    def filled(self) -> tuple[list[str], list[str]]:
        """The lines with their numbers."""
        values = iter(self.values)

        def one(found: re.Match[str]) -> str:
            if found[1]:
                part = self.before[int(found[1])]
                own = [*islice(values, len(NUMBER.findall(found[2])))]
                given = (f"{word}={own[k]}" for word, k in part.arguments.items())
                return f"{part.name}({', '.join(given)})"
            value = next(values)
            return "" if value == found[6] else f"{found[5]}{value}"

        init, forward = (_OPEN.sub(one, text) for text in self.template[1:3])
        return init.splitlines(), forward.splitlines()

    def lines(self) -> Iterator[str]:
        init, forward = self.filled()
        kept = [grown(line.replace("§", "")) for line in init]
        needed = re.findall(r"§(\w+)", "\n".join(forward))
        kept += [f"self.{word} = {word}" for word in self.arguments if word in needed]
        yield f"class {self.name}(nn.Module):"
        if kept:
            yield from wrapped(f"def __init__({', '.join(['self', *self.arguments])}):", 4)
            yield "        super().__init__()"
            for line in kept:
                yield from wrapped(line, 8)
            yield ""
        yield from wrapped(f"def forward({', '.join(['self', *self.template.arguments])}):", 4)
        for line in forward:
            yield from wrapped(line.replace("§", "self."), 8)


def _is_half(role: str, column: Sequence[str], other: str, kernel: Sequence[str]) -> bool:
    """Whether paddings are the halves of kernels."""
    pairs = zip(column, kernel, strict=True)
    return (role, other) == ("padding", "kernel_size") and all(
        (a + b).isdecimal() and int(a) == int(b) // 2 for a, b in pairs
    )


def grown(line: str) -> str:
    """A sequence of parts whose numbers grow by the same amount, as a person would write it."""
    head = re.match(r"self\.\w+ = nn\.Sequential\(", line)
    if head is None:
        return line
    made: list[str] = []
    parts = arguments(line[head.end() : -1])
    for _, alike in groupby(parts, lambda part: re.sub(r"=\d+", "=", part)):
        run = [*alike]
        columns = [*zip(*(map(int, re.findall(r"=(\d+)", one)) for one in run), strict=True)]
        steps = [{b - a for a, b in pairwise(column)} for column in columns]
        if len(run) < 4 or not re.match(r"\w+\(", run[0]) or any(len(step) > 1 for step in steps):
            made += run
            continue
        pairs = zip(columns, steps, strict=True)
        words = (f"{first} + {step} * k" if step else first for (first, *_), (step,) in pairs)
        text = re.sub(r"(?<==)\d+", "{}", run[0]).format(*words)
        made.append(f"*({text} for k in range({len(run)}))")
    return f"{head[0]}{', '.join(made)})"
