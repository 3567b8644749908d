"""Printed layer tables: right cells agree, wrong ones are seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from costcalc.graph.selection import Cannot
from costcalc.language.library import CLAIMS
from costcalc.papers.claims.reading import read_claims, read_paper
from costcalc.papers.run import check_papers
from costcalc.papers.verify.cells import read_words
from costcalc.papers.verify.verdicts import Verdict

# the first rows of Howard et al. 2017, Table 1, as a network of their own
NET = """network: n
parameters: {alpha: {default: 1}}
input: 32x32x3
layers:
- {conv: 3x3, stride: 2, out: 32*alpha}
- {dwconv: 3x3}
- {conv: 1x1, out: 64*alpha}
- {avgpool: global}
- {fc: 10}
"""
ROWS = """shapes:
- table: T
  spec: n.yaml
  columns: [type / stride, filter shape, input size]
  rows:
  - [Conv / s2,     3×3×3×32α,  32×32×3]
  - [Conv dw / s1,  3×3×32α dw, 16×16×32α]
  - [Conv / s1,     1×1×32α×64α, 16×16×32α]
  - [Avg Pool / s1, Pool 16×16, 16×16×64α]
  - [FC / s1,       64α×10,     1×1×64α]
"""


Checked = Callable[[str], list[Verdict]]


@pytest.fixture
def verdicts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checked:
    (tmp_path / "n.yaml").write_text(NET)
    monkeypatch.chdir(tmp_path)

    def check(rows: str) -> list[Verdict]:
        (tmp_path / "c.yaml").write_text(rows)
        return list(check_papers([read_paper(tmp_path / "c.yaml")]).verdicts)

    return check


def test_right_cells_agree(verdicts: Checked) -> None:
    found = verdicts(ROWS)
    assert len(found) == 15
    assert {v.verdict for v in found} == {"rounds"}


@pytest.mark.parametrize(
    ("old", "new", "row", "should_be"),
    [
        ("Conv / s2", "Conv / s1", "row 1, type / stride", "conv / s2"),
        ("Conv dw / s1", "Conv / s1", "row 2, type / stride", "conv dw / s1"),
        ("3×3×3×32α", "3×3×3×32", "row 1, filter shape", "3×3×3×32α"),
        ("1×1×32α×64α", "1×1×64α×32α", "row 3, filter shape", "1×1×32α×64α"),
        ("Pool 16×16", "Pool 8×8", "row 4, filter shape", "16×16 avgpool"),
        ("64α×10,", "64α×100,", "row 5, filter shape", "64α×10"),
        ("1×1×64α]", "1×1×32α]", "row 5, input size", "1×1×64α"),
    ],
)
def test_a_wrong_cell_is_seen(
    verdicts: Checked, old: str, new: str, row: str, should_be: str
) -> None:
    assert old in ROWS
    wrong = [v for v in verdicts(ROWS.replace(old, new, 1)) if v.verdict == "differs"]
    assert [(v.figure.row, v.should_be) for v in wrong] == [(row, should_be)]


def told(verdicts: list[Verdict]) -> list[tuple[str, str, str]]:
    """The figures that differ, with what is printed and what should be."""
    return [
        (v.figure.row, v.figure.printed, v.should_be) for v in verdicts if v.verdict == "differs"
    ]


@pytest.mark.parametrize(
    ("old", "new", "rows"),
    [
        ("  - [FC", "  - [Conv / s1, 1×1×1×1, 1×1×1]\n  - [FC", 6),
        ("  - [Avg Pool / s1, Pool 16×16, 16×16×64α]\n", "", 4),
    ],
)
def test_a_row_too_many_or_missing_differs(
    verdicts: Checked, old: str, new: str, rows: int
) -> None:
    found = verdicts(ROWS.replace(old, new))
    assert told(found) == [("rows", str(rows), "5")]
    assert found[0].diagnosis == ()
    assert {(v.verdict, v.reason) for v in found[1:]} == {
        ("unchecked", f"{rows} rows are printed, the network has 5 layers")
    }


def test_a_wrong_number_of_rows_may_be_expected(verdicts: Checked) -> None:
    noted = ROWS.replace("  rows:", "  expect: {rows: the pooling is left out}\n  rows:")
    short = noted.replace("  - [Avg Pool / s1, Pool 16×16, 16×16×64α]\n", "")
    assert all(v.as_expected for v in verdicts(short))
    mended = verdicts(noted)
    assert [(v.figure.row, v.verdict) for v in mended if not v.as_expected] == [("rows", "rounds")]


def fig_3(old: str, new: str) -> list[Verdict]:
    """Fig. 3 of 003 after one change; its row 14 is a run of two rows, five times."""
    text = (CLAIMS / "003-mobilenet-series.yaml").read_text()
    assert text.count(old) == 1
    claims = read_claims(text.replace(old, new), "003")
    return list(check_papers([claims], table="Fig. 3").verdicts)


@pytest.mark.parametrize(("times", "rows"), [(4, 29 - 2 + 1), (6, 29 + 2 + 1)])
def test_a_run_repeated_too_often_or_too_seldom_is_found(times: int, rows: int) -> None:
    found = fig_3("  - repeat: 5\n", f"  - repeat: {times}\n")
    assert told(found) == [
        ("rows", str(rows), "30"),  # 28 layers, the pooling and the softmax
        ("row 17, type / stride", "Conv dw / s2", "conv dw / s1"),
    ]
    (first,) = found[0].diagnosis
    assert (first.text, first.holds) == (
        f"row 14 is repeated 5 times, not {times}",
        "all 66 cells of Fig. 3",
    )
    assert sum(v.verdict == "rounds" for v in found) == 65


def test_a_run_that_is_not_so_long_is_no_repetition() -> None:
    # as many rows as layers, but the first two of them are no run
    rows = (
        "  - [Conv / s2,     3×3×3×32,      224×224×3]\n"
        "  - [Conv dw / s1,  3×3×32 dw,     112×112×32]\n"
    )
    run = "  - repeat: 2\n    rows:\n    - [Conv / s2, 3×3×3×32, 224×224×3]\n"
    found = fig_3(rows, run)
    assert told(found) == [("rows", "2 × row 1", "1 × row 1")]
    assert found[1].reason == "2 × row 1 is printed, the network has 1 × row 1"


def test_a_table_of_blocks_has_all_of_them() -> None:
    text = (CLAIMS / "003-mobilenet-series.yaml").read_text()
    row = '  - [7²×1280,  avgpool 7x7, "-", "-",  1,   "-"]\n'
    assert text.count(row) == 1
    claims = read_claims(text.replace(row, ""), "003")
    found = list(check_papers([claims], table="Fig. 13").verdicts)
    assert told(found) == [("rows", "10", "11")]
    assert {v.reason for v in found[1:]} == {"10 rows are printed, the network has 11 rows"}


# Qin et al. 2018, Table 1, in short, with a classifier of 10 or 100
SHORT = """network: s
parameters: {classes: {default: 10, usual: [10, 100]}}
input: 32x32x3
layers:
- {conv: 3x3, stride: 2, out: 32}
- {dwconv: 3x3, stride: 2}
- {avgpool: global}
- {fc: classes}
"""
CELLS = """shapes:
- table: T
  spec: s.yaml
  columns: [output size, layer]
  rows:
  - [32×32, Image]
  - [16×16, "3×3 Conv, 32, /2"]
  - [8×8, "3×3 DWConv, 32, /2"]
  - [1×1, 8×8 Global Average Pooling]
  - [1×1×10/100, "10/100D fully-connected, Softmax"]
