"""One operation of a row: what its operator makes of a map, by the values in its columns."""

from __future__ import annotations

from collections.abc import Mapping

from costcalc.algebra.expressions import Scope
from costcalc.algebra.numbers import Number, is_number
from costcalc.algebra.polynomial import is_whole as surely_whole
from costcalc.graph.construction import Construction
from costcalc.graph.layers import FeatureMap
from costcalc.graph.rounding import apply_rule
from costcalc.graph.terms import row_terms
from costcalc.language.model import Operation, Row, Rule
from costcalc.operators import Guard, Operator, Output, Shape
from costcalc.operators.columns import Value, Whole
from costcalc.operators.extents import Like, To


class Operations:
    """Applies operators in a network under construction; channels become whole by ``rule``."""

    def __init__(self, made: Construction, rule: Rule) -> None:
        self.made = made
        self.rule = rule

    def layer(self, row: Operation, x: FeatureMap, scope: Scope, group: str) -> FeatureMap | None:
        """The layer of a row, with the norm and the activation that the row applies besides."""
        output = self.output(row.operator, row.fields, x.shape, scope)
        if output is None:
            return None
        fused: dict[str, Output] = {}
        for value in (row.norm, row.activation):
            applied = value.evaluate(scope)
            if applied is None:
                continue
            y = output.shape
            within = {**scope, "in": y.channels} if applied.fields else scope
            found = self.output(applied.operator, applied.fields, y, within)
            assert found is not None  # neither follows another map
            fused[applied.operator.name] = found
            if found.guards:
                output = output._replace(guards=output.guards + found.guards)
        terms = row_terms(row, x.shape, output, fused, x.absorbs)
        name = row.operator.name
        inputs = () if row.operator.source else (x,)
        return self.made.layer(row, name, inputs, output, terms, group, row.coded, fused)

    def output(
        self, operator: Operator, fields: Mapping[str, Value], x: Shape, scope: Scope
    ) -> Output | None:
        """What an operator makes of a map; None where one that it follows is unknown."""
        arguments = {}
        guards: tuple[Guard, ...] = ()
        for name, value in fields.items():
            argument = self.made.value(value, scope)
            if isinstance(argument, Like):
                followed = self.made.map_of(argument.row, value.node.place)
                if followed is None:
                    return None
                argument = To(*followed.shape[:2])
            if name == "out" and isinstance(argument, tuple):
                argument = self.channels(argument, value)
                if not is_number(argument) and not surely_whole(argument):
                    guards += (Guard(argument, "channels must be whole"),)
            elif not value.constant:
                self.made.require(operator.fields[name].kind, argument, value.node)
            arguments[name] = argument
        output = operator.function(x, **arguments)
        if not arguments:
            return output  # most norms and activations
        return output._replace(guards=guards + output.guards, arguments=arguments)

    def channels(self, found: tuple[Number, bool], value: Value) -> Number:
        """A number of channels as the network makes it whole, unless it is ``settled``."""
        number, settled = found
        rule = Rule("exact") if settled else self.rule
        whole = apply_rule(rule, number, value.node, "channels")
        self.made.require_above(whole, value.node)
        if is_number(number) and is_number(whole) and number != whole:
            self.made.found.rounded(value, len(self.made.layers), number, whole)
        return whole

    def width(self, row: Row, scope: Scope, when: Value) -> Number:
        """What ``out`` means in a row's condition: the channels that the row itself gives."""
        if isinstance(row, Operation) and "out" in row.fields:
            value = row.fields["out"]
            width = self.made.value(value, scope)
            if isinstance(width, tuple):
                width = self.channels(width, value)
                self.made.require(Whole(), width, value.node)  # also where the row is left out
            out: Number = width
            return out
        raise when.node.error("`out` has no meaning here", "only in rows that have an out column")
