"""Claims files: what can be wrong, with its place; all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from costcalc.errors import CostcalcError
from costcalc.papers.claims.reading import read_claims, read_paper
from costcalc.papers.run import check_papers

TABLE = """paper: Mine
tables:
- table: T
  spec: mobilenet-v1
  columns: [alpha, mult_adds M]
  rows:
  - [1, 569]
"""


def problems(text: str) -> list[str]:
    with pytest.raises(CostcalcError) as error:
        read_claims(text, "c.yaml")
    return str(error.value).splitlines()


def test_a_table_is_read_as_printed() -> None:
    (figure,) = read_claims(TABLE).figures
    assert (figure.table, figure.row, figure.metric, figure.unit) == (
        "T",
        "alpha=1",
        "mult_adds",
        "M",
    )
    assert (figure.printed, figure.of[0].spec, figure.of[0].at) == (
        "569",
        "mobilenet-v1",
        {"alpha": "1"},
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "paper: Mine",
            "papers: Mine",
            "c.yaml:1:1: unknown key 'papers' (did you mean 'paper'?)",
        ),
        (
            "- [1, 569]",
            "- [1, 569, 4.2]",
            "c.yaml:7:5: tables[0].rows[0]: 3 cells for 2 columns (alpha, mult_adds M)",
        ),
        (
            "mult_adds M",
            "flops in M",
            "c.yaml:5:12: tables[0].columns: unknown column 'flops in M' "
            "(a parameter, or a metric with its unit: mult_adds M)",
        ),
        (
            "  spec: mobilenet-v1\n",
            "  spec: mobilenet-v1\n  expect: {mult_adds M: {x: why}}\n",
            "c.yaml:5:25: tables[0].expect.mult_adds M: no row 'x' (known: alpha=1)",
        ),
        (
            "  spec: mobilenet-v1\n",
            "  spec: mobilenet-v1\n  assumed: {mult_adds M: {x: why}}\n",
            "c.yaml:5:26: tables[0].assumed.mult_adds M: no row 'x' (known: alpha=1)",
        ),
        (
            "  - [1, 569]\n",
            "  - [1, 569]\n  - [1, 569]\n",
            "c.yaml:8:5: tables[0].rows[1]: row 'alpha=1' twice (row: a label of its own)",
        ),
        (
            "tables:",
            "tables: []\nstatements:\n- {claim: x, kind: vlaue, figures: {params: 1}}\nx:",
            "c.yaml:4:20: statements[0].kind: unknown kind 'vlaue' (did you mean 'value'?)",
        ),
        (
            "tables:",
            "statements:\n- {claim: x, kind: value, unit: g, figures: {params: 1}, "
            "of: {spec: mobilenet-v1}}\ntables:",
            "c.yaml:3:33: statements[0].unit: unknown unit 'g' (known: %, B, K, M, ms)",
        ),
        (
            "tables:",
            "statements:\n- {claim: x, kind: value, figures: {params: 1}}\ntables:",
            "c.yaml:3:3: statements[0]: the statement names nothing to check "
            "(of: a target, or unchecked: why)",
        ),
        (
            "tables:",
            "formulas:\n"
            "- {formula: f, metric: params, printed: k, of: {layer: depthwide}}\ntables:",
            "c.yaml:3:56: formulas[0].of.layer: unknown layer 'depthwide' "
            "(did you mean 'depthwise'?)",
        ),
    ],
)
def test_whole_messages(old: str, new: str, expected: str) -> None:
    assert old in TABLE
    assert expected in problems(TABLE.replace(old, new, 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "tables:\n- {table: T, spec: mobilenet-v1, columns: [params M], rows: [[4.2]]}\n"
            "- {table: T, spec: mobilenet-v1, columns: [params M], rows: [[4.2]]}\n",
            "3:3: tables[1]: table 'T' twice (give it its own name)",
        ),
        (
            "statements:\n- {claim: x, kind: value, figures: {parms: 1}, of: {layer: add}}\n",
            "2:37: statements[0].figures: unknown metric 'parms' (did you mean 'params'?)",
        ),
        (
            "statements:\n- {claim: x, kind: ratio, figures: {params: 1}, of: {layer: add}}\n",
            "2:3: statements[0]: a ratio needs its `against`",
        ),
        (
            "statements:\n- {claim: x, kind: value, figures: {params: 1}, of: {layer: add}, "
            "against: {layer: concat}}\n",
            "2:3: statements[0]: a value needs no `against`",
        ),
        (
            "statements:\n- {claim: x, kind: ratio, figures: {params: 1}, of: {layer: add}, "
            "against: {layer: concat}, over: {blocks of: mobilenet-v1}}\n",
            "2:99: statements[0].over: unknown range (over: {layers of: a network})",
        ),
        (
            "statements:\n- {claim: x, kind: value, figures: {params: 1}, of: {at: {alpha: 1}}}\n",
            "2:53: statements[0].of: the target names no network "
            "(spec: a name, or layer: a kind of layer)",
        ),
        (
            "formulas:\n- {formula: f, metric: flops, printed: k, of: {layer: depthwise}}\n",
            "2:24: formulas[0].metric: unknown metric 'flops' (known: channels, mult_adds, params)",
        ),
        (
            "formulas:\n- {formula: f, metric: params, of: {layer: depthwise}}\n",
            "2:3: formulas[0]: the formula prints nothing (printed: or approximately:)",
        ),
    ],
)
def test_what_can_be_wrong_with_tables_statements_and_formulas(text: str, expected: str) -> None:
    assert problems(text) == [f"c.yaml:{expected}"]


@pytest.mark.parametrize(
    ("columns", "row", "expected"),
    [
        (
            "[input sizes]",
            "[32×32×3]",
            "4:12: shapes[0].columns: unknown column 'input sizes' (did you mean 'input size'?)",
        ),
        (
            "[input size]\n  expect: {input size: {row 9: why}}",
            "[32×32×3]",
            "5:24: shapes[0].expect.input size: no 'row 9' (row 3, or row 3.1 inside a run)",
        ),
        (
            "[input size]",
            "{repeat: many, rows: [[32×32×3]]}",
            "6:14: shapes[0].rows[0].repeat: expected a count, got 'many' (5, or ?)",
        ),
        (
            "[input size]",
            "[32×32×3, 16×16×3]",
            "6:5: shapes[0].rows[0]: expected a row of cells (input size)",
        ),
    ],
)
def test_what_can_be_wrong_with_a_layer_table(columns: str, row: str, expected: str) -> None:
    table = "shapes:\n- table: L\n  spec: mobilenet-v1\n"
    assert problems(f"{table}  columns: {columns}\n  rows:\n  - {row}\n") == [f"c.yaml:{expected}"]


@pytest.mark.parametrize("cell", ["325M", "~12", ".3", "41 000", "4,20", "41’000", "²⁸", "abc"])
def test_a_cell_that_is_no_number_is_refused(cell: str) -> None:
    assert problems(TABLE.replace("569", f'"{cell}"')) == [
        f"c.yaml:7:9: tables[0].rows[0][1]: {cell!r} is not a number (the unit stands in the "
        "column's name; - is nothing printed, ? is illegible, unchecked: {column: why} excuses a "
        "column)"
    ]
    excused = TABLE.replace("  rows", "  unchecked: {mult_adds M: a guess}\n  rows")
    (figure,) = read_claims(excused.replace("569", f'"{cell}"')).figures
    assert (figure.printed, figure.unchecked) == (cell, "a guess")


@pytest.mark.parametrize(
    ("cell", "printed"),
    [
        (" 569 ", "569"),
        ("\u2212569", "-569"),
        ("41\u2009000", "41,000"),
        ("41\u00a0000", "41,000"),
        ("1\u202f041\u202f000.5", "1,041,000.5"),
    ],
)
def test_a_cell_is_read_through_typographic_signs(cell: str, printed: str) -> None:
    (figure,) = read_claims(TABLE.replace("569", f'"{cell}"')).figures
    assert figure.printed == printed


def test_excused_columns_must_exist() -> None:
    text = TABLE.replace("  rows", "  unchecked: {mult_ads M: a guess}\n  rows")
    assert problems(text) == [
        "c.yaml:6:15: tables[0].unchecked: unknown key 'mult_ads M' (did you mean 'mult_adds M'?)"
    ]


def test_a_statement_must_say_what_a_word_means() -> None:
    text = """statements:
