"""The exact cost of a network where its structure stays the same, how to tell where it does, and
which such forms a sweep needs: one as a rule, one per value of what can't stay free.

The rounded form keeps every floor and ceiling, so it holds at every binding at which the same
layers exist. Conditions say where that is; where one fails, the parameters that it depends on are
bound and the graph is built again, which gives the other structure, or the error that counting
gives.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from functools import cached_property, partial
from itertools import combinations
from typing import NamedTuple, TypeVar

from costcalc.algebra.atoms import Atom
from costcalc.algebra.evaluation import free_parameters, value_at
from costcalc.algebra.numbers import Number, constant, is_number
from costcalc.algebra.polynomial import Polynomial, alone, atoms_of, parameter
from costcalc.analysis.costs import COSTS, MAIN, Measures, as_measures, costed
from costcalc.conventions.shelf import Convention
from costcalc.design_space.sweep.axes import Binding, Space, Value
from costcalc.design_space.sweep.checks import checks, no_zeros, owner, whole_counts
from costcalc.errors import CostcalcError, Undecided
from costcalc.graph.build import build
from costcalc.graph.layers import Graph
from costcalc.language import Spec
from costcalc.language.parameters import KNOWN

#: Values of atoms that one structure remembers.
MAX_MEMO = 100_000
#: The closed forms that were made last.
_LATEST: deque[Structure] = deque(maxlen=64)

Cost = TypeVar("Cost", covariant=True)


class Costs(tuple[Cost, ...]):
    """Costs in the order of their ``names``, as numbers, polynomials or arrays; by name, too."""

    names: tuple[str, ...]

    def __new__(cls, *costs: Cost, names: tuple[str, ...] = MAIN) -> Costs[Cost]:
        made = super().__new__(cls, costs)
        made.names = names
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return partial(Costs, names=self.names), tuple(self)

    def __getattr__(self, name: str) -> Cost:
        if name.startswith("_") or name not in self.names:
            raise AttributeError(name)
        return self[self.names.index(name)]

    def to_dict(self) -> dict[str, Cost]:
        return dict(zip(self.names, self, strict=True))


def spread(values: Binding, pairs: bool) -> dict[str, int | Fraction]:
    """Numbers by symbol: with ``pairs``, a resolution is a height and a width."""
    symbols = {name: value for name, value in values.items() if is_number(value)}
    if pairs and "resolution" in values:
        side = values["resolution"]
        sides = side if isinstance(side, tuple) else (symbols.pop("resolution"),) * 2
        symbols |= dict(zip(("resolution.height", "resolution.width"), sides, strict=True))
    return symbols


class Structure:
    """The costs of one structure as rounded forms in the parameters that ``bound`` lacks.

    ``pairs``: a free resolution is height × width; otherwise it is one side.
    """

    def __init__(
        self, spec: Spec, asked: Convention | Measures, bound: Binding, pairs: bool
    ) -> None:
        """:raises CostcalcError: no closed form with these parameters free, or no such network."""
        self.spec = spec
        self.measures = as_measures(asked)
        self.bound = dict(bound)
        self.pairs = pairs
        binding: dict[str, object] = dict(bound)
        if pairs and "resolution" in spec.parameters and "resolution" not in bound:
            height, width = (
                parameter(f"resolution.{side}", whole=True) for side in ("height", "width")
            )
            binding["resolution"] = (height, width)
        self._narrowed: dict[frozenset[tuple[str, Value]], Structure | CostcalcError] = {}
        self._memo: dict[tuple[object, ...], int | Fraction] = {}
        try:
            self._take(build(spec, binding, unroll=False))
        except CostcalcError as error:
            if binding.keys() > bound.keys():  # it may exist where the resolution is one side
                build(spec, bound, unroll=False)
                raise Undecided(error.problems) from None
            if not (isinstance(error, Undecided) and set(spec.parameters) <= set(bound)):
                raise
            try:  # round by round
                self._take(build(spec, bound))
            except Undecided as undecided:
                raise CostcalcError(undecided.problems) from None

    def _take(self, graph: Graph) -> None:
        self.graph, costs = costed(graph, self.measures)
        conditions = [*checks(self.graph), *whole_counts(self.graph, self.measures.convention)]
        names = self.measures.names
        columns = ([of_layer[i] for of_layer in costs] for i in range(len(names)))
        totals = (COSTS[name].of_all(column) for name, column in zip(names, columns, strict=True))
        self.costs: Costs[Number] = Costs(*totals, names=names)
        self.checks = (*conditions, *no_zeros([*self.costs, *(c.value for c in conditions)]))

    def __reduce__(self) -> tuple[object, ...]:
        return Structure, (self.spec, self.measures, self.bound, self.pairs)  # built anew

    def narrowed(self, values: Binding) -> Structure:
        """The structure with more parameters bound, made or refused once.

        :raises CostcalcError: the network does not exist there, whatever the free ones are.
        """
        key = frozenset(values.items())
        if key not in self._narrowed:
            bound = {**self.bound, **values}
            try:
                self._narrowed[key] = Structure(self.spec, self.measures, bound, self.pairs)
            except CostcalcError as error:
                self._narrowed[key] = error
        made = self._narrowed[key]
        if isinstance(made, CostcalcError):
            raise made.with_traceback(None)
        return made

    def at(self, values: Binding) -> Costs[int]:
        """The exact integer costs at a binding of all free parameters.

        :raises CostcalcError: the network does not exist there.
        """
        symbols = spread(values, self.pairs)
        for check in self.checks:
            if not self._value(check, check.names, symbols, check.holds):
                own = {n: v for n, v in values.items() if n in check.parameters}
                try:
                    return self.narrowed(own).at(values)
                except CostcalcError:
                    if own == values:
                        raise
                    return self.narrowed(values).at(values)
        costs = (int(self._cost(cost, symbols)) for cost in self.costs)
        return Costs(*costs, names=self.costs.names)

    @cached_property
    def _atoms(self) -> dict[Atom, tuple[Polynomial, tuple[str, ...]]]:
        """Every atom of the costs, as a polynomial, with the symbols that it depends on."""
        singles = {atom: alone(atom) for cost in self.costs for atom in atoms_of(cost)}
        return {a: (single, tuple(free_parameters(single))) for a, single in singles.items()}

    def _cost(self, cost: Number, symbols: Mapping[str, int | Fraction]) -> int | Fraction:
        """The value of a cost; an atom is evaluated once per value of its own parameters."""
        if not isinstance(cost, Polynomial):
            return constant(cost)
        values = {}
        for atom in atoms_of(cost):
            single, names = self._atoms[atom]
            values[atom] = self._value(atom, names, symbols, partial(value_at, single))
        total: int | Fraction = 0
        for monomial, coefficient in cost.terms.items():
            product: int | Fraction = coefficient
            for atom, exponent in monomial:
                product = product * values[atom] ** exponent
            total = total + product
        return total

    def _value(
        self,
        what: object,
        names: Iterable[str],
        symbols: Mapping[str, int | Fraction],
        make: Callable[[Mapping[str, int | Fraction]], int | Fraction],
    ) -> int | Fraction:
        """What is made of the symbols' values, made once."""
        key = (what, *(symbols[name] for name in names))
        if key not in self._memo:
            if len(self._memo) > MAX_MEMO:
                self._memo.clear()
            self._memo[key] = make(symbols)
        return self._memo[key]


