"""Classes for the parts of a network: blocks that are called and rounds, one class for all that
differ in numbers only."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from costcalc.export.torch.code import Code
from costcalc.export.torch.values import HEADS, LAST, as_maps, as_vector
from costcalc.graph.layers import INPUT

#: A number that is kept apart: what to call it, its text, and perhaps what stands before it where
#: it is not the default, and that.
NUMBER = re.compile(r"⟦([^|⟧]*)\|([^|⟧]*)(?:\|([^|⟧]*)\|([^|⟧]*))?⟧")
#: A part's own class, and all its numbers.
MADE = re.compile(r"⟪(\d+)⟫\(((?:⟦[^⟧]*⟧)*)\)")
#: Names of values that do not live long.
_SHORT = ("x", "y", "z", "u", "v", "w")
#: What modules have, and names in the file.
_TAKEN = {
    *("nn", "torch", "F", "Net", "self", "forward", "train", "eval", "training", "type", "half"),
    *("float", "double", "apply", "to", "cpu", "cuda", "buffers", "children", "modules", "range"),
    *("parameters", "named_parameters", "compile", "share_memory", "extra_repr", "bfloat16", "int"),
}


def identifier(text: str) -> str:
    """A name of Python, whatever a spec calls something."""
    name = re.sub(r"\W+", "_", text.encode("ascii", "ignore").decode()).strip("_") or "layer"
    name = name if name[0].isalpha() else f"n{name}"
    return f"{name}_" if keyword.iskeyword(name) or name in _TAKEN else name


@dataclass
class Part:
    """A call of a block, a round, or the whole network: layers and parts of it, in their order."""

    name: str
    number: int
    items: list[int | Part] = field(default_factory=list)

    def layers(self) -> Iterator[int]:
        for item in self.items:
            yield from item.layers() if isinstance(item, Part) else [item]


class Item(NamedTuple):
    """A line of a forward pass: what it keeps, and its expression, of which layers it gives."""

    kept: list[str]
    text: str
    gives: tuple[int, ...]
    named: bool = False

    @property
    def reads(self) -> list[int]:
        return [int(source) for source in re.findall(r"‹(-?\d+)›", self.text)]


class Template(NamedTuple):
    """A class but for its numbers."""

    name: str
    init: tuple[str, ...]
    forward: tuple[str, ...]
    arguments: tuple[str, ...]


class Classes:
    """The classes of a network's parts. ``ends`` are the layers that leave it."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.templates: dict[Template, list[list[str]]] = {}  # the numbers of each part
        self.readers: dict[int, set[int]] = {}
        for i, text in enumerate(code.texts):
            for source in Item([], text, ()).reads:
                self.readers.setdefault(source, set()).add(i)
        outputs = {found.source for found in code.graph.outputs.values()}
        self.ends = [i for i in range(len(code.texts)) if i in outputs or i not in self.readers]

    # -- parts ----------------------------------------------------------------------------------

    def tree(self) -> Part:
        """The network's parts. One that shares weights with others than its own layers has no
        class."""
        layers, open_ = self.code.graph.layers, set[int]()
        for layer in layers:
            if layer.weights is not None:
                one, other = layer.parts, layers[layer.weights].parts
                open_ |= {number for _, number in {*one} ^ {*other}}
        root = Part("Net", 0)
        stack = [root]
        for i, layer in enumerate(layers):
            way = [part for part in layer.parts if part[1] not in open_]
            depth = 0
            while (
                depth < len(way)
                and depth + 1 < len(stack)
                and stack[depth + 1].number == way[depth][1]
            ):
                depth += 1
            del stack[depth + 1 :]
            for name, number in way[depth:]:
                part = Part(name, number)
                stack[-1].items.append(part)
                stack.append(part)
            stack[-1].items.append(i)
        return root

    def interface(self, part: Part) -> tuple[list[int], list[int]]:
        """What a part reads, and which of its layers others read."""
        own = set(part.layers())
        reads = [source for i in part.layers() for source in Item([], self.code.texts[i], ()).reads]
        gives = [i for i in sorted(own) if i in self.ends or self.readers.get(i, set()) - own]
        return [*dict.fromkeys(source for source in reads if source not in own)], gives

    def runs(self, part: Part) -> list[int | list[Part]]:
        """The items, parts that form a chain and come of one row together."""
        found: list[int | list[Part]] = []
        for item in self.flat(part):
            if isinstance(item, Part) and found and isinstance(found[-1], list):
                last = found[-1][-1]
                if self.follows(last, item):
                    found[-1].append(item)
                    continue
            found.append([item] if isinstance(item, Part) else item)
        return found

    def follows(self, last: Part, part: Part) -> bool:
        """Whether a part of the same row reads what another gives, and nothing else does."""
        (reads, gives), (_, given) = self.interface(part), self.interface(last)
        rows = {self.code.graph.layers[next(one.layers())].row for one in (part, last)}
        return (
            (len(reads) == len(gives) == len(rows) == 1 and reads == given)
            and (part.name == last.name and given[0] not in self.ends)
            and self.readers[given[0]] <= set(part.layers())
        )

    def flat(self, part: Part) -> Iterator[int | Part]:
        """The items; those of a part that is only a chain of others stand in its place."""
        for item in part.items:
            if isinstance(item, Part) and all(isinstance(one, Part) for one in item.items):
                yield from self.flat(item)
            else:
                yield item

    # -- templates ------------------------------------------------------------------------------

    def made(self, part: Part) -> str:
        """The construction of a part, its class and numbers, which are noted."""
        reads, gives = self.interface(part)
        items = self.items(part)
        names = dict(zip(reads, _SHORT, strict=False)) if part.number else self.inputs()
        forward, returned = self.forward(items, dict(names), gives if part.number else self.ends)
        lines = [line for item in items for line in item.kept]
        text = "\n".join([*lines, "", *forward, f"return {returned}"])
        numbers = [found[0] for found in NUMBER.finditer(text)]
        blank = NUMBER.sub(lambda found: f"⟦{found[1]}||{found[3] or ''}|{found[4] or ''}⟧", text)
        init, _, rest = blank.partition("\n\n") if lines else ("", "", blank.lstrip("\n"))
        template = Template(
            part.name, tuple(init.split("\n")), tuple(rest.split("\n")), tuple(names.values())
        )
        known = [*self.templates]
        self.templates.setdefault(template, []).append(
            [found[2] for found in NUMBER.finditer(text)]
        )
        place = known.index(template) if template in known else len(known)
        return f"⟪{place}⟫({''.join(numbers)})"

    def inputs(self) -> dict[int, str]:
        """What the network takes."""
        names = [*self.code.graph.inputs]
        if len(names) == 1:
            return {INPUT: "x"}
        return {INPUT - k: identifier(name) for k, name in enumerate(names)}

    def items(self, part: Part) -> list[Item]:
        """The lines of a part's forward pass, with names for what it keeps."""
        runs = self.runs(part)
        wanted = [self.called(part, item) for item in runs]
        found: list[Item] = []
        names: dict[int, str] = {}
        taken = {want for want in wanted if wanted.count(want) == 1}
        for item, want in zip(runs, wanted, strict=True):
            name, k = want, 0
            while wanted.count(want) > 1 and (k == 0 or name in taken):
                k += 1
                name = f"{want}{k}"
            taken.add(name)
            if isinstance(item, int):
                names[item] = name
                attributes = self.code.attributes[item]
                kept = [line for attribute in attributes for line in attribute.lines()]
                layer = self.code.graph.layers[item]
                found.append(
                    Item(
                        kept, self.code.texts[item], (item,), _is_named(layer.name, layer.operator)
                    )
                )
            else:
                found.append(self.run(item, name))
        return [
            item._replace(kept=[_put(names, k) for k in item.kept], text=_put(names, item.text))
            for item in found
        ]

    def called(self, part: Part, item: int | list[Part]) -> str:
        """What a part calls one of its layers, or a run of parts."""
        layers = self.code.graph.layers
        if isinstance(item, int):
            layer = layers[item]
            if not part.number:
                return identifier(layer.name)
            given = _is_named(layer.name, layer.operator)
            return identifier(
                re.sub(r"_?\(?\d+\)?_*$", "", layer.name) if given else layer.operator
            )
        own = [layers[i] for one in item for i in one.layers()]
        group = own[0].group
        if group and sum(layer.group == group for layer in layers) == len(own):
            return identifier(group)
        return identifier(item[0].name or "rounds") if part.number else identifier(own[0].within)

    def run(self, parts: list[Part], name: str) -> Item:
        """The line of parts in a chain."""
        reads, _ = self.interface(parts[0])
        _, gives = self.interface(parts[-1])
        made = [self.made(part) for part in parts]
        text = f"self.{name}({', '.join(f'‹{source}›' for source in reads)})"
        if len(made) == 1:
            return Item([f"self.{name} = {made[0]}"], text, tuple(gives))
        rows: list[str] = []
        while made:
            alike = next((k for k, one in enumerate(made) if one != made[0]), len(made))
            repeated = f"*({made[0]} for _ in range(⟦depth|{alike}⟧))"
            rows.append(repeated if alike > 1 else made[0])
            del made[:alike]
        return Item([f"self.{name} = nn.Sequential({', '.join(rows)})"], text, tuple(gives))

    def forward(
        self, items: list[Item], names: dict[int, str], gives: Sequence[int]
    ) -> tuple[list[str], str]:
        """The lines of a forward pass, and what it returns. A name is free again when nothing
        reads its value any more."""
        last = {source: k for k, item in enumerate(items) for source in item.reads}
        last.update(dict.fromkeys(gives, len(items)))
        lines = []
        for k, item in enumerate(items):
            text = re.sub(r"‹(-?\d+)›", lambda found: names[int(found[1])], item.text)
            for source in [source for source in names if last.get(source, -1) <= k]:
                del names[source]
            if re.fullmatch(r"‹-?\d+›|self\.\w+", item.text):  # nothing happens to the value
                names[item.gives[0]] = text
                continue
            given = []
            for layer in item.gives:
                own = identifier(re.sub(r"_\d+$", "", self.code.graph.layers[layer].name))
                short = next((one for one in _SHORT if one not in names.values()), own)
                keep = item.named and last.get(layer, -1) > k + 1 and own not in names.values()
                name = own if keep else short
                while name in names.values():
                    name += "_"
                names[layer] = name
                given.append(name)
            lines.append(f"{', '.join(given)} = {text}")
        whole = gives is self.ends
        returned = ", ".join(
            self.returned(layer, names[layer]) if whole else names[layer] for layer in gives
        )
        if len(gives) == 1 and lines and lines[-1].startswith(f"{returned} = "):
            returned = lines.pop().partition(" = ")[2]
        return lines, returned

    def returned(self, layer: int, name: str) -> str:
        """What leaves the network is a map, tokens, or of one position."""
        value = self.code.values[layer]._replace(text=name)
        if value.shape[:2] == (1, 1):
            return as_vector(value).text
        return as_maps(value).text if value.form in (LAST, HEADS) else value.text


def _is_named(name: str, operator: str) -> bool:
    """Whether a row gives a layer its name."""
    return not re.fullmatch(rf"{operator}\(?\d+\)?_*", name)


def _put(names: dict[int, str], text: str) -> str:
    """The attributes' names of layers."""
    return re.sub(r"«(\d+)»", lambda found: names[int(found[1])], text)