- {claim: a, kind: value, figures: {depth: many}, of: {spec: mobilenet-v1}}
- {claim: b, kind: value, figures: {depth: ²⁸}, of: {spec: mobilenet-v1}}
- {claim: c, kind: value, figures: {depth: many}, of: {spec: mobilenet-v1}, unchecked: vague}
"""
    assert problems(text) == [
        f"c.yaml:{line}:44: statements[{line - 2}].figures.depth: {word!r} is not a number "
        "(means: the number it stands for)"
        for line, word in ((2, "many"), (3, "²⁸"))
    ]


def test_superscript_depths_of_an_excused_column_are_no_numbers() -> None:
    text = """tables:
- table: T
  spec: mobilenet-v1
  unchecked: {depth: a footnote}
  columns: [row, depth, params M]
  rows: [[a, ²⁸, 4.2], [b, 28, 9.9]]
"""
    verdicts = check_papers([read_claims(text)]).verdicts
    assert [v.verdict for v in verdicts] == ["unchecked", "rounds", "unchecked", "differs"]


def test_all_problems_come_at_once() -> None:
    text = TABLE.replace("- [1, 569]", "- [1]\n  - [1, 2, 3]").replace("paper:", "papier:")
    assert len(problems(text)) == 3


def test_nothing_claimed_is_refused() -> None:
    assert problems("paper: Mine\n") == [
        "c.yaml:1:1: the file claims nothing (tables: or statements:)"
    ]


def test_a_repeat_must_lead_somewhere() -> None:
    text = TABLE.replace("  spec:", "  repeats: Table 9\n  spec:")
    with pytest.raises(CostcalcError) as error:
        check_papers([read_claims(text, "c.yaml")])
    assert str(error.value) == (
        "c.yaml:8:9: tables[0].rows[0][1]: nothing is called 'Table 9 / alpha=1' "
        "([<file> / ]<table> / <row>, or the name of a claim)"
    )


NAMED = """tables:
- table: T
  spec: mobilenet-v1
  at: {classes: 10}
  open: {classes: [10, 100]}
  columns: [row, alpha, params M]
  rows:
  - [a, 1, 4.2]
