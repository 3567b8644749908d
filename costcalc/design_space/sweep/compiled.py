"""A network's cost as a function of arrays, numpy's or any that follow its protocols."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from costcalc.algebra.evaluation import evaluate
from costcalc.algebra.numbers import Number, is_number, simplest
from costcalc.algebra.polynomial import is_positive, is_whole
from costcalc.algebra.result import Result
from costcalc.analysis.costs import Names, as_measures
from costcalc.conventions.shelf import DEFAULT, Weighing
from costcalc.design_space.sweep.exact_array import INT, Array, ExactArray, Numbers
from costcalc.design_space.sweep.structure import Costs, Structure
from costcalc.errors import CostcalcError, did_you_mean
from costcalc.graph.loading import Source, as_spec
from costcalc.hardware.elements import Precision
from costcalc.language import Spec
from costcalc.language.parameters import (
    Bound,
    Parameter,
    by_name,
    given,
    text_of,
)


class Compiled(Result, says="spec parameters convention"):
    """``cost(alpha=(numerators, denominator), delta=…)`` → (mult_adds, params, …), exactly.

    An argument is a number, an array of whole numbers, or a pair (array of numerators, one whole
    denominator); arrays are broadcast together. Parameters not given are at the spec's defaults.

    numpy arrays are looked at: results are int64 where that provably holds them and Python
    integers otherwise, and a point at which the closed form does not hold raises an error. Arrays
    that can't be looked at yet (dask) need ``limits``, the largest value of each parameter; where
    a value is beyond its limit, or the closed form does not hold, both costs are −1.
    """

    def __init__(
        self,
        network: Spec,
        structure: Structure,
        limits: Mapping[str, int | Fraction],
        bound: set[str],
    ) -> None:
        self.spec = network.name
        self.convention = structure.measures.convention.name
        self.structure = structure
        self.limits = limits
        self._parameters = {name: p for name, p in network.parameters.items() if name not in bound}

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(self._parameters)

    def __call__(self, **arguments: Numbers) -> Costs[Array]:
        """The costs at every point.

        :raises CostcalcError: an unknown argument, values that are not exact or outside the
            domain, or a point at which the closed form does not hold.
        """
        arguments = by_name(arguments, self._parameters)
        for name in arguments:
            if name not in self._parameters:
                hint = did_you_mean(name, self._parameters)
                raise CostcalcError(f"the function has no argument {name!r}", hint)
        values: dict[str, Number] = {}
        inside: list[Numbers] = []
        for name, parameter in self._parameters.items():
            given = _unboxed(arguments.get(name, parameter.default))
            if isinstance(given, str) or is_number(given):
                values[name] = _single(parameter, given)
            else:
                values[name] = self._argument(name, given, inside)
        lazy = any(_is_lazy(v.numerator) for v in values.values() if isinstance(v, ExactArray))
        inside += self._holds(values, lazy)
        costs = [_result(evaluate(cost, values)) for cost in self.structure.costs]
        for mask in inside if lazy else ():
            costs = [np.where(mask, cost, -1) for cost in costs]
        return Costs(*costs, names=self.structure.costs.names)

    def _argument(self, name: str, given: Numbers, inside: list[Numbers]) -> ExactArray:
        """An array argument; for a lazy one, where it is in its limits goes to ``inside``."""
        parameter = self._parameters[name]
        is_pair = isinstance(given, tuple) and len(given) == 2
        above, below = map(_unboxed, given) if is_pair else (given, 1)
        if isinstance(above, (list, range)):
            above = np.array(above)
        is_count = isinstance(below, int) and not isinstance(below, bool) and below >= 1
        if not _is_whole(above) or not is_count:
            hint = "whole numbers, or a pair (whole numerators, one whole denominator)"
            raise parameter.refuse(f"{type(given).__name__} is not an exact argument", hint)
        if below > 1 and is_whole(parameter.free()):
            raise parameter.refuse("a pair can't be whole numbers", f"a {parameter.domain}")
        lowest = 1 if is_positive(parameter.free()) else 0
        if _is_lazy(above):
            if name not in self.limits:
                raise parameter.refuse("a lazy array needs its limit", f"limits={{{name!r}: …}}")
            bound = int(self.limits[name] * below // 1)
            inside += [above >= lowest, above <= bound]
            return ExactArray(above.astype(np.int64), bound, below)
        above = np.asarray(above)
        if above.size and above.min() < lowest:
            raise parameter.refuse(f"{above.min()} is outside its domain", f"a {parameter.domain}")
        bound = int(above.max()) if above.size else 0
        return ExactArray(above.astype(np.int64 if bound < INT else object), bound, below)

    def _holds(self, values: Mapping[str, Number], lazy: bool) -> list[Numbers]:
        """Where every condition of the closed form holds, for lazy arrays.

        :raises CostcalcError: one fails, and the arrays can be looked at.
        """
        masks = []
        for check in self.structure.checks:
            arrays = any(isinstance(values[name], ExactArray) for name in check.names)
            value = evaluate(check.value, values) if arrays else None
            if not isinstance(value, ExactArray):
                holds: Numbers = check.holds(values)
            else:
                holds = value.is_true(check.relation)
            if lazy and isinstance(value, ExactArray):
                masks.append(holds)
            elif not np.all(holds):
                failing = next(iter(np.argwhere(~np.asarray(holds)).tolist()))
                raise CostcalcError(
                    f"the closed form of {self.spec} does not hold at point {tuple(failing)}",
                    "sweep it instead: another structure, or no network",
                )
        return masks


def _unboxed(x: Numbers) -> Numbers:
    """numpy's whole scalars as Python's."""
    return int(x) if isinstance(x, np.integer) else x


def _single(parameter: Parameter, given: object) -> int | Fraction:
    """One exact value; a function of one side can't take two."""
    value = parameter.bind(given)
    if not is_number(value):
        message = f"{text_of(value)} is not one side"
        raise parameter.refuse(message, "compile(resolution=…) binds a pair")
    return value


