"""Text of a file becomes neither code, nor markup, nor a command: every verb, every format."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
import yaml
from conftest import Run

import costcalc as cc
from costcalc.cli import main
from costcalc.errors import CONTROL
from costcalc.report.formats.text import csv_cell, csv_text

#: What each format could take for its own: a formula, a string's end, a command, a tag, a cell's
#: end, a picture, a definition.
MARKUP = (
    '=cmd|"calc"!A0 """\nimport os\n""" \'\'\' \\input{evil} \\\\[9em] ^^M <script>alert(1)<!-- '
    "&lt; ![x](evil) [k]: evil **b** $\\evil$ `c` % # & ~ ^ _ } | \\| a_·b__·c"
)
STARTS = ("=", "-1+", "[", "*", '"""', "|")


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@pytest.fixture(scope="module", params=STARTS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files in which every text that may be prose is hostile, and the network's name is the
    file's."""
    path: Path = tmp_path_factory.mktemp("hostile")
    text = request.param + MARKUP
    evil = quoted(text)
    stem = text[:90].replace("/", "").replace("\n", " ")
    (path / "name").write_text(stem)
    (path / f"{stem}.yaml").write_text(
        f"title: {evil}\nsource: {evil}\nnotes: {evil}\nchannels: floor\nparameters:\n"
        f"  mode: {{default: p, choices: [p, q], meaning: {evil}}}\n"
        f"  n: {{default: 2, meaning: {evil}}}\n"
        "input: {side: resolution, channels: 3}\nlayers:\n"
        "- {conv: 3x3, out: 32*alpha, stride: 2, name: a_b__c, group: g_h}\n"
        "- {repeat: n, layers: [{dwconv: 3x3}, {conv: 1x1, out: 32*alpha, activation: relu}]}\n"
        '- {conv: 1x1, out: 16, when: mode == "q"}\n'
        "- {avgpool: global}\n- {fc: classes, output: o_p}\n"
    )
    (path / "weights.yaml").write_text(
        f"{evil}: {{extends: paper, meaning: {evil}, source: {evil}, version: {evil}, "
        f"quirks: [{evil}], mult_adds: {{relu element: 1}}, unknown: [global pool]}}\n"
    )
    (path / "claims.yaml").write_text(
        f"paper: {evil}\nauthors: {evil}\nyear: {evil}\ntables:\n"
        f"- table: {evil}\n  title: {evil}\n  note: {evil}\n  spec: {quoted(stem + '.yaml')}\n"
        f"  headings: {{mult_adds M: {evil}}}\n"
        f"  columns: [row, group, alpha, mult_adds M, accuracy a]\n  rows:\n"
        f"  - [{evil}, {evil}, 1, 0.1, {evil}]\n  - [b, g, 1/2, 0.2, 3]\n"
        f"  unchecked: {{}}\nstatements:\n"
        f"- {{claim: {evil}, kind: value, figures: {{params: {evil}}}, unchecked: {evil}, "
        f"where: {evil}, note: {evil}, text: {evil}}}\n"
        f"formulas:\n- {{formula: {evil}, title: {evil}, metric: params, note: {evil}, "
        f"of: {{layer: pointwise, in: M, out: N}}, printed: M*N*2}}\n"
        f"shapes:\n- {{table: {quoted(text + ' 2')}, spec: {quoted(stem + '.yaml')}, "
        f"columns: [input size, filter shape], rows: [[{evil}, {evil}]]}}\n"
    )
    (path / "budgets.yaml").write_text(
        f"budgets:\n- network: {quoted('./' + stem + '.yaml')}\n  keep:\n"
        f"    mult_adds <= 1: {evil}\n    params <= 1M: {evil}\n"
    )
    (path / "table.csv").write_text(
        f'"{text.splitlines()[0].replace(chr(34), chr(34) * 2)}",Mult-Adds (M)\n'
        f'"{text.splitlines()[-1].replace(chr(34), chr(34) * 2)}",3\n'
    )
    return path


# -- what each format may hold --------------------------------------------------------------------


def is_plain(text: str) -> None:
    assert not CONTROL.search(text)


def is_data(text: str) -> None:
    is_plain(text)
    assert json.loads(text)


def is_table(text: str) -> None:
    """No cell that a spreadsheet runs, and no row that is longer than another."""
    header, *rows = list(csv.reader(io.StringIO(text)))
    assert rows
    for row in (header, *rows):
        assert len(row) == len(header)
        for cell in row:
            assert cell[:1] not in tuple("=+-@\t\r") or re.fullmatch(
                r"[+-]?[\d,./]*( [%\w]+)*", cell
            )


def is_markdown(text: str) -> None:
    """No tag, no link, no cell more than the header has."""
    shown = re.sub(r"\\[!-/:-@\[-`{-~]", "", text)  # what a backslash takes its meaning from
    assert not re.search(r"<[A-Za-z/!?]|\]\(|\]:|`|\$|&lt;script", shown.replace("&lt;", "‹"))
    cells = 0
    for line in shown.splitlines():
        if line.startswith("|"):
            cells = cells or line.count("|")
            assert line.count("|") == cells
        else:
            cells = 0


_COMMANDS = re.compile(
    r"alpha|approx|begin|bottomrule|cdot|delta|displaystyle|dfrac|end|frac|geq|"
    r"infty|lceil|ldots|left|leq|lfloor|mathrm|max|midrule|min|neq|operatorname|"
    r"rceil|rfloor|rho|right|sqrt|surd|text|textasciicircum|textasciitilde|"
    r"textbackslash|times|to|toprule|vdots|limits"
)


def is_latex(text: str) -> None:
    """No command but ours, every special sign escaped, and no line end that takes an argument."""
    lines = [line for line in text.splitlines() if not line.startswith("%")]
    body = "\n".join(lines)
    assert all(map(_COMMANDS.fullmatch, re.findall(r"\\([A-Za-z]+)", body)))
    bare = re.sub(r"\\(?:[A-Za-z]+|[^A-Za-z])", "", body)
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0
    assert not re.search(r"[#%~]", bare)
    assert not re.search(
        r"[\^_](?!\{)|__", re.sub(r"\$.*?\$", "", bare) if "align" not in body else ""
    )
    assert not re.search(r"\\\\\s*[\[*]", body)


#: Attributes that lead elsewhere.
REFERENCES = ("action", "background", "formaction", "href", "poster", "src", "srcset", "xlink:href")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_comment(self, data: str) -> None:
        self.tags.add("comment")


def is_html(text: str) -> None:
    seen = _Tags()
    seen.feed(text)
    page = {"html", "head", "meta", "title", "style", "body"}
    told = {"b", "br", "h1", "h2", "h3", "p", "section"}
    tables = {"table", "tbody", "td", "th", "thead", "tr"}
    drawn = {"figure", "line", "polyline", "rect", "svg", "text"}
    forms = {"math", "mfrac", "mi", "mn", "mo", "mrow", "msup"}
    assert seen.tags <= page | told | tables | drawn | forms
    assert not [name for name in seen.attributes if name.startswith("on") or name in REFERENCES]


def is_module(text: str) -> None:
    """A docstring, one import, functions; and the numbers that the functions give."""
    is_plain(text)
    docstring, imported, *functions = ast.parse(text).body
    assert isinstance(docstring, ast.Expr) and isinstance(docstring.value, ast.Constant)
    assert ast.unparse(imported) == "from fractions import Fraction"
    assert all(isinstance(function, ast.FunctionDef) for function in functions)
    called = {
        ast.unparse(node.func) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)
    }
    known = {"Fraction", "ValueError", "_checked", "_exactly", "bool", "isinstance", "max", "min"}
    known |= {"all", "int", "range"}  # of conditions in every round
    assert called <= known


