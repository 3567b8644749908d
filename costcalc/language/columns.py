"""Which columns a row may have, and what to say of one that it can't have."""

from __future__ import annotations

from collections.abc import Iterable

from costcalc.algebra.expressions import COMMA_HINT
from costcalc.errors import did_you_mean
from costcalc.operators import OPERATORS, Operator

#: The columns that every row may have.
COLUMNS = ("name", "from", "group", "output", "when", "input")


def takes_activation(operator: Operator) -> bool:
    return operator.normalised or operator.name == "fc"


def own_columns(operator: Operator) -> list[str]:
    """The columns that an operator has beside :data:`COLUMNS` and its value."""
    columns = [name for name, field in operator.fields.items() if field is not operator.main]
    columns += ["norm"] if operator.normalised else []
    columns += ["activation"] if takes_activation(operator) else []
    columns += ["coded"] if operator.codings else []
    return columns


#: The columns that some rows have.
OF_SOME = frozenset(key for operator in OPERATORS.values() for key in own_columns(operator))


def comma_hint(key: str) -> str:
    """The hint for a key such as ``8)``, the rest of {out: max(alpha, 8)}."""
    return COMMA_HINT if key.count(")") > key.count("(") else ""


def unknown_column(key: str, verb: str, own: Iterable[str]) -> tuple[str, str]:
    """The message and the hint for a key that a row of ``verb`` can't have.

    ``own`` are the keys that it has beside :data:`COLUMNS`.
    """
    own = [name for name in own if name != verb]
    message = f"unknown key {key!r} for {verb}" if verb else f"unknown key {key!r}"
    if hint := comma_hint(key):
        return message, hint
    if verb in OPERATORS:
        main = OPERATORS[verb].main
        if main is not None and key == main.name:
            hint = f"it is the value of {verb} itself: {main.kind.describe}"
            return f"{verb} has no column {key!r}", hint
    if verb and key in OF_SOME:  # no misspelling: right, but in other rows
        listed = ", ".join(own) or "none of its own"
        return f"{verb} has no column {key!r}", f"its columns: {listed}"
    return message, did_you_mean(key, [*own, *COLUMNS])
