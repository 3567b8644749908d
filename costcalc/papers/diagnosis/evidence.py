"""What speaks for a hypothesis: the groups of figures that a table itself marks off, and its rank.

That a hypothesis gives one printed figure may be chance: there are hundreds of them. It *holds* if
it gives the printed digits of every figure of a group: the whole column, the column's rows on one
network, or the rows that share a parameter's value, or all others. The hypothesis does not choose
its rows; only these groups count. And it must explain more of the group than chance would: a figure
that is off by d units of its last digit leaves some 2·d + 1 printed texts that lie as near, and a
hypothesis that has nothing to do with it gives it with about two chances in so many.

What fits some figures and holds for none is told only if chance is not far likelier than the
hypothesis. So a figure that is a little off in its last digit mostly has no cause to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from math import prod
from typing import NamedTuple

from costcalc.papers.claims.claims import Figure
from costcalc.papers.verify.verdicts import Hypothesis, Verdict

#: As many hypotheses as are worth reading, and what each must weigh: what is below is chance.
KEPT = 5
LEAST = Fraction(1, 500)
#: From this size on a network's rows may have one figure that is misprinted besides.
MANY = 6
#: How much less likely than the hypothesis itself its agreement by chance must be.
MARGIN = 10
#: How much likelier it may be, where the hypothesis is told as one that fits.
DOUBT = 10


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
    marked: dict[tuple[str, ...], Group] = {}
    for kind, what, members in _picked(verdicts):
        if len(members) > 1:
            name = f"{_all(len(members), 'figures' if not what else 'rows')} of {table}{what}"
            rows = tuple(v.figure.row for v in members)
            marked.setdefault(rows, Group(name, kind, tuple(members)))
    return sorted(marked.values(), key=lambda group: len(group.verdicts), reverse=True)


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


class Claimed(NamedTuple):
    """What a hypothesis says of a column: which printed figures it ``gives``, which of those that
    differ it ``explains`` (not those that it only passes on), whether a figure may be a misprint of
    what it gives (``slip``), and how likely it is before anything is seen (``prior``)."""

    gives: Callable[[Figure], bool]
    explains: Callable[[Figure], bool]
    slip: Callable[[Verdict], bool]
    prior: Fraction


def holds_for(verdict: Verdict, marked: Sequence[Group], claimed: Claimed) -> str:
    """The largest group around a figure that a hypothesis holds for, in words; or nothing.

    Of many rows on one network one may differ from the hypothesis too, if that may be a misprint.
    """
    for group in marked:
        if not any(v is verdict for v in group.verdicts):
            continue
        missed = [v for v in group.verdicts if not claimed.gives(v.figure)]
        mended = [v for v in group.verdicts if v.differs and claimed.explains(v.figure)]
        if len(missed) > 1 or by_chance(mended) * MARGIN > claimed.prior:
            continue
        if not missed:
            return group.name
        large = group.kind == "network" and len(group.verdicts) >= MANY
        if large and missed[0].differs and claimed.slip(missed[0]):
            return f"{group.name} but {missed[0].figure.row}"
    return ""


def by_chance(mended: Iterable[Verdict]) -> Fraction:
    """How often that many figures come out right by chance.

    The same figure of the same value counts once, however often it is printed.
    """
    chances = {(v.figure.printed, v.computed): _chance(v) for v in mended}
    return prod(chances.values(), start=Fraction(1))


def _chance(verdict: Verdict) -> Fraction:
    gap = verdict.difference
    steps = abs(gap.steps) if gap is not None else Fraction(0)
    return min(Fraction(1), 2 / (2 * steps + 1))


def best_of(hypotheses: Iterable[Hypothesis]) -> tuple[Hypothesis, ...]:
    """The likeliest first, each said once; the likeliest that holds for a group is among them."""
    distinct: dict[tuple[str, str], Hypothesis] = {}
    for h in sorted(hypotheses, key=lambda h: (h.weight, bool(h.holds)), reverse=True):
        if h.weight >= LEAST:
            distinct.setdefault((h.kind, h.text), h)
    ranked = list(distinct.values())
    kept = ranked[:KEPT]
    if not any(h.holds for h in kept):
        kept += [h for h in ranked[KEPT:] if h.holds][:1]
    return tuple(kept)
