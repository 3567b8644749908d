"""The arena: where tensors lie in one block of memory, and how large that must be.

A peak says how many bytes are live at once; a planner that never moves a tensor may need more,
since gaps remain. Fragmentation has no polynomial, so an arena is a number at a binding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple

from costcalc.graph.depth import WEIGHTED
from costcalc.graph.layers import INPUT, Graph, Layer
from costcalc.operators import Shape

#: Activations that TensorFlow Lite fuses, into what; a BN folds into the weighted ones of these.
FUSED = ("relu", "relu6", "hardtanh")
FUSING = (*WEIGHTED, "bn", "scale", "shift", "add", "multiply", "avgpool", "maxpool")
#: Rows and activations that take several of its operations; the last of a swish, x·sigmoid(x),
#: reads what the first did.
OPERATIONS = {"swish": 2, "hsigmoid": 2, "bn": 2}
#: Rows that are no operation where they take and add nothing.
RESIZING = ("crop", "padchannels", "select", "zeropad")
#: What a transposed convolution of whole numbers takes besides while it runs, to add up in: so many
#: times the bytes of what it gives.
SUMS = 4


class Buffer(NamedTuple):
    """A tensor as planners see it: its bytes, and the steps at which it lives."""

    bytes: int
    first: int
    last: int


class _Operations:
    """An unrolled graph as TensorFlow Lite runs it: what each operation writes has a place of its
    own. What is fused or folded is part of the operation before, if nothing else reads that, and a
    flattening of the dense layer behind it.

    ``lives`` has the bytes, the first and the last step of each tensor; ``of`` the tensor that a
    source gives; ``sums`` what operations take besides while they run.
    """

    def __init__(
        self, graph: Graph, bytes_of: Callable[[int, Shape], int], whole: Container[int]
    ) -> None:
        self.layers, self.bytes_of, self.whole, self.step = graph.layers, bytes_of, whole, -1
        self.sums: list[list[int]] = []
        self.lives = [[bytes_of(INPUT - k, x), 0, 0] for k, x in enumerate(graph.inputs.values())]
        self.of = {INPUT - k: k for k in range(len(self.lives))}
        given = [one.source for one in graph.outputs.values()]
        self.readers = Counter(s for layer in graph.layers for s in {*layer.inputs})
        self.readers.update(given)
        for i, layer in enumerate(graph.layers):
            self.run(i, layer)
        ends = {*given, *(i for i in range(len(graph.layers)) if not self.readers[i])}
        for source in ends:
            self.lives[self.of[source]][2] = self.step

    def run(self, i: int, layer: Layer) -> None:
        """The operations of a row."""
        reads, words = [self.of[source] for source in layer.inputs], [layer.operator]
        if not reads:  # a map that is learned lies with the weights
            self.of[i] = len(self.lives)
            self.lives.append([0, max(self.step, 0), max(self.step, 0)])
            return
        idle = layer.operator in RESIZING and layer.input == layer.output
        if layer.operator in ("dropout", "flatten") or idle or self.joins(layer):
            self.of[i], words = reads[0], []
        for word in (*words, *(word for word in layer.fused if word not in ("bn", *FUSED))):
            self.write(reads, i)
            if word == "tconv" and i in self.whole:
                self.sums.append([SUMS * self.lives[-1][0], self.step, self.step])
            for _ in range(OPERATIONS.get(word, 1) - 1):
                self.write([self.of[i], *(reads if word == "swish" else ())], i)
            reads = [self.of[i]]

    def joins(self, layer: Layer) -> bool:
        """Whether a row is part of the operation whose output it reads."""
        source = layer.inputs[0]
        before = self.layers[source].operator if source >= 0 else ""
        alone = layer.operator in ("bn", *FUSED) and self.readers[source] == 1
        return alone and before in (FUSING if layer.operator in FUSED else WEIGHTED)

    def write(self, reads: Iterable[int], source: int) -> None:
        """An operation: what it reads lives until its step, and what it writes from there on."""
        self.step += 1
        for tensor in reads:
            self.lives[tensor][2] = self.step
        self.of[source] = len(self.lives)
        size = self.bytes_of(source, self.layers[source].output)
        self.lives.append([size, self.step, self.step])


def of_operations(
    graph: Graph, bytes_of: Callable[[int, Shape], int], whole: Container[int]
) -> list[Buffer]:
    """The tensors of an unrolled graph where TensorFlow Lite runs it; ``bytes_of`` says what a map
    takes, of a source and its shape, and in ``whole`` are the sources of maps of whole numbers."""
    found = _Operations(graph, bytes_of, whole)
    return [Buffer(*life) for life in (*found.lives, *found.sums)]


def none(buffers: Sequence[Buffer]) -> tuple[int, ...]:
    """Every tensor has a place of its own."""
    offsets, end = [], 0
    for buffer in buffers:
        offsets.append(end)
        end += buffer.bytes
    return tuple(offsets)


def greedy_by_size(buffers: Sequence[Buffer], alignment: int = 16) -> tuple[int, ...]:
    """The largest first, of equal ones the last; each into the first gap that fits beside those
    that live at the same time.

    Source: TensorFlow Lite Micro, ``greedy_memory_planner``; sizes are rounded up to 16 bytes.
    """
    sizes = [-(-buffer.bytes // alignment) * alignment for buffer in buffers]
    offsets: dict[int, int] = {}
    for i in sorted(range(len(buffers)), key=lambda i: (-sizes[i], -i)):
        beside = sorted(
            (offsets[j], offsets[j] + sizes[j])
            for j in offsets
            if buffers[j].first <= buffers[i].last and buffers[i].first <= buffers[j].last
        )
        offset = 0
        for start, end in beside:
            if start - offset >= sizes[i]:
                break
            offset = max(offset, end)
        offsets[i] = offset
    return tuple(offsets[i] for i in range(len(buffers)))


def arena_bytes(buffers: Sequence[Buffer], planner: str) -> int:
    """The highest end of all tensors where a planner puts them."""
    offsets, unit = PLANNERS[planner](buffers), 16 if planner == "tflm" else 1
    ends = (o + -(-b.bytes // unit) * unit for o, b in zip(offsets, buffers, strict=True))
    return max(ends, default=0)


PLANNERS: dict[str, Callable[[Sequence[Buffer]], tuple[int, ...]]] = {
    "tflm": greedy_by_size,
    "none": none,
}
