"""One verdict per printed figure, and how they are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.amounts import (
    DIFFERS,
    ROUNDS,
    TRUNCATES,
    UNITS,
    Difference,
    Printed,
    difference,
    digits,
    read_printed,
)
from costcalc.algebra.result import Json
from costcalc.papers.claims.claims import TEXT, Figure

#: Paper, table, row and metric: what tells a figure from every other.
Id = tuple[str, str, str, str]


class Hypothesis(NamedTuple):
    """What may have happened to a figure that differs.

    ``kind`` is a short name; ``text`` says it in words; ``evidence`` what speaks for it;
    ``predicts`` what it says of the neighbouring figures; ``weight`` its rank, larger is likelier.
    ``holds`` is the part of the page where it gives every printed figure
    (:mod:`costcalc.papers.diagnosis.evidence`), and nothing where it only fits this one. One that
    is ``general`` says what was counted, and may hold for other columns too. ``fits`` names the
    rows that differ and are given by one that holds for none.
    """

    kind: str
    text: str
    evidence: str
    predicts: str
    weight: float
    holds: str = ""
    general: bool = False
    fits: tuple[str, ...] = ()

    def to_dict(self) -> Json:
        return {
            "kind": self.kind,
            "text": self.text,
            "evidence": self.evidence,
            "predicts": self.predicts,
            "holds_for": self.holds or None,
            "fits": list(self.fits),
        }


class Verdict(NamedTuple):
    """A figure with what it should be.

    ``computed`` is the exact value as a pure number, or a text where shapes are compared;
    ``should_be`` is it written to the printed digits, ``shown`` for reading even where words are
    printed. ``reason`` says why a figure is unchecked, ``remark`` what else is to be said of one
    that is not.
    """

    figure: Figure
    verdict: str
    computed: Fraction | str | None = None
    should_be: str = ""
    convention: str = ""
    mode: str = ROUNDS
    reason: str = ""
    remark: str = ""
    diagnosis: tuple[Hypothesis, ...] = ()

    @property
    def shown(self) -> str:
        """What the figure should be; two decimals where it is printed in words. Nothing where the
        page does not decide it."""
        if self.differs and self.figure.assumed:
            return ""
        if self.should_be or self.computed is None:
            return self.should_be
        exact = self.computed
        if not isinstance(exact, Fraction):
            return exact
        return digits(exact / UNITS[self.figure.unit], Fraction(1, 100))

    @property
    def differs(self) -> bool:
        return self.verdict == DIFFERS

    @property
    def as_expected(self) -> bool:
        """Whether it is what the claims file expects: only a known misprint differs."""
        return self.differs == bool(self.figure.expect)

    @property
    def explained(self) -> Hypothesis | None:
        """The likeliest hypothesis that holds for a group of printed figures; None if none does."""
        return next((h for h in self.diagnosis if h.holds), None)

    @property
    def numbers(self) -> tuple[Printed, Fraction] | None:
        """What is printed and what is computed; None where one of them is no number."""
        printed = read_printed(self.figure.printed, self.figure.unit)
        if printed is None or not isinstance(self.computed, Fraction):
            return None
        return printed, self.computed

    @property
    def difference(self) -> Difference | None:
        """Printed minus computed; None where one of them is no number."""
        return difference(*self.numbers) if self.numbers else None

    @property
    def difference_text(self) -> str:
        """``-3 in the last digit (-1.24 %)``, of a percentage in points; nothing where the page
        does not decide what is right."""
        gap = self.difference
        if gap is None or self.numbers is None or self.figure.assumed:
            return ""
        steps = _signed(gap.steps, Fraction(1, 10 if abs(gap.steps) < 10 else 1))
        text = f"{steps} in the last digit"
        if self.figure.unit == "%":
            step = self.numbers[0].step
            return f"{text} ({_signed(gap.steps * step, step / 10)} points)"
        if gap.share is not None:
            text += f" ({_signed(gap.share * 100, Fraction(1, 100))} %)"
        return text

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc check``."""
        figure = self.figure
        gap = self.difference
        data: Json = {
            "paper": figure.paper,
            "table": figure.table,
            "row": figure.row,
            "metric": figure.metric,
            "unit": figure.unit,
            "printed": figure.printed,
            "computed": None if self.computed is None else str(self.computed),
            "should_be": self.should_be or None,
            "verdict": self.verdict,
            "convention": self.convention or None,
            "expected": DIFFERS if figure.expect else "agrees",
            "diagnosis": [hypothesis.to_dict() for hypothesis in self.diagnosis],
        }
        if gap is not None and self.differs:
            data["difference"] = {
                "last_digit": str(gap.steps),
                "share": None if gap.share is None else str(gap.share),
            }
        for key, value in (
            ("reason", self.reason),
            ("remark", self.remark),
            ("repeats", figure.repeats),
            ("restored", figure.restored),
            ("note", figure.expect or figure.note),
            ("assumed", figure.assumed),
            ("text", figure.text),
            ("hedge", figure.hedge),
        ):
            if value:
                data[key] = value
        if figure.info:
            data["information"] = dict(figure.info)
        return data


def _signed(value: Fraction, step: Fraction) -> str:
    text = digits(value, step)
    return text if text.startswith("-") else f"+{text}"


class Tally(NamedTuple):
    """How many figures there are, how many have which verdict, and how many repeat others."""

    figures: int
    rounds: int = 0
    truncates: int = 0
    differs: int = 0
    unchecked: int = 0
    repeats: int = 0


def tally(verdicts: Sequence[Verdict]) -> Tally:
    repeats = sum(bool(v.figure.repeats or v.figure.restored) for v in verdicts)
    return Tally(len(verdicts), **Counter(v.verdict for v in verdicts), repeats=repeats)


def cut_off_alone(verdicts: Iterable[Verdict]) -> int:
    """How many figures of tables agree only if they are cut off, where their column rounds."""
    return sum(
        v.verdict == TRUNCATES and v.mode == ROUNDS and v.figure.table != TEXT for v in verdicts
    )


class Diagnosed(NamedTuple):
    """How many of the figures that differ have a hypothesis that holds for a group of printed
    figures, one that fits the figure alone, or none."""

    hold: int
    fit: int
    none: int


def diagnosed(verdicts: Iterable[Verdict]) -> Diagnosed:
    """Count what is known of the figures that differ."""
    wrong = [v for v in verdicts if v.differs]
    hold = sum(v.explained is not None for v in wrong)
    fit = sum(bool(v.diagnosis) for v in wrong)
    return Diagnosed(hold, fit - hold, len(wrong) - fit)
