"""Bindings as text: ``alpha=1,delta=2``. A parameter is given once."""

from __future__ import annotations

from collections.abc import Iterable

from costcalc.errors import CostcalcError

FORM = "NAME=VALUE,NAME=VALUE"


def pairs(
    parts: str | Iterable[str], form: str = FORM, *, before: str = "", after: str = ""
) -> dict[str, str]:
    """``alpha=1,delta=1`` as text by parameter name, or parts that were taken apart before.

    ``form``, ``before`` and ``after`` say in messages where a part stands.

    :raises CostcalcError: a part without a value, or a parameter given twice.
    """
    bound: dict[str, str] = {}
    for part in parts.split(",") if isinstance(parts, str) else parts:
        name, equals, value = (word.strip() for word in part.partition("="))
        if not equals or not name or not value:
            raise CostcalcError(f"{before}{part.strip()!r}{after} has no value", form)
        if name in bound:
            raise CostcalcError(f"{name} is given twice{after}")
        bound[name] = value
    return bound