statements:
- claim: c
  kind: ratio
  figures: {depth: 1}
  of: {spec: mobilenet-v1, at: {alpha: 1}}
  against: {spec: mobilenet-v1}
  at: {resolution: 224}
- claim: d
  kind: ratio
  figures: {mult_adds: 1}
  of: {layer: standard, kernel: K, in: M, out: N}
  against: {layer: standard, kernel: K, in: M, out: N}
  at: {M: 1, N: 1, K: 3}
shapes:
- table: S
  spec: pyd-resnet
  at: {Net-29: {n: 3}}
  columns: [group, Net-29]
  rows: [[Stage 1, Residual block × 3]]
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "spec: mobilenet-v1\n  at: {classes",
            "spec: mobilenet-v9\n  at: {classes",
            "c.yaml:3:9: tables[0].spec: no network 'mobilenet-v9' (did you mean 'mobilenet-v2'?)",
        ),
        (
            "  spec: mobilenet-v1\n  at: {classes",
            "  spec: mine.yaml\n  at: {classes",
            "c.yaml:3:9: tables[0].spec: mine.yaml: can't be read: No such file or directory",
        ),
        (
            "at: {classes",
            "at: {clases",
            "c.yaml:4:8: tables[0].at: mobilenet-v1 has no parameter 'clases' "
            "(did you mean 'classes'?)",
        ),
        (
            "at: {classes: 10}",
            "at: {classes: 1/2}",
            "c.yaml:4:17: tables[0].at.classes: classes: 1/2 is outside its domain "
            "(a positive integer)",
        ),
        (
            "open: {classes",
            "open: {clases",
            "c.yaml:5:10: tables[0].open: no network here has a parameter 'clases' "
            "(did you mean 'classes'?)",
        ),
        (
            "[10, 100]",
            "[10, ten]",
            "c.yaml:5:24: tables[0].open.classes[1]: classes: 'ten' is not a number "
            "(such as 0.35, 7/20 or 224)",
        ),
        (
            "[row, alpha,",
            "[row, alhpa,",
            "c.yaml:6:18: tables[0].columns[1]: mobilenet-v1 has no parameter 'alhpa' "
            "(did you mean 'alpha'?)",
        ),
        (
            "[a, 1,",
            "[a, x,",
            "c.yaml:8:9: tables[0].rows[0][1]: alpha: 'x' is not a number "
            "(such as 0.35, 7/20 or 224)",
        ),
        (
            "{alpha: 1}",
            "{alpa: 1}",
            "c.yaml:13:33: statements[0].of.at: mobilenet-v1 has no parameter 'alpa' "
            "(did you mean 'alpha'?)",
        ),
        (
            "against: {spec: mobilenet-v1}",
            "against: {spec: mobilnet-v1}",
            "c.yaml:14:19: statements[0].against.spec: no network 'mobilnet-v1' "
            "(did you mean 'mobilenet-v1'?)",
        ),
        (
            "{resolution:",
            "{resolutoin:",
            "c.yaml:15:8: statements[0].at: mobilenet-v1 has no parameter 'resolutoin' "
            "(did you mean 'resolution'?)",
        ),
        (
            "K: 3}",
            "k: 3}",
            "c.yaml:21:20: statements[1].at: no operator here uses 'k' (did you mean 'K'?)",
        ),
        (
            "K: 3}",
            "K: foo}",
            "c.yaml:21:23: statements[1].at.K: K: 'foo' is not a number "
            "(such as 0.35, 7/20 or 224)",
        ),
        (
            "{n: 3}",
            "{m: 3}",
            "c.yaml:25:17: shapes[0].at.Net-29: pyd-resnet has no parameter 'm' "
            "(known: alpha, classes, n, resolution, width)",
        ),
        (
            "spec: pyd-resnet",
            "spec: [pyd-resnet, pyd]",
            "c.yaml:24:22: shapes[0].spec[1]: no network 'pyd' "
            "(`costcalc list specs` names what ships; `costcalc new pyd` starts one of your own)",
        ),
    ],
)
def test_what_a_file_names_must_exist(old: str, new: str, expected: str) -> None:
    read_claims(NAMED)
    assert NAMED.count(old) == 1
    assert expected in problems(NAMED.replace(old, new))


