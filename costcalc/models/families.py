"""Several models of one family as one spec in their parameters, which gives each of them: their
numbers as one expression, the simplest one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import combinations, product, zip_longest
from typing import Any, NamedTuple

from costcalc.algebra.amounts import counted
from costcalc.errors import CostcalcError
from costcalc.exchange.blocks import CHANNELS, Folding, Unifier, skeleton, times
from costcalc.exchange.flat import document, flat, is_input
from costcalc.exchange.readable import written
from costcalc.exchange.structure import Item
from costcalc.exchange.translation import Translation
from costcalc.graph.build import build
from costcalc.graph.loading import loads_spec
from costcalc.language import Spec
from costcalc.language.parameters import KNOWN, POSITIVE_NUMBER, Parameter, pairs
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


def point(text: str) -> Point:
    """The parameters of a model, ``alpha=1/2,resolution=160``.

    :raises CostcalcError: a value is no number above 0.
    """
    texts = pairs(text, "--at NAME=VALUE,NAME=VALUE", before="--at ")
    read = {key: Parameter(f"--at {key}", 1, POSITIVE_NUMBER) for key in texts}
    return Point(texts, {key: Fraction(str(one.bind(texts[key]))) for key, one in read.items()})


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
    placed = zip(read, points, strict=True)
    members = [Member(one.source, one.translation, point) for one, point in placed]
    text, spec, guesses = family(members[: len(members) - verify], name)
    rows = counted(size(spec), "row")
    said = [f"{spec.name}: {rows}, proven on {len(members) - verify} models"]
    if verify:
        hold(spec, members[-1])
        said.append(f"{members[-1].source}, held out: equal")
    return text, [*said, *(f"a guess: {guess}" for guess in guesses)]


def family(members: Sequence[Member], name: str) -> tuple[str, Spec, list[str]]:
    """The text of the spec that gives all members, the spec, and what is a guess in it.

    :raises CostcalcError: something has no row, the networks differ in more than numbers, or no
        rule gives a number of all of them.
    """
    first = members[0]
    for member in members:
        build(flat(member.translation, name, member.source), {})
        if member.point.values.keys() != first.point.values.keys():
            hint = "each with a value for every parameter"
            raise CostcalcError("the models have other parameters", hint)
    try:
        folding = Folding([member.translation for member in members])
    except RecursionError:  # hundreds of rows stand in each other
        raise CostcalcError("the models are nested too deep", "import them one by one") from None
    align(folding.networks, members)
    points, reasons = [member.point for member in members], {}
    for rule in RULES:
        try:
            unifier = Family(folding.networks, points, RULES[rule])
            own = written(folding, unifier.rows(unifier.units)) | entrance(members, unifier)
            own["parameters"] = {key: parameter(members, key) for key in unifier.scopes[0]}
            text = write(document(first.translation, name, first.source, own | {"channels": rule}))
            spec = loads_spec(text, name)
            for member in members:
                hold(spec, member)
            return text, spec, [*unifier.guesses]
        except CostcalcError as error:
            reasons[rule] = str(error)
    unused = any("is never used" in reason for reason in reasons.values())
    for one, two in combinations(first.point.values, 2) if unused else ():
        pairs = {(point.values[one], point.values[two]) for point in points}
        if 1 < len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}):
            hint = "add one where only one of them differs"
            raise CostcalcError(f"the models do not tell {one!r} from {two!r}", hint)
    raise CostcalcError(f"no rule gives all models: {reasons[_LIKELY]}", "import them one by one")


def parameter(members: Sequence[Member], key: str) -> dict[str, Data]:
    """A declaration; the default is that of the last member."""
    values = {member.point.values[key]: member.point.texts[key] for member in members}
    said: dict[str, Data] = {"default": members[-1].point.texts[key], "usual": [*values.values()]}
    if key not in KNOWN:
        said["meaning"] = f"{key} of the models that were imported"
        if any(value.denominator > 1 for value in values):
            said["domain"] = POSITIVE_NUMBER
    return said


def entrance(members: Sequence[Member], unifier: Family) -> dict[str, Data]:
    """The size of a single input, whose sides may be a parameter.

    :raises CostcalcError: no parameter gives them.
    """
    if sum(map(is_input, members[0].translation.rows)) > 1:
        return {}
    forms = [member.translation.rows[0].form for member in members]
    rows = [Item({"input": None}, scope=scope) for scope in unifier.scopes]
    keys = ("height", "width", "channels")
    size = {key: unifier.fit(key, [form[k] for form in forms], rows) for k, key in enumerate(keys)}
    square: dict[str, Data] = {"side": size["height"], "channels": size["channels"]}
    return {"input": square if size["height"] == size["width"] else {**size}}


def hold(spec: Spec, member: Member) -> None:
    """:raises CostcalcError: the spec does not give a member."""
    plain = flat(member.translation, spec.name, member.source)
    bound = {key: text for key, text in member.point.texts.items() if key in spec.parameters}
    (ours, maps), (theirs, others) = amounts(spec, spec.binding(bound)), amounts(plain)
    wrong = [tag for tag in sorted({*ours, *theirs}) if ours.get(tag) != theirs.get(tag)]
    for tag in [*wrong, *(["the maps of the layers"] if maps != others else [])][:1]:
        said = f"{tag}: {ours.get(tag, 0)} in the spec, {theirs.get(tag, 0)} in the model"
        raise CostcalcError(f"{member.source} is not the spec at {member.point}: {said}")


def align(networks: list[list[Item]], members: Sequence[Member]) -> None:
    """:raises CostcalcError: the networks differ in more than numbers."""
    for rows in zip_longest(*networks, fillvalue=Item({})):
        for member, row in zip(members, rows, strict=True):
            if skeleton(row) != skeleton(rows[0]):
                one = rows[0] if rows[0].columns else row
                said = f"{members[0].source} and {member.source} differ in more than numbers, from "
                said += f"{one.verb!r}{place(one)} on"
                raise CostcalcError(said, "models of one family, which have the same layers")


class Family(Unifier):
    """Makes one template of several networks, of which each is a unit, in their parameters."""

    def __init__(self, networks: Sequence[list[Item]], points: Sequence[Point], rule: str) -> None:
        super().__init__(networks)
        self.points, self.rule = points, rule
        for scope, point in zip(self.scopes, points, strict=True):
            scope |= {
                k: v for k, v in point.values.items() if any(p.values[k] != v for p in points)
            }
        self.guesses: dict[str, None] = {}

    def argument(self, column: str, values: list[Any], items: list[Item]) -> str:
        """:raises CostcalcError: always, for no expression gives a number of all networks."""
        listed, at = ", ".join(map(str, values)), "; ".join(map(str, self.points))
        raise CostcalcError(f"{column!r} of {items[0].verb}{place(items[0])} is {listed} at {at}")

    def gives(self, text: str, word: str, values: list[Any], items: list[Item], **own: int) -> bool:
        """Whether an expression has the value of each network, which rounds its channels."""
        rule = self.rule if word in ("w", "c") else "{}"
        return super().gives(rule.format(text), word, values, items, **own)

    def expressions(self, word: str, values: list[Any], items: list[Item]) -> Iterator[str]:
        """Of whole numbers, a multiple of a parameter, one that a rule makes whole, or a line, as
        ``(L - 4)/6``. Channels have the rule of the network, rounds any, which is written."""
        network, whole = word in ("w", "c"), all(type(value) is int for value in values)
        for name in self.scopes[0] if whole else ():
            given = (item.scope[name] for item in items)
            (x, u), *between, (y, v) = sorted({*zip(given, values, strict=True)})
            if x == y:
                continue
            slope = Fraction(v - u) / (y - x)
            shift = u - slope * x
            if not shift:
                yield times(slope, name)
            rules = _ROUNDS if word == "n" else [self.rule] if word in CHANNELS else []
            for scale, rule in product((name, f"max(1, {name})"), rules):
                said = "{}" if network else rule
                numbers = range(max(1, int((v - _LARGEST) / y)), int((v + _LARGEST) / y) + 2)
                fits = partial(self.gives, said.format(f"_*{scale}"), word, values, items)
                found = [n for n in numbers if fits(_=n)]
                if len(found) > 1 and word != "n":
                    self.guesses[_ROUNDEST] = None
                for n in sorted(found, key=lambda n: (-(n & -n), abs(n - v / y)))[:1]:
                    yield said.format(times(Fraction(n), scale))
            parts = (*slope.as_integer_ratio(), *shift.as_integer_ratio())
            exact = self.rule == "{}" or not network
            if shift and exact and slope > 0 and max(map(abs, parts)) <= _LARGEST:
                if not between:
                    self.guesses[f"a line in {name} through two points always fits"] = None
                over = slope.denominator if (shift * slope.denominator).denominator == 1 else 1
                sign = "-" if shift < 0 else "+"
                text = f"{times(slope * over, name)} {sign} {abs(shift * over)}"
                yield f"({text})/{over}" if over > 1 else text
        yield from super().expressions(word, values, items)


def place(row: Item) -> str:
    """`` of layer1``, the module that has a row, if it is known."""
    return f" of {'.'.join(row.place)}" if row.place else ""
