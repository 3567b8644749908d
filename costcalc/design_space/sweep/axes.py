"""Axes of a sweep: named lists of exact values, from text (``0.25,0.5``, ``128:224:32``,
``0.1:1#10``), numbers or a file. A grid has one axis per parameter; a list of points is one axis
on which several parameters move together."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm, prod
from pathlib import Path
from typing import NamedTuple, TypeAlias

from costcalc.algebra.expressions import exact_number
from costcalc.algebra.numbers import is_number, simplest
from costcalc.errors import CostcalcError, ExpressionError, Place, Problem
from costcalc.language import Spec
from costcalc.language.parameters import (
    MAX_VALUE,
    POSITIVE_NUMBER,
    USUAL,
    Bound,
    Parameter,
    bind,
    by_name,
    read_values,
    value_text,
)
from costcalc.source.files import plain_text, read_bytes, shown

#: A number, a word, or a resolution's height and width.
Value: TypeAlias = Bound
Binding: TypeAlias = Mapping[str, Value]

#: Values that one axis may have; a grid may have far more points.
MAX_VALUES = 10**6
FORMS = "0.25,0.5 or start:stop:step (stop included) or start:stop#count"


class Axis(NamedTuple):
    """Parameters by name, each with its value at every index of the axis."""

    columns: Mapping[str, tuple[Value, ...]]

    @property
    def length(self) -> int:
        return len(next(iter(self.columns.values())))

    def bindings(self) -> Iterator[Binding]:
        for values in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, values, strict=True))


class Space(NamedTuple):
    """What is swept: the product of ``axes``, with ``fixed`` parameters bound to one value.

    ``fixed`` holds every parameter of the network that no axis has.
    """

    axes: tuple[Axis, ...]
    fixed: Binding

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(axis.length for axis in self.axes)

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def swept(self) -> dict[str, tuple[Value, ...]]:
        return {name: values for axis in self.axes for name, values in axis.columns.items()}

    def bound_to(self, binding: Binding) -> Space:
        """The space with more parameters fixed, and without the axes that then have none."""
        free = [{n: v for n, v in a.columns.items() if n not in binding} for a in self.axes]
        axes = tuple(Axis(columns) for columns in free if columns)
        return Space(axes, {**self.fixed, **binding})


def grid(spec: Spec, given: Mapping[str, object]) -> Space:
    """All combinations of the given values; a single value that is not in a list is fixed, unless
    it is the only one that is usual.

    :raises CostcalcError: an unknown parameter, a bad range or value; all problems at once.
    """

    def read(parameter: Parameter, values: object) -> tuple[Value, ...]:
        if is_usual(values) and not parameter.usual_values:
            raise CostcalcError(_unusual(spec, parameter))
        return axis_values(parameter, values)

    axes: list[Axis] = []
    fixed: dict[str, Value] = spec.defaults()
    asked = by_name(given, spec.parameters)
    for name, exact in read_values(spec.parameters, asked, spec.name, read).items():
        is_one = not isinstance(asked[name], (list, range)) and not is_usual(asked[name])
        if len(exact) == 1 and is_one:
            fixed[name] = exact[0]
        else:
            del fixed[name]
            axes.append(Axis({name: exact}))
    return Space(tuple(axes), fixed)


def is_usual(values: object) -> bool:
    """Whether the spec's usual values are meant."""
    return isinstance(values, str) and values.strip() == USUAL


def _unusual(spec: Spec, parameter: Parameter) -> Problem:
    default = value_text(parameter.default)
    hint = f"in the spec: {parameter.name}: {{…, usual: [{default}, …]}}; or values: {FORMS}"
    return Problem(f"{spec.name} states no usual values of {parameter.symbol}", hint)


def points(spec: Spec, rows: Sequence[Mapping[str, object]]) -> Space:
    """The given bindings, in their order. Each row names the same parameters.

    :raises CostcalcError: no rows, rows that name unlike parameters, or a bad value.
    """
    if not rows:
        raise CostcalcError("no points to sweep", "at least one binding")
    if any(name not in spec.parameters for name in rows[0]):
        rows = [by_name(row, spec.parameters) for row in rows]
    names = tuple(rows[0])
    columns: dict[str, list[Value]] = {name: [] for name in names}
    known: dict[tuple[str, str, bool], Value] = {}
    for number, row in enumerate(rows, 1):
        if set(row) != set(names):
            hint = f"the first one names {', '.join(names) or 'none'}"
            raise CostcalcError(f"point {number} does not name the same parameters", hint)
        try:
            for name in names:
                value = row[name]
                key = (name, str(value), isinstance(value, float))  # floats are refused
                if key not in known:
                    known[key] = bind(spec.parameters, {name: value}, spec.name)[name]
                columns[name].append(known[key])
        except CostcalcError as error:
            raise CostcalcError(
                p._replace(message=f"point {number}: {p.message}") for p in error.problems
            ) from None
    fixed = {name: value for name, value in spec.defaults().items() if name not in names}
    axes = (Axis({name: tuple(values) for name, values in columns.items()}),) if names else ()
    return Space(axes, fixed)


