"""What words, ranges and hedges allow.

MobileNet V1 costs 568,740,352 Mult-Adds, at α = 3/4 it costs 325,400,448
(Howard et al. 2017, Table 6: 569 and 325 million).
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from costcalc.errors import CostcalcError
from costcalc.papers.claims.reading import read_claims
from costcalc.papers.claims.words import allowed
from costcalc.papers.run import check_papers

STATEMENT = """statements:
- claim: c
  kind: KIND
  figures: {METRIC: "PRINTED"}
  of: {spec: mobilenet-v1, at: {AT}}
"""
AGAINST = "  against: {spec: mobilenet-v1}\n"


def verdict(kind: str, metric: str, at: str, printed: str, further: str) -> str:
    text = STATEMENT.replace("KIND", kind).replace("METRIC", metric).replace("AT", at)
    text = text.replace("PRINTED", printed) + (AGAINST if kind != "value" else "") + further
    (found,) = check_papers([read_claims(text)]).verdicts
    return found.verdict


@pytest.mark.parametrize(
    ("kind", "metric", "at", "printed", "further", "expected"),
    [
        # 1 - 1/16 and more is saved, and a word has no digits that could be cut off
        ("reduction", "mult_adds", "alpha: 1/16", "two thirds", "means: 2/3", "differs"),
        ("reduction", "mult_adds", "alpha: 1/16", "three quarters", "means: 3/4", "differs"),
        # 1 - 2,568,144/4,209,088 is 39.0 %: 1/0.39 is 2.57, nearer to a third
        ("reduction", "params", "alpha: 3/4", "half", "means: 1/2", "differs"),
        # 1 - 325,400,448/568,740,352 is 42.8 %: 1/0.428 is 2.34
        ("reduction", "mult_adds", "alpha: 3/4", "half", "means: 1/2", "rounds"),
        ("ratio", "params", "alpha: 3/4", "two thirds", "means: 2/3", "rounds"),
        # at 160 px it costs 0.511 of it, at 144 px 0.428
        ("ratio", "mult_adds", "resolution: 160", "two thirds", "means: 2/3", "rounds"),
        ("ratio", "mult_adds", "resolution: 144", "two thirds", "means: 2/3", "differs"),
        # 1/0.4276 is 2.34, at 128 px 1/0.3277 is 3.05
        ("factor", "mult_adds", "resolution: 144", "twice", "means: 2", "rounds"),
        ("factor", "mult_adds", "resolution: 128", "twice", "means: 2", "differs"),
        # 568.74 / 325.40 is 1.748
        ("factor", "mult_adds", "alpha: 3/4", "one and a half", "means: 3/2", "rounds"),
        ("factor", "mult_adds", "alpha: 3/4", "about 1.7", "means: 1.7", "rounds"),
        ("factor", "mult_adds", "alpha: 3/4", "about 1.70", "means: 1.70", "differs"),
        # ranges: half a unit of the last digit, in the printed unit
        ("ratio", "mult_adds", "resolution: 160", "0.8 to 0.9", "means: [0.8, 0.9]", "differs"),
        ("ratio", "mult_adds", "resolution: 160", "0.52 to 0.6", "means: [0.52, 0.6]", "differs"),
        ("ratio", "mult_adds", "resolution: 160", "0.4 to 0.5", "means: [0.4, 0.5]", "rounds"),
        ("reduction %", "mult_adds", "resolution: 160", "40 to 50", "means: [40, 50]", "rounds"),
        ("reduction %", "mult_adds", "resolution: 160", "80 to 90", "means: [80, 90]", "differs"),
        ("value", "mult_adds", "", "100-600", "means: [100, 600]\n  unit: M", "rounds"),
        ("value", "mult_adds", "", "570-600", "means: [570, 600]\n  unit: M", "differs"),
        # bounds
        ("value", "mult_adds", "", "568", "unit: M\n  hedge: more than", "rounds"),
        ("value", "mult_adds", "", "569", "unit: M\n  hedge: more than", "differs"),
        ("value", "mult_adds", "", "569", "unit: M\n  hedge: under", "rounds"),
        ("value", "mult_adds", "", "568", "unit: M\n  hedge: under", "differs"),
        ("value", "depth", "", "1,000", "hedge: less than", "rounds"),
        ("ratio", "mult_adds", "resolution: 160", "half", "means: 1/2\n  hedge: over", "rounds"),
        ("ratio", "mult_adds", "resolution: 160", "half", "means: 1/2\n  hedge: under", "differs"),
        # other hedges only round
        ("value", "mult_adds", "", "569", "unit: M\n  hedge: nearly", "rounds"),
        ("value", "mult_adds", "", "570", "unit: M\n  hedge: nearly", "differs"),
        ("ratio", "mult_adds", "resolution: 160", "half", "means: 1/2\n  hedge: nearly", "rounds"),
        # of words, what is only near leaves a tenth: 568.74 / 325.40 is 1.748, 1.6·1.1 is 1.76
        ("factor", "mult_adds", "alpha: 3/4", "1.6", "means: 1.6\n  hedge: about", "rounds"),
        ("factor", "mult_adds", "alpha: 3/4", "1.6", "means: 1.6\n  hedge: just", "differs"),
        ("factor", "mult_adds", "alpha: 3/4", "1.5", "means: 1.5\n  hedge: about", "differs"),
    ],
)
def test_words_only_round(
    kind: str, metric: str, at: str, printed: str, further: str, expected: str
) -> None:
    assert verdict(kind, metric, at, printed, f"  {further}\n") == expected


def test_a_word_holds_for_every_network_that_it_names() -> None:
    text = """statements:
