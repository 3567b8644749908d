"""Names that a spec gives and what they stand for: the arguments of blocks, and ``let``."""

from __future__ import annotations

import keyword
import re
from collections.abc import Container, Mapping

from costcalc.algebra.expressions import Scope, compile_expression
from costcalc.algebra.notation import LETTERS
from costcalc.algebra.values import Quoted
from costcalc.errors import ExpressionError, did_you_mean, nearest
from costcalc.language.columns import comma_hint
from costcalc.language.model import Lets
from costcalc.language.parameters import KNOWN, name_of
from costcalc.operators.columns import Flag, Value, evaluated, expression
from costcalc.operators.elementwise import ACTIVATIONS, SPELLINGS
from costcalc.operators.normalisation import NORMS
from costcalc.operators.windows import Window, rows_x_columns
from costcalc.source.nodes import List, Node, Text
from costcalc.source.nodes import Mapping as MarkedMapping
from costcalc.source.record import Problems, items, mapping, name, text

#: The words that rows may hold.
WORDS = frozenset({"none", *ACTIVATIONS, *SPELLINGS, "same", "valid", "half", "input", *NORMS})
#: Words of the language that can't name a parameter or an argument.
RESERVED = frozenset({*keyword.kwlist, "out", "true", "false", "_in"})

#: What generated Python calls, besides.
_PYTHON = frozenset({"ValueError", "all", "bool", "divisible", "int", "max", "min", "range"})


def own_name(label: Text, what: str) -> str:
    """The name of a ``what`` of the spec's own: R may be one, α may not."""
    key = label.text
    key = key if key.isascii() else name_of(key, KNOWN)
    if key in RESERVED or key in _PYTHON:
        raise label.error(f"{key!r} is reserved", f"another name for the {what}")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,30}", key):
        raise label.error(f"{key!r} can't name a {what}", "letters, digits and _")
    return key


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


def read_each(
    node: Node | None, given: dict[str, Node], problems: Problems
) -> list[dict[str, Node]]:
    """``each: [w, d]``: these arguments are lists of one length, and each call has one of each.
    They are taken out of what is ``given``."""
    lists: dict[str, list[Node]] = {}
    with problems.collected():
        for item in [] if node is None else items(node, "a list of arguments"):
            argument = text(item, "an argument")
            if argument not in given:
                raise item.error(
                    f"no list of {argument!r}", did_you_mean(argument, (*lists, *given))
                )
            lists[argument] = items(given.pop(argument), f"a list, with one {argument} for each")
            first = next(iter(lists))
            if len(lists[argument]) != len(lists[first]):
                counts = [f"{len(lists[name])} of {name}" for name in (first, argument)]
                raise item.error(f"there are {' and '.join(counts)}", "as many of each")
    return [dict(zip(lists, one, strict=True)) for one in zip(*lists.values(), strict=False)]


def row_in(argument: str, node: Node) -> Value:
    """The name of the row that an argument holds. One that is no word hides no row of its name."""

    def evaluate(scope: Scope) -> str:
        held = scope[argument]
        return held if isinstance(held, str) else argument

    return Value(evaluate, frozenset({argument}), node)


def read_argument(node: Node, words: Container[str] = WORDS) -> Value:
    """An argument of a block: an expression, a window such as 3x3, or a word. What names nothing
    where it stands is a word if it is one of ``words``; quoted, it always is."""
    if isinstance(node, Text) and node.quoted:
        return _quoted(node)
    if isinstance(node, List) or rows_x_columns(node):
        return Window().parse(node)
    if isinstance(node, Text) and node.text in ("true", "false"):
        return Flag().parse(node)
    expr = expression(node, "an argument")
    word = node.text if isinstance(node, Text) and node.text.isidentifier() else ""

    def evaluate(scope: Scope) -> object:
        if word in words and word not in scope and LETTERS.get(word, word) not in scope:
            return word
        return evaluated(expr, scope, node)

    perhaps = frozenset({word}) if word else frozenset[str]()
    return Value(evaluate, expr.names, node, words=expr.words, perhaps=perhaps)


def read_takes(node: Node | None, problems: Problems, words: Container[str] = WORDS) -> Takes:
    """``takes: [t, c, s]`` or ``takes: {t: 6, c: , s: 1}`` with defaults."""
    if node is None:
        return {}
    if isinstance(node, MarkedMapping):
        return {
            name(node.keys[key], "an argument"): read_argument(value, words)
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


def read_lets(
    node: Node | None,
    taken: Container[str],
    of_rows: Container[str],
    words: Container[str],
    problems: Problems,
) -> Lets:
    """The ``let`` table. ``taken`` names have a meaning already; of what rows know, ``in`` and
    ``out``, the names ``of_rows`` are known here, too."""
    lets: dict[str, Value] = {}
    if node is None:
        return lets
    with problems.collected():
        table = mapping(node, "names with what they stand for")
        for key, said in table.values.items():
            with problems.collected():
                label = own_name(table.keys[key], "value")
                if label in taken:
                    raise table.keys[key].error(f"{label!r} is taken", "choose another name")
                if isinstance(said, Text) and not said.text.isidentifier():
                    said = Text(said.place, said.text)  # quoted for its comma; no word
                lets[label] = value = read_argument(said, words)
                for word in ("in", "out"):
                    if word in value.names and word not in of_rows:
                        hint = "`in` only in the `let` of a block: what arrives at it"
                        problems.add(said, f"{word!r} has no value here", hint)
    return lets
