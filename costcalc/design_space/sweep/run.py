"""Sweeps of one or several networks as a table: parameters, exact costs, ratios to a baseline.

``costcalc sweep`` and :func:`costcalc.sweep`. Small sweeps are counted in plain Python, which
starts faster than importing numpy; large ones run in chunks of bounded memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from costcalc.algebra.result import Result
from costcalc.analysis.costs import Measures, Names, as_measures
from costcalc.conventions.shelf import Convention, Weighing
from costcalc.design_space.networks import have, labels, shipped, usual
from costcalc.design_space.sweep.axes import Value, grid, points
from costcalc.design_space.sweep.query import (
    Batch,
    Query,
    Row,
    first,
    percent_of,
    read_query,
    shown,
)
from costcalc.design_space.sweep.structure import Part, of_baseline, part_of
from costcalc.errors import CostcalcError
from costcalc.graph.build import build
from costcalc.graph.loading import Named, Source, named, several
from costcalc.hardware.elements import Precision
from costcalc.language import Spec
from costcalc.language.parameters import Values, by_name, given

if TYPE_CHECKING:
    import pandas as pd

#: Up to so many points plain Python is faster than numpy with its import.
SMALL = 1000

Progress = Callable[[int], None]


@dataclass(frozen=True, repr=False)
class Run(Result, says="networks parameters size convention"):
    """A sweep that is ready to run. ``columns`` names what :meth:`batches` yields.

    ``baseline`` is what ratios refer to (empty: the spec's defaults). ``usual`` names the
    parameters that take their usual values; ``chosen``: the networks are all shipped ones that
    have such.
    """

    parts: tuple[Part, ...]
    measures: Measures
    baseline: Mapping[str, str]
    query: Query
    usual: tuple[str, ...] = ()
    chosen: bool = False

    @property
    def convention(self) -> Convention:
        return self.measures.convention

    @property
    def parameters(self) -> tuple[str, ...]:
        """Those that were given, in that order."""
        return self.query.parameters

    @property
    def columns(self) -> tuple[str, ...]:
        return self.query.columns

    @property
    def networks(self) -> str:
        return ", ".join(part.label for part in self.parts)

    @property
    def size(self) -> int:
        return sum(part.plan.space.size for part in self.parts)

    @property
    def is_small(self) -> bool:
        return self.size <= SMALL

    @property
    def marks(self) -> bool:
        """Whether rows say that their time is :meth:`outside` of what was measured: those of a
        small sweep."""
        return self.measures.times is not None and self.is_small

    def outside(self, row: Row) -> bool:
        """Whether the network of a row is none of those that the times were fitted to: of a larger
        or smaller amount, or with another operator."""
        (part,) = (part for part in self.parts if part.label == row[0])
        spec, times = part.plan.spec, self.measures.times
        pairs = zip(self.parameters, row[1:], strict=False)
        own = {name: value for name, value in pairs if name in spec.parameters}
        graph = build(spec, {**spec.defaults(), **part.plan.space.fixed, **own})
        return times is not None and bool(times.of(graph.layers).outside)

    def batches(self, progress: Progress | None = None) -> Iterator[Batch]:
        """The rows, in chunks; ``progress`` is told how many points each took.

        :raises CostcalcError: the network does not exist at a point (unless it is to be skipped),
            or more rows to compare than memory is spent on.
        """
        made = self._all(progress or (lambda points: None))
        query = self.query
        if not query.pareto and query.order is None:
            yield from made if query.top is None else first(made, query.top)
            return
        rows: list[Row] = []
        for batch in made:
            rows = query.kept(rows + batch.rows())
        yield Batch.of(query.ordered(rows), self.columns)

    def rows(self) -> list[dict[str, Value | float | None]]:
        """All rows as dicts; percents are doubles of two places, all else is exact."""
        return [
            {n: shown(n, value) for n, value in zip(self.columns, row, strict=True)}
            for batch in self.batches()
            for row in batch.rows()
        ]

    def to_pandas(self) -> pd.DataFrame:
        """All rows as a DataFrame (extra: ``pandas``).

        Fractions become the nearest double, pairs and words text; costs stay exact.
        """
        from costcalc.design_space.sweep.frames import of_batches  # needs pandas

        return of_batches(self.columns, self.batches())

    def _all(self, progress: Progress) -> Iterator[Batch]:
        """What the query may ask for, network by network."""
        if self.is_small:
            batches = _batches
        else:
            from costcalc.design_space.sweep.large import batches  # needs numpy
        for part in self.parts:
            yield from batches(part, self.query, progress)


def _batches(part: Part, query: Query, progress: Progress) -> Iterator[Batch]:
    """A small sweep of one network, within the limits."""
    rows = query.within(_rows(part, query))
    progress(part.plan.space.size)
    if rows:
        yield Batch.of(rows, query.columns)


def _rows(part: Part, query: Query) -> Iterator[Row]:
    plan, base = part.plan, part.base
    for combination in product(*(list(axis.bindings()) for axis in plan.space.axes)):
        values = {name: v for some in combination for name, v in some.items()}
        try:
            costs = plan.at(values)
        except CostcalcError:
            if query.skip:
                continue
            plan.refuse(values)
            raise
        with of_baseline():
            below = base.at({n: v for n, v in values.items() if n in base.space.swept})
        given = {**plan.space.fixed, **values}
        percents = (percent_of(c, b) for c, b in zip(costs, below, strict=True))
        shown = (given.get(name) for name in query.parameters)
        yield (part.label, *shown, *costs, *percents)


def sweep(
    specs: Source | Sequence[Source] = (),
    values: Mapping[str, Values] | None = None,
    *,
    convention: Weighing = "paper",
    cost: Names = (),
    elements: Precision = "int8",
    rule: str = "live",
    baseline: Mapping[str, object] | None = None,
    budget: str = "",
    pareto: str = "",
    sort: str = "",
    top: int | None = None,
    skip: bool = False,
    rows: Sequence[Mapping[str, object]] | None = None,
    alpha: Values | None = None,
    delta: Values | None = None,
    rho: Values | None = None,
    resolution: Values | None = None,
    classes: Values | None = None,
    **parameters: Values | None,
) -> Run:
    """What ``costcalc sweep`` does: a grid of bindings for one or several networks.

    ``values`` (or keywords) give parameters their values, ``"usual"`` those that the spec calls so;
    without ``specs``, all shipped networks that have such. ``rows`` gives a list of bindings
    instead. A parameter that only some of the networks have leaves the others' column empty.
    ``baseline`` binds the parameters by which every row is compared; the others keep the row's
    own values. Without it the baseline is the spec's defaults. ``cost`` names columns besides
    Mult-Adds and parameters, as in :func:`~costcalc.analysis.count.count`; those that ``budget``,
    ``pareto`` or ``sort`` name are asked for, too.

    :raises CostcalcError: no such network, a bad range, an unknown parameter or column.
    """
    values = given(values, alpha, delta, rho, resolution, classes, **parameters)
    taken = [named(spec) for spec in several(specs)]
    chosen = not taken
    taken = taken or shipped(values)
    networks = [network.spec for network in taken]
    known = {name for network in networks for name in network.parameters}
    swept, base = by_name(values, known), by_name(baseline or {}, known)
    rows = None if rows is None else [by_name(row, known) for row in rows]
    if rows is not None and swept:
        raise CostcalcError("either points or axes", "put every parameter into the points")
    asked = tuple(rows[0] if rows else swept)
    have(networks, (*asked, *base))
    measures = as_measures(convention, cost, elements, rule)
    words = {p.name for network in networks for p in network.parameters.values() if p.choices}
    query = read_query(budget, pareto, sort, top, asked, words, skip=skip, costs=measures.names)
    measures = measures.also(query.costs)
    parts = []
    for label, network in zip(_labels(taken), networks, strict=True):
        own = {name: v for name, v in swept.items() if name in network.parameters}
        space = grid(network, own) if rows is None else points(network, _own(rows, network))
        parts.append(part_of(label, network, measures, space, baseline and base))
    texts = {name: str(value) for name, value in base.items()}
    return Run(tuple(parts), measures, texts, query, usual(swept), chosen)


def _labels(taken: Sequence[Named]) -> list[str]:
    """:raises CostcalcError: a network is given twice."""
    names = labels(taken)
    if len(set(names)) < len(names):
        raise CostcalcError("a network is given twice", "every network once")
    return names


def _own(rows: Sequence[Mapping[str, object]], network: Spec) -> Sequence[Mapping[str, object]]:
    """The points without the parameters that a network lacks, each once, as in a grid."""
    lacks = {name for name in (rows[0] if rows else ()) if name not in network.parameters}
    if not lacks:
        return rows
    own = [{n: v for n, v in row.items() if n not in lacks} for row in rows]
    return list({tuple((n, str(v)) for n, v in row.items()): row for row in own}.values())
