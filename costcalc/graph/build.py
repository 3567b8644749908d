"""A spec and a binding become layers with shapes and tagged terms.

The same walk serves every algebra: bound parameters are numbers, free ones are polynomials, and
the operators do not know which. *Unrolled*, every repetition is a layer of its own (counting).
*Folded*, a repetition whose shapes have settled is one layer times a count, and channels that grow
by the same amount each round are summed in closed form (formulas), so the count may be free.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from costcalc.algebra.evaluation import evaluate, exact, free_parameters
from costcalc.algebra.numbers import Number, compare, is_number
from costcalc.algebra.polynomial import is_positive
from costcalc.algebra.polynomial import is_whole as surely_whole
from costcalc.errors import CostcalcError, Place, Problem, Undecided
from costcalc.graph.construction import Construction, Mark
from costcalc.graph.layers import (
    Arrival,
    Assumption,
    FeatureMap,
    Graph,
    Layer,
    Requirement,
)
from costcalc.graph.repetition import MAX_STEPS, Repeater
from costcalc.graph.rounding import apply_rule
from costcalc.graph.terms import row_terms
from costcalc.language.model import (
    Branch,
    Call,
    Merge,
    Operation,
    Reference,
    Repeat,
    Residual,
    Row,
    Rule,
    Spec,
)
from costcalc.language.parameters import text_of
from costcalc.operators import MERGES, Guard, Mismatch, Shape
from costcalc.operators.coded import stated
from costcalc.operators.fields import Value, Whole
from costcalc.operators.tags import Tag

__all__ = ["Assumption", "Graph", "Layer", "Requirement", "build", "check_printed_sizes", "total"]

Scope = dict[str, Any]


def build(spec: Spec, binding: Mapping[str, Any], *, unroll: bool = True) -> Graph:
    """The graph of ``spec``; parameters that ``binding`` lacks are free.

    :raises CostcalcError: the layers do not fit together at this binding; all problems at once.
    """
    return _built(_Builder(spec, binding, unroll=unroll))


def check_printed_sizes(spec: Spec) -> None:
    """Hold the ``input`` column against the shapes at the spec's defaults.

    :raises CostcalcError: with every row whose printed size is not the computed one.
    """
    if spec.has_printed_sizes:
        _built(_Builder(spec, spec.defaults(), unroll=False, check_sizes=True))


def _built(builder: _Builder) -> Graph:
    try:
        return builder.build()
    except RecursionError:
        place = Place(builder.spec.file)
        raise CostcalcError(Problem("blocks are nested too deep", "", place)) from None


class _TooLong(CostcalcError):
    """Running on would take too long: no further problem is looked for."""


class _Builder:
    """Walks through the rows of a spec; what it finds grows in ``made``."""

    def __init__(
        self, spec: Spec, binding: Mapping[str, Any], *, unroll: bool, check_sizes: bool = False
    ) -> None:
        self.spec = spec
        self.binding = binding
        self.check_sizes = check_sizes
        self.made = Construction()
        self.repeater = Repeater(self.made, unroll)
        self.outputs: dict[str, Shape] = {}
        self.steps = 0
        self.base: Scope = {
            name: binding[name] if name in binding else p.free()
            for name, p in spec.parameters.items()
        }

    def build(self) -> Graph:
        made = self.made
        shape = None
        arrivals: list[Arrival] = []
        try:
            shape = self.input_shape()
            x: FeatureMap | None = FeatureMap(shape)
            scope = dict(self.base)
            for row in self.spec.layers:
                if x is not None:
                    arrivals.append(Arrival(len(made.layers), x))
                x = self.row(row, x, scope, "")
        except CostcalcError as error:
            made.problems.extend(error.problems)
        if made.problems:
            kind = Undecided if made.undecided else CostcalcError
            raise kind(self.at_binding(p) for p in dict.fromkeys(made.problems))
        assert shape is not None
        layers, junctions = made.settle()
        return Graph(
            self.spec,
            dict(self.binding),
            shape,
            layers,
            self.outputs,
            tuple(made.assumptions),
            tuple(dict.fromkeys(made.requirements)),
            junctions,
            tuple(arrivals),
        )

    def at_binding(self, problem: Problem) -> Problem:
        """The problem, naming the values that differ from the defaults."""
        defaults = self.spec.defaults()
        moved = [
            f"{name} = {text_of(value)}"
            for name, value in self.binding.items()
            if defaults.get(name) != value
        ]
        if not moved:
            return problem
        return problem._replace(message=f"{problem.message} [at {', '.join(moved)}]")

    def input_shape(self) -> Shape:
        rule = self.spec.side_rule
        *sides, channels = self.spec.input
        pair = isinstance(self.base.get("resolution"), tuple)
        found = []
        for axis, side in enumerate(sides):
            scope = dict(self.base)
            if pair:
                if "resolution" not in side.names:
                    what = ("height", "width")[axis]
                    message = f"the {what} of the input does not hang on resolution"
                    raise side.node.error(message, "one number instead of HxW")
                scope["resolution"] = scope["resolution"][axis]
            value = apply_rule(rule, side.evaluate(scope), side.node, "sides")
            self.made.require(Whole(), value, side.node)
            found.append(value)
        return Shape(found[0], found[1], channels.evaluate(self.base))

    # -- rows ---------------------------------------------------------------------------------

    def rows(
        self, rows: tuple[Row, ...], x: FeatureMap | None, scope: Scope, group: str
    ) -> FeatureMap | None:
        """Run through rows; None is a map that a problem made unknown."""
        for row in rows:
            x = self.row(row, x, scope, group)
        return x

    def row(self, row: Row, x: FeatureMap | None, scope: Scope, group: str) -> FeatureMap | None:
        made = self.made
        self.steps += 1
        if self.steps > MAX_STEPS:
            message = f"more than {MAX_STEPS:,} rows, repetitions included"
            raise _TooLong(Problem(message, "fewer repetitions", row.place))
        columns = row.columns
        arriving = x
        if columns.origin:
            if columns.origin not in made.named:
                message = f"{columns.origin!r} is named only further down"
                made.problems.append(Problem(message, "name it before it is used", row.place))
            x = made.named.get(columns.origin)
        group = columns.group or group
        y = None
        if x is not None:
            scope["in"] = x.shape.channels
            try:
                if columns.printed and self.check_sizes:
                    self.check_size(row, x.shape, scope)
                y = self.conditional(row, x, scope, group, arriving)
            except _TooLong:
                raise
            except CostcalcError as error:
                made.problems.extend(error.problems)
            except Mismatch as error:
                made.problems.append(Problem(str(error), error.hint, row.place))
                y = None if error.shape is None else FeatureMap(error.shape)
        if y is not None and (columns.name or columns.output):
            y = y.shared()
        if columns.name:
            made.named[columns.name] = y
        if columns.output and y is not None:
            self.outputs[columns.output] = y.shape
        return y

    def check_size(self, row: Row, x: Shape, scope: Scope) -> None:
        printed = Shape(*(value.evaluate(scope) for value in row.columns.printed))
        # of rounds that grow the first is printed
        x = Shape(*(evaluate(side, dict.fromkeys(self.repeater.indices, 0)) for side in x))
        if printed != x:
            place = row.columns.printed[0].node.place
            message = f"the printed input size is {printed}, the computed one {x}"
            self.made.problems.append(Problem(message, "at the defaults", place))

    def conditional(
        self, row: Row, x: FeatureMap, scope: Scope, group: str, arriving: FeatureMap | None
    ) -> FeatureMap | None:
        """The row, if its ``when`` holds; otherwise what the row above gave."""
        when = row.columns.when
        if when is None:
            return self.run(row, x, scope, group)
        own = {"out": self.width(row, scope, when)} if "out" in when.names else {}
        condition = when.evaluate({**scope, **own})
        if condition is False:
            return arriving
        if condition is True:
            return self.run(row, x, scope, group)
        made = self.made
        start = made.mark()
        try:
            y = self.run(row, x, scope, group)
        except (CostcalcError, Mismatch):
            made.undecided = True  # it may be left out
            raise
        made.undecided |= len(made.problems) > start.problems
        same = arriving is not None and arriving.shape == x.shape
        if same and y is not None and _same_either_way(condition, x.shape, y.shape):
            assert arriving is not None
            self.exists_where(condition, start)
            return self.either(condition, y, arriving)
        if self.decided(condition, when, row.place):
            return y
        assumed = made.assumptions[-1]
        made.restore(start)
        made.assumptions.append(assumed)
        return arriving

    def exists_where(self, condition: Number, start: Mark) -> None:
        """What was built since ``start`` is there where a condition on free parameters holds."""
        usual = evaluate(condition, {**self.spec.defaults(), **self.binding})
        self.made.scale(start, condition, there=not is_number(usual) or bool(usual))

    def either(self, condition: Number, y: FeatureMap, otherwise: FeatureMap) -> FeatureMap:
        """``y`` where a condition on free parameters holds, with the same shape as ``otherwise``,
        or one that differs only where it holds."""
        absorbs = y.absorbs
        if absorbs != otherwise.absorbs:
            pairs = zip(absorbs, otherwise.absorbs, strict=True)
            folded, bias = (condition * a + (1 - condition) * b for a, b in pairs)
            absorbs = (folded, bias)
        return FeatureMap(y.shape, self.made.join(y.source, otherwise.source, condition), absorbs)

    def width(self, row: Row, scope: Scope, when: Value) -> Number:
        """What ``out`` means in a row's condition: the channels that the row itself gives."""
        if isinstance(row, Operation) and "out" in row.fields:
            value = row.fields["out"]
            width = value.evaluate(scope)
            if isinstance(width, tuple):
                width = self.channels(width, value)
                self.made.require(Whole(), width, value.node)  # also where the row is left out
            out: Number = width
            return out
        raise when.node.error("`out` has no meaning here", "only in rows that have an out column")

    def decided(self, condition: Number, when: Value, place: Place) -> bool:
        """A condition on free parameters, decided where nothing is rounded, and remembered."""
        ideal = exact(condition)
        if not is_number(ideal):
            names = ", ".join(sorted(free_parameters(ideal)))
            self.made.undecided = True
            raise when.node.error(
                f"whether this row exists depends on {ideal}", f"give a value to {names}"
            )
        self.made.assumptions.append(Assumption(condition, bool(ideal), place))
        return bool(ideal)

    def run(self, row: Row, x: FeatureMap, scope: Scope, group: str) -> FeatureMap | None:
        if isinstance(row, Operation):
            return self.operation(row, x, scope, group)
        if isinstance(row, Call):
            return self.call(row, x, scope, group)
        if isinstance(row, Repeat):
            count = row.times.evaluate(scope)
            return self.repeater.repeat(
                count, row.times.node, lambda i, s: self.rows(row.body, s, dict(scope), group), x
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

    def operation(
        self, row: Operation, x: FeatureMap, scope: Scope, group: str
    ) -> FeatureMap | None:
        arguments = {}
        guards: tuple[Guard, ...] = ()
        for name, value in row.fields.items():
            argument = value.evaluate(scope)
            if name == "out" and isinstance(argument, tuple):
                argument = self.channels(argument, value)
                if not is_number(argument) and not surely_whole(argument):
                    guards += (Guard(argument, "channels must be whole"),)
            else:
                self.made.require(row.operator.fields[name].kind, argument, value.node)
            arguments[name] = argument
        output = row.operator.function(x.shape, **arguments)
        activation = row.activation.evaluate(scope)
        output = output._replace(
            terms=row_terms(row, x.shape, output, activation, x.absorbs),
            guards=guards + output.guards,
        )
        fused = tuple(word for word in (row.norm, activation) if word != "none")
        return self.made.layer(row, row.operator.name, (x,), output, group, row.coded, fused)

    def channels(self, found: tuple[Number, bool], value: Value) -> Number:
        number, settled = found
        rule = Rule("exact") if settled else self.spec.channel_rule
        widens = rule.name == "divisible" and not is_number(number)
        if widens and not is_positive(number):
            # rounding to a multiple must not hide that there are no channels
            self.made.requirements.append(Requirement(number, ">", value.node.place.path))
        return apply_rule(rule, number, value.node, "channels")

    # -- structures ---------------------------------------------------------------------------

    def call(self, row: Call, x: FeatureMap, scope: Scope, group: str) -> FeatureMap | None:
        block = self.spec.blocks[row.block]

        def once(i: Number, s: FeatureMap | None) -> FeatureMap | None:
            if s is None:
                return None
            outer = {**scope, "in": s.shape.channels}
            inner = dict(self.base)
            for name, default in block.takes.items():
                value = row.first.get(name) if is_number(i) and i == 0 else None
                value = value or row.arguments.get(name) or default
                assert value is not None
                inner[name] = value.evaluate(outer)
            return self.rows(block.body, s, inner, group)

        if row.times is None:
            return once(0, x)
        count = row.times.evaluate(scope)
        return self.repeater.repeat(count, row.times.node, once, x, first_differs=bool(row.first))

    def merge(self, row: Merge, x: FeatureMap, scope: Scope, group: str) -> FeatureMap | None:
        x = x.shared()
        maps = [self.rows(branch, x, dict(scope), group) for branch in row.branches]
        known = tuple(one for one in maps if one is not None)
        if len(known) < len(maps):
            return None
        output = MERGES[row.kind]([one.shape for one in known])
        output = output._replace(terms=stated(output.terms, row.coded))
        return self.made.layer(row, row.kind, known, output, group, row.coded)

    def residual(self, row: Residual, x: FeatureMap, scope: Scope, group: str) -> FeatureMap | None:
        x = x.shared()
        y = self.rows(row.body, x, dict(scope), group)
        if y is None:
            return None
        condition: Any = True
        if row.shortcut is not None:
            ends = {"in": x.shape.channels, "out": y.shape.channels}
            condition = row.shortcut.evaluate({**scope, **ends})
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
        self.exists_where(condition, start)
        return None if added is None else self.either(condition, added, y)

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
        output = MERGES["add"]([y.shape, met])
        output = output._replace(
            terms=stated(output.terms, row.coded), guards=output.guards + guards
        )
        return self.made.layer(row, "add", (y, x), output, group, row.coded)


def _same_either_way(condition: Number, x: Shape, y: Shape) -> bool:
    """Whether ``y`` leaves also where the row is left out and ``x`` goes on."""
    if y == x:
        return True  # the shape is kept
    # or the row exists exactly where it changes the channels
    return y[:2] == x[:2] and bool(condition == compare("!=", x.channels, y.channels))


def total(layers: tuple[Layer, ...], tag: Tag) -> Number:
    """The sum of one tag over layers."""
    result: Number = 0
    for layer in layers:
        result = result + layer.times * layer.terms.amount(tag)
    return result
