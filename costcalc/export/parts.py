"""The parts of a network: blocks that are called and rounds, and what flows between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from costcalc.export.rows import leaving
from costcalc.graph.layers import Graph, Layer


@dataclass
class Part:
    """A call of a block, a round, or the whole network: layers and parts of it, in their order."""

    name: str
    number: int
    items: list[int | Part] = field(default_factory=list)

    def layers(self) -> Iterator[int]:
        for item in self.items:
            yield from item.layers() if isinstance(item, Part) else [item]

    def flat(self) -> Iterator[int | Part]:
        """The items; those of a part that is only a chain of others stand in its place."""
        for item in self.items:
            if isinstance(item, Part) and all(isinstance(one, Part) for one in item.items):
                yield from item.flat()
            else:
                yield item


def tree(layers: Sequence[Layer]) -> Part:
    """The network's parts. One that shares weights with others than its own layers is none."""
    open_ = {
        number
        for layer in layers
        if layer.weights is not None
        for _, number in {*layer.parts} ^ {*layers[layer.weights].parts}
    }
    root = Part("Net", 0)
    for i, layer in enumerate(layers):
        part = root
        for name, number in layer.parts:
            if number in open_:
                continue
            last = part.items[-1] if part.items else None
            if not (isinstance(last, Part) and last.number == number):
                last = Part(name, number)
                part.items.append(last)
            part = last
        part.items.append(i)
    return root


class Flow:
    """What each layer reads, and who reads it; ``ends`` are the layers that leave the network."""

    def __init__(self, graph: Graph, reads: Sequence[Sequence[int]]) -> None:
        self.graph, self.reads = graph, reads
        self.readers: dict[int, set[int]] = {}
        for i, sources in enumerate(reads):
            for source in sources:
                self.readers.setdefault(source, set()).add(i)
        self.ends = [*leaving(graph)]

    def interface(self, part: Part) -> tuple[list[int], list[int]]:
        """What a part reads, and which of its layers others read."""
        own = {*part.layers()}
        reads = dict.fromkeys(s for i in part.layers() for s in self.reads[i] if s not in own)
        return [*reads], [i for i in sorted(own) if i in self.ends or self.readers[i] - own]

    def runs(self, part: Part) -> list[int | list[Part]]:
        """The items, parts that form a chain and come of one row together."""
        found: list[int | list[Part]] = []
        for item in part.flat():
            last = found[-1] if found else None
            if isinstance(item, int):
                found.append(item)
            elif isinstance(last, list) and self.follows(last[-1], item):
                last.append(item)
            else:
                found.append([item])
        return found

    def follows(self, last: Part, part: Part) -> bool:
        """Whether a part of the same row reads what another gives, and nothing else does."""
        (reads, gives), (_, given) = self.interface(part), self.interface(last)
        rows = {self.graph.layers[next(one.layers())].row for one in (part, last)}
        return (
            len(reads) == len(gives) == len(rows) == 1
            and reads == given
            and part.name == last.name
            and given[0] not in self.ends
            and self.readers[given[0]] <= {*part.layers()}
        )
