"""The values of an axis, from text: ``0.25,0.5``, ``128:224:32``, ``0.1:1#10``. Always exact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from math import lcm
from typing import Any

from costcalc.algebra.expressions import ExpressionError, exact_number
from costcalc.algebra.numbers import is_number, simplest
from costcalc.errors import CostcalcError, Problem
from costcalc.language.parameters import MAX_VALUE, POSITIVE_NUMBER, Parameter, value_text

#: Values that one axis may have; a grid may have far more points.
MAX_VALUES = 10**6
FORMS = "0.25,0.5 or start:stop:step (stop included) or start:stop#count"


def axis_values(parameter: Parameter, given: Any) -> tuple[Any, ...]:
    """The exact values of one axis, in the order given.

    ``given`` is text in the forms above, or an iterable of text, ints and Fractions (numpy's
    integers too). Resolutions may be pairs, ``224x160``.

    :raises CostcalcError: a bad range, a value outside the domain or given twice; all problems
        of the axis at once.
    """
    items = _expanded(parameter, given) if isinstance(given, str) else _listed(parameter, given)
    if _surely_inside(parameter, items):
        values, items = list(map(simplest, items)), []
    else:
        values = []
    problems: list[Problem] = []
    for item in items:
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


def _surely_inside(parameter: Parameter, items: list[Any]) -> bool:
    """Whether all are exact numbers in the domain: long axes are, told without binding each."""
    kinds = {type(item) for item in items}
    fractions = parameter.domain == POSITIVE_NUMBER and kinds <= {int, Fraction}
    if parameter.choices or not items or not (fractions or kinds == {int}):
        return False
    inside = min(items) > 0 and max(items) <= MAX_VALUE
    return bool(inside and max(item.denominator for item in items) <= MAX_VALUE)


def _listed(parameter: Parameter, given: Any) -> list[Any]:
    if is_number(given) or isinstance(given, (float, tuple)) or not isinstance(given, Iterable):
        if isinstance(given, tuple) and not (parameter.name == "resolution" and len(given) == 2):
            return list(given)
        return [given]
    listed = given.tolist() if hasattr(given, "tolist") else list(given)
    if len(listed) > MAX_VALUES:
        raise parameter.refuse(f"{len(listed):,} values", f"at most {MAX_VALUES:,}")
    return listed


def _expanded(parameter: Parameter, text: str) -> list[Any]:
    if parameter.choices:
        return [item.strip() for item in text.split(",")]
    values: list[Any] = []
    for item in text.split(","):
        if ":" in item:
            values += _range(parameter, item.strip())
        else:
            values.append(item.strip())
        if len(values) > MAX_VALUES:
            raise parameter.refuse(f"more than {MAX_VALUES:,} values", "a larger step")
    return values


def _range(parameter: Parameter, text: str) -> list[Any]:
    body, by_count, count_text = text.partition("#")
    parts = body.split(":")
    if len(parts) != (2 if by_count else 3):
        raise parameter.refuse(f"{text!r} is not a range", FORMS)
    start, stop, *rest = (_number(parameter, part, text) for part in parts)
    if stop < start:
        raise parameter.refuse(f"the range {text} runs down", "start below stop")
    if by_count:
        count = _number(parameter, count_text, text)
        if not isinstance(count, int) or count < 2:
            raise parameter.refuse(f"the range {text} needs a count of at least 2", FORMS)
        if start == stop:
            raise parameter.refuse(f"the range {text} is one value", "start below stop")
        step = simplest((stop - start) * Fraction(1, count - 1))
        steps = count - 1
    else:
        step = rest[0]
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
    return [_quotient(n, below) for n in range(first, first + (steps + 1) * by, by)]


def _quotient(above: int, below: int) -> int | Fraction:
    return simplest(Fraction(above, below)) if below > 1 else above


def _number(parameter: Parameter, text: str, whole: str) -> int | Fraction:
    try:
        return exact_number(text.strip())
    except ExpressionError:
        raise parameter.refuse(f"{text.strip()!r} in {whole} is not a number", FORMS) from None