def test_the_problems_of_a_network_are_those_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "n.yaml").write_text("network: n\ninput: 4x4x1\nlayers:\n- {cnv: 1x1, out: 8}\n")
    text = "tables:\n- {table: T, spec: n.yaml, columns: [row, params K], rows: [[a, 0.008]]}\n"
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(CostcalcError) as error:
        read_paper(tmp_path / "c.yaml")
    assert str(error.value) == (
        f"{tmp_path}/n.yaml:4:4: layers[0]: unknown operator 'cnv' (did you mean 'conv'?)"
    )


def test_a_network_without_the_parameter_of_a_column_prints_a_dash() -> None:
    text = """tables:
- table: T
  columns: [row, spec, alpha, params M]
  rows:
  - [a, mobilenet-v1, 1, 4.2]
  - [b, vgg-16, "-", 138]
  - [c, mobilenet-v1, "?", 4.2]
"""
    verdicts = check_papers([read_claims(text)]).verdicts
    assert [(v.verdict, v.reason) for v in verdicts] == [
        ("rounds", ""),
        ("rounds", ""),
        ("unchecked", "illegible in this copy"),
    ]


@pytest.mark.parametrize(
    "of",
    [
        "{spec: mobilenet-v2}",
        "{spec: [mobilenet-v2, vgg-16]}",
        "{layer: separable, kernel: 3, in: M, out: N}",
    ],
)
def test_over_is_of_two_operators(of: str) -> None:
    text = f"""statements:
- claim: c
  kind: ratio
  figures: {{mult_adds: 8}}
  over: {{layers of: mobilenet-v1}}
  of: {of}
  against: {{spec: mobilenet-v1}}
"""
    assert problems(text) == [
        "c.yaml:5:9: statements[0].over: over compares two operators in each layer of a network "
        "(of: {layer: separable, …}, against: {layer: standard, …})"
    ]
    operators = "{layer: standard, kernel: 3, in: M, out: N}"
    text = text.replace(of, operators).replace("{spec: mobilenet-v1}", operators)
    read_claims(text)
    assert problems(text.replace("layers of: mobilenet-v1", "layers of: mobilenet")) == [
        "c.yaml:5:21: statements[0].over.layers of: no network 'mobilenet' "
        "(did you mean 'mobilenet-v2'?)"
    ]


def test_the_description_of_an_operator_is_read_at_once() -> None:
    text = "formulas:\n- {formula: f, metric: params, printed: k, of: {layer: add, in: k^}}\n"
    assert problems(text) == [
        "c.yaml:2:65: formulas[0].of.in: 'k^' is not arithmetic "
        "(arithmetic such as 32*alpha or rho*resolution)"
    ]


