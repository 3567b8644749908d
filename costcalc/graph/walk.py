"""The walk through the rows of a spec, which gives layers with shapes, edges and tagged terms.

The same walk serves every algebra: bound parameters are numbers, free ones are polynomials, and
the operators do not know which.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from costcalc.algebra.evaluation import evaluate
from costcalc.algebra.numbers import Number, compare
from costcalc.errors import CostcalcError, Problem, Undecided
from costcalc.graph.calls import Scope, arguments, in_round, in_turn, inside
from costcalc.graph.construction import Construction
from costcalc.graph.findings import Called
from costcalc.graph.layers import INPUT, Arrival, FeatureMap
from costcalc.graph.limits import MAX_STEPS, Rows, TooLong, too_long
from costcalc.graph.operations import Operations
from costcalc.graph.presence import Presence
from costcalc.graph.repetition import Repeater
from costcalc.graph.rounds import Round
from costcalc.language.model import (
    Branch,
    Call,
    Merge,
    Operation,
    Reference,
    Repeat,
    Residual,
    Row,
    Spec,
)
from costcalc.operators import Guard, Mismatch, Shape
from costcalc.operators.coded import stated
from costcalc.operators.columns import Value
from costcalc.operators.merging import FIELDS, MERGES, shortcut
from costcalc.operators.tags import Terms


class Walk:
    """Walks through rows; what it finds grows in ``made``.

    ``scope`` gives every parameter its value, or a free one its symbol; ``usual`` are numbers for
    them. ``check_sizes`` holds printed sizes against the computed ones.
    """

    def __init__(
        self,
        spec: Spec,
        scope: Scope,
        usual: Scope,
        *,
        unroll: bool,
        check_sizes: bool,
        sampled: int = 0,
    ) -> None:
        self.spec = spec
        self.base = scope
        self.check_sizes = check_sizes
        self.made = Construction(spec)
        self.operations = Operations(self.made, spec.channel_rule)
        self.presence = Presence(self.made, usual)
        self.repeater = Repeater(self.made, unroll, sampled)
        self.outputs: dict[str, FeatureMap] = {}
        self.arrivals: list[Arrival] = []
        self.walked = 0

    def run(self, inputs: Mapping[str, Shape]) -> None:
        """The table of the spec; the first of its inputs arrives at its first row."""
        named = {name: FeatureMap(x, INPUT - k) for k, (name, x) in enumerate(inputs.items())}
        self.made.named.update(named)
        x: FeatureMap | None = next(iter(named.values()))
        scope = dict(self.base)
        Rows(self.spec, scope).fewest(self.spec.layers)
        for row in self.spec.layers:
            self.made.row = self.spec.written.get(row.place, self.made.row)
            if x is not None:
                self.arrivals.append(Arrival(len(self.made.layers), x))
            x = self.row(row, x, scope, "")

    def rows(
        self, rows: tuple[Row, ...], x: FeatureMap | None, scope: Scope, group: str
    ) -> FeatureMap | None:
        """Run through rows; None is a map that a problem made unknown."""
        for row in rows:
            x = self.row(row, x, scope, group)
        return x

    def row(self, row: Row, x: FeatureMap | None, scope: Scope, group: str) -> FeatureMap | None:
        made = self.made
        made.steps = made.steps + 1
        self.walked += 1
        if self.walked > MAX_STEPS:
            raise TooLong(too_long(row.place))
        columns = row.columns
        arriving = x
        if columns.origin:
            x = made.map_of(columns.origin.evaluate(scope), row.place)
        group = columns.group or group
        found, outer, start = made.found, made.found.began, len(made.layers)
        found.began = len(found.roundings)
        y = None
        if x is not None:
            scope["in"] = x.shape.channels
            try:
                if columns.printed and self.check_sizes:
                    self.check_size(row, x.shape, scope)
                y = (
                    self.kind(row, x, scope, group)
                    if columns.when is None
                    else self.conditional(row, columns.when, x, scope, group, arriving)
                )
            except TooLong:
                raise
            except CostcalcError as error:
                found.note(*error.problems, sure=not isinstance(error, Undecided))
            except Mismatch as error:
                found.misfit(Problem(str(error), error.hint, row.place), x.source)
                y = None if error.shape is None else FeatureMap(error.shape)
        found.began = outer
        return self.named(row, y, start) if columns.name or columns.output else y

    def named(self, row: Row, y: FeatureMap | None, start: int) -> FeatureMap | None:
        """What a row gives that others can read, and whose layers since ``start`` they can use."""
        name, output, lenders = row.columns.name, row.columns.output, self.spec.lenders
        if y is not None and (output or name in self.spec.read):
            y = y.shared()
        if name:
            self.made.named[name] = y
        if name in lenders:
            self.made.sharing.lend(name, row, start)
        if output and y is not None:
            self.outputs[output] = y
        return y

    def check_size(self, row: Row, x: Shape, scope: Scope) -> None:
        printed = Shape(*(value.evaluate(scope) for value in row.columns.printed))
        # of rounds that grow the first is printed
        x = Shape(*(evaluate(side, dict.fromkeys(self.made.sharing.indices, 0)) for side in x))
        if printed != x:
            place = row.columns.printed[0].node.place
            message = f"the printed input size is {printed}, the computed one {x}"
            self.made.found.note(Problem(message, "at the defaults", place))

    def conditional(
        self,
        row: Row,
        when: Value,
        x: FeatureMap,
        scope: Scope,
        group: str,
        arriving: FeatureMap | None,
    ) -> FeatureMap | None:
        """The row, if its ``when`` holds; otherwise what the row above gave."""
        own = {"out": self.operations.width(row, scope, when)} if "out" in when.names else {}
        condition = self.made.value(when, {**scope, **own})
        if condition is False:
            return arriving
        there = partial(self.kind, row, x, scope, group)
        if condition is True:
            return there()
        return self.presence.under(condition, when.node, row.place, x, arriving, there)

    def kind(self, row: Row, x: FeatureMap, scope: Scope, group: str) -> FeatureMap | None:
        """What a row gives that exists."""
        weights = row.columns.weights
        lender = None if weights is None or weights.of is None else weights.of.evaluate(scope)
        if weights is None or lender is None or self.made.named.get(lender, x) is None:
            return self.built(row, x, scope, group)  # also where the lender is wrong
        with self.made.sharing.used(lender, weights, row):
            return self.built(row, x, scope, group)

    def built(self, row: Row, x: FeatureMap, scope: Scope, group: str) -> FeatureMap | None:
        if isinstance(row, Operation):
            return self.operations.layer(row, x, scope, group)
        if isinstance(row, Call):
            return in_turn(row, x, lambda one, s: self.call(one, s, scope, group))
        if isinstance(row, Repeat):
            return self.repeat(
                *(row, row.times),
                lambda i, s: self.round(row, i, s, scope, group),
                *(x, scope),
            )
        if isinstance(row, Merge):
            return self.merge(row, x, scope, group)
        if isinstance(row, Residual):
            return self.residual(row, x, scope, group)
        if isinstance(row, Branch):
            x = x.shared()
            self.rows(row.body, x, dict(scope), group)
            return x
        assert isinstance(row, Reference)
        return x

    def repeat(
        self, row: Repeat | Call, times: Value, once: Round, x: FeatureMap, scope: Scope
    ) -> FeatureMap | None:
        """A row that is repeated; its rounds may use the weights of the first."""
        count = self.made.value(times, scope)
        differs = isinstance(row, Call) and bool(row.first)
        weights = row.columns.weights
        if weights is not None and weights.of is None:
            once, differs = self.made.sharing.rounds(weights, row, once), True
        return self.repeater.repeat(
            count, times.node, once, x, first_differs=differs, numbered=bool(row.number)
        )

    # -- structures ---------------------------------------------------------------------------

    def round(
        self, row: Repeat, i: Number, x: FeatureMap | None, scope: Scope, group: str
    ) -> FeatureMap | None:
        with self.made.part(""):
            return self.rows(row.body, x, in_round(row, scope, i), group)

    def call(self, row: Call, x: FeatureMap, scope: Scope, group: str) -> FeatureMap | None:
        block = self.spec.blocks[row.block]

        def once(i: Number, s: FeatureMap | None) -> FeatureMap | None:
            if s is None:
                return None
            outer = {**in_round(row, scope, i), "in": s.shape.channels}
            try:
                given, constants = arguments(self.made, row, block, outer, i)
                inner = inside(block, self.base, given, s.shape.channels)
            except CostcalcError as error:  # of this round: there may be fewer
                self.made.found.note(*error.problems, sure=not isinstance(error, Undecided))
                return None
            called = Called(row.block, row.place)
            with self.made.found.inside(called, constants), self.made.part(row.block):
                return self.rows(block.body, s, inner, group)

        if row.times is None:
            return once(0, x)
        return self.repeat(row, row.times, once, x, scope)

    def merge(self, row: Merge, x: FeatureMap, scope: Scope, group: str) -> FeatureMap | None:
        x = x.shared()
        maps = [self.rows(branch, x, dict(scope), group) for branch in row.branches]
        known = tuple(one for one in maps if one is not None)
        if len(known) < len(maps):
            return None
        fields = {}
        for name, value in row.fields.items():
            fields[name] = self.made.value(value, scope)
            self.made.require(FIELDS[row.kind][name].kind, fields[name], value.node)
        output = MERGES[row.kind]([one.shape for one in known], **fields)
        output = output._replace(arguments=fields)
        terms = stated(Terms(output.terms), row.coded)
        return self.made.layer(row, row.kind, known, output, terms, group, row.coded)

    def residual(self, row: Residual, x: FeatureMap, scope: Scope, group: str) -> FeatureMap | None:
        x = x.shared()
        y = self.rows(row.body, x, dict(scope), group)
        if y is None:
            return None
        condition: Any = True
        if row.shortcut is not None:
            ends = {"in": x.shape.channels, "out": y.shape.channels}
            condition = self.made.value(row.shortcut, {**scope, **ends})
        if condition is False:
            return y
        if condition is True:
            return self.add(row, y, x, (), x.shape, group)
        start = self.made.mark()  # the addition exists at some bindings only
        settled = condition == compare("==", x.shape.channels, y.shape.channels)
        apart = [a - b for a, b in zip(y.shape, x.shape, strict=True) if a != b]
        message = f"add of {y.shape} and {x.shape}"
        meet = tuple(
            Guard(condition * gap, message, "all branches must have one shape", "==")
            for gap in (apart[:-1] if settled and y.shape.channels != x.shape.channels else apart)
        )
        added = self.add(row, y, x, meet, y.shape, group)
        self.presence.scale(condition, start)
        return None if added is None else self.presence.either(condition, added, y)

    def add(
        self,
        row: Residual,
        y: FeatureMap,
        x: FeatureMap,
        guards: tuple[Guard, ...],
        met: Shape,
        group: str,
    ) -> FeatureMap | None:
        """The body's map plus what arrived, which is of shape ``met`` where they are added."""
        output = shortcut(y.shape, met)
        output = output._replace(guards=output.guards + guards)
        terms = stated(Terms(output.terms), row.coded)
        return self.made.layer(row, "add", (y, x), output, terms, group, row.coded)
