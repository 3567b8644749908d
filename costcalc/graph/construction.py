"""What is noted while a network is built: layers, names, edges, and what must hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from costcalc.algebra.evaluation import all_atoms
from costcalc.algebra.expressions import Scope
from costcalc.algebra.notation import pretty
from costcalc.algebra.numbers import Number, is_number
from costcalc.algebra.polynomial import Polynomial, is_positive
from costcalc.algebra.polynomial import is_whole as surely_whole
from costcalc.algebra.sums import stands, surely_stands
from costcalc.errors import Place, Problem, did_you_mean
from costcalc.graph.findings import Findings
from costcalc.graph.junctions import Junctions
from costcalc.graph.layers import (
    READ,
    UNFOLDED,
    WRITTEN,
    Assumption,
    FeatureMap,
    Layer,
    Requirement,
)
from costcalc.graph.sharing import Lent, Sharing
from costcalc.graph.terms import ABSORBING, absorbs
from costcalc.language.model import Row, Spec, Written
from costcalc.operators import Guard, Output, Shape
from costcalc.operators.columns import MAX_EXTENT, Kind, Value
from costcalc.operators.tags import PARAMETERS, Terms
from costcalc.source.nodes import Node

SIDES = ("height", "width")
NOTHING: Mapping[str, Output] = {}


class Mark(NamedTuple):
    """A point that building can go back to."""

    layers: int
    position: Number
    steps: Number
    named: dict[str, FeatureMap | None]
    lent: dict[str, Lent]
    assumptions: int
    problems: int
    roundings: int
    requirements: int
    junctions: int


class Construction:
    """The growing network."""

    def __init__(self, spec: Spec) -> None:
        self.names = spec.names  # those that rows give: no other layer is called so
        self.found = Findings(spec.channel_rule)
        self.row = Written("", "")  # the row of the spec's table that is being built
        self.parts: tuple[tuple[str, int], ...] = ()  # the calls and rounds that are open
        self.opened = 0
        self.layers: list[Layer] = []
        self.position: Number = 0  # how many layers there are with all rounds of repetitions
        self.steps: Number = 0  # how many rows were run through, all rounds included
        self.named: dict[str, FeatureMap | None] = {}
        self.sharing = Sharing(self.layers)
        self.junctions = Junctions(len(spec.inputs))
        self.assumptions: list[Assumption] = []
        self.requirements: list[Requirement] = []
        self.first_named: dict[str, Number] = {}
        self.repetitions = 0
        self.supposed: dict[str, None] = {}  # the rounds that closed forms need

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Walks through a block that is called, by its name, or a round of a repetition."""
        before = self.parts
        self.opened += 1
        self.parts = (*before, (name, self.opened))
        yield
        self.parts = before

    def layer(
        self,
        row: Row,
        operator: str,
        inputs: tuple[FeatureMap, ...],
        out: Output,
        terms: Terms,
        group: str,
        coded: str = "",
        fused: Mapping[str, Output] = NOTHING,
    ) -> FeatureMap | None:
        """Append a layer, once its guards and sides are seen to hold; a source has no inputs."""
        x = inputs[0].shape if inputs else out.shape
        full, name = terms, self.layer_name(row.columns.name, operator)
        terms, must, weights, copied = self.sharing.layer(name, row, operator, x, out, terms)
        out = out._replace(guards=out.guards + must) if must else out
        sound = self._fits(row, x, out, [one.source for one in inputs])
        self.layers.append(
            Layer(
                *(name, out.type, out.kernel, out.stride, out.groups),
                *(x, out.shape, terms),
                *(operator, group, row.place),
                self._open(row, out.guards),
                coded=coded,
                inputs=tuple([one.source for one in inputs]),
                arguments=out.arguments,
                fused={name: applied.arguments for name, applied in fused.items()},
                row=self.row.label,
                within=self.row.name,
                parts=self.parts,
                weights=weights,
                moved=partial(self._moved, inputs, out.shape, full, terms),
            )
        )
        if not sound:
            return None
        folding = absorbs(full, copied) if operator in ABSORBING and not fused else UNFOLDED
        return FeatureMap(out.shape, len(self.layers) - 1, folding, (*folding[:2], 0))

    def _open(self, row: Row, guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
        """The guards that hang on free parameters; those of the closed form only are noted."""
        left = [g for g in guards if not surely_stands(g.value, g.relation)]
        for value, _, _, relation, of_form in left:
            if of_form:
                self.requirements.append(Requirement(value, relation, row.place.path, of_form=True))
                self.found.sure = False  # elsewhere the network is another one
        return tuple([g for g in left if not g.of_form])

    def _fits(self, row: Row, x: object, out: Output, sources: Sequence[int]) -> bool:
        """Whether what follows can be checked; problems are noted."""
        found = self.found
        for guard in out.guards:
            if is_number(guard.value) and not stands(guard.value, guard.relation):
                found.misfit(Problem(guard.message, guard.hint, row.place), *sources)
        noted = len(found.problems)
        numbers = [extent if is_number(extent) else 1 for extent in out.shape]
        lost = [f"{what} becomes {n}" for what, n in zip(SIDES, numbers[:2], strict=True) if n < 1]
        if lost:
            message = f"the {' and the '.join(lost)}, from {x}"
            found.note(Problem(message, "fewer strides or a larger input", row.place))
        if max(numbers) > MAX_EXTENT:
            message = f"the output {out.shape} is too large"
            found.note(Problem(message, f"at most {MAX_EXTENT:,} a side", row.place))
        return len(found.problems) == noted

    def layer_name(self, given: str, operator: str) -> str:
        """The row's own name (numbered from its second layer on), or operator and position.

        The position is that in the network with every repetition written out; where the number of
        rounds is free it is an expression: ``conv(2n + 3)``. A name that some row gives is left to
        that row: another layer has a ``_`` behind it.
        """
        self.position = position = self.position + 1
        text = str(position) if is_number(position) else f"({pretty(position)})"
        if given and self.first_named.setdefault(given, position) == position:
            return given
        name = f"{given}_{text}" if given else f"{operator}{text}"
        while name in self.names:
            name += "_"
        return name

    def map_of(self, name: str, place: Place) -> FeatureMap | None:
        """The map of the row of that name; None where a problem made it unknown."""
        if name not in self.named:
            message, hint = f"{name!r} is named only further down", "name it before it is used"
            if name not in self.names:  # a word that an argument holds
                message, hint = f"no row is named {name!r}", did_you_mean(name, self.names)
            self.found.note(Problem(message, hint, place))
        return self.named.get(name)

    # -- what holds for all layers since a mark -----------------------------------------------

    def scale(self, start: Mark, exists: Number, *, there: bool) -> None:
        """All layers after ``start`` are there only where the indicator ``exists`` is 1.

        Those that are not ``there`` at the defaults have no position; their names are in brackets.
        """
        if not there:
            self.position = start.position
        self.steps = start.steps + (self.steps - start.steps) * exists
        for i in range(start.layers, len(self.layers)):
            layer = self.layers[i]
            self.layers[i] = layer._replace(
                name=layer.name if there else f"[{layer.name}]",
                terms=layer.terms.map(lambda amount: exists * amount),
                moved=layer.moved_by(lambda amount: exists * amount),
                exists=exists * layer.exists,
            )
        for i in range(start.requirements, len(self.requirements)):
            needed = self.requirements[i]
            self.requirements[i] = needed._replace(exists=exists * needed.exists)

    def multiply(self, start: Mark, times: Number) -> None:
        """All layers since ``start`` happen ``times`` times; where that is 0, nothing is asked."""
        self.repetitions += 1
        self.position = start.position + (self.position - start.position) * times
        self.steps = start.steps + (self.steps - start.steps) * times
        rounds = () if is_positive(times) else ((f"#{self.repetitions}r", times),)
        for i in range(start.layers, len(self.layers)):
            layer = self.layers[i]
            self.layers[i] = layer._replace(
                times=layer.times * times,
                repetitions=((self.repetitions, times), *layer.repetitions),
                ranges=(*layer.ranges, *rounds),
            )
        for i in range(start.requirements, len(self.requirements)):
            needed = self.requirements[i]
            self.requirements[i] = needed._replace(ranges=(*needed.ranges, *rounds))

    def mark(self) -> Mark:
        """Where building stands now."""
        return Mark(
            len(self.layers),
            self.position,
            self.steps,
            dict(self.named),
            dict(self.sharing.lent),
            len(self.assumptions),
            len(self.found.problems),
            len(self.found.roundings),
            len(self.requirements),
            len(self.junctions.noted),
        )

    def restore(self, mark: Mark) -> None:
        """Forget what came after ``mark``."""
        self.named = dict(mark.named)
        self.sharing.restore(mark.lent, mark.layers)
        self.position = mark.position
        self.steps = mark.steps
        del self.layers[mark.layers :]
        del self.assumptions[mark.assumptions :]
        del self.found.problems[mark.problems :]
        del self.found.roundings[mark.roundings :]
        del self.requirements[mark.requirements :]
        del self.junctions.noted[mark.junctions :]

    # -- rounds that stand for many -------------------------------------------------------------

    def enter(self, x: FeatureMap) -> FeatureMap:
        """What arrives at a round that stands for many. It, and every map with a name, may come
        from the round before."""
        for name, given in self.named.items():
            if given is not None:
                self.named[name] = self.junctions.enter(given)
        return self.junctions.enter(x)

    def leave(self, start: Mark, y: FeatureMap) -> None:
        """Later rounds get what the round since ``start`` gave."""
        given = [self.named[name] for name, entered in start.named.items() if entered is not None]
        self.junctions.leave(start.junctions, [*given, y])

    def _moved(self, inputs: tuple[FeatureMap, ...], y: Shape, full: Terms, own: Terms) -> Terms:
        """What a layer moves besides its ``own`` parameters (:attr:`Layer.moved`); a map that is
        learned is one of these, and lies with them."""
        if not inputs:
            return Terms()
        sources = {self.junctions.followed(x.source): x for x in inputs}
        read = [x for source, x in sources.items() if source < 0 or self.layers[source].inputs]
        moved = Terms({READ: sum((x.shape.elements for x in read), start=0)})
        moved[WRITTEN] = y.elements
        lent = {tag: x for tag, x in full.items() if tag in PARAMETERS and tag not in own}
        return moved.plus(lent)

    # -- what must hold -----------------------------------------------------------------------

    def require(self, kind: Kind, value: Any, node: Node) -> None:
        """Remember what a column asks of a value that is not a number yet."""
        if isinstance(value, tuple):
            for part in value:
                self.require(kind.asks(value), part, node)
        elif isinstance(value, Polynomial):
            (relation, least), whole = kind.least, surely_whole(value)
            if kind.whole and not whole:
                self.requirements.append(Requirement(value, "whole", node.place.path))
            if not (is_positive(value) and (whole or not least)):
                self.requirements.append(Requirement(value - least, relation, node.place.path))

    def value(self, value: Value, scope: Scope) -> Any:
        """A column's value. What it makes divisible must be above 0, or there is none."""
        found = value.evaluate(scope)
        self.require_above(found, value.node)
        return found

    def require_above(self, value: Any, node: Node) -> None:
        """Rounding to a multiple must not hide that there are no channels."""
        for part in value if isinstance(value, tuple) else (value,):
            for atom in all_atoms(part) if isinstance(part, Polynomial) else ():
                if atom.kind == "divisible" and not is_positive(atom.args[0]):
                    self.requirements.append(Requirement(atom.args[0], ">", node.place.path))

    def require_rounds(self, count: Number, least: int, node: Node) -> None:
        """A closed form holds from as many rounds on as were run one by one before it; what is
        wrong with the rows that follow may be right after fewer."""
        rounds = count - least
        if isinstance(rounds, Polynomial):
            self.requirements.append(Requirement(rounds, ">=", node.place.path, of_form=True))
            if not (surely_whole(rounds) and is_positive(rounds + 1)):
                self.found.sure = False
                self.supposed[f"{pretty(count)} ≥ {least}"] = None
