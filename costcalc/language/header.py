"""The top of a spec: parameters, rounding rules, defaults."""

from __future__ import annotations

import re

from costcalc.algebra.expressions import exact_number
from costcalc.errors import CostcalcError, ExpressionError
from costcalc.language.arguments import own_name
from costcalc.language.fused import Fusing
from costcalc.language.model import Rule
from costcalc.language.parameters import (
    DOMAINS,
    KNOWN,
    POSITIVE_INTEGER,
    POSITIVE_NUMBER,
    Bound,
    Parameter,
)
from costcalc.operators.columns import (
    Choice,
    Flag,
    Value,
    Whole,
)
from costcalc.operators.elementwise import ACTIVATIONS, SPELLINGS
from costcalc.operators.normalisation import NORMS
from costcalc.operators.windows import Padding
from costcalc.source.nodes import Mapping, Node, Text
from costcalc.source.record import (
    Field,
    Problems,
    Record,
    items,
    mapping,
    name,
    nodes,
    only_keys,
    text,
    text_field,
    texts_field,
)

ACTIVATION = Fusing({"none": "", **{name: name for name in ACTIVATIONS}}, SPELLINGS)
NORM = Fusing({**NORMS, "none": ""})
CODED = Choice("module", "functional")
#: Defaults that a spec may set for all its rows: for convolutions; ``bias`` also for fc, ``coded``
#: for all that can be a module.
DEFAULTS = {
    "norm": NORM,
    "activation": ACTIVATION,
    "bias": Flag(),
    "padding": Padding(),
    "multiplier": Whole(),
    "coded": CODED,
}


class _Declaration(Record):
    """What a spec says of a parameter that every spec may use."""

    what = "a default, or {default, meaning, …}"
    held = Field(lambda node: bool(Flag().parse(node).evaluate({})), None)
    default, usual = nodes(2)
    meaning = text_field("a sentence", "")


class _OwnDeclaration(_Declaration):
    """What a spec says of a parameter of its own."""

    domain = Field(lambda node: str(Choice(*DOMAINS).parse(node).evaluate({})), "")
    choices = texts_field("a list of words", "a word", name)


def read_parameters(node: Node | None, problems: Problems) -> dict[str, Parameter]:
    """The ``parameters`` table: name → default, or name → {default, meaning, …}."""
    parameters: dict[str, Parameter] = {}
    if node is None:
        return parameters
    with problems.collected():
        table = mapping(node, "parameters by name")
        for key, value in table.values.items():
            with problems.collected():
                parameter = _parameter(table.keys[key], value, problems)
                parameters[parameter.name] = parameter
    return parameters


def _parameter(label: Text, node: Node, problems: Problems) -> Parameter:
    key = own_name(label, "parameter")
    if isinstance(node, Text):
        node = Mapping(node.place, {"default": node} if node.text else {}, {})
    said: _Declaration
    if key in KNOWN:
        said, known = _Declaration(node, problems), KNOWN[key]
        meaning = said.meaning or known.meaning
        held = known.held if said.held is None else said.held
        parameter = known._replace(meaning=meaning, held=held)
    else:
        said = _OwnDeclaration(node, problems)
        parameter = _own(key, said, problems)
    if said.default is not None:
        parameter = parameter._replace(default=_bound(parameter, said.default, "a default"))
    if said.usual is not None:
        parameter = parameter._replace(usual=_usual(parameter, said.usual, problems))
    return parameter


def _own(key: str, said: _OwnDeclaration, problems: Problems) -> Parameter:
    """A parameter of the spec's own, without its default."""
    if not said.meaning:
        problems.add(said.node, f"parameter {key!r} has no meaning", "meaning: what it stands for")
    choices = said.choices
    held = bool(choices) if said.held is None else said.held
    if said.default is None:
        raise said.node.error(f"parameter {key!r} has no default", "default: a value")
    written = text(said.default, "a default")
    if not choices and written.isidentifier():
        hint = f"choices: [{written}, …] lists all that it may be"
        raise said.default.error(f"{key}: {written!r} is a word", hint)
    domain = POSITIVE_INTEGER if choices else said.domain or _usual_domain(written)
    return Parameter(key, 1, domain, said.meaning, choices=choices, held=held)


def _usual(parameter: Parameter, node: Node, problems: Problems) -> tuple[str, ...]:
    """The values that papers use; those that the parameter can't have are noted."""
    usual = []
    for item in items(node, "a list of values"):
        with problems.collected():
            _bound(parameter, item, "a value")
            usual.append(text(item, "a value"))
    return tuple(usual)


def _bound(parameter: Parameter, node: Node, what: str) -> Bound:
    """The value that is written, which must be one that the parameter can have."""
    try:
        return parameter.bind(text(node, what))
    except CostcalcError as error:
        problem = error.problems[0]
        if problem.place.line:  # nothing is written
            raise
        raise node.error(problem.message, problem.hint) from None


def _usual_domain(default: str) -> str:
    """A parameter whose default is whole counts something, unless the spec says otherwise."""
    try:
        return POSITIVE_INTEGER if exact_number(default).denominator == 1 else POSITIVE_NUMBER
    except ExpressionError:
        return POSITIVE_NUMBER


_COUNT = "([1-9][0-9]{0,3})"
_LEAST = f"min[=:]{_COUNT}"
_CHANNEL_RULE = re.compile(
    rf"(?:divisible\({_COUNT}(?:,{_LEAST})?|(floor|ceil|nearest|round)\({_LEAST})\)"
)


def channel_rule(node: Node) -> Rule:
    """``channels: floor``, ``divisible(8)``, or with a least count: ``divisible(8, min=16)``."""
    match = _CHANNEL_RULE.fullmatch(text(node, "a rounding rule").replace(" ", ""))
    if not match:
        return side_rule(node, " or divisible(8, min=16)")
    multiple, least = int(match[1] or 1), int(match[2] or match[4] or 0)
    if least % multiple:
        raise node.error(f"{least} is not a multiple of {multiple}", "the least count must be one")
    return Rule(match[3] or "divisible", multiple, least)


def side_rule(node: Node, others: str = "") -> Rule:
    """``sides: nearest``; exact (fractions are refused) by default."""
    word = text(node, "a rounding rule").replace(" ", "")
    rules = ("exact", "floor", "ceil", "nearest", "round")
    if word not in rules:
        raise node.error(f"unknown rounding rule {word!r}", f"one of {', '.join(rules)}{others}")
    return Rule(word)


def read_defaults(node: Node | None, problems: Problems, length: bool) -> dict[str, Value]:
    """The ``defaults`` table: what rows have that do not say otherwise."""
    defaults: dict[str, Value] = {}
    if node is None:
        return defaults
    with problems.collected():
        table = mapping(node, "defaults by column")
        only_keys(table, DEFAULTS, problems)
        for key in table.values:
            with problems.collected():
                if key in DEFAULTS:
                    kind = DEFAULTS[key]
                    kind = kind.of_length if length else kind
                    defaults[key] = kind.parse(table.values[key])
    return defaults
