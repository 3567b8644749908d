"""The command line: contracts, formats, exit codes, and what a pipe or a terminal receives."""

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
from conftest import Run, process, spec

from costcalc.cli import SECTIONS, VERBS

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
        "path": "conv1",
        "row": "conv(3x3, stride=2, out=32*alpha)",
        "type": "conv 3x3",
        "kernel": [3, 3],
        "stride": [2, 2],
        "groups": 1,
        "input": [224, 224, 3],
        "output": [112, 112, 16],
        "inputs": ["input"],
        "mult_adds": 3 * 3 * 3 * 16 * 112 * 112,
        "params": 3 * 3 * 3 * 16,
    }
    assert (second["type"], second["groups"]) == ("depthwise 3x3", 16)
    repeated = data["layers"][13]
    assert (repeated["name"], repeated["path"]) == ("dwconv14", "repeat1/dwconv14")
    assert second["inputs"] == ["conv1"]


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
        assert scope["mult_adds"](alpha=1) == 300_774_272
    wide = json.loads(run("count", "mobilenet-v2", "-a", "0.35", "-f", "json").stdout)
    assert scope["mult_adds"](alpha=Fraction("0.35")) == wide["totals"]["mult_adds"]


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


def test_list_operators_names_every_column_and_no_markup(run: Run) -> None:
    rows = {row["name"]: row for row in json.loads(run("list", "operators", "-f", "json").stdout)}
    assert rows["conv"]["columns"] == (
        "out, stride, padding, dilation, groups, bias, fixed, gain, norm, activation"
    )
    assert rows["fc"]["columns"] == "bias, activation"
    values = {name: rows[name]["value"] for name in ("conv", "bn", "groupnorm", "prelu", "add")}
    assert list(values.values()) == ["kernel", "", "groups", "(per)", "branches"]
    assert rows["shuffle"]["costs"] == (
        "Channel shuffle: permutes the channels of 'groups' groups; costs nothing."
    )
    assert not any(mark in row["costs"] for row in rows.values() for mark in "`*")


def test_a_pipe_gets_no_colour_and_no_boxes() -> None:
    for words in (("count", "mobilenet-v1"), ("formula", "mobilenet-v1"), ("show", "mobilenet-v1")):
        text = process(*words, FORCE_COLOR="1").stdout
        assert "\x1b" not in text
        assert not set(text) & set("│┃─━┏┓╭╮█")


ENCODINGS = [
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "ascii"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""},
]


def in_bytes(*words: str, **environment: str) -> tuple[int, bytes, bytes]:
    """Exit code and both streams of the command line, not decoded."""
    command = [sys.executable, "-m", "costcalc", *words]
    done = subprocess.run(command, capture_output=True, env={**environ, **environment}, timeout=120)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("environment", ENCODINGS, ids=["latin-1", "ascii", "C locale"])
@pytest.mark.parametrize(
    "words",
    [
        ("count", "mobilenet-v1"),
        ("formula", "mobilenet-v1"),
        ("formula", "mobilenet-v1", "--growth"),
        ("formula", "mobilenet-v1", "-f", "latex"),
        ("formula", "mobilenet-v1", "-f", "python"),
        ("show", "mobilenet-v1", "-f", "csv"),
        ("compare", "mobilenet-v1", "fd-mobilenet"),
        ("list", "specs"),
        ("--help",),
        ("count", "--help"),
    ],
    ids=" ".join,
)
def test_a_stream_that_lacks_the_signs_is_no_error(
    words: tuple[str, ...], environment: dict[str, str]
) -> None:
    code, out, err = in_bytes(*words, **environment)
    assert (code, err) == (0, b"")
    assert b"?" not in out.replace(b"sis?", b"").replace(b"grow?", b"")


