"""What rows may be given: the columns of operators, and the arguments of blocks; and what to call
the rows in messages and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from costcalc.algebra.expressions import COMMA_HINT, Scope, compile_expression
from costcalc.algebra.values import Quoted
from costcalc.errors import CostcalcError, ExpressionError, did_you_mean, nearest
from costcalc.language.model import Weights
from costcalc.operators import OPERATORS, Operator
from costcalc.operators.columns import Choice, Flag, Kind, Value, evaluated, expression
from costcalc.operators.elementwise import ACTIVATIONS, SPELLINGS
from costcalc.operators.extents import Extent
from costcalc.operators.normalisation import NORMS
from costcalc.operators.windows import Window, rows_x_columns
from costcalc.source.nodes import List, Node, Text
from costcalc.source.nodes import Mapping as MarkedMapping
from costcalc.source.record import Problems, items, mapping, name

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
#: The words that rows may hold.
WORDS = frozenset({"none", *ACTIVATIONS, *SPELLINGS, "same", "valid", "half", *NORMS})
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


def read_weights(node: Node, *, repeated: bool) -> Weights:
    """Whose weights a row uses: ``head``, or ``{head, own: norm}``; in a ``repeated`` row
    ``shared`` is that its rounds share theirs."""
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
    return Weights("" if repeated and of == SHARED else of, parts, lender)


# -- arguments of blocks ---------------------------------------------------------------------------

#: The arguments that a block takes, with their defaults.
Takes = Mapping[str, Value | None]


def takes_text(takes: Takes) -> str:
    """What a block takes, as it is written: ``k, c, s: 1``."""
    written = {
        name: default.node.text if default is not None and isinstance(default.node, Text) else ""
        for name, default in takes.items()
    }
    return ", ".join(f"{name}: {text}" if text else name for name, text in written.items())


def given_arguments(node: Node, block: str, takes: Takes, problems: Problems) -> dict[str, Node]:
    """What a block is given, by name or in the order in which it takes it."""
    if isinstance(node, Text) and not node.text:
        return {}
    if isinstance(node, List):
        if len(node.items) > len(takes):
            problems.add(node, f"{block} takes {len(takes)} arguments", ", ".join(takes))
        return dict(zip(takes, node.items, strict=False))
    if isinstance(node, Text) and takes:
        return {next(iter(takes)): node}
    table = mapping(node, f"the arguments of {block}")
    pairs = {key: value for key, value in table.values.items() if key in takes}
    for key in table.values.keys() - takes.keys():
        hint = comma_hint(key) or did_you_mean(key, takes)
        hint = hint or f"it takes {', '.join(takes) or 'none'}"
        problems.add(table.keys[key], f"{block} takes no {key!r}", hint)
        pairs.setdefault(nearest(key, takes), table.values[key])
    pairs.pop("", None)
    return pairs


def read_argument(node: Node) -> Value:
    """An argument of a block: an expression, a window such as 3x3, or a word."""
    if isinstance(node, Text) and node.quoted:
        return _quoted(node)
    if isinstance(node, List) or rows_x_columns(node):
        return Window().parse(node)
    if isinstance(node, Text) and node.text in ("true", "false"):
        return Flag().parse(node)
    expr = expression(node, "an argument")

    def evaluate(scope: Scope) -> object:
        try:
            return evaluated(expr, scope, node)
        except CostcalcError:
            hint = unquoted_hint(node)
            if hint:
                raise node.error(f"{expr.text!r} has no value here", hint) from None
            raise

    return Value(evaluate, expr.names, node, words=expr.words)


def unquoted_hint(node: Node) -> str:
    """The hint for a word of the language that stands where arithmetic does."""
    word = node.text if isinstance(node, Text) else ""
    if word in WORDS:
        return f'quote a word: "{word}"'
    from costcalc.operators.foreign import word_hint  # on the way to an error

    return word_hint(word, WORDS)


def read_takes(node: Node | None, problems: Problems) -> Takes:
    """``takes: [t, c, s]`` or ``takes: {t: 6, c: , s: 1}`` with defaults."""
    if node is None:
        return {}
    if isinstance(node, MarkedMapping):
        return {
            name(node.keys[key], "an argument"): read_argument(value)
            if not (isinstance(value, Text) and not value.text)
            else None
            for key, value in node.values.items()
        }
    takes: dict[str, Value | None] = {}
    for item in items(node, "a list of arguments"):
        argument = name(item, "an argument")
        if argument in takes:
            problems.add(item, f"argument {argument!r} twice", "another name for one of them")
        takes[argument] = None
    return takes


def _quoted(node: Text) -> Value:
    """A word. YAML makes people quote what has a comma, so it may be arithmetic: the block that
    takes it knows whether it needs a word or a number."""
    word = node.text
    try:
        expr = None if word.isidentifier() else compile_expression(word)
    except ExpressionError:
        expr = None
    if expr is None:
        return Value(lambda scope: word, frozenset(), node, True)

    def evaluate(scope: Scope) -> Quoted:
        return Quoted(word, lambda: evaluated(expr, scope, node))

    return Value(evaluate, frozenset(), node, perhaps=expr.names)


# -- rows as people speak of them ------------------------------------------------------------------

#: A row's label has no more characters.
_LABEL = 60
#: What a row's label leaves out: it says nothing of what the row is.
_UNSAID = ("name", "group", "output", "input", "coded")


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
