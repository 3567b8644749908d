"""Statements: of printed rows without a model, of less and more, and of several values at once."""

from __future__ import annotations

import pytest

from costcalc.errors import CostcalcError
from costcalc.papers.claims.reading import read_claims
from costcalc.papers.run import check_papers
from costcalc.papers.verify.verdicts import Verdict
from costcalc.report.views.checks import why

# Qin et al. 2018, Table 4, in part: 63.73 / 57.17 is 1.1147, 103.79 / 57.17 is 1.8154
TABLE = """tables:
- table: Table 4
  unchecked: measured
  columns: [row, mult_adds M, time ms]
  rows:
  - [ShuffleNet, 13, 103.79]
  - [MobileNet, 12, 63.73]
  - [FD-MobileNet, 12, 57.17]
  - [Lost, 12, "?"]
"""
SPEEDUP = (
    "{claim: c, kind: factor, figures: {time: 1.11}, of: {row: Table 4 / FD-MobileNet}, "
    "against: {row: Table 4 / MobileNet}}"
)


def stated(statement: str, table: str = "") -> Verdict:
    """The verdict on the one figure of a statement."""
    report = check_papers([read_claims(f"{table}statements:\n- {statement}\n", "c.yaml")])
    (found,) = (v for v in report.verdicts if v.figure.table == "text")
    return found


@pytest.mark.parametrize(
    ("old", "new", "verdict", "should_be", "told"),
    [
        ("", "", "rounds", "1.11", "agrees with its own table: Table 4 prints 57.17 for "
         "FD-MobileNet and 63.73 for MobileNet"),
        ("1.11", "1.12", "differs", "1.11", "differs from its own table: Table 4 prints 57.17 for "
         "FD-MobileNet and 63.73 for MobileNet"),
        # 1.815 cut off
        ("1.11}, of: {row: Table 4 / FD-MobileNet}, against: {row: Table 4 / MobileNet}",
         "1.81}, of: {row: Table 4 / FD-MobileNet}, against: {row: Table 4 / ShuffleNet}",
         "truncates", "1.82", "agrees with its own table: Table 4 prints 57.17 for FD-MobileNet "
         "and 103.79 for ShuffleNet"),
        # 1 - 57.17 / 63.73 is 10.3 %
        ("factor, figures: {time: 1.11}", "reduction %, figures: {time: 10}", "rounds", "10",
         "agrees with its own table: Table 4 prints 57.17 for FD-MobileNet and 63.73 for "
         "MobileNet"),
        ("time: 1.11", "mult_adds: 1.0", "rounds", "1.0",
         "agrees with its own table: Table 4 prints 12 for FD-MobileNet and 12 for MobileNet"),
    ],
)  # fmt: skip
def test_a_ratio_of_printed_figures(
    old: str, new: str, verdict: str, should_be: str, told: str
) -> None:
    assert old in SPEEDUP
    found = stated(SPEEDUP.replace(old, new) if old else SPEEDUP, TABLE)
    assert (found.verdict, found.should_be, found.remark) == (verdict, should_be, told)
    assert why(found) == [told]
    assert found.to_dict()["remark"] == told


def test_a_value_of_a_printed_row() -> None:
    statement = "{claim: c, kind: value, unit: M, figures: {mult_adds: 13}, of: {row: ROW}}"
    found = stated(statement.replace("ROW", "Table 4 / ShuffleNet"), TABLE)
    assert (found.verdict, found.remark) == (
        "rounds",
        "agrees with its own table: Table 4 prints 13 for ShuffleNet",
    )


def test_what_is_illegible_is_compared_with_nothing() -> None:
    found = stated(SPEEDUP.replace("Table 4 / MobileNet", "Table 4 / Lost"), TABLE)
    assert (found.verdict, found.reason) == (
        "unchecked",
        "'Table 4 / Lost' prints no number for time",
    )


def test_a_comparison_holds_for_each_row_and_says_which_it_fails_for() -> None:
    slower = (
        "{claim: c, kind: more, figures: {time: slower}, of: {row: [Table 4 / ShuffleNet, "
        "Table 4 / MobileNet]}, against: {row: Table 4 / FD-MobileNet}}"
    )
    found = stated(slower, TABLE)
    # the nearest to the edge: 63.73 / 57.17
    assert (found.verdict, found.should_be) == ("rounds", "1.11 times")
    found = stated(slower, TABLE.replace("63.73", "57"))
    assert (found.verdict, found.should_be, found.remark) == (
        "differs",
        "1.00 times",
        "differs from its own table: Table 4 prints 57 for MobileNet and 57.17 for FD-MobileNet",
    )
    assert found.diagnosis == ()


# MobileNet V1 has 4,209,088 weights in convolutions and classifier at α = 1, fewer at any other
FEWER = (
    "{claim: c, kind: less, figures: {params: fewer}, of: {spec: mobilenet-v1, at: {alpha: 3/4}}, "
    "against: {spec: mobilenet-v1}}"
)


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("less", "less", "rounds"),
        ("less", "more", "differs"),
        ("alpha: 3/4", "alpha: 5/4", "differs"),
        # the same is neither less nor more
        ("alpha: 3/4", "alpha: 1", "differs"),
        ("less, figures: {params: fewer}, of: {spec: mobilenet-v1, at: {alpha: 3/4}}",
         "more, figures: {params: as many}, of: {spec: mobilenet-v1, at: {alpha: 1}}", "differs"),
        ("params: fewer", "depth: as deep", "differs"),
        # each of several
        ("{spec: mobilenet-v1, at: {alpha: 3/4}}",
         "[{spec: mobilenet-v1, at: {alpha: 3/4}}, {spec: mobilenet-v1, at: {alpha: 1/2}}]",
         "rounds"),
        ("{spec: mobilenet-v1, at: {alpha: 3/4}}",
         "[{spec: mobilenet-v1, at: {alpha: 3/4}}, {spec: mobilenet-v1, at: {alpha: 5/4}}]",
         "differs"),
    ],
)  # fmt: skip
def test_less_and_more_are_strict(old: str, new: str, verdict: str) -> None:
    assert old in FEWER
    found = stated(FEWER.replace(old, new))
    assert (found.verdict, found.diagnosis, found.remark) == (verdict, (), "")


