"""Networks side by side: totals and sums, with differences and ratios to the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from costcalc.algebra.amounts import amount, amount_text
from costcalc.algebra.result import Json, Result
from costcalc.analysis.count import Count, count_spec
from costcalc.conventions.shelf import Convention, as_convention
from costcalc.design_space.solve.solution import Solution, solve
from costcalc.design_space.solve.steps import Exact
from costcalc.design_space.sweep.query import COSTS
from costcalc.errors import CostcalcError
from costcalc.graph.loading import load_spec
from costcalc.language import Spec
from costcalc.language.parameters import by_name, name_of, pairs, value_text

#: What costs are compared by, unless something else is asked for.
GROUPINGS = ("type", "stage")


@dataclass(frozen=True)
class Entry:
    """One network of a comparison. ``solved`` says how a parameter was found, else it is None."""

    label: str
    count: Count
    solved: Solution | None = None


class Line(NamedTuple):
    """One row: the costs of each network (None: it has no such layers)."""

    name: str
    values: tuple[int | None, ...]

    @property
    def differences(self) -> tuple[int | None, ...]:
        """Of all but the first from the first."""
        first = self.values[0] or 0
        return tuple((value or 0) - first for value in self.values[1:])

    @property
    def ratios(self) -> tuple[Fraction | None, ...]:
        """Of all but the first to the first; None where that has nothing."""
        first = self.values[0]
        return tuple(Fraction(v or 0, first) if first else None for v in self.values[1:])


@dataclass(frozen=True)
class Comparison(Result):
    """Counts under one convention. ``equal`` is what was made equal, and to how much, or None."""

    entries: tuple[Entry, ...]
    convention: Convention
    equal: tuple[str, Exact] | None

    def totals(self) -> tuple[Line, ...]:
        """The lines ``mult_adds`` and ``params``."""
        return tuple(
            Line(cost, tuple(getattr(entry.count, cost) for entry in self.entries))
            for cost in COSTS
        )

    def by(self, key: str, cost: str) -> tuple[Line, ...]:
        """One cost by any key of :meth:`Count.by`, in the order of the networks' rows.

        :raises CostcalcError: an unknown key.
        """
        tables = [{g.name: getattr(g, cost) for g in e.count.by(key)} for e in self.entries]
        names = list(dict.fromkeys(name for table in tables for name in table))
        if key == "stage":  # from large maps to small ones, whichever network has them
            names.sort(key=_area, reverse=True)
        lines = (Line(name, tuple(table.get(name) for table in tables)) for name in names)
        return tuple(line for line in lines if any(line.values))

    def lines(self, keys: Sequence[str] = GROUPINGS) -> list[tuple[str, str, str, Line]]:
        """All lines, each with what it is summed up by, its name and its cost."""
        lines = [("total", "total", line.name, line) for line in self.totals()]
        for key in keys:
            for cost in COSTS:
                lines += [(key, line.name, cost, line) for line in self.by(key, cost)]
        return lines

    def to_dict(self, keys: Sequence[str] = GROUPINGS) -> Json:
        """The JSON contract of ``costcalc compare --format json``; ratios are exact fractions."""
        return {
            "networks": [
                {
                    "name": entry.label,
                    "spec": entry.count.spec,
                    "parameters": {n: value_text(v) for n, v in entry.count.parameters.items()},
                    "notes": list(entry.count.notes),
                }
                for entry in self.entries
            ],
            "convention": self.convention.name,
            "unit": self.convention.unit,
            "lines": [
                {
                    "by": by,
                    "name": name,
                    "cost": cost,
                    "values": list(line.values),
                    "differences": list(line.differences),
                    "ratios": [None if r is None else str(r) for r in line.ratios],
                }
                for by, name, cost, line in self.lines(keys)
            ],
        }


def _area(stage: str) -> int:
    height, _, width = stage.partition("x")
    return int(height) * int(width)


class _Named(NamedTuple):
    """What was given, and the network and the binding that it names."""

    given: str
    network: Spec
    binding: Mapping[str, Any]


def compare(
    names: Sequence[str],
    *,
    convention: str | Convention = "paper",
    at_equal: str = "",
    parameter: str = "alpha",
    **values: object,
) -> Comparison:
    """What ``costcalc compare`` does. A name may carry its binding:
    ``ehm-mobilenet@alpha=0.5,delta=2``; ``values`` bind all networks that have the parameter.

    ``at_equal="mult_adds"`` gives every network but the first the largest ``parameter`` at which it
    costs no more than the first; ``"mult_adds=140M"`` gives it to all of them.

    :raises CostcalcError: fewer than two networks, a bad name or binding, or no value that fits.
    """
    if len(names) < 2:
        raise CostcalcError("one network has nothing to be compared with", "compare A B")
    weights = as_convention(convention)
    read = [_read(name, values) for name in names]
    known = {name for one in read for name in one.network.parameters}
    unknown = [name for name in by_name(values, known) if name not in known]
    if unknown:
        raise CostcalcError(f"none of the networks has a parameter {unknown[0]!r}")
    cost, sign, text = at_equal.partition("=")
    if at_equal and cost not in COSTS:
        raise CostcalcError(f"can't make {cost!r} equal", "mult_adds or params, or mult_adds=140M")
    entries: list[Entry] = []
    most = amount(text) if sign else None
    for label, named in zip(_labels(read), read, strict=True):
        if at_equal and (sign or entries):
            most = getattr(entries[0].count, cost) if most is None else most
            entries.append(_solved(label, named, weights, (cost, most), parameter))
        else:
            entries.append(Entry(label, count_spec(named.network, named.binding, weights)))
    return Comparison(tuple(entries), weights, (cost, most) if most is not None else None)


def _solved(
    label: str, named: _Named, convention: Convention, budget: tuple[str, Exact], parameter: str
) -> Entry:
    """A network at the largest value of a parameter within the budget.

    :raises CostcalcError: there is none.
    """
    parameter = name_of(parameter, named.network.parameters)
    rest = {name: value for name, value in named.binding.items() if name != parameter}
    cost, most = budget
    solution = solve(named.network, parameter, convention=convention, **{**rest, cost: most})
    if solution.value is None:
        reason = "costs too much at every" if not solution.unbounded else "costs less at every"
        if solution.searched is not None:
            reason = f"costs too much up to {solution.searched}, as far as was searched, at every"
        hint = f"{cost} at most {amount_text(most)}"
        raise CostcalcError(f"{label} {reason} {parameter}", hint)
    bound = {**rest, parameter: solution.value}
    return Entry(label, count_spec(named.network, bound, convention), solution)


def _labels(read: Sequence[_Named]) -> list[str]:
    """Each network by its name and binding; by what was given where that would name two alike."""
    labels = [network.name + "".join(given.partition("@")[1:]) for given, network, _ in read]
    return [n.given if labels.count(x) > 1 else x for n, x in zip(read, labels, strict=True)]


def _read(name: str, values: Mapping[str, object]) -> _Named:
    spec, at, text = name.rpartition("@")
    if not at or name.endswith((".yaml", ".yml")) or Path(name).is_file():  # a folder a@b
        spec, at = name, ""
    network = load_spec(spec)
    shared = by_name(values, network.parameters)
    binding = {n: v for n, v in shared.items() if n in network.parameters}
    own = pairs(text, "SPEC@NAME=VALUE,NAME=VALUE", after=f" in {name!r}") if at else {}
    return _Named(name, network, {**binding, **by_name(own, network.parameters)})
