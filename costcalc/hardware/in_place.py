"""Rows that write where they read, in a graph that is unrolled or folded.

A layer of a fold stands for many, and a junction for two sources: whether a row may write over what
it reads can hang on the round, or on a parameter that is free. Such a row is undecided.
"""

from __future__ import annotations

from costcalc.algebra.numbers import is_number
from costcalc.algebra.polynomial import is_positive
from costcalc.errors import Undecided
from costcalc.graph.layers import INPUT, Graph, Layer
from costcalc.hardware.tensors import ELEMENTWISE, VIEWS


def in_place(graph: Graph) -> tuple[bool, ...]:
    """Whether each layer writes no tensor of its own.

    :raises Undecided: it does in some rounds, or at some values of free parameters, only.
    """
    return _Places(graph).inside()


def told_apart(graph: Graph) -> None:
    """That each layer reads as many maps in every round, and at all values of free parameters.

    :raises Undecided: it does not.
    """
    if graph.junctions:
        places = _Places(graph)
        for layer in graph.layers:
            places.told(layer)


class _Places:
    """Who reads the tensors of a graph; ``given``: for each source, all that lie in its tensor."""

    def __init__(self, graph: Graph) -> None:
        self.layers = graph.layers
        first = INPUT - len(graph.inputs)
        self.junctions = {first - k: junction for k, junction in enumerate(graph.junctions)}
        self.readers: dict[int, set[int]] = {}
        for step, layer in enumerate(graph.layers):
            for source in layer.inputs:
                self.readers.setdefault(source, set()).add(step)
        flows = {s for junction in self.junctions.values() for s in junction[:2]}
        self.outputs = {one.source for one in graph.outputs.values()}
        self.outputs |= set(range(len(graph.layers))) - self.readers.keys() - flows
        self.given: dict[int, set[int]] = {}

    def inside(self) -> tuple[bool, ...]:
        found = []
        for step, layer in enumerate(self.layers):
            inside = bool(layer.inputs) and self._stays(step, layer)
            tensor = self._tensor(layer.inputs[0]) if inside else set[int]()
            tensor.add(step)
            self.given[step] = tensor
            found.append(inside)
        return tuple(found)

    def _tensor(self, source: int) -> set[int]:
        return self.given.setdefault(source, {source})

    def _stays(self, step: int, layer: Layer) -> bool:
        if layer.operator in VIEWS:
            return True
        if layer.operator not in ELEMENTWISE or layer.input != layer.output:
            return False
        tensor = self._tensor(layer.inputs[0])
        if any(self._surely_needed(source, step) for source in tensor):
            return False
        again = layer.times != 1 and any(self._is_outside(source, layer) for source in tensor)
        if again and is_number(layer.times):
            return False  # the next round reads it, too
        if again or any(self._perhaps_needed(source, step, tensor) for source in tensor):
            message = f"whether {layer.path} writes where it reads hangs on what is free"
            raise Undecided(message, "bind the number of rounds, or more parameters")
        return True

    def _is_outside(self, source: int, layer: Layer) -> bool:
        """Whether every round of the layer reads the same map."""
        own = self._seen_from(source, layer.repetition)
        return bool(layer.repetition) and source not in self.junctions and own != layer.repetition

    def _seen_from(self, source: int, repetition: int) -> int:
        """The repetition that a source belongs to: this one, also where it is in one inside."""
        if source < 0:
            return 0
        layer = self.layers[source]
        inside = any(number == repetition for number, _ in layer.repetitions)
        return repetition if inside else layer.repetition

    def _surely_needed(self, source: int, step: int) -> bool:
        """Whether others than the layer need a source, at every binding and in every round."""
        own = self._repetition(source, step)
        if source in self.outputs and own in (0, None):
            return True
        reading = self.layers[step].repetition
        once = own != reading or not reading  # then it is enough that one round needs it

        def runs(layer: Layer) -> bool:
            return layer.repetition == reading or (once and is_positive(layer.times))

        others = self.readers.get(source, set()) - {step} - self._tensor(source)
        needing = [self.layers[other] for other in others]
        for own_junction, (first, other, condition) in self.junctions.items():
            through = [self.layers[i] for i in self.readers.get(own_junction, set()) - {step}]
            if condition is None and first == source != other:
                needing += through  # in the first round
            elif other == source and any(
                layer.exists == condition and runs(layer) for layer in needing
            ):
                needing += through  # read by a row that is there, or by those without it
        return any(layer.exists == 1 and runs(layer) for layer in needing)

    def _repetition(self, source: int, step: int) -> int | None:
        """The repetition that a source belongs to, where the layer that reads it does, too; None
        where that stands outside."""
        reading = self.layers[step].repetition
        if source in self.junctions:
            return reading
        own = self._seen_from(source, reading)
        return own if own in (0, reading) else None

    def _perhaps_needed(self, source: int, step: int, tensor: set[int]) -> bool:
        """Whether others may need a source, in some round or at some binding."""
        layer = self.layers[step]
        after = source >= 0 and self.layers[source].repetition and not layer.repetition
        behind = {source} | self._behind(source)
        lying = {one for known in behind for one in self._tensor(known)}  # views and what they show
        needed = behind | lying
        for own, junction in self.junctions.items():
            left_out = layer.exists == junction.condition and junction.other == source
            if after and junction.condition is None:
                continue  # the next round does not read what the last one gave
            if source in junction[:2] and own not in tensor and not left_out:
                needed |= {own, *self._ahead(own)}
        if needed & self.outputs:
            return True
        readers = {
            reader
            for one in needed
            for reader in self.readers.get(one, ())
            if one == source or not self._after(one, reader, layer)
        }
        return bool(readers - lying - tensor - {step})

    def _after(self, source: int, reader: int, layer: Layer) -> bool:
        """Whether one reads only what the last round gave, when the layer has read all others."""
        own = self._seen_from(source, layer.repetition)
        return own != 0 and own == layer.repetition and not self.layers[reader].repetition

    def _behind(self, source: int) -> set[int]:
        """What a junction may be."""
        found: set[int] = set()
        stack = [source]
        while stack:
            junction = self.junctions.get(stack.pop())
            for one in junction[:2] if junction else ():
                if one not in found:
                    found.add(one)
                    stack.append(one)
        return found

    def _ahead(self, source: int) -> set[int]:
        """The junctions that may be this one."""
        return {own for own in self.junctions if source in self._behind(own)}

    def told(self, layer: Layer) -> None:
        """:raises Undecided: two maps that a layer reads are one in some rounds only, or one is
        learned in some only, and lies with the parameters there.
        """
        met: set[int] = set()
        for source in dict.fromkeys(layer.inputs):
            own = {source} | self._behind(source)
            learned = (one >= 0 and not self.layers[one].inputs for one in own)
            twice = bool(met & own)
            if twice or (source in self.junctions and any(learned)):
                what = "reads one map twice" if twice else "reads a map that is learned"
                message = f"whether {layer.path} {what} hangs on what is free"
                raise Undecided(message, "bind the number of rounds, or more parameters")
            met |= own
