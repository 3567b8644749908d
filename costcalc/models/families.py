"""Several models of one family as one spec in their parameters, which gives each of them."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.amounts import counted
from costcalc.algebra.expressions import exact_number
from costcalc.errors import CostcalcError, ExpressionError
from costcalc.exchange.blocks import Block
from costcalc.exchange.flat import flat
from costcalc.exchange.readable import folded, made
from costcalc.exchange.structure import Item
from costcalc.exchange.translation import Translation
from costcalc.exchange.unifying import FIRST, skeleton
from costcalc.graph.build import build
from costcalc.graph.loading import loads_spec
from costcalc.language import Spec
from costcalc.language.model import Rule
from costcalc.language.parameters import KNOWN, pairs
from costcalc.language.write import write
from costcalc.models.fitting import RULES, Family, Point, Unfit
from costcalc.models.importing import Read, amounts, size
from costcalc.source.nodes import Data, Mapping, marked

#: The rule whose failure is told.
LIKELY = Rule("divisible", 8)


class Member(NamedTuple):
    """A model of a family: what it is called, what it became, and its parameters."""

    source: str
    translation: Translation
    point: Point


class Fitted(NamedTuple):
    """A spec of a family, and what is a guess in it."""

    text: str
    spec: Spec
    rule: Rule
    guesses: tuple[str, ...]

    def said(self, members: Sequence[Member], held: Sequence[Member]) -> list[str]:
        """What there is to know of it, in lines."""
        lines = [
            f"{self.spec.name}: {counted(size(self.spec), 'row')}, proven on {len(members)} models"
        ]
        lines += [f"{member.source}, held out: equal" for member in held]
        lines += [f"a guess: {guess}" for guess in self.guesses]
        return lines


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
    if not verify and len({tuple(point(text).values.items()) for text in at}) < 2:
        raise CostcalcError("all models are at one place", "--at NAME=VALUE tells them apart")
    members = [
        Member(one.source, one.translation, point(text)) for one, text in zip(read, at, strict=True)
    ]
    fitted, held = members[: len(members) - verify], members[len(members) - verify :]
    found = family(fitted, name)
    for member in held:
        hold(found.spec, member)
    return found.text, found.said(fitted, held)


def family(members: Sequence[Member], name: str) -> Fitted:
    """The spec that gives all members.

    :raises CostcalcError: something has no row, the networks differ in more than numbers, or no
        rule gives a number of all of them.
    """
    for member in members:
        build(flat(member.translation, name, member.source), {})
        if member.point.values.keys() != members[0].point.values.keys():
            hint = "each with a value for every parameter"
            raise CostcalcError("the models have other parameters", hint)
    networks, blocks = folded([member.translation for member in members])
    align(networks, members)
    reason = ""
    for rule in RULES:
        for explicit in (False, True) if rule.name != "exact" else (False,):
            try:
                return _fitted(members, name, deepcopy(networks), deepcopy(blocks), rule, explicit)
            except (Unfit, CostcalcError) as error:
                reason = str(error) if rule in (RULES[0], LIKELY) else reason
    raise CostcalcError(f"no rule gives all models: {reason}", "import them one by one")


def _fitted(
    members: Sequence[Member],
    name: str,
    networks: list[list[Item]],
    blocks: dict[str, Block],
    rule: Rule,
    explicit: bool,
) -> Fitted:
    """The spec under one rule.

    :raises Unfit: it has no expression for a number.
    :raises CostcalcError: a member is not what it gives.
    """
    unifier = Family(networks, [member.point for member in members], rule, explicit)
    rows = unifier.template()
    root = made(members[0].translation, name, members[0].source, rows, blocks)
    top: dict[str, Data] = {}
    for key, value in root.values.items():
        if key == "defaults":
            top["parameters"] = parameters(members)
            top["channels"] = "exact" if explicit else str(rule)
        top[key] = entrance(members, unifier) if key == "input" else value
    document = marked(top, root.place)
    assert isinstance(document, Mapping)
    text = write(document)
    spec = loads_spec(text, name)
    for member in members:
        hold(spec, member)
    return Fitted(text, spec, rule, tuple(unifier.guesses))


def parameters(members: Sequence[Member]) -> dict[str, Data]:
    """Their declarations; the defaults are those of the last member."""
    declared: dict[str, Data] = {}
    for key, value in members[0].point.values.items():
        if all(member.point.values[key] == value for member in members):
            continue
        default = members[-1].point.texts[key]
        usual = dict.fromkeys(member.point.texts[key] for member in members)
        said: dict[str, Data] = {"default": default, "usual": [*usual]}
        if key not in KNOWN:
            said["meaning"] = f"{key} of the models that were imported"
            if any(member.point.values[key].denominator > 1 for member in members):
                said["domain"] = "positive number"
        declared[key] = said
    return declared


def entrance(members: Sequence[Member], unifier: Family) -> dict[str, Data]:
    """The size of the input, whose sides may be a parameter.

    :raises Unfit: no parameter gives them.
    """
    forms = [member.translation.rows[0].form for member in members]
    rows = {i: Item({"input": None}, leaving=form) for i, form in enumerate(forms)}
    height, width, channels = (
        unifier.fit(column, {i: form[k] for i, form in enumerate(forms)}, rows)
        for k, column in enumerate(("side", "side", "channels"))
    )
    sides = {"side": height} if height == width else {"height": height, "width": width}
    return {**sides, "channels": channels}


def hold(spec: Spec, member: Member) -> None:
    """:raises CostcalcError: the spec does not give a member."""
    plain = flat(member.translation, spec.name, member.source)
    bound = {key: text for key, text in member.point.texts.items() if key in spec.parameters}
    ours, theirs = amounts(spec, spec.binding(bound)), amounts(plain)
    if ours == theirs:
        return
    wrong = sorted(
        key for key in {*ours[0], *theirs[0]} if ours[0].get(key, 0) != theirs[0].get(key, 0)
    )
    first = wrong[0] if wrong else "the maps of the layers"
    said = f"{first}: {ours[0].get(first, 0)} in the spec, {theirs[0].get(first, 0)} in the model"
    raise CostcalcError(f"{member.source} is not the spec at {member.point}: {said}")


def align(networks: list[list[Item]], members: Sequence[Member]) -> None:
    """Rows that stand for each other have the same columns: one round is a repetition, too.

    :raises CostcalcError: the networks differ in more than numbers.
    """
    lengths = {len(rows) for rows in networks}
    for rows in zip(*networks, strict=False):
        _alike(rows)
        other = next((k for k, row in enumerate(rows) if skeleton(row) != skeleton(rows[0])), 0)
        if other or (len(lengths) > 1 and rows[0] is networks[0][min(lengths) - 1]):
            one, two = members[0].source, members[other or -1].source
            raise CostcalcError(
                f"{one} and {two} differ in more than numbers, from {rows[0].verb!r}"
                f"{f' of {rows[0].place}' if rows[0].place else ''} on",
                "models of one family, which have the same layers",
            )


def _alike(rows: Sequence[Item]) -> None:
    """Calls of which some are repeated: all are, the first with its own arguments."""
    calls = all(row.call and row.verb == rows[0].verb for row in rows)
    if not calls or not any("repeat" in row.columns for row in rows):
        return
    first = {key: key[len(FIRST) :] for row in rows for key in row.columns if FIRST in key}
    later = next((row for row in rows if first.keys() & row.columns.keys()), rows[0])
    for row in rows:
        own = {key: row.columns[word] for key, word in first.items()} | row.columns
        if not first.keys() & row.columns.keys():  # its only round is the first
            own |= {word: later.columns[word] for word in first.values()}
        row.columns = {row.verb: None, "repeat": 1} | own
