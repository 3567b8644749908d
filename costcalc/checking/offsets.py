"""A constant that several figures are off by, and digits that are rounded up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil

from costcalc.checking.claims import Figure
from costcalc.checking.figures import DIFFERS, digits, read_printed, rounded, truncated
from costcalc.checking.fits import Fit, printed_of
from costcalc.checking.hypotheses import Alternative, Counter
from costcalc.checking.verdicts import Verdict


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
    counter: Counter,
    tried: list[Alternative],
    verdicts: Sequence[Verdict],
    sisters: Sequence[Sequence[Verdict]],
) -> list[Fit]:
    """A constant that is added to several figures: to the count, to the count at other classes, or
    to the figures that another table prints in the same rows."""
    wrong = [v for v in verdicts if v.verdict == DIFFERS]
    bases: list[tuple[str, Callable[[Verdict], Fraction | None]]] = []
    counts = [Alternative("", "the count", 1, counter.at({}))]
    counts += [a for a in tried if a.kind == "other classes"]
    for count in counts:
        for cut, said in ((rounded, "rounded"), (truncated, "cut off")):
            bases.append((f"{count.text}, {said},", _written(count, cut)))
    for sister in sisters:
        if sister[0].figure.place > verdicts[0].figure.place:
            continue
        name = sister[0].figure.table
        figures = {v.figure.row: v.figure for v in sister}
        bases.append((f"the figure of {name}", _beside(figures)))
    found = []
    for text, base in bases:
        groups: dict[Fraction, list[Verdict]] = {}
        # between printed figures an offset may also hold where both happen to agree
        for verdict in verdicts if text.startswith("the figure of") else wrong:
            value = base(verdict)
            if value is not None:
                groups.setdefault(printed_of(verdict.figure).value - value, []).append(verdict)
        for gap, members in groups.items():
            if len(members) > 1 and gap and any(v.verdict == DIFFERS for v in members):
                decimals = printed_of(members[0].figure).decimals
                sign = "plus" if gap > 0 else "minus"
                amount = digits(abs(gap), Fraction(1, 10**decimals))
                alternative = Alternative(
                    "offset", f"{text} {sign} {amount}", len(bases) * 9, lambda figure: None
                )
                found.append(Fit(alternative, tuple(v.figure.row for v in members)))
    return found


def _written(
    base: Alternative, cut: Callable[[Fraction, Fraction], Fraction]
) -> Callable[[Verdict], Fraction | None]:
    def value(verdict: Verdict) -> Fraction | None:
        found = base.value(verdict.figure)
        printed = printed_of(verdict.figure)
        return None if found is None else cut(found / printed.scale, printed.step)

    return value


def _beside(figures: dict[str, Figure]) -> Callable[[Verdict], Fraction | None]:
    def value(verdict: Verdict) -> Fraction | None:
        other = figures.get(verdict.figure.row)
        printed = read_printed(other.printed, other.unit) if other is not None else None
        return printed.value if printed is not None else None

    return value
