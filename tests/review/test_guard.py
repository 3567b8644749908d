"""Networks held against a file of budgets, from its text to what reviews show."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from conftest import Run

import costcalc as cc

NET = """\
network: net
parameters: {alpha: {default: 1, meaning: width}}
input: 8x8x4
defaults: {norm: none, activation: none}
layers:
- {conv: 3x3, out: 8*alpha, padding: 1}
- {conv: 1x1, out: 16}
"""
WORK = 8 * 8 * 9 * 4 * 8 + 8 * 8 * 8 * 16
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """``write(text)``: a file of budgets beside ``net.yaml``."""

    def written(text: str, net: str = NET) -> Path:
        (tmp_path / "net.yaml").write_text(net)
        (tmp_path / "budgets.yaml").write_text(text)
        return tmp_path / "budgets.yaml"

    return written


def budgets(*lines: str, at: str = "{}", network: str = "net.yaml") -> str:
    kept = "".join(f"    {line}\n" for line in lines)
    return f"budgets:\n- network: {network}\n  at: {at}\n  keep:\n{kept}"


def test_a_budget_is_kept_up_to_the_last_mult_add(write: Write) -> None:
    found = cc.guard(write(budgets(f"mult_adds <= {WORK}: a", f"mult_adds ≤ {WORK - 1}: b")))
    assert [verdict.kept for verdict in found.verdicts] == [True, False]
    assert [verdict.value for verdict in found.verdicts] == [WORK, WORK]
    assert not found.kept and [verdict.budget.reason for verdict in found.broken] == ["b"]


def test_a_binding_and_a_convention(write: Write) -> None:
    text = budgets("params <= 1k: small", at="{alpha: 1/2}")
    (verdict,) = cc.guard(write(f"convention: trainable\n{text}")).verdicts
    assert verdict.value == (9 * 4 * 4 + 4) + (4 * 16 + 16) - 20  # without bias as the spec says
    assert verdict.counted.convention == "trainable"
    own = text.replace("  keep:", "  convention: paper\n  keep:")
    (verdict,) = cc.guard(write(f"convention: trainable\n{own}")).verdicts
    assert verdict.counted.convention == "paper"


def test_no_more_than_a_share_of_another_network(write: Write, tmp_path: Path) -> None:
    """At the same binding, where the other has the parameter."""
    (tmp_path / "old.yaml").write_text(NET.replace("3x3", "1x3").replace("1}\n", "[0, 1]}\n", 1))
    lines = [f"mult_adds <= {percent}% of old.yaml: since then" for percent in ("186", "185")]
    found = cc.guard(write(budgets(*lines, at="{alpha: 1/2}")))
    old, new = (8 * 8 * window * 4 * 4 + 8 * 8 * 4 * 16 for window in (1 * 3, 3 * 3))
    assert [v.most for v in found.verdicts] == [Fraction(n, 100) * old for n in (186, 185)]
    assert [v.value for v in found.verdicts] == [new, new]
    assert [v.kept for v in found.verdicts] == [True, False]
    assert found.broken[0].blame == (
        f"grown most: conv1 (conv 1x3 → conv 3x3) by {8 * 8 * (9 - 3) * 4 * 4:,}"
    )


def test_bytes_hang_on_the_types_of_numbers(write: Write, run: Run) -> None:
    """The map that conv1 leaves, and what it or conv2 reads or leaves: 8 to 16 channels."""
    text = budgets("peak <= 1.5KiB: RAM", "peak <= 1kB: RAM", "flash <= 4k: flash")
    path = write(f"elements: weights=int4\n{text}")
    found = cc.guard(path)
    live, kernels = 8 * 8 * (8 + 16), 9 * 4 * 8 + 8 * 16
    assert [v.value for v in found.verdicts] == [live, live, kernels // 2 + 4 * 0]
    assert [v.kept for v in found.verdicts] == [True, False, True]
    assert found.broken[0].blame == f"most at conv2: {live:,}"
    told = run("guard", "budgets.yaml", cwd=path.parent).stdout.splitlines()
    assert told[2] == "elements: weights int4, activations int8, biases int32"
    path.write_text(text)
    assert cc.guard(path).verdicts[2].value == kernels


def test_what_people_see(write: Write, run: Run) -> None:
    path = write(budgets("mult_adds <= 20k: the board", "params <= 1k: flash"))
    made = run("guard", "budgets.yaml", cwd=path.parent)
    assert (made.returncode, made.stderr) == (1, "")
    assert made.stdout.splitlines() == [
        "budgets.yaml: 1 of 2 budgets are kept",
        "convention: paper",
        "",
        "network   budget              cost  at most     spent  verdict  reason",
        "net.yaml  mult_adds <= 20k  26,624   20,000  133.12 %  BROKEN   the board",
        "net.yaml  params <= 1k         416    1,000   41.60 %  kept     flash",
        "",
        "net.yaml, mult_adds  most at conv1: 18,432",
    ]
    path.write_text(budgets("params <= 1k: flash"))
    assert run("guard", "budgets.yaml", cwd=path.parent).returncode == 0


def test_what_programs_read(write: Write, run: Run) -> None:
    path = write(budgets("mult_adds <= 20k: 50 % of it", "params <= 1k: flash"))
    message = "mult_adds is 26,624, at most 20,000 (50 % of it); most at conv1: 18,432"

    def printed(format: str) -> str:
        made = run("guard", "budgets.yaml", "-f", format, cwd=path.parent)
        assert (made.returncode, made.stderr) == (1, "")
        return made.stdout

    data = json.loads(printed("json"))
    assert (data["kept"], [budget["kept"] for budget in data["budgets"]]) == (False, [False, True])
    (log,) = json.loads(printed("sarif"))["runs"]
    (result,) = log["results"]
    assert result["message"]["text"] == f"net.yaml: {message}"
    assert (result["ruleId"], result["level"]) == ("budget/mult_adds", "error")
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "budgets.yaml"},
        "region": {"startLine": 5, "startColumn": 5},
    }
    assert {rule["id"] for rule in log["tool"]["driver"]["rules"]} >= {result["ruleId"]}
    suite = ElementTree.fromstring(printed("junit"))
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.findtext("failure") for case in suite] == ["", None]
    assert suite[0][0].get("message") == message
    assert printed("github") == (
        "::error file=budgets.yaml,line=5,col=5,title=mult_adds <= 20k::net.yaml: "
        + message.replace("%", "%25")
        + "\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            budgets("mult_adds: 20k"),
            "5:5: budgets[0].keep: 'mult_adds' is no budget "
            "(as `mult_adds <= 150M` or `params <= 101% of v1.0:net.yaml`)",
        ),
        (
            budgets("mult_adds < 20k: why"),
            "5:5: budgets[0].keep: 'mult_adds < 20k' is no budget "
            "(as `mult_adds <= 150M` or `params <= 101% of v1.0:net.yaml`)",
        ),
        (
            budgets("mult_add <= 20k: why"),
            "5:5: budgets[0].keep: no cost is called 'mult_add' (did you mean 'mult_adds'?)",
        ),
        (
            budgets("params <= many: why"),
            "5:5: budgets[0].keep: 'many' is not an amount (such as 6M, 1.7M or 569000000)",
        ),
        (
            budgets("params <= 1k:"),
            "5:18: budgets[0].keep.params <= 1k: expected the reason for it, got nothing",
        ),
        (
            budgets("params <= 1k: why", at="{beta: 1}"),
            "2:3: budgets[0]: net has no parameter 'beta' (known: alpha)",
        ),
        (
            "budgets: []",
            "1:1: the file has no budget "
            "(as `mult_adds <= 150M` or `params <= 101% of v1.0:net.yaml`)",
        ),
        ("budgets:\n- {network: net.yaml}", "2:3: budgets[0]: a budget has no 'keep'"),
        (
            NET,
            "this is a costcalc network, not a file of budgets "
            "(`costcalc count budgets.yaml` counts it)",
        ),
    ],
)
def test_what_is_no_budget(write: Write, run: Run, text: str, message: str) -> None:
    made = run("guard", "budgets.yaml", cwd=write(text).parent)
    assert (made.returncode, made.stdout) == (2, "")
    space = "" if message[0].isdigit() else " "
    assert made.stderr == f"budgets.yaml:{space}{message}\n"


def test_a_network_that_is_not_there_is_told_beside_the_others(write: Write, run: Run) -> None:
    path = write(
        budgets("params <= 1: a", network="nett") + "- {network: netz, keep: {params <= 1: b}}"
    )
    made = run("guard", "budgets.yaml", cwd=path.parent)
    assert [line.partition(" (")[0] for line in made.stderr.splitlines()] == [
        "budgets.yaml:2:3: budgets[0]: no network 'nett'",
        "budgets.yaml:6:3: budgets[1]: no network 'netz'",
    ]


def test_figures_of_papers_beside_their_lines(run: Run) -> None:
    """What differs, and is known to, is a note; all else that differs an error."""
    made = run("check", "000", "-f", "sarif")
    (log,) = json.loads(made.stdout)["runs"]
    report = cc.check(["000"])
    differs = [verdict for verdict in report.verdicts if verdict.differs]
    assert len([r for r in log["results"] if r["ruleId"] == "figure"]) == len(differs) > 0
    assert {result["level"] for result in log["results"]} == {"note"}
    first = log["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert first["startLine"] == differs[0].figure.place.line


def test_the_logs_of_sarif_are_as_its_schema_has_them(write: Write, run: Run) -> None:
    """By models that were generated from the schema of 2.1.0, which know every property, its type
    and its values, and allow no others."""
    model = pytest.importorskip("pydantic_sarif.model")
    log = model.StaticAnalysisResultsFormatSarifVersion210JsonSchema
    path = write(budgets("mult_adds <= 20k: 50 % of it", "params <= 1k: flash"))
    path.with_name("kept.yaml").write_text(path.read_text().replace("20k", "20M"))
    for words in ("guard budgets.yaml", "guard kept.yaml", "check 000", "check 002"):
        text = run(*words.split(), "-f", "sarif", cwd=path.parent).stdout
        log.model_validate_json(text)
        wrong = json.loads(text)
        wrong["runs"][0]["tool"]["driver"]["versoin"] = "1"
        with pytest.raises(ValueError, match="Extra inputs are not permitted"):
            log.model_validate(wrong)


def test_the_examples_of_the_page(run: Run, tmp_path: Path) -> None:
    """Its file of budgets, beside the network of a release, and the step of GitHub Actions."""
    page = (Path(__file__).parents[2] / "docs" / "guard.md").read_text()
    files, _, action, hooks = (part.partition("```")[0] for part in page.split("```yaml\n")[1:])
    (tmp_path / "budgets.yaml").write_text(files)
    (tmp_path / "net.yaml").write_text(NET)
    for words in ("init -q", "add -A", "commit -q -m a", "tag v1.0"):
        identity = ("-c", "user.name=a", "-c", "user.email=a@b")
        subprocess.run(["git", *identity, *words.split()], cwd=tmp_path, check=True)
    command = yaml.safe_load(action)[-1]["run"].split()
    assert command[0] == "costcalc"
    made = run(*command[1:], cwd=tmp_path)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
    (tmp_path / "net.yaml").write_text(
        NET.replace("3x3", "5x5").replace("padding: 1", "padding: 2")
    )
    assert run(*command[1:], cwd=tmp_path).stdout.startswith("::error file=budgets.yaml,line=13,")
    (hook,) = yaml.safe_load(hooks)["repos"][0]["hooks"]
    (own,) = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text())
    assert hook["id"] == own["id"]


def test_the_hook_of_pre_commit_runs_what_there_is(write: Write, run: Run) -> None:
    (hook,) = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text())
    program, *words = [*hook["entry"].split(), *hook["args"]]
    path = write(budgets("mult_adds <= 20k: the board"))
    assert program == "costcalc"
    assert run(*words, cwd=path.parent).returncode == 1