def _is_whole(array: Numbers) -> bool:
    """Whether an array holds whole numbers only: converting would cut off others unseen."""
    kind = getattr(getattr(array, "dtype", None), "kind", "")
    if kind != "O":
        return kind in ("i", "u")
    return isinstance(array, np.ndarray) and all(
        isinstance(x, (int, np.integer)) and not isinstance(x, bool) for x in array.flat
    )


def _is_lazy(array: Numbers) -> bool:
    """Whether the values can't be looked at without computing them: everything but numpy's."""
    return not isinstance(array, (np.ndarray, int))


def _result(cost: Number) -> Numbers:
    if not isinstance(cost, ExactArray):
        return simplest(cost)
    if isinstance(cost.denominator, int) and cost.denominator == 1:
        return cost.numerator
    # without a rest: costs are whole where the network exists
    return cost.numerator // cost.denominator


def compile(
    spec: Source,
    *,
    convention: Weighing = DEFAULT,
    cost: Names = (),
    elements: Precision = "int8",
    rule: str = "live",
    limits: Mapping[str, Bound] | None = None,
    free: tuple[str, ...] = (),
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Compiled:
    """The exact cost as a plain function of arrays.

    ``net.compile(classes=10)(alpha=(numerators, 1024), delta=deltas)``; see :class:`Compiled`.
    Parameters that the spec holds are arguments only if they are named in ``free``.

    :raises CostcalcError: a bad value, or no closed form in the parameters left free.
    """
    network = as_spec(spec)
    bound = network.bind(given(values, alpha, delta, rho, resolution, classes, **parameters))
    measures = as_measures(convention, cost, elements, rule)
    fixed = {**network.held(bound, free), **bound}
    known = network.parameters
    most = {}
    for name, limit in by_name(limits or {}, known).items():
        if name not in known:
            raise CostcalcError(f"no parameter {name!r} to limit", did_you_mean(name, known))
        most[name] = _single(known[name], limit)
    return Compiled(network, Structure(network, measures, fixed, pairs=False), most, set(fixed))