"""


def judged(tmp_path: Path, old: str, new: str) -> list[tuple[str, str, str, str]]:
    """What is not right after one change: row, verdict, what it should be, why it is unchecked."""
    (tmp_path / "s.yaml").write_text(SHORT)
    assert old in CELLS
    (tmp_path / "c.yaml").write_text(CELLS.replace(old, new))
    verdicts = check_papers([read_paper(tmp_path / "c.yaml")]).verdicts
    assert len(verdicts) == 10
    return [
        (v.figure.row, v.verdict, v.should_be, v.reason) for v in verdicts if v.verdict != "rounds"
    ]


def test_words_with_numbers_agree(tmp_path: Path) -> None:
    assert judged(tmp_path, "Softmax", "Softmax") == []


@pytest.mark.parametrize(
    ("old", "new", "row", "should_be"),
    [
        ("3×3 Conv, 32, /2", "5×5 Conv, 32, /2", 2, "3×3 conv, 32, stride 2"),
        ("3×3 Conv, 32, /2", "3×3 Conv, 64, /2", 2, "3×3 conv, 32, stride 2"),
        ("3×3 Conv, 32, /2", "3×3 Conv, 32", 2, "3×3 conv, 32, stride 2"),
        ("3×3 Conv, 32, /2", "3×3 DWConv, 32, /2", 2, "3×3 conv, 32, stride 2"),
        ("3×3 DWConv, 32, /2", "5×5 DWConv; 32; /2", 3, "3×3 dwconv, 32, stride 2"),
        ("8×8 Global", "5×5 Global", 4, "8×8 avgpool"),
        ("10/100D", "7/70D", 5, "fc, 10"),
        ("10/100D", "10/70D", 5, "fc, 10"),
        ("10/100D", "100-d", 5, "fc, 10"),
        ("10/100D", "1000-d", 5, "fc, 10"),
    ],
)
def test_every_number_of_a_cell_is_compared(
    tmp_path: Path, old: str, new: str, row: int, should_be: str
) -> None:
    assert judged(tmp_path, old, new) == [(f"row {row}, layer", "differs", should_be, "")]


def test_class_counts_in_a_size_are_compared(tmp_path: Path) -> None:
    for wrong in ("1×1×10/70", "1×1×7/10", "1×1×100"):
        assert judged(tmp_path, "1×1×10/100", wrong) == [
            ("row 5, output size", "differs", "1×1×10", "")
        ]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("3×3 Conv, 32, /2", "3×3 Deconv, 32, /2", "'deconv'"),
        ("3×3 Conv, 32, /2", "1×1 Convolution with 99 maps", "'with'"),
        ("3×3 Conv, 32, /2", "3×3 Conv, 32, 64, /2", "two numbers for one thing"),
        ("3×3 Conv, 32, /2", "3×3 Conv, 32 (padded)", "'('"),
    ],
)
def test_a_cell_with_anything_else_in_it_is_not_accepted(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert judged(tmp_path, old, new) == [
        ("row 2, layer", "unchecked", "", f"{new!r} can't be read: {reason}")
    ]


def test_a_cell_of_no_operator_or_of_two() -> None:
    for cell, reason in (("32", "names no operator"), ("conv fc", "names 2 operators")):
        with pytest.raises(Cannot) as error:
            read_words(cell)
        assert str(error.value) == f"{cell!r} {reason}"


def test_a_filter_marked_as_depthwise_is_one(verdicts: Checked) -> None:
    found = verdicts(ROWS.replace("1×1×32α×64α", "1×1×32α×64α dw"))
    assert [v.figure.row for v in found if v.verdict == "differs"] == ["row 3, filter shape"]


# a convolution, then a pyramid of two depthwise ones side by side, as MixNet and PydMobileNet have
# it, and one that gathers them
PYRAMID = """network: p
input: 8x8x4
layers:
- {conv: 3x3, out: 4}
- MERGE:
  - {dwconv: 3x3, stride: 2}
  - {dwconv: KERNEL, stride: 2}
