"""Sweeps of one or several networks as a table: parameters, exact costs, ratios to a baseline.

``costcalc sweep`` and :func:`costcalc.sweep`. Small sweeps are counted in plain Python, which
starts faster than importing numpy; large ones run in chunks of bounded memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from costcalc.algebra.result import Result
from costcalc.conventions.shelf import Convention, as_convention
from costcalc.design_space.sweep.axes import Axis, Space, grid, points
from costcalc.design_space.sweep.batch import Batch, batch_of, percent_of
from costcalc.design_space.sweep.plan import Part, Plan
from costcalc.design_space.sweep.query import Query, read_query
from costcalc.design_space.sweep.select import first, kept, ordered, within
from costcalc.errors import CostcalcError, Problem, did_you_mean
from costcalc.graph.loading import as_spec
from costcalc.language import Spec

#: Up to so many points plain Python is faster than numpy with its import.
SMALL = 1000

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Run(Result):
    """A sweep that is ready to run. ``columns`` names what :meth:`batches` yields.

    ``baseline`` is what ratios refer to (empty: the spec's defaults).
    """

    parts: tuple[Part, ...]
    convention: Convention
    baseline: Mapping[str, str]
    query: Query

    @property
    def parameters(self) -> tuple[str, ...]:
        """Those that were given, in that order."""
        return self.query.parameters

    @property
    def columns(self) -> tuple[str, ...]:
        return self.query.columns

    @property
    def size(self) -> int:
        """The number of points."""
        return sum(part.plan.space.size for part in self.parts)

    @property
    def is_small(self) -> bool:
        return self.size <= SMALL

    def batches(self, progress: Progress | None = None) -> Iterator[Batch]:
        """The rows, in chunks; ``progress`` is told how many points each took.

        :raises CostcalcError: the network does not exist at a point (unless it is to be skipped),
            or more rows to compare than memory is spent on.
        """
        made = self._all(progress or (lambda points: None))
        query = self.query
        if not query.compares_rows:
            yield from made if query.top is None else first(made, query.top)
            return
        rows: list[tuple[Any, ...]] = []
        for batch in made:
            rows = kept(rows + batch.rows(), query, self.columns)
        yield batch_of(ordered(rows, query, self.columns), self.columns)

    def rows(self) -> list[dict[str, Any]]:
        """All rows as dicts; percents in hundredths."""
        return [
            dict(zip(self.columns, row, strict=True)) for b in self.batches() for row in b.rows()
        ]

    def _all(self, progress: Progress) -> Iterator[Batch]:
        for part in self.parts:
            if self.is_small:
                rows = within(self._small(part), self.query, self.columns)
                progress(part.plan.space.size)
                if rows:
                    yield batch_of(rows, self.columns)
            else:
                from costcalc.design_space.sweep.large import batches  # needs numpy

                yield from batches(part, self.query, progress)

    def _small(self, part: Part) -> Iterator[tuple[Any, ...]]:
        plan, base = part.plan, part.base
        axes = [list(_indexed(axis)) for axis in plan.space.axes]
        for combination in product(*axes):
            values = {name: v for some in combination for name, v in some.items()}
            try:
                costs = plan.at(values)
            except CostcalcError:
                if self.query.skip:
                    continue
                raise
            below = base.at({n: v for n, v in values.items() if n in base.space.swept})
            given = {**plan.space.fixed, **values}
            percents = (percent_of(c, b) for c, b in zip(costs, below, strict=True))
            shown = (given.get(name) for name in self.parameters)
            yield (plan.spec.name, *shown, *costs, *percents)


def _indexed(axis: Axis) -> Iterator[dict[str, Any]]:
    for i in range(axis.length):
        yield {name: values[i] for name, values in axis.columns.items()}


def sweep(
    specs: str | Sequence[str | Spec],
    values: Mapping[str, Any] | None = None,
    *,
    convention: str | Convention = "paper",
    baseline: Mapping[str, Any] | None = None,
    budget: str = "",
    pareto: str = "",
    sort: str = "",
    top: int | None = None,
    skip: bool = False,
    rows: Sequence[Mapping[str, Any]] | None = None,
    **axes: Any,
) -> Run:
    """What ``costcalc sweep`` does: a grid of bindings for one or several networks.

    ``values`` (or keywords) give parameters their values; ``rows`` gives a list of bindings
    instead. A parameter that only some of the networks have leaves the others' column empty.
    ``baseline`` binds the parameters by which every row is compared; the others keep the row's
    own values. Without it the baseline is the spec's defaults.

    :raises CostcalcError: no such network, a bad range, an unknown parameter or column.
    """
    given = {**(values or {}), **axes}
    names = [specs] if isinstance(specs, str) else list(specs)
    networks = [as_spec(name) for name in names]
    if not networks:
        raise CostcalcError("no network to sweep", "costcalc sweep SPEC")
    if len({network.name for network in networks}) < len(networks):
        raise CostcalcError("a network is given twice", "every network once")
    if rows is not None and given:
        raise CostcalcError("either points or axes", "put every parameter into the points")
    known = {name for network in networks for name in network.parameters}
    asked = list(rows[0]) if rows else list(given)
    wrong = [name for name in (*asked, *(baseline or {})) if name not in known]
    if wrong:
        whom = networks[0].name if len(networks) == 1 else "none of the networks"
        has = "has no" if len(networks) == 1 else "has a"
        raise CostcalcError(
            Problem(f"{whom} {has} parameter {name!r}", did_you_mean(name, known))
            for name in dict.fromkeys(wrong)
        )
    found = as_convention(convention)
    words = {
        name
        for network in networks
        for name in asked
        if name in network.parameters and network.parameters[name].choices
    }
    query = read_query(budget, pareto, sort, top, asked, words, skip=skip)
    parts = [_part(network, found, given, rows, baseline) for network in networks]
    texts = {name: str(value) for name, value in (baseline or {}).items()}
    return Run(tuple(parts), found, texts, query)


def _own(
    rows: Sequence[Mapping[str, Any]], parameters: Collection[str]
) -> Sequence[Mapping[str, Any]]:
    """The points without the parameters that a network lacks, each once, as in a grid."""
    lacks = {name for name in (rows[0] if rows else ()) if name not in parameters}
    if not lacks:
        return rows
    own = [{n: v for n, v in row.items() if n not in lacks} for row in rows]
    return list({tuple((n, str(v)) for n, v in row.items()): row for row in own}.values())


def _part(
    network: Spec,
    convention: Convention,
    given: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]] | None,
    baseline: Mapping[str, Any] | None,
) -> Part:
    parameters = network.parameters
    if rows is None:
        own = {name: values for name, values in given.items() if name in parameters}
        space = grid(parameters, own, network.name)
    else:
        space = points(parameters, _own(rows, parameters), network.name)
    if baseline is None:
        base, kept = Space((), network.defaults()), (None,) * len(space.axes)
        return Part(Plan(network, convention, space), Plan(network, convention, base), kept)
    named = {name: value for name, value in baseline.items() if name in parameters}
    bound = network.bind(named)
    axes: list[Axis] = []
    places: list[int | None] = []
    for axis in space.axes:
        columns = {n: v for n, v in axis.columns.items() if n not in bound}
        places.append(len(axes) if columns else None)
        axes += [Axis(columns)] if columns else []
    base = Space(tuple(axes), {**space.fixed, **bound})
    return Part(Plan(network, convention, space), Plan(network, convention, base), tuple(places))