@pytest.mark.parametrize(
    ("each", "verdict", "should_be"),
    [
        ("resolution: [128, 224], classes: [10, 1000]", "rounds", "1024"),
        # 1024·α: one of them is wrong
        ("alpha: [1, 1/2]", "differs", "512"),
        ("resolution: [128, 224], alpha: [1/2, 1]", "differs", "512"),
    ],
)
def test_a_statement_may_hold_at_each_of_several_values(
    each: str, verdict: str, should_be: str
) -> None:
    found = stated(
        "{claim: c, kind: value, figures: {channels: 1024}, "
        f"of: {{spec: mobilenet-v1, group: separable, items: last}}, each: {{{each}}}}}"
    )
    assert (found.verdict, found.should_be) == (verdict, should_be)


def test_both_sides_of_a_comparison_are_at_the_same_value() -> None:
    # (192/224)² of the convolutions at either width; the wider one has less of it in its classifier
    narrow = FEWER.replace("alpha: 3/4", "resolution: 192").replace("params", "mult_adds")
    assert stated(narrow).should_be == "0.74 times"
    assert stated(narrow[:-1] + ", each: {alpha: [1, 1/2]}}").verdict == "rounds"
    assert stated(narrow[:-1] + ", each: {alpha: [1/2], resolution: [160]}}").verdict == "differs"


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            FEWER.replace(
                "against: {spec: mobilenet-v1}", "against: {spec: [mobilenet-v1, yolov2]}"
            ),
            "c.yaml:2:105: statements[0].against: 2 things to compare with (a statement for each)",
        ),
        (
            FEWER.replace("against: {spec: mobilenet-v1}", "against: {row: Table 4 / a}"),
            "c.yaml:2:105: statements[0].against: a printed row is compared with a printed row "
            "(of: {row: …} against: {row: …})",
        ),
        (
            FEWER[:-1] + ", means: 1/2}",
            "c.yaml:2:134: statements[0].means: 'less' takes no means "
            "(kind: ratio, for a figure in words)",
        ),
        (
            FEWER[:-1] + ", hedge: about}",
            "c.yaml:2:134: statements[0].hedge: 'less' takes no hedge "
            "(kind: ratio, for a figure in words)",
        ),
        (
            FEWER[:-1] + ", each: {beta: [1]}}",
            "c.yaml:2:134: statements[0].each: no network here has a parameter 'beta' "
            "(did you mean 'delta'?)",
        ),
        (
            FEWER[:-1] + ", each: {alpha: [0]}}",
            "c.yaml:2:142: statements[0].each.alpha[0]: alpha: 0 is outside its domain "
            "(a positive number)",
        ),
        # of two networks, one has no such stem: at its own it would be another comparison
        (
            "{claim: c, kind: less, figures: {params: fewer}, of: {spec: shufflenet-g3}, "
            "against: {spec: nasnet-a-mobile}, each: {stem: [32]}}",
            "c.yaml:2:127: statements[0].each.stem[0]: stem: '32' is not a choice "
            "(one of published, scaled, fixed)",
        ),
        (
            "{claim: c, kind: value, figures: {params: 1}, of: {row: Table 4 / a, at: {}}}",
            "c.yaml:2:72: statements[0].of: unknown key 'at' (known: row)",
        ),
    ],
)
def test_what_a_statement_may_say(statement: str, message: str) -> None:
    with pytest.raises(CostcalcError) as error:
        stated(statement)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Table 4 / MobileNet", "Table 4 / Mobile", "nothing is called 'Table 4 / Mobile'"),
        ("time", "params", "'Table 4 / FD-MobileNet' prints no params"),
    ],
)
def test_a_row_must_be_printed(old: str, new: str, message: str) -> None:
    with pytest.raises(CostcalcError) as error:
        stated(SPEEDUP.replace(old, new), TABLE)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("metric", "printed", "target"),
    [
        ("kinds", 4, "{spec: mobilenet-v1}"),  # conv 3x3, dwconv 3x3, conv 1x1, fc
        ("kinds", 2, "{spec: mobilenet-v1, group: conv 1x1 + fc}"),
        ("kernel", 7, "{spec: resnet-50, items: first}"),
        ("kernel", 1, "{spec: mobilenet-v1, group: fc}"),
        ("output side", 7, "{spec: mobilenet-v1, group: separable, items: last}"),
        # 26 depthwise and 1×1 layers are 13 separable ones; the first convolution stands apart
        ("count", 13, "{spec: mobilenet-v1, group: separable}"),
        ("count", 14, "{spec: mobilenet-v1, group: separable + conv}"),
    ],
)
def test_what_can_be_stated_of_layers(metric: str, printed: int, target: str) -> None:
    statement = f"{{claim: c, kind: value, figures: {{{metric}: {printed}}}, of: {target}}}"
    assert stated(statement).verdict == "rounds"
    assert stated(statement.replace(f": {printed}}}", f": {printed + 1}}}")).verdict == "differs"


def test_layers_of_several_sides_have_none() -> None:
    found = stated(
        "{claim: c, kind: value, figures: {output side: 7}, "
        "of: {spec: mobilenet-v1, group: separable}}"
    )
    assert found.reason == "the layers have 5 different output sides"
