"""What the rows of a round, and those of a block that is called, know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from costcalc.algebra.numbers import Number, is_number
from costcalc.errors import Place
from costcalc.graph.construction import Construction
from costcalc.graph.layers import FeatureMap
from costcalc.language.model import Block, Call, Repeat, with_lets
from costcalc.operators.columns import Whole

#: What is known by name.
Scope = dict[str, Any]


def in_round(row: Repeat | Call, scope: Scope, i: Number) -> Scope:
    """What is known in the ``i``-th round, counted from 0; its number counts from 1."""
    return {**scope, row.number: i + 1} if row.number else dict(scope)


def in_turn(
    row: Call, x: FeatureMap, once: Callable[[Call, FeatureMap], FeatureMap | None]
) -> FeatureMap | None:
    """The calls of a row, one after the other."""
    y: FeatureMap | None = x
    for one in row.calls:
        y = once(one, y) if y is not None else None
    return y


def arguments(
    made: Construction, row: Call, block: Block, outer: Scope, i: Number
) -> tuple[Scope, Mapping[str, Place]]:
    """A block's arguments, evaluated where it is called in its ``i``-th round; and where those are
    written that are constants."""
    found: Scope = {}
    constants = {}
    for name, default in block.takes.items():
        value = row.first.get(name) if is_number(i) and i == 0 else None
        value = value or row.arguments.get(name) or default
        assert value is not None
        found[name] = argument = made.value(value, outer)
        if isinstance(argument, tuple):  # a window is one, also where nothing uses it
            made.require(Whole(), argument, value.node)
        if place := made.found.written(value):
            constants[name] = place
    return found, constants


def inside(block: Block, base: Scope, given: Scope, channels: Number) -> Scope:
    """What the rows of a block know: parameters, its arguments, and what it names itself."""
    return with_lets(block.lets, {**base, **given, "in": channels})