def test_signs_get_their_names_where_they_can_t_be_written() -> None:
    code, out, _ = in_bytes("formula", "mobilenet-v1", PYTHONIOENCODING="ascii")
    assert code == 0
    assert out.decode("ascii").splitlines() == [
        "mobilenet-v1",
        "free: alpha, delta, rho, R, classes",
        "convention: paper (unit MAC)",
        "",
        "Mult-Adds     10752*R^2*alpha^2*delta*rho^2 + 693/2*R^2*alpha*delta*rho^2 + "
        "216*R^2*alpha*rho^2 + 1024*alpha*classes",
        "parameters    3139584*alpha^2*delta + 1024*alpha*classes + 44640*alpha*delta + 864*alpha",
        "exact when    R*rho is a multiple of 32 and 32*alpha is whole",
        "leading term  10752*R^2*alpha^2*delta*rho^2 (94.9 % of the Mult-Adds at the defaults)",
    ]
    latin = in_bytes("formula", "mobilenet-v1", PYTHONIOENCODING="latin-1")[1].decode("latin-1")
    assert "216·R²*alpha*rho² + 1024·alpha·classes\n" in latin
    shown = in_bytes("show", "ehm-mobilenet", PYTHONIOENCODING="ascii")[1].decode("ascii")
    assert "Conv dw / s2   3x3x(64*alpha*delta) dw            16x16x64*alpha\n" in shown
    assert "gives: output 1x1xclasses\n" in shown
    listed = in_bytes("show", "mobilenet-v1", PYTHONIOENCODING="ascii")[1].decode("ascii")
    assert ":    Conv / s1" in listed
    rounded = in_bytes("formula", "mobilenet-v1", "--rounded", PYTHONIOENCODING="ascii")[1]
    assert b"delta*ceil(floor(R*rho)/2)^2*floor(32*alpha)*floor(64*alpha)" in rounded


def test_json_is_the_same_in_every_encoding() -> None:
    for words in (("show", "mobilenet-v1"), ("sweep", "mobilenet-v1", "-a", "0.5,1")):
        command = (*words, "-f", "json")
        escaped = json.loads(in_bytes(*command, PYTHONIOENCODING="ascii")[1])
        assert escaped == json.loads(in_bytes(*command, PYTHONIOENCODING="utf-8")[1])


def test_problems_are_told_in_every_encoding() -> None:
    code, out, err = in_bytes("count", "\u03b1.yaml", PYTHONIOENCODING="ascii")
    message = b"alpha.yaml: can't be read: No such file or directory\n"
    assert (code, out, err) == (2, b"", message)


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
    ascii = on_terminal(["count", "mobilenet-v1", "--by", "type"], PYTHONIOENCODING="ascii")
    assert "█" not in ascii
    assert "at:          alpha = 1, delta = 1" in re.sub(r"\x1b\[[0-9;]*m", "", ascii)
    plain = on_terminal(["count", "mobilenet-v1", "--by", "type"], NO_COLOR="1")
    assert "\x1b[36m" not in plain


