"""Closed forms: the cost as a polynomial in the parameters left free, with where it is exact."""

from __future__ import annotations

from collections.abc import Mapping

from costcalc.algebra.evaluation import exact, free_parameters
from costcalc.analysis.closed_form import Formula, FormulaRow, together
from costcalc.analysis.costs import Measures, Names, as_measures, costed
from costcalc.analysis.domain import exact_conditions
from costcalc.analysis.existence import (
    existence_conditions,
    folded,
    form_conditions,
    limit_conditions,
)
from costcalc.conventions.shelf import DEFAULT, Convention, Weighing
from costcalc.graph.layers import Graph
from costcalc.graph.loading import Source, as_spec
from costcalc.hardware.elements import Precision
from costcalc.language.parameters import Bound, given
from costcalc.operators.tags import Terms


def formula(
    spec: Source,
    *,
    convention: Weighing = DEFAULT,
    cost: Names = (),
    elements: Precision = "int8",
    rule: str = "live",
    free: tuple[str, ...] = (),
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Formula:
    """Closed forms in the parameters that are not given: what ``costcalc formula`` does.

    Parameters that the spec holds stay at their default unless they are named in ``free``. ``cost``
    names what is asked for besides Mult-Adds and parameters, as in
    :func:`~costcalc.analysis.count.count`.

    :raises CostcalcError: a bad value, or a structure that free parameters leave open.
    """
    network = as_spec(spec)
    bound = network.bind(given(values, alpha, delta, rho, resolution, classes, **parameters))
    held = network.held(bound, free)
    graph = folded(network, {**held, **bound})
    freeable = tuple(n for n in held if not network.parameters[n].choices)
    return formula_of(graph, as_measures(convention, cost, elements, rule), freeable)


def formula_of(graph: Graph, asked: Convention | Measures, held: tuple[str, ...]) -> Formula:
    """The closed forms of a folded graph under a convention."""
    rows, measures = [], as_measures(asked)
    convention, more = measures.convention, measures.more
    graph, costed_layers = costed(graph, measures)
    for layer, (work, params, *others) in zip(graph.layers, costed_layers, strict=True):
        times = exact(layer.times * layer.rounds)
        row = FormulaRow(layer.name, work, params, times, dict(zip(more, others, strict=True)))
        rows.append((layer._replace(terms=Terms(), moved=Terms), row))  # they have been weighed
    total = together("total", [row for _, row in rows], measures.names)
    costs = [row.costs(rounded=True) for _, row in rows]
    exact_when, exists_when = exact_conditions(graph, costs), exact_conditions(graph)
    existence, form = existence_conditions(graph), form_conditions(graph)
    forms = [
        *total.costs(rounded=True),
        *(assumption.condition for assumption in graph.assumptions),
    ]
    names = {name for one in forms for name in free_parameters(one)}
    names.update(*(c.names() for c in (*exact_when, *existence, *form)))
    return Formula(
        graph.spec.name,
        convention.name,
        convention.unit,
        graph.binding,
        held,
        tuple(p for p in graph.spec.parameters.values() if p.name in names),
        total,
        tuple(rows),
        tuple(exact_when),
        tuple(exists_when),
        tuple(existence),
        tuple(form),
        graph.assumptions,
        tuple(limit for limit in limit_conditions(graph) if limit.names() <= names),
        measures,
    )
