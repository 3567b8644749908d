"""A spec and a binding become layers with shapes and tagged terms.

The same walk serves every algebra: bound parameters are numbers, free ones are polynomials, and
the operators do not know which. *Unrolled*, every repetition is a layer of its own (counting).
*Folded*, a repetition whose shapes have settled is one layer times a count, and channels that grow
by the same amount each round are summed in closed form (formulas), so the count may be free.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from costcalc.algebra import Number, is_number, is_whole
from costcalc.errors import CostcalcError, Place, Problem
from costcalc.fields import MAX_EXTENT, Kind, Ratio, Value, Whole
from costcalc.ledger import Tag, Terms
from costcalc.marked import Node
from costcalc.operators import MERGES, OPERATORS, Guard, Mismatch, Output, Shape
from costcalc.parameters import text_of
from costcalc.polynomial import Polynomial, evaluate, exact, is_positive, parameter
from costcalc.polynomial import is_whole as surely_whole
from costcalc.rounding import apply_rule
from costcalc.series import NoClosedForm, by_power, sum_over
from costcalc.spec.model import (
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

#: Rows that one network may run through, repetitions included.
MAX_STEPS = 500_000
#: Rounds after which the shapes of a folded repetition must have settled.
MAX_SETTLING = 4

Scope = dict[str, Any]


class Layer(NamedTuple):
    """One row of the table, applied once or, folded, ``times`` times.

    ``terms`` are those of one application; a sum over growing rounds is already complete, and
    ``rounds`` says over how many it ran.
    """

    name: str
    type: str
    kernel: tuple[Number, Number] | None
    stride: tuple[Number, Number] | None
    groups: Number | None
    input: Shape
    output: Shape
    terms: Terms
    operator: str
    group: str
    place: Place
    guards: tuple[Guard, ...] = ()
    times: Number = 1
    rounds: Number = 1


class Assumption(NamedTuple):
    """A condition on free parameters that decided the structure of the graph."""

    condition: Number  # a 0/1 indicator
    holds: bool
    place: Place


class Requirement(NamedTuple):
    """``value`` must be whole, or stand in ``relation`` to 0, for the network to exist."""

    value: Number
    relation: str
    where: str


class Graph(NamedTuple):
    """A network at a binding. ``requirements`` are what free parameters must satisfy."""

    spec: Spec
    binding: Mapping[str, Any]
    input: Shape
    layers: tuple[Layer, ...]
    outputs: Mapping[str, Shape]
    assumptions: tuple[Assumption, ...]
    requirements: tuple[Requirement, ...]


def build(spec: Spec, binding: Mapping[str, Any], *, unroll: bool = True) -> Graph:
    """The graph of ``spec``; parameters that ``binding`` lacks are free.

    :raises CostcalcError: the layers do not fit together at this binding; all problems at once.
    """
    builder = _Builder(spec, binding, unroll)
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


class _Builder:
    def __init__(self, spec: Spec, binding: Mapping[str, Any], unroll: bool) -> None:
        self.spec = spec
        self.binding = binding
        self.unroll = unroll
        self.check_sizes = False
        self.layers: list[Layer] = []
        self.named: dict[str, Shape | None] = {}
        self.outputs: dict[str, Shape] = {}
        self.assumptions: list[Assumption] = []
        self.requirements: list[Requirement] = []
        self.problems: list[Problem] = []
        self.first_named: dict[str, int] = {}
        self.steps = 0
        self.depth = 0
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
            raise CostcalcError(self.at_binding(p) for p in dict.fromkeys(self.problems))
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
        found = []
        for axis, side in enumerate(sides):
            scope = dict(self.base)
            if isinstance(scope.get("resolution"), tuple):
                scope["resolution"] = scope["resolution"][axis]
            found.append(apply_rule(rule, side.evaluate(scope), side.node, "sides"))
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
                y = self.conditional(row, x, scope, group)
            except _TooLong:
                raise
            except CostcalcError as error:
                self.problems.extend(error.problems)
            except Mismatch as error:
                self.problems.append(Problem(str(error), error.hint, row.place))
                y = error.shape
        if columns.name:
            self.named[columns.name] = y
        if columns.output and y is not None:
            self.outputs[columns.output] = y
        return y

    def check_size(self, row: Row, x: Shape, scope: Scope) -> None:
        printed = Shape(*(value.evaluate(scope) for value in row.columns.printed))
        if printed != x:
            place = row.columns.printed[0].node.place
            message = f"the printed input size is {printed}, the computed one {x}"
            self.problems.append(Problem(message, "at the defaults", place))

    def conditional(self, row: Row, x: Shape, scope: Scope, group: str) -> Shape | None:
        """The row, if its ``when`` holds; otherwise what arrived."""
        when = row.columns.when
        if when is None:
            return self.run(row, x, scope, group)
        own = {"out": self.width(row, scope, when)} if "out" in when.names else {}
        condition = when.evaluate({**scope, **own})
        if condition is False:
            return x
        if condition is True:
            return self.run(row, x, scope, group)
        start = len(self.layers)
        y = self.run(row, x, scope, group)
        if y == x:
            self.scale(start, condition)
            return y
        if self.decided(condition, when, row.place):
            return y
        del self.layers[start:]
        return x

    def width(self, row: Row, scope: Scope, when: Value) -> Number:
        """What ``out`` means in a row's condition: the channels that the row itself gives."""
        if isinstance(row, Operation) and "out" in row.fields:
            value = row.fields["out"]
            found = value.evaluate(scope)
            return self.channels(found, value) if isinstance(found, tuple) else found
        raise when.node.error("`out` has no meaning here", "only in rows that have an out column")

    def decided(self, condition: Number, when: Value, place: Place) -> bool:
        """A condition on free parameters, decided where nothing is rounded, and remembered."""
        ideal = exact(condition)
        if not is_number(ideal):
            names = ", ".join(sorted(when.names - {"in", "out"})) or "the free parameters"
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
        terms = output.terms
        if row.norm == "batch":
            terms = terms | OPERATORS["bn"].function(output.shape).terms
        activation = row.activation.evaluate(scope)
        if activation != "none":
            terms = terms | OPERATORS[activation].function(output.shape).terms
        output = output._replace(terms=terms, guards=guards + output.guards)
        return self.layer(row, row.operator.name, x, output, group)

    def channels(self, found: tuple[Number, bool], value: Value) -> Number:
        number, settled = found
        rule = Rule("exact") if settled else self.spec.channel_rule
        return apply_rule(rule, number, value.node, "channels")

    def layer(self, row: Row, operator: str, x: Shape, out: Output, group: str) -> Shape | None:
        """Append a layer, once its guards and sides are seen to hold."""
        sound = True
        for guard in out.guards:
            broken = guard.value != 0 if guard.zero else not is_whole(guard.value)
            if is_number(guard.value) and broken:
                self.problems.append(Problem(guard.message, guard.hint, row.place))
        for side, what in ((out.shape.height, "height"), (out.shape.width, "width")):
            if not is_number(side):
                continue
            if side < 1:
                message = f"the {what} becomes {side}, from {x}"
                self.problems.append(Problem(message, "fewer strides or a larger input", row.place))
                sound = False
            if side > MAX_EXTENT or (
                is_number(out.shape.channels) and out.shape.channels > MAX_EXTENT
            ):
                message = f"the output {out.shape} is too large"
                self.problems.append(Problem(message, f"at most {MAX_EXTENT:,} a side", row.place))
                sound = False
        self.layers.append(
            Layer(
                self.layer_name(row.columns.name, operator),
                out.type,
                out.kernel,
                out.stride,
                out.groups,
                x,
                out.shape,
                out.terms,
                operator,
                group,
                row.place,
                tuple(g for g in out.guards if not g.surely_holds()),
            )
        )
        return out.shape if sound else None

    def layer_name(self, given: str, operator: str) -> str:
        """The row's own name (numbered from its second layer on), or operator and position."""
        position = len(self.layers) + 1
        if not given:
            return f"{operator}{position}"
        first = self.first_named.setdefault(given, position)
        return given if first == position else f"{given}_{position}"

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
        shapes = [self.rows(branch, x, dict(scope), group) for branch in row.branches]
        known = [shape for shape in shapes if shape is not None]
        if len(known) < len(shapes):
            return None
        output = MERGES[row.kind](known)
        return self.layer(row, row.kind, known[0], output, group)

    def residual(self, row: Residual, x: Shape, scope: Scope, group: str) -> Shape | None:
        y = self.rows(row.body, x, dict(scope), group)
        if y is None:
            return None
        condition: Any = True
        if row.shortcut is not None:
            condition = row.shortcut.evaluate({**scope, "in": x.channels, "out": y.channels})
        if condition is False:
            return y
        if condition is True:
            return self.layer(row, "add", y, MERGES["add"]([y, x]), group)
        start = len(self.layers)  # the addition exists at some bindings only
        self.layer(row, "add", y, MERGES["add"]([y, y]), group)
        self.scale(start, condition)
        return y

    def scale(self, start: int, factor: Number) -> None:
        """Multiply the terms of all layers from ``start`` on."""
        for i in range(start, len(self.layers)):
            layer = self.layers[i]
            terms = {tag: factor * value for tag, value in layer.terms.items()}
            self.layers[i] = layer._replace(terms=terms)

    # -- repetition ---------------------------------------------------------------------------

    def repeat(
        self,
        count: Number,
        node: Node,
        once: Callable[[Number, Shape | None], Shape | None],
        x: Shape | None,
        *,
        first_differs: bool = False,
    ) -> Shape | None:
        """``once(i, shape)`` for i = 0 … count − 1."""
        if is_number(count) and count > MAX_STEPS and self.unroll:
            raise node.error(f"{count} repetitions", f"at most {MAX_STEPS:,}")
        if self.unroll:
            for i in range(count):
                x = once(i, x)
                if x is None:
                    return None
            return x
        self.require(Whole(), count, node)
        for i in range(MAX_SETTLING + 1):
            if is_number(count) and i == count:
                return x
            if x is None:
                return None
            grown = None if first_differs and i == 0 else self.grow(count - i, once, x)
            if grown is not None:
                self.require(Whole(), count - i + 1, node)
                return grown
            before = (x, dict(self.named))
            start = len(self.layers)
            x = once(i, x)
            if not (first_differs and i == 0) and (x, self.named) == before:
                self.multiply(start, count - i)
                self.require(Whole(), count - i + 1, node)
                return x
        if is_number(count):
            for i in range(MAX_SETTLING + 1, count):
                x = once(i, x)
            return x
        hint = "a free count needs shapes that settle, or channels that grow by the same amount"
        raise node.error("the shapes keep changing from round to round", f"{hint}; bind the count")

    def require(self, kind: Kind, value: Any, node: Node) -> None:
        """Remember what a column asks of a value that is not a number yet."""
        for part in value if isinstance(value, tuple) else (value,):
            if not isinstance(part, Polynomial):
                continue
            if not isinstance(kind, Ratio) and not surely_whole(part):
                self.requirements.append(Requirement(part, "whole", node.place.path))
            if not (surely_whole(part) and is_positive(part)):
                self.requirements.append(Requirement(part - 1, ">=", node.place.path))

    def multiply(self, start: int, times: Number) -> None:
        for i in range(start, len(self.layers)):
            layer = self.layers[i]
            self.layers[i] = layer._replace(times=layer.times * times)

    def grow(
        self, count: Number, once: Callable[[Number, Shape | None], Shape | None], x: Shape
    ) -> Shape | None:
        """All ``count`` rounds at once, if each adds the same number of channels; else None.

        One trial round gives the step; a round at a symbolic index proves it.
        """
        saved = (len(self.layers), dict(self.named), len(self.assumptions), len(self.problems))
        y = once(-1, x)
        self.restore(saved)
        if y is None or y[:2] != x[:2] or y.channels == x.channels:
            return None
        step = y.channels - x.channels
        name = "ijklmn"[min(self.depth, 5)] + "_"
        index = parameter(name, whole=True, positive=False)
        before = dict(self.named)
        self.depth += 1
        try:
            y = once(index, x._replace(channels=x.channels + index * step))
        finally:
            self.depth -= 1
        settled = all(self.named.get(key) == shape for key, shape in before.items())
        expected = x.channels + (index + 1) * step
        if y is None or y.channels != expected or y[:2] != x[:2] or not settled:
            self.restore(saved)
            return None
        try:
            self.layers[saved[0] :] = [
                _summed(layer, name, count) for layer in self.layers[saved[0] :]
            ]
        except NoClosedForm:
            self.restore(saved)
            return None
        last = {name: count - 1}
        for key, shape in self.named.items():
            if key not in before and shape is not None:
                self.named[key] = Shape(*(evaluate(side, last) for side in shape))
        return x._replace(channels=x.channels + count * step)

    def restore(self, saved: tuple[int, dict[str, Shape | None], int, int]) -> None:
        layers, self.named, assumptions, problems = saved[0], dict(saved[1]), saved[2], saved[3]
        del self.layers[layers:]
        del self.assumptions[assumptions:]
        del self.problems[problems:]


def _summed(layer: Layer, index: str, count: Number) -> Layer:
    """A layer at a symbolic index, summed over all rounds."""
    terms: Terms = {
        tag: sum_over(value * layer.times, index, count) for tag, value in layer.terms.items()
    }
    guards = tuple(
        guard._replace(value=coefficient)
        for guard in layer.guards
        for coefficient in by_power(guard.value, index).values()
    )
    return layer._replace(terms=terms, guards=guards, times=1, rounds=layer.times * count)


def total(layers: tuple[Layer, ...], tag: Tag) -> Number:
    """The sum of one tag over layers."""
    result: Number = 0
    for layer in layers:
        if tag in layer.terms:
            result = result + layer.times * layer.terms[tag]
    return result
