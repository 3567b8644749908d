"""A constant that several figures are off by, and digits that are rounded up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil

from costcalc.algebra.printed import DIFFERS, digits, rounded, truncated
from costcalc.papers.claims.claims import Figure
from costcalc.papers.diagnosis.fits import printed_of
from costcalc.papers.diagnosis.hypotheses import Alternative, Counter
from costcalc.papers.verify.verdicts import Verdict


def rounded_up(counter: Counter, tried: list[Alternative]) -> list[Alternative]:
    """Counts whose digits are rounded up instead of to the nearest: at the binding, and at others
    that papers mix up."""
    bases = [Alternative("", "", 1, counter.at({}))]
    bases += [a for a in tried if a.kind == "other classes"]

    def raised(base: Alternative) -> Callable[[Figure], Fraction | None]:
        def value(figure: Figure) -> Fraction | None:
            found = base.value(figure)
            if found is None:
                return None
            printed = printed_of(figure)
            return ceil(found / printed.scale / printed.step) * printed.step * printed.scale

        return value

    return [
        Alternative(
            "rounded up",
            f"{base.text or 'the count'}, and rounded up",
            len(bases),
            raised(base),
        )
        for base in bases
    ]


def offsets(
    counter: Counter, tried: list[Alternative], verdicts: Sequence[Verdict]
) -> list[Alternative]:
    """A constant that several figures are off by: from the count, or the count at other classes."""
    wrong = [v for v in verdicts if v.verdict == DIFFERS]
    counts = [Alternative("", "the count", 1, counter.at({}))]
    counts += [a for a in tried if a.kind == "other classes"]
    bases = [
        (f"{count.text}, {said},", _written(count, cut))
        for count in counts
        for cut, said in ((rounded, "rounded"), (truncated, "cut off"))
    ]
    found = []
    for text, base in bases:
        groups: dict[Fraction, list[Figure]] = {}
        for figure in (v.figure for v in wrong):
            value = base(figure)
            if value is not None:
                printed = printed_of(figure)
                groups.setdefault(printed.value * printed.scale - value, []).append(figure)
        for gap, members in groups.items():
            if len(members) > 1 and gap:
                printed = printed_of(members[0])
                amount = digits(abs(gap) / printed.scale, printed.step)
                said = f"{text} {'plus' if gap > 0 else 'minus'} {amount}"
                found.append(Alternative("offset", said, len(bases) * 9, _moved(base, gap)))
    return found


def _written(
    base: Alternative, cut: Callable[[Fraction, Fraction], Fraction]
) -> Callable[[Figure], Fraction | None]:
    """The base's value with no more digits than the figure has."""

    def value(figure: Figure) -> Fraction | None:
        found = base.value(figure)
        printed = printed_of(figure)
        return None if found is None else cut(found / printed.scale, printed.step) * printed.scale

    return value


def _moved(
    base: Callable[[Figure], Fraction | None], gap: Fraction
) -> Callable[[Figure], Fraction | None]:
    def value(figure: Figure) -> Fraction | None:
        found = base(figure)
        return None if found is None else found + gap

    return value
