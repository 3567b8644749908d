"""The symbols of a structure as arrays, each along its axis, and what forms and checks are of them
over the whole grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from costcalc.algebra.atoms import Atom, Monomial
from costcalc.algebra.evaluation import evaluate, free_parameters
from costcalc.algebra.numbers import Number, constant, is_number
from costcalc.algebra.polynomial import Polynomial, alone, constant_term
from costcalc.design_space.sweep.axes import Axis, Value
from costcalc.design_space.sweep.checks import Check
from costcalc.design_space.sweep.contraction import Column, contract, factors
from costcalc.design_space.sweep.exact_array import Array, ExactArray, Mask, from_values, tightened
from costcalc.design_space.sweep.structure import Structure, spread

Indices: TypeAlias = NDArray[np.int_]
#: Indices taken from each axis, ascending; or positions in them.
Picks: TypeAlias = tuple[Indices, ...]


class Grid:
    """A structure's symbols as arrays, each along its axis."""

    def __init__(self, structure: Structure, axes: Sequence[Axis], picks: Picks) -> None:
        self.shape = tuple(map(len, picks))
        self.axis_of: dict[str, int] = {}
        self.arrays: dict[str, ExactArray] = {}
        free = {n for check in structure.checks for n in check.names}
        for cost in structure.costs:
            free |= free_parameters(cost)
        for i, axis in enumerate(axes):
            picked = {n: [v[at] for at in picks[i].tolist()] for n, v in axis.columns.items()}
            for symbol, values in symbols(picked, structure.pairs).items():
                if symbol in free:
                    self.axis_of[symbol] = i
                    along = tuple(-1 if k == i else 1 for k in range(len(axes)))
                    self.arrays[symbol] = from_values(values, along)

    def total(self, cost: Number) -> Array:
        """A cost over the whole grid; of a largest one, each that it may be."""
        largest = _arguments(cost)
        if largest:
            return reduce(np.maximum, map(self.total, largest))
        components, terms = factors(cost, self.axis_of)
        shape = tuple(prod(self.shape[axis] for axis in component) for component in components)
        tables: list[dict[Monomial, Column]] = [{} for _ in components]
        values: dict[Atom, Number] = {}
        for key in terms:
            for monomial, component, table in zip(key, components, tables, strict=True):
                if monomial not in table:
                    table[monomial] = self.column(monomial, component, values)
        array = contract(terms, tuple(tables), shape)
        # one dimension per axis of the components, then the grid's own order
        order = [axis for component in components for axis in component]
        array = array.reshape([self.shape[axis] for axis in order])
        array = array.transpose(np.argsort(order)) if order else array
        missing = [axis for axis in range(len(self.shape)) if axis not in order]
        return np.broadcast_to(np.expand_dims(array, missing), self.shape)

    def column(
        self, monomial: Monomial, component: tuple[int, ...], values: dict[Atom, Number]
    ) -> Column:
        """A monomial over the axes of its component, flat."""
        size = tuple(self.shape[axis] for axis in component)
        number: Number = 1
        for atom, exponent in monomial:
            if atom not in values:
                values[atom] = evaluate(alone(atom), self.arrays)
            for _ in range(exponent):
                number = values[atom] * number
        if not isinstance(number, ExactArray):
            whole = int(constant(number))
            return Column(np.full(size, whole).ravel(), abs(whole), 1)
        x = _over_one_denominator(tightened(number))
        others = tuple(i for i in range(len(self.shape)) if i not in component)
        flat = np.broadcast_to(np.squeeze(x.numerator, others), size).ravel()
        return Column(flat, x.bound, x.denominator)

    def fails(self, check: Check) -> Mask | None:
        """Where a check fails, with one dimension per axis; None if nowhere."""
        if check.relation == ">=" and self.surely(check):
            return None
        value = evaluate(check.value, self.arrays)
        if not isinstance(value, ExactArray):
            return None if check.holds({}) else np.ones([1] * len(self.shape), bool)
        fails = ~np.asarray(value.is_true(check.relation))
        return fails if fails.any() else None

    def surely(self, check: Check) -> bool:
        """Whether the bounds of the axes alone show that an upper limit holds."""
        constant = constant_term(check.value)
        rest = constant - check.value  # value = constant - rest ≥ 0
        if constant <= 1 or is_number(rest):
            return False
        return below(rest, self.arrays, constant)


def _arguments(x: Number) -> list[Number]:
    """What a number is the largest of, where it is one times what is above 0; else nothing."""
    if not isinstance(x, Polynomial) or len(x.terms) != 1:
        return []
    ((monomial, coefficient),) = x.terms.items()
    largest = [(atom, exponent) for atom, exponent in monomial if atom.kind == "max"]
    rest = tuple(one for one in monomial if one not in largest)
    if len(largest) != 1 or largest[0][1] != 1 or not all(atom.positive for atom, _ in rest):
        return []
    outside = Polynomial({rest: coefficient}) if rest else coefficient
    return [arg * outside for arg in largest[0][0].args] if coefficient > 0 else []


def below(x: Number, arrays: Mapping[str, ExactArray], limit: int | Fraction) -> bool:
    """Whether the bounds of the symbols alone show that |x| ≤ limit; False if they don't."""
    if is_number(x):
        return -limit <= x <= limit
    # plain ones, which nobody can look at to tighten a bound
    edges = {symbol: ExactArray(1, a.bound, a.denominator) for symbol, a in arrays.items()}
    largest = evaluate(x, edges)
    if not isinstance(largest, ExactArray) or not isinstance(largest.denominator, int):
        return False
    return bool(largest.bound <= limit * largest.denominator)


def symbols(picked: Mapping[str, Sequence[Value]], pairs: bool) -> dict[str, list[int | Fraction]]:
    """Values by symbol; words (choices) have none."""
    columns: dict[str, list[int | Fraction]] = {}
    for name, values in picked.items():
        if pairs and name == "resolution":
            split = [spread({name: value}, pairs) for value in values]
            columns |= {symbol: [s[symbol] for s in split] for symbol in split[0]}
        elif not isinstance(values[0], str):
            columns[name] = [value for value in values if is_number(value)]
    return columns


def _over_one_denominator(x: ExactArray) -> ExactArray:
    """The same values with a denominator that is one number."""
    if isinstance(x.denominator, int):
        return x
    above, below = np.broadcast_arrays(x.numerator, x.denominator)
    if (above % below == 0).all():
        return tightened(ExactArray(above // below, x.bound))
    values = [Fraction(int(a), int(b)) for a, b in zip(above.flat, below.flat, strict=True)]
    return from_values(values, above.shape)
