"""The command line as a process: contracts, formats, exit codes, and what a pipe receives."""

from __future__ import annotations

import csv
import io
import json
import pty
import re
import subprocess
import sys
from fractions import Fraction
from os import environ, fdopen
from pathlib import Path

import pytest
from conftest import Run, spec

NAMES = {"mobilenet-v1", "ehm-mobilenet", "ehm-mobilenet-mp3", "ehm-mobilenet-fmp", "fd-mobilenet"}


def test_count_json_contract(run: Run) -> None:
    data = json.loads(run("count", "mobilenet-v1", "--alpha", "0.5", "-f", "json").stdout)
    assert list(data) == ["spec", "parameters", "convention", "unit", "totals", "layers"]
    assert data["spec"] == "mobilenet-v1"
    assert data["parameters"] == {
        "alpha": "1/2", "delta": "1", "rho": "1", "resolution": "224", "classes": "1000"
    }  # fmt: skip
    assert data["convention"] == "paper"
    assert data["totals"] == {
        "mult_adds": sum(layer["mult_adds"] for layer in data["layers"]),
        "params": sum(layer["params"] for layer in data["layers"]),
    }
    first, second = data["layers"][:2]
    assert first == {
        "name": "conv1",
        "type": "conv 3x3",
        "kernel": [3, 3],
        "stride": [2, 2],
        "groups": 1,
        "input": [224, 224, 3],
        "output": [112, 112, 16],
        "mult_adds": 3 * 3 * 3 * 16 * 112 * 112,
        "params": 3 * 3 * 3 * 16,
    }
    assert (second["type"], second["groups"]) == ("depthwise 3x3", 16)


def test_formula_json_contract(run: Run) -> None:
    data = json.loads(run("formula", "mobilenet-v1", "-f", "json").stdout)
    assert list(data) == [
        "spec", "convention", "unit", "parameters", "bound", "mult_adds", "params", "exact_when"
    ]  # fmt: skip
    assert data["parameters"] == ["alpha", "delta", "rho", "resolution", "classes"]
    values = dict.fromkeys(data["parameters"], Fraction(1)) | {"resolution": Fraction(224)}
    values["classes"] = Fraction(1000)
    assert eval(data["mult_adds"], {}, values) == 568_740_352
    assert eval(data["params"], {}, values) == 4_209_088
    assert all(eval(text, {}, values) is True for text in data["exact_when"])
    values["resolution"] = Fraction(112)
    assert not all(eval(text, {}, values) for text in data["exact_when"])


def test_the_generated_python_counts(run: Run, tmp_path: Path) -> None:
    for flags in ((), ("--rounded",)):
        code = run("formula", "mobilenet-v2", *flags, "-f", "python").stdout
        scope: dict[str, object] = {}
        exec(code, scope)
        assert scope["mult_adds"](alpha=1) == 300_774_272  # type: ignore[operator]
    wide = json.loads(run("count", "mobilenet-v2", "-a", "0.35", "-f", "json").stdout)
    assert scope["mult_adds"](alpha=Fraction("0.35")) == wide["totals"]["mult_adds"]  # type: ignore[operator]


def test_by_type_in_every_format(run: Run) -> None:
    text = run("count", "mobilenet-v1", "--by", "type", "-f", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[2]["type"] == "conv 1x1"
    assert rows[2]["mult_adds"] == "539492352"
    assert rows[2]["mult_adds_share"] == "0.948574"
    markdown = run("count", "mobilenet-v1", "--by", "type", "-f", "markdown").stdout
    assert "| conv 1x1 | 13 | 539,492,352 | 94.86 % | 3,139,584 | 74.59 % |" in markdown
    latex = run("count", "mobilenet-v1", "--by", "type", "-f", "latex").stdout
    assert r"conv 1x1 & 13 & 539,492,352 & 94.86 \% & 3,139,584 & 74.59 \% \\" in latex
    table = run("count", "mobilenet-v1", "--by", "type").stdout
    assert re.search(r"^total +30 +568,740,352 +4,209,088$", table, re.M)


def test_show_prints_the_paper_s_table(run: Run) -> None:
    lines = run("show", "ehm-mobilenet").stdout.splitlines()
    assert any(re.fullmatch(r" +Conv dw / s2 +3×3×\(64α×δ\) dw +16×16×64α", x) for x in lines)
    assert any(re.fullmatch(r"5 × +Conv dw / s1 +3×3×\(512α×δ\) dw +2×2×512α", x) for x in lines)
    assert any(re.fullmatch(r" +FC +1024α×classes +1×1×1024α", x) for x in lines)


@pytest.mark.parametrize("what", ["specs", "operators", "conventions", "parameters"])
def test_list(run: Run, what: str) -> None:
    rows = json.loads(run("list", what, "-f", "json").stdout)
    names = {row["name"] for row in rows}
    expected = {
        "specs": NAMES,
        "operators": {"conv", "dwconv", "tconv", "fc", "fmp", "concat"},
        "conventions": {"paper", "trainable", "keras"},
        "parameters": {"alpha", "delta", "rho", "resolution", "classes"},
    }[what]
    assert expected <= names


def test_a_pipe_gets_no_colour_and_no_boxes(run: Run) -> None:
    for words in (("count", "mobilenet-v1"), ("formula", "mobilenet-v1"), ("show", "mobilenet-v1")):
        text = run(*words, FORCE_COLOR="1").stdout
        assert "\x1b" not in text
        assert not set(text) & set("│┃─━┏┓╭╮█")


def on_terminal(words: list[str], **environment: str) -> str:
    """What the command writes to a terminal."""
    ours, theirs = pty.openpty()
    env = {**environ, "TERM": "xterm-256color", "COLUMNS": "80", **environment}
    command = [sys.executable, "-m", "costcalc", *words]
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, env=env)
    with fdopen(theirs, "wb"):
        pass
    text = b""
    with fdopen(ours, "rb", buffering=0) as terminal:
        while True:
            try:
                chunk = terminal.read(4096)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            text += chunk
    assert process.wait() == 0
    return text.decode()


