"""A network's totals under every shipped convention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from costcalc.algebra.numbers import Number, constant
from costcalc.algebra.result import Json, Result
from costcalc.conventions.convention import counting_notes
from costcalc.conventions.shelf import DEFAULT, Convention, all_conventions
from costcalc.graph.build import build
from costcalc.graph.layers import Graph
from costcalc.graph.loading import Source, as_spec
from costcalc.language.parameters import Bound, given, texts_of
from costcalc.operators.tags import Terms


class ConventionCount(NamedTuple):
    """A network's totals under one convention; the differences are to the default convention."""

    convention: str
    unit: str
    mult_adds: int | Fraction
    difference: int | Fraction
    params: int | Fraction
    params_difference: int | Fraction
    notes: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Survey(Result, says="spec against parameters"):
    """A network's totals under every convention, the least work first."""

    spec: str
    parameters: Mapping[str, Bound]
    against: str
    rows: tuple[ConventionCount, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc count --convention all --format json``."""
        return {
            "spec": self.spec,
            "parameters": texts_of(self.parameters),
            "against": self.against,
            **({"notes": list(self.notes)} if self.notes else {}),
            "conventions": [{**row._asdict(), "notes": list(row.notes)} for row in self.rows],
        }


def count_all(
    spec: Source,
    *,
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Survey:
    """Its cost under every shipped convention, with the difference to the default one: what
    ``costcalc count --convention all`` does.

    :raises CostcalcError: a bad value, or layers that do not fit together there.
    """
    values = given(values, alpha, delta, rho, resolution, classes, **parameters)
    network = as_spec(spec)
    return survey_graph(build(network, network.binding(values)))


def survey_graph(graph: Graph) -> Survey:
    """Every convention's totals of a fully bound, unrolled graph."""
    conventions = all_conventions()
    terms = total_terms(graph)
    work, params = _totals(conventions[DEFAULT], terms)
    rows = []
    for convention in conventions.values():
        own_work, own_params = _totals(convention, terms)
        rows.append(
            ConventionCount(
                convention.name,
                convention.unit,
                own_work,
                own_work - work,
                own_params,
                own_params - params,
                counting_notes(graph.layers, convention),
            )
        )
    rows.sort(key=lambda row: row.mult_adds)  # equal ones stay in the order of the files
    return Survey(graph.spec.name, graph.binding, DEFAULT, tuple(rows), graph.notes)


def total_terms(graph: Graph) -> Terms:
    """The terms of all layers, added up under each key."""
    parts: dict[str, list[Terms]] = {}
    for layer in graph.layers:
        for key in layer.terms:
            parts.setdefault(key, []).append(layer.terms)
    return Terms((key, partial(_sum, key, layers)) for key, layers in parts.items())


def _sum(key: str, layers: list[Terms]) -> Number:
    return sum((terms.amount(key) for terms in layers), start=0)


def _totals(convention: Convention, terms: Terms) -> tuple[int | Fraction, int | Fraction]:
    return constant(convention.work(terms)), constant(convention.parameters(terms))
