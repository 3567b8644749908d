"""The network's own rules: α·C to a channel count, ρ·R to a side."""

from __future__ import annotations

from costcalc.algebra import numbers
from costcalc.algebra.numbers import Number, is_number, is_whole
from costcalc.language.model import Rule
from costcalc.operators.columns import MAX_EXTENT
from costcalc.source.nodes import Node

NONE_LEFT = "at least 1 must remain"


def apply_rule(rule: Rule, value: Number, node: Node, what: str) -> Number:
    """``value`` made whole by ``rule``. A closed form may stay fractional under ``exact``.

    :raises CostcalcError: a fraction under ``exact``, below 1, or too large.
    """
    if rule.least > rule.multiple:  # itself it would be rounded to nothing else
        value = numbers.maximum(value, rule.least)
    if rule.name == "divisible":
        if is_number(value) and value <= 0:  # it would widen even this to its multiple
            raise node.error(f"{value} {what}", NONE_LEFT)
        value = numbers.divisible(value, rule.multiple)
    elif rule.name != "exact":
        value = numbers.FUNCTIONS[rule.name](value)
    elif is_number(value) and not is_whole(value):
        hint = f"the rule is exact: choose another binding, or set a rule such as `{what}: floor`"
        raise node.error(f"{value} {what} is not a whole number", hint)
    if is_number(value):
        if value < 1:
            raise node.error(f"{value} {what}", NONE_LEFT)
        if value > MAX_EXTENT:
            raise node.error(f"{value} {what} are too many", f"at most {MAX_EXTENT:,}")
    return value