def read_points(path: Path) -> list[dict[str, str]]:
    """The bindings in a CSV file, a header of parameter names and one binding per line, as text.

    :raises CostcalcError: it can't be read, or a line has not the header's number of values.
    """
    text = plain_text(path, read_bytes(path, (".csv",)))
    reader = csv.reader(text.removeprefix("\ufeff").splitlines(keepends=True))
    try:
        header = [name.strip() for name in next(reader, [])]
        if not header or "" in header or len(set(header)) < len(header):
            problem = Problem("the first line must name the parameters", "alpha,delta")
            raise CostcalcError(problem._replace(place=Place(shown(path), 1, 1)))
        rows = []
        for row in reader:
            if not "".join(row).strip() and len(row) < 2:
                continue  # a blank line
            if len(row) != len(header):
                message = f"{len(row)} values for {len(header)} parameters"
                place = Place(shown(path), reader.line_num, 1)
                raise CostcalcError(Problem(message, ", ".join(header), place))
            rows.append({n: v.strip() for n, v in zip(header, row, strict=True)})
        return rows
    except csv.Error as error:
        raise CostcalcError(f"{shown(path)}: {error}", "a CSV file of bindings") from None


def axis_values(parameter: Parameter, given: object) -> tuple[Value, ...]:
    """The exact values of one axis, in the order given.

    ``given`` is text in the forms above, :data:`USUAL`, or an iterable of text, ints and Fractions
    (numpy's integers too). Resolutions may be pairs, ``224x160``.

    :raises CostcalcError: a bad range, a value outside the domain or given twice; all problems
        of the axis at once.
    """
    if is_usual(given):
        given = parameter.usual_values
    items = _expanded(parameter, given) if isinstance(given, str) else _listed(parameter, given)
    values = _surely_inside(parameter, items)
    problems: list[Problem] = []
    for item in items if not values else ():
        try:
            values.append(parameter.bind(item))
        except CostcalcError as error:
            problems.extend(error.problems)
    if problems:
        raise CostcalcError(dict.fromkeys(problems))
    if not values:
        raise parameter.refuse("no values", FORMS)
    if len(set(values)) < len(values):
        twice = next(value for value, times in Counter(values).items() if times > 1)
        raise parameter.refuse(f"{value_text(twice)} is given twice", "every value once")
    return tuple(values)


def _surely_inside(parameter: Parameter, items: list[object]) -> list[Value]:
    """The items, if all are exact numbers in the domain: long axes are, told without binding each.
    Otherwise none."""
    kinds = {int, Fraction} if parameter.domain == POSITIVE_NUMBER else {int}
    numbers = [simplest(x) for x in items if is_number(x) and type(x) in kinds]
    if parameter.choices or not numbers or len(numbers) < len(items):
        return []
    inside = min(numbers) > 0 and max(numbers) <= MAX_VALUE
    return [*numbers] if inside and max(x.denominator for x in numbers) <= MAX_VALUE else []


def _listed(parameter: Parameter, given: object) -> list[object]:
    """One value, or those of a list, range or array."""
    if isinstance(given, tuple):
        is_pair = parameter.name == "resolution" and len(given) == 2
        return [given] if is_pair else list(given)
    if is_number(given) or not isinstance(given, Iterable):
        return [given]
    listed = given.tolist() if hasattr(given, "tolist") else list(given)
    if len(listed) > MAX_VALUES:
        raise parameter.refuse(f"{len(listed):,} values", f"at most {MAX_VALUES:,}")
    return listed


def _expanded(parameter: Parameter, text: str) -> list[object]:
    """The values of a text, its ranges written out."""
    items = [item.strip() for item in text.split(",")]
    if parameter.choices:
        return [*items]
    values: list[object] = []
    for item in items:
        values += _range(parameter, item) if ":" in item else [item]
        if len(values) > MAX_VALUES:
            raise parameter.refuse(f"more than {MAX_VALUES:,} values", "a larger step")
    return values


def _range(parameter: Parameter, text: str) -> list[int | Fraction]:
    body, by_count, count = text.partition("#")
    parts = body.split(":")
    if len(parts) != (2 if by_count else 3):
        raise parameter.refuse(f"{text!r} is not a range", FORMS)
    start, stop, *rest = (_number(parameter, part, text) for part in parts)
    if stop < start:
        raise parameter.refuse(f"the range {text} runs down", "start below stop")
    if by_count:
        steps = _number(parameter, count, text) - 1
        if not isinstance(steps, int) or steps < 1:
            raise parameter.refuse(f"the range {text} needs a count of at least 2", FORMS)
        if start == stop:
            raise parameter.refuse(f"the range {text} is one value", "start below stop")
        step = Fraction(stop - start, steps)
    else:
        step = Fraction(rest[0])
        if step <= 0:
            raise parameter.refuse(f"the range {text} needs a step above 0", FORMS)
        steps = (stop - start) // step
        if start + steps * step != stop:
            reached = value_text(start + steps * step)
            message = f"the range {text} does not end at {value_text(stop)}"
            raise parameter.refuse(message, f"its last step reaches {reached}")
    if steps >= MAX_VALUES:
        raise parameter.refuse(
            f"the range {text} has {steps + 1:,} values", f"at most {MAX_VALUES:,}"
        )
    below = lcm(start.denominator, step.denominator)
    first, by = int(start * below), int(step * below)
    numbers = range(first, first + (steps + 1) * by, by)
    return [simplest(Fraction(n, below)) for n in numbers] if below > 1 else list(numbers)


def _number(parameter: Parameter, text: str, whole: str) -> int | Fraction:
    try:
        if "²" not in text:  # 96² is 96x96, and no end of a range
            return exact_number(text.strip())
    except ExpressionError:
        pass
    raise parameter.refuse(f"{text.strip()!r} in {whole} is not a number", FORMS)
