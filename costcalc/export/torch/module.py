"""A Python file with a network as a PyTorch module."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from costcalc.export.rows import Writer, write
from costcalc.export.torch.classes import MADE, NUMBER, Classes, Template, identifier
from costcalc.export.torch.code import Code, Writing
from costcalc.export.torch.layers import LAYERS
from costcalc.export.torch.lines import WIDTH, grown, wrapped
from costcalc.export.torch.norms import NORMS
from costcalc.export.torch.places import PLACES
from costcalc.export.torch.values import Value
from costcalc.graph.layers import Graph
from costcalc.language.parameters import texts_of

WRITERS = {**LAYERS, **NORMS, **PLACES}
OUT = "out_channels"
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
    write(graph, code, {name: _written(writer) for name, writer in WRITERS.items()}, "PyTorch")
    classes = Classes(code)
    classes.made(classes.tree())
    body = "\n\n\n".join(
        "\n".join(_class(classes, place, name)) for place, name in enumerate(_names(classes))
    )
    heads = [line for word, line in IMPORTS.items() if f"{word}." in body]
    return "\n".join([f'"""{_title(graph)}"""', "", *heads, "", "", body, ""])


def _written(writer: Writing) -> Writer[Code, Value]:
    """A writer as rows are written."""
    return lambda code, row: writer(code, row.layer, row.said, row.inputs)


def _title(graph: Graph) -> str:
    """What the file is; of texts of the spec only what can end no string."""
    name, bound = (
        re.sub(r"[^\w ./=-]", "", text)
        for text in (graph.spec.name, "; ".join(map(" = ".join, texts_of(graph.binding).items())))
    )
    sizes = " and ".join("x".join(map(str, (c, h, w))) for h, w, c in graph.inputs.values())
    told = f"{name} at {bound.replace(';', ',')}." if bound else f"{name}."
    lines = [*wrap(told, WIDTH - 3), "", f"The input is {sizes}, channels first."]
    return "\n".join(lines + ([""] if len(lines) > 1 else []))


def _names(classes: Classes) -> list[str]:
    """The names of the classes."""
    names: list[str] = []
    for template in classes.templates:
        words = identifier(template.name or "block").split("_")
        name = "".join(word[:1].upper() + word[1:] for word in words) or "Block"
        name = "Net" if template is [*classes.templates][-1] else name
        found, k = name, 1
        while found in names:
            k += 1
            found = f"{name}{k}"
        names.append(found)
    return names


class _Numbers:
    """The numbers of a class: those that all its parts have alike, and by ``§name`` its
    arguments."""

    def __init__(self, parts: Sequence[Sequence[str]], text: str) -> None:
        columns = [*zip(*parts, strict=True)]
        roles = [found[1] for found in NUMBER.finditer(text)]
        self.arguments: dict[str, int] = {}  # and where the first of it stands
        known: dict[tuple[str, ...], str] = {}
        self.values: list[str] = []
        made = [column for role, column in zip(roles, columns, strict=True) if role == OUT]
        last = made[-1] if made else ()  # what leaves, as a rule
        for place, (role, column) in enumerate(zip(roles, columns, strict=True)):
            if len({*column}) == 1:
                self.values.append(column[0])
                continue
            if column not in known and role == "padding" and (half := _half(column, known)):
                self.values.append(half)
                continue
            if column not in known:
                name, k = role, 1
                if role == OUT and column != last:
                    role = name = "channels"
                while name in self.arguments:
                    k += 1
                    name = f"{role}{k}"
                known[column] = name
                self.arguments[name] = place
            self.values.append(f"§{known[column]}")


def _half(column: tuple[str, ...], known: Mapping[tuple[str, ...], str]) -> str:
    """A padding as the half of a kernel, if it is."""
    for other, name in known.items():
        whole = all(map(str.isdecimal, (*column, *other)))
        pairs = zip(column, other, strict=True)
        if (
            name.startswith("kernel_size")
            and whole
            and all(int(a) == int(b) // 2 for a, b in pairs)
        ):
            return f"§{name} // 2"
    return ""


def _class(classes: Classes, place: int, name: str) -> Iterator[str]:
    """The lines of a class."""
    names = _names(classes)
    templates = [*classes.templates]
    numbers = [_Numbers(parts, _text(one)) for one, parts in classes.templates.items()]
    template, own = templates[place], numbers[place]
    passed = 0

    def part(found: re.Match[str]) -> str:
        nonlocal passed
        count = len(NUMBER.findall(found[2]))
        given = own.values[passed : passed + count]
        passed += count
        arguments = numbers[int(found[1])].arguments
        values = [f"{word}={given[k]}" for word, k in arguments.items()]
        return f"{names[int(found[1])]}({', '.join(values)})"

    def number(found: re.Match[str]) -> str:
        nonlocal passed
        if found[0].startswith("⟪"):
            return part(found)
        value = own.values[passed]
        passed += 1
        before, default = found.groups()[4:]
        return value if not before else "" if value == default else f"{before}{value}"

    def filled(line: str) -> str:
        return re.sub(f"{MADE.pattern}|{NUMBER.pattern}", number, line)

    init = [grown(filled(line).replace("§", "")) for line in template.init if line]
    forward = [filled(line) for line in template.forward]
    needed = {word for line in forward for word in re.findall(r"§(\w+)", line)}
    init += [f"self.{word} = {word}" for word in own.arguments if word in needed]
    yield f"class {name}(nn.Module):"
    if init:
        yield f"    def __init__({', '.join(['self', *own.arguments])}):"
        yield "        super().__init__()"
        for line in init:
            yield from wrapped(line, 8)
        yield ""
    yield f"    def forward({', '.join(['self', *template.arguments])}):"
    for line in forward:
        yield from wrapped(line.replace("§", "self."), 8)


def _text(template: Template) -> str:
    return "\n".join([*template.init, *template.forward])
