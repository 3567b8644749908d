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

#: From this size on a network's rows may have one figure that is misprinted besides.
MANY = 6


class Group(NamedTuple):
    """Figures of one column: all of it (``column``), the rows on one ``network``, or those with one
    value of a ``parameter`` or with all others."""

    name: str
    kind: str
    verdicts: tuple[Verdict, ...]


def groups(verdicts: Sequence[Verdict]) -> list[Group]:
    """The groups of a column's figures, of two figures at least, the largest first."""
    if not verdicts:
        return []
    table = verdicts[0].figure.table
    found: dict[tuple[str, ...], Group] = {}
    for kind, what, members in _picked(verdicts):
        if len(members) > 1:
            name = f"{_all(len(members), 'figures' if not what else 'rows')} of {table}{what}"
            rows = tuple(v.figure.row for v in members)
            found.setdefault(rows, Group(name, kind, tuple(members)))
    return sorted(found.values(), key=lambda group: len(group.verdicts), reverse=True)


def _all(count: int, what: str) -> str:
    return f"both {what}" if count == 2 else f"all {count} {what}"


def _picked(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, str, list[Verdict]]]:
    named = [v for v in verdicts if v.figure.of]
    specs = dict.fromkeys(v.figure.of[0].spec for v in named)
    yield ("network" if len(specs) == 1 else "column"), "", list(verdicts)
    for spec in specs:
        yield "network", f" on {spec}", [v for v in named if v.figure.of[0].spec == spec]
    pairs = dict.fromkeys(pair for v in named for pair in v.figure.of[0].at.items())
    for name, value in pairs:
        bound = [v for v in named if name in v.figure.of[0].at]
        same = [v for v in bound if v.figure.of[0].at[name] == value]
        others = [v for v in bound if v.figure.of[0].at[name] != value]
        yield "parameter", f" with {name} = {value}", same
        yield "parameter", f" with another {name} than {value}", others


def holds_for(
    verdict: Verdict,
    marked: Sequence[Group],
    gives: Callable[[Figure], bool],
    slip: Callable[[Verdict], str],
) -> str:
    """The largest group around a figure that a hypothesis holds for, in words; or nothing.

    ``gives`` says whether the hypothesis gives a printed figure. Rows that a parameter picks must
    need it in two places; where one figure differs, there are too many ways to pick its rows. Of
    many rows on one network, of which most need it, one may differ from the hypothesis too, if
    ``slip`` can say which misprint of it that is.
    """
    for group in marked:
        if not any(v is verdict for v in group.verdicts):
            continue
        size = len(group.verdicts)
        missed = [v for v in group.verdicts if not gives(v.figure)]
        mended = sum(v.verdict == DIFFERS for v in group.verdicts) - len(missed)
        if not missed and (mended > 1 or (group.kind != "parameter" and size > 2)):
            return group.name
        if len(missed) == 1 and missed[0].verdict == DIFFERS and group.kind == "network":
            misprint = slip(missed[0]) if size >= MANY and 2 * mended > size else ""
            if misprint:
                return f"{group.name} but one, misprinted besides: {misprint}"
    return ""
