"""Several models of one family as one spec in their parameters, which gives each of them: their
numbers as one expression, the simplest one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product, zip_longest
from typing import NamedTuple

from costcalc.algebra.amounts import counted
from costcalc.algebra.expressions import exact_number
from costcalc.errors import CostcalcError, ExpressionError
from costcalc.exchange.blocks import CHANNELS, Folding, Unifier, Wanted, skeleton, times
from costcalc.exchange.flat import document, flat, is_input
from costcalc.exchange.readable import written
from costcalc.exchange.structure import Item
from costcalc.exchange.translation import Translation
from costcalc.graph.build import build
from costcalc.graph.loading import loads_spec
from costcalc.language import Spec
from costcalc.language.parameters import KNOWN, pairs
from costcalc.language.write import write
from costcalc.models.importing import Read, amounts, size
from costcalc.source.nodes import Data

#: How α·C becomes whole, by what a network says of it, the rule that says least first.
RULES = {
    "exact": "{}", "floor": "floor({})", "nearest": "nearest({})", "ceil": "ceil({})",
    "divisible(8)": "divisible({}, 8)", "divisible(4)": "divisible({}, 4)",
    "divisible(16)": "divisible({}, 16)", "divisible(2)": "divisible({}, 2)",
    "divisible(8, min=16)": "divisible(max({}, 16), 8)", "divisible(32)": "divisible({}, 32)",
}  # fmt: skip
_LIKELY = "divisible(8)"  # the rule whose failure is told
_ROUNDS = ("ceil({})", "nearest({})", "floor({})")  # how a number of rounds becomes whole
_ROUNDEST = "where several channel counts fit, the roundest one is written"
_LARGEST = 64  # of the numbers in a line through two points; twice the largest multiple


class Point(NamedTuple):
    """Where a network stands: the values of its parameters, as they are given and as numbers."""

    texts: Mapping[str, str]
    values: Mapping[str, Fraction]

    def __str__(self) -> str:
        return ", ".join(f"{name} = {text}" for name, text in self.texts.items())


class Member(NamedTuple):
    """A model of a family: what it is called, what it became, and its parameters."""

    source: str
    translation: Translation
    point: Point


class Fitted(NamedTuple):
    """A spec of a family, and what is a guess in it."""

    text: str
    spec: Spec
    guesses: tuple[str, ...]


def point(text: str) -> Point:
    """The parameters of a model, ``alpha=1/2,resolution=160``.

    :raises CostcalcError: a value is no number.
    """
    texts = pairs(text, "--at NAME=VALUE,NAME=VALUE", before="--at ")
    values = {}
    for name, value in texts.items():
        try:
            values[name] = Fraction(exact_number(value))
        except ExpressionError:
            raise CostcalcError(f"--at {name}={value}: not a number", "such as 1/2") from None
    return Point(texts, values)


def several(
    read: Sequence[Read], at: Sequence[str], name: str, verify: bool
) -> tuple[str, list[str]]:
    """The spec of the models that were read, each at its parameters, and what there is to know of
    it. To ``verify`` is to hold the last model against it, which is not fitted.

    :raises CostcalcError: as :func:`family`, there is not one ``at`` for each, or the last model
        is not what the spec gives.
    """
    if len(at) != len(read):
        message = f"{len(read)} models at {len(at)} places"
        raise CostcalcError(message, "--at NAME=VALUE once for each, in their order")
    if any(one.translation.sides for one in read):
        hint = "--input 3x224x224, or one for each with --at resolution=224"
        raise CostcalcError("the models leave the sides of their images open", hint)
    if len(read) - verify < 2:
        raise CostcalcError("one model is no family", "several models, with --at for each")
    points = [*map(point, at)]
    if not verify and all(one.values == points[0].values for one in points):
        raise CostcalcError("all models are at one place", "--at NAME=VALUE tells them apart")
    members = [
        Member(one.source, one.translation, at) for one, at in zip(read, points, strict=True)
    ]
    found = family(members[: len(members) - verify], name)
    rows = counted(size(found.spec), "row")
    said = [f"{found.spec.name}: {rows}, proven on {len(members) - verify} models"]
    if verify:
        hold(found.spec, members[-1])
        said.append(f"{members[-1].source}, held out: equal")
    return found.text, [*said, *(f"a guess: {guess}" for guess in found.guesses)]


def family(members: Sequence[Member], name: str) -> Fitted:
    """The spec that gives all members.

    :raises CostcalcError: something has no row, the networks differ in more than numbers, or no
        rule gives a number of all of them.
    """
    first = members[0]
    for member in members:
        build(flat(member.translation, name, member.source), {})
        if member.point.values.keys() != first.point.values.keys():
            hint = "each with a value for every parameter"
            raise CostcalcError("the models have other parameters", hint)
    folding = Folding([member.translation for member in members])
    align(folding.networks, members)
    reasons = {}
    for rule in RULES:
        try:
            unifier = Family(folding.networks, [member.point for member in members], RULES[rule])
            own = written(folding, unifier.template()) | entrance(members, unifier)
            own["parameters"] = {key: parameter(members, key) for key in unifier.scopes[0]}
            own["channels"] = rule
            text = write(document(first.translation, name, first.source, own))
            spec = loads_spec(text, name)
            for member in members:
                hold(spec, member)
            return Fitted(text, spec, tuple(unifier.guesses))
        except CostcalcError as error:
            reasons[rule] = str(error)
    raise CostcalcError(f"no rule gives all models: {reasons[_LIKELY]}", "import them one by one")


def parameter(members: Sequence[Member], key: str) -> dict[str, Data]:
    """A declaration; the default is that of the last member."""
    values = {member.point.values[key]: member.point.texts[key] for member in members}
    default = members[-1].point.texts[key]
    said: dict[str, Data] = {"default": default, "usual": [*dict.fromkeys(values.values())]}
    if key not in KNOWN:
        said["meaning"] = f"{key} of the models that were imported"
        if any(value.denominator > 1 for value in values):
            said["domain"] = "positive number"
    return said


def entrance(members: Sequence[Member], unifier: Family) -> dict[str, Data]:
    """The size of a single input, whose sides may be a parameter.

    :raises CostcalcError: no parameter gives them.
    """
    if sum(map(is_input, members[0].translation.rows)) > 1:
        return {}
    forms = [member.translation.rows[0].form for member in members]
    rows = [(scope, Item({"input": None})) for scope in unifier.scopes]
    height, width, channels = (
        unifier.fit(key, [form[k] for form in forms], rows)
        for k, key in enumerate(("height", "width", "channels"))
    )
    sides = {"side": height} if height == width else {"height": height, "width": width}
    return {"input": {**sides, "channels": channels}}


def hold(spec: Spec, member: Member) -> None:
    """:raises CostcalcError: the spec does not give a member."""
    plain = flat(member.translation, spec.name, member.source)
    bound = {key: text for key, text in member.point.texts.items() if key in spec.parameters}
    (ours, maps), (theirs, others) = amounts(spec, spec.binding(bound)), amounts(plain)
    wrong = [key for key in sorted({*ours, *theirs}) if ours.get(key) != theirs.get(key)]
    if wrong or maps != others:
        first = wrong[0] if wrong else "the maps of the layers"
        said = f"{first}: {ours.get(first, 0)} in the spec, {theirs.get(first, 0)} in the model"
        raise CostcalcError(f"{member.source} is not the spec at {member.point}: {said}")


def align(networks: list[list[Item]], members: Sequence[Member]) -> None:
    """:raises CostcalcError: the networks differ in more than numbers."""
    for rows in zip_longest(*networks, fillvalue=Item({})):
        keys = [*map(skeleton, rows)]
        for k in [k for k, key in enumerate(keys) if key != keys[0]][:1]:
            row = rows[0] if rows[0].columns else rows[k]
            raise CostcalcError(
                f"{members[0].source} and {members[k].source} differ in more than numbers, from "
                f"{row.verb!r}{place(row)} on",
                "models of one family, which have the same layers",
            )


class Family(Unifier):
    """Makes one template of several networks, of which each is a unit, in their parameters."""

    def __init__(self, networks: Sequence[list[Item]], points: Sequence[Point], rule: str) -> None:
        super().__init__(networks)
        self.points, self.rule = points, rule
        differ = [k for k, v in points[0].values.items() if any(p.values[k] != v for p in points)]
        self.scopes = [{key: point.values[key] for key in differ} for point in points]
        self.guesses: dict[str, None] = {}

    def argument(self, wanted: Wanted) -> str:
        """:raises CostcalcError: always, for no expression gives a number of all networks."""
        row, at = wanted.rows[0][1], "; ".join(map(str, self.points))
        listed = ", ".join(map(str, wanted.values))
        raise CostcalcError(f"{wanted.column!r} of {row.verb}{place(row)} is {listed} at {at}")

    def gives(self, text: str, wanted: Wanted, **own: int) -> bool:
        """Whether an expression has the value of each network, which rounds its channels."""
        rule = self.rule if wanted.word in ("w", "c") else "{}"
        return super().gives(rule.format(text), wanted, **own)

    def expressions(self, wanted: Wanted) -> Iterator[str]:
        """Of whole numbers, a multiple of a parameter, one that a rule makes whole, or a line, as
        ``(L - 4)/6``. Channels have the rule of the network, rounds any, which is written."""
        network, whole = wanted.word in ("w", "c"), all(type(v) is int for v in wanted.values)
        for name in self.scopes[0] if whole else ():
            given = (scope[name] for scope, _ in wanted.rows)
            (x, u), *between, (y, v) = sorted({*zip(given, wanted.values, strict=True)})
            if x == y:
                continue
            slope = Fraction(v - u) / (y - x)
            shift = u - slope * x
            if not shift:
                yield times(slope, name)
            rules = (
                _ROUNDS if wanted.word == "n" else [self.rule] if wanted.word in CHANNELS else []
            )
            for scale, rule in product((name, f"max(1, {name})"), rules):
                said = "{}" if network else rule
                numbers = range(max(1, int((v - _LARGEST) / y)), int((v + _LARGEST) / y) + 2)
                found = [n for n in numbers if self.gives(said.format(f"_*{scale}"), wanted, _=n)]
                if len(found) > 1 and wanted.word != "n":
                    self.guesses[_ROUNDEST] = None
                for n in sorted(found, key=lambda n: (-(n & -n), abs(n - v / y)))[:1]:
                    yield said.format(times(Fraction(n), scale))
            parts = (*slope.as_integer_ratio(), *shift.as_integer_ratio())
            exact = self.rule == "{}" or not network
            if shift and exact and slope > 0 and max(map(abs, parts)) <= _LARGEST:
                if not between:
                    self.guesses[f"a line in {name} through two points always fits"] = None
                over = slope.denominator if (shift * slope.denominator).denominator == 1 else 1
                text = (
                    f"{times(slope * over, name)} {'-' if shift < 0 else '+'} {abs(shift * over)}"
                )
                yield f"({text})/{over}" if over > 1 else text
        yield from super().expressions(wanted)


def place(row: Item) -> str:
    """`` of layer1``, the module that has a row, if it is known."""
    return f" of {'.'.join(row.place)}" if row.place else ""
