"""A spec and a binding become layers with shapes and tagged terms.

The same walk serves every algebra: bound parameters are numbers, free ones are polynomials, and
the operators do not know which. *Unrolled*, every repetition is a layer of its own (counting).
*Folded*, a repetition whose shapes have settled is one layer times a count, and channels that grow
by the same amount each round are summed in closed form (formulas), so the count may be free.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from costcalc.algebra.numbers import Number, compare, is_number
from costcalc.algebra.polynomial import evaluate, exact, free_parameters, is_positive
from costcalc.algebra.polynomial import is_whole as surely_whole
from costcalc.errors import CostcalcError, Place, Problem, Undecided
from costcalc.graph.construction import Mark
from costcalc.graph.layers import Assumption, Graph, Layer, Requirement
from costcalc.graph.repetition import MAX_STEPS, Repeater
from costcalc.graph.rounding import apply_rule
from costcalc.graph.terms import all_terms, bare, usual_terms
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
from costcalc.operators import MERGES, Guard, Mismatch, Output, Shape
from costcalc.operators.coded import stated
from costcalc.operators.fields import Value, Whole
from costcalc.operators.tags import Tag

__all__ = ["Assumption", "Graph", "Layer", "Requirement", "build", "check_printed_sizes", "total"]

Scope = dict[str, Any]


def build(
    spec: Spec, binding: Mapping[str, Any], *, unroll: bool = True, further: bool = True
) -> Graph:
    """The graph of ``spec``; parameters that ``binding`` lacks are free.

    Without ``further`` it lacks the terms that few conventions weigh, and is built faster.

    :raises CostcalcError: the layers do not fit together at this binding; all problems at once.
    """
    builder = _Builder(spec, binding, unroll)
    builder.further = further
    try:
        return builder.build()
    except RecursionError:
        raise CostcalcError(Problem("blocks are nested too deep", "", Place(spec.file))) from None


def check_printed_sizes(spec: Spec) -> None:
    """Hold the ``input`` column against the shapes at the spec's defaults.

    :raises CostcalcError: with every row whose printed size is not the computed one.
    """
    if spec.has_printed_sizes:
        builder = _Builder(spec, spec.defaults(), unroll=False)
        builder.check_sizes = True
        builder.build()


class _TooLong(CostcalcError):
    """Running on would take too long: no further problem is looked for."""


class _Builder(Repeater):
    def __init__(self, spec: Spec, binding: Mapping[str, Any], unroll: bool) -> None:
        super().__init__(unroll)
        self.spec = spec
        self.binding = binding
        self.check_sizes = False
        self.further = True
        self.steps = 0
        self.base: Scope = {
            name: binding[name] if name in binding else p.free()
            for name, p in spec.parameters.items()
        }

    def build(self) -> Graph:
        shape = None
        try:
            shape = self.input_shape()
            self.rows(self.spec.layers, shape, dict(self.base), "")
        except CostcalcError as error:
            self.problems.extend(error.problems)
        if self.problems:
            kind = Undecided if self.undecided else CostcalcError
            raise kind(self.at_binding(p) for p in dict.fromkeys(self.problems))
        assert shape is not None
        return Graph(
            self.spec,
            dict(self.binding),
            shape,
            tuple(self.layers),
            self.outputs,
            tuple(self.assumptions),
            tuple(dict.fromkeys(self.requirements)),
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
            self.require(Whole(), value, side.node)
            found.append(value)
        return Shape(found[0], found[1], channels.evaluate(self.base))

    # -- rows ---------------------------------------------------------------------------------

    def rows(
        self, rows: tuple[Row, ...], x: Shape | None, scope: Scope, group: str
    ) -> Shape | None:
        """Run through rows; None is a shape that a problem made unknown."""
        for row in rows:
            x = self.row(row, x, scope, group)
        return x

    def row(self, row: Row, x: Shape | None, scope: Scope, group: str) -> Shape | None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            message = f"more than {MAX_STEPS:,} rows, repetitions included"
            raise _TooLong(Problem(message, "fewer repetitions", row.place))
        columns = row.columns
        arriving = x
        if columns.origin:
            if columns.origin not in self.named:
                message = f"{columns.origin!r} is named only further down"
                self.problems.append(Problem(message, "name it before it is used", row.place))
            x = self.named.get(columns.origin)
        group = columns.group or group
        y = None
        if x is not None:
            scope["in"] = x.channels
            try:
                if columns.printed and self.check_sizes:
                    self.check_size(row, x, scope)
                y = self.conditional(row, x, scope, group, arriving)
            except _TooLong:
                raise
            except CostcalcError as error:
                self.problems.extend(error.problems)
            except Mismatch as error:
                self.problems.append(Problem(str(error), error.hint, row.place))
                y = error.shape
        if columns.name:
            self.named[columns.name] = y
            self.bare = None  # other rows may take it too
        if columns.output and y is not None:
            self.outputs[columns.output] = y
        return y

    def check_size(self, row: Row, x: Shape, scope: Scope) -> None:
        printed = Shape(*(value.evaluate(scope) for value in row.columns.printed))
        # of rounds that grow the first is printed
        x = Shape(*(evaluate(side, dict.fromkeys(self.indices, 0)) for side in x))
        if printed != x:
            place = row.columns.printed[0].node.place
            message = f"the printed input size is {printed}, the computed one {x}"
            self.problems.append(Problem(message, "at the defaults", place))

    def conditional(
        self, row: Row, x: Shape, scope: Scope, group: str, arriving: Shape | None
    ) -> Shape | None:
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
        start = self.mark()
        try:
            y = self.run(row, x, scope, group)
        except (CostcalcError, Mismatch):
            self.undecided = True  # it may be left out
            raise
        self.undecided |= len(self.problems) > start.problems
        if arriving == x and y is not None and _same_either_way(condition, x, y):
            self.exists_where(condition, start)
            return y
        if self.decided(condition, when, row.place):
            return y
        assumed = self.assumptions[-1]
        self.restore(start)
        self.assumptions.append(assumed)
        return arriving

    def exists_where(self, condition: Number, start: Mark) -> None:
        """What was built since ``start`` is there where a condition on free parameters holds."""
        usual = evaluate(condition, {**self.spec.defaults(), **self.binding})
        self.scale(start, condition, there=not is_number(usual) or bool(usual))

    def width(self, row: Row, scope: Scope, when: Value) -> Number:
        """What ``out`` means in a row's condition: the channels that the row itself gives."""
        if isinstance(row, Operation) and "out" in row.fields:
            value = row.fields["out"]
            found = value.evaluate(scope)
            if isinstance(found, tuple):
                found = self.channels(found, value)
                self.require(Whole(), found, value.node)  # also where the row is left out
            width: Number = found
            return width
        raise when.node.error("`out` has no meaning here", "only in rows that have an out column")

    def decided(self, condition: Number, when: Value, place: Place) -> bool:
        """A condition on free parameters, decided where nothing is rounded, and remembered."""
        ideal = exact(condition)
        if not is_number(ideal):
            names = ", ".join(sorted(free_parameters(ideal)))
            self.undecided = True
            raise when.node.error(
                f"whether this row exists depends on {ideal}", f"give a value to {names}"
            )
        self.assumptions.append(Assumption(condition, bool(ideal), place))
        return bool(ideal)

    def run(self, row: Row, x: Shape, scope: Scope, group: str) -> Shape | None:
        if isinstance(row, Operation):
            return self.operation(row, x, scope, group)
        if isinstance(row, Call):
            return self.call(row, x, scope, group)
        if isinstance(row, Repeat):
            count = row.times.evaluate(scope)
            return self.repeat(
                count, row.times.node, lambda i, s: self.rows(row.body, s, dict(scope), group), x
            )
        if isinstance(row, Merge):
            return self.merge(row, x, scope, group)
        if isinstance(row, Residual):
            return self.residual(row, x, scope, group)
        if isinstance(row, Branch):
            self.bare = None
            self.rows(row.body, x, dict(scope), group)
            return x
        assert isinstance(row, Reference)
        return x

    def operation(self, row: Operation, x: Shape, scope: Scope, group: str) -> Shape | None:
        arguments = {}
        guards: tuple[Guard, ...] = ()
        for name, value in row.fields.items():
            found = value.evaluate(scope)
            if name == "out" and isinstance(found, tuple):
                found = self.channels(found, value)
                if not is_number(found) and not surely_whole(found):
                    guards += (Guard(found, "channels must be whole"),)
            else:
                self.require(row.operator.fields[name].kind, found, value.node)
            arguments[name] = found
        output = row.operator.function(x, **arguments)
        activation = row.activation.evaluate(scope)
        if self.further:
            terms = all_terms(row, x, output, activation, self.bare)
            self.bare = bare(row, output, activation)
        else:
            terms = usual_terms(row, x, output, activation)
        output = output._replace(terms=terms, guards=guards + output.guards)
        return self.layer(row, row.operator.name, x, output, group, row.coded)

    def channels(self, found: tuple[Number, bool], value: Value) -> Number:
        number, settled = found
        rule = Rule("exact") if settled else self.spec.channel_rule
        widens = rule.name == "divisible" and not is_number(number)
        if widens and not is_positive(number):
            # rounding to a multiple must not hide that there are no channels
            self.requirements.append(Requirement(number, ">", value.node.place.path))
        return apply_rule(rule, number, value.node, "channels")

    # -- structures ---------------------------------------------------------------------------

    def call(self, row: Call, x: Shape, scope: Scope, group: str) -> Shape | None:
        block = self.spec.blocks[row.block]

        def once(i: Number, s: Shape | None) -> Shape | None:
            if s is None:
                return None
            outer = {**scope, "in": s.channels}
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
        return self.repeat(count, row.times.node, once, x, first_differs=bool(row.first))

    def merge(self, row: Merge, x: Shape, scope: Scope, group: str) -> Shape | None:
        self.bare = None
        shapes = [self.rows(branch, x, dict(scope), group) for branch in row.branches]
        known = [shape for shape in shapes if shape is not None]
        if len(known) < len(shapes):
            return None
        output = MERGES[row.kind](known)
        output = output._replace(terms=stated(output.terms, row.coded))
        self.bare = None
        return self.layer(row, row.kind, known[0], output, group, row.coded)

    def residual(self, row: Residual, x: Shape, scope: Scope, group: str) -> Shape | None:
        self.bare = None
        y = self.rows(row.body, x, dict(scope), group)
        if y is None:
            return None
        condition: Any = True
        if row.shortcut is not None:
            condition = row.shortcut.evaluate({**scope, "in": x.channels, "out": y.channels})
        if condition is False:
            return y
        if condition is True:
            return self.layer(row, "add", y, self.sum(row, y, x), group, row.coded)
        start = self.mark()  # the addition exists at some bindings only
        output = self.sum(row, y, y)
        settled = condition == compare("==", x.channels, y.channels)
        apart = [a - b for a, b in zip(y, x, strict=True) if a != b]
        message = f"add of {y} and {x}"
        meet = tuple(
            Guard(condition * gap, message, "all branches must have one shape", "==")
            for gap in (apart[:-1] if settled and y.channels != x.channels else apart)
        )
        output = output._replace(guards=output.guards + meet)
        self.layer(row, "add", y, output, group, row.coded)
        self.exists_where(condition, start)
        return y

    def sum(self, row: Residual, y: Shape, x: Shape) -> Output:
        self.bare = None  # what follows normalises the sum
        output = MERGES["add"]([y, x])
        return output._replace(terms=stated(output.terms, row.coded))


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
        if tag in layer.terms:
            result = result + layer.times * layer.terms[tag]
    return result
