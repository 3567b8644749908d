"""Files that verbs write with ``-o``: what is printed, whole or not there; HTML pages; and networks
to start from."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import Run

import costcalc as cc
from costcalc.cli import VERBS
from costcalc.graph.loading import find_spec

TIMES = Path(__file__).parents[1] / "data" / "stm32h747.csv"
#: A command of every verb that prints in several formats, and the formats besides HTML.
COMMANDS = {
    "count mobilenet-v1 --by type": "table csv json markdown latex",
    "count mobilenet-v1 --convention all": "table csv json markdown latex",
    "formula mobilenet-v1": "text latex markdown json python",
    "formula mobilenet-v1 --cost peak": "text latex markdown json",
    "formula mobilenet-v1 --growth": "text latex markdown json",
    "show mobilenet-v1": "table csv json markdown latex",
    "sweep mobilenet-v1 --alpha 0.5,1": "table csv json markdown latex",
    "solve mobilenet-v1 --for alpha --params 2M": "text json markdown latex",
    "solve mobilenet-v1 --for alpha,resolution --budget flash<=1MiB": "text json markdown latex",
    "compare mobilenet-v1 fd-mobilenet": "table csv json markdown latex",
    "diff mobilenet-v1 mobilenet-v1@alpha=0.5": "table csv json markdown latex",
    "guard tests/review/budgets.yaml": "table csv json markdown latex sarif junit",
    "report resnet-8": "text json markdown",
    "memory mobilenet-v1 --alpha 0.25": "table csv json markdown latex",
    f"calibrate {TIMES}": "table yaml csv json markdown latex",
    "roofline mobilenet-v1 --device stm32h747i-disco": "table csv json markdown latex",
    "explain mobilenet-v1 --to keras": "table csv json markdown",
    "explain mobilenet-v1 --number 568740352": "table csv json markdown",
    "show-convention paper": "table csv json markdown latex",
    "list parameters": "table csv json markdown latex",
    "check 002": "table csv json markdown",
    "ratio mobilenet-v1 --block separable": "table csv json markdown latex",
}
ENDINGS = {"table": ".txt", "text": ".txt", "csv": ".csv", "json": ".json", "markdown": ".md"}
ENDINGS |= {
    "sarif": ".sarif",
    "junit": ".xml",
    "latex": ".tex",
    "html": ".html",
    "python": ".py",
    "yaml": ".yaml",
}


class Page(HTMLParser):
    """What a page shows, and its tags; every tag that must be closed is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not {"src", "href"} & {name for name, _ in attrs}  # needs nothing else
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def test_every_verb_is_here() -> None:
    elsewhere = {"claims", "explore", "export", "import", "measure", "new", "verify"}
    assert {command.split()[0] for command in COMMANDS} | elsewhere == set(VERBS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_holds_what_is_printed(run: Run, tmp_path: Path, command: str) -> None:
    words = command.split()
    plain = run(*words)
    code = plain.returncode  # of check, whether figures are as expected
    besides = plain.stdout if words[0] == "sweep" else ""  # a sweep prints its table as well
    for name in (*COMMANDS[command].split(), "html"):
        printed = run(*words, "-f", name)
        assert printed.returncode == code, printed.stderr
        file = tmp_path / f"x{ENDINGS[name]}"
        written = run(*words, "-o", str(file))
        assert (written.returncode, written.stdout) == (code, besides)
        assert file.read_text() == printed.stdout
        assert printed.stdout
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_needs_nothing_else(run: Run, command: str) -> None:
    text = run(*command.split(), "-f", "html").stdout
    page = Page(text)
    heading = run(*command.split(), "-f", "markdown").stdout.splitlines()[0].strip("*# ")
    assert text.startswith("<!doctype html>\n")
    assert {"html", "head", "meta", "title", "style", "body"} <= page.tags
    assert page.texts.count(heading.replace("\\", "")) >= 2  # title and heading
    assert not {"script", "link", "img"} & page.tags


def test_a_page_shows_the_count(run: Run) -> None:
    page = Page(run("count", "mobilenet-v1", "--by", "type", "-f", "html").stdout)
    row = page.texts.index("conv 1x1")
    shown = [text for text in page.texts[row:] if text][:6]
    assert shown == ["conv 1x1", "13", "539,492,352", "94.86 %", "3,139,584", "74.59 %"]


def test_the_format_goes_before_the_ending(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "costs.txt"
    assert run("count", "vgg-16", "-f", "csv", "-o", str(file)).returncode == 0
    assert file.read_text() == run("count", "vgg-16", "-f", "csv").stdout


def test_a_file_that_is_there_stays(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "x.md"
    file.write_text("mine\n")
    refused = run("count", "vgg-16", "-o", str(file))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == f"{file} exists (--force overwrites it)\n"
    assert file.read_text() == "mine\n"
    assert run("count", "vgg-16", "-o", str(file), "--force").returncode == 0
    assert file.read_text() == run("count", "vgg-16", "-f", "markdown").stdout


def test_a_file_is_written_where_a_figure_differs(run: Run, tmp_path: Path) -> None:
    """The exit code of ``check`` is an answer, and no failure to write."""
    table = "- table: T\n  spec: vgg-16\n  columns: [row, params M]\n  rows: [[a, 7]]\n"
    (tmp_path / "claims.yaml").write_text(f"tables:\n{table}")
    written = run("check", "claims.yaml", "-o", "report.md", cwd=tmp_path)
    assert (written.returncode, written.stdout, written.stderr) == (1, "", "")
    printed = run("check", "claims.yaml", "-f", "markdown", cwd=tmp_path)
    assert (printed.returncode, (tmp_path / "report.md").read_text()) == (1, printed.stdout)


def test_what_fails_writes_nothing(run: Run, tmp_path: Path) -> None:
    for words in (("count", "vgg-16", "-a", "0"), ("check", "no.yaml"), ("solve", "vgg-16")):
        assert run(*words, "-o", str(tmp_path / "x.txt")).returncode == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "count vgg-16 -o x.doc",
            "x.doc has no known ending (.txt, .csv, .json, .md, .tex or .html, or --format)",
        ),
        ("count vgg-16 -o x", "x has no known ending (.txt, .csv, .json, .md, .tex or .html, "
         "or --format)"),
        (
            "solve vgg-16 --for classes --params 1M -o x.csv",
            "x.csv has no known ending (.txt, .json, .md, .tex or .html, or --format)",
        ),
        ("count vgg-16 --force", "--force belongs to --output (leave --force out)"),
        ("new net --force", "--force belongs to --output (leave --force out)"),
        ("count vgg-16 -o no/x.md", "no/x.md: No such file or directory (nothing was written)"),
        ("count vgg-16 -o .", ". is a directory (the name of a file)"),
        ("show vgg-16 -f yaml --classes 10 -r 32",
         "--format yaml is the file as it stands (leave resolution, classes out)"),
        ("new 3x3", "'3x3' is not a name (letters, digits, - and _)"),
        ("sweep vgg-16 -f parquet", "parquet is for files (--output FILE.parquet)"),
    ],
)  # fmt: skip
def test_what_can_t_be_written(run: Run, tmp_path: Path, words: str, message: str) -> None:
    result = run(*words.split(), cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", message + "\n")
    assert list(tmp_path.iterdir()) == []


def test_columns_have_one_name(run: Run) -> None:
    """What JSON calls mult_adds and params, every CSV does."""

    def header(words: str) -> list[str]:
        return next(csv.reader(io.StringIO(run(*words.split(), "-f", "csv").stdout)))

    costs = ["mult_adds", "mult_adds_share", "params", "params_share"]
    assert [name for name in header("count vgg-16") if name in costs] == costs
    for by in ("type", "stage", "group", "row"):
        assert [name for name in header(f"count vgg-16 --by {by}") if name in costs] == costs
    survey = ["convention", "unit", "mult_adds", "to_paper", "params", "params_to_paper"]
    assert header("count vgg-16 --convention all") == survey
    assert header("sweep vgg-16 -r 32,64")[-4:-2] == ["mult_adds", "params"]
    assert header("list conventions")[-2:] == ["mult_adds", "params"]


# -- networks to start from ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["vgg-16", "mobilenet-v3-small"])
def test_a_network_s_file_as_it_stands(run: Run, tmp_path: Path, name: str) -> None:
    own = tmp_path / "own.yaml"
    assert run("show", name, "-o", str(own)).returncode == 0
    assert own.read_text() == find_spec(name).read_text()
    assert run("show", str(own), "-f", "yaml").stdout == own.read_text()
    assert cc.count(str(own)) == cc.count(name)


def test_a_new_network_counts_at_once(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "my-net.yaml"
    assert run("new", "my-net", "-o", str(file)).returncode == 0
    assert run("new", "my-net").stdout == file.read_text()
    assert "NAME" not in file.read_text()
    for verb in ("count", "show", "formula", "sweep"):
        assert run(verb, str(file)).returncode == 0, verb
    first, *_, last = json.loads(run("count", str(file), "-f", "json").stdout)["layers"]
    assert first["mult_adds"] == 112 * 112 * 3 * 3 * 3 * 16
    assert (last["type"], last["output"]) == ("softmax", [1, 1, 1000])


def test_the_blocks_that_ship(run: Run, tmp_path: Path) -> None:
    rows = json.loads(run("list", "blocks", "-f", "json").stdout)
    by_name = {row["name"]: row for row in rows}
    assert by_name["bneck"] == {
        "name": "bneck", "takes": "k, exp, c, SE, NL, s, rate: 1", "include": "bneck"
    }  # fmt: skip
    assert by_name["sep"]["takes"] == "k, f, s: 1"
    row = '{bneck: {k: 3, exp: 16, c: 8, SE: false, NL: "relu", s: 1}}'
    net = cc.loads(f"input: 8x8x8\ninclude: bneck\ndefaults: {{padding: same}}\nlayers: [{row}]\n")
    assert net.count().mult_adds == 8 * 8 * (8 * 16 + 3 * 3 * 16 + 16 * 8)
