"""Rules: what lies in memory at a step, by name."""

from __future__ import annotations

from typing import NamedTuple

from costcalc.errors import CostcalcError, did_you_mean

#: Rows that make each channel of the one that it reads, and can write it there if it is no larger.
CHANNELWISE = ("avgpool", "dwconv", "maxpool")

#: Rows that can write into one of the maps that they read.
MERGING = ("add", "multiply")


class Rule(NamedTuple):
    """What lies in memory at a step. ``in_place``: rows that write where they read, if nothing else
    needs that; ``held``: what waits for an addition counts while a depthwise convolution runs, and
    at no other step."""

    name: str
    meaning: str
    in_place: tuple[str, ...] = ()
    held: bool = False


RULES = {
    rule.name: rule
    for rule in (
        Rule("live", "every tensor from the layer that writes it to its last reader"),
        Rule(
            "depthwise in place",
            "as live, but a depthwise convolution writes each channel where it read it (MCUNetV2)",
            in_place=("dwconv",),
        ),
        Rule(
            "residual held",
            "a layer's inputs and output; what waits for an addition only beside a depthwise "
            "convolution, as mcunet counts",
            held=True,
        ),
    )
}


def as_rule(name: str, in_place: str = "") -> Rule:
    """The rule of a name, with what besides is ``in_place``: ``add,dwconv``.

    :raises CostcalcError: no rule, or nothing that can be in place, is called so.
    """
    if name not in RULES:
        raise CostcalcError(f"no rule is called {name!r}", did_you_mean(name, RULES))
    rule, words = RULES[name], [word.strip() for word in in_place.split(",") if word.strip()]
    for word in words:
        if word not in (*CHANNELWISE, *MERGING):
            known = did_you_mean(word, (*CHANNELWISE, *MERGING))
            raise CostcalcError(f"{word!r} can't be in place", known)
    more = tuple(sorted({*words} - {*rule.in_place}))
    if not more:
        return rule
    said = f"{' and '.join(more)} in place"
    meaning = f"{rule.meaning}; {said} of what they read, if nothing else needs that"
    return Rule(f"{rule.name}, {said}", meaning, (*rule.in_place, *more), rule.held)
