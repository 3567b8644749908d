"""Axes of a sweep: named lists of exact values. A grid has one axis per parameter; a list of
points is one axis on which several parameters move together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

from costcalc.design_space.sweep.ranges import axis_values
from costcalc.errors import CostcalcError, Problem, did_you_mean
from costcalc.language.parameters import Parameter, bind


class Axis(NamedTuple):
    """Parameters by name, each with its value at every index of the axis."""

    columns: Mapping[str, tuple[Any, ...]]

    @property
    def length(self) -> int:
        return len(next(iter(self.columns.values())))


class Space(NamedTuple):
    """What is swept: the product of ``axes``, with ``fixed`` parameters bound to one value.

    ``fixed`` holds every parameter of the network that no axis has.
    """

    axes: tuple[Axis, ...]
    fixed: Mapping[str, Any]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(axis.length for axis in self.axes)

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def swept(self) -> dict[str, tuple[Any, ...]]:
        """The values by swept parameter."""
        return {name: values for axis in self.axes for name, values in axis.columns.items()}


def grid(parameters: Mapping[str, Parameter], given: Mapping[str, Any], owner: str) -> Space:
    """All combinations of the given values; a single value that is not in a list is fixed.

    :raises CostcalcError: an unknown parameter, a bad range or value; all problems at once.
    """
    axes: list[Axis] = []
    fixed: dict[str, Any] = {name: p.default for name, p in parameters.items()}
    problems: list[Problem] = []
    for name, values in given.items():
        if name not in parameters:
            hint = did_you_mean(name, parameters) or "it has no parameters"
            problems.append(Problem(f"{owner} has no parameter {name!r}", hint))
            continue
        try:
            found = axis_values(parameters[name], values)
        except CostcalcError as error:
            problems.extend(error.problems)
            continue
        if len(found) == 1 and not isinstance(values, (list, range)):
            fixed[name] = found[0]
        else:
            del fixed[name]
            axes.append(Axis({name: found}))
    if problems:
        raise CostcalcError(problems)
    return Space(tuple(axes), fixed)


def points(
    parameters: Mapping[str, Parameter], rows: Sequence[Mapping[str, Any]], owner: str
) -> Space:
    """The given bindings, in their order. Each row names the same parameters.

    :raises CostcalcError: no rows, rows that name unlike parameters, or a bad value.
    """
    if not rows:
        raise CostcalcError("no points to sweep", "at least one binding")
    names = tuple(rows[0])
    columns: dict[str, list[Any]] = {name: [] for name in names}
    seen: dict[tuple[str, Any], Any] = {}
    for number, row in enumerate(rows, 1):
        if set(row) != set(names):
            hint = f"the first one names {', '.join(names) or 'none'}"
            raise CostcalcError(f"point {number} does not name the same parameters", hint)
        for name in names:
            key = (name, str(row[name])) if not isinstance(row[name], float) else None
            if key is None or key not in seen:
                try:
                    value = bind(parameters, {name: row[name]}, owner)[name]
                except CostcalcError as error:
                    raise CostcalcError(
                        p._replace(message=f"point {number}: {p.message}") for p in error.problems
                    ) from None
                if key is not None:
                    seen[key] = value
            else:
                value = seen[key]
            columns[name].append(value)
    fixed = {name: p.default for name, p in parameters.items() if name not in names}
    axes = (Axis({name: tuple(values) for name, values in columns.items()}),) if names else ()
    return Space(axes, fixed)