def test_problems_go_to_stderr_with_exit_code_2(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(spec("- {conv: 3x3, out: 8, strid: 2}\n- {cnov: 1x1}\n"))
    result = process("count", str(path))
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
        (
            ("formula", "mobilenet-v1", "--growth", "--rounded"),
            "--growth drops the roundings (leave --rounded out)",
        ),
        (
            ("formula", "mobilenet-v1", "--growth", "--by", "type"),
            "--growth gives shares by type (leave --by out)",
        ),
        (
            ("compare", "mobilenet-v1", "vgg-16", "--for", "rho"),
            "--for belongs to --at-equal (--at-equal mult_adds --for rho)",
        ),
        (
            ("sweep", "mobilenet-v1", "--plot-y", "params"),
            "--plot-x and --plot-y belong to --plot (--plot costs.svg)",
        ),
        (
            ("sweep", "mobilenet-v1", "--force"),
            "--force belongs to --output and --plot (leave --force out)",
        ),
        (
            ("count", "mobilenet-v1", "-a", "0.5,1"),
            "alpha: '0.5,1' is several values "
            "(one value here; `costcalc sweep` takes lists and ranges)",
        ),
        (
            ("solve", "mobilenet-v1", "--for", "alpha", "--params", "1M", "-r", "32:224:32"),
            "resolution: '32:224:32' is several values "
            "(one value here; `costcalc sweep` takes lists and ranges)",
        ),
        (
            ("count", "mobilenet-v1", "-r", "224x"),
            "resolution: '224x' is not a resolution (N or HxW, such as 224x160)",
        ),
        (
            ("count", "mobilenet-v1", "-r", "224x224x3"),
            "resolution: '224x224x3' is not a resolution (N or HxW, such as 224x160)",
        ),
        (
            ("count", "mobilenet-v1", "--convention", "foo"),
            "no convention 'foo' (`costcalc list conventions`, or a file)",
        ),
        (
            ("count", "mobilenet-v1", "-r", "2*96²"),
            "resolution: '2*96²' is not a resolution (N or HxW, such as 224x160)",
        ),
        (
            ("sweep", "mobilenet-v1", "-r", "96²:224²:32"),
            "resolution: '96²' in 96²:224²:32 is not a number (0.25,0.5 or start:stop:step "
            "(stop included) or start:stop#count)",
        ),
        (
            ("count", "mobilenet-v1", "-r", "224.5"),
            "resolution: 224.5 is outside its domain (a positive integer)",
        ),
        (
            ("count", "mobilenet-v1", "-r", "224-128"),
            "resolution: '224-128' is not one value "
            "(`costcalc sweep` takes ranges, as in 0.25:1:0.25)",
        ),
        *(
            (
                (verb, "mobilenet-v1", "--alpha", text),
                f"alpha: {text!r} is not one value "
                "(`costcalc sweep` takes ranges, as in 0.25:1:0.25)",
            )
            for verb in ("count", "sweep")
            for text in ("0.25-1", "1/4 to 1", "0.25..1", "0.25…1", "0.25 – 1")
        ),
        *(
            (
                (verb, "mobilenet-v1", "--alpha", "12.5%"),
                "alpha: '12.5%' is not a number (write 0.125)",
            )
            for verb in ("count", "sweep")
        ),
        (("count", "mobilenet-v1", "-a", "1", "--set", "α=2"), "alpha is given twice"),
        (("count", "mobilenet-v1", "--set", "α=1,alpha=2"), "alpha is given twice"),
        (
            ("count", "mobilenet-v1", "--set", "classes=10,delta="),
            "--set 'delta=' has no value (--set NAME=VALUE)",
        ),
        (
            ("explain", "mobilenet-v1", "--to", "keras", "--number", "5M"),
            "--to and --number are two questions (one of the two)",
        ),
        (
            ("explain", "mobilenet-v1", "--from", "keras", "--number", "5M"),
            "--from goes with --to (--number finds conventions itself)",
        ),
        (("cuont",), "no command 'cuont' (did you mean 'count'?)"),
        (("count", "cifar-resnet", "--n", "26"), "count has no option '--n' (--set n=26)"),
        (("sweep", "cifar-resnet", "--n=26,27"), "sweep has no option '--n' (--set n=26,27)"),
        (
            ("compare", "vgg-16", "cifar-resnet@n=3", "--n"),
            "compare has no option '--n' (--set n=VALUE)",
        ),
        (
            ("count", "vgg-16", "--n", "26"),
            "count has no option '--n' (known: --alpha, --by, --classes, --convention, --cost, "
            "--delta, --elements, --force, --format, --output, --resolution, --rho, --rule, "
            "--set)",
        ),
        (
            ("count", "cifar-resnet", "--alpah", "26"),
            "count has no option '--alpah' (did you mean '--alpha'?)",
        ),
    ],
)
def test_bad_options(run: Run, words: tuple[str, ...], message: str) -> None:
    result = run(*words)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", message + "\n")


@pytest.mark.parametrize("verb", VERBS)
def test_help_has_an_example(run: Run, verb: str) -> None:
    words = ("claims", "new") if verb == "claims" else (verb,)
    result = run(*words, "--help", COLUMNS="80")
    assert result.returncode == 0
    assert f"  costcalc {' '.join(words)} " in result.stdout.split("Example")[1]
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_the_help_says_every_verb_in_one_line(run: Run) -> None:
    text = run("--help", COLUMNS="80").stdout
    listed = re.findall(r"^  ([a-z]+(?:[- ][a-z]+)?)  +([A-Z].*[.…])$", text, re.M)
    assert [verb for verb, _ in listed] == [v if v != "claims" else "claims new" for v in VERBS]
    sections = re.findall(r"^([A-Z][^\n]*):$", text, re.M)
    assert sections == ["Options", *SECTIONS]
    assert len(text.splitlines()) == text.count("\n") <= 60  # a screen
    assert "  check            Check the numbers that papers print; say why any is wrong.\n" in text
    assert max(map(len, text.splitlines())) <= 80


def test_counting_imports_neither_sympy_nor_numpy_nor_rich() -> None:
    code = (
        "import sys; from costcalc.cli import main\n"
        "try: main(['count', 'mobilenet-v1'])\n"
        "except SystemExit: pass\n"
        "print({'sympy', 'numpy', 'rich', 'matplotlib', 'tempfile', 'logging'} & {*sys.modules})\n"
        "rooms = ('hardware', 'timing', 'exchange', 'models', 'design_space', 'papers')\n"
        "print([m for m in sys.modules if m.startswith('costcalc.') and m.split('.')[1] in rooms])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.endswith(
        "set()\n['costcalc.hardware', 'costcalc.hardware.elements', 'costcalc.hardware.rules']\n"
    )


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


def test_a_reader_that_closes_early_is_no_error() -> None:
    command = f"{sys.executable} -m costcalc count mobilenet-v1 | head -1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("mobilenet-v1\n", "")