def test_a_spec_file_is_looked_for_beside_the_claims(tmp_path: Path) -> None:
    net = "network: n\ninput: 4x4x1\nlayers:\n- {conv: 1x1, out: 8}\n"
    (tmp_path / "n.yaml").write_text(net)
    text = "tables:\n- {table: T, spec: n.yaml, columns: [row, params K], rows: [[a, 0.008]]}\n"
    (tmp_path / "c.yaml").write_text(text)
    (verdict,) = check_papers([read_paper(tmp_path / "c.yaml")]).verdicts
    assert verdict.verdict == "rounds"


def test_figures_that_make_no_sense_are_unchecked_with_the_reason() -> None:
    text = """tables:
- table: T
  spec: mobilenet-v1
  columns: [row, at, group, mult_adds M]
  rows:
  - [c, {}, nonsense, 1]
statements:
- {claim: e, kind: value, figures: {depth: 3}, of: {spec: mobilenet-v1, until: 1/1000}}
- {claim: f, kind: value, figures: {input side: 3}, of: {layer: standard, kernel: 3}}
- {claim: g, kind: value, figures: {params: 3}, of: {layer: standard, kernel: 3}}
"""
    verdicts = check_papers([read_claims(text)]).verdicts
    assert {v.figure.row: v.reason for v in verdicts} == {
        "c": "mobilenet-v1 has no layers in nonsense",
        "e": "mobilenet-v1 never gets down to 1/1000 of its input side",
        "f": "one operator has no input side",
        "g": "9*M*N still has free symbols",
    }


@pytest.mark.parametrize(
    ("claims", "where"),
    [
        (TABLE.replace("table: T", "table: text"), "3:10: tables[0]"),
        (
            "shapes:\n- table: text\n  spec: mobilenet-v1\n  columns: [layer]\n  rows: [[Image]]\n",
            "2:10: shapes[0]",
        ),
    ],
)
def test_no_table_is_called_as_the_statements_are(claims: str, where: str) -> None:
    assert problems(claims) == [
        f"c.yaml:{where}.table: no table can be called 'text' (the statements stand there)"
    ]


def test_a_cost_is_of_one_network() -> None:
    several = TABLE.replace("spec: mobilenet-v1", "spec: [mobilenet-v1, mobilenet-v2]")
    assert problems(several) == [
        "c.yaml:4:9: tables[0].spec: mult_adds M is of one network, 2 are named "
        "(a row for each network)"
    ]
    row = TABLE.replace("[alpha,", "[spec, alpha,").replace("[1,", "[[mobilenet-v1, vgg-16], 1,")
    assert "c.yaml:7:6: tables[0].rows[0][0]: mult_adds M is of one network, 2 are named" in (
        "\n".join(problems(row))
    )


def test_a_depth_may_be_of_several_networks() -> None:
    text = """tables:
- table: T
  spec: [vgg-16, resnet-18]
  columns: [row, depth, mult_adds M]
  rows:
  - [a, 16, "-"]
"""
    (verdict,) = check_papers([read_claims(text)]).verdicts
    assert (verdict.verdict, verdict.should_be) == ("differs", "18")


def test_the_share_of_a_whole_network_is_a_hundred_percent() -> None:
    text = """tables:
- table: T
  spec: mobilenet-v1
  columns: [row, group, mult_adds %, params %]
  rows:
  - [Conv 1×1, conv 1x1, 94.86, 74.59]
  - {row: Total, mult_adds %: 100.00, params %: 99.9}
"""
    verdicts = check_papers([read_claims(text)]).verdicts
    assert [(v.verdict, v.should_be) for v in verdicts] == [
        ("rounds", "94.86"),
        ("rounds", "74.59"),
        ("rounds", "100.00"),
        ("differs", "100.0"),
    ]


def test_no_two_statements_have_one_name() -> None:
    text = "statements:\n" + 2 * (
        "- {claim: a, kind: value, figures: {depth: 28}, of: {spec: mobilenet-v1}}\n"
    )
    assert problems(text) == [
        "c.yaml:3:11: statements[1].claim: claim 'a' twice (give it its own name)"
    ]


