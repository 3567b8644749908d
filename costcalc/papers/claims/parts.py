"""What a printed formula is of: one operator, or a part of a network in its free parameters."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from costcalc.algebra.evaluation import exact, free_parameters
from costcalc.algebra.numbers import Number
from costcalc.analysis.existence import folded
from costcalc.errors import CostcalcError, did_you_mean
from costcalc.graph.layers import Graph, Layer
from costcalc.graph.selection import Cannot, Target, select
from costcalc.language.model import Call
from costcalc.operators.tags import Amounts, Tag
from costcalc.papers.claims.claims import FormulaClaim
from costcalc.papers.claims.letters import Letters, read_letters
from costcalc.papers.claims.operators import WEIGHTS, WORK, Single, cost_of, names_in, single
from costcalc.papers.claims.targets import load

#: What papers count of a network: no additions.
COUNTED = (*(tag for tag in WORK if tag != Tag.ADD), *WEIGHTS)


class Section(NamedTuple):
    """The cost of some layers of a network, its free ``letters``, and the ``sizes`` of a layer that
    would stand in their place."""

    single: Single
    letters: frozenset[str]
    sizes: Mapping[str, str]


def section(target: Target) -> Section:
    """A network, or a group or block of it; parameters that ``at`` does not bind are free.

    :raises Cannot: there is no closed form, or no such part.
    """
    if target.stages or target.until is not None:
        raise Cannot("a formula is of a network, or of a block, group or items of it")
    spec = load(target.spec)
    try:
        bound = spec.bind(target.at)
        graph = folded(spec, {**spec.held(bound), **bound})
    except CostcalcError as error:
        raise Cannot(str(error)) from None
    if target.block:
        layers = _called(graph, target)
    else:
        layers = [graph.layers[i] for i in select(graph, target._replace(spec=spec.name))]
    channels = exact(layers[-1].output.channels)
    single = Single(*_costs(layers), channels, 0)
    letters = frozenset().union(*map(free_parameters, single[:3]))
    area = layers[-1].output.height * layers[-1].output.width
    sizes = {"in": layers[0].input.channels, "out": channels, "map": area}
    kernels = {layer.kernel[0] for layer in layers if layer.kernel and layer.kernel != (1, 1)}
    if len(kernels) == 1:
        sizes["kernel"] = kernels.pop()
    return Section(single, letters, {size: str(exact(value)) for size, value in sizes.items()})


def _costs(layers: list[Layer]) -> tuple[Number, Number]:
    """The Mult-Adds and parameters of layers."""
    work: Number = 0
    weights: Number = 0
    for layer in layers:
        counted: Amounts = {tag: layer.terms.amount(tag) for tag in COUNTED if tag in layer.terms}
        one, other = cost_of(counted)
        work, weights = work + layer.times * one, weights + layer.times * other
    return work, weights


def _called(graph: Graph, target: Target) -> list[Layer]:
    """The layers of one call of a block, if all of its calls cost the same.

    :raises Cannot: no row calls it once, or its calls differ.
    """
    rows = graph.spec.layers
    starts = [*(arrival.layer for arrival in graph.arrivals), len(graph.layers)]
    named = [row.block if isinstance(row, Call) and row.times is None else "" for row in rows]
    calls = [
        list(graph.layers[first:last])
        for name, first, last in zip(named, starts, starts[1:], strict=False)
        if name == target.block and first < last
    ]
    if not calls:
        near = did_you_mean(target.block, filter(None, named)) or "no row calls a block"
        raise Cannot(f"no row of {graph.spec.name} calls {target.block!r} once ({near})")
    if len({_costs(call) for call in calls}) > 1:
        raise Cannot(
            f"the {len(calls)} calls of {target.block!r} in {graph.spec.name} differ in cost "
            "(a spec of its own with one of them, or group: one of theirs)"
        )
    return calls[0]


class Described(NamedTuple):
    """Both sides of a claim, with what the letters of one of its formulas mean; ``symbols`` are
    all that either side has."""

    letters: Letters
    sides: tuple[Single, ...]
    symbols: tuple[str, ...]


def described(claim: FormulaClaim, names: AbstractSet[str]) -> Described:
    """What a formula is of, if its letters are ``names``: they may say how sizes are called.

    :raises Cannot: as :func:`section`, or a description that makes no sense.
    """
    targets = [target for target in (claim.of, claim.against) if target is not None]
    sections = [section(target) for target in targets if not target.layer]
    others = frozenset().union(*(one.letters for one in sections))
    beside = sections[0].sizes if sections else {}
    layers = [target.layer for target in targets if target.layer]
    letters = read_letters(names, layers, others, beside)
    if claim.expect:  # a letter may be what is misprinted
        letters = letters._replace(read_as={}, problems=())
    operators, parts = map(single, letters.layers), (one.single for one in sections)
    sides = tuple(next(operators if target.layer else parts) for target in targets)
    return Described(letters, sides, tuple(sorted(others.union(*map(names_in, letters.layers)))))
