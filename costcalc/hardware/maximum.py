"""The peak as a maximum of closed forms: what is live at each step, with parameters left free.

What is live may hang on them: a shortcut that exists at some widths only keeps its map until it is
added. Each such condition is tried as true and as false, and what is live at a step is the sum over
these cases, each times its indicator: one form, exact at every binding at which the structure of
the graph is that of the network.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from itertools import starmap
from typing import NamedTuple

from costcalc.algebra.atoms import Atom
from costcalc.algebra.evaluation import surely_not_negative, value_at
from costcalc.algebra.numbers import Number
from costcalc.algebra.polynomial import Polynomial, alone, atoms_of
from costcalc.errors import Undecided
from costcalc.graph.layers import INPUT, Graph
from costcalc.hardware.elements import Elements, packed
from costcalc.hardware.precision import types_of
from costcalc.hardware.rules import Rule
from costcalc.hardware.tensors import Decide, Tensor, plan, stairs
from costcalc.operators import Shape

#: Conditions on free parameters that are each tried as true and as false.
MAX_CONDITIONS = 8


class Maximum(NamedTuple):
    """What is live at the steps, in bytes: the path of a layer and its form, each form once, at the
    first step that has it. The peak is the largest of them."""

    steps: tuple[tuple[str, Number], ...]

    def at(self, binding: Mapping[str, Number]) -> int:
        """The peak at a binding of all parameters."""
        return int(max((value_at(form, binding) for _, form in self.steps), default=0))


def maximum(graph: Graph, elements: Elements, rule: Rule) -> Maximum:
    """The forms of an unrolled graph, without those that are surely never above another.

    :raises Undecided: as :func:`staircase`.
    """
    forms: dict[Number, str] = {}
    for layer, form in zip(graph.layers, staircase(graph, elements, rule), strict=True):
        forms.setdefault(form, layer.path)
    return Maximum(tuple((forms[form], form) for form in highest(forms)))


def highest(forms: Iterable[Number]) -> list[Number]:
    """Some forms, each once, without those that are surely never above another."""
    distinct = dict.fromkeys(forms)
    return [form for form in distinct if not _below(form, distinct)]


def staircase(graph: Graph, elements: Elements, rule: Rule) -> list[Number]:
    """What is live while each layer of an unrolled graph runs, in bytes; 0 where it is not there.

    :raises Undecided: what is live hangs on more than :data:`MAX_CONDITIONS` conditions.
    """

    @cache
    def size(shape: Shape, type_: str) -> Number:
        return packed(type_, shape.elements)

    found: list[dict[tuple[tuple[Shape, str], ...], Number]] = [{} for _ in graph.layers]
    for guard, there, steps in _cases(graph, elements, rule):
        for i, tensors in zip(there, steps, strict=True):
            live = tuple((tensor.shape, tensor.type) for tensor in tensors)
            found[i][live] = found[i].get(live, 0) + guard
    zero: Number = 0
    return [
        sum((guard * sum(starmap(size, live), zero) for live, guard in ways.items()), zero)
        for ways in found
    ]


def _below(form: Number, others: Collection[Number]) -> bool:
    """Whether one of several distinct forms has at least as much of every product."""
    return any(one is not form and surely_not_negative(one - form) for one in others)


class _Open(Exception):
    """A condition that is neither true nor false yet."""

    def __init__(self, atom: Atom) -> None:
        self.atom = atom


def _cases(
    graph: Graph, elements: Elements, rule: Rule
) -> Iterator[tuple[Number, list[int], list[list[Tensor]]]]:
    """Each way in which conditions on the free parameters can turn out: its indicator, the layers
    that are there, and what is live at each."""
    begun = list[dict[Atom, int]]([{}])
    while begun:
        case = begun.pop()

        def decide(condition: bool | Number, case: Mapping[Atom, int] = case) -> bool:
            if not isinstance(condition, Polynomial):
                return bool(condition)
            for atom in sorted(atoms_of(condition)):
                if atom not in case:
                    raise _Open(atom)
            return bool(condition.replace(case))

        try:
            there = [i for i, layer in enumerate(graph.layers) if decide(layer.exists)]
            decided = _decided(graph, there, decide)
            steps = [
                *stairs(decided, plan(decided, rule, types_of(decided, elements), decide), rule)
            ]
        except _Open as found:
            if len(case) == MAX_CONDITIONS:
                message = f"what is live hangs on more than {MAX_CONDITIONS} conditions"
                raise Undecided(f"{graph.spec.name}: {message}", "bind a parameter") from None
            begun += [{**case, found.atom: holds} for holds in (0, 1)]
            continue
        guard: Number = 1
        for atom, holds in case.items():
            guard = guard * (alone(atom) if holds else 1 - alone(atom))
        yield guard, there, steps


def _decided(graph: Graph, there: list[int], decide: Decide) -> Graph:
    """The layers that are ``there``, with the sources that they then have."""
    place = {old: new for new, old in enumerate(there)}
    entrance = INPUT - len(graph.inputs)

    def settled(source: int) -> int:
        while source <= entrance:
            junction = graph.junctions[entrance - source]
            holds = junction.condition is not None and decide(junction.condition)
            source = junction.first if holds else junction.other
        return place.get(source, source)

    kept = map(graph.layers.__getitem__, there)
    layers = (layer._replace(inputs=tuple(map(settled, layer.inputs))) for layer in kept)
    outputs = {
        name: given._replace(source=settled(given.source)) for name, given in graph.outputs.items()
    }
    return graph._replace(layers=tuple(layers), outputs=outputs, junctions=())
