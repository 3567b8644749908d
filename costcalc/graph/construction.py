"""What is noted while a network is built: layers, names, and what must hold."""

from __future__ import annotations

from typing import Any, NamedTuple

from costcalc.algebra.notation import pretty
from costcalc.algebra.numbers import Number, is_number
from costcalc.algebra.polynomial import Polynomial, is_positive
from costcalc.algebra.polynomial import is_whole as surely_whole
from costcalc.algebra.rounds import stands, surely_stands
from costcalc.errors import Problem
from costcalc.graph.layers import Assumption, Layer, Requirement
from costcalc.graph.terms import Bare
from costcalc.language.model import Row
from costcalc.operators import Output, Shape
from costcalc.operators.fields import MAX_EXTENT, Kind, Ratio
from costcalc.operators.tags import Later
from costcalc.source.nodes import Node


class Mark(NamedTuple):
    """A point that building can go back to."""

    layers: int
    position: Number
    named: dict[str, Shape | None]
    assumptions: int
    problems: int
    requirements: int
    bare: Bare | None


class Recorder:
    """The growing network."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.position: Number = 0  # how many layers there are with all rounds of repetitions
        self.named: dict[str, Shape | None] = {}
        self.outputs: dict[str, Shape] = {}
        self.assumptions: list[Assumption] = []
        self.requirements: list[Requirement] = []
        self.problems: list[Problem] = []
        self.first_named: dict[str, Number] = {}
        self.repetitions = 0
        self.undecided = False  # whether a problem is only that a parameter is free
        self.bare: Bare | None = None  # what a BN in the next row could be folded into

    def layer(
        self, row: Row, operator: str, x: Shape, out: Output, group: str, coded: str = ""
    ) -> Shape | None:
        """Append a layer, once its guards and sides are seen to hold."""
        sound = True
        for guard in out.guards:
            if is_number(guard.value) and not stands(guard.value, guard.relation):
                self.problems.append(Problem(guard.message, guard.hint, row.place))
        for side, what in ((out.shape.height, "height"), (out.shape.width, "width")):
            if is_number(side) and side < 1:
                message = f"the {what} becomes {side}, from {x}"
                self.problems.append(Problem(message, "fewer strides or a larger input", row.place))
                sound = False
        if any(is_number(extent) and extent > MAX_EXTENT for extent in out.shape):
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
                tuple(g for g in out.guards if not surely_stands(g.value, g.relation)),
                coded=coded,
            )
        )
        return out.shape if sound else None

    def layer_name(self, given: str, operator: str) -> str:
        """The row's own name (numbered from its second layer on), or operator and position.

        The position is that in the network with every repetition written out; where the number of
        rounds is free it is an expression: ``conv(2n + 3)``.
        """
        self.position = position = self.position + 1
        text = str(position) if is_number(position) else f"({pretty(position)})"
        if not given:
            return f"{operator}{text}"
        first = self.first_named.setdefault(given, position)
        return given if first == position else f"{given}_{text}"

    def scale(self, start: Mark, exists: Number, *, there: bool) -> None:
        """All layers after ``start`` are there only where the indicator ``exists`` is 1.

        Those that are not ``there`` at the defaults have no position; their names are in brackets.
        """
        if not there:
            self.position = start.position
        for i in range(start.layers, len(self.layers)):
            layer = self.layers[i]
            terms = {tag: _times(exists, value) for tag, value in layer.terms.items()}
            name = layer.name if there else f"[{layer.name}]"
            found = layer._replace(name=name, terms=terms, exists=exists * layer.exists)
            self.layers[i] = found
        for i in range(start.requirements, len(self.requirements)):
            needed = self.requirements[i]
            self.requirements[i] = needed._replace(exists=exists * needed.exists)

    def multiply(self, start: Mark, times: Number) -> None:
        """All layers since ``start`` happen ``times`` times."""
        self.repetitions += 1
        self.position = start.position + (self.position - start.position) * times
        for i in range(start.layers, len(self.layers)):
            layer = self.layers[i]
            repetition = layer.repetition or self.repetitions
            self.layers[i] = layer._replace(times=layer.times * times, repetition=repetition)

    def require(self, kind: Kind, value: Any, node: Node) -> None:
        """Remember what a column asks of a value that is not a number yet."""
        for part in value if isinstance(value, tuple) else (value,):
            if not isinstance(part, Polynomial):
                continue
            if not isinstance(kind, Ratio) and not surely_whole(part):
                self.requirements.append(Requirement(part, "whole", node.place.path))
            if not (surely_whole(part) and is_positive(part)):
                self.requirements.append(Requirement(part - 1, ">=", node.place.path))

    def require_rounds(self, rounds: Number, node: Node) -> None:
        """A closed form holds from as many rounds on as were run one by one before it."""
        if isinstance(rounds, Polynomial):
            self.requirements.append(Requirement(rounds, ">=", node.place.path, of_form=True))

    def mark(self) -> Mark:
        """Where building stands now."""
        return Mark(
            len(self.layers),
            self.position,
            dict(self.named),
            len(self.assumptions),
            len(self.problems),
            len(self.requirements),
            self.bare,
        )

    def restore(self, mark: Mark) -> None:
        """Forget what came after ``mark``."""
        self.named = dict(mark.named)
        del self.layers[mark.layers :]
        self.position = mark.position
        del self.assumptions[mark.assumptions :]
        del self.problems[mark.problems :]
        del self.requirements[mark.requirements :]
        self.bare = mark.bare


def _times(factor: Number, value: Number | Later) -> Number | Later:
    if isinstance(value, Later):
        return value.map(lambda amount: factor * amount)
    return factor * value