REPEATED = """tables:
- table: T
  spec: mobilenet-v1
  columns: [row, params M]
  rows: [[a, 4.2]]
- table: U
  spec: mobilenet-v1
  unchecked: {time ms: measured}
  repeats: T
  columns: [row, params M, time ms]
  rows:
  - [a, 4.2, 12]
shapes:
- table: S
  spec: pyd-resnet
  columns: [group]
  rows: [[Stage 1]]
- table: S2
  spec: pyd-resnet
  repeats: S
  columns: [group]
  rows: [[Stage 1]]
formulas:
- {formula: f, metric: params, printed: k*k, of: {layer: depthwise, in: 1, kernel: k}}
- {formula: g, repeats: f, metric: params, printed: k*k, of: {layer: depthwise, in: 1, kernel: k}}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "[a, 4.2, 12]",
            "{row: a, mult_adds M: 569, repeats: T / a}",
            "c.yaml:12:27: tables[1].rows[0].mult_adds M: 'T / a' prints no mult_adds "
            "([<file> / ]<table> / <row>, or the name of a claim)",
        ),
        (
            "[a, 4.2, 12]",
            "{row: a, params M: 4.2, repeats: T / b}",
            "c.yaml:12:24: tables[1].rows[0].params M: nothing is called 'T / b' "
            "([<file> / ]<table> / <row>, or the name of a claim)",
        ),
        (
            "repeats: S\n",
            "repeats: S3\n",
            "c.yaml:18:3: shapes[1]: no layer table is called 'S3' (did you mean 'S'?)",
        ),
        (
            "repeats: f,",
            "repeats: form,",
            "c.yaml:25:3: formulas[1]: no formula is called 'form' (known: S, S2, f, g)",
        ),
    ],
)
def test_what_is_repeated_must_be_there(old: str, new: str, message: str) -> None:
    report = check_papers([read_claims(REPEATED)])
    # the times of U are its own
    assert [v.figure.repeats for v in report.verdicts[:3]] == ["", "T / a", ""]
    assert [f.claim.repeats for f in report.formulas] == ["", "f"]
    assert REPEATED.count(old) == 1
    text = REPEATED.replace(old, new).replace("params M, time ms]", "params M, mult_adds M]")
    text = text.replace("{time ms: measured}", "{mult_adds M: measured}")
    with pytest.raises(CostcalcError) as error:
        check_papers([read_claims(text, "c.yaml")])
    assert str(error.value) == message


LETTERS = """
paper: p
tables:
- table: T
  spec: mobilenet-v1
  at: {R: 224}
  open: {ρ: [1, 6/7]}
  columns: [row, α, mult_adds M]
  rows:
  - [a, 1, 569]
  - {row: b, α: 0.5, at: {δ: 1}, mult_adds M: 149}
- table: U
  spec: mobilenet-v1
  columns: [α, R, mult_adds M]
  rows:
  - [1, 224, 569]
statements:
- claim: c
  kind: value
  at: {α: 1/2}
  of: {spec: mobilenet-v1, at: {R: 160}}
  figures: {mult_adds: 77}
  unit: M
"""


def test_letters_are_taken_wherever_parameters_are_named() -> None:
    report = check_papers([read_claims(LETTERS)])
    assert [(v.figure.row, v.verdict) for v in report.verdicts] == [
        ("a", "rounds"),
        ("b", "rounds"),
        ("α=1 R=224", "rounds"),
        ("c", "rounds"),
    ]
    figures = [v.figure for v in report.verdicts]
    assert [dict(f.of[0].at) for f in figures] == [
        {"resolution": "224", "alpha": "1"},
        {"resolution": "224", "delta": "1", "alpha": "0.5"},
        {"alpha": "1", "resolution": "224"},
        {"alpha": "1/2", "resolution": "160"},
    ]
    assert figures[0].open == {"rho": ("1", "6/7")}
    with pytest.raises(CostcalcError) as error:
        read_claims(LETTERS.replace("at: {R: 160}", "at: {β: 160}"), "c.yaml")
    assert str(error.value) == (
        "c.yaml:21:33: statements[0].of.at: mobilenet-v1 has no parameter 'β' "
        "(known: alpha, classes, delta, resolution, rho)"
    )


def test_a_formula_that_is_printed_otherwise_is_no_repeat() -> None:
    old, new = ("repeats: f, metric: params, printed: " + text for text in ("k*k", "k**3"))
    assert REPEATED.count(old) == 1
    report = check_papers([read_claims(REPEATED.replace(old, new))])
    assert [f.claim.repeats for f in report.formulas] == ["", ""]
    assert [f.verdict for f in report.formulas] == ["identical", "different"]