- claim: c
  kind: ratio
  figures: {mult_adds: half}
  means: 1/2
  of: {spec: [mobilenet-v1-conv, mobilenet-v1-shallow]}
  against: {spec: mobilenet-v1}
"""
    # 307 of 569 million is half; 4,866 of 569 is not
    assert [v.verdict for v in check_papers([read_claims(text)]).verdicts] == ["differs"]


@pytest.mark.parametrize(
    ("written", "unit", "low", "high"),
    [
        (("1/8",), "", Fraction(2, 17), Fraction(2, 15)),
        (("2/3",), "", Fraction(3, 6), Fraction(5, 6)),
        (("8",), "", Fraction(15, 2), Fraction(17, 2)),
        (("0.5",), "", Fraction(45, 100), Fraction(55, 100)),
        (("8", "9.5"), "", Fraction(15, 2), Fraction(955, 100)),
        (("80", "90"), "%", Fraction(795, 1000), Fraction(905, 1000)),
    ],
)
def test_intervals(written: tuple[str, ...], unit: str, low: Fraction, high: Fraction) -> None:
    assert allowed(written, unit, "") == (low, high, False)


@pytest.mark.parametrize(
    ("written", "hedge", "low", "high"),
    [
        # an eighth less a tenth of it is 1/8.89
        ("1/8", "about", Fraction(9, 80), Fraction(11, 80)),
        ("1/8", "only", Fraction(2, 17), Fraction(2, 15)),
        ("8", "接近", Fraction(72, 10), Fraction(88, 10)),
        ("2", "about", Fraction(15, 10), Fraction(25, 10)),
    ],
)
def test_what_is_about_a_number_has_a_tenth_to_spare(
    written: str, hedge: str, low: Fraction, high: Fraction
) -> None:
    assert allowed((written,), "", hedge) == (low, high, False)


@pytest.mark.parametrize(
    ("further", "message"),
    [
        (
            "hedge: mor than",
            "c.yaml:6:10: statements[0].hedge: unknown hedge 'mor than' "
            "(did you mean 'more than'?)",
        ),
        (
            "hedge: more than\n  means: [1, 2]",
            "c.yaml:6:10: statements[0].hedge: a range is not 'more than' anything "
            "(means: one number)",
        ),
        (
            "means: half",
            "c.yaml:6:10: statements[0].means: 'half' is not a number (such as 8, 0.5 or 2/3)",
        ),
        (
            "means: [9, 8]",
            "c.yaml:6:10: statements[0].means: means is one number, or a range of two "
            "(1/8, or [8, 9])",
        ),
    ],
)
def test_messages(further: str, message: str) -> None:
    text = STATEMENT.replace("KIND", "value").replace("METRIC", "depth").replace("AT", "")
    with pytest.raises(CostcalcError) as error:
        read_claims(text.replace("PRINTED", "28") + f"  {further}\n", "c.yaml")
    assert str(error.value) == message
