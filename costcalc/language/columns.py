"""What rows may be given: the columns of operators; what they begin with; and what to call them in
messages and tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from costcalc.algebra.expressions import COMMA_HINT
from costcalc.errors import did_you_mean
from costcalc.operators import OPERATORS, Operator
from costcalc.operators.columns import Choice, Kind, Value
from costcalc.operators.extents import Extent
from costcalc.source.nodes import List, Node, Text
from costcalc.source.nodes import Mapping as MarkedMapping
from costcalc.source.record import Problems, mapping, name, text

#: The columns that every row may have.
COLUMNS = ("name", "from", "group", "output", "when", "input", "weights")


def own_columns(operator: Operator) -> list[str]:
    """The columns that an operator has beside :data:`COLUMNS` and its value."""
    columns = [name for name, field in operator.fields.items() if field is not operator.main]
    columns += ["norm"] if operator.normalised else []
    columns += ["activation"] if operator.normalised or operator.name in ("fc", "linear") else []
    columns += ["coded"] if operator.codings else []
    return columns


#: The word for weights that the rounds of a repetition share.
SHARED = "shared"
_PART = Choice("norm", "bias", "activation")
#: The columns that some rows have, by operator, and all of them.
OF_EACH = {name: own_columns(operator) for name, operator in OPERATORS.items()}
OF_SOME = frozenset(key for columns in OF_EACH.values() for key in columns)


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
    main = OPERATORS[verb].main if verb in OPERATORS else None
    itself = f"it is the value of {verb} itself: {main.kind.describe}" if main else ""
    if main and key == main.name:
        return f"{verb} has no column {key!r}", itself
    if verb and key in OF_SOME:  # no misspelling: right, but in other rows
        listed = ", ".join(own) or "none of its own"
        return f"{verb} has no column {key!r}", f"its columns: {listed}"
    from costcalc.operators.foreign import column_hint  # on the way to an error

    if main and column_hint(key, (main.name,)).endswith(f" {main.name!r}?"):
        return message, itself
    columns = [*own, *COLUMNS]
    return message, column_hint(key, columns) or did_you_mean(key, columns)


def own_value(
    table: MarkedMapping,
    operator: Operator,
    parse: Callable[[Kind, Node], Value],
    problems: Problems,
) -> dict[str, Value]:
    """What stands behind the operator's name, the first key: ``3x3`` in ``conv: 3x3``."""
    verb, own = next(iter(table.values.items()))
    main = operator.main
    blank = isinstance(own, Text) and not own.text
    if main is None and not blank:
        problems.add(own, f"{verb} takes no value", f"write `{verb}`")
    if main is None or blank:
        if main is not None and main.required:
            problems.add(own, f"{verb} needs its {main.name}", f"{verb}: {main.kind.describe}")
        return {}
    with problems.collected():
        value = parse(main.kind, own)
        where = main.kind.windowless(own) if isinstance(main.kind, Extent) else ""
        for key in table.keys.keys() & operator.fields.keys() if where else ():
            problems.add(table.keys[key], f"{key!r} has no effect on {where}", "remove it")
        return {main.name: value}
    return {}


def read_weights(node: Node) -> tuple[str, tuple[str, ...], Node]:
    """Whose weights a row uses, which parts are its own, and where the first is written: ``head``,
    or ``{head, own: norm}``."""
    lender, own = node, None
    if isinstance(node, MarkedMapping):
        lender = next(iter(node.keys.values()), node)
        for key, value in list(node.values.items())[:1]:
            if not isinstance(value, Text) or value.text:
                raise lender.error(f"{key} takes no value", f"{{{key}, own: norm}}")
        for key in list(node.values)[1:]:
            if key != "own":
                hint = did_you_mean(key, ("own",)) or "own: what is not shared"
                raise node.keys[key].error(f"unknown key {key!r} for weights", hint)
        own = node.values.get("own")
    of = name(lender, "the name of a row")
    listed = own.items if isinstance(own, List) else [own] if own else []
    parts = tuple(str(_PART.parse(part).evaluate({})) for part in listed)
    return of, parts, lender


def read_label(node: Node) -> str:
    """The name of a row: no word that means something else where it stands alone."""
    label = name(node, "a name")
    if label in ("in", "true", "false"):
        raise node.error(f"{label!r} is reserved", "another name for the row")
    return label


def read_group(node: Node) -> str:
    """The group of a row, a name."""
    group = text(node, "a group")
    if group.isdigit():
        hint = f"groups: {group} splits channels; a group is a name to sum up by"
        raise node.error(f"group: {group}", hint)
    return name(node, "a group")


def begun(node: Node, verbs: Collection[str]) -> tuple[MarkedMapping, str]:
    """A row, and what it begins with of ``verbs``; '' where it has columns only."""
    if isinstance(node, Text):  # a bare operator: `softmax`
        verb, _, value = node.text.partition(" ")
        if verb in verbs and value and " " not in value:
            raise node.error(f"{node.text!r} has no colon", f"- {{{verb}: {value}}}")
        if value.startswith("- "):
            raise node.error(f"{node.text!r} is several rows", "indent each `-` alike")
        node = MarkedMapping(node.place, {text(node, "a row"): Text(node.place)}, {node.text: node})
    table = mapping(node, "a row such as {conv: 3x3, out: 64}")
    verb = next(iter(table.values), "")
    if not verb:
        raise node.error("an empty row", "such as {conv: 3x3, out: 64}")
    later = [key for key in table.values if key in verbs]
    if verb in COLUMNS and not later:
        return table, ""
    if verb not in verbs:
        from costcalc.operators.foreign import row_hint  # on the way to an error

        first = next(iter(table.keys.values()), node)
        if later and (verb in COLUMNS or verb in OF_SOME):
            message = f"a row begins with its operator, not with {verb!r}"
            raise first.error(message, f"write {later[0]} first")
        hint = row_hint(verb, verbs) or did_you_mean(verb, verbs)
        hint = hint or "`costcalc list operators` lists them"
        raise first.error(f"unknown operator {verb!r}", hint)
    return table, verb


# -- rows as people speak of them ------------------------------------------------------------------

#: A row's label has no more characters.
_LABEL = 60
#: What a row's label leaves out: it says nothing of what the row is.
_UNSAID = ("name", "group", "output", "input", "coded", "each")


def row_label(node: Node) -> tuple[str, str]:
    """What a row begins with, and the row as written: ``ir`` and ``ir(c=24α, s=2)``."""
    if not isinstance(node, MarkedMapping):
        return _shown(node), _shown(node)
    verb = next(iter(node.values))
    said = [
        part
        for key, value in node.values.items()
        if key == verb or key not in _UNSAID
        for part in _parts("" if key == verb else key, value)
    ]
    label = f"{verb}({', '.join(said)})" if said else verb
    return verb, label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"


def _parts(key: str, value: Node) -> list[str]:
    """A column; arguments one by one, and of rows what they begin with."""
    if isinstance(value, List):
        return [row_label(item)[0] for item in value.items]
    if isinstance(value, MarkedMapping):
        return [
            f"{name}={_shown(argument)}" if _shown(argument) else name
            for name, argument in value.values.items()
        ]
    return [f"{key}={_shown(value)}" if key else _shown(value)] if _shown(value) else []


def _shown(node: Node) -> str:
    """A value in one line."""
    if isinstance(node, List):
        return f"[{', '.join(map(_shown, node.items))}]"
    return " ".join(node.text.split()) if isinstance(node, Text) else "{…}"
