"""What is live at every step, as data of a page: forms of the network with its rounds written out,
where those of a repetition have a number."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

from costcalc.algebra.evaluation import free_parameters
from costcalc.algebra.result import Json
from costcalc.design_space.sweep.checks import owner
from costcalc.errors import CostcalcError
from costcalc.explorer.nodes import Nodes
from costcalc.graph.build import build
from costcalc.graph.layers import Graph
from costcalc.hardware.elements import as_elements
from costcalc.hardware.maximum import staircase
from costcalc.hardware.rules import RULES
from costcalc.language.parameters import Binding, texts_of

#: Numbers of rounds of one closed form for which the steps are written out.
MAX_STAIRS = 8
#: One byte for each number: a page multiplies.
ELEMENTS, RULE = as_elements("int8"), RULES["live"]


def stairs(folded: Graph, nodes: Nodes) -> Iterator[Json]:
    """The steps of a network, for each usual number of rounds where those are free: paths of layers
    with nodes of the bytes that are live. What ``holds`` must be 0 for the layers to be these."""
    for rounds in islice(_rounds(folded), MAX_STAIRS):
        try:
            graph = build(folded.spec, {**folded.binding, **rounds})
            forms = staircase(graph, ELEMENTS, RULE)
        except CostcalcError:  # no such network, or not in closed form
            continue
        paths = (layer.path for layer in graph.layers)
        yield {
            "bound": texts_of(rounds),
            "steps": [[path, nodes.add(form)] for path, form in zip(paths, forms, strict=True)],
            "holds": [nodes.add(one.condition - int(one.holds)) for one in graph.assumptions],
        }


def _rounds(graph: Graph) -> Iterator[Binding]:
    """Usual values of the parameters that numbers of rounds hang on, the defaults first."""
    counts = [form for layer in graph.layers for form in (layer.times, layer.rounds)]
    names = sorted(set(map(owner, set[str]().union(*map(free_parameters, counts)))))
    parameters = [graph.spec.parameters[name] for name in names]
    usual = ([p.default, *map(p.bind, p.usual)] for p in parameters)
    for values in product(*map(dict.fromkeys, usual)):
        yield dict(zip(names, values, strict=True))
