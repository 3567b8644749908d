"""The groups of figures that a printed table itself marks off, and what holds for one of them.

That a hypothesis gives one printed figure may be chance: there are hundreds of them. It *holds* if
it gives the printed digits of every figure of a group: the whole column, the column's rows on one
network, or the rows that share a parameter's value, or all others. The hypothesis does not choose
its rows; only these groups count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from costcalc.checking.claims import Figure
from costcalc.checking.figures import DIFFERS
from costcalc.checking.verdicts import Verdict

#: From this size on a group may have one figure that is misprinted besides.
MANY = 6


class Group(NamedTuple):
    """Figures of one column. ``whole`` tells the column and a network's rows, which stand as they
    are, from rows picked by a parameter, where one figure that differs is no evidence."""

    name: str
    verdicts: tuple[Verdict, ...]
    whole: bool


def groups(verdicts: Sequence[Verdict]) -> list[Group]:
    """The groups of a column's figures, of two figures at least, the largest first."""
    if not verdicts:
        return []
    table = verdicts[0].figure.table
    found: dict[tuple[str, ...], Group] = {}
    for what, members, whole in _picked(verdicts):
        if len(members) > 1:
            name = f"{_all(len(members), 'figures' if not what else 'rows')} of {table}{what}"
            rows = tuple(v.figure.row for v in members)
            found.setdefault(rows, Group(name, tuple(members), whole))
    return sorted(found.values(), key=lambda group: len(group.verdicts), reverse=True)


def _all(count: int, what: str) -> str:
    return f"both {what}" if count == 2 else f"all {count} {what}"


def _picked(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, list[Verdict], bool]]:
    yield "", list(verdicts), True
    named = [v for v in verdicts if v.figure.of]
    for spec in dict.fromkeys(v.figure.of[0].spec for v in named):
        yield f" on {spec}", [v for v in named if v.figure.of[0].spec == spec], True
    pairs = dict.fromkeys(pair for v in named for pair in v.figure.of[0].at.items())
    for name, value in pairs:
        bound = [v for v in named if name in v.figure.of[0].at]
        same = [v for v in bound if v.figure.of[0].at[name] == value]
        others = [v for v in bound if v.figure.of[0].at[name] != value]
        yield f" with {name} = {value}", same, False
        yield f" with another {name} than {value}", others, False


def holds_for(
    verdict: Verdict,
    marked: Sequence[Group],
    gives: Callable[[Figure], bool],
    slip: Callable[[Verdict], str],
) -> str:
    """The largest group around a figure that a hypothesis holds for, in words; or nothing.

    ``gives`` says whether the hypothesis gives a printed figure. If it holds for no group, a large
    one may have a figure that differs from the hypothesis too, where ``slip`` can say which
    misprint of it that is, and most of the group's figures need the hypothesis.
    """
    nearly = ""
    for group in marked:
        if not any(v is verdict for v in group.verdicts):
            continue
        missed = [v for v in group.verdicts if not gives(v.figure)]
        mended = sum(v.verdict == DIFFERS for v in group.verdicts) - len(missed)
        if not missed and (mended > 1 or (group.whole and len(group.verdicts) > 2)):
            return group.name
        if len(missed) == 1 and missed[0].verdict == DIFFERS and not nearly:
            misprint = slip(missed[0])
            if misprint and len(group.verdicts) >= MANY and 2 * mended > len(group.verdicts):
                nearly = f"{group.name} but one, misprinted besides: {misprint}"
    return nearly
