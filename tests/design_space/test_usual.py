"""Options without values: the usual values of a spec, which its paper prints, and the shipped
networks that have such; labels that tell networks apart; parameters called as columns are."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Run

import costcalc as cc
from costcalc.errors import CostcalcError
from costcalc.language import library

#: Parameters that are called as columns of the tool are.
NET = """
network: {name}
parameters: {{{parameter}: {{default: 2, meaning: blocks, usual: [1, 2]}}}}
input: 32x32x3
layers:
- repeat: {parameter}
  layers: [{{conv: 3x3, out: {out}}}]
"""


def net(folder: Path, file: str, parameter: str, out: int = 8, name: str = "net") -> str:
    (folder / file).write_text(NET.format(name=name, parameter=parameter, out=out))
    return file


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def printed() -> list[tuple[str, dict[str, Any]]]:
    """The rows of Tables 4 to 6, by network and binding."""
    file = library.SPECS / "claims" / "000-enhanced-hybrid-mobilenet.yaml"
    claims = yaml.load(file.read_text(), yaml.BaseLoader)
    rows = []
    for claim in claims["tables"]:
        if claim["table"].split()[1] in ("4", "5", "6"):
            for row in claim["rows"]:
                if isinstance(row, list):
                    named = dict(zip(claim["columns"], row, strict=True)) | claim["at"]
                    rows.append((claim["spec"], named | {"table": claim["table"]}))
    return rows


def test_the_grids_of_tables_4_to_6(run: Run) -> None:
    """``--alpha --delta`` are the tables of the Enhanced Hybrid MobileNet: every printed count of
    parameters, and every printed cost but those that `check` says to differ."""
    rows: dict[tuple[str, str, Fraction, Fraction], dict[str, str]] = {}
    for cost, convention in (("mult_adds", "paper"), ("params", "keras")):  # biases and BN
        words = ("--alpha", "--delta", "--classes", "--convention", convention, "--format", "csv")
        for row in table(run("sweep", *words).stdout):
            key = (row["spec"], row["classes"], Fraction(row["delta"]), Fraction(row["alpha"]))
            rows.setdefault(key, {})[cost] = row[cost]
    assert len(rows) == 2 * (3 * 3 + 3 * 2 + 3 * 2)
    wrong = []
    for spec, row in printed():
        own = rows.pop((spec, row["classes"], Fraction(row["delta"]), Fraction(row["alpha"])))
        for cost in ("mult_adds", "params"):
            text = row[f"{cost} M"]
            unit = Fraction(10**6, 10 ** len(text.partition(".")[2]))
            if abs(int(own[cost]) - Fraction(text) * 10**6) >= unit:
                wrong.append((row["table"], f"delta={row['delta']} alpha={row['alpha']}", cost))
    # what the paper leaves out: δ = 1 at the smaller α
    assert sorted(rows) == sorted(
        ("ehm-mobilenet", classes, Fraction(1), alpha)
        for classes in ("10", "100")
        for alpha in (Fraction(1, 2), Fraction(1, 4))
    )
    tables = {f"Table {number} CIFAR-{classes}" for number in "456" for classes in ("10", "100")}
    judged = [
        (figure.table, figure.row, figure.metric)
        for figure, verdict in ((v.figure, v.verdict) for v in cc.check(["000"]).verdicts)
        if figure.table in tables and verdict == "differs" and figure.row.startswith("delta")
    ]
    assert sorted(wrong) == sorted(judged)
    assert len(judged) < len(printed()) and all(cost == "mult_adds" for _, _, cost in wrong)


def test_a_line_says_which_values_and_networks(run: Run) -> None:
    found = run("sweep", "--alpha", "--delta", "--top", "1")
    assert found.stdout == (
        "ehm-mobilenet, ehm-mobilenet-fmp, ehm-mobilenet-mp3\n"
        "networks: the shipped ones that have usual values of α and δ\n"
        "ehm-mobilenet at: R = 32, classes = 10\n"
        "ehm-mobilenet usual values: α = 1, 1/2, 1/4; δ = 1, 2, 4\n"
        "ehm-mobilenet-fmp at: R = 32, classes = 10, ratio = 36/25\n"
        "ehm-mobilenet-fmp usual values: α = 1, 1/2, 1/4; δ = 2, 4\n"
        "ehm-mobilenet-mp3 at: R = 32, classes = 10\n"
        "ehm-mobilenet-mp3 usual values: α = 1, 1/2, 1/4; δ = 2, 4\n"
        "100 %: the spec at its defaults\n"
        "convention: paper (unit MAC); shapes rounded as the specs say\n"
        "\n"
        "spec           alpha  delta   Mult-Adds  parameters  Mult-Adds %  parameters %\n"
        "ehm-mobilenet      1      1  11,596,288   3,195,328       100.00        100.00\n"
        "\n"
        "rows  1 of 21 points\n"
    )


ALPHA, RHO = ["1", "0.75", "0.5", "0.25"], ["1", "6/7", "5/7", "4/7"]
SIDES = ["224", "192", "160", "128"]


@pytest.mark.parametrize(
    ("words", "points"),
    [
        (["--alpha", "mobilenet-v1"], [{"alpha": a} for a in ALPHA]),
        (["-a", "mobilenet-v1"], [{"alpha": a} for a in ALPHA]),
        (["mobilenet-v1", "--rho"], [{"rho": p} for p in RHO]),
        (["mobilenet-v1", "--set", "rho"], [{"rho": p} for p in RHO]),
        (["mobilenet-v1", "-r", "-a", "0.5"], [{"alpha": "0.5", "resolution": r} for r in SIDES]),
        (
            ["mobilenet-v1", "--alpha", "-r", "--sort", "-resolution"],
            [{"alpha": a, "resolution": r} for r in SIDES for a in ALPHA],
        ),
        (["--alpha", "1/2", "mobilenet-v1"], [{"alpha": "0.5"}]),
        (["mobilenet-v1", "--alpha=usual"], [{"alpha": a} for a in ALPHA]),
        (["mobilenet-v1", "--alpha", "usual", "--delta", "2"], [{"alpha": a} for a in ALPHA]),
        (["pyd-resnet", "--alpha"], [{"alpha": "0.5"}]),
        (["pydmobilenet-concat", "--set", "width"], [{"width": "in"}, {"width": "out"}]),
    ],
    ids=str,
)
def test_a_bare_option_takes_no_spec(
    words: list[str], points: list[dict[str, str]], run: Run
) -> None:
    found = run("sweep", *words, "--format", "csv")
    assert found.stderr == ""
    shown = [{name: row[name] for name in points[0]} for row in table(found.stdout)]
    assert sorted(shown, key=str) == sorted(points, key=str)
    if "--sort" in words:
        assert shown == points


def test_a_file_after_a_bare_option(run: Run, tmp_path: Path) -> None:
    """A spec may be called as a number is."""
    file = net(tmp_path, "3.yaml", "classes")
    found = run("sweep", "--classes", file, "--format", "csv", cwd=tmp_path)
    assert [row["classes"] for row in table(found.stdout)] == ["1", "2"]


def test_sort_takes_its_word(run: Run, tmp_path: Path) -> None:
    """``-a`` is an option's value here: falling order of the parameter a."""
    file = net(tmp_path, "a.yaml", "a")
    found = run("sweep", file, "--set", "a", "--sort", "-a", "--format", "csv", cwd=tmp_path)
    assert [row["a"] for row in table(found.stdout)] == ["2", "1"]