class Plan:
    """How the costs of a network over a space are found.

    ``outer`` names the swept parameters that every closed form binds: words that choose between
    structures, and numbers that no closed form of this network can leave free. ``bound`` are swept
    parameters that have one value where the plan is for.
    """

    def __init__(
        self, spec: Spec, asked: Convention | Measures, space: Space, bound: Binding | None = None
    ) -> None:
        self.spec = spec
        self.measures = as_measures(asked)
        self.space = space
        self.bound = bound or {}
        swept = space.swept
        self.pairs = any(isinstance(v, tuple) for v in swept.get("resolution", ()))
        free = {name: v[-1] for name, v in swept.items() if name not in self.bound}
        self.outer, self._first = self._outer(free)
        self._within: dict[frozenset[tuple[str, Value]], Plan] = {}

    def structure(self, values: Binding) -> Structure:
        """The closed form at values of the outer parameters.

        :raises Undecided: there is none at these.
        :raises CostcalcError: the network does not exist there.
        """
        if self._first is not None and not values:
            return self._first
        return self._root({**self.space.fixed, **self.bound, **values})

    def within(self, values: Binding) -> Plan:
        """How the costs are found where more swept parameters are bound: where the structure hangs
        on others than elsewhere."""
        bound = {n: v for n, v in {**self.bound, **values}.items() if n in self.space.swept}
        key = frozenset(bound.items())
        if key not in self._within:
            self._within[key] = Plan(self.spec, self.measures, self.space, bound)
        return self._within[key]

    def depends_on(self, cost: str) -> set[str]:
        """The swept parameters that stand in the closed form of a cost, or have none."""
        last = {name: self.space.swept[name][-1] for name in self.outer}
        form = getattr(self.structure(last).costs, cost)
        return {*self.outer, *map(owner, free_parameters(form))}

    def at(self, values: Binding) -> Costs[int]:
        """The exact costs at one point: values of all swept parameters.

        :raises CostcalcError: the network does not exist there.
        """
        try:
            structure = self.structure({name: values[name] for name in self.outer})
        except CostcalcError:
            structure = self.structure(values)
        return structure.at({n: v for n, v in values.items() if n not in structure.bound})

    def refuse(self, values: Binding) -> None:
        """Says why the network does not exist at one point, in the words of a count.

        :raises CostcalcError: it does not exist there, unless only the convention has no counts.
        """
        build(self.spec, {**self.space.fixed, **self.bound, **values})

    def _outer(self, sample: Binding) -> tuple[tuple[str, ...], Structure | None]:
        """The fewest swept parameters whose binding leaves a closed form in the others."""
        parameters = self.spec.parameters
        words = tuple(name for name in sample if parameters[name].choices)
        others = [name for name in sample if name not in words]
        # what papers hold, and a spec's own counts, are the likelier reasons
        others.sort(key=lambda name: (not parameters[name].held, name in KNOWN))
        for count in range(len(others)):
            for some in combinations(others, count):
                outer = (*words, *some)
                bound = {**self.space.fixed, **self.bound, **{n: sample[n] for n in outer}}
                try:
                    return outer, self._root(bound)
                except Undecided:
                    continue
                except CostcalcError:  # no network at these, whatever the others are
                    if outer:
                        return outer, None
        return (*words, *others), None

    def _root(self, bound: Binding) -> Structure:
        """The closed form with these bound, made anew unless it is one of the latest."""
        for made in _LATEST:
            same = made.spec is self.spec and made.measures == self.measures
            if same and made.bound == bound and made.pairs == self.pairs:
                return made
        _LATEST.append(Structure(self.spec, self.measures, bound, self.pairs))
        return _LATEST[-1]


@contextmanager
def of_baseline() -> Iterator[None]:
    """What is wrong with a baseline is said to be: no row need have its values.

    :raises CostcalcError: the same, with another hint.
    """
    try:
        yield
    except CostcalcError as error:
        hint = "percents refer to it; --baseline NAME=VALUE,… binds other values"
        raise CostcalcError(
            p._replace(message=f"the baseline does not exist: {p.message}", hint=hint)
            for p in error.problems
        ) from None


class Part(NamedTuple):
    """One network of a sweep. ``base`` is the plan of its baseline: the same axes without the
    parameters that the baseline binds. No other network has its ``label``."""

    label: str
    plan: Plan
    base: Plan


def part_of(
    label: str,
    spec: Spec,
    asked: Convention | Measures,
    space: Space,
    baseline: Mapping[str, object] | None,
) -> Part:
    """A network's part; its baseline is the spec's defaults, or the parameters bound so.

    :raises CostcalcError: a bad value of the baseline.
    """
    if baseline is None:
        bound = spec.defaults()
    else:
        bound = spec.bind({n: value for n, value in baseline.items() if n in spec.parameters})
    base = Plan(spec, asked, space.bound_to(bound))
    return Part(label, Plan(spec, asked, space), base)
