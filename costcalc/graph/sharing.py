"""Weights used twice: what a row would learn is what another one has learned.

Rows correspond by where they stand in the row that is named and in the one that uses its weights;
those that are passed several times, in order. What they would share must be of one shape.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from costcalc.algebra.evaluation import evaluate
from costcalc.algebra.numbers import Number, divide, is_number
from costcalc.algebra.polynomial import parameter
from costcalc.algebra.sums import surely_stands
from costcalc.errors import CostcalcError, Problem, Undecided
from costcalc.graph.layers import FeatureMap, Layer
from costcalc.graph.terms import ABSORBING, FOLDING
from costcalc.language.model import Operation, Row, Weights
from costcalc.operators import Guard, Output, Shape
from costcalc.operators.coded import Coded
from costcalc.operators.tags import Tag, Terms

#: What a layer learns, by part (:attr:`Tag.part`): each of its extents, or how much it is.
Parts = dict[str, dict[str, Number]]
_UNSHARED = "all that share weights must be of one shape"


class Learned(NamedTuple):
    """What a layer learned, so many ``times``; ``ranges`` are its rounds when it was named."""

    layer: int
    parts: Parts
    times: Number
    ranges: int


#: What the layers of one row learned, by where they stand in it.
Lent = dict[str, list[Learned]]


class _Use(NamedTuple):
    """A row that uses what is ``lent``, but for its ``own`` parts; ``layers`` are those so far,
    each with where it stands. It began in so many rounds that stand for all ``rounds``."""

    lent: Lent
    own: tuple[str, ...]
    root: str
    rounds: int
    layers: list[tuple[int, str]]


class Used(NamedTuple):
    """What is left of a layer that uses the weights of another, and what must hold; ``copied`` are
    the numbers of each channel that are no longer shared once a BN is folded into them."""

    terms: Terms
    guards: tuple[Guard, ...]
    weights: int | None = None
    copied: Number = 0


class Sharing:
    """Who uses whose weights in a growing network of ``layers``; ``indices`` are the numbers of
    the rounds under way that stand for all rounds."""

    def __init__(self, layers: list[Layer]) -> None:
        self.layers = layers
        self.indices: list[str] = []
        self.full: list[Terms] = []  # of each layer, as if it shared nothing
        self.lent: dict[str, Lent] = {}
        self.uses: list[_Use] = []

    def restore(self, lent: Mapping[str, Lent], layers: int) -> None:
        """Forget all but what was ``lent`` and the first ``layers``."""
        self.lent = dict(lent)
        del self.full[layers:]
        for use in self.uses:
            use.layers[:] = [one for one in use.layers if one[0] < layers]

    def notes(self) -> tuple[str, ...]:
        """That parameters which are used again count once."""
        users = sum(layer.weights is not None for layer in self.layers)
        if not users:
            return ()
        who = "1 layer uses" if users == 1 else f"{users} layers use"
        return (f"{who} the weights of others: what is shared counts once, its work each time",)

    # -- lending ------------------------------------------------------------------------------

    def lend(self, name: str, row: Row, start: int) -> None:
        """The layers since ``start`` are those of a row of that name."""
        self.lent[name] = self._since(row, start)

    def _since(self, row: Row, start: int) -> Lent:
        lent: Lent = {}
        for i in range(start, len(self.layers)):
            layer = self.layers[i]
            parts = _parts(layer.operator, layer.input, layer, self.full[i])
            if parts:
                own = Learned(i, parts, layer.times * layer.rounds, len(layer.ranges))
                lent.setdefault(_standing(layer.place.path, row.place.path), []).append(own)
        return lent

    def state(self) -> dict[str, object]:
        """What must be the same before and after a round that is one of several alike."""
        return {
            name: {
                key: [(one.parts, one.times, self.layers[one.layer].exists) for one in learned]
                for key, learned in lent.items()
            }
            for name, lent in self.lent.items()
        }

    def at(self, last: Mapping[str, Number], before: Mapping[str, Lent]) -> None:
        """What was not lent ``before`` is that of the round of these numbers."""
        for name, lent in self.lent.items():
            if before.get(name) is not lent:
                self.lent[name] = {
                    key: [one._replace(parts=_at(one.parts, last)) for one in learned]
                    for key, learned in lent.items()
                }

    # -- using --------------------------------------------------------------------------------

    @contextmanager
    def used(self, lender: str, weights: Weights, row: Row) -> Iterator[None]:
        """The layers of ``row`` use the weights of the row that is named ``lender``.

        :raises CostcalcError: it has none that can be used.
        """
        lent = self.lent.get(lender)
        if not lent:
            hint = "its row must stand before this one, exist here, and learn something"
            raise weights.node.error(f"there are no weights of {lender!r} to use", hint)
        start = len(self.layers)
        with self._using(lent, weights, row):
            yield
        made = self.layers[start:]
        if isinstance(row, Operation) and made and not _parts_of(self.full[start]):
            message = f"weights in a row that learns nothing: {row.operator.name}"
            raise weights.node.error(message, "remove them")

    def rounds(
        self,
        weights: Weights,
        row: Row,
        once: Callable[[Number, FeatureMap | None], FeatureMap | None],
    ) -> Callable[[Number, FeatureMap | None], FeatureMap | None]:
        """Rounds that all use the weights of the first."""
        lent: Lent = {}

        def shared(i: Number, x: FeatureMap | None) -> FeatureMap | None:
            if is_number(i) and i == 0:
                start = len(self.layers)
                y = once(i, x)
                lent.update(self._since(row, start))
                return y
            with self._using(lent, weights, row):
                return once(i, x)

        return shared

    @contextmanager
    def _using(self, lent: Lent, weights: Weights, row: Row) -> Iterator[None]:
        use = _Use(lent, weights.own, row.place.path, len(self.indices), [])
        self.uses.append(use)
        try:
            yield
        finally:
            self.uses.pop()
        for key in dict.fromkeys(key for _, key in use.layers):
            self._as_often(use, key, weights)

    def _round(self, use: _Use, learned: list[Learned], passed: int, row: Row) -> Learned:
        """What was learned in the round that corresponds to one after so many.

        :raises Undecided: rounds that grow, which do not correspond one by one in closed form.
        """
        last = len(learned) - 1
        one = learned[min(passed, last)]
        grown = [i for i, _ in self.layers[one.layer].ranges[: one.ranges] if not _alike(i)]
        growing = self.indices[use.rounds :]
        if len(grown) > 1 or len(growing) > 1 or (growing and passed < last):
            message = "weights of rounds that grow otherwise than those here"
            raise Undecided(Problem(message, "bind the counts", row.place))
        if not grown:
            return one
        number: Number = passed - last
        for index in growing:
            number = number + parameter(index, whole=True, positive=False)
        return one._replace(parts=_at(one.parts, {grown[0]: number}))

    def _as_often(self, use: _Use, key: str, weights: Weights) -> None:
        """Where a row is repeated, its weights must be there as often as they are used.

        :raises CostcalcError: they are not.
        """
        own = [i for i, standing in use.layers if standing == key]
        needed = sum((self.layers[i].times * self.layers[i].rounds for i in own), start=0)
        given = sum((one.times for one in use.lent[key]), start=0)
        last = self.layers[own[-1]]
        message = f"{last.path} uses weights of {needed} rounds, there are those of {given}"
        guard = Guard(given - needed, message, _UNSHARED, ">=")
        if is_number(guard.value) and guard.value < 0:
            raise CostcalcError(Problem(message, "as many rounds", weights.node.place))
        if not surely_stands(guard.value, guard.relation):
            self.layers[own[-1]] = last._replace(guards=(*last.guards, guard))

    def layer(
        self, name: str, row: Row, operator: str, x: Shape, out: Output, terms: Terms
    ) -> Used:
        """What a new layer has of its own, where rows around it use the weights of others."""
        self.full.append(terms)
        left = Used(terms, ())
        for use in reversed(self.uses):
            parts = _parts(operator, x, out, left.terms)
            shared = {part: own for part, own in parts.items() if part not in use.own}
            if shared:
                left = self._partner(use, name, row, (operator, x, out, shared), left)
        return left

    def _partner(
        self,
        use: _Use,
        name: str,
        row: Row,
        needs: tuple[str, Shape, Output, Parts],
        left: Used,
    ) -> Used:
        """A layer without what it shares with the one that corresponds to it."""
        operator, x, out, shared = needs
        key = _standing(row.place.path, use.root)
        learned = use.lent.get(key)
        if learned is None:
            hint = "rows correspond by where they stand in their block or structure"
            message = f"{name} has no counterpart in the row whose weights it would use"
            guard = Guard(1, message, hint, "==")
            return left._replace(guards=(guard,))
        passed = Counter(standing for _, standing in use.layers)[key]
        use.layers.append((len(self.layers), key))
        one = self._round(use, learned, passed, row)
        lender = self.layers[one.layer]
        given = {part: has for part, has in one.parts.items() if part not in use.own}
        message = (
            f"{name} uses the weights of {lender.path}, {_text(lender.type, given)}, "
            f"and needs {_text(out.type, shared)}"
        )
        began = dict.fromkeys(self.indices, 0)
        gaps = [Guard(gap, message, _UNSHARED, "==") for gap in _gaps(shared, given, began)]
        if lender.exists != 1:
            absent = f"{name} uses the weights of {lender.path}, which is not there"
            gaps.append(Guard(lender.exists - 1, absent, "", "=="))
        for index, rounds in lender.ranges[one.ranges :]:
            if not _alike(index):
                gaps.append(Guard(rounds - 1, f"{lender.path} is passed {rounds} times", "", ">="))
        terms = Terms((tag, v) for tag, v in left.terms.items() if _part(tag) not in shared)
        copied = left.copied
        if operator in ABSORBING and Tag.CONV_WEIGHT in left.terms:
            copied += _filters(x, out)
        copied += int(operator in ABSORBING and "bias" in shared)
        if copied and Tag.BN_STATISTICS in terms:
            terms[Tag.BN_FOLDED_COPY] = copied * out.shape.channels
        weights = one.layer if lender.weights is None else lender.weights
        return Used(terms, (*left.guards, *gaps), weights, copied)


def _filters(x: Shape, out: Output) -> Number:
    """The weights of each channel of a convolution."""
    rows, columns = out.kernel or (1, 1)
    return divide(rows * columns * x.channels, out.groups or 1)


def _alike(index: str) -> bool:
    """Whether the rounds of that number are all alike (:meth:`Construction.multiply`); those that
    grow are named otherwise. What lends the weights of the last of them did so before, too."""
    return index.endswith("r")


def _standing(path: str, root: str) -> str:
    """Where a row stands in another one, or in a block that this calls."""
    return path.removeprefix(root)


def _part(key: str) -> str:
    """The part of a row that learns what a key counts; '' for work."""
    tag = key.tag if isinstance(key, Coded) else Tag(key)
    return tag.part if tag.is_parameter else ""


def _parts_of(terms: Terms) -> set[str]:
    return {_part(key) for key in terms} - {""}


def _parts(operator: str, x: Shape, out: Output | Layer, terms: Terms) -> Parts:
    """What a layer learns."""
    parts: Parts = {}
    for key in terms:
        part = _part(key)
        if not part or isinstance(key, Coded) or key in FOLDING:
            continue
        own = parts.setdefault(part, {})
        if part == "weights":
            y = out.output if isinstance(out, Layer) else out.shape
            own |= {"in": x.channels, "out": y.channels, "groups": out.groups or 1, operator: 0}
        if key in (Tag.CONV_WEIGHT, Tag.FC_WEIGHT):
            own |= zip(("rows", "columns"), out.kernel or (1, 1), strict=True)
        else:
            own[key] = terms.amount(key)
    return parts


def _at(parts: Parts, last: Mapping[str, Number]) -> Parts:
    return {
        part: {what: evaluate(extent, last) for what, extent in own.items()}
        for part, own in parts.items()
    }


def _gaps(needed: Parts, given: Parts, began: Mapping[str, Number]) -> list[Number]:
    """What must be 0, so that two layers can learn the same; a number where it surely is not, at
    the latest where all repetitions ``began``."""
    gaps: dict[Number, None] = {}
    for part in needed | given:
        one, other = needed.get(part, {}), given.get(part, {})
        if one.keys() != other.keys():
            return [1]
        gaps.update(dict.fromkeys(extent - other[what] for what, extent in one.items()))
    apart: list[Number] = [gap for gap in gaps if gap != 0]
    at_first = (evaluate(gap, began) for gap in apart)
    return next(([gap] for gap in at_first if is_number(gap) and gap != 0), apart)


def _text(type_: str, parts: Parts) -> str:
    """What a layer learns, in a message: ``conv 3x3 16 → 32, 32 conv bias``."""
    said = []
    for own in parts.values():
        if "in" in own:
            groups = f" in {own['groups']} groups" if own["groups"] != 1 else ""
            said.append(f"{type_} {own['in']} → {own['out']}{groups}")
        said += [f"{amount} {what}" for what, amount in own.items() if isinstance(what, Tag)]
    return ", ".join(said)