FORMS = "0.25,0.5 or start:stop:step (stop included) or start:stop#count"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["mobilenet-v1", "vgg-16", "--delta"],
            "mobilenet-v1 states no usual values of δ (in the spec: delta: {…, usual: [1, …]}; "
            f"or values: {FORMS})",
        ),
        (["--delta", "vgg-16"], "vgg-16 has no parameter 'delta' (known: classes, resolution)"),
        (["--delta", "-r"], "no shipped network has usual values of δ and R (name a SPEC)"),
        (
            ["--set", "ratoi"],
            "no shipped network has usual values of ratoi (did you mean 'ratio'?)",
        ),
        (["mobilenet-v1", "--alpha", "-1"], "alpha: -1 is outside its domain (a positive number)"),
        (
            ["mobilenet-v1", "--alpha", "usul"],
            "no network 'usul' (`costcalc list specs` names what ships; `costcalc new usul` starts "
            "one of your own)",
        ),
        (["--alpha", "mobilnet-v1"], "no network 'mobilnet-v1' (did you mean 'mobilenet-v1'?)"),
        (
            ["--alpha", "1"],
            "no network is named (SPEC; or --alpha without values: the shipped networks that have "
            "usual ones)",
        ),
        (["vgg-16", "--set", "=1"], "--set '=1' has no value (--set NAME=VALUE)"),
    ],
)
@pytest.mark.parametrize("verb", ["sweep", "compare"])
def test_what_has_no_usual_values(verb: str, words: list[str], message: str, run: Run) -> None:
    found = run(verb, *words)
    assert (found.returncode, found.stderr) == (2, f"{message}\n")


def test_compare_at_the_usual_values(run: Run) -> None:
    found = json.loads(run("compare", "fd-mobilenet", "--alpha", "--format", "json").stdout)
    names = [f"fd-mobilenet@alpha={alpha}" for alpha in ("1", "0.5", "0.25")]
    assert [network["name"] for network in found["networks"]] == names
    counts = [cc.load("fd-mobilenet").count(alpha=a).mult_adds for a in ("1", "1/2", "1/4")]
    assert found["lines"][0]["values"] == counts


