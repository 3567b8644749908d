"""What a terminal of some width shows: numbers whole, labels whole, nothing gone without a word."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

import costcalc as cc
from costcalc.design_space.comparison import compare
from costcalc.design_space.sweep.run import sweep
from costcalc.papers.run import check
from costcalc.report.document import Column, Document, Grid
from costcalc.report.formats import terminal, text
from costcalc.report.views.checks import check_document
from costcalc.report.views.counts import count_document
from costcalc.report.views.designs import comparison_document
from costcalc.report.views.explanations import attribution_document, explanation_document
from costcalc.report.views.sweeps import sweep_document

WIDTHS = (40, 60, 80, 100, 160)
#: Digits with what belongs to the number.
NUMBER = re.compile(r"[+-]?\d[\d,.]*")


def rendered(document: Document, width: int) -> str:
    """What a terminal of that width shows."""
    console = Console(file=io.StringIO(), width=width, highlight=False, force_terminal=False)
    terminal.show(document, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def comparison() -> Document:
    names = ("mobilenet-v1", "fd-mobilenet", "mobilenet-v2", "mobilenet-v1-shallow")
    return comparison_document(compare(names))


def swept() -> Document:
    axes = {"alpha": "0.25,0.5,1", "delta": "1,2,4", "classes": "100"}
    return sweep_document(sweep(("ehm-mobilenet",), axes))


def counted(by: str = "type") -> Document:
    return count_document(cc.count("mobilenet-v1"), by)


def explained() -> Document:
    return explanation_document(cc.load("mobilenet-v1").explain(to="ptflops-0.7.5"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("document", [comparison(), swept()], ids=["compare", "sweep"])
def test_every_number_is_whole(document: Document, width: int) -> None:
    shown = set(NUMBER.findall(rendered(document, width)))
    assert set(NUMBER.findall(text.render(document))) == shown


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "document",
    [comparison(), swept(), counted(), counted("layer"), explained()],
    ids=["compare", "sweep", "by type", "by layer", "explain"],
)
def test_no_line_is_too_long_and_no_label_is_broken(document: Document, width: int) -> None:
    lines = rendered(document, width).splitlines()
    assert max(map(len, lines)) <= width
    for grid in document.grids:
        i = next((i for i, c in enumerate(grid.columns) if c.label), 0)
        labels = {str(row[i]) for row in grid.rows}
        missing = [label for label in labels if not any(label in line for line in lines)]
        assert not missing


def told() -> Document:
    """Who counts 0.32 G: 13 candidates that differ in value, convention and binding."""
    return attribution_document(cc.load("mobilenet-v1").explain(number="0.32G"))


def test_what_identifies_a_candidate_is_in_its_row() -> None:
    """A column that is the same in all rows goes first, and is said above."""
    lines = rendered(told(), 80).splitlines()
    assert "metric:  Mult-Adds" in " ".join(lines)
    heads = [line.split() for line in lines if line.startswith("verdict")]
    assert heads == [["verdict", "value", "conventions", "reading", "at"]]
    last = next(line.split() for line in lines if "onnx-tool-bn" in line)
    assert " ".join(last) == "truncates 328,221,160 onnx-tool-bn as counted α = 3/4, ρ = 6/7"
    assert lines[-1] == "hidden at this width: metric"


def test_candidates_in_blocks_repeat_value_and_binding() -> None:
    lines = [line.split() for line in rendered(told(), 60).splitlines()]
    assert [line for line in lines if line[:2] == ["value", "at"]] == [
        ["value", "at", "verdict"],
        ["value", "at", "conventions"],
        ["value", "at", "reading"],
    ]


CLAIMS = """
paper: mine
tables:
- table: T
  spec: mobilenet-v1
  columns: [row, alpha, mult_adds M]
  rows:
  - [as published, 1, 569]
  - [half, 0.5, 194]