def test_a_terminal_gets_bars_and_colour_unless_it_says_no() -> None:
    text = on_terminal(["count", "mobilenet-v1", "--by", "type"])
    assert "█" in text
    assert "\x1b[36m" in text
    assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", x).rstrip()) for x in text.splitlines()) <= 80
    plain = on_terminal(["count", "mobilenet-v1", "--by", "type"], NO_COLOR="1")
    assert "\x1b[36m" not in plain


def test_problems_go_to_stderr_with_exit_code_2(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(spec("- {conv: 3x3, out: 8, strid: 2}\n- {cnov: 1x1}\n"))
    result = run("count", str(path))
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == (
        f"{path}:4:23: layers[0]: unknown key 'strid' for conv (did you mean 'stride'?)\n"
        f"{path}:5:4: layers[1]: unknown operator 'cnov' (did you mean 'conv'?)\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("count", "mobilnet-v1"), "no network 'mobilnet-v1' (did you mean 'mobilenet-v1'?)"),
        (("count", "no.yaml"), "no.yaml: can't be read: No such file or directory"),
        (("count", "mobilenet-v1", "--set", "n"), "--set 'n' has no value (--set NAME=VALUE)"),
        (("count", "mobilenet-v1", "-a", "1", "--set", "alpha=2"), "alpha is given twice"),
        (("count", "mobilenet-v1", "-a", "1", "--set", " alpha=2"), "alpha is given twice"),
        (
            ("count", "mobilenet-v1", "--set", "alpha=1", "--set", "alpha =2"),
            "alpha is given twice",
        ),
        (
            ("count", "mobilenet-v1", "--set", "alpha= "),
            "--set 'alpha=' has no value (--set NAME=VALUE)",
        ),
        (
            ("count", "mobilenet-v1", "--convention", "papre"),
            "no convention 'papre' (did you mean 'paper'?)",
        ),
        (
            ("count", "mobilenet-v1", "--alpha", "0"),
            "alpha: 0 is outside its domain (a positive number)",
        ),
        (
            ("formula", "mobilenet-v1", "--free", "beta"),
            "mobilenet-v1 has no parameter 'beta' (did you mean 'delta'?)",
        ),
    ],
)
def test_bad_options(run: Run, words: tuple[str, ...], message: str) -> None:
    result = run(*words)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", message + "\n")


@pytest.mark.parametrize("verb", ["count", "formula", "show", "list"])
def test_help_has_an_example(run: Run, verb: str) -> None:
    result = run(verb, "--help")
    assert result.returncode == 0
    assert f"  costcalc {verb} " in result.stdout.split("Example")[1]


def test_counting_imports_neither_sympy_nor_numpy_nor_rich() -> None:
    code = (
        "import sys; from costcalc.cli import main\n"
        "try: main(['count', 'mobilenet-v1'])\n"
        "except SystemExit: pass\n"
        "print({'sympy', 'numpy', 'rich', 'matplotlib'} & set(sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.endswith("set()\n")


def test_a_user_s_own_convention(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "flops:\n  meaning: twice the MACs, and one per bias\n  unit: FLOP\n"
        "  mult_adds: {conv mac: 2, fc mac: 2, fc bias add: 1}\n  params: {}\n  else: 0\n"
    )
    result = run("count", "mobilenet-v1", "--convention", str(path), "-f", "json")
    data = json.loads(result.stdout)
    assert data["totals"] == {"mult_adds": 2 * 568_740_352 + 1000, "params": 0}
    assert (data["convention"], data["unit"]) == ("flops", "FLOP")


def test_a_reader_that_closes_early_is_no_error(run: Run) -> None:
    command = f"{sys.executable} -m costcalc count mobilenet-v1 | head -1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("mobilenet-v1\n", "")
