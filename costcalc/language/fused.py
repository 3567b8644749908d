"""What a row applies to what it gives: a norm, and an activation.

Written as a word, ``norm: layer``, or, with what the operator's own row would hold, as that row:
``norm: {group: 32}``, ``norm: {batch, scale: false}``, ``activation: {prelu: layer}``.
"""

from __future__ import annotations

from collections.abc import Mapping as Dict
from typing import Any, NamedTuple

from costcalc.language.columns import own_value, unknown_column
from costcalc.operators import OPERATORS, Operator
from costcalc.operators.columns import Choice, Kind, Value
from costcalc.source.nodes import Mapping, Node
from costcalc.source.record import Problems


class Fused(NamedTuple):
    """An operator that a row applies, by the word for it, with the columns that it is given."""

    word: str
    operator: Operator
    fields: Dict[str, Value]


class Fusing(Kind):
    """Which operator: ``options`` name it by the word for it; '' is none.

    Evaluates to :class:`Fused`, or to None.
    """

    def __init__(self, options: Dict[str, str], spellings: Dict[str, str] | None = None) -> None:
        self.choice = Choice(*options, spellings=spellings)
        self.describe = self.choice.describe
        self.plain = {
            word: Fused(word, OPERATORS[name], {}) if name else None
            for word, name in options.items()
        }

    def parse(self, node: Node) -> Value:
        if not isinstance(node, Mapping):
            fused = self.of(self.choice.parse(node).evaluate({}), node)
            return Value(lambda scope: fused, frozenset(), node, True)
        verb, label = next(iter(node.keys.items()), ("", node))
        known = self.plain[self.choice.word(verb, label)]
        if known is None:
            raise label.error(f"{verb} takes no value", f"write `{verb}`")
        problems = Problems()
        fields = own_value(node, known.operator, lambda kind, own: kind.parse(own), problems)
        columns = {
            name: field
            for name, field in known.operator.fields.items()
            if field is not known.operator.main
        }
        for key, own in list(node.values.items())[1:]:
            with problems.collected():
                if key in columns:
                    fields[key] = columns[key].kind.parse(own)
                else:
                    problems.add(node.keys[key], *unknown_column(key, verb, columns))
        problems.raise_if_any()
        names = frozenset[str]().union(*(value.names for value in fields.values()))
        given = known._replace(fields=fields)
        return Value(lambda scope: given, names, node)

    def named(self, argument: str, node: Node) -> Value:
        """What the word that a block's ``argument`` holds stands for."""
        return Value(lambda scope: self.of(scope[argument], node), frozenset({argument}), node)

    def of(self, written: Any, node: Node) -> Fused | None:
        """What a word stands for."""
        fused = self.plain[self.choice.word(written, node)]
        if fused and fused.operator.main and fused.operator.main.required:
            main = fused.operator.main
            hint = f"{{{fused.word}: {main.kind.describe}}}"
            raise node.error(f"{fused.word} needs its {main.name}", hint)
        return fused