- {conv: 1x1, out: 6}
"""
PYRAMID_ROWS = """shapes:
- table: T
  spec: p.yaml
  columns: [input size, layer]
  rows:
  - [8×8×4, "3×3 Conv, 4"]
  - [8×8×4, "DWConv, 4, /2"]
  - [4×4×4, "1×1 Conv, 6"]
"""


def pyramid(tmp_path: Path, merge: str, kernel: str, old: str = "", new: str = "") -> list[Verdict]:
    network = PYRAMID.replace("MERGE", merge).replace("KERNEL", kernel)
    (tmp_path / "p.yaml").write_text(network)
    assert old in PYRAMID_ROWS
    (tmp_path / "c.yaml").write_text(PYRAMID_ROWS.replace(old, new))
    return list(check_papers([read_paper(tmp_path / "c.yaml")]).verdicts)


def test_branches_side_by_side_are_one_row(tmp_path: Path) -> None:
    found = pyramid(tmp_path, "add", "5x5")
    assert [v.verdict for v in found] == ["rounds"] * 6
    # each gives 4 channels, and concatenated they are 8
    found = pyramid(tmp_path, "concat", "5x5")
    assert told(found) == [("row 3, input size", "4×4×4", "4×4×8")]
    assert [v.verdict for v in found].count("rounds") == 5


def test_or_a_row_each(tmp_path: Path) -> None:
    rows = '  - [8×8×4, "3×3 DWConv, 4, /2"]\n  - [8×8×4, "5×5 DWConv, 4, /2"]\n'
    found = pyramid(tmp_path, "add", "5x5", '  - [8×8×4, "DWConv, 4, /2"]\n', rows)
    assert [v.verdict for v in found] == ["rounds"] * 8


def test_branches_have_the_kernel_that_they_share(tmp_path: Path) -> None:
    one = ('"DWConv, 4, /2"', '"3×3 DWConv, 4, /2"')
    assert [v.verdict for v in pyramid(tmp_path, "add", "3x3", *one)] == ["rounds"] * 6
    found = pyramid(tmp_path, "add", "5x5", *one)
    assert [(v.figure.row, v.verdict, v.reason) for v in found if v.verdict != "rounds"] == [
        ("row 2, layer", "unchecked", "the network says no one window of dwconv")
    ]


def test_branches_that_are_not_alike_are_rows_of_their_own(tmp_path: Path) -> None:
    # a depthwise one and a standard one
    other = PYRAMID.replace("- {dwconv: KERNEL, stride: 2}", "- {conv: 3x3, stride: 2, out: 4}")
    (tmp_path / "p.yaml").write_text(other.replace("MERGE", "add"))
    (tmp_path / "c.yaml").write_text(PYRAMID_ROWS)
    found = check_papers([read_paper(tmp_path / "c.yaml")]).verdicts
    assert told(list(found)) == [("rows", "3", "4")]


def test_a_repeated_cell_repeats_only_what_it_prints() -> None:
    text = (CLAIMS / "003-mobilenet-series.yaml").read_text()
    first, mark, rest = text.partition("- table: Fig. 11\n")
    shapes = first[first.index("shapes:\n") + len("shapes:\n") :]
    copy = shapes.replace("Fig. 3\n", "Copy\n  repeats: Fig. 3\n").replace("7×7×512]", "7×7×521]")
    report = check_papers([read_claims(first + copy + mark + rest, "003")], table="Copy")
    own = [v for v in report.verdicts if not v.figure.repeats]
    assert [(v.figure.row, v.figure.printed, v.verdict) for v in own] == [
        ("row 16, input size", "7×7×521", "differs")
    ]
    assert len(report.verdicts) == 66
    # the misprint of the stride stands in both
    assert [v.figure.repeats for v in report.verdicts if v.differs] == ["", "Fig. 3"]


def test_one_of_several_networks_may_be_expected_to_differ(tmp_path: Path) -> None:
    for name, merge in (("p", "add"), ("q", "concat")):
        network = PYRAMID.replace("MERGE", merge).replace("KERNEL", "5x5")
        (tmp_path / f"{name}.yaml").write_text(network.replace("network: p", f"network: {name}"))
    label = f"{tmp_path / 'q.yaml'}, row 3"
    expect = f'  expect: {{input size: {{"{label}": eight}}}}\n  columns:'
    text = PYRAMID_ROWS.replace("p.yaml", "[p.yaml, q.yaml]").replace("  columns:", expect)
    (tmp_path / "c.yaml").write_text(text)
    report = check_papers([read_paper(tmp_path / "c.yaml")])
    assert report.as_expected
    assert [v.figure.row for v in report.verdicts if v.differs] == [f"{label}, input size"]


def test_a_rounded_stride_says_what_it_stands_for(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text(
        "network: f\ninput: 32x32x3\nlayers:\n- {fmp: RATIO}\n".replace("RATIO", "1.44")
    )
    (tmp_path / "c.yaml").write_text(
        "shapes:\n- table: T\n  spec: f.yaml\n  columns: [type / stride, input size]\n"
        "  rows: [[FMP / s1.4, 32×32×3]]\n"
    )
    (first, size) = check_papers([read_paper(tmp_path / "c.yaml")]).verdicts
    assert (first.verdict, first.remark, first.should_be) == (
        "rounds",
        "1.4 stands for 1.44",
        "fmp / s1.44",
    )
    assert (size.verdict, size.remark) == ("rounds", "")
    (tmp_path / "f.yaml").write_text("network: f\ninput: 32x32x3\nlayers:\n- {fmp: 1.4}\n")
    (first, _) = check_papers([read_paper(tmp_path / "c.yaml")]).verdicts
    assert (first.verdict, first.remark) == ("rounds", "")