"""


def test_verdicts_are_shown_before_a_table_that_all_share(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(CLAIMS)
    document = check_document(check([str(tmp_path / "c.yaml")]), everything=True)
    heads = [line.split() for line in rendered(document, 80).splitlines() if "verdict" in line]
    assert heads[0] == ["row", "metric", "printed", "should", "be", "verdict", "why"]


def test_labels_in_several_blocks_break_no_word() -> None:
    """A label is folded as the narrowest of its blocks has room for."""
    headers = ("formula", "printed", "verdict", "found")
    columns = (Column("paper", wide=True), *map(Column, headers))
    row = ("p", "ratio to a convolution of it", "x + y " * 9, "corrected", "with d " * 9)
    grid = Grid(columns, [row])
    lines = rendered(Document("x", (), (grid,)), 60).splitlines()
    assert max(map(len, lines)) <= 60
    assert any(line.rstrip().endswith("corrected") for line in lines)


def test_blocks_repeat_the_labels() -> None:
    lines = [line.split() for line in rendered(swept(), 40).splitlines()]
    assert ["alpha", "delta", "Mult-Adds", "parameters"] in lines
    assert ["alpha", "delta", "Mult-Adds", "%", "parameters", "%"] in lines
    assert lines.count(["alpha", "delta", "spec", "classes"]) == 1
    assert ["0.25", "4", "3,188,224", "855,352"] in lines
    explained_lines = [line.split() for line in rendered(explained(), 40).splitlines()]
    assert ["tag", "Mult-Adds"] in explained_lines


def test_bars_shrink_then_go_then_wide_columns_then_shares() -> None:
    at = {width: rendered(counted(), width) for width in WIDTHS}
    assert "conv 1x1                 13  539,492,352  94.86 % ███████▋ " in at[100]
    assert "conv 1x1                 13  539,492,352  94.86 % ███▊ " in at[80]
    without = rendered(counted(), 70)
    assert "conv 1x1                 13  539,492,352  94.86 %   3,139,584  74.59 %" in without
    assert "█" not in without
    assert "conv 1x1                 13  539,492,352   3,139,584\n" in at[60]
    layers = {width: rendered(counted("layer"), width) for width in (140, 100, 65)}
    heads = {w: next(x for x in t.splitlines() if x.startswith("layer")) for w, t in layers.items()}
    everything = "layer type stride input output Mult-Adds share parameters share"
    assert heads[140].split() == everything.split()
    assert heads[100].split() == ["layer", "type", "output", "Mult-Adds", "share", "parameters"]
    assert heads[65].split() == ["layer", "type", "output", "Mult-Adds"]


def test_text_folds_between_words_and_numbers_keep_their_width() -> None:
    columns = (Column("what"), Column("how"), Column("amount", numeric=True))
    row = ("depthwise 3x3", "every tap of the window counts for every map", 568_740_352)
    lines = rendered(Document("x", (), (Grid(columns, [row]),)), 50).splitlines()
    assert lines[1:] == [
        "",
        "what           how                          amount",
        "─" * 50,
        "depthwise 3x3  every tap of the        568,740,352",
        "               window counts for                  ",
        "               every map                          ",
    ]


def test_a_label_wider_than_the_terminal_is_left_to_the_terminal() -> None:
    columns = (Column("layer"), Column("Mult-Adds", numeric=True))
    label = "a-layer-with-a-name-of-fifty-characters-and-no-space"
    document = Document("x", (), (Grid(columns, [(label, 123_456)]),))
    assert rendered(document, 40).splitlines()[-1] == f"{label}    123,456"


def test_a_column_without_a_header_and_no_rows_fit() -> None:
    assert "what" in rendered(Document("x", (), (Grid((Column("what"), Column("")), []),)), 40)


@pytest.mark.parametrize(
    ("width", "hidden"),
    [
        (140, ""),
        (100, "hidden at this width: stride, input, share of parameters"),
        (72, "hidden at this width: stride, input, share of Mult-Adds, share of parameters"),
    ],
)
def test_what_is_hidden_is_said(width: int, hidden: str) -> None:
    last = rendered(counted("layer"), width).rpartition("\n\n")[2]
    assert " ".join(last.split()) == hidden or (not hidden and "hidden" not in last)


def test_columns_hidden_in_several_tables_are_said_once_and_never_in_a_pipe() -> None:
    assert rendered(explained(), 60).count("hidden at this width: paper, ptflops-0.7.5") == 1
    assert "hidden" not in text.render(explained())


def test_facts_and_remarks_hang_beside_their_names() -> None:
    facts = (("at", "α = 1, R = 224"), ("convention", "paper (unit MAC); shapes rounded"))
    lines = (("Mult-Adds", "10752·R²α² + 1024·α·classes"), ("exact", "everywhere"))
    shown = rendered(Document("net", facts, (), lines), 36).splitlines()
    assert [line.rstrip() for line in shown] == [
        "net",
        "at:          α = 1, R = 224",
        "convention:  paper (unit MAC);",
        "             shapes rounded",
        "",
        "Mult-Adds  10752·R²α² +",
        "           1024·α·classes",
        "exact      everywhere",
    ]


def test_a_long_name_stands_above_what_it_stands_for() -> None:
    lines = (("α = 241/21504 ≈ 0.011207217", "above, fc has more Mult-Adds than every conv"),)
    shown = rendered(Document("net", (), (), lines), 40).splitlines()
    assert [line.rstrip() for line in shown] == [
        "net",
        "",
        "α = 241/21504 ≈ 0.011207217",
        "  above, fc has more Mult-Adds than",
        "  every conv",
    ]


def test_a_name_is_no_markup(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with terminal.progress() as step:
        step("[/] [link=evil]x", 1, 2)
    assert "[/] [link=evil]x" in capsys.readouterr().err
