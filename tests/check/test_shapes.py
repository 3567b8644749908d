"""Printed layer tables: right cells agree, wrong ones are seen."""

from __future__ import annotations

import pytest

from costcalc.checking import Verdict, check_papers, read_claims, read_paper
from costcalc.checking.run import CLAIMS

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


@pytest.fixture
def verdicts(tmp_path, monkeypatch):  # type: ignore[no-untyped-def]
    (tmp_path / "n.yaml").write_text(NET)
    monkeypatch.chdir(tmp_path)

    def check(rows: str) -> list[Verdict]:
        (tmp_path / "c.yaml").write_text(rows)
        return list(check_papers([read_paper(tmp_path / "c.yaml")]).verdicts)

    return check


def test_right_cells_agree(verdicts) -> None:  # type: ignore[no-untyped-def]
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
        ("Pool 16×16", "Pool 8×8", "row 4, filter shape", "avgpool"),
        ("64α×10,", "64α×100,", "row 5, filter shape", "64α×10"),
        ("1×1×64α]", "1×1×32α]", "row 5, input size", "1×1×64α"),
    ],
)
def test_a_wrong_cell_is_seen(verdicts, old, new, row, should_be) -> None:  # type: ignore[no-untyped-def]
    assert old in ROWS
    wrong = [v for v in verdicts(ROWS.replace(old, new, 1)) if v.verdict == "differs"]
    assert [(v.figure.row, v.should_be) for v in wrong] == [(row, should_be)]


def test_a_row_too_many_is_not_checked_against_another(verdicts) -> None:  # type: ignore[no-untyped-def]
    found = verdicts(ROWS.replace("  - [FC", "  - [Conv / s1, 1×1×1×1, 1×1×1]\n  - [FC"))
    assert {v.verdict for v in found} == {"unchecked"}
    assert found[0].reason == "6 rows are printed, the network has 5 layers"


def test_a_run_printed_too_short_is_seen() -> None:
    text = (CLAIMS / "003-mobilenet-series.yaml").read_text()
    assert text.count("  - repeat: 5\n") == 1
    (paper,) = check_papers(
        [read_claims(text.replace("- repeat: 5\n", "- repeat: 4\n"), "003")], table="Fig. 3"
    ).papers
    report = check_papers(
        [read_claims(text.replace("- repeat: 5\n", "- repeat: 4\n"), paper.name)], table="Fig. 3"
    )
    assert {v.verdict for v in report.verdicts} == {"unchecked"}
    assert "rows are printed, the network has" in report.verdicts[0].reason
