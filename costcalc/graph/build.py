"""A spec and a binding become a graph.

*Unrolled*, every repetition is a layer of its own (counting). *Folded*, a repetition whose shapes
have settled is one layer times a count, and channels that grow by the same amount each round are
summed in closed form (formulas), so the count may be free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from costcalc.algebra.notation import SYMBOLS
from costcalc.algebra.numbers import is_number
from costcalc.errors import CostcalcError, Place, Problem, Undecided
from costcalc.graph.construction import SIDES
from costcalc.graph.layers import Graph, Layer
from costcalc.graph.limits import MAX_STEPS, too_long
from costcalc.graph.rounding import apply_rule
from costcalc.graph.walk import Walk
from costcalc.language.model import Spec
from costcalc.language.parameters import text_of
from costcalc.operators import Shape
from costcalc.operators.columns import Whole

_REMARKS = 5  # that a line has


def build(
    spec: Spec,
    binding: Mapping[str, Any],
    *,
    unroll: bool = True,
    check_sizes: bool = False,
    sampled: int = 0,
) -> Graph:
    """The graph of ``spec``; parameters that ``binding`` lacks are free.

    Unrolled, a free number of rounds is refused, or ``sampled``: so many that are alike stand for
    all, which says what the layers are, and nothing of sums over them. ``check_sizes`` holds the
    ``input`` column against the computed shapes.

    :raises CostcalcError: the layers do not fit together at this binding; all problems at once.
    """
    scope = spec.scope(
        {n: binding[n] if n in binding else p.free() for n, p in spec.parameters.items()}
    )
    usual = {**spec.defaults(), **binding}
    walk = Walk(spec, scope, usual, unroll=unroll, check_sizes=check_sizes, sampled=sampled)
    made, shapes = walk.made, _walked(walk)
    if made.found.problems:
        sure = any(found.sure for found in made.found.problems)
        kind = CostcalcError if sure else Undecided
        raise kind(
            _at_binding(spec, binding, _supposing(made.supposed, problem))
            for problem in made.found.told()
        )
    layers, junctions = made.junctions.settle(made.layers)
    if forms := spec.forms.get(binding.get("resolution", 0)):
        _hold(layers, forms)
    return Graph(
        spec,
        dict(binding),
        shapes,
        layers,
        walk.outputs,
        tuple(made.assumptions),
        tuple(dict.fromkeys(made.requirements)),
        junctions,
        tuple(walk.arrivals),
        (*said_otherwise(spec), *made.found.notes(), *made.sharing.notes()),
        made.steps,
    )


def _hold(layers: Sequence[Layer], forms: Sequence[tuple[int, int, int]]) -> None:
    """:raises CostcalcError: a layer leaves another map than the model says that it was made of."""
    for layer, form in zip(layers, forms, strict=True):
        if layer.output != form:
            ours, theirs = ("x".join(map(str, size)) for size in (layer.output, form))
            message = f"leaves {ours}, where the model has {theirs}"
            hint = "nothing is counted that differs from the model"
            raise CostcalcError(Problem(message, hint, layer.place))


def _walked(walk: Walk) -> dict[str, Shape]:
    """The shapes from which the walk went; problems are noted."""
    made, place = walk.made, Place(walk.spec.file)
    shapes: dict[str, Shape] = {}
    try:
        shapes = _input_shapes(walk)
        walk.run(shapes)
        if is_number(made.steps) and made.steps > MAX_STEPS:
            made.found.note(too_long(place))
    except CostcalcError as error:
        made.found.note(*error.problems, sure=not isinstance(error, Undecided))
    except RecursionError:
        raise CostcalcError(Problem("blocks are nested too deep", "", place)) from None
    return shapes


def said_otherwise(spec: Spec) -> tuple[str, ...]:
    """What rows do not say of the model that they were made of, in a line."""
    if not spec.remarks:
        return ()
    more = len(spec.remarks) - _REMARKS
    rest = (f"{more} more, which `costcalc import` lists",) if more > 0 else ()
    return (f"free, or said by another row: {'; '.join((*spec.remarks[:_REMARKS], *rest))}",)


def check_printed_sizes(spec: Spec) -> None:
    """Hold the ``input`` column against the shapes at the spec's defaults.

    :raises CostcalcError: with every row whose printed size is not the computed one.
    """
    if spec.has_printed_sizes:
        build(spec, spec.defaults(), unroll=False, check_sizes=True)


def _supposing(rounds: Iterable[str], problem: Problem) -> Problem:
    """The problem, naming the rounds that the closed form before it may suppose."""
    supposed = ", ".join(rounds)
    if not supposed:
        return problem
    message = f"{problem.message} [a closed form here supposes {supposed}; bind these]"
    return problem._replace(message=message)


def _at_binding(spec: Spec, binding: Mapping[str, Any], problem: Problem) -> Problem:
    """The problem, naming the values that differ from the defaults."""
    defaults = spec.defaults()
    moved = [
        f"{name} = {text_of(value)}"
        for name, value in binding.items()
        if defaults.get(name) != value
    ]
    if not moved:
        return problem
    return problem._replace(message=f"{problem.message} [at {', '.join(moved)}]")


def _input_shapes(walk: Walk) -> dict[str, Shape]:
    """What enters, by name. A pair of sides is meant for inputs that hang on ``resolution``."""
    spec = walk.spec
    pair = isinstance(walk.base.get("resolution"), tuple)
    scaled = {
        name: [bool(side.names & {"resolution", SYMBOLS["resolution"]}) for side in size[:2]]
        for name, size in spec.inputs.items()
    }
    some = any(map(any, scaled.values()))
    shapes = {}
    for name, (*sides, channels) in spec.inputs.items():
        whole = []
        for axis, side in enumerate(sides):
            scope = walk.base
            if pair and scaled[name][axis]:
                scope = spec.scope({**scope, "resolution": scope["resolution"][axis]})
            elif pair and (any(scaled[name]) or not some):
                who = "the input" if len(spec.inputs) == 1 else f"input {name!r}"
                message = f"the {SIDES[axis]} of {who} does not hang on resolution"
                raise side.node.error(message, "one number instead of HxW")
            value = apply_rule(spec.side_rule, side.evaluate(scope), side.node, "sides")
            walk.made.require(Whole(), value, side.node)
            whole.append(value)
        shapes[name] = Shape(whole[0], whole[1], channels.evaluate(walk.base))
    return shapes
