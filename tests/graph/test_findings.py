"""Problems say by which calls a row was reached and what was rounded; notes, what a rule rounds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run, spec

import costcalc as cc

#: Task 2 of a designer: squeeze and excite after an expansion that the rule rounds.
BLOCKS = """input: 8x8x16
channels: divisible(8)
blocks:
  se:
    takes: [r]
    layers:
    - multiply:
      - [{avgpool: global}, {conv: 1x1, out: in/r}, {conv: 1x1, out: in*r}]
      - []
  ir:
    takes: {t: 4}
    layers: [{conv: 1x1, out: t*in}, {se: 4}, {conv: 1x1, out: 16}]
"""


def problems(layers: str, head: str) -> list[str]:
    with pytest.raises(cc.CostcalcError) as error:
        cc.loads(spec(layers, head)).count()
    return [str(problem) for problem in error.value.problems]


def test_a_problem_inside_a_block_names_the_calls_and_the_rounding() -> None:
    """3·16 = 48, of which a quarter is 12, which becomes 16, of which four times is 64."""
    assert problems("- ir\n- {ir: 3}\n", BLOCKS) == [
        "<text>:8:7: blocks.se.layers[0]: multiply of 8x8x48 and 1x1x64; 12 became 16 "
        "(channels: divisible(8)) [in layers[1] → ir → se, line 16] "
        "(all branches must have one shape, or 1 where it is spread)"
    ]


def test_calls_that_fail_alike_are_one_problem() -> None:
    (problem,) = problems("- {ir: 3}\n- relu\n- {ir: 3, repeat: 2}\n", BLOCKS)
    assert "[in layers[0] → ir → se, line 15 and 1 more]" in problem


def test_the_calls_of_a_block_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "blocks:\n  wide: {layers: [{conv: 3x3, out: 8, groups: 5}]}\n"
    )
    net = tmp_path / "net.yaml"
    net.write_text(spec("- residual: [{wide: }]\n", "input: 8x8x5\ninclude: mine\n"))
    with pytest.raises(cc.CostcalcError) as error:
        cc.load(net).count()
    assert str(error.value.problems[0]) == (
        f"{tmp_path}/mine.yaml:2:19: blocks.wide.layers[0]: 8 output channels are not divisible by "
        f"5 groups [in layers[0].residual[0] → wide, {net}:5] "
        "(groups must divide input and output channels)"
    )


def test_a_problem_of_the_table_has_no_calls_but_its_rounding() -> None:
    head = "input: 8x8x6\nchannels: divisible(8)\n"
    assert problems("- {conv: 1x1, out: 12, groups: 6}\n", head) == [
        "<text>:5:3: layers[0]: 16 output channels are not divisible by 6 groups; 12 became 16 "
        "(channels: divisible(8)) (groups must divide input and output channels)"
    ]


@pytest.mark.parametrize(
    ("rows", "changed"),
    [
        ("- residual: [{conv: 1x1, out: 12}]", "add of 8x8x16 and 8x8x6; 12 became 16"),
        ("- {conv: 1x1, out: 12}\n- {padchannels: 12}", "padchannels to 12 of 16 channels; 12 "),
    ],
)
def test_roundings_of_what_meets(rows: str, changed: str) -> None:
    (problem,) = problems(rows, "input: 8x8x6\nchannels: divisible(8)\n")
    assert changed in problem


def test_only_sides_differ_whatever_was_rounded() -> None:
    rows = "- {conv: 1x1, out: 16}\n- residual: [{conv: 1x1, out: 12, stride: 2}]"
    (problem,) = problems(rows, "input: 8x8x6\nchannels: divisible(8)\n")
    assert "add of 4x4x16 and 8x8x16 (all" in problem


def test_a_rule_that_rounds_a_written_constant_is_noted(run: Run, tmp_path: Path) -> None:
    head = (
        "input: 8x8x3\nchannels: divisible(8)\nparameters: {alpha: 1/2}\n"
        "blocks: {b: {takes: {c: 20}, layers: [{inner: [c]}]},"
        " inner: {takes: [d], layers: [{conv: 1x1, out: d}]}}\n"
    )
    rows = "- {conv: 3x3, out: 12}\n- {conv: 1x1, out: 24*alpha}\n- {b: 20}\n- {b: }\n- {b: in/4}\n"
    (tmp_path / "net.yaml").write_text(spec(rows, head))
    note = (
        "channels: divisible(8) rounds written constants: 12 is 16 (layers[0].out), "
        "20 is 24 (layers[2].b), 20 is 24 (blocks.b.takes.c)"
    )
    for verb in ("count", "show"):
        told = run(verb, "net.yaml", cwd=tmp_path)
        assert told.stdout.splitlines()[-1] == f"note  {note}"
        assert json.loads(run(verb, "net.yaml", "-f", "json", cwd=tmp_path).stdout)["notes"] == [
            note
        ]


def test_the_note_stands_once_beside_all_conventions(run: Run, tmp_path: Path) -> None:
    head = "input: 8x8x3\nchannels: divisible(8)\n"
    (tmp_path / "net.yaml").write_text(spec("- {conv: 1x1, out: 12}\n", head))
    told = run("count", "net.yaml", "--convention", "all", cwd=tmp_path).stdout
    note = "channels: divisible(8) rounds written constants: 12 is 16 (layers[0].out)"
    assert [line for line in told.splitlines() if "rounds written" in line] == [f"note  {note}"]
    data = json.loads(
        run("count", "net.yaml", "--convention", "all", "-f", "json", cwd=tmp_path).stdout
    )
    assert data["notes"] == [note]


def test_what_is_not_rounded_is_not_noted() -> None:
    head = "input: 8x8x3\nchannels: divisible(8)\nparameters: {alpha: 1/2}\n"
    rows = "- {conv: 3x3, out: 16}\n- {conv: 3x3, out: 24*alpha}\n- {conv: 1x1, out: whole(12)}\n"
    assert cc.loads(spec(rows, head)).count().notes == ()


def test_a_note_lists_five() -> None:
    rows = "".join(f"- {{conv: 1x1, out: {12 + 8 * i}}}\n" for i in range(7))
    (note,) = cc.loads(spec(rows, "input: 8x8x3\nchannels: divisible(8)\n")).count().notes
    assert note.endswith("44 is 48 (layers[4].out), and 2 more")