def is_junit(text: str) -> None:
    is_plain(text)
    tags = {element.tag for element in ElementTree.fromstring(text.partition("?>")[2]).iter()}
    assert tags <= {"testsuite", "testcase", "failure"}


def is_github(text: str) -> None:
    """Only our commands, one a line, with our properties."""
    is_plain(text)
    for line in text.splitlines():
        command, _, message = line[2:].partition("::")
        assert re.fullmatch(r"(error|notice) file=[^,:]+(,line=\d+,col=\d+)?,title=[^,:]*", command)
        assert message and line.startswith("::")


FORMATS: dict[str, Callable[[str], None]] = {
    "csv": is_table,
    "github": is_github,
    "html": is_html,
    "json": is_data,
    "junit": is_junit,
    "latex": is_latex,
    "markdown": is_markdown,
    "python": is_module,
    "sarif": is_data,
    "table": is_plain,
    "text": is_plain,
    "yaml": is_plain,
}
#: What is asked; N is the network's file.
ASKED = [
    "show N",
    "count N",
    "count N --by group --convention weights.yaml",
    "count N --set mode=q --convention all",
    "formula N --by layer --convention weights.yaml",
    "formula N --by group --rounded --set mode=q",
    "formula N --growth --convention weights.yaml",
    "sweep N --alpha 1/2,1 --set mode=p,q --convention weights.yaml",
    "solve N --for alpha --mult-adds 1M --convention weights.yaml",
    "compare N N@alpha=1/2 --set mode=q --convention weights.yaml",
    "explain N --to weights.yaml",
    "explain N --number 1M",
    "ratio N --against N --convention weights.yaml",
    "show-convention weights.yaml",
    "check claims.yaml --all",
    "guard budgets.yaml",
    "report N N@alpha=1/2,mode=q --convention weights.yaml",
]
CASES = [
    (words, format)
    for words in ASKED
    for option in main.get_command(click.Context(main), words.split()[0]).params
    if option.name == "format_" and isinstance(option.type, click.Choice)
    for format in option.type.choices
    if format != "parquet"  # which has columns of values, in a file
    if not ("--growth" in words and format == "python")
]


