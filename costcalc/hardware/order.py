"""The order of the layers in which a network needs the least memory at once.

Whether some order keeps a limit is decided by a search over sets of layers that have run: what is
live then hangs on the set alone, so that a set from which nothing leads on is met once. A layer
that may run next under the limit, and after which no more is live than before, runs at once: it
costs no later layer anything. So chains and branches of a series-parallel network are walked
without a choice between equals (Liu 1987 for trees; Kayaaslan et al. 2018, Theoretical Computer
Science 707, for series-parallel graphs). The limit rises from what some layer needs in any order to
the least value that stopped a search, and the first order that is found is a best one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from costcalc.graph.layers import Graph
from costcalc.hardware.elements import Elements, Types
from costcalc.hardware.precision import types_of
from costcalc.hardware.rules import Rule
from costcalc.hardware.tensors import Plan, plan, sizes_of

#: Sets of layers that are looked at before an order is only the best that was found.
MAX_SETS = 5_000

#: How the layers may run: as the file has them, or so that the peak is the least.
ORDERS = ("file", "best")


class Order(NamedTuple):
    """The layers by their index, and whether no order needs less."""

    steps: tuple[int, ...]
    proven: bool


class _State(NamedTuple):
    done: int  # the layers that have run, as bits
    live: int  # bytes after them
    ready: tuple[int, ...]


class _Work(NamedTuple):
    """A layer: the layers before and after it, the bytes of the tensor that it begins, whether
    these lie where it reads, and the tensors that may end with it: their bytes and all layers that
    write or read them."""

    before: int
    after: tuple[int, ...]
    begins: int
    inside: bool
    ends: tuple[tuple[int, int], ...]


def best_order(graph: Graph, rule: Rule, told: Elements | Types) -> Order:
    """An order of the least peak of a fully bound, unrolled graph; the given one if it has that."""
    planned = plan(graph, rule, types_of(graph, told))
    return _Search(graph, planned, sizes_of(planned)).best()


def reordered(graph: Graph, order: Sequence[int]) -> Graph:
    """The same network with its layers in another order, in which each comes after its inputs."""
    place = {old: new for new, old in enumerate(order)}

    def moved(source: int) -> int:
        return place.get(source, source)

    layers = []
    for layer in map(graph.layers.__getitem__, order):
        weights = None if layer.weights is None else place[layer.weights]
        layers.append(layer._replace(inputs=tuple(map(moved, layer.inputs)), weights=weights))
    outputs = {n: one._replace(source=moved(one.source)) for n, one in graph.outputs.items()}
    return graph._replace(layers=tuple(layers), outputs=outputs)


class _Search:
    def __init__(self, graph: Graph, planned: Plan, sizes: Sequence[int]) -> None:
        self.work = _works(graph, planned, sizes)
        first = sum(
            size for t, size in zip(planned.tensors, sizes, strict=True) if t.sources[0] < 0
        )
        ready = tuple(i for i, work in enumerate(self.work) if not work.before)
        self.start = _State(0, first, ready)
        self.sets = 0
        self.stopped: list[int] = []  # what exceeded the limit

    def best(self) -> Order:
        steps: Sequence[int] = range(len(self.work))
        peak = self._peak(steps)
        limit = max(map(self._least, steps), default=0)
        while limit < peak:
            found = self._within(limit)
            if found is not None:
                return Order(tuple(found), proven=True)
            if self.sets > MAX_SETS:
                while found := self._within(peak - 1):
                    steps, peak = found, self._peak(found)
                return Order(tuple(steps), proven=False)
            limit = min(self.stopped)
        return Order(tuple(steps), proven=True)

    def _peak(self, steps: Sequence[int]) -> int:
        peak, state = 0, self.start
        for i in steps:
            need, state = self._run(state, i)
            peak = max(peak, need)
        return peak

    def _least(self, i: int) -> int:
        """What a layer needs in any order: all that it begins and may end."""
        own = self.work[i]
        return sum(size for size, _ in own.ends) - (own.begins if own.inside else 0)

    def _run(self, state: _State, i: int) -> tuple[int, _State]:
        """What a layer needs at once, and the state after it."""
        own = self.work[i]
        done = state.done | 1 << i
        live = state.live + own.begins
        ended = sum(size for size, users in own.ends if not users & ~done)
        opened = [j for j in own.after if not self.work[j].before & ~done]
        ready = (*(j for j in state.ready if j != i), *opened)
        return live - (own.begins if own.inside else 0), _State(done, live - ended, ready)

    def _within(self, limit: int) -> list[int] | None:
        """An order that never needs more; None: there is none, or too many sets."""
        self.stopped, self.sets = [], 0
        path: list[int] = []
        met = set[int]()
        open_ = [(self.start, 0, -1)]  # a state, how long the path to it is, and its last layer
        while open_ and self.sets <= MAX_SETS:
            state, length, last = open_.pop()
            path[length:] = [last] if last >= 0 else []
            state = self._forced(state, limit, path)
            if not state.ready:
                return path
            if state.done in met:
                continue
            met.add(state.done)
            self.sets += 1
            for i in state.ready:
                need, following = self._run(state, i)
                if need > limit:
                    self.stopped.append(need)
                else:
                    open_.append((following, len(path), i))
        return None

    def _forced(self, state: _State, limit: int, path: list[int]) -> _State:
        """The state after all layers that run at once."""
        open_ = True
        while open_:
            open_ = False
            for i in state.ready:
                need, following = self._run(state, i)
                if need <= limit and following.live <= state.live:
                    path.append(i)
                    state, open_ = following, True
                    break
        return state


def _works(graph: Graph, planned: Plan, sizes: Sequence[int]) -> list[_Work]:
    users = [  # of what is kept, more than there are
        -1 if t.kept else sum(1 << i for i in {*t.readers, *t.sources} if i >= 0)
        for t in planned.tensors
    ]
    before = [sum(1 << s for s in {*layer.inputs} if s >= 0) for layer in graph.layers]
    after: list[list[int]] = [[] for _ in graph.layers]
    for i, layer in enumerate(graph.layers):
        for source in {*layer.inputs}:
            if source >= 0:
                after[source].append(i)
    works = []
    for i, layer in enumerate(graph.layers):
        own = planned.of[i]
        touched = {own, *(planned.of[source] for source in layer.inputs)}
        begins = planned.tensors[own].sources[:1] == (i,)
        ends = tuple((sizes[t], users[t]) for t in sorted(touched))
        inside = begins and planned.tensors[own].first > i
        works.append(_Work(before[i], tuple(after[i]), sizes[own] if begins else 0, inside, ends))
    return works
