"""Classes for the parts of a network, one for all that differ in numbers only: their lines, with
names in them, and the numbers of each part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count, groupby
from typing import NamedTuple

from costcalc.export.parts import Flow, Part, tree
from costcalc.export.python import identifier, numbered
from costcalc.export.torch.code import Code, number
from costcalc.export.torch.values import HEADS, LAST
from costcalc.graph.layers import INPUT

#: A number that is kept apart: what to call it, its text, what stands before it where it is not
#: the default, and that.
NUMBER = re.compile(r"⟦([^|⟧]*)\|([^|⟧]*)\|([^|⟧]*)\|([^|⟧]*)⟧")
_SOURCE, _ATTRIBUTE = re.compile(r"‹(-?\d+)›"), re.compile(r"«(\d+)»")
#: What modules have, and names in the file.
_TAKEN = {
    *("nn", "torch", "F", "Net", "self", "forward", "train", "eval", "training", "type", "half"),
    *("float", "double", "apply", "to", "cpu", "cuda", "buffers", "children", "modules", "range"),
    *("parameters", "named_parameters", "compile", "share_memory", "extra_repr", "bfloat16", "int"),
}
named = partial(identifier, taken=_TAKEN)


def short() -> Iterator[str]:
    """Names of values that do not live long."""
    yield from "xyzuvw"
    yield from map("x{}".format, count(2))


class Line(NamedTuple):
    """A line of a forward pass: what it keeps, and its expression, of which layers it gives."""

    kept: list[str]
    text: str
    gives: Sequence[int]

    @property
    def reads(self) -> list[int]:
        return [int(source) for source in _SOURCE.findall(self.text)]


class Template(NamedTuple):
    """A class but for its numbers: what stands in ``__init__``, and ``forward`` with its
    arguments."""

    name: str
    init: str
    forward: str
    arguments: tuple[str, ...]


class Classes:
    """The classes of a network's parts, the network last: the numbers of each part."""

    def __init__(self, code: Code) -> None:
        self.code, self.layers = code, code.graph.layers
        self.flow = Flow(code.graph, [Line([], text, ()).reads for text in code.texts])
        self.templates: dict[Template, list[list[str]]] = {}
        self.made(tree(self.layers))

    def made(self, part: Part) -> str:
        """The construction of a part: which class, and its numbers, which are noted."""
        reads, gives = self.flow.interface(part)
        lines = self.lines(part)
        names = dict(zip(reads, short(), strict=False)) if part.number else self.inputs()
        forward = self.forward(lines, dict(names), gives if part.number else self.flow.ends)
        texts = "\n".join(line for one in lines for line in one.kept), "\n".join(forward)
        blank = [NUMBER.sub(r"⟦\1||\3|\4⟧", text) for text in texts]
        template = Template(part.name, blank[0], blank[1], tuple(names.values()))
        numbers = [*NUMBER.finditer("\n".join(texts))]
        self.templates.setdefault(template, []).append([found[2] for found in numbers])
        place = [*self.templates].index(template)
        return f"⟪{place}⟫({''.join(found[0] for found in numbers)})"

    def inputs(self) -> dict[int, str]:
        """What the network takes."""
        names = [*self.code.graph.inputs]
        if len(names) == 1:
            return {INPUT: "x"}
        return {INPUT - k: named(name) for k, name in enumerate(names)}

    # --- What is kept ----------------------------------------------------------------------------

    def lines(self, part: Part) -> list[Line]:
        """The lines of a part's forward pass, with names for what it keeps."""
        runs = self.flow.runs(part)
        wanted = [self.called(part, run) for run in runs]
        taken = {want for want in wanted if wanted.count(want) == 1}
        found, names = list[Line](), dict[str, str]()
        for run, want in zip(runs, wanted, strict=True):
            name = want if wanted.count(want) == 1 else numbered(want, taken, 1)
            taken.add(name)
            if isinstance(run, int):
                names[str(run)] = name
                kept = [line for one in self.code.attributes[run] for line in one.lines()]
                found.append(Line(kept, self.code.texts[run], [run]))
            else:
                found.append(self.run(run, name))

        def put(text: str) -> str:
            return _ATTRIBUTE.sub(lambda one: names[one[1]], text)

        return [Line([put(one) for one in kept], put(text), gives) for kept, text, gives in found]

    def called(self, part: Part, run: int | list[Part]) -> str:
        """What a part calls one of its layers, or a run of parts."""
        if isinstance(run, int):
            layer = self.layers[run]
            return named((self.said(run) or layer.operator) if part.number else layer.name)
        own = [self.layers[i] for one in run for i in one.layers()]
        group = own[0].group
        if group and sum(layer.group == group for layer in self.layers) == len(own):
            return named(group)
        return named(run[0].name or "rounds") if part.number else named(own[0].within)

    def said(self, i: int) -> str:
        """The name that its row gives to a layer, without the number of a later one; or none."""
        name = re.sub(rf"_{i + 1}_*$", "", self.layers[i].name)
        return "" if re.fullmatch(rf"{self.layers[i].operator}{i + 1}_*", name) else name

    def run(self, parts: list[Part], name: str) -> Line:
        """The line of parts in a chain."""
        reads, gives = self.flow.interface(parts[0])[0], self.flow.interface(parts[-1])[1]
        text = f"self.{name}({', '.join(f'‹{source}›' for source in reads)})"
        made = [self.made(part) for part in parts]
        if len(made) == 1:
            return Line([f"self.{name} = {made[0]}"], text, gives)
        alike = ((one, len([*same])) for one, same in groupby(made))
        rows = (f"*({m} for _ in range({number('depth', n)}))" if n > 1 else m for m, n in alike)
        return Line([f"self.{name} = nn.Sequential({', '.join(rows)})"], text, gives)

    # --- Forward ---------------------------------------------------------------------------------

    def forward(self, lines: list[Line], names: dict[int, str], gives: Sequence[int]) -> list[str]:
        """The lines of a forward pass that begins with these names. A name is free again when
        nothing reads its value any more."""
        last = {source: k for k, line in enumerate(lines) for source in line.reads}
        last.update(dict.fromkeys(gives, len(lines)))
        found = []
        for k, line in enumerate(lines):
            text = _SOURCE.sub(lambda source: names[int(source[1])], line.text)
            for source in [source for source in names if last.get(source, -1) <= k]:
                del names[source]
            if re.fullmatch(r"‹-?\d+›|self\.\w+", line.text):  # nothing happens to the value
                names[line.gives[0]] = text
                continue
            for i in line.gives:
                lives = len(line.gives) == 1 and last.get(i, -1) > k + 1
                own = named(self.said(i)) if lives and self.said(i) else ""
                own = "" if own in names.values() else own
                names[i] = own or next(one for one in short() if one not in names.values())
            found.append(f"{', '.join(names[i] for i in line.gives)} = {text}")
        returned = ", ".join(
            self.returned(i, names[i]) if gives is self.flow.ends else names[i] for i in gives
        )
        if len(gives) == 1 and found and found[-1].startswith(f"{returned} = "):
            returned = found.pop().partition(" = ")[2]
        return [*found, f"return {returned}"]

    def returned(self, layer: int, name: str) -> str:
        """What leaves the network is a map, tokens, or of one position."""
        value = self.code.values[layer].of(name)
        if value.shape[:2] == (1, 1):
            return value.vector.text
        return value.maps.text if value.form in (LAST, HEADS) else value.text
