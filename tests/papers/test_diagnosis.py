"""The diagnosis on made-up tables: each cause is found, and nothing that fits is said to be so.

The right figures are MobileNet V1's own (Howard et al. 2017, Table 6): 569, 325, 149, 41 million.
"""

from __future__ import annotations

import pytest

from costcalc.papers.claims.reading import read_claims
from costcalc.papers.run import check_papers
from costcalc.papers.verify.verdicts import Verdict
from costcalc.report.views.checks import contradictions, summary, why

RIGHT = {"1": "569", "0.75": "325", "0.5": "149", "0.25": "41"}
PARAMETERS = {"1": "4.23", "0.75": "2.59", "0.5": "1.33", "0.25": "0.47"}


def table(figures: dict[str, str], metric: str = "mult_adds", spec: str = "mobilenet-v1") -> str:
    rows = "\n".join(f"  - [{alpha}, '{printed}']" for alpha, printed in figures.items())
    return f"tables:\n- table: T\n  spec: {spec}\n  columns: [alpha, {metric} M]\n  rows:\n{rows}\n"


def wrong(text: str) -> list[Verdict]:
    """The verdicts that differ."""
    report = check_papers([read_claims(text)])
    return [v for v in report.verdicts if v.verdict == "differs"]


def test_a_right_table_agrees() -> None:
    assert wrong(table(RIGHT)) == []
    assert wrong(table(PARAMETERS, "params")) == []


@pytest.mark.parametrize(
    ("row", "printed", "kind", "text"),
    [
        ("0.75", "352", "swapped digits", "two digits are swapped: 352 for 325"),
        ("0.75", "375", "replaced digit", "one digit is wrong: 375 for 325"),
        ("0.75", "329", "replaced digit", "one digit is wrong: 329 for 325"),
        ("0.75", "149", "other row", "the figure of row alpha=0.5"),
        ("0.75", "651", "double or half", "twice the count"),
        ("0.25", "20.5", "double or half", "half the count"),
        ("0.25", "40.8", "classifier", "the classifier is left out"),
        ("0.25", "4.103", "moved point", "the decimal point moved: 4.103 for 41.030"),
    ],
)
def test_one_wrong_figure(row: str, printed: str, kind: str, text: str) -> None:
    found = wrong(table({**RIGHT, row: printed}))
    assert [v.figure.row for v in found] == [f"alpha={row}"]
    first = found[0].diagnosis[0]
    assert (first.kind, first.text) == (kind, text)


def test_the_count_at_other_classes() -> None:
    # 3,206,976 convolution weights and 1024·10 of the classifier, instead of 1024·1000
    found = wrong(table({**PARAMETERS, "1": "3.22"}, "params"))
    assert found[0].diagnosis[0].text == "counted with 10 classes"


def test_an_offset_that_several_rows_share() -> None:
    shifted = {alpha: str(int(printed) + 20) for alpha, printed in RIGHT.items()}
    found = wrong(table(shifted))
    assert len(found) == 4
    for verdict in found:
        first = verdict.diagnosis[0]
        assert (first.kind, first.text, first.holds) == (
            "offset",
            "the count, rounded, plus 20",
            "all 4 figures of T",
        )
        assert first.predicts == "holds for all 4 figures of T"


def test_one_layer_counted_otherwise() -> None:
    # the first layer, 10,838,016·α Mult-Adds, is missing
    rest = {"1": "557.9", "0.75": "317.3", "0.5": "144.1", "0.25": "38.3"}
    found = wrong(table(rest))
    assert {v.diagnosis[0].text for v in found} == {"the first layer is left out"}


def test_of_a_last_digit_a_little_off_no_cause_is_told() -> None:
    # 327 for 325 is 0.6 %: any small difference in counting would show so
    (verdict,) = wrong(table({**RIGHT, "0.75": "327"}))
    assert verdict.diagnosis == ()


