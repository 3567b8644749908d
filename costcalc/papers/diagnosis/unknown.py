"""Columns that are counted in no known way, and rows of other networks than their labels say:
nobody is accused by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from costcalc.algebra.amounts import UNCHECKED
from costcalc.language import library
from costcalc.papers.claims.claims import COSTS, TEXT, grouped
from costcalc.papers.verify.columns import LONG
from costcalc.papers.verify.figures import Checker
from costcalc.papers.verify.verdicts import Verdict

#: Misprints and other ways of counting seldom change a figure by more.
_NEAR = Fraction(1, 50)


def unaccused(checker: Checker, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts; unchecked where figures of shipped networks give no reason to blame them.

    Most figures of a column are no misprints: where few agree, the table counts otherwise. Both
    costs of a row are seldom far off: it is of another network with that name, if the table prints
    several. A cause that holds for them says more, and so does a file of one's own, which may be
    what is wrong; these are left as they are.
    """
    compared = [
        v
        for v in verdicts
        if v.figure.metric in COSTS and v.computed is not None and v.figure.table != TEXT
    ]
    reasons = {
        id(v): said for v, said in (*_other_networks(compared), *_unknown(checker, compared))
    }
    return [
        Verdict(v.figure, UNCHECKED, reason=reasons[id(v)]) if id(v) in reasons else v
        for v in verdicts
    ]


def _other_networks(compared: Iterable[Verdict]) -> Iterator[tuple[Verdict, str]]:
    """Rows of tables of several networks, both costs of which are far off."""
    for table in grouped(compared, lambda v: v.figure.key[:2]).values():
        several = len({target.spec for v in table for target in v.figure.of}) > 1
        for row in grouped(table, lambda v: v.figure.row).values() if several else ():
            if len({v.figure.metric for v in row}) > 1 and all(map(_far, row)):
                said = f"neither cost of the row is that of {row[0].figure.of[0].spec}"
                yield from ((v, said) for v in row if _blameless(row))


def _unknown(checker: Checker, compared: Iterable[Verdict]) -> Iterator[tuple[Verdict, str]]:
    """What differs in columns of which few figures agree."""
    for key, own in grouped(compared, lambda v: v.figure.key).items():
        agree = sum(not v.differs for v in own)
        few = agree == 0 < len(own) - 1 or 2 * agree < len(own) >= LONG
        if key in checker.columns and few and _blameless(own):
            gives = f"more than {agree}" if agree else "any"
            said = f"no known way of counting gives {gives} of the column's {len(own)} figures"
            yield from ((v, said) for v in own if v.differs)


def _blameless(verdicts: Sequence[Verdict]) -> bool:
    """Whether all are on shipped networks, and nobody expects a misprint or holds a cause."""
    specs = {target.spec for v in verdicts for target in v.figure.of}
    if not specs <= set(library.spec_names()):
        return False
    return not any(v.explained or v.figure.expect for v in verdicts)


def _far(verdict: Verdict) -> bool:
    """Whether a figure differs by more than misprints and other counts of one network do."""
    share = verdict.difference.share if verdict.differs and verdict.difference else None
    return share is not None and abs(share) > _NEAR
