"""Which closed forms cover a network: one as a rule, one per value of what can't stay free, and of
values at which it has another structure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import islice, product
from typing import NamedTuple, TypeAlias

from costcalc.algebra.evaluation import evaluate, free_parameters
from costcalc.algebra.polynomial import parameter
from costcalc.analysis.closed_form import Formula
from costcalc.analysis.existence import folded
from costcalc.analysis.formula import formula_of
from costcalc.conventions.convention import Convention
from costcalc.design_space.sweep.axes import Axis, Space
from costcalc.design_space.sweep.checks import owner
from costcalc.design_space.sweep.structure import Plan, spread
from costcalc.errors import CostcalcError, Undecided
from costcalc.graph.layers import Assumption, Graph
from costcalc.language import Spec
from costcalc.language.parameters import (
    KNOWN,
    POSITIVE_NUMBER,
    Binding,
    Bound,
    Parameter,
)

#: Closed forms of one network on a page, and points at which one is asked whether it holds.
MAX_PIECES, MAX_ASKED = 64, 2000
#: Numbers of rounds that a closed form may leave out: the first ones are run one by one.
_FEW = range(1, 5)
#: The sides of an input, where they are two.
SIDES = tuple(parameter(f"resolution.{side}", whole=True) for side in ("height", "width"))
#: Whether a closed form is that of the network at a binding.
_Right: TypeAlias = Callable[[Mapping[str, int | Fraction]], bool]


class Piece(NamedTuple):
    """The network where the parameters that ``bound`` has are bound so: its closed form in all
    others, or why it does not exist there, whatever the others are. It is ``square`` where the
    resolution is free and one side."""

    bound: Binding
    graph: Graph | None = None
    formula: Formula | None = None
    refused: str = ""
    square: bool = False


def pieces(spec: Spec, convention: Convention) -> list[Piece]:
    """The closed forms that cover the values which a spec calls usual, its default first."""
    usual = {name: _usual(p) for name, p in spec.parameters.items()}
    space = Space(tuple(Axis({name: values[::-1]}) for name, values in usual.items()), {})
    outer = Plan(spec, convention, space).outer
    points = product(*(usual[name] for name in outer))
    asked = deque(dict(zip(outer, point, strict=True)) for point in points)
    found: dict[frozenset[tuple[str, Bound]], Piece] = {}
    while asked and len(found) < MAX_PIECES:
        bound = asked.popleft()
        key = frozenset(bound.items())
        if key not in found and (piece := _piece(spec, convention, bound)):
            found[key] = piece
            asked += _left_out(piece, spec, usual)
    return list(found.values())


def _usual(parameter: Parameter) -> tuple[Bound, ...]:
    """The default, and the values that its paper prints."""
    values = [parameter.default, *map(parameter.bind, parameter.usual_values)]
    return tuple(dict.fromkeys(values))


def _piece(spec: Spec, convention: Convention, bound: Binding) -> Piece | None:
    """None where no closed form leaves all the others free. An input has two free sides where the
    network has a form in both."""
    square = "resolution" in spec.parameters and "resolution" not in bound
    if square:
        try:
            graph = folded(spec, {**bound, "resolution": SIDES})
            return Piece(bound, graph, formula_of(graph, convention, ()))
        except CostcalcError:  # it may have one where they are the same
            pass
    try:
        graph = folded(spec, bound)
        return Piece(bound, graph, formula_of(graph, convention, ()), square=square)
    except Undecided:
        return None
    except CostcalcError as error:
        return Piece(bound, refused="; ".join(_reasons(error)))


def _reasons(error: CostcalcError) -> Iterator[str]:
    for problem in error.problems:
        yield str(problem._replace(place=problem.place._replace(file="", line=0)))


def _left_out(piece: Piece, spec: Spec, usual: dict[str, tuple[Bound, ...]]) -> Iterator[Binding]:
    """Usual values, and small numbers of rounds, at which the network has another structure."""
    if piece.formula is None:
        return
    asked: list[tuple[set[str], _Right]] = []
    asked += [(c.parameters(), c.holds) for c in piece.formula.form]
    asked += [(free_parameters(one.condition), _same(one)) for one in piece.formula.assumptions]
    for symbols, right in asked:
        names = sorted(set(map(owner, symbols)))
        values = [_tried(spec.parameters[name], usual[name]) for name in names]
        points = (dict(zip(names, point, strict=True)) for point in product(*values))
        for point in islice(points, MAX_ASKED):
            if not right(spread(point, not piece.square)):
                yield {**piece.bound, **point}


def _same(assumed: Assumption) -> _Right:
    """Whether the structure is the assumed one at a binding."""
    return lambda binding: bool(evaluate(assumed.condition, binding)) is assumed.holds


def _tried(parameter: Parameter, usual: Iterable[Bound]) -> list[Bound]:
    few = () if parameter.name in KNOWN or parameter.domain == POSITIVE_NUMBER else _FEW
    return list(dict.fromkeys([*usual, *few]))