def test_many_networks_stand_one_below_the_other(run: Run) -> None:
    found = run("compare", "--alpha", "--delta", "-c", "100")
    lines = found.stdout.splitlines()
    assert lines[0] == "21 networks" and "usual values of: α, δ" in lines
    rows = [line.split() for line in lines if " : A" in line or line.startswith("U  ")]
    base, last = (
        cc.load(name).count(classes=100, **binding)
        for name, binding in (
            ("ehm-mobilenet", {"delta": 1}), ("ehm-mobilenet-mp3", {"alpha": "1/4", "delta": 4})
        )
    )  # fmt: skip
    assert rows[1][:4] == [
        "U", "ehm-mobilenet-mp3@alpha=0.25,delta=4", f"{last.mult_adds:,}", f"{last.params:,}"
    ]  # fmt: skip
    assert rows[1][4] == f"{(20000 * last.mult_adds // base.mult_adds + 1) // 2 / 100:.2f}"
    assert lines[-1] == "by type, by stage  --by type or --by stage"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--alpha", "--at-equal", "params"],
            "alpha has several values, and --at-equal finds it (one value)",
        ),
        (["--alpha", "1:9999:1"], "9,999 bindings side by side (`costcalc sweep` takes more)"),
    ],
)
def test_values_that_compare_does_not_take(options: list[str], message: str, run: Run) -> None:
    found = run("compare", "mobilenet-v1", "fd-mobilenet", *options)
    assert (found.returncode, found.stderr) == (2, f"{message}\n")


def test_two_files_with_one_name(run: Run, tmp_path: Path) -> None:
    """Each is called by its file, in sweeps and in comparisons."""
    files = [net(tmp_path, "a.yaml", "n", 8), net(tmp_path, "b.yaml", "n", 16)]
    found = run("sweep", *files, "mobilenet-v1", "--set", "n=1,2", "--format", "csv", cwd=tmp_path)
    shown = [(row["spec"], row["n"], row["params"]) for row in table(found.stdout)]
    assert shown[:4] == [
        ("a.yaml", "1", str(9 * 3 * 8)),
        ("a.yaml", "2", str(9 * 3 * 8 + 9 * 8 * 8)),
        ("b.yaml", "1", str(9 * 3 * 16)),
        ("b.yaml", "2", str(9 * 3 * 16 + 9 * 16 * 16)),
    ]
    assert shown[4][0] == "mobilenet-v1"
    assert (
        "\na.yaml usual values: n = 1, 2\n"
        in run("sweep", *files, "--set", "n", cwd=tmp_path).stdout
    )
    compared = run(
        "compare", *(f"{file}@n={n}" for file, n in zip(files, "12", strict=True)), cwd=tmp_path
    )
    assert compared.stdout.startswith("a.yaml@n=1 and b.yaml@n=2\n")
    twice = run("sweep", files[0], files[0], cwd=tmp_path)
    assert twice.stderr == "a network is given twice (every network once)\n"


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", ["params", "mult_adds", "spec", "convention", "network", "names"])
def test_a_parameter_called_as_a_column(
    name: str, large: bool, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two rows, with the right numbers, in every format."""
    if large:
        monkeypatch.setattr("costcalc.design_space.sweep.run.SMALL", 0)
    column = name if name in ("network", "names") else f"set.{name}"
    words = ("sweep", net(tmp_path, "p.yaml", name), "--set", f"{name}=1,2")
    costs = [(1, 32 * 32 * 9 * 3 * 8, 9 * 3 * 8), (2, 32 * 32 * 9 * 11 * 8, 9 * 11 * 8)]
    rows = table(run(*words, "--format", "csv", cwd=tmp_path).stdout)
    assert [(int(r[column]), int(r["mult_adds"]), int(r["params"])) for r in rows] == costs
    assert {(row["spec"], row["convention"]) for row in rows} == {("net", "paper")}
    data = json.loads(run(*words, "--format", "json", cwd=tmp_path).stdout)["rows"]
    assert [(row[column], row["mult_adds"], row["params"]) for row in data] == costs
    shown = run(*words, "--budget", f"{column}<=1", "--sort", f"-{column}", cwd=tmp_path).stdout
    assert shown.endswith(
        f"spec  {column}  Mult-Adds  parameters  Mult-Adds %  parameters %\n"
        f"net   {'1'.rjust(len(column))}    221,184         216        27.27         27.27\n\n"
        "rows  1 of 2 points\n"
    )
    for format in ("markdown", "latex"):
        assert "811,008" in run(*words, "--format", format, cwd=tmp_path).stdout
    sweep = cc.load(tmp_path / "p.yaml").sweep(points=[{name: 1}, {name: 2}])
    assert (sweep[column].tolist(), sweep["params"].tolist()) == ([1, 2], [216, 792])
    compared = run("compare", "p.yaml", "--set", name, "--format", "json", cwd=tmp_path).stdout
    assert json.loads(compared)["lines"][1]["values"] == [216, 792]


def test_the_library_takes_them_too() -> None:
    net = cc.load("fd-mobilenet")
    assert net.sweep(alpha="usual").axes == {"alpha": (1, Fraction(1, 2), Fraction(1, 4))}
    assert [row["spec"] for row in cc.sweep(alpha="usual", delta="usual", top=1).rows()] == [
        "ehm-mobilenet"
    ]
    with pytest.raises(CostcalcError, match=r"^fd-mobilenet states no usual values of R \(in the"):
        net.sweep(resolution="usual")