def test_the_other_figures_of_the_column_are_said_to_be_right_only_where_they_are() -> None:
    (one,) = wrong(table({**RIGHT, "0.75": "352"}))
    assert one.diagnosis[0].predicts == "the column's other figures agree"
    found = wrong(table({**RIGHT, "0.75": "352", "1": "913.77"}))
    (one,) = (v for v in found if v.figure.printed == "352")
    assert one.diagnosis[0].predicts == "2 of the column's 3 other figures agree"


def resnet(n: int) -> float:
    """Millions of Mult-Adds of the (6n + 2)-layer ResNet for CIFAR-10 (He et al. 2015, 4.2)."""
    blocks = sum(
        side * side * 9 * (max(width // 2, 16) * width + (2 * n - 1) * width * width)
        for side, width in ((32, 16), (16, 32), (8, 64))
    )
    return (32 * 32 * 27 * 16 + blocks + 640) / 10**6


def test_a_table_counted_with_a_block_less() -> None:
    assert f"{resnet(3):.1f} {resnet(18):.1f}" == "40.6 252.9"
    rows = "".join(f"  - [{n}, '{resnet(n - 1):.2f}']\n" for n in (5, 7, 9))
    text = "tables:\n- table: T\n  spec: cifar-resnet\n  columns: [n, mult_adds M]\n  rows:\n"
    found = wrong(text + rows)
    assert len(found) == 3
    for verdict in found:
        assert verdict.explained is not None
        assert (verdict.explained.text, verdict.explained.holds) == (
            "the value with n one less",
            "all 3 figures of T",
        )


SEVERAL = """tables:
- table: T
  columns: [row, spec, alpha, mult_adds M]
  rows:
  - [a, mobilenet-v1, 1, '569']
  - [b, mobilenet-v1, 0.75, '325']
  - [c, mobilenet-v1, 0.5, '149']
  - [d, mobilenet-v1, 0.25, '41']
  - {row: V2, spec: mobilenet-v2, mult_adds M: '%s'}
  - {row: Shuffle, spec: shufflenet-g3, mult_adds M: '%s'}
"""


def test_one_convention_is_told_of_the_rows_of_two_networks_together() -> None:
    # 2 for each of 6,709,472 normalised elements: 300.77 + 13.42; of 3,022,320: 137.46 + 6.04
    found = wrong(SEVERAL % ("314", "144"))
    assert [v.figure.row for v in found] == ["V2", "Shuffle"]
    first = found[0].diagnosis[0]
    assert (first.text, first.holds) == ("counted as fvcore-0.1.5", "")
    assert (first.fits, first.evidence) == (("V2", "Shuffle"), "gives 314, 144")
    said = "none holds for the table; V2, Shuffle alone: counted as fvcore-0.1.5 (gives 314, 144; "
    assert why(found[1])[0].startswith(said)
    # one of them alone may be chance: there are too many conventions
    (alone,) = wrong(SEVERAL % ("314", "137"))
    assert not [h for h in alone.diagnosis if h.kind == "other convention"]


def test_nothing_fits() -> None:
    found = wrong(table({**RIGHT, "1": "913.77"}))
    assert found[0].diagnosis == ()


def test_a_hypothesis_says_what_it_means_for_its_neighbours() -> None:
    found = wrong(table({**RIGHT, "0.75": "149"}))
    assert found[0].diagnosis[0].predicts == "row alpha=0.5 should print 149"
    found = wrong(table({**RIGHT, "0.5": "298", "0.75": "651"}))
    assert {v.diagnosis[0].predicts for v in found} == {
        "would change alpha=1, alpha=0.25, which agree"
    }


ASSUMED = """tables:
- table: T
  spec: mobilenet-v1
  assumed: {mult_adds M: {V: "a width of 1 is assumed, no paper prints it"}}
  expect: {mult_adds M: {V: no explanation found}}
  columns: [row, mult_adds M]
  rows:
  - [V, '913.77']
"""


def test_what_the_page_does_not_decide_is_no_should_be() -> None:
    (verdict,) = wrong(ASSUMED)
    assert (verdict.shown, verdict.difference_text) == ("", "")
    assert why(verdict) == ["no hypothesis fits; a width of 1 is assumed, no paper prints it"]
    data = verdict.to_dict()
    assert (data["should_be"], data["assumed"]) == (
        "568.74",
        "a width of 1 is assumed, no paper prints it",
    )
    # and what agrees needs no such word
    right = ASSUMED.replace("913.77", "568.74").replace("  expect:", "  # expect:")
    (agrees,) = check_papers([read_claims(right)]).verdicts
    assert (agrees.shown, why(agrees)) == ("568.74", [])


def test_a_percentage_is_off_by_points() -> None:
    # 1 - 149,497,088 / 568,740,352 is 73.71 %
    claims = STATEMENT.replace("KIND", "reduction %").replace("PRINTED", "-1.5")
    (verdict,) = wrong(claims)
    assert verdict.difference_text == "-752 in the last digit (-75.21 points)"


AGAIN = (
    table({"1": "560", "0.75": "325.4", "0.5": "149.4", "0.25": "41.0"})
    + """- table: U
  spec: mobilenet-v1
  columns: [row, alpha, mult_adds M]
  rows:
  - {row: again, alpha: 1, mult_adds M: '560', repeats: T / alpha=1}
  - [b, 0.75, '325']
  - [c, 0.5, '149.5']
"""
)


def test_a_figure_that_is_printed_again_has_one_right_value() -> None:
    # 149.497 is cut off in T and rounded in U; so 568.74 is 568 in T, where it is first
    report = check_papers([read_claims(AGAIN)])
    assert [c.best.mode for c in report.columns] == ["truncates", "rounds"]
    assert [(v.figure.table, v.should_be) for v in wrong(AGAIN)] == [("T", "568"), ("U", "568")]


def test_what_is_cut_off_alone_is_counted_apart() -> None:
    # 568.740352 and 149.497088 round up, 325.400448 is cut off
    figures = {"1": "569", "0.75": "325.40044", "0.5": "149.5", "0.25": "41.0"}
    verdicts = check_papers([read_claims(table(figures))]).verdicts
    assert [v.verdict for v in verdicts] == ["rounds", "truncates", "rounds", "rounds"]
    assert summary(verdicts) == (
        "4 = 3 rounds + 1 truncates + 0 differs + 0 unchecked (4 agree, 1 of them only if cut off "
        "in a column that rounds; 0 repeat figures printed elsewhere)"
    )
    # where the column cuts off, none is alone
    verdicts = check_papers([read_claims(table({"0.75": "325.40044", "0.5": "149.4"}))]).verdicts
    assert "only if cut off" not in summary(verdicts)


def test_a_copy_that_is_not_one() -> None:
    text = table(RIGHT) + (
        "- table: U\n  spec: mobilenet-v1\n  repeats: T\n  columns: [alpha, mult_adds M]\n"
        "  rows:\n  - [1, '569']\n  - [0.75, '235']\n  - [0.5, '149']\n"
    )
    (verdict,) = wrong(text)
    assert verdict.diagnosis[0].text == "copied wrong: T / alpha=0.75 prints 325"
    assert verdict.figure.repeats == ""  # so that it is told among the paper's own
    repeats = [v.figure.repeats for v in check_papers([read_claims(text)]).verdicts]
    assert repeats == ["", "", "", "", "T / alpha=1", "", "T / alpha=0.5"]


STATEMENT = """
statements:
- claim: c
  kind: KIND
  figures: {mult_adds: "PRINTED"}
  of: {spec: mobilenet-v1, at: {alpha: 0.5}}
  against: {spec: mobilenet-v1, at: {alpha: 1}}
"""


@pytest.mark.parametrize(
    ("kind", "printed", "text"),
    [
        # 1 − 149,497,088 / 568,740,352 is 73.7 %
        ("reduction %", "74", None),
        ("reduction %", "73.7", None),
        ("reduction %", "26", "an increase is taken for a decrease"),
        ("factor", "3.8", None),
        ("factor", "2.8", "what is saved, not the factor"),
        ("factor", "0.26", "the two sides are exchanged"),
    ],
)
def test_sentences(kind: str, printed: str, text: str | None) -> None:
    claims = STATEMENT.replace("KIND", kind).replace("PRINTED", printed)
    found = wrong(claims)
    if text is None:
        assert found == []
    elif kind == "reduction %":
        assert len(found) == 1
    else:
        assert found[0].diagnosis[0].text == text


def test_a_sentence_that_follows_a_wrong_table() -> None:
    claims = table({"1": "569", "0.5": "194", "0.75": "325", "0.25": "41"})
    claims += STATEMENT.replace("KIND", "reduction %").replace("PRINTED", "66")
    (swapped, sentence) = wrong(claims)
    assert swapped.diagnosis[0].text == "two digits are swapped: 194 for 149"
    first = sentence.diagnosis[0]
    assert (first.text, first.evidence) == (
        "computed from the printed table",
        "T prints 194 and 569",
    )


def columns(text: str) -> list[tuple[str, int, int]]:
    """What each column was found to be counted as, and how many of its rows that explains."""
    report = check_papers([read_claims(text)])
    return [(c.best.name, c.best.explained, c.best.of) for c in report.columns]


ODD = "2 × MACs, BN 2 per element, activations 1 per element"


def test_an_honest_table_in_an_odd_convention() -> None:
    # 2·MACs, 2 per normalised and 1 per activated element: 27 layers each, 5,042,688 elements
    figures = {"1": 2 * 568_740_352 + 3 * 5_042_688}
    for alpha, work, elements in (
        ("0.75", 325_400_448, 3_782_016),
        ("0.5", 149_497_088, 2_521_344),
        ("0.25", 41_030_272, 1_260_672),
    ):
        figures[alpha] = 2 * work + 3 * elements
    text = table({alpha: f"{count / 10**6:.3f}" for alpha, count in figures.items()})
    assert columns(text) == [(ODD, 4, 4)]
    assert wrong(text) == []
    # of three rows it may be chance, and of four it must explain each
    three = dict(list(figures.items())[:3])
    short = table({alpha: f"{count / 10**6:.3f}" for alpha, count in three.items()})
    assert columns(short)[0][0] == "paper"
    figures["1"] += 10**7
    text = table({alpha: f"{count / 10**6:.3f}" for alpha, count in figures.items()})
    assert columns(text)[0][0] == "paper"


def test_a_known_convention_need_not_explain_a_row_more() -> None:
    # Keras counts 4,253,864, 2,601,976, 1,342,536 and 475,544 parameters; the first is misprinted
    keras = {"1": "4.35", "0.75": "2.60", "0.5": "1.34"}
    assert columns(table(keras, "params")) == [("keras", 2, 3)]


def test_one_row_does_not_tell_that_digits_are_cut_off() -> None:
    # 568.740352 and 149.497088 million: 568 is cut off, 149 is either
    (one,) = check_papers([read_claims(table({"1": "568", "0.25": "777"}))]).columns
    assert (one.best.mode, one.best.other_digits) == ("rounds", 1)
    (two,) = check_papers([read_claims(table({"1": "568", "0.5": "149"}))]).columns
    assert (two.best.mode, two.best.other_digits) == ("truncates", 0)


def test_columns_that_need_different_networks_are_named() -> None:
    text = table({"1": "4.21"}, "params").replace("table: T", "table: T\n  open: {delta: [1, 2]}")
    assert contradictions(check_papers([read_claims(text)]).columns) == []
    rows = "tables:\n- table: T\n  open: {n: [3, 9]}\n  spec: cifar-resnet\n"
    rows += "  columns: [row, params M, mult_adds M]\n  rows:\n  - [a, '0.85', '40.6']\n"
    assert contradictions(check_papers([read_claims(rows)]).columns) == [
        "claims, T: params at n = 9, mult_adds at n = 3; no one network gives both columns"
    ]


def test_a_table_that_prints_nothing_is_nothing_to_compare_with() -> None:
    claims = table({"1": "569", "0.5": "0", "0.75": "325", "0.25": "41"})
    claims += STATEMENT.replace("KIND", "reduction %").replace("PRINTED", "66")
    assert [v.figure.printed for v in wrong(claims)] == ["0", "66"]