@pytest.mark.parametrize("sign", "=+-@\t\r")
def test_no_cell_begins_as_a_formula_does(sign: str) -> None:
    assert csv_text(f"{sign}1+1") == csv_cell(f"{sign}1+1").strip('"') == f"'{sign}1+1"
    assert csv_cell('a,"b"') == '"a,""b"""'


@pytest.mark.parametrize(
    "number", ["-", "+1", "-0.5", "+1,000", "-3/2", "-0.3 %", "+2 M", "x=1", ""]
)
def test_a_number_stays_a_number(number: str) -> None:
    assert csv_text(number) == number


@pytest.mark.parametrize(("asked", "format"), CASES)
def test_text_is_inert(asked: str, format: str, folder: Path, run: Run) -> None:
    name = (folder / "name").read_text()
    words = [
        word.replace("N", f"./{name}.yaml") if word[0] == "N" else word for word in asked.split()
    ]
    told = run(*words, "--format", format, cwd=folder)
    assert told.stderr == ""
    FORMATS[format](told.stdout)


def test_text_is_inert_in_a_notebook(folder: Path) -> None:
    name = (folder / "name").read_text()
    net = cc.load(folder / f"{name}.yaml")
    weights = cc.find_convention(str(folder / "weights.yaml"))
    for answer in (
        net.show(),
        net.count(convention=weights),
        cc.check([str(folder / "claims.yaml")]),
        weights,
    ):
        is_html(answer._repr_html_())


def test_text_is_inert_in_a_picture(folder: Path, run: Run) -> None:
    pytest.importorskip("matplotlib")
    name = f"./{(folder / 'name').read_text()}.yaml"
    words = ("sweep", name, "--alpha", "1/2,1", "--set", "mode=p,q", "--plot", "costs.svg")
    assert run(*words, "--force", cwd=folder).returncode == 0
    tree = ElementTree.parse(folder / "costs.svg")
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert "text" in tags and not tags & {"script", "image", "foreignObject", "a"}
    assert MARKUP[:12] in (folder / "costs.svg").read_text().replace("&quot;", '"')


def test_text_is_inert_in_a_claims_file(folder: Path, run: Run) -> None:
    name = (folder / "name").read_text()
    words = ("claims", "new", "--from", "table.csv", "--spec", f"./{name}.yaml", "--title", name)
    told = run(*words, cwd=folder)
    assert told.stderr == ""
    written = yaml.safe_load(told.stdout)
    assert written["paper"] == name
    assert list(written) == ["paper", "headings", "tables"]
    (table,) = written["tables"]
    assert table["spec"] == f"./{name}.yaml"
    assert len(table["rows"]) == 1
